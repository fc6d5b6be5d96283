/* http_multipart.c - the same body in one piece and in many gives the same form.
 * The first byte says how large the pieces are; the boundary is "b". */
#include "http/multipart.h"

static bool parse(struct arena *a, str body, size_t step, struct pair **v, size_t *n, struct upload **u, size_t *nu)
{
    struct multipart *m = multipart_open(S("b"), "/tmp", 1 << 20);
    struct err e;
    bool ok = true;
    for (size_t i = 0; ok && i < body.n; i += step)
        ok = multipart_feed(m, str_head(str_from(body, i), step), &e);
    ok = ok && multipart_done(m, a, v, n, u, nu, &e);
    multipart_close(m);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena a;
    struct pair *one, *many;
    struct upload *file_one, *file_many;
    size_t none = 0, nmany = 0, nfiles_one = 0, nfiles_many = 0;
    if (!a.base)
        a = arena_open(64u << 20);
    if (n < 2)
        return 0;
    struct arena used = a;
    str body = { (const char *)data + 1, n - 1 };
    bool ok = parse(&used, body, body.n, &one, &none, &file_one, &nfiles_one);
    if (ok != parse(&used, body, 1 + data[0] % 16, &many, &nmany, &file_many, &nfiles_many))
        abort();
    if (ok && (none != nmany || nfiles_one != nfiles_many))
        abort();
    for (size_t i = 0; ok && i < none; i++)
        if (!str_eq(one[i].name, many[i].name) || !str_eq(one[i].value, many[i].value))
            abort();
    for (size_t i = 0; ok && i < nfiles_one; i++)
        if (file_one[i].size != file_many[i].size || !str_eq(file_one[i].filename, file_many[i].filename) ||
            str_find_char(file_one[i].filename, '/') >= 0)
            abort();
    arena_reset(&used);
    return 0;
}
