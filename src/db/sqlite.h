/* sqlite.h - the inside of the SQLite backend: what its files share.
 *
 * Only src/db/sqlite*.c include this. A connection is used by one thread at a
 * time (SQLite runs without its own mutexes); the writer's connection belongs
 * to the writer thread from the end of db_open() to db_close().
 */
#pragma once
#include <sqlite3.h>
#include <sys/queue.h>
#include "db/backend.h"

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

struct file_conn {
    struct db_conn base;
    sqlite3 *h;
    struct file_db *file;
    bool in_snapshot;
    bool is_trusted;                            /* PRAGMA, BEGIN, SAVEPOINT: this room's own */
    int64_t deadline;                           /* clock_mono(); 0: none */
    int lost;                                   /* the result code that cost us the transaction; else 0 */
    size_t ncached;
    struct stmt *bucket[CACHE_MAX];
    struct stmts lru, open;
};

struct file_db {
    struct db base;
    char *file;
    int lock_fd;
    int64_t checked;                            /* pages of the log at the last checkpoint: an old reader may have kept some from the file */
    int64_t waited;                             /* pages of the log when old readers were last waited for */
    int64_t tidied;                             /* rows the writer had changed when nothing was left to tidy */
    bool is_full;                               /* the last checkpoint found no room: told once */
    _Atomic bool is_dead;                       /* fault tests only: where die() would have been */
};

static inline struct file_conn *file_conn(struct db_conn *c) { return (struct file_conn *)c; }
static inline struct file_db *file_db(struct db *db) { return (struct file_db *)db; }

/* sqlite.c: statements */
bool conn_fail(struct file_conn *c, int rc, const char *sql, struct err *e);  /* maps rc; false */
int conn_run(struct file_conn *c, const char *sql);     /* own statement, trusted, no values */
void conn_roll_back(struct file_conn *c);               /* what is open, if anything */
/* BEGIN: one that failed for want of memory may have begun all the same, and would stand in the way of every later one. */
int conn_begin(struct file_conn *c, const char *sql);
int plain_code(int rc);                                 /* primary code, disguises taken off */
void conn_reset_to(struct file_conn *c, const struct stmt *last); /* closes those opened after it; NULL: all */
void conn_forget_all(struct file_conn *c);              /* and finalizes the cache */
bool file_query(struct db_conn *c, struct db_rows *q, const char *sql, const struct db_val *v, size_t n, struct err *e);
bool file_next(struct db_rows *q);
bool file_done(struct db_rows *q, struct err *e);
int file_columns(const struct db_rows *q);
enum db_kind file_kind(const struct db_rows *q, int col);
int64_t file_int(const struct db_rows *q, int col);
double file_num(const struct db_rows *q, int col);
str file_text(const struct db_rows *q, int col);
bool file_exec(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, int64_t *changed, struct err *e);
bool file_get_int(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, bool *found, int64_t *out,
                  struct err *e);

/* sqlite_open.c */
bool dir_sync(const char *dir);
bool file_reader(struct db *db, struct db_conn **out, struct err *e);
void file_conn_close(struct db_conn *c);

/* sqlite_log.c */
int log_renew(const struct file_db *db);             /* of a file nobody has open: kept as it reads */

/* sqlite_writer.c */
void writer_watch(struct file_db *db);                  /* counts the pages of the log */
void writer_die(struct file_db *db, int rc, const char *what);
bool file_begin(struct db_conn *c, struct err *e);
bool file_save(struct db_conn *c, enum point at, struct err *e);
void *file_mark(struct db_conn *c);
bool file_leave(struct db_conn *c, enum point at, void *mark, bool keep, struct err *e);
bool file_is_lost(const struct db_conn *c);
bool file_keep_seq(struct db_conn *c, int64_t last, struct err *e);
enum fate file_commit(struct db_conn *c, bool is_any, struct err *e);
void file_after(struct db *db, bool is_idle);

/* sqlite_schema.c */
bool file_table_exists(struct db_conn *c, const char *table, bool *out, struct err *e);
bool file_index_exists(struct db_conn *c, const char *index, bool *out, struct err *e);
bool file_table_columns(struct db_conn *c, struct arena *a, const char *table, struct db_column **out, size_t *n,
                        struct err *e);
bool file_fts_create(struct db_conn *tx, const char *name, struct err *e);
bool file_fts_put(struct db_conn *tx, const char *name, int64_t id, str folded, struct err *e);
bool file_fts_drop(struct db_conn *tx, const char *name, int64_t id, str old_folded, struct err *e);
str file_fts_where(struct arena *a, const char *name, int param);
bool file_fts_merge(sqlite3 *h);                        /* a little of every index; true: nothing is left to do */
str file_fts_words(struct arena *a, const struct db_words *w);

/* sqlite_care.c */
bool file_backup(struct db *db, const char *to_file, void (*progress)(int done, int all, void *arg), void *arg,
                 struct err *e);
bool file_check(struct db_conn *c, struct arena *a, str *report, struct err *e);
bool file_explain(struct db_conn *c, struct arena *a, const char *sql, str *plan, struct err *e);
void file_engine(const struct db *db, char *out, size_t size);

#ifdef SETU_FAULTS
/* Set by the fault suites: told where the process would have died; an fsync of a folder. */
extern void (*db_fault_died)(void);
extern bool (*db_fault_dir_sync)(const char *dir);
extern bool (*db_fault_rename)(const char *from, const char *to);
extern bool db_fault_sync_normal;               /* negative control: the log is not fsynced */
extern bool db_fault_trusts_log;                /* negative control: it is recovered from as found */
extern int db_fault_checkpoint_pages;           /* checkpoints due so early; 0: as always */
#endif
