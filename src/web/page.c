/* page.c - the frame of a page for this reader: who, what they may see, what waits for them. */
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "msg/shell.h"
#include "msg/web.h"
#include "record/faults.h"
#include "web/feature.h"
#include "web/ui.h"
#include "web/web.h"

enum { LINES_MAX = 64, UNREAD_MAX = 99, TABS = 4, TABS_SHOWN = 3 };

static const struct { const char *name; msg_id label; } sections[] = {
    { "", 0 },
    { "sell", MSG_web_section_sell },
    { "market", MSG_web_section_market },
    { "automation", MSG_web_section_automation },
    { "insights", MSG_web_section_insights },
    { "settings", MSG_web_section_settings },
};

bool web_may_see_line(struct request *rq, const struct nav_line *l)
{
    const struct visitor *v = web_visitor(rq);
    const struct entity *en = l->entity ? entity_find(str_of(l->entity)) : NULL;
    if (l->section && !strcmp(l->section, "settings") && !access_is_admin(&v->who))
        return false;
    return !en || access_scope(&v->who, en, ACTION_SEE) != SCOPE_NONE;
}

/* The page stands under the longest path that begins its own. */
static bool is_under(str path, const char *line)
{
    size_t n = strlen(line);
    return str_starts(path, str_of(line)) && (n == 1 ? path.n == 1 : path.n == n || path.p[n] == '/');
}

/* How much of the path the line covers: 0, it stands elsewhere. */
static size_t covers(str path, const struct nav_line *l)
{
    size_t n = is_under(path, l->path) ? strlen(l->path) : 0;
    for (size_t i = 0; i < countof(l->also) && l->also[i]; i++)
        if (is_under(path, l->also[i]) && strlen(l->also[i]) > n)
            n = strlen(l->also[i]);
    return n;
}

static bool is_current(str path, const struct nav_line *line)
{
    size_t n = covers(path, line);
    for (const struct feature *const *f = features; n && *f; f++)
        for (size_t i = 0; i < (*f)->nnav; i++)
            if (covers(path, &(*f)->nav[i]) > n)
                return false;
    return n > 0;
}

static size_t lines_of(struct request *rq, const char *section, const struct nav_line **out)
{
    size_t n = 0;
    for (const struct feature *const *f = features; *f; f++)
        for (size_t i = 0; i < (*f)->nnav && n < LINES_MAX; i++) {
            const struct nav_line *l = &(*f)->nav[i];
            if (strcmp(l->section ? l->section : "", section) || !web_may_see_line(rq, l))
                continue;
            size_t at = n++;
            for (; at > 0 && out[at - 1]->order > l->order; at--)
                out[at] = out[at - 1];
            out[at] = l;
        }
    return n;
}

static const struct nav_item *items_of(struct request *rq, const struct nav_line **lines, size_t n, str unread)
{
    struct nav_item *v = arena_new(&rq->a, struct nav_item, n);
    for (size_t i = 0; i < n; i++) {
        bool is_inbox = !strcmp(lines[i]->path, "/notifications");
        v[i] = (struct nav_item){
            .label = msg_text(&rq->a, &web_visitor(rq)->loc, lines[i]->label, NULL),
            .url = url_path(str_of(lines[i]->path)), .icon = lines[i]->icon,
            .is_current = is_current(rq->path, lines[i]),
            .count = is_inbox ? unread : (str){ 0 }, .is_hot = is_inbox,
            .go = lines[i]->go,
        };
    }
    return v;
}

static str unread_count(struct request *rq)
{
    struct visitor *v = web_visitor(rq);
    struct err e = { 0 };
    int64_t n = 0;
    bool found;
    if (!db_get_int(rq->db, "SELECT COUNT(*) FROM (SELECT 1 FROM notification WHERE recipient = $1"
                            " AND read_at IS NULL AND deleted_at IS NULL LIMIT $2) waiting",
                    DB_ARGS(V(v->who.user_id), V(UNREAD_MAX)), &found, &n, &e) || n == 0)
        return (str){ 0 };
    return loc_int(&rq->a, &v->loc, n);
}

static str role_of(struct request *rq)
{
    struct visitor *v = web_visitor(rq);
    for (int r = 0; r < ROLE_COUNT; r++)
        if (v->who.roles >> r & 1)
            return msg_text(&rq->a, &v->loc, role_label((enum role)r), NULL);
    return (str){ 0 };
}

static struct html_safe toast_of(struct request *rq)
{
    struct toast t = web_toast(rq);
    struct html h = web_html(rq);
    if (!t.text.n)
        return (struct html_safe){ { 0 } };
    struct url undo = { 0 };
    if (t.write_id)
        undo = url_fmt(&rq->a, "/undo/%.*s", STR_ARG(id_text(&rq->a, t.write_id)));
    ui_toast(&h, .text = t.text, .undo = undo);
    return html_done(&h);
}

/* The bar of a phone: home, the pipeline (who does not see it: tasks), inbox. */
static size_t tabs_of(const struct nav_section *s, size_t n, struct nav_item *out)
{
    static const char *const wanted[TABS] = { "/", "/deals", "/notifications", "/tasks" };
    size_t k = 0;
    for (size_t w = 0; w < TABS; w++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < s[i].n && k < TABS_SHOWN; j++)
                if (str_eq(s[i].items[j].url.s, str_of(wanted[w])))
                    out[k++] = s[i].items[j];
    return k;
}

struct page web_page(struct request *rq, str title)
{
    struct visitor *v = web_visitor(rq);
    struct nav_section *out = arena_new(&rq->a, struct nav_section, countof(sections));
    struct nav_item *tabs = arena_new(&rq->a, struct nav_item, TABS_SHOWN);
    str unread = unread_count(rq);
    size_t n = 0;

    for (size_t i = 0; i < countof(sections); i++) {
        const struct nav_line **lines = arena_new(&rq->a, const struct nav_line *, LINES_MAX);
        size_t nlines = lines_of(rq, sections[i].name, lines);
        if (nlines == 0 && i > 0)
            continue;
        str label = sections[i].label ? msg_text(&rq->a, &v->loc, sections[i].label, NULL) : (str){ 0 };
        out[n++] = (struct nav_section){ label, items_of(rq, lines, nlines, unread), nlines };
    }
    return (struct page){
        .title = title, .sections = out, .nsections = n,
        .tabs = tabs, .ntabs = tabs_of(out, n, tabs),
        .workspace = web_workspace(rq)->company, .user = v->who.name, .role = role_of(rq),
        .user_id = v->who.user_id, .unread = unread, .live = url_path(S("/events")),
        .create = url_path(S("/create")), .toast = toast_of(rq),
        .theme = v->theme, .is_compact = v->is_compact, .has_no_keys = !v->has_single_keys,
    };
}

/* ── errors ────────────────────────────────────────────────────────────────── */

str web_origin(struct request *rq)
{
    str host = request_header(rq, "Host");
    return arena_fmt(&rq->a, "%s://%.*s", rq->is_tls ? "https" : "http", STR_ARG(host.n ? host : rq->host));
}

/* At /in/ only programs call. */
static bool wants_json(const struct request *rq)
{
    return str_starts(rq->path, S("/api/")) || str_starts(rq->path, S("/in/")) || str_starts(request_header(rq, "Accept"), S("application/json"));
}

/* RFC 9457. `pos` is the byte of the query that is wrong, `field` the member of the body. */
static void put_fault(struct json *j, struct request *rq, const struct err *e)
{
    json_open(j, '{');
    json_key(j, S("field"));
    json_str(j, str_of(e->field));
    json_key(j, S("detail"));
    json_str(j, err_text(&rq->a, &web_visitor(rq)->loc, e));
    json_close(j, '}');
}

/* An extension member, as RFC 9457 allows: everything to mend, the field of the problem itself first. */
static void put_faults(struct json *j, struct request *rq, const struct err *e, const struct faults *faults)
{
    json_key(j, S("errors"));
    json_open(j, '[');
    put_fault(j, rq, e);
    for (size_t i = 0; i < faults->n; i++)
        if (strcmp(faults->v[i].field, e->field) != 0)
            put_fault(j, rq, &faults->v[i]);
    json_close(j, ']');
}

static void fail_json(struct request *rq, const struct err *e, const struct faults *faults, str text, int status)
{
    struct buf b = buf_new(&rq->a, 16384);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("type"));
    json_str(&j, S("about:blank"));
    json_key(&j, S("title"));
    json_str(&j, text);
    json_key(&j, S("status"));
    json_int(&j, status);
    if (e->field) {
        json_key(&j, S("field"));
        json_str(&j, str_of(e->field));
        put_faults(&j, rq, e, faults);
    }
    if (e->pos) {
        json_key(&j, S("position"));
        json_int(&j, e->pos);
    }
    json_key(&j, S("instance"));
    json_str(&j, arena_fmt(&rq->a, "urn:request:%.*s", STR_ARG(rq->id)));
    json_close(&j, '}');
    answer_text(rq, status, "application/problem+json; charset=utf-8", buf_str(&b));
}

static void fail_page(struct request *rq, str text, int status)
{
    struct html h = web_html(rq);
    struct visitor *v = web_visitor(rq);
    str title = msg_text(&rq->a, &v->loc, MSG_web_problem, NULL);
    struct page_error_view view = { .status = status, .text = text, .request_id = rq->id };
    str back = rq->method == POST && v->who.user_id ? web_back(rq, "") : (str){ 0 };
    if (back.n)                                 /* a form says where it came from */
        view.back = url_fmt(&rq->a, "%.*s", STR_ARG(back));
    if (request_is_fragment(rq)) {
        ui_notice(&h, .text = text, .tone = TONE_RED);
    } else if (v->who.user_id) {
        struct page p = web_page(rq, title);
        p.is_plain = true;
        page_begin(&h, &p);
        view_page_error(&h, &view);
        page_end(&h, &p);
    } else {
        struct door d = { .title = title, .workspace = web_workspace(rq)->company, .here = url_path(rq->path) };
        door_begin(&h, &d);
        view_page_error(&h, &view);
        door_end(&h, &d);
    }
    answer_html(rq, status, &h);
}

void web_fail(struct request *rq, const struct err *e) { web_fail_all(rq, e, &(struct faults){ 0 }); }

void web_fail_all(struct request *rq, const struct err *e, const struct faults *faults)
{
    struct visitor *v = web_visitor(rq);
    int status = rq->refusal ? rq->refusal : err_http_status(e->code);

    if (e->code == ERR_INTERNAL)
        log_event(LOG_ERROR, "error", LOG_S("request", rq->id), LOG_S("detail", str_of(e->detail)),
                  LOG_S("file", str_of(e->file ? e->file : "")), LOG_N("line", e->line));
    if (!v) {                                   /* before anybody was met: a refused request */
        web_meet(rq);
        v = web_visitor(rq);
    }
    str text = err_text(&rq->a, &v->loc, e);
    if (e->code == ERR_BUSY || e->code == ERR_TOO_MANY)
        answer_header(rq, "Retry-After", S("5"));
    if (wants_json(rq))
        fail_json(rq, e, faults, text, status);
    else if (rq->site)
        fail_page(rq, text, status);
    else
        answer_text(rq, status, "text/plain; charset=utf-8", text);
}
