/* http_parse.c - validator, path, forms, multipart, cookies and router: tables of cases, limits from both sides. */
#include "base/random.h"
#include "http/cookie.h"
#include "http/form.h"
#include "http/multipart.h"
#include "http/path.h"
#include "http/router.h"
#include "http/validate.h"
#include "../suite.h"
#include <sys/stat.h>
#include <unistd.h>

static struct arena a;
static void open_arena(void) { a = arena_open(64u << 20); }
static void close_arena(void) { arena_close(&a); }

START_TEST(a_path_is_decoded_once_or_refused)
{
    static const struct { const char *raw, *path; } cases[] = {
        { "/", "/" }, { "/a/b", "/a/b" }, { "/a/", "/a/" }, { "/%41", "/A" }, { "/a%20b", "/a b" }, { "/a+b", "/a+b" },
        { "/%E0%A6%95", "/\xe0\xa6\x95" }, { "", NULL }, { "a", NULL }, { "//", NULL }, { "/a//b", NULL },
        { "/.", NULL }, { "/..", NULL }, { "/a/..", NULL }, { "/%2e", NULL }, { "/%2e%2E/a", NULL }, { "/...", "/..." },
        { "/%00", NULL }, { "/%1f", NULL }, { "/%7f", NULL }, { "/%2f", NULL }, { "/%2F", NULL }, { "/%5c", NULL },
        { "/a\\b", NULL }, { "/%", NULL }, { "/%4", NULL }, { "/%zz", NULL }, { "/%2541", NULL }, { "/%25", "/%" },
        { "/100%25", "/100%" }, { "/%ff", NULL }, { "/%c0%af", NULL }, { "/%ed%a0%80", NULL }, { "/a b", NULL },
        { "/a\tb", NULL }, { "/a?b", NULL }, { "/a#b", NULL },
    };
    char out[64];
    for (size_t i = 0; i < countof(cases); i++) {
        str path = { 0 };
        bool ok = path_decode(str_of(cases[i].raw), out, &path);
        ck_assert_msg(ok == (cases[i].path != NULL), "%s", cases[i].raw);
        if (ok && cases[i].path[0] == '/')
            ck_assert_msg(str_eq(path, str_of(cases[i].path)), "%s gives %.*s", cases[i].raw, STR_ARG(path));
    }
}
END_TEST

START_TEST(a_path_may_have_its_length_and_no_byte_more)
{
    static char raw[PATH_MAX_BYTES + 1], out[PATH_MAX_BYTES + 1];
    str path;
    memset(raw, 'a', sizeof raw);
    raw[0] = '/';
    ck_assert(path_decode((str){ raw, PATH_MAX_BYTES }, out, &path));
    ck_assert(!path_decode((str){ raw, PATH_MAX_BYTES + 1 }, out, &path));
}
END_TEST

START_TEST(a_form_is_read_in_order)
{
    struct pair *v;
    size_t n = 0;
    struct err e;
    ck_assert(form_parse(&a, S("a=1&b=%E0%A6%95+x&&c&=d&a=2&e=a=b"), &v, &n, &e));
    ck_assert_uint_eq(n, 6);
    ck_assert(str_eq(v[0].name, S("a")) && str_eq(v[0].value, S("1")));
    ck_assert(str_eq(v[1].value, S("\xe0\xa6\x95 x")));
    ck_assert(str_eq(v[2].name, S("c")) && v[2].value.n == 0);
    ck_assert(v[3].name.n == 0 && str_eq(v[3].value, S("d")));
    ck_assert(str_eq(v[5].value, S("a=b")));
    ck_assert(form_parse(&a, (str){ 0 }, &v, &n, &e) && n == 0);
}
END_TEST

START_TEST(a_broken_form_is_refused)
{
    static const char *const bad[] = { "a=%", "a=%4", "a=%zz", "%ff=1", "a=%00", "a=%c0%80", "a=1&b=\xff" };
    struct pair *v;
    size_t n;
    for (size_t i = 0; i < countof(bad); i++) {
        struct err e;
        ck_assert_msg(!form_parse(&a, str_of(bad[i]), &v, &n, &e) && e.code == ERR_INVALID, "%s", bad[i]);
    }
}
END_TEST

START_TEST(a_form_has_a_thousand_fields_and_not_one_more)
{
    struct buf b = buf_new(&a, 1 << 20);
    struct pair *v;
    size_t n = 0;
    struct err e;
    for (int i = 0; i < PAIRS_MAX; i++)
        buf_lit(&b, "a=1&");
    ck_assert(form_parse(&a, buf_str(&b), &v, &n, &e) && n == PAIRS_MAX);
    buf_lit(&b, "a=1");
    ck_assert(!form_parse(&a, buf_str(&b), &v, &n, &e) && e.code == ERR_TOO_LARGE);
}
END_TEST

START_TEST(cookies_are_found_once_or_not_at_all)
{
    static const struct { const char *header, *value; } cases[] = {
        { "sid=a", "a" }, { "x=1; sid=abc; y=2", "abc" }, { "x=1;sid=abc", "abc" }, { "sid=", "" }, { "SID=a", NULL },
        { "xsid=a", NULL }, { "sid=a; sid=b", NULL }, { "sid=a; sid=a", NULL }, { "sid=a b", NULL }, { "sid=\"a\"", NULL },
        { "sid=a,b", NULL }, { "", NULL }, { "sid", NULL }, { "=sid", NULL }, { "sid=a=b", "a=b" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        str v = { 0 };
        bool ok = cookie_find(str_of(cases[i].header), S("sid"), &v);
        ck_assert_msg(ok == (cases[i].value != NULL), "%s", cases[i].header);
        ck_assert(!ok || str_eq(v, str_of(cases[i].value)));
    }
}
END_TEST

START_TEST(hosts_are_names_or_addresses)
{
    static const struct { const char *text, *host; } cases[] = {
        { "a", "a" }, { "a.example:80", "a.example" }, { "[::1]:8080", "[::1]" }, { "[::1]", "[::1]" }, { "a:", NULL },
        { "", NULL }, { ":80", NULL }, { "a:80x", NULL }, { "a:123456", NULL }, { "a:12345", "a" }, { "a/b", NULL },
        { "a@b", NULL }, { "a b", NULL }, { "[::1", NULL }, { "[]", NULL }, { "[::g]", NULL }, { "a,b", NULL },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        str host = { 0 };
        bool ok = host_check(str_of(cases[i].text), &host);
        ck_assert_msg(ok == (cases[i].host != NULL), "%s", cases[i].text);
        ck_assert(!ok || str_eq(host, str_of(cases[i].host)));
    }
}
END_TEST

static int check_with(const char *method, const char *name, str value, size_t extra)
{
    struct pair header[HEADERS_IN_MAX + 2] = { { S("Host"), S("localhost") }, { str_of(name), value } };
    struct head_ok ok;
    const char *why;
    for (size_t i = 0; i < extra; i++)
        header[2 + i] = (struct pair){ S("X"), S("y") };
    struct head h = { str_of(method), S("/"), S("HTTP/1.1"), header, 2 + extra };
    return head_check(&h, &ok, &why);
}

START_TEST(heads_have_limits_on_both_sides)
{
    static char text[HEADER_VALUE_MAX + 1];
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(check_with("GET", "X", (str){ text, HEADER_VALUE_MAX }, 0), 0);
    ck_assert_int_eq(check_with("GET", "X", (str){ text, HEADER_VALUE_MAX + 1 }, 0), 431);
    ck_assert_int_eq(check_with("GET", "X", S("y"), HEADERS_IN_MAX - 2), 0);
    ck_assert_int_eq(check_with("GET", "X", S("y"), HEADERS_IN_MAX - 1), 431);
    text[HEADER_NAME_MAX] = '\0';
    ck_assert_int_eq(check_with("GET", text, S("y"), 0), 0);
    text[HEADER_NAME_MAX] = 'x', text[HEADER_NAME_MAX + 1] = '\0';
    ck_assert_int_eq(check_with("GET", text, S("y"), 0), 400);
    ck_assert_int_eq(check_with("POST", "Content-Length", S("999999999999"), 0), 0);
    ck_assert_int_eq(check_with("POST", "Content-Length", S("1000000000000"), 0), 400);
    ck_assert_int_eq(check_with("POST", "Content-Length", S(""), 0), 400);
    ck_assert_int_eq(check_with("POST", "Content-Length", S("0x10"), 0), 400);
    ck_assert_int_eq(check_with("POST", "Content-Length", S("1, 1"), 0), 400);
    ck_assert_int_eq(check_with("POST", "Content-Type", S("application/json; charset=latin1"), 0), 415);
    ck_assert_int_eq(check_with("POST", "Content-Type", S("multipart/form-data"), 0), 400);
    ck_assert_int_eq(check_with("GE T", "X", S("y"), 0), 400);
    ck_assert_int_eq(check_with("GET", "X Y", S("y"), 0), 400);
    ck_assert_int_eq(check_with("GET", "", S("y"), 0), 400);
}
END_TEST

static void nothing(struct request *rq) { (void)rq; }
static const struct route routes[] = {
    { GET, "/", nothing, ACCESS_PUBLIC }, { GET, "/people", nothing, ACCESS_PUBLIC },
    { POST, "/people", nothing, ACCESS_PUBLIC }, { GET, "/people/:id", nothing, ACCESS_PUBLIC },
    { GET, "/people/new", nothing, ACCESS_PUBLIC }, { POST, "/people/:id/edit", nothing, ACCESS_PUBLIC },
    { GET, "/a/*", nothing, ACCESS_PUBLIC }, { GET, "/people/:id/:tab/x", nothing, ACCESS_PUBLIC }, { 0 },
};

START_TEST(the_closest_route_wins)
{
    static const struct { enum method m; const char *path; int index; unsigned allowed; const char *p0, *p1; } cases[] = {
        { GET, "/", 0 }, { GET, "/people", 1 }, { POST, "/people", 2 }, { GET, "/people/7", 3, 0, "7" },
        { GET, "/people/new", 4 }, { POST, "/people/new/edit", 5, 0, "new" }, { GET, "/a/b/c.css", 6, 0, "b/c.css" },
        { GET, "/people/7/notes/x", 7, 0, "7", "notes" }, { GET, "/nowhere", -1, 0 }, { DELETE, "/people", -1, GET | POST },
        { GET, "/people/7/edit", -1, POST }, { GET, "/people/", -1, 0 }, { GET, "/people/7/", -1, 0 }, { GET, "/a", -1, 0 },
    };
    const struct route *const tables[] = { routes, NULL };
    struct router *r;
    struct match m;
    struct err e;
    ck_assert(router_open(tables, &r, &e));
    for (size_t i = 0; i < countof(cases); i++) {
        bool found = router_find(r, cases[i].m, str_of(cases[i].path), &m);
        ck_assert_msg(found ? (int)m.index == cases[i].index : cases[i].index < 0, "%s: %d", cases[i].path, (int)m.index);
        ck_assert_msg(found || m.allowed == cases[i].allowed, "%s allows %u", cases[i].path, m.allowed);
        if (cases[i].p0)
            ck_assert_msg(str_eq(m.param[0], str_of(cases[i].p0)), "%s", cases[i].path);
        if (cases[i].p1)
            ck_assert(str_eq(m.param[1], str_of(cases[i].p1)));
    }
    router_close(r);
}
END_TEST

START_TEST(a_broken_route_table_is_refused)
{
    static const struct route bad[][3] = {
        { { GET, "/a", nothing, ACCESS_UNSET } }, { { GET, "/a", NULL, ACCESS_PUBLIC } },
        { { GET, "a", nothing, ACCESS_PUBLIC } }, { { GET, "/a//b", nothing, ACCESS_PUBLIC } },
        { { GET, "/*/b", nothing, ACCESS_PUBLIC } }, { { GET | POST, "/a", nothing, ACCESS_PUBLIC } },
        { { GET, "/:a/b", nothing, ACCESS_PUBLIC }, { GET, "/:c/b", nothing, ACCESS_PUBLIC } },
        { { GET, "/:a/:b/:c/:d/:e", nothing, ACCESS_PUBLIC } },
        { { GET, "/a", nothing, ACCESS_USER, .flags = ROUTE_QUICK } }, { { POST, "/a", nothing, ACCESS_PUBLIC, .flags = ROUTE_ALIKE } },
        { { GET, "/a", nothing, ACCESS_PUBLIC, BODY_JSON, .flags = ROUTE_QUICK } },
    };
    for (size_t i = 0; i < countof(bad); i++) {
        const struct route *const tables[] = { bad[i], NULL };
        struct router *r = NULL;
        struct err e;
        ck_assert_msg(!router_open(tables, &r, &e), "table %zu", i);
    }
}
END_TEST

#define PART(name) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
static bool multipart(const char *body, size_t n, int64_t max, struct pair **v, size_t *nv, struct upload **u, size_t *nu,
                      struct err *e)
{
    struct multipart *m = multipart_open(S("b"), "/tmp", max);
    bool ok = multipart_feed(m, (str){ body, n }, e) && multipart_done(m, &a, v, nv, u, nu, e);
    if (ok)
        for (size_t i = 0; i < *nu; i++)
            ck_assert(access((*u)[i].path, F_OK) == 0);
    multipart_close(m);
    for (size_t i = 0; ok && i < *nu; i++)
        ck_assert(access((*u)[i].path, F_OK) != 0);
    return ok;
}

START_TEST(multipart_bodies_are_read_or_refused)
{
    static const struct { const char *body; bool ok; size_t fields, files; const char *first; } cases[] = {
        { PART("a") "1\r\n--b--\r\n", true, 1, 0, "1" }, { PART("a") "\r\n--b--", true, 1, 0, "" },
        { PART("a") "x\r\n--\r\n--bb\r\n--b--", false, 0, 0, NULL }, { PART("a") "\r\r\n-\r\n--b--", true, 1, 0, "\r\r\n-" },
        { PART("a") "1\r\n" PART("a") "2\r\n--b--", true, 2, 0, "1" }, { "--b--", true, 0, 0, NULL },
        { "--b\r\nContent-Disposition: form-data; name=f; filename=\"a\\\"b\"\r\n\r\nxx\r\n--b--", true, 0, 1, NULL },
        { "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n--b--", true, 0, 0, NULL },
        { PART("a") "1", false, 0, 0, NULL }, { "x--b--", false, 0, 0, NULL }, { "", false, 0, 0, NULL },
        { "--b\r\n\r\n1\r\n--b--", false, 0, 0, NULL }, { PART("") "1\r\n--b--", false, 0, 0, NULL },
        { "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--", false, 0, 0, NULL },
        { "--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--b--", false, 0, 0, NULL },
        { "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n--b--", false, 0, 0, NULL },
        { "--b\nContent-Disposition: form-data; name=a\n\n1\n--b--", false, 0, 0, NULL },
        { PART("a") "\xff\r\n--b--", false, 0, 0, NULL },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct pair *v = NULL;
        struct upload *u = NULL;
        size_t nv = 0, nu = 0;
        struct err e;
        bool ok = multipart(cases[i].body, strlen(cases[i].body), 1 << 20, &v, &nv, &u, &nu, &e);
        ck_assert_msg(ok == cases[i].ok, "case %zu", i);
        ck_assert_msg(!ok || (nv == cases[i].fields && nu == cases[i].files), "case %zu: %zu fields", i, nv);
        if (cases[i].first)
            ck_assert(str_eq(v[0].value, str_of(cases[i].first)));
    }
}
END_TEST

static str many_parts(const char *part, size_t count)
{
    struct buf b = buf_new(&a, 16 << 20);
    for (size_t i = 0; i < count; i++)
        buf_put(&b, str_of(part));
    buf_lit(&b, "--b--");
    return buf_str(&b);
}

START_TEST(multipart_limits_hold_on_both_sides)
{
    static const char field[] = PART("a") "1\r\n",
        file[] = "--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nx\r\n";
    struct pair *v;
    struct upload *u;
    size_t nv, nu;
    struct err e;
    str s = many_parts(field, PAIRS_MAX);
    ck_assert(multipart(s.p, s.n, 1 << 20, &v, &nv, &u, &nu, &e));
    ck_assert(multipart(s.p, s.n, (int64_t)s.n, &v, &nv, &u, &nu, &e));
    ck_assert(!multipart(s.p, s.n, (int64_t)s.n - 1, &v, &nv, &u, &nu, &e) && e.code == ERR_TOO_LARGE);
    s = many_parts(field, PAIRS_MAX + 1);
    ck_assert(!multipart(s.p, s.n, 1 << 20, &v, &nv, &u, &nu, &e) && e.code == ERR_TOO_LARGE);
    s = many_parts(file, UPLOADS_MAX);
    ck_assert(multipart(s.p, s.n, 1 << 20, &v, &nv, &u, &nu, &e) && nu == UPLOADS_MAX);
    s = many_parts(file, UPLOADS_MAX + 1);
    ck_assert(!multipart(s.p, s.n, 1 << 20, &v, &nv, &u, &nu, &e) && e.code == ERR_TOO_LARGE);
    for (size_t over = 0; over < 2; over++) {
        struct buf b = buf_new(&a, 4 << 20);
        buf_lit(&b, PART("a"));
        for (size_t i = 0; i < FIELDS_BYTES_MAX - 1 + over; i++)
            buf_char(&b, 'x');
        buf_lit(&b, "\r\n--b--");
        ck_assert(multipart(b.p, b.n, 4 << 20, &v, &nv, &u, &nu, &e) == !over);
    }
}
END_TEST

SUITE("http_parse", 30, open_arena, close_arena,
      a_path_is_decoded_once_or_refused,
      a_path_may_have_its_length_and_no_byte_more,
      a_form_is_read_in_order,
      a_broken_form_is_refused,
      a_form_has_a_thousand_fields_and_not_one_more,
      cookies_are_found_once_or_not_at_all,
      hosts_are_names_or_addresses,
      heads_have_limits_on_both_sides,
      the_closest_route_wins,
      a_broken_route_table_is_refused,
      multipart_bodies_are_read_or_refused,
      multipart_limits_hold_on_both_sides)
