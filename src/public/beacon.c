/* beacon.c - what t.js sends from pages of the company's website: pages seen, links clicked, files read, how long.
 *
 * A form by sendBeacon: "v" the visitor, then for each act "k" (view, click, read, end) and its members: "u" the
 * page, "r" where from, "to" the link, "t" milliseconds. All acts of one sending are one write. Nobody is told
 * anything: a browser that asks not to be followed and a page of a strange website get the same 204 as all others.
 */
#include "base/clock.h"
#include "flow/robot.h"
#include "http/form.h"
#include "public/inside.h"
#include "public/sending.h"
#include "web/limit.h"

enum { URL_MAX = 2000 };

static bool says_prefetch(struct request *rq, const char *header) { return str_find(request_header(rq, header), S("prefetch")) >= 0; }

bool asks_ahead(struct request *rq)
{
    return says_prefetch(rq, "Sec-Purpose") || says_prefetch(rq, "Purpose") || says_prefetch(rq, "X-Moz");
}

bool asks_not_to(struct request *rq)
{
    return str_eq(request_header(rq, "DNT"), S("1")) || str_eq(request_header(rq, "Sec-GPC"), S("1"));
}

/* ── addresses ───────────────────────────────────────────────────────────── */

static str after_scheme(str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    return at < 0 ? (str){ 0 } : str_from(url, (size_t)at + 3);
}

static str until(str s, const char *ends)
{
    size_t n = 0;
    while (n < s.n && !strchr(ends, s.p[n]))
        n++;
    return str_head(s, n);
}

/* The part between host and "?", at least "/". */
static str path_of(str url)
{
    str rest = after_scheme(url);
    ptrdiff_t slash = str_find_char(rest, '/');
    return slash < 0 ? S("/") : until(str_from(rest, (size_t)slash), "?#");
}

/* Host with its port, as in allowed_hosts. */
static str host_port(str url) { return until(after_scheme(url), "/?#"); }

/* The value of a link's own parameter. */
static str of_link(struct request *rq, str url, const char *name)
{
    ptrdiff_t at = str_find_char(url, '?');
    struct pair *v;
    struct err e = { 0 };
    size_t n = 0;
    if (at < 0 || !form_parse(&rq->a, str_from(url, (size_t)at + 1), &v, &n, &e))
        return (str){ 0 };
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].name, str_of(name)))
            return v[i].value;
    return (str){ 0 };
}

/* ── acts ────────────────────────────────────────────────────────────────── */

struct act { str kind, page, from, to, spent; bool counts; };
struct told { struct act *act; size_t n; str visitor; };

/* Members belong to the last "k" before them; a sending without any is one act. */
static void read_told(struct request *rq, struct told *s)
{
    size_t most;
    (void)request_form_all(rq, "k", &most);
    bool is_one = most == 0;
    most = is_one ? 1 : most < ACTS_MAX ? most : ACTS_MAX;
    *s = (struct told){ .act = arena_new(&rq->a, struct act, most), .n = is_one, .visitor = request_form(rq, "v") };
    for (size_t i = 0; i < rq->nform; i++) {
        str name = rq->form[i].name, value = rq->form[i].value;
        if (str_eq(name, S("k"))) {
            if (s->n == most)
                return;
            s->act[s->n++] = (struct act){ .kind = value };
        } else if (s->n) {
            struct act *a = &s->act[s->n - 1];
            str *to = str_eq(name, S("u")) ? &a->page : str_eq(name, S("r")) ? &a->from : str_eq(name, S("to")) ? &a->to
                    : str_eq(name, S("t")) ? &a->spent : NULL;
            if (to)
                *to = value;
        }
    }
    if (is_one)
        s->act[0].kind = s->act[0].spent.n ? S("end") : S("view");
}

static bool is_plausible(struct request *rq, const struct act *a)
{
    str host = host_port(a->page), origin = request_header(rq, "Origin");
    return host.n && a->page.n <= URL_MAX && a->to.n <= URL_MAX && (!origin.n || str_eq_ascii_nocase(host_port(origin), host));
}

/* On a connection's thread: whose pages count is told from memory, or nothing is. */
static bool are_known(struct request *rq, struct told *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (is_plausible(rq, &s->act[i]) && !reach_host_is_known(rq->site, host_port(s->act[i].page), &s->act[i].counts))
            return false;
    return true;
}

static bool may_count(struct request *rq, const struct act *a)
{
    struct err e = { 0 };
    bool counts = a->counts;
    return is_plausible(rq, a) && limit_take(LIMIT_VISIT_IP, rq->site, rq->ip, NULL)
        && (!rq->db || reach_counts_host(web_ctx(rq), host_port(a->page), &counts, &e)) && counts;
}

/* False: nothing that could be kept. */
static bool read_act(struct request *rq, const struct told *s, const struct act *a, str robot, struct sent_act *out)
{
    bool is_click = str_eq(a->kind, S("click")), is_read = str_eq(a->kind, S("read"));
    int64_t ms = 0;
    *out = (struct sent_act){ .is_end = str_eq(a->kind, S("end")), .seen = { .path = path_of(a->page), .robot_why = robot,
        .device = str_of(source_device(&rq->a, request_header(rq, "User-Agent"))),
        .arrival = { .referrer = a->from, .own_host = source_host(&rq->a, a->page), .visitor = s->visitor } } };
    if (is_click || is_read) {
        out->seen.act = is_click ? VISIT_CLICKED : VISIT_READ;
        out->seen.path = until(a->to, "?#");
        out->seen.arrival.referrer = until(a->page, "?#");
        return str_starts(a->to, S("https://")) || str_starts(a->to, S("http://"));
    }
    for (int i = 0; i < UTM_COUNT; i++)
        out->seen.arrival.utm[i] = of_link(rq, a->page, utm_names[i]);
    bool is_known = out->is_end ? str_to_int(a->spent, &ms) : str_eq(a->kind, S("view"));
    out->spent = ms * 1000;
    return is_known;
}

/* ── kept ────────────────────────────────────────────────────────────────── */

static bool run_keep(struct ctx *tx, void *arg, struct err *e) { return sending_keep(tx, arg, e); }

/* Who sent it may send it again. */
static void busy(struct request *rq)
{
    answer_text(rq, 503, "text/plain; charset=utf-8", (str){ 0 });
    answer_header(rq, "Retry-After", S("10"));
}

static void keep(struct request *rq, enum hit_way way, struct sending *s)
{
    struct ctx c = *web_ctx(rq);
    struct err e = { 0 };
    c.who = &actor_system;
    c.by = 0;
    if (way == HIT_WAITS) {
        hit_keep(rq, c.ws, SENDING, sending_text(c.a, s), HIT_MUST);
    } else if (way == HIT_REFUSED) {
        hit_refuse(c.ws);
        busy(rq);
    } else if (!record_write_bulk(&c, run_keep, s, &e) && err_is_storage(&e)) {
        busy(rq);
    }
}

/* 204 whatever it was: a counter tells nobody anything. 503: it was not kept. */
void track_seen(struct request *rq)
{
    struct told told;
    struct sending s = { 0 };
    enum hit_way way = hit_way(rq->site);
    struct err e = { 0 };
    enum robot by;
    read_told(rq, &told);
    if (!rq->db && (way == HIT_AT_ONCE || !are_known(rq, &told)))
        return;                                 /* a worker's */
    answer_text(rq, 204, "text/plain; charset=utf-8", (str){ 0 });
    answer_header(rq, "Cross-Origin-Resource-Policy", S("cross-origin"));
    if (asks_not_to(rq) || asks_ahead(rq) || !visitor_ok(told.visitor))
        return;
    if (!robot_by_signs(web_ctx(rq), &(struct robot_signs){ .user_agent = request_header(rq, "User-Agent") }, &by, &e))
        return;
    s.act = arena_new(&rq->a, struct sent_act, told.n);
    for (size_t i = 0; i < told.n; i++)
        s.n += may_count(rq, &told.act[i]) && read_act(rq, &told, &told.act[i], robot_word(by), &s.act[s.n]);
    if (s.n)
        keep(rq, way, &s);
}
