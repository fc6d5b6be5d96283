/* postgres.h - the inside of the PostgreSQL backend: what its files share.
 *
 * Only src/db/postgres*.c include this. A connection is used by one thread at a
 * time and always in libpq's pipeline mode: what needs no answer of its own
 * (SAVEPOINT, RELEASE, BEGIN) waits and travels with the next statement, so a
 * write costs a round trip a statement and no more.
 */
#pragma once
#include <libpq-fe.h>
#include <sys/queue.h>
#include "db/backend.h"

enum {
    QUIET_MAX = 64,                             /* statements that wait to travel with another */
    AHEAD_MAX = 64,                             /* sent, and their answers not waited for */
    ADDRESS_MAX = 512,
};

/* Sent for each request: a reader's connection knows them by a name, and they are not parsed again. */
#define PG_SNAPSHOT "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#define PG_END "COMMIT"

/* A statement prepared on the server. The types of its parameters are those its first values had; a
 * NULL goes with any, another kind of value is another statement of the same text. */
struct pg_stmt {
    uint64_t hash;                              /* of its text */
    char *sql;
    char name[24];
    int nargs;
    Oid *type;
    struct pg_stmt *next;                       /* in its bucket */
    TAILQ_ENTRY(pg_stmt) by_use;
};
TAILQ_HEAD(pg_stmts, pg_stmt);

struct pg_rows {                                /* what db_rows.stmt points to */
    PGresult *result;
    int at;
    TAILQ_ENTRY(pg_rows) open;
};
TAILQ_HEAD(pg_open, pg_rows);

/* What there is, read once for a schema write that asks for every table and index. */
struct pg_catalog { PGresult *names, *columns; char *made[600]; int nmade; };

struct bound;                                   /* private to postgres.c, which makes it with malloc */
struct pg_conn {
    struct db_conn base;
    PGconn *h;                                  /* NULL: lost, or not yet made */
    struct pg_db *pg;
    char *quiet[QUIET_MAX];                     /* to be sent before the next statement */
    int nquiet;
    int nahead;                                 /* statements sent whose answers come with the next round */
    int nowed;                                  /* answers not yet read, of quiet ones sent by themselves */
    bool is_session;                            /* LISTEN or a lock hangs on it: never made anew unseen */
    bool is_trusted;                            /* this room's own statement */
    bool is_aborted;                            /* a statement failed in this transaction, and was not undone */
    struct err aborted_by;                      /* the first that did */
    struct bound *bound;                        /* values on their way; NULL: nothing was run yet */
    struct pg_catalog *catalog;                 /* NULL: not read, or not true any more */
    bool in_snapshot, is_begun;                 /* db_read_begin(); and the server knows */
    bool is_fresh;                              /* nothing was read from this connection's transaction yet */
    int deadline_ms, timeout_ms;                /* what is wanted now, and what the server's session has */
    int64_t deadline;                           /* clock_mono(); 0: none */
    enum fate lost;                             /* the group's: FATE_KEPT while it stands */
    bool is_unknown;                            /* lost while its COMMIT was under way */
    int64_t backend_start;                      /* of the server's process, with its pid: to end it */
    int pid;
    uint64_t serial;                            /* of statements' names */
    size_t ncached;
    struct pg_stmt *bucket[CACHE_MAX];
    struct pg_stmts lru;
    struct pg_open open;
};

struct pg_db {
    struct db base;
    char schema[SQL_NAME_MAX];
    char **keys, **values;                      /* of the address, NULL-ended */
    char opener[33];                            /* random: who wrote a row of setu_commit */
    int64_t commit;                             /* its number: +1 with each group */
    int64_t lock;                               /* key of the workspace's advisory lock */
    int version;                                /* 150004 */
    bool has_deferred;                          /* constraints that are checked at the commit only */
    _Atomic int64_t next_try;                   /* clock_mono(): no reader connects before */
    _Atomic int writer_pid;
    _Atomic bool has_others;                    /* somebody may listen: commits are told */
    struct { db_listen_fn *fn; void *arg; pthread_t thread; struct pg_conn *first; int stop; bool is_on;
             _Atomic bool is_leading; _Atomic int64_t leads_until; int64_t next_try; } listen;  /* clock_mono() */
};

static inline struct pg_conn *pg_conn(struct db_conn *c) { return (struct pg_conn *)c; }
static inline struct pg_db *pg_db(struct db *db) { return (struct pg_db *)db; }

/* postgres_open.c */
bool pg_connect(struct pg_conn *c, struct err *e);      /* one attempt */
void pg_disconnect(struct pg_conn *c);                  /* forgets all that the server knew of it */
bool pg_away(struct pg_db *db, const char *why, struct err *e);  /* "is not reachable"; false */
bool pg_reader(struct db *db, struct db_conn **out, struct err *e);
void pg_conn_close(struct db_conn *c);
bool pg_connection(struct pg_db *db, bool is_writer, struct pg_conn **out, struct err *e);

/* postgres_wire.c: sending and waiting */
void pg_quiet(struct pg_conn *c, const char *sql);      /* travels with the next statement; copied */
__attribute__((format(printf, 2, 3))) void pg_quietf(struct pg_conn *c, const char *fmt, ...);
/* Sends what is quiet and nothing else. is_waited: reads the answers, false when one was an error. */
bool pg_flush(struct pg_conn *c, bool is_waited, struct err *e);
/* The same with "COMMIT" or "ROLLBACK" at its end, which it must have done. */
bool pg_end(struct pg_conn *c, const char *how, struct err *e);
/* Sends what is quiet, prepares `st` when it is new (`is_new`) and runs it; NULL: e says why. */
PGresult *pg_round(struct pg_conn *c, struct pg_stmt *st, bool is_new, const char *const *value, const int *length,
                   const int *format, struct err *e);
/* Sends `st`, already prepared, without waiting: an error of it is told by a later round, or at the commit. */
bool pg_ahead(struct pg_conn *c, struct pg_stmt *st, const char *const *value, const int *length, const int *format,
              struct err *e);
bool pg_fail(struct pg_conn *c, const PGresult *r, const char *sql, struct err *e);      /* maps; false */

/* postgres.c: statements */
void pg_forget(struct pg_conn *c);                      /* the statements known to be prepared */
void pg_reset_to(struct pg_conn *c, const struct pg_rows *last);    /* closes those opened after it */
bool pg_query(struct db_conn *c, struct db_rows *q, const char *sql, const struct db_val *v, size_t n, struct err *e);
bool pg_next(struct db_rows *q);
bool pg_done(struct db_rows *q, struct err *e);
int pg_columns(const struct db_rows *q);
enum db_kind pg_kind(const struct db_rows *q, int col);
int64_t pg_int(const struct db_rows *q, int col);
double pg_num(const struct db_rows *q, int col);
str pg_text(const struct db_rows *q, int col);
bool pg_exec(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, int64_t *changed, struct err *e);
bool pg_get_int(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, bool *found, int64_t *out,
                struct err *e);

/* postgres_writer.c */
bool pg_begin(struct db_conn *c, struct err *e);
bool pg_save(struct db_conn *c, enum point at, struct err *e);
void *pg_mark(struct db_conn *c);
bool pg_leave(struct db_conn *c, enum point at, void *mark, bool keep, struct err *e);
bool pg_is_lost(const struct db_conn *c);
bool pg_keep_seq(struct db_conn *c, int64_t last, struct err *e);
enum fate pg_commit(struct db_conn *c, bool is_any, struct err *e);
void pg_after(struct db *db, bool is_idle);
bool pg_notify(struct db_conn *tx, str channel, str text, struct err *e);

/* postgres_schema.c */
char *pg_ddl(const char *sql);                          /* with PostgreSQL's types; to be freed */
void pg_catalog_note(struct pg_conn *c, const char *sql);   /* a CREATE is on its way: what it makes is there */
void pg_catalog_forget(struct pg_conn *c);
bool pg_table_exists(struct db_conn *c, const char *table, bool *out, struct err *e);
bool pg_index_exists(struct db_conn *c, const char *index, bool *out, struct err *e);
bool pg_table_columns(struct db_conn *c, struct arena *a, const char *table, struct db_column **out, size_t *n,
                      struct err *e);
bool pg_fts_create(struct db_conn *tx, const char *name, struct err *e);
bool pg_fts_put(struct db_conn *tx, const char *name, int64_t id, str folded, struct err *e);
bool pg_fts_drop(struct db_conn *tx, const char *name, int64_t id, str old_folded, struct err *e);
str pg_fts_where(struct arena *a, const char *name, int param);
str pg_fts_words(struct arena *a, const struct db_words *w);

/* postgres_spread.c */
bool pg_can_spread(struct db_conn *tx, bool *out, struct err *e);
void pg_spread_sql(struct db_conn *tx, const struct db_spread *t, char out[DB_SPREAD_MAX]);
bool pg_spread(struct db_conn *tx, const struct db_spread *t, struct err *e);

/* postgres_care.c */
bool pg_backup(struct db *db, const char *to_file, void (*progress)(int done, int all, void *arg), void *arg,
               struct err *e);
bool pg_check(struct db_conn *c, struct arena *a, str *report, struct err *e);
bool pg_analyze(struct db_conn *tx, struct err *e);
bool pg_explain(struct db_conn *c, struct arena *a, const char *sql, str *plan, struct err *e);
void pg_engine(const struct db *db, char *out, size_t size);

/* postgres_listen.c */
void pg_listen(struct db *db, db_listen_fn *fn, void *arg);
void pg_listen_stop(struct pg_db *db);
bool pg_leads(const struct db *db);
