/* move.c - see move.h. Copying, comparing, and knowing a half from a whole.
 *
 * A value is told by the type of its column, so that both backends agree: whole numbers
 * as 8 bytes, others as theirs, texts and bytes as they are, empty apart from absent.
 * The sum of a table is the sum of its rows' hashes: the order does not matter, one
 * byte does. What it costs: each row read twice and written once.
 */
#include "record/move.h"
#include "base/clock.h"
#include "msg/move.h"
#include "record/sql.h"
#include "record/store.h"
#include <sodium.h>

enum { SLICE_ROWS = 512, SLICE_BYTES = 8 << 20, VALUES_MAX = 1900, ROW_HASH = 16, KEY_TEXT_MAX = 1000 };

struct plan {                                   /* of one table */
    const struct move_table *t;
    struct db_column *col; size_t ncols;
    size_t key[MOVE_KEY_MAX];                   /* places of the key among the columns */
    const char *first, *next, *last, *many, *one;   /* statements; `many` puts at_once rows */
    size_t at_once;
};
struct slice { struct db_val *v; size_t n; };   /* n rows of ncols values */
struct spot { bool is_set; struct db_val key[MOVE_KEY_MAX]; char text[MOVE_KEY_MAX][KEY_TEXT_MAX]; };  /* the last row seen */

static bool run_sql(struct db_conn *tx, void *sql, struct err *e) { return db_exec(tx, sql, DB_NONE, NULL, e); }

/* Of a column's type, whatever the backend calls it: whole, other number, text, bytes. */
static char class_of(str type)
{
    return str_eq(type, S("BIGINT")) || str_eq(type, S("INTEGER")) ? 'i' : str_starts(type, S("DOUBLE")) ? 'd'
         : str_eq(type, S("BLOB")) ? 'b' : str_eq(type, S("TEXT")) ? 't' : '?';
}

/* ── the statements of a table ─────────────────────────────────────────────── */

static void list_columns(struct sql *q, struct arena *a, const struct plan *p)
{
    for (size_t i = 0; i < p->ncols; i++) {
        sql_lit(q, i ? ", " : "");
        sql_name(q, arena_cstr(a, p->col[i].name));
    }
}

static void list_key(struct sql *q, const struct plan *p, const char *way)
{
    for (size_t i = 0; i < p->t->nkey; i++) {
        sql_lit(q, i ? ", " : "");
        sql_name(q, p->t->key[i]);
        sql_lit(q, way);
    }
}

static const char *read_statement(struct arena *a, const struct plan *p, bool is_next)
{
    struct sql *q = sql_new(a);
    sql_lit(q, "SELECT ");
    list_columns(q, a, p);
    sql_lit(q, " FROM ");
    sql_name(q, p->t->name);
    if (is_next) {
        sql_lit(q, " WHERE (");
        list_key(q, p, "");
        sql_lit(q, p->t->nkey == 1 ? ") > ($1)" : p->t->nkey == 2 ? ") > ($1, $2)" : ") > ($1, $2, $3)");
    }
    sql_lit(q, " ORDER BY ");
    list_key(q, p, "");
    sql_lit(q, " LIMIT ");
    sql_int(q, SLICE_ROWS);
    return sql_text(q);
}

static const char *last_statement(struct arena *a, const struct plan *p)
{
    struct sql *q = sql_new(a);
    sql_lit(q, "SELECT ");
    list_columns(q, a, p);
    sql_lit(q, " FROM ");
    sql_name(q, p->t->name);
    sql_lit(q, " ORDER BY ");
    list_key(q, p, " DESC");
    sql_lit(q, " LIMIT 1");
    return sql_text(q);
}

static const char *put_statement(struct arena *a, const struct plan *p, size_t rows)
{
    struct sql *q = sql_new(a);
    struct buf values = buf_new(a, 64 * 1024);
    sql_lit(q, "INSERT INTO ");
    sql_name(q, p->t->name);
    sql_lit(q, " (");
    list_columns(q, a, p);
    sql_lit(q, ") VALUES ");
    for (size_t r = 0, n = 0; r < rows; r++) {
        buf_fmt(&values, "%s(", r ? ", " : "");
        for (size_t i = 0; i < p->ncols; i++)
            buf_fmt(&values, "%s$%zu", i ? ", " : "", ++n);
        buf_lit(&values, ")");
    }
    sql_lit(q, arena_cstr(a, buf_str(&values)));
    return sql_text(q);
}

static bool plan_table(struct db_conn *c, struct arena *a, const struct move_table *t, struct plan *p, struct err *e)
{
    *p = (struct plan){ .t = t };
    if (!db_table_columns(c, a, t->name, &p->col, &p->ncols, e))
        return false;
    for (size_t k = 0; k < t->nkey; k++) {
        p->key[k] = p->ncols;
        for (size_t i = 0; i < p->ncols; i++)
            if (str_eq(p->col[i].name, str_of(t->key[k])))
                p->key[k] = i;
        if (p->key[k] == p->ncols) {
            fail(e, ERR_CONFLICT, MSG_move_other_tables, "%s has no %s", t->name, t->key[k]);
            return err_arg(e, "table", str_of(t->name));
        }
    }
    p->at_once = VALUES_MAX / p->ncols < 64 ? VALUES_MAX / p->ncols : 64;
    p->first = read_statement(a, p, false);
    p->next = read_statement(a, p, true);
    p->last = last_statement(a, p);
    p->many = put_statement(a, p, p->at_once);
    p->one = put_statement(a, p, 1);
    return true;
}

/* The new place has the very columns of the old one: both are of this program. */
static bool same_columns(struct db_conn *c, struct arena *a, const struct plan *p, struct err *e)
{
    struct db_column *other;
    size_t n;
    if (!db_table_columns(c, a, p->t->name, &other, &n, e))
        return false;
    bool same = n == p->ncols;
    for (size_t i = 0; same && i < n; i++) {
        same = false;
        for (size_t k = 0; k < n; k++)
            same |= str_eq(other[k].name, p->col[i].name) && class_of(other[k].type) == class_of(p->col[i].type);
    }
    if (same)
        return true;
    fail(e, ERR_CONFLICT, MSG_move_other_tables, "%s: %zu and %zu columns", p->t->name, p->ncols, n);
    return err_arg(e, "table", str_of(p->t->name));
}

/* ── reading a slice ───────────────────────────────────────────────────────── */

static bool read_value(struct db_rows *q, int i, const struct plan *p, struct arena *a, struct db_val *out, struct err *e)
{
    char class = class_of(p->col[i].type);
    enum db_kind kind = db_kind(q, i);
    *out = DB_NULL_VAL;
    if (kind == DB_NULL)
        return true;
    if (class == 'd' && (kind == DB_NUM || kind == DB_INT))
        *out = db_val_num(db_num(q, i));
    else if (class == 'i' && kind == DB_INT)
        *out = db_val_int(db_int(q, i));
    else if (class == 't' && kind == DB_TEXT)
        *out = db_val_str(db_text(q, i, a));
    else if (class == 'b' && (kind == DB_BLOB || kind == DB_TEXT))
        *out = db_val_blob(db_text(q, i, a));
    else {
        fail(e, ERR_INVALID, MSG_move_odd_value, "%s.%.*s: a value of kind %d", p->t->name, STR_ARG(p->col[i].name), kind);
        return err_arg(e, "table", str_of(p->t->name));
    }
    return true;
}

/* The rows after the spot; fewer than SLICE_ROWS also when they are large. None: the table has ended. */
static bool read_slice(struct db_conn *c, struct arena *a, const struct plan *p, const struct spot *from, struct slice *out,
                       struct err *e)
{
    struct db_rows q;
    struct err odd = { 0 };
    const char *begin = a->at;
    bool ok = true;
    out->v = arena_new(a, struct db_val, SLICE_ROWS * p->ncols);
    out->n = 0;
    if (!db_query(c, &q, from->is_set ? p->next : p->first, from->key, from->is_set ? p->t->nkey : 0, e))
        return false;
    while (ok && a->at - begin < SLICE_BYTES && db_next(&q)) {
        for (size_t i = 0; ok && i < p->ncols; i++)
            ok = read_value(&q, (int)i, p, a, &out->v[out->n * p->ncols + i], &odd);
        out->n++;
    }
    if (!db_done(&q, e))
        return false;
    if (!ok)
        *e = odd;
    return ok;
}

/* The slice's memory goes: what its last row's key says is kept here. */
static bool step(const struct plan *p, const struct slice *s, struct spot *at, struct err *e)
{
    for (size_t k = 0; s->n && k < p->t->nkey; k++) {
        struct db_val *v = &at->key[k];
        *v = s->v[(s->n - 1) * p->ncols + p->key[k]];
        if (v->kind != DB_TEXT)
            continue;
        if (v->s.n > KEY_TEXT_MAX)
            return fail(e, ERR_INTERNAL, 0, "move: a key of %zu bytes in %s", v->s.n, p->t->name);
        memcpy(at->text[k], v->s.p, v->s.n);
        v->s.p = at->text[k];
    }
    at->is_set |= s->n > 0;
    return true;
}

/* ── writing one ───────────────────────────────────────────────────────────── */

struct putting { const struct plan *p; const struct slice *s; };

static bool index_row(struct db_conn *tx, const struct plan *p, const struct db_val *row, struct err *e)
{
    int64_t id = 0;
    str folded = { 0 };
    for (size_t i = 0; i < p->ncols; i++)
        if (str_eq(p->col[i].name, S("id")))
            id = row[i].i;
        else if (str_eq(p->col[i].name, S("folded")))
            folded = row[i].s;
    return db_fts_put(tx, "search_fts", id, folded, e);
}

static bool put_slice(struct db_conn *tx, void *arg, struct err *e)
{
    const struct putting *k = arg;
    const struct plan *p = k->p;
    size_t done = 0;
    for (; k->s->n - done >= p->at_once; done += p->at_once)
        if (!db_exec(tx, p->many, k->s->v + done * p->ncols, p->at_once * p->ncols, NULL, e))
            return false;
    for (; done < k->s->n; done++)
        if (!db_exec(tx, p->one, k->s->v + done * p->ncols, p->ncols, NULL, e))
            return false;
    bool is_searched = !strcmp(p->t->name, "search_doc");
    for (size_t i = 0; is_searched && i < k->s->n; i++)
        if (!index_row(tx, p, k->s->v + i * p->ncols, e))
            return false;
    return true;
}

/* ── a table ───────────────────────────────────────────────────────────────── */

struct moving { const struct move *m; struct arena *a; struct db_conn *from, *to; };

/* Where the new place's rows of this table end: slices are whole or not at all, and in order. */
static bool where_it_ends(struct moving *w, const struct plan *p, struct spot *at, struct err *e)
{
    struct arena scratch = *w->a;
    struct plan last = *p;
    struct slice s;
    last.first = p->last;
    bool ok = db_read_begin(w->to, 0, e) && read_slice(w->to, &scratch, &last, at, &s, e) && step(p, &s, at, e);
    db_read_end(w->to);
    return ok;
}

static bool copy_table(struct moving *w, const struct plan *p, struct err *e)
{
    struct spot at = { 0 };
    struct slice s = { .n = 1 };
    int64_t done = 0;
    if (!where_it_ends(w, p, &at, e))
        return false;
    while (s.n) {
        struct arena scratch = *w->a;           /* a slice is forgotten when the next one comes */
        struct putting put = { p, &s };
        if (!read_slice(w->from, &scratch, p, &at, &s, e)
            || (s.n && !db_write_bulk(w->m->to, put_slice, &put, e)) || !step(p, &s, &at, e))
            return false;
        done += (int64_t)s.n;
        if (w->m->progress)
            w->m->progress(w->m->arg, p->t->name, done);
    }
    return true;
}

/* ── comparing ─────────────────────────────────────────────────────────────── */

static void hash_value(crypto_generichash_state *st, const struct db_val *v)
{
    unsigned char head[9] = { (unsigned char)v->kind };
    uint64_t n = v->kind == DB_INT ? (uint64_t)v->i : v->kind == DB_NUM ? 0 : v->kind == DB_NULL ? 0 : v->s.n;
    double d = v->kind == DB_NUM ? v->d + 0.0 : 0;      /* minus nothing is nothing */
    if (v->kind == DB_NUM)
        memcpy(&n, &d, sizeof n);
    memcpy(head + 1, &n, sizeof n);
    crypto_generichash_update(st, head, sizeof head);
    if (v->kind == DB_TEXT || v->kind == DB_BLOB)
        crypto_generichash_update(st, (const unsigned char *)v->s.p, v->s.n);
}

static void add_row(const struct plan *p, const struct db_val *row, uint64_t sum[2])
{
    crypto_generichash_state st;
    uint64_t h[2];
    crypto_generichash_init(&st, NULL, 0, ROW_HASH);
    for (size_t i = 0; i < p->ncols; i++)
        hash_value(&st, &row[i]);
    crypto_generichash_final(&st, (unsigned char *)h, ROW_HASH);
    sum[0] += h[0];
    sum[1] += h[1];
}

static bool sum_table(struct db_conn *c, const struct arena *a, const struct plan *p, int64_t *rows, uint64_t sum[2],
                      struct err *e)
{
    struct spot at = { 0 };
    struct slice s = { .n = 1 };
    for (*rows = 0; s.n; *rows += (int64_t)s.n) {
        struct arena scratch = *a;
        if (!read_slice(c, &scratch, p, &at, &s, e) || !step(p, &s, &at, e))
            return false;
        for (size_t i = 0; i < s.n; i++)
            add_row(p, s.v + i * p->ncols, sum);
    }
    return true;
}

static bool compare(struct moving *w, const struct plan *plans, size_t n, struct move_line *lines, struct err *e)
{
    bool same = true;
    if (!db_read_begin(w->to, 0, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct move_line *l = &lines[i];
        l->table = plans[i].t->name;
        if (!sum_table(w->from, w->a, &plans[i], &l->rows[0], l->sum[0], e)
            || !sum_table(w->to, w->a, &plans[i], &l->rows[1], l->sum[1], e))
            return false;
        l->is_same = l->rows[0] == l->rows[1] && !memcmp(l->sum[0], l->sum[1], sizeof l->sum[0]);
        same &= l->is_same;
    }
    return same || fail(e, ERR_INTERNAL, MSG_move_differs, "the two places differ");
}

/* ── a half and a whole ────────────────────────────────────────────────────── */

/* The mark stays when the move has ended, with the time: the same words once more find it done. */
bool move_is_half(struct db_conn *c, bool *out, struct err *e)
{
    return db_table_exists(c, "setu_move", out, e)
        && (!*out || db_get_int(c, "SELECT 1 FROM setu_move WHERE done_at IS NULL", DB_NONE, out, &(int64_t){ 0 }, e));
}

static bool seq_of(struct db_conn *c, int64_t *out, struct err *e)
{
    bool found;
    return db_get_int(c, "SELECT last FROM setu_seq", DB_NONE, &found, out, e);
}

static bool is_empty(struct db_conn *c, const struct plan *plans, size_t n, struct arena *a, bool *out, struct err *e)
{
    *out = true;
    for (size_t i = 0; i < n && *out; i++) {
        struct arena scratch = *a;
        struct plan last = plans[i];
        struct spot none = { 0 };
        struct slice s;
        last.first = last.last;
        if (!read_slice(c, &scratch, &last, &none, &s, e))
            return false;
        *out = s.n == 0;
    }
    return true;
}

struct mark { const char *source; int64_t seq; bool is_done; };

static bool put_mark(struct db_conn *tx, void *arg, struct err *e)
{
    const struct mark *m = arg;
    return db_exec(tx, "INSERT INTO setu_move (id, source, seq) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING",
                   DB_ARGS(V(str_of(m->source)), V(m->seq)), NULL, e);
}

static bool refuse(struct err *e, msg_id why, const char *detail) { return fail(e, ERR_CONFLICT, why, "%s", detail); }

/* Goes on only with the very data it began with: the number counts every change that was ever made. */
static bool same_source(struct db_conn *c, const struct mark *m, bool is_half, bool *is_marked, struct err *e)
{
    return db_get_int(c, "SELECT 1 FROM setu_move WHERE id = 1", DB_NONE, is_marked, &(int64_t){ 0 }, e)
        && (!*is_marked || (db_get_int(c, "SELECT 1 FROM setu_move WHERE source = $1 AND seq = $2",
                                       DB_ARGS(V(str_of(m->source)), V(m->seq)), is_marked, &(int64_t){ 0 }, e)
                            && (*is_marked || (is_half ? refuse(e, MSG_move_other_source, "half of another move")
                                                       : refuse(e, MSG_move_not_empty, "a workspace that came here long ago")))));
}

static bool begin(struct moving *w, const struct plan *plans, size_t n, struct mark *m, struct err *e)
{
    bool has_mark, half, marked = false, empty = true;
    if (!seq_of(w->from, &m->seq, e) || !db_read_begin(w->to, 0, e))
        return false;
    bool ok = db_table_exists(w->to, "setu_move", &has_mark, e) && move_is_half(w->to, &half, e)
           && (!has_mark || same_source(w->to, m, half, &marked, e))
           && (marked || is_empty(w->to, plans, n, w->a, &empty, e));
    m->is_done = ok && marked && !half;
    db_read_end(w->to);
    if (!ok || !empty)
        return ok && refuse(e, MSG_move_not_empty, "the new place is not empty");
    return marked
        || (db_schema(w->m->to, run_sql, "CREATE TABLE IF NOT EXISTS setu_move (id BIGINT PRIMARY KEY, source TEXT NOT NULL,"
                                         " seq BIGINT NOT NULL, done_at BIGINT)", e)
            && db_write(w->m->to, put_mark, m, e));
}

static bool put_done(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return db_exec(tx, "UPDATE setu_move SET done_at = $1", DB_ARGS(V(clock_now())), NULL, e);
}

static bool set_seq(struct db_conn *tx, void *seq, struct err *e)
{
    return db_exec(tx, "UPDATE setu_seq SET last = $1", DB_ARGS(V(*(int64_t *)seq)), NULL, e);
}

/* ── the whole ─────────────────────────────────────────────────────────────── */

static bool plan_all(struct moving *w, struct plan **out, size_t *n, struct err *e)
{
    struct move_table *t;
    *n = record_tables(w->a, &t);
    struct plan *v = arena_new(w->a, struct plan, *n);
    if (!db_read_begin(w->to, 0, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < *n; i++)
        ok = plan_table(w->from, w->a, &t[i], &v[i], e) && same_columns(w->to, w->a, &v[i], e);
    db_read_end(w->to);
    *out = v;
    return ok;
}

static bool move_all(struct moving *w, struct move_line **lines, size_t *n, struct err *e)
{
    struct mark m = { .source = w->m->source };
    struct plan *plans;
    size_t nplans;
    if (!plan_all(w, &plans, &nplans, e) || !begin(w, plans, nplans, &m, e))
        return false;
    for (size_t i = 0; i < nplans && !m.is_done; i++)
        if (!copy_table(w, &plans[i], e))
            return false;
    if (!m.is_done && !db_write(w->m->to, set_seq, &m.seq, e))
        return false;
    *lines = arena_new(w->a, struct move_line, nplans);
    *n = nplans;
    bool same = compare(w, plans, nplans, *lines, e);
    db_read_end(w->to);
    if (!same && m.is_done)
        return refuse(e, MSG_move_not_empty, "moved long ago, and used since");
    return same && (m.is_done || db_write(w->m->to, put_done, NULL, e));
}

bool record_move(const struct move *m, struct arena *a, struct move_line **lines, size_t *n, struct err *e)
{
    struct moving w = { .m = m, .a = a };
    *n = 0;
    bool ok = db_reader(m->from, &w.from, e) && db_reader(m->to, &w.to, e) && db_read_begin(w.from, 0, e)
           && move_all(&w, lines, n, e);
    if (w.from)
        db_read_end(w.from);
    db_conn_close(w.from);
    db_conn_close(w.to);
    if (ok)
        db_analyze(m->to);
    return ok;
}
