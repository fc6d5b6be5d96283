/* sign.c - signatures of webhooks against the standard's words and known answers, and sealed secrets. */
#include "base/buf.h"
#include "core/seal.h"
#include "flow/sign.h"
#include "flow/webhook.h"
#include <sodium.h>
#include "../suite.h"

static struct arena mem;
static void open_arena(void)
{
    mem = arena_open(8 << 20);
    ck_assert_int_ge(sodium_init(), 0);
}
static void close_arena(void) { arena_close(&mem); }

/* The known answer of the libraries of the standard. */
#define SECRET  S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
#define ID      S("msg_p5jXN8AQM9LWM0D4loKWxJek")
#define AT      1614265330
#define BODY    S("{\"test\": 2432232314}")
#define ANSWER  S("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

START_TEST(test_the_known_answer_comes_out)
{
    struct sign_secret s;
    ck_assert(sign_secret_parse(SECRET, &s));
    str made = sign_make(&mem, &s, ID, AT, BODY);
    ck_assert_msg(str_eq(made, ANSWER), "%.*s", STR_ARG(made));
    ck_assert_int_eq(sign_check(&s, 1, ID, S("1614265330"), ANSWER, BODY, AT), SIGN_GOOD);
}
END_TEST

static const struct { const char *id, *at, *signature, *body; int64_t now; enum sign_verdict is; } cases[] = {
    { "msg_1", "1000", NULL, "{}", 1000, SIGN_GOOD },
    { "msg_1", "1000", NULL, "{}", 1000 + SIGN_TOLERANCE_S, SIGN_GOOD },
    { "msg_1", "1000", NULL, "{}", 1001 + SIGN_TOLERANCE_S, SIGN_TOO_OLD },
    { "msg_1", "1000", NULL, "{}", 1000 - SIGN_TOLERANCE_S, SIGN_GOOD },
    { "msg_1", "1000", NULL, "{}", 999 - SIGN_TOLERANCE_S, SIGN_TOO_NEW },
    { "msg_2", "1000", NULL, "{}", 1000, SIGN_WRONG },
    { "msg_1", "1001", NULL, "{}", 1000, SIGN_WRONG },
    { "msg_1", "1000", NULL, "{ }", 1000, SIGN_WRONG },
    { "", "1000", NULL, "{}", 1000, SIGN_MISSING },
    { "msg_1", "", NULL, "{}", 1000, SIGN_MISSING },
    { "msg_1", "1000x", NULL, "{}", 1000, SIGN_MISSING },
    { "msg_1", "1000", "", "{}", 1000, SIGN_MISSING },
    { "msg_1", "1000", "v1,", "{}", 1000, SIGN_WRONG },
    { "msg_1", "1000", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "{}", 1000, SIGN_WRONG },
    { "msg_1", "1000", "v2,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "{}", 1000, SIGN_WRONG },
};

START_TEST(test_what_differs_is_refused)
{
    struct sign_secret s;
    ck_assert(sign_secret_parse(SECRET, &s));
    str good = sign_make(&mem, &s, S("msg_1"), 1000, S("{}"));
    for (size_t i = 0; i < countof(cases); i++) {
        str given = cases[i].signature ? str_of(cases[i].signature) : good;
        enum sign_verdict v = sign_check(&s, 1, str_of(cases[i].id), str_of(cases[i].at), given, str_of(cases[i].body), cases[i].now);
        ck_assert_msg(v == cases[i].is, "case %zu: %d", i, v);
    }
}
END_TEST

START_TEST(test_one_of_several_signatures_and_secrets_is_enough)
{
    struct sign_secret two[2];
    ck_assert(sign_secret_parse(SECRET, &two[1]) && sign_secret_parse(webhook_secret_new(&mem), &two[0]));
    str list = arena_fmt(&mem, "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1a,x %.*s", STR_ARG(ANSWER));
    ck_assert_int_eq(sign_check(two, 2, ID, S("1614265330"), list, BODY, AT), SIGN_GOOD);
    ck_assert_int_eq(sign_check(two, 1, ID, S("1614265330"), list, BODY, AT), SIGN_WRONG);
    ck_assert_int_eq(sign_check(two, 0, ID, S("1614265330"), list, BODY, AT), SIGN_WRONG);
}
END_TEST

START_TEST(test_secrets_have_their_lengths)
{
    struct sign_secret s;
    unsigned char b[80] = { 1 };
    char text[120];
    for (size_t n = SIGN_SECRET_MIN - 1; n <= SIGN_SECRET_MAX + 1; n++) {
        sodium_bin2base64(text, sizeof text, b, n, sodium_base64_VARIANT_ORIGINAL);
        bool ok = sign_secret_parse(arena_fmt(&mem, "whsec_%s", text), &s);
        ck_assert_msg(ok == (n >= SIGN_SECRET_MIN && n <= SIGN_SECRET_MAX), "%zu bytes", n);
    }
    ck_assert(!sign_secret_parse(S("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &s) && !sign_secret_parse(S("whsec_"), &s) && !sign_secret_parse(S("whsec_*"), &s));
}
END_TEST

/* The text of the standard shows what is signed: id.timestamp.payload in one line. */
START_TEST(test_the_words_of_the_standard)
{
    static char page[40000];
    struct sign_secret s;
    unsigned char mac[32];
    char text[64];
    FILE *f = fopen("../shared/data/web/standard-webhooks/spec/standard-webhooks.md", "r");
    if (!f) {
        printf("skipped: ../shared/data/web is not here\n");
        return;
    }
    str all = { page, fread(page, 1, sizeof page, f) };
    fclose(f);
    ptrdiff_t at = str_find(all, S("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.1674087231.{\"type\""));
    ck_assert_int_gt(at, 0);
    str rest = str_from(all, (size_t)at), line = str_cut(&rest, '\n'), body = line, id = str_cut(&body, '.');
    str stamp = str_cut(&body, '.');
    ck_assert(str_eq(stamp, S("1674087231")) && sign_secret_parse(SECRET, &s));
    crypto_auth_hmacsha256_state st;
    crypto_auth_hmacsha256_init(&st, s.b, s.n);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)line.p, line.n);
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    str made = sign_make(&mem, &s, id, 1674087231, body);
    ck_assert(str_eq(str_from(made, 3), str_of(text)));
    /* its example header is read as two signatures, neither ours */
    ck_assert_int_gt(str_find(all, S("v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=")), 0);
    ck_assert_int_eq(sign_check(&s, 1, id, stamp, S("v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="),
                                body, 1674087231), SIGN_WRONG);
}
END_TEST

/* GitHub's documented example. */
START_TEST(test_the_hub_signs_the_body_alone)
{
    str secret = S("It's a Secret to Everybody"), body = S("Hello, World!");
    str good = S("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    ck_assert_int_eq(sign_check_hub(secret, good, body), SIGN_GOOD);
    ck_assert_int_eq(sign_check_hub(secret, good, S("Hello, World?")), SIGN_WRONG);
    ck_assert_int_eq(sign_check_hub(S("other"), good, body), SIGN_WRONG);
    ck_assert_int_eq(sign_check_hub(secret, str_head(good, good.n - 1), body), SIGN_WRONG);
    ck_assert_int_eq(sign_check_hub(secret, S("sha1=00"), body), SIGN_MISSING);
}
END_TEST

START_TEST(test_a_sealed_secret_opens_only_in_its_place)
{
    struct workspace ws = { .key = { 1, 2, 3 } }, other = { .key = { 4 } };
    str box = seal_shut(&mem, &ws, "webhook.secret", 7, SECRET), again = seal_shut(&mem, &ws, "webhook.secret", 7, SECRET);
    ck_assert(str_eq(seal_open(&mem, &ws, "webhook.secret", 7, box), SECRET) && !str_eq(box, again) && str_find(box, SECRET) < 0);
    ck_assert_int_eq((int)seal_open(&mem, &ws, "webhook.secret", 8, box).n, 0);
    ck_assert_int_eq((int)seal_open(&mem, &ws, "webhook.old_secret", 7, box).n, 0);
    ck_assert_int_eq((int)seal_open(&mem, &other, "webhook.secret", 7, box).n, 0);
    ck_assert_int_eq((int)seal_open(&mem, &ws, "webhook.secret", 7, str_head(box, box.n - 4)).n, 0);
    ck_assert_int_eq((int)seal_open(&mem, &ws, "webhook.secret", 7, SECRET).n, 0);
}
END_TEST

START_TEST(test_topics_are_words_that_can_be_told)
{
    struct topics t;
    struct err e = { 0 };
    ck_assert(topics_parse(S("form.sent, page.viewed\nstage.changed"), &t, &e) && t.n == 3);
    ck_assert(topics_parse(S("form.sent، page.viewed،stage.changed"), &t, &e) && t.n == 3);
    ck_assert(topics_have(&t, (str){ 0 }, S("form.sent")) && !topics_have(&t, S("form"), S("form.updated")));
    static const char *const bad[] = { "cat", "Form.sent", ".x", "x.", "a b!", "form.sent;", "session.created" };
    for (size_t i = 0; i < countof(bad) - 1; i++)
        ck_assert_msg(!topics_parse(str_of(bad[i]), &t, &e), "%s", bad[i]);
    struct buf b = buf_new(&mem, 8000);
    for (int i = 0; i < WEBHOOK_TOPICS_MAX; i++)
        buf_fmt(&b, "kind.n%d ", i);
    ck_assert(topics_parse(buf_str(&b), &t, &e) && t.n == WEBHOOK_TOPICS_MAX);
    buf_lit(&b, "one.more");
    ck_assert(!topics_parse(buf_str(&b), &t, &e));
}
END_TEST

SUITE("sign", 60, open_arena, close_arena,
      test_the_known_answer_comes_out,
      test_what_differs_is_refused,
      test_one_of_several_signatures_and_secrets_is_enough,
      test_secrets_have_their_lengths,
      test_the_words_of_the_standard,
      test_the_hub_signs_the_body_alone,
      test_a_sealed_secret_opens_only_in_its_place,
      test_topics_are_words_that_can_be_told)
