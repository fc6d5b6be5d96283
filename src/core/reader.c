/* reader.c - rights and locale of a colleague who is not there. */
#include "core/reader.h"

static void locale_of_workspace(const struct workspace *ws, enum lang lang, struct locale *out)
{
    *out = locale_default(lang < LANG_COUNT ? lang : ws->lang, ws->country);
    out->zone = ws->zone;
    out->fiscal_month = ws->fiscal_month ? ws->fiscal_month : 1;
    out->toman = ws->toman;
    memcpy(out->currency, ws->currency, sizeof out->currency);
}

/* What they chose for themselves, as far as it decides what a query means. */
static bool own_settings(struct ctx *c, int64_t user, struct locale *loc, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT calendar, zone FROM \"user\" WHERE id = $1", DB_ARGS(V(user)), e))
        return false;
    if (db_next(&q)) {
        str cal = db_text_view(&q, 0), zone = db_text(&q, 1, c->a);
        if (cal.n)
            loc->calendar = str_eq(cal, S("jalali")) ? CALENDAR_JALALI : CALENDAR_GREGORIAN;
        if (zone.n && zone_valid(zone.p))
            loc->zone = zone.p;
    }
    return db_done(&q, e);
}

bool reader_load(struct ctx *c, int64_t user, struct reader *out, struct err *e)
{
    if (!actor_load(c->a, c->c, user, &out->who, e))
        return false;
    locale_of_workspace(c->ws, out->who.lang, &out->loc);
    if (!own_settings(c, user, &out->loc, e))
        return false;
    out->ctx = *c;
    out->ctx.who = &out->who;
    out->ctx.loc = &out->loc;
    return true;
}
