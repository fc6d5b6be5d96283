/* session.c - sessions and API tokens, both kept as hashes. */
#include "web/session.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/random.h"
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

bool session_find(struct arena *a, struct db_conn *c, str token, int64_t now, struct session *out, struct err *e)
{
    struct db_rows q;
    bool found = false;

    if (token.n != SESSION_TOKEN_LEN)
        return false;
    if (!db_query(c, &q, "SELECT id, holder, seen_at FROM session WHERE token_hash = $1 AND expires_at > $2"
                         " AND seen_at > $3 AND deleted_at IS NULL",
                  DB_ARGS(V(token_hash(a, token)), V(now), V(now - SESSION_IDLE_HOURS * HOUR_US)), e))
        return false;
    if (db_next(&q)) {
        found = true;
        *out = (struct session){ db_int(&q, 0), db_int(&q, 1), now - db_int(&q, 2) > MINUTE_US };
    }
    return db_done(&q, e) && found;
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

bool token_find(struct arena *a, struct db_conn *c, str token, int64_t now, int64_t *token_id, int64_t *user_id,
                unsigned *scopes, struct err *e)
{
    static const char *const name[ACTION_COUNT] = { "see", "create", "change", "delete", "export" };
    struct db_rows q;
    bool found = false;

    if (!str_starts(token, S("setu1_")) || token.n > 200)
        return false;
    if (!db_query(c, &q, "SELECT id, owner, scopes FROM api_token WHERE token_hash = $1 AND deleted_at IS NULL"
                         " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
                  DB_ARGS(V(token_hash(a, token)), V(now)), e))
        return false;
    if (db_next(&q)) {
        found = true;
        *token_id = db_int(&q, 0);
        *user_id = db_int(&q, 1);
        *scopes = 0;
        for (str rest = db_text_view(&q, 2); rest.n;) {
            str word = str_cut(&rest, ',');
            for (int i = 0; i < ACTION_COUNT; i++)
                *scopes |= str_eq(word, str_of(name[i])) ? 1u << i : 0;
        }
    }
    return db_done(&q, e) && found;
}
