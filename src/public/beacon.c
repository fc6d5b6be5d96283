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
#include "web/limit.h"

enum { ACTS_MAX = 32, URL_MAX = 2000 };

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

struct act { str kind, page, from, to, spent; };
struct sending { struct act act[ACTS_MAX]; size_t n; str visitor; };

/* Members belong to the last "k" before them; a sending without any is one act. */
static void read_sending(const struct request *rq, struct sending *s)
{
    *s = (struct sending){ .visitor = request_form(rq, "v") };
    bool is_one = !request_has_form(rq, "k");
    s->n = is_one;
    for (size_t i = 0; i < rq->nform; i++) {
        str name = rq->form[i].name, value = rq->form[i].value;
        if (str_eq(name, S("k"))) {
            if (s->n == ACTS_MAX)
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

static bool may_count(struct request *rq, const struct act *a)
{
    str host = host_port(a->page), origin = request_header(rq, "Origin");
    struct err e = { 0 };
    bool ok = false;
    if (!host.n || a->page.n > URL_MAX || a->to.n > URL_MAX || (origin.n && !str_eq_ascii_nocase(host_port(origin), host)))
        return false;
    return limit_take(LIMIT_VISIT_IP, rq->site, rq->ip, NULL) && reach_counts_host(web_ctx(rq), host, &ok, &e) && ok;
}

struct seen_job { struct page_seen in; int64_t spent; bool is_end; };

/* False: nothing that could be kept. */
static bool read_act(struct request *rq, const struct sending *s, const struct act *a, str robot, struct seen_job *j)
{
    bool is_click = str_eq(a->kind, S("click")), is_read = str_eq(a->kind, S("read"));
    int64_t ms = 0;
    *j = (struct seen_job){ .is_end = str_eq(a->kind, S("end")), .in = { .path = path_of(a->page), .robot_why = robot,
        .arrival = { .referrer = a->from, .own_host = source_host(&rq->a, a->page), .visitor = s->visitor, .ip = rq->ip,
                     .user_agent = request_header(rq, "User-Agent") } } };
    if (is_click || is_read) {
        j->in.act = is_click ? VISIT_CLICKED : VISIT_READ;
        j->in.path = until(a->to, "?#");
        j->in.arrival.referrer = until(a->page, "?#");
        return str_starts(a->to, S("https://")) || str_starts(a->to, S("http://"));
    }
    for (int i = 0; i < UTM_COUNT; i++)
        j->in.arrival.utm[i] = of_link(rq, a->page, utm_names[i]);
    bool is_known = j->is_end ? str_to_int(a->spent, &ms) : str_eq(a->kind, S("view"));
    j->spent = ms * 1000;
    return is_known;
}

struct seen_jobs { struct seen_job v[ACTS_MAX]; size_t n; };

static bool run_seen(struct ctx *tx, void *arg, struct err *e)
{
    struct seen_jobs *all = arg;
    for (size_t i = 0; i < all->n; i++) {
        const struct seen_job *j = &all->v[i];
        if (!(j->is_end ? reach_visit_ended(tx, j->in.arrival.visitor, j->in.path, j->spent, e) : reach_visit(tx, &j->in, e)))
            return false;
    }
    return true;
}

/* Always 204: a counter tells nobody anything. */
void track_seen(struct request *rq)
{
    struct sending *s = arena_new(&rq->a, struct sending, 1);
    struct seen_jobs *all = arena_new(&rq->a, struct seen_jobs, 1);
    struct ctx c = *web_ctx(rq);
    struct err e = { 0 };
    answer_text(rq, 204, "text/plain; charset=utf-8", (str){ 0 });
    answer_header(rq, "Cross-Origin-Resource-Policy", S("cross-origin"));
    read_sending(rq, s);
    if (asks_not_to(rq) || asks_ahead(rq) || !visitor_ok(s->visitor))
        return;
    enum robot by;
    if (!robot_by_signs(&c, &(struct robot_signs){ .user_agent = request_header(rq, "User-Agent") }, &by, &e))
        return;
    for (size_t i = 0; i < s->n; i++)
        all->n += may_count(rq, &s->act[i]) && read_act(rq, s, &s->act[i], robot_word(by), &all->v[all->n]);
    c.who = &actor_system;
    c.by = 0;
    if (all->n)
        (void)!record_write_bulk(&c, run_seen, all, &e);
}
