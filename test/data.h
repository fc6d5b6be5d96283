/* data.h - files of the shared test data, where they are present.
 *
 * They lie outside the checkout: ../shared/data, or $SETU_SHARED/data. A test
 * that needs one says so and passes when it is absent.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/log.h"

static inline const char *data_path(struct arena *a, const char *name)
{
    const char *shared = getenv("SETU_SHARED");
    return arena_fmt(a, "%s/data/%s", shared ? shared : "../shared", name).p;
}

static inline bool data_is_here(struct arena *a, const char *name)
{
    struct stat st;
    const char *path = data_path(a, name);
    if (!stat(path, &st))
        return true;
    fprintf(stderr, "skipped: no %s\n", path);
    return false;
}

static inline str data_read(struct arena *a, const char *name)
{
    FILE *f = fopen(data_path(a, name), "rb");
    if (!f)
        die("cannot read %s", data_path(a, name));
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    char *p = arena_new(a, char, n + 1);
    rewind(f);
    if (fread(p, 1, n, f) != n)
        die("cannot read %s", name);
    fclose(f);
    return (str){ p, n };
}
