/* rule_dry.c - what a rule would have done in the last days: the same matching over the same
 * ledger, with the reader's rights and nothing written.
 *
 * The cause is of then, the condition is asked of the record as it is today: history keeps what
 * changed, not everything that was. The page says so.
 */
#include "flow/rule_inside.h"
#include "base/buf.h"
#include "flow/feed.h"
#include "record/query.h"

enum { SLICE = 50 };

struct cause { int64_t at, record; };
struct causes { struct cause *v; size_t n, max; bool per_record, is_cut; };

static void add(struct causes *k, int64_t at, int64_t record)
{
    if (!record)
        return;
    for (size_t i = 0; k->per_record && i < k->n; i++)
        if (k->v[i].record == record)
            return;
    if (k->n < k->max)
        k->v[k->n++] = (struct cause){ at, record };
    else
        k->is_cut = true;
}

/* ── what happened ───────────────────────────────────────────────────────── */

static bool from_changes(struct ctx *c, const struct rule_plan *p, int64_t since, struct causes *k, struct err *e)
{
    struct db_rows q;
    int64_t n = 0;
    if (!db_query(c->c, &q, "SELECT h.record_id, w.at, h.action, h.field, h.new_text FROM change h JOIN write_log w ON w.id = h.write_id"
                            " WHERE h.entity = $1 AND h.id >= $2 AND w.undone_by IS NULL AND w.undo_of IS NULL"
                            " ORDER BY h.id DESC LIMIT 20000", DB_ARGS(V(str_of(p->en->name)), V(id_mint_at(since))), e))
        return false;
    for (; db_next(&q); n++) {
        str field = db_text_view(&q, 3);
        struct feed_row r = { .en = p->en, .record_id = db_int(&q, 0), .action = (enum change_action)db_int(&q, 2),
                              .field = field.n ? entity_field(p->en, field) : NULL, .new_text = db_text_view(&q, 4) };
        add(k, db_int(&q, 1), rule_match(p, &r));
    }
    k->is_cut = k->is_cut || n == RULE_DRY_READ;
    return db_done(&q, e);
}

static bool from_events(struct ctx *c, const struct rule_plan *p, int64_t since, struct causes *k, struct err *e)
{
    struct db_rows q;
    int64_t n = 0;
    str kind = p->when == WHEN_ENTERED ? S("segment.entered") : p->when == WHEN_LEFT ? S("segment.left") : rule_when_arg(p, "event");
    if (!db_query(c->c, &q, "SELECT record_id, person_id, company_id, deal_id, campaign_id, at, entity, data FROM event"
                            " WHERE kind = $1 AND id >= $2 AND is_void = 0 ORDER BY id DESC LIMIT 20000",
                  DB_ARGS(V(kind), V(id_mint_at(since))), e))
        return false;
    for (; db_next(&q); n++) {
        str en = db_text_view(&q, 6);
        struct feed_row r = { .is_event = true, .kind = kind, .record_id = db_int(&q, 0), .person_id = db_int(&q, 1),
                              .company_id = db_int(&q, 2), .deal_id = db_int(&q, 3), .campaign_id = db_int(&q, 4),
                              .en = en.n ? entity_find(en) : NULL, .data = db_text_view(&q, 7) };
        add(k, db_int(&q, 5), rule_match(p, &r));
    }
    k->is_cut = k->is_cut || n == RULE_DRY_READ;
    return db_done(&q, e);
}

/* Times and hours: the records they would bring now. */
static bool from_clock(struct ctx *c, const struct rule_plan *p, int64_t since, struct causes *k, struct err *e)
{
    struct list found;
    str filter = p->when == WHEN_TIME ? rule_time_filter(c, p, since, c->now) : (str){ 0 };
    struct list_spec s = { .en = p->en, .filter = filter, .sort = S("-created_at"), .limit = LIST_LIMIT_MAX,
                           .cols = { &p->en->fields[0] }, .ncols = 1 };
    if (!record_list(c, &s, &found, e))
        return false;
    for (size_t i = 0; i < found.n; i++)
        add(k, p->when == WHEN_TIME ? 0 : c->now, found.rows[i]->id);
    k->is_cut = found.n == LIST_LIMIT_MAX;
    return true;
}

/* ── what fits ───────────────────────────────────────────────────────────── */

static str with_ids(struct ctx *c, str criteria, const struct cause *v, size_t n)
{
    struct buf b = buf_new(c->a, 8000);
    if (str_trim(criteria).n)
        buf_fmt(&b, "(%.*s) and ", STR_ARG(criteria));
    buf_lit(&b, "id in (");
    for (size_t i = 0; i < n; i++) {
        buf_put(&b, i ? S(", ") : S(""));
        buf_put(&b, id_text(c->a, v[i].record));
    }
    buf_lit(&b, ")");
    return buf_str(&b);
}

static const struct record *row_of(const struct list *l, int64_t id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->rows[i]->id == id)
            return l->rows[i];
    return NULL;
}

static bool keep_fitting(struct ctx *c, const struct rule_plan *p, str criteria, const struct cause *v, size_t n,
                         struct rule_dry *out, struct err *e)
{
    struct list found;
    struct list_spec s = { .en = p->en, .filter = with_ids(c, criteria, v, n), .sort = S("created_at"), .limit = SLICE };
    if (!record_list(c, &s, &found, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct record *r = row_of(&found, v[i].record);
        out->fired += r != NULL;
        if (r && out->n < RULE_DRY_SHOWN)
            out->v[out->n++] = (struct rule_would){ v[i].at, p->en, r->id, record_title(r) };
    }
    return true;
}

bool rule_dry(struct ctx *c, const struct rule_plan *p, int64_t limit, int days, bool per_record, struct rule_dry *out, struct err *e)
{
    enum { CAUSES_MAX = 2000 };
    struct causes k = { arena_new(c->a, struct cause, CAUSES_MAX), 0, CAUSES_MAX, per_record, false };
    int64_t since = c->now - days * DAY_US;
    *out = (struct rule_dry){ 0 };
    if (!rule_plan_check(c, p, e))
        return false;
    bool is_event = p->when == WHEN_EVENT || p->when == WHEN_ENTERED || p->when == WHEN_LEFT;
    bool is_clock = p->when == WHEN_TIME || p->when == WHEN_EVERY;
    bool ok = p->when == WHEN_HAND || (is_event ? from_events(c, p, since, &k, e) : is_clock ? from_clock(c, p, since, &k, e)
                                                                                  : from_changes(c, p, since, &k, e));
    if (!ok)
        return false;
    str criteria = rule_criteria(c, p, p->criteria, limit);
    for (size_t i = 0; i < k.n; i += SLICE)
        if (!keep_fitting(c, p, criteria, k.v + i, k.n - i < SLICE ? k.n - i : SLICE, out, e))
            return false;
    out->causes = (int64_t)k.n;
    out->is_cut = k.is_cut;
    return true;
}
