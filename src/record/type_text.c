/* type_text.c - text and its kinds: line, long text, e-mail, phone, URL, tags, address. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "msg/record.h"
#include "record/type_rows.h"

static bool has_control(str s, bool lines)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if ((ch < 0x20 && !(lines && (ch == '\n' || ch == '\t'))) || ch == 0x7f)
            return true;
    }
    return false;
}

/* CRLF becomes LF: a browser sends the one, everything else means the other. */
static str unix_lines(struct arena *a, str s)
{
    if (str_find_char(s, '\r') < 0)
        return s;
    char *p = arena_new(a, char, s.n + 1), *to = p;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '\r')
            *to++ = s.p[i];
        else if (i + 1 == s.n || s.p[i + 1] != '\n')
            *to++ = '\n';
    return (str){ p, (size_t)(to - p) };
}

/* A line of text that was broken in a spreadsheet or a mail is one line all the same, as a browser's field makes it. */
static str one_line(struct arena *a, str s)
{
    size_t n = 0;
    char *p = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        bool is_break = s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t';
        if (!is_break)
            p[n++] = s.p[i];
        else if (n && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    return (str){ p, n };
}

static bool has_break(str s) { return str_find_char(s, '\n') >= 0 || str_find_char(s, '\r') >= 0 || str_find_char(s, '\t') >= 0; }

static bool checked(struct ctx *c, const struct field *f, str text, bool lines, struct val *out,
                    struct err *e)
{
    if (!utf8_valid(text))
        return fail(e, ERR_INVALID, MSG_record_not_text, "%s: not UTF-8", f->name);
    text = lines ? unix_lines(c->a, text) : has_break(text) ? one_line(c->a, text) : text;
    if (has_control(text, lines))
        return fail(e, ERR_INVALID, MSG_record_control_characters, "%s: control character", f->name);
    text = str_trim(text);
    if (text.n > (size_t)type_max(f) && utf8_count(text) > (size_t)type_max(f)) {
        fail(e, ERR_INVALID, MSG_record_too_long, "%s: %zu bytes", f->name, text.n);
        return err_arg_int(e, "max", type_max(f));
    }
    *out = val_text(arena_str(c->a, text));
    return true;
}

bool type_text_checked(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return checked(c, f, text, false, out, e);
}

static bool long_checked(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return checked(c, f, text, true, out, e);
}

str type_plain_canon(struct arena *a, const struct field *f, const struct val *v)
{
    (void)a, (void)f;
    return v->s;
}

str type_plain_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)a, (void)loc, (void)f;
    return v->s;
}

/* ── shown and asked for ───────────────────────────────────────────────────── */

void type_cell_plain(struct html *h, const struct field *f, const struct val *v)
{
    html_lit(h, "<bdi>");
    html_text(h, type_show(h->a, h->loc, f, v));
    html_lit(h, "</bdi>");
}

static void attribute(struct html *h, const char *name, str value)
{
    html_lit(h, " ");
    html_raw(h, str_of(name));
    html_lit(h, "=\"");
    html_text(h, value);
    html_lit(h, "\"");
}

static void common(struct html *h, const struct field *f, const char *id, bool is_invalid)
{
    attribute(h, "id", str_of(id));
    attribute(h, "name", str_of(f->name));
    if (f->flags & F_REQUIRED)
        html_lit(h, " required");
    if (is_invalid) {
        html_lit(h, " aria-invalid=\"true\"");
        attribute(h, "aria-describedby", arena_fmt(h->a, f->help ? "%s-h %s-e" : "%s-e", id, id));
    } else if (f->help) {
        attribute(h, "aria-describedby", arena_fmt(h->a, "%s-h", id));
    }
}

void type_input_line(struct html *h, const struct field *f, const char *html_type, const char *mode,
                     str value, const char *id, bool is_invalid)
{
    html_lit(h, "<input class=\"in\"");
    attribute(h, "type", str_of(html_type));
    if (mode)
        attribute(h, "inputmode", str_of(mode));
    common(h, f, id, is_invalid);
    if (value.n)
        attribute(h, "value", value);
    if (type_of(f)->is_text && !strcmp(html_type, "text"))
        html_lit(h, " dir=\"auto\"");
    html_lit(h, " autocomplete=\"off\">");
}

static void text_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                       bool is_invalid)
{
    type_input_line(h, f, "text", NULL, v->s, id, is_invalid);
}

static void area(struct html *h, const struct field *f, const struct val *v, const char *id,
                 bool is_invalid, const char *rows)
{
    html_lit(h, "<textarea class=\"in\" dir=\"auto\"");
    attribute(h, "rows", str_of(rows));
    common(h, f, id, is_invalid);
    html_lit(h, ">\n");                         /* the first newline is dropped by the browser */
    html_text(h, v->s);
    html_lit(h, "</textarea>");
}

static void longtext_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                           bool is_invalid)
{
    area(h, f, v, id, is_invalid, "4");
}

static void longtext_cell(struct html *h, const struct field *f, const struct val *v)
{
    (void)f;
    html_lit(h, "<div class=\"md\" dir=\"auto\">");
    html_markup(h, html_markdown(h->a, v->s));
    html_lit(h, "</div>");
}

const struct type type_text = {
    .name = "text", .column = "TEXT", .max = 200, .is_text = true,
    .parse = type_text_checked, .from_canon = type_text_checked,
    .canon = type_plain_canon, .show = type_plain_show,
    .cell = type_cell_plain, .input = text_input, .json_type = "string",
};

const struct type type_longtext = {
    .name = "long text", .column = "TEXT", .max = 20000, .is_text = true,
    .parse = long_checked, .from_canon = long_checked,
    .canon = type_plain_canon, .show = type_plain_show,
    .cell = longtext_cell, .input = longtext_input, .json_type = "string",
};

/* ── e-mail: addr-spec of RFC 5321 as people use it; lower case ────────────── */

static bool is_local_char(unsigned char ch)
{
    return ch >= 0x80 || (ch > ' ' && ch < 0x7f && !strchr("()<>[]:;@\\,\"", ch));
}

static bool domain_ok(str d)
{
    if (d.n < 3 || d.n > 253 || str_find_char(d, '.') < 0)
        return false;
    while (d.n) {
        str label = str_cut(&d, '.');
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++) {
            unsigned char ch = (unsigned char)label.p[i];
            bool ok = ch >= 0x80 || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-';
            if (!ok)
                return false;
        }
        if (d.n == 0 && d.p && d.p[-1] == '.')
            return false;                       /* a dot at the end */
    }
    return true;
}

static bool email_ok(str s)
{
    ptrdiff_t at = str_find_char(s, '@');
    if (at <= 0 || at > 64 || s.n > 254)
        return false;
    str local = str_head(s, (size_t)at);
    for (size_t i = 0; i < local.n; i++)
        if (!is_local_char((unsigned char)local.p[i]))
            return false;
    return local.p[0] != '.' && local.p[local.n - 1] != '.' && str_find(local, S("..")) < 0
        && domain_ok(str_from(s, (size_t)at + 1));
}

static bool email_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    struct val v;
    if (!type_text_checked(c, f, text, &v, e))
        return false;
    v.s = ascii_lower(c->a, v.s);
    if (!email_ok(v.s)) {
        fail(e, ERR_INVALID, MSG_record_email_malformed, "e-mail '%.*s'", STR_ARG(v.s));
        return err_arg(e, "value", v.s);
    }
    *out = v;
    return true;
}

static void email_cell(struct html *h, const struct field *f, const struct val *v)
{
    (void)f;
    html_lit(h, "<a dir=\"ltr\" href=\"mailto:");
    html_url_part(h, v->s);
    html_lit(h, "\">");
    html_text(h, v->s);
    html_lit(h, "</a>");
}

static void email_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                        bool is_invalid)
{
    type_input_line(h, f, "email", NULL, v->s, id, is_invalid);
}

const struct type type_email = {
    .name = "e-mail", .column = "TEXT", .max = 254, .is_text = true,
    .parse = email_parse, .from_canon = email_parse,
    .canon = type_plain_canon, .show = type_plain_show,
    .cell = email_cell, .input = email_input, .json_type = "string", .json_format = "email",
};

/* ── URL: http or https; a bare host gets https ────────────────────────────── */

static bool url_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    struct val v;
    if (!type_text_checked(c, f, text, &v, e))
        return false;
    if (str_find(v.s, S("://")) < 0)
        v.s = arena_fmt(c->a, "https://%.*s", STR_ARG(v.s));
    str host = str_from(v.s, str_starts(v.s, S("https://")) ? 8 : 7);
    bool ok = (str_starts(v.s, S("https://")) || str_starts(v.s, S("http://"))) && host.n > 0
        && str_find_char(host, '.') > 0 && str_find_char(v.s, ' ') < 0 && str_find_char(v.s, '"') < 0;
    if (!ok) {
        fail(e, ERR_INVALID, MSG_record_url_malformed, "url '%.*s'", STR_ARG(text));
        return err_arg(e, "value", text);
    }
    *out = v;
    return true;
}

static void url_cell(struct html *h, const struct field *f, const struct val *v)
{
    (void)f;
    html_lit(h, "<a dir=\"ltr\" rel=\"noopener noreferrer\" target=\"_blank\" href=\"");
    html_url(h, url_checked(v->s));
    html_lit(h, "\">");
    ptrdiff_t at = str_find(v->s, S("://"));
    html_text(h, at < 0 ? v->s : str_from(v->s, (size_t)at + 3));
    html_lit(h, "</a>");
}

static void url_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                      bool is_invalid)
{
    type_input_line(h, f, "text", "url", v->s, id, is_invalid);
}

const struct type type_url = {
    .name = "URL", .column = "TEXT", .max = 2000, .is_text = true,
    .parse = url_parse, .from_canon = url_parse,
    .canon = type_plain_canon, .show = type_plain_show,
    .cell = url_cell, .input = url_input, .json_type = "string", .json_format = "uri",
};

/* ── tags: words between commas, each once, in the order given ─────────────── */

enum { TAG_MAX = 60 };

static bool has_tag(str list, str tag)
{
    while (list.n)
        if (str_eq_ascii_nocase(str_cut(&list, ','), tag))
            return true;
    return false;
}

/* The comma people type: Latin, Arabic, ideographic stays text. */
static str latin_commas(struct arena *a, str s)
{
    struct buf b = buf_new(a, s.n + 1);
    while (s.n) {
        ptrdiff_t at = str_find(s, S("\u060C"));
        buf_put(&b, at < 0 ? s : str_head(s, (size_t)at));
        if (at < 0)
            break;
        buf_char(&b, ',');
        s = str_from(s, (size_t)at + 2);
    }
    return buf_str(&b);
}

static bool tags_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    struct val v;
    if (!type_text_checked(c, f, text, &v, e))
        return false;
    struct buf b = buf_new(c->a, v.s.n + 1);
    for (str rest = latin_commas(c->a, v.s); rest.n;) {
        str tag = str_trim(str_cut(&rest, ','));
        if (tag.n == 0 || has_tag(buf_str(&b), tag))
            continue;
        if (utf8_count(tag) > TAG_MAX) {
            fail(e, ERR_INVALID, MSG_record_tag_too_long, "tag of %zu bytes", tag.n);
            return err_arg_int(e, "max", TAG_MAX);
        }
        if (b.n)
            buf_char(&b, ',');
        buf_put(&b, tag);
    }
    *out = val_text(buf_str(&b));
    return true;
}

static str tags_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    struct buf b = buf_new(a, v->s.n * 3 + 1);
    (void)f;
    for (str rest = v->s; rest.n;) {
        buf_put(&b, str_cut(&rest, ','));
        if (rest.n)
            buf_put(&b, loc->lang == LANG_FA ? S("\u060C ") : S(", "));
    }
    return buf_str(&b);
}

static void tags_cell(struct html *h, const struct field *f, const struct val *v)
{
    (void)f;
    for (str rest = v->s; rest.n;) {
        html_lit(h, "<span class=\"chip\"><bdi>");
        html_text(h, str_cut(&rest, ','));
        html_lit(h, "</bdi></span> ");
    }
}

static void tags_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                       bool is_invalid)
{
    type_input_line(h, f, "text", NULL, type_show(h->a, h->loc, f, v), id, is_invalid);
}

const struct type type_tags = {
    .name = "tags", .column = "TEXT", .max = 1000, .is_text = true,
    .parse = tags_parse, .from_canon = tags_parse,
    .canon = type_plain_canon, .show = tags_show,
    .cell = tags_cell, .input = tags_input, .json_type = "string",
};

/* ── address: lines as they stand on an envelope ───────────────────────────── */

static void address_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                          bool is_invalid)
{
    area(h, f, v, id, is_invalid, "3");
}

static void address_cell(struct html *h, const struct field *f, const struct val *v)
{
    (void)f;
    html_lit(h, "<span class=\"lines-text\" dir=\"auto\">");
    html_text(h, v->s);
    html_lit(h, "</span>");
}

const struct type type_address = {
    .name = "address", .column = "TEXT", .max = 500, .is_text = true,
    .parse = long_checked, .from_canon = long_checked,
    .canon = type_plain_canon, .show = type_plain_show,
    .cell = address_cell, .input = address_input, .json_type = "string",
};
