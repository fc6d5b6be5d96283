/* Escaping, addresses and Markdown. */
#include "../suite.h"
#include <dirent.h>
#include <stdlib.h>
#include "html/html.h"

static struct arena mem;
static void open_mem(void) { mem = arena_open(64 << 20); }
static void close_mem(void) { arena_close(&mem); }

static const char *text_of(struct html *h) { return arena_cstr(&mem, buf_str(&h->out)); }
static struct html sink(void) { return html_new(&mem, NULL, 1 << 20); }

START_TEST(text_is_escaped_and_controls_are_dropped)
{
    static const struct { str in; const char *out; } cases[] = {
        { { "", 0 }, "" }, { { "plain", 5 }, "plain" },
        { { "<b>&\"'", 6 }, "&lt;b&gt;&amp;&quot;&#39;" },
        { { "a\0b\x01\x7f" "c\td\n", 9 }, "abc\td\n" },
        { { "\xd9\x84\xd8\xa7\xe2\x80\x8c", 7 }, "\xd9\x84\xd8\xa7\xe2\x80\x8c" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct html h = sink();
        html_put(&h, cases[i].in);
        ck_assert_str_eq(text_of(&h), cases[i].out);
    }
}
END_TEST

/* Text is looked at sixteen bytes at a time: each byte, at each place of texts of each length. */
START_TEST(every_byte_is_escaped_wherever_it_stands)
{
    for (int b = 0; b < 256; b++)
        for (size_t n = 1; n <= 35; n++)
            for (size_t at = 0; at < n; at++) {
                char *in = memset(arena_new(&mem, char, n), 'x', n), want[80], one[8];
                bool is_dropped = (b < 0x20 && b != '\t' && b != '\n') || b == 0x7f;
                const char *as = b == '&' ? "&amp;" : b == '<' ? "&lt;" : b == '>' ? "&gt;" : b == '"' ? "&quot;" :
                                 b == '\'' ? "&#39;" : is_dropped ? "" : one;
                struct html h = sink();
                in[at] = (char)b;
                snprintf(one, sizeof one, "%c", b);
                snprintf(want, sizeof want, "%.*s%s%.*s", (int)at, in, as, (int)(n - at - 1), in + at + 1);
                html_text(&h, (str){ in, n });
                if (!str_eq(buf_str(&h.out), str_of(want)))
                    ck_abort_msg("byte %d at %zu of %zu: %s", b, at, n, text_of(&h));
                arena_reset(&mem);
            }
}
END_TEST

START_TEST(numbers_and_markup_pass_by_their_type)
{
    struct html h = sink(), part = html_part(&h);
    html_put(&part, "<");
    html_put(&h, html_done(&part));
    html_put(&h, (int64_t)-7);
    html_put(&h, (size_t)8);
    ck_assert_str_eq(text_of(&h), "&lt;-78");
}
END_TEST

START_TEST(a_full_page_says_so)
{
    struct html h = html_new(&mem, NULL, 10);
    html_put(&h, "12345");
    ck_assert(!h.out.full);
    html_put(&h, "<<");
    ck_assert(h.out.full);
}
END_TEST

START_TEST(only_own_paths_and_known_schemes_are_addresses)
{
    static const char *const good[] = {
        "/", "/deals/12?x=1&y=2#z", "https://example.org/a", "http://example.org", "HTTPS://example.org",
        "mailto:a@example.org", "tel:+88017", " https://example.org ",
    };
    static const char *const bad[] = {
        "", "#", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)",
        "data:text/html,x", "vbscript:x", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "/a b", "https:evil", "https://", "https:///x", "http://?x", "file:///etc/passwd",
        "blob:x", "deals/12", "&#106;avascript:x", "/x\n", "/\x7f",
    };
    for (size_t i = 0; i < countof(good); i++)
        ck_assert_msg(!str_eq(url_checked(str_of(good[i])).s, S("#")), "%s", good[i]);
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert_msg(str_eq(url_checked(str_of(bad[i])).s, S("#")) || !strcmp(bad[i], "/x\n"), "%s", bad[i]);
    ck_assert(str_eq(url_path(S("https://example.org")).s, S("#")));
    ck_assert(str_eq(url_path(S("/x\n")).s, S("#")));
    ck_assert(str_eq(url_fmt(&mem, "/deals/%d", 12).s, S("/deals/12")));
    ck_assert(str_eq(url_fmt(&mem, "//%s", "x").s, S("#")));
}
END_TEST

START_TEST(a_part_of_a_url_cannot_leave_its_place)
{
    static const struct { const char *in, *out; } cases[] = {
        { "a/b?c#d&e=f", "/x/a%2Fb%3Fc%23d%26e%3Df" }, { "..", "/x/-" }, { ".", "/x/-" }, { "...", "/x/..." },
        { "ক", "/x/%E0%A6%95" }, { "\"'<> ", "/x/%22%27%3C%3E%20" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct html h = sink();
        html_lit(&h, "/x/");
        html_url_rest(&h, cases[i].in);
        ck_assert_str_eq(text_of(&h), cases[i].out);
    }
    struct html h = sink();
    html_lit(&h, "/in?next=");
    html_url_rest(&h, url_path(S("/deals?a=1&b=2")));
    ck_assert_str_eq(text_of(&h), "/in?next=%2Fdeals%3Fa%3D1%26b%3D2");
}
END_TEST

static const char *markdown(const char *s) { return arena_cstr(&mem, html_markdown(&mem, str_of(s)).s); }

START_TEST(markdown_knows_tables_strikethrough_and_links)
{
    ck_assert_ptr_nonnull(strstr(markdown("a **b** ~~c~~"), "<strong>b</strong> <del>c</del>"));
    ck_assert_ptr_nonnull(strstr(markdown("|a|b|\n|-|-|\n|1|2|"), "<table>"));
    ck_assert_ptr_nonnull(strstr(markdown("see https://example.org/x ok"), "<a href=\"https://example.org/x\">"));
    ck_assert_str_eq(markdown("![pic](https://example.org/p.png)"),
                     "<p><a href=\"https://example.org/p.png\">pic</a></p>\n");
}
END_TEST

START_TEST(markdown_lets_no_markup_and_no_program_through)
{
    static const char *const evil[] = {
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "[x](JAVASCRIPT:alert(1))", "[x](data:text/html;base64,xx)", "![x](javascript:alert(1))",
        "<javascript:alert(1)>", "[x](java&#115;cript:alert(1))", "[x](//evil.example)", "[x](vbscript:x)",
        "<a href=\"x\" onclick=\"y\">z</a>", "<style>*{}</style>", "[a]: javascript:x\n\n[a]",
        "![![x](javascript:1)](javascript:2)", "```\"onx=\"\nx\n```",
    };
    for (size_t i = 0; i < countof(evil); i++) {
        const char *made = markdown(evil[i]);
        ck_assert_msg(!strcasestr(made, "href=\"javascript") && !strcasestr(made, "<script") &&
                      !strstr(made, "<img") && !strstr(made, "<style") && !strstr(made, "onclick") &&
                      !strcasestr(made, "href=\"data") && !strstr(made, "href=\"//") &&
                      !strcasestr(made, "href=\"vbs"), "%s -> %s", evil[i], made);
    }
}
END_TEST

START_TEST(very_long_markdown_is_shown_as_text)
{
    size_t n = 300 * 1024;
    char *big = malloc(n);
    memset(big, '[', n);
    ck_assert(str_starts(html_markdown(&mem, (str){ big, n }).s, S("<p>[")));
    ck_assert(str_starts(html_markdown(&mem, (str){ big, 200 * 1024 }).s, S("<p>[")));
    free(big);
}
END_TEST

/* The list of naughty strings: whatever comes in, no markup of its own comes out. */
START_TEST(naughty_strings_stay_text)
{
    const char *shared = getenv("SETU_SHARED");
    char path[512];
    snprintf(path, sizeof path, "%s/data/security/blns/blns.txt", shared ? shared : "../shared");
    FILE *f = fopen(path, "r");
    if (!f) {
        fprintf(stderr, "skipped: %s is not there\n", path);
        return;
    }
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, f)) > 0) {
        struct html h = sink();
        html_put(&h, (str){ line, (size_t)n });
        ck_assert_ptr_null(memchr(h.out.p, '<', h.out.n));
        ck_assert_ptr_null(memchr(h.out.p, '"', h.out.n));
        str u = url_checked((str){ line, (size_t)n }).s;
        ck_assert(str_eq(u, S("#")) || u.p[0] == '/' || strchr("hHmMtT", u.p[0]));
        str md = html_markdown(&mem, (str){ line, (size_t)n }).s;
        const char *z = arena_cstr(&mem, md);
        ck_assert_ptr_null(strcasestr(z, "<script"));
        ck_assert_ptr_null(strcasestr(z, "<img"));
        ck_assert_ptr_null(strcasestr(z, "href=\"javascript"));
    }
    free(line);
    fclose(f);
}
END_TEST

START_TEST(an_icon_that_points_is_mirrored)
{
    struct html h = sink();
    html_icon(&h, "chevron-right", "s");
    ck_assert(str_starts(buf_str(&h.out), S("<svg class=\"i dir s\" aria-hidden=\"true\"><use href=\"/a/icons")));
    struct html p = sink();
    html_icon(&p, "phone", NULL);
    ck_assert(str_starts(buf_str(&p.out), S("<svg class=\"i\" aria-hidden")));
}
END_TEST

SUITE("html", 60, open_mem, close_mem,
      text_is_escaped_and_controls_are_dropped,
      every_byte_is_escaped_wherever_it_stands,
      numbers_and_markup_pass_by_their_type,
      a_full_page_says_so,
      only_own_paths_and_known_schemes_are_addresses,
      a_part_of_a_url_cannot_leave_its_place,
      markdown_knows_tables_strikethrough_and_links,
      markdown_lets_no_markup_and_no_program_through,
      very_long_markdown_is_shown_as_text,
      naughty_strings_stay_text,
      an_icon_that_points_is_mirrored)
