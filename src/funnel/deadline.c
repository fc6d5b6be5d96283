/* deadline.c - by when a lead must be touched: the first policy that fits, in the working time
 * of whoever received it.
 */
#include "funnel/inside.h"
#include "base/clock.h"

/* ── whose hours ─────────────────────────────────────────────────────────── */

/* Their own calendar, else the workspace's default one, else what is usual in the country. */
bool calendar_of(struct ctx *c, int64_t user, struct bizcal *out, struct err *e)
{
    struct db_rows q;
    str hours = { 0 };
    const char *zone = c->ws->zone;

    if (!db_query(c->c, &q, "SELECT w.hours, w.zone FROM work_calendar w WHERE w.deleted_at IS NULL AND (w.is_default = 1"
                            " OR w.id = (SELECT work_calendar FROM \"user\" WHERE id = $1))"
                            " ORDER BY w.id = (SELECT work_calendar FROM \"user\" WHERE id = $1) DESC, w.id LIMIT 1",
                  DB_ARGS(V(user)), e))
        return false;
    if (db_next(&q)) {
        hours = db_text(&q, 0, c->a);
        zone = arena_cstr(c->a, db_text_view(&q, 1));
    }
    if (!db_done(&q, e))
        return false;
    if (hours.n)
        return bizcal_parse(hours, zone, out, e);
    *out = bizcal_default(c->ws->country, zone);
    return true;
}

/* ── which policy ────────────────────────────────────────────────────────── */

static bool grade_in(str list, str grade)
{
    if (str_trim(list).n == 0)
        return true;
    while (list.n)
        if (str_eq_ascii_nocase(str_trim(str_cut(&list, ',')), grade))
            return true;
    return false;
}

struct policy { int64_t id, minutes, reminder; str grade, criteria; struct policy *next; };

static bool policies(struct ctx *c, struct policy **out, struct err *e)
{
    struct db_rows q;
    struct policy *head = NULL, **tail = &head;
    if (!db_query(c->c, &q, "SELECT id, minutes, reminder_minutes, grade, criteria FROM sla_policy"
                            " WHERE is_active = 1 AND deleted_at IS NULL ORDER BY position, id", DB_NONE, e))
        return false;
    while (db_next(&q)) {
        *tail = arena_new(c->a, struct policy, 1);
        **tail = (struct policy){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_text(&q, 3, c->a), db_text(&q, 4, c->a), NULL };
        tail = &(*tail)->next;
    }
    *out = head;
    return db_done(&q, e);
}

static bool times(struct ctx *c, const struct policy *p, int64_t owner, struct deadline *out, struct err *e)
{
    struct bizcal cal;
    out->policy = p->id;
    if (!calendar_of(c, owner, &cal, e) || !bizcal_add(&cal, c->now, p->minutes * MINUTE_US, &out->due_at, e))
        return false;
    return p->reminder <= 0 || p->reminder >= p->minutes
        || bizcal_add(&cal, c->now, (p->minutes - p->reminder) * MINUTE_US, &out->remind_at, e);
}

bool deadline_find(struct ctx *c, const struct record *lead, struct deadline *out, struct err *e)
{
    struct policy *p;
    bool fits_it = false;
    *out = (struct deadline){ 0 };
    if (!policies(c, &p, e))
        return false;
    for (; p; p = p->next) {
        if (!grade_in(p->grade, record_text(lead, "grade")))
            continue;
        if (!fits(c, &lead_entity, p->criteria, lead->id, &fits_it, e))
            return false;
        if (fits_it)
            return times(c, p, record_int(lead, "owner"), out, e);
    }
    return true;
}

bool sla_policy_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    enum { YEAR_MINUTES = 366 * 24 * 60 };
    (void)old;
    int64_t minutes = record_int(now, "minutes");
    if (record_val(now, "minutes").is_set && (minutes < 1 || minutes > YEAR_MINUTES)) {
        fail(e, ERR_INVALID, MSG_funnel_minutes_range, "%lld", (long long)minutes);
        err_arg_int(e, "max", YEAR_MINUTES);
        return err_field(e, "minutes");
    }
    return fits_check(tx, &lead_entity, now, "criteria", e);
}
