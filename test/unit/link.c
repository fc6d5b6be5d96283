/* link.c - tracked links: where they may lead, whose path it is, and who followed them, people or programs. */
#include "../house.h"
#include "base/id.h"
#include "msg/link.h"

#define FIREFOX "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

static int64_t rahim, guide;
static struct delivery mail;

static bool run_create(struct ctx *tx, void *r, struct err *err) { return record_create(tx, r, err); }
static bool run_make(struct ctx *tx, void *d, struct err *err) { return delivery_make(tx, d, err); }
static bool run_click(struct ctx *tx, void *hit, struct err *err) { return link_clicked(tx, hit, err); }
static bool run_open(struct ctx *tx, void *hit, struct err *err) { return delivery_opened(tx, hit, err); }

static int64_t number(const char *sql)
{
    bool found;
    int64_t n = 0;
    ok(db_get_int(ctx.c, sql, DB_NONE, &found, &n, &e));
    return n;
}

static int64_t create(struct record *r)
{
    struct ctx c = ctx;
    ok(record_write(&c, run_create, r, &e));
    return r->id;
}

static int64_t piece(const char *title, const char *url, bool is_released)
{
    struct record *r = record_new(&house_arena, &material_entity);
    record_set(r, "title", val_text(str_of(title)));
    record_set(r, "url", val_text(str_of(url)));
    if (is_released)
        record_set(r, "verdict", val_text(S("good")));
    record_set(r, "status", val_text(is_released ? S("released") : S("draft")));
    return create(r);
}

/* n links to pages of ours, the last one a trap. */
static bool make(struct delivery *d, size_t n, const char *channel)
{
    struct link_to *to = arena_new(&house_arena, struct link_to, n);
    struct ctx c = ctx;
    for (size_t i = 0; i < n; i++)
        to[i] = (struct link_to){ .url = S("https://x.example/page"), .is_trap = n > 1 && i + 1 == n };
    *d = (struct delivery){ .person = rahim, .channel = channel, .links = to, .n = n };
    e = (struct err){ 0 };
    return record_write(&c, run_make, d, &e);
}

static void open_all(void)
{
    house_open();
    struct record *r = record_new(&house_arena, &person_entity);
    record_set(r, "name", val_text(S("Rahim")));
    rahim = create(r);
    guide = piece("Guide", "https://x.example/guide", true);
    ok(make(&mail, 5, "email"));
}

static struct link_open *find(int64_t delivery, int64_t idx)
{
    struct link_open *l = NULL;
    struct err why = { 0 };
    ck_assert(link_find(&ctx, delivery, idx, &l, &why) || why.code == ERR_NOT_FOUND);
    return l;
}

/* The `idx`th link of the delivery is followed `s` seconds after it was sent; 0: its pixel is fetched. */
static void hit_as(const struct delivery *d, int64_t idx, double s, struct robot_signs by)
{
    struct ctx c = ctx;
    struct link_hit hit = { find(d->id, idx), by };
    ck_assert_ptr_nonnull(hit.at);
    c.now = HOUSE_NOW + (int64_t)(s * SECOND_US);
    ok(record_write(&c, idx ? run_click : run_open, &hit, &e));
}
static void hit(const struct delivery *d, int64_t idx, double s) { hit_as(d, idx, s, (struct robot_signs){ .user_agent = S(FIREFOX) }); }

#define HUMAN "SELECT COUNT(*) FROM event WHERE kind = 'mail.clicked' AND is_robot = 0"
static int64_t why(const char *word)
{
    return number(arena_fmt(&house_arena, "SELECT COUNT(*) FROM event WHERE is_robot = 1 AND robot_why = '%s'", word).p);
}

/* ── addresses ───────────────────────────────────────────────────────────── */

START_TEST(only_plain_web_addresses_are_led_to)
{
    static const char *const good[] = {
        "https://x.example", "http://x.example:8080/a?b=c#d", "https://x.example/a@b", "https://x.example/?next=//y.example",
        "https://দোকান.example/দাম", "https://[2001:db8::1]/", "https://x.example/%0d%0aLocation:y",
    };
    static const char *const bad[] = {
        "", "x.example", "//x.example", "/leads", "javascript:alert(1)", "data:text/html,x", "ftp://x.example", "HTTPS://x.example", "https:/x.example",
        "https://", "https:///x", "https://?x", "https://:80/", "https://u@x.example", "https://u:p@x.example/", "https://x.example@y.example",
        "https://x.example\\@y.example", "https://x.example/\r\nSet-Cookie: a=b", "https://x.example/a b", "https://x.example/\t", "https://x%2eexample/",
        "https://x.example/\"><script>", "https://x.example/\x7f", "https://.example/",
    };
    for (size_t i = 0; i < countof(good); i++)
        ck_assert_msg(link_url_ok(str_of(good[i])), "%s", good[i]);
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert_msg(!link_url_ok(str_of(bad[i])), "%s", bad[i]);
    str most = arena_fmt(&house_arena, "https://x.example/%0*d", LINK_URL_MAX - 18, 0);
    ck_assert_uint_eq(most.n, LINK_URL_MAX);
    ck_assert(link_url_ok(most) && !link_url_ok(arena_fmt(&house_arena, "%.*s0", STR_ARG(most))));
    ck_assert(!link_url_ok((str){ "https://x.example/\0", 19 }));
    str far = link_location(&house_arena, S("https://x.example/\u09a6?a=\u06a9"));
    ck_assert_msg(str_eq(far, S("https://x.example/%E0%A6%A6?a=%DA%A9")), "%.*s", STR_ARG(far));
}
END_TEST

static bool reads(str path, int64_t *d, int64_t *i)
{
    str rest = str_from(path, 1), kind = str_cut(&rest, '/'), delivery = str_cut(&rest, '/'), idx = { 0 };
    if (str_eq(kind, S("o")))
        return link_pixel_read(&house_arena, &house_ws, delivery, rest, d);
    idx = str_cut(&rest, '/');
    return link_read(&house_arena, &house_ws, delivery, idx, rest, d, i);
}

START_TEST(a_path_is_ours_to_the_letter)
{
    str paths[] = { link_path(&house_arena, &house_ws, mail.id, 3), link_pixel_path(&house_arena, &house_ws, mail.id) };
    int64_t d = 0, i = 0;
    for (size_t k = 0; k < countof(paths); k++) {
        ck_assert(reads(paths[k], &d, &i));
        ck_assert_int_eq(d, mail.id);
        for (size_t at = 3; at < paths[k].n; at++) {    /* each letter another one, or gone */
            char *other = (char *)(uintptr_t)arena_cstr(&house_arena, paths[k]);
            if (other[at] == '/')
                continue;
            other[at] = other[at] == 'a' ? 'b' : 'a';
            ck_assert_msg(!reads(str_of(other), &d, &i), "%s", other);
            memmove(other + at, other + at + 1, paths[k].n - at);
            ck_assert_msg(!reads(str_of(other), &d, &i), "%s", other);
        }
    }
    ck_assert_int_eq(i, 3);
    str id = id_text(&house_arena, mail.id), rest = str_from(paths[0], 3), mac;
    str_cut(&rest, '/');
    str_cut(&rest, '/');
    mac = rest;
    ck_assert(!link_read(&house_arena, &house_ws, id, S("03"), mac, &d, &i));
    ck_assert(!link_pixel_read(&house_arena, &house_ws, id, mac, &d));
    struct workspace other = house_ws;
    other.key[0] ^= 1;
    ck_assert(!link_read(&house_arena, &other, id, S("3"), mac, &d, &i));
}
END_TEST

/* ── making ──────────────────────────────────────────────────────────────── */

static bool make_one(struct link_to to, const struct actor *who)
{
    struct ctx c = ctx;
    struct delivery d = { .person = rahim, .links = &to, .n = 1 };
    c.who = who ? who : ctx.who;
    e = (struct err){ 0 };
    return record_write(&c, run_make, &d, &e);
}

START_TEST(a_link_leads_to_released_material_or_to_one_address)
{
    int64_t draft = piece("Draft", "https://x.example/draft", false), nowhere = piece("Paper", "", true);
    ck_assert(make_one((struct link_to){ .material = guide }, NULL) && make_one((struct link_to){ .url = S("http://y.example/") }, NULL));
    ck_assert(!make_one((struct link_to){ .material = draft }, NULL) && e.msg == MSG_link_not_released);
    ck_assert(!make_one((struct link_to){ .material = nowhere }, NULL) && e.msg == MSG_link_no_address);
    ck_assert(!make_one((struct link_to){ .material = guide, .url = S("http://y.example/") }, NULL) && e.msg == MSG_link_one_of);
    ck_assert(!make_one((struct link_to){ 0 }, NULL) && e.msg == MSG_link_one_of);
    ck_assert(!make_one((struct link_to){ .url = S("https://me@y.example/") }, NULL) && e.msg == MSG_link_url_wrong);
    struct delivery d;
    ck_assert(make(&d, LINKS_MAX, "email"));
    ck_assert(!make(&d, LINKS_MAX + 1, "email") && !make(&d, 0, "email"));
}
END_TEST

START_TEST(who_may_make_links_is_asked)
{
    static const struct actor seller = { .user_id = 9, .roles = 1u << ROLE_AE, .token_scopes = ~0u },
        analyst = { .user_id = 9, .roles = 1u << ROLE_ANALYST, .token_scopes = ~0u },
        guest = { .user_id = 9, .roles = 1u << ROLE_GUEST_AGENCY, .token_scopes = ~0u };
    struct link_to to = { .url = S("https://y.example/") };
    ck_assert(make_one(to, &seller));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM link WHERE created_by = 9"), 1);
    ck_assert(!make_one(to, &analyst) && e.code == ERR_FORBIDDEN);
    ck_assert(!make_one(to, &guest));
    /* By the API as a record: its own delivery, and nothing of the program's to set. */
    struct ctx c = ctx;
    struct record *r = record_new(&house_arena, &link_entity);
    c.who = &seller;
    record_set(r, "person", val_ref(rahim));
    record_set(r, "material", val_ref(guide));
    ok(record_write(&c, run_create, r, &e));
    struct link_open *l = find(r->id, 1);
    ck_assert(l && str_eq(l->url, S("https://x.example/guide")) && str_eq(l->title, S("Guide")));
    struct record *trap = record_new(&house_arena, &link_entity);
    record_set(trap, "person", val_ref(rahim));
    record_set(trap, "material", val_ref(guide));
    record_set(trap, "is_trap", val_int(1));
    ck_assert(!record_write(&c, run_create, trap, &e) && e.code == ERR_FORBIDDEN);
}
END_TEST

START_TEST(a_link_follows_its_material_and_ends_with_it)
{
    struct link_to to = { .material = guide };
    struct delivery d = { .person = rahim, .links = &to, .n = 1 };
    struct ctx c = ctx;
    ok(record_write(&c, run_make, &d, &e));
    house_sql("UPDATE material SET url = 'https://x.example/new' WHERE title = 'Guide'");
    ck_assert(str_eq(find(d.id, 1)->url, S("https://x.example/new")));
    house_sql("UPDATE material SET url = 'javascript:alert(1)' WHERE title = 'Guide'");     /* past every check */
    ck_assert_ptr_null(find(d.id, 1));
    house_sql("UPDATE material SET url = 'https://x.example/new', deleted_at = 1 WHERE title = 'Guide'");
    ck_assert_ptr_null(find(d.id, 1));
    ck_assert_ptr_nonnull(find(d.id, 0));       /* a pixel asks for the delivery alone */
    ck_assert_ptr_nonnull(find(mail.id, 5));
    ck_assert_ptr_null(find(mail.id, 6));
    ck_assert_ptr_null(find(mail.id + 1, 1));
    house_sql("UPDATE link SET deleted_at = 1 WHERE idx = 2");
    ck_assert_ptr_null(find(mail.id, 2));
}
END_TEST

/* ── people and programs ─────────────────────────────────────────────────── */

START_TEST(a_click_is_an_event_of_the_person)
{
    struct record *links[1];
    struct link_count n;
    hit(&mail, 1, 60);
    hit(&mail, 1, 90);
    hit_as(&mail, 1, 120, (struct robot_signs){ .user_agent = S("curl/8") });
    hit(&mail, 0, 50);
    ck_assert_int_eq(number(HUMAN), 2);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind = 'mail.opened' AND is_robot = 0"), 1);
    links[0] = record_new(&house_arena, &link_entity);
    links[0]->id = find(mail.id, 1)->id;
    ok(links_count(&ctx, links, 1, &n, &e));
    ck_assert(n.people == 2 && n.programs == 1 && n.last_at == HOUSE_NOW + 90 * SECOND_US);
    struct delivery own;
    ok(make(&own, 1, "link"));
    hit(&own, 1, 30);
    hit(&own, 0, 31);                           /* what is handed over has no pixel */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind = 'link.clicked'"), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event"), 5);
}
END_TEST

START_TEST(programs_are_known_by_what_they_say)
{
    static const struct { const char *ua; bool is_head, is_prefetch; const char *why; } t[] = {
        { FIREFOX, true, false, "head" }, { FIREFOX, false, true, "prefetch" }, { "Mozilla/5.0", false, false, "proxy" },
        { "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", false, false, "proxy" },
        { "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0",
          false, false, "proxy" },
        { "WhatsApp/2.23.20.0", false, false, "name" }, { "", false, false, "name" },
    };
    for (size_t i = 0; i < countof(t); i++) {
        int64_t before = why(t[i].why);
        struct robot_signs by = { .user_agent = str_of(t[i].ua), .is_head = t[i].is_head, .is_prefetch = t[i].is_prefetch };
        hit_as(&mail, 1, 100 + 100 * (double)i, by);
        ck_assert_msg(why(t[i].why) == before + 1, "%s (%zu)", t[i].why, i);
        hit_as(&mail, 0, 150 + 100 * (double)i, by);
        ck_assert_msg(why(t[i].why) == before + 2, "open: %s (%zu)", t[i].why, i);
    }
    ck_assert_int_eq(number(HUMAN), 0);
}
END_TEST

/* What is kept of a network that was written so; "" where it is refused. */
static str network(const char *text)
{
    struct record *r = record_new(&house_arena, &robot_network_entity);
    struct ctx c = ctx;
    e = (struct err){ 0 };
    record_set(r, "network", val_text(str_of(text)));
    if (!record_write(&c, run_create, r, &e)) {
        ck_assert_str_eq(e.field, "network");
        return S("");
    }
    return record_text(r, "network");
}

START_TEST(a_network_is_kept_under_one_spelling)
{
    static const struct { const char *text, *kept; } v[] = {
        { "203.0.113.77/24", "203.0.113.0/24" }, { " 198.51.100.7 / 32 ", "198.51.100.7/32" }, { "10.1.2.3/8", "10.0.0.0/8" },
        { "\u09e7\u09e9\u09e6.\u09e6.\u09e6.\u09e7/\u09ef", "130.0.0.0/9" }, { "2001:DB8:0:0::1/64", "2001:db8::/64" }, { "2001:db8::/16", "2001::/16" },
        { "::ffff:192.0.2.9/31", "192.0.2.8/31" },
    };
    static const char *const bad[] = { "", "203.0.113.0", "203.0.113.0/", "203.0.113.0/7", "203.0.113.0/33", "203.0.113/24", "0xcb.0.113.0/24", "203.0.113.0.0/24",
                                       "2001:db8::/15", "2001:db8::/65", "2001:db8::%eth0/64", "example.com/24", "203.0.113.0/24/24", "203.0.113.0/-9" };
    for (size_t i = 0; i < countof(v); i++) {
        str kept = network(v[i].text);
        ck_assert_msg(str_eq(kept, str_of(v[i].kept)), "%s: %.*s", v[i].text, STR_ARG(kept));
    }
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert_msg(!network(bad[i]).n, "%s", bad[i]);
    ck_assert(!network("203.0.113.200/24").n && e.code == ERR_INVALID);    /* the first one, written otherwise */
}
END_TEST

START_TEST(who_asks_from_a_network_of_programs_is_one)
{
    static const struct { const char *ip; bool is_robot; } v[] = {
        { "203.0.113.255", true }, { "203.0.114.0", false }, { "::ffff:203.0.113.1", true }, { "2001:db8:1:1::9", true }, { "2001:db8:1:2::9", false },
        { "192.0.2.1", true }, { "192.0.2.2", false }, { "11.255.255.255", true }, { "12.0.0.0", false }, { "209.222.81.4", true }, { "", false },
    };
    static const char *const ours[] = { "203.0.113.0/24", "2001:db8:1:1::/64", "192.0.2.1/32", "11.0.0.0/8", "209.222.80.0/21" };
    for (size_t i = 0; i < countof(ours); i++)
        ck_assert_msg(network(ours[i]).n, "%s", ours[i]);
    for (size_t i = 0; i < countof(v); i++) {
        int64_t before = why("network"), robots = number("SELECT COUNT(*) FROM event WHERE is_robot = 1");
        hit_as(&mail, 1, 1000 + 100 * (double)i, (struct robot_signs){ .user_agent = S(FIREFOX), .ip = str_of(v[i].ip) });
        ck_assert_msg(why("network") - before == v[i].is_robot, "%s", v[i].ip);
        ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE is_robot = 1") - robots, v[i].is_robot);
    }
    house_sql("UPDATE robot_network SET deleted_at = 1");
    hit_as(&mail, 1, 5000, (struct robot_signs){ .user_agent = S(FIREFOX), .ip = S("203.0.113.255") });
    ck_assert_int_eq(why("network"), 6);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE data LIKE '%203.0.113%'"), 0);     /* nor is an address kept */
}
END_TEST

START_TEST(ten_seconds_after_the_delivery_is_too_soon)
{
    struct delivery own;
    hit(&mail, 1, 9.9);
    ck_assert_int_eq(why("quick"), 1);
    hit(&mail, 2, 16);
    ck_assert_int_eq(number(HUMAN), 1);
    ok(make(&own, 1, "link"));
    hit(&own, 1, 9.9);
    hit(&own, 1, 10);
    ck_assert_int_eq(why("quick"), 2);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind = 'link.clicked' AND is_robot = 0"), 1);
}
END_TEST

START_TEST(three_links_of_one_delivery_in_five_seconds_are_a_burst)
{
    struct delivery other;
    ok(make(&other, 5, "email"));
    hit(&mail, 1, 60);
    hit(&mail, 1, 61);
    hit(&mail, 2, 62);                          /* two links */
    hit(&other, 3, 63);                         /* another letter's */
    ck_assert_int_eq(number(HUMAN), 4);
    hit(&mail, 3, 70);                          /* later */
    ck_assert_int_eq(number(HUMAN), 5);
    int64_t told = number("SELECT MAX(seq) FROM event");
    hit(&mail, 1, 71);
    hit(&mail, 2, 74.9);
    ck_assert_int_eq(number(HUMAN), 4);
    ck_assert_int_eq(why("burst"), 3);
    ck_assert_int_eq(number(arena_fmt(&house_arena, "SELECT COUNT(*) FROM event WHERE is_robot = 1 AND seq > %lld", (long long)told).p), 3);  /* told anew */
}
END_TEST

START_TEST(the_trap_takes_its_burst_with_it)
{
    struct delivery other;
    ok(make(&other, 5, "email"));
    hit(&mail, 1, 30);                          /* a person's, well before */
    hit(&mail, 0, 36);
    hit(&mail, 1, 40);
    hit(&other, 1, 43);
    hit(&mail, 2, 44.9);
    ck_assert_int_eq(number(HUMAN), 4);
    hit(&mail, 5, 49);                          /* the trap: everything without a longer pause */
    ck_assert_int_eq(number(HUMAN), 2);
    ck_assert_int_eq(why("trap"), 4);           /* an open, two clicks, the trap */
    hit(&mail, 3, 53.9);
    ck_assert_int_eq(why("trap"), 5);           /* the same burst goes on */
    hit(&mail, 0, 57);
    ck_assert_int_eq(why("trap"), 6);
    hit(&mail, 3, 62.1);                        /* after a pause: somebody reads */
    ck_assert_int_eq(number(HUMAN), 3);
}
END_TEST

START_TEST(a_trap_that_names_itself_still_gives_the_others_away)
{
    hit(&mail, 1, 60);
    hit_as(&mail, 5, 62, (struct robot_signs){ .user_agent = S("python-requests/2"), .is_head = true });
    ck_assert_int_eq(number(HUMAN), 0);
    ck_assert_int_eq(why("trap"), 2);
}
END_TEST

START_TEST(who_does_not_want_to_be_followed_is_not)
{
    house_sql("UPDATE person SET consent_tracking = 'withdrawn'");
    hit(&mail, 1, 60);
    hit(&mail, 5, 61);
    hit(&mail, 0, 62);
    house_sql("UPDATE person SET consent_tracking = 'given', deleted_at = 1");
    hit(&mail, 1, 63);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event"), 0);
    house_sql("UPDATE person SET deleted_at = NULL");
    hit(&mail, 1, 64);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event"), 1);
}
END_TEST

SUITE("link", 60, open_all, house_close,
      only_plain_web_addresses_are_led_to,
      a_path_is_ours_to_the_letter,
      a_link_leads_to_released_material_or_to_one_address,
      who_may_make_links_is_asked,
      a_link_follows_its_material_and_ends_with_it,
      a_click_is_an_event_of_the_person,
      programs_are_known_by_what_they_say,
      a_network_is_kept_under_one_spelling,
      who_asks_from_a_network_of_programs_is_one,
      ten_seconds_after_the_delivery_is_too_soon,
      three_links_of_one_delivery_in_five_seconds_are_a_burst,
      the_trap_takes_its_burst_with_it,
      a_trap_that_names_itself_still_gives_the_others_away,
      who_does_not_want_to_be_followed_is_not)
