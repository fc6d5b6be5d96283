/* link.c - fuzz target: an address is led to only if a header and a browser read it alike; of all paths only the one
 * we made is ours. */
#include <stdlib.h>
#include "base/id.h"
#include "reach/reach.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct arena all;

static void look_at_url(str url)
{
    if (!link_url_ok(url))
        return;
    str to = link_location(&all, url), rest = str_from(to, str_starts(to, S("https://")) ? 8 : 7), host = rest;
    if (!str_starts(to, S("http://")) && !str_starts(to, S("https://")))
        abort();
    for (size_t i = 0; i < to.n; i++)
        if (to.p[i] <= ' ' || to.p[i] == 0x7f || to.p[i] == '\\')
            abort();
    for (host.n = 0; host.n < rest.n && !strchr("/?#", rest.p[host.n]);)
        host.n++;
    if (!host.n || str_find_char(host, '@') >= 0)
        abort();
}

static void look_at_path(str text)
{
    static const struct workspace ws = { .name = "fuzz" };
    str rest = text, delivery = str_cut(&rest, '/'), idx = str_cut(&rest, '/');
    int64_t d = 0, i = 0;
    if (link_read(&all, &ws, delivery, idx, rest, &d, &i)
        && !str_eq(str_from(link_path(&all, &ws, d, i), 3), text))
        abort();
    if (link_pixel_read(&all, &ws, delivery, idx, &d)
        && !str_eq(str_from(link_pixel_path(&all, &ws, d), 3), arena_fmt(&all, "%.*s/%.*s", STR_ARG(delivery), STR_ARG(idx))))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    str text = { (const char *)data, n };
    if (!all.base)
        all = arena_open(8 << 20);
    arena_reset(&all);
    look_at_url(text);
    look_at_path(text);
    return 0;
}
