/* cursor.c - a place in a list, as an opaque text.
 *
 * Bytes: version, flags, kind of the key, mark of the list (8), id (8), key, check
 * (4); then base64url. The check is no signature: whoever forges one sees only what
 * the predicate of their rights lets through anyway.
 */
#include "record/cursor.h"
#include <sodium.h>
#include "base/buf.h"
#include "msg/query.h"

enum { VERSION = 1, IS_BACK = 1, IN_EMPTY = 2, HEAD = 3 + 8 + 8, CHECK = 4, CURSOR_MAX = 16 * 1024 };

static void put_number(struct buf *b, uint64_t n, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_char(b, (char)(n >> (8 * i) & 0xFF));
}

static uint64_t get_number(const char *p, int bytes)
{
    uint64_t n = 0;
    for (int i = 0; i < bytes; i++)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

str cursor_text(struct arena *a, const struct cursor *c, uint64_t mark)
{
    struct buf b = buf_new(a, CURSOR_MAX);
    buf_char(&b, VERSION);
    buf_char(&b, (char)((c->is_back ? IS_BACK : 0) | (c->in_empty ? IN_EMPTY : 0)));
    buf_char(&b, (char)c->key.kind);
    put_number(&b, mark, 8);
    put_number(&b, (uint64_t)c->id, 8);
    if (c->key.kind == DB_INT)
        put_number(&b, (uint64_t)c->key.i, 8);
    else if (c->key.kind != DB_NULL)
        buf_put(&b, c->key.s);
    put_number(&b, str_hash(buf_str(&b)), CHECK);

    size_t room = sodium_base64_encoded_len(b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_new(a, char, room);
    sodium_bin2base64(out, room, (const unsigned char *)b.p, b.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(out);
}

static bool take(str s, uint64_t mark, enum db_kind kind, struct cursor *out)
{
    if (s.n < HEAD + CHECK || s.p[0] != VERSION || (s.p[1] & ~(IS_BACK | IN_EMPTY)))
        return false;
    str body = str_head(s, s.n - CHECK), key = str_from(body, HEAD);
    if (get_number(s.p + body.n, CHECK) != (str_hash(body) & 0xFFFFFFFF) || get_number(s.p + 3, 8) != mark)
        return false;
    struct cursor c = {
        .is_back = s.p[1] & IS_BACK, .in_empty = s.p[1] & IN_EMPTY, .id = (int64_t)get_number(s.p + 11, 8),
    };
    enum db_kind has = (enum db_kind)(unsigned char)s.p[2];
    if (has != (c.in_empty ? DB_NULL : kind) || (has == DB_NULL && key.n > 0) || (has == DB_INT && key.n != 8))
        return false;
    if (has == DB_INT)
        c.key = db_val_int((int64_t)get_number(key.p, 8));
    else if (has != DB_NULL)
        c.key = (struct db_val){ has, { .s = key } };
    *out = c;
    return true;
}

bool cursor_read(struct arena *a, str text, uint64_t mark, enum db_kind kind, struct cursor *out, struct err *e)
{
    size_t n = 0;
    unsigned char *raw = arena_new(a, unsigned char, text.n + 1);
    bool is_base64 = text.n <= CURSOR_MAX * 2
        && sodium_base642bin(raw, text.n + 1, text.p, text.n, NULL, &n, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;

    if (is_base64 && take((str){ (const char *)raw, n }, mark, kind, out))
        return true;
    return fail(e, ERR_INVALID, MSG_query_bad_cursor, "cursor of %zu bytes", text.n);
}
