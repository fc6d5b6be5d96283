/* source.c - tables that tell search engines, social networks and mail readers from other sites.
 *
 * An entry without a dot at its end is a whole host or the end of one ("duckduckgo.com" also
 * stands for html.duckduckgo.com); one that ends in a dot is a name under any country's ending
 * ("google." for google.com.bd). Mail stands before search: mail.google.com is not a search.
 */
#include "reach/source.h"
#include "base/ascii.h"
#include <arpa/inet.h>

static const struct place { const char *host, *source, *channel; } places[] = {
    { "mail.google.com", "other", "email" },      { "outlook.", "other", "email" },
    { "mail.yahoo.", "other", "email" },          { "mail.yandex.", "other", "email" },
    { "mail.rediff.com", "other", "email" },      { "mail.zoho.", "other", "email" },
    { "mail.proton.me", "other", "email" },       { "mail.chmail.ir", "other", "email" },
    { "com.google.android.gm", "other", "email" },
    { "google.", "web", "search" },               { "bing.com", "web", "search" },
    { "duckduckgo.com", "web", "search" },        { "search.yahoo.", "web", "search" },
    { "yahoo.", "web", "search" },                { "baidu.com", "web", "search" },
    { "yandex.", "web", "search" },               { "ecosia.org", "web", "search" },
    { "qwant.com", "web", "search" },             { "startpage.com", "web", "search" },
    { "search.brave.com", "web", "search" },      { "naver.com", "web", "search" },
    { "seznam.cz", "web", "search" },             { "parsijoo.ir", "web", "search" },
    { "gerdoo.me", "web", "search" },             { "zarebin.ir", "web", "search" },
    { "pipilika.com", "web", "search" },          { "ask.com", "web", "search" },
    { "facebook.com", "social", "social" },       { "fb.com", "social", "social" },
    { "fb.me", "social", "social" },              { "instagram.com", "social", "social" },
    { "linkedin.com", "social", "social" },       { "lnkd.in", "social", "social" },
    { "t.co", "social", "social" },               { "twitter.com", "social", "social" },
    { "x.com", "social", "social" },              { "youtube.com", "social", "social" },
    { "youtu.be", "social", "social" },           { "tiktok.com", "social", "social" },
    { "pinterest.", "social", "social" },         { "reddit.com", "social", "social" },
    { "quora.com", "social", "social" },          { "threads.net", "social", "social" },
    { "t.me", "social", "social" },               { "telegram.", "social", "social" },
    { "aparat.com", "social", "social" },         { "virasty.com", "social", "social" },
    { "sharechat.com", "social", "social" },      { "kooapp.com", "social", "social" },
    { "whatsapp.com", "social", "whatsapp" },     { "wa.me", "social", "whatsapp" },
};

static const struct medium { const char *word, *source, *channel; } media[] = {
    { "cpc", "campaign", "ads" },         { "ppc", "campaign", "ads" },       { "paid", "campaign", "ads" },
    { "cpm", "campaign", "ads" },         { "display", "campaign", "ads" },   { "banner", "campaign", "ads" },
    { "email", "campaign", "email" },     { "e-mail", "campaign", "email" },  { "newsletter", "campaign", "email" },
    { "sms", "campaign", "sms" },         { "whatsapp", "campaign", "whatsapp" }, { "social", "social", "social" },
    { "print", "campaign", "media" },     { "qr", "campaign", "media" },      { "event", "event", "event" },
    { "referral", "referral", "referral" }, { "affiliate", "partner", "partner" }, { "partner", "partner", "partner" },
    { "organic", "web", "search" },
};

str source_host(struct arena *a, str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    if (at < 0)
        return (str){ 0 };
    str h = str_from(url, (size_t)at + 3);
    for (size_t i = 0; i < h.n; i++)
        if (strchr("/?#", h.p[i])) {
            h.n = i;
            break;
        }
    ptrdiff_t user = str_find_char(h, '@');
    h = ascii_lower(a, user < 0 ? h : str_from(h, (size_t)user + 1));
    ptrdiff_t port = str_find_char(h, ':');
    if (port >= 0)
        h.n = (size_t)port;
    return str_starts(h, S("www.")) ? str_from(h, 4) : h;
}

/* "google." in "news.google.com.bd": at the start or after a dot, with an ending of at most two parts. */
static bool under_any_ending(str host, str name)
{
    for (size_t from = 0; from < host.n;) {
        str rest = str_from(host, from);
        if (str_starts(rest, name)) {
            str ending = str_from(rest, name.n);
            size_t dots = 0;
            for (size_t i = 0; i < ending.n; i++)
                dots += ending.p[i] == '.';
            return ending.n >= 2 && ending.n <= 7 && dots <= 1;
        }
        ptrdiff_t dot = str_find_char(rest, '.');
        if (dot < 0)
            return false;
        from += (size_t)dot + 1;
    }
    return false;
}

static bool is_place(str host, str name)
{
    if (str_ends(name, S(".")))
        return under_any_ending(host, name);
    return str_ends(host, name) && (host.n == name.n || host.p[host.n - name.n - 1] == '.');
}

static bool by_medium(struct arena *a, str utm_medium, struct source *out)
{
    str m = ascii_lower(a, str_trim(utm_medium));
    for (size_t i = 0; i < countof(media); i++)
        if (str_eq(m, str_of(media[i].word)) || (!strcmp(media[i].word, "paid") && str_starts(m, S("paid")))) {
            *out = (struct source){ media[i].source, media[i].channel };
            return true;
        }
    return false;
}

struct source source_of(struct arena *a, str referrer, str own_host, str utm_source, str utm_medium)
{
    struct source out = { "web", "web" };
    str host = source_host(a, referrer);
    if (str_starts(own_host, S("www.")))
        own_host = str_from(own_host, 4);
    if (by_medium(a, utm_medium, &out))
        return out;
    if (!host.n || str_eq_ascii_nocase(host, own_host))
        return utm_source.n ? (struct source){ "campaign", "web" } : out;
    for (size_t i = 0; i < countof(places); i++)
        if (is_place(host, str_of(places[i].host)))
            return (struct source){ places[i].source, places[i].channel };
    return (struct source){ "referral", "referral" };
}

/* ── the reader and its address ──────────────────────────────────────────── */

const char *source_device(struct arena *a, str user_agent)
{
    str ua = ascii_lower(a, user_agent);
    bool is_android = str_find(ua, S("android")) >= 0, is_mobile = str_find(ua, S("mobile")) >= 0;
    if (str_find(ua, S("ipad")) >= 0 || str_find(ua, S("tablet")) >= 0 || (is_android && !is_mobile))
        return "tablet";
    return is_mobile || is_android || str_find(ua, S("iphone")) >= 0 ? "phone" : "desktop";
}

str source_ip(struct arena *a, str ip)
{
    unsigned char b[16] = { 0 };
    char out[INET6_ADDRSTRLEN];
    const char *z = arena_cstr(a, ip);
    int family = str_find_char(ip, ':') >= 0 ? AF_INET6 : AF_INET;
    if (inet_pton(family, z, b) != 1)
        return (str){ 0 };
    if (family == AF_INET)
        b[3] = 0;
    else
        memset(b + 6, 0, 10);
    return arena_str(a, str_of(inet_ntop(family, b, out, sizeof out)));
}
