/* order_job.c - names sort by the language of the workspace, also after another was chosen.
 *
 * Looked at once a minute and not when the setting is saved: an undo, the API and a move change it too. A slice is
 * a write, so people's writes go in between.
 */
#include "admin/admin.h"
#include "flow/job.h"
#include "msg/job.h"
#include "record/order.h"

/* How far it is: the entity, its last record, all that were looked at, and the language of the keys. */
struct place { int64_t at, after, done, lang; };

static bool read_place(str saved, struct place *out)
{
    return str_to_int(str_cut(&saved, ' '), &out->at) && str_to_int(str_cut(&saved, ' '), &out->after)
        && str_to_int(str_cut(&saved, ' '), &out->done) && str_to_int(saved, &out->lang);
}

static str place_text(struct arena *a, struct place p)
{
    return arena_fmt(a, "%lld %lld %lld %lld", (long long)p.at, (long long)p.after, (long long)p.done, (long long)p.lang);
}

/* `to` is made from `from` each time: a write may be tried twice. */
struct slice { struct job_run *j; struct place from, to; };

static bool put_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *s = arg;
    size_t n;
    s->to = s->from;
    if (!order_slice(tx, catalogue_at((size_t)s->from.at), &s->to.after, &n, e))
        return false;
    s->to.done += (int64_t)n;
    if (n < ORDER_SLICE) {
        s->to.at++;
        s->to.after = 0;
    }
    return job_save(tx, s->j, place_text(tx->a, s->to), s->to.done, 0, e);
}

static bool one_slice(struct job_run *j, struct place *p, struct err *e)
{
    struct arena scratch = *j->c->a;
    struct ctx own = *j->c;
    struct slice s = { .j = j, .from = *p };
    own.a = &scratch;
    if (!job_progress(j, p->done, 0, e) || !record_write_bulk(&own, put_slice, &s, e))
        return false;
    *p = s.to;
    return true;
}

static bool end(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *s = arg;
    return job_done(tx, s->j, e) && order_mark(tx->c, (enum lang)s->from.lang, e);
}

/* Another language was chosen meanwhile: from the beginning. */
static bool run(struct job_run *j, struct err *e)
{
    struct place p = { 0 };
    int64_t lang = j->c->ws->lang;
    if (!read_place(j->saved, &p) || p.lang != lang)
        p = (struct place){ .lang = lang };
    while (p.at < (int64_t)catalogue_count())
        if (!order_is_kept(catalogue_at((size_t)p.at)))
            p.at++;
        else if (!one_slice(j, &p, e))
            return false;
    return record_write_bulk(j->c, end, &(struct slice){ .j = j, .from = p }, e);
}

const struct job_kind order_job = { .name = "order", .label = MSG_job_kind_order, .run = run };

static bool add(struct ctx *tx, void *arg, struct err *e)
{
    (void)arg;
    return job_add(tx, &(struct job_spec){ .kind = &order_job, .key = S("order") }, NULL, e);
}

bool order_tick(struct ctx *c, struct err *e)
{
    bool is_current;
    return order_is_current(c, &is_current, e) && (is_current || record_write(c, add, NULL, e));
}
