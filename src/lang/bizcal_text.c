/* bizcal_text.c - the text form of a business calendar, and each country's default.
 *
 *   Sat-Wed 08:00-12:00,13:00-17:00; Thu 08:00-13:00; Fri closed;
 *   nth Sat 2,4 closed; nth Fri last 09:00-12:00; holiday 2026-12-16, 2027-03-26
 *
 * Days that are not named are closed. Parts stand between semicolons or on lines of
 * their own. The text is ASCII and for the API; people fill in a form. What cannot be
 * read is told with its line: the reader of an error may have written a long text.
 */
#include "lang/bizcal.h"
#include "base/buf.h"
#include "lang/country.h"
#include "lang/holiday.h"
#include "msg/lang.h"

static const char day_names[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

/* One entry of the text, and the line it stands on. */
struct part { str s; int line; };

static bool bad(struct err *e, msg_id msg, const struct part *p, str what)
{
    fail(e, ERR_INVALID, msg, "calendar '%.*s'", STR_ARG(str_head(p->s, 80)));
    e->pos = p->line;
    err_arg_int(e, "line", p->line);
    return err_arg(e, "text", what);
}

static bool not_read(struct err *e, const struct part *p)
{
    bad(e, MSG_lang_bizcal_bad, p, p->s);
    return err_arg(e, "example", S("Sun-Thu 09:00-18:00; Fri,Sat closed; nth Sat 2,4 closed; holiday 2026-12-16"));
}

static bool too_many(struct err *e, const struct part *p, int max)
{
    bad(e, MSG_lang_bizcal_many, p, p->s);
    return err_arg_int(e, "max", max);
}

static int weekday_named(str s)
{
    for (int d = 0; d < 7; d++)
        if (str_eq_ascii_nocase(s, str_of(day_names[d])))
            return d;
    return -1;
}

/* "Sun-Thu,Sat" as a bit per day. */
static bool parse_days(str s, unsigned *days)
{
    *days = 0;
    while (s.n) {
        str range = str_cut(&s, ','), first = str_cut(&range, '-');
        int from = weekday_named(str_trim(first)), to = range.n ? weekday_named(str_trim(range)) : from;
        if (from < 0 || to < 0)
            return false;
        for (int d = from;; d = (d + 1) % 7) {
            *days |= 1u << d;
            if (d == to)
                break;
        }
    }
    return *days != 0;
}

bool bizcal_minutes(str s, int *minutes)
{
    str h = str_cut(&s, ':');
    int64_t hour, minute;
    if (h.n > 2 || s.n != 2 || !str_to_int(h, &hour) || !str_to_int(s, &minute) || hour < 0 || hour > 24
        || minute < 0 || minute > 59 || hour * 60 + minute > 1440)
        return false;
    *minutes = (int)(hour * 60 + minute);
    return true;
}

static bool parse_hours(str s, struct biz_day *out, const struct part *p, struct err *e)
{
    struct biz_day day = { .n = 0 };

    for (s = str_trim(s); s.n && !str_eq_ascii_nocase(s, S("closed"));) {
        str whole = str_trim(str_cut(&s, ',')), range = whole, from = str_cut(&range, '-');
        struct biz_interval v;
        if (!bizcal_minutes(str_trim(from), &v.from) || !bizcal_minutes(str_trim(range), &v.to))
            return bad(e, MSG_lang_bizcal_time, p, whole);
        if (v.from >= v.to || (day.n && day.v[day.n - 1].to > v.from))
            return bad(e, MSG_lang_bizcal_order, p, whole);
        if (day.n == BIZ_INTERVALS_MAX)
            return too_many(e, p, BIZ_INTERVALS_MAX);
        day.v[day.n++] = v;
    }
    *out = day;
    return true;
}

/* "Sat 2,4 closed" or "Fri last 09:00-12:00" */
static bool parse_nth(str s, struct bizcal *c, const struct part *p, struct err *e)
{
    str name = str_cut(&s, ' ');
    s = str_trim(s);
    str which = str_cut(&s, ' ');
    int weekday = weekday_named(name);
    struct biz_day hours;

    if (weekday < 0)
        return bad(e, MSG_lang_bizcal_day, p, name);
    if (!which.n || !s.n)
        return not_read(e, p);
    if (!parse_hours(s, &hours, p, e))
        return false;
    while (which.n) {
        str one = str_trim(str_cut(&which, ','));
        int64_t nth = -1;
        if (!str_eq_ascii_nocase(one, S("last")) && (!str_to_int(one, &nth) || nth < 1 || nth > 5))
            return not_read(e, p);
        if (c->nnth == BIZ_NTH_MAX)
            return too_many(e, p, BIZ_NTH_MAX);
        c->nth[c->nnth++] = (struct biz_nth){ weekday, (int)nth, hours };
    }
    return true;
}

/* Keeps the list ascending and without doubles. */
bool bizcal_holiday(struct bizcal *c, int64_t day)
{
    int i = c->nholidays;
    while (i && c->holiday[i - 1] > day)
        i--;
    if (i && c->holiday[i - 1] == day)
        return true;
    if (c->nholidays == BIZ_HOLIDAYS_MAX)
        return false;
    memmove(&c->holiday[i + 1], &c->holiday[i], (size_t)(c->nholidays - i) * sizeof *c->holiday);
    c->holiday[i] = (int32_t)day;
    c->nholidays++;
    return true;
}

static bool parse_holidays(str s, struct bizcal *c, const struct part *p, struct err *e)
{
    while (s.n) {
        str one = str_trim(str_cut(&s, ','));
        int64_t day;
        if (!parse_iso_date(one, &day))
            return bad(e, MSG_lang_bizcal_date, p, one);
        if (!bizcal_holiday(c, day))
            return too_many(e, p, BIZ_HOLIDAYS_MAX);
    }
    return true;
}

static bool parse_part(const struct part *p, struct bizcal *c, struct err *e)
{
    str s = p->s, head = str_cut(&s, ' ');
    struct biz_day hours;
    unsigned days;

    s = str_trim(s);
    if (str_eq_ascii_nocase(head, S("nth")))
        return parse_nth(s, c, p, e);
    if (str_eq_ascii_nocase(head, S("holiday")))
        return s.n ? parse_holidays(s, c, p, e) : not_read(e, p);
    if (!parse_days(head, &days))
        return bad(e, MSG_lang_bizcal_day, p, head);
    if (!s.n)
        return not_read(e, p);
    if (!parse_hours(s, &hours, p, e))
        return false;
    for (int d = 0; d < 7; d++)
        if (days >> d & 1)
            c->week[d] = hours;
    return true;
}

static bool parse_line(str s, int line, struct bizcal *c, struct err *e)
{
    while (s.n) {
        struct part p = { str_trim(str_cut(&s, ';')), line };
        if (p.s.n && !parse_part(&p, c, e))
            return false;
    }
    return true;
}

bool bizcal_parse(str s, const char *zone, struct bizcal *out, struct err *e)
{
    struct bizcal c = { .zone = zone };

    if (!zone_valid(zone)) {
        fail(e, ERR_INVALID, MSG_lang_zone_bad, "zone '%s'", zone ? zone : "");
        return err_arg(e, "text", str_of(zone));
    }
    for (int line = 1; s.n; line++)
        if (!parse_line(str_cut(&s, '\n'), line, &c, e))
            return false;
    *out = c;
    return true;
}

/* ── writing ─────────────────────────────────────────────────────────────── */

static void put_hours(struct buf *b, const struct biz_day *d)
{
    for (int i = 0; i < d->n; i++)
        buf_fmt(b, "%s%02d:%02d-%02d:%02d", i ? "," : " ", d->v[i].from / 60, d->v[i].from % 60,
                d->v[i].to / 60, d->v[i].to % 60);
    if (!d->n)
        buf_lit(b, " closed");
}

static bool same_hours(const struct biz_day *a, const struct biz_day *b)
{
    return a->n == b->n && !memcmp(a->v, b->v, (size_t)a->n * sizeof *a->v);
}

str bizcal_text(struct arena *a, const struct bizcal *c)
{
    struct buf b = buf_new(a, 1 << 16);

    for (int d = 0, last; d < 7; d = last + 1) {
        for (last = d; last < 6 && same_hours(&c->week[d], &c->week[last + 1]);)
            last++;
        buf_fmt(&b, last > d ? "%s%s-%s" : "%s%s", d ? "; " : "", day_names[d], day_names[last]);
        put_hours(&b, &c->week[d]);
    }
    for (int i = 0; i < c->nnth; i++) {
        buf_fmt(&b, c->nth[i].nth < 0 ? "; nth %s last" : "; nth %s %d", day_names[c->nth[i].weekday], c->nth[i].nth);
        put_hours(&b, &c->nth[i].hours);
    }
    for (int i = 0; i < c->nholidays; i++)
        buf_fmt(&b, "%s%.*s", i ? ", " : "; holiday ", STR_ARG(iso_date(a, c->holiday[i])));
    return buf_str(&b);
}

/* ── defaults ────────────────────────────────────────────────────────────── */

enum { HOLIDAYS_FROM = 2020, HOLIDAYS_TO = 2040 };

static void add_public(struct bizcal *c, const char *country)
{
    struct holiday v[HOLIDAYS_YEAR_MAX];
    for (int year = HOLIDAYS_FROM; year <= HOLIDAYS_TO; year++) {
        size_t n = holidays_of_year(country, year, v);
        for (size_t i = 0; i < n; i++)
            bizcal_holiday(c, v[i].day);
    }
}

struct bizcal bizcal_default(const char *country, const char *zone)
{
    static const struct { char country[3]; const char *hours; } weeks[] = {
        { "BD", "Sun-Thu 09:00-18:00" },
        { "IN", "Mon-Sat 10:00-19:00" },
        { "IR", "Sat-Wed 08:00-17:00; Thu 08:00-13:00" },
        { "NP", "Sun-Fri 10:00-17:00" },
    };
    const struct country *known = country_find(country);
    const char *hours = "Mon-Fri 09:00-17:00", *there = zone && zone_valid(zone) ? zone : known->zone;
    struct bizcal c = { .zone = there };
    struct err e;

    for (size_t i = 0; i < countof(weeks); i++)
        if (!strcmp(weeks[i].country, known->code))
            hours = weeks[i].hours;
    if (!bizcal_parse(str_of(hours), there, &c, &e))
        return c;
    add_public(&c, known->code);
    return c;
}
