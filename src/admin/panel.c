/* panel.c - what the room adds to pages of records: the sign-in of a user, the week of a calendar. */
#include "admin/me.h"
#include "base/id.h"
#include "core/core.h"
#include "lang/bizcal.h"
#include "msg/admin.h"

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

static void hours_panel(struct html *h, const struct record *r)
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
        v.holidays = _(admin_hours_holidays, .n = A(cal->nholidays));
    view_hours(h, &v);
}

void admin_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    if (r->en == &user_entity && access_is_admin(c->who))
        user_panel(c, r, side);
    if (r->en == &work_calendar_entity)
        hours_panel(middle, r);
}
