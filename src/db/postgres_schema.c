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

/* A schema write asks for hundreds of tables and indexes: all are read at once, and what it makes is noted. */
static PGresult *read_all(struct db_conn *c, const char *sql, struct err *e)
{
    struct db_rows q;
    if (!db_query(c, &q, sql, DB_NONE, e))
        return NULL;
    struct pg_rows *rows = q.stmt;
    PGresult *r = rows->result;
    rows->result = NULL;
    return db_done(&q, e) ? r : NULL;
}

static struct pg_catalog *catalog(struct db_conn *conn, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);
    struct pg_catalog *all;

    if (c->catalog)
        return c->catalog;
    if (!(all = calloc(1, sizeof *all)))
        die("out of memory");
    c->catalog = all;
    all->names = read_all(conn, "SELECT CAST(c.relname AS TEXT), CASE WHEN c.relkind IN ('r', 'p') THEN 't' ELSE 'i' END"
                                " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN"
                                " ('r', 'p', 'i', 'I') AND n.nspname = current_setting('search_path')", e);
    all->columns = all->names ? read_all(conn, "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT),"
                                " format_type(a.atttypid, NULL), a.attnotnull FROM pg_attribute a"
                                " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE n.nspname = current_setting('search_path') AND c.relkind IN ('r', 'p')"
                                " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum", e) : NULL;
    if (!all->columns)
        pg_catalog_forget(c);
    return c->catalog;
}

void pg_catalog_forget(struct pg_conn *c)
{
    struct pg_catalog *all = c->catalog;

    if (!all)
        return;
    PQclear(all->names);
    PQclear(all->columns);
    for (int i = 0; i < all->nmade; i++)
        free(all->made[i]);
    free(all);
    c->catalog = NULL;
}

/* "CREATE UNIQUE INDEX IF NOT EXISTS "a" ON": the kind and a. Another statement: what was read is not true any more. */
void pg_catalog_note(struct pg_conn *c, const char *sql)
{
    struct pg_catalog *all = c->catalog;
    const char *kind = strstr(sql, "TABLE ") == sql + 7 ? "t" : "i", *name = NULL;

    if (!all)
        return;
    bool is_create = !strncmp(sql, "CREATE TABLE ", 13) || !strncmp(sql, "CREATE INDEX ", 13)
                  || !strncmp(sql, "CREATE UNIQUE INDEX ", 20);
    if (is_create)
        name = strstr(sql, " IF NOT EXISTS ") ? strstr(sql, " IF NOT EXISTS ") + 15 : sql + (sql[7] == 'U' ? 20 : 13);
    if (!name || all->nmade == (int)countof(all->made)) {
        pg_catalog_forget(c);
        return;
    }
    name += *name == '"';
    if (asprintf(&all->made[all->nmade], "%s%.*s", kind, (int)strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                 name) < 0)
        die("out of memory");
    all->nmade++;
}

static bool exists(struct db_conn *c, const char *kind, const char *name, bool *out, struct err *e)
{
    const struct pg_catalog *all = catalog(c, e);

    *out = false;
    if (!all)
        return false;
    for (int i = 0; i < PQntuples(all->names) && !*out; i++)
        *out = !strcmp(PQgetvalue(all->names, i, 0), name) && !strcmp(PQgetvalue(all->names, i, 1), kind);
    for (int i = 0; i < all->nmade && !*out; i++)
        *out = all->made[i][0] == *kind && !strcmp(all->made[i] + 1, name);
    if (!c->may_schema)
        pg_catalog_forget(pg_conn(c));          /* true now, and nobody tells when it is not */
    return true;
}

bool pg_table_exists(struct db_conn *c, const char *table, bool *out, struct err *e)
{
    return exists(c, "t", table, out, e);
}

bool pg_index_exists(struct db_conn *c, const char *index, bool *out, struct err *e)
{
    return exists(c, "i", index, out, e);
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
    const struct pg_catalog *all = catalog(c, e);

    if (!all)
        return false;
    *n = 0;
    for (int i = 0; i < PQntuples(all->columns) && *n < COLUMNS_MAX; i++) {
        const PGresult *r = all->columns;
        if (strcmp(PQgetvalue(r, i, 0), table) == 0)
            v[(*n)++] = (struct db_column){ arena_str(a, str_of(PQgetvalue(r, i, 1))),
                                            arena_str(a, our_type(str_of(PQgetvalue(r, i, 2)))), *PQgetvalue(r, i, 3) == 't' };
    }
    if (!c->may_schema)
        pg_catalog_forget(pg_conn(c));
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
    snprintf(sql, sizeof sql, "INSERT INTO %s (id, doc) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))"
             " ON CONFLICT (id) DO UPDATE SET doc = excluded.doc", name);
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

/* How many there were; `after` stands behind each: ":*" makes it a beginning. */
static int put_words(struct buf *b, str words, const char *between, const char *after)
{
    char word[WORD_MAX];
    int n = 0;

    for (str w; (w = next_word(&words, word)).n > 0; n++)
        buf_fmt(b, "%s'%.*s'%s", n ? between : "", STR_ARG(w), after);
    return n;
}

str pg_fts_words(struct arena *a, const struct db_words *w)
{
    struct buf b = buf_new(a, (w->any.n + w->all.n + w->begins.n) * 4 + 64);
    bool is_beginning = w->is_beginning && w->all.n > 0 && in_word((unsigned char)w->all.p[w->all.n - 1]);

    if (w->any.n) {
        buf_char(&b, '(');
        put_words(&b, w->any, " | ", "");
        buf_lit(&b, ") & ");
    }
    buf_put(&b, w->begins.n ? S("((") : (str){ 0 });
    if (put_words(&b, w->all, " & ", "") == 0)
        return (str){ 0 };                      /* finds nothing */
    if (is_beginning)
        buf_lit(&b, ":*");
    if (w->begins.n) {
        buf_lit(&b, ") | ");
        put_words(&b, w->begins, " | ", ":*");
        buf_char(&b, ')');
    }
    return buf_str(&b);
}
