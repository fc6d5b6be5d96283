/* list.c - pages of records: complete, without repeats, while others write; and their plans. */
#include "../house.h"
#include "base/id.h"
#include "base/random.h"
#include "msg/query.h"
#include "record/list.h"
#include "record/sql.h"

enum { MANY = 10000 };

static const struct actor ae = { .user_id = 1, .name = { "Sara", 4 }, .roles = 1u << ROLE_AE, .token_scopes = ~0u };

/* Every third has no amount, dates repeat, half have a company. */
static void fill(int n)
{
    house_sql("INSERT INTO \"user\" (id, version, created_at, created_by, updated_at, updated_by, name, name_fold, name_key, is_active)"
              " VALUES (1,1,0,0,0,0,'Sara','sara',CAST('sara' AS BLOB),1), (2,1,0,0,0,0,'Ali','ali',CAST('ali' AS BLOB),1)");
    house_sql("INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, name, name_fold, name_key, industry)"
              " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
              " SELECT i, 1, i, 1, i, 1, 'Company ' || i, 'company ' || i, CAST('company ' || i AS BLOB),"
              " CASE i % 3 WHEN 0 THEN 'pharma' ELSE 'finance' END FROM n");
    house_sql(arena_fmt(&house_arena,
              "INSERT INTO deal (id, version, created_at, created_by, updated_at, updated_by, name, name_fold, name_key,"
              " company, owner, amount, amount_currency, amount_base, close_date, status)"
              " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
              " SELECT i, 1, i * 1000, 1, (i * 7919) %% 1000, 1, 'Deal ' || i, 'deal ' || i, CAST('deal ' || i AS BLOB),"
              " CASE i %% 2 WHEN 0 THEN i %% 100 + 1 END, i %% 2 + 1, CASE i %% 3 WHEN 0 THEN NULL ELSE i * 100 END, 'BDT',"
              " CASE i %% 3 WHEN 0 THEN NULL ELSE (i * 31) %% 5000 END, 20000 + i %% 700,"
              " CASE i %% 5 WHEN 0 THEN 'won' WHEN 1 THEN 'lost' ELSE 'open' END FROM n", n).p);
    ctx.who = &ae;
}

static void page(struct list_spec s, struct list *out)
{
    s.en = s.en ? s.en : &deal_entity;
    ck_assert_msg(record_list(&ctx, &s, out, &e), "%.*s by %.*s: %s %s", STR_ARG(s.filter), STR_ARG(s.sort),
                  msg_key(e.msg), e.detail);
}

/* ── one page ────────────────────────────────────────────────────────────── */

START_TEST(a_page_reads_fields_titles_and_money)
{
    struct list l;
    fill(20);
    page((struct list_spec){ .sort = S("id"), .limit = 2 }, &l);
    ck_assert_int_eq(l.n, 2);
    ck_assert(l.prev.n == 0 && l.next.n > 0);
    const struct record *r = l.rows[1];
    ck_assert_int_eq(r->id, 2);
    ck_assert_int_eq(r->created_at, 2000);
    ck_assert(str_eq(record_text(r, "name"), S("Deal 2")));
    ck_assert_int_eq(record_int(r, "company"), 3);
    ck_assert(str_eq(record_val(r, "company").s, S("Company 3")));
    ck_assert(str_eq(record_val(r, "owner").s, S("Sara")));
    struct val v = record_val(r, "amount");
    ck_assert(v.i == 200 && v.base == 62 && str_eq(v.s, S("BDT")));
    ck_assert(!record_val(l.rows[0], "company").is_set);
}
END_TEST

START_TEST(only_the_columns_asked_for_are_read_and_the_title)
{
    struct list l;
    fill(3);
    page((struct list_spec){ .cols = { entity_field(&deal_entity, S("status")) }, .ncols = 1 }, &l);
    uint64_t want = (uint64_t)1 << field_index(&deal_entity, entity_field(&deal_entity, S("status")));
    want |= (uint64_t)1 << field_index(&deal_entity, entity_field(&deal_entity, S("name")));
    ck_assert(l.rows[0]->has == want);
    ck_assert(!l.rows[0]->v[field_index(&deal_entity, entity_field(&deal_entity, S("amount")))].is_set);
}
END_TEST

START_TEST(lists_of_references_come_with_the_page)
{
    struct list l;
    fill(3);
    house_sql("INSERT INTO person (id, version, created_at, created_by, updated_at, updated_by, name) VALUES"
              " (41,1,0,0,0,0,'Karim'), (42,1,0,0,0,0,'Mina')");
    house_sql("INSERT INTO meeting (id, version, created_at, created_by, updated_at, updated_by, title) VALUES"
              " (31,1,0,0,0,0,'x'), (32,1,0,0,0,0,'y'), (33,1,0,0,0,0,'z')");
    house_sql("INSERT INTO meeting_attendees (owner_id, target_id, position) VALUES (31,42,0), (31,41,1), (33,41,0)");
    page((struct list_spec){ .en = &meeting_entity, .sort = S("id") }, &l);
    struct val v = record_val(l.rows[0], "attendees");
    ck_assert(v.n == 2 && v.ids[0] == 42 && v.ids[1] == 41 && str_eq(v.s, S("Mina, Karim")));
    ck_assert(!record_val(l.rows[1], "attendees").is_set);
    ck_assert(record_val(l.rows[2], "attendees").n == 1);
}
END_TEST

/* ── walking ─────────────────────────────────────────────────────────────── */

/* Walks to the end and back to the beginning; both see the same ids. */
static size_t walk_both_ways_of(const struct entity *en, str sort, str filter, int limit, int64_t *seen)
{
    struct list_spec s = { .en = en, .sort = sort, .filter = filter, .limit = limit };
    struct list l;
    size_t n = 0, pages = 0;

    do {
        page(s, &l);
        ck_assert((l.prev.n > 0) == (pages > 0 && l.n > 0));
        for (size_t i = 0; i < l.n; i++)
            seen[n++] = l.rows[i]->id;
        s.cursor = l.next;
        pages++;
    } while (l.next.n);
    for (size_t back = n - l.n; l.prev.n; back -= l.n) {
        s.cursor = l.prev;
        page(s, &l);
        ck_assert_int_eq(l.n, limit);
        for (size_t i = 0; i < l.n; i++)
            ck_assert_int_eq(l.rows[i]->id, seen[back - l.n + i]);
        ck_assert(l.next.n > 0);
    }
    return n;
}

static size_t walk_both_ways(str sort, str filter, int limit, int64_t *seen)
{
    return walk_both_ways_of(&deal_entity, sort, filter, limit, seen);
}

static const char *const sorts[] = {
    "id", "-id", "name", "-name", "amount", "-amount", "close_date", "-close_date", "company", "-company",
    "status", "-status", "updated_at", "-updated_at", "owner", "",
};

START_TEST(pages_hold_every_record_once_in_any_order_both_ways)
{
    static int64_t seen[1000];
    fill(500);
    house_sql("UPDATE deal SET deleted_at = 1 WHERE id = 250");
    for (size_t i = 0; i < countof(sorts); i++)
        for (int limit = 7; limit <= 200; limit += 193) {
            bool had[501] = { false };
            size_t n = walk_both_ways(str_of(sorts[i]), (str){ 0 }, limit, seen);
            ck_assert_msg(n == 499, "%s: %zu rows", sorts[i], n);
            for (size_t k = 0; k < n; k++) {
                ck_assert_msg(!had[seen[k]], "%s: %d twice", sorts[i], (int)seen[k]);
                had[seen[k]] = true;
            }
        }
    struct list_spec s = { .en = &deal_entity, .filter = S("company.industry = pharma") };
    int64_t n;
    bool is_capped;
    ok(record_count(&ctx, &s, 500, &n, &is_capped, &e));
    ck_assert_int_gt(n, 50);
    ck_assert_int_eq(walk_both_ways(S("-amount"), s.filter, 7, seen), n);
}
END_TEST

START_TEST(records_without_a_value_come_last_both_ways)
{
    struct list l;
    fill(30);
    for (int down = 0; down < 2; down++) {
        page((struct list_spec){ .sort = down ? S("-amount") : S("amount") }, &l);
        ck_assert_int_eq(l.n, 30);
        for (size_t i = 0; i < l.n; i++)
            ck_assert_int_eq(record_val(l.rows[i], "amount").is_set, i < 20);
        for (size_t i = 1; i < 20; i++) {
            int64_t x = record_val(l.rows[i - 1], "amount").base, y = record_val(l.rows[i], "amount").base;
            ck_assert(down ? x >= y : x <= y);
        }
    }
}
END_TEST

START_TEST(choices_are_sorted_as_they_are_declared)
{
    struct list l;
    fill(15);
    page((struct list_spec){ .sort = S("status") }, &l);
    ck_assert(str_eq(record_text(l.rows[0], "status"), S("open")));
    ck_assert(str_eq(record_text(l.rows[9], "status"), S("won")));
    ck_assert(str_eq(record_text(l.rows[14], "status"), S("lost")));
}
END_TEST

/* All pages there and back, and what the database says of condition and order by hand. */
static void walks_as(const char *sort, const char *filter, int limit, const char *where, const char *order)
{
    static int64_t seen[1000];
    size_t n = walk_both_ways(str_of(sort), str_of(filter), limit, seen), at = 0;
    struct db_rows q;
    const char *sql = arena_fmt(&house_arena, "SELECT d.id FROM deal d LEFT JOIN company c ON c.id = d.company AND c.deleted_at IS NULL"
                                " LEFT JOIN \"user\" u ON u.id = d.owner WHERE %s ORDER BY %s", where, order).p;
    ok(db_query(ctx.c, &q, sql, DB_NONE, &e));
    for (; db_next(&q); at++)
        ck_assert_msg(at < n && seen[at] == db_int(&q, 0), "%s / %s: row %zu is %d and not %d", sort, filter, at,
                      at < n ? (int)seen[at] : -1, (int)db_int(&q, 0));
    ok(db_done(&q, &e));
    ck_assert_uint_eq(at, n);
}

/* Titles and choices lie in other tables and in no index as they are sorted: the order is that of the whole, told by hand. */
START_TEST(titles_and_choices_are_in_order)
{
    static const struct { const char *sort, *sql; } t[] = {
        { "company",  "c.name_key IS NULL, c.name_key, d.id" }, { "-company", "c.name_key IS NULL, c.name_key DESC, d.id DESC" },
        { "owner",    "u.name_key IS NULL, u.name_key, d.id" }, { "-owner",   "u.name_key IS NULL, u.name_key DESC, d.id DESC" },
        { "status",   "CASE d.status WHEN 'open' THEN 1 WHEN 'won' THEN 2 WHEN 'lost' THEN 3 ELSE 4 END, d.id" },
        { "-status",  "CASE d.status WHEN 'open' THEN 3 WHEN 'won' THEN 2 WHEN 'lost' THEN 1 ELSE 4 END, d.id DESC" },
    };
    static const char *const filters[] = { "", "amount > 10", "not (status = won)" };
    static const char *const wheres[] = { "1=1", "d.amount_base > 1000", "NOT d.status = 'won'" };
    fill(300);
    house_sql("UPDATE deal SET status = NULL WHERE id % 50 = 0");
    house_sql("UPDATE company SET deleted_at = 1 WHERE id < 20");
    for (size_t i = 0; i < countof(t); i++)
        for (size_t k = 0; k < countof(filters); k++)
            walks_as(t[i].sort, filters[k], 7, k == 2 ? "(d.status IS NULL OR d.status <> 'won')" : wheres[k], t[i].sql);
}
END_TEST

/* Rows come and go between pages: those that stayed all along are seen exactly once. */
START_TEST(while_others_write_nothing_is_skipped_or_repeated)
{
    struct seeded r = seeded_from(3);
    for (int round = 0; round < 12; round++) {
        struct list_spec s = { .en = &deal_entity, .sort = str_of(sorts[round % countof(sorts)]), .limit = 9 };
        int times[301] = { 0 };
        bool is_gone[301] = { false };
        struct list l;

        house_sql("DELETE FROM deal");
        house_sql("DELETE FROM company");
        house_sql("DELETE FROM \"user\"");
        fill(300);
        do {
            page(s, &l);
            for (size_t i = 0; i < l.n; i++)
                if (l.rows[i]->id <= 300)
                    times[l.rows[i]->id]++;
            int64_t id = 1000 + seeded_below(&r, 1000000), drop = 1 + seeded_below(&r, 300);
            house_sql(arena_fmt(&house_arena, "INSERT INTO deal (id, version, created_at, created_by, updated_at, updated_by,"
                      " name, name_key, amount_base, close_date, status, company, owner) VALUES (%d,1,0,1,%d,1,'x',CAST('deal %d' AS BLOB),"
                      "%s,%d,'won',%d,1) ON CONFLICT DO NOTHING", (int)id, (int)seeded_below(&r, 1000), (int)seeded_below(&r, 300),
                      seeded_below(&r, 2) ? "NULL" : "77", 20000 + (int)seeded_below(&r, 700), 1 + (int)seeded_below(&r, 100)).p);
            house_sql(arena_fmt(&house_arena, "UPDATE deal SET deleted_at = 1 WHERE id = %d", (int)drop).p);
            is_gone[drop] = true;
            s.cursor = l.next;
        } while (l.next.n);
        for (int i = 1; i <= 300; i++)
            ck_assert_msg(times[i] <= 1 && (is_gone[i] || times[i] == 1), "by %.*s: %d seen %d times",
                          STR_ARG(s.sort), i, times[i]);
    }
}
END_TEST

START_TEST(a_page_whose_rows_are_gone_starts_anew)
{
    struct list l;
    fill(20);
    page((struct list_spec){ .sort = S("id"), .limit = 10 }, &l);
    house_sql("UPDATE deal SET deleted_at = 1 WHERE id > 10");
    page((struct list_spec){ .sort = S("id"), .limit = 10, .cursor = l.next }, &l);
    ck_assert(l.n == 10 && l.rows[0]->id == 1 && !l.prev.n && !l.next.n);
}
END_TEST

/* ── refusals ────────────────────────────────────────────────────────────── */

static void refused(struct list_spec s, int msg)
{
    struct list l = { .n = 77 };
    s.en = &deal_entity;
    e = (struct err){ 0 };
    ck_assert(!record_list(&ctx, &s, &l, &e));
    ck_assert_msg(e.msg == msg, "%s", msg_key(e.msg));
    ck_assert_int_eq(e.code, ERR_INVALID);
    ck_assert(e.field != NULL);
    ck_assert_int_eq(l.n, 77);
}

START_TEST(a_changed_cursor_is_refused)
{
    struct list l;
    fill(20);
    page((struct list_spec){ .sort = S("-amount"), .limit = 5 }, &l);
    for (size_t i = 0; i < l.next.n; i++) {
        char *broken = arena_new(&house_arena, char, l.next.n);
        memcpy(broken, l.next.p, l.next.n);
        broken[i] = broken[i] == 'A' ? 'B' : 'A';
        refused((struct list_spec){ .sort = S("-amount"), .cursor = { broken, l.next.n } }, MSG_query_bad_cursor);
        if (i)
            refused((struct list_spec){ .sort = S("-amount"), .cursor = { l.next.p, i } }, MSG_query_bad_cursor);
    }
    refused((struct list_spec){ .sort = S("amount"), .cursor = l.next }, MSG_query_bad_cursor);
    refused((struct list_spec){ .sort = S("name"), .cursor = l.next }, MSG_query_bad_cursor);
    refused((struct list_spec){ .sort = S("-amount"), .cursor = S("!") }, MSG_query_bad_cursor);
}
END_TEST

START_TEST(limits_and_sorts_are_checked)
{
    struct list l;
    struct list_spec s = { .en = &deal_entity, .limit = LIST_LIMIT_MAX };
    ok(record_list(&ctx, &s, &l, &e));
    refused((struct list_spec){ .limit = LIST_LIMIT_MAX + 1 }, MSG_query_bad_limit);
    refused((struct list_spec){ .limit = -1 }, MSG_query_bad_limit);
    refused((struct list_spec){ .ncols = LIST_COLUMNS_MAX + 1 }, MSG_query_bad_columns);
    refused((struct list_spec){ .sort = S("tags") }, MSG_query_bad_sort);
    refused((struct list_spec){ .sort = S("nonsense") }, MSG_query_bad_sort);
    refused((struct list_spec){ .sort = S("-deleted_at") }, MSG_query_bad_sort);
    refused((struct list_spec){ .sort = S("company.name") }, MSG_query_bad_sort);
    refused((struct list_spec){ .filter = S("amount >") }, MSG_query_ended);
}
END_TEST

START_TEST(every_entity_lists_in_its_own_order)
{
    ctx.who = &actor_system;
    for (size_t i = 0; i < catalogue_count(); i++) {
        struct list l;
        struct list_spec s = { .en = catalogue_at(i), .search = S("a") };
        ck_assert_msg(record_list(&ctx, &s, &l, &e), "%s: %s %s", s.en->name, msg_key(e.msg), e.detail);
    }
}
END_TEST

/* ── counts ──────────────────────────────────────────────────────────────── */

START_TEST(a_count_stops_at_its_cap)
{
    int64_t n;
    bool is_capped;
    fill(100);
    struct list_spec s = { .en = &deal_entity };
    ok(record_count(&ctx, &s, 100, &n, &is_capped, &e));
    ck_assert(n == 100 && !is_capped);
    ok(record_count(&ctx, &s, 99, &n, &is_capped, &e));
    ck_assert(n == 99 && is_capped);
    s.filter = S("status = won");
    ok(record_count(&ctx, &s, 99, &n, &is_capped, &e));
    ck_assert(n == 20 && !is_capped);
    house_index(&deal_entity);
    s.search = S("deal 1");                     /* 1, 10 to 19, 100; of them won: 10, 15, 100 */
    ok(record_count(&ctx, &s, 99, &n, &is_capped, &e));
    ck_assert(n == 3 && !is_capped);
}
END_TEST

/* A city is written in any case: "Dhaka" and "DHAKA" stand together, and either finds both. */
START_TEST(text_is_found_and_sorted_in_any_case)
{
    enum { ALL = 100, FORMS = 5 };
    static const char *const order[] = { "agra", "dhaka", "patan", NULL };     /* as they come, those without one last */
    int64_t seen[ALL + 1];
    fill(1);
    house_sql("UPDATE company SET city = CASE id % 5 WHEN 0 THEN 'Dhaka' WHEN 1 THEN 'DHAKA' WHEN 2 THEN 'Patan' WHEN 3 THEN 'agra' END");
    for (int down = 0; down < 2; down++) {
        bool is_there[ALL + 1] = { 0 };
        size_t at = 0;
        ck_assert_int_eq(walk_both_ways_of(&company_entity, down ? S("-city") : S("city"), (str){ 0 }, 7, seen), ALL);
        for (size_t i = 0; i < ALL; i++) {
            static const int place[FORMS] = { 1, 1, 2, 0, 3 };
            size_t mine = (size_t)place[seen[i] % FORMS], walked = down && mine < 3 ? 2 - mine : mine;
            ck_assert_msg(walked >= at, "%s after another at %zu", order[mine] ? order[mine] : "none", i);
            at = walked;
            ck_assert(!is_there[seen[i]]);
            is_there[seen[i]] = true;
        }
    }
    ck_assert_int_eq(walk_both_ways_of(&company_entity, S("name"), S("city = dhaka"), 7, seen), 40);
    ck_assert_int_eq(walk_both_ways_of(&company_entity, S("-city"), S("city = Dhaka"), 7, seen), 40);
    ck_assert_int_eq(walk_both_ways_of(&company_entity, S("name"), S("city in (Agra, PATAN)"), 7, seen), 40);
    ck_assert_int_eq(walk_both_ways_of(&company_entity, S("name"), S("city is empty"), 7, seen), 20);
    ck_assert_int_eq(walk_both_ways_of(&company_entity, S("name"), S("city is not empty and city != dhaka"), 7, seen), 40);
}
END_TEST

/* ── plans ───────────────────────────────────────────────────────────────── */

static str plan_of(struct list_spec s)
{
    struct sql *q = sql_new(&house_arena);
    str plan;
    s.en = s.en ? s.en : &deal_entity;
    ok(list_statement(&ctx, &s, q, &e));
    ok(db_explain(ctx.c, &house_arena, sql_text(q), &plan, &e));
    return plan;
}

/* How often something is sorted. Where keys are found first, the page itself is sorted once more: that is nothing. */
static int count_sorts(str plan)
{
    str sort = place_is_postgres() ? S("Sort  (") : S("TEMP B-TREE FOR ORDER BY");
    int n = 0;
    for (ptrdiff_t at; (at = str_find(plan, sort)) >= 0; n++)
        plan = str_from(plan, (size_t)at + sort.n);
    return n;
}

/* Every list a person opens by a click is served by an index, in its order, from any page on. */
START_TEST(no_page_scans_or_sorts_the_whole_table)
{
    static const struct { const char *sort, *filter, *index; } t[] = {
        { "", "", "ix_deal_updated_at" }, { "-created_at", "", "ix_deal_created_at" }, { "name", "", "ix_deal_name_key" },
        { "-amount", "", "ix_deal_amount_base" }, { "close_date", "", "ix_deal_close_date" },
        { "-updated_at", "amount > 10", "ix_deal_updated_at" },
        { "-updated_at", "company.industry = pharma", NULL },
        { "-updated_at", "owner = me", NULL }, { "-amount", "owner = me and status = open", NULL },
        { "close_date", "close_date in this month", "ix_deal_close_date" },
        /* most deals are open, and a fifth of ten thousand was lost: a page lies near along the order */
        { "-created_at", "status = lost", "ix_deal_created_at" },
        { "status", "", NULL }, { "-status", "", NULL }, { "company", "", NULL }, { "-company", "", NULL },
        { "-amount", "status = open", "ix_deal_amount_base" }, { "-created_at", "status = open and amount > 1", "ix_deal_created_at" },
        { "-created_at", "status = open and status = lost", NULL },
    };
    fill(MANY);
    db_analyze(house_ws.db);
    for (size_t i = 0; i < countof(t); i++) {
        struct list_spec s = { .sort = str_of(t[i].sort), .filter = str_of(t[i].filter) };
        struct list l;
        page(s, &l);
        for (int deep = 0; deep < 2; deep++) {
            s.cursor = deep ? l.next : (str){ 0 };
            str plan = plan_of(s);
            bool is_whole = place_is_postgres() ? str_find(plan, S("Seq Scan on deal t0")) >= 0
                                                : str_find(plan, S("SCAN t0\n")) >= 0 || str_ends(plan, S("SCAN t0"));
            ck_assert_msg(!is_whole, "%s / %s: %.1500s", t[i].sort, t[i].filter, plan.p);
            ck_assert_msg(!t[i].index || str_find(plan, str_of(t[i].index)) >= 0, "%s / %s: %.1500s",
                          t[i].sort, t[i].filter, plan.p);
            bool is_sorted = count_sorts(plan) > (str_find(plan, S("found")) >= 0);
            ck_assert_msg(!t[i].index || !is_sorted, "sorted: %s / %s: %.1500s",
                          t[i].sort, t[i].filter, plan.p);
            if (getenv("SETU_PLANS"))
                fprintf(stderr, "-- %s / %s\n%.*s\n", t[i].sort, t[i].filter, STR_ARG(plan));
        }
    }
}
END_TEST

static void plan_has(struct list_spec s, const char *index)
{
    str plan = plan_of(s);
    ck_assert_msg(str_find(plan, str_of(index)) >= 0, "%.*s by %.*s: %.*s", STR_ARG(s.filter), STR_ARG(s.sort), STR_ARG(plan));
}

/* Half are of one source, and all of them at one end: from the other end walking would pass the rest first. */
START_TEST(an_order_is_walked_where_a_page_is_near)
{
    fill(MANY + 2000);
    house_sql("UPDATE deal SET close_date = CASE WHEN id <= 6000 THEN 10000 + id ELSE 90000 + id END, source = CASE WHEN id <= 6000 THEN 'web' ELSE 'event' END");
    db_analyze(house_ws.db);
    plan_has((struct list_spec){ .sort = S("close_date"), .filter = S("source = web") }, "ix_deal_close_date");
    if (!place_is_postgres()) {                 /* which reckons with its own statistics */
        plan_has((struct list_spec){ .sort = S("-close_date"), .filter = S("source = web") }, "ix_deal_source");
        plan_has((struct list_spec){ .sort = S("status") }, "ix_deal_status");
        plan_has((struct list_spec){ .sort = S("-company") }, "ix_company_name_key");
    }
    plan_has((struct list_spec){ .sort = S("-close_date"), .filter = S("source = event") }, "ix_deal_close_date");
    plan_has((struct list_spec){ .sort = S("company"), .filter = S("source = web") }, place_is_postgres() ? "company" : "ix_company_name_key");
    struct list l;
    page((struct list_spec){ .sort = S("-close_date"), .filter = S("source = web") }, &l);
    ck_assert_int_eq(l.n, LIST_LIMIT);
    for (size_t i = 0; i < l.n; i++)
        ck_assert_int_eq(l.rows[i]->id, 6000 - (int64_t)i);
}
END_TEST

/* Few fit, and none near: they are sought in the table, or in the index of titles, never along the order. */
START_TEST(what_lies_far_is_found_all_the_same)
{
    static const struct { const char *filter, *where, *lead; } f[] = {
        { "name ~ 777", "d.name_fold LIKE '%777%'", "ix_deal_name_fold (name_fold>" },
        { "name ~ \"L 77\" and amount > 100", "d.name_fold LIKE '%l 77%' AND d.amount_base > 10000", "" },
        { "name ~ \"...\"", "lower(d.name) LIKE '%...%'", "t0 USING INTEGER PRIMARY KEY (rowid>?)" },
        { "amount > 5990", "d.amount_base > 599000", "" },
        { "name ~ 777 and not (status = won)", "d.name_fold LIKE '%777%' AND (d.status IS NULL OR d.status <> 'won')", "ix_deal_name_fold" },
    };
    static const struct { const char *sort, *sql; } t[] = {
        { "-updated_at", "d.updated_at DESC, d.id DESC" }, { "name", "d.name_key IS NULL, d.name_key, d.id" },
        { "close_date", "d.close_date IS NULL, d.close_date, d.id" },
        { "-company", "c.name_key IS NULL, c.name_key DESC, d.id DESC" },
        { "status", "CASE d.status WHEN 'open' THEN 1 WHEN 'won' THEN 2 WHEN 'lost' THEN 3 ELSE 4 END, d.id" },
        { "-status", "CASE d.status WHEN 'open' THEN 3 WHEN 'won' THEN 2 WHEN 'lost' THEN 1 ELSE 4 END, d.id DESC" },
    };
    fill(MANY * 6 / 10);
    house_sql("UPDATE deal SET name = NULL, name_fold = NULL, name_key = NULL WHERE id % 1777 = 0");
    house_sql("UPDATE deal SET name = '...', name_fold = '' WHERE id % 1999 = 0");
    house_sql("UPDATE deal SET status = CASE WHEN id % 500 = 77 THEN NULL WHEN id % 13 = 0 THEN 'lost' ELSE 'open' END");
    db_analyze(house_ws.db);
    for (size_t i = 0; i < countof(f); i++)
        for (size_t k = 0; k < countof(t); k++) {
            walks_as(t[k].sort, f[i].filter, 30, f[i].where, t[k].sql);
            if (!place_is_postgres() && k < 3)  /* it plans by what it knows of the values; half have a company: too few to lie far */
                plan_has((struct list_spec){ .sort = str_of(t[k].sort), .filter = str_of(f[i].filter), .limit = 200 }, f[i].lead);
        }
}
END_TEST

/* "registration_number = land 77" finds Land 77. */
START_TEST(text_is_looked_up_and_sorted_in_small_letters)
{
    house_sql("INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, name, name_fold, name_key, registration_number, city)"
              " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)"
              " SELECT i, 1, i, 1, i, 1, 'Company ' || i, 'company ' || i, CAST('company ' || i AS BLOB), 'Land ' || (i % 900),"
              " CASE i % 3 WHEN 0 THEN 'Aa' WHEN 1 THEN 'aa' ELSE 'B' END FROM n");
    ctx.who = &ae;
    db_analyze(house_ws.db);
    struct list_spec by_number = { .en = &company_entity, .filter = S("registration_number = \"LAND 77\""), .sort = S("-updated_at") };
    struct list_spec by_city = { .en = &company_entity, .sort = S("city"), .limit = 200 };
    struct list l;
    plan_has(by_number, "lx_company_registration_number");
    plan_has(by_city, "lx_company_city");
    plan_has((struct list_spec){ .en = &person_entity, .filter = S("company.name = \"Company 9\"") }, "ix_company_name_fold");
    page(by_number, &l);
    ck_assert_int_eq(l.n, 7);
    page(by_city, &l);
    ck_assert_int_eq(l.rows[0]->id, 1);         /* aa and Aa by turns, as they came */
    ck_assert_int_eq(l.rows[1]->id, 3);
    ck_assert_int_eq(l.rows[2]->id, 4);
    by_city.cursor = l.next;                    /* a page after another begins at its place, not at the index's beginning */
    plan_has(by_city, place_is_postgres() ? "Index Cond" : "lx_company_city (<expr>>?)");
}
END_TEST

SUITE("list", 120, house_open, house_close,
      a_page_reads_fields_titles_and_money,
      only_the_columns_asked_for_are_read_and_the_title,
      lists_of_references_come_with_the_page,
      pages_hold_every_record_once_in_any_order_both_ways,
      records_without_a_value_come_last_both_ways,
      choices_are_sorted_as_they_are_declared,
      while_others_write_nothing_is_skipped_or_repeated,
      a_page_whose_rows_are_gone_starts_anew,
      a_changed_cursor_is_refused,
      limits_and_sorts_are_checked,
      every_entity_lists_in_its_own_order,
      a_count_stops_at_its_cap,
      titles_and_choices_are_in_order,
      no_page_scans_or_sorts_the_whole_table,
      an_order_is_walked_where_a_page_is_near,
      what_lies_far_is_found_all_the_same,
      text_is_looked_up_and_sorted_in_small_letters,
      text_is_found_and_sorted_in_any_case)
