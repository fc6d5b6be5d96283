/* webhook_feed.c - what happened, told to those who listen: the consumer of the feed.
 *
 * The changes of one record in one write are one delivery, in the order of the feed. The record is
 * read as its webhook's owner may see it, so nothing leaves that its owner could not look at; what
 * has been deleted meanwhile is told by its id alone. Effects and cursor move together, so a
 * cause is told exactly once into the outbox.
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "flow/feed.h"
#include "flow/webhook.h"
#include "msg/webhook.h"
#include "record/put_json.h"
#include "record/query.h"

enum { BODY_MAX = 256 << 10 };

struct hook { int64_t id; struct topics topics; str filter; struct actor owner; bool is_broken; };

static bool load_hooks(struct ctx *c, struct hook *v, int64_t owner[WEBHOOKS_MAX], int *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT id, topics, filter, owner FROM webhook WHERE deleted_at IS NULL AND is_active = 1 ORDER BY id LIMIT 50", DB_NONE, e))
        return false;
    while (db_next(&q)) {
        struct err none = { 0 };
        v[*n] = (struct hook){ .id = db_int(&q, 0), .filter = db_text(&q, 2, c->a) };
        v[*n].is_broken = !topics_parse(db_text(&q, 1, c->a), &v[*n].topics, &none);
        owner[(*n)++] = db_int(&q, 3);
    }
    return db_done(&q, e);
}

/* ── what is told ──────────────────────────────────────────────────────────── */

static const char *const verb[] = { [CHANGE_CREATE] = "created", [CHANGE_UPDATE] = "updated", [CHANGE_DELETE] = "deleted", [CHANGE_RESTORE] = "restored" };

/* The changes of one record in one write: rows[0..n) with this action. */
struct told { const struct feed_row *rows; size_t n; str type; };

static void begin(struct json *j, struct ctx *c, str type, int64_t at)
{
    json_open(j, '{');
    json_key(j, S("type"));
    json_str(j, type);
    json_key(j, S("timestamp"));
    json_str(j, iso_instant(c->a, at));
}

static void put_changed(struct json *j, struct ctx *as, const struct told *t)
{
    const struct feed_row *first = t->rows;
    json_key(j, S("changed"));
    json_open(j, '{');
    for (const struct feed_row *r = t->rows; r < t->rows + t->n; r++) {
        bool is_same = r->write_id == first->write_id && r->record_id == first->record_id && r->action == first->action;
        if (!is_same || !r->field || access_field(as->who, r->en, r->field) == FIELD_RIGHT_HIDDEN)
            continue;
        json_key(j, str_of(r->field->name));
        json_open(j, '{');
        json_key(j, S("old"));
        r->old_text.n ? json_str(j, r->old_text) : json_unset(j);
        json_key(j, S("new"));
        r->new_text.n ? json_str(j, r->new_text) : json_unset(j);
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void put_bare(struct json *j, struct ctx *c, const struct feed_row *r)
{
    json_open(j, '{');
    json_key(j, S("id"));
    json_str(j, id_text(c->a, r->record_id));
    json_close(j, '}');
}

/* *is_told false: the owner may not see it, or the filter leaves it out. */
static bool read_seen(struct ctx *as, const struct hook *h, const struct feed_row *r, struct record **out, bool *is_told, struct err *e)
{
    struct err none = { 0 };
    struct list list;
    *is_told = record_get(as, r->en, r->record_id, out, &none);
    if (!*is_told)
        return none.code == ERR_NOT_FOUND || (*e = none, false);
    if (!h->filter.n)
        return true;
    struct list_spec s = { .en = r->en, .limit = 1,
                           .filter = arena_fmt(as->a, "(%.*s) and id = %.*s", STR_ARG(h->filter), STR_ARG(id_text(as->a, r->record_id))) };
    if (!record_list(as, &s, &list, &none)) {   /* a field the filter names is gone: told nothing, as with a broken view */
        log_event(LOG_WARN, "webhook.filter", LOG_N("webhook", h->id), LOG_S("why", str_of(none.detail)));
        *is_told = false;
        return true;
    }
    *is_told = list.n == 1;
    return true;
}

static bool put_out(struct ctx *tx, const struct hook *h, const struct feed_row *r, str type, const struct buf *b, struct err *e)
{
    int64_t id;
    str key = r->en ? arena_fmt(tx->a, "%s:%lld", r->en->name, (long long)r->record_id) : arena_fmt(tx->a, "person:%lld", (long long)r->person_id);
    if (b->full) {
        log_event(LOG_WARN, "webhook.large", LOG_N("webhook", h->id), LOG_N("record", r->record_id));
        return true;
    }
    return outbox_add(tx, &(struct outgoing){ .channel = "webhook", .target = h->id, .order_key = key, .kind = type, .body = buf_str(b) }, &id, e);
}

static bool tell_change(struct ctx *tx, const struct hook *h, const struct told *t, struct err *e)
{
    struct ctx as = *tx;
    struct buf b = buf_new(tx->a, BODY_MAX);
    struct json j = { &b, false };
    struct record *rec = NULL;
    const struct feed_row *r = t->rows;
    bool is_told;
    as.who = &h->owner;
    if (r->action == CHANGE_DELETE)
        is_told = access_scope(&h->owner, r->en, ACTION_SEE) == SCOPE_ALL && !h->filter.n;
    else if (!read_seen(&as, h, r, &rec, &is_told, e))
        return false;
    if (!is_told)
        return true;
    begin(&j, tx, t->type, r->at);
    json_key(&j, S("data"));
    if (rec)
        record_put_json(&j, &as, rec, NULL, 0);
    else
        put_bare(&j, tx, r);
    if (r->action == CHANGE_UPDATE)
        put_changed(&j, &as, t);
    json_close(&j, '}');
    return put_out(tx, h, r, t->type, &b, e);
}

static void put_id(struct json *j, struct arena *a, const char *name, int64_t id)
{
    if (!id)
        return;
    json_key(j, str_of(name));
    json_str(j, id_text(a, id));
}

static bool tell_event(struct ctx *tx, const struct hook *h, const struct feed_row *r, struct err *e)
{
    struct ctx as = *tx;
    struct buf b = buf_new(tx->a, BODY_MAX);
    struct json j = { &b, false };
    struct record *rec;
    struct err none = { 0 };
    const struct entity *person = entity_find(S("person"));
    as.who = &h->owner;
    if (r->person_id ? !record_get(&as, person, r->person_id, &rec, &none) : !r->en || !record_get(&as, r->en, r->record_id, &rec, &none))
        return none.code == ERR_NONE || none.code == ERR_NOT_FOUND || (*e = none, false);
    begin(&j, tx, r->kind, r->at);
    json_key(&j, S("data"));
    json_open(&j, '{');
    put_id(&j, tx->a, "id", r->id);
    put_id(&j, tx->a, "person", r->person_id);
    put_id(&j, tx->a, "company", r->company_id);
    put_id(&j, tx->a, "deal", r->deal_id);
    put_id(&j, tx->a, "campaign", r->campaign_id);
    if (r->en)
        put_id(&j, tx->a, r->en->name, r->record_id);
    if (r->channel.n)
        json_key(&j, S("channel")), json_str(&j, r->channel);
    if (r->source.n)
        json_key(&j, S("source")), json_str(&j, r->source);
    json_key(&j, S("is_robot"));
    json_bool(&j, r->is_robot);
    if (r->data.n)
        json_key(&j, S("data")), json_raw(&j, r->data);
    json_close(&j, '}');
    json_close(&j, '}');
    return put_out(tx, h, r, r->kind, &b, e);
}

/* ── the consumer ──────────────────────────────────────────────────────────── */

static bool is_first_of_its_act(const struct feed_row *rows, size_t i)
{
    for (size_t k = i; k-- > 0 && rows[k].write_id == rows[i].write_id;)
        if (!rows[k].is_event && rows[k].record_id == rows[i].record_id && rows[k].action == rows[i].action)
            return false;
    return true;
}

static str type_of(struct arena *a, const struct feed_row *r)
{
    return r->is_event ? r->kind : arena_fmt(a, "%s.%s", r->en->name, verb[r->action]);
}

static bool listens(const struct hook *h, const struct feed_row *r, str type)
{
    return !h->is_broken && topics_have(&h->topics, r->is_event ? (str){ 0 } : str_of(r->en->name), type);
}

static bool tell_row(struct ctx *tx, const struct hook *hooks, int nhooks, const struct feed_row *rows, size_t i, size_t n, struct err *e)
{
    const struct feed_row *r = &rows[i];
    if (!r->is_event && !is_first_of_its_act(rows, i))
        return true;
    struct told t = { r, n - i, type_of(tx->a, r) };
    for (const struct hook *h = hooks; h < hooks + nhooks; h++)
        if (listens(h, r, t.type) && (r->is_event ? !tell_event(tx, h, r, e) : !tell_change(tx, h, &t, e)))
            return false;
    return true;
}

/* What somebody listens to: in a house without webhooks nothing, and so nothing is written for them. */
static bool wanted(struct ctx *c, const struct feed_row *rows, size_t n, bool *keep, struct err *e)
{
    struct hook *hooks = arena_new(c->a, struct hook, WEBHOOKS_MAX);
    int64_t owner[WEBHOOKS_MAX];
    int nhooks;
    if (!load_hooks(c, hooks, owner, &nhooks, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        keep[i] = false;
        if (nhooks == 0 || (!rows[i].is_event && !rows[i].en))
            continue;
        str type = type_of(c->a, &rows[i]);
        for (int k = 0; k < nhooks && !keep[i]; k++)
            keep[i] = listens(&hooks[k], &rows[i], type);
    }
    return true;
}

static bool tell_all(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e)
{
    struct hook *hooks = arena_new(tx->a, struct hook, WEBHOOKS_MAX);
    int64_t owner[WEBHOOKS_MAX];
    int nhooks;
    if (!load_hooks(tx, hooks, owner, &nhooks, e))
        return false;
    for (int i = 0; i < nhooks; i++) {
        struct err none = { 0 };                /* a disabled owner sees nothing: nothing is told in their name */
        hooks[i].is_broken = hooks[i].is_broken || !actor_load(tx->a, tx->c, owner[i], &hooks[i].owner, &none);
    }
    for (size_t i = 0; i < n; i++)
        if (!tell_row(tx, hooks, nhooks, rows, i, n, e))
            return false;
    return true;
}

const struct consumer webhook_consumer = {
    .name = "webhook", .label = MSG_webhook_plural, .reads = FEED_CHANGES | FEED_EVENTS, .sift = wanted,
    .batch = tell_all, .from_now = true,
};
