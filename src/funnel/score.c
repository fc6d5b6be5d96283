/* score.c - how well a person fits and how much they want, as a sum of rows that can be read.
 *
 * Each point has its row of score_point: from which rule, why, when, until when. A count
 * compares the rows a person should have with those there are and writes the difference, so
 * counting twice changes nothing. What a row is worth fades by steps and is reckoned when it is
 * read; funnel_fade remembers when the next step falls due, for the consumer of the feed.
 *
 *   a rule's rows -> at most its cap -> a group's rules -> at most the group's -> 0..100 an axis
 *
 * A company has the best fit of its people and the sum of what they want: score_company.c.
 */
#include "funnel/inside.h"
#include "base/clock.h"
#include "msg/score.h"
#include <stdlib.h>

enum { EVENTS_MAX = 500, ROWS_MAX = 200, CENTS = 100 };

static const struct { int64_t fit_a, fit_b, engagement_1, engagement_2; } thresholds = { 40, 20, 25, 10 };

str score_grade(int64_t fit, int64_t engagement)
{
    static const char *const grade[3][3] = { { "A1", "A2", "A3" }, { "B1", "B2", "B3" }, { "C1", "C2", "C3" } };
    int row = fit >= thresholds.fit_a ? 0 : fit >= thresholds.fit_b ? 1 : 2;
    int col = engagement >= thresholds.engagement_1 ? 0 : engagement >= thresholds.engagement_2 ? 1 : 2;
    return str_of(grade[row][col]);
}

/* ── rules ───────────────────────────────────────────────────────────────── */

struct rule {
    int64_t id, group, points, cap, group_cap, decay_days, decay_percent, window_days;
    bool is_fit;
    str name, event, criteria, group_name;
    struct rule *next;
    bool *fits;                                 /* one a person of the slice */
    int64_t sum;                                /* hundredths, of one person */
};

static int64_t percent_of(const struct db_rows *q, int col)
{
    return db_is_null(q, col) ? 50 : db_int(q, col);
}

/* Columns from `col` on: decay_days, decay_percent, window_days of the group. */
static void fade_as_group(struct rule *r, const struct db_rows *q, int col)
{
    r->decay_days = db_int(q, col);
    r->decay_percent = percent_of(q, col + 1);
    r->window_days = db_int(q, col + 2);
}

static bool rules_load(struct ctx *c, struct rule **out, struct err *e)
{
    struct db_rows q;
    struct rule *head = NULL, **tail = &head;
    if (!db_query(c->c, &q, "SELECT r.id, r.score_group, r.points, r.cap, g.cap, r.decay_days, r.decay_percent, r.window_days,"
                            " r.axis, r.name, r.event, r.criteria, g.name, g.decay_days, g.decay_percent, g.window_days"
                            " FROM score_rule r LEFT JOIN score_group g"
                            " ON g.id = r.score_group AND g.deleted_at IS NULL WHERE r.is_active = 1 AND r.deleted_at IS NULL"
                            " ORDER BY r.score_group, r.position, r.id", DB_NONE, e))
        return false;
    while (db_next(&q)) {
        struct rule *r = *tail = arena_new(c->a, struct rule, 1);
        *r = (struct rule){ .id = db_int(&q, 0), .group = db_int(&q, 1), .points = db_int(&q, 2), .cap = db_int(&q, 3),
                            .group_cap = db_is_null(&q, 4) ? SCORE_GROUPLESS : db_int(&q, 4), .decay_days = db_int(&q, 5),
                            .decay_percent = percent_of(&q, 6), .window_days = db_int(&q, 7),
                            .is_fit = str_eq(db_text_view(&q, 8), S("fit")), .name = db_text(&q, 9, c->a),
                            .event = db_text(&q, 10, c->a), .criteria = db_text(&q, 11, c->a), .group_name = db_text(&q, 12, c->a) };
        if (!r->decay_days && !r->window_days)
            fade_as_group(r, &q, 13);
        tail = &r->next;
    }
    *out = head;
    return db_done(&q, e);
}

/* "lead.captured, lead.recaptured" */
static bool answers(const struct rule *r, str kind)
{
    str list = r->event;
    while (list.n)
        for (str part = str_cut(&list, ','); part.n;)
            if (str_eq(str_cut(&part, ' '), kind))
                return true;
    return false;
}

/* ── what a row is worth ─────────────────────────────────────────────────── */

/* Hundredths: points * (1 - percent)^steps, steps = whole periods since. */
static int64_t worth(const struct rule *r, int64_t points, int64_t at, int64_t now)
{
    double left = (double)points * CENTS;
    int64_t age = now - at;
    if (!r->event.n)
        return points * CENTS;
    if (r->window_days > 0 && age >= r->window_days * DAY_US)
        return 0;
    if (r->decay_days > 0)
        for (int64_t step = age / (r->decay_days * DAY_US); step > 0 && left * left >= 0.25; step--)
            left *= (double)(100 - r->decay_percent) / 100;
    return (int64_t)(left + (left < 0 ? -0.5 : 0.5));
}

/* The first instant from which the row is worth less than half a point; 0: never. */
static int64_t expiry(const struct rule *r, int64_t at)
{
    int64_t by_window = r->window_days > 0 ? at + r->window_days * DAY_US : 0, by_decay = 0;
    if (r->decay_days > 0 && r->decay_percent > 0) {
        int64_t step = r->decay_days * DAY_US, t = at;
        for (int64_t left = worth(r, r->points, at, t); left >= CENTS / 2 || left <= -CENTS / 2; left = worth(r, r->points, at, t))
            t += step;
        by_decay = t;
    }
    return !by_window ? by_decay : !by_decay || by_window < by_decay ? by_window : by_decay;
}

static int64_t next_step(const struct rule *r, int64_t at, int64_t now)
{
    int64_t by_window = r->window_days > 0 ? at + r->window_days * DAY_US : INT64_MAX, step = r->decay_days * DAY_US;
    int64_t by_decay = step > 0 ? at + ((now - at) / step + 1) * step : INT64_MAX;
    return by_window < by_decay ? by_window : by_decay;
}

/* ── rows: wanted and there ──────────────────────────────────────────────── */

struct row { int64_t id, rule, points, at; bool is_used; struct row *next; };

static bool rows_there(struct ctx *c, int64_t person, struct row **out, struct err *e)
{
    struct db_rows q;
    struct row *head = NULL, **tail = &head;
    if (!db_query(c->c, &q, "SELECT id, rule, points, at FROM score_point WHERE person = $1 AND deleted_at IS NULL"
                            " ORDER BY at, id", DB_ARGS(V(person)), e))
        return false;
    while (db_next(&q)) {
        *tail = arena_new(c->a, struct row, 1);
        **tail = (struct row){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_int(&q, 3), false, NULL };
        tail = &(*tail)->next;
    }
    *out = head;
    return db_done(&q, e);
}

struct happened { int64_t at; str kind; };

static bool events_of(struct ctx *c, int64_t person, struct happened *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT at, kind FROM event WHERE person_id = $1 AND is_void = 0 AND is_robot = 0 AND at <= $2"
                            " ORDER BY at DESC, id DESC LIMIT 500", DB_ARGS(V(person), V(c->now)), e))
        return false;
    while (*n < EVENTS_MAX && db_next(&q))
        v[(*n)++] = (struct happened){ db_int(&q, 0), db_text(&q, 1, c->a) };
    return db_done(&q, e);
}

struct count {                                  /* of one person */
    struct ctx *sys;
    int64_t person;
    struct row *there;
    int64_t fit, engagement, fades_at;
    size_t nrows;
};

static bool make_row(struct count *k, const struct rule *r, int64_t at, struct err *e)
{
    struct record *p = record_new(k->sys->a, &score_point_entity);
    int64_t expires = r->event.n ? expiry(r, at) : 0;
    record_set(p, "person", val_ref(k->person));
    record_set(p, "rule", val_ref(r->id));
    record_set(p, "axis", val_text(r->is_fit ? S("fit") : S("engagement")));
    record_set(p, "points", val_int(r->points));
    record_set(p, "reason", val_text(r->name));
    record_set(p, "at", val_int(at));
    record_set(p, "expires_at", expires ? val_int(expires) : val_none());
    return record_create(k->sys, p, e);
}

/* The row is wanted: keep the one that is there, else make it. A standing rule has one row, of any time. */
static bool want(struct count *k, struct rule *r, int64_t at, struct err *e)
{
    r->sum += worth(r, r->points, at, k->sys->now);
    k->nrows++;
    if (r->event.n) {
        int64_t step = next_step(r, at, k->sys->now);
        k->fades_at = step < k->fades_at ? step : k->fades_at;
    }
    for (struct row *x = k->there; x; x = x->next)
        if (!x->is_used && x->rule == r->id && x->points == r->points && (!r->event.n || x->at == at)) {
            x->is_used = true;
            return true;
        }
    return make_row(k, r, at, e);
}

/* Newest first, until the cap is full or the rest is worth nothing. */
static bool want_events(struct count *k, struct rule *r, const struct happened *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n && k->nrows < ROWS_MAX; i++) {
        int64_t left = answers(r, v[i].kind) ? worth(r, r->points, v[i].at, k->sys->now) : 0;
        bool is_full = r->cap > 0 && (r->sum >= r->cap * CENTS || r->sum <= -r->cap * CENTS);
        if (is_full)
            return true;
        if ((left >= CENTS / 2 || left <= -CENTS / 2) && !want(k, r, v[i].at, e))
            return false;
    }
    return true;
}

static bool drop_unwanted(struct count *k, struct err *e)
{
    for (struct row *x = k->there; x; x = x->next)
        if (!x->is_used && !record_delete(k->sys, &score_point_entity, x->id, 0, e))
            return false;
    return true;
}

/* ── sums ────────────────────────────────────────────────────────────────── */

static int64_t at_most(int64_t x, int64_t cap_points)
{
    int64_t cap = cap_points * CENTS;
    return x > cap ? cap : x < -cap ? -cap : x;
}

static int64_t axis_points(int64_t cents)
{
    int64_t points = (cents + (cents < 0 ? -CENTS / 2 : CENTS / 2)) / CENTS;
    return points < 0 ? 0 : points > SCORE_MAX ? SCORE_MAX : points;
}

/* Rules come sorted by group. */
static void add_up(const struct rule *rules, int64_t *fit, int64_t *engagement)
{
    int64_t axis[2] = { 0 };
    while (rules) {
        int64_t group = rules->group, sum[2] = { 0 }, cap = rules->group_cap;
        for (; rules && rules->group == group; rules = rules->next)
            sum[rules->is_fit] += rules->cap > 0 ? at_most(rules->sum, rules->cap) : rules->sum;
        axis[0] += at_most(sum[0], cap);
        axis[1] += at_most(sum[1], cap);
    }
    *fit = axis_points(axis[1]);
    *engagement = axis_points(axis[0]);
}

/* ── counting ────────────────────────────────────────────────────────────── */

static bool remember_fade(struct count *k, struct err *e)
{
    if (k->fades_at == INT64_MAX)
        return db_exec(k->sys->c, "DELETE FROM funnel_fade WHERE person = $1", DB_ARGS(V(k->person)), NULL, e);
    return db_exec(k->sys->c, "INSERT INTO funnel_fade (person, at) VALUES ($1, $2)"
                              " ON CONFLICT (person) DO UPDATE SET at = excluded.at",
                   DB_ARGS(V(k->person), V(k->fades_at)), NULL, e);
}

static bool write_person(struct count *k, struct err *e)
{
    struct record *r = record_new(k->sys->a, &person_entity);
    r->id = k->person;
    record_set(r, "fit", val_int(k->fit));
    record_set(r, "engagement", val_int(k->engagement));
    record_set(r, "grade", val_text(score_grade(k->fit, k->engagement)));
    return record_update(k->sys, r, 0, NULL, e);
}

static bool count_one(struct ctx *sys, int64_t person, struct rule *rules, size_t which, struct err *e)
{
    struct count k = { .sys = sys, .person = person, .fades_at = INT64_MAX };
    struct happened *v = arena_new(sys->a, struct happened, EVENTS_MAX);
    size_t n;
    if (!rows_there(sys, person, &k.there, e) || !events_of(sys, person, v, &n, e))
        return false;
    for (struct rule *r = rules; r; r = r->next) {
        r->sum = 0;
        if (!r->fits[which])
            continue;
        if (r->event.n ? !want_events(&k, r, v, n, e) : !want(&k, r, sys->now, e))
            return false;
    }
    add_up(rules, &k.fit, &k.engagement);
    return drop_unwanted(&k, e) && write_person(&k, e) && remember_fade(&k, e);
}

static bool is_live(struct ctx *c, int64_t person, bool *out, struct err *e)
{
    int64_t one;
    return db_get_int(c->c, "SELECT 1 FROM person WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(person)), out, &one, e);
}

bool score_slice(struct ctx *tx, const int64_t *persons, size_t n, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct rule *rules;
    bool live;
    if (!rules_load(&sys, &rules, e))
        return false;
    for (struct rule *r = rules; r; r = r->next) {
        r->fits = arena_new(sys.a, bool, n);
        if (!fits_many(&sys, &person_entity, r->criteria, persons, n, r->fits, e))
            return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_live(&sys, persons[i], &live, e))
            return false;
        struct count gone = { .sys = &sys, .person = persons[i], .fades_at = INT64_MAX };
        if (live ? !count_one(&sys, persons[i], rules, i, e) : !remember_fade(&gone, e))
            return false;
    }
    return score_companies_of(&sys, persons, n, e);
}

bool score_person(struct ctx *tx, int64_t person, struct err *e)
{
    return score_slice(tx, &person, 1, e);
}

/* ── why ─────────────────────────────────────────────────────────────────── */

static const struct rule *rule_of(const struct rule *rules, int64_t id)
{
    while (rules && rules->id != id)
        rules = rules->next;
    return rules;
}

static int by_worth(const void *x, const void *y)
{
    const struct score_line *a = x, *b = y;
    return a->worth != b->worth ? (a->worth < b->worth) - (a->worth > b->worth) : (a->at < b->at) - (a->at > b->at);
}

static bool lines(struct ctx *c, int64_t person, struct rule *rules, struct score_line *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT rule, points, at, reason, expires_at FROM score_point WHERE person = $1"
                            " AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $2) LIMIT 200",
                  DB_ARGS(V(person), V(c->now)), e))
        return false;
    while (*n < ROWS_MAX && db_next(&q)) {
        const struct rule *r = rule_of(rules, db_int(&q, 0));
        int64_t points = db_int(&q, 1), at = db_int(&q, 2);
        if (!r)
            continue;
        v[(*n)++] = (struct score_line){ .reason = db_text(&q, 3, c->a), .group = r->group_name, .is_fit = r->is_fit,
                                         .points = points, .worth = worth(r, points, at, c->now), .at = at,
                                         .expires_at = db_int(&q, 4) };
    }
    return db_done(&q, e);
}

bool score_explain(struct ctx *c, int64_t person, struct score_view *out, struct err *e)
{
    struct score_line *v = arena_new(c->a, struct score_line, ROWS_MAX);
    struct record *p;
    struct rule *rules;
    int64_t sum = 0;
    if (!record_get(c, &person_entity, person, &p, e) || !rules_load(c, &rules, e))
        return false;
    struct score_view s = { .fit = record_int(p, "fit"), .engagement = record_int(p, "engagement"),
                            .grade = record_text(p, "grade"), .line = v };
    if (!lines(c, person, rules, v, &s.n, e))
        return false;
    qsort(v, s.n, sizeof *v, by_worth);
    for (size_t i = 0; i < s.n; i++) {
        sum += v[i].worth;
        v[i].reason = seed_rule_name(c, v[i].reason);
    }
    s.score = s.fit + s.engagement > SCORE_MAX ? SCORE_MAX : s.fit + s.engagement;
    s.is_capped = sum > s.score * CENTS + CENTS;
    *out = s;
    return true;
}

/* ── hooks ───────────────────────────────────────────────────────────────── */

static bool in_range(const struct record *r, const char *field, int64_t min, int64_t max, struct err *e)
{
    struct val v = record_val(r, field);
    if (!v.is_set || (v.i >= min && v.i <= max))
        return true;
    fail(e, ERR_INVALID, MSG_funnel_out_of_range, "%s: %lld", field, (long long)v.i);
    err_arg_int(e, "min", min);
    err_arg_int(e, "max", max);
    return err_field(e, field);
}

/* Points end all at once or by steps. */
static bool fades_one_way(const struct record *now, struct err *e)
{
    enum { DAYS_MAX = 3660 };
    if (!in_range(now, "decay_days", 1, DAYS_MAX, e) || !in_range(now, "decay_percent", 1, 100, e)
        || !in_range(now, "window_days", 1, DAYS_MAX, e))
        return false;
    if (!record_int(now, "decay_days") || !record_int(now, "window_days"))
        return true;
    fail(e, ERR_INVALID, MSG_score_window_or_decay, "both a window and a decay");
    return err_field(e, "window_days");
}

bool score_group_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)tx, (void)old;
    return fades_one_way(now, e) && in_range(now, "cap", 1, SCORE_MAX, e);
}

bool score_rule_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)old;
    return in_range(now, "points", -SCORE_MAX, SCORE_MAX, e) && fades_one_way(now, e)
        && in_range(now, "cap", 1, SCORE_MAX, e) && fits_check(tx, &person_entity, now, "criteria", e);
}

/* All are counted anew, in slices, by the consumer of the feed. */
bool score_rule_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    (void)old;
    (void)now;
    return rescore_all(tx, e);
}
