/* bin.c - deleted records by the time they went; one index an entity, over deleted ones alone. */
#include "record/bin.h"
#include "base/clock.h"
#include "record/access.h"
#include "record/sql.h"

static int64_t oldest(const struct ctx *c) { return c->now - UNDO_DAYS * DAY_US; }

bool bin_is_of(const struct ctx *c, const struct entity *en)
{
    return !(en->flags & (E_NO_PAGE | E_NO_DELETE | E_ACCOUNT | E_DERIVED)) && access_scope(c->who, en, ACTION_SEE) != SCOPE_NONE;
}

static struct sql *select_bin(struct ctx *c, const struct entity *en)
{
    struct sql *q = sql_new(c->a);
    sql_lit(q, "SELECT t0.id, t0.deleted_at FROM ");
    sql_name(q, en->name);
    sql_lit(q, " t0 WHERE t0.deleted_at IS NOT NULL AND t0.deleted_at >= ");
    sql_bind(q, V(oldest(c)));
    sql_lit(q, " AND (");
    access_predicate(q, c, en, ACTION_SEE, "t0");
    sql_lit(q, ")");
    return q;
}

static bool read_ids(struct ctx *c, struct sql *q, struct deleted *v, size_t max, size_t *n, struct err *e)
{
    struct db_rows rows;
    size_t got = 0;
    if (!sql_query(c->c, q, &rows, e))
        return false;
    for (; got < max && db_next(&rows); got++) {
        v[got].id = db_int(&rows, 0);
        v[got].at = db_int(&rows, 1);
    }
    *n = got;
    return db_done(&rows, e);
}

/* Who did it, by which write, and what else went then. */
static bool fill(struct ctx *c, struct deleted *d, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT ch.write_id, w.actor_id, u.name, ch.old_text, (SELECT COUNT(*) FROM change x WHERE x.write_id = ch.write_id"
                            " AND x.action = $2) FROM change ch JOIN write_log w ON w.id = ch.write_id"
                            " LEFT JOIN \"user\" u ON u.id = w.actor_id WHERE ch.record_id = $1 AND ch.action = $2 ORDER BY ch.id DESC LIMIT 1",
                  DB_ARGS(V(d->id), V((int)CHANGE_DELETE)), e))
        return false;
    if (db_next(&q)) {
        d->write_id = db_int(&q, 0);
        d->by = db_int(&q, 1);
        d->who = db_text(&q, 2, c->a);
        d->title = db_text(&q, 3, c->a);
        d->with = db_int(&q, 4) - 1;
        d->may_restore = d->by == c->who->user_id || access_is_admin(c->who);
    }
    return db_done(&q, e);
}

static bool fill_all(struct ctx *c, const struct entity *en, struct deleted *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        v[i].en = en;
        if (!fill(c, &v[i], e))
            return false;
    }
    return true;
}

bool bin_find(struct ctx *c, const struct entity *en, int64_t id, struct deleted **out, struct err *e)
{
    struct deleted *d = arena_new(c->a, struct deleted, 1);
    size_t n = 0;
    *out = NULL;
    if (!bin_is_of(c, en))
        return true;
    struct sql *q = select_bin(c, en);
    sql_lit(q, " AND t0.id = ");
    sql_bind(q, V(id));
    if (!read_ids(c, q, d, 1, &n, e) || !fill_all(c, en, d, n, e))
        return false;
    *out = n ? d : NULL;
    return true;
}

bool bin_list(struct ctx *c, const struct entity *en, int64_t at, int64_t id, struct deleted **out, size_t *n, bool *more, struct err *e)
{
    struct deleted *v = arena_new(c->a, struct deleted, BIN_PAGE + 1);
    struct sql *q = select_bin(c, en);
    if (at) {
        sql_lit(q, " AND (t0.deleted_at < ");
        sql_bind(q, V(at));
        sql_lit(q, " OR (t0.deleted_at = ");
        sql_bind(q, V(at));
        sql_lit(q, " AND t0.id < ");
        sql_bind(q, V(id));
        sql_lit(q, "))");
    }
    sql_lit(q, " ORDER BY t0.deleted_at DESC, t0.id DESC LIMIT ");
    sql_bind(q, V(BIN_PAGE + 1));
    if (!read_ids(c, q, v, BIN_PAGE + 1, n, e))
        return false;
    *more = *n > BIN_PAGE;
    *n -= *more;
    *out = v;
    return fill_all(c, en, v, *n, e);
}

bool bin_has(struct ctx *c, const struct entity *en, bool *out, struct err *e)
{
    struct deleted one[1];
    size_t n = 0;
    struct sql *q = select_bin(c, en);
    sql_lit(q, " LIMIT 1");
    bool ok = read_ids(c, q, one, 1, &n, e);
    *out = n > 0;
    return ok;
}
