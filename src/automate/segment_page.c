/* segment_page.c - the list of segments, one segment with its members, who came and who left.
 *
 * Members are shown by the list of their own entity, filtered by "in segment": the reader sees those
 * they may see and no others, whatever the segment's owner may.
 */
#include "automate/automate.h"
#include "automate/segment_views.h"
#include "base/id.h"
#include "flow/segment.h"
#include "flow/feed.h"
#include "msg/core.h"
#include "msg/segment.h"
#include "record/type.h"
#include "web/feature.h"
#include "web/records.h"

#define SAY(key, ...) msg_text(c->a, c->loc, MSG_##key, \
    (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

enum { ROWS = 50, MOVES = 60 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static str shown(struct ctx *c, const struct record *r, const char *field)
{
    const struct field *f = entity_field(r->en, str_of(field));
    return type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]);
}

static str title_of(struct ctx *c, const struct record *r)
{
    str t = shown(c, r, r->en->title);
    return t.n ? t : id_text(c->a, r->id);
}

static const char *icon_of(const struct record *s)
{
    return segment_is_live(s) ? "activity" : "snowflake";
}

static enum tone tone_of(const struct record *s)
{
    return segment_is_live(s) ? TONE_GREEN : TONE_BLUE;
}

/* How many there are is told to who may see them all: to others it would tell of those they may not. */
static bool may_count(struct ctx *c, const struct record *s)
{
    return access_scope(c->who, segment_of(s), ACTION_SEE) == SCOPE_ALL;
}

/* ── the list ────────────────────────────────────────────────────────────── */

static struct segment_line line_of(struct ctx *c, const struct record *s, int64_t size)
{
    return (struct segment_line){
        .name = record_title(s), .description = record_text(s, "description"), .of = shown(c, s, "entity"), .kind = shown(c, s, "kind"),
        .members = may_count(c, s) ? loc_int(c->a, c->loc, size) : (str){ 0 }, .owner = shown(c, s, "owner"),
        .tone = tone_of(s), .icon = icon_of(s),
        .url = record_url(c->a, &segment_entity, s->id),
    };
}

void segment_list_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct list_spec spec = { .en = &segment_entity, .sort = S("name"), .cursor = request_query(rq, "cursor"), .limit = ROWS };
    struct list list;
    struct err e = { 0 };
    int64_t ids[ROWS], sizes[ROWS];
    bool ok = record_list(c, &spec, &list, &e);
    for (size_t i = 0; ok && i < list.n; i++)
        ids[i] = list.rows[i]->id;
    if (!ok || !segment_sizes(c, ids, list.n, sizes, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct segment_line *lines = arena_new(c->a, struct segment_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        lines[i] = line_of(c, list.rows[i], sizes[i]);
    struct segment_list_view v = {
        .lines = lines, .n = list.n, .add = url_path(S("/segments/new")),
        .may_create = access_scope(c->who, &segment_entity, ACTION_CREATE) != SCOPE_NONE,
        .previous = list.prev.n ? url_fmt(c->a, "/segments?cursor=%.*s", STR_ARG(list.prev)) : (struct url){ { 0 } },
        .next = list.next.n ? url_fmt(c->a, "/segments?cursor=%.*s", STR_ARG(list.next)) : (struct url){ { 0 } },
    };
    struct html h = web_html(rq), actions = html_part(&h);
    struct page p = web_page(rq, say(c, MSG_segment_plural));
    if (v.may_create)
        ui_button(&actions, .label = say(c, MSG_segment_new), .icon = "plus", .kind = UI_PRIMARY, .url = v.add, .key = "c");
    p.actions = html_done(&actions);
    page_begin(&h, &p);
    view_segment_list(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── one segment ─────────────────────────────────────────────────────────── */

struct record *segment_load(struct request *rq) { return web_load(rq, &segment_entity, 0); }

void segment_tabs(struct request *rq, const struct record *s, bool is_moves, struct ui_item tabs[2])
{
    struct ctx *c = web_ctx(rq);
    struct url here = record_url(c->a, &segment_entity, s->id);
    tabs[0] = (struct ui_item){ .label = say(c, MSG_segment_members), .url = here, .icon = "users-round", .is_current = !is_moves };
    tabs[1] = (struct ui_item){ .label = say(c, MSG_segment_moves), .url = url_fmt(c->a, "%.*s/moves", STR_ARG(here.s)),
                                .icon = "history", .is_current = is_moves };
}

static bool read_members(struct request *rq, const struct record *s, struct segment_page_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    const struct entity *en = segment_of(s);
    str id = id_text(c->a, s->id);
    struct list_spec spec = { .en = en, .filter = arena_fmt(c->a, "in segment %.*s", STR_ARG(id)), .cursor = request_query(rq, "cursor"),
                              .limit = ROWS };
    struct list list;
    if (!record_list(c, &spec, &list, e))
        return false;
    int64_t *since = arena_new(c->a, int64_t, list.n + 1), *ids = arena_new(c->a, int64_t, list.n + 1);
    struct segment_member *rows = arena_new(c->a, struct segment_member, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        ids[i] = list.rows[i]->id;
    if (!segment_since(c, s->id, ids, list.n, since, e))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct record *r = list.rows[i];
        str record = id_text(c->a, r->id);
        rows[i] = (struct segment_member){
            .title = title_of(c, r), .sub = en->subtitle ? shown(c, r, en->subtitle) : (str){ 0 }, .id = record,
            .since = loc_instant(c->a, c->loc, since[i], DATE_MEDIUM), .iso = iso_instant(c->a, since[i]),
            .url = record_url(c->a, en, r->id), .why = url_fmt(c->a, "/%s/%.*s/why?segment=%.*s", en->path, STR_ARG(record), STR_ARG(id)),
        };
    }
    v->rows = rows;
    v->n = list.n;
    v->previous = list.prev.n ? url_fmt(c->a, "%.*s?cursor=%.*s", STR_ARG(v->here.s), STR_ARG(list.prev)) : (struct url){ { 0 } };
    v->next = list.next.n ? url_fmt(c->a, "%.*s?cursor=%.*s", STR_ARG(v->here.s), STR_ARG(list.next)) : (struct url){ { 0 } };
    return true;
}

static bool read_users(struct ctx *c, const struct record *s, struct segment_page_view *v, struct err *e)
{
    struct segment_user users[SEGMENT_USERS_MAX];
    if (!segment_used_by(c, s, users, &v->nusers, e))
        return false;
    struct segment_user_line *lines = arena_new(c->a, struct segment_user_line, v->nusers + 1);
    for (size_t i = 0; i < v->nusers; i++)
        lines[i] = (struct segment_user_line){
            .kind = say(c, users[i].en->label), .title = users[i].title.n ? users[i].title : id_text(c->a, users[i].id),
            .url = users[i].en->flags & E_NO_PAGE ? (struct url){ { 0 } } : record_url(c->a, users[i].en, users[i].id) };
    v->users = lines;
    return true;
}

static bool fill(struct request *rq, const struct record *s, struct segment_page_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct segment_state state;
    const struct entity *en = segment_of(s);
    str id = id_text(c->a, s->id);
    if (!segment_state(c, s->id, &state, e))
        return false;
    *v = (struct segment_page_view){
        .name = record_title(s), .description = record_text(s, "description"), .of = shown(c, s, "entity"), .kind = shown(c, s, "kind"),
        .owner = shown(c, s, "owner"), .criteria = segment_is_live(s) ? record_text(s, "criteria") : (str){ 0 },
        .members = may_count(c, s) ? SAY(segment_n_members, .n = A(state.members)) : (str){ 0 },
        .problem = state.problem, .id = id, .tone = tone_of(s), .icon = icon_of(s),
        .is_live = segment_is_live(s), .is_building = state.is_building, .may_change = access_record(c, s, ACTION_CHANGE),
        .here = record_url(c->a, &segment_entity, s->id),
        .built = state.built_at ? SAY(segment_kept_since, .when = A(loc_instant(c->a, c->loc, state.built_at, DATE_MEDIUM))) : (str){ 0 },
    };
    v->edit = url_fmt(c->a, "%.*s/edit", STR_ARG(v->here.s));
    v->freeze = url_fmt(c->a, "%.*s/freeze", STR_ARG(v->here.s));
    v->remove = url_fmt(c->a, "%.*s/delete", STR_ARG(v->here.s));
    v->put = url_fmt(c->a, "%.*s/members", STR_ARG(v->here.s));
    v->why = url_fmt(c->a, "/%s/why?segment=%.*s", en->path, STR_ARG(id));
    v->list_url = url_fmt(c->a, "/%s?q=in+segment+%.*s", en->path, STR_ARG(id));
    segment_tabs(rq, s, false, v->tabs);
    return read_members(rq, s, v, e) && read_users(c, s, v, e);
}

static struct crumb *crumb_to(struct request *rq)
{
    struct crumb *v = arena_new(&rq->a, struct crumb, 1);
    *v = (struct crumb){ say(web_ctx(rq), MSG_segment_plural), url_path(S("/segments")) };
    return v;
}

void segment_page(struct request *rq)
{
    struct record *s = segment_load(rq);
    struct segment_page_view v;
    struct err e = { 0 };
    if (!s)
        return;
    if (!fill(rq, s, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq), actions = html_part(&h);
    struct page p = web_page(rq, v.name);
    if (v.may_change)
        ui_button(&actions, .label = say(c, MSG_segment_edit), .icon = "pencil", .url = v.edit, .key = "e");
    p.crumbs = crumb_to(rq);
    p.ncrumbs = 1;
    p.actions = html_done(&actions);
    p.is_plain = true;
    page_begin(&h, &p);
    view_segment_page(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── who came and who left ───────────────────────────────────────────────── */

static bool read_moves(struct request *rq, const struct record *s, struct segment_moves_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    const struct entity *en = segment_of(s);
    struct segment_move moves[MOVES];
    struct record **seen;
    int64_t before = 0, ids[MOVES];
    size_t n, nseen;
    (void)!id_parse(request_query(rq, "before"), &before);
    if (!segment_moves(c, s->id, before, MOVES, moves, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        ids[i] = moves[i].record;
    if (!record_get_many(c, en, ids, n, &seen, &nseen, e))
        return false;
    struct segment_move_line *lines = arena_new(c->a, struct segment_move_line, n + 1);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < nseen; k++)
            if (seen[k]->id == moves[i].record) {
                lines[v->n++] = (struct segment_move_line){
                    .title = title_of(c, seen[k]), .url = record_url(c->a, en, seen[k]->id), .is_in = moves[i].is_in,
                    .what = say(c, moves[i].is_in ? MSG_segment_entered : MSG_segment_left),
                    .when = loc_instant(c->a, c->loc, moves[i].at, DATE_MEDIUM), .iso = iso_instant(c->a, moves[i].at) };
                break;
            }
    v->lines = lines;
    if (n == MOVES)
        v->older = url_fmt(c->a, "%.*s/moves?before=%.*s", STR_ARG(record_url(c->a, &segment_entity, s->id).s),
                           STR_ARG(id_text(c->a, moves[n - 1].id)));
    return true;
}

void segment_moves_page(struct request *rq)
{
    struct record *s = segment_load(rq);
    struct segment_moves_view v = { 0 };
    struct err e = { 0 };
    if (!s)
        return;
    segment_tabs(rq, s, true, v.tabs);
    if (!read_moves(rq, s, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct html h = web_html(rq);
    struct page p = web_page(rq, record_title(s));
    p.crumbs = crumb_to(rq);
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(&h, &p);
    view_segment_moves(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── the feature ─────────────────────────────────────────────────────────── */

static const struct entity *const entities[] = { &segment_entity };
static const size_t nentities = countof(entities);

static const struct route routes[] = {
    { GET,  "/segments",              segment_list_page,    .access = ACCESS_USER, .audit = "segment.list" },
    { POST, "/segments",              segment_save,         .access = ACCESS_USER, .body = BODY_FORM, .audit = "segment.save" },
    { GET,  "/segments/new",          segment_new,          .access = ACCESS_USER, .audit = "segment.new" },
    { POST, "/segments/preview",      segment_preview,      .access = ACCESS_USER, .body = BODY_FORM, .audit = "segment.preview" },
    { POST, "/segments/put",          segment_put_selected, .access = ACCESS_USER, .body = BODY_FORM, .audit = "segment.put" },
    { GET,  "/segments/:id",          segment_page,         .access = ACCESS_USER, .audit = "segment.page" },
    { POST, "/segments/:id",          segment_save,         .access = ACCESS_USER, .body = BODY_FORM, .audit = "segment.save" },
    { GET,  "/segments/:id/edit",     segment_edit,         .access = ACCESS_USER, .audit = "segment.edit" },
    { GET,  "/segments/:id/moves",    segment_moves_page,   .access = ACCESS_USER, .audit = "segment.moves" },
    { POST, "/segments/:id/members",  segment_members_post, .access = ACCESS_USER, .body = BODY_FORM, .audit = "segment.members" },
    { POST, "/segments/:id/freeze",   segment_freeze_post,  .access = ACCESS_USER, .body = BODY_FORM, .audit = "segment.freeze" },
    { 0 },
};

static const struct nav_line nav[] = {
    { "market", MSG_segment_plural, "users-round", "/segments", "segment", 15, "s" },
};

const struct feature segment_feature = {
    .name = "segments",
    .entities = entities, .nentities = &nentities,
    .routes = routes, .nav = nav, .nnav = countof(nav),
    .consumers = &segment_consumer, .nconsumers = 1,
};
