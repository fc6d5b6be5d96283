/* memory.h - SQLite's n-th allocation fails, once or from then on. Before SQLite is used: memory_install(). */
#pragma once
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

static sqlite3_mem_methods memory_real;
static _Atomic int64_t nallocs, fail_at;        /* 0: none fails */
static _Atomic bool is_for_good;

static bool memory_denied(void)
{
    int64_t n = ++nallocs;
    return fail_at && (n == fail_at || (is_for_good && n > fail_at));
}
static void *memory_new(int n) { return memory_denied() ? NULL : memory_real.xMalloc(n); }
static void *memory_more(void *p, int n) { return memory_denied() ? NULL : memory_real.xRealloc(p, n); }

static inline void memory_install(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory_real);
    sqlite3_mem_methods ours = memory_real;
    ours.xMalloc = memory_new, ours.xRealloc = memory_more;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}
