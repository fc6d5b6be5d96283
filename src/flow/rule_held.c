/* rule_held.c - clicks become causes only when it has shown that a person made them.
 *
 * What opens every link of a letter looks like a person at its first link. Evidence comes within seconds: a burst,
 * the trap (flow/robot.c). So a click that some rule or waiting run is about is held for ROBOT_SETTLE_S from when the
 * feed tells of it, by its number. Whatever turns it meanwhile gives it another number: then the held one is nothing,
 * and what became of the event is told by the feed anew. It is held in the consumer's write and let go in the write in
 * which it begins what it begins: once, whatever crashes.
 */
#include "flow/rule_inside.h"
#include "flow/inside.h"
#include "flow/robot.h"
#include "record/query.h"

int64_t rule_settles_us(str kind)
{
    const struct event_kind *k = event_kind_find(kind);
    return k && k->flags & KIND_CLICK ? ROBOT_SETTLE_S * SECOND_US : 0;
}

bool rule_hold(struct ctx *tx, const struct feed_row *r, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO rule_held (seq, due_at) VALUES ($1, $2) ON CONFLICT (seq) DO NOTHING",
                   DB_ARGS(V(r->seq), V(tx->now + rule_settles_us(r->kind))), NULL, e);
}

bool rule_let_go(struct ctx *tx, struct feed_row **out, size_t *n, bool *more, struct err *e)
{
    struct db_rows q;
    int64_t seq[RULE_LET_GO];
    size_t due = 0;
    *n = 0;
    if (!db_query(tx->c, &q, "SELECT seq FROM rule_held WHERE due_at <= $1 ORDER BY due_at, seq LIMIT $2",
                  DB_ARGS(V(tx->now), V((int)RULE_LET_GO)), e))
        return false;
    while (due < RULE_LET_GO && db_next(&q))
        seq[due++] = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    *more = due == RULE_LET_GO;
    *out = arena_new(tx->a, struct feed_row, RULE_LET_GO);
    for (size_t i = 0; i < due; i++) {
        struct feed_row *r;
        if (!db_exec(tx->c, "DELETE FROM rule_held WHERE seq = $1", DB_ARGS(V(seq[i])), NULL, e) || !feed_read_one(tx, seq[i], &r, e))
            return false;
        if (r && r->is_event && !r->is_robot && !r->is_void)
            (*out)[(*n)++] = *r;
    }
    return true;
}
