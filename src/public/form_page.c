/* form_page.c - GET and POST of /f/:slug.
 *
 * The page speaks the form's language. Whatever is wrong, what was typed stays in the page. What
 * looks like a robot's work is kept apart as spam and answered like anything else, so that robots
 * learn nothing; a person who was merely quick is asked to send once more.
 */
#include "public/form_page.h"
#include "base/clock.h"
#include "db/alone.h"
#include "people/people.h"
#include "public/inside.h"

struct answer {
    struct request *rq;
    struct form *form;
    str *typed, *value, *error;                 /* one for each question */
    struct arrival from;
    str token, notice;
    bool has_consented, is_embedded;
};

struct locale form_locale(const struct workspace *ws, enum lang l, const char *country)
{
    struct locale loc = locale_default(l, country);
    loc.zone = ws->zone;
    loc.toman = ws->toman;
    memcpy(loc.currency, ws->currency, sizeof loc.currency);
    return loc;
}

static str say(struct request *rq, msg_id id) { return msg_text(&rq->a, web_ctx(rq)->loc, id, NULL); }

/* ── what came with the request ──────────────────────────────────────────── */

static str given(struct request *rq, const char *name)
{
    return rq->method == GET ? request_query(rq, name) : request_form(rq, name);
}

static str own_url(struct request *rq)
{
    return arena_fmt(&rq->a, "%s://%.*s%.*s", rq->is_tls ? "https" : "http", STR_ARG(rq->host), STR_ARG(rq->path));
}

static struct arrival arrival_of(struct request *rq)
{
    struct arrival a = {
        .referrer = str_head(given(rq, "referrer"), 2000), .landing = str_head(given(rq, "landing"), 2000),
        .own_host = rq->host, .visitor = given(rq, "visitor"), .ip = rq->ip,
        .user_agent = request_header(rq, "User-Agent"),
    };
    for (int i = 0; i < UTM_COUNT; i++)
        a.utm[i] = str_head(given(rq, utm_names[i]), 400);
    if (rq->method == GET && !a.referrer.n && !request_query(rq, "embed").n)
        a.referrer = request_header(rq, "Referer");
    if (!a.landing.n)
        a.landing = own_url(rq);
    if (str_find(a.landing, S("://")) > 0)
        a.own_host = source_host(&rq->a, a.landing);
    return a;
}

static str typed_of(struct request *rq, const struct form_field *f)
{
    const char *name = arena_cstr(&rq->a, f->key);
    struct buf b = buf_new(&rq->a, 40000);
    size_t n;
    if (f->kind != FORM_CHOICES)
        return request_form(rq, name);
    str *all = request_form_all(rq, name, &n);
    for (size_t i = 0; i < n; i++) {
        if (b.n)
            buf_lit(&b, "\n");
        buf_put(&b, all[i]);
    }
    return buf_str(&b);
}

/* ── the page ────────────────────────────────────────────────────────────── */

static void allow_frames(struct request *rq, const struct form *f)
{
    str redirect = f->redirect_url, host = source_host(&rq->a, redirect);
    ptrdiff_t at = str_find(redirect, S("://"));
    struct buf origin = buf_new(&rq->a, 600);
    if (host.n && at > 0) {                     /* after the post the browser goes there */
        str rest = str_from(redirect, (size_t)at + 3);
        size_t n = 0;
        while (n < rest.n && !strchr("/?#;,", rest.p[n]))
            n++;
        buf_fmt(&origin, " %.*s", (int)(n + (size_t)at + 3), redirect.p);
    }
    str hosts = hosts_csp(&rq->a, f->allowed_hosts);
    answer_csp(rq, arena_fmt(&rq->a, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; font-src 'self'; form-action 'self'%.*s; frame-ancestors 'self'%.*s; base-uri 'none'",
        STR_ARG(buf_str(&origin)), STR_ARG(hosts)).p);
}

static struct open_page frame_of(struct request *rq, str title, bool is_embedded)
{
    str theme = request_query(rq, "theme");
    return (struct open_page){
        .title = title, .workspace = web_workspace(rq)->company, .is_bare = is_embedded,
        .theme = str_eq(theme, S("dark")) ? THEME_DARK : is_embedded ? THEME_LIGHT : THEME_SYSTEM,
    };
}

bool form_has_option(str value, str option)
{
    while (value.n)
        if (str_eq(str_trim(str_cut(&value, '\n')), option))
            return true;
    return false;
}

static const enum ui_input inputs[FORM_KINDS] = {
    [FORM_TEXT] = UI_TEXT, [FORM_LONGTEXT] = UI_AREA, [FORM_EMAIL] = UI_EMAIL, [FORM_PHONE] = UI_TEL,
    [FORM_COUNTRY] = UI_SELECT,
    [FORM_NUMBER] = UI_TEXT, [FORM_DATE] = UI_TEXT, [FORM_CHOICE] = UI_SELECT, [FORM_YES] = UI_CHECK,
};

static const char *autocomplete_of(str key)
{
    static const struct { const char *key, *token; } known[] = {
        { "name", "name" }, { "email", "email" }, { "phone", "tel" }, { "company", "organization" },
        { "job_title", "organization-title" }, { "city", "address-level2" }, { "country", "country" },
    };
    for (size_t i = 0; i < countof(known); i++)
        if (str_eq(key, str_of(known[i].key)))
            return known[i].token;
    return NULL;
}

static void put_question(struct html *h, const struct form_field *f, str label, str typed, str error)
{
    enum { FEW = 5 };
    struct ui_option *o = arena_new(h->a, struct ui_option, f->noptions + 1);
    bool is_few = f->kind == FORM_CHOICE && f->noptions <= FEW;
    size_t n = 0;
    if (f->kind == FORM_CHOICES) {
        view_form_choices(h, &(struct form_choices_view){ f, label, typed, error });
        return;
    }
    if (f->kind == FORM_CHOICE && !is_few)
        n++;                                    /* nothing chosen yet */
    if (f->kind == FORM_COUNTRY)
        o = ui_countries(h->a, h->loc, typed, &n);
    for (size_t i = 0; i < f->noptions; i++)
        o[n++] = (struct ui_option){ f->option[i], f->option[i], str_eq(typed, f->option[i]) };
    ui_field(h, .label = label, .name = f->key, .value = f->kind == FORM_YES ? S("yes") : typed, .error = error,
             .input = is_few ? UI_RADIO : inputs[f->kind], .options = n ? o : NULL, .noptions = n,
             .autocomplete = autocomplete_of(f->key), .inputmode = f->kind == FORM_NUMBER ? "decimal" : NULL,
             .is_required = f->is_required, .is_checked = f->kind == FORM_YES && typed.n, .is_wide = true);
}

static struct html_safe questions_of(struct html *h, const struct answer *an)
{
    struct html part = html_part(h);
    for (size_t i = 0; i < an->form->nfields; i++) {
        const struct form_field *f = &an->form->field[i];
        put_question(&part, f, form_field_label(h->a, h->loc, f), an->typed[i], an->error[i]);
    }
    return html_done(&part);
}

static size_t hidden_of(const struct arrival *a, struct form_hidden *out)
{
    size_t n = 0;
    for (int i = 0; i < UTM_COUNT; i++)
        out[n++] = (struct form_hidden){ utm_names[i], a->utm[i] };
    out[n++] = (struct form_hidden){ "referrer", a->referrer };
    out[n++] = (struct form_hidden){ "landing", a->landing };
    out[n++] = (struct form_hidden){ "visitor", a->visitor };
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (out[i].value.n)
            out[kept++] = out[i];
    return kept;
}

static void show(struct answer *an, int status)
{
    struct request *rq = an->rq;
    struct form *f = an->form;
    struct html h = web_html(rq);
    struct form_hidden hidden[UTM_COUNT + 3];
    h.csrf = NULL;
    struct form_page_view v = {
        .form = f, .questions = questions_of(&h, an), .token = an->token, .error = an->notice,
        .label = f->submit_label.n ? f->submit_label : say(rq, MSG_public_send), .hidden = hidden,
        .nhidden = hidden_of(&an->from, hidden), .action = url_fmt(&rq->a, "/f/%.*s", STR_ARG(f->slug)),
        .has_consented = an->has_consented, .is_embedded = an->is_embedded,
    };
    if (f->intro.n)
        v.intro = html_markdown(&rq->a, f->intro);
    struct open_page o = frame_of(rq, f->title, an->is_embedded);
    open_page_begin(&h, &o);
    view_form_page(&h, &v);
    open_page_end(&h, &o);
    allow_frames(rq, f);
    answer_html(rq, status, &h);
}

/* ── reading the form itself ─────────────────────────────────────────────── */

static bool open_form(struct request *rq, struct answer *an)
{
    struct visitor *who = web_visitor(rq);
    struct err e = { 0 };
    *an = (struct answer){ .rq = rq };
    if (!form_open(web_ctx(rq), rq->param[0], &an->form, &e)) {
        web_fail(rq, &e);
        return false;
    }
    who->loc = form_locale(web_workspace(rq), an->form->lang, an->form->country);
    size_t n = an->form->nfields;
    an->typed = arena_new(&rq->a, str, n);
    an->value = arena_new(&rq->a, str, n);
    an->error = arena_new(&rq->a, str, n);
    an->from = arrival_of(rq);
    an->is_embedded = str_eq(given(rq, "embed"), S("1"));
    return true;
}

static str new_token(const struct answer *an)
{
    struct request *rq = an->rq;
    return form_token_make(&rq->a, web_workspace(rq), an->form->slug, web_ctx(rq)->now);
}

void form_show(struct request *rq)
{
    struct answer an;
    if (!open_form(rq, &an))
        return;
    an.token = new_token(&an);
    show(&an, 200);
}

/* ── sending it ──────────────────────────────────────────────────────────── */

static bool read_answers(struct answer *an)
{
    struct record *of = record_new(&an->rq->a, &person_entity);
    struct ctx at = *web_ctx(an->rq), *c = &at;
    bool is_good = true;
    record_set(of, "country", val_text(request_form(an->rq, "country")));
    at.of = of;
    for (size_t i = 0; i < an->form->nfields; i++) {
        struct err e = { 0 };
        const struct form_field *f = &an->form->field[i];
        an->typed[i] = typed_of(an->rq, f);
        if (form_answer(c, f, an->typed[i], &an->value[i], &e))
            continue;
        an->error[i] = err_text(&an->rq->a, c->loc, &e);
        is_good = false;
    }
    return is_good;
}

/* One of e-mail and phone must be there, whichever the form asks for. */
static bool can_be_reached(struct answer *an)
{
    size_t first = an->form->nfields;
    for (size_t i = an->form->nfields; i-- > 0;) {
        enum form_kind k = an->form->field[i].kind;
        if (k != FORM_EMAIL && k != FORM_PHONE)
            continue;
        if (an->value[i].n || an->error[i].n)   /* a wrong one has its own words */
            return true;
        first = i;
    }
    if (first < an->form->nfields)
        an->error[first] = say(an->rq, MSG_public_reach_needed);
    return false;
}

static void again(struct answer *an, int status, str notice)
{
    an->notice = notice;
    show(an, status);
}

static void go_to_thanks(struct answer *an)
{
    struct request *rq = an->rq;
    str to = an->form->redirect_url;
    if (to.n && !an->is_embedded) {
        answer_text(rq, 303, "text/plain; charset=utf-8", (str){ 0 });
        answer_header(rq, "Location", to);
        allow_frames(rq, an->form);
        return;
    }
    allow_frames(rq, an->form);
    answer_redirect(rq, arena_fmt(&rq->a, "/f/%.*s/thanks%s", STR_ARG(an->form->slug), an->is_embedded ? "?embed=1" : ""));
}

struct job { struct reach_answer in; struct reach_captured out; };

static bool run(struct ctx *tx, void *arg, struct err *e)
{
    struct job *j = arg;
    return reach_capture(tx, &j->in, &j->out, e);
}

static void keep(struct answer *an, str key, bool is_spam)
{
    struct request *rq = an->rq;
    struct ctx c = *web_ctx(rq);
    struct err e = { 0 };
    struct job j = { .in = { .form = an->form, .value = an->value, .has_consented = an->has_consented, .is_spam = is_spam,
                             .key = key, .arrival = an->from } };
    c.who = &actor_system;                      /* a stranger writes, even when a colleague tries the form */
    c.by = 0;
    db_alone = true;                            /* limits are taken within it: once for an answer */
    bool is_kept = record_write(&c, run, &j, &e);
    db_alone = false;
    if (is_kept) {
        go_to_thanks(an);
        return;
    }
    if (e.code != ERR_TOO_MANY && e.code != ERR_INVALID && e.code != ERR_BUSY) {
        web_fail(rq, &e);
        return;
    }
    if (e.code == ERR_TOO_MANY)
        answer_header(rq, "Retry-After", arena_fmt(&rq->a, "%d", j.out.retry_s));
    again(an, err_http_status(e.code), err_text(&rq->a, c.loc, &e));
}

void form_send(struct request *rq)
{
    struct answer an;
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    str key = { 0 };
    bool is_known = false;
    if (!open_form(rq, &an))
        return;
    an.token = request_form(rq, "token");
    an.has_consented = request_form(rq, "consent").n > 0 && an.form->consent_text.n > 0;
    bool is_good = read_answers(&an), is_reachable = can_be_reached(&an);
    enum form_token t = form_token_check(web_workspace(rq), an.form->slug, an.token, c->now, &key);
    if (key.n && !reach_is_known(c, key, &is_known, &e)) {
        web_fail(rq, &e);
        return;
    }
    if (is_known) {
        go_to_thanks(&an);
        return;
    }
    /* The name a program gives itself decides what counts as a visit, never who may write to us:
     * a partner's script and an odd browser send real enquiries. */
    bool is_spam = request_form(rq, "homepage").n > 0;
    if (t == TOKEN_WRONG || t == TOKEN_TOO_OLD) {
        an.token = new_token(&an);
        again(&an, 422, say(rq, t == TOKEN_WRONG ? MSG_public_token_wrong : MSG_public_token_old));
    } else if (t == TOKEN_TOO_FAST && !is_spam)
        again(&an, 422, say(rq, MSG_public_too_fast));
    else if (!(is_good && is_reachable) && !is_spam)
        again(&an, 422, say(rq, MSG_public_look_again));
    else
        keep(&an, key, is_spam);
}

void form_thanks(struct request *rq)
{
    struct answer an;
    if (!open_form(rq, &an))
        return;
    struct html h = web_html(rq);
    h.csrf = NULL;
    str text = an.form->thanks.n ? an.form->thanks : say(rq, MSG_public_thanks_text);
    struct form_thanks_view v = { .title = say(rq, MSG_public_thanks), .text = html_markdown(&rq->a, text),
                                  .go_on = an.form->redirect_url.n ? url_checked(an.form->redirect_url) : (struct url){ { 0 } },
                                  .is_embedded = an.is_embedded };
    struct open_page o = frame_of(rq, v.title, an.is_embedded);
    open_page_begin(&h, &o);
    view_form_thanks(&h, &v);
    open_page_end(&h, &o);
    allow_frames(rq, an.form);
    answer_html(rq, 200, &h);
}
