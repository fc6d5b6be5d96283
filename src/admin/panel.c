/* panel.c - what the room adds to pages of records: the sign-in of a user, the week of a calendar. */
#include "admin/me.h"
#include "base/id.h"
#include "core/core.h"
#include "core/work_time.h"
#include "lang/country_name.h"
#include "msg/admin.h"
#include "record/query.h"
#include "web/records.h"

static bool has_password(struct ctx *c, int64_t user)
{
    struct err e = { 0 };
    int64_t n = 0;
    bool found;
    return db_get_int(c->c, "SELECT password IS NOT NULL AND password <> '' FROM \"user\" WHERE id = $1", DB_ARGS(V(user)), &found, &n, &e)
        && n;
}

static void user_panel(struct ctx *c, const struct record *r, struct html *side)
{
    str id = id_text(c->a, r->id);
    struct access_view v = {
        .password = url_fmt(c->a, "/users/%.*s/password", STR_ARG(id)), .active = url_fmt(c->a, "/users/%.*s/active", STR_ARG(id)),
        .is_active = record_int(r, "is_active") != 0, .has_password = has_password(c, r->id), .is_self = r->id == c->who->user_id,
    };
    view_user_access(side, &v);
}

static str clock_text(struct html *h, int minute)
{
    return loc_digits(h->a, h->loc, arena_fmt(h->a, "%02d:%02d", minute / 60, minute % 60));
}

static str hours_of(struct html *h, const struct biz_day *d)
{
    struct buf b = buf_new(h->a, 256);
    for (int i = 0; i < d->n; i++) {
        str from = clock_text(h, d->v[i].from), to = clock_text(h, d->v[i].to);
        buf_fmt(&b, "%s%.*s\u2013%.*s", i ? ", " : "", STR_ARG(from), STR_ARG(to));
    }
    return buf_str(&b);
}

/* ── holidays ──────────────────────────────────────────────────────────────── */

static int this_year(struct ctx *c) { return ymd_from_days(CALENDAR_GREGORIAN, zone_days(c->ws->zone, c->now)).y; }

static bool coming(struct ctx *c, const struct record *r, struct hours_view *v, struct err *e)
{
    enum { SHOWN = 40, DAYS = 366 };
    int64_t today = zone_days(c->loc->zone, c->now);
    str text = arena_fmt(c->a, "work_calendar = %.*s and day >= %.*s and day < %.*s", STR_ARG(id_text(c->a, r->id)),
                         STR_ARG(iso_date(c->a, today)), STR_ARG(iso_date(c->a, today + DAYS)));
    struct list_spec spec = { .en = &holiday_entity, .limit = SHOWN, .filter = text };
    struct list list;
    if (!record_list(c, &spec, &list, e))
        return false;
    struct holiday_line *lines = arena_new(c->a, struct holiday_line, list.n);
    for (size_t i = 0; i < list.n; i++) {
        const struct record *h = list.rows[i];
        lines[i] = (struct holiday_line){ loc_date(c->a, c->loc, record_int(h, "day"), DATE_FULL), record_title(h),
                                          record_url(c->a, &holiday_entity, h->id), record_int(h, "is_expected") != 0 };
    }
    v->holidays = lines;
    v->nholidays = list.n;
    return true;
}

static void holidays_of(struct html *h, struct ctx *c, const struct record *r, struct hours_view *v)
{
    struct err e = { 0 };
    struct record **missing;
    size_t n;
    const char *country = arena_cstr(c->a, record_text(r, "country"));
    v->all = url_fmt(c->a, "/holidays?q=work_calendar+%%3D+%.*s", STR_ARG(id_text(c->a, r->id)));
    if (!coming(c, r, v, &e) || !access_is_admin(c->who)
        || !holidays_missing(c, r->id, country, this_year(c), HOLIDAY_YEARS, &missing, &n, &e) || !n)
        return;
    v->bring = url_fmt(c->a, "/work-calendars/%.*s/holidays", STR_ARG(id_text(c->a, r->id)));
    v->offer = _(admin_holidays_offer, .n = A(n), .country = A(country_name(c->loc->lang, str_of(country))));
}

struct bring { int64_t id; const char *country; size_t added; };

static bool run_bring(struct ctx *tx, void *arg, struct err *e)
{
    struct bring *b = arg;
    return holidays_add(tx, b->id, b->country, this_year(tx), HOLIDAY_YEARS, &b->added, e);
}

void holidays_bring(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    struct record *r;
    struct bring b = { 0 };
    if (!web_param_id(rq, 0, &b.id))
        return;
    if (!record_get(c, &work_calendar_entity, b.id, &r, &e)) {
        web_fail(rq, &e);
        return;
    }
    b.country = arena_cstr(c->a, record_text(r, "country"));
    if (!record_write(c, run_bring, &b, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, record_url(c->a, &work_calendar_entity, b.id).s, msg_text(c->a, c->loc, MSG_admin_holidays_added,
             (const struct msg_arg *)(const void *)&(struct msg_admin_holidays_added_args){ .n = A(b.added) }), c->write_id);
}

static void hours_panel(struct html *h, struct ctx *c, const struct record *r)
{
    struct bizcal *cal = arena_new(h->a, struct bizcal, 1);
    struct hours_view v = { 0 };
    struct err e = { 0 };
    if (!bizcal_parse(record_text(r, "hours"), arena_cstr(h->a, record_text(r, "zone")), cal, &e))
        v.error = err_text(h->a, h->loc, &e);
    for (int i = 0; i < 7 && !v.error.n; i++) {
        int day = (h->loc->week_start + i) % 7;
        v.days[i] = (struct hours_line){ loc_weekday_name(h->a, h->loc, day), hours_of(h, &cal->week[day]), cal->week[day].n == 0 };
    }
    if (cal->nholidays)
        v.count = _(admin_hours_holidays, .n = A(cal->nholidays));
    holidays_of(h, c, r, &v);
    view_hours(h, &v);
}

void admin_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    if (r->en == &user_entity && access_is_admin(c->who))
        user_panel(c, r, side);
    if (r->en == &work_calendar_entity)
        hours_panel(middle, c, r);
}
