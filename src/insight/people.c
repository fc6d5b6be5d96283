/* people.c - the funnel as cohorts, and the hand-off between the two teams.
 *
 * A person enters a stage once: the first time. Who entered stage A in the period
 * and any later stage afterwards moved on, whenever that was, so a young cohort's
 * share still grows. Skipping a stage counts as moving on from it.
 */
#include <stdlib.h>
#include "base/clock.h"
#include "base/id.h"
#include "core/core.h"
#include "funnel/funnel.h"
#include "insight/report.h"
#include "msg/core.h"
#include "msg/funnel.h"
#include "msg/insight.h"

#define _t(id) msg_text(k->c->a, k->c->loc, MSG_##id, NULL)

/* ── reading lives ───────────────────────────────────────────────────────── */

typedef void life_fn(void *arg, int64_t person, const int64_t first[LIFECYCLES]);     /* 0: never entered */

static int rank_of(str stage)
{
    for (int i = 0; i < LIFECYCLES; i++)
        if (str_eq(stage, str_of(choices_lifecycle[i].value)))
            return i;
    return -1;
}

/* Every person who entered some stage in the period: all their first entries. Figures of everybody
 * are for those who see every person; others have none. */
static bool lives_read(const struct ask *k, life_fn *fn, void *arg, struct err *e)
{
    struct ctx *c = k->c;
    int64_t from = zone_instant(c->loc->zone, k->from, 0), to = zone_instant(c->loc->zone, k->to, 0);
    int64_t first[LIFECYCLES] = { 0 }, person = 0;
    struct db_rows q;
    if (access_scope(c->who, entity_find(S("person")), ACTION_SEE) != SCOPE_ALL)
        return true;
    if (!db_query(c->c, &q,
            "SELECT l.person, l.stage, MIN(l.entered_at) FROM lifecycle_change l"
            " JOIN person p ON p.id = l.person AND p.deleted_at IS NULL"
            " LEFT JOIN \"user\" u ON u.id = p.owner"
            " WHERE l.deleted_at IS NULL AND ($3 = 0 OR p.owner = $3) AND ($4 = 0 OR u.team = $4)"
            " AND l.person IN (SELECT x.person FROM lifecycle_change x WHERE x.entered_at >= $1 AND x.entered_at < $2)"
            " GROUP BY l.person, l.stage ORDER BY l.person",
            DB_ARGS(V(from), V(to), V(k->owner), V(k->team)), e))
        return false;
    while (db_next(&q)) {
        int rank = rank_of(db_text_view(&q, 1));
        if (db_int(&q, 0) != person) {
            if (person)
                fn(arg, person, first);
            person = db_int(&q, 0);
            memset(first, 0, sizeof first);
        }
        if (rank >= 0)
            first[rank] = db_int(&q, 2);
    }
    if (person)
        fn(arg, person, first);
    return db_done(&q, e);
}

static int64_t next_after(const int64_t *first, int stage)
{
    int64_t next = 0;
    for (int i = stage + 1; i < LIFECYCLES; i++)
        if (first[i] >= first[stage] && first[i] && (!next || first[i] < next))
            next = first[i];
    return next;
}

/* ── stages ──────────────────────────────────────────────────────────────── */

struct stages { int64_t from, to; struct cohort_figures f; struct numbers days[LIFECYCLES]; };

static void count_life(void *arg, int64_t person, const int64_t *first)
{
    struct stages *s = arg;
    (void)person;
    for (int i = 0; i < LIFECYCLES; i++) {
        if (first[i] < s->from || first[i] >= s->to || !first[i])
            continue;
        int64_t next = next_after(first, i);
        s->f.stage[i].entered++;
        s->f.stage[i].moved += next != 0;
        if (next)
            numbers_put(&s->days[i], (next - first[i]) / (DAY_US / 10));
    }
}

bool funnel_read(const struct ask *k, struct cohort_figures *out, struct err *e)
{
    const char *zone = k->c->loc->zone;
    struct stages s = { .from = zone_instant(zone, k->from, 0), .to = zone_instant(zone, k->to, 0) };
    for (int i = 0; i < LIFECYCLES; i++)
        s.days[i].a = k->c->a;
    if (!lives_read(k, count_life, &s, e))
        return false;
    for (int i = 0; i < LIFECYCLES; i++)
        s.f.stage[i].median_days = median_of(s.days[i].v, s.days[i].n);
    *out = s.f;
    return true;
}

static struct url people_behind(const struct ask *k, int stage, bool has_moved)
{
    struct url here = ask_url(k, "/insights/behind");
    return url_fmt(k->c->a, "%.*s&by=stage&key=%s%s", STR_ARG(here.s), choices_lifecycle[stage].value, has_moved ? "&moved=1" : "");
}

/* The buyer's word for where the definition in force puts the stage; else the usual one. */
static bool stage_label(const struct ask *k, int stage, bool is_buyer, str *out, struct err *e)
{
    static const int usual[LIFECYCLES] = { 0, 0, 1, 2, 2, 3, 4, 6 };
    struct record *d;
    *out = msg_text(k->c->a, k->c->loc, choices_lifecycle[stage].label, NULL);
    if (!is_buyer)
        return true;
    if (!funnel_definition(k->c, choices_lifecycle[stage].value, &d, e))
        return false;
    str named = d ? record_text(d, "buyer_stage") : (str){ 0 };
    int place = usual[stage];
    for (int i = 0; named.n && choices_buyer_stage[i].value; i++)
        if (str_eq(named, str_of(choices_buyer_stage[i].value)))
            place = i;
    *out = arena_fmt(k->c->a, "%.*s · %.*s", STR_ARG(msg_text(k->c->a, k->c->loc, choices_buyer_stage[place].label, NULL)), STR_ARG(*out));
    return true;
}

bool funnel_report(const struct ask *k, const struct cohort_figures *f, bool is_buyer, struct report **out, struct err *e)
{
    struct report *r = report_new(k->c, "funnel", _t(insight_funnel), k->title);
    report_column(r, _t(core_word_stage), FIGURE_TEXT);
    report_column(r, _t(insight_entered), FIGURE_COUNT);
    report_column(r, _t(insight_moved_on), FIGURE_COUNT);
    report_column(r, _t(insight_conversion), FIGURE_PERCENT);
    report_column(r, _t(insight_median_days), FIGURE_DAYS);
    for (int i = 0; i < LIFECYCLES; i++) {
        const struct funnel_stage *s = &f->stage[i];
        struct url in = s->entered ? people_behind(k, i, false) : NOWHERE, on = s->moved ? people_behind(k, i, true) : NOWHERE;
        str label;
        if (!stage_label(k, i, is_buyer, &label, e))
            return false;
        struct cell *x = report_row(r);
        x[0] = cell_text(label, in), x[1] = cell_of(s->entered, in);
        x[2] = (struct cell){ i + 1 < LIFECYCLES, s->moved, { 0 }, on };
        if (i + 1 < LIFECYCLES)
            x[3] = cell_share(s->moved, s->entered, on);
        x[4] = (struct cell){ s->moved > 0, s->median_days, { 0 }, on };
    }
    *out = r;
    return true;
}

/* ── cohorts: who entered the stage in a month, and how far they have come ─ */

enum { COHORTS_MAX = 36 };
struct cohorts { const struct ask *k; int stage; int64_t month[COHORTS_MAX], n[COHORTS_MAX][LIFECYCLES]; int count; };

static void count_cohort(void *arg, int64_t person, const int64_t *first)
{
    struct cohorts *x = arg;
    int64_t day = first[x->stage] ? zone_days(x->k->c->loc->zone, first[x->stage]) : 0, from, to;
    (void)person;
    if (!first[x->stage] || day < x->k->from || day >= x->k->to)
        return;
    period_range(x->k->c->loc, PERIOD_MONTH, day, 0, &from, &to);
    int at = 0;
    while (at < x->count && x->month[at] < from)
        at++;
    if (at == x->count || x->month[at] != from) {
        if (x->count == COHORTS_MAX)
            return;
        memmove(&x->month[at + 1], &x->month[at], (size_t)(x->count - at) * sizeof x->month[0]);
        memmove(&x->n[at + 1], &x->n[at], (size_t)(x->count - at) * sizeof x->n[0]);
        memset(x->n[at], 0, sizeof x->n[at]);
        x->month[at] = from;
        x->count++;
    }
    int64_t reached = 0;
    for (int i = LIFECYCLES - 1; i >= x->stage; i--) {  /* who is further was here */
        reached |= first[i] >= first[x->stage];
        x->n[at][i] += reached != 0;
    }
}

bool cohort_report(const struct ask *k, int stage, struct report **out, struct err *e)
{
    struct cohorts *x = arena_new(k->c->a, struct cohorts, 1);
    x->k = k;
    x->stage = stage;
    if (!lives_read(k, count_cohort, x, e))
        return false;
    struct report *r = report_new(k->c, "cohort", _t(insight_cohorts), msg_text(k->c->a, k->c->loc, choices_lifecycle[stage].label, NULL));
    report_column(r, _t(insight_month), FIGURE_TEXT);
    report_column(r, _t(insight_entered), FIGURE_COUNT);
    for (int i = stage + 1; i < LIFECYCLES; i++)
        report_column(r, msg_text(k->c->a, k->c->loc, choices_lifecycle[i].label, NULL), FIGURE_PERCENT);
    for (int m = 0; m < x->count; m++) {
        int64_t from, to;
        struct ask month = *k;
        struct err ignored = { 0 };
        period_range(k->c->loc, PERIOD_MONTH, x->month[m], 0, &from, &to);
        from = from < k->from ? k->from : from;
        if (!ask_custom(&month, from, (to > k->to ? k->to : to) - 1, &ignored))
            continue;
        struct url behind = people_behind(&month, stage, false);
        struct cell *c = report_row(r);
        c[0] = cell_text(loc_period(k->c->a, k->c->loc, PERIOD_MONTH, x->month[m]), behind);
        c[1] = cell_of(x->n[m][stage], behind);
        for (int i = stage + 1; i < LIFECYCLES; i++)
            c[i - stage + 1] = cell_share(x->n[m][i], x->n[m][stage], behind);
    }
    *out = r;
    return true;
}

/* ── the hand-off ────────────────────────────────────────────────────────── */

static str offered(const struct ask *k)
{
    struct arena *a = k->c->a;
    str who = k->owner ? arena_fmt(a, " and receiver = %.*s", STR_ARG(id_text(a, k->owner)))
            : k->team ? arena_fmt(a, " and receiver.team = %.*s", STR_ARG(id_text(a, k->team))) : (str){ 0 };
    return arena_fmt(a, "offered_at >= %.*s and offered_at < %.*s%.*s", STR_ARG(iso_date(a, k->from)), STR_ARG(iso_date(a, k->to)), STR_ARG(who));
}

enum { STATUS_OFFERED, STATUS_ACCEPTED, STATUS_RETURNED, STATUS_MOVED };  /* as entity handoff declares them */
struct person_line { int64_t user; struct handoff_figures f; struct numbers touch; };
struct handoffs { struct ctx *c; struct person_line all, *v; size_t n, cap; };
enum { ID, STATUS, DUE, FIRST, BREACHED, TOUCH, RECEIVER, LEAD, FACTS };  /* as record_each gives them */
static const char *const handoff_facts[] = { "status", "due_at", "first_touch_at", "breached_at", "touch_time", "receiver", "lead" };

static struct person_line *line_of(struct handoffs *x, int64_t user)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->v[i].user == user)
            return &x->v[i];
    if (x->n == x->cap) {
        size_t cap = x->cap ? x->cap * 2 : 16;
        struct person_line *more = arena_new(x->c->a, struct person_line, cap);
        if (x->n)
            memcpy(more, x->v, x->n * sizeof *more);
        x->v = more;
        x->cap = cap;
    }
    x->v[x->n] = (struct person_line){ .user = user, .touch = { .a = x->c->a } };
    return &x->v[x->n++];
}

static void count_handoff(struct person_line *p, const int64_t *v, int64_t now)
{
    bool is_met = v[FIRST] != FACT_NONE && v[DUE] != FACT_NONE && v[FIRST] <= v[DUE];
    bool is_late = v[DUE] != FACT_NONE && !is_met && (v[FIRST] != FACT_NONE || v[BREACHED] != FACT_NONE || v[DUE] < now);
    if (v[STATUS] == STATUS_MOVED)
        return;
    p->f.delivered++;
    p->f.accepted += v[STATUS] == STATUS_ACCEPTED;
    p->f.returned += v[STATUS] == STATUS_RETURNED;
    p->f.waiting += v[STATUS] == STATUS_OFFERED;
    p->f.on_time += is_met;
    p->f.due += is_met || (is_late && v[STATUS] != STATUS_RETURNED);
    p->f.touched += v[TOUCH] != FACT_NONE;
    if (v[TOUCH] != FACT_NONE)
        numbers_put(&p->touch, v[TOUCH]);
}

static bool keep_handoff(void *arg, const int64_t *v, struct err *e)
{
    struct handoffs *x = arg;
    (void)e;
    count_handoff(&x->all, v, x->c->now);
    if (v[RECEIVER] != FACT_NONE)
        count_handoff(line_of(x, v[RECEIVER]), v, x->c->now);
    return true;
}

static bool handoffs_read(const struct ask *k, struct handoffs *x, struct err *e)
{
    struct list_spec s = { .en = &handoff_entity, .filter = offered(k) };
    *x = (struct handoffs){ .c = k->c, .all.touch.a = k->c->a };
    return record_each(k->c, &s, handoff_facts, countof(handoff_facts), keep_handoff, x, e);
}

bool handoff_read(const struct ask *k, struct handoff_figures *out, struct err *e)
{
    struct handoffs x;
    if (!handoffs_read(k, &x, e))
        return false;
    x.all.f.median_touch = median_of(x.all.touch.v, x.all.touch.n);
    *out = x.all.f;
    return true;
}

static struct url leads_behind(const struct ask *k, const char *by, str key, const char *what)
{
    struct url here = ask_url(k, "/insights/behind");
    return url_fmt(k->c->a, "%.*s&by=%s&key=%.*s%s%s", STR_ARG(here.s), by, STR_ARG(key), *what ? "&what=" : "", what);
}

static void handoff_row(struct report *r, const struct ask *k, str name, struct person_line *p, str key)
{
    struct cell *x = report_row(r);
    struct url to = leads_behind(k, "receiver", key, ""), taken = leads_behind(k, "receiver", key, "accepted");
    x[0] = cell_text(name, to), x[1] = cell_of(p->f.delivered, to), x[2] = cell_of(p->f.accepted, taken);
    x[3] = cell_of(p->f.returned, leads_behind(k, "receiver", key, "returned"));
    x[4] = cell_of(p->f.waiting, leads_behind(k, "receiver", key, "waiting"));
    x[5] = cell_share(p->f.accepted, p->f.delivered, taken);
    x[6] = (struct cell){ p->f.touched > 0, median_of(p->touch.v, p->touch.n), { 0 }, leads_behind(k, "receiver", key, "touched") };
    x[7] = cell_share(p->f.on_time, p->f.due, leads_behind(k, "receiver", key, "due"));
}

static str user_name(struct ctx *c, int64_t id)
{
    struct record *r;
    struct err e = { 0 };
    return record_get(c, &user_entity, id, &r, &e) ? record_title(r) : id_text(c->a, id);
}

static bool reason_report(const struct ask *k, struct report **out, struct err *e)
{
    struct list_spec s = { .en = &handoff_entity, .filter = arena_fmt(k->c->a, "status = returned and %.*s", STR_ARG(offered(k))) };
    const struct field *f = entity_field(&lead_entity, S("return_reason"));
    struct summary_row *v;
    size_t n;
    int64_t all = 0;
    if (!record_summary(k->c, &s, S("reason"), (str){ 0 }, &v, &n, e))
        return false;
    struct report *r = report_new(k->c, "reasons", _t(insight_returned_why), k->title);
    report_column(r, _t(core_word_reason), FIGURE_TEXT);
    report_column(r, _t(insight_returned), FIGURE_COUNT);
    report_column(r, _t(insight_share), FIGURE_PERCENT);
    for (size_t i = 0; i < n; i++)
        all += v[i].n;
    for (size_t i = 0; i < n; i++) {
        str label = v[i].label;
        bool is_named = false;
        for (const struct choice *c = f->choices; c->value; c++)
            if (str_eq(v[i].key, str_of(c->value)))
                label = msg_text(k->c->a, k->c->loc, c->label, NULL), is_named = true;
        struct url to = is_named ? leads_behind(k, "reason", v[i].key, "") : NOWHERE;
        struct cell *x = report_row(r);
        x[0] = cell_text(label, to), x[1] = cell_of(v[i].n, to), x[2] = cell_share(v[i].n, all, to);
    }
    *out = r;
    return true;
}

static int by_delivered(const void *a, const void *b)
{
    const struct person_line *x = a, *y = b;
    if (x->f.delivered != y->f.delivered)
        return x->f.delivered > y->f.delivered ? -1 : 1;
    return x->user < y->user ? -1 : x->user > y->user;
}

bool handoff_reports(const struct ask *k, struct report **people, struct report **reasons, struct err *e)
{
    struct handoffs x;
    if (!handoffs_read(k, &x, e) || !reason_report(k, reasons, e))
        return false;
    struct report *r = report_new(k->c, "handoff", _t(insight_handoff), k->title);
    report_column(r, _t(insight_seller), FIGURE_TEXT);
    report_column(r, _t(insight_offered), FIGURE_COUNT);
    report_column(r, _t(insight_accepted), FIGURE_COUNT);
    report_column(r, _t(insight_returned), FIGURE_COUNT);
    report_column(r, _t(insight_waiting), FIGURE_COUNT);
    report_column(r, _t(insight_acceptance), FIGURE_PERCENT);
    report_column(r, _t(insight_first_touch), FIGURE_TIME);
    report_column(r, _t(insight_on_time), FIGURE_PERCENT);
    if (x.n)
        qsort(x.v, x.n, sizeof *x.v, by_delivered);
    for (size_t i = 0; i < x.n; i++)
        handoff_row(r, k, user_name(k->c, x.v[i].user), &x.v[i], id_text(k->c->a, x.v[i].user));
    handoff_row(r, k, _t(insight_total), &x.all, S("all"));
    r->has_total = true;
    *people = r;
    return true;
}

/* ── the records behind a figure ─────────────────────────────────────────── */

struct members { int64_t from, to; int stage; bool has_moved; struct behind *out; };

static void keep_member(void *arg, int64_t person, const int64_t *first)
{
    struct members *m = arg;
    int64_t at = first[m->stage];
    if (at >= m->from && at < m->to && at && (!m->has_moved || next_after(first, m->stage)))
        behind_put(m->out, person);
}

bool funnel_people(const struct ask *k, str stage, bool has_moved, struct behind *out, struct err *e)
{
    const char *zone = k->c->loc->zone;
    struct members m = { zone_instant(zone, k->from, 0), zone_instant(zone, k->to, 0), rank_of(stage), has_moved, out };
    return m.stage < 0 || lives_read(k, keep_member, &m, e);
}

static const struct { const char *what; size_t at; } handoff_parts[] = {
    { "", offsetof(struct handoff_figures, delivered) },        { "accepted", offsetof(struct handoff_figures, accepted) },
    { "returned", offsetof(struct handoff_figures, returned) }, { "waiting", offsetof(struct handoff_figures, waiting) },
    { "touched", offsetof(struct handoff_figures, touched) },   { "due", offsetof(struct handoff_figures, due) },
};

struct leads { struct ctx *c; size_t at; struct behind *out; };

/* Counted as in the table, each by itself: what the figure counts is what the list shows. */
static bool keep_lead(void *arg, const int64_t *v, struct err *e)
{
    struct leads *x = arg;
    struct person_line one = { .touch.a = x->c->a };
    (void)e;
    count_handoff(&one, v, x->c->now);
    if (v[LEAD] != FACT_NONE && *(const int64_t *)(const void *)((const char *)&one.f + x->at))
        behind_put(x->out, v[LEAD]);
    return true;
}

bool handoff_leads(const struct ask *k, const char *by, str key, str what, struct behind *out, struct err *e)
{
    struct arena *a = k->c->a;
    struct leads x = { k->c, 0, out };
    str filter = offered(k);
    for (size_t i = 0; i < countof(handoff_parts); i++)
        if (str_eq(what, str_of(handoff_parts[i].what)))
            x.at = handoff_parts[i].at;
    if (!strcmp(by, "reason"))
        filter = arena_fmt(a, "%.*s and status = returned and reason = \"%.*s\"", STR_ARG(filter), STR_ARG(key));
    else if (!str_eq(key, S("all")))
        filter = arena_fmt(a, "%.*s and receiver = %.*s", STR_ARG(filter), STR_ARG(key));
    struct list_spec s = { .en = &handoff_entity, .filter = filter };
    return record_each(k->c, &s, handoff_facts, countof(handoff_facts), keep_lead, &x, e);
}
