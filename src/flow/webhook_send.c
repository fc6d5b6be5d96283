/* webhook_send.c - the outbox's channel of webhooks: what goes over the wire, and what an answer means. */
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "core/notify.h"
#include "flow/outbox_inside.h"
#include "flow/sign.h"
#include "flow/webhook.h"
#include "msg/webhook.h"

static bool load(struct ctx *tx, int64_t id, str *url, bool *is_on, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT url, is_active FROM webhook WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(id)), e))
        return false;
    *is_on = db_next(&q) && db_int(&q, 1) != 0;
    if (*is_on)
        *url = db_text(&q, 0, tx->a);
    return db_done(&q, e);
}

static bool prepare(struct ctx *tx, const struct outbox_row *row, struct wire_request *out, bool *wanted, struct err *e)
{
    struct buf b = buf_new(tx->a, 4096);
    int64_t at = clock_now() / SECOND_US;
    str url, secret[SECRETS_MAX];
    int n = 0;
    if (!load(tx, row->target, &url, wanted, e) || (*wanted && !secrets_of(tx, &webhook_entity, row->target, secret, &n, e)))
        return false;
    if (*wanted && n == 0)
        log_event(LOG_ERROR, "webhook.no_secret", LOG_N("webhook", row->target));
    *wanted = *wanted && n > 0;                 /* nothing leaves without a signature */
    if (!*wanted)
        return true;
    str id = arena_fmt(tx->a, "msg_%.*s", STR_ARG(id_text(tx->a, row->id)));
    buf_fmt(&b, "Content-Type: application/json\nwebhook-id: %.*s\nwebhook-timestamp: %lld\nwebhook-signature:", STR_ARG(id), (long long)at);
    for (int i = 0; i < n; i++) {
        struct sign_secret s;
        if (sign_secret_parse(secret[i], &s))
            buf_fmt(&b, " %.*s", STR_ARG(sign_make(tx->a, &s, id, at, row->body)));
    }
    *out = (struct wire_request){ .url = url, .headers = buf_str(&b), .body = row->body };
    return true;
}

static enum verdict judge(const struct egress_result *r)
{
    if (r->outcome != EGRESS_ANSWERED)
        return VERDICT_AGAIN;
    if (r->status >= 200 && r->status < 300)
        return VERDICT_SENT;
    return r->status == 410 ? VERDICT_TARGET_GONE : VERDICT_AGAIN;
}

/* ── given up ──────────────────────────────────────────────────────────────── */

static bool tell_owner(struct ctx *tx, const struct record *hook, bool is_gone, struct err *e)
{
    int64_t owner = record_int(hook, "owner");
    struct actor who;
    struct err none = { 0 };
    if (!actor_load(tx->a, tx->c, owner, &who, &none))
        return true;                            /* nobody is there to be told */
    struct locale loc = locale_default(who.lang, tx->ws->country);
    struct msg_arg name = arg_str(record_title(hook));
    str title = msg_text(tx->a, &loc, is_gone ? MSG_webhook_told_gone : MSG_webhook_told_failing, &name);
    return notify(tx, owner, "webhook.stopped", title, arena_fmt(tx->a, "/automate/webhooks/%.*s", STR_ARG(id_text(tx->a, hook->id))), e);
}

static bool give_up_target(struct ctx *tx, int64_t target, bool is_gone, struct err *e)
{
    struct record *was, *r = record_new(tx->a, &webhook_entity);
    struct err none = { 0 };
    if (!record_get(tx, &webhook_entity, target, &was, &none) || !record_int(was, "is_active"))
        return true;
    r->id = target;
    record_set(r, "is_active", val_int(0));
    record_set(r, "stopped_at", val_int(clock_now()));
    record_set(r, "stopped_why", val_text(is_gone ? S("gone") : S("failing")));
    return record_update(tx, r, 0, NULL, e) && tell_owner(tx, was, is_gone, e);
}

const struct channel webhook_channel = {
    .name = "webhook", .prepare = prepare, .judge = judge, .give_up_target = give_up_target,
};

/* ── by hand and by rule ───────────────────────────────────────────────────── */

bool webhook_send(struct ctx *tx, int64_t webhook, str type, str order_key, str body, int64_t *id, struct err *e)
{
    str url;
    bool is_on;
    if (!load(tx, webhook, &url, &is_on, e))
        return false;
    if (!is_on)
        return fail(e, ERR_CONFLICT, MSG_webhook_is_off, "webhook %lld is off or gone", (long long)webhook);
    return outbox_add(tx, &(struct outgoing){ .channel = "webhook", .target = webhook, .order_key = order_key, .kind = type, .body = body }, id, e);
}

bool webhook_test(struct ctx *tx, int64_t webhook, int64_t *id, struct err *e)
{
    struct buf b = buf_new(tx->a, 1024);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("type"));
    json_str(&j, S("webhook.test"));
    json_key(&j, S("timestamp"));
    json_str(&j, iso_instant(tx->a, tx->now));
    json_key(&j, S("data"));
    json_open(&j, '{');
    json_key(&j, S("webhook"));
    json_str(&j, id_text(tx->a, webhook));
    json_close(&j, '}');
    json_close(&j, '}');
    return webhook_send(tx, webhook, S("webhook.test"), (str){ 0 }, buf_str(&b), id, e);
}
