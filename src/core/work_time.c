/* work_time.c - one query: the user's own calendar before the default one. */
#include "core/work_time.h"

bool calendar_of(struct ctx *c, int64_t user, struct bizcal *out, struct err *e)
{
    struct db_rows q;
    str hours = { 0 };
    const char *zone = c->ws->zone;

    if (!db_query(c->c, &q, "SELECT w.hours, w.zone FROM work_calendar w WHERE w.deleted_at IS NULL AND (w.is_default = 1"
                            " OR w.id = (SELECT work_calendar FROM \"user\" WHERE id = $1))"
                            " ORDER BY CASE WHEN w.id = (SELECT work_calendar FROM \"user\" WHERE id = $1) THEN 0 ELSE 1 END,"
                            " w.id LIMIT 1", DB_ARGS(V(user)), e))
        return false;
    if (db_next(&q)) {
        hours = db_text(&q, 0, c->a);
        zone = arena_cstr(c->a, db_text_view(&q, 1));
    }
    if (!db_done(&q, e))
        return false;
    if (hours.n)
        return bizcal_parse(hours, zone, out, e);
    *out = bizcal_default(c->ws->country, zone);
    return true;
}
