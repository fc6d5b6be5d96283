/* sell.c - deals keep their rules: exact money, stages that ask for what they need, one order a win. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <stdlib.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "people/people.h"
#include "record/query.h"
#include "record/type.h"
#include "sell/inside.h"
#include "tables.h"

static struct workspace *ws;
static struct arena a;
static struct db_conn *reader;
static struct locale loc;
static struct err e;
static char folder[64];

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-sell-%d", (int)getpid());
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

static struct actor owner;

static struct ctx fresh(void)
{
    db_read_end(reader);
    ck_assert(db_read_begin(reader, 0, &e));
    struct ctx c = workspace_ctx(ws, &a, reader, &loc);
    if (!owner.user_id) {
        struct record *u;
        ck_assert(record_find(&c, entity_find(S("user")), "email", val_text(S("owner@padma.example")), &u, &e));
        ck_assert(actor_load(&a, reader, u->id, &owner, &e));
    }
    c.who = &owner;
    return c;
}

/* ── one act ───────────────────────────────────────────────────────────────── */

struct job {
    const struct entity *en; const char *fields[16]; int64_t id, version, made;
    struct sell_move *move; int64_t undo, order_of, drop, order;
};
static int64_t last_write;

static bool run_job(struct ctx *tx, void *arg, struct err *err)
{
    struct job *j = arg;
    if (j->undo)
        return record_undo(tx, j->undo, err);
    if (j->move)
        return sell_move(tx, j->move, err);
    if (j->order_of)
        return sell_order_from_deal(tx, j->order_of, &j->order, err);
    if (j->drop)
        return record_delete(tx, j->en, j->drop, 0, err);
    struct record *r = record_new(tx->a, j->en);
    r->id = j->id;
    for (int i = 0; j->fields[i]; i += 2) {
        struct val v;
        if (!type_from_canon(tx, entity_field(j->en, str_of(j->fields[i])), str_of(j->fields[i + 1]), &v, err))
            return false;
        record_set(r, j->fields[i], v);
    }
    bool ok = j->id ? record_update(tx, r, j->version, NULL, err) : record_create(tx, r, err);
    j->made = r->id;
    return ok;
}

static bool act(struct job *j)
{
    struct ctx c = fresh();
    e = (struct err){ 0 };
    bool ok = record_write(&c, run_job, j, &e);
    last_write = c.write_id;
    return ok;
}

#define make(entity, ...) made(&(struct job){ .en = &entity, .fields = { __VA_ARGS__ } })
static int64_t made(struct job *j)
{
    ck_assert_msg(act(j), "%s (%s)", e.detail, e.field ? e.field : "");
    return j->made;
}

static struct record *seen(const struct entity *en, int64_t id)
{
    struct ctx c = fresh();
    struct record *r = NULL;
    return record_get(&c, en, id, &r, &e) ? r : NULL;
}

static const char *text(int64_t id) { return arena_cstr(&a, id_text(&a, id)); }

/* ── the seeded stages, by their order ─────────────────────────────────────── */

enum { QUALIFIED, DISCOVERY, PROPOSAL, NEGOTIATION, COMMIT, WON, LOST };
static int64_t stage_at(int i)
{
    struct ctx c = fresh();
    struct stage *v;
    size_t n;
    int64_t line;
    ck_assert(pipeline_default(&c, &line, &e) && stages_of(&c, line, &v, &n, &e));
    ck_assert_int_eq(n, 7);
    return v[i].id;
}

static bool moved(int64_t deal, int stage)
{
    struct record *why = record_new(&a, &deal_entity);
    if (stage == WON)
        record_set(why, "won_reason", val_text(S("price")));
    struct sell_move m = { .deal = deal, .stage = stage_at(stage), .also = why };
    return act(&(struct job){ .move = &m });
}

static int64_t person(void) { return make(person_entity, "name", "Rahima Khatun"); }

static int64_t whole_deal(void)
{
    return make(deal_entity, "name", "Fifty ovens", "person", text(person()), "amount", "1000.00 BDT",
                "close_date", "2027-01-31");
}

static size_t many(const struct entity *en, str filter, struct record ***rows)
{
    struct ctx c = fresh();
    struct list list;
    struct list_spec s = { .en = en, .filter = filter, .limit = 100 };
    ck_assert_msg(record_list(&c, &s, &list, &e), "%s", e.detail);
    if (rows)
        *rows = list.rows;
    return list.n;
}

static str of_deal(int64_t deal) { return arena_fmt(&a, "deal = %s", text(deal)); }
static str status(int64_t deal) { return record_text(seen(&deal_entity, deal), "status"); }

/* ── money ─────────────────────────────────────────────────────────────────── */

START_TEST(a_line_is_rounded_once_and_half_up)
{
    static const struct { int64_t price, quantity, discount, want; } rows[] = {
        { 100, 1000, 0, 100 }, { 1, 500, 0, 1 }, { 1, 499, 0, 0 }, { 3, 1500, 0, 5 }, { 1999, 3000, 1000, 5397 },
        { 333, 1000, 3333, 222 }, { 999, 1000, 10000, 0 }, { 0, 1000, 0, 0 }, { 5, 1000, 5000, 3 },
        { INT64_MAX, 1000, 0, INT64_MAX }, { 12345678901234, 1, 0, 12345678901 },
    };
    int64_t got;
    for (size_t i = 0; i < countof(rows); i++) {
        ck_assert(sell_line_amount(rows[i].price, rows[i].quantity, rows[i].discount, &got));
        ck_assert_msg(got == rows[i].want, "row %zu: %lld", i, (long long)got);
    }
    ck_assert(!sell_line_amount(INT64_MAX, 1001, 0, &got));
    ck_assert(!sell_line_amount(INT64_MAX, INT64_MAX, 0, &got));
    ck_assert(!sell_line_amount(1, 1000, 10001, &got));
    ck_assert(!sell_line_amount(-1, 1000, 0, &got));
    ck_assert(sell_share_of(50, 1500, &got) && got == 8);       /* 7.5 */
    ck_assert(sell_share_of(49, 1500, &got) && got == 7);       /* 7.35 */
}
END_TEST

START_TEST(the_amount_of_a_deal_is_the_sum_of_its_lines)
{
    int64_t deal = make(deal_entity, "name", "Lines"), first;
    first = make(deal_line_entity, "deal", text(deal), "description", "Oven", "quantity", "3", "price", "19.99 BDT", "discount", "10");
    make(deal_line_entity, "deal", text(deal), "description", "Fitting", "price", "0.05 BDT", "quantity", "0.5");
    struct record *d = seen(&deal_entity, deal);
    ck_assert_int_eq(record_int(d, "amount"), 5397 + 3);        /* 53.973 and 0.025, each half up */
    ck_assert(act(&(struct job){ .en = &deal_entity, .id = deal, .fields = { "amount", "7.00 BDT" } }));
    ck_assert_int_eq(record_int(seen(&deal_entity, deal), "amount"), 5400);
    ck_assert(act(&(struct job){ .en = &deal_line_entity, .drop = first }));
    ck_assert_int_eq(record_int(seen(&deal_entity, deal), "amount"), 3);
    struct job dollars = { .en = &deal_line_entity, .fields = { "deal", text(deal), "description", "x", "price", "1.00 USD" } };
    ck_assert(!act(&dollars));
    ck_assert_str_eq(e.field, "price");
}
END_TEST

START_TEST(lines_out_of_range_name_their_field)
{
    int64_t deal = make(deal_entity, "name", "Limits");
    static const struct { const char *field, *value; bool ok; } rows[] = {
        { "quantity", "0", false }, { "quantity", "-1", false }, { "quantity", "0.001", true },
        { "discount", "100", true }, { "discount", "100.01", false }, { "discount", "-0.01", false }, { "discount", "0", true },
        { "price", "-0.01 BDT", false }, { "price", "0 BDT", true },
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct job j = { .en = &deal_line_entity, .fields = { "deal", text(deal), "description", "x", rows[i].field, rows[i].value } };
        ck_assert_msg(act(&j) == rows[i].ok, "%s %s: %s", rows[i].field, rows[i].value, e.detail);
        if (!rows[i].ok)
            ck_assert_str_eq(e.field, rows[i].field);
    }
    struct job empty = { .en = &deal_line_entity, .fields = { "deal", text(deal), "price", "1 BDT" } };
    ck_assert(!act(&empty));
    ck_assert_str_eq(e.field, "description");
}
END_TEST

START_TEST(a_line_takes_name_and_price_of_its_product)
{
    int64_t product = make(product_entity, "name", "Oven", "price", "250.00 BDT", "tax", "15");
    int64_t deal = make(deal_entity, "name", "From product");
    struct record *l = seen(&deal_line_entity, make(deal_line_entity, "deal", text(deal), "product", text(product), "quantity", "2"));
    ck_assert(str_eq(record_text(l, "description"), S("Oven")));
    ck_assert_int_eq(record_int(l, "total"), 50000);
}
END_TEST

/* ── stages ────────────────────────────────────────────────────────────────── */

START_TEST(a_new_deal_stands_in_the_first_stage_of_the_default_pipeline)
{
    struct record *d = seen(&deal_entity, make(deal_entity, "name", "Fresh"));
    ck_assert_int_eq(record_int(d, "stage"), stage_at(QUALIFIED));
    ck_assert_int_eq(record_int(d, "probability"), 1000);
    ck_assert(str_eq(record_text(d, "status"), S("open")));
    ck_assert_int_gt(record_text(d, "rank").n, 0);
    ck_assert_int_eq(many(&stage_change_entity, of_deal(d->id), NULL), 1);
}
END_TEST

START_TEST(a_stage_asks_for_what_it_and_those_before_it_need)
{
    int64_t deal = make(deal_entity, "name", "Bare");
    ck_assert(!moved(deal, DISCOVERY));
    ck_assert_int_eq(e.code, ERR_INVALID);
    ck_assert_str_eq(e.field, "person");
    ck_assert(act(&(struct job){ .en = &deal_entity, .id = deal, .fields = { "amount", "5 BDT", "close_date", "2027-01-01" } }));
    ck_assert(!moved(deal, COMMIT));            /* the person, asked for two stages before */
    ck_assert_str_eq(e.field, "person");
    ck_assert(act(&(struct job){ .en = &deal_entity, .id = deal, .fields = { "person", text(person()) } }));
    ck_assert(moved(deal, COMMIT));
    ck_assert_int_eq(record_int(seen(&deal_entity, deal), "probability"), 9000);
    ck_assert(str_eq(record_text(seen(&deal_entity, deal), "forecast"), S("commit")));
}
END_TEST

START_TEST(a_lost_deal_says_why_and_needs_nothing_else)
{
    int64_t deal = make(deal_entity, "name", "Bare");
    ck_assert(!moved(deal, LOST));
    ck_assert_str_eq(e.field, "lost_reason");
    struct record *why = record_new(&a, &deal_entity);
    record_set(why, "lost_reason", val_text(S("timing")));
    struct sell_move m = { .deal = deal, .stage = stage_at(LOST), .also = why };
    ck_assert(act(&(struct job){ .move = &m }));
    struct record *d = seen(&deal_entity, deal);
    ck_assert(str_eq(record_text(d, "status"), S("lost")));
    ck_assert_int_ne(record_int(d, "closed_at"), 0);
    ck_assert_int_eq(record_int(d, "close_date"), zone_days(loc.zone, record_int(d, "closed_at")));
    ck_assert(moved(deal, QUALIFIED));
    d = seen(&deal_entity, deal);
    ck_assert(str_eq(record_text(d, "status"), S("open")));
    ck_assert(!record_val(d, "closed_at").is_set && !record_val(d, "lost_reason").is_set);
}
END_TEST

START_TEST(the_day_of_a_win_is_today_whatever_was_expected)
{
    int64_t expected = whole_deal(), undated = make(deal_entity, "name", "No day", "person", text(person()), "amount", "5 BDT");
    int64_t both[] = { expected, undated };
    for (size_t i = 0; i < countof(both); i++) {
        ck_assert_msg(moved(both[i], WON), "%s %s", e.detail, e.field);     /* the date that negotiation asks for is this one */
        struct record *d = seen(&deal_entity, both[i]);
        ck_assert_int_eq(record_int(d, "close_date"), zone_days(loc.zone, record_int(d, "closed_at")));
    }
}
END_TEST

START_TEST(a_stage_of_another_pipeline_is_refused_with_the_pipeline_kept)
{
    struct ctx c = fresh();
    struct record **lines;
    size_t n = many(&pipeline_entity, S("kind = renewal"), &lines);
    ck_assert_int_eq(n, 1);
    int64_t first;
    c = fresh();
    ck_assert(pipeline_first_stage(&c, lines[0]->id, &first, &e));
    struct job both = { .en = &deal_entity, .fields = { "name", "x", "pipeline", text(lines[0]->id), "stage", text(stage_at(QUALIFIED)) } };
    ck_assert(!act(&both));
    ck_assert_str_eq(e.field, "stage");
    int64_t deal = make(deal_entity, "name", "Moves over");
    ck_assert(act(&(struct job){ .en = &deal_entity, .id = deal, .fields = { "pipeline", text(lines[0]->id) } }));
    ck_assert_int_eq(record_int(seen(&deal_entity, deal), "stage"), first);
}
END_TEST

START_TEST(every_move_leaves_a_receipt_with_its_time)
{
    clock_set(1800000000ll * SECOND_US);
    int64_t deal = whole_deal();
    clock_set(1800000000ll * SECOND_US + 3 * HOUR_US);
    ck_assert(moved(deal, PROPOSAL));
    clock_set(1800000000ll * SECOND_US + 5 * HOUR_US);
    ck_assert(moved(deal, DISCOVERY));
    struct record **v;
    ck_assert_int_eq(many(&stage_change_entity, of_deal(deal), &v), 3);
    ck_assert_int_eq(record_int(v[0], "time_spent"), 2 * HOUR_US);
    ck_assert_int_eq(record_int(v[0], "is_backward"), 1);
    ck_assert_int_eq(record_int(v[1], "time_spent"), 3 * HOUR_US);
    ck_assert_int_eq(record_int(v[1], "is_backward"), 0);
    ck_assert_int_eq(record_int(v[1], "amount"), 100000);
    clock_set(0);
}
END_TEST

START_TEST(a_stale_move_is_a_conflict)
{
    int64_t deal = whole_deal();
    ck_assert(moved(deal, DISCOVERY));
    struct sell_move m = { .deal = deal, .stage = stage_at(PROPOSAL), .version = 1 };
    ck_assert(!act(&(struct job){ .move = &m }));
    ck_assert_int_eq(e.code, ERR_CONFLICT);
    m.version = seen(&deal_entity, deal)->version;
    ck_assert(act(&(struct job){ .move = &m }));
    ck_assert_int_eq(m.new_version, seen(&deal_entity, deal)->version);
}
END_TEST

/* ── the order of cards ────────────────────────────────────────────────────── */

START_TEST(between_two_ranks_there_is_always_another)
{
    str low = S("i"), high = S("j");
    for (int i = 0; i < 100; i++) {
        str mid = rank_between(&a, low, high);
        ck_assert(str_cmp(low, mid) < 0 && str_cmp(mid, high) < 0);
        ck_assert_int_ne(mid.p[mid.n - 1], '0');
        *(i % 3 ? &low : &high) = mid;
    }
    str top = rank_top(&a), newer = rank_top(&a);
    ck_assert(str_cmp(newer, top) < 0);
    ck_assert(str_cmp(rank_between(&a, (str){ 0 }, newer), newer) < 0);
    ck_assert(str_cmp(top, rank_between(&a, top, (str){ 0 })) < 0);
}
END_TEST

static str order_of_column(void)
{
    struct db_rows q;
    struct buf b = buf_new(&a, 4096);
    fresh();
    ck_assert(db_query(reader, &q, "SELECT name FROM deal WHERE deleted_at IS NULL ORDER BY rank", DB_NONE, &e));
    while (db_next(&q))
        buf_put(&b, db_text(&q, 0, &a));
    ck_assert(db_done(&q, &e));
    return buf_str(&b);
}

START_TEST(cards_stay_where_they_are_put)
{
    int64_t c = make(deal_entity, "name", "C"), b = make(deal_entity, "name", "B"), d = make(deal_entity, "name", "A");
    ck_assert(str_eq(order_of_column(), S("ABC")));
    ck_assert(act(&(struct job){ .move = &(struct sell_move){ .deal = d, .after = b } }));
    ck_assert(str_eq(order_of_column(), S("BAC")));
    ck_assert(act(&(struct job){ .move = &(struct sell_move){ .deal = c, .before = d } }));
    ck_assert(str_eq(order_of_column(), S("BCA")));
    ck_assert(act(&(struct job){ .move = &(struct sell_move){ .deal = d, .stage = stage_at(QUALIFIED) } }));
    ck_assert(str_eq(order_of_column(), S("ABC")));
    for (int i = 0; i < 300; i++) {             /* always between the same two: texts grow, then the column is renumbered */
        int64_t put = i % 2 ? b : c;
        ck_assert_msg(act(&(struct job){ .move = &(struct sell_move){ .deal = put, .after = d } }), "%d: %s", i, e.detail);
        ck_assert(str_eq(order_of_column(), i % 2 ? S("ABC") : S("ACB")));
    }
}
END_TEST

/* ── orders ────────────────────────────────────────────────────────────────── */

static struct record *order_of(int64_t deal)
{
    struct record **v;
    return many(&sales_order_entity, of_deal(deal), &v) ? v[0] : NULL;
}

static int64_t won_deal(void)
{
    int64_t product = make(product_entity, "name", "Tea", "price", "0.50 BDT", "tax", "15");
    int64_t deal = whole_deal();
    make(deal_line_entity, "deal", text(deal), "product", text(product), "quantity", "1");
    make(deal_line_entity, "deal", text(deal), "product", text(product), "quantity", "1");
    make(deal_line_entity, "deal", text(deal), "description", "Carriage", "price", "100.00 BDT", "discount", "2.5");
    ck_assert_msg(moved(deal, WON), "%s %s", e.detail, e.field);
    return deal;
}

START_TEST(a_won_deal_becomes_one_order_with_exact_totals)
{
    int64_t deal = won_deal();
    struct record *o = order_of(deal);
    ck_assert_ptr_nonnull(o);
    ck_assert_int_eq(record_int(o, "subtotal"), 50 + 50 + 9750);
    ck_assert_int_eq(record_int(o, "tax"), 8 + 8);              /* 7.5 each: a line rounds by itself */
    ck_assert_int_eq(record_int(o, "total"), 9866);
    ck_assert_int_eq(record_int(o, "paid"), 0);
    ck_assert(str_starts(record_text(o, "number"), S("SO-")) && str_ends(record_text(o, "number"), S("-0001")));
    ck_assert_int_eq(many(&order_line_entity, arena_fmt(&a, "sales_order = %s", text(o->id)), NULL), 3);
    ck_assert(moved(deal, COMMIT) && moved(deal, WON));         /* won again: the order it has */
    ck_assert_int_eq(many(&sales_order_entity, of_deal(deal), NULL), 1);
    struct job again = { .order_of = deal };
    ck_assert(act(&again));
    ck_assert_int_eq(again.order, o->id);
    struct record *p = seen(&person_entity, record_int(seen(&deal_entity, deal), "person"));
    ck_assert(str_eq(record_text(p, "lifecycle"), S("customer")));
}
END_TEST

START_TEST(a_deal_without_lines_orders_its_amount)
{
    int64_t deal = whole_deal();
    struct job early = { .order_of = deal };
    ck_assert(!act(&early));
    ck_assert(moved(deal, WON));
    struct record *o = order_of(deal);
    ck_assert_int_eq(record_int(o, "total"), 100000);
    ck_assert(str_ends(record_text(o, "number"), S("-0001")));
    int64_t second = whole_deal();
    ck_assert(moved(second, WON));
    ck_assert(str_ends(record_text(order_of(second), "number"), S("-0002")));
}
END_TEST

START_TEST(winning_is_undone_with_its_order)
{
    int64_t deal = whole_deal();
    ck_assert(moved(deal, PROPOSAL));
    int64_t who = record_int(seen(&deal_entity, deal), "person");
    ck_assert(moved(deal, WON));
    int64_t write = last_write;
    ck_assert_msg(act(&(struct job){ .undo = write }), "%s", e.detail);
    ck_assert(str_eq(status(deal), S("open")));
    ck_assert_int_eq(record_int(seen(&deal_entity, deal), "stage"), stage_at(PROPOSAL));
    ck_assert_ptr_null(order_of(deal));
    ck_assert(str_eq(record_text(seen(&person_entity, who), "lifecycle"), S("opportunity")));
    ck_assert_int_eq(many(&stage_change_entity, of_deal(deal), NULL), 2);
    ck_assert(moved(deal, WON));
    ck_assert_ptr_nonnull(order_of(deal));
}
END_TEST

START_TEST(a_move_on_the_board_is_undone)
{
    int64_t below = whole_deal(), deal = whole_deal();
    ck_assert(moved(below, DISCOVERY));
    struct record *was = seen(&deal_entity, deal);
    struct sell_move m = { .deal = deal, .stage = stage_at(DISCOVERY), .after = below, .version = was->version };
    ck_assert(act(&(struct job){ .move = &m }));
    ck_assert_msg(act(&(struct job){ .undo = last_write }), "%s", e.detail);
    struct record *is = seen(&deal_entity, deal);
    ck_assert_int_eq(record_int(is, "stage"), record_int(was, "stage"));
    ck_assert(str_eq(record_text(is, "rank"), record_text(was, "rank")));
    ck_assert_int_eq(record_int(is, "probability"), 1000);
}
END_TEST

/* ── payments ──────────────────────────────────────────────────────────────── */

START_TEST(payments_add_up_and_never_exceed_what_is_owed)
{
    int64_t deal = won_deal(), order = order_of(deal)->id, last;
    struct job paid_by_hand = { .en = &sales_order_entity, .id = order, .fields = { "status", "paid" } };
    ck_assert(!act(&paid_by_hand));
    ck_assert_str_eq(e.field, "status");
    make(payment_entity, "sales_order", text(order), "amount", "90.00 BDT");
    struct record *o = seen(&sales_order_entity, order);
    ck_assert_int_eq(record_int(o, "paid"), 9000);
    ck_assert(str_eq(record_text(o, "status"), S("new")));
    static const char *const refused[] = { "8.67 BDT", "0 BDT", "-1.00 BDT", "1.00 USD" };
    for (size_t i = 0; i < countof(refused); i++) {
        struct job j = { .en = &payment_entity, .fields = { "sales_order", text(order), "amount", refused[i] } };
        ck_assert_msg(!act(&j), "%s was taken", refused[i]);
        ck_assert_str_eq(e.field, "amount");
    }
    last = make(payment_entity, "sales_order", text(order), "amount", "8.66 BDT");
    ck_assert(str_starts(record_title(seen(&payment_entity, last)), S("SO-")));     /* without a reference it has a name still */
    ck_assert(str_eq(record_text(seen(&sales_order_entity, order), "status"), S("paid")));
    ck_assert(act(&(struct job){ .en = &payment_entity, .drop = last }));
    o = seen(&sales_order_entity, order);
    ck_assert(str_eq(record_text(o, "status"), S("confirmed")));
    ck_assert_int_eq(record_int(o, "paid"), 9000);
}
END_TEST

START_TEST(a_stage_names_only_fields_of_a_deal)
{
    struct job j = { .en = &stage_entity, .id = stage_at(PROPOSAL), .fields = { "required_fields", "amount, colour" } };
    ck_assert(!act(&j));
    ck_assert_str_eq(e.field, "required_fields");
    j.fields[1] = "amount,competitor";
    ck_assert(act(&j));
    int64_t deal = whole_deal();
    ck_assert(!moved(deal, PROPOSAL));
    ck_assert_str_eq(e.field, "competitor");
}
END_TEST

SUITE("sell", 60, open_all, close_all,
      a_line_is_rounded_once_and_half_up,
      the_amount_of_a_deal_is_the_sum_of_its_lines,
      lines_out_of_range_name_their_field,
      a_line_takes_name_and_price_of_its_product,
      a_new_deal_stands_in_the_first_stage_of_the_default_pipeline,
      a_stage_asks_for_what_it_and_those_before_it_need,
      a_lost_deal_says_why_and_needs_nothing_else,
      the_day_of_a_win_is_today_whatever_was_expected,
      a_stage_of_another_pipeline_is_refused_with_the_pipeline_kept,
      every_move_leaves_a_receipt_with_its_time,
      a_stale_move_is_a_conflict,
      between_two_ranks_there_is_always_another,
      cards_stay_where_they_are_put,
      a_won_deal_becomes_one_order_with_exact_totals,
      a_deal_without_lines_orders_its_amount,
      winning_is_undone_with_its_order,
      a_move_on_the_board_is_undone,
      payments_add_up_and_never_exceed_what_is_owed,
      a_stage_names_only_fields_of_a_deal)
