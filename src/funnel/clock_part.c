/* clock_part.c - the deadlines of a record as people see them: what is left, what went by after
 * one passed, when it stood still.
 */
#include "funnel/views.h"
#include "flow/clock_row.h"
#include "msg/clock.h"

enum { SHOWN = 8 };

static str state_of(struct ctx *c, const struct record *clock, const struct clock_times *t, enum tone *tone)
{
    struct arena *a = c->a;
    bool is_late = record_val(clock, "breached_at").is_set, is_over = record_val(clock, "ended_at").is_set;
    str outcome = record_text(clock, "outcome");
    *tone = is_late ? TONE_RED : t->is_paused ? TONE_AMBER : is_over ? TONE_GREEN : TONE_BLUE;
    if (is_over && !str_eq(outcome, S("met"))) {
        *tone = TONE_NONE;
        return msg_text(a, c->loc, str_eq(outcome, S("moved")) ? MSG_clock_outcome_moved : MSG_clock_outcome_dropped, NULL);
    }
    if (is_over && is_late)
        return SAY(a, c->loc, clock_state_met_late, .time = A(loc_duration(a, c->loc, t->over)));
    if (is_over)
        return SAY(a, c->loc, clock_state_met, .time = A(loc_duration(a, c->loc, t->spent)));
    if (t->is_paused)
        return SAY(a, c->loc, clock_state_paused, .time = A(loc_duration(a, c->loc, t->left)));
    if (is_late || t->left < 0)
        return SAY(a, c->loc, clock_state_late, .time = A(loc_duration(a, c->loc, is_late ? t->over : -t->left)));
    return SAY(a, c->loc, clock_state_left, .time = A(loc_duration(a, c->loc, t->left)));
}

static bool pauses_of(struct ctx *c, int64_t clock, int64_t *n, struct err *e)
{
    bool found;
    return db_get_int(c->c, "SELECT COUNT(*) FROM clock_pause WHERE clock = $1 AND deleted_at IS NULL", DB_ARGS(V(clock)), &found, n, e);
}

static bool line_of(struct ctx *c, const struct record *clock, struct clock_line *out, struct err *e)
{
    struct clock_times t;
    int64_t pauses = 0, extended = record_int(clock, "extended");
    if (!clock_measure(c, clock, &t, e) || !pauses_of(c, clock->id, &pauses, e))
        return false;
    out->name = record_val(clock, "policy").s;
    out->state = state_of(c, clock, &t, &out->tone);
    str was_paused = pauses ? SAY(c->a, c->loc, clock_was_paused, .count = A(pauses)) : (str){ 0 };
    str was_extended = extended ? SAY(c->a, c->loc, clock_was_extended, .minutes = A(extended)) : (str){ 0 };
    out->note = arena_fmt(c->a, "%.*s%s%.*s", STR_ARG(was_paused), was_paused.n && was_extended.n ? " · " : "", STR_ARG(was_extended));
    return true;
}

/* Running ones first; whoever sees the record sees its deadlines. */
struct html_safe clock_part(struct html *h, struct ctx *c, const struct record *r)
{
    struct ctx sys = ctx_as_system(c);
    struct err e = { 0 };
    struct db_rows q;
    int64_t id[SHOWN];
    size_t n = 0;
    struct record **clocks;
    if (!db_query(c->c, &q, "SELECT id FROM clock WHERE record = $1 AND entity = $2 AND deleted_at IS NULL"
                            " ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 8",
                  DB_ARGS(V(r->id), V(str_of(r->en->name))), &e))
        return (struct html_safe){ { 0 } };
    while (n < SHOWN && db_next(&q))
        id[n++] = db_int(&q, 0);
    if (!db_done(&q, &e) || !n || !record_get_many(&sys, &clock_entity, id, n, &clocks, &n, &e))
        return (struct html_safe){ { 0 } };
    struct clock_line *v = arena_new(c->a, struct clock_line, n);
    for (size_t i = 0; i < n; i++)
        if (!line_of(c, clocks[i], &v[i], &e))
            return (struct html_safe){ { 0 } };
    struct html part = html_part(h);
    struct clock_part_view view = { v, n };
    view_clock_part(&part, &view);
    return html_done(&part);
}
