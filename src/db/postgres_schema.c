/* postgres_schema.c - what tables, columns and indexes there are; full text.
 *
 * Our schema statements are written in the few types both backends know; here
 * their words become PostgreSQL's. Text sorts and compares by its bytes
 * (COLLATE "C"), as on SQLite: the order of a list must not hang on how somebody
 * made the database.
 *
 * A full-text document is the set of its words as SQLite's tokenizer cuts them
 * (letters and digits of ASCII, and everything beyond ASCII), so that both find
 * the same records.
 */
#include "db/postgres.h"
#include "base/buf.h"
#include "base/log.h"

enum { FTS_SQL_MAX = 400, WORD_MAX = 2000 };

/* ── types ───────────────────────────────────────────────────────────────── */

static const struct { const char *ours, *theirs; } types[] = {
    { "BLOB", "BYTEA" }, { "TEXT", "TEXT COLLATE \"C\"" }, { "DOUBLE", "DOUBLE PRECISION" },
    { "DOUBLE PRECISION", "DOUBLE PRECISION" },
};

static bool is_word_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '"';
}

/* The longest of our types that stands at `p` as a word of its own. */
static int type_at(const char *p)
{
    int best = -1;
    for (int i = 0; i < (int)countof(types); i++) {
        size_t n = strlen(types[i].ours);
        if (!strncmp(p, types[i].ours, n) && !is_word_char(p[n]) && (best < 0 || n > strlen(types[best].ours)))
            best = i;
    }
    return best;
}

char *pg_ddl(const char *sql)
{
    size_t room = strlen(sql) * 4 + 1, n = 0;
    char *out = malloc(room);
    bool is_table = !strncmp(sql, "CREATE TABLE", 12) || !strncmp(sql, "ALTER TABLE", 11), in_text = false;

    if (!out)
        die("out of memory");
    for (const char *p = sql; *p;) {
        in_text ^= *p == '\'';
        int t = is_table && !in_text && p > sql && p[-1] == ' ' ? type_at(p) : -1;
        if (t < 0) {
            out[n++] = *p++;
            continue;
        }
        n += (size_t)snprintf(out + n, room - n, "%s", types[t].theirs);
        p += strlen(types[t].ours);
    }
    out[n] = '\0';
    return out;
}

/* ── what there is ───────────────────────────────────────────────────────── */

static bool exists(struct db_conn *c, const char *sql, const char *name, bool *out, struct err *e)
{
    int64_t one;
    return db_get_int(c, sql, DB_ARGS(V(str_of(name))), out, &one, e);
}

bool pg_table_exists(struct db_conn *c, const char *table, bool *out, struct err *e)
{
    return exists(c, "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN"
                     " ('r', 'p') AND n.nspname = current_setting('search_path') AND c.relname = CAST($1 AS name)",
                  table, out, e);
}

bool pg_index_exists(struct db_conn *c, const char *index, bool *out, struct err *e)
{
    return exists(c, "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN"
                     " ('i', 'I') AND n.nspname = current_setting('search_path') AND c.relname = CAST($1 AS name)",
                  index, out, e);
}

static str our_type(str theirs)
{
    return str_eq(theirs, S("bigint")) ? S("BIGINT") : str_eq(theirs, S("text")) ? S("TEXT")
         : str_eq(theirs, S("bytea")) ? S("BLOB") : str_eq(theirs, S("double precision")) ? S("DOUBLE PRECISION")
         : theirs;
}

bool pg_table_columns(struct db_conn *c, struct arena *a, const char *table, struct db_column **out, size_t *n,
                      struct err *e)
{
    struct db_column *v = arena_new(a, struct db_column, COLUMNS_MAX);
    struct db_rows q;

    if (!db_query(c, &q, "SELECT CAST(a.attname AS TEXT), format_type(a.atttypid, NULL), a.attnotnull FROM pg_attribute a"
                         " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                         " WHERE n.nspname = current_setting('search_path') AND c.relname = CAST($1 AS name)"
                         " AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                  DB_ARGS(V(str_of(table))), e))
        return false;
    for (*n = 0; *n < COLUMNS_MAX && db_next(&q); ++*n)
        v[*n] = (struct db_column){ db_text(&q, 0, a), our_type(db_text(&q, 1, a)), db_int(&q, 2) != 0 };
    if (!db_done(&q, e))
        return false;
    *out = v;
    return true;
}

/* ── full text ───────────────────────────────────────────────────────────── */

bool pg_fts_create(struct db_conn *tx, const char *name, struct err *e)
{
    char table[FTS_SQL_MAX], index[FTS_SQL_MAX];

    snprintf(table, sizeof table, "CREATE TABLE IF NOT EXISTS %s (id BIGINT PRIMARY KEY, doc tsvector NOT NULL)", name);
    snprintf(index, sizeof index, "CREATE INDEX IF NOT EXISTS %s_doc ON %s USING gin (doc)", name, name);
    return db_exec(tx, table, DB_NONE, NULL, e) && db_exec(tx, index, DB_NONE, NULL, e);
}

static bool in_word(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The next word of *rest, lower-cased; longer ones than the server takes are cut at a character. */
static str next_word(str *rest, char out[WORD_MAX])
{
    size_t n = 0;

    while (rest->n && !in_word((unsigned char)rest->p[0]))
        *rest = str_from(*rest, 1);
    while (rest->n && in_word((unsigned char)rest->p[0])) {
        char c = rest->p[0];
        if (n < WORD_MAX)
            out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        *rest = str_from(*rest, 1);
    }
    while (n == WORD_MAX && (out[n - 1] & 0xC0) == 0x80)
        n--;
    return (str){ out, n };
}

static str words_of(char *out, str folded)
{
    char word[WORD_MAX];
    size_t n = 0;

    for (str w; (w = next_word(&folded, word)).n > 0;) {
        if (n)
            out[n++] = ' ';
        memcpy(out + n, w.p, w.n);
        n += w.n;
    }
    return (str){ out, n };
}

bool pg_fts_put(struct db_conn *tx, const char *name, int64_t id, str folded, struct err *e)
{
    char sql[FTS_SQL_MAX];
    char *text = malloc(folded.n + 1);

    if (!text)
        die("out of memory");
    snprintf(sql, sizeof sql, "INSERT INTO %s (id, doc) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))", name);
    bool ok = db_exec(tx, sql, DB_ARGS(V(id), V(words_of(text, folded))), NULL, e);
    free(text);
    return ok;
}

bool pg_fts_drop(struct db_conn *tx, const char *name, int64_t id, str old_folded, struct err *e)
{
    char sql[FTS_SQL_MAX];

    (void)old_folded;
    snprintf(sql, sizeof sql, "DELETE FROM %s WHERE id = $1", name);
    return db_exec(tx, sql, DB_ARGS(V(id)), NULL, e);
}

str pg_fts_where(struct arena *a, const char *name, int param)
{
    return arena_fmt(a, "SELECT id FROM %s WHERE doc @@ CAST($%d AS tsquery)", name, param);
}

str pg_fts_words(struct arena *a, str folded, bool prefix_last)
{
    struct buf b = buf_new(a, folded.n * 4 + 64);
    char word[WORD_MAX];
    bool at_end = folded.n > 0 && in_word((unsigned char)folded.p[folded.n - 1]);

    for (str w; (w = next_word(&folded, word)).n > 0;) {
        if (b.n)
            buf_lit(&b, " & ");
        buf_fmt(&b, "'%.*s'", STR_ARG(w));
        if (prefix_last && at_end && folded.n == 0)
            buf_lit(&b, ":*");
    }
    return buf_str(&b);
}
