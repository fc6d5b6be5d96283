/* rule.c - rules through a real server: written as a sentence by plain form posts, tried, switched
 * on; what one role may, another may not.
 */
#include "../suite.h"
#include <stdlib.h>
#include <unistd.h>
#include "app/server.h"
#include "app/workspace.h"
#include "base/id.h"
#include "client/client.h"
#include "core/core.h"
#include "flow/feed.h"
#include "flow/rule.h"
#include "http/http.h"
#include "place.h"
#include "record/access.h"
#include "record/query.h"
#include "web/password.h"
#include "web/web.h"

static char folder[64];
static struct workspace *ws;
static struct server *server;
static struct client owner, seller;
static struct err e;
static struct arena a;

static bool has(const struct reply *r, const char *words) { return str_find(r->body, str_of(words)) >= 0; }

static const char *csrf_of(struct client *c)
{
    struct reply r = client_get(c, "/automation");
    ck_assert_int_eq(r.status, 200);
    ptrdiff_t at = str_find(r.body, S("<meta name=\"csrf\" content=\""));
    ck_assert(at >= 0);
    str rest = str_from(r.body, (size_t)at + 27);
    return arena_cstr(&a, str_cut(&rest, '"'));
}

static struct reply post(struct client *c, const char *path, const char *fields)
{
    return client_post(c, path, arena_cstr(&a, arena_fmt(&a, "csrf=%s&%s", csrf_of(c), fields)));
}

static bool put_seller(struct ctx *tx, void *arg, struct err *err)
{
    struct record *r = record_new(tx->a, &user_entity);
    str hash;
    (void)arg;
    if (!password_hash(tx->a, S("correct horse battery"), &hash, err))
        return false;
    record_set(r, "name", val_text(S("Seller")));
    record_set(r, "email", val_text(S("s@padma.example")));
    record_set(r, "password", val_text(hash));
    record_set(r, "roles", val_text(S("ae")));
    record_set(r, "lang", val_text(S("fa")));
    return record_create(tx, r, err);
}

static void sign_in(struct client *c, const char *email)
{
    *c = client_new(server_port(server));
    client_get(c, "/sign-in");
    struct reply r = client_post(c, "/sign-in", arena_cstr(&a, arena_fmt(&a, "email=%s%%40padma.example&password=correct+horse+battery", email)));
    ck_assert_int_eq(r.status, 303);
}

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-rule-http-XXXXXX");
    ck_assert(mkdtemp(folder) != NULL);
    const struct workspace_init in = { .company = "Padma", .country = "BD", .lang = LANG_EN, .admin_email = "o@padma.example",
                                       .admin_name = "Owner", .password = S("correct horse battery") };
    struct locale loc = locale_default(LANG_EN, "BD");
    struct db_conn *reader;
    a = arena_open(64 << 20);
    ck_assert_msg(workspace_create(place_for(folder), &in, &ws, &e), "%s", e.detail);
    ck_assert(db_reader(ws->db, &reader, &e));
    struct ctx c = workspace_ctx(ws, &a, reader, &loc);
    ck_assert_msg(record_write(&c, put_seller, NULL, &e), "%s", e.detail);
    db_conn_close(reader);
    ck_assert_msg(server_start(ws, &(struct server_options){ .listen = "127.0.0.1:0" }, &server, &e), "%s", e.detail);
    sign_in(&owner, "o");
    sign_in(&seller, "s");
}

static void close_all(void)
{
    client_free(&owner);
    client_free(&seller);
    server_stop(server);
    workspace_close(ws);
    arena_close(&a);
    place_remove(folder);
}

#define TEXT "when=saved&w_about=deal&w_field=amount&criteria=amount+%3E+5&once=each&hourly=20&n=1&s0_do=notify&s0_who=owner&s0_text=Look"
#define SAYS "name=Tell+me&" TEXT

static const char *saved(struct client *c)
{
    struct reply r = post(c, "/automation", c == &owner ? SAYS "&act=save" : "name=My+own&" TEXT "&act=save");
    ck_assert_int_eq(r.status, 303);
    return arena_cstr(&a, reply_header(&r, "Location"));
}

START_TEST(shipped_rules_stand_on_the_list_as_sentences_in_the_readers_language)
{
    struct reply r = client_get(&owner, "/automation");
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "Large deals involve the brand manager"));
    ck_assert(has(&r, "When any \u2068deal\u2069 is created or its \u2068amount\u2069 changes"));
    ck_assert(has(&r, "When any \u2068meeting\u2069’s \u2068outcome\u2069 changes to \u2068Did not come\u2069"));
    ck_assert(has(&r, "due in \u20681\u2069 \u2068day\u2069"));
    ck_assert(!has(&r, "\u20681\u2069 \u2068days\u2069") && !has(&r, "\u20681\u2069 \u2068working hours\u2069"));
    r = client_get(&seller, "/automation");
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "وقتی"));
    ck_assert(has(&r, "dir=\"rtl\""));
}
END_TEST

START_TEST(a_rule_is_written_tried_saved_and_switched_on_by_plain_posts)
{
    struct reply r = client_get(&owner, "/automation/new");
    ck_assert_int_eq(r.status, 200);
    r = post(&owner, "/automation", SAYS "&act=add&another=if");
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "name=\"s1_criteria\""));             /* a block comes with its end */
    ck_assert(has(&r, "name=\"s2_do\" value=\"end\""));
    r = post(&owner, "/automation", SAYS "&f=stage&op=%3D&v=Proposal&step=field");
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "value=\"(amount &gt; 5) and stage = &quot;Proposal&quot;\""));    /* put together by choosing */
    ck_assert(has(&r, "name=\"s0_text\"") && !has(&r, "name=\"s1_do\""));   /* the rest stays as it was */
    r = post(&owner, "/automation", SAYS "&f=stage&op=%3D&v=&act=add&another=if");
    ck_assert(has(&r, "value=\"amount &gt; 5\""));        /* another button adds none */
    r = post(&owner, "/automation", SAYS "&act=dry");
    ck_assert(has(&r, "It would have begun"));
    r = post(&owner, "/automation", "name=x&when=saved&w_about=deal&w_field=amount&criteria=colour+%3D+red&hourly=20&n=1&s0_do=halt&act=save");
    ck_assert_int_eq(r.status, 422);
    ck_assert(has(&r, "aria-invalid"));
    ck_assert(has(&r, "value=\"colour = red\""));           /* what was typed stays */
    const char *path = saved(&owner);
    r = client_get(&owner, path);
    ck_assert(has(&r, "/deals/why?q=amount%20%3E%205"));   /* why the condition holds for a record, or not */
    ck_assert(has(&r, "name=\"s0_text\""));
    r = post(&owner, arena_fmt(&a, "%s/turn", path).p, "on=1");
    ck_assert_int_eq(r.status, 303);
    r = client_get(&owner, path);
    ck_assert(has(&r, "Switch off"));
}
END_TEST

START_TEST(numbers_and_days_are_typed_and_shown_as_the_reader_writes_them)
{
    static const char says[] = "name=Quiet&when=time&w_count=%DB%B1%DB%B4&w_unit=days&w_side=after&w_date=last_activity_at&w_about=deal&once=each"
        "&hourly=%DB%B2%DB%B0&n=3&s0_do=set&s0_field=amount&s0_to=%DB%B5%DB%B0%DB%B0&s1_do=wait&s1_count=%DB%B3&s1_unit=days"      /* ۱۴, ۲۰, ۵۰۰, ۳ */
        "&s2_do=set&s2_field=close_date&s2_to=%DB%B1%DB%B4%DB%B0%DB%B5/%DB%B0%DB%B9/%DB%B1%DB%B0&act=save";                         /* ۱۴۰۵/۰۹/۱۰ */
    struct reply r = post(&seller, "/automation", says);
    ck_assert_msg(r.status == 303, "%d %.*s", r.status, STR_ARG(r.body));
    const char *path = arena_cstr(&a, reply_header(&r, "Location"));
    r = client_get(&seller, path);
    ck_assert(has(&r, "value=\"۱۴\"") && has(&r, "value=\"۳\"") && has(&r, "۱۰ آذر ۱۴۰۵"));
    r = client_get(&owner, path);
    ck_assert(has(&r, "value=\"14\"") && has(&r, "value=\"3\"") && has(&r, "1 Dec 2026"));
    r = client_get(&owner, "/automation");
    ck_assert(has(&r, "\u206814\u2069 \u2068days\u2069 \u2068after\u2069 any \u2068deal\u2069’s \u2068last activity"));
}
END_TEST

START_TEST(a_time_is_of_the_kind_of_record_that_is_chosen)
{
    struct reply r = post(&owner, "/automation", "name=x&when=time&w_count=1&w_unit=days&w_side=before&w_about=person&hourly=20&n=0&act=again");
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "name=\"w_about\"") && has(&r, "<option value=\"birthday\"") && !has(&r, "<option value=\"close_date\""));
}
END_TEST

START_TEST(nobody_changes_or_switches_another_ones_rule_without_the_right)
{
    const char *path = saved(&owner);
    struct reply r = client_get(&seller, path);
    ck_assert_int_eq(r.status, 200);
    ck_assert(!has(&r, "value=\"save\""));
    r = post(&seller, path, SAYS "&act=save");
    ck_assert_int_eq(r.status, 403);
    r = post(&seller, arena_fmt(&a, "%s/turn", path).p, "on=1");
    ck_assert_int_eq(r.status, 403);
    r = client_get(&seller, saved(&seller));                /* one's own may be written */
    ck_assert(has(&r, "value=\"save\""));
}
END_TEST

START_TEST(a_rule_of_both_teams_shows_who_has_signed_and_takes_their_signatures)
{
    struct reply r = post(&seller, "/automation", "name=Common&" TEXT "&joint=1&act=save");
    ck_assert_int_eq(r.status, 303);
    const char *path = arena_cstr(&a, reply_header(&r, "Location")), *sign = arena_fmt(&a, "%s/sign?number=1", path).p;
    r = client_get(&seller, path);
    ck_assert(has(&r, "id=\"agreed\"") && !has(&r, "/sign?number=1"));
    r = post(&seller, sign, "side=sales");
    ck_assert_int_eq(r.status, 403);
    r = client_get(&owner, path);
    ck_assert(has(&r, "waits for both signatures. Nothing happens until then.") && has(&r, "/sign?number=1"));
    r = post(&owner, sign, "side=sales");
    ck_assert_int_eq(r.status, 303);
    r = post(&owner, arena_fmt(&a, "%s/sign?number=2", path).p, "side=marketing");
    ck_assert_int_eq(r.status, 409);
    r = post(&owner, sign, "side=marketing");
    ck_assert_int_eq(r.status, 303);
    r = client_get(&seller, path);
    ck_assert(!has(&r, "/sign?number=") && has(&r, "نسخهٔ برقرار"));
}
END_TEST

START_TEST(the_pages_of_runs_approvals_and_routing_answer_and_refuse_nonsense)
{
    static const char *const fine[] = { "/automation/runs", "/automation/runs?state=failed", "/automation/approvals", "/leads/routing",
                                        "/leads/routing?try=1&country=BD&source=web", "/leads/routing?last=20" };
    for (size_t i = 0; i < countof(fine); i++) {
        struct reply r = client_get(&owner, fine[i]);
        ck_assert_msg(r.status == 200, "%s: %d", fine[i], r.status);
    }
    struct reply r = client_get(&owner, "/leads/routing?last=100000");
    ck_assert_int_eq(r.status, 422);
    r = client_get(&owner, "/automation/runs/zzz");
    ck_assert_int_eq(r.status, 404);
    r = client_get(&owner, "/leads/routing?try=1&source=web");
    ck_assert(has(&r, "would get this lead"));
    r = post(&owner, "/automation/approvals/1h", "answer=yes");
    ck_assert_int_eq(r.status, 404);
    r = post(&owner, "/automation/approvals/1h", "note=neither+yes+nor+no");       /* silence declines nothing */
    ck_assert_int_eq(r.status, 422);
}
END_TEST

SUITE("rule", 300, open_all, close_all,
      shipped_rules_stand_on_the_list_as_sentences_in_the_readers_language,
      a_rule_is_written_tried_saved_and_switched_on_by_plain_posts,
      numbers_and_days_are_typed_and_shown_as_the_reader_writes_them,
      a_time_is_of_the_kind_of_record_that_is_chosen,
      nobody_changes_or_switches_another_ones_rule_without_the_right,
      a_rule_of_both_teams_shows_who_has_signed_and_takes_their_signatures,
      the_pages_of_runs_approvals_and_routing_answer_and_refuse_nonsense)
