/* inbound_take.c - taking a signed message in: checked, kept once, and made into what its map says.
 *
 * The order is: the signature over the bytes as they came, the time, then one write that keeps the
 * message and does what follows from it. Only after that commit the sender hears 200. A message
 * with an id that is there already is acknowledged and does nothing. Its effect failing does not
 * lose it: it stands there as failed, with the reason.
 */
#include "automate/inbound.h"
#include "api/api.h"
#include "base/clock.h"
#include "base/id.h"
#include "core/addressee.h"
#include "flow/sign.h"
#include "flow/webhook.h"
#include "msg/webhook.h"
#include "people/people.h"
#include "reach/reach.h"

enum { MESSAGE_ID_MAX = 200, VALUE_MAX = 2000 };

struct sender { int64_t id, form, owner; str scheme, kind, map; bool makes_event; };
struct message { struct sender src; str id, body; int64_t row; bool is_repeat; };

/* ── what is made of it ────────────────────────────────────────────────────── */

static str value_at(struct arena *a, const json_t *v, str path)
{
    int64_t n;
    while (v && path.n) {
        str step = str_cut(&path, '.');
        v = json_is_array(v) && str_to_int(step, &n) ? json_array_get(v, (size_t)n) : json_object_get(v, arena_cstr(a, step));
    }
    if (json_is_string(v))
        return str_head(arena_str(a, (str){ json_string_value(v), json_string_length(v) }), VALUE_MAX);
    if (json_is_integer(v))
        return arena_fmt(a, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v))
        return arena_fmt(a, "%.10g", json_real_value(v));
    return json_is_true(v) ? S("true") : json_is_false(v) ? S("false") : (str){ 0 };
}

static bool find_person(struct ctx *tx, str email, int64_t *id, struct err *e)
{
    bool found;
    const struct entity *address = entity_find(S("email_address"));
    struct record *r;
    *id = 0;
    if (!email.n)
        return fail(e, ERR_INVALID, MSG_webhook_in_no_email, "no address in the message");
    if (!record_find(tx, entity_find(S("person")), "email", val_text(email), &r, e))
        return false;
    if (!r && address && !db_get_int(tx->c, "SELECT person FROM email_address WHERE address = $1 AND deleted_at IS NULL ORDER BY id LIMIT 1",
                                     DB_ARGS(V(email)), &found, id, e))
        return false;
    *id = r ? r->id : *id;
    return *id || fail(e, ERR_NOT_FOUND, MSG_webhook_in_no_person, "nobody with that address");
}

static bool make_event(struct ctx *tx, const struct sender *s, const struct inbound_map *m, const json_t *body, int64_t *made, struct err *e)
{
    struct buf b = buf_new(tx->a, 16384);
    struct json j = { &b, false };
    str email = { 0 };
    json_open(&j, '{');
    for (int i = 0; i < m->n; i++) {
        str v = value_at(tx->a, body, m->line[i].path);
        if (str_eq(m->line[i].field, S("email")))
            email = str_trim(v);
        else if (v.n) {
            json_key(&j, m->line[i].field);
            json_str(&j, v);
        }
    }
    json_close(&j, '}');
    if (!find_person(tx, email, made, e))
        return false;
    return event_add(tx, &(struct event){ .person_id = *made, .kind = arena_cstr(tx->a, s->kind), .channel = S("api"), .source = S("webhook"),
                                          .data = buf_str(&b) }, e);
}

/* What the message says of a field; false: the map has none of it. */
static bool told(struct arena *a, const struct inbound_map *m, const json_t *body, str field, str *out)
{
    for (int k = 0; k < m->n; k++)
        if (str_eq(m->line[k].field, field)) {
            *out = value_at(a, body, m->line[k].path);
            return true;
        }
    return false;
}

static bool make_answer(struct ctx *tx, const struct sender *s, const struct message *msg, const struct inbound_map *m, const json_t *body,
                        int64_t *made, struct err *e)
{
    struct record *r;
    struct form *f;
    struct reach_captured out;
    if (!record_get(tx, &form_entity, s->form, &r, e) || !form_from(tx, r, &f, e))
        return false;
    str *value = arena_new(tx->a, str, f->nfields + 1);
    struct record *of = record_new(tx->a, &person_entity);
    struct locale loc = *tx->loc;
    struct ctx c = *tx;
    snprintf(loc.country, sizeof loc.country, "%.2s", f->country);
    c.loc = &loc;
    c.of = of;
    str text;
    if (told(tx->a, m, body, S("country"), &text))
        record_set(of, "country", val_text(text));
    for (size_t i = 0; i < f->nfields; i++)
        if (told(tx->a, m, body, f->field[i].key, &text) && !form_answer(&c, &f->field[i], text, &value[i], e))
            return err_field(e, arena_cstr(tx->a, f->field[i].key));
    struct reach_answer in = { .form = f, .value = value, .key = arena_fmt(tx->a, "in:%lld:%lld", (long long)s->id, (long long)msg->row) };
    if (!reach_capture(tx, &in, &out, e))
        return false;
    *made = out.person;
    return true;
}

struct making { const struct message *m; int64_t made; };

static bool make(struct ctx *tx, void *arg, struct err *e)
{
    struct making *k = arg;
    const struct sender *s = &k->m->src;
    struct inbound_map map;
    json_error_t at;
    json_t *body = api_json(k->m->body, 0, &at);
    if (!body)
        return fail(e, ERR_INVALID, MSG_webhook_in_no_json, "line %d: %s", at.line, at.text);
    bool ok = inbound_map_parse(s->map, &map, e)
           && (s->makes_event ? make_event(tx, s, &map, body, &k->made, e) : make_answer(tx, s, k->m, &map, body, &k->made, e));
    json_decref(body);
    return ok;
}

/* The effect alone is taken back when it fails; the message stays, with the reason as its owner reads: who sent it is a program. */
static bool apply(struct ctx *tx, struct message *m, struct err *e)
{
    struct making k = { .m = m };
    struct err why = { 0 };
    bool ok = record_try(tx, make, &k, &why);
    if (!ok && (why.code == ERR_INTERNAL || why.code == ERR_FULL || why.code == ERR_BUSY))
        return *e = why, false;
    struct addressee owner;
    if (!addressee_of(tx, m->src.owner, &owner, e))
        return false;
    str note = ok ? (str){ 0 } : err_text(tx->a, &owner.loc, &why);
    return db_exec(tx->c, "UPDATE inbound_message SET state = $2, note = $3, record_id = $4 WHERE id = $1",
                   DB_ARGS(V(m->row), V(ok ? (int)INBOUND_DONE : (int)INBOUND_FAILED), V(note), k.made ? V(k.made) : DB_NULL_VAL), NULL, e);
}

/* ── kept once ─────────────────────────────────────────────────────────────── */

static bool keep(struct ctx *tx, void *arg, struct err *e)
{
    struct message *m = arg;
    int64_t n;
    m->row = id_mint();
    if (!db_exec(tx->c, "INSERT INTO inbound_message (id, source, message_id, at, body, state) VALUES ($1, $2, $3, $4, $5, 1)"
                        " ON CONFLICT (source, message_id) DO NOTHING",
                 DB_ARGS(V(m->row), V(m->src.id), V(m->id), V(tx->now), V(m->body)), &n, e))
        return false;
    m->is_repeat = n == 0;
    return m->is_repeat || apply(tx, m, e);
}

static bool read_source(struct ctx *c, str slug, int64_t id, bool *found, struct sender *s, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT id, form, scheme, event_kind, map, makes, COALESCE(owner, 0) FROM inbound WHERE (slug = $1 OR id = $2)"
                            " AND deleted_at IS NULL AND (is_active = 1 OR id = $2)", DB_ARGS(V(slug), V(id)), e))
        return false;
    *found = db_next(&q);
    if (*found)
        *s = (struct sender){ .id = db_int(&q, 0), .form = db_int(&q, 1), .scheme = db_text(&q, 2, c->a), .kind = db_text(&q, 3, c->a),
                              .map = db_text(&q, 4, c->a), .makes_event = str_eq(db_text_view(&q, 5), S("event")), .owner = db_int(&q, 6) };
    return db_done(&q, e);
}

bool inbound_replay(struct ctx *tx, int64_t message, struct err *e)
{
    struct message m = { .row = message };
    struct db_rows q;
    bool found;
    int64_t source = 0;
    struct ctx sys = ctx_as_system(tx);
    if (!db_query(tx->c, &q, "SELECT source, message_id, body FROM inbound_message WHERE id = $1 AND state = 1", DB_ARGS(V(message)), e))
        return false;
    if (db_next(&q)) {
        source = db_int(&q, 0);
        m.id = db_text(&q, 1, tx->a);
        m.body = db_text(&q, 2, tx->a);
    }
    if (!db_done(&q, e) || !read_source(tx, S(""), source, &found, &m.src, e))
        return false;
    if (!found)
        return fail(e, ERR_NOT_FOUND, 0, "no failed message %lld", (long long)message);
    return apply(&sys, &m, e);
}

static bool run_forget(struct ctx *tx, void *arg, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM inbound_message WHERE id IN (SELECT id FROM inbound_message WHERE id < $1 ORDER BY id LIMIT 500)",
                   DB_ARGS(V(*(int64_t *)arg)), NULL, e);
}

/* Ids are in order of time: the oldest is asked for before anything is written. */
bool inbound_forget(struct ctx *c, struct err *e)
{
    bool found;
    int64_t oldest = 0, before = id_mint_at(c->now - INBOUND_KEEP_DAYS * DAY_US);
    if (!db_get_int(c->c, "SELECT id FROM inbound_message ORDER BY id LIMIT 1", DB_NONE, &found, &oldest, e))
        return false;
    return !found || oldest >= before || record_write_bulk(c, run_forget, &before, e);
}

/* ── the door ──────────────────────────────────────────────────────────────── */

static bool check_standard(struct ctx *c, struct request *rq, str secrets[SECRETS_MAX], int n, enum sign_verdict *v)
{
    struct sign_secret k[SECRETS_MAX];
    int good = 0;
    for (int i = 0; i < n; i++)
        good += sign_secret_parse(secrets[i], &k[good]);
    *v = sign_check(k, good, request_header(rq, "webhook-id"), request_header(rq, "webhook-timestamp"), request_header(rq, "webhook-signature"),
                    rq->body, c->now / SECOND_US);
    return *v == SIGN_GOOD;
}

static bool check_hub(struct request *rq, str secrets[SECRETS_MAX], int n, enum sign_verdict *v)
{
    *v = SIGN_MISSING;
    for (int i = 0; i < n && *v != SIGN_GOOD; i++)
        *v = sign_check_hub(secrets[i], request_header(rq, "X-Hub-Signature-256"), rq->body);
    return *v == SIGN_GOOD;
}

static void say(struct request *rq, int status, const char *json) { answer_text(rq, status, "application/json; charset=utf-8", str_of(json)); }

/* Unknown, turned off and wrongly signed answer alike: an address tells nothing to who has no secret. */
void inbound_take(struct request *rq)
{
    struct ctx *c = web_ctx(rq), sys = ctx_as_system(c);
    struct message m = { .body = rq->body };
    struct err e = { 0 };
    str secrets[SECRETS_MAX];
    enum sign_verdict v = SIGN_WRONG;
    bool found;
    int n = 0;
    sys.by = 0;
    if (!read_source(&sys, rq->param[0], 0, &found, &m.src, &e) || (found && !secrets_of(&sys, &inbound_entity, m.src.id, secrets, &n, &e))) {
        web_fail(rq, &e);
        return;
    }
    bool is_hub = found && str_eq(m.src.scheme, S("hub"));
    bool ok = found && (is_hub ? check_hub(rq, secrets, n, &v) : check_standard(&sys, rq, secrets, n, &v));
    m.id = arena_str(&rq->a, request_header(rq, is_hub ? "X-GitHub-Delivery" : "webhook-id"));
    if (!ok || !m.id.n || m.id.n > MESSAGE_ID_MAX) {
        bool is_time = v == SIGN_TOO_OLD || v == SIGN_TOO_NEW;
        fail(&e, ERR_UNAUTHENTICATED, is_time ? MSG_webhook_in_bad_time : MSG_webhook_in_bad_signature, "inbound: verdict %d", v);
        web_fail(rq, &e);
        return;
    }
    if (!record_write(&sys, keep, &m, &e)) {
        web_fail(rq, &e);
        return;
    }
    say(rq, 200, m.is_repeat ? "{\"repeat\":true}" : "{}");
}
