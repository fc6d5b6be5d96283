/* rule_held.c - clicks become causes only when it has shown that a person made them.
 *
 * What opens every link of a letter looks like a person at its first link. Evidence comes within seconds: a burst,
 * the trap (flow/robot.c). So a click that some rule or waiting run is about is held for ROBOT_SETTLE_S from when the
 * feed tells of it, by its number. Whatever turns it meanwhile gives it another number: then the held one is nothing,
 * and what became of the event is told by the feed anew. It is held in the consumer's write and let go in the write in
 * which it begins what it begins: once, whatever crashes.
 *
 * A click may bring its person into a segment at once, by itself or by the points it earns. Who enters just after a click
 * is held in the same way, and who has left until then entered for nothing: neither begins a rule.
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
                   DB_ARGS(V(r->seq), V(tx->now + ROBOT_SETTLE_S * SECOND_US)), NULL, e);
}

/* ── segments ────────────────────────────────────────────────────────────── */

static bool enters(const struct feed_row *r) { return r->is_event && str_eq(r->kind, S("segment.entered")); }
static bool leaves(const struct feed_row *r) { return r->is_event && str_eq(r->kind, S("segment.left")); }

/* Did the person click, or a program in their name, so shortly before? */
static bool has_clicked(struct ctx *tx, int64_t person, int64_t at, bool *out, struct err *e)
{
    int64_t one;
    return db_get_int(tx->c, "SELECT 1 FROM event WHERE person_id = $1 AND at > $2 AND at <= $3 AND kind IN ('link.clicked', 'mail.clicked')"
                             " AND is_void = 0 LIMIT 1", DB_ARGS(V(person), V(at - ROBOT_SETTLE_S * SECOND_US), V(at)), out, &one, e);
}

bool rule_waits(struct ctx *tx, const struct feed_row *r, bool *out, struct err *e)
{
    *out = r->is_event && rule_settles_us(r->kind) > 0;
    return *out || !enters(r) || !r->person_id || has_clicked(tx, r->person_id, r->at, out, e);
}

/* When the record entered what it now leaves; 0: it was found there. */
static bool entered_at(struct ctx *tx, const struct feed_row *r, int64_t *out, struct err *e)
{
    bool found;
    *out = 0;
    return db_get_int(tx->c, "SELECT COALESCE(MAX(at), 0) FROM event WHERE record_id = $1 AND kind = 'segment.entered' AND data = $2 AND seq < $3",
                      DB_ARGS(V(r->record_id), V(r->data), V(r->seq)), &found, out, e);
}

bool rule_is_flicker(struct ctx *tx, const struct feed_row *r, bool *out, struct err *e)
{
    int64_t at;
    *out = false;
    if (!leaves(r) || !r->person_id)
        return true;
    return entered_at(tx, r, &at, e) && (!at || r->at - at >= ROBOT_SETTLE_S * SECOND_US || has_clicked(tx, r->person_id, at, out, e));
}

/* Of what was held: nobody left again what they entered. */
static bool still_stands(struct ctx *tx, const struct feed_row *r, bool *out, struct err *e)
{
    bool has_moved = false;
    int64_t one;
    *out = r->is_event && !r->is_robot && !r->is_void;
    if (*out && enters(r)
        && !db_get_int(tx->c, "SELECT 1 FROM event WHERE record_id = $1 AND kind = 'segment.left' AND data = $2 AND seq > $3 LIMIT 1",
                       DB_ARGS(V(r->record_id), V(r->data), V(r->seq)), &has_moved, &one, e))
        return false;
    *out = *out && !has_moved;
    return true;
}

/* ── letting go ──────────────────────────────────────────────────────────── */

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
        bool stands = false;
        if (!db_exec(tx->c, "DELETE FROM rule_held WHERE seq = $1", DB_ARGS(V(seq[i])), NULL, e) || !feed_read_one(tx, seq[i], &r, e)
            || (r && !still_stands(tx, r, &stands, e)))
            return false;
        if (stands)
            (*out)[(*n)++] = *r;
    }
    return true;
}
