/* inbound_page.c - incoming webhooks: the list, and one with what came in. */
#include "automate/inbound.h"
#include "automate/webhook_pages.h"
#include "base/id.h"
#include "msg/core.h"
#include "msg/webhook.h"
#include "record/query.h"
#include "record/type.h"

void inbounds_page(struct request *rq)
{
    struct html page = web_html(rq), *h = &page;
    struct ctx *c = web_ctx(rq);
    struct list_spec s = { .en = &inbound_entity, .limit = INBOUND_MAX };
    struct list list;
    struct err e = { 0 };
    if (!record_list(c, &s, &list, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct hook_line *l = arena_new(h->a, struct hook_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        bool is_on = record_int(list.rows[i], "is_active");
        l[i] = (struct hook_line){ .name = record_title(list.rows[i]), .sub = arena_fmt(h->a, "/in/%.*s", STR_ARG(record_text(list.rows[i], "slug"))),
                                   .state = is_on ? _(webhook_state_on) : _(webhook_state_off), .tone = is_on ? TONE_GREEN : TONE_NONE,
                                   .url = hook_url(h->a, &inbound_kind, list.rows[i]->id) };
    }
    struct hooks_view v = { .intro = _(webhook_inbound_intro), .empty = _(webhook_inbound_empty), .empty_text = _(webhook_inbound_empty_text),
                            .icon = "arrow-down-to-line", .lines = l, .n = list.n };
    hook_answer_list(rq, h, &inbound_kind, &v);
}

/* ── one ───────────────────────────────────────────────────────────────────── */

static struct hook_row read_row(struct html *h, struct ctx *c, struct db_rows *q)
{
    int64_t at = db_int(q, 1);
    bool is_done = db_int(q, 3) == INBOUND_DONE;
    return (struct hook_row){
        .when = loc_relative(h->a, h->loc, at, c->now), .iso = iso_instant(h->a, at), .what = db_text(q, 2, h->a), .answer = db_text(q, 4, h->a),
        .url = url_fmt(h->a, "/automate/inbound/messages/%.*s", STR_ARG(id_text(h->a, db_int(q, 0)))),
        .state = is_done ? _(webhook_in_done) : _(webhook_in_failed), .tone = is_done ? TONE_GREEN : TONE_RED,
        .again = is_done ? (struct url){ { 0 } } : url_fmt(h->a, "/automate/inbound/messages/%.*s/again", STR_ARG(id_text(h->a, db_int(q, 0)))),
    };
}

static bool fill_rows(struct request *rq, struct html *h, int64_t source, struct hook_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct db_rows q;
    return db_query(c->c, &q, "SELECT id, at, message_id, state, note FROM inbound_message WHERE source = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                    DB_ARGS(V(source), V(hook_before(rq)), V(HOOK_ROWS + 1)), e)
        && hook_read_rows(h, c, &q, read_row, "", v, e);
}

static struct ui_fact fact_of(struct html *h, const struct record *r, const char *name)
{
    const struct field *f = entity_field(r->en, str_of(name));
    struct val v = record_val(r, name);
    return (struct ui_fact){ .label = _msg(f->label), .value = hook_text(h, HOOK_TEXT, type_show(h->a, h->loc, f, &v)) };
}

static void show(struct request *rq, int64_t id, str secret)
{
    struct html page = web_html(rq), *h = &page;
    struct record *r;
    struct err e = { 0 };
    struct hook_view v = { .secret = secret, .secret_text = _(webhook_inbound_secret_text), .base = hook_url(h->a, &inbound_kind, id).s,
                           .title = _(webhook_inbound_messages), .none = _(webhook_inbound_none), .delete_sure = _(webhook_inbound_delete_sure) };
    if (!record_get(web_ctx(rq), &inbound_entity, id, &r, &e) || !fill_rows(rq, h, id, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    bool makes_event = str_eq(record_text(r, "makes"), S("event")), is_on = record_int(r, "is_active");
    struct html chip = html_part(h), address = html_part(h);
    ui_chip(&chip, .label = is_on ? _(webhook_state_on) : _(webhook_state_off), .tone = is_on ? TONE_GREEN : TONE_NONE);
    view_hook_copy(&address, &(struct hook_copy_view){
        S("address"), arena_fmt(h->a, "%.*s/in/%.*s", STR_ARG(web_origin(rq)), STR_ARG(record_text(r, "slug"))), _(webhook_slug) });
    struct ui_fact f[] = {
        { .label = _(webhook_head_state), .value = html_done(&chip) },
        { .label = _(webhook_slug), .value = html_done(&address), .is_wide = true },
        fact_of(h, r, "scheme"), fact_of(h, r, "makes"),
        makes_event ? fact_of(h, r, "event_kind") : fact_of(h, r, "form"),
        { .label = _(webhook_map), .value = hook_text(h, HOOK_BLOCK, record_text(r, "map")) }, fact_of(h, r, "owner"),
    };
    v.facts = f;
    v.nfacts = countof(f);
    hook_answer(rq, h, &inbound_kind, r, &v);
}

const struct hook_kind inbound_kind = { .en = &inbound_entity, .base = "/automate/inbound", .new_title = MSG_webhook_inbound_new,
                                        .plural = MSG_webhook_inbound_plural, .show = show };

void inbound_page(struct request *rq) { hook_page(rq, &inbound_kind); }
void inbound_new(struct request *rq) { hook_new(rq, &inbound_kind); }
void inbound_edit(struct request *rq) { hook_edit(rq, &inbound_kind); }
void inbound_make(struct request *rq) { hook_make(rq, &inbound_kind); }
void inbound_save(struct request *rq) { hook_save(rq, &inbound_kind); }
void inbound_active(struct request *rq) { hook_active(rq, &inbound_kind); }
void inbound_rotate(struct request *rq) { hook_rotate(rq, &inbound_kind); }
void inbound_delete(struct request *rq) { hook_delete(rq, &inbound_kind); }
void inbound_rotate_api(struct request *rq) { hook_rotate_api(rq, &inbound_kind); }

static bool run_again(struct ctx *tx, void *arg, struct err *e) { return inbound_replay(tx, *(int64_t *)arg, e); }

void inbound_again(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    bool found;
    int64_t id, source = 0;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!db_get_int(c->c, "SELECT source FROM inbound_message WHERE id = $1", DB_ARGS(V(id)), &found, &source, &e) || !record_write(c, run_again, &id, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, hook_url(c->a, &inbound_kind, source).s, msg_text(c->a, c->loc, MSG_webhook_replayed, NULL), c->write_id);
}

/* ── one message, as it came ───────────────────────────────────────────────── */

struct came { int64_t source, at, state; str id, note, body; };

static bool read_came(struct ctx *c, int64_t id, struct came *m, struct err *e)
{
    struct db_rows q;
    *m = (struct came){ 0 };
    if (!db_query(c->c, &q, "SELECT source, at, state, message_id, note, body FROM inbound_message WHERE id = $1", DB_ARGS(V(id)), e))
        return false;
    if (db_next(&q))
        *m = (struct came){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_text(&q, 3, c->a), db_text(&q, 4, c->a), db_text(&q, 5, c->a) };
    return db_done(&q, e) && (m->source || fail(e, ERR_NOT_FOUND, 0, "no message %lld", (long long)id));
}

void inbound_message_page(struct request *rq)
{
    struct html page = web_html(rq), *h = &page, body = html_part(h), chip = html_part(h);
    struct ctx *c = web_ctx(rq);
    struct came m;
    struct record *from;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!read_came(c, id, &m, &e) || !record_get(c, &inbound_entity, m.source, &from, &e)) {
        web_fail(rq, &e);
        return;
    }
    bool is_done = m.state == INBOUND_DONE;
    ui_chip(&chip, .label = is_done ? _(webhook_in_done) : _(webhook_in_failed), .tone = is_done ? TONE_GREEN : TONE_RED);
    struct ui_fact f[] = {
        { .label = _(webhook_head_state), .value = html_done(&chip) },
        { .label = _(webhook_head_when), .value = hook_text(h, HOOK_TEXT, loc_instant(h->a, h->loc, m.at, DATE_MEDIUM)) },
        { .label = _(webhook_head_answer), .value = hook_text(h, HOOK_TEXT, m.note) },
    };
    struct delivery_view v = { .facts = f, .nfacts = is_done ? 2 : 3, .body = m.body, .is_incoming = true };
    if (!is_done)
        v.again = url_fmt(h->a, "/automate/inbound/messages/%.*s/again", STR_ARG(id_text(h->a, id)));
    struct crumb up[] = { { _(webhook_inbound_plural), url_path(str_of(inbound_kind.base)) }, { record_title(from), hook_url(h->a, &inbound_kind, m.source) } };
    view_delivery(&body, &v);
    hook_show_page(rq, h, m.id, up, 2, html_done(&body));
    answer_html(rq, 200, h);
}
