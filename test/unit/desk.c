/* desk.c - people keep their ways to be reached; what is done with them leaves its trace. */
#include "house.h"
#include "core/notify.h"

static int64_t me_id, ann, firm;
static struct actor me;

static bool make(struct ctx *tx, void *arg, struct err *err) { return record_create(tx, arg, err); }
static bool change(struct ctx *tx, void *arg, struct err *err) { return record_update(tx, arg, 0, NULL, err); }
static bool undo(struct ctx *tx, void *arg, struct err *err) { return record_undo(tx, *(int64_t *)arg, err); }

static void fresh(void)
{
    db_read_end(ctx.c);
    ok(db_read_begin(ctx.c, 0, &e));
}

static void put(record_write_fn *fn, void *arg)
{
    ok(record_write(&ctx, fn, arg, &e));
    fresh();
}

static struct record *start(const struct entity *en, int64_t id)
{
    struct record *r = record_new(&house_arena, en);
    r->id = id;
    return r;
}

static struct record *stored(const struct entity *en, int64_t id)
{
    struct record *r = NULL;
    ok(record_get(&ctx, en, id, &r, &e));
    return r;
}

static int64_t count(const char *sql, int64_t id)
{
    int64_t n = 0;
    bool found;
    ok(db_get_int(ctx.c, sql, DB_ARGS(V(id)), &found, &n, &e));
    return n;
}

static void begin(void)
{
    house_open();
    struct record *u = start(&user_entity, 0), *f = start(&company_entity, 0), *p = start(&person_entity, 0);
    record_set(u, "name", val_text(S("Me")));
    record_set(u, "roles", val_text(S("owner")));
    put(make, u);
    me_id = u->id;
    ok(actor_load(&house_arena, ctx.c, me_id, &me, &e));
    ctx.who = &me;
    record_set(f, "name", val_text(S("  Padma   Tiles ")));
    record_set(f, "domain", val_text(S("https://www.Padma.example/about")));
    put(make, f);
    firm = f->id;
    record_set(p, "name", val_text(S(" Ann   Roy ")));
    record_set(p, "email", val_text(S("ann@old.example")));
    record_set(p, "company", val_ref(firm));
    put(make, p);
    ann = p->id;
}

static void end(void) { house_close(); }

START_TEST(names_lose_doubled_spaces_and_domains_their_scheme)
{
    ck_assert(str_eq(record_text(stored(&person_entity, ann), "name"), S("Ann Roy")));
    ck_assert(str_eq(record_text(stored(&company_entity, firm), "name"), S("Padma Tiles")));
    ck_assert(str_eq(record_text(stored(&company_entity, firm), "domain"), S("padma.example")));
}
END_TEST

#define ADDRESSES "SELECT COUNT(*) FROM email_address WHERE person = $1 AND deleted_at IS NULL"

START_TEST(one_address_needs_no_row_and_a_replaced_one_is_kept)
{
    ck_assert_int_eq(count(ADDRESSES, ann), 0);
    struct record *r = start(&person_entity, ann);
    record_set(r, "email", val_text(S("ann@new.example")));
    put(change, r);
    ck_assert_int_eq(count(ADDRESSES, ann), 2);
    ck_assert_int_eq(count(ADDRESSES " AND is_primary = 1 AND address = 'ann@new.example'", ann), 1);
    ck_assert_int_eq(count(ADDRESSES " AND is_primary = 0 AND address = 'ann@old.example'", ann), 1);
}
END_TEST

START_TEST(a_row_made_primary_becomes_the_address_of_the_person)
{
    struct record *row = start(&email_address_entity, 0);
    record_set(row, "person", val_ref(ann));
    record_set(row, "address", val_text(S("ann@third.example")));
    record_set(row, "is_primary", val_int(1));
    put(make, row);
    ck_assert(str_eq(record_text(stored(&person_entity, ann), "email"), S("ann@third.example")));
    ck_assert_int_eq(count(ADDRESSES " AND is_primary = 1", ann), 1);
    ck_assert_int_eq(count(ADDRESSES, ann), 2);
}
END_TEST

#define NOTED "SELECT COUNT(*) FROM event WHERE person_id = $1 AND kind = 'note.added' AND is_void = 0"

START_TEST(a_note_is_an_event_of_person_and_company_and_undo_takes_it_back)
{
    struct record *n = start(&note_entity, 0);
    record_set(n, "body", val_text(S("Budget approved")));
    record_set(n, "person", val_ref(ann));
    put(make, n);
    int64_t write = ctx.write_id, version = stored(&person_entity, ann)->version;
    ck_assert_int_eq(count(NOTED, ann), 1);
    ck_assert_int_eq(count("SELECT COUNT(*) FROM event WHERE company_id = $1 AND kind = 'note.added'", firm), 1);
    ck_assert_int_eq(record_int(stored(&person_entity, ann), "last_activity_at"), HOUSE_NOW);
    ck_assert_int_eq(record_int(stored(&company_entity, firm), "last_activity_at"), HOUSE_NOW);
    ck_assert_int_eq(version, 1);               /* nobody's open form became stale */
    put(undo, &write);
    ck_assert_int_eq(count(NOTED, ann), 0);
}
END_TEST

START_TEST(a_call_of_yesterday_stands_at_its_own_time_and_moves_with_it)
{
    struct record *r = start(&call_entity, 0), *later;
    record_set(r, "person", val_ref(ann));
    record_set(r, "at", val_int(HOUSE_NOW - DAY_US));
    put(make, r);
    ck_assert_int_eq(count("SELECT at FROM event WHERE kind = 'call.held' AND person_id = $1", ann), HOUSE_NOW - DAY_US);
    ck_assert_int_eq(record_int(stored(&person_entity, ann), "last_activity_at"), HOUSE_NOW - DAY_US);
    later = start(&call_entity, r->id);
    record_set(later, "at", val_int(HOUSE_NOW - HOUR_US));
    put(change, later);
    ck_assert_int_eq(count("SELECT at FROM event WHERE kind = 'call.held' AND person_id = $1", ann), HOUSE_NOW - HOUR_US);
}
END_TEST

START_TEST(a_planned_meeting_is_no_activity_until_it_is_held)
{
    struct record *m = start(&meeting_entity, 0), *held;
    record_set(m, "title", val_text(S("Site visit")));
    record_set(m, "at", val_int(HOUSE_NOW - HOUR_US));
    record_set(m, "person", val_ref(ann));
    put(make, m);
    ck_assert_int_eq(record_int(stored(&person_entity, ann), "last_activity_at"), 0);
    held = start(&meeting_entity, m->id);
    record_set(held, "outcome", val_text(S("held")));
    put(change, held);
    ck_assert_int_eq(record_int(stored(&person_entity, ann), "last_activity_at"), HOUSE_NOW - HOUR_US);
    ck_assert_int_eq(count("SELECT COUNT(*) FROM event WHERE kind = 'meeting.held' AND person_id = $1", ann), 1);
}
END_TEST

START_TEST(a_task_counts_when_it_is_done_and_once)
{
    struct record *t = start(&task_entity, 0), *again;
    record_set(t, "title", val_text(S("Call")));
    record_set(t, "person", val_ref(ann));
    put(make, t);
    for (int i = 0; i < 2; i++) {
        again = start(&task_entity, t->id);
        record_set(again, "done_at", val_int(HOUSE_NOW - i));
        put(change, again);
    }
    ck_assert_int_eq(count("SELECT COUNT(*) FROM event WHERE kind = 'task.done' AND person_id = $1", ann), 1);
}
END_TEST

static int64_t told;
static bool tell(struct ctx *tx, void *arg, struct err *err)
{
    (void)arg;
    return notify(tx, told, "test", S("Something"), S("/people"), err);
}

START_TEST(nobody_is_told_what_they_did_themselves)
{
    struct record *u = start(&user_entity, 0);
    record_set(u, "name", val_text(S("Other")));
    put(make, u);
    told = me_id;
    put(tell, NULL);
    ck_assert_int_eq(count("SELECT COUNT(*) FROM notification WHERE recipient = $1", me_id), 0);
    told = u->id;
    put(tell, NULL);
    ck_assert_int_eq(count("SELECT COUNT(*) FROM notification WHERE recipient = $1 AND read_at IS NULL", u->id), 1);
    ok(notify_read(&ctx, me_id, 0, &e));        /* another's marks are not mine to make */
    fresh();
    ck_assert_int_eq(count("SELECT COUNT(*) FROM notification WHERE recipient = $1 AND read_at IS NULL", u->id), 1);
    ok(notify_read(&ctx, u->id, 0, &e));
    fresh();
    ck_assert_int_eq(count("SELECT COUNT(*) FROM notification WHERE recipient = $1 AND read_at IS NULL", u->id), 0);
}
END_TEST

static struct record *user_as(int64_t id, const char *roles, int is_active)
{
    struct record *r = start(&user_entity, id);
    record_set(r, "roles", val_text(str_of(roles)));
    record_set(r, "is_active", val_int(is_active));
    return r;
}

START_TEST(the_last_owner_cannot_step_down_and_the_last_but_one_can)
{
    struct err refused = { 0 };
    ck_assert(!record_write(&ctx, change, user_as(me_id, "ae", 1), &refused));
    ck_assert_int_eq(refused.code, ERR_INVALID);
    ck_assert(!record_write(&ctx, change, user_as(me_id, "owner", 0), &refused));
    struct record *u = user_as(0, "ae,owner", 1);
    record_set(u, "name", val_text(S("Second")));
    put(make, u);
    put(change, user_as(me_id, "ae", 1));
}
END_TEST

SUITE("desk", 60, begin, end,
      names_lose_doubled_spaces_and_domains_their_scheme,
      one_address_needs_no_row_and_a_replaced_one_is_kept,
      a_row_made_primary_becomes_the_address_of_the_person,
      a_note_is_an_event_of_person_and_company_and_undo_takes_it_back,
      a_call_of_yesterday_stands_at_its_own_time_and_moves_with_it,
      a_planned_meeting_is_no_activity_until_it_is_held,
      a_task_counts_when_it_is_done_and_once,
      nobody_is_told_what_they_did_themselves,
      the_last_owner_cannot_step_down_and_the_last_but_one_can)
