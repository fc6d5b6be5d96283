/* sqlite_log.c - what a crash left in the log is made to be there before it is read.
 *
 * After a failed fsync the kernel may show pages of the log that the disk does not
 * have and never will: they count as written. SQLite would recover from them, move
 * them into the file and only then empty the log; a power cut in between leaves a
 * newer file under a log that ends too early, and its replay mixes the two.
 * So the log is copied, the copy fsynced and put in its place by one rename: not
 * written anew in place, where a cut could tear what was acknowledged long ago.
 */
#include "db/sqlite.h"

enum { PIECE = 32 << 10 };

#ifdef SETU_FAULTS
bool db_fault_trusts_log;
bool (*db_fault_rename)(const char *from, const char *to);
#endif

static bool put_in_place(const char *from, const char *to)
{
#ifdef SETU_FAULTS
    if (db_fault_rename)
        return db_fault_rename(from, to);
#endif
    return rename(from, to) == 0;
}

static int copy(sqlite3_file *from, sqlite3_file *to)
{
    char piece[PIECE];
    sqlite3_int64 n;
    int rc = from->pMethods->xFileSize(from, &n);

    if (rc == SQLITE_OK)
        rc = to->pMethods->xTruncate(to, 0);    /* what an earlier start left of its own */
    for (sqlite3_int64 at = 0; at < n && rc == SQLITE_OK; at += PIECE) {
        int part = n - at < PIECE ? (int)(n - at) : PIECE;
        rc = from->pMethods->xRead(from, piece, part, at);
        if (rc == SQLITE_OK)
            rc = to->pMethods->xWrite(to, piece, part, at);
    }
    return rc == SQLITE_OK ? to->pMethods->xSync(to, SQLITE_SYNC_NORMAL) : rc;
}

static int copy_file(sqlite3_vfs *v, const char *from, const char *to)
{
    sqlite3_file *f = calloc(2, (size_t)v->szOsFile), *t = (sqlite3_file *)((char *)f + v->szOsFile);
    if (!f)
        return SQLITE_NOMEM;
    int rc = v->xOpen(v, from, f, SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, NULL);
    if (rc == SQLITE_OK)
        rc = v->xOpen(v, to, t, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL, NULL);
    if (rc == SQLITE_OK)
        rc = copy(f, t);
    if (t->pMethods)
        t->pMethods->xClose(t);
    if (f->pMethods)
        f->pMethods->xClose(f);
    free(f);
    return rc;
}

/* Before anybody has the file open, under the folder's lock. */
int log_renew(const struct file_db *db)
{
    sqlite3_vfs *v = sqlite3_vfs_find(NULL);
    char log[4096], made[4096];
    int there = 0;

    if (snprintf(log, sizeof log, "%s-wal", db->file) >= (int)sizeof log
        || snprintf(made, sizeof made, "%s-log", db->file) >= (int)sizeof made)
        return SQLITE_CANTOPEN;
    int rc = v->xAccess(v, log, SQLITE_ACCESS_EXISTS, &there);
#ifdef SETU_FAULTS
    there = there && !db_fault_trusts_log;
#endif
    if (rc == SQLITE_OK && there)
        rc = copy_file(v, log, made);
    if (rc == SQLITE_OK && there && !(put_in_place(made, log) && dir_sync(db->base.place)))
        rc = SQLITE_IOERR;
    return rc;
}
