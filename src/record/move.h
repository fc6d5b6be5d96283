/* move.h - a workspace goes from one place to another, row for row: SQLite to PostgreSQL and back.
 *
 * Every table is read in the order of its key and written in slices, each one write; where a table of
 * the new place ends is where the next slice begins, so a move that was cut off goes on from there.
 * At the end both places are read again and compared. The old place is only read.
 */
#pragma once
#include "record/record.h"

enum { MOVE_KEY_MAX = 3 };
struct move_table { const char *name; const char *key[MOVE_KEY_MAX]; size_t nkey; };
/* Every table with data of the workspace, read from what makes them: the catalogue and the engine's own. */
size_t record_tables(struct arena *a, struct move_table **out);

struct move_line { const char *table; int64_t rows[2]; uint64_t sum[2][2]; bool is_same; };    /* [0] old place, [1] new */
struct move {
    struct db *from, *to;
    const char *source;                         /* what the old place is called; a move that goes on must name the same */
    void (*progress)(void *arg, const char *table, int64_t done);   /* after each slice; NULL: none */
    void *arg;
};
/* `to` has its tables and nothing in them, or half of this same move: else ERR_CONFLICT, nothing written.
 * *lines: what was compared, also when it differs (then false, ERR_INTERNAL, and `to` stays a half). */
__attribute__((warn_unused_result))
bool record_move(const struct move *m, struct arena *a, struct move_line **lines, size_t *n, struct err *e);
/* A half-made move stands here: it is no workspace yet. */
__attribute__((warn_unused_result))
bool move_is_half(struct db_conn *c, bool *out, struct err *e);
