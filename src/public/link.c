/* link.c - tracked links are followed here, and pixels of mails are fetched.
 *
 * Whatever happens to the counting, a person who follows a link is led where it leads: what is counted is on disk
 * before the answer, what could not be kept is lost and told in the log. An address that we did not make is a page
 * that is not there, and leads nowhere. The pixel is the same 43 bytes for everybody, without a cookie.
 *
 * Not counted: a colleague's own look, who is past the limit of hits of an address, and opens by browsers that ask
 * not to be followed (DNT, GPC). A click is an act; a picture loads by itself.
 */
#include "base/log.h"
#include "flow/hit.h"
#include "public/inside.h"
#include "web/limit.h"

static bool may_count(struct request *rq)
{
    return !web_visitor(rq)->who.user_id && limit_take(LIMIT_VISIT_IP, rq->site, rq->ip, NULL);
}

static bool run_click(struct ctx *tx, void *arg, struct err *e) { return link_clicked(tx, arg, e); }
static bool run_open(struct ctx *tx, void *arg, struct err *e) { return delivery_opened(tx, arg, e); }

/* In a burst it waits (flow/hit.h), judged by what the request tells, of which nothing more is kept. */
static bool keep_in_burst(struct request *rq, struct link_hit *hit, bool is_click, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    if (!robot_by_signs(c, &hit->by, &hit->judged, e))
        return false;
    hit_keep(rq, c->ws, is_click ? LINK_CLICKED : DELIVERY_OPENED, link_hit_text(c->a, hit), HIT_ANYHOW);
    return true;
}

/* The answer is made already. */
static void keep(struct request *rq, const struct link_open *at, bool is_click)
{
    struct link_hit hit = { .at = at, .by = { .user_agent = request_header(rq, "User-Agent"), .ip = rq->ip,
                            .is_head = request_is_head(rq), .is_prefetch = asks_ahead(rq) } };
    enum hit_way way = hit_way(rq->site);
    struct err e = { 0 };
    bool ok = false;
    if (way == HIT_REFUSED) {
        hit_refuse(rq->site);
        fail(&e, ERR_BUSY, 0, "too many wait");
    } else {
        ok = way == HIT_WAITS ? keep_in_burst(rq, &hit, is_click, &e) : record_write_bulk(web_ctx(rq), is_click ? run_click : run_open, &hit, &e);
    }
    if (!ok)
        log_event(LOG_WARN, "link_not_kept", LOG_N("link", at->id), LOG_S("why", str_of(e.detail)));
}

void link_follow(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct link_open *l;
    struct err e = { 0 };
    int64_t delivery, idx;
    if (!link_read(c->a, c->ws, rq->param[0], rq->param[1], rq->param[2], &delivery, &idx))
        fail(&e, ERR_NOT_FOUND, 0, "not a link of ours");
    if (e.code || !link_find(c, delivery, idx, &l, &e)) {
        web_fail(rq, &e);
        return;
    }
    answer_text(rq, 302, "text/plain; charset=utf-8", (str){ 0 });
    answer_header(rq, "Location", link_location(c->a, l->url));
    answer_header(rq, "Referrer-Policy", S("no-referrer"));
    answer_header(rq, "Cache-Control", S("no-store"));
    if (may_count(rq))
        keep(rq, l, true);
}

/* One see-through point. */
static const char pixel[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\0\0\0!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
_Static_assert(sizeof pixel - 1 == 43, "the pixel is 43 bytes");

void link_pixel(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct link_open *l;
    struct err e = { 0 };
    int64_t delivery;
    answer_text(rq, 200, "image/gif", (str){ pixel, sizeof pixel - 1 });
    answer_header(rq, "Cache-Control", S("no-store"));
    answer_header(rq, "Cross-Origin-Resource-Policy", S("cross-origin"));
    if (link_pixel_read(c->a, c->ws, rq->param[0], rq->param[1], &delivery) && !asks_not_to(rq)
        && link_find(c, delivery, 0, &l, &e) && may_count(rq))
        keep(rq, l, false);
}
