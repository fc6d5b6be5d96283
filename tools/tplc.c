/* tplc.c - compiles a typed view (src/ROOM/NAME.html) into C.   usage: tplc FILE > FILE.c
 *
 *   {% include "sell/board.h" %}   where the struct of the view is declared (any number)
 *   {% view NAME %}                void view_NAME(struct html *h, const struct NAME_view *v)
 *   {{ EXPR }}                     a value: escaped by its type and by where it stands
 *   {% if E %} {% elif E %} {% else %} {% end %}
 *   {% each IT : ARRAY, N %} {% end %}      IT points at each of N elements
 *   {% call F(h, ...) %}           any C call: another view, a component
 *   {% let TYPE NAME = E %}        a local name
 *   {# a remark #}                 leaves no trace
 *
 * The tool follows the HTML closely enough to know what a value may stand in: text, a
 * quoted attribute, a URL. Everywhere else (a tag's or attribute's name, <script>, <style>,
 * style="", on...="", a comment) escaping would not protect, so it is an error here. The
 * branches of an {% if %} must end in the same place of the HTML they began in. Words in a
 * view are an error too: people's texts are messages. Types are the C compiler's business;
 * #line makes it speak of the view's lines.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool tplc_compile(const char *file, const char *text, FILE *out, FILE *errors);

enum { NAME_MAX_ = 48, NEST_MAX = 32 };
enum where { TEXT, TAG_NAME, TAG, GLUED, ATTR_NAME, AFTER_NAME, BEFORE_VALUE, VALUE, COMMENT, RAW };
enum attr { ATTR_PLAIN, ATTR_WORDS, ATTR_URL, ATTR_LITERAL };

/* A place in the HTML. */
struct place {
    enum where where;
    enum attr attr;                 /* in VALUE */
    char quote;
    bool in_kbd, in_pre;            /* key names are no words; space counts */
    bool url_began;                 /* a struct url stood at the start of the value */
    char prefix[NAME_MAX_];         /* literal start of a URL value */
    char tag[NAME_MAX_], name[NAME_MAX_];
};

struct nest { enum { NEST_IF, NEST_EACH } kind; struct place start, end; bool has_end, has_else; int line; };

struct tplc {
    const char *file;
    int line;
    FILE *out, *errors;
    struct place at;
    struct nest nest[NEST_MAX];
    int depth;
    bool in_view, any_view, lit_open;
    jmp_buf failed;
};

__attribute__((noreturn, format(printf, 2, 3)))
static void bad(struct tplc *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(t->errors, "%s:%d: error: ", t->file, t->line);
    vfprintf(t->errors, fmt, ap);
    fputc('\n', t->errors);
    va_end(ap);
    longjmp(t->failed, 1);
}

/* ── attributes ──────────────────────────────────────────────────────────── */

struct attr_rule { const char *name; enum attr attr; };
static const struct attr_rule attr_rules[] = {
    { "href", ATTR_URL }, { "src", ATTR_URL }, { "action", ATTR_URL }, { "formaction", ATTR_URL },
    { "hx-get", ATTR_URL }, { "hx-post", ATTR_URL }, { "hx-put", ATTR_URL }, { "hx-patch", ATTR_URL },
    { "hx-delete", ATTR_URL }, { "hx-push-url", ATTR_URL }, { "hx-replace-url", ATTR_URL },
    { "hx-sse:connect", ATTR_URL }, { "poster", ATTR_URL }, { "cite", ATTR_URL },
    { "manifest", ATTR_URL }, { "xlink:href", ATTR_URL },
    { "title", ATTR_WORDS }, { "alt", ATTR_WORDS }, { "placeholder", ATTR_WORDS }, { "label", ATTR_WORDS },
    { "aria-label", ATTR_WORDS }, { "aria-description", ATTR_WORDS }, { "aria-roledescription", ATTR_WORDS },
    { "aria-valuetext", ATTR_WORDS },
    /* read as a program or as several URLs: only what we wrote ourselves */
    { "srcset", ATTR_LITERAL }, { "hx-vals", ATTR_LITERAL }, { "hx-headers", ATTR_LITERAL },
    { "hx-trigger", ATTR_LITERAL }, { "hx-config", ATTR_LITERAL }, { "http-equiv", ATTR_LITERAL },
};

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && !strcmp(s + n - m, tail);
}

static enum attr attr_of(struct tplc *t, const char *name)
{
    if (!strncmp(name, "on", 2) || !strncmp(name, "hx-on", 5))
        bad(t, "%s: code in an attribute is refused by our content policy; write an island in ui/js", name);
    if (!strcmp(name, "style") || !strcmp(name, "srcdoc"))
        bad(t, "%s=\"\" is refused by our content policy; use a class", name);
    for (size_t i = 0; i < sizeof attr_rules / sizeof *attr_rules; i++)
        if (!strcmp(name, attr_rules[i].name))
            return attr_rules[i].attr;
    return ends_with(name, "-url") || ends_with(name, "-href") || ends_with(name, "-src") ? ATTR_URL : ATTR_PLAIN;
}

/* May a percent-encoded value follow this literal start of a URL? A path needs a first
 * segment of its own: "/" and an empty value and "/x" would make another host. */
static bool url_prefix_ok(const char *p)
{
    const char *slash;
    if (p[0] == '/')
        return p[1] && p[1] != '/' && p[1] != '\\';
    if (!strncmp(p, "https://", 8))
        return (slash = strchr(p + 8, '/')) && slash > p + 8;
    return p[0] == '?' || p[0] == '#' || !strcmp(p, "mailto:") || !strcmp(p, "tel:");
}

/* ── following the HTML ──────────────────────────────────────────────────── */

static void add(struct tplc *t, char *name, char c)
{
    size_t n = strlen(name);
    if (n + 1 >= NAME_MAX_)
        bad(t, "a name is too long: %s", name);
    name[n] = (char)tolower((unsigned char)c);
    name[n + 1] = '\0';
}

static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/* Length of a stretch that is no word though it has letters: an entity, the brand. */
static size_t not_a_word(const char *p, const char *end)
{
    if (*p == '&') {
        const char *q = p + 1;
        while (q < end && (isalnum((unsigned char)*q) || *q == '#'))
            q++;
        return q < end && *q == ';' ? (size_t)(q + 1 - p) : 1;
    }
    return end - p >= 4 && !memcmp(p, "Setu", 4) && !(end - p > 4 && isalpha((unsigned char)p[4])) ? 4 : 0;
}

/* ASCII letters and every character outside Latin-1 signs and U+2000..U+2FFF (punctuation, arrows). */
static bool is_letter(const char *p, const char *end)
{
    unsigned char c = (unsigned char)*p, d = p + 1 < end ? (unsigned char)p[1] : 0;
    if (c < 0x80)
        return isalpha(c);
    return (c >= 0xC3 && c != 0xE2 && !(c == 0xC3 && (d == 0x97 || d == 0xB7))) || c >= 0xF0;
}

static void tag_ends(struct tplc *t)
{
    struct place *at = &t->at;
    bool opens = at->tag[0] != '/';
    const char *name = at->tag + !opens;
    if (!strcmp(name, "kbd"))
        at->in_kbd = opens;
    if (!strcmp(name, "pre") || !strcmp(name, "textarea"))
        at->in_pre = opens;
    at->where = opens && (!strcmp(name, "script") || !strcmp(name, "style")) ? RAW : TEXT;
}

static size_t text_step(struct tplc *t, const char *p, const char *end)
{
    size_t skip = not_a_word(p, end);
    if (skip)
        return skip;
    if (*p == '<') {
        char next = p + 1 < end ? p[1] : '\0';
        if (!strncmp(p, "<!--", 4)) {
            t->at.where = COMMENT;
        } else if (isalpha((unsigned char)next) || next == '/' || next == '!') {
            t->at.where = TAG_NAME;
            t->at.tag[0] = '\0';
        } else {
            bad(t, "'<' in text is written &lt;");
        }
    } else if (is_letter(p, end) && !t->at.in_kbd) {
        bad(t, "words in a view are messages: {{ _(room_key) }} and lang/room.*.po (at \"%.*s\")",
            (int)strcspn(p, "<{\n"), p);
    }
    return 1;
}

/* A name in a tag begins, goes on or ends. */
static void tag_step(struct tplc *t, char c)
{
    struct place *at = &t->at;
    if (c == '>') {
        tag_ends(t);
    } else if (is_space(c) || c == '/') {
        if (at->where == TAG_NAME && c == '/' && !at->tag[0])
            add(t, at->tag, c);
        else
            at->where = at->where == ATTR_NAME || at->where == AFTER_NAME ? AFTER_NAME : TAG;
    } else if (at->where == GLUED) {
        bad(t, "a name may not be put together over a statement");
    } else if (at->where == TAG_NAME) {
        add(t, at->tag, c);
    } else if (c == '=' && (at->where == ATTR_NAME || at->where == AFTER_NAME)) {
        at->where = BEFORE_VALUE;
        at->attr = attr_of(t, at->name);
    } else if (c == '"' || c == '\'' || c == '=' || c == '<') {
        bad(t, "'%c' does not belong here in a tag", c);
    } else {
        if (at->where != ATTR_NAME)
            at->name[0] = '\0';
        at->where = ATTR_NAME;
        add(t, at->name, c);
    }
}

static void value_begins(struct tplc *t, char c)
{
    if (is_space(c))
        return;
    if (c != '"' && c != '\'')
        bad(t, "the value of %s must stand in quotes", t->at.name);
    t->at.where = VALUE;
    t->at.quote = c;
    t->at.prefix[0] = '\0';
    t->at.url_began = false;
}

static size_t value_step(struct tplc *t, const char *p, const char *end)
{
    struct place *at = &t->at;
    if (*p == at->quote) {
        if (at->attr == ATTR_URL && !strncmp(at->prefix, "javascript:", 11))
            bad(t, "a javascript: URL");
        at->where = TAG;
        return 1;
    }
    if (at->attr == ATTR_WORDS) {
        size_t skip = not_a_word(p, end);
        if (skip)
            return skip;
        if (is_letter(p, end))
            bad(t, "words in %s are messages: {{ _(room_key) }}", at->name);
    }
    if (at->attr == ATTR_URL && strlen(at->prefix) + 1 < sizeof at->prefix)
        add(t, at->prefix, *p);
    return 1;
}

static size_t step(struct tplc *t, const char *p, const char *end)
{
    switch (t->at.where) {
    case TEXT:
        return text_step(t, p, end);
    case VALUE:
        return value_step(t, p, end);
    case BEFORE_VALUE:
        value_begins(t, *p);
        return 1;
    case COMMENT:
        if (end - p >= 3 && !memcmp(p, "-->", 3))
            return t->at.where = TEXT, 3;
        return 1;
    case RAW:
        if (*p == '<' && end - p > 1 && p[1] == '/')
            t->at.where = TAG_NAME, t->at.tag[0] = '\0';
        else if (!is_space(*p))
            bad(t, "no <script> or <style> with content: our content policy refuses it");
        return 1;
    default:
        tag_step(t, *p);
        return 1;
    }
}

/* ── writing C ───────────────────────────────────────────────────────────── */

static void lit_close(struct tplc *t)
{
    if (t->lit_open)
        fputs("\");\n", t->out);
    t->lit_open = false;
}

static void lit_char(struct tplc *t, char c)
{
    if (!t->lit_open)
        fputs("    html_lit(h, \"", t->out);
    t->lit_open = true;
    if (c == '\n')
        fputs("\\n", t->out);
    else if (c == '"' || c == '\\')
        fprintf(t->out, "\\%c", c);
    else if ((unsigned char)c < 0x20 || (unsigned char)c >= 0x7F || c == '?')
        fprintf(t->out, "\\%03o", (unsigned char)c);
    else
        fputc(c, t->out);
}

/* Literal HTML: followed, and written without the indentation of lines. */
static void literal(struct tplc *t, const char *p, const char *end)
{
    while (p < end) {
        bool loose = t->at.where != VALUE && t->at.where != BEFORE_VALUE && !t->at.in_pre;
        size_t n = step(t, p, end);
        if (!t->in_view && !is_space(*p))
            bad(t, "HTML before the first {%% view %%}");
        for (size_t i = 0; i < n && t->in_view; i++)
            lit_char(t, p[i]);
        t->line += *p == '\n';
        if (*p == '\n' && loose)
            while (p + n < end && (p[n] == ' ' || p[n] == '\t'))
                n++;
        p += n;
    }
}

static void line_mark(struct tplc *t)
{
    lit_close(t);
    fprintf(t->out, "#line %d \"%s\"\n", t->line, t->file);
}

/* {{ expr }}: which function writes it depends on the place. */
static void value(struct tplc *t, const char *expr, int n)
{
    struct place *at = &t->at;
    const char *put = "html_put";
    if (!t->in_view)
        bad(t, "a value before the first {%% view %%}");
    if (at->where == VALUE && at->attr == ATTR_LITERAL)
        bad(t, "no value may stand in %s: it is read as a program", at->name);
    else if (at->where == VALUE && at->attr == ATTR_URL && !at->prefix[0] && !at->url_began)
        put = "html_url", at->url_began = true;
    else if (at->where == VALUE && at->attr == ATTR_URL && !at->url_began && !url_prefix_ok(at->prefix))
        bad(t, "a value may not follow \"%s\" in %s: begin with a struct url or an own path", at->prefix, at->name);
    else if (at->where == VALUE)
        put = at->attr == ATTR_URL ? "html_url_rest" : "html_attr";
    else if (at->where != TEXT)
        bad(t, "a value must stand in text or in a quoted attribute");
    line_mark(t);
    fprintf(t->out, "    %s(h, %.*s);\n", put, n, expr);
}

/* ── statements ──────────────────────────────────────────────────────────── */

/* The end of a C expression: `close` outside strings and brackets. NULL: none. */
static const char *c_end(const char *p, const char *close)
{
    int depth = 0;
    for (; *p; p++) {
        if (*p == '"' || *p == '\'') {
            char q = *p++;
            for (; *p && *p != q; p++)
                if (*p == '\\' && p[1])
                    p++;
            if (!*p)
                return NULL;
        } else if (depth == 0 && !strncmp(p, close, strlen(close))) {
            return p;
        } else if (strchr("([{", *p)) {
            depth++;
        } else if (strchr(")]}", *p)) {
            depth--;
        }
    }
    return NULL;
}

static bool is_c_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(isalpha((unsigned char)s[i]) || s[i] == '_' || (i && isdigit((unsigned char)s[i]))))
            return false;
    return n > 0;
}

/* At a statement a name that was being read is at its end. */
static void settle(struct place *at)
{
    if (at->where == TAG_NAME || at->where == ATTR_NAME || at->where == AFTER_NAME)
        at->where = GLUED;
}

static bool same_place(const struct place *a, const struct place *b)
{
    bool a_tag = a->where == TAG || a->where == GLUED, b_tag = b->where == TAG || b->where == GLUED;
    if (a_tag || b_tag)
        return a_tag && b_tag && !strcmp(a->tag, b->tag);
    if (a->where != b->where || a->in_kbd != b->in_kbd || a->in_pre != b->in_pre)
        return false;
    if (a->where != VALUE || a->attr != ATTR_URL)
        return true;
    bool a_ok = a->url_began || url_prefix_ok(a->prefix), b_ok = b->url_began || url_prefix_ok(b->prefix);
    return (a_ok && b_ok) || (!a_ok && !b_ok && !strcmp(a->prefix, b->prefix));
}

static void branch_ends(struct tplc *t, struct nest *n)
{
    settle(&t->at);
    if (n->has_end && !same_place(&n->end, &t->at))
        bad(t, "the branches of the {%% if %%} of line %d end in different places of the HTML", n->line);
    n->end = t->at;
    n->has_end = true;
}

static void open_nest(struct tplc *t, int kind)
{
    if (t->depth == NEST_MAX)
        bad(t, "nested too deeply");
    settle(&t->at);
    t->nest[t->depth++] = (struct nest){ .kind = kind, .start = t->at, .line = t->line };
}

static struct nest *innermost(struct tplc *t, const char *word)
{
    if (t->depth == 0)
        bad(t, "{%% %s %%} without {%% if %%} or {%% each %%}", word);
    return &t->nest[t->depth - 1];
}

static void do_else(struct tplc *t, const char *cond, int len)
{
    struct nest *n = innermost(t, cond ? "elif" : "else");
    if (n->kind != NEST_IF || n->has_else)
        bad(t, "{%% %s %%} does not belong here", cond ? "elif" : "else");
    branch_ends(t, n);
    n->has_else = !cond;
    t->at = n->start;
    if (cond)
        fprintf(t->out, "    } else if (%.*s) {\n", len, cond);
    else
        fputs("    } else {\n", t->out);
}

static void do_end(struct tplc *t)
{
    struct nest *n = innermost(t, "end");
    branch_ends(t, n);
    if (!n->has_else && !same_place(&n->start, &t->at))
        bad(t, "the block of line %d ends in another place of the HTML than it began", n->line);
    t->depth--;
    fputs("    }\n", t->out);
}

static void do_each(struct tplc *t, const char *s, int len)
{
    const char *colon = memchr(s, ':', (size_t)len), *comma = colon ? c_end(colon + 1, ",") : NULL;
    if (!comma || comma >= s + len)
        bad(t, "{%% each ITEM : ARRAY, COUNT %%}");
    int name = (int)(colon - s);
    while (name > 0 && is_space(s[name - 1]))
        name--;
    if (!is_c_name(s, (size_t)name))
        bad(t, "'%.*s' is no name", name, s);
    int a = (int)(comma - colon - 1), c = (int)(s + len - comma - 1);
    open_nest(t, NEST_EACH);
    fprintf(t->out, "    for (const __typeof__(*(%.*s)) *%.*s = (%.*s), *%.*s_end = %.*s + (%.*s); %.*s < %.*s_end; %.*s++) {\n",
            a, colon + 1, name, s, a, colon + 1, name, s, name, s, c, comma + 1, name, s, name, s, name, s);
}

static void view_ends(struct tplc *t)
{
    if (!t->in_view)
        return;
    if (t->depth) {
        t->line = t->nest[t->depth - 1].line;
        bad(t, "this {%% if %%} or {%% each %%} has no {%% end %%}");
    }
    if (t->at.where != TEXT)
        bad(t, "the view ends inside a tag or a comment");
    lit_close(t);
    fputs("}\n", t->out);
    t->in_view = false;
}

static void do_view(struct tplc *t, const char *s, int len)
{
    if (!is_c_name(s, (size_t)len))
        bad(t, "'%.*s' is no name of a view", len, s);
    view_ends(t);
    line_mark(t);
    fprintf(t->out, "void view_%.*s(struct html *h, const struct %.*s_view *v);\n", len, s, len, s);
    fprintf(t->out, "void view_%.*s(struct html *h, const struct %.*s_view *v)\n{\n    (void)v;\n", len, s, len, s);
    t->at = (struct place){ 0 };
    t->in_view = t->any_view = true;
}

/* s..s+len: "if v->n == 0" without the spaces around. */
static void statement(struct tplc *t, const char *s, int len)
{
    int w = 0;
    while (w < len && !is_space(s[w]))
        w++;
    const char *arg = s + w;
    while (arg < s + len && is_space(*arg))
        arg++;
    int n = (int)(s + len - arg);
#define IS(word) (w == (int)strlen(word) && !memcmp(s, word, (size_t)w))
    if (IS("include") && n > 2 && arg[0] == '"' && !t->any_view) {
        fprintf(t->out, "#include %.*s\n", n, arg);
        return;
    }
    if (IS("view")) {
        do_view(t, arg, n);
        return;
    }
    if (!t->in_view)
        bad(t, "first {%% include %%}, then {%% view NAME %%}");
    if ((IS("if") || IS("elif") || IS("call") || IS("let") || IS("each")) == (n == 0))
        bad(t, "{%% %.*s %%} is not understood", len, s);
    line_mark(t);
    if (IS("if")) {
        open_nest(t, NEST_IF);
        fprintf(t->out, "    if (%.*s) {\n", n, arg);
    } else if (IS("elif") || IS("else")) {
        do_else(t, IS("elif") ? arg : NULL, n);
    } else if (IS("end")) {
        do_end(t);
    } else if (IS("each")) {
        do_each(t, arg, n);
    } else if (IS("let")) {
        fprintf(t->out, "    %.*s;\n", n, arg);
    } else if (IS("call")) {
        if (t->at.where != TEXT)
            bad(t, "{%% call %%} stands in text only");
        fprintf(t->out, "    %.*s;\n", n, arg);
    } else {
        bad(t, "{%% %.*s %%} is not understood", len, s);
    }
#undef IS
}

/* ── the whole file ──────────────────────────────────────────────────────── */

static int trim(const char **s, const char *end)
{
    while (*s < end && is_space(**s))
        ++*s;
    while (end > *s && is_space(end[-1]))
        end--;
    return (int)(end - *s);
}

static void count_lines(struct tplc *t, const char *p, const char *end)
{
    for (; p < end; p++)
        t->line += *p == '\n';
}

/* A statement or remark alone on its line takes the line with it. */
static const char *after_alone(struct tplc *t, const char *text, const char *open, const char *p)
{
    const char *b = open;
    while (b > text && (b[-1] == ' ' || b[-1] == '\t'))
        b--;
    if ((b > text && b[-1] != '\n') || (*p != '\n' && *p))
        return p;
    t->line += *p == '\n';
    p += *p == '\n';
    if (t->at.where != VALUE && !t->at.in_pre)
        p += strspn(p, " \t");
    return p;
}

static const char *one(struct tplc *t, const char *text, const char *open)
{
    char kind = open[1];
    const char *s = open + 2;
    const char *end = kind == '{' ? c_end(s, "}}") : kind == '%' ? c_end(s, "%}") : strstr(s, "#}");
    if (!end)
        bad(t, "{%c is not closed", kind);
    const char *from = s;
    int n = trim(&s, end);
    if (kind == '{') {
        if (n == 0)
            bad(t, "{{ }} is empty");
        value(t, s, n);
    } else if (kind == '%') {
        statement(t, s, n);
    }
    count_lines(t, from, end);
    return kind == '{' ? end + 2 : after_alone(t, text, open, end + 2);
}

bool tplc_compile(const char *file, const char *text, FILE *out, FILE *errors)
{
    struct tplc t = { .file = file, .line = 1, .out = out, .errors = errors };
    if (setjmp(t.failed))
        return false;
    fprintf(out, "/* made by tplc from %s - do not edit */\n#include \"html/html.h\"\n", file);
    const char *p = text;
    for (const char *at = p; (at = strchr(at, '{')) != NULL;) {
        if (at[1] != '{' && at[1] != '%' && at[1] != '#') {
            at++;
            continue;
        }
        literal(&t, p, at);
        p = at = one(&t, text, at);
    }
    literal(&t, p, p + strlen(p));
    view_ends(&t);
    if (!t.any_view)
        bad(&t, "no {%% view NAME %%}");
    return true;
}

#ifndef TPLC_NO_MAIN
int main(int argc, char **argv)
{
    char *text = NULL;
    size_t cap = 0;
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in || getdelim(&text, &cap, '\0', in) < 0)
        return fprintf(stderr, "usage: tplc FILE > FILE.c\n"), 2;
    bool ok = tplc_compile(argv[1], text, stdout, stderr);
    free(text);
    return fclose(in) != 0 || !ok;
}
#endif
