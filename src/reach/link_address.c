/* link_address.c - which addresses a tracked link may lead to, and the path that stands for it.
 *
 * The check is made when a link is made and once more before anybody is sent there. It is an allow-list: what
 * browsers and people read differently (a name before '@', '\' for '/', spaces, control characters) is refused as
 * a whole. The mac is over the path's own text, so "01" for "1" or another spelling of an id is another path.
 */
#include "reach/tracked.h"
#include "base/buf.h"
#include "base/id.h"
#include <sodium.h>

/* ── where it leads ──────────────────────────────────────────────────────── */

static bool is_plain(str url)
{
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7F || strchr("\\\"<>`", url.p[i]))
            return false;
    return true;
}

static str authority_of(str url)
{
    str rest = str_starts(url, S("https://")) ? str_from(url, 8) : str_starts(url, S("http://")) ? str_from(url, 7) : (str){ 0 };
    size_t n = 0;
    while (n < rest.n && !strchr("/?#", rest.p[n]))
        n++;
    return str_head(rest, n);
}

bool link_url_ok(str url)
{
    str at = authority_of(url);
    return url.n <= LINK_URL_MAX && is_plain(url) && at.n && at.p[0] != ':' && at.p[0] != '.'
        && str_find_char(at, '@') < 0 && str_find_char(at, '%') < 0;
}

/* Letters of other scripts are percent-encoded; a browser shows them as they were. */
str link_location(struct arena *a, str url)
{
    struct buf b = buf_new(a, 3 * LINK_URL_MAX + 1);
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] >= 0x80)
            buf_fmt(&b, "%%%02X", (unsigned char)url.p[i]);
        else
            buf_char(&b, url.p[i]);
    return buf_str(&b);
}

/* ── the way there ───────────────────────────────────────────────────────── */

static str mac_of(struct arena *a, const struct workspace *ws, str path)
{
    enum { BYTES = 16, ROOM = sodium_base64_ENCODED_LEN(BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) };
    unsigned char key[32], mac[BYTES];
    char *out = arena_new(a, char, ROOM);
    crypto_generichash(key, sizeof key, (const unsigned char *)"setu link 1", 11, ws->key, sizeof ws->key);
    crypto_generichash(mac, sizeof mac, (const unsigned char *)path.p, path.n, key, sizeof key);
    sodium_memzero(key, sizeof key);
    sodium_bin2base64(out, ROOM, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(out);
}

static str with_mac(struct arena *a, const struct workspace *ws, str path)
{
    str mac = mac_of(a, ws, path);
    return arena_fmt(a, "%.*s/%.*s", STR_ARG(path), STR_ARG(mac));
}

static bool is_ours(struct arena *a, const struct workspace *ws, str path, str mac)
{
    return mac.n == LINK_MAC_LEN && !sodium_memcmp(mac_of(a, ws, path).p, mac.p, LINK_MAC_LEN);
}

str link_path(struct arena *a, const struct workspace *ws, int64_t delivery, int64_t idx)
{
    return with_mac(a, ws, arena_fmt(a, "/c/%.*s/%lld", STR_ARG(id_text(a, delivery)), (long long)idx));
}

str link_pixel_path(struct arena *a, const struct workspace *ws, int64_t delivery)
{
    return with_mac(a, ws, arena_fmt(a, "/o/%.*s", STR_ARG(id_text(a, delivery))));
}

enum { PART_MAX = 20 };

bool link_read(struct arena *a, const struct workspace *ws, str delivery, str idx, str mac, int64_t *d, int64_t *i)
{
    return delivery.n <= PART_MAX && idx.n <= PART_MAX
        && is_ours(a, ws, arena_fmt(a, "/c/%.*s/%.*s", STR_ARG(delivery), STR_ARG(idx)), mac)
        && id_parse(delivery, d) && str_to_int(idx, i) && *i > 0;
}

bool link_pixel_read(struct arena *a, const struct workspace *ws, str delivery, str mac, int64_t *d)
{
    return delivery.n <= PART_MAX && is_ours(a, ws, arena_fmt(a, "/o/%.*s", STR_ARG(delivery)), mac) && id_parse(delivery, d);
}
