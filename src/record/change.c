/* change.c - what was written, field by field: the ledger that audit, undo and
 * the history of a record read.
 *
 * One row of write_log an act, one row of change a field. Secret fields are
 * told as changed, never with their values.
 */
#include "base/clock.h"
#include "base/id.h"
#include "msg/record.h"
#include "record/bin.h"
#include "record/sql.h"
#include "record/store.h"
#include "record/type.h"

static int64_t actor_of(const struct ctx *c) { return c->by ? c->by : c->who->user_id; }

static bool log_write(struct ctx *tx, struct err *e)
{
    struct write *w = tx->write;
    if (w->is_logged)
        return true;
    w->is_logged = true;
    struct db_val undo = w->undo_of ? V(w->undo_of) : DB_NULL_VAL;
    return db_exec(tx->c, "INSERT INTO write_log (id, at, actor_id, why, request_id, undo_of)"
                          " VALUES ($1, $2, $3, $4, $5, $6)",
                   DB_ARGS(V(w->id), V(tx->now), V(actor_of(tx)), V(tx->why), V(tx->request_id), undo),
                   NULL, e);
}

void change_touch(struct ctx *tx, const struct entity *en, int64_t id)
{
    struct touched *t = tx->write->touched;
    if (t && t->en == en && t->id == id)
        return;
    struct touched *now = arena_new(tx->a, struct touched, 1);
    *now = (struct touched){ en, id, t };
    tx->write->touched = now;
}

void record_touch(struct ctx *tx, const struct entity *en, int64_t id)
{
    if (id && tx->write)
        change_touch(tx, en, id);
}

static struct db_val text_or_null(str s) { return s.n ? V(s) : DB_NULL_VAL; }

bool change_log(struct ctx *tx, const struct record *r, enum change_action action,
                const struct field *f, str old_text, str new_text, struct err *e)
{
    int64_t seq;
    if (!log_write(tx, e) || !db_seq(tx->c, &seq, e))
        return false;
    change_touch(tx, r->en, r->id);
    if (f && f->flags & F_SECRET)
        old_text = new_text = (str){ 0 };
    return db_exec(tx->c, "INSERT INTO change (id, write_id, entity, record_id, action, field, old_text,"
                          " new_text, seq, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                   DB_ARGS(V(id_mint()), V(tx->write->id), V(str_of(r->en->name)), V(r->id),
                           V((int)action), f ? V(str_of(f->name)) : DB_NULL_VAL,
                           text_or_null(old_text), text_or_null(new_text), V(seq), V(r->version)), NULL, e);
}

bool change_log_fields(struct ctx *tx, const struct record *old, const struct record *now,
                       uint64_t mask, struct err *e)
{
    for (size_t i = 0; i < now->en->nfields; i++) {
        const struct field *f = &now->en->fields[i];
        if (mask >> i & 1 && f->type != FIELD_COMPUTED
            && !change_log(tx, now, CHANGE_UPDATE, f, type_canon(tx->a, f, &old->v[i]),
                           type_canon(tx->a, f, &now->v[i]), e))
            return false;
    }
    return true;
}

/* ── history ───────────────────────────────────────────────────────────────── */

static bool may_read(struct ctx *c, const struct entity *en, const struct field *f)
{
    return !f || access_field(c->who, en, f) != FIELD_RIGHT_HIDDEN;
}

static struct change read_change(struct ctx *c, struct db_rows *q, const struct entity *en)
{
    str field = db_text(q, 5, c->a);
    return (struct change){
        .id = db_int(q, 0), .write_id = db_int(q, 1), .at = db_int(q, 2), .actor_id = db_int(q, 3),
        .action = (enum change_action)db_int(q, 4), .field = field.n ? entity_field(en, field) : NULL,
        .old_text = db_text(q, 6, c->a), .new_text = db_text(q, 7, c->a), .actor = db_text(q, 8, c->a),
        .why = db_text(q, 9, c->a), .request_id = db_text(q, 10, c->a), .is_undone = !db_is_null(q, 11),
        .is_merge = !field.n && db_int(q, 4) == CHANGE_UPDATE,
        .en = en,
    };
}

/* A deleted record keeps its history for those who could see it. */
static bool was_seen(struct ctx *c, const struct entity *en, int64_t id, struct err *e)
{
    struct deleted *d;
    struct err why = *e;
    if (why.code != ERR_NOT_FOUND || !bin_find(c, en, id, &d, e))
        return false;
    if (d)
        *e = (struct err){ 0 };
    else
        *e = why;
    return d != NULL;
}

bool record_history(struct ctx *c, const struct entity *en, int64_t id, int64_t before, int limit,
                    struct change **out, size_t *n, struct err *e)
{
    enum { MAX = 200 };
    struct record *r;
    struct db_rows q;
    size_t got = 0;

    if (!record_get(c, en, id, &r, e) && !was_seen(c, en, id, e))
        return false;
    limit = limit > 0 && limit < MAX ? limit : MAX;
    struct change *v = arena_new(c->a, struct change, limit);
    if (!db_query(c->c, &q, "SELECT ch.id, ch.write_id, w.at, w.actor_id, ch.action, ch.field, ch.old_text,"
                            " ch.new_text, u.name, w.why, w.request_id, w.undone_by FROM change ch"
                            " JOIN write_log w ON w.id = ch.write_id"
                            " LEFT JOIN \"user\" u ON u.id = w.actor_id"
                            " WHERE ch.record_id = $1 AND ch.id < $2 ORDER BY ch.id DESC LIMIT $3",
                  DB_ARGS(V(id), V(before ? before : INT64_MAX), V(limit)), e))
        return false;
    while (db_next(&q)) {
        struct change ch = read_change(c, &q, en);
        ch.record_id = id;
        if (may_read(c, en, ch.field))
            v[got++] = ch;
    }
    if (!db_done(&q, e))
        return false;
    *out = v;
    *n = got;
    return true;
}

bool record_last_write(struct ctx *c, int64_t *write_id, struct err *e)
{
    bool found;
    int64_t id = 0;
    if (!db_get_int(c->c, "SELECT id FROM write_log WHERE actor_id = $1 AND undone_by IS NULL"
                          " AND undo_of IS NULL AND at >= $2 ORDER BY id DESC LIMIT 1",
                    DB_ARGS(V(c->who->user_id), V(c->now - UNDO_DAYS * DAY_US)), &found, &id, e))
        return false;
    *write_id = found ? id : 0;
    return true;
}

/* ── events ────────────────────────────────────────────────────────────────── */

static struct db_val id_or_null(int64_t id) { return id ? V(id) : DB_NULL_VAL; }

bool event_add(struct ctx *tx, const struct event *ev, struct err *e)
{
    int64_t id;
    return event_put(tx, ev, &id, e);
}

bool event_put(struct ctx *tx, const struct event *ev, int64_t *id, struct err *e)
{
    int64_t write_id = tx->write ? tx->write->id : 0, seq;
    *id = id_mint();
    return db_seq(tx->c, &seq, e)
        && db_exec(tx->c, "INSERT INTO event (id, person_id, at, kind, entity, record_id, campaign_id, deal_id,"
                          " company_id, actor_id, channel, source, data, write_id, seq, is_robot, robot_why)"
                          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
                   DB_ARGS(V(*id), V(ev->person_id), V(ev->at ? ev->at : tx->now), V(str_of(ev->kind)),
                           ev->en ? V(str_of(ev->en->name)) : DB_NULL_VAL, id_or_null(ev->record_id),
                           id_or_null(ev->campaign_id), id_or_null(ev->deal_id), id_or_null(ev->company_id),
                           id_or_null(actor_of(tx)), text_or_null(ev->channel), text_or_null(ev->source),
                           text_or_null(ev->data), id_or_null(write_id), V(seq), V(ev->robot_why.n > 0),
                           text_or_null(ev->robot_why)), NULL, e);
}

/* Events of an act that was undone, or of an undo undone: told anew to those who read the feed. */
bool event_turn(struct ctx *tx, int64_t write_id, struct err *e)
{
    enum { AT_ONCE = 1000 };
    struct turned { int64_t person, at, id; } *v = arena_new(tx->a, struct turned, AT_ONCE);
    int64_t seq;
    struct db_rows q;
    for (size_t n = AT_ONCE; n == AT_ONCE; ) {
        n = 0;
        if (!db_query(tx->c, &q, "SELECT id, person_id, at FROM event WHERE (write_id = $1 OR write_id = (SELECT undo_of FROM write_log"
                                 " WHERE id = $1)) AND id > $2 ORDER BY id LIMIT 1000",
                      DB_ARGS(V(write_id), V(v[AT_ONCE - 1].id)), e))
            return false;
        while (db_next(&q))
            v[n++] = (struct turned){ .id = db_int(&q, 0), .person = db_int(&q, 1), .at = db_int(&q, 2) };
        if (!db_done(&q, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!db_seq(tx->c, &seq, e)
                || !db_exec(tx->c, "UPDATE event SET is_void = 1 - is_void, seq = $1 WHERE person_id = $2 AND at = $3 AND id = $4",
                            DB_ARGS(V(seq), V(v[i].person), V(v[i].at), V(v[i].id)), NULL, e))
                return false;
    }
    return true;
}

/* A person's events lie by the person: they are written again there and taken away here, since a spread table
 * moves no row (record/spread.h). Ids and places in the feed stay. */
bool event_move(struct ctx *tx, int64_t from, int64_t to, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO event (person_id, at, id, kind, entity, record_id, campaign_id, deal_id, company_id,"
                          " actor_id, channel, source, data, write_id, is_void, merged_from, is_robot, seq, robot_why)"
                          " SELECT $1, at, id, kind, entity, record_id, campaign_id, deal_id, company_id, actor_id, channel,"
                          " source, data, write_id, is_void, person_id, is_robot, seq, robot_why FROM event WHERE person_id = $2",
                   DB_ARGS(V(to), V(from)), NULL, e)
        && db_exec(tx->c, "DELETE FROM event WHERE person_id = $1", DB_ARGS(V(from)), NULL, e);
}

bool event_move_back(struct ctx *tx, int64_t person, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO event (person_id, at, id, kind, entity, record_id, campaign_id, deal_id, company_id,"
                          " actor_id, channel, source, data, write_id, is_void, merged_from, is_robot, seq, robot_why)"
                          " SELECT $1, at, id, kind, entity, record_id, campaign_id, deal_id, company_id, actor_id, channel,"
                          " source, data, write_id, is_void, NULL, is_robot, seq, robot_why FROM event WHERE merged_from = $1",
                   DB_ARGS(V(person)), NULL, e)
        && db_exec(tx->c, "DELETE FROM event WHERE merged_from = $1", DB_ARGS(V(person)), NULL, e);
}
