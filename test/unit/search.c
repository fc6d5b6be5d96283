/* search.c - the search box: the newest of each kind, each kind with its share, nobody finds what they may not see. */
#include "../firm.h"
#include "base/random.h"
#include "content/content.h"
#include "record/list.h"
#include "record/search.h"

static struct hit *v;
static size_t n;

static void open_all(void) { firm_open("search", clock_now()); }

static void find(const struct actor *who, const char *words, const struct entity *en, int limit)
{
    struct ctx c = fresh(who);
    ck_assert_msg(search_run(&c, str_of(words), en, limit, &v, &n, &e), "%s: %s", words, e.detail);
}

static size_t of(const struct entity *en)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += v[i].en == en;
    return found;
}

/* Many at once, in one write. */
struct many { const struct entity *en; const char *name; int n; };
static bool run_many(struct ctx *tx, void *arg, struct err *err)
{
    const struct many *m = arg;
    for (int i = 0; i < m->n; i++) {
        struct record *r = record_new(tx->a, m->en);
        record_set(r, "name", val_text(arena_fmt(tx->a, "%s %d", m->name, i)));
        if (!record_create(tx, r, err))
            return false;
    }
    return true;
}

static void many(const struct entity *en, const char *name, int count)
{
    struct ctx c = fresh(sys);
    ck_assert_msg(record_write(&c, run_many, &(struct many){ en, name, count }, &e), "%s", e.detail);
}

START_TEST(a_choice_is_told_in_the_readers_words)
{
    make(sys, &company_entity, "name", "Padma Dyes", "industry", "chemicals");
    find(sys, "padma dyes", &company_entity, 10);
    ck_assert(n == 1 && str_eq(v[0].subtitle, S("Chemicals")));
    loc = locale_default(LANG_FA, "BD");        /* another reader; the index stays as it was written */
    find(sys, "padma dyes", &company_entity, 10);
    ck_assert(n == 1 && str_eq(v[0].subtitle, S("شیمیایی")));
}
END_TEST

START_TEST(one_letter_finds_in_each_script)
{
    static const char *const names[] = { "সাইফুল ইসলাম", "रमेश गुप्ता", "علی کریمی", "Oliver Ellison" };
    static const char *const first[] = { "ই", "ग", "ک", "e" };
    for (size_t i = 0; i < countof(names); i++)
        make(sys, &person_entity, "name", names[i]);
    for (size_t i = 0; i < countof(first); i++) {
        find(sys, first[i], &person_entity, 10);
        ck_assert_msg(n == 1 && str_eq(v[0].title, str_of(names[i])), "%s: %zu", first[i], n);
    }
    find(sys, "", NULL, 10);
    ck_assert_int_eq(n, 0);
    find(sys, "- !", NULL, 10);
    ck_assert_int_eq(n, 0);
    find(sys, "z", &person_entity, 10);         /* what names the kind in the index is no word of it */
    ck_assert_int_eq(n, 0);
    find(sys, "\xEE\x80\x80person", &person_entity, 10);
    ck_assert_int_eq(n, 0);
}
END_TEST

/* As it is shown, as it is dialled, as one types on; by words of a list too. */
START_TEST(a_telephone_number_is_found_however_it_is_written)
{
    static const char *const written[] = { "01706-557496", "01706557496", "০১৭০৬-৫৫৭৪৯৬", "০১৭০৬ ৫৫", "+8801706557496", "008801706557496",
                                           "(880) 1706-557", "8801706" };
    static const char *const other[] = { "01706-557497", "557496", "0170" };
    int64_t rokeya = make(sys, &person_entity, "name", "Rokeya Sakhawat", "phone", "+8801706557496");
    make(sys, &person_entity, "name", "Someone Else", "phone", "+989159612121");
    for (size_t i = 0; i < countof(written); i++) {
        find(sys, written[i], NULL, 10);
        ck_assert_msg(n == 1 && v[0].id == rokeya, "%s: %zu", written[i], n);
        struct ctx c = fresh(sys);
        struct list_spec spec = { .en = &person_entity, .filter = arena_fmt(c.a, "\"%s\"", written[i]) };
        struct list list;
        ck_assert_msg(record_list(&c, &spec, &list, &e), "%s", e.detail);
        ck_assert_msg(list.n == 1 && list.rows[0]->id == rokeya, "%s in a list: %zu", written[i], list.n);
    }
    for (size_t i = 0; i < countof(other); i++) {
        find(sys, other[i], &person_entity, 10);
        ck_assert_msg(n == 0, "%s: %zu", other[i], n);
    }
    find(sys, "98 915 961 2121", NULL, 10);
    ck_assert(n == 1 && v[0].id != rokeya);
}
END_TEST

START_TEST(a_kind_with_many_hits_leaves_room_for_the_others)
{
    make(sys, &company_entity, "name", "Karim Traders");
    make(sys, &product_entity, "name", "Lamp of Karim");
    many(&person_entity, "Karim", 260);         /* more than one question brings */
    find(sys, "karim", NULL, 10);
    ck_assert_int_eq(n, 10);
    ck_assert_int_eq(of(&company_entity), 1);
    ck_assert_int_eq(of(&product_entity), 1);
    ck_assert_int_eq(of(&person_entity), 8);
    ck_assert(str_eq(v[0].title, S("Karim 259")));              /* the newest first */
    ck_assert(v[8].en == &company_entity && v[9].en == &product_entity);    /* what does not begin so comes last */
    find(sys, "karim", NULL, 1000);
    ck_assert_int_eq(n, 50);
    find(sys, "karim 17", &person_entity, 50);
    ck_assert_int_eq(n, 11);                    /* 17, 170 to 179 */
}
END_TEST

/* Whatever lies there: each kind shows its newest, as many as if it had been asked alone, until all places are taken. */
START_TEST(asked_together_each_kind_answers_as_if_asked_alone)
{
    static const struct entity *const kinds[] = { &person_entity, &company_entity, &product_entity };
    struct seeded random = seeded_from(42);
    for (int round = 0; round < 14; round++)
        many(kinds[seeded_below(&random, 3)], arena_fmt(&a, "Q%c", 'a' + (int)seeded_below(&random, 2)).p, 1 + (int)seeded_below(&random, 90));
    static const char *const words[] = { "q", "qa", "qb", "qa 1", "7" };
    static const int limits[] = { 1, 2, 10, 50 };
    for (size_t w = 0; w < countof(words); w++)
        for (size_t l = 0; l < countof(limits); l++) {
            size_t sum = 0, alone[3], limit = (size_t)limits[l];
            struct hit *one[3];
            for (size_t k = 0; k < 3; k++) {
                find(sys, words[w], kinds[k], limits[l]);
                one[k] = v;
                alone[k] = n;
                sum += n;
            }
            find(sys, words[w], NULL, limits[l]);
            ck_assert_msg(n >= (sum < limit ? sum : limit), "%s %zu: %zu of %zu", words[w], limit, n, sum);
            for (size_t k = 0; k < 3; k++) {
                size_t at = 0;
                for (size_t i = 0; i < n; i++)
                    if (v[i].en == kinds[k])
                        ck_assert_msg(at < alone[k] && v[i].id == one[k][at++].id, "%s %zu: hit %zu", words[w], limit, i);
                size_t part = limit < 10 ? 0 : limit / 12 + 1;
                ck_assert_msg(at >= (alone[k] < part ? alone[k] : part), "%s %zu: %zu", words[w], limit, at);
            }
        }
}
END_TEST

/* As an older program left them: other names of kinds, no list of first letters. */
static bool age(struct db_conn *tx, void *arg, struct err *err)
{
    static const char *const sql[] = {
        "UPDATE search_doc SET folded = 'zz' || substr(folded, 2)", "DROP TABLE search_fts", "DROP TABLE hit", "ALTER TABLE change DROP COLUMN version",
        "DELETE FROM setu_migration WHERE version >= 10", "DELETE FROM setu_catalogue",
    };
    (void)arg;
    for (size_t i = 0; i < countof(sql); i++)
        if (!db_exec(tx, sql[i], DB_NONE, NULL, err))
            return false;
    return db_fts_create(tx, "search_fts", err);
}

START_TEST(an_older_index_is_made_anew_with_all_that_is_in_it)
{
    many(&person_entity, "Karim", 230);         /* more than one slice */
    make(sys, &company_entity, "name", "Karim Traders");
    ck_assert_msg(db_schema(ws->db, age, NULL, &e), "%s", e.detail);
    find(sys, "karim", &person_entity, 50);
    ck_assert_int_eq(n, 0);                     /* nothing is in it yet */
    db_conn_close(reader);
    workspace_close(ws);
    ck_assert_msg(workspace_open(place, &ws, &e) && db_reader(ws->db, &reader, &e), "%s", e.detail);
    find(sys, "k", &person_entity, 50);
    ck_assert_int_eq(n, 50);
    find(sys, "karim 0", &person_entity, 50);
    ck_assert_int_eq(n, 1);                     /* the oldest too */
    find(sys, "z", NULL, 50);
    ck_assert_int_eq(n, 0);
}
END_TEST

START_TEST(what_one_may_not_see_is_not_found_beside_what_one_may)
{
    struct actor sara = hired("Sara", ROLE_GUEST_AGENCY);
    many(&person_entity, "Karim", 3);
    find(&sara, "karim", NULL, 10);
    ck_assert_int_eq(n, 0);
    int64_t own = make(sys, &user_entity, "name", "Karim Own", "roles", role_name(ROLE_GUEST_AGENCY), "lang", "en");
    struct actor karim = actor_of(own);
    find(&karim, "karim", NULL, 10);
    ck_assert_msg(n == 1 && v[0].id == own, "%zu", n);           /* a guest sees themselves, of all users */
    find(sys, "karim", NULL, 10);
    ck_assert_int_eq(n, 4);
}
END_TEST

SUITE("search", 120, open_all, firm_close,
      one_letter_finds_in_each_script,
      a_telephone_number_is_found_however_it_is_written,
      a_choice_is_told_in_the_readers_words,
      a_kind_with_many_hits_leaves_room_for_the_others,
      asked_together_each_kind_answers_as_if_asked_alone,
      an_older_index_is_made_anew_with_all_that_is_in_it,
      what_one_may_not_see_is_not_found_beside_what_one_may)
