/* look.h - looking at the data from outside the program: past its engine, its writer and its rights.
 *
 * Works on either backend (place.h). $1 in the text is the one value there may be.
 */
#pragma once
#include <sqlite3.h>
#include "base/arena.h"
#include "place.h"

struct look { sqlite3 *h; PGconn *pg; };

/* is_writer: only while no program has the data open. */
static inline void look_open(struct look *l, const char *folder, bool is_writer)
{
    char path[200], schema[60];
    *l = (struct look){ 0 };
    if (place_is_postgres()) {
        place_schema(folder, schema, sizeof schema);
        l->pg = PQconnectdb(getenv("SETU_PG"));
        snprintf(path, sizeof path, "SET search_path = %s; SET client_min_messages = error", schema);
        PQclear(PQexec(l->pg, path));
        return;
    }
    snprintf(path, sizeof path, "%s/setu.db", folder);
    if (sqlite3_open_v2(path, &l->h, is_writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        die("no database at %s", path);
    sqlite3_busy_timeout(l->h, 5000);
}

static inline void look_close(struct look *l)
{
    sqlite3_close(l->h);
    PQfinish(l->pg);
    *l = (struct look){ 0 };
}

static inline void look_run(struct look *l, const char *sql)
{
    char *why = NULL;
    if (l->h) {
        if (sqlite3_exec(l->h, sql, NULL, NULL, &why) != SQLITE_OK)
            die("%s: %s", why, sql);
        return;
    }
    PGresult *r = PQexec(l->pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        die("%s: %s", PQerrorMessage(l->pg), sql);
    PQclear(r);
}

/* The first column of the first row; "" when there is none. */
static inline const char *look_text(struct look *l, struct arena *a, const char *sql, int64_t id)
{
    const char *out = "";
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)id);
    if (l->pg) {
        const char *value[] = { number };
        PGresult *r = PQexecParams(l->pg, sql, id != 0, NULL, value, NULL, NULL, 0);
        if (PQresultStatus(r) != PGRES_TUPLES_OK)
            die("%s: %s", PQerrorMessage(l->pg), sql);
        if (PQntuples(r) > 0)
            out = arena_cstr(a, str_of(PQgetvalue(r, 0, 0)));
        PQclear(r);
        return out;
    }
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(l->h, sql, -1, &st, NULL) != SQLITE_OK)
        die("%s: %s", sqlite3_errmsg(l->h), sql);
    if (id)
        sqlite3_bind_int64(st, 1, id);
    if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
        out = arena_cstr(a, str_of((const char *)sqlite3_column_text(st, 0)));
    sqlite3_finalize(st);
    return out;
}

static inline int64_t look_number(struct look *l, const char *sql, int64_t id)
{
    struct arena a = arena_open(1 << 16);       /* not on the stack: an arena poisons what it hands out */
    const char *text = look_text(l, &a, sql, id);
    int64_t n = *text ? strtoll(text, NULL, 10) : -1;
    arena_close(&a);
    return n;
}

/* Grows with each commit of the program. */
static inline int64_t look_commits(struct look *l)
{
    return look_number(l, l->pg ? "SELECT COALESCE(SUM(serial), 0) FROM setu_commit" : "PRAGMA data_version", 0);
}
