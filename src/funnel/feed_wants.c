/* feed_wants.c - which rows of the feed may move a score, or a lead that waits to be offered.
 *
 * Found out beside the writes, on a snapshot: most changes of people name a field that no rule and no
 * definition looks at, and cost no count. A rule that changes afterwards has everybody counted anew,
 * so what was passed over by the old ones is not lost. Too many is allowed, too few never.
 */
#include "funnel/inside.h"
#include "flow/feed.h"
#include "record/live.h"

enum { CRITERIA_ALL = 200 };

struct looks {
    struct live_deps v[CRITERIA_ALL]; size_t n;
    bool is_all;                                /* one of them cannot be told */
    int64_t asked; bool waits;                  /* has_waiting() of the last record: its fields come one after the other */
};

static void add(struct ctx *sys, struct looks *l, str criteria)
{
    struct query *q;
    struct err why = { 0 };
    if (!str_trim(criteria).n || l->is_all)
        return;
    l->is_all = l->n == CRITERIA_ALL || !query_parse(sys->a, criteria, &q, &why) || !query_check(sys, &person_entity, q, &why)
             || !live_deps(sys, &person_entity, q, &l->v[l->n], &why);
    l->n += !l->is_all;
}

static bool load(struct ctx *sys, struct looks *l, struct err *e)
{
    struct db_rows q;
    struct record *mql;
    str criteria[CRITERIA_ALL + 1];
    size_t n = 0;
    if (!db_query(sys->c, &q, "SELECT DISTINCT criteria FROM score_rule WHERE is_active = 1 AND deleted_at IS NULL AND criteria IS NOT NULL"
                              " LIMIT $1", DB_ARGS(V((int)CRITERIA_ALL + 1)), e))
        return false;
    while (n <= CRITERIA_ALL && db_next(&q))
        criteria[n++] = db_text(&q, 0, sys->a);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++)
        add(sys, l, criteria[i]);
    if (!funnel_definition(sys, "mql", &mql, e))
        return false;
    if (mql)
        add(sys, l, record_text(mql, "criteria"));
    return true;
}

/* What scoring itself writes calls for no new count. */
static bool is_own(const struct field *f)
{
    static const char *const own[] = { "fit", "engagement", "grade", "lifecycle", "lead_status", "last_activity_at", "next_step_at" };
    for (size_t i = 0; f && i < countof(own); i++)
        if (!strcmp(f->name, own[i]))
            return true;
    return false;
}

/* Anything may be what a lead waits for: evidence that was missing, a country somebody sells in. */
static bool has_waiting(struct ctx *sys, struct looks *l, const struct feed_row *r, bool *out, struct err *e)
{
    int64_t one;
    bool is_person = r->en == &person_entity, ok = true;
    if (l->asked != r->record_id)
        ok = is_person ? db_get_int(sys->c, "SELECT 1 FROM lead WHERE person = $1 AND status = 'new' AND deleted_at IS NULL LIMIT 1",
                                    DB_ARGS(V(r->record_id)), &l->waits, &one, e)
                       : db_get_int(sys->c, "SELECT 1 FROM lead l JOIN person p ON p.id = l.person WHERE p.company = $1 AND l.status = 'new'"
                                            " AND l.deleted_at IS NULL LIMIT 1", DB_ARGS(V(r->record_id)), &l->waits, &one, e);
    if (!ok)
        return false;
    l->asked = r->record_id;
    *out = l->waits;
    return true;
}

static bool is_looked_at(const struct looks *l, const struct feed_row *r)
{
    struct live_news news = feed_news(r);
    bool yes = l->is_all;
    for (size_t i = 0; i < l->n && !yes; i++)
        yes = live_looks_at(&l->v[i], &news);
    return yes;
}

/* Of a person or a company. */
static bool matters(struct ctx *sys, struct looks *l, const struct feed_row *r, bool *out, struct err *e)
{
    if (is_own(r->field)) {
        *out = false;
        return true;
    }
    *out = !r->field || (r->en == &person_entity && !strcmp(r->field->name, "company")) || is_looked_at(l, r);
    return *out || has_waiting(sys, l, r, out, e);
}

static bool is_touch(const struct feed_row *r)
{
    return r->action == CHANGE_CREATE && (r->en == &call_entity || r->en == &meeting_entity);
}

bool funnel_wants(struct ctx *c, const struct feed_row *rows, size_t n, bool *keep, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    struct looks *l = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct feed_row *r = &rows[i];
        keep[i] = r->is_event ? r->person_id != 0 : r->en == &score_rule_entity || is_touch(r);
        if (keep[i] || r->is_event || !r->en || r->en == &score_point_entity)
            continue;
        if (!l && (l = arena_new(c->a, struct looks, 1)) && !load(&sys, l, e))
            return false;
        if (r->en != &person_entity && r->en != &company_entity)
            keep[i] = is_looked_at(l, r);
        else if (!matters(&sys, l, r, &keep[i], e))
            return false;
    }
    return true;
}

/* A company and a person are counted whatever criteria say of them: follow() has them. */
static bool is_another(const struct feed_row *r)
{
    return !r->is_event && r->en && r->en != &person_entity && r->en != &company_entity && r->en != &score_rule_entity;
}

bool funnel_touches(struct ctx *tx, const struct feed_row *rows, size_t n, struct live_ids *people, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct looks *l = NULL;
    for (size_t i = 0; i < n && !people->is_full; i++) {
        struct live_news news = feed_news(&rows[i]);
        if (!is_another(&rows[i]))
            continue;
        if (!l && (l = arena_new(tx->a, struct looks, 1)) && !load(&sys, l, e))
            return false;
        people->is_full |= l->is_all;
        for (size_t k = 0; k < l->n && !people->is_full; k++)
            if (!live_touched(&sys, &l->v[k], &news, people, e))
                return false;
    }
    return true;
}
