/* place.h - where a test keeps its workspace: its own folder, or with SETU_PG a schema of its own.
 *
 * tools/test/run starts a private PostgreSQL and runs the tests that keep data a second time with
 * SETU_PG (its address) and SETU_PG_PREFIX (of the names of schemas, dropped after the program has
 * ended). Key and spool stand in the folder, so that they go with it.
 *
 * Tables are dear to make: tests that follow each other in one program use the schema again, emptied.
 */
#pragma once
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"

enum { PLACE_MAX = 400 };

/* The folder and all that is in it. */
static inline void place_remove(const char *folder)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

static inline bool place_is_postgres(void) { return getenv("SETU_PG") != NULL; }

/* What one test left is nothing to the next; migrations stay applied. */
static inline void place_empty(const char *schema)
{
    char sql[1200];
    PGconn *h = PQconnectdb(getenv("SETU_PG"));
    snprintf(sql, sizeof sql, "SET client_min_messages = error; DO $$ DECLARE t record; BEGIN FOR t IN SELECT c.oid::regclass AS name,"
             " pg_relation_size(c.oid) AS size FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
             " WHERE n.nspname = '%s' AND c.relkind = 'r' AND c.relname NOT IN ('setu_migration', 'setu_seq', 'setu_catalogue') LOOP"
             " IF t.size > 500000 THEN EXECUTE 'TRUNCATE ' || t.name; ELSIF t.size > 0 THEN EXECUTE 'DELETE FROM ' || t.name;"
             " END IF; END LOOP; IF to_regclass('%s.setu_seq') IS NOT NULL THEN UPDATE %s.setu_seq SET last = 0; END IF;"
             " END $$", schema, schema, schema);
    PGresult *r = PQexec(h, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        die("%s: %s", schema, PQerrorMessage(h));
    PQclear(r);
    PQfinish(h);
}

/* The folder's name makes the schema's. "setu-NAME-XXXXXX" is NAME's each time (true), others are their own. */
static inline bool place_schema(const char *folder, char *out, size_t size)
{
    const char *prefix = getenv("SETU_PG_PREFIX"), *slash = strrchr(folder, '/');
    const char *name = slash ? slash + 1 : folder, *last = strrchr(name, '-');
    bool is_shared = !strncmp(name, "setu-", 5) && last > name + 5;
    size_t len = (size_t)snprintf(out, size, "%s", prefix ? prefix : "t_");

    for (const char *p = name; *p && !(is_shared && p == last) && len < size - 4; p++)
        if (*p >= 'A' && *p <= 'Z') {           /* XXXXXX of mkdtemp may differ in case alone */
            out[len++] = (char)(*p + 32);
            out[len++] = '_';
        } else {
            out[len++] = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ? *p : '_';
        }
    out[len] = '\0';
    return is_shared;
}

/* What --data is, and what db_open takes. Ask once a workspace: one that was left there is emptied. */
static inline const char *place_for(const char *folder)
{
    static char kept[16][PLACE_MAX];
    static int n;
    const char *pg = getenv("SETU_PG");
    char schema[60];

    if (!pg)
        return folder;
    if (place_schema(folder, schema, sizeof schema))
        place_empty(schema);
    char *out = kept[n++ % 16];
    if (snprintf(out, PLACE_MAX, "%s?schema=%s&key=%s/key&spool=%s", pg, schema, folder, folder) >= PLACE_MAX)
        die("the address of a test is too long");
    return out;
}
