/* notify.c - notices in, read marks on. */
#include "core/notify.h"
#include "base/utf8.h"
#include "core/core.h"

bool notify(struct ctx *tx, int64_t user, const char *kind, str title, str path, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &notification_entity);
    if (!user || user == (sys.by ? sys.by : tx->who->user_id))
        return true;
    record_set(r, "recipient", val_ref(user));
    record_set(r, "kind", val_text(str_of(kind)));
    size_t most = entity_field(&notification_entity, S("title"))->max;
    if (utf8_count(title) > most)
        title = arena_fmt(tx->a, "%.*s\u2026", STR_ARG(utf8_head(title, most - 1)));
    record_set(r, "title", val_text(title));
    record_set(r, "path", val_text(path));
    return record_create(&sys, r, e);
}

bool notify_settled(struct ctx *tx, int64_t user, str path, struct err *e)
{
    return db_exec(tx->c, "UPDATE notification SET read_at = $1 WHERE recipient = $2 AND read_at IS NULL AND path = $3",
                   DB_ARGS(V(tx->now), V(user), V(path)), NULL, e);
}

struct mark { int64_t user, id, now; };

static bool run_mark(struct db_conn *tx, void *arg, struct err *e)
{
    const struct mark *m = arg;
    return db_exec(tx, "UPDATE notification SET read_at = $1 WHERE recipient = $2 AND read_at IS NULL"
                       " AND ($3 = 0 OR id = $3)", DB_ARGS(V(m->now), V(m->user), V(m->id)), NULL, e);
}

bool notify_read(struct ctx *c, int64_t user, int64_t id, struct err *e)
{
    struct mark m = { user, id, c->now };
    return db_write(c->ws->db, run_mark, &m, e);
}
