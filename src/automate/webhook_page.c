/* webhook_page.c - outgoing webhooks: the list with how each fares, one with its deliveries, a delivery
 * with its attempts. Pages of deliveries go by id, newest first. */
#include "automate/webhook_pages.h"
#include "base/id.h"
#include "flow/webhook.h"
#include "msg/core.h"
#include "msg/webhook.h"
#include "record/query.h"

enum { TRIES_SHOWN = 50, URL_SHOWN = 60 };

struct health { int64_t failures, ok_at; };

static bool health_of(struct ctx *c, int64_t hook, struct health *out, struct err *e)
{
    struct db_rows q;
    *out = (struct health){ 0 };
    if (!db_query(c->c, &q, "SELECT failures, ok_at FROM outbox_target WHERE channel = 'webhook' AND target = $1", DB_ARGS(V(hook)), e))
        return false;
    if (db_next(&q))
        *out = (struct health){ db_int(&q, 0), db_int(&q, 1) };
    return db_done(&q, e);
}

static str state_of(struct html *h, const struct record *r, const struct health *k, enum tone *tone)
{
    bool is_on = record_int(r, "is_active");
    *tone = !is_on ? record_int(r, "stopped_at") ? TONE_RED : TONE_NONE : k->failures ? TONE_AMBER : TONE_GREEN;
    return !is_on ? record_int(r, "stopped_at") ? _(webhook_state_stopped) : _(webhook_state_off)
                  : k->failures ? _(webhook_state_trouble) : _(webhook_state_on);
}

static str last_of(struct html *h, struct ctx *c, const struct health *k)
{
    str when = loc_relative(h->a, h->loc, k->ok_at, c->now);
    return k->ok_at ? _(webhook_last_ok, .when = A(when)) : _(webhook_never_ok);
}

/* ── the list ──────────────────────────────────────────────────────────────── */

void webhooks_page(struct request *rq)
{
    struct html page = web_html(rq), *h = &page;
    struct ctx *c = web_ctx(rq);
    struct list_spec s = { .en = &webhook_entity, .limit = WEBHOOKS_MAX };
    struct list list;
    struct err e = { 0 };
    if (!record_list(c, &s, &list, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct hook_line *l = arena_new(h->a, struct hook_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        struct health k;
        if (!health_of(c, list.rows[i]->id, &k, &e)) {
            web_fail(rq, &e);
            return;
        }
        l[i] = (struct hook_line){ .name = record_title(list.rows[i]), .sub = str_head(record_text(list.rows[i], "url"), URL_SHOWN),
                                   .note = last_of(h, c, &k), .url = hook_url(h->a, &webhook_kind, list.rows[i]->id) };
        l[i].state = state_of(h, list.rows[i], &k, &l[i].tone);
    }
    struct hooks_view v = { .intro = _(webhook_intro), .empty = _(webhook_empty), .empty_text = _(webhook_empty_text),
                            .icon = "webhook", .lines = l, .n = list.n };
    hook_answer_list(rq, h, &webhook_kind, &v);
}

/* ── one ───────────────────────────────────────────────────────────────────── */

static const struct { const char *value; msg_id label; int from, to; } shows[] = {
    { "", MSG_webhook_show_all, OUTBOX_QUEUED, OUTBOX_CANCELLED }, { "open", MSG_webhook_show_open, OUTBOX_QUEUED, OUTBOX_SENDING },
    { "sent", MSG_webhook_show_sent, OUTBOX_SENT, OUTBOX_SENT }, { "failed", MSG_webhook_show_failed, OUTBOX_FAILED, OUTBOX_CANCELLED },
};

static const struct { msg_id label; enum tone tone; } states[OUTBOX_STATE_COUNT] = {
    [OUTBOX_QUEUED] = { MSG_webhook_out_queued, TONE_BLUE }, [OUTBOX_DEFERRED] = { MSG_webhook_out_deferred, TONE_AMBER },
    [OUTBOX_SENDING] = { MSG_webhook_out_sending, TONE_BLUE }, [OUTBOX_SENT] = { MSG_webhook_out_sent, TONE_GREEN },
    [OUTBOX_FAILED] = { MSG_webhook_out_failed, TONE_RED }, [OUTBOX_UNKNOWN] = { MSG_webhook_out_unknown, TONE_AMBER },
    [OUTBOX_CANCELLED] = { MSG_webhook_out_cancelled, TONE_NONE },
};
static const msg_id outcomes[EGRESS_OUTCOME_COUNT] = {
    [EGRESS_ANSWERED] = MSG_webhook_outcome_answered, [EGRESS_REFUSED] = MSG_webhook_outcome_refused, [EGRESS_NO_NAME] = MSG_webhook_outcome_no_name,
    [EGRESS_NO_CONNECTION] = MSG_webhook_outcome_no_connection, [EGRESS_NO_TLS] = MSG_webhook_outcome_no_tls,
    [EGRESS_TIMEOUT] = MSG_webhook_outcome_timeout, [EGRESS_GARBLED] = MSG_webhook_outcome_garbled, [EGRESS_LOST] = MSG_webhook_outcome_lost,
};

static const msg_id tls_faults[] = {
    [TLS_OTHER] = MSG_webhook_outcome_no_tls, [TLS_NAME] = MSG_webhook_tls_name, [TLS_EXPIRED] = MSG_webhook_tls_expired,
    [TLS_UNKNOWN] = MSG_webhook_tls_unknown,
};

static str outcome_text(struct html *h, int64_t outcome, int64_t status)
{
    if (outcome == EGRESS_NO_TLS && status > 0 && status < (int64_t)countof(tls_faults))
        return _msg(tls_faults[status]);
    if (outcome == EGRESS_ANSWERED)
        return loc_int(h->a, h->loc, status);
    return outcome > 0 && outcome < EGRESS_OUTCOME_COUNT ? _msg(outcomes[outcome]) : (str){ 0 };
}

static struct hook_row read_row(struct html *h, struct ctx *c, struct db_rows *q)
{
    int64_t id = db_int(q, 0), at = db_int(q, 1), state = db_int(q, 3);
    return (struct hook_row){
        .when = loc_relative(h->a, h->loc, at, c->now), .iso = iso_instant(h->a, at), .what = db_text(q, 2, h->a),
        .state = _msg(states[state].label), .tone = states[state].tone, .tries = loc_int(h->a, h->loc, db_int(q, 4)),
        .answer = db_is_null(q, 5) ? (str){ 0 } : outcome_text(h, db_int(q, 5), db_int(q, 6)),
        .url = url_fmt(h->a, "/automate/deliveries/%.*s", STR_ARG(id_text(h->a, id))),
    };
}

static size_t show_asked(struct request *rq)
{
    str asked = request_query(rq, "show");
    for (size_t i = 1; i < countof(shows); i++)
        if (str_eq(asked, str_of(shows[i].value)))
            return i;
    return 0;
}

static bool fill_rows(struct request *rq, struct html *h, int64_t hook, struct hook_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct db_rows q;
    int64_t one;
    const size_t show = show_asked(rq);
    struct ui_item *tabs = arena_new(h->a, struct ui_item, countof(shows));
    for (size_t i = 0; i < countof(shows); i++)
        tabs[i] = (struct ui_item){ .label = _msg(shows[i].label), .is_current = i == show,
                                    .url = url_fmt(h->a, "%.*s?show=%s", STR_ARG(v->base), shows[i].value) };
    v->tabs = tabs;
    v->ntabs = countof(shows);
    v->has_tries = true;
    /* By the index of the open ones, which only a literal and its order lead to: else all that ever went would be read. */
    if (!db_get_int(c->c, "SELECT 1 FROM outbox WHERE channel = 'webhook' AND target = $1 AND state < 3 AND state <> $2 ORDER BY seq LIMIT 1",
                    DB_ARGS(V(hook), V((int)OUTBOX_DEFERRED)), &v->is_moving, &one, e))
        return false;
    return db_query(c->c, &q, "SELECT id, created_at, kind, state, attempts, outcome, status FROM outbox WHERE channel = 'webhook' AND target = $1"
                              " AND id < $2 AND state >= $3 AND state <= $4 ORDER BY id DESC LIMIT $5",
                    DB_ARGS(V(hook), V(hook_before(rq)), V(shows[show].from), V(shows[show].to), V(HOOK_ROWS + 1)), e)
        && hook_read_rows(h, c, &q, read_row, arena_fmt(h->a, "show=%s&", shows[show].value).p, v, e);
}

static size_t fill_facts(struct html *h, struct ctx *c, const struct record *r, const struct health *k, struct ui_fact *f)
{
    size_t n = 0;
    enum tone tone;
    struct html chip = html_part(h);
    ui_chip(&chip, .label = state_of(h, r, k, &tone), .tone = tone);
    f[n++] = (struct ui_fact){ .label = _(webhook_head_state), .value = html_done(&chip) };
    f[n++] = (struct ui_fact){ .label = _(webhook_url), .value = hook_text(h, HOOK_LTR, record_text(r, "url")) };
    f[n++] = (struct ui_fact){ .label = _(webhook_topics), .value = hook_text(h, HOOK_LTR, record_text(r, "topics")) };
    if (record_text(r, "filter").n)
        f[n++] = (struct ui_fact){ .label = _(webhook_filter), .value = hook_text(h, HOOK_CODE, record_text(r, "filter")) };
    f[n++] = (struct ui_fact){ .label = _(core_word_owner), .value = hook_text(h, HOOK_TEXT, record_text(r, "owner")) };
    f[n++] = (struct ui_fact){ .label = _(webhook_show_sent), .value = hook_text(h, HOOK_TEXT, last_of(h, c, k)) };
    if (record_int(r, "old_secret_until") > c->now)
        f[n++] = (struct ui_fact){ .label = _(webhook_old_secret_until),
                                   .value = hook_text(h, HOOK_TEXT, loc_instant(h->a, h->loc, record_int(r, "old_secret_until"), DATE_MEDIUM)) };
    return n;
}

static void show(struct request *rq, int64_t id, str secret)
{
    struct html page = web_html(rq), *h = &page;
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct health k;
    struct err e = { 0 };
    struct hook_view v = { .secret = secret, .secret_text = _(webhook_secret_text), .base = hook_url(h->a, &webhook_kind, id).s, .can_test = true,
                           .title = _(webhook_deliveries), .none = _(webhook_deliveries_none), .delete_sure = _(webhook_delete_sure) };
    if (!record_get(c, &webhook_entity, id, &r, &e) || !health_of(c, id, &k, &e) || !fill_rows(rq, h, id, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct ui_fact *f = arena_new(h->a, struct ui_fact, 8);
    v.nfacts = fill_facts(h, c, r, &k, f);
    v.facts = f;
    if (!record_int(r, "is_active") && record_int(r, "stopped_at"))
        v.stopped = str_eq(record_text(r, "stopped_why"), S("gone")) ? _(webhook_stopped_gone) : _(webhook_stopped_failing);
    hook_answer(rq, h, &webhook_kind, r, &v);
}

const struct hook_kind webhook_kind = { .en = &webhook_entity, .base = "/automate/webhooks", .new_title = MSG_webhook_new,
                                        .plural = MSG_webhook_plural, .show = show };

void webhook_page(struct request *rq) { hook_page(rq, &webhook_kind); }
void webhook_new(struct request *rq) { hook_new(rq, &webhook_kind); }
void webhook_edit(struct request *rq) { hook_edit(rq, &webhook_kind); }
void webhook_make(struct request *rq) { hook_make(rq, &webhook_kind); }
void webhook_save(struct request *rq) { hook_save(rq, &webhook_kind); }
void webhook_active(struct request *rq) { hook_active(rq, &webhook_kind); }
void webhook_rotate(struct request *rq) { hook_rotate(rq, &webhook_kind); }
void webhook_delete(struct request *rq) { hook_delete(rq, &webhook_kind); }

/* ── acts ──────────────────────────────────────────────────────────────────── */

static bool run_test(struct ctx *tx, void *arg, struct err *e)
{
    int64_t id;
    return webhook_test(tx, *(int64_t *)arg, &id, e);
}

void webhook_try(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (record_write(c, run_test, &id, &e))
        web_done(rq, hook_url(c->a, &webhook_kind, id).s, msg_text(c->a, c->loc, MSG_webhook_test_sent, NULL), 0);
    else
        web_fail(rq, &e);
}

void webhook_rotate_api(struct request *rq) { hook_rotate_api(rq, &webhook_kind); }

/* ── a delivery ────────────────────────────────────────────────────────────── */

static bool read_tries(struct html *h, struct ctx *c, int64_t id, struct delivery_view *v, struct err *e)
{
    struct db_rows q;
    struct try_row *t = arena_new(h->a, struct try_row, TRIES_SHOWN);
    if (!db_query(c->c, &q, "SELECT at, ms, outcome, status, note FROM outbox_attempt WHERE outbox_id = $1 ORDER BY id DESC LIMIT $2",
                  DB_ARGS(V(id), V((int)TRIES_SHOWN)), e))
        return false;
    while (db_next(&q)) {
        int64_t at = db_int(&q, 0), n = db_int(&q, 1), status = db_int(&q, 3);
        bool is_ok = db_int(&q, 2) == EGRESS_ANSWERED && status >= 200 && status < 300;
        t[v->n++] = (struct try_row){ .when = loc_instant(h->a, h->loc, at, DATE_MEDIUM), .iso = iso_instant(h->a, at),
                                      .outcome = outcome_text(h, db_int(&q, 2), status),
                                      .ms = _(webhook_ms, .n = A(n)), .note = db_text(&q, 4, h->a), .tone = is_ok ? TONE_GREEN : TONE_AMBER };
    }
    v->tries = t;
    return db_done(&q, e);
}

struct delivery { int64_t hook, state, created_at, next_at; str kind, body; };

static bool read_delivery(struct ctx *c, int64_t id, struct delivery *d, struct err *e)
{
    struct db_rows q;
    *d = (struct delivery){ 0 };
    if (!db_query(c->c, &q, "SELECT target, state, created_at, next_at, kind, body FROM outbox WHERE id = $1 AND channel = 'webhook'", DB_ARGS(V(id)), e))
        return false;
    if (db_next(&q))
        *d = (struct delivery){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_int(&q, 3), db_text(&q, 4, c->a), db_text(&q, 5, c->a) };
    return db_done(&q, e) && (d->hook || fail(e, ERR_NOT_FOUND, 0, "no delivery %lld", (long long)id));
}

void delivery_page(struct request *rq)
{
    struct html page = web_html(rq), *h = &page, body = html_part(h), chip = html_part(h);
    struct ctx *c = web_ctx(rq);
    struct delivery d;
    struct record *hook;
    struct err e = { 0 };
    struct delivery_view v = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!read_delivery(c, id, &d, &e) || !record_get(c, &webhook_entity, d.hook, &hook, &e) || !read_tries(h, c, id, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    str when = loc_relative(h->a, h->loc, d.next_at, c->now);
    ui_chip(&chip, .label = _msg(states[d.state].label), .tone = states[d.state].tone);
    struct ui_fact f[] = {
        { .label = _(webhook_head_state), .value = html_done(&chip) },
        { .label = _(webhook_head_when), .value = hook_text(h, HOOK_TEXT, loc_instant(h->a, h->loc, d.created_at, DATE_MEDIUM)) },
        { .label = _(webhook_msg_id), .value = hook_text(h, HOOK_CODE, arena_fmt(h->a, "msg_%.*s", STR_ARG(id_text(h->a, id)))) },
        { .label = _(webhook_head_tries), .value = hook_text(h, HOOK_TEXT, _(webhook_next_at, .when = A(when))) },
    };
    v.facts = f;
    v.nfacts = d.state == OUTBOX_DEFERRED ? 4 : 3;
    v.body = d.body;
    if (d.state >= OUTBOX_SENT && record_int(hook, "is_active"))
        v.again = url_fmt(h->a, "/automate/deliveries/%.*s/again", STR_ARG(id_text(h->a, id)));
    struct crumb up[] = { { _(webhook_plural), url_path(str_of(webhook_kind.base)) }, { record_title(hook), hook_url(h->a, &webhook_kind, d.hook) } };
    view_delivery(&body, &v);
    hook_show_page(rq, h, d.kind, up, 2, html_done(&body));
    answer_html(rq, 200, h);
}

/* What is put in for a receiver that is off would be cancelled at once, after we said that it goes. */
static bool is_on(const struct record *hook, struct err *e)
{
    return record_int(hook, "is_active") || fail(e, ERR_INVALID, MSG_webhook_is_off, "webhook %lld is off", (long long)hook->id);
}

static bool run_again(struct ctx *tx, void *arg, struct err *e) { return outbox_again(tx, *(int64_t *)arg, e); }

void delivery_again(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct delivery d;
    struct record *hook;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!read_delivery(c, id, &d, &e) || !record_get(c, &webhook_entity, d.hook, &hook, &e) || !is_on(hook, &e)
        || !record_write(c, run_again, &id, &e)) {
        web_fail(rq, &e);
        return;
    }
    str path = arena_fmt(c->a, "/automate/deliveries/%.*s", STR_ARG(id_text(c->a, id)));
    web_done(rq, path, msg_text(c->a, c->loc, MSG_webhook_again_done, NULL), 0);
}
