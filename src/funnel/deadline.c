/* deadline.c - by when a lead must be touched: the first policy that fits, in the working time
 * of whoever received it.
 */
#include "funnel/inside.h"
#include "base/clock.h"

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
                            " WHERE is_active = 1 AND target <> 'criteria' AND deleted_at IS NULL ORDER BY position, id", DB_NONE, e))
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
    *out = (struct deadline){ .policy = p->id, .minutes = p->minutes, .reminder = p->reminder };
    return calendar_of(c, owner, &cal, e) && bizcal_add(&cal, c->now, p->minutes * MINUTE_US, &out->due_at, e);
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

/* ── what a policy may say ───────────────────────────────────────────────── */

/* One that follows conditions says which records, and when it is over. */
static bool conditions_before(struct ctx *tx, const struct record *now, const struct entity *en, struct err *e)
{
    if (!str_trim(record_text(now, "ends_when")).n) {
        fail(e, ERR_INVALID, MSG_funnel_sla_policy_needs_ends, "no end");
        return err_field(e, "ends_when");
    }
    return fits_check(tx, en, now, "starts_when", e) && fits_check(tx, en, now, "ends_when", e);
}

bool sla_policy_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    enum { YEAR_MINUTES = 366 * 24 * 60 };
    static const char *const lengths[] = { "minutes", "extend_minutes" };
    (void)old;
    bool has_conditions = str_eq(record_text(now, "target"), S("criteria"));
    const struct entity *en = has_conditions ? entity_find(record_text(now, "about")) : &lead_entity;
    for (size_t i = 0; i < countof(lengths); i++) {
        int64_t minutes = record_int(now, lengths[i]);
        if (!record_val(now, lengths[i]).is_set || (minutes >= 1 && minutes <= YEAR_MINUTES))
            continue;
        fail(e, ERR_INVALID, MSG_funnel_minutes_range, "%lld", (long long)minutes);
        err_arg_int(e, "max", YEAR_MINUTES);
        return err_field(e, lengths[i]);
    }
    return (!has_conditions || conditions_before(tx, now, en, e)) && fits_check(tx, &lead_entity, now, "criteria", e)
        && fits_check(tx, en, now, "pauses_when", e) && fits_check(tx, en, now, "extends_when", e);
}
