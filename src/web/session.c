/* session.c - sessions and API tokens, both kept as hashes. */
#include "web/session.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/random.h"
#include "record/actor.h"
#include <sodium.h>

str token_mint(struct arena *a)
{
    enum { SECRET_BYTES = 32 };
    unsigned char raw[SECRET_BYTES];
    char text[64];
    random_bytes(raw, sizeof raw);
    sodium_bin2base64(text, sizeof text, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, sizeof raw);
    return arena_fmt(a, "setu1_%s", text);
}

str token_hash(struct arena *a, str token)
{
    unsigned char h[crypto_hash_sha256_BYTES];
    char *hex = arena_new(a, char, sizeof h * 2 + 1);
    crypto_hash_sha256(h, (const unsigned char *)token.p, token.n);
    sodium_bin2hex(hex, sizeof h * 2 + 1, h, sizeof h);
    return (str){ hex, sizeof h * 2 };
}

/* Sessions are written without change rows: they are no business data and nobody undoes a sign-in. */
struct row { struct ctx *c; int64_t id, user_id; str hash, agent, ip; };

static bool insert(struct db_conn *tx, void *arg, struct err *e)
{
    struct row *r = arg;
    int64_t now = r->c->now, until = now + SESSION_DAYS * DAY_US;
    return db_exec(tx, "INSERT INTO session (id, version, created_at, created_by, updated_at, updated_by,"
                       " holder, token_hash, agent, ip, seen_at, expires_at)"
                       " VALUES ($1, 1, $2, $3, $2, $3, $3, $4, $5, $6, $2, $7)",
                   DB_ARGS(V(r->id), V(now), V(r->user_id), V(r->hash), V(r->agent), V(r->ip), V(until)), NULL, e)
        && db_exec(tx, "UPDATE \"user\" SET last_seen = $1 WHERE id = $2", DB_ARGS(V(now), V(r->user_id)), NULL, e)
        && db_exec(tx, "DELETE FROM session WHERE expires_at < $1", DB_ARGS(V(now)), NULL, e);
}

bool session_start(struct ctx *c, int64_t user_id, str agent, str ip, str *token, struct err *e)
{
    unsigned char raw[SESSION_TOKEN_LEN / 2];
    char *hex = arena_new(c->a, char, SESSION_TOKEN_LEN + 1);

    random_bytes(raw, sizeof raw);
    sodium_bin2hex(hex, SESSION_TOKEN_LEN + 1, raw, sizeof raw);
    str t = { hex, SESSION_TOKEN_LEN };
    struct row r = { .c = c, .id = id_mint(), .user_id = user_id, .hash = token_hash(c->a, t),
                     .agent = str_head(agent, 300), .ip = ip };
    if (!db_write(c->ws->db, insert, &r, e))
        return false;
    *token = t;
    return true;
}

/* Of both questions, from the second column on: the user and their settings. */
static struct session found_of(struct arena *a, struct db_rows *q, int64_t id)
{
    return (struct session){
        .id = id, .who = actor_of_row(a, q, 2, db_int(q, 1)), .digits = db_text(q, 7, a), .calendar = db_text(q, 8, a),
        .zone = db_text(q, 9, a), .theme = db_text(q, 10, a), .density = db_text(q, 11, a),
        .has_single_keys = db_is_null(q, 12) || db_int(q, 12),
    };
}

bool session_find(struct arena *a, struct db_conn *c, str token, int64_t now, struct session *out, struct err *e)
{
    struct session s;
    struct db_rows q;

    if (token.n != SESSION_TOKEN_LEN)
        return false;
    if (!db_query(c, &q, "SELECT s.id, u.id, u.name, u.email, u.roles, u.team, u.lang, u.digits, u.calendar, u.zone,"
                         " u.theme, u.density, u.single_keys, s.seen_at"
                         " FROM session s JOIN \"user\" u ON u.id = s.holder AND u.deleted_at IS NULL AND u.is_active = 1"
                         " WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND s.deleted_at IS NULL",
                  DB_ARGS(V(token_hash(a, token)), V(now), V(now - SESSION_IDLE_HOURS * HOUR_US)), e))
        return false;
    bool found = db_next(&q);
    if (found) {
        s = found_of(a, &q, db_int(&q, 0));
        s.needs_touch = now - db_int(&q, 13) > MINUTE_US;
    }
    if (!db_done(&q, e) || !found || !actor_complete(c, &s.who, e))
        return false;
    *out = s;
    return true;
}

static bool touch(struct db_conn *tx, void *arg, struct err *e)
{
    struct row *r = arg;
    return db_exec(tx, "UPDATE session SET seen_at = $1 WHERE id = $2", DB_ARGS(V(r->c->now), V(r->id)), NULL, e);
}

bool session_touch(struct ctx *c, int64_t session_id, struct err *e)
{
    struct row r = { .c = c, .id = session_id };
    return db_write(c->ws->db, touch, &r, e);
}

static bool end(struct db_conn *tx, void *arg, struct err *e)
{
    struct row *r = arg;
    return db_exec(tx, "DELETE FROM session WHERE (id = $1 AND $2 = 0) OR (holder = $2 AND id <> $1)",
                   DB_ARGS(V(r->id), V(r->user_id)), NULL, e);
}

bool session_end(struct ctx *c, int64_t session_id, struct err *e)
{
    struct row r = { .c = c, .id = session_id };
    return db_write(c->ws->db, end, &r, e);
}

bool session_end_all(struct ctx *c, int64_t user_id, int64_t except, struct err *e)
{
    struct row r = { .c = c, .id = except, .user_id = user_id };
    return db_write(c->ws->db, end, &r, e);
}

static unsigned scopes_of(str text)
{
    static const char *const name[ACTION_COUNT] = { "see", "create", "change", "delete", "export" };
    unsigned scopes = 0;

    while (text.n) {
        str word = str_cut(&text, ',');
        for (int i = 0; i < ACTION_COUNT; i++)
            scopes |= str_eq(word, str_of(name[i])) ? 1u << i : 0;
    }
    return scopes;
}

bool token_find(struct arena *a, struct db_conn *c, str token, int64_t now, struct session *out, struct err *e)
{
    struct session s;
    struct db_rows q;

    if (!str_starts(token, S("setu1_")) || token.n > 200)
        return false;
    if (!db_query(c, &q, "SELECT t.scopes, u.id, u.name, u.email, u.roles, u.team, u.lang, u.digits, u.calendar, u.zone,"
                         " u.theme, u.density, u.single_keys"
                         " FROM api_token t JOIN \"user\" u ON u.id = t.owner AND u.deleted_at IS NULL AND u.is_active = 1"
                         " WHERE t.token_hash = $1 AND t.deleted_at IS NULL AND t.revoked_at IS NULL"
                         " AND (t.expires_at IS NULL OR t.expires_at > $2)",
                  DB_ARGS(V(token_hash(a, token)), V(now)), e))
        return false;
    bool found = db_next(&q);
    if (found) {
        s = found_of(a, &q, 0);
        s.who.token_scopes = scopes_of(db_text_view(&q, 0));
    }
    if (!db_done(&q, e) || !found || !actor_complete(c, &s.who, e))
        return false;
    *out = s;
    return true;
}
