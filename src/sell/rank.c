/* rank.c - the place of a card in its column, as a text between those of its neighbours.
 *
 * A card that arrives gets a text smaller than every one before it: the top, without looking. A
 * card put between two others gets a text between theirs, so a move writes one row. Texts grow
 * where people insert again and again at one place; past RANK_MAX the column is numbered anew.
 */
#include "base/buf.h"
#include "base/id.h"
#include "base/log.h"
#include "sell/inside.h"

enum { BASE = 36, TOP_LEN = 13 };
static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

str rank_top(struct arena *a)
{
    char *p = arena_new(a, char, TOP_LEN);
    uint64_t n = (uint64_t)INT64_MAX - (uint64_t)id_mint();
    for (int i = TOP_LEN; i-- > 0; n /= BASE)
        p[i] = digits[n % BASE];
    if (p[TOP_LEN - 1] == '0')                  /* nothing stands between "a" and "a0" */
        return rank_top(a);
    return (str){ p, TOP_LEN };
}

/* Needs above < below, neither ending in '0'; so does what comes out. */
str rank_between(struct arena *a, str above, str below)
{
    struct buf b = buf_new(a, 4096);
    bool is_open = below.n == 0;
    for (size_t i = 0;; i++) {
        int lo = i < above.n ? digit(above.p[i]) : 0;
        int hi = is_open ? BASE : i < below.n ? digit(below.p[i]) : 0;
        if (hi - lo > 1) {
            buf_char(&b, digits[(lo + hi) / 2]);
            return buf_str(&b);
        }
        if (!is_open && hi < lo)
            die("rank: %.*s does not stand before %.*s", STR_ARG(above), STR_ARG(below));
        is_open |= hi > lo;
        buf_char(&b, digits[lo]);
    }
}

/* ── places in a column ────────────────────────────────────────────────────── */

/* The column from the bottom up: each gets a text smaller than the one before. It is no change
 * that history should tell: the order stays what it was. */
static bool number_anew(struct ctx *tx, int64_t stage, struct err *e)
{
    struct db_rows q;
    struct buf ids = buf_new(tx->a, 1 << 24);
    if (!db_query(tx->c, &q, "SELECT id FROM deal WHERE stage = $1 AND deleted_at IS NULL"
                             " ORDER BY rank DESC, id DESC", DB_ARGS(V(stage)), e))
        return false;
    while (db_next(&q)) {
        int64_t id = db_int(&q, 0);
        buf_put(&ids, (str){ (const char *)&id, sizeof id });
    }
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < ids.n; i += sizeof(int64_t)) {
        int64_t id;
        memcpy(&id, ids.p + i, sizeof id);
        if (!db_exec(tx->c, "UPDATE deal SET rank = $1 WHERE id = $2", DB_ARGS(V(rank_top(tx->a)), V(id)), NULL, e))
            return false;
    }
    return true;
}

static bool rank_of(struct ctx *tx, const struct record *deal, int64_t neighbour, str *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT rank FROM deal WHERE id = $1 AND stage = $2 AND id <> $3 AND deleted_at IS NULL",
                  DB_ARGS(V(neighbour), V(record_int(deal, "stage")), V(deal->id)), e))
        return false;
    if (db_next(&q))
        *out = db_text(&q, 0, tx->a);
    return db_done(&q, e);
}

static bool first_text(struct ctx *tx, struct db_rows *q, str *out, struct err *e)
{
    if (db_next(q))
        *out = db_text(q, 0, tx->a);
    return db_done(q, e);
}

static bool rank_below(struct ctx *tx, const struct record *deal, str rank, str *out, struct err *e)
{
    struct db_rows q;
    return db_query(tx->c, &q, "SELECT MIN(rank) FROM deal WHERE stage = $1 AND rank > $2 AND id <> $3"
                               " AND deleted_at IS NULL",
                    DB_ARGS(V(record_int(deal, "stage")), V(rank), V(deal->id)), e)
        && first_text(tx, &q, out, e);
}

static bool rank_above(struct ctx *tx, const struct record *deal, str rank, str *out, struct err *e)
{
    struct db_rows q;
    return db_query(tx->c, &q, "SELECT MAX(rank) FROM deal WHERE stage = $1 AND rank < $2 AND id <> $3"
                               " AND deleted_at IS NULL",
                    DB_ARGS(V(record_int(deal, "stage")), V(rank), V(deal->id)), e)
        && first_text(tx, &q, out, e);
}

static bool neighbours(struct ctx *tx, const struct record *deal, int64_t after, int64_t before,
                       str *above, str *below, struct err *e)
{
    *above = *below = (str){ 0 };
    if (after)
        return rank_of(tx, deal, after, above, e) && (!above->n || rank_below(tx, deal, *above, below, e));
    return rank_of(tx, deal, before, below, e) && (!below->n || rank_above(tx, deal, *below, above, e));
}

/* A neighbour that has gone elsewhere meanwhile says nothing: the card comes on top. */
bool rank_place(struct ctx *tx, const struct record *deal, int64_t after, int64_t before, str *out, struct err *e)
{
    str above, below, rank;
    for (int tried = 0; tried < 2; tried++) {
        if (!neighbours(tx, deal, after, before, &above, &below, e))
            return false;
        rank = above.n || below.n ? rank_between(tx->a, above, below) : rank_top(tx->a);
        if (rank.n <= RANK_MAX)
            break;
        if (!number_anew(tx, record_int(deal, "stage"), e))
            return false;
    }
    *out = rank;
    return true;
}
