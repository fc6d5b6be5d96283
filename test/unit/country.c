/* country.c - a country is one value however it is written, and telephone numbers without a code are its. */
#include "../house.h"
#include "admin/admin.h"
#include "flow/job.h"
#include "flow/schedule.h"
#include "lang/country_name.h"
#include "lang/phone.h"
#include "msg/query.h"
#include "record/order.h"
#include "record/store.h"
#include "record/type.h"

static struct actor owner = { .user_id = 1, .roles = 1u << ROLE_OWNER, .token_scopes = ~0u };

static const char *code_of(const char *text)
{
    static char code[3];
    return country_read(&house_arena, str_of(text), code) ? code : "-";
}

START_TEST(every_name_in_every_language_means_its_country)
{
    enum { FEW = 200 };
    for (int l = 0; l < LANG_COUNT; l++) {
        struct locale loc = locale_default((enum lang)l, "BD");
        size_t n;
        const str *code = country_offers(&house_arena, &loc, (str){ 0 }, &n);
        ck_assert(n > FEW && str_eq(code[0], S("BD")));
        for (size_t i = 0; i < n; i++) {
            str name = country_name((enum lang)l, code[i]);
            ck_assert_msg(country_is_code(code[i]) && name.n > 2, "%.*s has no name", STR_ARG(code[i]));
            ck_assert_msg(str_eq(str_of(code_of(arena_cstr(&house_arena, name))), code[i]), "%.*s is not %.*s", STR_ARG(name), STR_ARG(code[i]));
            str key = collate_key(&house_arena, (enum lang)l, name);
            bool is_after = i < 2 || str_cmp(collate_key(&house_arena, (enum lang)l, country_name((enum lang)l, code[i - 1])), key) <= 0;
            ck_assert_msg(is_after, "%.*s is out of order", STR_ARG(name));
        }
    }
}
END_TEST

START_TEST(a_country_is_understood_as_people_write_it)
{
    static const char *const same[][8] = {
        { "BD", "bd", "BGD", "Bangladesh", "BANGLADESH", "বাংলাদেশ", "बांग्लादेश", "بنگلادش" },
        { "IR", "ایران", "ايران", "Iran", "ইরান", "Iran, Islamic Republic of", "ईरान", "IRN" },
        { "US", "USA", "U.S.A.", "United States", "united states of america", "আমেরিকা", "अमेरिका", "آمریکا" },
        { "GB", "UK", "U.K.", "United Kingdom", "England", "যুক্তরাজ্য", "ब्रिटेन", "انگلستان" },
        { "KR", "Korea", "South Korea", "Republic of Korea", "দক্ষিণ কোরিয়া", "کره جنوبی", "KOR", "kr" },
    };
    static const char *const none[] = { "", " ", "-", "Philipines", "Congo", "XX", "ZZ", "Earth", "Dhaka", "ঢাকা", "12" };
    for (size_t i = 0; i < countof(same); i++)
        for (size_t k = 0; k < countof(same[i]); k++)
            ck_assert_msg(!strcmp(code_of(same[i][k]), same[i][0]), "%s is %s", same[i][k], code_of(same[i][k]));
    for (size_t i = 0; i < countof(none); i++)
        ck_assert_msg(!strcmp(code_of(none[i]), "-"), "%s is %s", none[i], code_of(none[i]));
    ck_assert(!country_is_code(S("bd")) && !country_is_code(S("XX")) && !country_is_code(S("BDT")));
    ck_assert(str_eq(country_name(LANG_BN, S("Philipines")), S("Philipines")));
}
END_TEST

/* ── the type ────────────────────────────────────────────────────────────── */

static const struct field *country_field(void) { return entity_field(&company_entity, S("country")); }

static const char *stored(const char *typed)
{
    struct val v;
    ck_assert_msg(type_parse(&ctx, country_field(), str_of(typed), &v, &e), "%s: %s", typed, e.detail);
    return v.is_set ? arena_cstr(&house_arena, type_canon(&house_arena, country_field(), &v)) : "(none)";
}

START_TEST(one_value_is_kept_and_each_reader_sees_its_name)
{
    static const char *const shown[LANG_COUNT] = { "India", "ভারত", "भारत", "هند" };
    struct val v = val_text(S("IN"));
    ck_assert_str_eq(stored("ভারত"), "IN");
    ck_assert_str_eq(stored("  india "), "IN");
    ck_assert_str_eq(stored(""), "(none)");
    ck_assert_str_eq(stored("Philipines"), "Philipines");
    for (int l = 0; l < LANG_COUNT; l++) {
        struct locale loc = locale_default((enum lang)l, "BD");
        ck_assert(str_eq(type_show(&house_arena, &loc, country_field(), &v), str_of(shown[l])));
    }
    char longest[62];
    memset(longest, 'x', 61);
    longest[61] = '\0';
    ck_assert(!type_parse(&ctx, country_field(), str_of(longest), &v, &e) && !strcmp(e.field, "country"));
    longest[60] = '\0';
    ck_assert_str_eq(stored(longest), longest);
}
END_TEST

/* ── in lists ────────────────────────────────────────────────────────────── */

struct made { const char *name, *country; };

static bool put_all(struct ctx *tx, void *arg, struct err *err)
{
    for (const struct made *m = arg; m->name; m++) {
        struct record *r = record_new(tx->a, &company_entity);
        record_set(r, "name", val_text(str_of(m->name)));
        record_set(r, "country", val_text(str_of(m->country)));
        if (!record_create(tx, r, err))
            return false;
    }
    return true;
}

static void put(const struct made *m)
{
    house_sql("INSERT INTO \"user\" (id, version, created_at, created_by, updated_at, updated_by, name, is_active) VALUES (1,1,0,0,0,0,'Sara',1)");
    ctx.who = &owner;
    ok(record_write(&ctx, put_all, (void *)(uintptr_t)m, &e));
    db_read_end(ctx.c);
    ok(db_read_begin(ctx.c, 0, &e));
}

static const char *listed(const char *filter, const char *sort)
{
    struct list_spec s = { .en = &company_entity, .filter = str_of(filter), .sort = str_of(sort), .limit = 50 };
    struct buf b = buf_new(&house_arena, 4000);
    struct list l;
    ck_assert_msg(record_list(&ctx, &s, &l, &e), "%s: %s", filter, e.detail);
    for (size_t i = 0; i < l.n; i++)
        buf_put(&b, record_text(l.rows[i], "name"));
    return arena_cstr(&house_arena, buf_str(&b));
}

static const struct made some[] = {
    { "a", "Switzerland" }, { "b", "ভারত" }, { "c", "Germany" }, { "d", "IN" }, { "e", "" }, { "f", "Philipines" }, { "g", "gb" }, { NULL, NULL },
};

START_TEST(a_filter_takes_any_name_and_a_list_is_sorted_by_what_is_read)
{
    put(some);
    ck_assert_str_eq(listed("country = India", "name"), "bd");
    ck_assert_str_eq(listed("country = \"भारत\"", "name"), "bd");
    ck_assert_str_eq(listed("country in (BD, هند, UK)", "name"), "bdg");
    ck_assert_str_eq(listed("country != India", "name"), "acefg");
    ck_assert_str_eq(listed("country = Philipines", "name"), "f");
    ck_assert_str_eq(listed("country is empty", "name"), "e");
    ck_assert_str_eq(listed("", "country"), "cbdfage");         /* Germany, India, Philipines, Switzerland, United Kingdom */
    ck_assert_str_eq(listed("", "-country"), "gafdbce");
    struct list l;
    struct list_spec part = { .en = &company_entity, .filter = S("country ~ ind"), .limit = 50 };
    ck_assert(!record_list(&ctx, &part, &l, &e) && e.msg == MSG_query_no_op);
}
END_TEST

START_TEST(totals_are_told_by_name)
{
    struct list_spec s = { .en = &company_entity };
    struct summary_row *v;
    size_t n, found = 0;
    put(some);
    ok(record_summary(&ctx, &s, S("country"), (str){ 0 }, &v, &n, &e));
    for (size_t i = 0; i < n; i++) {
        found += str_eq(v[i].key, S("IN")) && str_eq(v[i].label, S("India")) && v[i].n == 2;
        found += str_eq(v[i].key, S("Philipines")) && str_eq(v[i].label, S("Philipines")) && v[i].n == 1;
    }
    ck_assert_int_eq(found, 2);
    ck_assert_int_eq(n, 6);
}
END_TEST

/* ── another language ────────────────────────────────────────────────────── */

static bool mark(struct db_conn *tx, void *lang, struct err *err) { return order_mark(tx, *(enum lang *)lang, err); }

static void tick(void)
{
    ctx.who = &actor_system;
    ok(order_tick(&ctx, &e));
    ok(job_drain(&house_ws, &e));
    ctx.who = &owner;
    db_read_end(ctx.c);
    ok(db_read_begin(ctx.c, 0, &e));
}

START_TEST(a_list_sorts_by_the_language_of_the_workspace_also_after_another_is_chosen)
{
    enum lang first = LANG_EN;
    bool is_current;
    int64_t jobs;
    house_ws.lang = first;
    put(some);
    ok(db_write(house_ws.db, mark, &first, &e));
    house_ws.lang = LANG_BN;
    ck_assert_str_eq(listed("", "country"), "cbdfage");
    tick();                                                     /* জার্মানি, ভারত, যুক্তরাজ্য, সুইজারল্যান্ড, Philipines */
    ck_assert_str_eq(listed("", "country"), "cbdgafe");
    ck_assert_str_eq(listed("", "name"), "abcdefg");
    ok(order_is_current(&ctx, &is_current, &e));
    ck_assert(is_current);
    tick();
    ok(db_get_int(ctx.c, "SELECT COUNT(*) FROM job WHERE kind = 'order'", DB_NONE, &is_current, &jobs, &e));
    ck_assert_int_eq(jobs, 1);                                  /* looked at again, nothing to do */
}
END_TEST

/* ── of older programs ───────────────────────────────────────────────────── */

static bool bring(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return record_values(tx, LANG_EN, err);
}

START_TEST(what_was_free_text_becomes_codes_once)
{
    ctx.who = &owner;
    house_sql("INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, name, country) VALUES (1,3,0,0,5,0,'a','Switzerland'),"
              " (2,1,0,0,0,0,'b','বাংলাদেশ'), (3,1,0,0,0,0,'c','Bangladesh'), (4,1,0,0,0,0,'d','Philipines'), (5,1,0,0,0,0,'e',NULL)");
    house_sql("INSERT INTO team (id, version, created_at, created_by, updated_at, updated_by, name, country) VALUES (6,1,0,0,0,0,'t','India')");
    ok(db_write(house_ws.db, bring, NULL, &e));
    ck_assert_str_eq(listed("country = BD", "name"), "bc");
    ck_assert_str_eq(listed("", "country"), "bcdae");
    struct record *r;
    ok(record_get(&ctx, &company_entity, 1, &r, &e));
    ck_assert(r->version == 3 && str_eq(record_text(r, "country"), S("CH")));
    ok(record_get(&ctx, &team_entity, 6, &r, &e));
    ck_assert(str_eq(record_text(r, "country"), S("IN")));
    house_sql("UPDATE company SET country = 'Switzerland', country_key = NULL WHERE id = 1");
    ok(db_write(house_ws.db, bring, NULL, &e));         /* marked: not looked at again */
    ok(record_get(&ctx, &company_entity, 1, &r, &e));
    ck_assert(str_eq(record_text(r, "country"), S("Switzerland")));
}
END_TEST

static bool add_column(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "ALTER TABLE saved_view ADD COLUMN is_shared BIGINT", DB_NONE, NULL, err) && schema_mark(tx, MARK_VALUES, 0, err);
}

START_TEST(what_was_shared_with_all_is_everybodys)
{
    struct record *r;
    ctx.who = &owner;
    ok(db_schema(house_ws.db, add_column, NULL, &e));
    house_sql("INSERT INTO saved_view (id, version, created_at, created_by, updated_at, updated_by, name, entity, owner, is_shared) VALUES"
              " (11,2,0,1,0,1,'a','deal',1,1), (12,2,0,1,0,1,'b','deal',1,0), (13,2,0,1,0,1,'c','deal',1,NULL)");
    ok(db_write(house_ws.db, bring, NULL, &e));
    static const char *const now[] = { "everybody", "private", "private" };
    ctx.who = &actor_system;
    for (int i = 0; i < 3; i++) {
        ok(record_get(&ctx, entity_find(S("saved_view")), 11 + i, &r, &e));
        ck_assert_str_eq(arena_cstr(&house_arena, record_text(r, "visibility")), now[i]);
        ck_assert_int_eq(r->version, 2);
    }
}
END_TEST

/* ── telephones ──────────────────────────────────────────────────────────── */

static const char *dialled(const char *number, const struct record *of)
{
    struct ctx c = ctx;
    struct val v;
    struct err bad = { 0 };
    c.of = of;
    return type_parse(&c, entity_field(&person_entity, S("phone")), str_of(number), &v, &bad) ? arena_cstr(&house_arena, v.s) : "-";
}

static struct record *of_country(const char *country)
{
    struct record *r = record_new(&house_arena, &person_entity);
    record_set(r, "country", val_text(str_of(country)));
    return r;
}

START_TEST(a_number_without_its_code_is_of_the_country_it_comes_with)
{
    ck_assert_str_eq(dialled("01711-000000", NULL), "+8801711000000");         /* the reader's */
    ck_assert_str_eq(dialled("98765 43210", NULL), "+8809876543210");
    ck_assert_str_eq(dialled("۰۹۱۲ ۳۴۵ ۶۷۸۹", of_country("ایران")), "+989123456789");
    ck_assert_str_eq(dialled("98765 43210", of_country("India")), "+919876543210");
    ck_assert_str_eq(dialled("+44 20 7946 0018", of_country("IR")), "+442079460018");
    ck_assert_str_eq(dialled("01711-000000", of_country("Philipines")), "+8801711000000");
    ck_assert_str_eq(dialled("01711-000000", of_country("")), "+8801711000000");
}
END_TEST

START_TEST(a_number_without_its_code_is_of_the_country_that_is_kept)
{
    house_sql("INSERT INTO person (id, version, created_at, created_by, updated_at, updated_by, name, country) VALUES (7,1,0,0,0,0,'a','IN'), (8,1,0,0,0,0,'b',NULL)");
    ctx.who = &owner;
    struct record *r = record_new(&house_arena, &person_entity);
    r->id = 7;
    ck_assert_str_eq(dialled("98765 43210", r), "+919876543210");
    record_set(r, "country", val_text(S("IR")));        /* given anew */
    ck_assert_str_eq(dialled("0912 345 6789", r), "+989123456789");
    r = record_new(&house_arena, &person_entity);
    r->id = 8;
    ck_assert_str_eq(dialled("01711-000000", r), "+8801711000000");
    r = record_new(&house_arena, &phone_number_entity); /* one more number of a person */
    record_set(r, "person", val_ref(7));
    ck_assert_str_eq(dialled("98765 43210", r), "+919876543210");
    record_set(r, "person", val_ref(8));
    ck_assert_str_eq(dialled("98765 43210", r), "+8809876543210");
    record_set(r, "person", val_ref(9));                /* nobody */
    ck_assert_str_eq(dialled("01711-000000", r), "+8801711000000");
}
END_TEST

START_TEST(a_number_without_its_code_is_of_the_company_where_the_person_has_no_country)
{
    house_sql("INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, name, country) VALUES"
              " (1,1,0,0,0,0,'a','IR'), (2,1,0,0,0,0,'b',NULL), (3,1,0,0,0,0,'c','IN')");
    house_sql("INSERT INTO person (id, version, created_at, created_by, updated_at, updated_by, name, country, company) VALUES"
              " (7,1,0,0,0,0,'a',NULL,1), (8,1,0,0,0,0,'b','IN',1)");
    ctx.who = &owner;
    struct record *r = record_new(&house_arena, &person_entity);
    record_set(r, "company", val_ref(1));               /* a new person of a company */
    ck_assert_str_eq(dialled("0912 345 6789", r), "+989123456789");
    record_set(r, "country", val_text(S("IN")));        /* their own goes first */
    ck_assert_str_eq(dialled("98765 43210", r), "+919876543210");
    r = record_new(&house_arena, &person_entity);
    record_set(r, "company", val_ref(2));               /* the company has none either: the reader's */
    ck_assert_str_eq(dialled("01711-000000", r), "+8801711000000");
    r = record_new(&house_arena, &person_entity);
    r->id = 7;                                          /* as it is kept */
    ck_assert_str_eq(dialled("0912 345 6789", r), "+989123456789");
    record_set(r, "company", val_ref(3));               /* given anew */
    ck_assert_str_eq(dialled("98765 43210", r), "+919876543210");
    r = record_new(&house_arena, &person_entity);
    r->id = 8;
    record_set(r, "company", val_ref(1));               /* a country that is kept goes before a company given anew */
    ck_assert_str_eq(dialled("98765 43210", r), "+919876543210");
    r = record_new(&house_arena, &phone_number_entity);
    record_set(r, "person", val_ref(7));                /* one more number of somebody there */
    ck_assert_str_eq(dialled("0912 345 6789", r), "+989123456789");
}
END_TEST

static void set_up(void)
{
    static const struct entity *const own[] = { &schedule_entity };
    job_register(&order_job, 1);
    catalogue_add(own, 1);
    house_open();
}

SUITE("country", 60, set_up, house_close,
      every_name_in_every_language_means_its_country,
      a_country_is_understood_as_people_write_it,
      one_value_is_kept_and_each_reader_sees_its_name,
      a_filter_takes_any_name_and_a_list_is_sorted_by_what_is_read,
      totals_are_told_by_name,
      a_list_sorts_by_the_language_of_the_workspace_also_after_another_is_chosen,
      what_was_free_text_becomes_codes_once, what_was_shared_with_all_is_everybodys,
      a_number_without_its_code_is_of_the_country_it_comes_with,
      a_number_without_its_code_is_of_the_country_that_is_kept,
      a_number_without_its_code_is_of_the_company_where_the_person_has_no_country)
