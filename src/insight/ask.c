/* ask.c - which period, whose figures: the question every report answers.
 *
 * Periods are the reader's: their calendar, their fiscal year. The query text made
 * here is both what is counted and what the link behind the figure opens, so the
 * two cannot tell different things.
 */
#include "base/id.h"
#include "insight/report.h"
#include "msg/insight.h"

static const struct { const char *name; enum period unit; int offset; } spans[SPAN_COUNT] = {
    [SPAN_MONTH]        = { "month",        PERIOD_MONTH,   0 },
    [SPAN_LAST_MONTH]   = { "last_month",   PERIOD_MONTH,  -1 },
    [SPAN_QUARTER]      = { "quarter",      PERIOD_QUARTER, 0 },
    [SPAN_LAST_QUARTER] = { "last_quarter", PERIOD_QUARTER,-1 },
    [SPAN_YEAR]         = { "year",         PERIOD_YEAR,    0 },
    [SPAN_LAST_YEAR]    = { "last_year",    PERIOD_YEAR,   -1 },
    [SPAN_90]           = { "90_days",      PERIOD_DAY,     0 },
    [SPAN_CUSTOM]       = { "custom",       PERIOD_DAY,     0 },
};

enum { LAST_DAYS = 90, DAYS_MAX = 366 * 30 };

const char *span_name(enum span s) { return spans[s].name; }

static str days_title(struct ctx *c, int64_t from, int64_t to)
{
    const struct msg_insight_from_to_args args = {
        .from = arg_str(loc_date(c->a, c->loc, from, DATE_MEDIUM)), .to = arg_str(loc_date(c->a, c->loc, to - 1, DATE_MEDIUM)),
    };
    return msg_text(c->a, c->loc, MSG_insight_from_to, &args.from);
}

static void ask_days(struct ask *k, int64_t from, int64_t to)
{
    k->from = from;
    k->to = to;
    k->before_from = from - (to - from);
    k->before_to = from;
    k->title = days_title(k->c, from, to);
    k->before_title = days_title(k->c, k->before_from, k->before_to);
}

struct ask ask_new(struct ctx *c, enum span s)
{
    struct ask k = { .c = c, .span = s };
    int64_t today = zone_days(c->loc->zone, c->now);
    if (s == SPAN_90 || s == SPAN_CUSTOM) {
        ask_days(&k, today - LAST_DAYS + 1, today + 1);
        return k;
    }
    period_range(c->loc, spans[s].unit, today, spans[s].offset, &k.from, &k.to);
    period_range(c->loc, spans[s].unit, today, spans[s].offset - 1, &k.before_from, &k.before_to);
    k.title = loc_period(c->a, c->loc, spans[s].unit, k.from);
    k.before_title = loc_period(c->a, c->loc, spans[s].unit, k.before_from);
    int64_t gone = today + 1 - k.from;          /* what is still running is compared with as many days */
    if (today < k.to - 1 && gone > 0 && gone < k.before_to - k.before_from) {
        k.before_to = k.before_from + gone;
        k.before_is_part = true;
    }
    return k;
}

bool ask_custom(struct ask *k, int64_t from, int64_t to, struct err *e)
{
    if (to < from || to - from > DAYS_MAX) {
        fail(e, ERR_INVALID, MSG_insight_bad_period, "%lld days", (long long)(to - from));
        return err_field(e, "to");
    }
    k->span = SPAN_CUSTOM;
    ask_days(k, from, to + 1);
    return true;
}

void ask_whose(struct ask *k, int64_t team, int64_t owner)
{
    struct arena *a = k->c->a;
    k->team = team;
    k->owner = owner;
    k->whose = owner ? arena_fmt(a, " and owner = %.*s", STR_ARG(id_text(a, owner)))
             : team ? arena_fmt(a, " and owner.team = %.*s", STR_ARG(id_text(a, team))) : (str){ 0 };
}

static str between(const struct ask *k, const char *status, int64_t from, int64_t to)
{
    struct arena *a = k->c->a;
    return arena_fmt(a, "status %s and close_date >= %.*s and close_date < %.*s%.*s", status,
                     STR_ARG(iso_date(a, from)), STR_ARG(iso_date(a, to)), STR_ARG(k->whose));
}

str ask_won(const struct ask *k) { return between(k, "= won", k->from, k->to); }
str ask_lost(const struct ask *k) { return between(k, "= lost", k->from, k->to); }
str ask_decided(const struct ask *k) { return between(k, "in (won, lost)", k->from, k->to); }
str ask_won_before(const struct ask *k) { return between(k, "= won", k->before_from, k->before_to); }
str ask_lost_before(const struct ask *k) { return between(k, "= lost", k->before_from, k->before_to); }
str ask_open(const struct ask *k) { return arena_fmt(k->c->a, "status = open%.*s", STR_ARG(k->whose)); }

struct url ask_list(const struct ask *k, const char *path, str filter)
{
    struct html u = html_new(k->c->a, k->c->loc, 8192);
    html_url_part(&u, filter);
    return url_fmt(k->c->a, "/%s?q=%.*s", path, STR_ARG(buf_str(&u.out)));
}

struct url ask_url(const struct ask *k, const char *path)
{
    struct arena *a = k->c->a;
    str who = k->owner ? arena_fmt(a, "&owner=%.*s", STR_ARG(id_text(a, k->owner)))
            : k->team ? arena_fmt(a, "&team=%.*s", STR_ARG(id_text(a, k->team))) : (str){ 0 };
    if (k->span != SPAN_CUSTOM)
        return url_fmt(a, "%s?period=%s%.*s", path, span_name(k->span), STR_ARG(who));
    return url_fmt(a, "%s?period=custom&from=%.*s&to=%.*s%.*s", path, STR_ARG(iso_date(a, k->from)),
                   STR_ARG(iso_date(a, k->to - 1)), STR_ARG(who));
}
