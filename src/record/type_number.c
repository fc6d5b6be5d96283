/* type_number.c - whole numbers, decimals, money, percent, duration, yes/no. All exact.
 *
 * Canonical text is ASCII: "-12.500" (decimal, all its places), "1234.50 BDT"
 * (money), "12.5" (percent), microseconds as an integer (duration), "true".
 */
#include "msg/record.h"
#include "record/type_rows.h"

/* ── whole number ──────────────────────────────────────────────────────────── */

static bool int_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t i;
    (void)c, (void)f;
    if (!parse_int(text, &i, e))
        return false;
    *out = val_int(i);
    return true;
}

static str int_canon(struct arena *a, const struct field *f, const struct val *v)
{
    (void)f;
    return arena_fmt(a, "%lld", (long long)v->i);
}

static str int_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    return f->flags & F_NO_GROUPS ? loc_digits(a, loc, arena_fmt(a, "%lld", (long long)v->i)) : loc_int(a, loc, v->i);
}

static void number_cell(struct html *h, const struct field *f, const struct val *v)
{
    html_lit(h, "<span class=\"num\">");
    html_text(h, type_show(h->a, h->loc, f, v));
    html_lit(h, "</span>");
}

static void number_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                         bool is_invalid)
{
    type_input_line(h, f, "text", "decimal", type_show(h->a, h->loc, f, v), id, is_invalid);
}

const struct type type_int = {
    .name = "integer", .column = "BIGINT",
    .parse = int_parse, .from_canon = int_parse, .canon = int_canon, .show = int_show,
    .cell = number_cell, .input = number_input, .json_type = "integer",
};

/* ── decimal: i / 10^scale ─────────────────────────────────────────────────── */

static str scaled_text(struct arena *a, int64_t i, int scale)
{
    uint64_t abs = i < 0 ? -(uint64_t)i : (uint64_t)i, unit = 1;
    for (int k = 0; k < scale; k++)
        unit *= 10;
    if (scale == 0)
        return arena_fmt(a, "%s%llu", i < 0 ? "-" : "", (unsigned long long)abs);
    return arena_fmt(a, "%s%llu.%0*llu", i < 0 ? "-" : "", (unsigned long long)(abs / unit), scale,
                     (unsigned long long)(abs % unit));
}

static bool decimal_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t i;
    (void)c;
    if (!parse_decimal(text, f->scale, &i, e))
        return false;
    *out = val_int(i);
    return true;
}

static str decimal_canon(struct arena *a, const struct field *f, const struct val *v)
{
    return scaled_text(a, v->i, f->scale);
}

/* "3" and "0.5", not "3.000": a point and three digits read as thousands to many. */
static str decimal_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    int64_t n = v->i;
    int scale = f->scale;
    for (; scale > 0 && n % 10 == 0; scale--)
        n /= 10;
    return loc_decimal(a, loc, n, scale);
}

const struct type type_decimal = {
    .name = "decimal", .column = "BIGINT",
    .parse = decimal_parse, .from_canon = decimal_parse, .canon = decimal_canon, .show = decimal_show,
    .cell = number_cell, .input = number_input, .json_type = "string", .json_format = "decimal",
};

/* ── percent: hundredths of a percent ──────────────────────────────────────── */

enum { PERCENT_SCALE = 2 };

static bool percent_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    static const char *const sign[] = { "%", "\u066A" };
    int64_t i;
    (void)c, (void)f;
    for (size_t k = 0; k < countof(sign); k++)
        if (str_ends(text, str_of(sign[k])))
            text = str_trim(str_head(text, text.n - strlen(sign[k])));
    if (!parse_decimal(text, PERCENT_SCALE, &i, e))
        return false;
    *out = val_int(i);
    return true;
}

static str percent_canon(struct arena *a, const struct field *f, const struct val *v)
{
    (void)f;
    return scaled_text(a, v->i, PERCENT_SCALE);
}

static str percent_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)f;
    return loc_percent(a, loc, (double)v->i / 10000, PERCENT_SCALE);
}

const struct type type_percent = {
    .name = "percent", .column = "BIGINT",
    .parse = percent_parse, .from_canon = percent_parse, .canon = percent_canon, .show = percent_show,
    .cell = number_cell, .input = number_input, .json_type = "string", .json_format = "decimal",
};

/* ── money: minor units and a currency; base is filled when it is written ──── */

/* Takes "BDT" off either end of the text; the workspace's currency when there is none. */
static str currency_cut(struct ctx *c, str *text)
{
    str t = *text, code = { 0 };
    if (t.n > 3 && t.p[t.n - 4] == ' ')
        code = str_from(t, t.n - 3), t = str_head(t, t.n - 4);
    else if (t.n > 3 && t.p[3] == ' ')
        code = str_head(t, 3), t = str_from(t, 4);
    for (size_t i = 0; i < code.n; i++)
        if (code.p[i] < 'A' || code.p[i] > 'Z')
            return str_of(c->ws->currency);
    if (code.n == 0)
        return str_of(c->ws->currency);
    *text = str_trim(t);
    return code;
}

static bool money_read(struct ctx *c, str text, bool is_typed, struct val *out, struct err *e)
{
    str code = currency_cut(c, &text);
    const char *currency = arena_cstr(c->a, code);
    int digits = currency_digits(currency);
    int64_t minor;

    if (digits < 0) {
        fail(e, ERR_INVALID, MSG_record_currency_unknown, "currency '%s'", currency);
        return err_arg(e, "value", code);
    }
    if (is_typed ? !parse_money(c->loc, text, currency, &minor, e)
                 : !parse_decimal(text, digits, &minor, e))
        return false;
    *out = val_money(minor, str_of(currency));
    return true;
}

static bool money_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    (void)f;
    return money_read(c, text, true, out, e);
}

static bool money_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    (void)f;
    return money_read(c, text, false, out, e);
}

static str money_canon(struct arena *a, const struct field *f, const struct val *v)
{
    int digits = currency_digits(arena_cstr(a, v->s));
    str amount = scaled_text(a, v->i, digits < 0 ? 0 : digits);
    (void)f;
    return arena_fmt(a, "%.*s %.*s", STR_ARG(amount), STR_ARG(v->s));
}

static str money_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)f;
    return loc_money(a, loc, v->i, arena_cstr(a, v->s));
}

/* Amount and currency in one line: "1,250.00 BDT" reads back, in any digits. */
static void money_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                        bool is_invalid)
{
    str text = { 0 };
    if (v->is_set) {
        int digits = currency_digits(arena_cstr(h->a, v->s));
        str amount = loc_decimal(h->a, h->loc, v->i, digits < 0 ? 0 : digits);
        text = arena_fmt(h->a, "%.*s %.*s", STR_ARG(amount), STR_ARG(v->s));
    }
    type_input_line(h, f, "text", NULL, text, id, is_invalid);
}

const struct type type_money = {
    .name = "money", .column = "BIGINT",
    .parse = money_parse, .from_canon = money_from_canon, .canon = money_canon, .show = money_show,
    .cell = number_cell, .input = money_input, .json_type = "object",
};

/* ── duration ──────────────────────────────────────────────────────────────── */

static bool duration_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t us;
    (void)f;
    if (!parse_duration(c->loc, text, &us, e))
        return false;
    *out = val_int(us);
    return true;
}

static str duration_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)f;
    return loc_duration(a, loc, v->i);
}

const struct type type_duration = {
    .name = "duration", .column = "BIGINT",
    .parse = duration_parse, .from_canon = int_parse, .canon = int_canon, .show = duration_show,
    .cell = number_cell, .input = number_input, .json_type = "integer", .json_format = "microseconds",
};

/* ── yes/no ────────────────────────────────────────────────────────────────── */

static bool bool_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    static const char *const yes[] = { "true", "1", "on", "yes", "y", "হ্যাঁ", "हाँ", "हां", "بله", "آری" };
    static const char *const no[] = { "false", "0", "off", "no", "n", "না", "नहीं", "نه", "خیر" };
    (void)c, (void)f;
    for (size_t i = 0; i < countof(yes); i++)
        if (str_eq_ascii_nocase(text, str_of(yes[i]))) {
            *out = val_int(1);
            return true;
        }
    for (size_t i = 0; i < countof(no); i++)
        if (str_eq_ascii_nocase(text, str_of(no[i]))) {
            *out = val_int(0);
            return true;
        }
    fail(e, ERR_INVALID, MSG_record_not_yes_or_no, "yes/no '%.*s'", STR_ARG(text));
    return err_arg(e, "value", text);
}

static str bool_canon(struct arena *a, const struct field *f, const struct val *v)
{
    (void)a, (void)f;
    return v->i ? S("true") : S("false");
}

static str bool_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)f;
    return msg_text(a, loc, v->i ? MSG_record_yes : MSG_record_no, NULL);
}

/* The hidden twin says "no" for an empty box: a form that has the field tells it either way. */
static void bool_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                       bool is_invalid)
{
    (void)is_invalid;
    html_lit(h, "<input type=\"hidden\" name=\"");
    html_cstr(h, f->name);
    html_lit(h, "\" value=\"false\"><input class=\"check\" type=\"checkbox\" value=\"true\" id=\"");
    html_cstr(h, id);
    html_lit(h, "\" name=\"");
    html_cstr(h, f->name);
    html_lit(h, "\"");
    if (v->is_set && v->i)
        html_lit(h, " checked");
    html_lit(h, ">");
}

const struct type type_bool = {
    .name = "yes/no", .column = "BIGINT",
    .parse = bool_parse, .from_canon = bool_parse, .canon = bool_canon, .show = bool_show,
    .cell = type_cell_plain, .input = bool_input, .json_type = "boolean",
};
