/* webhook.c - the webhook as a record: what it listens to, and what may not be written into it. */
#include "flow/webhook.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/random.h"
#include "core/seal.h"
#include "flow/rule_plan.h"
#include "flow/sign.h"
#include "msg/core.h"
#include "msg/webhook.h"
#include "record/query.h"
#include <sodium.h>

static const struct choice stopped_choices[] = {
    { "gone",    MSG_webhook_stopped_gone,    "red" },
    { "failing", MSG_webhook_stopped_failing, "red" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name, .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST, .max = 80 },
    { .name = "url", .label = MSG_webhook_url, .help = MSG_webhook_url_help, .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST, .max = TARGET_URL_MAX },
    { .name = "topics", .label = MSG_webhook_topics, .help = MSG_webhook_topics_help, .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST, .max = 2000 },
    { .name = "filter", .label = MSG_webhook_filter, .help = MSG_webhook_filter_help, .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = QUERY_TEXT_MAX },
    { .name = "owner", .label = MSG_core_word_owner, .help = MSG_webhook_owner_help, .type = FIELD_REF, .flags = F_REQUIRED | F_LIST,
      .ref = "user", .init = "me" },
    { .name = "is_active", .label = MSG_core_word_is_active, .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
    { .name = "secret", .label = MSG_webhook_secret, .type = FIELD_TEXT, .flags = F_SECRET, .max = SEAL_TEXT_MAX },
    { .name = "old_secret", .label = MSG_webhook_old_secret, .type = FIELD_TEXT, .flags = F_SECRET, .max = SEAL_TEXT_MAX },
    { .name = "old_secret_until", .label = MSG_webhook_old_secret_until, .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "stopped_at", .label = MSG_webhook_stopped_at, .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "stopped_why", .label = MSG_webhook_stopped_why, .type = FIELD_CHOICE, .flags = F_READONLY, .choices = stopped_choices },
};

/* ── topics ────────────────────────────────────────────────────────────────── */

static bool is_topic(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_' || s.p[i] == '.'))
            return false;
    return s.n > 0 && s.n <= 64 && s.p[0] != '.' && s.p[s.n - 1] != '.';
}

static bool is_told(const struct entity *en)
{
    static const char *const never[] = { "session", "api_token", "webhook", "inbound", "notification", "saved_view", "setting", "import_run",
                                        "rule_log" };     /* told by itself alone: record/journal.h */
    for (size_t i = 0; i < countof(never); i++)
        if (!strcmp(en->name, never[i]))
            return false;
    return true;
}

static bool topic_ok(str one, struct err *e)
{
    str rest = one, head = str_cut(&rest, '.');
    const struct entity *en = entity_find(head);
    if (is_topic(one) && (rest.n || en) && (!en || is_told(en)))
        return true;
    fail(e, ERR_INVALID, MSG_webhook_bad_topic, "topic '%.*s'", STR_ARG(str_head(one, 64)));
    err_arg(e, "topic", one);
    return err_field(e, "topics");
}

bool topics_parse(str text, struct topics *out, struct err *e)
{
    *out = (struct topics){ 0 };
    for (str one; (one = str_word(&text, "")).n;) {
        if (out->n == WEBHOOK_TOPICS_MAX) {
            fail(e, ERR_INVALID, MSG_webhook_topics_max, "more topics than %d", WEBHOOK_TOPICS_MAX);
            err_arg_int(e, "max", WEBHOOK_TOPICS_MAX);
            return err_field(e, "topics");
        }
        if (!topic_ok(one, e))
            return false;
        out->v[out->n++] = one;
    }
    return true;
}

bool topics_have(const struct topics *t, str entity, str type)
{
    for (int i = 0; i < t->n; i++)
        if (str_eq(t->v[i], type) || (entity.n && str_eq(t->v[i], entity)))
            return true;
    return false;
}

/* ── before it is written ──────────────────────────────────────────────────── */

static bool check_url(struct ctx *tx, const struct record *now, struct err *e)
{
    static const msg_id why[] = {
        [TARGET_LONG] = MSG_webhook_url_long, [TARGET_CHARACTER] = MSG_webhook_url_character, [TARGET_SCHEME] = MSG_webhook_url_scheme,
        [TARGET_NO_TLS] = MSG_webhook_url_scheme, [TARGET_USERINFO] = MSG_webhook_url_userinfo, [TARGET_HOST] = MSG_webhook_url_host,
        [TARGET_PORT] = MSG_webhook_url_port, [TARGET_INSIDE] = MSG_webhook_url_inside,
    };
    struct target t;
    enum target_fault f = target_parse(tx->a, record_text(now, "url"), egress_policy(), &t);
    if (f == TARGET_GOOD || !record_text(now, "url").n)
        return true;
    fail(e, ERR_INVALID, why[f], "url: fault %d", f);
    return err_field(e, "url");
}

/* A filter is asked of records of one kind, in the owner's name. */
static bool check_filter(struct ctx *tx, const struct record *now, const struct topics *t, struct err *e)
{
    str text = record_text(now, "filter"), first = { 0 };
    struct query *q;
    struct actor owner;
    struct ctx as = *tx;
    if (!text.n)
        return true;
    for (int i = 0; i < t->n; i++) {
        str rest = t->v[i], head = str_cut(&rest, '.');
        if (!entity_find(head) || (first.n && !str_eq(head, first))) {
            fail(e, ERR_INVALID, MSG_webhook_filter_one, "a filter over several kinds");
            return err_field(e, "filter");
        }
        first = head;
    }
    as.who = &owner;
    if (!actor_load(tx->a, tx->c, record_int(now, "owner"), &owner, e))
        return err_field(e, "owner");
    if (!query_parse(tx->a, text, &q, e) || !query_check(&as, entity_find(first), q, e))
        return err_field(e, "filter");
    return true;
}

static bool check_number(struct ctx *tx, struct err *e)
{
    bool found;
    int64_t n = 0;
    if (!db_get_int(tx->c, "SELECT COUNT(*) FROM (SELECT id FROM webhook WHERE deleted_at IS NULL LIMIT 51) AS few", DB_NONE, &found, &n, e))
        return false;
    if (n < WEBHOOKS_MAX)
        return true;
    fail(e, ERR_INVALID, MSG_webhook_max, "more than %d webhooks", WEBHOOKS_MAX);
    return err_arg_int(e, "max", WEBHOOKS_MAX);
}

static bool before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct topics t;
    if (!old && !check_number(tx, e))
        return false;
    if (!old)
        secret_first(tx, now);
    if (old && record_int(now, "is_active") && !record_int(old, "is_active")) {
        record_set(now, "stopped_at", (struct val){ 0 });
        record_set(now, "stopped_why", (struct val){ 0 });
    }
    if (!topics_parse(record_text(now, "topics"), &t, e))
        return false;
    bool is_new = !old || record_changed(old, now, "url");
    return (!is_new || check_url(tx, now, e)) && check_filter(tx, now, &t, e);
}

/* Off or gone: what waits is not wanted any more. On again: nothing stands against it. */
static bool after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    int64_t id = now ? now->id : old->id;
    bool was = old && record_int(old, "is_active"), is = now && record_int(now, "is_active");
    if (!now && !rule_refuse_used(tx, ARG_WEBHOOK, old, e))
        return false;
    if (was && !is)
        return outbox_cancel(tx, "webhook", id, e);
    if (is && !was)
        return db_exec(tx->c, "DELETE FROM outbox_target WHERE channel = 'webhook' AND target = $1", DB_ARGS(V(id)), NULL, e);
    return true;
}

const struct entity webhook_entity = {
    .name = "webhook",
    .path = "webhooks",
    .label = MSG_webhook_webhook,
    .plural = MSG_webhook_plural,
    .icon = "webhook",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "url",
    .owner = "owner",
    .order = "name",
    .flags = E_SETTINGS | E_NO_PAGE,
    .before = before,
    .after = after,
};

/* ── secrets ───────────────────────────────────────────────────────────────── */

str webhook_secret_new(struct arena *a)
{
    unsigned char b[32];
    char text[sodium_base64_ENCODED_LEN(sizeof b, sodium_base64_VARIANT_ORIGINAL)];
    random_bytes(b, sizeof b);
    sodium_bin2base64(text, sizeof text, b, sizeof b, sodium_base64_VARIANT_ORIGINAL);
    return arena_fmt(a, "whsec_%s", text);
}

static const char *place_of(struct arena *a, const struct entity *en, const char *field)
{
    return arena_fmt(a, "%s.%s", en->name, field).p;
}

static struct val shut(struct ctx *tx, const struct entity *en, const char *field, int64_t id, str plain)
{
    return val_text(seal_shut(tx->a, tx->ws, place_of(tx->a, en, field), id, plain));
}

void secret_first(struct ctx *tx, struct record *now)
{
    record_set(now, "secret", shut(tx, now->en, "secret", now->id, webhook_secret_new(tx->a)));
}

/* The engine never reads a secret; both tables that have them are asked here. */
static bool read_sealed(struct ctx *c, int64_t id, str out[SECRETS_MAX], int64_t *old_until, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT secret, old_secret, old_secret_until FROM webhook WHERE id = $1 AND deleted_at IS NULL"
                            " UNION ALL SELECT secret, old_secret, old_secret_until FROM inbound WHERE id = $1 AND deleted_at IS NULL",
                  DB_ARGS(V(id)), e))
        return false;
    if (db_next(&q)) {
        out[0] = db_text(&q, 0, c->a);
        out[1] = db_text(&q, 1, c->a);
        *old_until = db_int(&q, 2);
    }
    return db_done(&q, e);
}

bool secrets_of(struct ctx *c, const struct entity *en, int64_t id, str out[SECRETS_MAX], int *n, struct err *e)
{
    static const char *const field[SECRETS_MAX] = { "secret", "old_secret" };
    str sealed[SECRETS_MAX] = { { 0 } };
    int64_t old_until = 0;
    *n = 0;
    if (!read_sealed(c, id, sealed, &old_until, e))
        return false;
    for (int i = 0; i < SECRETS_MAX; i++) {
        str plain = seal_open(c->a, c->ws, place_of(c->a, en, field[i]), id, sealed[i]);
        if (plain.n && (i == 0 || old_until > clock_now()))
            out[(*n)++] = plain;
    }
    return true;
}

bool secret_set(struct ctx *tx, const struct entity *en, int64_t id, str secret, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, en);
    str now[SECRETS_MAX];
    int n;
    if (!secrets_of(tx, en, id, now, &n, e))
        return false;
    r->id = id;
    record_set(r, "secret", shut(tx, en, "secret", id, secret));
    if (n > 0) {
        record_set(r, "old_secret", shut(tx, en, "old_secret", id, now[0]));
        record_set(r, "old_secret_until", val_int(tx->now + WEBHOOK_OLD_SECRET_HOURS * HOUR_US));
    }
    return record_update(&sys, r, 0, NULL, e);
}
