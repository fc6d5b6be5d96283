/* route_try.c - who would get a lead, and how the last ones would have been spread.
 *
 * Both run in a write that is always rolled back, so that pools count the tried hand-offs as they
 * would count real ones, and criteria are asked by the same query as ever. Rows are put in and
 * changed by plain SQL here: no hook runs, nobody is told, nothing is kept. At most REPLAY_MAX leads:
 * the writer waits meanwhile.
 */
#include "funnel/route_try.h"
#include "base/id.h"

/* What was found leaves the write, its rows do not. */
static bool take_back(struct err *e) { return fail(e, ERR_CONFLICT, 0, "tried only"); }

static struct routing routing_for(struct ctx *tx)
{
    enum { PATH_MAX_BYTES = 20000 };
    return (struct routing){ .c = tx, .loc = *tx->loc, .path = buf_new(tx->a, PATH_MAX_BYTES),
                             .line = arena_new(tx->a, struct route_line, ROUTE_LINES_MAX) };
}

/* ── one lead ────────────────────────────────────────────────────────────── */

struct one { const struct route_guess *g; struct route_trial *out; bool is_done; };

static bool put_person(struct ctx *tx, const struct route_guess *g, int64_t *person, int64_t *company, struct err *e)
{
    *person = id_mint();
    *company = id_mint();
    return db_exec(tx->c, "INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, name, industry, country)"
                          " VALUES ($1, 1, $2, 0, $2, 0, '', $3, $4)",
                   DB_ARGS(V(*company), V(tx->now), V(g->industry), V(g->country)), NULL, e)
        && db_exec(tx->c, "INSERT INTO person (id, version, created_at, created_by, updated_at, updated_by, name, company, country)"
                          " VALUES ($1, 1, $2, 0, $2, 0, '', $3, $4)",
                   DB_ARGS(V(*person), V(tx->now), V(*company), V(g->country)), NULL, e);
}

static bool put_lead(struct ctx *tx, const struct route_guess *g, int64_t *lead, struct err *e)
{
    int64_t person, company;
    struct db_val campaign = g->campaign ? V(g->campaign) : DB_NULL_VAL, product = g->product ? V(g->product) : DB_NULL_VAL;
    *lead = id_mint();
    return put_person(tx, g, &person, &company, e)
        && db_exec(tx->c, "INSERT INTO lead (id, version, created_at, created_by, updated_at, updated_by, person, company, status,"
                          " source, campaign, product, title) VALUES ($1, 1, $2, 0, $2, 0, $3, $4, 'new', $5, $6, $7, '')",
                   DB_ARGS(V(*lead), V(tx->now), V(person), V(company), V(g->source), V(campaign), V(product)), NULL, e);
}

static bool name_of(struct ctx *c, int64_t user, str *out, struct err *e)
{
    struct addressee r;
    if (!addressee_of(c, user, &r, e))
        return false;
    *out = r.name;
    return true;
}

static bool try_one(struct ctx *tx, void *arg, struct err *e)
{
    struct one *t = arg;
    struct ctx sys = ctx_as_system(tx);
    struct routing rt = routing_for(&sys);
    struct record *lead;
    int64_t id = t->g->lead;
    if ((!id && !put_lead(tx, t->g, &id, e)) || !record_get(&sys, &lead_entity, id, &lead, e))
        return false;
    if (t->g->lead && str_eq(record_text(lead, "status"), S("offered")) && !route_without(&rt, lead, e))
        return false;
    if (!route_walk(&rt, lead, &t->out->to, e) || !name_of(&sys, t->out->to.owner, &t->out->receiver, e))
        return false;
    t->out->line = rt.line;
    t->out->n = rt.nlines;
    t->is_done = true;
    return take_back(e);
}

bool route_try(struct ctx *c, const struct route_guess *g, struct route_trial *out, struct err *e)
{
    struct record *seen;
    struct one t = { g, out, false };
    if (g->lead && !record_get(c, &lead_entity, g->lead, &seen, e))     /* only a lead the reader may see */
        return false;
    if (!record_write(c, try_one, &t, e) && !t.is_done)
        return false;
    *e = (struct err){ 0 };
    return true;
}

/* ── the last leads ──────────────────────────────────────────────────────── */

struct old_lead { int64_t id, owner, pool, at; };
struct many { struct route_replay *out; int64_t newest; struct old_lead v[REPLAY_MAX]; size_t n; bool is_done; };

static bool read_old(struct ctx *tx, struct many *m, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT id, owner, pool, offered_at FROM lead WHERE offered_at IS NOT NULL AND deleted_at IS NULL"
                             " ORDER BY offered_at DESC, id DESC LIMIT $1", DB_ARGS(V(m->newest)), e))
        return false;
    while (m->n < REPLAY_MAX && db_next(&q))
        m->v[m->n++] = (struct old_lead){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_int(&q, 3) };
    return db_done(&q, e);
}

/* As if they had not come yet. */
static bool forget_one(struct ctx *tx, const struct old_lead *l, struct err *e)
{
    return db_exec(tx->c, "UPDATE lead SET status = 'new', owner = NULL WHERE id = $1", DB_ARGS(V(l->id)), NULL, e)
        && db_exec(tx->c, "UPDATE handoff SET deleted_at = $2 WHERE lead = $1", DB_ARGS(V(l->id), V(tx->now)), NULL, e);
}

static bool give_one(struct ctx *tx, const struct old_lead *l, const struct route_to *to, struct err *e)
{
    struct db_val pool = to->pool ? V(to->pool) : DB_NULL_VAL;
    return db_exec(tx->c, "UPDATE lead SET status = 'offered', owner = $2, pool = $3 WHERE id = $1",
                   DB_ARGS(V(l->id), V(to->owner), V(pool)), NULL, e)
        && db_exec(tx->c, "INSERT INTO handoff (id, version, created_at, created_by, updated_at, updated_by, lead, receiver,"
                          " status, offered_at) VALUES ($1, 1, $2, 0, $2, 0, $3, $4, 'offered', $2)",
                   DB_ARGS(V(id_mint()), V(tx->now), V(l->id), V(to->owner)), NULL, e);
}

static struct replay_row *row_of(struct replay_row *v, size_t *n, int64_t user)
{
    for (size_t i = 0; i < *n; i++)
        if (v[i].user == user)
            return &v[i];
    v[*n].user = user;
    return &v[(*n)++];
}

static bool replay_one(struct ctx *tx, const struct old_lead *l, struct route_to *to, struct err *e)
{
    struct ctx then = ctx_as_system(tx);
    struct record *lead;
    then.now = l->at;                           /* working hours as they were at its moment */
    struct routing rt = { .c = &then, .loc = *tx->loc, .path = buf_new(tx->a, 20000) };
    return record_get(&then, &lead_entity, l->id, &lead, e) && route_walk(&rt, lead, to, e) && give_one(&then, l, to, e);
}

static bool try_many(struct ctx *tx, void *arg, struct err *e)
{
    struct many *m = arg;
    struct replay_row *rows = arena_new(tx->a, struct replay_row, 2 * REPLAY_MAX);
    size_t n = 0;
    m->n = 0;
    m->out->same = 0;
    if (!read_old(tx, m, e))
        return false;
    for (size_t i = 0; i < m->n; i++)
        if (!forget_one(tx, &m->v[i], e))
            return false;
    for (size_t i = m->n; i-- > 0;) {           /* oldest first */
        struct route_to to;
        if (!replay_one(tx, &m->v[i], &to, e))
            return false;
        row_of(rows, &n, to.owner)->would++;
        if (m->v[i].owner)
            row_of(rows, &n, m->v[i].owner)->did++;
        m->out->same += to.owner == m->v[i].owner;
    }
    for (size_t i = 0; i < n; i++)
        if (!name_of(tx, rows[i].user, &rows[i].name, e))
            return false;
    m->out->row = rows;
    m->out->n = n;
    m->out->leads = (int64_t)m->n;
    m->is_done = true;
    return take_back(e);
}

bool route_replay(struct ctx *c, int64_t newest, struct route_replay *out, struct err *e)
{
    struct many *m = arena_new(c->a, struct many, 1);
    *out = (struct route_replay){ 0 };
    m->out = out;
    m->newest = newest < 1 ? 1 : newest > REPLAY_MAX ? REPLAY_MAX : newest;
    if (!record_write_bulk(c, try_many, m, e) && !m->is_done)
        return false;
    *e = (struct err){ 0 };
    return true;
}
