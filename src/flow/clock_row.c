/* clock_row.c - starting, holding, measuring and ending a clock.
 *
 * What is left when a clock is held is working time, so a night or a feast that falls into the
 * pause costs nothing twice. The round asks each condition again inside the write that acts on it:
 * whoever ended, held or extended the clock meanwhile is right.
 */
#include "flow/clock_row.h"
#include "base/clock.h"
#include "core/work_time.h"
#include "record/access.h"

static const char *const outcomes[] = { [CLOCK_MET] = "met", [CLOCK_DROPPED] = "dropped", [CLOCK_MOVED] = "moved" };

static struct val none(void) { return (struct val){ 0 }; }

static bool load(struct ctx *tx, int64_t id, struct ctx *sys, struct record **clock, struct bizcal *cal, struct err *e)
{
    *sys = ctx_as_system(tx);
    return record_get(sys, &clock_entity, id, clock, e) && calendar_of(sys, record_int(*clock, "holder"), cal, e);
}

static struct record *change_of(struct ctx *tx, int64_t id)
{
    struct record *r = record_new(tx->a, &clock_entity);
    r->id = id;
    return r;
}

static bool is_over(const struct record *clock) { return record_val(clock, "ended_at").is_set; }
static bool is_held(const struct record *clock) { return record_val(clock, "paused_at").is_set; }

/* When to remind of a deadline that is `left` working time away; unset: never, or past. */
static bool reminder(struct ctx *tx, const struct bizcal *cal, int64_t left, int64_t before, struct val *out, struct err *e)
{
    int64_t at;
    *out = none();
    if (before <= 0 || left <= before * MINUTE_US)
        return true;
    if (!bizcal_add(cal, tx->now, left - before * MINUTE_US, &at, e))
        return false;
    *out = val_int(at);
    return true;
}

/* ── start, pause, extend ────────────────────────────────────────────────── */

bool clock_begin(struct ctx *tx, const struct clock_start *s, int64_t *id, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &clock_entity);
    struct bizcal cal;
    struct val remind;
    int64_t due;
    if (!calendar_of(&sys, s->holder, &cal, e) || !bizcal_add(&cal, tx->now, s->minutes * MINUTE_US, &due, e)
        || !reminder(tx, &cal, s->minutes * MINUTE_US, s->remind_minutes, &remind, e))
        return false;
    record_set(r, "policy", val_ref(s->policy));
    record_set(r, "kind", val_text(str_of(s->kind)));
    record_set(r, "entity", val_text(str_of(s->en->name)));
    record_set(r, "record", val_int(s->record));
    record_set(r, "holder", val_ref(s->holder));
    record_set(r, "minutes", val_int(s->minutes));
    record_set(r, "remind_minutes", val_int(s->remind_minutes));
    record_set(r, "started_at", val_int(tx->now));
    record_set(r, "due_at", val_int(due));
    record_set(r, "remind_at", remind);
    if (!record_create(&sys, r, e))
        return false;
    *id = r->id;
    return true;
}

bool clock_hold(struct ctx *tx, int64_t id, str why, struct err *e)
{
    struct ctx sys;
    struct record *now, *r = change_of(tx, id), *span = record_new(tx->a, &clock_pause_entity);
    struct bizcal cal;
    if (!load(tx, id, &sys, &now, &cal, e))
        return false;
    if (is_over(now) || is_held(now))
        return true;
    record_set(r, "paused_at", val_int(tx->now));
    record_set(r, "left_time", val_int(bizcal_between(&cal, tx->now, record_int(now, "due_at"))));
    record_set(r, "remind_at", none());
    record_set(span, "clock", val_ref(id));
    record_set(span, "from_at", val_int(tx->now));
    record_set(span, "reason", val_text(why));
    return record_update(&sys, r, 0, NULL, e) && record_create(&sys, span, e);
}

static bool close_pause(struct ctx *sys, int64_t clock, int64_t at, struct err *e)
{
    bool found;
    int64_t id = 0;
    struct record *r = record_new(sys->a, &clock_pause_entity);
    if (!db_get_int(sys->c, "SELECT id FROM clock_pause WHERE clock = $1 AND until_at IS NULL AND deleted_at IS NULL"
                            " ORDER BY id DESC LIMIT 1", DB_ARGS(V(clock)), &found, &id, e))
        return false;
    r->id = id;
    record_set(r, "until_at", val_int(at));
    return !found || record_update(sys, r, 0, NULL, e);
}

bool clock_resume(struct ctx *tx, int64_t id, struct err *e)
{
    struct ctx sys;
    struct record *now, *r = change_of(tx, id);
    struct bizcal cal;
    struct val remind;
    int64_t due;
    if (!load(tx, id, &sys, &now, &cal, e))
        return false;
    if (is_over(now) || !is_held(now))
        return true;
    int64_t left = record_int(now, "left_time");
    if (!bizcal_add(&cal, tx->now, left, &due, e)
        || !reminder(tx, &cal, left, record_int(now, "remind_minutes"), &remind, e))
        return false;
    record_set(r, "paused_at", none());
    record_set(r, "left_time", none());
    record_set(r, "due_at", val_int(due));
    record_set(r, "remind_at", remind);
    return record_update(&sys, r, 0, NULL, e) && close_pause(&sys, id, tx->now, e);
}

bool clock_extend(struct ctx *tx, int64_t id, int64_t minutes, struct err *e)
{
    struct ctx sys;
    struct record *now, *r = change_of(tx, id);
    struct bizcal cal;
    struct val remind;
    int64_t due;
    if (!load(tx, id, &sys, &now, &cal, e))
        return false;
    if (is_over(now))
        return true;
    int64_t more = minutes * MINUTE_US;
    record_set(r, "extended", val_int(record_int(now, "extended") + minutes));
    if (is_held(now)) {
        record_set(r, "left_time", val_int(record_int(now, "left_time") + more));
        return record_update(&sys, r, 0, NULL, e);
    }
    if (!bizcal_add(&cal, record_int(now, "due_at"), more, &due, e)
        || !reminder(tx, &cal, bizcal_between(&cal, tx->now, due), record_int(now, "remind_minutes"), &remind, e))
        return false;
    record_set(r, "due_at", val_int(due));
    record_set(r, "remind_at", remind);
    return record_update(&sys, r, 0, NULL, e);
}

/* ── measuring ───────────────────────────────────────────────────────────── */

struct span { int64_t from, until; };

static int64_t later(int64_t x, int64_t y) { return x > y ? x : y; }
static int64_t sooner(int64_t x, int64_t y) { return x < y ? x : y; }

/* Working time of [from, until) without the pauses in it. */
static bool worked(struct ctx *c, int64_t clock, const struct bizcal *cal, struct span s, int64_t *out, struct err *e)
{
    struct db_rows q;
    int64_t us = s.until > s.from ? bizcal_between(cal, s.from, s.until) : 0;
    if (!db_query(c->c, &q, "SELECT from_at, COALESCE(until_at, $2) FROM clock_pause WHERE clock = $1 AND deleted_at IS NULL",
                  DB_ARGS(V(clock), V(s.until)), e))
        return false;
    while (db_next(&q)) {
        int64_t from = later(db_int(&q, 0), s.from), until = sooner(db_int(&q, 1), s.until);
        us -= until > from ? bizcal_between(cal, from, until) : 0;
    }
    *out = us;
    return db_done(&q, e);
}

bool clock_measure(struct ctx *c, const struct record *clock, struct clock_times *out, struct err *e)
{
    struct bizcal cal;
    int64_t until = is_over(clock) ? record_int(clock, "ended_at") : c->now, breached = record_int(clock, "breached_at");
    *out = (struct clock_times){ .is_paused = !is_over(clock) && is_held(clock) };
    if (!calendar_of(c, record_int(clock, "holder"), &cal, e)
        || !worked(c, clock->id, &cal, (struct span){ record_int(clock, "started_at"), until }, &out->spent, e)
        || (breached && !worked(c, clock->id, &cal, (struct span){ breached, until }, &out->over, e)))
        return false;
    out->left = out->is_paused ? record_int(clock, "left_time") : bizcal_between(&cal, until, record_int(clock, "due_at"));
    return true;
}

bool clock_end(struct ctx *tx, int64_t id, int64_t at, enum clock_outcome how, struct err *e)
{
    struct ctx sys;
    struct record *now, *r = change_of(tx, id);
    struct bizcal cal;
    struct clock_times t;
    if (!load(tx, id, &sys, &now, &cal, e))
        return false;
    if (is_over(now))
        return true;
    /* The round may not have come by yet: late is late. */
    if (!record_val(now, "breached_at").is_set && !is_held(now) && record_int(now, "due_at") < at) {
        record_set(r, "breached_at", record_val(now, "due_at"));
        record_set(now, "breached_at", record_val(now, "due_at"));
    }
    record_set(now, "ended_at", val_int(at));
    if (!clock_measure(&sys, now, &t, e))
        return false;
    record_set(r, "ended_at", val_int(at));
    record_set(r, "outcome", val_text(str_of(outcomes[how])));
    record_set(r, "work_time", val_int(t.spent));
    record_set(r, "over_time", record_val(now, "breached_at").is_set ? val_int(t.over) : none());
    record_set(r, "remind_at", none());
    record_set(r, "paused_at", none());
    return record_update(&sys, r, 0, NULL, e) && close_pause(&sys, id, at, e);
}

bool clock_running(struct ctx *c, const struct entity *en, int64_t record, const char *kind, int64_t policy,
                   struct record **out, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    bool found;
    int64_t id = 0;
    *out = NULL;
    return db_get_int(c->c, "SELECT id FROM clock WHERE record = $1 AND entity = $2 AND kind = $3 AND ($4 = 0 OR policy = $4)"
                            " AND ended_at IS NULL AND deleted_at IS NULL ORDER BY id DESC LIMIT 1",
                      DB_ARGS(V(record), V(str_of(en->name)), V(str_of(kind)), V(policy)), &found, &id, e)
        && (!found || record_get(&sys, &clock_entity, id, out, e));
}

/* ── the round ───────────────────────────────────────────────────────────── */

enum { AT_ONCE = 200 };
struct due { int64_t v[AT_ONCE]; size_t n; };
struct act { const struct clock_care *care; int64_t id; };

static bool take_ids(struct db_rows *q, struct due *d, struct err *e)
{
    d->n = 0;
    while (d->n < AT_ONCE && db_next(q))
        d->v[d->n++] = db_int(q, 0);
    return db_done(q, e);
}

static bool each(struct ctx *c, const struct clock_care *care, const struct due *d, record_write_fn *fn, struct err *e)
{
    for (size_t i = 0; i < d->n; i++) {
        struct arena scratch = *c->a;
        struct ctx own = *c;
        struct act act = { care, d->v[i] };
        if (!c->write)
            own.a = &scratch;                   /* inside a write its list of what was touched stays */
        if (!record_write_bulk(&own, fn, &act, e))
            return false;
    }
    return true;
}

static bool remind_one(struct ctx *tx, void *arg, struct err *e)
{
    const struct act *act = arg;
    struct ctx sys = ctx_as_system(tx);
    struct record *now, *r = change_of(tx, act->id);
    if (!record_get(&sys, &clock_entity, act->id, &now, e))
        return false;
    if (!record_val(now, "remind_at").is_set || record_int(now, "remind_at") > tx->now)
        return true;
    record_set(r, "remind_at", none());
    return record_update(&sys, r, 0, NULL, e)
        && (is_over(now) || record_val(now, "breached_at").is_set || act->care->remind(tx, now, e));
}

static bool breach_one(struct ctx *tx, void *arg, struct err *e)
{
    const struct act *act = arg;
    struct ctx sys = ctx_as_system(tx);
    struct record *now, *r = change_of(tx, act->id);
    if (!record_get(&sys, &clock_entity, act->id, &now, e))
        return false;
    if (is_over(now) || is_held(now) || record_val(now, "breached_at").is_set || record_int(now, "due_at") > tx->now)
        return true;
    record_set(r, "breached_at", record_val(now, "due_at"));
    record_set(r, "remind_at", none());
    return record_update(&sys, r, 0, NULL, e) && act->care->breach(tx, now, e);
}

bool clock_round(struct ctx *c, const struct clock_care *care, struct err *e)
{
    struct db_rows q;
    struct due d;
    str kind = str_of(care->kind);
    return db_query(c->c, &q, "SELECT id FROM clock WHERE kind = $1 AND remind_at <= $2 AND deleted_at IS NULL"
                              " ORDER BY remind_at, id LIMIT 200", DB_ARGS(V(kind), V(c->now)), e)
        && take_ids(&q, &d, e) && each(c, care, &d, remind_one, e)
        && db_query(c->c, &q, "SELECT id FROM clock WHERE kind = $1 AND due_at <= $2 AND ended_at IS NULL"
                              " AND breached_at IS NULL AND paused_at IS NULL AND deleted_at IS NULL"
                              " ORDER BY due_at, id LIMIT 200", DB_ARGS(V(kind), V(c->now)), e)
        && take_ids(&q, &d, e) && each(c, care, &d, breach_one, e);
}
