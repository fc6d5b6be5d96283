/* sqlite_schema.c - what tables, columns and indexes there are; full text.
 *
 * A full-text index keeps no copy of its text (content=''), so a removal must
 * bring the old text. detail=none and indexes of the first letters: words are found by
 * themselves or by their beginning, never by position; that is what search as
 * one types needs, at a third of the size. Without the index of one letter, the
 * first key pressed reads the lists of all words that begin with it. The tokenizer is `ascii`: documents
 * come folded, words between single spaces, and it takes every other character
 * as part of a word, so that vowel signs of Bengali and Hindi do not cut words.
 */
#include "db/sqlite.h"
#include "base/buf.h"

/* Names are looked up in SQLite's own tables: sqlite_schema has no index, and hundreds of
 * questions at each start would each read all of it. */
static bool exists(struct db_conn *c, const char *sql, const char *name, bool *out, struct err *e)
{
    struct file_conn *own = file_conn(c);
    bool was = own->is_trusted;
    int64_t one;

    own->is_trusted = true;                     /* a PRAGMA inside */
    bool ok = db_get_int(c, sql, DB_ARGS(V(str_of(name))), out, &one, e);
    own->is_trusted = was;
    return ok;
}

bool file_table_exists(struct db_conn *c, const char *table, bool *out, struct err *e)
{
    return exists(c, "SELECT 1 FROM pragma_table_info($1) LIMIT 1", table, out, e);
}

bool file_index_exists(struct db_conn *c, const char *index, bool *out, struct err *e)
{
    return exists(c, "SELECT 1 FROM pragma_index_info($1) LIMIT 1", index, out, e);
}

static bool read_columns(struct db_conn *c, struct arena *a, const char *table,
                         struct db_column *v, size_t max, size_t *n, struct err *e)
{
    struct db_rows q;

    if (!db_query(c, &q, "SELECT name, type, \"notnull\" FROM pragma_table_info($1)",
                  DB_ARGS(V(str_of(table))), e))
        return false;
    for (*n = 0; *n < max && db_next(&q); ++*n)
        v[*n] = (struct db_column){ db_text(&q, 0, a), db_text(&q, 1, a), db_int(&q, 2) != 0 };
    return db_done(&q, e);
}

bool file_table_columns(struct db_conn *c, struct arena *a, const char *table,
                      struct db_column **out, size_t *n, struct err *e)
{
    struct file_conn *own = file_conn(c);
    struct db_column *v = arena_new(a, struct db_column, COLUMNS_MAX);
    bool was = own->is_trusted;

    own->is_trusted = true;                     /* pragma_table_info is a PRAGMA inside */
    bool ok = read_columns(c, a, table, v, COLUMNS_MAX, n, e);
    own->is_trusted = was;
    if (ok)
        *out = v;
    return ok;
}

/* ── full text ───────────────────────────────────────────────────────────── */

enum { FTS_SQL_MAX = 400 };

static const char *fts_sql(char *sql, const char *pattern, const char *name)
{
    char *to = sql;
    for (const char *p = pattern; *p; p++) {
        if (*p != '@') {
            *to++ = *p;
            continue;
        }
        memcpy(to, name, strlen(name));
        to += strlen(name);
    }
    *to = '\0';
    return sql;
}

bool file_fts_create(struct db_conn *tx, const char *name, struct err *e)
{
    char sql[FTS_SQL_MAX];
    return db_exec(tx, fts_sql(sql, "CREATE VIRTUAL TABLE IF NOT EXISTS @ USING fts5(doc, content='',"
                                    " detail=none, prefix='1 2 3', tokenize='ascii')", name), DB_NONE, NULL, e)
        && db_exec(tx, fts_sql(sql, "INSERT INTO @(@, rank) VALUES ('usermerge', 2)", name), DB_NONE, NULL, e);
}

bool file_fts_put(struct db_conn *tx, const char *name, int64_t id, str folded, struct err *e)
{
    char sql[FTS_SQL_MAX];
    return db_exec(tx, fts_sql(sql, "INSERT INTO @(rowid, doc) VALUES ($1, $2)", name),
                   DB_ARGS(V(id), V(folded)), NULL, e);
}

bool file_fts_drop(struct db_conn *tx, const char *name, int64_t id, str old_folded, struct err *e)
{
    char sql[FTS_SQL_MAX];
    return db_exec(tx, fts_sql(sql, "INSERT INTO @(@, rowid, doc) VALUES ('delete', $1, $2)", name),
                   DB_ARGS(V(id), V(old_folded)), NULL, e);
}

/* ── parts of an index ───────────────────────────────────────────────────── */

enum { INDEXES_MAX = 8, INDEX_NAME = 64 };

static int index_names(sqlite3 *h, char name[INDEXES_MAX][INDEX_NAME])
{
    sqlite3_stmt *st;
    int n = 0;
    if (sqlite3_prepare_v2(h, "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5(%'", -1, &st, NULL))
        return 0;
    while (n < INDEXES_MAX && sqlite3_step(st) == SQLITE_ROW)
        sqlite3_snprintf(INDEX_NAME, name[n++], "%s", (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    return n;
}

/* Every write leaves a part of its own, and every search looks at each part for each beginning of a word: 29 parts after
 * an import of a million, where two would do, are five times the work. */
bool file_fts_merge(sqlite3 *h)
{
    char name[INDEXES_MAX][INDEX_NAME], sql[FTS_SQL_MAX];
    bool is_done = true;
    for (int i = 0, n = index_names(h, name); i < n; i++) {
        int64_t before = sqlite3_total_changes64(h);
        bool ok = sqlite3_exec(h, fts_sql(sql, "INSERT INTO @(@, rank) VALUES ('merge', 200)", name[i]), NULL, NULL, NULL) == SQLITE_OK;
        is_done &= !ok || sqlite3_total_changes64(h) - before < 2;      /* one is the command itself */
    }
    return is_done;
}

/* ── asking ──────────────────────────────────────────────────────────────── */

str file_fts_where(struct arena *a, const char *name, int param)
{
    return arena_fmt(a, "SELECT rowid AS id FROM %s WHERE %s MATCH $%d", name, name, param);
}

/* `after` stands behind each: "*" makes it a beginning. */
static void put_words(struct buf *b, str words, const char *between, const char *after)
{
    bool is_first = true;

    while (words.n > 0) {
        str word = str_cut(&words, ' ');
        if (word.n == 0)
            continue;
        buf_put(b, is_first ? (str){ 0 } : str_of(between));
        buf_char(b, '"');
        for (size_t i = 0; i < word.n; i++)
            if (word.p[i] != '"')
                buf_char(b, word.p[i]);
        buf_char(b, '"');
        buf_put(b, str_of(after));
        is_first = false;
    }
}

str file_fts_words(struct arena *a, const struct db_words *w)
{
    struct buf b = buf_new(a, (w->any.n + w->all.n + w->begins.n) * 4 + 64);

    if (w->any.n) {
        buf_char(&b, '(');
        put_words(&b, w->any, " OR ", "");
        buf_lit(&b, ") AND ");
    }
    buf_put(&b, w->begins.n ? S("((") : (str){ 0 });
    put_words(&b, w->all, " AND ", "");
    if (w->is_beginning && w->all.n && w->all.p[w->all.n - 1] != ' ')
        buf_char(&b, '*');
    if (w->begins.n) {
        buf_lit(&b, ") OR ");
        put_words(&b, w->begins, " OR ", "*");
        buf_char(&b, ')');
    }
    return buf_str(&b);
}
