/* part_write.c - what the forms on a deal's and an order's page post: lines, payments.
 *
 * Each is one record that belongs to the one of the page; afterwards the page is shown again with
 * an undo, or with what was wrong.
 */
#include "base/id.h"
#include "msg/sell.h"
#include "sell/inside.h"
#include "sell/pages.h"
#include "web/records.h"

#define SAY(key) msg_text(web_ctx(rq)->a, web_ctx(rq)->loc, MSG_##key, NULL)

struct part { struct record *r; int64_t version, drop; bool is_new; };

static bool run_part(struct ctx *tx, void *arg, struct err *e)
{
    struct part *p = arg;
    if (p->drop)
        return record_delete(tx, p->r->en, p->drop, 0, e);
    return p->is_new ? record_create(tx, p->r, e) : record_update(tx, p->r, p->version, NULL, e);
}

/* Whoever may change the page's record may change its parts; and only its own. */
static bool belongs(struct request *rq, const struct entity *parent, int64_t parent_id, const struct record *part,
                    const char *field, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct record *whole, *stored;
    if (!record_get(c, parent, parent_id, &whole, e))
        return false;
    if (!access_record(c, whole, ACTION_CHANGE)) {
        fail(e, ERR_FORBIDDEN, 0, "%s %lld", parent->name, (long long)parent_id);
        return false;
    }
    if (!part->id)
        return true;
    if (!record_get(c, part->en, part->id, &stored, e))
        return false;
    if (record_int(stored, field) == parent_id)
        return true;
    return fail(e, ERR_NOT_FOUND, 0, "%s %lld is of another", part->en->name, (long long)part->id);
}

static void finish(struct request *rq, const struct entity *parent, int64_t id, struct part *p, str toast, struct err *e)
{
    str path = record_url(&rq->a, parent, id).s;
    p->is_new = p->r->id == 0;                  /* before the write, which may run twice */
    if (!e->code && record_write(web_ctx(rq), run_part, p, e)) {
        web_done(rq, path, toast, web_ctx(rq)->write_id);
        return;
    }
    if (e->code == ERR_INVALID || e->code == ERR_CONFLICT)
        web_done(rq, path, err_text(&rq->a, web_ctx(rq)->loc, e), 0);
    else
        web_fail(rq, e);
}

static void add(struct request *rq, const struct entity *parent, const struct entity *en, const char *field, str toast)
{
    struct part p = { .r = record_new(&rq->a, en) };
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (belongs(rq, parent, id, p.r, field, &e) && record_form_read(rq, p.r, &e))
        record_set(p.r, field, val_ref(id));
    finish(rq, parent, id, &p, toast, &e);
}

static void drop(struct request *rq, const struct entity *en, str toast)
{
    struct part p = { .r = record_new(&rq->a, en) };
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id) || !web_param_id(rq, 1, &p.drop))
        return;
    p.r->id = p.drop;
    (void)!belongs(rq, &deal_entity, id, p.r, "deal", &e);      /* what is wrong stands in e */
    finish(rq, &deal_entity, id, &p, toast, &e);
}

void line_add(struct request *rq) { add(rq, &deal_entity, &deal_line_entity, "deal", SAY(sell_line_added)); }
void line_remove(struct request *rq) { drop(rq, &deal_line_entity, SAY(sell_line_removed)); }
void payment_add(struct request *rq) { add(rq, &sales_order_entity, &payment_entity, "sales_order", SAY(sell_payment_added)); }

void line_change(struct request *rq)
{
    struct part p = { .r = record_new(&rq->a, &deal_line_entity) };
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id) || !web_param_id(rq, 1, &p.r->id))
        return;
    if (!str_to_int(request_form(rq, "version"), &p.version))
        p.version = 0;
    if (belongs(rq, &deal_entity, id, p.r, "deal", &e))
        (void)!record_form_read(rq, p.r, &e);                   /* what is wrong stands in e */
    finish(rq, &deal_entity, id, &p, SAY(sell_line_saved), &e);
}
