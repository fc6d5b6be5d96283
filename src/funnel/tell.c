/* tell.c - a notice for one user, written in their own language, digits and calendar. */
#include "funnel/inside.h"
#include "base/id.h"

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
