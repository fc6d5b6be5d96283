/* activity.c - what was done with somebody becomes an event, and the day of the last one is kept.
 *
 * The event carries person, company and deal, so that a timeline is one index
 * walk: what a note does not name is taken from its deal, then from its person.
 * last_activity_at is kept beside the record like a mark of presence: it takes
 * no version, or each call would make a colleague's open form stale.
 */
#include "people/inside.h"

struct about { int64_t person, company, deal, lead; };

/* Fills what is not named from the deal, then the company from the person. */
static bool complete(struct ctx *tx, struct about *a, struct err *e)
{
    struct db_rows q;
    if (a->deal && (!a->person || !a->company)) {
        if (!db_query(tx->c, &q, "SELECT person, company FROM deal WHERE id = $1", DB_ARGS(V(a->deal)), e))
            return false;
        if (db_next(&q)) {
            a->person = a->person ? a->person : db_int(&q, 0);
            a->company = a->company ? a->company : db_int(&q, 1);
        }
        if (!db_done(&q, e))
            return false;
    }
    bool found;
    return a->company || !a->person
        || db_get_int(tx->c, "SELECT company FROM person WHERE id = $1", DB_ARGS(V(a->person)), &found, &a->company, e);
}

static bool touch(struct ctx *tx, const struct about *a, int64_t at, struct err *e)
{
    return db_exec(tx->c, "UPDATE person SET last_activity_at = $1 WHERE id = $2"
                          " AND (last_activity_at IS NULL OR last_activity_at < $1)", DB_ARGS(V(at), V(a->person)), NULL, e)
        && db_exec(tx->c, "UPDATE company SET last_activity_at = $1 WHERE id = $2"
                          " AND (last_activity_at IS NULL OR last_activity_at < $1)", DB_ARGS(V(at), V(a->company)), NULL, e)
        && db_exec(tx->c, "UPDATE deal SET last_activity_at = $1 WHERE id = $2"
                          " AND (last_activity_at IS NULL OR last_activity_at < $1)", DB_ARGS(V(at), V(a->deal)), NULL, e)
        && db_exec(tx->c, "UPDATE lead SET last_activity_at = $1 WHERE id = $2"
                          " AND (last_activity_at IS NULL OR last_activity_at < $1)", DB_ARGS(V(at), V(a->lead)), NULL, e);
}

/* Their timelines have one line more: pages that show them look again. */
static void touch_pages(struct ctx *tx, const struct about *a)
{
    record_touch(tx, &person_entity, a->person);
    record_touch(tx, &company_entity, a->company);
    record_touch(tx, entity_find(S("deal")), a->deal);
    record_touch(tx, entity_find(S("lead")), a->lead);
}

static bool tell(struct ctx *tx, const struct record *now, const char *kind, int64_t at, bool is_touch, struct err *e)
{
    struct about a = { record_int(now, "person"), record_int(now, "company"), record_int(now, "deal"), record_int(now, "lead") };
    at = at ? at : tx->now;
    if (!complete(tx, &a, e))
        return false;
    touch_pages(tx, &a);
    struct event ev = { .person_id = a.person, .at = at, .kind = kind, .en = now->en, .record_id = now->id,
                        .deal_id = a.deal, .company_id = a.company };
    return event_add(tx, &ev, e) && (!is_touch || touch(tx, &a, at < tx->now ? at : tx->now, e));
}

/* Moved to another time: the event moves along, or the timeline would lie. */
static bool move(struct ctx *tx, const struct record *old, const struct record *now, const char *kind, struct err *e)
{
    int64_t at = record_int(now, "at");
    if (!at || record_int(old, "at") == at)
        return true;
    return db_exec(tx->c, "UPDATE event SET at = $1 WHERE person_id = $2 AND record_id = $3 AND kind = $4",
                   DB_ARGS(V(at), V(record_int(now, "person")), V(now->id), V(str_of(kind))), NULL, e);
}

bool note_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    return old || tell(tx, now, "note.added", 0, true, e);
}

bool call_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    if (old)
        return !now || move(tx, old, now, "call.held", e);
    return tell(tx, now, "call.held", record_int(now, "at"), true, e);
}

bool meeting_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    bool was_held = old && str_eq(record_text(old, "outcome"), S("held"));
    if (!now)
        return true;
    if (str_eq(record_text(now, "outcome"), S("held")))
        return was_held ? move(tx, old, now, "meeting.held", e) : tell(tx, now, "meeting.held", record_int(now, "at"), true, e);
    return old || tell(tx, now, "meeting.planned", 0, false, e);
}

bool task_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    if (!now)
        return true;
    bool is_done = record_int(now, "done_at") && !(old && record_int(old, "done_at"));
    return (old || tell(tx, now, "task.added", 0, false, e))
        && (!is_done || tell(tx, now, "task.done", record_int(now, "done_at"), true, e));
}
