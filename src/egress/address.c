/* address.c - addresses, their spellings and whose they are.
 *
 * Of version 6 only 2000::/3 is public, less what it keeps for tunnels and examples; so mapped,
 * translated and local addresses need no rows. The lists are IANA's registries of special addresses.
 */
#include "egress/address.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

struct range { unsigned char b[4]; int bits; };

static const struct range v4_inside[] = {
    { { 0 }, 8 }, { { 10 }, 8 }, { { 100, 64 }, 10 }, { { 127 }, 8 }, { { 169, 254 }, 16 }, { { 172, 16 }, 12 },
    { { 192, 0, 0 }, 24 }, { { 192, 0, 2 }, 24 }, { { 192, 88, 99 }, 24 }, { { 192, 168 }, 16 }, { { 198, 18 }, 15 },
    { { 198, 51, 100 }, 24 }, { { 203, 0, 113 }, 24 }, { { 224 }, 4 }, { { 240 }, 4 },
};
/* Within 2000::/3: Teredo and its neighbours, examples, 6to4, more examples. */
static const struct range v6_inside[] = {
    { { 0x20, 0x01, 0x00 }, 23 }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, { { 0x20, 0x02 }, 16 }, { { 0x3f, 0xff, 0x00 }, 20 },
};

static bool is_within(const unsigned char *b, const struct range *r)
{
    for (int i = 0; i < r->bits; i++)
        if ((b[i / 8] ^ r->b[i / 8]) >> (7 - i % 8) & 1)
            return false;
    return true;
}

bool ip_is_public(const struct ip *ip)
{
    const struct range *r = ip->is_v6 ? v6_inside : v4_inside;
    size_t n = ip->is_v6 ? countof(v6_inside) : countof(v4_inside);
    if (ip->is_v6 && ip->b[0] >> 5 != 1)
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_within(ip->b, &r[i]))
            return false;
    return true;
}

bool ip_same(const struct ip *x, const struct ip *y)
{
    return x->is_v6 == y->is_v6 && !memcmp(x->b, y->b, x->is_v6 ? 16 : 4);
}

bool ip_of_sockaddr(const struct sockaddr *sa, struct ip *out)
{
    *out = (struct ip){ 0 };
    if (sa && sa->sa_family == AF_INET)
        memcpy(out->b, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    else if (sa && sa->sa_family == AF_INET6) {
        out->is_v6 = true;
        memcpy(out->b, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
    } else
        return false;
    return true;
}

bool ip_is_own(const struct ip *ip)
{
    struct ifaddrs *all;
    bool is_own = false;
    if (getifaddrs(&all) != 0)
        return false;
    for (struct ifaddrs *i = all; i && !is_own; i = i->ifa_next) {
        struct ip mine;
        is_own = ip_of_sockaddr(i->ifa_addr, &mine) && ip_same(&mine, ip);
    }
    freeifaddrs(all);
    return is_own;
}

/* ── spellings ─────────────────────────────────────────────────────────────── */

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* Decimal, 0-octal, 0x-hexadecimal; "0x" alone is zero. Past 2^32 it is the largest that fits nowhere. */
static bool number(str s, uint64_t *out)
{
    uint64_t n = 0, base = 10;
    if (!s.n)
        return false;
    if (s.n >= 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X'))
        base = 16, s = str_from(s, 2);
    else if (s.n >= 2 && s.p[0] == '0')
        base = 8, s = str_from(s, 1);
    for (size_t i = 0; i < s.n; i++) {
        uint64_t d = (uint64_t)digit_of(s.p[i]);
        if (d >= base)
            return false;
        n = n >> 32 ? n : n * base + d;
    }
    *out = n;
    return true;
}

static bool is_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool ends_in_number(str host)
{
    uint64_t n;
    str last = host;
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == '.')
            last = str_from(host, i + 1);
    return is_digits(last) || (last.n >= 2 && number(last, &n));
}

enum ip_form ip_v4_parse(str host, struct ip *out)
{
    uint64_t part[4], n = 0;
    int k = 0;
    if (!ends_in_number(host))
        return IP_NONE;
    for (str rest = host; k == 0 || rest.n; k++) {
        bool is_last = str_find_char(rest, '.') < 0;
        if (k == 4 || !number(str_cut(&rest, '.'), &part[k]) || (!is_last && (part[k] > 255 || !rest.n)))
            return IP_BAD;
    }
    for (int i = 0; i < k - 1; i++)
        n |= part[i] << (8 * (3 - i));
    if (part[k - 1] >= 1ull << (8 * (5 - k)))
        return IP_BAD;
    n |= part[k - 1];
    *out = (struct ip){ .b = { (unsigned char)(n >> 24), (unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n } };
    return IP_GOOD;
}

bool ip_v6_parse(str s, struct ip *out)
{
    char z[IP_TEXT_MAX];
    *out = (struct ip){ .is_v6 = true };
    if (!s.n || s.n >= sizeof z)
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    return inet_pton(AF_INET6, z, out->b) == 1;
}

bool ip_parse(str s, struct ip *out)
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
    char z[IP_TEXT_MAX];
    struct ip v4 = { 0 };
    if (str_find_char(s, ':') >= 0) {
        if (!ip_v6_parse(s, out))
            return false;
        memcpy(v4.b, out->b + 12, 4);
        if (!memcmp(out->b, mapped, sizeof mapped))
            *out = v4;
        return true;
    }
    if (!s.n || s.n >= sizeof z)
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    *out = v4;
    return inet_pton(AF_INET, z, out->b) == 1;
}

void ip_write(const struct ip *ip, char out[IP_TEXT_MAX])
{
    if (!inet_ntop(ip->is_v6 ? AF_INET6 : AF_INET, ip->b, out, IP_TEXT_MAX))
        out[0] = '\0';
}
