/* form_fields.c - reads the questions of a form and the answers to them.
 *
 * The text is written by people of the company, so every mistake is told with its line and what
 * to write instead. Answers come from strangers: they are checked by the types of the record
 * engine, which also store them, so that a page and a form never disagree on what an address is.
 */
#include "reach/form_fields.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "lang/country_name.h"
#include "msg/core.h"
#include "msg/reach.h"
#include "people/people.h"
#include "record/type.h"

static const char *const kind_names[FORM_KINDS] = {
    "text", "longtext", "email", "phone", "country", "number", "date", "choice", "choices", "yes",
};

static const struct known { const char *key; enum form_kind kind; msg_id label; } knowns[] = {
    { "name",      FORM_TEXT,     MSG_reach_ask_name },
    { "email",     FORM_EMAIL,    MSG_reach_ask_email },
    { "phone",     FORM_PHONE,    MSG_reach_ask_phone },
    { "company",   FORM_TEXT,     MSG_reach_ask_company },
    { "job_title", FORM_TEXT,     MSG_reach_ask_job_title },
    { "city",      FORM_TEXT,     MSG_reach_ask_city },
    { "country",   FORM_COUNTRY,  MSG_reach_ask_country },
    { "interest",  FORM_TEXT,     MSG_reach_ask_interest },
    { "message",   FORM_LONGTEXT, MSG_reach_ask_message },
};

/* Names that the page's own hidden fields have. */
static const char *const reserved[] = { "token", "consent", "homepage", "referrer", "landing", "visitor", "embed", "lang" };

const char *form_kind_name(enum form_kind k) { return kind_names[k]; }

/* ── one line ────────────────────────────────────────────────────────────── */

static bool wrong(struct err *e, int64_t line, msg_id msg, str word)
{
    fail(e, ERR_INVALID, msg, "questions, line %lld: '%.*s'", (long long)line, STR_ARG(str_head(word, 60)));
    e->pos = line;
    err_arg_int(e, "line", line);
    err_arg(e, "word", word);
    return err_field(e, "fields");
}

static bool is_key(str s)
{
    if (!s.n || s.n > FORM_KEY_MAX || s.p[0] < 'a' || s.p[0] > 'z')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
            return false;
    return true;
}

static bool is_reserved(str key)
{
    for (size_t i = 0; i < countof(reserved); i++)
        if (str_eq(key, str_of(reserved[i])))
            return true;
    return str_starts(key, S("utm_"));
}

static bool find_kind(str s, enum form_kind *out)
{
    for (int i = 0; i < FORM_KINDS; i++)
        if (str_eq(s, str_of(kind_names[i]))) {
            *out = (enum form_kind)i;
            return true;
        }
    return false;
}

/* "a|b|c)" after the bracket. */
static bool read_options(struct arena *a, str s, struct form_field *f, int64_t line, struct err *e)
{
    if (!str_ends(s, S(")")))
        return wrong(e, line, MSG_reach_fields_bracket, f->key);
    s.n--;
    f->option = arena_new(a, str, FORM_OPTIONS_MAX);
    while (s.n) {
        str o = str_trim(str_cut(&s, '|'));
        if (!o.n || utf8_count(o) > FORM_LABEL_MAX)
            return wrong(e, line, MSG_reach_fields_option, f->key);
        for (size_t i = 0; i < f->noptions; i++)
            if (str_eq(f->option[i], o))
                return wrong(e, line, MSG_reach_fields_option_twice, o);
        if (f->noptions == FORM_OPTIONS_MAX)
            return wrong(e, line, MSG_reach_fields_options_many, f->key);
        f->option[f->noptions++] = o;
    }
    return true;
}

static bool read_kind(struct arena *a, str s, struct form_field *f, int64_t line, struct err *e)
{
    ptrdiff_t open = str_find_char(s, '(');
    str name = str_trim(open < 0 ? s : str_head(s, (size_t)open));
    if (!find_kind(name, &f->kind))
        return wrong(e, line, MSG_reach_fields_kind, name);
    bool wants = f->kind == FORM_CHOICE || f->kind == FORM_CHOICES;
    if (open >= 0 && !wants)
        return wrong(e, line, MSG_reach_fields_no_options, name);
    if (open >= 0 && !read_options(a, str_from(s, (size_t)open + 1), f, line, e))
        return false;
    return !wants || f->noptions >= 2 || wrong(e, line, MSG_reach_fields_options_few, f->key);
}

static void look_up(struct form_field *f)
{
    for (size_t i = 0; i < countof(knowns); i++)
        if (str_eq(f->key, str_of(knowns[i].key))) {
            f->known = knowns[i].label;
            f->kind = knowns[i].kind;
        }
}

static bool has_control(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
            return true;
    return false;
}

/* The "=" of the label: not one inside the brackets of the options. */
static ptrdiff_t label_at(str s)
{
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        inside = s.p[i] == '(' || (inside && s.p[i] != ')');
        if (s.p[i] == '=' && !inside)
            return (ptrdiff_t)i;
    }
    return -1;
}

static bool read_line(struct arena *a, str s, int64_t line, struct form_field *f, struct err *e)
{
    ptrdiff_t eq = label_at(s);
    str head = str_trim(eq < 0 ? s : str_head(s, (size_t)eq)), key = head;
    if (eq >= 0)
        f->label = str_trim(str_from(s, (size_t)eq + 1));
    if (has_control(s) || utf8_count(f->label) > FORM_LABEL_MAX)
        return wrong(e, line, MSG_reach_fields_label, str_head(key, FORM_KEY_MAX));
    ptrdiff_t colon = str_find_char(head, ':');
    if (colon >= 0)
        key = str_trim(str_head(head, (size_t)colon));
    if ((f->is_required = str_ends(key, S("*"))))
        key = str_trim(str_head(key, key.n - 1));
    f->key = key;
    if (!is_key(key))
        return wrong(e, line, MSG_reach_fields_key, key);
    if (is_reserved(key))
        return wrong(e, line, MSG_reach_fields_reserved, key);
    look_up(f);
    enum form_kind own = f->kind;
    if (colon >= 0 && !read_kind(a, str_trim(str_from(head, (size_t)colon + 1)), f, line, e))
        return false;
    bool is_fixed = f->known && (own == FORM_EMAIL || own == FORM_PHONE) && f->kind != own;
    return !is_fixed || wrong(e, line, MSG_reach_fields_fixed, key);
}

/* ── the whole ───────────────────────────────────────────────────────────── */

static bool is_there(const struct form_field *v, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].key, key))
            return true;
    return false;
}

bool form_fields_parse(struct arena *a, str text, struct form_field **out, size_t *n, struct err *e)
{
    struct form_field *v = arena_new(a, struct form_field, FORM_FIELDS_MAX);
    size_t count = 0;
    if (!utf8_valid(text))
        return wrong(e, 0, MSG_reach_fields_nobody, (str){ 0 });
    for (int64_t line = 1; text.n; line++) {
        str s = str_trim(str_cut(&text, '\n'));
        struct form_field f = { 0 };
        if (!s.n || s.p[0] == '#')
            continue;
        if (count == FORM_FIELDS_MAX)
            return wrong(e, line, MSG_reach_fields_many, s);
        if (!read_line(a, s, line, &f, e))
            return false;
        if (is_there(v, count, f.key))
            return wrong(e, line, MSG_reach_fields_twice, f.key);
        v[count++] = f;
    }
    if (!is_there(v, count, S("email")) && !is_there(v, count, S("phone")))
        return wrong(e, 0, MSG_reach_fields_nobody, (str){ 0 });
    *out = v;
    *n = count;
    return true;
}

str form_field_label(struct arena *a, const struct locale *loc, const struct form_field *f)
{
    if (f->label.n)
        return f->label;
    if (f->known)
        return msg_text(a, loc, f->known, NULL);
    char *p = arena_new(a, char, f->key.n + 1);
    for (size_t i = 0; i < f->key.n; i++)
        p[i] = f->key.p[i] == '_' ? ' ' : f->key.p[i];
    if (f->key.n && *p >= 'a' && *p <= 'z')
        *p = (char)(*p - 0x20);
    return (str){ p, f->key.n };
}

str form_answer_shown(const struct form_field *f, enum lang l, str kept) { return f->kind == FORM_COUNTRY ? country_name(l, kept) : kept; }

/* ── answers ─────────────────────────────────────────────────────────────── */

static bool by_type(struct ctx *c, const struct field *f, str typed, str *out, struct err *e)
{
    struct val v;
    if (!type_parse(c, f, typed, &v, e))
        return false;
    *out = type_canon(c->a, f, &v);
    return true;
}

static bool in_options(const struct form_field *f, str s)
{
    for (size_t i = 0; i < f->noptions; i++)
        if (str_eq(f->option[i], s))
            return true;
    return false;
}

static bool chosen(struct ctx *c, const struct form_field *f, str typed, str *out, struct err *e)
{
    struct buf b = buf_new(c->a, 20000);
    while (typed.n) {
        str one = str_trim(str_cut(&typed, '\n'));
        if (one.n && !in_options(f, one))
            return fail(e, ERR_INVALID, MSG_reach_answer_choice, "no option '%.*s'", STR_ARG(str_head(one, 60)));
        if (one.n && b.n)
            buf_lit(&b, "\n");
        buf_put(&b, one);
    }
    *out = buf_str(&b);
    return true;
}

bool form_answer(struct ctx *c, const struct form_field *f, str typed, str *out, struct err *e)
{
    static const struct field text = { .name = "answer", .type = FIELD_TEXT, .max = FORM_TEXT_MAX };
    static const struct field longtext = { .name = "answer", .type = FIELD_LONGTEXT, .max = FORM_LONGTEXT_MAX };
    static const struct field number = { .name = "answer", .type = FIELD_DECIMAL, .scale = 4 };
    static const struct field date = { .name = "answer", .type = FIELD_DATE };
    static const struct field email = { .name = "answer", .type = FIELD_EMAIL };
    static const struct field phone = { .name = "answer", .type = FIELD_PHONE };
    static const struct field country = { .name = "answer", .type = FIELD_COUNTRY };
    static const struct field *const by_kind[FORM_KINDS] = {
        [FORM_TEXT] = &text, [FORM_LONGTEXT] = &longtext, [FORM_NUMBER] = &number, [FORM_DATE] = &date,
        [FORM_EMAIL] = &email, [FORM_PHONE] = &phone, [FORM_COUNTRY] = &country,
    };
    typed = str_trim(typed);
    if (!typed.n) {
        *out = (str){ 0 };
        return !f->is_required || fail(e, ERR_INVALID, MSG_reach_answer_missing, "%.*s is a must", STR_ARG(f->key));
    }
    if (f->kind == FORM_CHOICE || f->kind == FORM_CHOICES)
        return chosen(c, f, typed, out, e);
    if (f->kind == FORM_YES) {
        *out = S("yes");
        return true;
    }
    return by_type(c, by_kind[f->kind], typed, out, e);
}
