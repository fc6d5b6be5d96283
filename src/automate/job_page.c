/* job_page.c - work in the background as its keepers see it: what waits, runs, failed; who follows
 * what happens, and the entries they could not take.
 *
 * The list fetches itself again when a job takes a step. Every act is a plain form.
 */
#include "automate/job_page.h"
#include "automate/automate.h"
#include "base/id.h"
#include "flow/keep.h"
#include "msg/job.h"
#include "web/feature.h"

static const struct { const char *state; msg_id label; enum tone tone; } states[] = {
    { "queued", MSG_job_state_queued, TONE_BLUE }, { "leased", MSG_job_state_leased, TONE_IRIS },
    { "failed", MSG_job_state_failed, TONE_AMBER }, { "dead", MSG_job_state_dead, TONE_RED },
    { "done", MSG_job_state_done, TONE_GREEN }, { "cancelled", MSG_job_state_cancelled, TONE_NONE },
};

static bool is_state(str s, const char *state) { return str_eq(s, str_of(state)); }

/* ── lines ───────────────────────────────────────────────────────────────── */

static str detail_of(struct html *h, const struct job_row *j, int64_t now)
{
    str by = j->by.n ? j->by : _(job_by_itself);
    if (j->tries > 1)
        by = arena_fmt(h->a, "%.*s · %.*s", STR_ARG(by), STR_ARG(_(job_tries, .n = A(j->tries))));
    if (j->at > now && (is_state(j->state, "queued") || is_state(j->state, "failed")))
        by = arena_fmt(h->a, "%.*s · %.*s", STR_ARG(by),
                       STR_ARG(_(job_not_before, .time = A(loc_instant(h->a, h->loc, j->at, DATE_DAY_MONTH)))));
    return by;
}

static struct job_line line_of(struct html *h, struct ctx *c, const struct job_row *j)
{
    const struct job_kind *k = job_kind_find(j->kind);
    str id = id_text(h->a, j->id);
    size_t s = 0;
    for (size_t i = 0; i < countof(states); i++)
        s = is_state(j->state, states[i].state) ? i : s;
    bool runs = is_state(j->state, "leased"), waits = is_state(j->state, "queued") || is_state(j->state, "failed");
    bool is_over = is_state(j->state, "dead") || is_state(j->state, "cancelled");
    int64_t when = j->ended_at && !waits && !runs ? j->ended_at : runs ? j->started_at : j->made_at;
    return (struct job_line){
        .what = k ? _msg(k->label) : j->kind, .state = runs && j->is_cancelling ? _(job_cancelling) : _msg(states[s].label),
        .tone = states[s].tone, .detail = detail_of(h, j, c->now), .error = j->error,
        .when = loc_relative(h->a, h->loc, when, c->now), .iso = iso_instant(h->a, when),
        .has_bar = runs && j->all > 0, .percent = ui_percent(j->done, j->all),
        .far = j->all > 0 && (runs || waits) ? _(job_of, .done = A(loc_int(h->a, h->loc, j->done)), .all = A(loc_int(h->a, h->loc, j->all))) : (str){ 0 },
        .cancel = (runs && !j->is_cancelling) || waits ? url_fmt(h->a, "/automate/jobs/%.*s/cancel", STR_ARG(id)) : (struct url){ { 0 } },
        .retry = is_over ? url_fmt(h->a, "/automate/jobs/%.*s/retry", STR_ARG(id)) : (struct url){ { 0 } },
    };
}

static bool fill_jobs(struct html *h, struct ctx *c, str state, int64_t before, struct job_list_view *v, struct err *e)
{
    struct job_row *rows;
    if (!job_list(c, state, before, &rows, &v->njobs, e))
        return false;
    struct job_line *lines = arena_new(h->a, struct job_line, v->njobs + 1);
    for (size_t i = 0; i < v->njobs; i++)
        lines[i] = line_of(h, c, &rows[i]);
    v->jobs = lines;
    v->self = url_fmt(h->a, "/automate/jobs?part=list&show=%.*s", STR_ARG(state));
    if (v->njobs == JOBS_SHOWN)
        v->older = url_fmt(h->a, "/automate/jobs?show=%.*s&before=%.*s", STR_ARG(state), STR_ARG(id_text(h->a, rows[v->njobs - 1].id)));
    return true;
}

static void fill_tabs(struct html *h, str state, struct job_page_view *v)
{
    struct ui_item *tabs = arena_new(h->a, struct ui_item, countof(states) + 1);
    tabs[v->ntabs++] = (struct ui_item){ .label = _(job_all), .url = url_path(S("/automate/jobs")), .is_current = state.n == 0 };
    for (size_t i = 0; i < countof(states); i++)
        tabs[v->ntabs++] = (struct ui_item){ .label = _msg(states[i].label), .url = url_fmt(h->a, "/automate/jobs?show=%s", states[i].state),
                                             .is_current = is_state(state, states[i].state) };
    v->tabs = tabs;
}

/* Who follows, in the reader's words; one of an older program keeps its name. */
static str consumer_label(struct html *h, str name)
{
    for (size_t i = 0; i < feed_consumers(); i++) {
        const struct consumer *k = feed_consumer_at(i);
        if (k->label && str_eq(name, str_of(k->name)))
            return _msg(k->label);
    }
    return name;
}

/* What stands before all followers: it is the first to be done in a round. */
static struct follower_line hits_line(struct html *h, const struct workspace *ws)
{
    struct hits_standing st = hits_standing(ws);
    int64_t behind = st.waiting + st.stuck;
    return (struct follower_line){
        .name = _(job_hits), .detail = st.stuck ? _(job_hits_aside, .n = A(st.stuck)) : (str){ 0 },
        .state = behind ? _(job_behind, .n = A(behind)) : _(job_up_to_date),
        .tone = st.stuck ? TONE_RED : behind ? TONE_AMBER : TONE_GREEN };
}

static bool fill_feed(struct html *h, struct ctx *c, struct job_page_view *v, struct err *e)
{
    struct feed_standing *st;
    struct feed_stuck *stuck;
    if (!feed_standings(c, &st, e) || !feed_stuck(c, &stuck, &v->nstuck, e))
        return false;
    v->nfollowers = feed_consumers() + 1;
    struct follower_line *f = arena_new(h->a, struct follower_line, v->nfollowers);
    struct stuck_line *s = arena_new(h->a, struct stuck_line, v->nstuck + 1);
    f[0] = hits_line(h, c->ws);
    for (size_t i = 0; i < feed_consumers(); i++)
        f[i + 1] = (struct follower_line){
            .name = consumer_label(h, str_of(st[i].name)), .detail = st[i].tries ? _(job_failing, .why = A(st[i].error)) : (str){ 0 },
            .state = st[i].lag ? _(job_behind, .n = A(st[i].lag)) : _(job_up_to_date),
            .tone = st[i].tries ? TONE_RED : st[i].lag ? TONE_AMBER : TONE_GREEN };
    for (size_t i = 0; i < v->nstuck; i++)
        s[i] = (struct stuck_line){
            .title = arena_fmt(h->a, "%.*s · %.*s", STR_ARG(consumer_label(h, stuck[i].consumer)),
                               STR_ARG(_(job_entry, .n = A(loc_int(h->a, h->loc, stuck[i].seq))))),
            .error = stuck[i].error, .when = loc_relative(h->a, h->loc, stuck[i].at, c->now), .iso = iso_instant(h->a, stuck[i].at),
            .consumer = stuck[i].consumer, .seq = arena_fmt(h->a, "%lld", (long long)stuck[i].seq) };
    v->followers = f;
    v->stuck = s;
    return true;
}

static str state_of(struct request *rq)
{
    str asked = request_query(rq, "show");
    for (size_t i = 0; i < countof(states); i++)
        if (is_state(asked, states[i].state))
            return str_of(states[i].state);
    return (str){ 0 };
}

void job_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html page = web_html(rq), *h = &page;
    struct job_page_view v = { 0 };
    struct err e = { 0 };
    int64_t before = 0;
    str state = state_of(rq), from = request_query(rq, "before");
    bool is_part = str_eq(request_query(rq, "part"), S("list"));
    if (from.n && !id_parse(from, &before))
        before = 0;
    if (!fill_jobs(h, c, state, before, &v.list, &e) || (!is_part && !fill_feed(h, c, &v, &e))) {
        web_fail(rq, &e);
        return;
    }
    if (is_part) {
        view_job_list(h, &v.list);
        answer_html(rq, 200, h);
        return;
    }
    fill_tabs(h, state, &v);
    struct page p = web_page(rq, _(job_page));
    p.is_plain = true;
    page_begin(h, &p);
    view_job_page(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

/* ── acts ────────────────────────────────────────────────────────────────── */

static bool run_cancel(struct ctx *tx, void *id, struct err *e) { return job_cancel(tx, *(int64_t *)id, e); }
static bool run_retry(struct ctx *tx, void *id, struct err *e) { return job_retry(tx, *(int64_t *)id, e); }

static void act(struct request *rq, record_write_fn *fn, msg_id told)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (record_write(c, fn, &id, &e))
        web_done(rq, web_back(rq, "/automate/jobs"), msg_text(c->a, c->loc, told, NULL), 0);
    else
        web_fail(rq, &e);
}

void job_page_cancel(struct request *rq) { act(rq, run_cancel, MSG_job_cancelled_toast); }
void job_page_retry(struct request *rq)  { act(rq, run_retry, MSG_job_retried_toast); }

struct stuck { str consumer; int64_t seq; };
static bool run_follow(struct ctx *tx, void *arg, struct err *e)
{
    struct stuck *s = arg;
    return feed_retry(tx, s->consumer, s->seq, e);
}

void job_page_follow(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct stuck s = { .consumer = request_form(rq, "consumer") };
    struct err e = { 0 };
    if (!str_to_int(request_form(rq, "seq"), &s.seq))
        s.seq = 0;
    if (record_write(c, run_follow, &s, &e))
        web_done(rq, S("/automate/jobs"), msg_text(c->a, c->loc, MSG_job_followed_toast, NULL), 0);
    else
        web_fail(rq, &e);
}

/* ── the feature ─────────────────────────────────────────────────────────── */

static const struct route routes[] = {
    { GET,  "/automate/jobs",            job_page,        .access = ACCESS_ADMIN, .audit = "job.page" },
    { POST, "/automate/jobs/:id/cancel", job_page_cancel, .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "job.cancel" },
    { POST, "/automate/jobs/:id/retry",  job_page_retry,  .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "job.retry" },
    { POST, "/automate/feed/retry",      job_page_follow, .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "feed.retry" },
    { 0 },
};

static const struct entity *const entities[] = { &schedule_entity };
static const size_t nentities = countof(entities);

const struct feature job_feature = {
    .name = "job",
    .entities = entities, .nentities = &nentities,
    .routes = routes,
    .jobs = &keep_job, .njobs = 1,
    .schedules = &keep_schedule, .nschedules = 1,
};
