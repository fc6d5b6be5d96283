/* signin.c - signing in and out.
 *
 * Wrong address, wrong password and disabled account answer alike and take the
 * same time. Tries are counted before anything is hashed.
 */
#include "web/signin.h"
#include "base/clock.h"
#include "msg/web.h"
#include "web/limit.h"
#include "web/password.h"
#include "web/routes.h"
#include "web/session.h"

static bool is_own(str next) { return next.n && next.p[0] == '/' && !(next.n > 1 && (next.p[1] == '/' || next.p[1] == '\\')); }

static void show(struct request *rq, int status, str email, str error)
{
    struct html h = web_html(rq);
    struct visitor *v = web_visitor(rq);
    str next = rq->method == GET ? request_query(rq, "next") : request_form(rq, "next"), company = web_workspace(rq)->company;
    struct door d = {
        .title = msg_text(&rq->a, &v->loc, MSG_web_sign_in_to, (const struct msg_arg *)(const void *)
                          &(struct msg_web_sign_in_to_args){ .company = A(company) }),
        .workspace = company, .here = url_path(S("/sign-in")),
    };
    struct signin_view view = { .email = email, .next = is_own(next) ? next : (str){ 0 }, .error = error };
    str asked = request_query(rq, "lang");
    if (asked.n)
        answer_cookie(rq, "lang", asked, 365 * 86400);
    door_begin(&h, &d);
    view_signin(&h, &view);
    door_end(&h, &d);
    answer_html(rq, status, &h);
}

void web_sign_in_page(struct request *rq)
{
    if (web_visitor(rq)->who.user_id)
        answer_redirect(rq, S("/"));
    else
        show(rq, 200, (str){ 0 }, (str){ 0 });
}

struct account { int64_t id; str hash; bool may_enter; };

static bool find_account(struct request *rq, str email, struct account *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(rq->db, &q, "SELECT id, password, is_active FROM \"user\" WHERE email = $1 AND deleted_at IS NULL",
                  DB_ARGS(V(email)), e))
        return false;
    if (db_next(&q))
        *out = (struct account){ db_int(&q, 0), db_text(&q, 1, &rq->a), db_int(&q, 2) != 0 };
    return db_done(&q, e);
}

static bool tries_left(struct request *rq, str email, int *retry_s)
{
    return limit_take(LIMIT_SIGN_IN_IP, rq->site, rq->ip, retry_s)
        && limit_take(LIMIT_SIGN_IN_ACCOUNT, rq->site, email, retry_s);
}

static void refuse_for_now(struct request *rq, str email, int retry_s)
{
    int minutes = (retry_s + 59) / 60;
    answer_header(rq, "Retry-After", arena_fmt(&rq->a, "%d", retry_s));
    show(rq, 429, email, msg_text(&rq->a, &web_visitor(rq)->loc, MSG_web_sign_in_limited,
         (const struct msg_arg *)(const void *)&(struct msg_web_sign_in_limited_args){ .minutes = A(minutes) }));
}

static str lower(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    return (str){ p, s.n };
}

void web_sign_in(struct request *rq)
{
    struct visitor *v = web_visitor(rq);
    str email = lower(&rq->a, str_trim(request_form(rq, "email"))), password = request_form(rq, "password"), token;
    struct account acc = { 0 };
    struct err e = { 0 };
    int retry_s = 60;

    if (!tries_left(rq, email, &retry_s)) {
        refuse_for_now(rq, email, retry_s);
        return;
    }
    if (!find_account(rq, email, &acc, &e)) {
        web_fail(rq, &e);
        return;
    }
    bool ok = password.n <= PASSWORD_MAX && password_matches(password, acc.hash) && acc.may_enter;
    if (!ok) {
        show(rq, 422, email, msg_text(&rq->a, &v->loc, MSG_web_sign_in_wrong, NULL));
        return;
    }
    if (!session_start(&v->ctx, acc.id, request_header(rq, "User-Agent"), rq->ip, &token, &e)) {
        web_fail(rq, &e);
        return;
    }
    limit_forgive(LIMIT_SIGN_IN_ACCOUNT, rq->site, email);
    limit_give_back(LIMIT_SIGN_IN_IP, rq->site, rq->ip);
    answer_cookie(rq, "sid", token, SESSION_DAYS * 86400);
    str next = request_form(rq, "next");
    answer_redirect(rq, is_own(next) ? next : S("/"));
}

void web_sign_out(struct request *rq)
{
    struct err e = { 0 };
    if (!session_end(web_ctx(rq), web_visitor(rq)->session_id, &e)) {
        web_fail(rq, &e);
        return;
    }
    answer_cookie(rq, "sid", (str){ 0 }, 0);
    answer_redirect(rq, S("/sign-in"));
}
