/* network.c - fuzz target: what is kept of a network says of itself the same again, and holds the address it was written with. */
#include <stdlib.h>
#include "egress/address.h"
#include "flow/robot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct arena all;

/* Both from their first bits on, and nothing after them. */
static bool is_in(const struct ip *ip, const struct ip *net, int64_t bits)
{
    for (int64_t i = 0; i < (ip->is_v6 ? 128 : 32); i++) {
        int x = ip->b[i / 8] >> (7 - i % 8) & 1, y = net->b[i / 8] >> (7 - i % 8) & 1;
        if (i < bits ? x != y : y)
            return false;
    }
    return ip->is_v6 == net->is_v6;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    str text = { (const char *)data, n }, name, again;
    struct ip ip, net;
    struct err e = { 0 };
    int64_t bits;
    if (!all.base)
        all = arena_open(8 << 20);
    arena_reset(&all);
    if (!robot_network_parse(&all, text, &name, &e))
        return 0;
    if (!robot_network_parse(&all, name, &again, &e) || !str_eq(name, again))
        abort();
    str rest = name, typed = ascii_digits(&all, text);
    if (!ip_parse(str_cut(&rest, '/'), &net) || !str_to_int(rest, &bits) || !ip_parse(str_trim(str_cut(&typed, '/')), &ip) || !is_in(&ip, &net, bits))
        abort();
    return 0;
}
