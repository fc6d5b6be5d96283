/* match_key.c - exact keys: what two records of one person or company share to
 * the letter once spelling is out of the way. An empty key never equals another.
 */
#include "record/match.h"
#include "base/buf.h"
#include "lang/phone.h"
#include "record/match_words.h"

/* ── e-mail and hosts ────────────────────────────────────────────────────── */

static str lower(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    return (str){ p, s.n };
}

static str without_dots(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '.')
            p[n++] = s.p[i];
    return (str){ p, n };
}

str match_email_key(struct arena *a, str email)
{
    str host = lower(a, str_trim(email)), local = str_cut(&host, '@');
    str name = str_cut(&local, '+');            /* rahima+news@ is rahima@ */

    if (!name.n || !host.n || str_find_char(host, '@') >= 0 || str_find_char(host, '.') < 0)
        return (str){ 0 };
    if (str_eq(host, S("googlemail.com")))
        host = S("gmail.com");
    if (str_eq(host, S("gmail.com")))           /* Gmail does not see dots */
        name = without_dots(a, name);
    return name.n ? arena_fmt(a, "%.*s@%.*s", STR_ARG(name), STR_ARG(host)) : (str){ 0 };
}

/* Second labels under which a country's names are registered: co.in, com.bd, ac.ir. */
static bool is_second_level(str label)
{
    static const char *const known[] = {
        "co", "com", "org", "net", "gov", "edu", "ac", "mil", "gen", "firm", "ind", "info", "sch", "id", "nic", "res", "ltd", "plc", "or", "go", "ne", "gob",
    };
    for (size_t i = 0; i < countof(known); i++)
        if (str_eq(label, str_of(known[i])))
            return true;
    return false;
}

static str last_label(str *host)
{
    for (size_t i = host->n; i > 0; i--)
        if (host->p[i - 1] == '.') {
            str label = { host->p + i, host->n - i };
            host->n = i - 1;
            return label;
        }
    str all = *host;
    *host = (str){ 0 };
    return all;
}

static str registrable(str host)
{
    str rest = host, top = last_label(&rest), second = last_label(&rest);

    if (!second.n || !top.n)
        return (str){ 0 };
    if (top.n == 2 && is_second_level(second)) {
        str third = last_label(&rest);
        if (!third.n)
            return (str){ 0 };                  /* "co.in" names nobody */
        second = third;
    }
    return (str){ second.p, (size_t)(host.p + host.n - second.p) };
}

static bool is_free_mail(str host)
{
    static const char *const any_country[] = { "yahoo", "hotmail", "outlook", "live", "gmx" };
    str rest = host, first = str_cut(&rest, '.');

    for (size_t i = 0; i < countof(any_country); i++)
        if (str_eq(first, str_of(any_country[i])))
            return true;
    return word_is(WORD_FREE_MAIL, host);
}

str match_domain_key(struct arena *a, str url_or_email)
{
    str s = lower(a, str_trim(url_or_email));
    ptrdiff_t at = str_find(s, S("://"));

    if (at >= 0)
        s = str_from(s, (size_t)at + 3);
    s = str_cut(&s, '/');
    s = str_cut(&s, '?');
    s = str_cut(&s, '#');
    if ((at = str_find_char(s, '@')) >= 0)
        s = str_from(s, (size_t)at + 1);
    s = str_cut(&s, ':');
    while (s.n && s.p[s.n - 1] == '.')
        s.n--;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ')
            return (str){ 0 };
    str host = registrable(s);
    bool is_address = host.n && host.p[host.n - 1] >= '0' && host.p[host.n - 1] <= '9';
    return is_address || is_free_mail(host) ? (str){ 0 } : host;
}

/* ── phone ───────────────────────────────────────────────────────────────── */

str match_phone_key(struct arena *a, str phone, const char *country)
{
    struct err e;
    str e164;
    return phone_parse(a, phone, country, &e164, &e) ? e164 : (str){ 0 };
}

/* ── company ─────────────────────────────────────────────────────────────── */

/* "l l c" -> "llc": an abbreviation with dots folds to letters. */
static str join_letters(struct arena *a, str s)
{
    struct buf b = buf_new(a, s.n + 1);
    bool after_letter = false;

    while (s.n) {
        str word = str_cut(&s, ' ');
        bool is_letter = word.n == 1;
        if (b.n && !(is_letter && after_letter))
            buf_char(&b, ' ');
        buf_put(&b, word);
        after_letter = is_letter;
    }
    return buf_str(&b);
}

/* The longest legal form of up to four words that `s` ends with, taken off. */
static bool strip_end(str *s)
{
    size_t at = s->n;
    str best = *s;

    for (int words = 0; words < 4 && at > 0; words++) {
        while (at > 0 && s->p[at - 1] != ' ')
            at--;
        if (at > 0 && word_is(WORD_LEGAL_END, str_from(*s, at)))
            best = str_head(*s, at - 1);
        at -= at > 0;
    }
    bool did = best.n < s->n;
    *s = best;
    return did;
}

static bool strip_start(str *s)
{
    str rest = *s, first = str_cut(&rest, ' ');

    if (!rest.n || !word_is(WORD_LEGAL_START, first))
        return false;
    *s = rest;
    return true;
}

str match_company_key(struct arena *a, str name)
{
    str folded = fold(a, name), s = join_letters(a, folded);

    while (strip_start(&s) || strip_end(&s))
        continue;
    return s;
}
