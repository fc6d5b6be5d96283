/* sqlite.h - the inside of the SQLite backend: what its files share.
 *
 * Only src/db/sqlite*.c include this. A connection is used by one thread at a
 * time (SQLite runs without its own mutexes); the writer's connection belongs
 * to the writer thread from the end of db_open() to db_close().
 */
#pragma once
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include "db/db.h"
#include "db/queue.h"

enum {
    CACHE_MAX = 256,                            /* statements kept ready per connection */
    ARGS_MAX = 2000,                            /* $1 .. $2000 in one statement */
    ON_COMMIT_MAX = 8,
    SQL_NAME_MAX = 64,                          /* a table's or index's name */
};

struct stmt {
    sqlite3_stmt *st;
    uint64_t hash;                              /* of its text */
    bool is_open, is_cached;
    int rights;                                 /* it was prepared with: never lent to fewer */
    struct stmt *next;                          /* in its bucket */
    TAILQ_ENTRY(stmt) by_use, open;
    int nargs;
    uint16_t arg[];                             /* i-th parameter of SQLite is named "$arg[i]" */
};
TAILQ_HEAD(stmts, stmt);

struct db_conn {
    sqlite3 *h;
    struct db *db;
    bool is_writer, in_snapshot;
    bool is_trusted;                            /* PRAGMA, BEGIN, SAVEPOINT: this room's own */
    bool may_schema;                            /* CREATE, DROP, ALTER: inside db_schema() */
    int depth;                                  /* savepoints open below the mutation */
    int64_t deadline;                           /* clock_mono(); 0: none */
    bool in_group;                              /* a transaction of the writer is open */
    int lost;                                   /* the result code that cost us it; else 0 */
    size_t ncached;
    struct stmt *bucket[CACHE_MAX];
    struct stmts lru, open;
};

struct db {
    char *dir, *file;
    int lock_fd;
    struct db_conn *w;
    struct queue queue;
    pthread_t writer;
    struct { void (*fn)(void *arg); void *arg; } on_commit[ON_COMMIT_MAX];
    _Atomic int non_commit, nreaders;
    _Atomic int64_t writes, commits, checkpoint_us, wal_pages;
    int64_t seq, seq_kept;                      /* the writer's: the last number given, and in the file; 0: not read */
    int64_t backfilled;                         /* pages of the log already in the file */
    bool is_full;                               /* the last checkpoint found no room: told once */
    _Atomic bool is_dead;                       /* fault tests only: where die() would have been */
};

/* sqlite.c: statements */
bool conn_fail(struct db_conn *c, int rc, const char *sql, struct err *e);  /* maps rc; false */
int conn_run(struct db_conn *c, const char *sql);       /* own statement, trusted, no values */
int plain_code(int rc);                                 /* primary code, disguises taken off */
void conn_reset_to(struct db_conn *c, const struct stmt *last); /* closes those opened after it; NULL: all */
void conn_forget_all(struct db_conn *c);                /* and finalizes the cache */
bool is_sql_name(const char *s);                        /* [a-z_][a-z0-9_]*, short enough */

/* sqlite_open.c */
bool conn_open(struct db *db, bool is_writer, struct db_conn **out, struct err *e);
bool dir_sync(const char *dir);

/* sqlite_log.c */
int log_renew(const struct db *db);             /* of a file nobody has open: kept as it reads */

/* sqlite_writer.c */
bool writer_start(struct db *db, struct err *e);
void writer_stop(struct db *db);
void writer_die(struct db *db, int rc, const char *what);

#ifdef SETU_FAULTS
/* Set by the fault suites: told where the process would have died; an fsync of a folder. */
extern void (*db_fault_died)(void);
extern bool (*db_fault_dir_sync)(const char *dir);
extern bool (*db_fault_rename)(const char *from, const char *to);
extern bool db_fault_sync_normal;               /* negative control: the log is not fsynced */
extern bool db_fault_trusts_log;                /* negative control: it is recovered from as found */
extern int db_fault_checkpoint_pages;           /* checkpoints due so early; 0: as always */
#endif
