/* backend.h - what SQLite and PostgreSQL share inside this room, and where they part.
 *
 * struct backend is the difference: one function for each thing the two do
 * otherwise. db.c hands the public calls on, writer.c owns the writer thread and
 * its groups; both know nothing of either engine. The struct of a connection or
 * of the data begins with the one here, so a backend finds its own by a cast.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include "db/db.h"
#include "db/queue.h"

enum {
    CACHE_MAX = 256,                            /* statements kept ready per connection */
    ARGS_MAX = 2000,                            /* $1 .. $2000 in one statement */
    ON_COMMIT_MAX = 8,
    SPARE_MAX = 64,                             /* connections kept for readers to come */
    SQL_NAME_MAX = 64,                          /* a table's or index's name */
    QUEUE_DEFAULT = 4096,
    COLUMNS_MAX = 500,                          /* of a table */
};

/* What became of a group's COMMIT. FATE_AGAIN: nothing of it was kept, and it may be run anew.
 * FATE_APART: nothing was kept of a bold group, and its writes must be told apart. */
enum fate { FATE_KEPT, FATE_LOST, FATE_AGAIN, FATE_APART };

/* What a write can be taken back to by itself; POINT_NONE: only with the whole group. */
enum point { POINT_NONE, POINT_WRITE, POINT_TRY };

struct db_conn {
    const struct backend *b;                    /* NULL: of a reader, the name for the one that is lent to it */
    struct db *db;
    bool is_writer;
    bool in_group;                              /* a transaction of the writer is open */
    bool may_schema;                            /* CREATE, DROP, ALTER: inside db_schema() */
    bool is_bold;                               /* the group's writes have no savepoints, see writer.c */
    bool is_vague;                              /* of a bold group: an error was told, and perhaps of another statement */
    int ntries;                                 /* db_try within db_try */
};

struct reader {
    struct db_conn base;
    struct db_conn *lent;                       /* by conn_of(); NULL: it has asked nothing yet, or waited */
    LIST_ENTRY(reader) here;
    int deadline_ms;
    bool is_reading;                            /* between db_read_begin() and db_read_end() */
    bool is_here, is_waiting;
};

struct readers {                                /* connections that nobody reads with, the last one back on top */
    pthread_mutex_t lock;
    struct db_conn *spare[SPARE_MAX];
    int n, least;                               /* and how few they were since they were last looked at */
};

struct db {
    const struct backend *b;
    char *place;                                /* for people: the folder, or the address without its password */
    struct queue queue;
    struct db_conn *w;                          /* the writer thread's, from writer_start() to writer_stop() */
    pthread_t writer;
    struct { void (*fn)(void *arg); void *arg; } on_commit[ON_COMMIT_MAX];
    struct readers readers;
    _Atomic int non_commit, nreaders;
    _Atomic int64_t writes, commits, checkpoint_us, wal_pages;
    bool is_seq_read;                           /* the writer's: `seq` is the data's, or above */
    int64_t seq, seq_kept;                      /* the last number given, and the last one kept */
    int care;                                   /* so many groups are not bold: one was not long ago, in vain */
};

struct backend {
    const char *name;
    bool (*open)(const struct db_options *o, struct db **out, struct err *e);
    void (*close)(struct db *db);               /* the writer has stopped */
    bool (*reader)(struct db *db, struct db_conn **out, struct err *e);
    void (*conn_close)(struct db_conn *c);
    bool (*read_begin)(struct db_conn *c, int deadline_ms, struct err *e);
    void (*read_end)(struct db_conn *c);
    void (*listen)(struct db *db, db_listen_fn *fn, void *arg);
    bool (*leads)(const struct db *db);         /* NULL: nobody else can have the data open */

    /* The writer's. begin: false fills e for all who wait. save and leave stand around a write (save not
     * for POINT_NONE): leave undoes it unless `keep`, and tells whether it stands. is_lost: the
     * transaction is no more, what is taken now would be for nothing. commit fills e unless it is kept. */
    bool (*begin)(struct db_conn *c, struct err *e);
    bool (*save)(struct db_conn *c, enum point at, struct err *e);
    void *(*mark)(struct db_conn *c);           /* statements open now: leave() closes later ones */
    bool (*leave)(struct db_conn *c, enum point at, void *mark, bool keep, struct err *e);
    bool (*is_lost)(const struct db_conn *c);
    bool (*keep_seq)(struct db_conn *c, int64_t last, struct err *e);
    enum fate (*commit)(struct db_conn *c, bool is_any, struct err *e);     /* !is_any: rolls back */
    void (*after)(struct db *db, bool is_idle); /* a group has ended, or there was none for long */
    bool (*notify)(struct db_conn *tx, str channel, str text, struct err *e);

    bool (*query)(struct db_conn *c, struct db_rows *q, const char *sql, const struct db_val *v, size_t n, struct err *e);
    bool (*next)(struct db_rows *q);
    bool (*done)(struct db_rows *q, struct err *e);
    int (*columns)(const struct db_rows *q);
    enum db_kind (*kind)(const struct db_rows *q, int col);
    int64_t (*integer)(const struct db_rows *q, int col);
    double (*number)(const struct db_rows *q, int col);
    str (*text)(const struct db_rows *q, int col);
    bool (*exec)(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, int64_t *changed, struct err *e);
    bool (*get_int)(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, bool *found, int64_t *out,
                    struct err *e);

    bool (*table_exists)(struct db_conn *c, const char *table, bool *out, struct err *e);
    bool (*index_exists)(struct db_conn *c, const char *index, bool *out, struct err *e);
    bool (*table_columns)(struct db_conn *c, struct arena *a, const char *table, struct db_column **out, size_t *n,
                          struct err *e);
    bool (*can_spread)(struct db_conn *tx, bool *out, struct err *e);  /* NULL, with the next two: never */
    void (*spread_sql)(struct db_conn *tx, const struct db_spread *t, char out[DB_SPREAD_MAX]);
    bool (*spread)(struct db_conn *tx, const struct db_spread *t, struct err *e);
    bool (*analyze)(struct db_conn *tx, struct err *e);                 /* NULL: nothing to do */
    bool (*fts_create)(struct db_conn *tx, const char *name, struct err *e);
    bool (*fts_put)(struct db_conn *tx, const char *name, int64_t id, str folded, struct err *e);
    bool (*fts_drop)(struct db_conn *tx, const char *name, int64_t id, str old_folded, struct err *e);
    str (*fts_where)(struct arena *a, const char *name, int param);
    str (*fts_words)(struct arena *a, const struct db_words *w);

    bool (*backup)(struct db *db, const char *to_file, void (*progress)(int done, int all, void *arg), void *arg,
                   struct err *e);
    bool (*check)(struct db_conn *c, struct arena *a, str *report, struct err *e);
    bool (*explain)(struct db_conn *c, struct arena *a, const char *sql, str *plan, struct err *e);
    void (*engine)(const struct db *db, char *out, size_t size);
};
extern const struct backend sqlite_backend, postgres_backend;

/* db.c */
bool is_sql_name(const char *s);                        /* [a-z_][a-z0-9_]*, short enough */
bool is_storable(const struct db_val *v, struct err *e);    /* what no backend would change quietly */

/* readers.c */
struct db_conn *conn_of(struct db_conn *c, struct err *e);      /* itself, or what is lent to it; NULL: it could not be */
void readers_open(struct db *db);
void readers_close(struct db *db);
void readers_trim(struct db *db);               /* now and then: closes those that were not needed since */
/* Around a write for which this thread waits: its readers of `db` give their connections back. */
void readers_wait(const struct db *db);
void readers_go_on(void);

/* writer.c */
bool writer_start(struct db *db, struct err *e);
void writer_stop(struct db *db);
void writer_tell(struct db *db);                /* those who asked for commits */
