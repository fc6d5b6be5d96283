/* seal.c - XChaCha20-Poly1305 with the place as its additional data; "s1:" is the key's version. */
#include "core/seal.h"
#include "base/random.h"
#include <sodium.h>

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES };

static void key_of(const struct workspace *ws, unsigned char key[32])
{
    crypto_generichash(key, 32, (const unsigned char *)"setu seal 1", 11, ws->key, sizeof ws->key);
}

static str place_of(struct arena *a, const char *place, int64_t id)
{
    return arena_fmt(a, "%s|%lld", place, (long long)id);
}

str seal_shut(struct arena *a, const struct workspace *ws, const char *place, int64_t id, str plain)
{
    unsigned char key[32], *box = arena_new(a, unsigned char, NONCE + plain.n + TAG);
    str at = place_of(a, place, id);
    size_t size = sodium_base64_ENCODED_LEN(NONCE + plain.n + TAG, sodium_base64_VARIANT_ORIGINAL);
    char *out = arena_new(a, char, size);
    unsigned long long n;
    key_of(ws, key);
    random_bytes(box, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, &n, (const unsigned char *)plain.p, plain.n, (const unsigned char *)at.p, at.n,
                                               NULL, box, key);
    sodium_memzero(key, sizeof key);
    sodium_bin2base64(out, size, box, NONCE + (size_t)n, sodium_base64_VARIANT_ORIGINAL);
    return arena_fmt(a, "s1:%s", out);
}

str seal_open(struct arena *a, const struct workspace *ws, const char *place, int64_t id, str sealed)
{
    unsigned char key[32], box[SEAL_TEXT_MAX], *plain = arena_new(a, unsigned char, SEAL_TEXT_MAX);
    str at = place_of(a, place, id), code = str_from(sealed, 3);
    size_t n;
    unsigned long long len;
    if (!str_starts(sealed, S("s1:"))
        || sodium_base642bin(box, sizeof box, code.p, code.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 || n < NONCE + TAG)
        return (str){ 0 };
    key_of(ws, key);
    int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &len, NULL, box + NONCE, n - NONCE, (const unsigned char *)at.p, at.n, box, key);
    sodium_memzero(key, sizeof key);
    return bad ? (str){ 0 } : (str){ (const char *)plain, (size_t)len };
}
