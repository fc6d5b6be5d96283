/* type_date.c - dates and instants: ISO in canonical text, the reader's calendar in pages. */
#include "msg/record.h"
#include "record/type_rows.h"

static bool date_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t days;
    (void)f;
    if (!parse_date(c->loc, text, zone_days(c->loc->zone, c->now), &days, e))
        return false;
    *out = val_int(days);
    return true;
}

static bool date_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t days;
    (void)c, (void)f;
    if (!parse_iso_date(text, &days)) {
        fail(e, ERR_INVALID, MSG_record_date_not_iso, "date '%.*s'", STR_ARG(text));
        return err_arg(e, "value", text);
    }
    *out = val_int(days);
    return true;
}

static str date_canon(struct arena *a, const struct field *f, const struct val *v)
{
    (void)f;
    return iso_date(a, v->i);
}

static str date_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)f;
    return loc_date(a, loc, v->i, DATE_MEDIUM);
}

static void time_cell(struct html *h, const struct field *f, const struct val *v)
{
    html_lit(h, "<time datetime=\"");
    html_text(h, type_canon(h->a, f, v));
    html_lit(h, "\">");
    html_text(h, type_show(h->a, h->loc, f, v));
    html_lit(h, "</time>");
}

static void date_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                       bool is_invalid)
{
    type_input_line(h, f, "text", NULL, type_show(h->a, h->loc, f, v), id, is_invalid);
}

const struct type type_date = {
    .name = "date", .column = "BIGINT",
    .parse = date_parse, .from_canon = date_from_canon, .canon = date_canon, .show = date_show,
    .cell = time_cell, .input = date_input, .json_type = "string", .json_format = "date",
};

static bool instant_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t us;
    (void)f;
    if (!parse_instant(c->loc, text, c->now, &us, e))
        return false;
    *out = val_int(us);
    return true;
}

static bool instant_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t us;
    (void)c, (void)f;
    if (!parse_iso_instant(text, &us)) {
        fail(e, ERR_INVALID, MSG_record_instant_not_iso, "instant '%.*s'", STR_ARG(text));
        return err_arg(e, "value", text);
    }
    *out = val_int(us);
    return true;
}

static str instant_canon(struct arena *a, const struct field *f, const struct val *v)
{
    (void)f;
    return iso_instant(a, v->i);
}

static str instant_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)f;
    return loc_instant(a, loc, v->i, DATE_MEDIUM);
}

const struct type type_instant = {
    .name = "instant", .column = "BIGINT",
    .parse = instant_parse, .from_canon = instant_from_canon, .canon = instant_canon, .show = instant_show,
    .cell = time_cell, .input = date_input, .json_type = "string", .json_format = "date-time",
};
