/* The compiler of views: what it accepts, what it refuses, and where it says so. */
#include "../suite.h"
#define TPLC_NO_MAIN
#include "../../tools/tplc.c"
#include "base/str.h"

struct made { char out[16384], err[512]; bool ok; };

static struct made compile(const char *text)
{
    struct made m = { 0 };
    FILE *out = fmemopen(m.out, sizeof m.out, "w"), *err = fmemopen(m.err, sizeof m.err, "w");
    m.ok = tplc_compile("v.html", text, out, err);
    fclose(out);
    fclose(err);
    return m;
}
#define VIEW "{% view x %}\n"

START_TEST(a_view_becomes_a_function_of_its_struct)
{
    struct made m = compile("{% include \"a/b.h\" %}\n" VIEW "<p>{{ v->a }}</p>\n{% view y_2 %}\n1\n");
    ck_assert_msg(m.ok, "%s", m.err);
    ck_assert_ptr_nonnull(strstr(m.out, "#include \"a/b.h\"\n"));
    ck_assert_ptr_nonnull(strstr(m.out, "void view_x(struct html *h, const struct x_view *v)\n{"));
    ck_assert_ptr_nonnull(strstr(m.out, "void view_y_2(struct html *h, const struct y_2_view *v)\n{"));
    ck_assert_ptr_nonnull(strstr(m.out, "#line 3 \"v.html\"\n    html_put(h, v->a);"));
}
END_TEST

/* Each value is written by the function that fits its place. */
START_TEST(a_value_is_escaped_for_where_it_stands)
{
    static const struct { const char *view, *c; } cases[] = {
        { "{{ v->a }}", "html_put(h, v->a);" },
        { "<p title=\"{{ v->a }}\">", "html_attr(h, v->a);" },
        { "<p class='a {{ v->a }}'>", "html_attr(h, v->a);" },
        { "<a href=\"{{ v->u }}\">", "html_url(h, v->u);" },
        { "<a HREF=\"{{ v->u }}\">", "html_url(h, v->u);" },
        { "<a href=\"/deals/{{ v->id }}/edit\">", "html_url_rest(h, v->id);" },
        { "<a href=\"{{ v->u }}?q={{ v->a }}\">", "html_url_rest(h, v->a);" },
        { "<a href=\"?q={{ v->a }}\">", "html_url_rest(h, v->a);" },
        { "<a href=\"mailto:{{ v->a }}\">", "html_url_rest(h, v->a);" },
        { "<a href=\"https://wa.me/{{ v->a }}\">", "html_url_rest(h, v->a);" },
        { "<form hx-post=\"{{ v->u }}\">", "html_url(h, v->u);" },
        { "<div data-edit-url=\"{{ v->u }}\">", "html_url(h, v->u);" },
        { "<textarea>{{ v->a }}</textarea>", "html_put(h, v->a);" },
        { "{{ _(web_hello, .n = A(\"}}\")) }}", "html_put(h, _(web_hello, .n = A(\"}}\")));" },
        { "{{ ((struct x){ { 1 } }).a }}", "html_put(h, ((struct x){ { 1 } }).a);" },
        { "{{ '}' == v->c ? 1 : 0 }}", "html_put(h, '}' == v->c ? 1 : 0);" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", VIEW, cases[i].view);
        struct made m = compile(text);
        ck_assert_msg(m.ok, "%s: %s", cases[i].view, m.err);
        ck_assert_msg(strstr(m.out, cases[i].c) != NULL, "%s:\n%s", cases[i].view, m.out);
    }
}
END_TEST

START_TEST(statements_become_c)
{
    struct made m = compile(VIEW "{% if v->a %}1{% elif v->b %}2{% else %}3{% end %}\n"
        "{% each r : f(v, 1), v->n %}\n<li>{{ r->a }}\n{% end %}\n{% let int n = 3 %}\n{% call ui_chip(h, .a = n) %}\n{# words here #}\n");
    ck_assert_msg(m.ok, "%s", m.err);
    static const char *const parts[] = {
        "if (v->a) {", "} else if (v->b) {", "} else {",
        "for (const __typeof__(*( f(v, 1))) *r = ( f(v, 1)), *r_end = r + ( v->n); r < r_end; r++) {",
        "int n = 3;", "ui_chip(h, .a = n);",
    };
    for (size_t i = 0; i < countof(parts); i++)
        ck_assert_msg(strstr(m.out, parts[i]) != NULL, "%s in\n%s", parts[i], m.out);
    ck_assert_ptr_null(strstr(m.out, "words"));
}
END_TEST

/* What may stand in a tag: whole attributes, and values of equal place in all branches. */
START_TEST(branches_may_add_attributes_and_parts_of_values)
{
    static const char *const good[] = {
        "<a class=\"x{% if v->a %} on{% end %}\"{% if v->a %} aria-current=\"page\"{% end %}>·</a>",
        "<input{% if v->a %} checked{% end %}>", "<input {% if v->a %}checked{% end %}>",
        "<a href=\"{% if v->a %}/a/b{% else %}/c/d{% end %}?q={{ v->q }}\">",
        "{% if v->a %}<a href=\"{{ v->u }}\">{% else %}<span>{% end %}", "<i/>&nbsp;· 12 — Setu &amp; <kbd>Esc</kbd>",
        "<!DOCTYPE html>", "<!-- a remark in words -->", "<script src=\"{{ v->u }}\"></script>", "<p title=\"· &times;\">",
        "<input value=\"some words\">", "<hr>\n\n  <hr>",
    };
    for (size_t i = 0; i < countof(good); i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", VIEW, good[i]);
        struct made m = compile(text);
        ck_assert_msg(m.ok, "%s: %s", good[i], m.err);
    }
}
END_TEST

START_TEST(what_escaping_would_not_protect_is_refused)
{
    static const struct { const char *view, *says; } bad[] = {
        { "<p {{ v->a }}>", "quoted attribute" }, { "<{{ v->a }}>", "'<' in text" }, { "<p{{ v->a }}>", "quoted attribute" },
        { "<p a{{ v->a }}=\"1\">", "quoted attribute" }, { "<p a={{ v->a }}>", "quoted attribute" },
        { "<p a=b>", "must stand in quotes" }, { "<!-- {{ v->a }} -->", "quoted attribute" },
        { "<script>{{ v->a }}</script>", "quoted attribute" }, { "<script>f()</script>", "no <script>" },
        { "<style>a{}</style>", "no <script> or <style>" }, { "<p onclick=\"x\">", "code in an attribute" },
        { "<p ONCLICK=\"{{ v->a }}\">", "code in an attribute" }, { "<p hx-on:click=\"x\">", "code in an attribute" },
        { "<p style=\"{{ v->a }}\">", "style=\"\" is refused" }, { "<iframe srcdoc=\"x\">", "srcdoc" },
        { "<p hx-vals='{{ v->a }}'>", "read as a program" }, { "<p hx-trigger=\"{{ v->a }}\">", "read as a program" },
        { "<a href=\"/{{ v->a }}\">", "may not follow" }, { "<a href=\"//{{ v->a }}\">", "may not follow" },
        { "<a href=\"java{{ v->a }}\">", "may not follow" }, { "<a href=\"https://{{ v->a }}/\">", "may not follow" },
        { "<a href=\"javascript:x\">", "javascript:" }, { "<a href=\"{% if v->a %}/a/{% end %}{{ v->b }}\">", "another place" },
        { "<p>words", "words in a view" }, { "<p>নাম", "words in a view" }, { "<p>فارسی", "words in a view" },
        { "<p>Setup", "words in a view" }, { "<p title=\"Close\">", "words in title" }, { "<p aria-label='x'>", "words in aria-label" },
        { "a < b", "words in a view" }, { "1 < 2", "&lt;" }, { "<p \"x\">", "does not belong" },
        { "<p o{% if v->a %}{% end %}nclick=\"x\">", "put together" }, { "<a {% call f(h) %}>", "in text only" },
        { "{% if v->a %}<p {% end %}>", "another place" }, { "{% if v->a %}<p a=\"{% else %}<p b{% end %}", "different places" },
        { "{% each r : v->r, v->n %}<p {% end %}", "another place" },
        { "{% if v->a %}", "no {% end %}" }, { "{% end %}", "without" }, { "{% else %}", "without" },
        { "{% each r : v->r, 1 %}{% else %}{% end %}", "does not belong" }, { "{% each r v->r %}{% end %}", "each ITEM" },
        { "{% each 1r : v->r, 2 %}{% end %}", "is no name" }, { "{% if %}{% end %}", "not understood" },
        { "{% frob x %}", "not understood" }, { "{{ v->a", "not closed" }, { "{{ }}", "empty" }, { "{{ \"a }}", "not closed" },
        { "{# x", "not closed" }, { "<p", "inside a tag" }, { "<p a=\"", "inside a tag" }, { "{% include \"x.h\" %}", "not understood" },
    };
    for (size_t i = 0; i < countof(bad); i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", VIEW, bad[i].view);
        struct made m = compile(text);
        ck_assert_msg(!m.ok, "accepted: %s\n%s", bad[i].view, m.out);
        ck_assert_msg(strstr(m.err, bad[i].says) != NULL, "%s: %s", bad[i].view, m.err);
    }
    ck_assert(!compile("<p>").ok);
    ck_assert(!compile("").ok);
    ck_assert(!compile("{% view 1x %}").ok);
}
END_TEST

START_TEST(an_error_names_the_line_of_the_view)
{
    ck_assert_ptr_nonnull(strstr(compile(VIEW "<p>\n<p>\n\n<p {{ v->a }}>").err, "v.html:5: error:"));
    ck_assert_ptr_nonnull(strstr(compile(VIEW "{% if a %}\n1\n<p>words").err, "v.html:4: error:"));
    ck_assert_ptr_nonnull(strstr(compile(VIEW "<p>\n{% if a %}\n1\n").err, "v.html:3: error:"));
}
END_TEST

START_TEST(lines_lose_their_indentation_but_values_and_pre_do_not)
{
    struct made m = compile(VIEW "<ul>\n    <li>1\n</ul><pre>\n  2\n</pre><p title=\"1\n  2\">");
    ck_assert_msg(m.ok, "%s", m.err);
    ck_assert_ptr_nonnull(strstr(m.out, "<ul>\\n<li>1\\n</ul><pre>\\n  2\\n</pre><p title=\\\"1\\n  2\\\">"));
}
END_TEST

SUITE("tplc", 60, NULL, NULL,
      a_view_becomes_a_function_of_its_struct,
      a_value_is_escaped_for_where_it_stands,
      statements_become_c,
      branches_may_add_attributes_and_parts_of_values,
      what_escaping_would_not_protect_is_refused,
      an_error_names_the_line_of_the_view,
      lines_lose_their_indentation_but_values_and_pre_do_not)
