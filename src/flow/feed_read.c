/* feed_read.c - rows of the feed, read from its two tables and put in one order.
 *
 * Read on a snapshot, so both tables are of the same instant. A row whose entity or field this
 * program does not know (any more) is passed over.
 */
#include "flow/inside.h"
#include "record/live.h"

static struct feed_row change_of(struct arena *a, struct db_rows *q)
{
    str field = db_text_view(q, 8);
    const struct entity *en = entity_find(db_text_view(q, 5));
    int64_t record = db_int(q, 6);
    return (struct feed_row){
        .seq = db_int(q, 0), .id = db_int(q, 1), .at = db_int(q, 2), .write_id = db_int(q, 3), .actor_id = db_int(q, 4),
        .en = en, .record_id = record, .person_id = en && str_eq(str_of(en->name), S("person")) ? record : 0,
        .action = (enum change_action)db_int(q, 7), .field = en && field.n ? entity_field(en, field) : NULL,
        .old_text = db_text(q, 9, a), .new_text = db_text(q, 10, a),
    };
}

static struct feed_row event_of(struct arena *a, struct db_rows *q)
{
    str entity = db_text_view(q, 5);
    return (struct feed_row){
        .seq = db_int(q, 0), .id = db_int(q, 1), .at = db_int(q, 2), .write_id = db_int(q, 3), .actor_id = db_int(q, 4),
        .is_event = true, .en = entity.n ? entity_find(entity) : NULL, .record_id = db_int(q, 6), .person_id = db_int(q, 7),
        .kind = db_text(q, 8, a), .channel = db_text(q, 9, a), .source = db_text(q, 10, a), .data = db_text(q, 11, a),
        .campaign_id = db_int(q, 12), .deal_id = db_int(q, 13), .company_id = db_int(q, 14),
        .is_robot = db_int(q, 15) != 0, .is_void = db_int(q, 16) != 0,
    };
}

/* The write of each row is looked up beside it: joined, PostgreSQL, which does not know how few rows are new, read all
 * writes there ever were for each handful of them. */
static bool read_changes(struct ctx *c, int64_t from, int64_t upto, struct feed_row *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT seq, id, (SELECT at FROM write_log WHERE write_log.id = write_id), write_id,"
                            " (SELECT actor_id FROM write_log WHERE write_log.id = write_id), entity, record_id, action,"
                            " field, old_text, new_text FROM change WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT 500",
                  DB_ARGS(V(from), V(upto)), e))
        return false;
    while (*n < FEED_READ && db_next(&q))
        v[(*n)++] = change_of(c->a, &q);
    return db_done(&q, e);
}

static bool read_events(struct ctx *c, int64_t from, int64_t upto, struct feed_row *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT seq, id, at, write_id, actor_id, entity, record_id, person_id, kind, channel, source,"
                            " data, campaign_id, deal_id, company_id, is_robot, is_void FROM event"
                            " WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT 500", DB_ARGS(V(from), V(upto)), e))
        return false;
    while (*n < FEED_READ && db_next(&q))
        v[(*n)++] = event_of(c->a, &q);
    return db_done(&q, e);
}

static bool is_told(const struct feed_row *r, unsigned reads)
{
    if (!r->is_event)
        return r->en != NULL;
    return !r->is_void || reads & FEED_VOIDS;
}

/* Room for as many as are read at once: not zeroed, for most turns read a handful. */
static struct feed_row *room(struct arena *a) { return arena_raw(a, sizeof(struct feed_row), alignof(struct feed_row), FEED_READ); }

bool feed_read(struct ctx *c, unsigned reads, int64_t from, struct feed_row **out, size_t *n, int64_t *to, struct err *e)
{
    struct feed_row *ch = room(c->a), *ev = room(c->a), *v = room(c->a);
    size_t nch = 0, nev = 0, i = 0, k = 0, got = 0;
    if ((reads & FEED_CHANGES && !read_changes(c, from, INT64_MAX, ch, &nch, e))
        || (reads & FEED_EVENTS && !read_events(c, from, INT64_MAX, ev, &nev, e)))
        return false;
    *to = from;
    while (i + k < FEED_READ && (i < nch || k < nev)) {
        const struct feed_row *r = k >= nev || (i < nch && ch[i].seq < ev[k].seq) ? &ch[i++] : &ev[k++];
        *to = r->seq;
        if (is_told(r, reads))
            v[got++] = *r;
    }
    *out = v;
    *n = got;
    return true;
}

bool feed_read_one(struct ctx *c, int64_t seq, struct feed_row **out, struct err *e)
{
    struct feed_row *v = room(c->a);
    size_t n;
    if (!read_changes(c, seq - 1, seq, v, &n, e) || (n == 0 && !read_events(c, seq - 1, seq, v, &n, e)))
        return false;
    *out = n ? v : NULL;
    return true;
}

bool feed_read_end(struct ctx *c, struct feed_end *out, struct err *e)
{
    bool found;
    *out = (struct feed_end){ 0 };
    return db_get_int(c->c, "SELECT seq FROM change ORDER BY seq DESC LIMIT 1", DB_NONE, &found, &out->change, e)
        && db_get_int(c->c, "SELECT seq FROM event ORDER BY seq DESC LIMIT 1", DB_NONE, &found, &out->event, e);
}

struct live_news feed_news(const struct feed_row *r)
{
    if (r->is_event)
        return (struct live_news){ .is_event = true, .kind = r->kind, .person = r->person_id, .company = r->company_id, .deal = r->deal_id };
    return (struct live_news){ .en = r->en, .id = r->record_id, .field = r->field, .old_text = r->old_text, .is_new = r->action == CHANGE_CREATE };
}
