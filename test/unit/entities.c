/* entities.c - tests of the tables of entities: names, words in four languages, what must hold. */
#include "content/content.h"
#include "core/core.h"
#include "../suite.h"
#include <string.h>
#include "funnel/funnel.h"
#include "lang/msg_table.h"
#include "people/people.h"
#include "reach/reach.h"
#include "sell/sell.h"

/* ── helpers ─────────────────────────────────────────────────────────────── */

enum { ENTITIES_MAX = 128, ROOMS = 6 };
static const struct entity *all[ENTITIES_MAX];
static size_t nall;

static void setup(void)
{
    const struct { const struct entity *const *v; size_t n; } room[ROOMS] = {
        { core_entities, core_nentities },     { people_entities, people_nentities },
        { sell_entities, sell_nentities },     { funnel_entities, funnel_nentities },
        { reach_entities, reach_nentities },     { content_entities, content_nentities },
    };
    for (int r = 0; r < ROOMS; r++)
        for (size_t i = 0; i < room[r].n; i++)
            all[nall++] = room[r].v[i];
}

static const struct entity *named(const char *name)
{
    for (size_t i = 0; i < nall; i++)
        if (!strcmp(all[i]->name, name))
            return all[i];
    return NULL;
}

static const struct field *field_named(const struct entity *en, const char *name)
{
    for (size_t i = 0; i < en->nfields; i++)
        if (!strcmp(en->fields[i].name, name))
            return &en->fields[i];
    ck_abort_msg("%s has no field %s", en->name, name);
}

typedef void each_field_fn(const struct entity *en, const struct field *f);
static void each_field(each_field_fn *fn)
{
    for (size_t i = 0; i < nall; i++)
        for (size_t k = 0; k < all[i]->nfields; k++)
            fn(all[i], &all[i]->fields[k]);
}

typedef void each_word_fn(const char *where, const char *what, msg_id id);
static void each_word(each_word_fn *fn)
{
    for (size_t i = 0; i < nall; i++) {
        const struct entity *en = all[i];
        fn(en->name, "label", en->label);
        fn(en->name, "plural", en->plural);
        for (size_t k = 0; k < en->nfields; k++) {
            const struct field *f = &en->fields[k];
            fn(en->name, f->name, f->label);
            if (f->help)
                fn(en->name, f->name, f->help);
            for (const struct choice *c = f->choices; c && c->value; c++)
                fn(en->name, c->value, c->label);
        }
    }
}

static const struct msg_row *message(msg_id id)
{
    int room = id / MSG_ROOM_STEP - 1, at = id % MSG_ROOM_STEP;
    if (room < 0 || room >= msg_nrooms || at >= msg_room_first[room + 1] - msg_room_first[room])
        return NULL;
    return &msg_rows[msg_room_first[room] + at];
}

/* ── words ───────────────────────────────────────────────────────────────── */

static void has_four_texts(const char *where, const char *what, msg_id id)
{
    const struct msg_row *m = message(id);
    ck_assert_msg(m != NULL, "%s.%s has no words", where, what);
    for (int l = 0; l < LANG_COUNT; l++) {
        ck_assert_msg(m->text[l].p && m->text[l].p[0], "%s is empty in %d", m->key, l);
        ck_assert_msg(strcmp(m->text[l].p, m->key) != 0, "%s shows its key in %d", m->key, l);
    }
}

START_TEST(every_name_and_choice_has_words_in_four_languages)
{
    each_word(has_four_texts);
}
END_TEST

static bool has_letter_of(enum lang l, const char *s)
{
    static const struct { unsigned from, to; } script[] = {
        [LANG_EN] = { 0x41, 0x7a }, [LANG_BN] = { 0x980, 0x9ff },
        [LANG_HI] = { 0x900, 0x97f }, [LANG_FA] = { 0x600, 0x6ff },
    };
    for (; *s; s++) {
        const unsigned char *p = (const unsigned char *)s;
        unsigned c = *p;
        if (c >= 0xe0 && p[1] && p[2])
            c = (c & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
        else if (c >= 0xc0 && p[1])
            c = (c & 31u) << 6 | (p[1] & 63u);
        if (c >= script[l].from && c <= script[l].to)
            return true;
    }
    return false;
}

/* Names of languages and samples of digits are the same text everywhere. */
static bool is_one_text(const struct msg_row *m)
{
    return !strcmp(m->text[LANG_EN].p, m->text[LANG_BN].p) && !strcmp(m->text[LANG_EN].p, m->text[LANG_FA].p);
}

static void is_in_its_script(const char *where, const char *what, msg_id id)
{
    const struct msg_row *m = message(id);
    (void)where, (void)what;
    if (is_one_text(m))
        return;
    for (int l = 0; l < LANG_COUNT; l++)
        ck_assert_msg(has_letter_of((enum lang)l, m->text[l].p), "%s in %d: %s", m->key, l, m->text[l].p);
    ck_assert_msg(!strstr(m->text[LANG_FA].p, "ي") && !strstr(m->text[LANG_FA].p, "ك"), "%s", m->key);
}

START_TEST(every_text_is_written_in_the_script_of_its_language)
{
    each_word(is_in_its_script);
}
END_TEST

START_TEST(fields_of_one_entity_are_told_apart_by_their_labels)
{
    for (size_t i = 0; i < nall; i++)
        for (size_t k = 0; k < all[i]->nfields; k++)
            for (size_t j = 0; j < k; j++)
                for (int l = 0; l < LANG_COUNT; l++)
                    ck_assert_msg(strcmp(message(all[i]->fields[j].label)->text[l].p,
                                         message(all[i]->fields[k].label)->text[l].p) != 0,
                                  "%s.%s and %s read alike in %d", all[i]->name,
                                  all[i]->fields[j].name, all[i]->fields[k].name, l);
}
END_TEST

static void tells_choices_apart(const struct entity *en, const struct field *f)
{
    for (const struct choice *c = f->choices; c && c->value; c++)
        for (const struct choice *d = f->choices; d != c; d++) {
            ck_assert_msg(strcmp(c->value, d->value) != 0, "%s.%s: %s twice", en->name, f->name, c->value);
            for (int l = 0; l < LANG_COUNT; l++)
                ck_assert_msg(strcmp(message(c->label)->text[l].p, message(d->label)->text[l].p) != 0,
                              "%s.%s: %s and %s read alike in %d", en->name, f->name, c->value, d->value, l);
        }
}

START_TEST(choices_of_one_field_are_told_apart_by_their_labels)
{
    each_field(tells_choices_apart);
}
END_TEST

/* ── names ───────────────────────────────────────────────────────────────── */

/* Words that SQLite or PostgreSQL keep for themselves where a name stands. */
static const char *const kept[] = {
    "add", "all", "alter", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
    "authorization", "autoincrement", "between", "both", "case", "cast", "check", "collate",
    "collation", "column", "commit", "concurrently", "constraint", "create", "cross",
    "current_date", "current_time", "current_timestamp", "current_user", "default", "deferrable",
    "delete", "desc", "distinct", "do", "drop", "else", "end", "escape", "except", "exists",
    "false", "fetch", "for", "foreign", "freeze", "from", "full", "grant", "group", "having", "if",
    "ilike", "in", "index", "indexed", "initially", "inner", "insert", "intersect", "into", "is",
    "isnull", "join", "lateral", "leading", "left", "like", "limit", "natural", "not", "nothing",
    "notnull", "null", "offset", "on", "only", "or", "order", "outer", "over", "overlaps",
    "placing", "primary", "references", "returning", "right", "select", "session_user", "set",
    "similar", "some", "symmetric", "table", "tablesample", "then", "to", "trailing",
    "transaction", "true", "union", "unique", "update", "using", "values", "variadic", "verbose",
    "when", "where", "window", "with",
};

static void is_free(const char *name)
{
    for (size_t i = 0; i < countof(kept); i++)
        ck_assert_msg(strcmp(name, kept[i]) != 0, "%s is a word of SQL", name);
}

static void has_a_free_name(const struct entity *en, const struct field *f)
{
    ck_assert_msg(strcmp(f->name, "user") != 0, "%s.user", en->name);
    is_free(f->name);
}

START_TEST(no_table_or_column_takes_a_word_of_sql)
{
    for (size_t i = 0; i < nall; i++)
        is_free(all[i]->name);      /* "user" is spelt otherwise in SQL: see sql_name() */
    each_field(has_a_free_name);
}
END_TEST

static void points_at_an_entity(const struct entity *en, const struct field *f)
{
    bool is_ref = f->type == FIELD_REF || f->type == FIELD_REFS;
    ck_assert_msg(is_ref == (f->ref != NULL), "%s.%s", en->name, f->name);
    if (is_ref)
        ck_assert_msg(named(f->ref) != NULL, "%s.%s points at %s", en->name, f->name, f->ref);
}

START_TEST(every_reference_points_at_an_entity)
{
    each_field(points_at_an_entity);
}
END_TEST

START_TEST(every_entity_has_its_own_name_and_path)
{
    for (size_t i = 0; i < nall; i++)
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(all[i]->name, all[j]->name);
            ck_assert_str_ne(all[i]->path, all[j]->path);
        }
}
END_TEST

/* ── what must hold ──────────────────────────────────────────────────────── */

START_TEST(the_quick_form_asks_for_what_must_be_given)
{
    for (size_t i = 0; i < nall; i++) {
        if (all[i]->flags & (E_NO_PAGE | E_NO_CREATE))
            continue;
        for (size_t k = 0; k < all[i]->nfields; k++) {
            const struct field *f = &all[i]->fields[k];
            ck_assert_msg(!(f->flags & F_REQUIRED) || f->flags & F_QUICK || f->init,
                          "%s.%s must be given but is not asked for", all[i]->name, f->name);
        }
    }
}
END_TEST

static void can_be_given(const struct entity *en, const struct field *f)
{
    if (f->flags & F_REQUIRED)
        ck_assert_msg(!(f->flags & F_READONLY), "%s.%s", en->name, f->name);
    if (f->flags & F_SECRET)
        ck_assert_msg(!(f->flags & (F_LIST | F_SEARCH | F_SORT | F_QUICK)), "%s.%s", en->name, f->name);
}

START_TEST(nothing_is_demanded_that_only_the_program_writes_and_no_secret_is_shown)
{
    each_field(can_be_given);
}
END_TEST

static void starts_with_one_of_its_choices(const struct entity *en, const struct field *f)
{
    if (f->type != FIELD_CHOICE || !f->init)
        return;
    for (const struct choice *c = f->choices; c->value; c++)
        if (!strcmp(c->value, f->init))
            return;
    ck_abort_msg("%s.%s starts as %s", en->name, f->name, f->init);
}

START_TEST(a_choice_starts_with_one_of_its_values)
{
    each_field(starts_with_one_of_its_choices);
}
END_TEST

static void wears_a_colour_of_the_house(const struct entity *en, const struct field *f)
{
    static const char *const tone[] = { "blue", "teal", "green", "amber", "red", "pink" };
    for (const struct choice *c = f->choices; c && c->value; c++) {
        size_t i = 0;
        while (c->tone && i < countof(tone) && strcmp(c->tone, tone[i]))
            i++;
        ck_assert_msg(i < countof(tone), "%s.%s: %s is %s", en->name, f->name, c->value, c->tone);
    }
}

START_TEST(chips_wear_the_colours_of_the_house)
{
    each_field(wears_a_colour_of_the_house);
}
END_TEST

START_TEST(lists_are_narrow_enough_to_read)
{
    for (size_t i = 0; i < nall; i++) {
        int n = 0;
        for (size_t k = 0; k < all[i]->nfields; k++)
            n += (all[i]->fields[k].flags & F_LIST) != 0;
        ck_assert_msg(n >= 2 && n <= (all[i]->flags & E_NO_PAGE ? 8 : 6), "%s: %d", all[i]->name, n);
    }
}
END_TEST

START_TEST(personal_data_leads_to_its_person)
{
    for (size_t i = 0; i < nall; i++) {
        const struct entity *en = all[i];
        ck_assert_msg(!(en->flags & E_PERSON_DATA) == !en->subject, "%s", en->name);
        if (en->subject)
            ck_assert_str_eq(field_named(en, en->subject)->ref, "person");
        for (size_t k = 0; k < en->nfields; k++)
            if (en->fields[k].ref && !strcmp(en->fields[k].ref, "person"))
                ck_assert_msg(en->subject != NULL, "%s.%s", en->name, en->fields[k].name);
    }
}
END_TEST

START_TEST(the_owner_of_a_record_is_a_user)
{
    for (size_t i = 0; i < nall; i++)
        if (all[i]->owner)
            ck_assert_str_eq(field_named(all[i], all[i]->owner)->ref, "user");
}
END_TEST

START_TEST(an_export_of_another_crm_finds_a_field_for_every_column)
{
    static const char *const column[][2] = {
        { "company", "name" }, { "company", "industry" }, { "company", "founded" },
        { "company", "annual_revenue" }, { "company", "employees" }, { "company", "country" },
        { "company", "parent" }, { "product", "name" }, { "product", "series" }, { "product", "price" },
        { "user", "name" }, { "user", "manager" }, { "user", "team" }, { "deal", "code" },
        { "deal", "owner" }, { "deal", "product" }, { "deal", "company" }, { "deal", "stage" },
        { "deal", "opened_at" }, { "deal", "close_date" }, { "deal", "amount" },
    };
    for (size_t i = 0; i < countof(column); i++)
        ck_assert_ptr_nonnull(field_named(named(column[i][0]), column[i][1]));
    /* Sellers in such files have no address, deals no company. */
    ck_assert(!(field_named(named("user"), "email")->flags & F_REQUIRED));
    ck_assert(!(field_named(named("deal"), "company")->flags & F_REQUIRED));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("entities");
    TCase *t = tcase_create("entities");
    tcase_add_unchecked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, every_name_and_choice_has_words_in_four_languages);
    tcase_add_test(t, every_text_is_written_in_the_script_of_its_language);
    tcase_add_test(t, fields_of_one_entity_are_told_apart_by_their_labels);
    tcase_add_test(t, choices_of_one_field_are_told_apart_by_their_labels);
    tcase_add_test(t, no_table_or_column_takes_a_word_of_sql);
    tcase_add_test(t, every_reference_points_at_an_entity);
    tcase_add_test(t, every_entity_has_its_own_name_and_path);
    tcase_add_test(t, the_quick_form_asks_for_what_must_be_given);
    tcase_add_test(t, nothing_is_demanded_that_only_the_program_writes_and_no_secret_is_shown);
    tcase_add_test(t, a_choice_starts_with_one_of_its_values);
    tcase_add_test(t, chips_wear_the_colours_of_the_house);
    tcase_add_test(t, lists_are_narrow_enough_to_read);
    tcase_add_test(t, personal_data_leads_to_its_person);
    tcase_add_test(t, the_owner_of_a_record_is_a_user);
    tcase_add_test(t, an_export_of_another_crm_finds_a_field_for_every_column);
    suite_add_tcase(s, t);
    return suite_end(s) != 0;
}
