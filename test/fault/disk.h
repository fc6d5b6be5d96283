/* disk.h - a disk in memory that forgets what was not synced, as a SQLite VFS.
 *
 * Each file has two images: `now`, what the process sees, and `kept`, what is on
 * the platter; between them a list of writes not yet synced. When the power
 * fails each of those may survive whole, not at all, in any order, or torn at
 * sectors with garbage in between. A name made or removed is kept only by an
 * fsync of the folder. Every write, truncation, sync and removal is one
 * operation, counted, so that a fault can be set at each of them:
 *
 *   POWER   nothing after it happens           EIO   it fails; a failed sync also
 *   FULL    no room for it                           forgets what it should have kept
 *
 * Included by one program each; thread-safe by one mutex.
 */
#pragma once
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/random.h"
#include "db/sqlite.h"

enum { DISK_FILES = 16, DISK_SECTOR = 512, SHM_REGIONS = 64, SHM_REGION = 32768 };
enum disk_fault { FAULT_NONE, FAULT_POWER, FAULT_EIO, FAULT_FULL };

struct image { unsigned char *p; int64_t n, cap; };
struct pending { bool is_truncate; int64_t at; int n; unsigned char *p; };
struct disk_file {
    char name[64];
    bool exists, is_name_kept;
    struct image now, kept;
    struct image replaced;                      /* a rename put another in its place: what was kept of it */
    bool is_replaced;                           /* and that is not kept yet */
    struct pending *pend;
    int npend, cap;
    void *shm[SHM_REGIONS];
    int shm_shared[SQLITE_SHM_NLOCK], shm_users;
    bool shm_taken[SQLITE_SHM_NLOCK];
};
static struct {
    pthread_mutex_t mutex;
    struct disk_file file[DISK_FILES];
    int nfiles;
    int64_t nops, fault_at;
    enum disk_fault fault;
    bool is_sticky, is_gone, drops_syncs, has_struck;
    bool counts_syncs;                          /* faults are set at syncs alone: between two commits */
    struct seeded rnd;
} disk = { .mutex = PTHREAD_MUTEX_INITIALIZER };

struct disk_handle { sqlite3_file base; struct disk_file *f; bool syncs_dir; uint32_t shared, taken; };

/* ── images ──────────────────────────────────────────────────────────────── */

static void image_room(struct image *m, int64_t n)
{
    if (n > m->cap) {
        int64_t cap = m->cap ? m->cap : 16384;
        while (cap < n)
            cap *= 2;
        m->p = realloc(m->p, (size_t)cap);
        m->cap = cap;
    }
    if (n > m->n)
        memset(m->p + m->n, 0, (size_t)(n - m->n));
}

static void image_write(struct image *m, const void *p, int n, int64_t at)
{
    image_room(m, at + n);
    memcpy(m->p + at, p, (size_t)n);
    if (at + n > m->n)
        m->n = at + n;
}

static void image_size(struct image *m, int64_t n)
{
    image_room(m, n);
    m->n = n;
}

static void image_copy(struct image *to, const struct image *from)
{
    to->n = 0;
    if (from->n)
        image_write(to, from->p, (int)from->n, 0);
}

static void pend_add(struct disk_file *f, bool is_truncate, int64_t at, const void *p, int n)
{
    if (f->npend == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 64;
        f->pend = realloc(f->pend, (size_t)f->cap * sizeof *f->pend);
    }
    struct pending *w = &f->pend[f->npend++];
    *w = (struct pending){ is_truncate, at, n, n ? malloc((size_t)n) : NULL };
    if (n)
        memcpy(w->p, p, (size_t)n);
}

static void pend_clear(struct disk_file *f)
{
    for (int i = 0; i < f->npend; i++)
        free(f->pend[i].p);
    f->npend = 0;
}

static void pend_keep(struct disk_file *f, const struct pending *w)
{
    if (w->is_truncate)
        image_size(&f->kept, w->at);
    else
        image_write(&f->kept, w->p, w->n, w->at);
}

static void file_sync(struct disk_file *f)
{
    for (int i = 0; i < f->npend; i++)
        pend_keep(f, &f->pend[i]);
    pend_clear(f);
}

static void names_sync(void)
{
    for (int i = 0; i < disk.nfiles; i++) {
        disk.file[i].is_name_kept = disk.file[i].exists;
        disk.file[i].is_replaced = false;
        if (!disk.file[i].exists)
            disk.file[i].kept.n = 0;
    }
}

/* ── faults ──────────────────────────────────────────────────────────────── */

static int64_t chance(int64_t n) { return seeded_below(&disk.rnd, n); }

/* Counts an operation; what it is to answer. */
static int op_of(bool counts)
{
    if (disk.is_gone)
        return SQLITE_IOERR;
    disk.nops += counts;
    bool is_hit = counts && disk.fault && (disk.nops == disk.fault_at
                                 || (disk.is_sticky && disk.nops > disk.fault_at));
    if (!is_hit)
        return SQLITE_OK;
    disk.has_struck = true;
    if (disk.fault == FAULT_POWER)
        disk.is_gone = true;
    return disk.fault == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR;
}

static int op(void) { return op_of(!disk.counts_syncs); }

static void torn(struct disk_file *f, const struct pending *w)
{
    for (int at = 0; at < w->n; at += DISK_SECTOR) {
        int n = w->n - at < DISK_SECTOR ? w->n - at : DISK_SECTOR;
        unsigned char garbage[DISK_SECTOR];
        int64_t what = chance(8);
        for (int i = 0; what == 0 && i < n; i++)
            garbage[i] = (unsigned char)chance(256);
        if (what == 0 || what > 3)
            image_write(&f->kept, what ? w->p + at : garbage, n, w->at + at);
    }
}

static void file_power_fail(struct disk_file *f)
{
    int64_t how = chance(4);                    /* none, all, some, some torn in any order */

    for (int i = f->npend - 1; how == 3 && i > 0; i--) {
        int j = (int)chance(i + 1);
        struct pending w = f->pend[i];
        f->pend[i] = f->pend[j];
        f->pend[j] = w;
    }
    for (int i = 0; i < f->npend; i++) {
        if (how == 0 || (how > 1 && chance(2)))
            continue;
        if (how == 3 && !f->pend[i].is_truncate)
            torn(f, &f->pend[i]);
        else
            pend_keep(f, &f->pend[i]);
    }
    pend_clear(f);
    if (f->is_replaced && chance(2))
        image_copy(&f->kept, &f->replaced);
    f->is_replaced = false;
    if (f->exists != f->is_name_kept && chance(2))
        f->is_name_kept = f->exists;
    f->exists = f->is_name_kept;
    if (!f->exists)
        f->kept.n = 0;
    image_copy(&f->now, &f->kept);
}

static void memory_forget(void)                 /* the process is gone, its shared memory too */
{
    for (int i = 0; i < disk.nfiles; i++) {
        struct disk_file *f = &disk.file[i];
        for (int r = 0; r < SHM_REGIONS; r++)
            free(f->shm[r]), f->shm[r] = NULL;
        memset(f->shm_shared, 0, sizeof f->shm_shared);
        memset(f->shm_taken, 0, sizeof f->shm_taken);
        f->shm_users = 0;
    }
}

static void disk_restart(bool power_failed)
{
    for (int i = 0; power_failed && i < disk.nfiles; i++)
        file_power_fail(&disk.file[i]);
    memory_forget();
    disk.is_gone = disk.has_struck = false;
    disk.fault = FAULT_NONE;
    disk.nops = 0;
}

static void disk_set_fault(enum disk_fault fault, int64_t at, bool is_sticky)
{
    disk.fault = fault, disk.fault_at = at, disk.is_sticky = is_sticky;
    disk.nops = 0;
    disk.has_struck = false;
}

static void disk_clean(void)
{
    memory_forget();
    for (int i = 0; i < disk.nfiles; i++) {
        pend_clear(&disk.file[i]);
        free(disk.file[i].pend);
        free(disk.file[i].now.p);
        free(disk.file[i].kept.p);
        free(disk.file[i].replaced.p);
    }
    memset(disk.file, 0, sizeof disk.file);
    disk.nfiles = 0;
    disk.is_gone = false;
    disk.fault = FAULT_NONE;
}

/* What stands on it now, kept to begin from again and again; it must be at rest, with nobody using it. */
static struct disk_file disk_kept[DISK_FILES];
static int disk_nkept;

static inline void disk_keep(void)
{
    disk_nkept = disk.nfiles;
    for (int i = 0; i < disk.nfiles; i++) {
        disk_kept[i] = (struct disk_file){ .exists = disk.file[i].exists };
        memcpy(disk_kept[i].name, disk.file[i].name, sizeof disk_kept[i].name);
        image_copy(&disk_kept[i].now, &disk.file[i].now);
    }
}

static inline void disk_begin(void)
{
    disk_clean();
    disk.nfiles = disk_nkept;
    for (int i = 0; i < disk_nkept; i++) {
        struct disk_file *f = &disk.file[i];
        *f = (struct disk_file){ .exists = disk_kept[i].exists, .is_name_kept = disk_kept[i].exists };
        memcpy(f->name, disk_kept[i].name, sizeof f->name);
        image_copy(&f->now, &disk_kept[i].now);
        image_copy(&f->kept, &disk_kept[i].now);
    }
}

/* ── the VFS ─────────────────────────────────────────────────────────────── */

#define LOCKED(...) do { pthread_mutex_lock(&disk.mutex); __VA_ARGS__; pthread_mutex_unlock(&disk.mutex); } while (0)
static struct disk_file *of(sqlite3_file *b) { return ((struct disk_handle *)b)->f; }

static struct disk_file *file_find(const char *path, bool create)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    for (int i = 0; i < disk.nfiles; i++)
        if (!strcmp(disk.file[i].name, name))
            return &disk.file[i];
    if (!create || disk.nfiles == DISK_FILES)
        return NULL;
    struct disk_file *f = &disk.file[disk.nfiles++];
    snprintf(f->name, sizeof f->name, "%s", name);
    return f;
}

static int x_read(sqlite3_file *b, void *to, int n, sqlite3_int64 at)
{
    int rc = SQLITE_OK;
    LOCKED({
        struct image *m = &of(b)->now;
        int64_t have = at < m->n ? m->n - at : 0;
        have = have < n ? have : n;
        if (disk.is_gone)
            rc = SQLITE_IOERR_READ;
        else if (have < n)
            memset((char *)to + have, 0, (size_t)(n - have)), rc = SQLITE_IOERR_SHORT_READ;
        if (have)
            memcpy(to, m->p + at, (size_t)have);
    });
    return rc;
}

static int x_write(sqlite3_file *b, const void *p, int n, sqlite3_int64 at)
{
    int rc;
    LOCKED({
        bool was_gone = disk.is_gone;
        rc = op();
        if (rc == SQLITE_OK)
            image_write(&of(b)->now, p, n, at);
        if (rc == SQLITE_OK || (disk.fault == FAULT_POWER && !was_gone))
            pend_add(of(b), false, at, p, n);   /* cut while it was under way */
    });
    return rc == SQLITE_IOERR ? SQLITE_IOERR_WRITE : rc;
}

static int x_truncate(sqlite3_file *b, sqlite3_int64 n)
{
    int rc;
    LOCKED({
        rc = op();
        if (rc == SQLITE_OK)
            image_size(&of(b)->now, n), pend_add(of(b), true, n, NULL, 0);
    });
    return rc == SQLITE_OK ? rc : SQLITE_IOERR_TRUNCATE;
}

static int x_sync(sqlite3_file *b, int flags)
{
    struct disk_handle *h = (struct disk_handle *)b;
    int rc;
    (void)flags;
    LOCKED({
        rc = op_of(true);
        if (rc == SQLITE_OK && !disk.drops_syncs) {
            file_sync(h->f);
            if (h->syncs_dir)
                names_sync(), h->syncs_dir = false;
        } else if (rc != SQLITE_OK && disk.fault == FAULT_EIO && !disk.is_gone) {
            pend_clear(h->f);                   /* marked clean, never written */
        }
    });
    return rc == SQLITE_OK ? rc : SQLITE_IOERR_FSYNC;
}

static int x_size(sqlite3_file *b, sqlite3_int64 *n) { LOCKED(*n = of(b)->now.n); return SQLITE_OK; }
static int x_close(sqlite3_file *b) { (void)b; return SQLITE_OK; }
static int x_lock(sqlite3_file *b, int level) { (void)b, (void)level; return SQLITE_OK; }
static int x_reserved(sqlite3_file *b, int *out) { (void)b; *out = 0; return SQLITE_OK; }
static int x_control(sqlite3_file *b, int what, void *arg) { (void)b, (void)what, (void)arg; return SQLITE_NOTFOUND; }
static int x_sector(sqlite3_file *b) { (void)b; return 4096; }
static int x_device(sqlite3_file *b) { (void)b; return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
static void x_barrier(sqlite3_file *b) { (void)b; __sync_synchronize(); }

static int x_shm_map(sqlite3_file *b, int region, int size, int extend, void volatile **out)
{
    LOCKED({
        struct disk_file *f = of(b);
        if (region < SHM_REGIONS && extend && !f->shm[region])
            f->shm[region] = calloc(1, (size_t)size);
        *out = region < SHM_REGIONS ? f->shm[region] : NULL;
    });
    return SQLITE_OK;
}

static int x_shm_lock(sqlite3_file *b, int at, int n, int flags)
{
    struct disk_handle *h = (struct disk_handle *)b;
    int rc = SQLITE_OK;
    LOCKED({
        struct disk_file *f = h->f;
        for (int i = at; i < at + n; i++) {
            uint32_t bit = 1u << i;
            if ((flags & SQLITE_SHM_LOCK) && !((h->shared | h->taken) & bit)
                && (f->shm_taken[i] || ((flags & SQLITE_SHM_EXCLUSIVE) && f->shm_shared[i])))
                rc = SQLITE_BUSY;
        }
        for (int i = at; rc == SQLITE_OK && i < at + n; i++) {
            uint32_t bit = 1u << i;
            bool is_lock = flags & SQLITE_SHM_LOCK, is_shared = flags & SQLITE_SHM_SHARED;
            uint32_t *held = is_shared ? &h->shared : &h->taken;
            if (is_lock == !!(*held & bit))
                continue;
            *held ^= bit;
            if (is_shared)
                f->shm_shared[i] += is_lock ? 1 : -1;
            else
                f->shm_taken[i] = is_lock;
        }
    });
    return rc;
}

static int x_shm_unmap(sqlite3_file *b, int is_delete) { (void)b, (void)is_delete; return SQLITE_OK; }

static int x_open(sqlite3_vfs *v, const char *path, sqlite3_file *b, int flags, int *out)
{
    static const sqlite3_io_methods io = {
        2, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_lock, x_reserved, x_control,
        x_sector, x_device, x_shm_map, x_shm_lock, x_barrier, x_shm_unmap,
    };
    struct disk_handle *h = (struct disk_handle *)b;
    int rc = SQLITE_OK;

    (void)v;
    *h = (struct disk_handle){ 0 };
    LOCKED({
        struct disk_file *f = file_find(path ? path : "temporary", true);
        if (disk.is_gone || !f || (!f->exists && !(flags & SQLITE_OPEN_CREATE))) {
            rc = SQLITE_CANTOPEN;
        } else {
            if (!f->exists) {
                f->exists = true;
                image_size(&f->now, 0);
                pend_add(f, true, 0, NULL, 0);
            }
            h->f = f;
            h->syncs_dir = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
            b->pMethods = &io;
        }
    });
    if (out)
        *out = flags;
    return rc;
}

static int x_delete(sqlite3_vfs *v, const char *path, int sync_dir)
{
    int rc;
    (void)v;
    LOCKED({
        struct disk_file *f = file_find(path, false);
        rc = op();
        if (rc == SQLITE_OK && f) {
            f->exists = false;
            pend_clear(f);
            if (sync_dir && !disk.drops_syncs)
                names_sync();
        }
    });
    return rc == SQLITE_OK ? rc : SQLITE_IOERR_DELETE;
}

static int x_access(sqlite3_vfs *v, const char *path, int flags, int *out)
{
    (void)v, (void)flags;
    LOCKED({ struct disk_file *f = file_find(path, false); *out = f && f->exists && f->now.n > 0; });
    return SQLITE_OK;
}

static int x_full(sqlite3_vfs *v, const char *path, int n, char *out)
{
    (void)v;
    snprintf(out, (size_t)n, "%s", path);
    return SQLITE_OK;
}

static bool disk_dir_sync(const char *dir)
{
    int rc;
    (void)dir;
    LOCKED({ rc = op(); if (rc == SQLITE_OK && !disk.drops_syncs) names_sync(); });
    return rc == SQLITE_OK;
}

/* One or the other is there after a cut, until the folder is fsynced. The name it had is not looked at again. */
static bool disk_rename(const char *from, const char *to)
{
    int rc;
    LOCKED({
        struct disk_file *f = file_find(from, false), *t = file_find(to, false);
        rc = op();
        if (rc == SQLITE_OK) {
            image_copy(&t->replaced, &t->kept);
            t->is_replaced = true;
            pend_clear(t);
            image_copy(&t->now, &f->now);
            image_copy(&t->kept, &f->kept);
            for (int i = 0; i < f->npend; i++)
                pend_add(t, f->pend[i].is_truncate, f->pend[i].at, f->pend[i].p, f->pend[i].n);
            pend_clear(f);
            f->exists = false;
        }
    });
    return rc == SQLITE_OK;
}

static void disk_freeze(void) { LOCKED(disk.is_gone = true); }

/* Makes it the disk of every database opened after. */
static void disk_install(void)
{
    static sqlite3_vfs v;
    v = *sqlite3_vfs_find(NULL);
    v.zName = "disk";
    v.szOsFile = sizeof(struct disk_handle);
    v.xOpen = x_open, v.xDelete = x_delete, v.xAccess = x_access, v.xFullPathname = x_full;
    sqlite3_vfs_register(&v, 1);
    db_fault_died = disk_freeze;
    db_fault_dir_sync = disk_dir_sync;
    db_fault_rename = disk_rename;
}
