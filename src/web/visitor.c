/* visitor.c - the gate of the pages: session or token, locale, route rights, CSRF.
 *
 * Before sign-in the visitor has the language of Accept-Language; after it, the
 * user's own language, digits, calendar and zone. Users and roles are read anew
 * at each request: a right taken away is gone at the next click.
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"
#include "flow/many.h"
#include "msg/web.h"
#include "web/bin.h"
#include "web/session.h"
#include "web/shell.h"
#include "web/web.h"
#include <sodium.h>

static const char cookie_name[] = "sid";

void web_open(void)
{
    job_register(&many_job, 1);
    if (sodium_init() < 0)
        abort();
}

/* ── how the reader reads ──────────────────────────────────────────────────── */

static void locale_of_workspace(const struct workspace *ws, enum lang lang, struct locale *out)
{
    *out = locale_default(lang, ws->country);
    out->zone = ws->zone;
    out->fiscal_month = ws->fiscal_month;
    out->toman = ws->toman;
    memcpy(out->currency, ws->currency, sizeof out->currency);
}

static enum lang language(struct request *rq, const struct workspace *ws)
{
    enum lang l;
    str asked = request_query(rq, "lang");
    if (lang_from_code(asked, &l) || lang_from_code(request_cookie(rq, "lang"), &l))
        return l;
    return lang_from_accept(request_header(rq, "Accept-Language"), ws->lang);
}

static bool is(str s, const char *word) { return str_eq(s, str_of(word)); }

static void digits_of(str s, enum digits *out)
{
    static const char *const name[] = { "latin", "bengali", "devanagari", "persian" };
    for (size_t i = 0; i < countof(name); i++)
        if (is(s, name[i]))
            *out = (enum digits)i;
}

static void own_settings(struct visitor *v, const struct session *s)
{
    digits_of(s->digits, &v->loc.digits);
    if (s->calendar.n)
        v->loc.calendar = is(s->calendar, "jalali") ? CALENDAR_JALALI : CALENDAR_GREGORIAN;
    if (s->zone.n && zone_valid(s->zone.p))
        v->loc.zone = s->zone.p;
    v->theme = is(s->theme, "dark") ? THEME_DARK : is(s->theme, "light") ? THEME_LIGHT : THEME_SYSTEM;
    v->is_compact = is(s->density, "compact");
    v->has_single_keys = s->has_single_keys;
}

/* ── who ───────────────────────────────────────────────────────────────────── */

static void fill_csrf(struct visitor *v, const struct workspace *ws)
{
    unsigned char mac[32];
    char text[40];
    int n = snprintf(text, sizeof text, "csrf:%lld", (long long)v->session_id);
    crypto_generichash(mac, sizeof mac, (const unsigned char *)text, (size_t)n, ws->key, sizeof ws->key);
    sodium_bin2hex(v->csrf, sizeof v->csrf, mac, sizeof mac);
}

static bool by_token(struct request *rq, struct visitor *v, str bearer, struct session *s, struct err *e)
{
    v->is_token = token_find(&rq->a, rq->db, bearer, v->ctx.now, s, e);
    return v->is_token;
}

static bool by_session(struct request *rq, struct visitor *v, struct session *s, struct err *e)
{
    if (!session_find(&rq->a, rq->db, request_cookie(rq, cookie_name), v->ctx.now, s, e))
        return false;
    v->session_id = s->id;
    fill_csrf(v, rq->site);
    return true;
}

/* A busy writer must not refuse a read. */
static void touch(struct request *rq, struct visitor *v, const struct session *s)
{
    struct err ignored = { 0 };
    if (s->needs_touch && !(rq->route && rq->route->flags & ROUTE_NO_SESSION_TOUCH) && rq->method == GET)
        (void)!session_touch(&v->ctx, s->id, &ignored);
}

static void meet(struct request *rq, struct visitor *v)
{
    const struct workspace *ws = rq->site;
    struct err e = { 0 };
    struct session s;
    str auth = request_header(rq, "Authorization");

    v->ctx = (struct ctx){ .a = &rq->a, .c = rq->db, .ws = ws, .loc = &v->loc, .who = &v->who,
                           .now = clock_now(), .request_id = rq->id };
    v->has_single_keys = true;
    v->who.lang = LANG_COUNT;
    bool is_known = rq->db && (str_starts(auth, S("Bearer ")) ? by_token(rq, v, str_from(auth, 7), &s, &e)
                                                              : by_session(rq, v, &s, &e));
    if (is_known) {
        v->who = s.who;
        rq->user_id = s.who.user_id;
        touch(rq, v, &s);
    }
    locale_of_workspace(ws, v->who.lang < LANG_COUNT ? v->who.lang : language(rq, ws), &v->loc);
    if (is_known)
        own_settings(v, &s);
}

void web_meet(struct request *rq)
{
    struct visitor *v = arena_new(&rq->a, struct visitor, 1);
    rq->user = v;
    if (rq->site && rq->db && rq->refusal)      /* the server refuses with a snapshot open */
        meet(rq, v);
    else
        v->loc = locale_default(lang_from_accept(request_header(rq, "Accept-Language"), LANG_EN), "GB");
}

/* ── CSRF ──────────────────────────────────────────────────────────────────── */

static bool same_origin(struct request *rq)
{
    str site = request_header(rq, "Sec-Fetch-Site"), origin = request_header(rq, "Origin");
    if (site.n)
        return str_eq(site, S("same-origin"));
    ptrdiff_t at = str_find(origin, S("://"));
    return at > 0 && str_eq_ascii_nocase(str_from(origin, (size_t)at + 3), request_header(rq, "Host"));
}

static bool csrf_ok(struct request *rq, const struct visitor *v)
{
    if (rq->method == GET || rq->route->flags & ROUTE_NO_CSRF || v->is_token)
        return true;
    if (!v->session_id)                         /* sign-in: nothing to ride on, but never from elsewhere */
        return same_origin(rq) || (request_header(rq, "Sec-Fetch-Site").n == 0 && request_header(rq, "Origin").n == 0);
    str sent = request_header(rq, "X-CSRF-Token");
    if (sent.n == 0)
        sent = request_form(rq, "csrf");
    bool is_right = sent.n == 64 && sodium_memcmp(sent.p, v->csrf, 64) == 0;
    bool is_foreign = (request_header(rq, "Sec-Fetch-Site").n || request_header(rq, "Origin").n) && !same_origin(rq);
    return is_right && !is_foreign;
}

static bool refuse(struct request *rq, enum err_code code, msg_id msg, const char *why)
{
    struct err e = { 0 };
    fail(&e, code, msg, "%s %.*s", why, STR_ARG(rq->path));
    web_fail(rq, &e);
    return false;
}

static bool to_sign_in(struct request *rq)
{
    bool is_page = rq->method == GET && !str_starts(rq->path, S("/api/"));
    if (!is_page)
        return refuse(rq, ERR_UNAUTHENTICATED, MSG_web_sign_in_first, "not signed in");
    struct buf b = buf_new(&rq->a, 4096);
    buf_lit(&b, "/sign-in?next=");
    struct html h = html_new(&rq->a, &web_visitor(rq)->loc, 4096);
    html_url_part(&h, rq->path);
    buf_put(&b, buf_str(&h.out));
    answer_redirect(rq, rq->path.n > 1 ? buf_str(&b) : S("/sign-in"));
    return false;
}

bool web_enter(struct request *rq)
{
    struct visitor *v = arena_new(&rq->a, struct visitor, 1);
    rq->user = v;
    meet(rq, v);
    bool is_known = v->who.user_id != 0;
    enum route_access need = rq->route->access;

    if (need != ACCESS_PUBLIC && !is_known)
        return to_sign_in(rq);
    if ((need == ACCESS_USER || need == ACCESS_ADMIN) && v->is_token)
        return refuse(rq, ERR_FORBIDDEN, MSG_web_token_api_only, "token on a page");
    if (need == ACCESS_ADMIN && !access_is_admin(&v->who))
        return refuse(rq, ERR_NOT_FOUND, MSG_web_not_found, "no admin");
    if (!csrf_ok(rq, v))
        return refuse(rq, ERR_FORBIDDEN, MSG_web_csrf, "csrf");
    return true;
}

/* ── answers ───────────────────────────────────────────────────────────────── */

struct html web_html(struct request *rq)
{
    struct html h = html_new(&rq->a, &web_visitor(rq)->loc, 8 << 20);
    h.csrf = web_visitor(rq)->csrf[0] ? web_visitor(rq)->csrf : NULL;
    h.page = rq;
    return h;
}

/* The toast rides through the redirect in a short-lived cookie: "<write id>.<hex text>". */
void web_done(struct request *rq, str own_path, str toast, int64_t write_id)
{
    enum { TOAST_MAX = 600 };
    toast = str_head(toast, TOAST_MAX);
    char *hex = arena_new(&rq->a, char, toast.n * 2 + 1);
    sodium_bin2hex(hex, toast.n * 2 + 1, (const unsigned char *)toast.p, toast.n);
    answer_cookie(rq, "toast", arena_fmt(&rq->a, "%lld.%s", (long long)write_id, hex), 20);
    answer_redirect(rq, own_path);
}

void web_toast_header(struct request *rq, str toast, int64_t write_id)
{
    struct buf b = buf_new(&rq->a, 4096);
    buf_lit(&b, "{\"toast\":{\"text\":\"");
    while (toast.n) {                           /* a header is ASCII: everything else as \u */
        uint32_t cp = utf8_next(&toast);
        if (cp >= 0x10000)
            buf_fmt(&b, "\\u%04x\\u%04x", 0xD800 + ((cp - 0x10000) >> 10), 0xDC00 + ((cp - 0x10000) & 0x3FF));
        else if (cp < 0x20 || cp > 0x7e || cp == '"' || cp == '\\')
            buf_fmt(&b, "\\u%04x", cp);
        else
            buf_char(&b, (char)cp);
    }
    buf_lit(&b, "\"");
    if (write_id)
        buf_fmt(&b, ",\"undo\":\"/undo/%.*s\"", STR_ARG(id_text(&rq->a, write_id)));
    buf_lit(&b, "}}");
    answer_header(rq, "HX-Trigger", buf_str(&b));
}

struct toast web_toast(struct request *rq)
{
    str c = request_cookie(rq, "toast"), id = str_cut(&c, '.');
    struct toast t = { 0 };
    size_t n;
    char *text = arena_new(&rq->a, char, c.n / 2 + 1);
    if (!c.n || !str_to_int(id, &t.write_id) || sodium_hex2bin((unsigned char *)text, c.n / 2, c.p, c.n, NULL, &n, NULL))
        return (struct toast){ 0 };
    t.text = (str){ text, n };
    answer_cookie(rq, "toast", (str){ 0 }, 0);
    return t;
}

static bool is_own_path(str s)
{
    return s.n > 0 && s.p[0] == '/' && !(s.n > 1 && (s.p[1] == '/' || s.p[1] == '\\')) && s.n < 2000;
}

str web_back(struct request *rq, const char *otherwise)
{
    str form = request_form(rq, "back"), ref = request_header(rq, "Referer");
    if (is_own_path(form))
        return form;
    ptrdiff_t at = str_find(ref, S("://"));
    if (at > 0) {
        str rest = str_from(ref, (size_t)at + 3);
        ptrdiff_t slash = str_find_char(rest, '/');
        if (slash > 0 && str_eq_ascii_nocase(str_head(rest, (size_t)slash), request_header(rq, "Host"))
            && is_own_path(str_from(rest, (size_t)slash)))
            return str_from(rest, (size_t)slash);
    }
    return str_of(otherwise);
}

bool web_param_id(struct request *rq, int n, int64_t *id)
{
    if (id_parse(rq->param[n], id))
        return true;
    return refuse(rq, ERR_NOT_FOUND, MSG_web_not_found, "malformed id");
}

/* The address of a record that was merged leads to the one that stayed. */
static bool leads_on(struct request *rq, const struct entity *en, int64_t id)
{
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct err e = { 0 };
    int64_t into;
    if (en->flags & E_NO_PAGE || !record_merged_into(c, en, id, &into, &e) || !into || !record_get(c, en, into, &r, &e))
        return false;
    answer_redirect(rq, arena_fmt(c->a, "/%s/%.*s", en->path, STR_ARG(id_text(c->a, into))));
    return true;
}

struct record *web_load(struct request *rq, const struct entity *en, int n)
{
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, n, &id))
        return NULL;
    if (record_get(web_ctx(rq), en, id, &r, &e))
        return r;
    if (e.code != ERR_NOT_FOUND || rq->method != GET || (!leads_on(rq, en, id) && !bin_tell(rq, en, id)))
        web_fail(rq, &e);
    return NULL;
}
