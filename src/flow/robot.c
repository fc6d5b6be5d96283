/* robot.c - the names programs give themselves, and how they behave.
 *
 * The parts of names are facts about user agents, condensed by hand until 99 in 100 of the collection
 * crawler-user-agents (Martin Monperrus, MIT) are known and no common browser is; test/unit/reach.c asks
 * both. Behaviour catches what lies about its name: guards of mailboxes open every link of a letter at once,
 * and sooner than anybody could read it.
 */
#include "flow/robot.h"
#include <jansson.h>
#include "base/ascii.h"
#include "base/clock.h"
#include "base/log.h"
#include "msg/robot.h"
#include "record/query.h"

static const struct { const char *word; msg_id label; } words[ROBOT_COUNT] = {
    [ROBOT_NONE] = { "", 0 },                         [ROBOT_NAME] = { "name", MSG_robot_name },
    [ROBOT_PROXY] = { "proxy", MSG_robot_proxy },     [ROBOT_NETWORK] = { "network", MSG_robot_network },
    [ROBOT_HEAD] = { "head", MSG_robot_head },
    [ROBOT_PREFETCH] = { "prefetch", MSG_robot_prefetch }, [ROBOT_QUICK] = { "quick", MSG_robot_quick },
    [ROBOT_BURST] = { "burst", MSG_robot_burst },     [ROBOT_TRAP] = { "trap", MSG_robot_trap },
    [ROBOT_TOLD] = { "told", MSG_robot_told },
};

str robot_word(enum robot r) { return str_of(words[r].word); }

enum robot robot_of(str word)
{
    for (int i = 1; i < ROBOT_COUNT; i++)
        if (str_eq(word, str_of(words[i].word)))
            return (enum robot)i;
    return ROBOT_NONE;
}

msg_id robot_label(str word) { return words[robot_of(word)].label; }

/* ── by name ─────────────────────────────────────────────────────────────── */

/* Parts of names of programs that read pages, lower case; a browser's name has none of them. */
static const char *const markers[] = {
    "bot", "crawl", "spider", "slurp", "scrap", "archive", "fetch", "monitor", "check", "preview", "headless",
    "python", "curl", "wget", "java/", "(java)", "httpclient", "http-client", "okhttp", "libwww", "perl", "ruby",
    "axios", "php", "scan", "validator", "lighthouse", "pagespeed", "feed", "rss", "reader", "facebookexternal",
    "facebookcatalog", "meta-external", "embedly", "mediapartners", "google-", "googleagent", "googleother",
    "google favicon", "adsbot", "bingpreview", "http://", "https://", "search", "index", "seo", "audit", "uptime",
    "pingdom", "survey", "proxy", "zgrab", "nmap", "nutch", "ptst/", "synthetic", "playwright", "selenium",
    "puppeteer", "phantomjs", "electron", "httrack", "ips-agent", "appinsights", "siteimprove", "dareboost",
    "datanyze", "outbrain", "thousandeyes", "silktide", "hardenize", "verify", "optimizer", "newsai", "manus-user",
    "scope3", "collapsify", "agent)", "-agent", ".com", ".io", ".net/", "w3c", "fake", "analyz", "collect",
    "inspector", "gtmetrix", "hotjar", "linktiger", "marketgoo", "playstore-", "httpagent", "securityheaders", "splash version",
    "rigor)", "testlocally", "mailto:", "translationserver", "watchtowr", "finder)", "foregenix",
};

bool robot_is_named(struct arena *a, str user_agent)
{
    str ua = ascii_lower(a, user_agent);
    bool is_browser = str_starts(ua, S("mozilla/5.0 (")) || str_starts(ua, S("opera/9.80 ("));
    if (!is_browser || ua.n < 40 || str_find(ua, S("compatible;")) >= 0)
        return true;
    ptrdiff_t maker = str_find(ua, S("cubot"));           /* a maker of telephones */
    if (maker >= 0)
        memcpy((char *)(uintptr_t)ua.p + maker, "phone", 5);
    for (size_t i = 0; i < countof(markers); i++)
        if (str_find(ua, str_of(markers[i])) >= 0)
            return true;
    return false;
}

/* Google's and Yahoo's proxies of pictures say so; Gmail fetches ahead as an old Edge that breaks off
 * oddly; Apple's names nothing but the word every browser begins with. */
static bool is_mail_proxy(str ua)
{
    return str_find(ua, S("GoogleImageProxy")) >= 0 || str_find(ua, S("YahooMailProxy")) >= 0
        || str_ends(ua, S("Edge/12.246 Mozilla/5.0")) || str_eq(ua, S("Mozilla/5.0"));
}

static enum robot by_words(struct arena *a, const struct robot_signs *s)
{
    if (s->is_head)
        return ROBOT_HEAD;
    if (s->is_prefetch)
        return ROBOT_PREFETCH;
    if (is_mail_proxy(str_trim(s->user_agent)))
        return ROBOT_PROXY;
    return robot_is_named(a, s->user_agent) ? ROBOT_NAME : ROBOT_NONE;
}

bool robot_by_signs(struct ctx *c, const struct robot_signs *s, enum robot *out, struct err *e)
{
    bool is_theirs = false;
    *out = by_words(c->a, s);
    if (*out == ROBOT_NONE && s->ip.n && !robot_network_has(c, s->ip, &is_theirs, e))
        return false;
    if (is_theirs)
        *out = ROBOT_NETWORK;
    return true;
}

/* ── by behaviour ────────────────────────────────────────────────────────── */

static bool is_asked(const struct event *ev, const struct robot_click *click)
{
    bool is_mail = !strcmp(ev->kind, "mail.clicked") || (!strcmp(ev->kind, "link.clicked") && str_eq(ev->channel, S("email")));
    return ev->person_id && (is_mail || click->delivery.n);
}

static bool is_quick(struct ctx *tx, const struct event *ev, int64_t at, const struct robot_click *click, bool *out, struct err *e)
{
    int64_t one;
    if (click->delivered_at || click->delivery.n) {
        *out = click->link.n && click->delivered_at <= at && at - click->delivered_at < ROBOT_QUICK_S * SECOND_US;
        return true;
    }
    return db_get_int(tx->c, "SELECT 1 FROM event WHERE person_id = $1 AND at > $2 AND at <= $3"
                             " AND kind IN ('mail.sent', 'mail.delivered') AND is_void = 0 LIMIT 1",
                      DB_ARGS(V(ev->person_id), V(at - ROBOT_QUICK_S * SECOND_US), V(at)), out, &one, e);
}

/* What this person did around a click, newest first. */
enum { NEAR_MAX = 100 };
struct near { int64_t id, at; str link; bool is_trapped, is_marked; };
struct nears { struct near v[NEAR_MAX]; size_t n; };

static str member_of(struct arena *a, json_t *j, const char *name)
{
    json_t *v = json_object_get(j, name);
    return json_is_string(v) ? arena_str(a, (str){ json_string_value(v), json_string_length(v) }) : (str){ 0 };
}

/* False: another delivery's. */
static bool read_near(struct arena *a, struct db_rows *q, const struct robot_click *click, struct near *out)
{
    str data = db_text_view(q, 1);
    json_t *j = data.n ? json_loadb(data.p, data.n, 0, NULL) : NULL;
    str link = member_of(a, j, "link"), url = member_of(a, j, "url");
    bool is_its = !click->delivery.n || str_eq(member_of(a, j, "delivery"), click->delivery);
    json_decref(j);
    *out = (struct near){ .id = db_int(q, 0), .at = db_int(q, 2), .link = link.n ? link : url,
                          .is_trapped = str_eq(db_text_view(q, 3), robot_word(ROBOT_TRAP)) };
    return is_its;
}

static bool read_nears(struct ctx *tx, const struct event *ev, int64_t at, const struct robot_click *click, struct nears *v, struct err *e)
{
    int64_t back = click->delivery.n ? ROBOT_CHAIN_S : ROBOT_BURST_S;
    bool is_open = !strcmp(ev->kind, "mail.opened");
    str other = !click->delivery.n ? str_of(ev->kind) : is_open ? S("mail.clicked") : S("mail.opened");
    struct db_rows q;
    v->n = 0;
    if (!db_query(tx->c, &q, "SELECT id, data, at, robot_why FROM event WHERE person_id = $1 AND at > $2 AND at < $3"
                             " AND kind IN ($4, $5) AND is_void = 0 ORDER BY at DESC, id DESC LIMIT 100",
                  DB_ARGS(V(ev->person_id), V(at - back * SECOND_US), V(at + ROBOT_BURST_S * SECOND_US),
                          V(str_of(ev->kind)), V(other)), e))
        return false;
    while (v->n < NEAR_MAX && db_next(&q))
        v->n += read_near(tx->a, &q, click, &v->v[v->n]);
    return db_done(&q, e);
}

static bool is_within(const struct near *x, int64_t at) { return x->at > at - ROBOT_BURST_S * SECOND_US; }

static bool is_burst(const struct nears *v, str now, int64_t at)
{
    size_t n = now.n > 0;
    for (size_t i = 0; i < v->n; i++) {
        bool is_new = v->v[i].link.n && is_within(&v->v[i], at) && !str_eq(v->v[i].link, now);
        for (size_t k = 0; k < i; k++)
            is_new = is_new && !str_eq(v->v[k].link, v->v[i].link);
        n += is_new;
    }
    return n >= ROBOT_BURST_LINKS;
}

/* Backwards from here, as long as no pause is longer than a burst's. Did it run into the trap? */
static bool walk_chain(struct nears *v, int64_t at)
{
    bool is_trapped = false;
    for (size_t i = 0; i < v->n && is_within(&v->v[i], at); i++) {
        v->v[i].is_marked = true;
        is_trapped |= v->v[i].is_trapped;
        at = v->v[i].at < at ? v->v[i].at : at;
    }
    return is_trapped;
}

static void mark_burst(struct nears *v, int64_t at)
{
    for (size_t i = 0; i < v->n; i++)
        v->v[i].is_marked = is_within(&v->v[i], at);
}

static bool become_robots(struct ctx *tx, int64_t person, const struct nears *v, enum robot why, struct err *e)
{
    int64_t seq;
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i].is_marked
            && (!db_seq(tx->c, &seq, e)
                || !db_exec(tx->c, "UPDATE event SET is_robot = 1, robot_why = $1, seq = $2"
                                     " WHERE person_id = $3 AND at = $4 AND id = $5 AND is_robot = 0",
                            DB_ARGS(V(robot_word(why)), V(seq), V(person), V(v->v[i].at), V(v->v[i].id)), NULL, e)))
            return false;
    return true;
}

bool robot_by_history(struct ctx *tx, const struct event *ev, const struct robot_click *click, enum robot *out, struct err *e)
{
    struct nears *v = arena_new(tx->a, struct nears, 1);
    int64_t at = ev->at ? ev->at : tx->now;
    bool quick;
    *out = ROBOT_NONE;
    if (!is_asked(ev, click))
        return true;
    if (!is_quick(tx, ev, at, click, &quick, e) || !read_nears(tx, ev, at, click, v, e))
        return false;
    bool is_trapped = (click->delivery.n && walk_chain(v, at)) || click->is_trap;
    if (!is_trapped && is_burst(v, click->link, at))
        *out = ROBOT_BURST;
    else
        *out = is_trapped ? ROBOT_TRAP : quick ? ROBOT_QUICK : ROBOT_NONE;
    if (*out == ROBOT_BURST)
        mark_burst(v, at);
    return (*out != ROBOT_BURST && *out != ROBOT_TRAP) || become_robots(tx, ev->person_id, v, *out, e);
}
