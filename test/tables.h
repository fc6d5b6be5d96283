/* tables.h - the tables of the catalogue in a folder, made once a program and then copied.
 *
 * A test is a process of its own; its TMPDIR is the program's. PostgreSQL keeps its tables from test to
 * test (place.h), so nothing is copied there. Include check.h before it, as tests do.
 */
#pragma once
#include <sys/stat.h>
#include <unistd.h>
#include "place.h"
#include "record/record.h"

static inline void tables_make(const char *template)
{
    char folder[320], whole[340];
    struct db *db;
    struct err e = { 0 };
    snprintf(folder, sizeof folder, "%s.made", template);
    snprintf(whole, sizeof whole, "%s.%d", template, (int)getpid());
    ck_assert(mkdir(folder, 0700) == 0);
    ck_assert_msg(db_open(&(struct db_options){ .path = folder, .create = true }, &db, &e), "%s", e.detail);
    ck_assert_msg(record_schema(db, &e) && db_backup(db, whole, NULL, NULL, &e), "%s", e.detail);
    db_close(db);
    ck_assert(rename(whole, template) == 0);
}

/* The catalogue is filled. Without TMPDIR, or on PostgreSQL: nothing, the tables are made where they are wanted. */
static inline void tables_copy(const char *folder)
{
    const char *dir = getenv("TMPDIR");
    char from[300], to[300], bytes[1 << 16];
    if (!dir || place_is_postgres() || snprintf(from, sizeof from, "%s/tables.db", dir) >= (int)sizeof from)
        return;
    if (access(from, F_OK))
        tables_make(from);
    mkdir(folder, 0700);                        /* there may be one */
    snprintf(to, sizeof to, "%s/setu.db", folder);
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    ck_assert(in && out);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0; )
        ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    ck_assert(fclose(in) == 0 && fclose(out) == 0);
}
