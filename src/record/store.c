/* store.c - the gate: create, read, change and delete records.
 *
 * The order of a write never varies: rights, defaults, the entity's `before`,
 * validation, the rows, the change rows, the search index, the entity's
 * `after`. All of it stands in one savepoint of the writer: it happens whole or
 * not at all. What may not be seen answers as what does not exist.
 */
#include "record/store.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/log.h"
#include "msg/record.h"
#include "record/row.h"
#include "record/search.h"
#include "record/sql.h"
#include "record/type.h"

enum { DEPTH_MAX = 8 };                 /* hooks that write records that have hooks */

static int64_t actor_of(const struct ctx *c) { return c->by ? c->by : c->who->user_id; }

struct ctx ctx_as_system(const struct ctx *c)
{
    struct ctx sys = *c;
    sys.who = &actor_system;
    sys.by = actor_of(c);
    return sys;
}

static bool not_found(const struct entity *en, int64_t id, struct err *e)
{
    return fail(e, ERR_NOT_FOUND, MSG_record_not_found, "%s %lld", en->name, (long long)id);
}

/* ── the act ───────────────────────────────────────────────────────────────── */

static void (*told)(const struct ctx *c, const struct touched *list);
void record_on_write(void (*fn)(const struct ctx *c, const struct touched *list)) { told = fn; }

/* The newest of them: who looks at a list looks at it once. */
str record_told(struct arena *a, const struct touched *list)
{
    enum { TOLD_MAX = 50, LINE_MAX = 96 };
    struct buf b = buf_new(a, TOLD_MAX * LINE_MAX);
    int n = 0;
    for (const struct touched *t = list; t && n < TOLD_MAX; t = t->next, n++)
        buf_fmt(&b, "%s%s %.*s", n ? "\n" : "", t->en->name, STR_ARG(id_text(a, t->id)));
    return buf_str(&b);
}

static bool tell_others(struct ctx *tx, struct err *e)
{
    struct arena scratch = *tx->a;
    const struct touched *list = tx->write->touched;
    return !list || db_notify(tx->c, S("records"), record_told(&scratch, list), e);
}

struct act { struct ctx *c; struct write w; record_write_fn *fn; void *arg; };

static bool run_act(struct db_conn *conn, void *arg, struct err *e)
{
    struct act *act = arg;
    struct ctx tx = *act->c;
    act->w = (struct write){ .id = act->w.id };         /* a lost group runs again from its beginning */
    tx.c = conn;
    tx.write = &act->w;
    tx.write_id = act->w.id;
    return act->fn(&tx, act->arg, e) && tell_others(&tx, e);
}

static bool write_with(struct ctx *c, record_write_fn *fn, void *arg, bool is_bulk, struct err *e)
{
    struct act act = { .c = c, .fn = fn, .arg = arg };
    if (c->write)
        return fn(c, arg, e);           /* already inside: the same act */
    act.w.id = id_mint();
    bool ok = is_bulk ? db_write_bulk(c->ws->db, run_act, &act, e) : db_write(c->ws->db, run_act, &act, e);
    if (!ok)
        return false;
    c->write_id = act.w.is_logged ? act.w.id : 0;
    if (told && act.w.touched)
        told(c, act.w.touched);
    return true;
}

bool record_write(struct ctx *c, record_write_fn *fn, void *arg, struct err *e)
{
    return write_with(c, fn, arg, false, e);
}

bool record_write_bulk(struct ctx *c, record_write_fn *fn, void *arg, struct err *e)
{
    return write_with(c, fn, arg, true, e);
}

struct attempt { struct ctx *tx; record_write_fn *fn; void *arg; };

static bool run_attempt(struct db_conn *conn, void *arg, struct err *e)
{
    struct attempt *t = arg;
    (void)conn;
    return t->fn(t->tx, t->arg, e);
}

bool record_try(struct ctx *tx, record_write_fn *fn, void *arg, struct err *e)
{
    struct attempt t = { tx, fn, arg };
    struct write before = *tx->write;           /* its row of write_log goes back with the rest */
    int depth = tx->depth;
    if (db_try(tx->c, run_attempt, &t, e))
        return true;
    *tx->write = before;
    tx->depth = depth;
    return false;
}

static bool run_own(struct ctx *tx, struct write *w, record_write_fn *fn, void *arg, struct err *e)
{
    struct ctx own = *tx;
    if (!tx->write)
        die("record: an act outside record_write");
    *w = (struct write){ .id = id_mint() };
    own.write = w;
    own.write_id = w->id;
    return fn(&own, arg, e);
}

bool record_act_quiet(struct ctx *tx, record_write_fn *fn, void *arg, struct err *e)
{
    struct write w;
    return run_own(tx, &w, fn, arg, e);
}

bool record_act(struct ctx *tx, record_write_fn *fn, void *arg, struct err *e)
{
    struct write w;
    if (!run_own(tx, &w, fn, arg, e))
        return false;
    for (const struct touched *t = w.touched; t; t = t->next)
        change_touch(tx, t->en, t->id);
    return true;
}

/* ── rights of a write ─────────────────────────────────────────────────────── */

static bool may_write_fields(struct ctx *tx, const struct entity *en, uint64_t mask, struct err *e)
{
    for (size_t i = 0; i < en->nfields; i++) {
        if (!(mask >> i & 1) || access_field(tx->who, en, &en->fields[i]) == FIELD_RIGHT_WRITE)
            continue;
        fail(e, ERR_FORBIDDEN, MSG_record_field_forbidden, "%s.%s", en->name, en->fields[i].name);
        err_arg(e, "field", msg_text(tx->a, tx->loc, en->fields[i].label, NULL));
        return err_field(e, en->fields[i].name);
    }
    return true;
}

static bool enter(struct ctx *tx, struct err *e)
{
    if (!tx->write)
        die("record: a write outside record_write");
    if (tx->depth >= DEPTH_MAX)
        return fail(e, ERR_INTERNAL, MSG_record_too_deep, "hooks nested deeper than %d", DEPTH_MAX);
    tx->depth++;
    return true;
}

/* ── create ────────────────────────────────────────────────────────────────── */

static bool default_of(struct ctx *tx, const struct field *f, struct val *out, struct err *e)
{
    str init = str_of(f->init);
    if (str_eq(init, S("me")))
        *out = val_ref(actor_of(tx));
    else if (str_eq(init, S("today")))
        *out = val_int(zone_days(tx->loc->zone, tx->now));
    else if (str_eq(init, S("now")))
        *out = val_int(tx->now);
    else
        return type_from_canon(tx, f, init, out, e);
    return true;
}

static bool fill_defaults(struct ctx *tx, struct record *r, struct err *e)
{
    for (size_t i = 0; i < r->en->nfields; i++) {
        const struct field *f = &r->en->fields[i];
        if (!f->init || r->has >> i & 1 || r->v[i].is_set)
            continue;
        if (!default_of(tx, f, &r->v[i], e))
            return false;
    }
    return true;
}

static bool create_checked(struct ctx *tx, struct record *r, struct err *e)
{
    bool rests = tx->write->undo_of != 0;
    if (!fill_defaults(tx, r, e))
        return false;
    if (!rests && r->en->before && !r->en->before(tx, NULL, r, e)) {
        validate_besides(tx, r, r->has);
        return false;
    }
    r->has = ~(uint64_t)0;
    if (!validate(tx, r, r->has, e) || !store_insert(tx, r, e))
        return false;
    if (!change_log(tx, r, CHANGE_CREATE, NULL, (str){ 0 }, record_title(r), e) || !search_put(tx, r, e))
        return false;
    return rests || !r->en->after || r->en->after(tx, NULL, r, e);
}

bool record_create(struct ctx *tx, struct record *r, struct err *e)
{
    if (access_scope(tx->who, r->en, ACTION_CREATE) == SCOPE_NONE)
        return access_denied(tx, r->en, e);
    if (!may_write_fields(tx, r->en, r->has, e) || !enter(tx, e))
        return false;
    uint64_t asked = r->has;            /* a write that runs again must find what the caller set, and no more */
    if (!r->id)
        r->id = id_mint();
    r->version = 1;
    r->created_at = r->created_at && tx->who->is_system ? r->created_at : tx->now;
    r->updated_at = r->created_at;
    r->created_by = r->updated_by = actor_of(tx);
    bool ok = create_checked(tx, r, e);
    r->has = asked;
    tx->depth--;
    return ok;
}

/* ── change ────────────────────────────────────────────────────────────────── */

/* The fields of `mask` whose value differs from `old`. */
static uint64_t changed_fields(const struct record *old, const struct record *now, uint64_t mask)
{
    uint64_t out = 0;
    for (size_t i = 0; i < now->en->nfields; i++)
        if (mask >> i & 1 && !type_equal(&now->en->fields[i], &old->v[i], &now->v[i]))
            out |= (uint64_t)1 << i;
    return out;
}

static bool load_for(struct ctx *tx, const struct entity *en, int64_t id, enum action act,
                     struct record **out, struct err *e)
{
    struct record *old;
    if (!store_load(tx, en, id, false, &old, e))
        return false;
    if (!old || !access_record(tx, old, ACTION_SEE))
        return not_found(en, id, e);
    if (!access_record(tx, old, act))
        return access_denied(tx, en, e);
    *out = old;
    return true;
}

static bool immutable_stays(const struct record *old, uint64_t mask, struct err *e)
{
    for (size_t i = 0; i < old->en->nfields; i++)
        if (mask >> i & 1 && old->en->fields[i].flags & F_IMMUTABLE && old->v[i].is_set) {
            fail(e, ERR_INVALID, MSG_record_immutable, "%s.%s", old->en->name, old->en->fields[i].name);
            return err_field(e, old->en->fields[i].name);
        }
    return true;
}

/* A version counts what people may write: a score that follows by itself must not make a form stale. */
static bool is_of_people(const struct entity *en, uint64_t mask)
{
    for (size_t i = 0; i < en->nfields; i++)
        if (mask >> i & 1 && !(en->fields[i].flags & F_READONLY))
            return true;
    return false;
}

/* A further value that went to another subject is found there, and no more where it was. */
static bool find_anew(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    const char *subject = now->en->more_of ? now->en->subject : NULL;
    if (!search_shows(now->en, now->has))
        return true;
    return search_put(tx, now, e) && (!subject || !record_changed(old, now, subject) || search_put(tx, old, e));
}

/* `now` is a whole record with `mask` of it new. */
static bool change_checked(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    const struct entity *en = now->en;
    bool rests = tx->write->undo_of != 0;

    if (!rests && en->before && !en->before(tx, old, now, e)) {
        validate_besides(tx, now, now->has);
        return false;
    }
    now->has = changed_fields(old, now, ~(uint64_t)0);
    if (!now->has)
        return true;
    now->version = old->version + (rests || is_of_people(en, now->has));
    now->updated_at = tx->now;
    now->updated_by = actor_of(tx);
    if (!validate(tx, now, now->has, e) || !store_change(tx, now, now->has, e)
        || !change_log_fields(tx, old, now, now->has, e) || !find_anew(tx, old, now, e))
        return false;
    return rests || !en->after || en->after(tx, old, now, e);
}

static bool is_stale(const struct record *old, const struct record *r, int64_t version, uint64_t mask)
{
    return version && old->version != version && changed_fields(old, r, mask);
}

bool record_update(struct ctx *tx, struct record *r, int64_t version, struct record **current, struct err *e)
{
    struct record *old;
    if (!load_for(tx, r->en, r->id, ACTION_CHANGE, &old, e))
        return false;
    uint64_t asked = r->has, mask = changed_fields(old, r, asked);
    if (is_stale(old, r, version, r->has)) {
        if (current)
            *current = old;
        return fail(e, ERR_CONFLICT, MSG_record_stale, "%s %lld: version %lld, stored %lld", r->en->name,
                    (long long)r->id, (long long)version, (long long)old->version);
    }
    if (!may_write_fields(tx, r->en, mask, e) || (!tx->write->undo_of && !immutable_stays(old, mask, e))
        || !enter(tx, e))
        return false;

    struct record *now = record_new(tx->a, r->en);
    struct val *v = now->v;
    *now = *old;
    now->v = v;
    for (size_t i = 0; i < r->en->nfields; i++)
        now->v[i] = mask >> i & 1 ? r->v[i] : old->v[i];
    now->has = mask;
    bool ok = change_checked(tx, old, now, e);
    tx->depth--;
    if (ok) {
        *r = *now;
        r->has = asked;
    }
    return ok;
}

bool record_delete(struct ctx *tx, const struct entity *en, int64_t id, int64_t version, struct err *e)
{
    struct record *old;
    if (!load_for(tx, en, id, ACTION_DELETE, &old, e))
        return false;
    if (version && old->version != version)
        return fail(e, ERR_CONFLICT, MSG_record_stale, "%s %lld", en->name, (long long)id);
    if (!enter(tx, e))
        return false;
    old->version++;
    bool ok = store_mark_deleted(tx, en, id, true, e) && search_drop(tx, old, e)
        && change_log(tx, old, CHANGE_DELETE, NULL, record_title(old), (str){ 0 }, e)
        && (tx->write->undo_of || !en->after || en->after(tx, old, NULL, e));
    tx->depth--;
    return ok;
}

/* ── reading ───────────────────────────────────────────────────────────────── */

/* SELECT ... WHERE live AND may be seen AND - the caller goes on. */
static struct sql *select_seen(struct ctx *c, const struct entity *en)
{
    struct sql *q = sql_new(c->a);
    uint64_t want = row_needs(en, row_readable(c, en));
    sql_lit(q, "SELECT ");
    row_columns(q, en, want, c->loc);
    sql_lit(q, " FROM ");
    sql_name(q, en->name);
    sql_lit(q, " t0");
    row_joins(q, c, en, want, "t0");
    sql_lit(q, " WHERE t0.deleted_at IS NULL AND ");
    access_predicate(q, c, en, ACTION_SEE, "t0");
    sql_lit(q, " AND ");
    return q;
}

static bool read_seen(struct ctx *c, struct sql *q, const struct entity *en, size_t max,
                      struct record **v, size_t *n, struct err *e)
{
    uint64_t shown = row_readable(c, en), want = row_needs(en, shown);
    struct db_rows rows;
    size_t got = 0;
    if (!sql_query(c->c, q, &rows, e))
        return false;
    for (int col = 0; got < max && db_next(&rows); col = 0)
        v[got++] = row_read(c->a, &rows, &col, en, want);
    if (!db_done(&rows, e) || !row_finish(c, en, shown, v, got, e))
        return false;
    *n = got;
    return true;
}

bool record_get(struct ctx *c, const struct entity *en, int64_t id, struct record **out, struct err *e)
{
    struct record *r = NULL;
    size_t n = 0;
    struct sql *q = select_seen(c, en);
    sql_lit(q, "t0.id = ");
    sql_bind(q, V(id));
    if (!read_seen(c, q, en, 1, &r, &n, e))
        return false;
    if (n == 0)
        return not_found(en, id, e);
    *out = r;
    return true;
}

bool record_get_many(struct ctx *c, const struct entity *en, const int64_t *ids, size_t n,
                     struct record ***out, size_t *nout, struct err *e)
{
    enum { AT_ONCE = 200 };
    struct record **v = arena_new(c->a, struct record *, n + 1);
    size_t kept = 0;

    for (size_t from = 0; from < n; from += AT_ONCE) {
        size_t many = n - from < AT_ONCE ? n - from : AT_ONCE, got;
        struct record **part = arena_new(c->a, struct record *, many);
        struct sql *q = select_seen(c, en);
        sql_lit(q, "t0.id IN (");
        for (size_t i = 0; i < many; i++) {
            if (i)
                sql_lit(q, ", ");
            sql_bind(q, V(ids[from + i]));
        }
        sql_lit(q, ")");
        if (!read_seen(c, q, en, many, part, &got, e))
            return false;
        for (size_t i = 0; i < many; i++)
            for (size_t k = 0; k < got; k++)
                if (part[k]->id == ids[from + i])
                    v[kept++] = part[k];
    }
    *out = v;
    *nout = kept;
    return true;
}

static bool find_where(struct ctx *c, const struct entity *en, const char *column, struct db_val value,
                       size_t max, struct record **v, size_t *n, struct err *e)
{
    struct sql *q = select_seen(c, en);
    const struct field *f = entity_field(en, str_of(column));
    if (f && field_is_lowered(f)) {             /* what index there is, is of small letters */
        sql_lit(q, "lower(t0.");
        sql_name(q, column);
        sql_lit(q, ") = ");
        sql_bind(q, V(ascii_lower(c->a, value.s)));
        sql_lit(q, " AND ");
    }
    sql_lit(q, "t0.");
    sql_name(q, column);
    sql_lit(q, " = ");
    sql_bind(q, value);
    sql_lit(q, " ORDER BY t0.id LIMIT ");
    sql_bind(q, V((int64_t)max));
    return read_seen(c, q, en, max, v, n, e);
}

bool record_find(struct ctx *c, const struct entity *en, const char *field, struct val v,
                 struct record **out, struct err *e)
{
    const struct field *f = entity_field(en, str_of(field));
    struct record *r = NULL;
    size_t n;
    if (!f)
        die("record_find: %s has no field %s", en->name, field);
    if (!find_where(c, en, field, type_of(f)->is_text ? V(v.s) : V(v.i), 1, &r, &n, e))
        return false;
    *out = r;
    return true;
}

bool record_find_titled(struct ctx *c, const struct entity *en, str title,
                        struct record ***out, size_t *n, struct err *e)
{
    enum { MAX = 10 };
    struct record **v = arena_new(c->a, struct record *, MAX);
    const struct field *f = entity_field(en, str_of(en->title));
    bool folds = field_keeps_fold(f);
    const char *column = folds ? arena_cstr(c->a, arena_fmt(c->a, "%s_fold", f->name)) : f->name;
    *out = v;
    if (!find_where(c, en, column, folds ? V(fold(c->a, title)) : V(title), MAX, v, n, e))
        return false;
    const char *own = en->titles && c->loc ? en->titles[c->loc->lang] : NULL;
    return *n > 0 || !own || find_where(c, en, own, V(title), MAX, v, n, e);
}
