/* reach.c - the parts of capture that need no server: questions, sources, robots, hosts, money. */
#include "flow/robot.h"
#include "house.h"
#include <jansson.h>
#include "data.h"
#include "msg/reach.h"
#include "public/inside.h"
#include "record/type.h"

static struct form_field *f;
static size_t nf;

static bool reads(const char *text)
{
    e = (struct err){ 0 };
    return form_fields_parse(ctx.a, str_of(text), &f, &nf, &e);
}

static void open_all(void) { house_open(); e = (struct err){ 0 }; }

/* ── questions ───────────────────────────────────────────────────────────── */

START_TEST(one_question_a_line_with_must_kind_and_label)
{
    ck_assert(reads("# remark\nname*\r\nemail *\n\n interest*:choice( Rice | Oil=5|তেল ) = What for?\nshoe_size:number=কত?\nnews:yes"));
    ck_assert_int_eq(nf, 5);
    ck_assert(f[0].is_required && f[0].kind == FORM_TEXT && f[0].known);
    ck_assert(f[1].is_required && f[1].kind == FORM_EMAIL);
    ck_assert(f[2].kind == FORM_CHOICE && f[2].noptions == 3 && str_eq(f[2].option[1], S("Oil=5")));
    ck_assert(str_eq(f[2].label, S("What for?")) && str_eq(f[3].label, S("কত?")) && f[3].kind == FORM_NUMBER);
    ck_assert(!f[4].is_required && str_eq(form_field_label(ctx.a, &house_loc, &f[4]), S("News")));
}
END_TEST

START_TEST(a_mistake_names_its_line_and_what_to_write)
{
    static const struct { const char *text; int line; msg_id msg; } bad[] = {
        { "email\nশহর", 2, MSG_reach_fields_key },           { "email\nCity", 2, MSG_reach_fields_key },
        { "email\n\n#\nx:colour", 4, MSG_reach_fields_kind }, { "email\nx:choice(a|b", 2, MSG_reach_fields_bracket },
        { "email\nx:choice(a)", 2, MSG_reach_fields_options_few }, { "email\nx:choice", 2, MSG_reach_fields_options_few },
        { "email\nx:choice(a||b)", 2, MSG_reach_fields_option }, { "email\nx:choices(a|a)", 2, MSG_reach_fields_option_twice },
        { "email\nemail*", 2, MSG_reach_fields_twice },      { "email\nx:text(a|b)", 2, MSG_reach_fields_no_options },
        { "email\ntoken", 2, MSG_reach_fields_reserved },    { "email\nutm_source", 2, MSG_reach_fields_reserved },
        { "email:number", 1, MSG_reach_fields_fixed },       { "name*\nmessage", 0, MSG_reach_fields_nobody },
        { "", 0, MSG_reach_fields_nobody },                  { "email\n*", 2, MSG_reach_fields_key },
    };
    for (size_t i = 0; i < countof(bad); i++) {
        ck_assert_msg(!reads(bad[i].text), "%s", bad[i].text);
        ck_assert_msg(e.msg == bad[i].msg && e.pos == bad[i].line, "%s: line %d, %s", bad[i].text, (int)e.pos, e.detail);
        ck_assert_str_eq(e.field, "fields");
        for (enum lang l = 0; l < LANG_COUNT; l++) {
            struct locale loc = locale_default(l, "BD");
            ck_assert_int_gt(err_text(ctx.a, &loc, &e).n, 20);
        }
    }
}
END_TEST

START_TEST(limits_hold_on_both_sides)
{
    struct buf b = buf_new(ctx.a, 100000);
    buf_lit(&b, "email\n");
    for (int i = 1; i < FORM_FIELDS_MAX; i++)
        buf_fmt(&b, "q%d\n", i);
    ck_assert(form_fields_parse(ctx.a, buf_str(&b), &f, &nf, &e) && nf == FORM_FIELDS_MAX);
    buf_lit(&b, "more\n");
    ck_assert(!form_fields_parse(ctx.a, buf_str(&b), &f, &nf, &e));
    ck_assert_int_eq(e.msg, MSG_reach_fields_many);
    ck_assert(reads("email\na23456789012345678901234567890"));
    ck_assert(!reads("email\na234567890123456789012345678901"));
    for (int n = FORM_OPTIONS_MAX; n <= FORM_OPTIONS_MAX + 1; n++) {
        struct buf o = buf_new(ctx.a, 10000);
        buf_lit(&o, "email\nx:choice(0");
        for (int i = 1; i < n; i++)
            buf_fmt(&o, "|%d", i);
        buf_lit(&o, ")");
        ck_assert_int_eq(form_fields_parse(ctx.a, buf_str(&o), &f, &nf, &e), n == FORM_OPTIONS_MAX);
    }
}
END_TEST

static bool answers(int i, const char *typed, const char *kept)
{
    str out = S("?");
    e = (struct err){ 0 };
    return form_answer(&ctx, &f[i], str_of(typed), &out, &e) && str_eq(out, str_of(kept));
}

START_TEST(answers_are_read_in_any_digits_and_refused_in_clear_words)
{
    ck_assert(reads("email*\nphone\nn:number\nd:date\nc:choice(a|b)\ncc:choices(a|b|c)\nt\nm:longtext"));
    ck_assert(answers(0, " Rahim@Example.COM ", "rahim@example.com"));
    ck_assert(answers(1, "০১৭১১০০০০০০", "+8801711000000") && answers(1, "", ""));
    ck_assert(answers(2, "১২৩.৫", "123.5") || answers(2, "১২৩.৫", "123.5000"));
    ck_assert(answers(3, "2026-11-24", "2026-11-24"));
    ck_assert(answers(4, "b", "b") && !answers(4, "z", "z"));
    ck_assert(answers(5, "a\nc", "a\nc") && !answers(5, "a\nz", "a\nz"));
    ck_assert(!answers(0, "", "") && e.msg == MSG_reach_answer_missing);
    static const char *const bad[] = { "rahim@", "১২৩@", "rahim@@x.com", "۱۲۳", "rahim example.com", "a@b" };
    for (size_t i = 0; i < countof(bad); i++) {
        ck_assert_msg(!answers(0, bad[i], bad[i]), "%s", bad[i]);
        ck_assert_int_eq(e.code, ERR_INVALID);
    }
    ck_assert(!answers(1, "12", "12"));
    char long_text[FORM_TEXT_MAX + 2] = { 0 };
    memset(long_text, 'x', FORM_TEXT_MAX);
    ck_assert(answers(6, long_text, long_text));
    long_text[FORM_TEXT_MAX] = 'x';
    ck_assert(!answers(6, long_text, long_text) && answers(7, long_text, long_text));
}
END_TEST

/* ── where from ──────────────────────────────────────────────────────────── */

START_TEST(a_referrer_tells_search_social_mail_and_others)
{
    static const struct { const char *ref, *medium, *source, *channel; } is[] = {
        { "https://www.google.com.bd/", "", "web", "search" },     { "https://news.google.co.in/x", "", "web", "search" },
        { "https://mail.google.com/mail/u/0", "", "other", "email" }, { "https://l.facebook.com/l.php?u=x", "", "social", "social" },
        { "https://t.co/abc", "", "social", "social" },             { "https://not.co/abc", "", "referral", "referral" },
        { "https://wa.me/1", "", "social", "whatsapp" },            { "https://googleplex.example/", "", "referral", "referral" },
        { "https://evilfacebook.com/", "", "referral", "referral" }, { "", "", "web", "web" },
        { "https://www.padma.example/pricing", "", "web", "web" },  { "https://duckduckgo.com/", "cpc", "campaign", "ads" },
        { "", "Email", "campaign", "email" },                       { "", "paid_social", "campaign", "ads" },
        { "https://user@www.bing.com:443/s?q=http://t.co", "", "web", "search" }, { "nonsense", "", "web", "web" },
    };
    for (size_t i = 0; i < countof(is); i++) {
        struct source s = source_of(ctx.a, str_of(is[i].ref), S("padma.example"), (str){ 0 }, str_of(is[i].medium));
        ck_assert_msg(!strcmp(s.source, is[i].source) && !strcmp(s.channel, is[i].channel), "%s: %s %s", is[i].ref, s.source, s.channel);
    }
}
END_TEST

static const char *const people[] = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 13; en-us; Redmi Note 12) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.127 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.3",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/450.0.0]",
    "Opera/9.80 (Android; Opera Mini/36.2.2254/191.249; U; bn) Presto/2.12.423 Version/12.16",
};

START_TEST(people_are_not_taken_for_robots)
{
    for (size_t i = 0; i < countof(people); i++)
        ck_assert_msg(!robot_is_named(ctx.a, str_of(people[i])), "%s", people[i]);
    ck_assert(robot_is_named(ctx.a, (str){ 0 }));
    ck_assert_str_eq(source_device(ctx.a, str_of(people[0])), "desktop");
    ck_assert_str_eq(source_device(ctx.a, str_of(people[2])), "phone");
}
END_TEST

START_TEST(robots_of_the_common_list_are_known)
{
    static const char name[] = "web/crawler-user-agents/crawler-user-agents.json";
    size_t i, all = 0, missed = 0, k;
    json_t *entry, *ua;
    if (!data_is_here(ctx.a, name))
        return;
    str text = data_read(ctx.a, name);
    json_t *list = json_loadb(text.p, text.n, 0, NULL);
    ck_assert(json_is_array(list));
    json_array_foreach(list, i, entry)
        json_array_foreach(json_object_get(entry, "instances"), k, ua) {
            struct arena a = *ctx.a;
            all++;
            missed += !robot_is_named(&a, str_of(json_string_value(ua)));
        }
    json_decref(list);
    ck_assert_int_gt(all, 1500);
    ck_assert_msg(missed * 100 <= all, "%zu of %zu robots missed", missed, all);     /* 99 % */
}
END_TEST

START_TEST(an_address_keeps_its_network_only)
{
    ck_assert(str_eq(source_ip(ctx.a, S("203.0.113.77")), S("203.0.113.0")));
    ck_assert(str_eq(source_ip(ctx.a, S("2001:db8:1:2:3:4:5:6")), S("2001:db8:1::")));
    ck_assert_int_eq(source_ip(ctx.a, S("not an address")).n, 0);
}
END_TEST

START_TEST(hosts_are_hosts_and_nothing_else_reaches_the_header)
{
    static const char *const bad[] = { "a b/..;x", "exa mple'", "'none'", "*", "*.com", "-a.example", "a..b", "a.example:0",
                                       "a.example:99999", "https://", "ex_ample.com", "উদাহরণ.com" };
    str out[HOSTS_MAX];
    size_t n;
    ck_assert(hosts_parse(ctx.a, S("Padma.example, https://www.x.example/page *.y.example\nlocalhost:3000"), out, &n, &e) && n == 4);
    ck_assert(hosts_parse(ctx.a, S("padma.example، x.example"), out, &n, &e) && n == 2);
    ck_assert(!hosts_parse(ctx.a, S("x.example، سایت.example"), out, &n, &e));     /* a letter shares a byte with the comma */
    ck_assert(strstr(e.detail, "سایت.example"));
    e = (struct err){ 0 };
    ck_assert(str_eq(hosts_csp(ctx.a, S("A.example, *.b.example")), S(" a.example *.b.example")));
    ck_assert(hosts_have(ctx.a, S("*.b.example"), S("shop.b.example")) && !hosts_have(ctx.a, S("*.b.example"), S("b.example")));
    ck_assert(!hosts_have(ctx.a, S("a.example"), S("evil-a.example")));
    for (size_t i = 0; i < countof(bad); i++)
        if (i != 0 && i != 1)
            ck_assert_msg(!hosts_parse(ctx.a, str_of(bad[i]), out, &n, &e), "%s", bad[i]);
    ck_assert_str_eq(e.field, "allowed_hosts");
}
END_TEST

/* ── the token ───────────────────────────────────────────────────────────── */

START_TEST(a_token_holds_from_two_seconds_to_a_day_for_its_form_only)
{
    memset(house_ws.key, 7, sizeof house_ws.key);
    str t = form_token_make(ctx.a, &house_ws, S("contact"), HOUSE_NOW), key = { 0 };
    static const struct { int64_t after_s; enum form_token is; } at[] = {
        { 0, TOKEN_TOO_FAST }, { 1, TOKEN_TOO_FAST }, { 2, TOKEN_GOOD }, { 86400, TOKEN_GOOD }, { 86401, TOKEN_TOO_OLD },
    };
    for (size_t i = 0; i < countof(at); i++)
        ck_assert_int_eq(form_token_check(&house_ws, S("contact"), t, HOUSE_NOW + at[i].after_s * SECOND_US, &key), at[i].is);
    ck_assert_int_eq(key.n, FORM_KEY_LEN);
    ck_assert_int_eq(form_token_check(&house_ws, S("other"), t, HOUSE_NOW + 5 * SECOND_US, &key), TOKEN_WRONG);
    for (size_t i = 0; i < t.n; i++) {
        char *bad = arena_new(ctx.a, char, t.n);
        memcpy(bad, t.p, t.n);
        bad[i] = bad[i] == '1' ? '2' : '1';
        enum form_token is = form_token_check(&house_ws, S("contact"), (str){ bad, t.n }, HOUSE_NOW + 5 * SECOND_US, &key);
        ck_assert_msg(is == TOKEN_WRONG, "byte %zu", i);
    }
    ck_assert_int_eq(form_token_check(&house_ws, S("contact"), (str){ 0 }, HOUSE_NOW, &key), TOKEN_WRONG);
}
END_TEST

/* ── campaigns ───────────────────────────────────────────────────────────── */

struct job { const struct entity *en; int64_t id, campaign, parent, minor; const char *kind, *currency; struct record *r; bool is_new; };

static bool run(struct ctx *tx, void *arg, struct err *err)
{
    struct job *j = arg;
    struct record *r = record_new(tx->a, j->en);
    j->is_new |= !j->id;                        /* it may run twice, and has an id the second time */
    r->id = j->id;
    if (j->en == &budget_line_entity) {
        record_set(r, "campaign", val_ref(j->campaign));
        record_set(r, "kind", val_text(str_of(j->kind)));
        record_set(r, "amount", val_money(j->minor, str_of(j->currency ? j->currency : "BDT")));
    } else if (!j->r) {
        if (!j->id || j->is_new)
            record_set(r, "name", val_text(S("Campaign")));
        record_set(r, "parent", val_ref(j->parent));
    }
    if (j->r)
        r = j->r;
    bool done = j->is_new ? record_create(tx, r, err) : record_update(tx, r, 0, NULL, err);
    j->id = r->id;
    return done;
}

static int64_t campaign_under(int64_t parent)
{
    struct job j = { .en = &campaign_entity, .parent = parent };
    ok(record_write(&ctx, run, &j, &e));
    return j.id;
}

static bool line(int64_t campaign, const char *kind, int64_t minor)
{
    struct job j = { .en = &budget_line_entity, .campaign = campaign, .kind = kind, .minor = minor };
    return record_write(&ctx, run, &j, &e);
}

static void renew(void)
{
    db_read_end(ctx.c);
    ok(db_read_begin(ctx.c, 0, &e));
}

START_TEST(money_of_a_campaign_is_the_exact_sum_of_its_lines)
{
    int64_t top = campaign_under(0), below = campaign_under(top), deep = campaign_under(below);
    ok(line(top, "budget", 10000001));
    ok(line(top, "spend", 333));
    ok(line(top, "spend", -33));
    ok(line(deep, "spend", 7));
    ok(line(deep, "budget", 1));
    ck_assert(!line(top, "spend", 0));
    ck_assert_int_eq(e.msg, MSG_reach_line_zero);
    renew();
    struct record *r;
    struct campaign_money m;
    ok(record_get(&ctx, &campaign_entity, top, &r, &e));
    ck_assert_int_eq(record_val(r, "budget").i, 10000001);
    ck_assert_int_eq(record_val(r, "spend").i, 300);
    ok(campaign_money(&ctx, top, &m, &e));
    ck_assert_int_eq(m.budget, 10000002);
    ck_assert_int_eq(m.spend, 307);
    ck_assert_int_eq(m.campaigns, 3);
}
END_TEST

START_TEST(a_campaign_never_stands_below_itself_nor_ends_before_it_starts)
{
    int64_t a = campaign_under(0), b = campaign_under(a);
    struct job ring = { .en = &campaign_entity, .id = a, .parent = b }, self = { .en = &campaign_entity, .id = a, .parent = a };
    ck_assert(!record_write(&ctx, run, &ring, &e));
    ck_assert_int_eq(e.msg, MSG_reach_parent_ring);
    ck_assert(!record_write(&ctx, run, &self, &e));
    struct job dates = { .en = &campaign_entity, .r = record_new(ctx.a, &campaign_entity) };
    record_set(dates.r, "name", val_text(S("X")));
    record_set(dates.r, "starts", val_int(20000));
    record_set(dates.r, "ends", val_int(19999));
    ck_assert(!record_write(&ctx, run, &dates, &e));
    ck_assert_str_eq(e.field, "ends");
    record_set(dates.r, "ends", val_int(20000));
    dates.r->id = dates.id = 0;
    ok(record_write(&ctx, run, &dates, &e));
}
END_TEST

START_TEST(other_words_of_consent_are_another_version)
{
    struct record *r = record_new(ctx.a, &form_entity), *got;
    struct job j = { .en = &form_entity, .r = r };
    record_set(r, "name", val_text(S("Contact us, please!")));
    record_set(r, "consent_text", val_text(S("Write to me.")));
    ok(record_write(&ctx, run, &j, &e));
    renew();
    ok(record_get(&ctx, &form_entity, j.id, &got, &e));
    str first = record_text(got, "consent_version");
    ck_assert_int_eq(first.n, 12);
    ck_assert(str_eq(record_text(got, "slug"), S("contact-us-please")));
    j.r = record_new(ctx.a, &form_entity);
    j.r->id = j.id;
    j.is_new = false;
    record_set(j.r, "consent_text", val_text(S("Write to me!")));
    ok(record_write(&ctx, run, &j, &e));
    renew();
    ok(record_get(&ctx, &form_entity, j.id, &got, &e));
    ck_assert(!str_eq(first, record_text(got, "consent_version")));
}
END_TEST

SUITE("reach", 60, open_all, house_close,
      one_question_a_line_with_must_kind_and_label,
      a_mistake_names_its_line_and_what_to_write,
      limits_hold_on_both_sides,
      answers_are_read_in_any_digits_and_refused_in_clear_words,
      a_referrer_tells_search_social_mail_and_others,
      people_are_not_taken_for_robots,
      robots_of_the_common_list_are_known,
      an_address_keeps_its_network_only,
      hosts_are_hosts_and_nothing_else_reaches_the_header,
      a_token_holds_from_two_seconds_to_a_day_for_its_form_only,
      money_of_a_campaign_is_the_exact_sum_of_its_lines,
      a_campaign_never_stands_below_itself_nor_ends_before_it_starts,
      other_words_of_consent_are_another_version)
