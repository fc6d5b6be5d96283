/* token.c - the mark on a public form: we made this page, for this form, then.
 *
 * There is no session to tie it to. It keeps robots from posting without having read the page,
 * tells how long the visitor had it open, and its random part makes a double click one answer.
 */
#include "base/clock.h"
#include "base/random.h"
#include "public/inside.h"
#include <sodium.h>

enum { MAC_BYTES = 16, MAC_LEN = MAC_BYTES * 2 };

static void mac_of(const struct workspace *ws, str slug, str head, char out[MAC_LEN + 1])
{
    unsigned char mac[MAC_BYTES];
    crypto_generichash_state st;
    crypto_generichash_init(&st, ws->key, sizeof ws->key, sizeof mac);
    crypto_generichash_update(&st, (const unsigned char *)"form\0", 5);
    crypto_generichash_update(&st, (const unsigned char *)slug.p, slug.n);
    crypto_generichash_update(&st, (const unsigned char *)"\0", 1);
    crypto_generichash_update(&st, (const unsigned char *)head.p, head.n);
    crypto_generichash_final(&st, mac, sizeof mac);
    sodium_bin2hex(out, MAC_LEN + 1, mac, sizeof mac);
}

str form_token_make(struct arena *a, const struct workspace *ws, str slug, int64_t now)
{
    unsigned char key[FORM_KEY_LEN / 2];
    char hex[FORM_KEY_LEN + 1], mac[MAC_LEN + 1];
    random_bytes(key, sizeof key);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    str head = arena_fmt(a, "%lld.%s", (long long)(now / SECOND_US), hex);
    mac_of(ws, slug, head, mac);
    return arena_fmt(a, "%.*s.%s", STR_ARG(head), mac);
}

enum form_token form_token_check(const struct workspace *ws, str slug, str token, int64_t now, str *key)
{
    char mac[MAC_LEN + 1];
    str rest = token, seconds = str_cut(&rest, '.'), hex = str_cut(&rest, '.');
    int64_t made;
    if (hex.n != FORM_KEY_LEN || rest.n != MAC_LEN || !str_to_int(seconds, &made))
        return TOKEN_WRONG;
    mac_of(ws, slug, str_head(token, token.n - MAC_LEN - 1), mac);
    if (sodium_memcmp(mac, rest.p, MAC_LEN) != 0)
        return TOKEN_WRONG;
    int64_t age = now / SECOND_US - made;
    *key = hex;
    return age < FORM_AGE_MIN_S ? TOKEN_TOO_FAST : age > FORM_AGE_MAX_S ? TOKEN_TOO_OLD : TOKEN_GOOD;
}
