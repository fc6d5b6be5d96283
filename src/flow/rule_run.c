/* rule_run.c - one run of a rule: begun by a cause, carried on when what it waited for came, ended.
 *
 * What the steps do between two waits is one act with a write of its own, kept or dropped as a
 * whole; the run's row and its log stand outside it, so that a failure is told. Everything lies in
 * the consumer's write, beside its cursor: after a crash it has happened once or not at all.
 */
#include "flow/rule_inside.h"
#include "base/buf.h"
#include "msg/record.h"
#include "msg/rule.h"
#include "record/journal.h"

/* ── questions ───────────────────────────────────────────────────────────── */

bool rule_is_undone(struct ctx *c, int64_t write, bool *out, struct err *e)
{
    int64_t one;
    return db_get_int(c->c, "SELECT 1 FROM write_log WHERE id = $1 AND (undo_of IS NOT NULL OR undone_by IS NOT NULL)",
                      DB_ARGS(V(write)), out, &one, e);
}

/* ── a run at work ───────────────────────────────────────────────────────── */

struct log_line { int step; const char *name, *result; str said; const struct entity *en; int64_t record; };

struct run {
    struct rule_batch *b;
    struct ctx *tx;                             /* the consumer's write, the program's rights */
    struct rule *r;
    bool is_caused;                             /* what it writes is known as its doing */
    int64_t id, record, chain; int depth;
    int at;                                     /* the next line */
    str answer;
    struct log_line *log; size_t nlog;          /* at most a line each: steps only go forward */
    /* how it stands after these steps */
    const char *state; int64_t due_at; str event, problem;
    int failed_at;
};

static void note(struct run *u, int step, const char *result, str said, const struct rule_act *a)
{
    if (!u->log)
        u->log = arena_new(u->tx->a, struct log_line, u->r->plan.n + 1);
    u->log[u->nlog++] = (struct log_line){ step, u->r->plan.line[step].step->name, result, said, a ? a->did_en : NULL, a ? a->did : 0 };
}

/* Which way a split goes is settled by the run itself: the same however often it is asked. */
static bool share_takes(const struct run *u, int step, str share)
{
    int64_t percent = 50;
    uint64_t h = (uint64_t)u->id * 0x9e3779b97f4a7c15u + (uint64_t)step * 0xbf58476d1ce4e5b9u;
    h ^= h >> 31;
    h *= 0x94d049bb133111ebu;
    return str_to_int(share, &percent) && (int64_t)((h >> 33) % 100) < percent;
}

static bool takes_block(struct run *u, struct ctx *own, const struct rule_line *l, bool *out, struct err *e)
{
    switch (l->step->flow) {
    case FLOW_YES:   *out = str_eq(u->answer, S("yes")); return true;
    case FLOW_SPLIT: *out = share_takes(u, u->at, rule_arg(l, "share")); return true;
    case FLOW_IF:
        return rule_fits(u->b, own, u->r->plan.en, rule_criteria(own, &u->r->plan, rule_arg(l, "criteria"), u->r->limit), u->record, out, e);
    default:         *out = false; return true;     /* the end of a part that was taken */
    }
}

static void waits(struct run *u, int64_t until, str event)
{
    u->state = "waiting";
    u->due_at = until;
    u->event = event;
}

static bool ask(struct run *u, struct rule_act *a, int64_t until, struct err *e)
{
    struct ctx sys = ctx_as_system(a->tx);
    struct record *r = record_new(a->tx->a, &approval_entity);
    int64_t who;
    str text;
    if (!rule_who(a, rule_arg(a->line, "who"), &who, e) || !rule_text(a, rule_arg(a->line, "text"), &text, e))
        return false;
    if (!who)
        return fail(e, ERR_NOT_FOUND, MSG_rule_nobody, "nobody to ask");
    record_set(r, "title", val_text(str_head(text, 300)));
    record_set(r, "entity", val_text(str_of(a->en->name)));
    record_set(r, "record", val_int(a->record));
    record_set(r, "asked_by", val_ref(a->owner));
    record_set(r, "decider", val_ref(who));
    record_set(r, "until", val_int(until));
    record_set(r, "run", val_ref(u->id));
    if (!record_create(&sys, r, e))
        return false;
    a->did_en = &approval_entity;
    a->did = r->id;
    return true;
}

static bool sees(struct run *u, struct ctx *own, struct err *e)
{
    bool does;
    return rule_fits(u->b, own, u->r->plan.en, (str){ 0 }, u->record, &does, e)
        && (does || fail(e, ERR_NOT_FOUND, MSG_record_not_found, "%s %lld", u->r->plan.en->name, (long long)u->record));
}

/* How long a step waits: working hours are those of who has the record. Nothing waits for what its owner does not see. */
static bool wait_until(struct run *u, struct rule_act *a, int64_t *until, struct err *e)
{
    enum rule_flow f = a->line->step->flow;
    int64_t holder = 0;
    if (f != FLOW_WAIT && f != FLOW_WAIT_EVENT && f != FLOW_ASK)
        return true;
    bool is_there = str_eq(rule_arg(a->line, "unit"), S("work_hours")) ? rule_owner_of(a, &holder, e) : sees(u, a->tx, e);
    return is_there && rule_until(a, holder, until, e);
}

/* Before the first thing it writes. */
static bool put_cause(struct run *u, struct ctx *own, struct err *e)
{
    if (u->is_caused)
        return true;
    u->is_caused = true;
    return db_exec(own->c, "INSERT INTO rule_cause (write_id, run, chain, depth) VALUES ($1, $2, $3, $4)",
                   DB_ARGS(V(own->write_id), V(u->id), V(u->chain), V(u->depth)), NULL, e);
}

/* One line; false in *more: the run waits or is over. */
static bool one_step(struct run *u, struct ctx *own, bool *more, struct err *e)
{
    const struct rule_line *l = &u->r->plan.line[u->at];
    struct rule_act a = { .tx = own, .line = l, .run = u->id, .rule = u->r->id, .owner = u->r->owner,
                          .en = u->r->plan.en, .record = u->record };
    int step = u->at++;
    bool taken = true;
    int64_t until = 0;
    *more = true;
    if (!wait_until(u, &a, &until, e))
        return u->failed_at = step, false;
    switch (l->step->flow) {
    case FLOW_STEP:
        if (!put_cause(u, own, e) || !l->step->run(&a, e))
            return u->failed_at = step, false;
        note(u, step, "done", a.said, &a);
        return true;
    case FLOW_IF: case FLOW_YES: case FLOW_SPLIT: case FLOW_ELSE:
        u->at = step;
        if (!takes_block(u, own, l, &taken, e))
            return u->failed_at = step, false;
        u->at = taken ? step + 1 : l->jump;
        if (l->step->flow != FLOW_ELSE)
            note(u, step, taken ? "done" : "passed", (str){ 0 }, NULL);
        return true;
    case FLOW_END:
        return true;
    case FLOW_WAIT:
        waits(u, until, (str){ 0 });
        break;
    case FLOW_WAIT_EVENT:
        /* What came in time may be told so much later. */
        waits(u, until + rule_settles_us(rule_arg(l, "event")), rule_arg(l, "event"));
        break;
    case FLOW_ASK:
        if (!put_cause(u, own, e) || !ask(u, &a, until, e))
            return u->failed_at = step, false;
        waits(u, until, (str){ 0 });
        break;
    case FLOW_HALT:
        u->at = (int)u->r->plan.n;
        note(u, step, "done", (str){ 0 }, NULL);
        return *more = false, true;
    }
    note(u, step, "waits", (str){ 0 }, &a);
    return *more = false, true;
}

/* ── acting for the owner ────────────────────────────────────────────────── */

static bool steps(struct ctx *own, void *arg, struct err *e)
{
    struct run *u = arg;
    bool more = true;
    while (more && u->at < (int)u->r->plan.n)
        if (!one_step(u, own, &more, e))
            return false;
    return true;
}

static bool as_owner(struct ctx *tx, void *arg, struct err *e)
{
    struct run *u = arg;
    struct ctx own;
    if (!rule_owner_ctx(u->b, tx, u->r->owner, &own, e))
        return false;
    own.why = u->r->name;
    return record_act(&own, steps, u, e);
}

/* ── what is left of it ──────────────────────────────────────────────────── */

static bool put_log(struct run *u, struct err *e)
{
    for (size_t i = 0; i < u->nlog; i++) {
        const struct log_line *l = &u->log[i];
        struct record *r = record_new(u->tx->a, &rule_log_entity);
        record_set(r, "run", val_ref(u->id));
        record_set(r, "step", val_int(l->step + 1));
        record_set(r, "name", val_text(str_of(l->name)));
        record_set(r, "result", val_text(str_of(l->result)));
        record_set(r, "said", val_text(str_head(l->said, 400)));
        record_set(r, "entity", l->en ? val_text(str_of(l->en->name)) : (struct val){ 0 });
        record_set(r, "record", val_ref(l->record));
        if (!journal_add(u->tx, r, e))
            return false;
    }
    return true;
}

static void set_stand(struct run *u, struct record *r)
{
    bool is_waiting = !strcmp(u->state, "waiting");
    record_set(r, "state", val_text(str_of(u->state)));
    record_set(r, "step", val_int(u->at));
    record_set(r, "due_at", is_waiting ? val_int(u->due_at) : (struct val){ 0 });
    record_set(r, "event", val_text(u->event));
    record_set(r, "ended_at", is_waiting ? (struct val){ 0 } : val_int(u->tx->now));
    record_set(r, "problem", val_text(str_head(u->problem, 400)));
}

/* Whoever can do something about it: the owner, or their manager when the owner is the problem. */
static bool tell_failure(struct run *u, const struct err *why, struct err *e)
{
    struct arena *a = u->tx->a;
    struct addressee owner, to;
    if (!addressee_of(u->tx, u->r->owner, &owner, e))
        return false;
    bool is_owners = why->code == ERR_FORBIDDEN || why->code == ERR_NOT_FOUND || !owner.is_active;
    int64_t whom = is_owners && owner.manager ? owner.manager : u->r->owner;
    if (!addressee_of(u->tx, whom, &to, e))
        return false;
    str reason = err_text(a, &to.loc, why);
    str title = u->r->is_halted ? RULE_SAY(a, &to.loc, rule_tell_off, .rule = A(u->r->name), .reason = A(reason))
                                : RULE_SAY(a, &to.loc, rule_tell_failed, .rule = A(u->r->name), .reason = A(reason));
    return notify(u->tx, whom, "rule.failed", title, arena_fmt(a, "/automation/runs/%.*s", STR_ARG(id_text(a, u->id))), e);
}

/* Does what it can do now, and says how it stands. Fails only when the telling fails. */
static bool work(struct run *u, struct err *why, struct err *e)
{
    size_t nlog = u->nlog;
    u->state = "done";
    *why = (struct err){ 0 };
    if (record_try(u->tx, as_owner, u, why))
        return true;
    if (err_is_storage(why))                    /* not the rule's fault: the whole is tried again */
        return *e = *why, false;
    u->nlog = nlog;                             /* what they did was taken back */
    u->at = u->failed_at;
    u->state = "failed";
    u->due_at = 0;
    u->event = (str){ 0 };
    struct addressee owner;
    if (!addressee_of(u->tx, u->r->owner, &owner, e))
        return false;
    u->problem = err_text(u->tx->a, &owner.loc, why);
    note(u, u->failed_at, "failed", u->problem, NULL);
    return true;
}

/* ── guards ──────────────────────────────────────────────────────────────── */

static bool is_known(struct ctx *tx, const struct rule *r, const struct rule_cause *why, bool *out, struct err *e)
{
    int64_t id;
    return db_get_int(tx->c, "SELECT id FROM rule_run WHERE rule = $1 AND number = $2 AND cause = $3 AND record = $4",
                      DB_ARGS(V(r->id), V(r->number), V(why->key), V(why->record)), out, &id, e);
}

/* Once per record, or not while one is under way. */
static bool is_enough(struct ctx *tx, const struct rule *r, int64_t record, bool *out, struct err *e)
{
    int64_t id;
    *out = false;
    if (r->once == ONCE_EACH)
        return true;
    return db_get_int(tx->c, "SELECT id FROM rule_run WHERE rule = $1 AND record = $2 AND deleted_at IS NULL"
                             " AND state <> 'failed' AND ($3 = 1 OR state = 'waiting') LIMIT 1",
                      DB_ARGS(V(r->id), V(record), V(r->once == ONCE_RECORD)), out, &id, e);
}

static bool switch_off(struct ctx *tx, struct rule *r, struct err *e)
{
    struct record *row = record_new(tx->a, &rule_entity);
    r->is_halted = true;
    row->id = r->id;
    record_set(row, "is_on", val_int(0));
    record_set(row, "stopped_at", val_int(tx->now));
    return record_update(tx, row, 0, NULL, e);
}

static bool halt(struct ctx *tx, struct rule *r, struct err *e)
{
    struct addressee to;
    if (!switch_off(tx, r, e) || !addressee_of(tx, r->owner, &to, e))
        return false;
    str title = RULE_SAY(tx->a, &to.loc, rule_tell_halted, .rule = A(r->name), .count = A(r->hourly));
    return notify(tx, r->owner, "rule.stopped", title, arena_fmt(tx->a, "/automation/%.*s", STR_ARG(id_text(tx->a, r->id))), e);
}

/* More in an hour than it may: it is switched off, and its owner told. */
static bool is_too_many(struct ctx *tx, struct rule *r, bool *out, struct err *e)
{
    bool found;
    if (r->begun < 0 && !db_get_int(tx->c, "SELECT COUNT(*) FROM rule_run WHERE rule = $1 AND started_at > $2",
                                    DB_ARGS(V(r->id), V(tx->now - HOUR_US)), &found, &r->begun, e))
        return false;
    *out = r->begun >= r->hourly;
    return !*out || halt(tx, r, e);
}

struct place { int64_t chain; int depth; };
/* Where a cause stands: at the beginning of a chain, or after the run that wrote it. */
static bool place_of(struct ctx *tx, const struct rule_cause *why, int64_t run, struct place *out, struct err *e)
{
    struct db_rows q;
    *out = (struct place){ run, 0 };
    if (!db_query(tx->c, &q, "SELECT chain, depth FROM rule_cause WHERE write_id = $1", DB_ARGS(V(why->write)), e))
        return false;
    if (db_next(&q))
        *out = (struct place){ db_int(&q, 0), (int)db_int(&q, 1) + 1 };
    return db_done(&q, e);
}

static bool is_circle(struct ctx *tx, const struct run *u, bool *out, struct err *e)
{
    int64_t id;
    *out = u->depth >= RULE_CHAIN_MAX;
    if (*out || !u->depth)
        return true;
    return db_get_int(tx->c, "SELECT id FROM rule_run WHERE chain = $1 AND rule = $2 AND record = $3 LIMIT 1",
                      DB_ARGS(V(u->chain), V(u->r->id), V(u->record)), out, &id, e);
}

/* ── beginning ───────────────────────────────────────────────────────────── */

static bool put_run(struct run *u, str cause, struct err *e)
{
    struct record *r = record_new(u->tx->a, &rule_run_entity);
    r->id = u->id;
    record_set(r, "rule", val_ref(u->r->id));
    record_set(r, "edition", val_ref(u->r->version));
    record_set(r, "number", val_int(u->r->number));
    record_set(r, "cause", val_text(cause));
    record_set(r, "entity", val_text(str_of(u->r->plan.en->name)));
    record_set(r, "record", val_int(u->record));
    record_set(r, "owner", val_ref(u->r->owner));
    record_set(r, "chain", val_int(u->chain));
    record_set(r, "depth", val_int(u->depth));
    record_set(r, "started_at", val_int(u->tx->now));
    set_stand(u, r);
    return record_create(u->tx, r, e);
}

static bool put_stand(struct run *u, const struct record *old, struct err *e)
{
    struct record *r = record_new(u->tx->a, &rule_run_entity);
    record_set(r, "answer", (struct val){ 0 });
    set_stand(u, r);
    return journal_set(u->tx, old, r, e);
}

/* The owner must see the record, and it must fit, before anything is done. */
struct fit { struct run *u; bool fits; };
static bool ask_fit(struct ctx *tx, void *arg, struct err *e)
{
    struct fit *f = arg;
    struct run *u = f->u;
    struct rule *r = u->r;
    struct ctx own;
    return rule_owner_ctx(u->b, tx, r->owner, &own, e) && rule_may_watch(&own, &r->plan, e)
        && rule_fits(u->b, &own, r->plan.en, rule_criteria(&own, &r->plan, r->plan.criteria, r->limit), u->record, &f->fits, e);
}

static bool fits_owner(struct run *u, bool *fits, struct err *why, struct err *e)
{
    struct fit f = { u, false };
    *why = (struct err){ 0 };
    if (ask_fit(u->tx, &f, why)) {
        *fits = f.fits;
        return true;
    }
    if (err_is_storage(why))
        return *e = *why, false;
    *fits = true;                               /* it failed: a run tells so */
    return true;
}

bool rule_begin(struct rule_batch *b, struct rule *r, const struct rule_cause *cause, struct err *e)
{
    struct ctx sys = ctx_as_system(b->tx);
    struct run *u = arena_new(sys.a, struct run, 1);
    struct err why;
    struct place p;
    bool stop, fits;
    *u = (struct run){ .b = b, .tx = &sys, .r = r, .id = id_mint(), .record = cause->record };
    if (r->is_halted)
        return true;
    if (!is_known(&sys, r, cause, &stop, e) || (!stop && !is_enough(&sys, r, u->record, &stop, e)))
        return false;
    if (stop)
        return true;
    if (!fits_owner(u, &fits, &why, e))
        return false;
    if (!fits)
        return true;
    if (!is_too_many(&sys, r, &stop, e) || !place_of(&sys, cause, u->id, &p, e))
        return false;
    if (stop)
        return true;
    u->chain = p.chain;
    u->depth = p.depth;
    r->begun++;
    if (!is_circle(&sys, u, &stop, e))
        return false;
    if (stop) {
        struct addressee owner;
        if (!addressee_of(&sys, r->owner, &owner, e))
            return false;
        u->state = "stopped";
        u->problem = msg_text(sys.a, &owner.loc, MSG_rule_circle, NULL);
        return put_run(u, cause->key, e);
    }
    if (why.code) {                             /* it cannot be asked in its owner's name any more, now or later */
        struct addressee owner;
        if (!switch_off(&sys, r, e) || !addressee_of(&sys, r->owner, &owner, e))
            return false;
        u->state = "failed";
        u->problem = err_text(sys.a, &owner.loc, &why);
    } else if (!work(u, &why, e)) {
        return false;
    }
    return put_run(u, cause->key, e) && put_log(u, e) && (!why.code || tell_failure(u, &why, e));
}

/* ── carrying on ─────────────────────────────────────────────────────────── */

static bool end_as(struct ctx *sys, int64_t run, const char *state, str problem, struct err *e)
{
    struct record *r = record_new(sys->a, &rule_run_entity);
    r->id = run;
    record_set(r, "state", val_text(str_of(state)));
    record_set(r, "due_at", (struct val){ 0 });
    record_set(r, "event", (struct val){ 0 });
    record_set(r, "ended_at", val_int(sys->now));
    record_set(r, "problem", val_text(problem));
    return record_update(sys, r, 0, NULL, e);
}

bool rule_carry_on(struct rule_batch *b, int64_t id, str answer, struct err *e)
{
    struct ctx sys = ctx_as_system(b->tx);
    struct run *u = arena_new(sys.a, struct run, 1);
    struct record *row;
    struct rule *r;
    struct err why;
    if (!journal_get(&sys, &rule_run_entity, id, &row, e))
        return false;
    if (!row || !str_eq(record_text(row, "state"), S("waiting")))
        return true;
    if (!rule_of_run(b, &sys, row, &r, e))
        return false;
    if (!r)
        return end_as(&sys, id, "stopped", (str){ 0 }, e);
    *u = (struct run){ .b = b, .tx = &sys, .r = r, .id = id, .record = record_int(row, "record"), .chain = record_int(row, "chain"),
                       .depth = (int)record_int(row, "depth"), .at = (int)record_int(row, "step"),
                       .answer = answer.n ? answer : record_text(row, "answer") };
    return work(u, &why, e) && put_stand(u, row, e) && put_log(u, e) && (!why.code || tell_failure(u, &why, e));
}

/* ── by hand ─────────────────────────────────────────────────────────────── */

/* A row that waits for nothing: the next round begins it. */
bool rule_start(struct ctx *tx, int64_t rule, const struct entity *en, int64_t record, int64_t chain, int64_t depth,
                int64_t *run, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct run *u = arena_new(tx->a, struct run, 1);
    struct rule *r;
    bool is_on;
    int64_t one;
    if (!rule_load(&sys, rule, 0, &r, e)
        || !db_get_int(tx->c, "SELECT 1 FROM rule WHERE id = $1 AND is_on = 1 AND deleted_at IS NULL", DB_ARGS(V(rule)), &is_on, &one, e))
        return false;
    if (!r || !is_on || r->plan.when != WHEN_HAND || r->plan.en != en)
        return fail(e, ERR_CONFLICT, MSG_rule_not_by_hand, "rule %lld", (long long)rule);
    if (depth >= RULE_CHAIN_MAX)
        return fail(e, ERR_CONFLICT, MSG_rule_circle, "depth %lld", (long long)depth);
    *u = (struct run){ .tx = &sys, .r = r, .id = id_mint(), .record = record, .depth = (int)depth,
                       .state = "waiting", .due_at = tx->now };
    u->chain = chain ? chain : u->id;
    *run = u->id;
    return put_run(u, arena_fmt(tx->a, "h%.*s", STR_ARG(id_text(tx->a, u->id))), e);
}

bool rule_stop(struct ctx *tx, int64_t run, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *row;
    if (!record_get(&sys, &rule_run_entity, run, &row, e))
        return false;
    return !str_eq(record_text(row, "state"), S("waiting")) || end_as(&sys, run, "stopped", (str){ 0 }, e);
}
