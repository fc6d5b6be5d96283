/* query_value.c - reads the values of a query for the field they are compared with.
 *
 * Words of time become ranges in the reader's zone and calendar when the query
 * runs, never when it is saved: "this quarter" moves on. A literal date names its
 * calendar by its year (1405-09-03 is Jalali), so a saved view means the same to all.
 */
#include "record/query_tree.h"
#include "base/clock.h"
#include "base/id.h"
#include "record/type.h"
#include "msg/query.h"

enum { JALALI_BEFORE = 1700 };

static bool refuse(const struct query *q, const struct query_value *v, int msg, struct err *e)
{
    fail(e, ERR_INVALID, msg, "%s: \"%.*s\"", q->path[q->npath - 1], STR_ARG(v->text));
    e->pos = v->pos;
    err_arg(e, "word", v->text);
    return err_arg(e, "name", str_of(q->path[q->npath - 1]));
}

/* ── time ────────────────────────────────────────────────────────────────── */

static int64_t unit_us(enum query_unit u)
{
    switch (u) {
    case UNIT_MINUTE: return MINUTE_US;
    case UNIT_HOUR:   return HOUR_US;
    case UNIT_DAY:    return DAY_US;
    case UNIT_WEEK:   return 7 * DAY_US;
    default:          return 0;
    }
}

static bool is_clock_unit(enum query_unit u)
{
    return u == UNIT_MINUTE || u == UNIT_HOUR;
}

/* The day `n` units on; the last of a month stays within its month. */
static int64_t shift_day(const struct ctx *c, int64_t day, enum query_unit u, int n)
{
    enum calendar cal = c->loc->calendar;
    int months = u == UNIT_MONTH ? n : u == UNIT_QUARTER ? 3 * n : 12 * n;

    if (unit_us(u))
        return day + n * (unit_us(u) / DAY_US);
    struct ymd d = ymd_from_days(cal, day);
    int m = d.y * 12 + d.m - 1 + months;
    d.y = m / 12;
    d.m = m % 12 + 1;
    if (d.d > month_days(cal, d.y, d.m))
        d.d = month_days(cal, d.y, d.m);
    return days_from_ymd(cal, d);
}

static int64_t today(const struct ctx *c)
{
    return zone_days(c->loc->zone, c->now);
}

static int64_t day_start(const struct ctx *c, int64_t day)
{
    return zone_instant(c->loc->zone, day, 0);
}

/* A literal: a day, in either calendar, between hyphens or strokes, or an instant. */
static bool read_literal(struct ctx *c, str text, int64_t *day, int64_t *instant, bool *is_instant)
{
    str s = ascii_digits(c->a, text), rest = s;
    int64_t y, m, d;

    *is_instant = parse_iso_instant(s, instant);
    if (*is_instant)
        return true;
    char between = str_find_char(s, '/') >= 0 ? '/' : '-';
    str ys = str_cut(&rest, between), ms = str_cut(&rest, between);
    size_t least = between == '/' ? 1 : 2;      /* 1405/9/1, as it is written by hand */
    if (ys.n != 4 || ms.n < least || ms.n > 2 || rest.n < least || rest.n > 2
        || !str_to_int(ys, &y) || !str_to_int(ms, &m) || !str_to_int(rest, &d) || y < 1)
        return false;
    enum calendar cal = y < JALALI_BEFORE ? CALENDAR_JALALI : CALENDAR_GREGORIAN;
    struct ymd date = { (int)y, (int)m, (int)d };
    if (!ymd_valid(cal, date))
        return false;
    *day = days_from_ymd(cal, date);
    return true;
}

/* Moves a day or an instant by the value's offset; hours make an instant of a day. */
static void shift(const struct ctx *c, const struct query_value *v, int64_t *day, int64_t *instant, bool *is_instant)
{
    if (!*is_instant && is_clock_unit(v->unit)) {
        *instant = day_start(c, *day);
        *is_instant = true;
    }
    if (!*is_instant) {
        *day = shift_day(c, *day, v->unit, v->offset);
    } else if (unit_us(v->unit)) {
        *instant += v->offset * unit_us(v->unit);
    } else {
        const char *zone = c->loc->zone;
        int64_t to = shift_day(c, zone_days(zone, *instant), v->unit, v->offset);
        *instant = zone_instant(zone, to, zone_us_of_day(zone, *instant));
    }
}

static bool read_time(struct ctx *c, const struct query *q, const struct query_value *v,
                      enum leaf kind, struct bound *out, struct err *e)
{
    int64_t day = 0, instant = c->now;
    bool is_instant = v->word == WORD_NOW;

    switch (v->word) {
    case WORD_NOW:       break;
    case WORD_TODAY:     day = today(c); break;
    case WORD_YESTERDAY: day = today(c) - 1; break;
    case WORD_TOMORROW:  day = today(c) + 1; break;
    default:
        if (v->has_offset || !read_literal(c, v->text, &day, &instant, &is_instant))
            return refuse(q, v, MSG_query_need_date, e);
    }
    if (v->has_offset)
        shift(c, v, &day, &instant, &is_instant);
    if (kind == LEAF_DATE) {
        out->from = is_instant ? zone_days(c->loc->zone, instant) : day;
        out->to = out->from + 1;
    } else {
        out->from = is_instant ? instant : day_start(c, day);
        out->to = is_instant ? instant + 1 : day_start(c, day + 1);
    }
    return true;
}

bool query_period_range(struct ctx *c, const struct query *q, int64_t *from, int64_t *to, struct err *e)
{
    const struct query_period *p = &q->period;
    bool is_date = query_leaf_kind(query_leaf(q)) == LEAF_DATE, is_clock = is_clock_unit(p->unit);
    int64_t day = today(c);

    if (is_clock && (is_date || p->kind == IN_PERIOD)) {
        fail(e, ERR_INVALID, is_date ? MSG_query_no_clock : MSG_query_no_clock_period, "unit %d", (int)p->unit);
        e->pos = q->pos;
        return err_arg(e, "name", str_of(q->path[q->npath - 1]));
    }
    if (is_clock) {
        int64_t span = p->count * unit_us(p->unit);
        *from = p->kind == WITHIN_PAST ? c->now - span : c->now;
        *to = p->kind == WITHIN_PAST ? c->now + 1 : c->now + span;
        return true;
    }
    if (p->kind == IN_PERIOD) {
        period_range(c->loc, (enum period)p->unit, day, p->offset, from, to);
    } else {
        *from = p->kind == WITHIN_PAST ? shift_day(c, day, p->unit, -p->count) + 1 : day;
        *to = p->kind == WITHIN_PAST ? day + 1 : shift_day(c, day, p->unit, p->count);
    }
    if (!is_date) {
        *from = day_start(c, *from);
        *to = day_start(c, *to);
    }
    return true;
}

/* ── numbers, choices, yes or no ─────────────────────────────────────────── */

static bool read_duration(struct ctx *c, const struct query_value *v, int64_t *out)
{
    struct err ignored;
    if (!v->has_offset)
        return parse_duration(c->loc, v->text, out, &ignored);
    *out = v->offset * unit_us(v->unit);
    return v->word == WORD_NONE && *out != 0;
}

static bool read_number(struct ctx *c, const struct query *q, const struct query_value *v, int64_t *out, struct err *e)
{
    const struct field *f = query_leaf(q);
    enum field_type type = f->type;
    str text = type == FIELD_PERCENT && str_ends(v->text, S("%")) ? str_head(v->text, v->text.n - 1) : v->text;
    struct err ignored;
    bool is_read = false;

    if (type == FIELD_DURATION)
        return read_duration(c, v, out) || refuse(q, v, MSG_query_need_duration, e);
    if (v->has_offset)
        return refuse(q, v, MSG_query_need_number, e);
    if (type == FIELD_INT)
        is_read = parse_int(text, out, &ignored);
    else if (type == FIELD_MONEY)
        is_read = parse_money(c->loc, text, c->ws->currency, out, &ignored);
    else
        is_read = parse_decimal(text, type == FIELD_PERCENT ? 2 : f->scale, out, &ignored);
    return is_read || refuse(q, v, MSG_query_need_number, e);
}

static bool is_one_of(str text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_ascii_nocase(text, str_of(words[i])))
            return true;
    return false;
}

bool query_is_true(const struct query_value *v)
{
    static const char *const yes[] = { "true", "yes", "1" };
    return is_one_of(v->text, yes, countof(yes));
}

static bool read_bool(const struct query *q, const struct query_value *v, struct err *e)
{
    static const char *const no[] = { "false", "no", "0" };
    return query_is_true(v) || is_one_of(v->text, no, countof(no)) || refuse(q, v, MSG_query_need_bool, e);
}

/* A country, a kind of record: by code or name. What is neither may have been kept as it was written. */
static bool read_word(struct ctx *c, const struct query *q, const struct query_value *v, struct bound *out)
{
    struct val read;
    struct err ignored;
    if (type_parse(c, query_leaf(q), v->text, &read, &ignored) && read.is_set)
        out->text = read.s;
    return true;
}

/* By value, or by its label in the reader's language. */
static bool read_choice(struct ctx *c, const struct query *q, const struct query_value *v, struct bound *out, struct err *e)
{
    struct nearest near = nearest_to(v->text);
    str folded = fold(c->a, v->text);

    for (const struct choice *o = query_leaf(q)->choices; o && o->value; o++) {
        bool is_it = str_eq_ascii_nocase(v->text, str_of(o->value))
                  || (folded.n && str_eq(folded, fold(c->a, msg_text(c->a, c->loc, o->label, NULL))));
        if (is_it) {
            out->text = str_of(o->value);
            return true;
        }
        nearest_offer(&near, str_of(o->value));
    }
    refuse(q, v, near.best.n ? MSG_query_need_choice_near : MSG_query_need_choice, e);
    return err_arg(e, "near", near.best);
}

/* ── references ──────────────────────────────────────────────────────────── */

static bool refuse_word(struct ctx *c, const struct query *q, const struct query_value *v,
                        const struct entity *target, struct err *e)
{
    refuse(q, v, MSG_query_no_me, e);
    return err_arg(e, "entity", msg_text(c->a, c->loc, target->label, NULL));
}

static bool read_ref(struct ctx *c, const struct query *q, const struct query_value *v, struct bound *out, struct err *e)
{
    const struct entity *target = query_target(query_leaf(q));

    if (v->word == WORD_ME || v->word == WORD_MY_TEAM) {
        const char *fits = v->word == WORD_ME ? "user" : "team";
        if (strcmp(target->name, fits))
            return refuse_word(c, q, v, target, e);
        out->from = c->who->user_id;
        out->is_my_team = v->word == WORD_MY_TEAM;
        return true;
    }
    if (v->is_quoted) {
        out->is_title = true;
        out->text = v->text;
        return true;
    }
    return id_parse(v->text, &out->from) || refuse(q, v, MSG_query_need_record, e);
}

/* E-mails, phones and addresses are stored in one form; what is no whole one stays as typed. */
static str read_text(struct ctx *c, const struct field *f, str text)
{
    bool is_formed = f->type == FIELD_EMAIL || f->type == FIELD_PHONE || f->type == FIELD_URL;
    struct val v;
    struct err ignored;
    return is_formed && type_parse(c, f, text, &v, &ignored) && v.is_set ? v.s : text;
}

bool query_bound(struct ctx *c, const struct query *q, const struct query_value *v, struct bound *out, struct err *e)
{
    const struct field *f = query_leaf(q);
    *out = (struct bound){ .text = v->text };

    switch (query_leaf_kind(f)) {
    case LEAF_NUMBER:
        return read_number(c, q, v, &out->from, e);
    case LEAF_DATE:
    case LEAF_INSTANT:
        return read_time(c, q, v, query_leaf_kind(f), out, e);
    case LEAF_BOOL:
        return read_bool(q, v, e);
    case LEAF_CHOICE:
        return f->choices ? read_choice(c, q, v, out, e) : read_word(c, q, v, out);
    case LEAF_SET:
        return !f->choices || read_choice(c, q, v, out, e);
    case LEAF_REF:
        return read_ref(c, q, v, out, e);
    case LEAF_ID:
        return id_parse(v->text, &out->from) || refuse(q, v, MSG_query_need_record, e);
    case LEAF_TEXT:
        out->text = read_text(c, f, v->text);
        return true;
    }
    return false;
}
