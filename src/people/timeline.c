/* timeline.c - one line of time for a person, a company or a deal.
 *
 * Made from the events alone: one walk down an index, then one look-up per kind
 * of record that the page names. Views of pages that follow each other within a
 * day are folded into one line. A record that may not be seen, or is gone, takes
 * its line with it. "Older" goes on after the last event by (at, id).
 */
#include "people/timeline.h"
#include "base/clock.h"
#include "base/id.h"
#include "core/core.h"
#include "flow/robot.h"
#include "msg/event.h"
#include "msg/people.h"
#include "people/inside.h"
#include "record/query.h"
#include "record/type.h"
#include "web/records.h"
#include <jansson.h>

enum { SHOWN = 40, BODY_MAX = 3000 };

struct happened {
    int64_t id, at, record_id, actor, campaign;
    str kind, data, robot_why, channel, source;
    const struct entity *en; struct record *r; size_t folded;
};

/* ── reading ───────────────────────────────────────────────────────────────── */

enum { LIKES = 5 };
static const struct filter { const char *name; msg_id label; const char *icon, *like[LIKES]; bool is_robot; } filters[] = {
    { "", MSG_people_timeline_all, "list", { "%", "", "", "", "" }, false },
    { "notes", MSG_people_timeline_notes, "sticky-note", { "note.%", "", "", "", "" }, false },
    { "talks", MSG_people_timeline_talks, "phone-call", { "call.%", "meeting.%", "", "", "" }, false },
    { "tasks", MSG_people_timeline_tasks, "square-check-big", { "task.%", "", "", "", "" }, false },
    { "signals", MSG_people_timeline_signals, "activity", { "form.%", "page.%", "mail.%", "link.%", "content.%" }, false },
    { "moves", MSG_people_timeline_moves, "arrow-up-down", { "stage.%", "deal.%", "lead.%", "", "" }, false },
    { "robots", MSG_people_timeline_robots, "bot", { "%", "", "", "", "" }, true },     /* shown where there are any */
};

static const struct filter *filter_of(str name)
{
    for (size_t i = 1; i < countof(filters); i++)
        if (str_eq(name, str_of(filters[i].name)))
            return &filters[i];
    return &filters[0];
}

/* The same walk down each of the three indexes of `event`. */
static bool walk(struct ctx *c, const struct record *r, const struct db_val v[9], struct db_rows *q, struct err *e)
{
    if (r->en == &company_entity)
        return db_query(c->c, q, "SELECT id, at, kind, entity, record_id, actor_id, data, robot_why, campaign_id, channel, source"
                       " FROM event WHERE company_id = $1"
                       " AND is_void = 0 AND is_robot = $9 AND (at < $2 OR (at = $2 AND id < $3))"
                       " AND (kind LIKE $4 OR kind LIKE $5 OR kind LIKE $6 OR kind LIKE $7 OR kind LIKE $8)"
                       " ORDER BY at DESC, id DESC LIMIT 41", v, 9, e);
    if (r->en == &person_entity)
        return db_query(c->c, q, "SELECT id, at, kind, entity, record_id, actor_id, data, robot_why, campaign_id, channel, source"
                       " FROM event WHERE person_id = $1"
                       " AND is_void = 0 AND is_robot = $9 AND (at < $2 OR (at = $2 AND id < $3))"
                       " AND (kind LIKE $4 OR kind LIKE $5 OR kind LIKE $6 OR kind LIKE $7 OR kind LIKE $8)"
                       " ORDER BY at DESC, id DESC LIMIT 41", v, 9, e);
    return db_query(c->c, q, "SELECT id, at, kind, entity, record_id, actor_id, data, robot_why, campaign_id, channel, source"
                       " FROM event WHERE deal_id = $1"
                       " AND is_void = 0 AND is_robot = $9 AND (at < $2 OR (at = $2 AND id < $3))"
                       " AND (kind LIKE $4 OR kind LIKE $5 OR kind LIKE $6 OR kind LIKE $7 OR kind LIKE $8)"
                       " ORDER BY at DESC, id DESC LIMIT 41", v, 9, e);
}

static bool read_events(struct ctx *c, const struct record *r, const struct filter *f, int64_t at, int64_t id,
                        struct happened *v, size_t *n, struct err *e)
{
    struct db_val values[] = { V(r->id), V(at), V(id), V(str_of(f->like[0])), V(str_of(f->like[1])), V(str_of(f->like[2])),
                               V(str_of(f->like[3])), V(str_of(f->like[4])), V(f->is_robot) };
    struct db_rows q;
    if (!walk(c, r, values, &q, e))
        return false;
    for (*n = 0; *n <= SHOWN && db_next(&q); (*n)++)
        v[*n] = (struct happened){ .id = db_int(&q, 0), .at = db_int(&q, 1), .kind = db_text(&q, 2, c->a),
                                   .en = entity_find(db_text_view(&q, 3)), .record_id = db_int(&q, 4),
                                   .actor = db_int(&q, 5), .data = db_text(&q, 6, c->a), .robot_why = db_text(&q, 7, c->a),
                                   .campaign = db_int(&q, 8), .channel = db_text(&q, 9, c->a), .source = db_text(&q, 10, c->a) };
    return db_done(&q, e);
}

/* The records named by the events: one look-up for each entity. */
static bool read_records(struct ctx *c, struct happened *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct entity *en = v[i].en;
        int64_t ids[SHOWN + 1];
        struct record **got;
        size_t nids = 0, ngot;
        bool is_first = en != NULL;
        for (size_t k = 0; k < i; k++)
            is_first &= v[k].en != en;
        if (!is_first || access_scope(c->who, en, ACTION_SEE) == SCOPE_NONE)
            continue;
        for (size_t k = i; k < n; k++)
            if (v[k].en == en)
                ids[nids++] = v[k].record_id;
        if (!record_get_many(c, en, ids, nids, &got, &ngot, e))
            return false;
        for (size_t k = i; k < n; k++)
            for (size_t g = 0; g < ngot && v[k].en == en; g++)
                v[k].r = got[g]->id == v[k].record_id ? got[g] : v[k].r;
    }
    return true;
}

static bool read_names(struct ctx *c, const struct happened *v, size_t n, struct record ***out, size_t *nout, struct err *e)
{
    int64_t *ids = arena_new(c->a, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = v[i].actor;
    return record_get_many(c, &user_entity, ids, n, out, nout, e);
}

str event_member(struct arena *a, str data, const char *name)
{
    json_t *j = data.n ? json_loadb(data.p, data.n, 0, NULL) : NULL;
    const char *s = json_string_value(json_object_get(j, name));
    str out = s ? arena_str(a, str_of(s)) : (str){ 0 };
    json_decref(j);
    return out;
}

/* ── words ─────────────────────────────────────────────────────────────────── */

static str choice_label(struct html *h, const struct choice *list, str value)
{
    for (const struct choice *ch = list; ch->value; ch++)
        if (str_eq(value, str_of(ch->value)))
            return _msg(ch->label);
    return value;
}

/* A stage has a name in each language. */
static str stage_name(const struct html *h, const struct record *r)
{
    const char *const *names = r->en->titles;
    str own = names ? record_text(r, names[h->loc->lang]) : (str){ 0 };
    return own.n ? own : record_title(r);
}

static str did_stage(struct html *h, struct ctx *c, const struct happened *x)
{
    str status = event_member(h->a, x->data, "status"), to = event_member(h->a, x->data, "to");
    struct record *stage;
    struct err e = { 0 };
    int64_t id;
    if (str_eq(status, S("won")))
        return _(people_did_deal_won);
    if (str_eq(status, S("lost")))
        return _(people_did_deal_lost);
    if (id_parse(to, &id) && record_get(c, entity_find(S("stage")), id, &stage, &e))
        return _(people_did_deal_stage, .to = A(stage_name(h, stage)));
    return _(people_did_deal_moved);
}

static str did_lifecycle(struct html *h, const struct happened *x)
{
    str from = event_member(h->a, x->data, "from"), to = choice_label(h, choices_lifecycle, event_member(h->a, x->data, "to"));
    if (!from.n)
        return _(people_did_lifecycle_first, .to = A(to));
    return _(people_did_lifecycle, .from = A(choice_label(h, choices_lifecycle, from)), .to = A(to));
}

/* Kinds with a person who did it have a message with {who}. */
static const struct said { const char *kind, *icon; enum tone tone; msg_id msg; bool has_who; } says[] = {
    { "note.added", "sticky-note", TONE_AMBER, MSG_people_did_note, true },
    { "call.held", "phone-call", TONE_GREEN, MSG_people_did_call_out, true },
    { "meeting.planned", "calendar-days", TONE_BLUE, MSG_people_did_meeting_planned, true },
    { "meeting.held", "calendar-days", TONE_GREEN, MSG_people_did_meeting_held, true },
    { "task.added", "square-check-big", TONE_NONE, MSG_people_did_task_added, true },
    { "task.done", "check", TONE_GREEN, MSG_people_did_task_done, true },
    { "form.sent", "clipboard-list", TONE_IRIS, MSG_people_did_form_bare, false },
    { "page.viewed", "globe", TONE_TEAL, 0, false },
    { "link.clicked", "mouse-pointer-click", TONE_TEAL, MSG_event_link_clicked, false },
    { "content.read", "book-open", TONE_TEAL, MSG_event_content_read, false },
    { "mail.sent", "send", TONE_NONE, MSG_event_mail_sent, false },
    { "mail.delivered", "check", TONE_NONE, MSG_event_mail_delivered, false },
    { "mail.opened", "mail", TONE_BLUE, MSG_event_mail_opened, false },
    { "mail.clicked", "mouse-pointer-click", TONE_BLUE, MSG_event_mail_clicked, false },
    { "mail.replied", "corner-up-left", TONE_GREEN, MSG_event_mail_replied, false },
    { "mail.bounced", "x", TONE_RED, MSG_event_mail_bounced, false },
    { "mail.unsubscribed", "log-out", TONE_AMBER, MSG_event_mail_unsubscribed, false },
    { "stage.changed", "arrow-right", TONE_IRIS, 0, false },
    { "deal.stage", "arrow-right", TONE_AMBER, 0, false },
    { "lead.captured", "user-round-plus", TONE_IRIS, MSG_people_did_lead_captured, false },
    { "lead.recaptured", "user-round-plus", TONE_IRIS, MSG_people_did_lead_recaptured, false },
    { "lead.offered", "forward", TONE_AMBER, MSG_people_did_lead_offered, false },
    { "lead.accepted", "check", TONE_GREEN, MSG_people_did_lead_accepted, false },
    { "lead.returned", "undo-2", TONE_RED, MSG_people_did_lead_returned, false },
    { "lead.qualified", "check", TONE_TEAL, MSG_people_did_lead_qualified, false },
    { "lead.converted", "handshake", TONE_GREEN, MSG_people_did_lead_converted, false },
    { "lead.recycled", "refresh-cw", TONE_NONE, MSG_people_did_lead_recycled, false },
    { "lead.disqualified", "x", TONE_NONE, MSG_people_did_lead_disqualified, false },
    { "lead.reopened", "rotate-cw", TONE_BLUE, MSG_people_did_lead_reopened, false },
    { "lead.breached", "clock", TONE_RED, MSG_people_did_lead_breached, false },
    { "segment.entered", "log-in", TONE_TEAL, MSG_people_did_segment_in_bare, false },
    { "segment.left", "log-out", TONE_NONE, MSG_people_did_segment_out_bare, false },
    { "person.merged", "git-merge", TONE_BLUE, MSG_people_did_merged, false },
};

/* Kinds of others are told by their own name; what is told of no record of ours has no name of ours either. */
static const struct said foreign = { "", "circle-dot", TONE_NONE, 0, false };

static const struct said *said_of(str kind)
{
    for (size_t i = 0; i < countof(says); i++)
        if (str_eq(kind, str_of(says[i].kind)))
            return &says[i];
    return event_kind_may_be_told(kind) ? &foreign : NULL;
}

/* With the segment's name where the reader may see it. */
static str did_segment(struct html *h, struct ctx *c, const struct happened *x)
{
    bool is_in = str_eq(x->kind, S("segment.entered"));
    const struct entity *segment = entity_find(S("segment"));
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    if (!segment || !id_parse(event_member(h->a, x->data, "segment"), &id) || !record_get(c, segment, id, &r, &e))
        return is_in ? _(people_did_segment_in_bare) : _(people_did_segment_out_bare);
    str name = record_title(r);
    return is_in ? _(people_did_segment_in, .name = A(name)) : _(people_did_segment_out, .name = A(name));
}

static str what_of(struct html *h, struct ctx *c, const struct happened *x, const struct said *s, str who)
{
    str title = event_member(h->a, x->data, "title");
    if (str_eq(x->kind, S("page.viewed")))
        return _(people_did_pages, .n = A(x->folded + 1));
    if (s == &foreign || (!x->en && s->has_who)) {  /* told from outside */
        const struct event_kind *k = event_kind_find(x->kind);
        return k ? _msg(k->label) : x->kind;
    }
    if (str_eq(x->kind, S("stage.changed")))
        return did_lifecycle(h, x);
    if (str_eq(x->kind, S("deal.stage")))
        return did_stage(h, c, x);
    if (str_starts(x->kind, S("segment.")))
        return did_segment(h, c, x);
    if (str_eq(x->kind, S("form.sent")) && title.n)
        return _(people_did_form, .title = A(title));
    if (str_eq(x->kind, S("call.held")) && x->r && str_eq(record_text(x->r, "direction"), S("inbound")))
        return _(people_did_call_in, .who = A(who));
    return msg_text(h->a, h->loc, s->msg, (const struct msg_arg *)(const void *)&(struct msg_people_did_note_args){ .who = A(who) });
}

/* ── bodies ────────────────────────────────────────────────────────────────── */

static size_t chip_of(struct html *h, const struct record *r, const char *field, struct ui_chip_view *out)
{
    const struct field *f = entity_field(r->en, str_of(field));
    struct val v = f ? record_val(r, field) : (struct val){ 0 };
    if (!v.is_set)
        return 0;
    str shown = type_show(h->a, h->loc, f, &v);
    if (f->type == FIELD_PHONE)                 /* its plus stands in front in every script: U+2066, U+2069 */
        shown = arena_fmt(h->a, "\u2066%.*s\u2069", STR_ARG(shown));
    *out = (struct ui_chip_view){ .label = shown };
    return 1;
}

static bool is_activity(const struct record *r)
{
    return r->en == &note_entity || r->en == &call_entity || r->en == &meeting_entity || r->en == &task_entity;
}

/* What came with an event from outside, and why it is taken for a program's. */
static struct html_safe told_body(struct html *h, struct ctx *c, const struct happened *x)
{
    struct html out = html_part(h);
    str title = event_member(h->a, x->data, "title"), url = event_member(h->a, x->data, "url");
    msg_id why = robot_label(x->robot_why);
    struct timeline_body_view v = { .title = title.n ? title : url, .text = why ? _msg(why) : (str){ 0 } };
    if (v.title.n && !str_eq(x->kind, S("form.sent")))
        v.url = url.n ? url_checked(url) : (struct url){ { 0 } };
    if (!x->en && !x->folded)                   /* what our own kinds keep beside are ids */
        v.fact = told_facts(h, c, &(struct told){ x->data, x->channel, x->source, x->campaign }, title.n > 0, &v.nfacts);
    if (v.title.n || v.text.n || v.nfacts)
        view_timeline_body(&out, &v);
    return html_done(&out);
}

static struct html_safe body_of(struct html *h, struct ctx *c, const struct happened *x, const struct record *page)
{
    struct html out = html_part(h);
    struct ui_chip_view chips[3];
    struct timeline_body_view v = { .chips = chips };
    const struct record *r = x->r;
    bool is_told = !x->en || x->en->flags & E_NO_PAGE;
    if (x->robot_why.n || (is_told && event_kind_may_be_told(x->kind)))
        return told_body(h, c, x);
    if (!r || r->id == page->id || !strcmp(r->en->name, "visit") || !strcmp(r->en->name, "submission"))
        return (struct html_safe){ { 0 } };
    if (r->en != &note_entity && r->en != &call_entity) {
        v.title = record_title(r);
        v.url = record_url(h->a, r->en, r->id);
    }
    if (r->en == &note_entity)
        v.rich = html_markdown(h->a, str_head(record_text(r, "body"), BODY_MAX));
    if (r->en == &call_entity || r->en == &meeting_entity)
        v.text = str_head(record_text(r, "notes"), BODY_MAX);
    if (is_activity(r) && r->en != &note_entity) {
        v.nchips += chip_of(h, r, "outcome", &chips[v.nchips]);
        v.nchips += chip_of(h, r, "duration", &chips[v.nchips]);
        v.nchips += chip_of(h, r, r->en == &task_entity ? "due_at" : r->en == &meeting_entity ? "at" : "number", &chips[v.nchips]);
    }
    if (v.title.n || v.text.n || v.rich.s.n || v.nchips)
        view_timeline_body(&out, &v);
    return html_done(&out);
}

/* ── lines ─────────────────────────────────────────────────────────────────── */

static str day_of(struct html *h, int64_t day, int64_t today)
{
    str date = loc_date(h->a, h->loc, day, DATE_FULL);
    if (day == today)
        return _(people_timeline_day, .word = A(_(people_timeline_today)), .date = A(date));
    if (day == today - 1)
        return _(people_timeline_day, .word = A(_(people_timeline_yesterday)), .date = A(date));
    return date;
}

/* Page views of one day that stand in a row become the first of them. */
static size_t fold_visits(struct happened *v, size_t n, const char *zone)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        bool joins = k > 0 && str_eq(v[i].kind, S("page.viewed")) && str_eq(v[k - 1].kind, v[i].kind)
                  && zone_days(zone, v[i].at) == zone_days(zone, v[k - 1].at);
        if (joins)
            v[k - 1].folded++;
        else
            v[k++] = v[i];
    }
    return k;
}

static str name_of(struct html *h, int64_t id, struct record **users, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (users[i]->id == id)
            return record_title(users[i]);
    return _(people_somebody);
}

static void fill_lines(struct html *h, struct ctx *c, const struct record *page, struct happened *v, size_t n,
                       struct record **users, size_t nusers, struct timeline_view *out)
{
    struct timeline_line *lines = arena_new(h->a, struct timeline_line, n + 1);
    int64_t today = zone_days(h->loc->zone, c->now), last = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const struct said *s = said_of(v[i].kind);
        int64_t day = zone_days(h->loc->zone, v[i].at);
        if (!s || (v[i].en && !v[i].r && s->has_who))       /* unknown, gone or not to be seen */
            continue;
        lines[out->n++] = (struct timeline_line){
            .day = day != last ? day_of(h, day, today) : (str){ 0 }, .icon = s->icon, .tone = s->tone,
            .what = what_of(h, c, &v[i], s, name_of(h, v[i].actor, users, nusers)),
            .time = loc_time(h->a, h->loc, v[i].at), .iso = iso_instant(h->a, v[i].at), .body = body_of(h, c, &v[i], page),
        };
        last = day;
    }
    out->lines = lines;
}

/* ── the panel ─────────────────────────────────────────────────────────────── */

static struct url compose(struct html *h, const char *path, const struct timeline_view *v)
{
    return url_fmt(h->a, "/%s/new?%.*s=%.*s&back=%.*s", path, STR_ARG(v->ref), STR_ARG(v->id), STR_ARG(v->back));
}

static bool has_robots(struct ctx *c, const struct record *r)
{
    struct err e = { 0 };
    bool found = false;
    int64_t one;
    bool ok = r->en == &person_entity
        ? db_get_int(c->c, "SELECT 1 FROM event WHERE person_id = $1 AND is_robot = 1 LIMIT 1", DB_ARGS(V(r->id)), &found, &one, &e)
        : r->en == &company_entity
          && db_get_int(c->c, "SELECT 1 FROM event WHERE company_id = $1 AND is_robot = 1 LIMIT 1", DB_ARGS(V(r->id)), &found, &one, &e);
    return ok && found;
}

static void fill_frame(struct html *h, struct ctx *c, const struct record *r, const struct filter *f, struct timeline_view *v)
{
    v->ref = str_of(r->en->name);
    v->id = id_text(h->a, r->id);
    v->back = record_url(h->a, r->en, r->id).s;
    v->may_write = access_scope(c->who, &note_entity, ACTION_CREATE) != SCOPE_NONE;
    v->call = compose(h, "calls", v);
    v->meeting = compose(h, "meetings", v);
    v->task = compose(h, "tasks", v);
    bool robots = f->is_robot || has_robots(c, r);
    for (size_t i = 0; i < countof(filters) - !robots; i++)
        v->tabs[v->ntabs++] = (struct ui_item){ .label = _msg(filters[i].label), .icon = filters[i].icon, .is_current = f == &filters[i],
            .url = url_fmt(h->a, "%.*s?show=%s#timeline", STR_ARG(v->back), filters[i].name) };
}

static bool has_timeline(const struct entity *en)
{
    return en == &person_entity || en == &company_entity || !strcmp(en->name, "deal");
}

void timeline_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    struct timeline_view view = { 0 };
    struct happened v[SHOWN + 1];
    struct record **users = NULL;
    size_t n = 0, nusers = 0;
    struct err e = { 0 };
    int64_t at = INT64_MAX, id = INT64_MAX;
    str before = request_query(rq, "before"), first = str_cut(&before, '.');
    const struct filter *f = filter_of(request_query(rq, "show"));

    duplicate_panel(rq, r, side);
    if (!has_timeline(r->en))
        return;
    if (first.n && (!str_to_int(first, &at) || !str_to_int(before, &id)))
        at = id = INT64_MAX;
    if (!read_events(c, r, f, at, id, v, &n, &e))
        n = 0;
    bool has_more = n > SHOWN;
    n = has_more ? SHOWN : n;
    if (!read_records(c, v, n, &e) || !read_names(c, v, n, &users, &nusers, &e))
        n = 0;
    fill_frame(middle, c, r, f, &view);
    if (has_more && n)
        view.older = url_fmt(c->a, "%.*s?show=%s&before=%lld.%lld#timeline", STR_ARG(view.back), f->name,
                             (long long)v[n - 1].at, (long long)v[n - 1].id);
    n = fold_visits(v, n, c->loc->zone);
    fill_lines(middle, c, r, v, n, users, nusers, &view);
    view_timeline(middle, &view);
}
