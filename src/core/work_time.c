/* work_time.c - the user's own calendar before the default one, and the holidays of the one that counts. */
#include "core/work_time.h"
#include "base/clock.h"
#include "core/core.h"
#include "lang/holiday.h"

struct row { int64_t id; str hours; const char *zone; };

/* Hours in which nobody ever works are as good as none. */
static bool is_read(struct ctx *c, const struct row *w, struct bizcal *out, struct err *e)
{
    int64_t at;
    return bizcal_parse(w->hours, w->zone, out, e) && bizcal_add(out, c->now, MINUTE_US, &at, e);
}

/* Past ones matter for clocks that began before. */
static bool add_holidays(struct ctx *c, int64_t calendar, struct bizcal *out, struct err *e)
{
    enum { DAYS_BACK = 366 };
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT day FROM holiday WHERE work_calendar = $1 AND deleted_at IS NULL AND day >= $2"
                            " ORDER BY day LIMIT 512", DB_ARGS(V(calendar), V(zone_days(out->zone, c->now) - DAYS_BACK)), e))
        return false;
    while (db_next(&q))
        if (!bizcal_holiday(out, db_int(&q, 0)))
            break;
    return db_done(&q, e);
}

bool calendar_of(struct ctx *c, int64_t user, struct bizcal *out, struct err *e)
{
    enum { CANDIDATES = 2 };                    /* one's own, the default */
    struct db_rows q;
    struct row v[CANDIDATES];
    size_t n = 0;

    if (!db_query(c->c, &q, "SELECT w.id, w.hours, w.zone FROM work_calendar w WHERE w.deleted_at IS NULL AND (w.is_default = 1"
                            " OR w.id = (SELECT work_calendar FROM \"user\" WHERE id = $1))"
                            " ORDER BY CASE WHEN w.id = (SELECT work_calendar FROM \"user\" WHERE id = $1) THEN 0 ELSE 1 END,"
                            " w.id LIMIT 2", DB_ARGS(V(user)), e))
        return false;
    while (n < CANDIDATES && db_next(&q)) {
        v[n].id = db_int(&q, 0);
        v[n].hours = db_text(&q, 1, c->a);
        v[n++].zone = arena_cstr(c->a, db_text_view(&q, 2));
    }
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct err ignored = { 0 };             /* told by calendar_faults() */
        if (is_read(c, &v[i], out, &ignored))
            return add_holidays(c, v[i].id, out, e);
    }
    *out = bizcal_default(c->ws->country, n && zone_valid(v[0].zone) ? v[0].zone : c->ws->zone);
    return true;
}

bool calendar_faults(struct ctx *c, struct calendar_fault **out, size_t *n, struct err *e)
{
    enum { MAX = 20 };
    struct calendar_fault *v = arena_new(c->a, struct calendar_fault, MAX);
    struct bizcal *cal = arena_new(c->a, struct bizcal, 1);
    struct db_rows q;
    size_t got = 0;
    if (!db_query(c->c, &q, "SELECT id, hours, zone, name FROM work_calendar WHERE deleted_at IS NULL ORDER BY id", DB_NONE, e))
        return false;
    while (got < MAX && db_next(&q)) {
        struct row w = { db_int(&q, 0), db_text(&q, 1, c->a), arena_cstr(c->a, db_text_view(&q, 2)) };
        struct calendar_fault f = { .id = w.id };
        if (is_read(c, &w, cal, &f.why))
            continue;
        f.name = db_text(&q, 3, c->a);
        v[got++] = f;
    }
    *out = v;
    *n = got;
    return db_done(&q, e);
}

/* Without its holidays: those become records of their own. */
static str usual_hours(struct ctx *tx)
{
    struct bizcal *cal = arena_new(tx->a, struct bizcal, 1);
    *cal = bizcal_default(tx->ws->country, tx->ws->zone);
    cal->nholidays = 0;
    return bizcal_text(tx->a, cal);
}

bool work_calendar_begin(struct ctx *tx, str name, int64_t *id, struct err *e)
{
    struct record *r = record_new(tx->a, &work_calendar_entity);
    bool found;
    size_t added;
    if (!db_get_int(tx->c, "SELECT id FROM work_calendar WHERE deleted_at IS NULL ORDER BY is_default DESC, id LIMIT 1", DB_NONE, &found, id, e))
        return false;
    if (found)
        return true;
    record_set(r, "name", val_text(name));
    record_set(r, "country", val_text(str_of(tx->ws->country)));
    record_set(r, "zone", val_text(str_of(tx->ws->zone)));
    record_set(r, "hours", val_text(usual_hours(tx)));
    record_set(r, "is_default", val_int(1));
    if (!record_create(tx, r, e))
        return false;
    *id = r->id;
    int year = ymd_from_days(CALENDAR_GREGORIAN, zone_days(tx->ws->zone, tx->now)).y;
    return holidays_add(tx, r->id, tx->ws->country, year, HOLIDAY_YEARS, &added, e);
}
