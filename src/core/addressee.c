/* addressee.c - a user's language, digits, calendar and zone, from their row. */
#include "core/addressee.h"

static enum digits digits_of(str name, enum digits otherwise)
{
    static const char *const all[] = { "latin", "bengali", "devanagari", "persian" };
    for (size_t i = 0; i < countof(all); i++)
        if (str_eq(name, str_of(all[i])))
            return (enum digits)i;
    return otherwise;
}

static struct locale locale_of(struct ctx *c, struct db_rows *q)
{
    enum lang l = c->ws->lang;
    lang_from_code(db_text_view(q, 2), &l);
    struct locale loc = locale_default(l, c->ws->country);
    loc.digits = digits_of(db_text_view(q, 3), loc.digits);
    str calendar = db_text_view(q, 4);
    if (calendar.n)
        loc.calendar = str_eq(calendar, S("jalali")) ? CALENDAR_JALALI : CALENDAR_GREGORIAN;
    const char *zone = arena_cstr(c->a, db_text_view(q, 5));
    loc.zone = zone[0] && zone_valid(zone) ? zone : c->ws->zone;
    memcpy(loc.currency, c->ws->currency, sizeof loc.currency);
    loc.toman = c->ws->toman;
    return loc;
}

bool addressee_of(struct ctx *c, int64_t user, struct addressee *out, struct err *e)
{
    struct db_rows q;
    *out = (struct addressee){ .id = user, .loc = locale_default(c->ws->lang, c->ws->country) };
    if (!db_query(c->c, &q, "SELECT name, manager, lang, digits, calendar, zone, is_active FROM \"user\""
                            " WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(user)), e))
        return false;
    if (db_next(&q)) {
        out->name = db_text(&q, 0, c->a);
        out->manager = db_int(&q, 1);
        out->loc = locale_of(c, &q);
        out->is_active = db_int(&q, 6) != 0;
    }
    return db_done(&q, e);
}
