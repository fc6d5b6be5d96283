/* live_deps.c - what a query looks at, as ways from the record; and the ways back from what changed.
 *
 * Each entity that a condition reaches is one dependency: the steps that lead there, and which fields
 * count at their end. When one of these changes, the steps are walked back by indexes to the records
 * that may now answer otherwise. A reference that moved is walked from its old end too.
 */
#include "record/live.h"
#include "base/id.h"
#include "msg/query.h"
#include "record/query_tree.h"
#include "record/row.h"
#include "record/store.h"

/* ── gathering ───────────────────────────────────────────────────────────── */

struct gather { struct ctx *c; struct live_deps *out; struct err *e; };

static bool is_same(const struct live_dep *x, const struct live_dep *y)
{
    if (x->kind != y->kind || x->en != y->en || x->nsteps != y->nsteps || x->segment != y->segment || x->about != y->about || x->field != y->field
        || x->is_prefix != y->is_prefix || !str_eq(x->events, y->events))
        return false;
    for (int i = 0; i < x->nsteps; i++)
        if (x->step[i].f != y->step[i].f || x->step[i].to != y->step[i].to || x->step[i].is_back != y->step[i].is_back)
            return false;
    return true;
}

static bool refuse(struct gather *g)
{
    return fail(g->e, ERR_INVALID, MSG_query_too_far, "more than %d dependencies or %d steps", LIVE_DEPS_MAX, LIVE_STEPS_MAX);
}

static void grow(struct arena *a, struct live_deps *d)
{
    struct live_dep *v = arena_new(a, struct live_dep, d->cap ? d->cap * 2 : 4);
    if (d->n)
        memcpy(v, d->v, (size_t)d->n * sizeof *v);
    d->v = v;
    d->cap = d->cap ? d->cap * 2 : 4;
}

static bool add(struct gather *g, const struct live_dep *d)
{
    for (int i = 0; i < g->out->n; i++)
        if (is_same(&g->out->v[i], d)) {
            g->out->v[i].fields |= d->fields;
            return true;
        }
    if (g->out->n == LIVE_DEPS_MAX)
        return refuse(g);
    if (g->out->n == g->out->cap)
        grow(g->c->a, g->out);
    g->out->v[g->out->n++] = *d;
    return true;
}

/* What counts of a record whoever asks: of whom it is, which rights go by. Who made it never changes. */
static uint64_t by_rights(const struct entity *en)
{
    const struct field *owner = en->owner ? entity_field(en, str_of(en->owner)) : NULL;
    return owner ? (uint64_t)1 << field_index(en, owner) : 0;
}

/* One that is reckoned, or moves with every write (a system column), is looked at whatever changes. */
static uint64_t bit_of(const struct entity *en, const struct field *f)
{
    if (query_system(str_of(f->name)) == f)
        return str_eq(str_of(f->name), S("id")) || str_starts(str_of(f->name), S("created_")) ? 0 : ~(uint64_t)0;
    return f->type == FIELD_COMPUTED ? ~(uint64_t)0 : (uint64_t)1 << field_index(en, f);
}

/* The record at the end of `way`, and these fields of it. */
static bool see(struct gather *g, const struct live_dep *way, uint64_t fields)
{
    struct live_dep d = *way;
    d.kind = LIVE_RECORD;
    d.fields = fields | by_rights(way->en);
    return add(g, &d);
}

/* What a record is called, in its own words or in one of its languages. */
static uint64_t title_of(const struct entity *en)
{
    const struct field *title = row_title(en);
    uint64_t bits = title ? bit_of(en, title) : 0;
    for (int l = 0; en->titles && l < LANG_COUNT; l++) {
        const struct field *f = en->titles[l] ? entity_field(en, str_of(en->titles[l])) : NULL;
        bits |= f ? bit_of(en, f) : 0;
    }
    return bits;
}

/* `way` one step further: the reference, and the record there. */
static bool go(struct gather *g, struct live_dep *way, const struct entity *to, const struct field *f, bool is_back)
{
    if (way->nsteps == LIVE_STEPS_MAX)
        return refuse(g);
    if (!is_back && !see(g, way, bit_of(way->en, f)))
        return false;
    way->step[way->nsteps++] = (struct live_step){ way->en, to, f, is_back };
    way->en = to;
    return see(g, way, is_back ? bit_of(to, f) : 0);
}

/* What lies at the end of the steps of `way`. */
static bool add_events(struct gather *g, const struct live_dep *way, const struct query_source *s)
{
    struct live_dep d = *way;
    const char *about = s ? s->entity->fields[0].ref : "";
    str prefix = s ? s->name : (str){ 0 };
    d.kind = LIVE_EVENT;
    d.is_prefix = !s || (!s->is_quoted && query_is_prefix(s->name, &prefix));
    d.events = prefix;
    if (!add(g, &d))
        return false;
    d = *way;
    d.kind = LIVE_ABOUT;                        /* a call's outcome, a meeting that was moved */
    d.about = *about ? entity_find(str_of(about)) : NULL;
    return add(g, &d);
}

/* Kept beside the record without a change row; an event tells. */
static bool add_leaf(struct gather *g, const struct live_dep *way, const struct query *q)
{
    const struct field *f = query_leaf(q);
    struct live_dep d = *way;
    const struct entity *target = query_target(f);
    if (!strcmp(f->name, "last_activity_at") && query_event_column(way->en) && !add_events(g, way, NULL))
        return false;
    if (!see(g, way, bit_of(way->en, f)))
        return false;
    return !target || (go(g, &d, target, f, false) && see(g, &d, title_of(target)));    /* its being there, too */
}

static bool follow(struct gather *g, const struct live_dep *way, const struct query *q);

static bool add_any(struct gather *g, const struct entity *en, const struct field *f)
{
    struct live_dep d = { .kind = LIVE_ANY, .en = en, .field = f };
    return !en || !f || add(g, &d);
}

/* Of what an event names there is no index back, but for what it is about. */
static bool follow_event(struct gather *g, const struct live_dep *way, const struct query *q)
{
    const struct entity *target = query_target(query_leaf(q));
    struct live_dep d = *way;
    if (q->kind == QUERY_SEGMENT)
        return refuse(g);
    d.kind = LIVE_ABOUT;
    bool is_about = way->about && !strcmp(q->path[0], "record_id");
    if (is_about && !add(g, &d))
        return false;
    for (int i = is_about ? 2 : 1; i < q->npath; i++)
        if (!add_any(g, q->entity[i], q->field[i]))
            return false;
    return add_any(g, target, row_title(target));
}

static bool follow_path(struct gather *g, const struct live_dep *way, const struct query *q)
{
    struct live_dep d = *way;
    if (q->npath > 0 && query_is_events(q->entity[0]))
        return follow_event(g, way, q);
    for (int i = 0; i < q->npath - 1; i++)
        if (!go(g, &d, q->entity[i + 1], query_step(q, i), false))
            return false;
    if (q->kind == QUERY_SEGMENT) {
        struct live_dep s = d;
        if (!go(g, &s, query_target(query_leaf(q)), query_leaf(q), false))
            return false;
        s.kind = LIVE_SEGMENT;
        s.segment = q->segment;
        return add(g, &s);
    }
    return add_leaf(g, &d, q);
}

static bool follow_many(struct gather *g, const struct live_dep *way, const struct query *q)
{
    const struct query_source *s = q->source;
    struct live_dep d = *way;
    if (!s->link) {
        d.about = *s->entity->fields[0].ref ? entity_find(str_of(s->entity->fields[0].ref)) : NULL;
        return add_events(g, way, s) && (!s->where || follow(g, &d, s->where));
    }
    const struct field *when = query_when(s->entity);
    return go(g, &d, s->entity, s->link, true) && see(g, &d, (s->field ? bit_of(s->entity, s->field) : 0) | bit_of(s->entity, when))
        && (!s->where || follow(g, &d, s->where));
}

static bool is_relative(const struct query *q)
{
    enum query_kind kind = q->kind == QUERY_MANY ? q->test : q->kind;
    bool is_timed = kind == QUERY_PERIOD || (kind == QUERY_COMPARE && q->value.word >= WORD_NOW && q->value.word <= WORD_TOMORROW);
    for (int i = 0; kind == QUERY_IN && i < q->nlist; i++)
        is_timed |= q->list[i].word >= WORD_NOW && q->list[i].word <= WORD_TOMORROW;
    return is_timed || (q->source && q->source->has_window);
}

static bool follow(struct gather *g, const struct live_dep *way, const struct query *q)
{
    struct live_dep d = *way;
    g->out->has_time |= is_relative(q);
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        return follow(g, way, q->left) && follow(g, way, q->right);
    case QUERY_NOT:
        return follow(g, way, q->left);
    case QUERY_TEXT:
        return see(g, way, ~(uint64_t)0);
    case QUERY_MANY:
        return follow_many(g, way, q);
    case QUERY_SEGMENT:
        if (q->npath)
            return follow_path(g, way, q);
        d.kind = LIVE_SEGMENT;
        d.segment = q->segment;
        return add(g, &d);
    default:
        return follow_path(g, way, q);
    }
}

bool live_deps(struct ctx *c, const struct entity *en, const struct query *q, struct live_deps *out, struct err *e)
{
    struct gather g = { c, out, e };
    struct live_dep way = { .en = en };
    *out = (struct live_deps){ .en = en };
    return see(&g, &way, 0) && (!q || follow(&g, &way, q));
}

/* ── the way back ────────────────────────────────────────────────────────── */

void live_add(struct arena *a, struct live_ids *ids, int64_t id)
{
    for (size_t i = ids->n; i-- > 0 && !ids->is_full;)
        if (ids->v[i] == id)
            return;
    if (!id || ids->is_full)
        return;
    if (ids->n == LIVE_IDS_MAX) {
        ids->is_full = true;
        return;
    }
    if (ids->n == ids->cap) {
        size_t cap = ids->cap ? ids->cap * 2 : 64;
        int64_t *v = arena_new(a, int64_t, cap);
        if (ids->n)
            memcpy(v, ids->v, ids->n * sizeof *v);
        ids->v = v;
        ids->cap = cap;
    }
    ids->v[ids->n++] = id;
}

/* SELECT the ids before step `i`, of those after it: the records `seed`, or what the next step gives. */
static void back(struct ctx *c, struct sql *q, const struct live_dep *d, int i, int last, int64_t seed)
{
    const struct live_step *s = &d->step[i];
    bool is_list = s->f->type == FIELD_REFS;
    const struct entity *holder = s->is_back ? s->to : s->from;
    const char *own = is_list ? "owner_id" : "id", *target = is_list ? "target_id" : s->f->name;
    const char *given = s->is_back ? own : target, *wanted = s->is_back ? target : own;

    sql_lit(q, "SELECT ");
    sql_name(q, wanted);
    sql_lit(q, " FROM ");
    sql_name(q, is_list ? field_link_table(c->a, holder, s->f) : holder->name);
    sql_lit(q, " WHERE ");
    sql_name(q, given);
    if (i == last) {
        sql_lit(q, " = ");
        sql_bind(q, V(seed));
        return;
    }
    sql_lit(q, " IN (");
    back(c, q, d, i + 1, last, seed);
    sql_lit(q, ")");
}

/* The records of the query's entity from which the first `n` steps lead to `seed`. */
static bool from_end(struct ctx *c, const struct live_dep *d, int n, int64_t seed, struct live_ids *ids, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    if (n == 0) {
        live_add(c->a, ids, seed);
        return true;
    }
    back(c, q, d, 0, n - 1, seed);
    sql_lit(q, " LIMIT ");
    sql_bind(q, V(LIVE_IDS_MAX + 1));
    if (!sql_query(c->c, q, &rows, e))
        return false;
    while (db_next(&rows))
        live_add(c->a, ids, db_int(&rows, 0));
    return db_done(&rows, e);
}

/* Where a moved reference led before. */
static bool from_old(struct ctx *c, const struct live_dep *d, const struct live_news *news, struct live_ids *ids, struct err *e)
{
    for (int i = 0; i < d->nsteps; i++) {
        const struct live_step *s = &d->step[i];
        if (!s->is_back || s->to != news->en || s->f != news->field)
            continue;
        for (str rest = news->old_text; rest.n;) {
            int64_t id;
            if (id_parse(str_trim(str_cut(&rest, ',')), &id) && !from_end(c, d, i, id, ids, e))
                return false;
        }
    }
    return true;
}

static bool from_events_about(struct ctx *c, const struct live_dep *d, int64_t record, struct live_ids *ids, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    struct live_ids found = { 0 };
    sql_lit(q, "SELECT ");
    sql_name(q, query_event_column(d->en));
    sql_lit(q, " FROM event WHERE record_id = ");
    sql_bind(q, V(record));
    if (!sql_query(c->c, q, &rows, e))
        return false;
    while (db_next(&rows))
        live_add(c->a, &found, db_int(&rows, 0));
    if (!db_done(&rows, e))
        return false;
    for (size_t i = 0; i < found.n; i++)
        if (!from_end(c, d, d->nsteps, found.v[i], ids, e))
            return false;
    return true;
}

static bool is_told(const struct live_dep *d, str kind)
{
    if (str_eq(kind, S("person.merged")))       /* all events of the other are now this one's */
        return true;
    if (d->is_prefix && !d->events.n)
        return !str_starts(kind, S("segment."));
    return d->is_prefix ? str_starts(kind, d->events) : str_eq(kind, d->events);
}

static int64_t subject(const struct live_news *news, const struct entity *en)
{
    return !strcmp(en->name, "person") ? news->person : !strcmp(en->name, "company") ? news->company : news->deal;
}

/* Being there, or a field that counts. */
static bool is_seen(const struct live_dep *d, const struct live_news *news)
{
    return d->en == news->en && (!news->field || news->is_new || (d->fields >> field_index(d->en, news->field) & 1));
}

static bool touched(struct ctx *c, const struct live_dep *d, const struct live_news *news, struct live_ids *ids, struct err *e)
{
    bool is_change = !news->is_event && !news->segment;
    switch (d->kind) {
    case LIVE_RECORD:
        return !is_change || !is_seen(d, news) || (from_old(c, d, news, ids, e) && from_end(c, d, d->nsteps, news->id, ids, e));
    case LIVE_EVENT:
        return !news->is_event || !is_told(d, news->kind) || !subject(news, d->en)
            || from_end(c, d, d->nsteps, subject(news, d->en), ids, e);
    case LIVE_ABOUT:
        if (!is_change || news->is_new)
            return true;
        return (d->about && news->en != d->about) || from_events_about(c, d, news->id, ids, e);
    case LIVE_ANY:
        ids->is_full |= is_change && news->en == d->en && !news->is_new && (!news->field || news->field == d->field);
        return true;
    case LIVE_SEGMENT:
        return news->segment != d->segment || from_end(c, d, d->nsteps, news->id, ids, e);
    }
    return true;
}

bool live_touched(struct ctx *c, const struct live_deps *d, const struct live_news *news, struct live_ids *ids, struct err *e)
{
    for (int i = 0; i < d->n && !ids->is_full; i++)
        if (!touched(c, &d->v[i], news, ids, e))
            return false;
    return true;
}

static bool may_touch(const struct live_dep *d, const struct live_news *news)
{
    bool is_change = !news->is_event && !news->segment;
    switch (d->kind) {
    case LIVE_RECORD:
        return is_change && is_seen(d, news);
    case LIVE_EVENT:
        return news->is_event && is_told(d, news->kind) && subject(news, d->en);
    case LIVE_ABOUT:
        return is_change && !news->is_new && (!d->about || news->en == d->about);
    case LIVE_ANY:
        return is_change && news->en == d->en && !news->is_new && (!news->field || news->field == d->field);
    case LIVE_SEGMENT:
        return news->segment == d->segment;
    }
    return true;
}

bool live_looks_at(const struct live_deps *d, const struct live_news *news)
{
    for (int i = 0; i < d->n; i++)
        if (may_touch(&d->v[i], news))
            return true;
    return false;
}
