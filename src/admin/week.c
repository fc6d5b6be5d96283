/* week.c - showing the week of a calendar as a form, and reading it back into the calendar's text. */
#include "admin/week.h"
#include "core/core.h"
#include "lang/bizcal.h"
#include "msg/admin.h"

static const char *part_name(struct arena *a, int day, const char *part, int nth)
{
    return nth ? arena_fmt(a, "hours_%d%s%d", day, part, nth).p : arena_fmt(a, "hours_%d%s", day, part).p;
}

static str posted(struct request *rq, int day, const char *part, int nth)
{
    return str_trim(request_form(rq, part_name(&rq->a, day, part, nth)));
}

static bool is_posted(struct request *rq) { return request_has_form(rq, "hours_form"); }

static bool is_off(struct request *rq, int day, int nth)
{
    size_t n;
    str *v = request_form_all(rq, part_name(&rq->a, day, "_off", 0), &n);
    for (size_t i = 0; i < n; i++)
        if (v[i].n == 1 && v[i].p[0] == '0' + nth)
            return true;
    return false;
}

/* ── reading ───────────────────────────────────────────────────────────────── */

static bool wrong(struct request *rq, int day, msg_id msg, str text, struct err *e)
{
    fail(e, ERR_INVALID, msg, "day %d '%.*s'", day, STR_ARG(str_head(text, 40)));
    e->pos = day + 1;
    err_field(e, "hours");
    err_arg(e, "day", loc_weekday_name(&rq->a, web_ctx(rq)->loc, day));
    return err_arg(e, "text", text);
}

/* "9", "9:30", "9.30" in any digits. */
static bool read_clock(struct request *rq, int day, str typed, int *minutes, struct err *e)
{
    str s = ascii_digits(&rq->a, typed), at = s;
    char *p = arena_new(&rq->a, char, s.n + 4);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] == '.' ? ':' : s.p[i];
    memcpy(p + s.n, ":00", 3);
    at = (str){ p, str_find((str){ p, s.n }, S(":")) < 0 ? s.n + 3 : s.n };
    return bizcal_minutes(at, minutes) || wrong(rq, day, MSG_admin_week_time, typed, e);
}

static bool read_span(struct request *rq, int day, int i, struct biz_day *out, struct err *e)
{
    str from = posted(rq, day, "_from", i), to = posted(rq, day, "_to", i);
    struct biz_interval v;
    if (!from.n && !to.n)
        return true;
    if (!from.n || !to.n)
        return wrong(rq, day, MSG_admin_week_half, from.n ? from : to, e);
    if (!read_clock(rq, day, from, &v.from, e) || !read_clock(rq, day, to, &v.to, e))
        return false;
    if (v.from >= v.to || (out->n && out->v[out->n - 1].to > v.from))
        return wrong(rq, day, MSG_admin_week_order, arena_fmt(&rq->a, "%.*s\u2013%.*s", STR_ARG(from), STR_ARG(to)), e);
    out->v[out->n++] = v;
    return true;
}

static bool read_day(struct request *rq, int day, struct bizcal *c, struct err *e)
{
    struct biz_day *d = &c->week[day];
    if (!posted(rq, day, "", 0).n)
        return true;
    for (int i = 1; i <= BIZ_INTERVALS_MAX; i++)
        if (!read_span(rq, day, i, d, e))
            return false;
    for (int nth = 1; nth <= WEEK_NTH; nth++)
        if (is_off(rq, day, nth) && c->nnth < BIZ_NTH_MAX)
            c->nth[c->nnth++] = (struct biz_nth){ .weekday = day, .nth = nth };
    return d->n > 0 || wrong(rq, day, MSG_admin_week_none, (str){ 0 }, e);
}

static bool read_week(struct request *rq, str rest, str *out, struct err *e)
{
    struct bizcal *c = arena_new(&rq->a, struct bizcal, 1), *kept = arena_new(&rq->a, struct bizcal, 1);
    if (!is_posted(rq)) {
        *out = rest;
        return true;
    }
    if (!bizcal_parse(rest, "UTC", kept, e))
        return err_field(e, "hours");
    *c = *kept;
    memset(c->week, 0, sizeof c->week);
    for (int day = 0; day < 7; day++)
        if (!read_day(rq, day, c, e))
            return false;
    *out = bizcal_text(&rq->a, c);
    return true;
}

/* ── showing ───────────────────────────────────────────────────────────────── */

static str clock_text(struct html *h, int minute)
{
    return loc_digits(h->a, h->loc, arena_fmt(h->a, "%02d:%02d", minute / 60, minute % 60));
}

static const struct biz_nth *off_in(const struct bizcal *c, int day, int nth)
{
    for (int i = 0; i < c->nnth; i++)
        if (c->nth[i].weekday == day && c->nth[i].nth == nth && !c->nth[i].hours.n)
            return &c->nth[i];
    return NULL;
}

/* The calendar without what the rows say. */
static str rest_of(struct arena *a, const struct bizcal *c)
{
    struct bizcal *r = arena_new(a, struct bizcal, 1);
    *r = *c;
    memset(r->week, 0, sizeof r->week);
    r->nnth = 0;
    for (int i = 0; i < c->nnth; i++)
        if (c->nth[i].nth < 0 || c->nth[i].hours.n)
            r->nth[r->nnth++] = c->nth[i];
    return bizcal_text(a, r);
}

static void fill_day(struct html *h, struct request *rq, const struct bizcal *c, int day, struct week_day *d)
{
    static const msg_id nths[WEEK_NTH] = { MSG_admin_week_1, MSG_admin_week_2, MSG_admin_week_3, MSG_admin_week_4, MSG_admin_week_5 };
    bool typed = is_posted(rq);
    const struct biz_day *own = &c->week[day];
    d->name = arena_fmt(h->a, "hours_%d", day);
    d->label = loc_weekday_name(h->a, h->loc, day);
    d->is_open = typed ? posted(rq, day, "", 0).n > 0 : own->n > 0;
    for (int i = 0; i < BIZ_INTERVALS_MAX; i++) {
        struct week_span *s = &d->spans[i];
        s->from_name = str_of(part_name(h->a, day, "_from", i + 1));
        s->to_name = str_of(part_name(h->a, day, "_to", i + 1));
        s->from = typed ? posted(rq, day, "_from", i + 1) : i < own->n ? clock_text(h, own->v[i].from) : (str){ 0 };
        s->to = typed ? posted(rq, day, "_to", i + 1) : i < own->n ? clock_text(h, own->v[i].to) : (str){ 0 };
        if (i < WEEK_SPANS || s->from.n || s->to.n)
            d->nspans = (size_t)i + 1;
    }
    for (int n = 0; n < WEEK_NTH; n++) {
        d->off[n] = (struct week_off){ arena_fmt(h->a, "%d", n + 1), _msg(nths[n]), typed ? is_off(rq, day, n + 1) : off_in(c, day, n + 1) != NULL };
        d->has_off |= d->off[n].is_checked;
    }
}

static void put_week(struct html *h, struct request *rq, const struct record_form *form, const struct field *f)
{
    const struct workspace *ws = web_workspace(rq);
    const struct err *bad = record_form_fault(form, f);
    struct bizcal *c = arena_new(h->a, struct bizcal, 1);
    str text = record_text(form->r, f->name);
    struct err e = { 0 };
    struct week_view v = { .label = _msg(f->label), .hint = f->help ? _msg(f->help) : (str){ 0 }, .error = bad ? err_text(h->a, h->loc, bad) : (str){ 0 } };
    bool is_read = text.n && bizcal_parse(text, "UTC", c, &e);
    if (!is_read) {
        *c = bizcal_default(ws->country, "UTC");
        c->nholidays = 0;
        if (text.n && !bad)
            v.broken = err_text(h->a, h->loc, &e);
    }
    v.rest = is_posted(rq) ? request_form(rq, f->name) : rest_of(h->a, c);
    for (int i = 0; i < 7; i++) {
        int day = (h->loc->week_start + i) % 7;
        fill_day(h, rq, c, day, &v.days[i]);
        v.days[i].is_bad = bad && is_posted(rq) && bad->pos == day + 1;
    }
    view_week(h, &v);
}

const struct field_form week_form = { .entity = &work_calendar_entity, .field = "hours", .row = put_week, .read = read_week };
