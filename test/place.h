/* place.h - where a test keeps its workspace: its own folder, or with SETU_PG a schema of its own.
 *
 * tools/test/run starts a private PostgreSQL and runs the tests that keep data a second time
 * with SETU_PG (its address) and SETU_PG_PREFIX (of the names of schemas, dropped after the
 * program has ended). Key and spool stand in the folder, so that it goes with them.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

enum { PLACE_MAX = 400 };

static inline bool place_is_postgres(void) { return getenv("SETU_PG") != NULL; }

/* The folder's own name makes the schema's: the same folder is the same workspace. Kept until the end. */
static inline const char *place_for(const char *folder)
{
    static char kept[16][PLACE_MAX];
    static int n;
    const char *pg = getenv("SETU_PG"), *prefix = getenv("SETU_PG_PREFIX"), *slash = strrchr(folder, '/');
    char name[48] = "";

    if (!pg)
        return folder;
    size_t len = 0;
    for (const char *p = slash ? slash + 1 : folder; *p && len < sizeof name - 4; p++)
        if (*p >= 'A' && *p <= 'Z') {           /* XXXXXX of mkdtemp may differ in case alone */
            name[len++] = (char)(*p + 32);
            name[len++] = '_';
        } else {
            name[len++] = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ? *p : '_';
        }
    char *out = kept[n++ % 16];
    if (snprintf(out, PLACE_MAX, "%s?schema=%s%s&key=%s/key&spool=%s", pg, prefix ? prefix : "t_", name, folder, folder)
        >= PLACE_MAX)
        die("the address of a test is too long");
    return out;
}
