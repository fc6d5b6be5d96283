/* summary.c - totals: exact to the unit, cut into the reader's own periods, within rights. */
#include "../house.h"
#include "msg/query.h"

static const struct actor ae = { .user_id = 1, .roles = 1u << ROLE_AE, .token_scopes = ~0u };

static void fill(void)
{
    house_sql("INSERT INTO \"user\" (id, version, created_at, created_by, updated_at, updated_by, name, is_active)"
              " VALUES (1,1,0,0,0,0,'Sara',1), (2,1,0,0,0,0,'Ali',1)");
    house_sql("INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, deleted_at, name, industry) VALUES"
              " (11,1,0,0,0,0,NULL,'Square','pharma'), (12,1,0,0,0,0,NULL,'Bank','finance'), (13,1,0,0,0,0,NULL,'None',NULL)");
    /* 20718 is 2026-09-22, the last day of summer in Iran; 20719 the first of autumn. */
    house_sql("INSERT INTO deal (id, version, created_at, created_by, updated_at, updated_by, deleted_at, name, company, owner,"
              " amount, amount_currency, amount_base, close_date, closed_at, status, tags, probability) VALUES"
              " (21,1,0,1,0,0,NULL,'a',11,1,500,'USD',5500000,20718,1790013600000000,'open','vip,east',1000),"
              " (22,1,0,2,0,0,NULL,'b',11,2,300,'BDT',300,20719,1790013599999999,'won','east',2000),"
              " (23,1,0,2,0,0,NULL,'c',12,2,NULL,NULL,NULL,20781,1790019000000000,'open',NULL,1000),"
              " (24,1,0,2,0,0,NULL,'d',NULL,2,7,'BDT',7,NULL,NULL,NULL,NULL,NULL),"
              " (25,1,0,1,0,0,99,'e',11,1,9,'BDT',9,20781,NULL,'open','vip',NULL)");
    ctx.who = &ae;
}

/* "key:n:sum key:n:sum" */
static const char *totals(const char *filter, const char *group, const char *sum)
{
    struct list_spec s = { .en = &deal_entity, .filter = str_of(filter) };
    struct summary_row *v;
    struct buf b = buf_new(&house_arena, 4000);
    size_t n;

    ck_assert_msg(record_summary(&ctx, &s, str_of(group), str_of(sum), &v, &n, &e), "%s: %s %s", group, msg_key(e.msg), e.detail);
    for (size_t i = 0; i < n; i++) {
        ck_assert(v[i].label.n > 0 || !*group);
        buf_put(&b, arena_fmt(&house_arena, "%s%.*s:%d:%lld", i ? " " : "", STR_ARG(v[i].key), (int)v[i].n, (long long)v[i].sum));
    }
    return arena_cstr(&house_arena, buf_str(&b));
}

START_TEST(totals_are_grouped_and_summed)
{
    fill();
    ck_assert_str_eq(totals("", "", ""), ":4:0");
    ck_assert_str_eq(totals("", "", "amount"), ":4:5500307");
    ck_assert_str_eq(totals("status = lost", "", "amount"), ":0:0");
    ck_assert_str_eq(totals("", "status", "amount"), "open:2:5500000 won:1:300 :1:7");
    ck_assert_str_eq(totals("", "owner", "amount"), "2:3:307 1:1:5500000");
    ck_assert_str_eq(totals("", "company.industry", "amount"), "finance:1:0 pharma:2:5500300 :1:7");
    ck_assert_str_eq(totals("", "tags", ""), "east:2:0 vip:1:0 :2:0");
    ck_assert_str_eq(totals("", "probability", ""), "10.00:2:0 20.00:1:0 :1:0");
    ck_assert_str_eq(totals("not status = open", "owner", ""), "2:2:0");
    ck_assert_str_eq(totals("status = lost", "owner", ""), "");
}
END_TEST

START_TEST(dates_fall_into_the_readers_periods)
{
    fill();
    ck_assert_str_eq(totals("", "close_date:month", "amount"), "2026-09-01:2:5500300 2026-11-01:1:0 :1:7");
    ck_assert_str_eq(totals("", "close_date:quarter", ""), "2026-07-01:2:0 2026-10-01:1:0 :1:0");
    ck_assert_str_eq(totals("", "close_date:year", ""), "2026-01-01:3:0 :1:0");
    ck_assert_str_eq(totals("", "close_date", ""), "2026-09-22:1:0 2026-09-23:1:0 2026-11-24:1:0 :1:0");
    house_loc.calendar = CALENDAR_JALALI;
    ck_assert_str_eq(totals("", "close_date:quarter", "amount"), "2026-06-22:1:5500000 2026-09-23:2:300 :1:7");
    ck_assert_str_eq(totals("", "close_date:month", ""), "2026-08-23:1:0 2026-09-23:1:0 2026-11-22:1:0 :1:0");
}
END_TEST

/* 1790013600 is midnight in Dhaka; Tehran and Kolkata are half an hour off. */
START_TEST(instants_fall_into_days_of_the_readers_zone)
{
    fill();
    house_loc.zone = "Asia/Dhaka";
    ck_assert_str_eq(totals("closed_at is not empty", "closed_at:day", ""), "2026-09-21:1:0 2026-09-22:2:0");
    house_loc.zone = "Asia/Tehran";                                     /* +03:30: 20:30 UTC is its midnight */
    ck_assert_str_eq(totals("closed_at is not empty", "closed_at:day", ""), "2026-09-21:3:0");
    house_loc.zone = "Asia/Kolkata";
    ck_assert_str_eq(totals("closed_at is not empty", "closed_at:day", ""), "2026-09-21:2:0 2026-09-22:1:0");
}
END_TEST

static void refused(const char *group, const char *sum, enum err_code code, int msg)
{
    struct list_spec s = { .en = &deal_entity };
    struct summary_row *v;
    size_t n;
    e = (struct err){ 0 };
    ck_assert_msg(!record_summary(&ctx, &s, str_of(group), str_of(sum), &v, &n, &e), "%s / %s", group, sum);
    ck_assert_msg(e.msg == msg && e.code == code, "%s / %s: %s", group, sum, msg_key(e.msg));
}

START_TEST(what_cannot_be_grouped_or_summed_is_refused)
{
    refused("amount", "", ERR_INVALID, MSG_query_bad_group);
    refused("status:month", "", ERR_INVALID, MSG_query_bad_group);
    refused("close_date:decade", "", ERR_INVALID, MSG_query_bad_group);
    refused("description", "", ERR_INVALID, MSG_query_bad_group);
    refused("status = open or name", "", ERR_INVALID, MSG_query_bad_group);
    refused("nonsense", "", ERR_INVALID, MSG_query_no_field);
    refused("owner.password", "", ERR_INVALID, MSG_query_no_field);
    refused("", "name", ERR_INVALID, MSG_query_bad_sum);
    refused("", "nonsense", ERR_INVALID, MSG_query_bad_sum);
    refused("", "version", ERR_INVALID, MSG_query_bad_sum);
}
END_TEST

START_TEST(a_total_is_exact_or_refused)
{
    fill();
    house_sql("UPDATE deal SET amount_base = 9223372036854775807 WHERE id = 21");
    house_sql("UPDATE deal SET amount_base = -1 WHERE id = 22");
    ck_assert_str_eq(totals("id in (n, p)", "", "amount"), ":2:9223372036854775806");
    house_sql("UPDATE deal SET amount_base = 1 WHERE id = 22");
    refused("", "amount", ERR_INVALID, MSG_query_sum_large);
    refused("close_date:year", "amount", ERR_INVALID, MSG_query_sum_large);
}
END_TEST

START_TEST(groups_have_a_limit_on_both_sides)
{
    const char *fill_sql = "INSERT INTO deal (id, version, created_at, created_by, updated_at, updated_by, code)"
                           " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                           " SELECT 1000 + i, 1, 0, 1, 0, 0, 'c' || i FROM n";
    house_sql(fill_sql);
    struct list_spec s = { .en = &deal_entity };
    struct summary_row *v;
    size_t n;
    ok(record_summary(&ctx, &s, S("code"), (str){ 0 }, &v, &n, &e));
    ck_assert_int_eq(n, 1000);
    house_sql("INSERT INTO deal (id, version, created_at, created_by, updated_at, updated_by, code) VALUES (1,1,0,1,0,0,'x')");
    refused("code", "", ERR_TOO_MANY, MSG_query_many_groups);
}
END_TEST

START_TEST(totals_keep_within_rights)
{
    static const struct actor guest = { .user_id = 3, .roles = 1u << ROLE_GUEST_AGENCY, .token_scopes = ~0u };
    fill();
    house_sql("INSERT INTO share (id, version, created_at, created_by, updated_at, updated_by, entity, record, member, permission)"
              " VALUES (1,1,0,0,0,0,'deal',22,3,'see')");
    ctx.who = &guest;
    ck_assert_str_eq(totals("", "status", ""), "won:1:0");
    ck_assert_str_eq(totals("", "company.industry", ""), ":1:0");
    ck_assert_str_eq(totals("", "company", ""), ":1:0");
    refused("", "amount", ERR_INVALID, MSG_query_bad_sum);
    refused("amount", "", ERR_INVALID, MSG_query_no_field);
}
END_TEST

SUITE("summary", 60, house_open, house_close,
      totals_are_grouped_and_summed,
      dates_fall_into_the_readers_periods,
      instants_fall_into_days_of_the_readers_zone,
      what_cannot_be_grouped_or_summed_is_refused,
      a_total_is_exact_or_refused,
      groups_have_a_limit_on_both_sides,
      totals_keep_within_rights)
