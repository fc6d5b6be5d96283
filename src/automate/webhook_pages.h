/* webhook_pages.h - pages of webhooks, out and in: what they show, and their handlers. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct hook_line { str name, sub, state, note; enum tone tone; struct url url; };
struct hooks_view {
    str intro, empty, empty_text; const char *icon;
    const struct hook_line *lines; size_t n;
    const struct ui_item *tabs;                 /* outgoing, incoming; this and below: hook_answer_list() */
    str new_label; struct url new_url;
};
void view_hooks(struct html *h, const struct hooks_view *v);

struct hook_form_view { str action; struct url cancel; struct html_safe first, rest; str error, once; };
void view_hook_form(struct html *h, const struct hook_form_view *v);

/* Something that came or went: a row of the table. */
struct hook_row { str when, iso, what, state, tries, answer; enum tone tone; struct url url, again; };
struct hook_view {
    str secret, secret_text;                    /* shown once */
    str stopped;
    const struct ui_fact *facts; size_t nfacts;
    str base, once;                             /* "/automate/webhooks/1h2k3m"; the key of the form that makes another secret */
    bool is_active, can_test; str delete_sure;
    str title, none;                            /* of the table */
    const struct ui_item *tabs; size_t ntabs;
    bool has_tries, is_moving;                  /* something is on its way: the table looks again by itself */
    const struct hook_row *rows; size_t n;
    struct url older;
};
void view_hook(struct html *h, const struct hook_view *v);

struct try_row { str when, iso, outcome, ms, note; enum tone tone; };
struct delivery_view { const struct ui_fact *facts; size_t nfacts; struct url again; const struct try_row *tries; size_t n; str body;
                       bool is_incoming; };
void view_delivery(struct html *h, const struct delivery_view *v);

/* ── what both kinds share: hook_page.c ──────────────────────────────────── */

struct hook_kind {
    const struct entity *en;
    const char *base;                           /* "/automate/webhooks" */
    msg_id new_title, plural;
    void (*show)(struct request *rq, int64_t id, str secret);   /* its page; the secret when it has just been made */
};
extern const struct hook_kind webhook_kind, inbound_kind;
void hook_answer_list(struct request *rq, struct html *h, const struct hook_kind *k, struct hooks_view *v);
void hook_answer(struct request *rq, struct html *h, const struct hook_kind *k, const struct record *r, struct hook_view *v);
/* Rows go by id, the newest first: those before the one asked for, one more than are shown. `query`: what keeps the
 * choice of rows in the address of the older ones, "" or "show=sent&". Ends the query. */
enum { HOOK_ROWS = 50 };
int64_t hook_before(struct request *rq);
typedef struct hook_row hook_read_fn(struct html *h, struct ctx *c, struct db_rows *q);     /* column 0: the id */
bool hook_read_rows(struct html *h, struct ctx *c, struct db_rows *q, hook_read_fn *read, const char *query, struct hook_view *v, struct err *e);
struct url hook_url(struct arena *a, const struct hook_kind *k, int64_t id);
/* Texts of facts: in the reader's direction; left to right; as code. */
enum hook_how { HOOK_TEXT, HOOK_LTR, HOOK_CODE, HOOK_BLOCK };
struct hook_text_view { str text; enum hook_how how; };
void view_hook_text(struct html *h, const struct hook_text_view *v);
struct hook_copy_view { str id, text, label; };
void view_hook_copy(struct html *h, const struct hook_copy_view *v);
struct html_safe hook_text(struct html *h, enum hook_how how, str text);
void hook_show_page(struct request *rq, struct html *h, str title, const struct crumb *crumbs, size_t n, struct html_safe body);
void hook_page(struct request *rq, const struct hook_kind *k);
void hook_new(struct request *rq, const struct hook_kind *k);
void hook_edit(struct request *rq, const struct hook_kind *k);
void hook_make(struct request *rq, const struct hook_kind *k);
void hook_save(struct request *rq, const struct hook_kind *k);
void hook_active(struct request *rq, const struct hook_kind *k);
void hook_rotate(struct request *rq, const struct hook_kind *k);
void hook_rotate_api(struct request *rq, const struct hook_kind *k);   /* answers the new secret */
void hook_delete(struct request *rq, const struct hook_kind *k);

/* ── handlers ────────────────────────────────────────────────────────────── */

void webhooks_page(struct request *rq);
void webhook_page(struct request *rq);
void webhook_new(struct request *rq);
void webhook_edit(struct request *rq);
void webhook_make(struct request *rq);
void webhook_save(struct request *rq);
void webhook_active(struct request *rq);
void webhook_rotate(struct request *rq);
void webhook_delete(struct request *rq);
void webhook_try(struct request *rq);
void webhook_rotate_api(struct request *rq);
void delivery_page(struct request *rq);
void delivery_again(struct request *rq);
void inbounds_page(struct request *rq);
void inbound_page(struct request *rq);
void inbound_new(struct request *rq);
void inbound_edit(struct request *rq);
void inbound_make(struct request *rq);
void inbound_save(struct request *rq);
void inbound_active(struct request *rq);
void inbound_rotate(struct request *rq);
void inbound_rotate_api(struct request *rq);
void inbound_delete(struct request *rq);
void inbound_message_page(struct request *rq);
void inbound_again(struct request *rq);
