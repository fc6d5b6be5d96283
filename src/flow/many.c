/* many.c - the job that sets one field of many records.
 *
 * It walks by id, so a record that leaves the list by being changed is neither met twice nor makes another be passed over. Its
 * writes bear the name of the job, by which they are counted and taken back.
 */
#include "flow/many.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "core/reader.h"
#include "msg/job.h"
#include "record/query.h"
#include "record/type.h"
#include "record/undo_run.h"
#include <jansson.h>

/* ── a slice ─────────────────────────────────────────────────────────────── */

struct one { const struct many *m; int64_t id; struct val v; };

static bool put_one(struct ctx *tx, void *arg, struct err *e)
{
    const struct one *o = arg;
    struct record *r = record_new(tx->a, o->m->en);
    r->id = o->id;
    record_set(r, o->m->f->name, o->v);
    return record_update(tx, r, 0, NULL, e);
}

static bool is_its_own(const struct err *e)
{
    return e->code == ERR_INVALID || e->code == ERR_FORBIDDEN || e->code == ERR_NOT_FOUND || e->code == ERR_CONFLICT;
}

bool many_put(struct ctx *tx, const struct many *m, const int64_t *ids, size_t n, int64_t *changed, int64_t *kept, struct err *e)
{
    struct one o = { .m = m };
    *changed = *kept = 0;
    if (!type_from_canon(tx, m->f, m->value, &o.v, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct err why = { 0 };
        o.id = ids[i];
        if (record_try(tx, put_one, &o, &why))
            ++*changed;
        else if (is_its_own(&why))
            ++*kept;
        else
            return *e = why, false;
    }
    return true;
}

/* ── the order as it is kept ─────────────────────────────────────────────── */

static str order_text(struct arena *a, const struct many *m)
{
    struct buf b = buf_new(a, 64 * 1024);
    struct json j = { .b = &b };
    json_open(&j, '{');
    json_key(&j, S("entity"));
    json_str(&j, str_of(m->en->name));
    json_key(&j, S("field"));
    json_str(&j, str_of(m->f->name));
    json_key(&j, S("value"));
    json_str(&j, m->value);
    json_key(&j, S("filter"));
    json_str(&j, m->filter);
    json_key(&j, S("back"));
    json_str(&j, m->back);
    json_key(&j, S("n"));
    json_int(&j, m->n);
    json_close(&j, '}');
    return buf_str(&b);
}

static str word(struct arena *a, const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));
    return s ? arena_str(a, str_of(s)) : (str){ 0 };
}

static bool read_order(struct arena *a, str text, struct many *out, struct err *e)
{
    json_t *j = json_loadb(text.p, text.n, 0, NULL);
    struct many m = { .en = entity_find(word(a, j, "entity")), .value = word(a, j, "value"), .filter = word(a, j, "filter"),
                      .back = word(a, j, "back"), .n = json_integer_value(json_object_get(j, "n")) };
    m.f = m.en ? entity_field(m.en, word(a, j, "field")) : NULL;
    json_decref(j);
    if (!m.f)
        return fail(e, ERR_INTERNAL, 0, "many: an order of an older program");
    *out = m;
    return true;
}

static str name_of(struct arena *a, int64_t job) { return arena_fmt(a, "many-%.*s", STR_ARG(id_text(a, job))); }

bool many_add(struct ctx *tx, const struct many *m, int64_t *job, struct err *e)
{
    return job_add(tx, &(struct job_spec){ .kind = &many_job, .args = order_text(tx->a, m) }, job, e);
}

/* ── the run ─────────────────────────────────────────────────────────────── */

struct slice { struct job_run *j; const struct many *m; const int64_t *ids; size_t n; str next; int64_t done; };

static bool put_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *s = arg;
    int64_t changed, kept;
    return job_fence(tx, s->j, e) && many_put(tx, s->m, s->ids, s->n, &changed, &kept, e)
        && job_save(tx, s->j, s->next, s->done + (int64_t)s->n, s->m->n > s->done + (int64_t)s->n ? s->m->n : s->done + (int64_t)s->n, e);
}

static bool end(struct ctx *tx, void *arg, struct err *e) { return job_done(tx, arg, e); }

/* One page of the list; *next empty: it was the last. */
static bool one_page(struct job_run *j, struct ctx own, const struct many *m, str *next, char *kept, size_t size, struct err *e)
{
    struct arena scratch = *j->c->a;
    struct list list;
    struct list_spec s = { .en = m->en, .filter = m->filter, .sort = S("id"), .cursor = *next, .limit = MANY_SLICE,
                           .cols = { entity_field(m->en, str_of(m->en->title)) }, .ncols = 1 };
    own.a = &scratch;
    own.now = j->c->now;
    own.c = j->c->c;
    if (!record_list(&own, &s, &list, e))
        return false;
    int64_t *ids = arena_new(&scratch, int64_t, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        ids[i] = list.rows[i]->id;
    struct slice slice = { .j = j, .m = m, .ids = ids, .n = list.n, .next = list.next, .done = j->done };
    if (list.n && !record_write_bulk(&own, put_slice, &slice, e))
        return false;
    snprintf(kept, size, "%.*s", STR_ARG(list.next));
    *next = str_of(kept);
    return true;
}

static bool run(struct job_run *j, struct err *e)
{
    struct reader *who = arena_new(j->c->a, struct reader, 1);
    struct many m;
    char place[2000];
    int64_t by = 0;
    bool found;
    str next = j->saved;
    if (!read_order(j->c->a, j->args, &m, e)
        || !db_get_int(j->c->c, "SELECT made_by FROM job WHERE id = $1", DB_ARGS(V(j->id)), &found, &by, e) || !reader_load(j->c, by, who, e))
        return false;
    who->ctx.request_id = name_of(j->c->a, j->id);
    do {
        if (!job_progress(j, j->done, m.n, e) || !one_page(j, who->ctx, &m, &next, place, sizeof place, e))
            return false;
    } while (next.n && j->done < MANY_MAX);
    return record_write_bulk(j->c, end, j, e);
}

const struct job_kind many_job = { .name = "many", .label = MSG_job_kind_many, .run = run };

/* ── looking, and taking back ────────────────────────────────────────────── */

static bool count_changed(struct ctx *c, struct many_state *s, struct err *e)
{
    bool found;
    return db_get_int(c->c, "SELECT COUNT(DISTINCT ch.record_id) FROM write_log w JOIN change ch ON ch.write_id = w.id WHERE w.id > $1"
                            " AND w.request_id = $2 AND w.undone_by IS NULL AND w.undo_of IS NULL AND ch.entity = $3 AND ch.field = $4",
                      DB_ARGS(V(s->job.id), V(name_of(c->a, s->job.id)), V(str_of(s->m.en->name)), V(str_of(s->m.f->name))),
                      &found, &s->changed, e);
}

static bool args_of(struct ctx *c, int64_t job, str *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT args FROM job WHERE id = $1 AND kind = 'many'", DB_ARGS(V(job)), e))
        return false;
    bool found = db_next(&q);
    if (found)
        *out = db_text(&q, 0, c->a);
    return db_done(&q, e) && (found || fail(e, ERR_NOT_FOUND, 0, "no job of many %lld", (long long)job));
}

bool many_look(struct ctx *c, int64_t job, struct many_state *out, struct err *e)
{
    struct many_state s = { 0 };
    str args;
    if (!args_of(c, job, &args, e) || !job_get(c, job, &s.job, e) || !read_order(c->a, args, &s.m, e))
        return false;
    if (s.job.made_by != c->who->user_id)
        return fail(e, ERR_NOT_FOUND, 0, "job %lld of another", (long long)job);
    s.is_over = s.job.ended_at && !str_eq(s.job.state, S("queued")) && !str_eq(s.job.state, S("leased")) && !str_eq(s.job.state, S("failed"));
    if (s.is_over && !count_changed(c, &s, e))
        return false;
    *out = s;
    return true;
}

bool many_undo(struct ctx *c, int64_t job, int64_t *undone, int64_t *kept, struct err *e)
{
    struct many_state s;
    if (!many_look(c, job, &s, e))
        return false;
    if (!s.is_over)
        return fail(e, ERR_CONFLICT, MSG_job_many_runs, "job %lld runs", (long long)job);
    return record_undo_run(c, name_of(c->a, job), job, undone, kept, e);
}
