/* egress_target.c - a URL that passes has one spelling, which passes again and leads to the same place;
 * nothing of the inside passes. Frames of any bytes are read or refused. */
#include "egress/target.h"
#include "egress/wire.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena a;
    static const struct egress_policy policy = { .allow_http = true };
    struct target t, again;
    struct wire_request r;
    struct egress_result o;
    str s = { (const char *)data, n };
    if (!a.base)
        a = arena_open(1 << 20);
    arena_reset(&a);
    wire_read_request(s, &r);
    wire_read_result(s, &o);
    if (target_parse(&a, s, &policy, &t) != TARGET_GOOD)
        return 0;
    str url = target_url(&a, &t);
    if (t.is_local || (t.is_ip && !ip_is_public(&t.ip)) || memchr(t.host, '@', strlen(t.host)))
        die("passed: %.*s", STR_ARG(url));
    if (url.n <= TARGET_URL_MAX && (target_parse(&a, url, &policy, &again) != TARGET_GOOD || strcmp(t.host, again.host) || t.port != again.port
                                    || !str_eq(t.path, again.path)))
        die("not the same: %.*s", STR_ARG(url));
    return 0;
}
