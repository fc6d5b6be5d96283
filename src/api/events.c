/* events.c - POST /api/v1/events: {"events": [{"kind", "person", "at", ...}]}.
 *
 * 200 when all of them are kept or known, 207 when some are refused, 422 when all are; the answer has a line for
 * each in the order they came. Before any of these the write is on disk.
 */
#include "api/api.h"
#include "base/id.h"
#include "flow/intake.h"
#include "msg/api.h"
#include "msg/intake.h"

enum { ANSWER_MAX = 2 << 20 };

static void put_problem(struct json *j, struct ctx *c, const struct err *why)
{
    json_key(j, S("problem"));
    json_open(j, '{');
    json_key(j, S("type"));
    json_str(j, S("about:blank"));
    json_key(j, S("title"));
    json_str(j, err_text(c->a, c->loc, why));
    json_key(j, S("status"));
    json_int(j, err_http_status(why->code));
    if (why->field) {
        json_key(j, S("field"));
        json_str(j, str_of(why->field));
    }
    json_close(j, '}');
}

static void put_item(struct json *j, struct ctx *c, const struct intake_item *it, size_t i)
{
    static const char *const states[] = { [INTAKE_REFUSED] = "refused", [INTAKE_KEPT] = "kept", [INTAKE_KNOWN] = "duplicate" };
    json_open(j, '{');
    json_key(j, S("item"));
    json_int(j, (int64_t)i);
    json_key(j, S("state"));
    json_str(j, str_of(states[it->state]));
    if (it->id) {
        json_key(j, S("id"));
        json_str(j, id_text(c->a, it->id));
    }
    if (it->state == INTAKE_KEPT) {
        json_key(j, S("is_robot"));
        json_bool(j, it->is_told_robot);
    }
    if (it->state == INTAKE_REFUSED)
        put_problem(j, c, &it->refused);
    json_close(j, '}');
}

static void put_number(struct json *j, const char *name, size_t n)
{
    json_key(j, str_of(name));
    json_int(j, (int64_t)n);
}

static void answer(struct request *rq, const struct intake *in)
{
    struct ctx *c = web_ctx(rq);
    struct buf b = buf_new(c->a, ANSWER_MAX);
    struct json j = { &b, false };
    size_t refused = in->n - in->kept - in->known;
    json_open(&j, '{');
    put_number(&j, "kept", in->kept);
    put_number(&j, "duplicates", in->known);
    put_number(&j, "refused", refused);
    json_key(&j, S("items"));
    json_open(&j, '[');
    for (size_t i = 0; i < in->n; i++)
        put_item(&j, c, &in->item[i], i);
    json_close(&j, ']');
    json_close(&j, '}');
    answer_text(rq, refused == 0 ? 200 : refused < in->n ? 207 : 422, "application/json; charset=utf-8", buf_str(&b));
}

static bool run(struct ctx *tx, void *in, struct err *e) { return intake_put(tx, in, e); }

void api_events(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct intake in;
    struct err e = { 0 };
    if (!intake_may(c->who)) {
        fail(&e, ERR_FORBIDDEN, MSG_intake_may_not, "events by %lld", (long long)c->who->user_id);
        web_fail(rq, &e);
        return;
    }
    const json_t *body = api_body(rq);
    if (!body)
        return;
    if (!intake_read(c->a, body, c->now, &in, &e) || !record_write(c, run, &in, &e))
        web_fail(rq, &e);
    else
        answer(rq, &in);
}
