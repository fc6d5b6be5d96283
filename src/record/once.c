/* once.c - answers kept for repeated requests. */
#include "record/once.h"
#include "base/clock.h"
#include "base/random.h"
#include "msg/record.h"
#include "record/access.h"

str once_new(struct arena *a)
{
    uint64_t r[2];
    random_bytes(r, sizeof r);
    return arena_fmt(a, "%016llx%016llx", (unsigned long long)r[0], (unsigned long long)r[1]);
}

bool once_find_request(struct ctx *tx, str key, str hash, int *status, str *answer, struct err *e)
{
    struct db_rows q;
    bool is_other = false;

    *answer = (str){ 0 };
    *status = 0;
    if (key.n == 0 || key.n > ONCE_KEY_MAX)
        return true;
    if (!db_query(tx->c, &q, "SELECT request_hash, status, answer FROM idempotency WHERE actor_id = $1"
                             " AND key = $2 AND expires_at > $3",
                  DB_ARGS(V(tx->who->user_id), V(key), V(tx->now)), e))
        return false;
    if (db_next(&q)) {
        is_other = !str_eq(db_text_view(&q, 0), hash);
        *status = (int)db_int(&q, 1);
        *answer = db_text(&q, 2, tx->a);
    }
    if (!db_done(&q, e))
        return false;
    return !is_other || fail(e, ERR_CONFLICT, MSG_record_once_reused, "the key came with another request");
}

bool once_keep_request(struct ctx *tx, str key, str hash, int status, str answer, struct err *e)
{
    if (key.n == 0 || key.n > ONCE_KEY_MAX)
        return true;
    return db_exec(tx->c, "DELETE FROM idempotency WHERE expires_at <= $1", DB_ARGS(V(tx->now)), NULL, e)
        && db_exec(tx->c, "INSERT INTO idempotency (actor_id, key, request_hash, status, answer, expires_at)"
                          " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_ARGS(V(tx->who->user_id), V(key), V(hash), V(status), V(answer),
                           V(tx->now + ONCE_HOURS * HOUR_US)), NULL, e);
}

bool once_find(struct ctx *tx, str key, str *answer, struct err *e)
{
    int status;
    return once_find_request(tx, key, (str){ 0 }, &status, answer, e);
}

bool once_keep(struct ctx *tx, str key, str answer, struct err *e)
{
    return once_keep_request(tx, key, (str){ 0 }, 200, answer, e);
}
