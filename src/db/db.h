/* db.h - SQL is a literal, values are bound as $1, $2 ... on every backend.
 *
 * The data of a workspace is a folder (SQLite) or an address (PostgreSQL); the
 * other rooms never know which. One thread of a process writes. Pages read by
 * a reader of their own (query-only, with a deadline); whatever
 * writes is a function handed to the writer by db_write(), which runs it
 * between savepoints, commits a group of them at once and wakes their callers
 * only when all of it is on disk. Nothing that was not kept is ever acknowledged.
 * A group may have to run anew (PostgreSQL went away): a write function does the
 * same when it is called twice, and keeps in `arg` nothing that would double.
 *
 * Statements are cached per connection by the address and text of their SQL.
 * Values are bound by NAME ("$2" may stand before "$1"), so one SQL text serves
 * SQLite and PostgreSQL.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct db;                                      /* the open workspace data, process-wide */
struct db_conn;                                 /* who reads, or the writer's connection within a write */

struct db_val {
    enum db_kind { DB_NULL, DB_INT, DB_NUM, DB_TEXT, DB_BLOB } kind;
    union { int64_t i; double d; str s; };
};
static inline struct db_val db_val_int(int64_t i) { return (struct db_val){ DB_INT, { .i = i } }; }
static inline struct db_val db_val_num(double d)  { return (struct db_val){ DB_NUM, { .d = d } }; }
static inline struct db_val db_val_str(str s)     { return (struct db_val){ DB_TEXT, { .s = s } }; }
static inline struct db_val db_val_blob(str s)    { return (struct db_val){ DB_BLOB, { .s = s } }; }
static inline struct db_val db_val_same(struct db_val v) { return v; }
#define DB_NULL_VAL ((struct db_val){ DB_NULL, { .i = 0 } })

#define V(x) _Generic((x), str: db_val_str, double: db_val_num, struct db_val: db_val_same, \
                      int: db_val_int, unsigned: db_val_int, bool: db_val_int, \
                      int64_t: db_val_int, long long: db_val_int)(x)
#define DB_ARGS(...) (const struct db_val[]){ __VA_ARGS__ }, \
                     sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val)
#define DB_NONE NULL, 0

/* ── opening ─────────────────────────────────────────────────────────────── */

struct db_options {
    const char *path;               /* the folder, setu.db in it; or postgresql://HOST/DATABASE?schema=NAME */
    bool create;                    /* make it when absent; else absent is ERR_NOT_FOUND */
    int queue_max;                  /* waiting writes; 0: 4096. More: ERR_BUSY */
};
/* Takes the lock of the folder (a second opener gets ERR_CONFLICT at once; an address
 * has none), opens, recovers, starts the writer thread. db_close waits for queued
 * writes, checkpoints and closes; accepts NULL. */
bool db_open(const struct db_options *o, struct db **out, struct err *e);
void db_close(struct db *db);
bool db_is_address(const char *place);          /* postgresql://…: no folder */
const char *db_place(const struct db *db);      /* for people: the folder, or the address without its password */

/* A reader for one thread. The caller keeps and closes it. It costs nothing while it reads nothing: a connection
 * is lent to it from its first snapshot or question on, until that snapshot ends or its thread waits for a write. */
bool db_reader(struct db *db, struct db_conn **out, struct err *e);
void db_conn_close(struct db_conn *c);          /* accepts NULL */
/* Snapshot of one request: all reads between these see the same state, up to a write of the same thread. That ends
 * the snapshot, unless rows are being read; the next question begins one anew, which sees what was written.
 * deadline_ms 0: none. Past the deadline a query fails with ERR_BUSY; a new snapshot has as long again. Both calls
 * are made by one thread. */
bool db_read_begin(struct db_conn *c, int deadline_ms, struct err *e);
void db_read_end(struct db_conn *c);            /* resets open statements; always safe */

/* ── writing ─────────────────────────────────────────────────────────────── */

/* Runs `run(tx, arg, e)` on the writer thread in a savepoint of its own, waits
 * for the commit, returns its result. `run` may be called in no other thread at
 * the same time; the caller's arena may be used by it (the caller waits), its readers may not.
 * False from `run`, a full arena in it or a constraint: rolled back alone. */
typedef bool db_write_fn(struct db_conn *tx, void *arg, struct err *e);
__attribute__((warn_unused_result))
bool db_write_at(struct db *db, db_write_fn *run, void *arg, struct err *e,
                 const char *file, int line);
#define db_write(db, run, arg, e) db_write_at((db), (run), (arg), (e), __FILE__, __LINE__)
/* Lower class: yields to interactive writes between calls (imports, roll-ups). */
__attribute__((warn_unused_result))
bool db_write_bulk_at(struct db *db, db_write_fn *run, void *arg, struct err *e,
                      const char *file, int line);
#define db_write_bulk(db, run, arg, e) db_write_bulk_at((db), (run), (arg), (e), __FILE__, __LINE__)
/* Inside a write: `run` in a savepoint of its own, so that one bad row of many is
 * rolled back alone and the write goes on. */
__attribute__((warn_unused_result))
bool db_try(struct db_conn *tx, db_write_fn *run, void *arg, struct err *e);
bool db_is_writer(const struct db_conn *c);     /* true inside a db_write_fn */

/* Inside a write: the next number of the workspace's one sequence, above all that any
 * committed write took. Numbers are in the order of the commits, also of several servers;
 * one that was taken by a write that failed is a gap and stays one. */
__attribute__((warn_unused_result))
bool db_seq(struct db_conn *tx, int64_t *out, struct err *e);

/* Inside a write: tells the other servers of this workspace, once it is committed. `channel`
 * and `text` are short (together under 7,000 bytes). SQLite has no other servers: nothing. */
__attribute__((warn_unused_result))
bool db_notify(struct db_conn *tx, str channel, str text, struct err *e);
/* `fn` gets what OTHER servers told, on a thread of its own. An empty channel says that
 * something may have been missed (a lost connection): look at everything. At start only. */
typedef void db_listen_fn(void *arg, str channel, str text);
void db_listen(struct db *db, db_listen_fn *fn, void *arg);
/* Of the servers that listen to one workspace one leads, and does what one alone should do. When it
 * ends, however it ends, another leads within some seconds. One that does not listen leads for itself. */
bool db_leads(const struct db *db);

/* At most so many writes share a commit; 1 measures what sharing is worth (setu bench). At start only. */
void db_group_max(struct db *db, int n);

/* Called on the writer thread after each durable commit, and on the listening one after those of
 * other servers (db_listen); keep it short (live updates). */
void db_on_commit(struct db *db, void (*fn)(void *arg), void *arg);

/* ── statements ──────────────────────────────────────────────────────────── */

struct db_rows { struct db_conn *c; void *stmt; int rc; bool is_busy; };
/* `sql` is a string literal, or text compiled by record/ from catalogue names. */
__attribute__((warn_unused_result))
bool db_query(struct db_conn *c, struct db_rows *q, const char *sql,
              const struct db_val *v, size_t n, struct err *e);
bool db_next(struct db_rows *q);                /* false: no more rows, or an error ... */
__attribute__((warn_unused_result))
bool db_done(struct db_rows *q, struct err *e); /* ... which this tells apart; always call it */
int db_columns(const struct db_rows *q);
enum db_kind db_kind(const struct db_rows *q, int col);
bool db_is_null(const struct db_rows *q, int col);
int64_t db_int(const struct db_rows *q, int col);
double db_num(const struct db_rows *q, int col);
str db_text(const struct db_rows *q, int col, struct arena *a);     /* a copy in `a` */
str db_text_view(const struct db_rows *q, int col);                 /* until the next db_next/db_done */

/* One statement without rows; *changed (may be NULL) counts rows touched. */
__attribute__((warn_unused_result))
bool db_exec(struct db_conn *c, const char *sql, const struct db_val *v, size_t n,
             int64_t *changed, struct err *e);
/* First column of the first row; *found false when there is none. */
__attribute__((warn_unused_result))
bool db_get_int(struct db_conn *c, const char *sql, const struct db_val *v, size_t n,
                bool *found, int64_t *out, struct err *e);

/* ── schema ──────────────────────────────────────────────────────────────── */

struct db_migration { int version; const char *name; const char *const *sql; };   /* sql ends with NULL */
/* Applies those not yet applied, each in one transaction, in order; remembers
 * name and checksum. A data folder newer than the program, or a changed applied
 * migration, is refused. `list` ends with version 0. */
bool db_migrate(struct db *db, const struct db_migration *list, struct err *e);
/* Schema statements outside migrations (tables made from the catalogue): only
 * inside db_schema(), which lifts the authorizer's ban for its function. */
bool db_schema(struct db *db, db_write_fn *run, void *arg, struct err *e);
bool db_table_exists(struct db_conn *c, const char *table, bool *out, struct err *e);
struct db_column { str name, type; bool not_null; };
bool db_table_columns(struct db_conn *c, struct arena *a, const char *table,
                      struct db_column **out, size_t *n, struct err *e);
bool db_index_exists(struct db_conn *c, const char *index, bool *out, struct err *e);

/* After thousands of rows at once: what the planner knows of the data is gathered now, not within a minute. A file's
 * planner needs nothing; what fails is made up for by the server. */
void db_analyze(struct db *db);

/* A table that lies on many nodes, cut by one column of its key: PostgreSQL with Citus. Inside db_schema(). */
enum { DB_SPREAD_MAX = 300 };
struct db_spread { const char *table, *by; };
bool db_can_spread(struct db_conn *tx, bool *out, struct err *e);
void db_spread_sql(struct db_conn *tx, const struct db_spread *t, char out[DB_SPREAD_MAX]);     /* what db_spread() runs */
bool db_spread(struct db_conn *tx, const struct db_spread *t, struct err *e);   /* done already: nothing, true */

/* ── the differences between backends, each one function with two bodies ─── */

/* Full-text index `name` over columns; docs are folded text (lang/fold.h). */
bool db_fts_create(struct db_conn *tx, const char *name, struct err *e);
bool db_fts_put(struct db_conn *tx, const char *name, int64_t id, str folded, struct err *e);
bool db_fts_drop(struct db_conn *tx, const char *name, int64_t id, str old_folded, struct err *e);

/* Text of a subquery of matching ids (its column is `id`), "$N" its one parameter: `id IN (`
 * ... `)`; to bind there: what db_fts_words() makes of folded words (all must occur, the
 * last may be a beginning, or instead of all these one that begins as one of `begins`; and one of `any`, if there are
 * some). Empty words match nothing: ask beforehand. */
str db_fts_where(const struct db *db, struct arena *a, const char *name, int param);
struct db_words { str any, all, begins; bool is_beginning; };       /* folded words, a space between; is_beginning: the last of `all` may be one */
str db_fts_words(const struct db *db, struct arena *a, const struct db_words *w);

/* ── care ────────────────────────────────────────────────────────────────── */

bool db_backup(struct db *db, const char *to_file, void (*progress)(int done, int all, void *arg),
               void *arg, struct err *e);       /* a consistent copy while serving, fsynced; PostgreSQL: names pg_dump */
bool db_check(struct db_conn *c, struct arena *a, str *report, struct err *e);  /* integrity + foreign keys; empty: sound */
bool db_explain(struct db_conn *c, struct arena *a, const char *sql, str *plan, struct err *e);  /* tests, bench */

/* writes: those kept; commits: groups that kept any; queue: waiting now; checkpoint_us: in all. */
struct db_stats { int64_t writes, commits, queue, checkpoint_us, wal_pages; };
struct db_stats db_stats(const struct db *db);
str db_engine(const struct db *db, struct arena *a);    /* "SQLite 3.40.1", "PostgreSQL 15.4" */
const char *db_library(void);                   /* "SQLite 3.40.1" */
