/* content.c - worries that show by what was looked at, and what is offered against them. */
#include "../house.h"

static int64_t rahim;
static struct pain pains[PAINS_MAX];
static size_t n;

static bool run_create(struct ctx *tx, void *r, struct err *err) { return record_create(tx, r, err); }

static int64_t create(struct record *r)
{
    struct ctx c = ctx;
    ok(record_write(&c, run_create, r, &e));
    return r->id;
}

static void piece(const char *title, const char *url, const char *points, bool is_released)
{
    struct record *r = record_new(&house_arena, &material_entity);
    record_set(r, "title", val_text(str_of(title)));
    record_set(r, "url", val_text(str_of(url)));
    record_set(r, "pain_points", val_text(str_of(points)));
    if (is_released)
        record_set(r, "verdict", val_text(S("good")));
    record_set(r, "status", val_text(is_released ? S("released") : S("draft")));
    create(r);
}

struct look { const char *path, *url; int64_t days_ago; bool is_robot; };

static bool run_look(struct ctx *tx, void *arg, struct err *err)
{
    const struct look *l = arg;
    struct event ev = { .kind = l->url ? "content.read" : "page.viewed", .person_id = rahim, .at = ctx.now - l->days_ago * DAY_US,
                        .robot_why = l->is_robot ? S("test") : (str){ 0 } };
    if (l->url) {
        ev.data = arena_fmt(tx->a, "{\"url\":\"%s\"}", l->url);
        return event_add(tx, &ev, err);
    }
    struct record *r = record_new(tx->a, &visit_entity);
    record_set(r, "path", val_text(str_of(l->path)));
    record_set(r, "visitor", val_text(S("v")));
    if (!record_create(tx, r, err))
        return false;
    ev.en = &visit_entity;
    ev.record_id = r->id;
    return event_add(tx, &ev, err);
}

static void look(struct look l)
{
    struct ctx c = ctx;
    ok(record_write(&c, run_look, &l, &e));
    ok(material_pains(&ctx, rahim, pains, &n, &e));
}

static void open_all(void)
{
    house_open();
    struct record *r = record_new(&house_arena, &person_entity);
    record_set(r, "name", val_text(S("Rahim")));
    rahim = create(r);
    piece("Guide", "https://x.example/guide/", "compliance cost", true);
    piece("Case", "https://x.example/case?from=mail", "Compliance Cost, downtime", true);
    piece("Calculator", "https://x.example/calculator", "compliance cost", true);
    piece("Draft", "https://x.example/draft", "compliance cost", false);
    piece("Home", "https://x.example/", "everything", true);
}

START_TEST(two_pieces_of_one_point_show_it_and_what_to_send)
{
    look((struct look){ .path = "/guide" });
    ck_assert_uint_eq(n, 0);                    /* one look may be chance */
    look((struct look){ .path = "/case?utm_source=x" });
    ck_assert_uint_eq(n, 1);
    ck_assert(str_eq(fold(&house_arena, pains[0].name), S("compliance cost")));
    ck_assert_int_eq(pains[0].looks, 2);
    ck_assert_int_eq(pains[0].nseen, 2);
    ck_assert_int_eq(pains[0].noffers, 1);      /* neither what was seen nor a draft */
    ck_assert(str_eq(record_title(pains[0].offer[0]), S("Calculator")));
}
END_TEST

START_TEST(days_count_once_and_other_programs_may_tell)
{
    look((struct look){ .path = "/case" });
    look((struct look){ .path = "/case" });
    ck_assert_uint_eq(n, 0);                    /* the same piece on the same day */
    look((struct look){ .url = "https://other.example/case", .days_ago = 3 });
    ck_assert_uint_eq(n, 0);                    /* another's site */
    look((struct look){ .url = "http://X.example/case#top", .days_ago = 3 });
    ck_assert_uint_eq(n, 2);                    /* both points of it, on two days */
    ck_assert_int_eq(pains[0].looks, 2);
}
END_TEST

START_TEST(robots_old_looks_and_the_front_page_say_nothing)
{
    look((struct look){ .path = "/guide", .is_robot = true });
    look((struct look){ .path = "/case", .is_robot = true });
    look((struct look){ .path = "/guide", .days_ago = 181 });
    look((struct look){ .path = "/case", .days_ago = 200 });
    look((struct look){ .path = "/" });
    look((struct look){ .path = "/", .days_ago = 1 });
    ck_assert_uint_eq(n, 0);
    look((struct look){ .path = "/guide", .days_ago = 179 });
    look((struct look){ .path = "/case", .days_ago = 179 });
    ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(who_may_not_see_all_visits_is_told_nothing)
{
    static const struct actor guest = { .user_id = 9, .roles = 1u << ROLE_GUEST_AGENCY, .token_scopes = ~0u };
    struct ctx as = ctx;
    look((struct look){ .path = "/guide" });
    look((struct look){ .path = "/case" });
    ck_assert_uint_eq(n, 1);
    as.who = &guest;
    ok(material_pains(&as, rahim, pains, &n, &e));
    ck_assert_uint_eq(n, 0);
}
END_TEST

SUITE("content", 60, open_all, house_close,
      two_pieces_of_one_point_show_it_and_what_to_send,
      days_count_once_and_other_programs_may_tell,
      robots_old_looks_and_the_front_page_say_nothing,
      who_may_not_see_all_visits_is_told_nothing)
