/* rest.c - the handlers of /api/v1. Rights, validation and history are the record engine's. */
#include "api/api.h"
#include "base/fault.h"
#include "base/id.h"
#include "msg/api.h"
#include "record/once.h"
#include "record/type.h"
#include <sodium.h>

enum { BODY_MAX = 1 << 20, BULK_MAX = 500, ANSWER_MAX = 16 << 20 };

static const struct entity *entity_of(struct request *rq)
{
    const struct entity *en = entity_find(rq->param[0]);
    if (!en)
        en = entity_by_path(rq->param[0]);
    if (en && access_scope(web_ctx(rq)->who, en, ACTION_SEE) != SCOPE_NONE)
        return en;
    struct err e = { 0 };
    fail(&e, ERR_NOT_FOUND, MSG_api_no_entity, "no entity %.*s", STR_ARG(rq->param[0]));
    err_arg(&e, "value", rq->param[0]);
    web_fail(rq, &e);
    return NULL;
}

static void free_json(void *v) { json_decref(v); }

json_t *api_body(struct request *rq)
{
    json_error_t at;
    json_t *body = api_json(rq->body, 0, &at);
    struct err e = { 0 };
    if (body)
        request_defer(rq, free_json, body);
    if (json_is_object(body))
        return body;
    fail(&e, ERR_INVALID, MSG_api_not_json, "line %d: %s", at.line, at.text);
    e.pos = body ? 0 : at.position;
    err_arg_int(&e, "line", body ? 1 : at.line);
    web_fail(rq, &e);
    return NULL;
}

static void answer_json(struct request *rq, int status, str body)
{
    answer_text(rq, status, "application/json; charset=utf-8", body);
}

static str record_json(struct ctx *c, const struct record *r)
{
    struct buf b = buf_new(c->a, ANSWER_MAX);
    struct json j = { &b, false };
    record_put_json(&j, c, r, NULL, 0);
    return buf_str(&b);
}

static bool is_fields_known(struct ctx *c, const struct entity *en, str names, struct list_spec *s, struct err *e)
{
    while (names.n) {
        str name = str_trim(str_cut(&names, ','));
        const struct field *f = entity_field(en, name);
        bool is_system = str_eq(name, S("id")) || str_eq(name, S("version")) || str_eq(name, S("created_at")) || str_eq(name, S("updated_at"));
        if (is_system || !name.n)
            continue;
        if (!f || access_field(c->who, en, f) == FIELD_RIGHT_HIDDEN || s->ncols == LIST_COLUMNS_MAX) {
            fail(e, ERR_INVALID, MSG_api_unknown_member, "%s has no %.*s", en->name, STR_ARG(name));
            return err_arg(e, "field", name);
        }
        s->cols[s->ncols++] = f;
    }
    return true;
}

static bool read_limit(struct request *rq, int *out, struct err *e)
{
    int64_t n;
    str text = request_query(rq, "limit");
    if (!text.n)
        return true;
    if (!str_to_int(text, &n) || n < 1 || n > LIST_LIMIT_MAX) {
        fail(e, ERR_INVALID, MSG_api_limit, "limit %.*s", STR_ARG(text));
        return err_arg_int(e, "max", LIST_LIMIT_MAX);
    }
    *out = (int)n;
    return true;
}

static void get_list(struct request *rq)
{
    const struct entity *en = entity_of(rq);
    struct ctx *c = web_ctx(rq);
    struct list list;
    struct err e = { 0 };
    if (!en)
        return;
    struct list_spec s = { .en = en, .filter = request_query(rq, "q"), .sort = request_query(rq, "sort"),
                           .cursor = request_query(rq, "cursor") };
    if (!is_fields_known(c, en, request_query(rq, "fields"), &s, &e) || !read_limit(rq, &s.limit, &e)
        || !record_list(c, &s, &list, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct buf b = buf_new(c->a, ANSWER_MAX);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("items"));
    json_open(&j, '[');
    for (size_t i = 0; i < list.n; i++)
        record_put_json(&j, c, list.rows[i], s.cols, s.ncols);
    json_close(&j, ']');
    json_key(&j, S("next"));
    if (list.next.n)
        json_str(&j, list.next);
    else
        json_unset(&j);
    json_close(&j, '}');
    answer_json(rq, 200, buf_str(&b));
}

static void get_one(struct request *rq)
{
    const struct entity *en = entity_of(rq);
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    if (!en || !web_param_id(rq, 1, &id))
        return;
    if (!record_get(c, en, id, &r, &e)) {
        web_fail(rq, &e);
        return;
    }
    answer_header(rq, "ETag", arena_fmt(c->a, "\"%lld\"", (long long)r->version));
    answer_json(rq, 200, record_json(c, r));
}

static void get_explain(struct request *rq)
{
    const struct entity *en = entity_of(rq);
    int64_t id;
    if (en && web_param_id(rq, 1, &id))
        api_explain(rq, en, id);
}

/* ── writes ────────────────────────────────────────────────────────────────── */

/* One act; with a key, its answer is kept so that the same request answers the same. */
struct act {
    const struct entity *en;
    struct record *r;
    int64_t version;
    bool is_delete, is_new;             /* is_new, not an id: a write that runs again finds that of its first time */
    bool is_told_after;                 /* the answer is read when the write is on disk, and keeps nobody waiting */
    str key, hash;                      /* Idempotency-Key and SHA-256 of the request */
    int status; str answer;
    struct record *current;             /* what is stored, after a conflict */
    struct faults faults;               /* all that its fields are refused for */
};

static bool run_act(struct ctx *tx, void *arg, struct err *e)
{
    struct act *a = arg;
    struct record *now;
    if (!once_find_request(tx, a->key, a->hash, &a->status, &a->answer, e))
        return false;
    if (a->status)
        return true;                            /* asked before: answered as then */
    bool ok = a->is_delete ? record_delete(tx, a->en, a->r->id, a->version, e)
            : a->is_new ? record_create(tx, a->r, e) : record_update(tx, a->r, a->version, &a->current, e);
    if (!ok) {
        faults_add(tx->a, &a->faults, e);
        record_faults(tx, &a->faults);
        return false;
    }
    a->status = a->is_delete ? 204 : a->is_new ? 201 : 200;
    if (!a->is_delete && !a->is_told_after) {
        if (!record_get(tx, a->en, a->r->id, &now, e))
            return false;
        a->answer = record_json(tx, now);
    }
    return once_keep_request(tx, a->key, a->hash, a->status, a->answer, e);
}

static bool read_key(struct request *rq, struct act *a, struct err *e)
{
    crypto_hash_sha256_state st;
    unsigned char h[crypto_hash_sha256_BYTES];
    str key = request_header(rq, "Idempotency-Key");
    if (!key.n)
        return true;
    if (key.n > ONCE_KEY_MAX) {
        fail(e, ERR_INVALID, MSG_api_key_long, "key of %zu bytes", key.n);
        return err_arg_int(e, "max", ONCE_KEY_MAX);
    }
    crypto_hash_sha256_init(&st);
    crypto_hash_sha256_update(&st, (const unsigned char *)rq->path.p, rq->path.n);
    crypto_hash_sha256_update(&st, (const unsigned char *)"\n", 1);
    crypto_hash_sha256_update(&st, (const unsigned char *)rq->body.p, rq->body.n);
    crypto_hash_sha256_final(&st, h);
    char *hex = arena_new(&rq->a, char, sizeof h * 2 + 1);
    sodium_bin2hex(hex, sizeof h * 2 + 1, h, sizeof h);
    a->key = arena_str(&rq->a, key);
    a->hash = (str){ hex, sizeof h * 2 };
    return true;
}

/* A conflict carries what is stored now, so that the client loses neither side. */
static void refuse(struct request *rq, const struct act *a, const struct err *e)
{
    struct ctx *c = web_ctx(rq);
    if (e->code != ERR_CONFLICT || !a->current) {
        web_fail_all(rq, e, &a->faults);
        return;
    }
    struct buf b = buf_new(c->a, ANSWER_MAX);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("type"));
    json_str(&j, S("about:blank"));
    json_key(&j, S("title"));
    json_str(&j, err_text(c->a, c->loc, e));
    json_key(&j, S("status"));
    json_int(&j, 409);
    json_key(&j, S("instance"));
    json_str(&j, arena_fmt(c->a, "urn:request:%.*s", STR_ARG(rq->id)));
    json_key(&j, S("current"));
    record_put_json(&j, c, a->current, NULL, 0);
    json_close(&j, '}');
    answer_text(rq, 409, "application/problem+json; charset=utf-8", buf_str(&b));
}

/* Of a creation, also when its answer was kept from before. */
static str location(struct arena *a, const struct act *act)
{
    str rest = str_from(act->answer, strlen("{\"id\":\"")), id = str_cut(&rest, '"');
    return arena_fmt(a, "/api/v1/%s/%.*s", act->en->name, STR_ARG(id));
}

/* One that may fall out of what its writer sees is read within the write: then there was none. The fault that tells a
 * write too early has nothing to read afterwards yet. */
static bool may_tell_after(const struct ctx *c, const struct act *a)
{
    return !fault_is_on("early_ack") && !a->is_delete && !a->key.n && access_scope(c->who, a->en, ACTION_SEE) == SCOPE_ALL;
}

/* What the record is now. It is written whatever comes of the reading: of one that somebody has deleted since, the id is told. */
static void tell_after(struct ctx *c, struct act *a)
{
    struct record *now;
    struct err ignored = { 0 };
    if (record_get(c, a->en, a->r->id, &now, &ignored))
        a->answer = record_json(c, now);
    else
        a->answer = arena_fmt(c->a, "{\"id\":\"%.*s\"}", STR_ARG(id_text(c->a, a->r->id)));
}

static void perform(struct request *rq, struct act *a)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!read_key(rq, a, &e)) {
        refuse(rq, a, &e);
        return;
    }
    a->is_told_after = may_tell_after(c, a);
    if (!record_write(c, run_act, a, &e)) {
        refuse(rq, a, &e);
        return;
    }
    if (a->is_told_after)
        tell_after(c, a);
    if (a->status == 201)
        answer_header(rq, "Location", location(c->a, a));
    if (c->write_id)
        answer_header(rq, "X-Write", id_text(c->a, c->write_id));
    answer_json(rq, a->status, a->answer);
}

/* A body of which something cannot be read is looked at for the rest, so that all is told at once. */
static void take(struct request *rq, const json_t *body, struct act *a)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (api_read_record(c, body, a->r, &a->faults, &e)) {
        perform(rq, a);
        return;
    }
    if (a->faults.n)
        record_look(c, a->r, &a->faults);
    web_fail_all(rq, &e, &a->faults);
}

static void post_one(struct request *rq)
{
    const struct entity *en = entity_of(rq);
    json_t *body = en ? api_body(rq) : NULL;
    if (!body)
        return;
    struct act a = { .en = en, .r = record_new(&rq->a, en), .is_new = true };
    take(rq, body, &a);
}

static bool bad_version(const char *where, struct err *e)
{
    fail(e, ERR_INVALID, MSG_api_wrong_kind, "%s is no version", where);
    err_arg(e, "field", str_of(where));
    return err_field(e, where);
}

/* "version" of a body; one that cannot be compared is refused, never overlooked. */
static bool read_version(const json_t *body, int64_t *out, struct err *e)
{
    const json_t *v = json_object_get(body, "version");
    if (!v || json_is_null(v))
        return true;
    if (!json_is_integer(v) || json_integer_value(v) < 1)
        return bad_version("version", e);
    *out = json_integer_value(v);
    return true;
}

/* The body's, else If-Match; 0: not given, nothing is compared. */
static bool version_of(struct request *rq, const json_t *body, int64_t *out, struct err *e)
{
    str tag = request_header(rq, "If-Match");
    *out = 0;
    if (!read_version(body, out, e))
        return false;
    if (*out || !tag.n || str_eq(tag, S("*")))
        return true;
    bool is_quoted = tag.n > 2 && tag.p[0] == '"' && tag.p[tag.n - 1] == '"';
    return (is_quoted && str_to_int((str){ tag.p + 1, tag.n - 2 }, out) && *out > 0) || bad_version("If-Match", e);
}

static void patch_one(struct request *rq)
{
    const struct entity *en = entity_of(rq);
    struct err e = { 0 };
    int64_t id;
    if (!en || !web_param_id(rq, 1, &id))
        return;
    json_t *body = api_body(rq);
    if (!body)
        return;
    struct act a = { .en = en, .r = record_new(&rq->a, en) };
    a.r->id = id;
    if (version_of(rq, body, &a.version, &e))
        take(rq, body, &a);
    else
        web_fail(rq, &e);
}

static void delete_one(struct request *rq)
{
    const struct entity *en = entity_of(rq);
    int64_t id;
    if (!en || !web_param_id(rq, 1, &id))
        return;
    struct act a = { .en = en, .r = record_new(&rq->a, en), .is_delete = true };
    struct err e = { 0 };
    a.r->id = id;
    if (version_of(rq, NULL, &a.version, &e))
        perform(rq, &a);
    else
        web_fail(rq, &e);
}

/* ── many in one transaction ───────────────────────────────────────────────── */

struct bulk { const struct entity *en; struct record **v; int64_t *version; bool *is_new; size_t n; int64_t *gone; size_t ngone; size_t at;
              struct faults faults; };

static bool run_bulk(struct ctx *tx, void *arg, struct err *e)
{
    struct bulk *b = arg;
    for (b->at = 0; b->at < b->n; b->at++) {
        struct record *r = b->v[b->at];
        if (b->is_new[b->at] ? !record_create(tx, r, e) : !record_update(tx, r, b->version[b->at], NULL, e))
            return record_faults(tx, &b->faults), false;
    }
    for (size_t i = 0; i < b->ngone; i++)
        if (!record_delete(tx, b->en, b->gone[i], 0, e))
            return false;
    return true;
}

static bool bad_item(struct err *e, size_t i)
{
    e->pos = (int64_t)i + 1;                    /* which item, from 1 */
    return false;
}

static bool read_items(struct ctx *c, const json_t *items, struct bulk *b, struct err *e)
{
    size_t i;
    json_t *one;
    b->v = arena_new(c->a, struct record *, json_array_size(items) + 1);
    b->version = arena_new(c->a, int64_t, json_array_size(items) + 1);
    b->is_new = arena_new(c->a, bool, json_array_size(items) + 1);
    json_array_foreach(items, i, one) {
        const json_t *id = json_object_get(one, "id");
        struct record *r = record_new(c->a, b->en);
        if (!json_is_object(one) || (id && !id_parse((str){ json_string_value(id), json_string_length(id) }, &r->id)))
            return fail(e, ERR_INVALID, MSG_api_bad_item, "item %zu", i) || bad_item(e, i);
        if (!api_read_record(c, one, r, &b->faults, e) || !read_version(one, &b->version[b->n], e))
            return bad_item(e, i);
        b->is_new[b->n] = r->id == 0;
        b->v[b->n++] = r;
    }
    return true;
}

static bool read_gone(struct ctx *c, const json_t *ids, struct bulk *b, struct err *e)
{
    size_t i;
    json_t *one;
    b->gone = arena_new(c->a, int64_t, json_array_size(ids) + 1);
    json_array_foreach(ids, i, one)
        if (!id_parse((str){ json_string_value(one), json_string_length(one) }, &b->gone[b->ngone++]))
            return fail(e, ERR_INVALID, MSG_api_bad_item, "delete %zu", i) || bad_item(e, i);
    return true;
}

/* Both are arrays, one at least is there, and nothing else. */
static bool is_bulk(const json_t *body, struct err *e)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)body, name, v) {
        bool is_known = !strcmp(name, "items") || !strcmp(name, "delete");
        if (is_known && json_is_array(v))
            continue;
        fail(e, ERR_INVALID, is_known ? MSG_api_wrong_kind : MSG_api_unknown_member, "bulk: %s", name);
        return err_arg(e, "field", str_of(name));
    }
    return true;
}

/* {"items": [{...new}, {"id", "version", ...changed}], "delete": [ids]}: all or nothing. */
static void post_bulk(struct request *rq)
{
    struct bulk b = { .en = entity_of(rq) };
    json_t *body = b.en ? api_body(rq) : NULL;
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!body)
        return;
    const json_t *items = json_object_get(body, "items"), *gone = json_object_get(body, "delete");
    if (!is_bulk(body, &e)) {
        web_fail(rq, &e);
        return;
    }
    if (json_array_size(items) + json_array_size(gone) > BULK_MAX) {
        fail(&e, ERR_TOO_LARGE, MSG_api_bulk_max, "bulk of more than %d", BULK_MAX);
        err_arg_int(&e, "max", BULK_MAX);
        web_fail(rq, &e);
        return;
    }
    if (!read_items(c, items, &b, &e) || !read_gone(c, gone, &b, &e)) {
        web_fail_all(rq, &e, &b.faults);
        return;
    }
    if (!record_write(c, run_bulk, &b, &e)) {
        bad_item(&e, b.at);
        web_fail_all(rq, &e, &b.faults);
        return;
    }
    struct buf out = buf_new(c->a, ANSWER_MAX);
    struct json j = { &out, false };
    json_open(&j, '{');
    json_key(&j, S("ids"));
    json_open(&j, '[');
    for (size_t i = 0; i < b.n; i++)
        json_str(&j, id_text(c->a, b.v[i]->id));
    json_close(&j, ']');
    json_key(&j, S("deleted"));
    json_int(&j, (int64_t)b.ngone);
    json_key(&j, S("write"));
    json_str(&j, id_text(c->a, c->write_id));
    json_close(&j, '}');
    answer_json(rq, 200, buf_str(&out));
}

/* ── undo ──────────────────────────────────────────────────────────────────── */

static bool run_undo(struct ctx *tx, void *arg, struct err *e) { return record_undo(tx, *(int64_t *)arg, e); }

/* The write's id is what answers give as X-Write, a bulk as "write"; undone by the rules of the page. */
static void post_undo(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!record_write(c, run_undo, &id, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct buf b = buf_new(c->a, 256);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("undone"));
    json_str(&j, id_text(c->a, id));
    json_key(&j, S("write"));
    json_str(&j, id_text(c->a, c->write_id));
    json_close(&j, '}');
    answer_header(rq, "X-Write", id_text(c->a, c->write_id));
    answer_json(rq, 200, buf_str(&b));
}

/* ── totals ────────────────────────────────────────────────────────────────── */

static void put_sum(struct json *j, struct ctx *c, const struct field *f, int64_t sum)
{
    struct val v = { .is_set = true, .i = sum, .base = sum, .s = str_of(c->ws->currency) };
    if (!f)
        json_unset(j);
    else if (f->type == FIELD_MONEY) {
        str text = type_canon(c->a, f, &v);
        json_str(j, str_cut(&text, ' '));
    } else if (f->type == FIELD_INT || f->type == FIELD_DURATION)
        json_int(j, sum);
    else
        json_str(j, type_canon(c->a, f, &v));
}

static void get_summary(struct request *rq)
{
    const struct entity *en = entity_of(rq);
    struct ctx *c = web_ctx(rq);
    struct summary_row *rows;
    struct err e = { 0 };
    size_t n;
    if (!en)
        return;
    struct list_spec s = { .en = en, .filter = request_query(rq, "q") };
    str sum = request_query(rq, "sum");
    if (!record_summary(c, &s, request_query(rq, "group"), sum, &rows, &n, &e)) {
        web_fail(rq, &e);
        return;
    }
    const struct field *f = entity_field(en, sum);
    struct buf b = buf_new(c->a, ANSWER_MAX);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("items"));
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_key(&j, S("key"));
        if (rows[i].key.n)
            json_str(&j, rows[i].key);
        else
            json_unset(&j);
        json_key(&j, S("label"));
        json_str(&j, rows[i].label);
        json_key(&j, S("count"));
        json_int(&j, rows[i].n);
        json_key(&j, S("sum"));
        put_sum(&j, c, f, rows[i].sum);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_key(&j, S("currency"));
    if (f && f->type == FIELD_MONEY)
        json_str(&j, str_of(c->ws->currency));
    else
        json_unset(&j);
    json_close(&j, '}');
    answer_json(rq, 200, buf_str(&b));
}

const struct route api_routes[] = {
    { GET,    "/api/v1/openapi.json",     api_openapi, .access = ACCESS_PUBLIC, .audit = "api.openapi" },
    { POST,   "/api/v1/events",           api_events,  .access = ACCESS_TOKEN, .body = BODY_JSON, .body_max = BODY_MAX, .audit = "api.events" },
    { POST,   "/api/v1/undo/:id",         post_undo,   .access = ACCESS_TOKEN, .audit = "api.undo" },
    { GET,    "/api/v1/:entity",          get_list,    .access = ACCESS_TOKEN, .audit = "api.list" },
    { POST,   "/api/v1/:entity",          post_one,    .access = ACCESS_TOKEN, .body = BODY_JSON, .body_max = BODY_MAX, .audit = "api.create" },
    { GET,    "/api/v1/:entity/summary",  get_summary, .access = ACCESS_TOKEN, .audit = "api.summary" },
    { POST,   "/api/v1/:entity/bulk",     post_bulk,   .access = ACCESS_TOKEN, .body = BODY_JSON, .body_max = BODY_MAX, .audit = "api.bulk" },
    { GET,    "/api/v1/:entity/:id",      get_one,     .access = ACCESS_TOKEN, .audit = "api.read" },
    { GET,    "/api/v1/:entity/:id/explain", get_explain, .access = ACCESS_TOKEN, .audit = "api.explain" },
    { PATCH,  "/api/v1/:entity/:id",      patch_one,   .access = ACCESS_TOKEN, .body = BODY_JSON, .body_max = BODY_MAX, .audit = "api.change" },
    { DELETE, "/api/v1/:entity/:id",      delete_one,  .access = ACCESS_TOKEN, .audit = "api.delete" },
    { 0 },
};
