/* trust.c - see trust.h. */
#include "egress/trust.h"
#include <stdio.h>
#include <stdlib.h>

enum { OWN_MAX = 1 << 20, SYSTEM_MAX = 8 << 20 };
static const char system_file[] = "/etc/ssl/certs/ca-certificates.crt";

/* At most `max` bytes of the file behind what is there. */
static bool append(char *to, size_t *n, const char *file, size_t max)
{
    FILE *f = fopen(file, "re");
    if (!f)
        return false;
    size_t got = fread(to + *n, 1, max, f);
    bool ok = !ferror(f) && feof(f);
    fclose(f);
    *n += ok ? got : 0;
    return ok;
}

bool trust_read(const char *file, str *out)
{
    size_t n = 0;
    char *all = malloc(OWN_MAX + SYSTEM_MAX + 1);
    if (!all || !append(all, &n, file, OWN_MAX) || str_find((str){ all, n }, S("-----BEGIN CERTIFICATE-----")) < 0) {
        free(all);
        return false;
    }
    all[n++] = '\n';
    append(all, &n, system_file, SYSTEM_MAX);
    *out = (str){ all, n };
    return true;
}
