/* query.c - the query language: what it reads, what it refuses, what it finds. */
#include "../house.h"
#include "base/random.h"
#include "db/db.h"
#include "msg/query.h"
#include "record/query_tree.h"
#include "record/sql.h"

static struct query *parsed(str text)
{
    struct query *q = NULL;
    ck_assert_msg(query_parse(&house_arena, text, &q, &e), "%.*s: %s, %s", STR_ARG(text), msg_key(e.msg), e.detail);
    return q;
}

static void refused(const char *text, int msg, int64_t pos)
{
    struct query *q = NULL;
    e = (struct err){ 0 };
    bool is_read = query_parse(&house_arena, str_of(text), &q, &e) && query_check(&ctx, &deal_entity, q, &e);
    ck_assert_msg(!is_read, "%s was accepted", text);
    ck_assert_msg(e.msg == msg, "%s: %s instead of %s", text, msg_key(e.msg), msg_key(msg));
    ck_assert_msg(pos < 0 || e.pos == pos, "%s: at %d instead of %d", text, (int)e.pos, (int)pos);
    ck_assert_int_eq(e.code, ERR_INVALID);
    ck_assert(err_text(&house_arena, &house_loc, &e).n > 0);
}

/* ── reading and writing back ────────────────────────────────────────────── */

START_TEST(a_query_reads_and_writes_back_as_it_was_meant)
{
    static const struct { const char *in, *out; } t[] = {
        { "", "" }, { "   ", "" },
        { "stage = \"Won\"", "stage = \"Won\"" },
        { "STATUS IN (open,won) AND Amount>=2000000", "status in (open, won) and amount >= 2000000" },
        { "amount <> 5", "amount != 5" }, { "amount == 5", "amount = 5" },
        { "a = 1 or b = 2 and c = 3", "a = 1 or b = 2 and c = 3" },
        { "(a = 1 or b = 2) and c = 3", "(a = 1 or b = 2) and c = 3" },
        { "a = 1 and (b = 2 and c = 3)", "a = 1 and (b = 2 and c = 3)" },
        { "((a = 1))", "a = 1" },
        { "not (a = 1 or b = 2)", "not (a = 1 or b = 2)" }, { "not a = 1 and b = 2", "not a = 1 and b = 2" },
        { "owner = me or owner.team = my   team", "owner = me or owner.team = my team" },
        { "email is empty", "email is empty" }, { "email is not empty", "email is not empty" },
        { "x in this quarter", "x in this quarter" }, { "x in last month", "x in last month" },
        { "x in next year", "x in next year" }, { "x in last 7 days", "x in last 7 days" },
        { "x in last ৭ days", "x in last 7 days" }, { "x in last ۷ days", "x in last 7 days" },
        { "x within 1 day", "x in last 1 day" }, { "x not within 48 hours", "x not in last 48 hours" },
        { "x in next 2 weeks", "x in next 2 weeks" }, { "x not in this week", "x not in this week" },
        { "x not in (1, 2)", "x not in (1, 2)" },
        { "x >= now - 7 days", "x >= now - 7 days" }, { "x < today +3 months", "x < today + 3 months" },
        { "x before 2026-11-24", "x < 2026-11-24" }, { "x after tomorrow", "x > tomorrow" },
        { "x > 2 hours", "x > 2 hours" }, { "x < -5", "x < -5" },
        { "name ~ 'O\\'Hara'", "name ~ \"O'Hara\"" }, { "name ~ O'Hara", "name ~ O'Hara" },
        { "name = “ঢাকা ব্যাংক”", "name = \"ঢাকা ব্যাংক\"" }, { "name = «بانک»", "name = \"بانک\"" },
        { "name = \"a \\\"b\\\" \\\\ c\"", "name = \"a \\\"b\\\" \\\\ c\"" },
        { "x in (a، b)", "x in (a, b)" },
        { "rahman dhaka", "rahman dhaka" }, { "রহমান", "রহমান" }, { "rahman@acme.com.bd", "rahman@acme.com.bd" },
        { "+8801711", "+8801711" }, { "\"or and\"", "\"or and\"" },
        { "my teammates", "my teammates" }, { "last week", "last week" }, { "today", "today" },
        { "team = my team", "team = my team" }, { "empty is empty", "empty is empty" },
        { "rahman and amount > 5", "rahman and amount > 5" }, { "not rahman", "not rahman" },
        { "a = true and b = FALSE", "a = true and b = false" },
        { "COUNT(Mail.Opened within 30 days)>=2", "count(mail.opened in last 30 days) >= 2" },
        { "happened (page.viewed where path ~ \"/pricing\" within 7 days)",
          "happened(page.viewed where path ~ \"/pricing\" in last 7 days)" },
        { "happened(page.viewed in this quarter where a = 1 or b = 2)", "happened(page.viewed where a = 1 or b = 2 in this quarter)" },
        { "happened(x where at within 7 days)", "happened(x where at in last 7 days)" },
        { "happened(x where at within 7 days within 2 weeks)", "happened(x where at in last 7 days in last 2 weeks)" },
        { "happened(x where at not in this month in last year)", "happened(x where at not in this month in last year)" },
        { "happened(x where (at in this month))", "happened(x where at in this month)" },
        { "not happened(*)", "not happened(*)" }, { "happened(\"Web.Inar\")", "happened(\"Web.Inar\")" },
        { "last(mail.*) before today - 3 days", "last(mail.*) < today - 3 days" },
        { "first(x) is empty", "first(x) is empty" }, { "last(x) is not empty", "last(x) is not empty" },
        { "last(x) not within 2 days", "last(x) not in last 2 days" }, { "first(x) in this year", "first(x) in this year" },
        { "sum(deals.amount via partner where status = won) >= 1000000", "sum(deals.amount via partner where status = won) >= 1000000" },
        { "count(a where count(b where c = 1 within 1 day) > 2 within 3 days) > 4",
          "count(a where count(b where c = 1 in last 1 day) > 2 in last 3 days) > 4" },
        { "count(a where last(b) within 2 days within 3 days) = 4", "count(a where last(b) in last 2 days in last 3 days) = 4" },
        { "count(a where last(b) within 2 days) = 4", "count(a where last(b) in last 2 days) = 4" },
        { "in segment Dhaka", "in segment Dhaka" }, { "not in segment \"A b\"", "not in segment \"A b\"" },
        { "company not in segment x", "company not in segment x" }, 
        { "count", "count" }, { "last first sum", "last first sum" }, { "where via", "where via" },
    };
    for (size_t i = 0; i < countof(t); i++) {
        str once = query_text(&house_arena, parsed(str_of(t[i].in)));
        ck_assert_msg(str_eq(once, str_of(t[i].out)), "%s gave %.*s", t[i].in, STR_ARG(once));
        str twice = query_text(&house_arena, parsed(once));
        ck_assert_msg(str_eq(once, twice), "%.*s then %.*s", STR_ARG(once), STR_ARG(twice));
    }
}
END_TEST

/* A random tree, as text with all parentheses. */
static void grow(struct buf *b, struct seeded *r, int depth)
{
    static const char *const leaf[] = {
        "a = 1", "b.c != \"x y\"", "d in (1, \"two\", me)", "e is not empty", "f in last 3 weeks",
        "g not in this year", "h ~ “é”", "\"some words\"", "i >= today - 1 month", "j not in (x)",
        "count(k.l where m = 1 within 3 days) >= 2", "not happened(n where o ~ p)", "last(q.r in this month) before today",
        "sum(s.t via u) > 5", "in segment \"v w\"", "x.y not in segment \"z\"", "first(\"A b\") is empty",
    };
    int64_t pick = depth ? seeded_below(r, 5) : 4;
    if (pick == 4) {
        buf_put(b, str_of(leaf[seeded_below(r, countof(leaf))]));
        return;
    }
    buf_put(b, pick == 3 ? S("not (") : S("("));
    grow(b, r, depth - 1);
    buf_put(b, S(")"));
    if (pick == 3)
        return;
    buf_put(b, pick == 0 ? S(" and (") : S(" or ("));
    grow(b, r, depth - 1);
    buf_put(b, S(")"));
}

static bool same_value(const struct query_value *x, const struct query_value *y)
{
    return x->word == y->word && x->has_offset == y->has_offset && x->offset == y->offset && x->unit == y->unit
        && (x->has_offset || (str_eq(x->text, y->text) && x->is_quoted == y->is_quoted));
}

static bool same_tree(const struct query *x, const struct query *y);

static bool same_source(const struct query_source *x, const struct query_source *y)
{
    if (!x || !y)
        return x == y;
    return x->many == y->many && str_eq(x->name, y->name) && str_eq(x->via, y->via) && x->is_quoted == y->is_quoted
        && x->has_window == y->has_window && !memcmp(&x->window, &y->window, sizeof x->window) && same_tree(x->where, y->where);
}

static bool same_tree(const struct query *x, const struct query *y)
{
    if (!x || !y)
        return x == y;
    if (x->test != y->test || !same_source(x->source, y->source))
        return false;
    if (x->kind != y->kind || x->npath != y->npath || x->op != y->op || x->nlist != y->nlist
        || x->is_negated != y->is_negated || memcmp(&x->period, &y->period, sizeof x->period))
        return false;
    for (int i = 0; i < x->npath; i++)
        if (strcmp(x->path[i], y->path[i]))
            return false;
    for (int i = 0; i < x->nlist; i++)
        if (!same_value(&x->list[i], &y->list[i]))
            return false;
    return same_value(&x->value, &y->value) && same_tree(x->left, y->left) && same_tree(x->right, y->right);
}

START_TEST(any_tree_written_out_reads_as_the_same_tree)
{
    struct seeded r = seeded_from(7);
    for (int i = 0; i < 3000; i++) {
        struct arena scratch = house_arena;
        struct buf b = buf_new(&scratch, 1 << 16);
        struct query *x = NULL, *y = NULL;
        grow(&b, &r, (int)seeded_below(&r, 6));
        if (buf_str(&b).n > QUERY_TEXT_MAX)
            continue;
        ok(query_parse(&scratch, buf_str(&b), &x, &e));
        ok(query_parse(&scratch, query_text(&scratch, x), &y, &e));
        ck_assert_msg(same_tree(x, y), "%.*s", STR_ARG(query_text(&scratch, x)));
    }
}
END_TEST

/* ── refusals ────────────────────────────────────────────────────────────── */

START_TEST(an_error_names_the_word_and_its_place)
{
    static const struct { const char *text; int msg; int pos; } t[] = {
        { "amount = ", MSG_query_ended, 10 }, { "amount > 5 and", MSG_query_ended, 15 },
        { "amount = foo bar", MSG_query_unexpected, 14 }, { "= 5", MSG_query_unexpected, 1 },
        { "amount ! 5", MSG_query_unexpected, 8 }, { "a..b = 1", MSG_query_unexpected, 1 },
        { ".a = 1", MSG_query_unexpected, 1 }, { "a. = 1", MSG_query_unexpected, 1 },
        { "name in ()", MSG_query_unexpected, 10 }, { ")", MSG_query_unexpected, 1 },
        { "(amount = 5", MSG_query_paren_open, 12 }, { "name = \"open", MSG_query_quote_open, 8 },
        { "name = “open", MSG_query_quote_open, 8 },
        { "count(mail.opened within 30 days)", MSG_query_ended, 34 }, { "happened(", MSG_query_paren_open, 10 },
        { "happened(deal.stage) = 2", MSG_query_unexpected, 22 }, { "count(deal.stage in 3) > 1", MSG_query_unexpected, 18 },
        { "happened(deal.stage) within 7 days", MSG_query_window_inside, 22 }, { "count(deal.stage) within 7 days > 2", MSG_query_window_inside, 19 },
        { "count(deal.stage within 7) > 2", MSG_query_window_inside, 18 }, { "not happened(deal.stage) in last month", MSG_query_window_inside, 26 },
        { "happened(mail.opned)", MSG_query_no_source_near, 10 }, { "happened(zzzzzz)", MSG_query_no_source, 10 },
        { "count(peeple) > 1", MSG_query_no_source, 7 }, { "count(meetngs) > 1", MSG_query_no_source_near, 7 },
        { "count(meetings via owner) > 1", MSG_query_no_via, 20 }, { "count(meetings via daal) > 1", MSG_query_no_via_near, 20 },
        { "happened(deal.stage where channl = web)", MSG_query_no_field_near, 27 },
        { "happened(deal.stage where campaign.nmae = web)", MSG_query_no_field_near, 36 },
        { "happened(deal.stage where rahman)", MSG_query_no_words, 27 },
        { "happened(deal.stage in this hour)", MSG_query_no_clock_period, 10 },
        { "sum(deal_line) > 5", MSG_query_need_sum, 5 }, { "sum(lines.name) > 5", MSG_query_no_source, 5 }, { "sum(deal_line.nme) > 5", MSG_query_bad_sum, 15 },
        { "count(deal.stage) = many", MSG_query_need_number, 21 }, { "count(deal.stage) ~ 5", MSG_query_no_op, 1 },
        { "last(deal.stage) > soon", MSG_query_need_date, 20 }, { "last(deal.stage) ~ x", MSG_query_no_op, 1 },
        { "company in segment \"Dhaka\"", MSG_query_no_segment, 20 }, { "name in segment \"Dhaka\"", MSG_query_no_path, 1 },
        { "in segment Dhaka", MSG_query_no_segment, 12 },
        { "created_at in last 0 days", MSG_query_steps, 20 },
        { "amuont > 5", MSG_query_no_field_near, 1 }, { "zzzzzzzz > 5", MSG_query_no_field, 1 },
        { "company.indsutry = pharma", MSG_query_no_field_near, 9 },
        { "deleted_at is empty", MSG_query_no_field, 1 },
        { "name.x = 1", MSG_query_no_path, 1 }, { "amount ~ 5", MSG_query_no_op, 1 },
        { "name < m", MSG_query_no_op, 1 }, { "status > open", MSG_query_no_op, 1 },
        { "amount = lots", MSG_query_need_number, 10 }, { "amount = 2 days", MSG_query_need_number, 10 },
        { "close_date = soon", MSG_query_need_date, 14 }, { "close_date = \"today\"", MSG_query_need_date, 14 },
        { "close_date = 2026-02-30", MSG_query_need_date, 14 },
        { "status = opne", MSG_query_need_choice_near, 10 }, { "status = whatever", MSG_query_need_choice, 10 },
        { "status in (open, wno)", MSG_query_need_choice_near, 18 },
        { "company.is_key = maybe", MSG_query_need_bool, 18 }, { "company.is_key in (true)", MSG_query_no_op, 1 },
        { "company = Square!", MSG_query_unexpected, 17 }, { "company = lousy", MSG_query_need_record, 11 },
        { "company = me", MSG_query_no_me, 11 }, { "owner = my team", MSG_query_no_me, 9 },
        { "name in this week", MSG_query_no_period, 1 }, { "close_date in last 5 hours", MSG_query_no_clock, 1 },
        { "created_at in this hour", MSG_query_no_clock_period, 1 },
    };
    for (size_t i = 0; i < countof(t); i++)
        refused(t[i].text, t[i].msg, t[i].pos);
}
END_TEST

START_TEST(a_label_typed_instead_of_a_name_suggests_the_name)
{
    house_loc.lang = LANG_FA;
    const struct field *f = entity_field(&deal_entity, S("amount"));
    str label = msg_text(&house_arena, &house_loc, f->label, NULL);
    struct query *q = parsed(arena_fmt(&house_arena, "%.*s > 5", STR_ARG(label)));
    ck_assert(!query_check(&ctx, &deal_entity, q, &e));
    ck_assert_int_eq(e.msg, MSG_query_no_field_near);
    ck_assert_str_eq(e.arg[e.nargs - 1].text, "amount");
}
END_TEST

START_TEST(a_choice_may_be_given_by_its_label)
{
    house_loc.lang = LANG_BN;
    const struct field *f = entity_field(&deal_entity, S("status"));
    str label = msg_text(&house_arena, &house_loc, f->choices[1].label, NULL);
    struct query *q = parsed(arena_fmt(&house_arena, "status in (open, \"%.*s\")", STR_ARG(label)));
    ok(query_check(&ctx, &deal_entity, q, &e));
    ck_assert(str_eq(q->list[1].text, S("won")));
}
END_TEST

/* ── limits, both sides ──────────────────────────────────────────────────── */

static str repeated(const char *before, const char *each, int n, const char *after)
{
    struct buf b = buf_new(&house_arena, 1 << 16);
    buf_put(&b, str_of(before));
    for (int i = 0; i < n; i++)
        buf_put(&b, str_of(each));
    buf_put(&b, str_of(after));
    return buf_str(&b);
}

static void at_limit(str good, str bad, int msg)
{
    struct query *q;
    ck_assert_msg(query_parse(&house_arena, good, &q, &e), "%.60s: %s", good.p, msg_key(e.msg));
    ck_assert_msg(!query_parse(&house_arena, bad, &q, &e), "%.60s", bad.p);
    ck_assert_msg(e.msg == msg, "%.60s: %s", bad.p, msg_key(e.msg));
}

START_TEST(every_limit_holds_on_both_sides)
{
    at_limit(repeated("", "x", QUERY_TEXT_MAX, ""), repeated("", "x", QUERY_TEXT_MAX + 1, ""), MSG_query_too_long);
    at_limit(repeated("", "(", QUERY_DEPTH_MAX, repeated("a=1", ")", QUERY_DEPTH_MAX, "").p),
             repeated("", "(", QUERY_DEPTH_MAX + 1, repeated("a=1", ")", QUERY_DEPTH_MAX + 1, "").p), MSG_query_too_deep);
    at_limit(repeated("", "not ", QUERY_DEPTH_MAX, "a=1"), repeated("", "not ", QUERY_DEPTH_MAX + 1, "a=1"),
             MSG_query_too_deep);
    at_limit(repeated("", "not (", QUERY_DEPTH_MAX / 2, repeated("a=1", ")", QUERY_DEPTH_MAX / 2, "").p),
             repeated("not ", "not (", QUERY_DEPTH_MAX / 2, repeated("a=1", ")", QUERY_DEPTH_MAX / 2, "").p),
             MSG_query_too_deep);
    at_limit(repeated("a=1", " or a=1", 99, ""), repeated("a=1", " or a=1", 100, ""), MSG_query_too_many);
    at_limit(repeated("a in (1", ",1", QUERY_NODES_MAX - 2, ")"), repeated("a in (1", ",1", QUERY_NODES_MAX - 1, ")"),
             MSG_query_too_many);
    at_limit(S("a.b.c.d = 1"), S("a.b.c.d.e = 1"), MSG_query_path_long);
    at_limit(S("a in last 10000 days"), S("a in last 10001 days"), MSG_query_steps);
    at_limit(S("a = \"\xc3\xa9\""), S("a = \"\xc3\""), MSG_query_bad_text);
    at_limit(S("a b"), ((str){ "a\0b", 3 }), MSG_query_bad_text);
}
END_TEST

/* ── what it finds ───────────────────────────────────────────────────────── */

static const char *const rows[] = {
    "INSERT INTO \"user\" (id, version, created_at, created_by, updated_at, updated_by, name, name_fold, email, team, is_active)"
    " VALUES (1,1,0,0,0,0,'Sara Rahman','sara rahman','sara@x.bd',71,1), (2,1,0,0,0,0,'Ali','ali','ali@x.bd',72,1),"
    " (3,1,0,0,0,0,'Guest','guest','guest@x.bd',NULL,1)",
    "INSERT INTO team (id, version, created_at, created_by, updated_at, updated_by, name, name_fold)"
    " VALUES (71,1,0,0,0,0,'Dhaka','dhaka'), (72,1,0,0,0,0,'Delhi','delhi')",
    "INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, deleted_at, name, name_fold, industry, is_key, country)"
    " VALUES (11,1,0,0,0,0,NULL,'Square Pharma','square pharma','pharma',1,'BD'),"
    " (12,1,0,0,0,0,NULL,'City Bank','city bank','finance',0,NULL),"
    " (13,1,0,0,0,0,99,'Gone Pharma','gone pharma','pharma',1,NULL)",
    /* a: all set. b: bank. c: deleted company. d: nothing but a name. e: deleted itself. */
    "INSERT INTO deal (id, version, created_at, created_by, updated_at, updated_by, deleted_at,"
    " name, name_fold, company, owner, amount, amount_currency, amount_base, close_date, status, tags, probability, closed_at) VALUES"
    " (21,1,1795456800000000,1,0,0,NULL,'Alpha Press','alpha press',11,1,500,'USD',5500000,20781,'open','vip,east',2550,1795500000000000),"
    " (22,1,1795456799999999,2,0,0,NULL,'Beta Line','beta line',12,2,300000,'BDT',300000,20780,'won','east',NULL,NULL),"
    " (23,1,1795543200000000,2,0,0,NULL,'Gamma 50%','gamma 50%',13,2,0,'BDT',0,20812,'lost','v_p',NULL,NULL),"
    " (24,1,0,0,0,0,NULL,'Delta','delta',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL),"
    " (25,1,0,1,0,0,99,'e','epsilon',11,1,NULL,NULL,NULL,NULL,'open',NULL,NULL,NULL)",
    "INSERT INTO meeting (id, version, created_at, created_by, updated_at, updated_by)"
    " VALUES (31,1,0,0,0,0), (32,1,0,0,0,0), (33,1,0,0,0,0)",
    "INSERT INTO person (id, version, created_at, created_by, updated_at, updated_by, name, name_fold, company, email)"
    " VALUES (41,1,0,0,0,0,'Karim','karim',11,'karim@square.bd'), (42,1,0,0,0,0,'Mina','mina',12,NULL)",
    "INSERT INTO meeting_attendees (owner_id, target_id, position) VALUES (31,41,0), (31,42,1), (32,42,0)",
};

static const struct actor sara = {
    .user_id = 1, .name = { "Sara Rahman", 11 }, .roles = 1u << ROLE_AE, .team_id = 71, .teams = { 71 }, .nteams = 1,
    .token_scopes = ~0u,
};

/* Names of the deals found, in order of id: "abd". */
static const char *found(const struct entity *en, str filter)
{
    struct sql *q = sql_new(&house_arena);
    struct query *tree = parsed(filter);
    struct buf b = buf_new(&house_arena, 1000);
    struct db_rows got;

    ck_assert_msg(query_check(&ctx, en, tree, &e), "%.*s: %s %s", STR_ARG(filter), msg_key(e.msg), e.detail);
    sql_lit(q, "SELECT t0.id FROM ");
    sql_name(q, en->name);
    sql_lit(q, " AS t0 WHERE t0.deleted_at IS NULL AND ");
    ok(query_sql(&ctx, en, tree, q, &e));
    sql_lit(q, " ORDER BY t0.id");
    ck_assert_msg(sql_query(ctx.c, q, &got, &e), "%.40s: %s", filter.n ? filter.p : "", e.detail);
    while (db_next(&got))
        buf_char(&b, (char)('a' + (db_int(&got, 0) - 1) % 10));
    ok(db_done(&got, &e));
    return arena_cstr(&house_arena, buf_str(&b));
}

static void fill(void)
{
    for (size_t i = 0; i < countof(rows); i++)
        house_sql(rows[i]);
    house_index(&deal_entity);
    ctx.who = &sara;
}

static const struct { const char *filter, *found; } finds[] = {
    { "", "abcd" },
    { "name = \"Alpha Press\"", "a" }, { "name ~ LIN", "b" }, { "name !~ lin", "acd" }, { "name ~ \"50%\"", "c" },
    { "amount = 55000", "a" }, { "amount > 3000", "a" }, { "amount >= 3000", "ab" }, { "amount < 3000", "c" },
    { "amount <= ৩০০০", "bc" }, { "amount != 0", "abd" }, { "amount in (0, 3000)", "bc" }, { "amount not in (0)", "abd" },
    { "amount is empty", "d" }, { "amount is not empty", "abc" }, { "probability = 25.5%", "a" },
    { "status = open", "a" }, { "status != open", "bcd" }, { "status in (won, lost)", "bc" }, { "status is empty", "d" },
    { "status not in (won, lost)", "ad" },
    { "tags = east", "ab" }, { "tags = VIP", "a" }, { "tags = v_p", "c" }, { "tags != east", "cd" }, { "tags ~ ea", "ab" },
    { "tags in (vip, v_p)", "ac" },
    { "close_date = today", "a" }, { "close_date = yesterday", "b" }, { "close_date < today", "b" },
    { "close_date <= today", "ab" }, { "close_date > today", "c" }, { "close_date >= 2026-11-24", "ac" },
    { "close_date = 1405-09-03", "a" }, { "close_date = ۱۴۰۵-۰۹-۰۳", "a" }, { "close_date = ۱۴۰۵/۹/۳", "a" }, { "close_date = now", "a" },
    { "close_date in this month", "ab" }, { "close_date in next month", "c" }, { "close_date in last month", "" },
    { "close_date not in this month", "cd" }, { "close_date in last 1 day", "a" }, { "close_date in last 2 days", "ab" },
    { "close_date in next 31 days", "a" }, { "close_date in next 32 days", "ac" }, { "close_date < today + 1 month", "ab" },
    { "close_date > today + 1 month", "c" },
    { "created_at = today", "a" }, { "created_at < today", "bd" }, { "created_at > today", "c" },
    { "created_at >= today", "ac" }, { "created_at <= today", "abd" }, { "created_at = 2026-11-24", "a" },
    { "created_at within 12 hours", "a" }, { "created_at within 12 hours and created_at before now - 11 hours", "a" },
    { "created_at in this quarter", "abc" }, { "created_at = 2026-11-23T18:00:00Z", "a" },
    { "closed_at = now", "a" }, { "closed_at < now", "" }, { "closed_at <= now", "a" }, { "closed_at is empty", "bcd" },
    { "owner = me", "a" }, { "owner != me", "bcd" }, { "owner = 2", "bc" }, { "owner in (me, 2)", "abc" },
    { "owner = \"sara rahman\"", "a" }, { "owner = \"ALI@x.bd\"", "" }, { "owner = \"ali@x.bd\"", "bc" },
    { "owner ~ rah", "a" }, { "owner !~ rah", "bcd" }, { "owner is empty", "d" },
    { "owner.team = my team", "a" }, { "owner.team != my team", "bcd" }, { "owner.team.name = Delhi", "bc" },
    { "owner.team is empty", "d" }, { "created_by = me", "a" }, { "created_by.name ~ ali", "bc" },
    { "company = \"city bank\"", "b" }, { "company = \"gone pharma\"", "" }, { "company is empty", "d" },
    { "company.industry = pharma", "a" }, { "company.industry != pharma", "bcd" },
    { "company.industry in (pharma, finance)", "ab" }, { "company.name ~ bank", "b" }, { "company.name !~ bank", "acd" },
    { "company.is_key = true", "a" }, { "company.is_key = false", "bcd" }, { "company.is_key != false", "a" },
    { "company.is_key != yes", "bcd" }, { "company.country = BANGLADESH", "a" },
    { "company.country is empty", "bcd" },
    { "id = 1r", "" }, { "id in (n, p)", "ab" }, { "version = 1", "abcd" },
    { "status = open or status = won and amount > 100000", "a" },
    { "(status = open or status = won) and not amount > 100000", "ab" },
    { "not (status = open and amount > 3000)", "bcd" }, { "not not status = open", "a" },
    { "alpha", "a" }, { "ALPHA pre", "a" }, { "not alpha", "bcd" }, { "alpha and beta", "" }, { "alpha or beta", "ab" },
    { "!!!", "" },
};

START_TEST(a_filter_finds_its_records)
{
    fill();
    for (size_t i = 0; i < countof(finds); i++) {
        if (!strcmp(finds[i].filter, "!!!"))
            continue;
        const char *got = found(&deal_entity, str_of(finds[i].filter));
        ck_assert_msg(!strcmp(got, finds[i].found), "%s found %s, not %s", finds[i].filter, got, finds[i].found);
    }
}
END_TEST

START_TEST(not_finds_exactly_the_records_left_out)
{
    fill();
    for (size_t i = 1; i + 1 < countof(finds); i++) {
        const char *in = finds[i].found;
        const char *out = found(&deal_entity, arena_fmt(&house_arena, "not (%s)", finds[i].filter));
        for (char c = 'a'; c <= 'd'; c++)
            ck_assert_msg(!strchr(in, c) != !strchr(out, c), "not (%s) found %s", finds[i].filter, out);
    }
}
END_TEST

START_TEST(lists_of_references_are_asked_for_any_of_them)
{
    static const struct { const char *filter, *found; } t[] = {
        { "attendees = \"Karim\"", "a" }, { "attendees = \"Mina\"", "ab" }, { "attendees != \"Mina\"", "c" },
        { "attendees is empty", "c" }, { "attendees is not empty", "ab" }, { "attendees ~ kar", "a" },
        { "attendees.company.industry = pharma", "a" }, { "attendees.company.industry != pharma", "bc" },
        { "attendees.email is not empty", "a" }, { "attendees in (\"Karim\", \"Nobody\")", "a" },
    };
    fill();
    for (size_t i = 0; i < countof(t); i++) {
        const char *got = found(entity_find(S("meeting")), str_of(t[i].filter));
        ck_assert_msg(!strcmp(got, t[i].found), "%s found %s", t[i].filter, got);
    }
}
END_TEST

/* ── rights ──────────────────────────────────────────────────────────────── */

START_TEST(a_hidden_field_is_an_unknown_name)
{
    struct actor guest = { .user_id = 3, .roles = 1u << ROLE_GUEST_AGENCY, .token_scopes = ~0u };
    ctx.who = &guest;
    struct query *hidden = parsed(S("amount > 5")), *misspelt = parsed(S("amounz > 5"));
    ck_assert(!query_check(&ctx, &deal_entity, hidden, &e));
    int msg = e.msg;
    for (int i = 0; i < e.nargs; i++)
        ck_assert_msg(strcmp(e.arg[i].name, "near") || strcmp(e.arg[i].text, "amount"), "the hidden name is suggested");
    ck_assert(!query_check(&ctx, &deal_entity, misspelt, &e));
    ck_assert_int_eq(e.msg, msg);
    for (int i = 0; i < e.nargs; i++)
        ck_assert_str_ne(e.arg[i].text, "amount");
    ck_assert(!query_check(&ctx, &user_entity, parsed(S("password is empty")), &e));
    ck_assert(!query_check(&ctx, &deal_entity, parsed(S("owner.password ~ a")), &e));
}
END_TEST

START_TEST(a_path_shows_nothing_of_a_record_that_may_not_be_seen)
{
    fill();
    struct actor nobody = { .user_id = 9, .token_scopes = ~0u };
    ck_assert_str_eq(found(&deal_entity, S("company.industry = pharma")), "a");
    ck_assert_str_eq(found(&deal_entity, S("company = \"Square Pharma\"")), "a");
    nobody.roles = 1u << ROLE_GUEST_AGENCY;
    ctx.who = &nobody;
    ck_assert_str_eq(found(&deal_entity, S("company.industry = pharma")), "");
    ck_assert_str_eq(found(&deal_entity, S("company = \"Square Pharma\"")), "");
    ck_assert_str_eq(found(&deal_entity, S("company ~ square")), "");
    ck_assert_str_eq(found(&deal_entity, S("company.country is empty")), "abcd");
}
END_TEST

START_TEST(nobody_is_found_by_a_number_they_hide)
{
    static const struct actor author = { .user_id = 5, .roles = 1u << ROLE_CONTENT_AUTHOR, .token_scopes = ~0u };
    fill();
    house_sql("UPDATE person SET phone = '+8801711000001', phone_fold = '8801711000001' WHERE id = 41");
    house_index(&person_entity);
    ck_assert_str_eq(found(&person_entity, S("8801711000001")), "a");
    ctx.who = &author;
    ck_assert_str_eq(found(&person_entity, S("8801711000001")), "");
    ck_assert_str_eq(found(&person_entity, S("karim")), "a");
}
END_TEST

/* ── the reader's calendar ───────────────────────────────────────────────── */

START_TEST(a_quarter_is_the_readers_own)
{
    fill();
    house_sql("UPDATE deal SET close_date = 20718 WHERE id = 22");         /* 2026-09-22: 31 Shahrivar */
    house_sql("UPDATE deal SET close_date = 20719 WHERE id = 21");         /* 2026-09-23: 1 Mehr 1405 */
    ck_assert_str_eq(found(&deal_entity, S("close_date in last quarter")), "ab");
    house_loc.calendar = CALENDAR_JALALI;
    ck_assert_str_eq(found(&deal_entity, S("close_date in this quarter")), "a");
    ck_assert_str_eq(found(&deal_entity, S("close_date in last quarter")), "b");
}
END_TEST

/* ── what SQLite can take ────────────────────────────────────────────────── */

START_TEST(the_largest_queries_still_compile)
{
    const char *longest = "owner.manager.manager.team = my team";
    struct buf b = buf_new(&house_arena, QUERY_TEXT_MAX), deep = buf_new(&house_arena, QUERY_TEXT_MAX);

    fill();
    buf_put(&b, str_of(longest));
    for (int i = 0; i < 89; i++)
        buf_put(&b, arena_fmt(&house_arena, " %s %s", i % 2 ? "and" : "or", longest));
    found(&deal_entity, buf_str(&b));
    for (int i = 0; i < QUERY_DEPTH_MAX; i++)
        buf_put(&deep, arena_fmt(&house_arena, "version = 1 %s (", i % 2 ? "and" : "or"));
    buf_put(&deep, S("attendees.company.owner.team = my team"));
    for (int i = 0; i < QUERY_DEPTH_MAX; i++)
        buf_char(&deep, ')');
    found(entity_find(S("meeting")), buf_str(&deep));
    found(&deal_entity, repeated("name in (x", ",y", QUERY_NODES_MAX - 2, ")"));
    found(&deal_entity, repeated("version=1", " or version=1", 99, ""));
    found(&deal_entity, repeated("not (version=1", " or version=1", 98, ")"));
    ck_assert_str_eq(found(&deal_entity, repeated("name ~ \"", "a", QUERY_TEXT_MAX - 9, "\"")), "");
    ck_assert_str_eq(found(&deal_entity, repeated("name ~ \"", "ক", (QUERY_TEXT_MAX - 9) / 3, "\"")), "");
    ck_assert_str_eq(found(&deal_entity, repeated("name ~ \"", "%", QUERY_TEXT_MAX - 9, "\"")), "");
    ck_assert_str_eq(found(&deal_entity, repeated("name ~ \"", "ﷺ", (QUERY_TEXT_MAX - 9) / 3, "\"")), "");   /* folds to eleven times as much */
    ck_assert_str_eq(found(entity_find(S("person")), repeated("email ~ \"", "x", QUERY_TEXT_MAX - 10, "\"")), "");
}
END_TEST

SUITE("query", 60, house_open, house_close,
      a_query_reads_and_writes_back_as_it_was_meant,
      any_tree_written_out_reads_as_the_same_tree,
      an_error_names_the_word_and_its_place,
      a_label_typed_instead_of_a_name_suggests_the_name,
      a_choice_may_be_given_by_its_label,
      every_limit_holds_on_both_sides,
      a_filter_finds_its_records,
      not_finds_exactly_the_records_left_out,
      lists_of_references_are_asked_for_any_of_them,
      a_hidden_field_is_an_unknown_name,
      a_path_shows_nothing_of_a_record_that_may_not_be_seen,
      nobody_is_found_by_a_number_they_hide,
      a_quarter_is_the_readers_own,
      the_largest_queries_still_compile)
