/* holiday.c - days on which a calendar's office is closed besides its week.
 *
 * They come from our own table (lang/holiday.h), a file or a person, and are people's from then on: who works
 * on one deletes it, who knows the moon's date changes it. Each is called in its reader's language where
 * it has a name there.
 */
#include "core/core.h"
#include "core/work_time.h"
#include "lang/holiday.h"
#include "msg/core.h"

static const struct field fields[] = {
    { .name = "work_calendar", .label = MSG_core_holiday_work_calendar, .type = FIELD_REF,
      .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "work_calendar" },
    { .name = "day", .label = MSG_core_word_day, .type = FIELD_DATE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX },
    { .name = "name", .label = MSG_core_word_name, .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_QUICK, .max = 120 },
    { .name = "is_expected", .label = MSG_core_holiday_is_expected, .help = MSG_core_holiday_is_expected_help,
      .type = FIELD_BOOL, .flags = F_LIST | F_QUICK, .init = "false" },
    { .name = "name_en", .label = MSG_core_holiday_name_en, .type = FIELD_TEXT, .max = 120 },
    { .name = "name_bn", .label = MSG_core_holiday_name_bn, .type = FIELD_TEXT, .max = 120 },
    { .name = "name_hi", .label = MSG_core_holiday_name_hi, .type = FIELD_TEXT, .max = 120 },
    { .name = "name_fa", .label = MSG_core_holiday_name_fa, .type = FIELD_TEXT, .max = 120 },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS holiday_of_calendar ON holiday (work_calendar, day)",
    NULL,
};

static const char *const titles[LANG_COUNT] = {
    [LANG_EN] = "name_en", [LANG_BN] = "name_bn", [LANG_HI] = "name_hi", [LANG_FA] = "name_fa",
};

const struct entity holiday_entity = {
    .name = "holiday",
    .path = "holidays",
    .label = MSG_core_holiday,
    .plural = MSG_core_holiday_plural,
    .icon = "calendar",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .titles = titles,
    .subtitle = "day",
    .order = "day",
    .flags = E_SETTINGS,
    .schema = schema,
};

/* ── those of a country ────────────────────────────────────────────────────── */

static str name_in(struct ctx *c, enum lang l, msg_id name)
{
    struct locale loc = *c->loc;
    loc.lang = l;
    return msg_text(c->a, &loc, name, NULL);
}

static struct record *record_of(struct ctx *c, int64_t calendar, const struct holiday *h)
{
    struct record *r = record_new(c->a, &holiday_entity);
    record_set(r, "work_calendar", val_ref(calendar));
    record_set(r, "day", val_int(h->day));
    record_set(r, "name", val_text(name_in(c, c->ws->lang, h->name)));
    record_set(r, "is_expected", val_int(h->is_expected));
    for (enum lang l = 0; l < LANG_COUNT; l++)
        record_set(r, titles[l], val_text(name_in(c, l, h->name)));
    return r;
}

/* By its day and one of its names: a second holiday of a day is another one, and so is the same feast a year later. */
static bool is_there(struct ctx *c, int64_t calendar, const struct holiday *h, bool *out, struct err *e)
{
    int64_t id;
    return db_get_int(c->c, "SELECT id FROM holiday WHERE work_calendar = $1 AND day = $2 AND deleted_at IS NULL AND name_en = $3 LIMIT 1",
                      DB_ARGS(V(calendar), V(h->day), V(name_in(c, LANG_EN, h->name))), out, &id, e);
}

bool holidays_missing(struct ctx *c, int64_t calendar, const char *country, int year, int years, struct record ***out, size_t *n,
                      struct err *e)
{
    struct holiday v[HOLIDAYS_YEAR_MAX];
    struct record **found = arena_new(c->a, struct record *, (size_t)years * HOLIDAYS_YEAR_MAX);
    size_t got = 0;
    for (int y = year; y < year + years; y++) {
        size_t all = holidays_of_year(country, y, v);
        for (size_t i = 0; i < all; i++) {
            bool has;
            if (!is_there(c, calendar, &v[i], &has, e))
                return false;
            if (!has)
                found[got++] = record_of(c, calendar, &v[i]);
        }
    }
    *out = found;
    *n = got;
    return true;
}

bool holidays_add(struct ctx *tx, int64_t calendar, const char *country, int year, int years, size_t *added, struct err *e)
{
    struct record **v;
    size_t n;
    if (!holidays_missing(tx, calendar, country, year, years, &v, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!record_create(tx, v[i], e))
            return false;
    *added = n;
    return true;
}
