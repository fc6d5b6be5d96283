/* sign.c - making and checking signatures of webhooks. */
#include "flow/sign.h"
#include <sodium.h>

enum { MAC = crypto_auth_hmacsha256_BYTES, MAC_TEXT = 45, SIGNATURES_MAX = 20 };

bool sign_secret_parse(str text, struct sign_secret *out)
{
    str code = str_from(text, 6);
    *out = (struct sign_secret){ 0 };
    return str_starts(text, S("whsec_"))
        && sodium_base642bin(out->b, sizeof out->b, code.p, code.n, NULL, &out->n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0
        && out->n >= SIGN_SECRET_MIN;
}

static void put(crypto_auth_hmacsha256_state *st, str s)
{
    crypto_auth_hmacsha256_update(st, (const unsigned char *)s.p, s.n);
}

static void mac_of(const struct sign_secret *s, str id, str timestamp, str body, unsigned char mac[MAC])
{
    crypto_auth_hmacsha256_state st;
    crypto_auth_hmacsha256_init(&st, s->b, s->n);
    put(&st, id);
    put(&st, S("."));
    put(&st, timestamp);
    put(&st, S("."));
    put(&st, body);
    crypto_auth_hmacsha256_final(&st, mac);
}

str sign_make(struct arena *a, const struct sign_secret *s, str id, int64_t timestamp_s, str body)
{
    unsigned char mac[MAC];
    char text[MAC_TEXT];
    mac_of(s, id, arena_fmt(a, "%lld", (long long)timestamp_s), body, mac);
    sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return arena_fmt(a, "v1,%s", text);
}

/* Every secret with every signature, without an early end: the time tells nothing. */
static bool matches(const struct sign_secret *secrets, int n, str id, str timestamp, str signatures, str body)
{
    unsigned char mac[MAC];
    char text[MAC_TEXT];
    bool ok = false;
    for (int i = 0; i < n; i++) {
        str rest = signatures;
        mac_of(&secrets[i], id, timestamp, body, mac);
        sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
        for (int k = 0; rest.n && k < SIGNATURES_MAX; k++) {
            str one = str_cut(&rest, ' ');
            if (str_starts(one, S("v1,")) && one.n == 3 + MAC_TEXT - 1)
                ok |= sodium_memcmp(one.p + 3, text, MAC_TEXT - 1) == 0;
        }
    }
    return ok;
}

enum sign_verdict sign_check(const struct sign_secret *secrets, int n, str id, str timestamp, str signatures, str body, int64_t now_s)
{
    int64_t at;
    if (!id.n || !signatures.n || !timestamp.n || timestamp.n > 12 || !str_to_int(timestamp, &at))
        return SIGN_MISSING;
    if (!matches(secrets, n, id, timestamp, signatures, body))
        return SIGN_WRONG;
    return at < now_s - SIGN_TOLERANCE_S ? SIGN_TOO_OLD : at > now_s + SIGN_TOLERANCE_S ? SIGN_TOO_NEW : SIGN_GOOD;
}

enum sign_verdict sign_check_hub(str secret, str signature, str body)
{
    unsigned char mac[MAC];
    char hex[2 * MAC + 1];
    crypto_auth_hmacsha256_state st;
    if (!str_starts(signature, S("sha256=")))
        return SIGN_MISSING;
    crypto_auth_hmacsha256_init(&st, (const unsigned char *)secret.p, secret.n);
    put(&st, body);
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    return signature.n == 7 + 2 * MAC && sodium_memcmp(signature.p + 7, hex, 2 * MAC) == 0 ? SIGN_GOOD : SIGN_WRONG;
}
