/* record.c - what the record engine promises: one gate, exact values, nothing lost, everything undoable. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <stdlib.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "people/people.h"
#include "record/access.h"
#include "record/bin.h"
#include "record/search.h"
#include "record/since.h"
#include "record/type.h"
#include "sell/sell.h"
#include "tables.h"

static struct workspace *ws;
static struct arena a;
static struct db_conn *reader;
static struct locale loc;
static struct err e;
static char folder[64];

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-record-%d", (int)getpid());
    const struct workspace_init in = { .company = "Padma Foods", .country = "BD", .lang = LANG_EN,
                                       .admin_email = "owner@padma.example", .admin_name = "Owner" };
    app_catalogue();
    tables_copy(folder);
    ck_assert_msg(workspace_create(place_for(folder), &in, &ws, &e), "%s", e.detail);
    a = arena_open(64 << 20);
    loc = locale_default(LANG_EN, "BD");
    ck_assert(db_reader(ws->db, &reader, &e));
}

static void close_all(void)
{
    db_conn_close(reader);
    workspace_close(ws);
    arena_close(&a);
    place_remove(folder);
}

static struct ctx fresh(const struct actor *who)
{
    db_read_end(reader);
    ck_assert(db_read_begin(reader, 0, &e));
    struct ctx c = workspace_ctx(ws, &a, reader, &loc);
    c.who = who;
    return c;
}

struct job { const struct entity *en; const char *fields[8]; int64_t id, version, made; struct record *current; int64_t undo; bool is_delete; };

static bool run_job(struct ctx *tx, void *arg, struct err *err)
{
    struct job *j = arg;
    if (j->undo)
        return record_undo(tx, j->undo, err);
    if (j->is_delete)
        return record_delete(tx, j->en, j->id, j->version, err);
    struct record *r = record_new(tx->a, j->en);
    r->id = j->id;
    for (int i = 0; i + 1 < 8 && j->fields[i]; i += 2) {
        struct val v;
        const struct field *f = entity_field(j->en, str_of(j->fields[i]));
        if (!type_parse(tx, f, str_of(j->fields[i + 1]), &v, err))
            return false;
        record_set(r, j->fields[i], v);
    }
    bool ok = j->id ? record_update(tx, r, j->version, &j->current, err) : record_create(tx, r, err);
    j->made = r->id;
    return ok;
}

static int64_t made(const struct actor *who, const struct entity *en, const char *f1, const char *v1,
                    const char *f2, const char *v2)
{
    struct ctx c = fresh(who);
    struct job j = { .en = en, .fields = { f1, v1, f2, v2 } };
    ck_assert_msg(record_write(&c, run_job, &j, &e), "%s (%s)", e.detail, e.field ? e.field : "");
    return j.made;
}

static struct record *seen(const struct actor *who, const struct entity *en, int64_t id)
{
    struct ctx c = fresh(who);
    struct record *r = NULL;
    return record_get(&c, en, id, &r, &e) ? r : NULL;
}

#define sys (&actor_system)

START_TEST(a_name_and_an_email_make_a_person)
{
    int64_t id = made(sys, &person_entity, "name", "রহিমা খাতুন", "email", "Rahima@Example.COM");
    struct record *r = seen(sys, &person_entity, id);
    ck_assert_ptr_nonnull(r);
    ck_assert(str_eq(record_text(r, "name"), S("রহিমা খাতুন")));
    ck_assert(str_eq(record_text(r, "email"), S("rahima@example.com")));
    ck_assert(str_eq(record_text(r, "lifecycle"), S("lead")));
    ck_assert_int_eq(r->version, 1);
}
END_TEST

START_TEST(bad_input_names_its_field_and_nothing_is_written)
{
    static const struct { const char *name, *email; } bad[] = {
        { "A", "not-an-address" }, { "A", "a@b" }, { "A", "a..b@c.com" }, { "A", "@c.com" }, { "", "a@b.com" },
    };
    for (size_t i = 0; i < countof(bad); i++) {
        struct ctx c = fresh(sys);
        struct job j = { .en = &person_entity, .fields = { "name", bad[i].name, "email", bad[i].email } };
        ck_assert(!record_write(&c, run_job, &j, &e));
        ck_assert_int_eq(e.code, ERR_INVALID);
        ck_assert_ptr_nonnull(e.field);
        ck_assert_int_eq(c.write_id, 0);
    }
}
END_TEST

START_TEST(a_text_at_its_limit_passes_and_one_more_is_refused)
{
    char name[400] = { 0 };
    memset(name, 'x', 160);
    made(sys, &person_entity, "name", name, NULL, NULL);
    name[160] = 'x';
    struct ctx c = fresh(sys);
    struct job j = { .en = &person_entity, .fields = { "name", name } };
    ck_assert(!record_write(&c, run_job, &j, &e));
    ck_assert_str_eq(e.field, "name");
}
END_TEST

START_TEST(a_stale_save_is_refused_and_shows_what_is_stored)
{
    int64_t id = made(sys, &person_entity, "name", "First", NULL, NULL);
    struct ctx c = fresh(sys);
    struct job mine = { .en = &person_entity, .fields = { "name", "Second" }, .id = id, .version = 1 };
    ck_assert(record_write(&c, run_job, &mine, &e));
    struct job late = { .en = &person_entity, .fields = { "name", "Third" }, .id = id, .version = 1 };
    c = fresh(sys);
    ck_assert(!record_write(&c, run_job, &late, &e));
    ck_assert_int_eq(e.code, ERR_CONFLICT);
    ck_assert(str_eq(record_title(late.current), S("Second")));
    ck_assert(str_eq(record_title(seen(sys, &person_entity, id)), S("Second")));
}
END_TEST

/* What a form began with is found again, through undo, deletion and return; and where rows tell no version, nothing is. */
START_TEST(what_a_version_held_is_found_in_the_rows_after_it)
{
    int64_t id = made(sys, &person_entity, "name", "Begun", "city", "Dhaka");
    struct ctx c = fresh(sys);
    struct job moves = { .en = &person_entity, .fields = { "city", "Sylhet" }, .id = id };
    ck_assert(record_write(&c, run_job, &moves, &e));
    struct job back = { .undo = c.write_id };
    c = fresh(sys);
    ck_assert(record_write(&c, run_job, &back, &e));
    c = fresh(sys);
    struct job gone = { .en = &person_entity, .id = id, .is_delete = true };
    ck_assert(record_write(&c, run_job, &gone, &e));
    struct job there = { .undo = c.write_id };
    c = fresh(sys);
    ck_assert(record_write(&c, run_job, &there, &e));
    struct job calls = { .en = &person_entity, .fields = { "phone", "+8801711000000" }, .id = id };
    c = fresh(sys);
    ck_assert(record_write(&c, run_job, &calls, &e));
    struct record *now = seen(sys, &person_entity, id);
    uint64_t phone = (uint64_t)1 << field_index(&person_entity, entity_field(&person_entity, S("phone")));
    uint64_t city = (uint64_t)1 << field_index(&person_entity, entity_field(&person_entity, S("city")));
    struct since s;
    c = fresh(sys);
    ck_assert_msg(record_since(&c, now, 1, &s, &e), "%s", e.detail);
    ck_assert_msg(s.is_known, "a version is missing in the rows");
    ck_assert_msg((s.changed & (phone | city)) == phone, "the city is what it was");
    ck_assert(record_since(&c, now, 2, &s, &e) && s.is_known);
    ck_assert((s.changed & (phone | city)) == (phone | city));
    ck_assert(str_eq(s.then[field_index(&person_entity, entity_field(&person_entity, S("city")))].s, S("Sylhet")));
    ck_assert(record_since(&c, now, -3, &s, &e) && !s.is_known);
}
END_TEST

START_TEST(undo_puts_back_what_a_write_changed_and_can_be_undone)
{
    int64_t id = made(sys, &person_entity, "name", "Before", NULL, NULL);
    struct ctx c = fresh(sys);
    struct job change = { .en = &person_entity, .fields = { "name", "After", "phone", "+8801711000000" }, .id = id };
    ck_assert(record_write(&c, run_job, &change, &e));
    int64_t write = c.write_id;
    c = fresh(sys);
    struct job undo = { .undo = write };
    ck_assert_msg(record_write(&c, run_job, &undo, &e), "%s", e.detail);
    struct record *r = seen(sys, &person_entity, id);
    ck_assert(str_eq(record_title(r), S("Before")));
    ck_assert_int_eq(record_text(r, "phone").n, 0);
    struct job redo = { .undo = c.write_id };
    c = fresh(sys);
    ck_assert_msg(record_write(&c, run_job, &redo, &e), "%s", e.detail);
    ck_assert(str_eq(record_title(seen(sys, &person_entity, id)), S("After")));
}
END_TEST

START_TEST(undo_of_a_field_changed_since_is_refused_by_name)
{
    int64_t id = made(sys, &person_entity, "name", "One", NULL, NULL);
    struct ctx c = fresh(sys);
    struct job two = { .en = &person_entity, .fields = { "name", "Two" }, .id = id };
    ck_assert(record_write(&c, run_job, &two, &e));
    struct job undo = { .undo = c.write_id };
    struct job three = { .en = &person_entity, .fields = { "name", "Three" }, .id = id };
    c = fresh(sys);
    ck_assert(record_write(&c, run_job, &three, &e));
    c = fresh(sys);
    ck_assert(!record_write(&c, run_job, &undo, &e));
    ck_assert_int_eq(e.code, ERR_CONFLICT);
    ck_assert_str_eq(e.field, "name");
    ck_assert(str_eq(record_title(seen(sys, &person_entity, id)), S("Three")));
}
END_TEST

START_TEST(a_deleted_record_is_gone_and_undo_brings_it_back)
{
    int64_t id = made(sys, &person_entity, "name", "Kept", NULL, NULL);
    struct ctx c = fresh(sys);
    struct job del = { .en = &person_entity, .id = id, .is_delete = true };
    ck_assert(record_write(&c, run_job, &del, &e));
    ck_assert_ptr_null(seen(sys, &person_entity, id));
    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
    struct job undo = { .undo = c.write_id };
    c = fresh(sys);
    ck_assert(record_write(&c, run_job, &undo, &e));
    ck_assert_ptr_nonnull(seen(sys, &person_entity, id));
}
END_TEST

/* The bin shows a deleted record to who could see it, newest first, in pages that follow each other; to others nothing. */
START_TEST(the_bin_is_for_those_who_could_see)
{
    enum { MANY = BIN_PAGE + 5 };
    struct actor guest = { .user_id = made(sys, entity_find(S("user")), "name", "Agency Two", "roles", "guest_agency"),
                           .roles = 1u << ROLE_GUEST_AGENCY, .token_scopes = ~0u };
    int64_t id = 0, first = 0;
    struct deleted *d, *v;
    size_t n;
    bool more;
    for (int i = 0; i < MANY; i++) {
        id = made(sys, &product_entity, "name", arena_fmt(&a, "Binned %d", i).p, NULL, NULL);
        first = first ? first : id;
        struct ctx c = fresh(sys);
        struct job del = { .en = &product_entity, .id = id, .is_delete = true };
        ck_assert(record_write(&c, run_job, &del, &e));
    }
    struct ctx c = fresh(sys);
    ck_assert(bin_find(&c, &product_entity, id, &d, &e) && d && str_eq(d->title, arena_fmt(&a, "Binned %d", MANY - 1)) && d->write_id);
    ck_assert(bin_list(&c, &product_entity, 0, 0, &v, &n, &more, &e));
    ck_assert(n == BIN_PAGE && more && v[0].id == id);
    ck_assert(bin_list(&c, &product_entity, v[n - 1].at, v[n - 1].id, &v, &n, &more, &e));
    ck_assert(n == MANY - BIN_PAGE && !more && v[n - 1].id == first);
    c = fresh(&guest);
    ck_assert(bin_find(&c, &product_entity, id, &d, &e) && !d);
    ck_assert(bin_list(&c, &product_entity, 0, 0, &v, &n, &more, &e) && n == 0);
    c = fresh(sys);
    c.now += (UNDO_DAYS + 1) * INT64_C(86400000000);
    ck_assert(bin_find(&c, &product_entity, id, &d, &e) && !d);
}
END_TEST

START_TEST(money_is_exact_and_a_foreign_one_needs_a_rate)
{
    struct ctx c = fresh(sys);
    struct job j = { .en = &product_entity, .fields = { "name", "Tea", "price", "১২,৩৪,৫৬৭.৮৯" } };
    ck_assert_msg(record_write(&c, run_job, &j, &e), "%s", e.detail);
    struct val v = record_val(seen(sys, &product_entity, j.made), "price");
    ck_assert_int_eq(v.i, 123456789);
    ck_assert(str_eq(v.s, S("BDT")));
    ck_assert_int_eq(v.base, 123456789);
    c = fresh(sys);
    struct job usd = { .en = &product_entity, .fields = { "name", "Rice", "price", "10.00 USD" } };
    ck_assert(!record_write(&c, run_job, &usd, &e));
    ck_assert_str_eq(e.field, "price");
}
END_TEST

START_TEST(an_ae_changes_own_deals_only_and_foreign_ones_answer_alike)
{
    struct actor ae = { .user_id = made(sys, entity_find(S("user")), "name", "Anika", "roles", "ae"),
                        .roles = 1u << ROLE_AE, .token_scopes = ~0u };
    struct actor guest = { .user_id = made(sys, entity_find(S("user")), "name", "Agency", "roles", "guest_agency"),
                           .roles = 1u << ROLE_GUEST_AGENCY, .token_scopes = ~0u };
    int64_t id = made(sys, &product_entity, "name", "Lamp", NULL, NULL);
    ck_assert_ptr_nonnull(seen(&ae, &product_entity, id));
    struct ctx c = fresh(&ae);
    struct job j = { .en = &product_entity, .fields = { "name", "Mine" }, .id = id };
    ck_assert(!record_write(&c, run_job, &j, &e));
    ck_assert_int_eq(e.code, ERR_FORBIDDEN);
    ck_assert_ptr_null(seen(&guest, &product_entity, id));
    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
    ck_assert_ptr_null(seen(&guest, &product_entity, id + 1));
    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(search_finds_any_script_by_the_beginning_of_a_word)
{
    int64_t id = made(sys, &person_entity, "name", "সাইফুল ইসলাম", NULL, NULL);
    int64_t fa = made(sys, &person_entity, "name", "علي كريمي", NULL, NULL);       /* Arabic letters */
    static const struct { const char *words; int which; } ask[] = { { "সাই", 0 }, { "ইসলা", 0 }, { "علی کر", 1 } };
    for (size_t i = 0; i < countof(ask); i++) {
        struct ctx c = fresh(sys);
        struct hit *v;
        size_t n;
        ck_assert_msg(search_run(&c, str_of(ask[i].words), NULL, 10, &v, &n, &e), "%s", e.detail);
        ck_assert_msg(n == 1, "%s: %zu", ask[i].words, n);
        ck_assert_int_eq(v[0].id, ask[i].which ? fa : id);
    }
}
END_TEST

struct merge_job { int64_t keep, drop; };
static bool run_merge(struct ctx *tx, void *arg, struct err *err)
{
    struct merge_job *m = arg;
    return record_merge(tx, &company_entity, m->keep, m->drop, NULL, err);
}

START_TEST(a_merge_moves_references_and_undo_brings_both_back)
{
    int64_t keep = made(sys, &company_entity, "name", "Padma Ltd", NULL, NULL);
    int64_t drop = made(sys, &company_entity, "name", "Padma Foods Ltd", NULL, NULL);
    int64_t id = made(sys, &person_entity, "name", "Karim", "company", "Padma Foods Ltd");
    struct merge_job m = { keep, drop };
    struct ctx c = fresh(sys);
    ck_assert_msg(record_write(&c, run_merge, &m, &e), "%s", e.detail);
    ck_assert_int_eq(record_int(seen(sys, &person_entity, id), "company"), keep);
    ck_assert_ptr_null(seen(sys, &company_entity, drop));
    struct ctx look = fresh(sys);
    struct change *told;
    size_t n;
    int64_t into;
    ck_assert(record_history(&look, &company_entity, keep, 0, 10, &told, &n, &e));
    ck_assert(told[0].is_merge && told[0].write_id == c.write_id && str_eq(told[0].old_text, S("Padma Foods Ltd")));
    ck_assert(record_merged_into(&look, &company_entity, drop, &into, &e) && into == keep);
    ck_assert(record_merged_into(&look, &company_entity, keep, &into, &e) && into == 0);
    struct job undo = { .undo = c.write_id };
    c = fresh(sys);
    ck_assert_msg(record_write(&c, run_job, &undo, &e), "%s", e.detail);
    ck_assert_int_eq(record_int(seen(sys, &person_entity, id), "company"), drop);
    ck_assert_ptr_nonnull(seen(sys, &company_entity, drop));
}
END_TEST

START_TEST(the_history_tells_who_what_and_when)
{
    int64_t id = made(sys, &person_entity, "name", "Old", NULL, NULL);
    struct ctx c = fresh(sys);
    struct job j = { .en = &person_entity, .fields = { "name", "New" }, .id = id };
    ck_assert(record_write(&c, run_job, &j, &e));
    c = fresh(sys);
    struct change *v;
    size_t n;
    ck_assert(record_history(&c, &person_entity, id, 0, 10, &v, &n, &e));
    ck_assert_int_eq(n, 2);
    ck_assert(str_eq(v[0].old_text, S("Old")) && str_eq(v[0].new_text, S("New")));
    ck_assert_int_eq(v[1].action, CHANGE_CREATE);
}
END_TEST

SUITE("record", 60, open_all, close_all,
      a_name_and_an_email_make_a_person,
      bad_input_names_its_field_and_nothing_is_written,
      a_text_at_its_limit_passes_and_one_more_is_refused,
      a_stale_save_is_refused_and_shows_what_is_stored, what_a_version_held_is_found_in_the_rows_after_it,
      undo_puts_back_what_a_write_changed_and_can_be_undone,
      undo_of_a_field_changed_since_is_refused_by_name,
      a_deleted_record_is_gone_and_undo_brings_it_back,
      the_bin_is_for_those_who_could_see,
      money_is_exact_and_a_foreign_one_needs_a_rate,
      an_ae_changes_own_deals_only_and_foreign_ones_answer_alike,
      search_finds_any_script_by_the_beginning_of_a_word,
      a_merge_moves_references_and_undo_brings_both_back,
      the_history_tells_who_what_and_when)
