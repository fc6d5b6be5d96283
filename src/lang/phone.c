/* phone.c - the C side of telephone numbers. */
#include <pthread.h>
#include "lang/phone.h"
#include "lang/phone_shim.h"
#include "msg/lang.h"

static bool bad(struct arena *a, str typed, const char *country, struct err *e)
{
    char example[PHONE_TEXT_MAX];
    fail(e, ERR_INVALID, MSG_lang_phone_bad, "phone '%.*s'", STR_ARG(str_head(typed, 40)));
    err_arg(e, "text", str_trim(typed));
    size_t n = phone_shim_example(country ? country : "", example);
    str shown = n ? (str){ example, n } : S("+880 1711-000000");
    return err_arg(e, "example", arena_fmt(a, "\u2066%.*s\u2069", STR_ARG(shown)));     /* its plus stands in front in Persian too */
}

/* What was parsed is parsed again when it is stored: by then it is E.164 and reads as itself. A record
 * has a few numbers. */
enum { RECENT = 8 };
static _Thread_local struct recent { char text[PHONE_TEXT_MAX]; size_t n; } recent[RECENT];
static _Thread_local unsigned next_recent;

static bool is_recent(str s)
{
    for (size_t i = 0; i < RECENT; i++)
        if (recent[i].n && str_eq(s, (str){ recent[i].text, recent[i].n }))
            return true;
    return false;
}

static void remember(const char *text, size_t n)
{
    struct recent *r = &recent[next_recent++ % RECENT];
    memcpy(r->text, text, n);
    r->n = n;
}

/* Of these countries a number that is written with the code, and does not go on with the trunk's 0, is itself: its
 * length alone says whether it may be one. What libphonenumber said of a length is asked once, since parsing a number
 * takes longer than looking up a record. test/unit/lang_text.c holds the list against libphonenumber. */
static const char *const plain[] = { "880", "91", "98", "92", "93", "94", "44", "49", "33", "977", "971", "966" };
enum { E164_DIGITS = 15 };
static _Atomic bool is_length[countof(plain)][E164_DIGITS + 2];

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "+880 1711-000000" without what stands between; empty: written otherwise. */
static str without_gaps(struct arena *a, str s)
{
    if (s.n < 3 || s.p[0] != '+' || !is_digit(s.p[1]) || !is_digit(s.p[s.n - 1]))
        return (str){ 0 };
    char *p = arena_new(a, char, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (i == 0 || is_digit(s.p[i]))
            p[n++] = s.p[i];
        else if (!memchr(" -.()", s.p[i], 5))
            return (str){ 0 };
    }
    return n <= E164_DIGITS + 1 ? (str){ p, n } : (str){ 0 };
}

/* Where its length is noted; NULL: only libphonenumber can tell. */
static _Atomic bool *length_of(str e164)
{
    for (size_t i = 0; i < countof(plain) && e164.n; i++) {
        size_t n = strlen(plain[i]);
        if (str_starts(str_from(e164, 1), str_of(plain[i])))
            return e164.n > n + 1 && e164.p[n + 1] != '0' ? &is_length[i][e164.n] : NULL;
    }
    return NULL;
}

bool phone_parse(struct arena *a, str s, const char *country, str *e164, struct err *e)
{
    char out[PHONE_TEXT_MAX];
    if (is_recent(s)) {
        *e164 = arena_str(a, s);
        return true;
    }
    str ascii = ascii_digits(a, str_trim(s)), same = without_gaps(a, ascii);
    _Atomic bool *is_known = length_of(same);
    if (is_known && *is_known) {
        *e164 = same;
        return true;
    }
    size_t n = ascii.n && ascii.n <= 60 ? phone_shim_parse(ascii.p, ascii.n, country ? country : "", out) : 0;

    if (!n)
        return bad(a, s, country, e);
    if (is_known && str_eq(same, (str){ out, n }))
        *is_known = true;
    remember(out, n);
    *e164 = arena_str(a, (str){ out, n });
    return true;
}

/* A number takes longer to be written than its whole row of a list: what was written is kept, the newest of
 * those that meet in a place. */
enum { SHOWN = 1024, E164_MAX = 20 };
static struct shown { char e164[E164_MAX], home[4], text[40]; } shown[SHOWN];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t show(str e164, const char *home, char out[PHONE_TEXT_MAX])
{
    char key[E164_MAX] = { 0 }, where[4] = { 0 };
    memcpy(key, e164.p, e164.n);
    memcpy(where, home, strnlen(home, sizeof where - 1));
    struct shown *s = &shown[(str_hash(e164) ^ str_hash(str_of(where))) % SHOWN];

    pthread_mutex_lock(&lock);
    size_t n = !memcmp(s->e164, key, sizeof key) && !memcmp(s->home, where, sizeof where) ? strlen(s->text) : 0;
    memcpy(out, s->text, n);
    pthread_mutex_unlock(&lock);
    if (n || !(n = phone_shim_show(e164.p, e164.n, home, out)) || n >= sizeof s->text)
        return n;
    struct shown made = { 0 };
    memcpy(made.e164, key, sizeof key);
    memcpy(made.home, where, sizeof where);
    memcpy(made.text, out, n);
    pthread_mutex_lock(&lock);
    *s = made;
    pthread_mutex_unlock(&lock);
    return n;
}

str phone_show(struct arena *a, str e164, const char *home)
{
    char out[PHONE_TEXT_MAX];
    size_t n = e164.n && e164.n < E164_MAX ? show(e164, home ? home : "", out) : 0;
    return n ? arena_str(a, (str){ out, n }) : e164;
}

int phone_beginnings(struct arena *a, str folded, const char *home, str out[PHONE_BEGINNINGS])
{
    enum { FEWEST = 5 };                        /* fewer are a year, an amount, a house */
    char digits[E164_DIGITS + 2];
    size_t n = 0;
    for (size_t i = 0; i < folded.n; i++) {
        if (folded.p[i] == ' ')
            continue;
        if (!is_digit(folded.p[i]) || n == sizeof digits)
            return 0;
        digits[n++] = folded.p[i];
    }
    if (n < FEWEST)
        return 0;
    str all = { digits, n };
    if (str_starts(all, S("00"))) {             /* as one dials abroad */
        out[0] = arena_str(a, str_from(all, 2));
        return 1;
    }
    out[0] = arena_str(a, all);
    int code = phone_shim_code(home ? home : "");
    str rest = str_from(all, all.p[0] == '0');  /* the trunk's 0 */
    if (code)
        out[1] = arena_fmt(a, "%d%.*s", code, STR_ARG(rest));
    return code ? 2 : 1;
}
