/* tell.c - a notice for one user, written in their own language, digits and calendar. */
#include "funnel/inside.h"
#include "base/id.h"

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

bool reader_of(struct ctx *c, int64_t user, struct reader *out, struct err *e)
{
    struct db_rows q;
    *out = (struct reader){ .id = user };
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

/* Nobody is told what they did themselves. */
bool tell(struct ctx *tx, const struct notice *n, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &notification_entity);
    if (!n->to || n->to == sys.by)
        return true;
    record_set(r, "recipient", val_ref(n->to));
    record_set(r, "kind", val_text(str_of(n->kind)));
    record_set(r, "level", val_text(str_of(n->level)));
    record_set(r, "title", val_text(n->title));
    record_set(r, "body", val_text(n->body));
    record_set(r, "path", val_text(arena_fmt(tx->a, "/leads/%.*s", STR_ARG(id_text(tx->a, n->lead)))));
    record_set(r, "entity", val_text(S("lead")));
    record_set(r, "record", val_int(n->lead));
    return record_create(&sys, r, e);
}
