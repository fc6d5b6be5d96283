/* segment.c - the segment as a record: what may be saved, renamed, deleted; lists kept by hand. */
#include "flow/segment_inside.h"
#include "base/id.h"
#include "core/core.h"
#include "flow/rule_plan.h"
#include "msg/core.h"
#include "msg/segment.h"
#include "record/query.h"

enum { REACH_MAX = 12, SEGMENTS_MAX = 500 };

/* ── small answers ───────────────────────────────────────────────────────── */

const struct entity *segment_of(const struct record *segment)
{
    return entity_find(record_text(segment, "entity"));
}

bool segment_is_live(const struct record *segment)
{
    return str_eq(record_text(segment, "kind"), S("live"));
}

bool segment_has(struct ctx *c, int64_t segment, int64_t record, bool *out, struct err *e)
{
    int64_t since;
    return db_get_int(c->c, "SELECT since FROM segment_member WHERE segment = $1 AND record = $2",
                      DB_ARGS(V(segment), V(record)), out, &since, e);
}

bool segment_state(struct ctx *c, int64_t segment, struct segment_state *out, struct err *e)
{
    struct db_rows q;
    *out = (struct segment_state){ 0 };
    if (!db_query(c->c, &q, "SELECT members, built_at, walked, problem FROM segment_state WHERE segment = $1",
                  DB_ARGS(V(segment)), e))
        return false;
    if (db_next(&q))
        *out = (struct segment_state){ .members = db_int(&q, 0), .built_at = db_int(&q, 1), .is_building = !db_is_null(&q, 2),
                                       .problem = db_text(&q, 3, c->a) };
    return db_done(&q, e);
}

bool segment_sizes(struct ctx *c, const int64_t *segments, size_t n, int64_t *out, struct err *e)
{
    struct db_rows q;
    memset(out, 0, n * sizeof *out);
    if (!db_query(c->c, &q, "SELECT segment, members FROM segment_state", DB_NONE, e))
        return false;
    while (db_next(&q))
        for (size_t i = 0; i < n; i++)
            if (segments[i] == db_int(&q, 0))
                out[i] = db_int(&q, 1);
    return db_done(&q, e);
}

bool segment_since(struct ctx *c, int64_t segment, const int64_t *records, size_t n, int64_t *out, struct err *e)
{
    enum { AT_ONCE = 10 };
    memset(out, 0, n * sizeof *out);
    for (size_t from = 0; from < n; from += AT_ONCE) {
        struct db_rows q;
        struct db_val v[AT_ONCE + 1] = { V(segment) };
        size_t to = from + AT_ONCE < n ? from + AT_ONCE : n;
        for (size_t i = 0; i < AT_ONCE; i++)
            v[i + 1] = V(records[from + i < to ? from + i : to - 1]);
        if (!db_query(c->c, &q, "SELECT record, since FROM segment_member WHERE segment = $1"
                                " AND record IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", v, AT_ONCE + 1, e))
            return false;
        while (db_next(&q))
            for (size_t i = from; i < to; i++)
                if (records[i] == db_int(&q, 0))
                    out[i] = db_int(&q, 1);
        if (!db_done(&q, e))
            return false;
    }
    return true;
}

bool segment_moves(struct ctx *c, int64_t segment, int64_t before, int limit, struct segment_move *out, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT id, record, at, is_in FROM segment_log WHERE segment = $1 AND id < $2"
                            " ORDER BY id DESC LIMIT $3", DB_ARGS(V(segment), V(before ? before : INT64_MAX), V(limit)), e))
        return false;
    while (*n < (size_t)limit && db_next(&q))
        out[(*n)++] = (struct segment_move){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_int(&q, 3) != 0 };
    return db_done(&q, e);
}

/* ── what names a segment ────────────────────────────────────────────────── */

/* By its name or id as written: a deleted segment, or a query that is broken otherwise, is found too. */
static bool names(struct ctx *c, const struct query *q, const struct record *segment)
{
    if (!q)
        return false;
    bool is_it = q->kind == QUERY_SEGMENT && (str_eq(fold(c->a, q->value.text), fold(c->a, record_title(segment)))
                                              || str_eq(q->value.text, id_text(c->a, segment->id)));
    return is_it || names(c, q->left, segment) || names(c, q->right, segment) || (q->source && names(c, q->source->where, segment));
}

bool segment_reaches(struct ctx *c, const struct query *q, int64_t id, int depth, bool *out, struct err *e)
{
    struct segment_rule other;
    struct record *r;
    struct err broken = { 0 };
    if (!q || *out)
        return true;
    if (q->source && !segment_reaches(c, q->source->where, id, depth, out, e))
        return false;
    if (q->kind != QUERY_SEGMENT)
        return segment_reaches(c, q->left, id, depth, out, e) && segment_reaches(c, q->right, id, depth, out, e);
    if (q->segment == id || depth == REACH_MAX) {
        *out = true;
        return true;
    }
    if (!record_get(c, &segment_entity, q->segment, &r, e))
        return false;
    if (!segment_is_live(r) || !segment_read(c, r, &other, &broken))
        return true;                            /* frozen or broken: it asks nobody */
    return segment_reaches(c, other.q, id, depth + 1, out, e);
}

static void put_user(struct segment_user *out, size_t *n, const struct record *r)
{
    if (*n < SEGMENT_USERS_MAX)
        out[(*n)++] = (struct segment_user){ r->en, r->id, record_title(r) };
}

static bool text_names(struct ctx *c, str text, const struct record *segment)
{
    struct query *q;
    struct err e = { 0 };
    return query_parse(c->a, text, &q, &e) && names(c, q, segment);
}

static bool used_in_text(struct ctx *c, const struct entity *en, const struct field *f, const struct record *segment,
                         struct segment_user *out, size_t *n, struct err *e)
{
    struct list_spec s = { .en = en, .filter = arena_fmt(c->a, "%s ~ \"segment\"", f->name), .sort = S("id"), .limit = LIST_LIMIT_MAX };
    struct list list;
    do {
        if (!record_list(c, &s, &list, e))
            return false;
        for (size_t k = 0; k < list.n; k++)
            if (list.rows[k]->id != segment->id && text_names(c, record_text(list.rows[k], f->name), segment))
                put_user(out, n, list.rows[k]);
        s.cursor = list.next;
    } while (list.next.n);
    return true;
}

/* Records with a text that is a query. */
static bool used_in_texts(struct ctx *c, const struct record *segment, struct segment_user *out, size_t *n, struct err *e)
{
    for (size_t i = 0; i < catalogue_count(); i++)
        for (const struct field *f = catalogue_at(i)->fields; f < catalogue_at(i)->fields + catalogue_at(i)->nfields; f++)
            if (f->flags & F_QUERY && !used_in_text(c, catalogue_at(i), f, segment, out, n, e))
                return false;
    return true;
}

static bool used_in_rules(struct ctx *c, const struct record *segment, struct segment_user *out, size_t *n, struct err *e)
{
    struct record *rule[SEGMENT_USERS_MAX];
    size_t rules;
    if (!rule_users(c, ARG_SEGMENT, segment, text_names, rule, SEGMENT_USERS_MAX, &rules, e))
        return false;
    for (size_t i = 0; i < rules; i++)
        put_user(out, n, rule[i]);
    return true;
}

static bool used_by_reference(struct ctx *c, const struct record *segment, struct segment_user *out, size_t *n, struct err *e)
{
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        for (const struct field *f = en->fields; f < en->fields + en->nfields; f++) {
            struct list list;
            bool leads = (f->type == FIELD_REF || f->type == FIELD_REFS) && !strcmp(f->ref, segment_entity.name);
            struct list_spec s = { .en = en, .filter = arena_fmt(c->a, "%s = %.*s", f->name, STR_ARG(id_text(c->a, segment->id))),
                                   .sort = S("id"), .limit = LIST_LIMIT };
            if (!leads)
                continue;
            if (!record_list(c, &s, &list, e))
                return false;
            for (size_t k = 0; k < list.n; k++)
                put_user(out, n, list.rows[k]);
        }
    }
    return true;
}

bool segment_used_by(struct ctx *c, const struct record *segment, struct segment_user *out, size_t *n, struct err *e)
{
    *n = 0;
    return used_in_rules(c, segment, out, n, e) && used_in_texts(c, segment, out, n, e) && used_by_reference(c, segment, out, n, e);
}

/* ── what may be saved ───────────────────────────────────────────────────── */

static bool refuse_used(struct ctx *tx, const struct record *r, int msg, struct err *e)
{
    struct segment_user users[SEGMENT_USERS_MAX];
    struct ctx all = ctx_as_system(tx);         /* a colleague's own view counts too */
    size_t n;
    if (!segment_used_by(&all, r, users, &n, e))
        return false;
    if (n == 0)
        return true;
    fail(e, ERR_CONFLICT, msg, "segment %lld is used by %zu", (long long)r->id, n);
    err_arg(e, "by", users[0].title.n ? users[0].title : id_text(tx->a, users[0].id));
    err_arg(e, "kind", msg_text(tx->a, tx->loc, users[0].en->label, NULL));
    return err_arg_int(e, "n", (int64_t)n);
}

static bool refuse_circle(struct ctx *tx, const struct record *now, const struct segment_rule *s, struct err *e)
{
    bool is_circle = false;
    struct ctx own = s->reader.ctx;
    own.a = tx->a;
    if (!segment_reaches(&own, s->q, now->id, 0, &is_circle, e))
        return false;
    if (!is_circle)
        return true;
    fail(e, ERR_INVALID, MSG_segment_circle, "segment %lld", (long long)now->id);
    return err_field(e, "criteria");
}

static bool check_live(struct ctx *tx, struct record *now, struct err *e)
{
    struct segment_rule s;
    struct live_answer none;
    size_t n;
    if (!record_val(now, "criteria").is_set) {
        fail(e, ERR_INVALID, MSG_segment_need_criteria, "a live segment without criteria");
        return err_field(e, "criteria");
    }
    if (!segment_read(tx, now, &s, e) || !live_walk(&s.reader.ctx, s.en, s.q, INT64_MAX - 1, 1, &none, &n, e))
        return err_field(e, "criteria");
    return refuse_circle(tx, now, &s, e);
}

static bool before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    if (old && record_changed(old, now, "name") && !refuse_used(tx, old, MSG_segment_rename_used, e))
        return err_field(e, "name");
    return !segment_is_live(now) || check_live(tx, now, e);
}

static bool after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    if (!now)
        return refuse_used(tx, old, MSG_segment_delete_used, e);
    bool is_other = !old || record_changed(old, now, "criteria") || record_changed(old, now, "owner")
                 || record_changed(old, now, "kind");
    return !is_other || segment_build(tx, now, !old, e);
}

/* ── lists by hand ───────────────────────────────────────────────────────── */

static bool frozen_of(struct ctx *tx, int64_t segment, struct segment_rule *s, struct err *e)
{
    struct record *r;
    if (!record_get(tx, &segment_entity, segment, &r, e))
        return false;
    if (!access_record(tx, r, ACTION_CHANGE))
        return fail(e, ERR_FORBIDDEN, MSG_segment_may_not, "segment %lld", (long long)segment);
    if (segment_is_live(r))
        return fail(e, ERR_INVALID, MSG_segment_is_live, "segment %lld is live", (long long)segment);
    *s = (struct segment_rule){ .id = segment, .en = segment_of(r), .name = record_title(r) };
    return true;
}

bool segment_put(struct ctx *tx, int64_t segment, const int64_t *ids, size_t n, bool is_in, int64_t *changed, struct err *e)
{
    struct segment_rule s;
    struct record **seen;
    size_t nseen;
    *changed = 0;
    if (!frozen_of(tx, segment, &s, e) || !record_get_many(tx, s.en, ids, n, &seen, &nseen, e))
        return false;
    for (size_t i = 0; i < nseen; i++) {
        bool is_new;
        if (!segment_move(tx, &s, seen[i]->id, is_in, false, &is_new, e))
            return false;
        *changed += is_new;
    }
    return segment_count(tx, segment, is_in ? *changed : -*changed, e);
}

bool segment_freeze(struct ctx *tx, int64_t segment, struct err *e)
{
    struct record *r = record_new(tx->a, &segment_entity);
    r->id = segment;
    record_set(r, "kind", val_text(S("frozen")));
    return record_update(tx, r, 0, NULL, e);
}

/* ── the declaration ─────────────────────────────────────────────────────── */

static const struct choice entity_choices[] = {
    { "person",  MSG_segment_of_people },
    { "company", MSG_segment_of_companies },
    { "deal",    MSG_segment_of_deals },
    { 0 },
};

static const struct choice kind_choices[] = {
    { "live",   MSG_segment_kind_live, "green" },
    { "frozen", MSG_segment_kind_frozen, "blue" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name, .type = FIELD_TEXT,
      .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 120 },
    { .name = "entity", .label = MSG_segment_entity, .type = FIELD_CHOICE, .choices = entity_choices, .init = "person",
      .flags = F_REQUIRED | F_LIST | F_INDEX | F_QUICK | F_IMMUTABLE },
    { .name = "kind", .label = MSG_segment_kind, .type = FIELD_CHOICE, .choices = kind_choices, .init = "live",
      .flags = F_REQUIRED | F_LIST | F_QUICK },
    { .name = "criteria", .label = MSG_segment_criteria, .help = MSG_segment_criteria_help, .type = FIELD_LONGTEXT,
      .flags = F_QUERY | F_QUICK, .max = QUERY_TEXT_MAX },
    { .name = "owner", .label = MSG_core_word_owner, .help = MSG_segment_owner_help, .type = FIELD_REF, .ref = "user", .init = "me",
      .flags = F_REQUIRED | F_LIST },
    { .name = "description", .label = MSG_segment_description, .type = FIELD_LONGTEXT, .max = 2000 },
};

/* walked: the last record looked at while it is filled, NULL when it is done; version: of the segment it was filled for. */
static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS segment_member (segment BIGINT NOT NULL, record BIGINT NOT NULL, since BIGINT NOT NULL,"
    " PRIMARY KEY (segment, record))",
    "DROP INDEX IF EXISTS segment_member_record",       /* it is asked for by the segment: hundreds of those, millions of these */
    "CREATE TABLE IF NOT EXISTS segment_due (segment BIGINT NOT NULL, record BIGINT NOT NULL, at BIGINT NOT NULL,"
    " PRIMARY KEY (segment, record))",
    "CREATE INDEX IF NOT EXISTS segment_due_at ON segment_due (at)",
    "CREATE TABLE IF NOT EXISTS segment_state (segment BIGINT PRIMARY KEY, members BIGINT NOT NULL, built_at BIGINT NOT NULL,"
    " walked BIGINT, version BIGINT NOT NULL, is_first BIGINT NOT NULL, problem TEXT)",
    "CREATE INDEX IF NOT EXISTS segment_state_walked ON segment_state (segment) WHERE walked IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS segment_log (id BIGINT PRIMARY KEY, segment BIGINT NOT NULL, record BIGINT NOT NULL,"
    " at BIGINT NOT NULL, is_in BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS segment_log_segment ON segment_log (segment, id)",
    NULL,
};

const struct entity segment_entity = {
    .name = "segment",
    .path = "segments",
    .label = MSG_segment_label,
    .plural = MSG_segment_plural,
    .icon = "users-round",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "description",
    .owner = "owner",
    .order = "name",
    .before = before,
    .after = after,
    .schema = schema,
};
