/* hit.c - hits that waited become what they would have been at once, each once, in their order. */
#include "../house.h"
#include "base/random.h"
#include "flow/hit_inside.h"
#include "flow/robot.h"
#include "public/sending.h"
#include "reach/inside.h"

enum { VISITORS = 6, PEOPLE = 4 };
static bool is_broken;                          /* "odd" hits cannot be made */
static int nodd;

static bool make_odd(struct ctx *tx, str body, struct err *err)
{
    (void)tx;
    nodd++;
    return !is_broken || str_eq(body, S("good")) || fail(err, ERR_INTERNAL, 0, "odd");
}

static const struct hit_kind kinds[] = { { SENDING, sending_made }, { VISITOR_JOINED, visits_join_behind }, { LINK_CLICKED, link_clicked_then },
                                         { DELIVERY_OPENED, delivery_opened_then }, { "odd", make_odd }, { 0 } };

static int64_t person[PEOPLE];
static int64_t now;

static void open_house(void)
{
    static bool is_known;
    if (!is_known)
        hit_register(kinds);
    is_known = true;
    house_open();
    ok(hits_open(&house_ws, &e));
    now = HOUSE_NOW;
}

static void close_house(void)
{
    hits_close(&house_ws);
    house_close();
}

/* ── acts ────────────────────────────────────────────────────────────────── */

static bool run_create(struct ctx *tx, void *r, struct err *err) { return record_create(tx, r, err); }
static bool run_update(struct ctx *tx, void *r, struct err *err) { return record_update(tx, r, 0, NULL, err); }
static bool run_keep(struct ctx *tx, void *s, struct err *err) { return sending_keep(tx, s, err); }
static bool run_put(struct ctx *tx, void *s, struct err *err) { return hit_put(tx, SENDING, sending_text(tx->a, s), err); }

struct joining { str visitor; int64_t person; };
static bool run_join(struct ctx *tx, void *arg, struct err *err)
{
    const struct joining *j = arg;
    return visits_join(tx, j->visitor, j->person, err);
}

/* As the house would at this moment. */
static void act(record_write_fn *fn, void *arg)
{
    struct ctx c = ctx;
    c.now = now;
    ok(record_write(&c, fn, arg, &e));
}

static struct record *made(const struct entity *en, const char *title)
{
    struct record *r = record_new(&house_arena, en);
    record_set(r, en->title, val_text(str_of(title)));
    return r;
}

static void furnish(void)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct record *r = made(&person_entity, arena_fmt(&house_arena, "P%d", i).p);
        act(run_create, r);
        person[i] = r->id;
    }
    struct record *r = made(&campaign_entity, "Spring");
    record_set(r, "utm_campaign", val_text(S("spring")));
    act(run_create, r);
}

static str visitor(int i) { return arena_fmt(&house_arena, "%031x%x", 7, i); }

/* Visitors 0 to 2 only look at pages, as people do: what joins later, and what was joined already, is told alike of
 * these alone. */
static struct sending *some_acts(struct seeded *rnd, int who)
{
    static const char *const from[] = { "", "https://www.google.com/", "https://l.facebook.com/x", "https://x.example/page/1" };
    struct sending *s = arena_new(&house_arena, struct sending, 1);
    bool is_plain = who < 3, is_robot = !is_plain && seeded_below(rnd, 5) == 0;
    s->n = 1 + (size_t)seeded_below(rnd, is_plain ? 2 : 4);
    s->act = arena_new(&house_arena, struct sent_act, s->n);
    for (size_t i = 0; i < s->n; i++) {
        struct sent_act *a = &s->act[i];
        a->seen.act = is_plain ? VISIT_SEEN : (enum visit_act)seeded_below(rnd, VISIT_ACTS);
        a->is_end = !is_plain && seeded_below(rnd, 4) == 0;
        a->spent = a->is_end ? seeded_below(rnd, 100) * SECOND_US : 0;
        a->seen.path = arena_fmt(&house_arena, "/পাতা/%d \"\\", (int)seeded_below(rnd, 4));
        a->seen.robot_why = is_robot ? S("name") : (str){ 0 };
        a->seen.device = S("phone");
        a->seen.arrival = (struct arrival){ .visitor = visitor(who), .own_host = S("x.example"), .referrer = str_of(from[seeded_below(rnd, is_plain ? 3 : 4)]) };
        if (seeded_below(rnd, 3) == 0)
            a->seen.arrival.utm[UTM_CAMPAIGN] = S("Spring");
        if (seeded_below(rnd, 4) == 0)
            a->seen.arrival.utm[UTM_MEDIUM] = S("cpc");
    }
    return s;
}

static void drain(void) { ok(feed_drain(&house_ws, &e)); }

/* ── the same ────────────────────────────────────────────────────────────── */

/* Everything that was made, without ids and numbers of lines; a visit that waited while its visitor told who they are
 * is the person's from the start, not by a change. */
static const char *const asked[] = {
    "SELECT v.visitor, v.at, v.path, v.act, v.referrer, v.campaign IS NULL, v.utm_medium, v.utm_campaign, v.time_spent, v.is_robot,"
    " v.robot_why, v.device, v.created_at, p.name FROM visit v LEFT JOIN person p ON p.id = v.person ORDER BY v.id",
    "SELECT p.name, ev.at, ev.kind, v.path, ev.campaign_id IS NULL, ev.channel, ev.source, ev.is_robot, ev.robot_why FROM event ev"
    " JOIN person p ON p.id = ev.person_id LEFT JOIN visit v ON v.id = ev.record_id ORDER BY p.name, ev.at, ev.kind, v.path, ev.source, ev.channel, 5",
    "SELECT p.name, ev.at, ev.kind, l.idx, ev.is_robot, ev.robot_why, ev.channel, ev.company_id FROM event ev JOIN person p ON p.id = ev.person_id"
    " LEFT JOIN link l ON l.id = ev.record_id WHERE ev.kind LIKE 'mail.%' ORDER BY ev.at, ev.id",
    "SELECT p.name, t.at, t.kind, t.channel, t.source, t.note, t.campaign IS NULL FROM touch t JOIN person p ON p.id = t.person"
    " ORDER BY p.name, t.at, t.note, t.channel, t.source, 7",
    "SELECT ch.action, ch.field, ch.new_text, w.at, w.actor_id FROM change ch JOIN write_log w ON w.id = ch.write_id WHERE ch.entity = 'visit'"
    " AND COALESCE(ch.field, '') <> 'person' ORDER BY w.at, ch.action, ch.field, ch.new_text",
    "SELECT p.name, c.at, c.wording FROM consent c JOIN person p ON p.id = c.person ORDER BY p.name",
};

static void tell(struct buf *b)
{
    struct db_rows q;
    ok(db_read_begin(ctx.c, 0, &e));
    for (size_t i = 0; i < countof(asked); i++) {
        ok(db_query(ctx.c, &q, asked[i], DB_NONE, &e));
        while (db_next(&q)) {
            for (int k = 0; k < db_columns(&q); k++)
                if (db_kind(&q, k) == DB_INT)
                    buf_fmt(b, "%lld|", (long long)db_int(&q, k));
                else
                    buf_fmt(b, "%.*s|", STR_ARG(db_text_view(&q, k)));
            buf_lit(b, "\n");
        }
        ok(db_done(&q, &e));
        buf_lit(b, "--\n");
    }
    db_read_end(ctx.c);
}

/* ── letters ─────────────────────────────────────────────────────────────── */

enum { LETTERS = 2, LINKS = 5 };
static struct delivery letter[LETTERS];
struct opened { struct link_hit hit; bool is_click; };

static bool run_make(struct ctx *tx, void *d, struct err *err) { return delivery_make(tx, d, err); }
static bool run_open(struct ctx *tx, void *arg, struct err *err)
{
    const struct opened *o = arg;
    return o->is_click ? link_clicked(tx, &o->hit, err) : delivery_opened(tx, &o->hit, err);
}

/* Judged when it came, as the handler does. */
static bool put_open(struct ctx *tx, void *arg, struct err *err)
{
    struct opened o = *(const struct opened *)arg;
    return robot_by_signs(tx, &o.hit.by, &o.hit.judged, err)
        && hit_put(tx, o.is_click ? LINK_CLICKED : DELIVERY_OPENED, link_hit_text(tx->a, &o.hit), err);
}

static void write_letters(void)
{
    for (int i = 0; i < LETTERS; i++) {
        struct link_to *to = arena_new(&house_arena, struct link_to, LINKS);
        for (int k = 0; k < LINKS; k++)
            to[k] = (struct link_to){ .url = S("https://x.example/a?b=%22"), .is_trap = k + 1 == LINKS };
        letter[i] = (struct delivery){ .person = person[i], .channel = "email", .links = to, .n = LINKS };
        act(run_make, &letter[i]);
    }
}

static struct opened *some_opening(struct seeded *rnd)
{
    static const char *const by[] = { "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "curl/8",
                                      "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)" };
    struct opened *o = arena_new(&house_arena, struct opened, 1);
    struct link_open *at;
    int64_t idx = seeded_below(rnd, 3) ? 1 + seeded_below(rnd, seeded_below(rnd, 8) ? LINKS - 1 : LINKS) : 0;
    ok(link_find(&ctx, letter[seeded_below(rnd, LETTERS)].id, idx, &at, &e));
    *o = (struct opened){ { .at = at, .by = { .user_agent = str_of(by[seeded_below(rnd, 4) ? 0 : seeded_below(rnd, 3)]) } }, idx > 0 };
    return o;
}

static void live(uint64_t seed, bool waits, struct buf *out)
{
    struct seeded rnd = seeded_from(seed), rest = seeded_from(seed + 1);
    open_house();
    furnish();
    write_letters();
    for (int i = 0; i < 80; i++) {
        now += seeded_below(&rnd, 4) ? seeded_below(&rnd, 4) * SECOND_US + 1 : 2 * MINUTE_US;
        act(waits ? put_open : run_open, some_opening(&rnd));
        if (waits && seeded_below(&rest, 15) == 0)
            drain();
    }
    for (int i = 0; i < 120; i++) {
        now += seeded_below(&rnd, 40) * MINUTE_US + 1;
        int who = (int)seeded_below(&rnd, VISITORS);
        if (who < 3 && seeded_below(&rnd, 8) == 0)
            act(run_join, &(struct joining){ visitor(who), person[who] });
        else
            act(waits ? run_put : run_keep, some_acts(&rnd, who));
        if (waits && seeded_below(&rest, 15) == 0)
            drain();
    }
    drain();
    ck_assert_int_eq(hits_standing(&house_ws).waiting, 0);
    tell(out);
    close_house();
}

START_TEST(what_waited_becomes_what_it_would_have_been)
{
    struct arena a = arena_open(64 << 20);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct buf at_once = buf_new(&a, 4 << 20), waited = buf_new(&a, 4 << 20);
        live(seed, false, &at_once);
        live(seed, true, &waited);
        size_t n = 0;
        while (n < at_once.n && n < waited.n && at_once.p[n] == waited.p[n])
            n++;
        ck_assert_msg(at_once.n > 10000 && n == at_once.n && n == waited.n, "seed %d, at %zu: %.*s\nand: %.*s", (int)seed, n,
                      STR_ARG(str_head(str_from(buf_str(&at_once), n > 150 ? n - 150 : 0), 300)),
                      STR_ARG(str_head(str_from(buf_str(&waited), n > 150 ? n - 150 : 0), 300)));
        arena_reset(&a);
    }
    arena_close(&a);
}
END_TEST

/* ── between the hit and its record ──────────────────────────────────────── */

static int64_t number(const char *sql)
{
    bool found;
    int64_t n = -1;
    ok(db_get_int(ctx.c, sql, DB_NONE, &found, &n, &e));
    return n;
}

static struct sending *page(int who)
{
    struct sending *s = arena_new(&house_arena, struct sending, 1);
    s->n = 1;
    s->act = arena_new(&house_arena, struct sent_act, 2);
    s->act[0].seen = (struct page_seen){ .path = S("/p"), .arrival = { .visitor = visitor(who) } };
    return s;
}

static bool run_delete(struct ctx *tx, void *id, struct err *err) { return record_delete(tx, &person_entity, *(int64_t *)id, 0, err); }

START_TEST(who_withdrew_or_is_gone_is_not_joined_by_what_waited)
{
    furnish();
    for (int i = 0; i < 3; i++) {
        act(run_keep, page(i));
        act(run_join, &(struct joining){ visitor(i), person[i] });
        act(run_put, page(i));
    }
    act(run_put, page(3));
    act(run_join, &(struct joining){ visitor(3), person[3] });         /* waits behind it */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), 7);
    struct record *r = record_new(&house_arena, &person_entity);
    r->id = person[1];
    record_set(r, "consent_tracking", val_text(S("withdrawn")));
    act(run_update, r);
    act(run_delete, &person[2]);
    act(run_delete, &person[3]);
    drain();
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit"), 7);
    ck_assert_int_eq(number(arena_fmt(&house_arena, "SELECT COUNT(*) FROM visit WHERE person = %lld", (long long)person[0]).p), 2);
    for (int i = 1; i < PEOPLE; i++)
        ck_assert_int_eq(number(arena_fmt(&house_arena, "SELECT COUNT(*) FROM visit WHERE person = %lld", (long long)person[i]).p), i < 3);
}
END_TEST

static bool run_odd(struct ctx *tx, void *body, struct err *err) { return hit_put(tx, "odd", str_of(body), err); }

START_TEST(our_mistake_is_set_aside_and_others_go_on)
{
    is_broken = true;
    for (int i = 0; i < 30; i++)
        act(run_odd, i == 17 ? "bad" : "good");
    act(run_put, page(0));
    drain();
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit WHERE why = 'odd' AND body = 'bad'"), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit"), 1);
    ck_assert_int_eq(hits_standing(&house_ws).stuck, 1);
    hits_close(&house_ws);
    ok(hits_open(&house_ws, &e));                       /* tried once more after a restart */
    ck_assert_int_eq(hits_standing(&house_ws).waiting, 1);
    is_broken = false;
    drain();
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), 0);
}
END_TEST

/* At once the whole sending would not have been kept; and nothing of what a stranger sends may hold others up. */
START_TEST(what_would_have_been_refused_is_dropped_whole)
{
    struct sending *bad = page(1);
    bad->n = 2;
    bad->act[1] = bad->act[0];
    bad->act[1].seen.path = S("/a\001b");
    for (int i = 0; i < 20; i++)
        act(run_put, i % 3 == 1 ? bad : page(0));
    drain();
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit"), 13);
    ck_assert_int_eq(hits_standing(&house_ws).stuck, 0);
}
END_TEST

START_TEST(what_is_kept_of_a_sending_reads_back)
{
    struct seeded rnd = seeded_from(9);
    for (int i = 0; i < 200; i++) {
        struct sending *s = some_acts(&rnd, (int)seeded_below(&rnd, VISITORS)), *back = arena_new(&house_arena, struct sending, 1);
        str text = sending_text(&house_arena, s);
        ok(sending_read(&house_arena, text, back, &e));
        ck_assert(back->n == s->n && str_eq(sending_text(&house_arena, back), text));
        ck_assert(str_eq(back->act[0].seen.path, s->act[0].seen.path) && back->act[s->n - 1].is_end == s->act[s->n - 1].is_end);
    }
    struct sending s;
    ck_assert(!sending_read(&house_arena, S("{"), &s, &e) && !sending_read(&house_arena, S("{\"visitor\":\"x\",\"acts\":[]}"), &s, &e));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hit");
    TCase *t = tcase_create("alike"), *b = tcase_create("between");
    tcase_set_timeout(t, 240);
    tcase_set_timeout(b, 120);
    tcase_add_test(t, what_waited_becomes_what_it_would_have_been);
    tcase_add_checked_fixture(b, open_house, close_house);
    tcase_add_test(b, who_withdrew_or_is_gone_is_not_joined_by_what_waited);
    tcase_add_test(b, our_mistake_is_set_aside_and_others_go_on);
    tcase_add_test(b, what_would_have_been_refused_is_dropped_whole);
    tcase_add_test(b, what_is_kept_of_a_sending_reads_back);
    suite_add_tcase(s, t);
    suite_add_tcase(s, b);
    return suite_end(s) != 0;
}
