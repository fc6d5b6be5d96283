/* bin.c - deleted records shown to who could see them, and the words of an undo. */
#include "web/bin.h"
#include "base/clock.h"
#include "base/id.h"
#include "msg/record.h"
#include "msg/web.h"
#include "record/bin.h"
#include "web/records.h"

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static str name_of(struct ctx *c, const struct deleted *d) { return d->title.n ? d->title : say(c, d->en->label); }
static str who_of(const struct deleted *d) { return d->who.n ? d->who : S("Setu"); }

static struct url undo_url(struct ctx *c, const struct deleted *d)
{
    if (!d->may_restore || !d->write_id)
        return (struct url){ { 0 } };
    return url_fmt(c->a, "/undo/%.*s", STR_ARG(id_text(c->a, d->write_id)));
}

static struct url bin_url(struct ctx *c, const struct entity *en) { return url_fmt(c->a, "/%s/deleted", en->path); }

/* ── the page of one ───────────────────────────────────────────────────────── */

static struct html_safe history_of(struct request *rq, const struct deleted *d)
{
    struct html h = web_html(rq);
    struct record_history_view v = { 0 };
    struct err e = { 0 };
    if (record_history_lines(rq, d->en, d->id, 0, &v, &e)) {
        v.back = (struct url){ { 0 } };
        view_record_history(&h, &v);
    }
    return html_done(&h);
}

static void show_gone(struct request *rq, const struct deleted *d)
{
    struct ctx *c = web_ctx(rq);
    struct html page = web_html(rq), *h = &page;
    struct record_gone_view v = {
        .title = name_of(c, d), .said = _(web_gone_by, .who = A(who_of(d)), .when = A(loc_instant(c->a, c->loc, d->at, DATE_MEDIUM))),
        .restore = undo_url(c, d), .bin = bin_url(c, d->en), .back_to = record_url(c->a, d->en, d->id).s,
        .until = _(web_gone_until, .date = A(loc_date(c->a, c->loc, zone_days(c->loc->zone, d->at + UNDO_DAYS * DAY_US), DATE_LONG))),
        .other = _(web_gone_other), .history = history_of(rq, d),
    };
    if (d->with > 0)
        v.with = _(web_gone_with, .n = A(d->with));
    struct crumb crumb = { say(c, d->en->plural), url_fmt(c->a, "/%s", d->en->path) };
    struct page p = web_page(rq, v.title);
    p.crumbs = &crumb;
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(h, &p);
    view_record_gone(h, &v);
    page_end(h, &p);
    answer_html(rq, 404, h);
}

bool bin_tell(struct request *rq, const struct entity *en, int64_t id)
{
    struct deleted *d;
    struct err e = { 0 };
    if (request_is_fragment(rq) || !bin_find(web_ctx(rq), en, id, &d, &e) || !d)
        return false;
    show_gone(rq, d);
    return true;
}

/* ── the bin of an entity ──────────────────────────────────────────────────── */

static struct bin_line line_of(struct ctx *c, const struct deleted *d)
{
    return (struct bin_line){
        .title = name_of(c, d), .who = who_of(d), .when = loc_instant(c->a, c->loc, d->at, DATE_MEDIUM), .iso = iso_instant(c->a, d->at),
        .url = record_url(c->a, d->en, d->id), .restore = undo_url(c, d), .back_to = bin_url(c, d->en).s,
    };
}

static void show_bin(struct request *rq, const struct entity *en, const struct deleted *d, size_t n, bool more)
{
    struct ctx *c = web_ctx(rq);
    struct html page = web_html(rq), *h = &page;
    struct bin_line *lines = arena_new(c->a, struct bin_line, n);
    for (size_t i = 0; i < n; i++)
        lines[i] = line_of(c, &d[i]);
    struct bin_view v = { .lines = lines, .n = n, .text = _(web_bin_text, .days = A(UNDO_DAYS)), .none = _(web_bin_none) };
    if (more)
        v.older = url_fmt(c->a, "/%s/deleted?before=%lld.%.*s", en->path, (long long)d[n - 1].at, STR_ARG(id_text(c->a, d[n - 1].id)));
    struct crumb crumb = { say(c, en->plural), url_fmt(c->a, "/%s", en->path) };
    struct page p = web_page(rq, say(c, MSG_web_bin));
    p.crumbs = &crumb;
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(h, &p);
    view_bin(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

void records_bin(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    struct deleted *d;
    str place = request_query(rq, "before"), at_text = str_cut(&place, '.');
    int64_t at = 0, id = 0;
    size_t n;
    bool more;
    if (!en)
        return;
    if (!bin_is_of(c, en)) {
        fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "%s has no bin", en->name);
        web_fail(rq, &e);
        return;
    }
    if (at_text.n && (!str_to_int(at_text, &at) || !id_parse(place, &id)))
        at = 0;
    if (bin_list(c, en, at, id, &d, &n, &more, &e))
        show_bin(rq, en, d, n, more);
    else
        web_fail(rq, &e);
}

void bin_all(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html page = web_html(rq), *h = &page;
    struct ui_item *items = arena_new(c->a, struct ui_item, catalogue_count());
    struct bins_view v = { .items = items, .text = _(web_bin_text, .days = A(UNDO_DAYS)), .none = _(web_bin_none) };
    struct err e = { 0 };
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        bool has = false;
        if (bin_is_of(c, en) && !bin_has(c, en, &has, &e)) {
            web_fail(rq, &e);
            return;
        }
        if (has)
            items[v.n++] = (struct ui_item){ .label = say(c, en->plural), .icon = en->icon, .url = bin_url(c, en) };
    }
    struct page p = web_page(rq, say(c, MSG_web_bin));
    p.is_plain = true;
    page_begin(h, &p);
    view_bins(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

/* ── what an undo undoes ───────────────────────────────────────────────────── */

struct did { const struct entity *en; int64_t id, records; enum change_action action; str title; };

/* The act itself is its oldest row; what follows from it stands behind. */
static bool read_did(struct ctx *c, int64_t write_id, struct did *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT entity, record_id, action, COALESCE(new_text, old_text), field,"
                            " (SELECT COUNT(DISTINCT record_id) FROM change WHERE write_id = $1)"
                            " FROM change WHERE write_id = $1 ORDER BY id LIMIT 1", DB_ARGS(V(write_id)), e))
        return false;
    if (db_next(&q)) {
        out->en = entity_find(db_text_view(&q, 0));
        out->id = db_int(&q, 1);
        out->action = (enum change_action)db_int(&q, 2);
        if (db_is_null(&q, 4))
            out->title = db_text(&q, 3, c->a);
        out->records = db_int(&q, 5);
    }
    return db_done(&q, e);
}

static str did_text(struct html *h, const struct did *d)
{
    switch (d->action) {
    case CHANGE_CREATE:  return _(web_did_create, .title = A(d->title));
    case CHANGE_UPDATE:  return _(web_did_change, .title = A(d->title));
    case CHANGE_DELETE:  return _(web_did_delete, .title = A(d->title));
    case CHANGE_RESTORE: return _(web_did_restore, .title = A(d->title));
    }
    return (str){ 0 };
}

str undo_what(struct ctx *c, int64_t write_id)
{
    struct did d = { 0 };
    struct err e = { 0 };
    struct record *r;
    struct html part = html_new(c->a, c->loc, 4096), *h = &part;
    if (!read_did(c, write_id, &d, &e) || !d.en)
        return (str){ 0 };
    if (d.action != CHANGE_DELETE && record_get(c, d.en, d.id, &r, &e))
        d.title = record_title(r);
    if (!d.title.n)
        d.title = say(c, d.en->label);
    str text = did_text(h, &d);
    return d.records > 1 ? _(web_did_more, .what = A(text), .n = A(d.records - 1)) : text;
}

/* ── the last change, when it is long ago ──────────────────────────────────── */

void undo_last_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html page = web_html(rq), *h = &page;
    struct err e = { 0 };
    int64_t id = 0;
    if (!record_last_write(c, &id, &e)) {
        web_fail(rq, &e);
        return;
    }
    str back = web_back(rq, "/");
    struct undo_last_view v = { .text = say(c, MSG_record_undo_nothing), .back = back, .cancel = url_path(back) };
    if (id) {
        int64_t at = 0;
        bool found;
        if (!db_get_int(c->c, "SELECT at FROM write_log WHERE id = $1", DB_ARGS(V(id)), &found, &at, &e)) {
            web_fail(rq, &e);
            return;
        }
        v.text = _(web_undo_last_text, .when = A(loc_relative(c->a, c->loc, at, c->now)), .what = A(undo_what(c, id)));
        v.undo = url_fmt(c->a, "/undo/%.*s", STR_ARG(id_text(c->a, id)));
    }
    struct page p = web_page(rq, say(c, MSG_web_undo_last));
    p.is_plain = true;
    page_begin(h, &p);
    view_undo_last(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}
