/* explain.c - GET /api/v1/ENTITY/ID/explain?q=: why a record is in a list, condition by condition. */
#include "api/api.h"
#include "base/id.h"
#include "record/explain.h"

enum { EXPLAINED_MAX = 1 << 20 };

static void member(struct json *j, str key, str value)
{
    json_key(j, key);
    if (value.n)
        json_str(j, value);
    else
        json_unset(j);
}

static void put_rows(struct json *j, struct ctx *c, const struct explained *x)
{
    json_key(j, S("rows"));
    json_open(j, '[');
    for (size_t i = 0; i < x->nrows; i++) {
        const struct explained_row *r = &x->rows[i];
        json_open(j, '{');
        member(j, S("at"), r->at ? iso_instant(c->a, r->at) : (str){ 0 });
        member(j, S("kind"), r->kind);
        member(j, S("entity"), r->en ? str_of(r->en->name) : (str){ 0 });
        member(j, S("id"), r->en && r->id ? id_text(c->a, r->id) : (str){ 0 });
        member(j, S("title"), r->title);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put(struct json *j, struct ctx *c, const struct explained *x)
{
    enum query_kind kind = x->q->kind;
    bool is_join = kind == QUERY_AND || kind == QUERY_OR || kind == QUERY_NOT;
    json_open(j, '{');
    json_key(j, S("holds"));
    json_bool(j, x->holds);
    if (is_join) {
        json_key(j, kind == QUERY_AND ? S("all") : kind == QUERY_OR ? S("any") : S("not"));
        json_open(j, '[');
        put(j, c, x->left);
        if (x->right)
            put(j, c, x->right);
        json_close(j, ']');
    } else {
        member(j, S("term"), x->text);
        member(j, S("value"), x->value);
        put_rows(j, c, x);
    }
    json_close(j, '}');
}

void api_explain(struct request *rq, const struct entity *en, int64_t id)
{
    struct ctx *c = web_ctx(rq);
    struct query *q;
    struct explained *x;
    struct err e = { 0 };
    if (!query_parse(c->a, request_query(rq, "q"), &q, &e) || !query_explain(c, en, q, id, false, &x, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct buf b = buf_new(c->a, EXPLAINED_MAX);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("holds"));
    json_bool(&j, !x || x->holds);
    json_key(&j, S("why"));
    if (x)
        put(&j, c, x);
    else
        json_unset(&j);
    json_close(&j, '}');
    answer_text(rq, 200, "application/json; charset=utf-8", buf_str(&b));
}
