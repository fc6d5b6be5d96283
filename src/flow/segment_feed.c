/* segment_feed.c - the segments follow the feed: what was written and what happened, in the order of the commits. */
#include "core/core.h"
#include "flow/feed.h"
#include "flow/segment_round.h"
#include "msg/segment.h"
#include "record/scan.h"

static bool is(str s, const char *word) { return str_eq(s, str_of(word)); }

/* ── what changes the segments themselves ────────────────────────────────── */

/* Undo and imports write segments without their hooks: the version tells what was filled. */
static bool follow_segment(struct ctx *tx, int64_t id, bool is_back, struct err *e)
{
    struct record *r;
    bool found;
    int64_t version = 0;
    struct err gone = { 0 };
    if (!record_get(tx, &segment_entity, id, &r, &gone))
        return gone.code == ERR_NOT_FOUND || fail(e, gone.code, gone.msg, "%s", gone.detail);
    if (!db_get_int(tx->c, "SELECT version FROM segment_state WHERE segment = $1", DB_ARGS(V(id)), &found, &version, e))
        return false;
    return (found && version >= r->version && !is_back) || segment_build(tx, r, false, e);
}

static bool is_rule(const struct feed_row *row)
{
    bool is_whole = row->action == CHANGE_CREATE || row->action == CHANGE_RESTORE;
    return is_whole || (row->field && (is(str_of(row->field->name), "criteria") || is(str_of(row->field->name), "kind")
                                       || is(str_of(row->field->name), "owner")));
}

/* Rights and calendar of an owner, teams, settings: asked anew from the beginning. */
static bool walk_owners(struct ctx *tx, const struct feed_row *row, struct err *e)
{
    static const char *const decides[] = { "roles", "team", "is_active", "lang", "calendar", "zone" };
    bool is_user = row->en == &user_entity, matters = !row->field;
    for (size_t i = 0; is_user && row->field && i < countof(decides); i++)
        matters |= is(str_of(row->field->name), decides[i]);
    if (is_user)
        return !matters || row->action == CHANGE_CREATE
            || db_exec(tx->c, "UPDATE segment_state SET walked = 0 WHERE segment IN (SELECT id FROM segment WHERE owner = $1"
                              " AND kind = 'live')", DB_ARGS(V(row->record_id)), NULL, e);
    return db_exec(tx->c, "UPDATE segment_state SET walked = 0 WHERE segment IN (SELECT id FROM segment WHERE kind = 'live')",
                   DB_NONE, NULL, e);
}

/* ── lists kept by hand: a duplicate's place is taken by who is kept ─────── */

static bool move_frozen(struct ctx *tx, const struct feed_row *row, struct err *e)
{
    enum { LISTS_MAX = 200 };
    int64_t lists[LISTS_MAX];
    struct db_rows q;
    size_t n = 0;
    if (!db_query(tx->c, &q, "SELECT s.id FROM segment s WHERE s.kind = 'frozen' AND s.deleted_at IS NULL AND EXISTS"
                             " (SELECT 1 FROM segment_member m WHERE m.segment = s.id AND m.record = $1)",
                  DB_ARGS(V(row->record_id)), e))
        return false;
    while (n < LISTS_MAX && db_next(&q))
        lists[n++] = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct segment_rule s = { .id = lists[i], .en = entity_find(S("person")) };
        bool changed;
        if (!segment_move(tx, &s, row->person_id, true, false, &changed, e) || !segment_count(tx, lists[i], changed, e))
            return false;
    }
    return true;
}

/* ── the consumer ────────────────────────────────────────────────────────── */

static bool follow_one(struct round *all, const struct feed_row *row, struct err *e)
{
    struct live_news news = feed_news(row);
    struct ctx *tx = all->tx;
    bool is_merge = row->is_event && !row->is_void && is(row->kind, "person.merged");
    if (is_merge && !move_frozen(tx, row, e))
        return false;
    if (!row->is_event && row->en == &segment_entity && is_rule(row)
        && !follow_segment(tx, row->record_id, row->action == CHANGE_RESTORE, e))
        return false;
    if (!row->is_event && (row->en == &user_entity || row->en == &team_entity || row->en == &setting_entity)
        && !walk_owners(tx, row, e))
        return false;
    return round_tell(all, &news, e);
}

static bool follow(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e)
{
    struct round all;
    if (!round_open(tx, &all, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!follow_one(&all, &rows[i], e))
            return false;
    return round_settle(&all, e);
}

/* Own events ask nobody but segments that count them; changes of people's own things ask nobody. */
static bool concerns(const struct feed_row *row)
{
    static const char *const own[] = { "session", "notification", "api_token", "import_run" };
    for (size_t i = 0; row->en && !row->is_event && i < countof(own); i++)
        if (!strcmp(row->en->name, own[i]))
            return false;
    return row->is_event || row->en;
}

/* What changes the segments themselves, or who their owners are. */
static bool is_own(const struct feed_row *row)
{
    return row->is_event ? is(row->kind, "person.merged")
                         : row->en == &segment_entity || row->en == &user_entity || row->en == &team_entity || row->en == &setting_entity;
}

/* Most of what is written no segment looks at: that is found out beside the writes, and costs none. */
static bool wanted(struct ctx *c, const struct feed_row *rows, size_t n, bool *keep, struct err *e)
{
    struct round all;
    if (!round_look(c, &all, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct live_news news = feed_news(&rows[i]);
        bool is_looked_at = is_own(&rows[i]) || !all.is_whole;
        for (size_t k = 0; k < all.n && !is_looked_at; k++)
            is_looked_at = live_looks_at(&all.v[k]->deps, &news);
        keep[i] = is_looked_at && concerns(&rows[i]);
    }
    return true;
}

static bool look(struct ctx *c, void **seen, struct err *e)
{
    scans_rest(c->ws->scans);
    return segment_look(c, seen, e);
}

static bool pass_time(struct ctx *tx, void *seen, bool *more, struct err *e)
{
    const struct segment_look *look = seen;
    bool is_filled;
    return segment_fill(tx, look, &is_filled, e) && segment_pass_time(tx, is_filled || look->is_later, more, e);
}

const struct consumer segment_consumer = {
    .name = "segments", .label = MSG_segment_plural, .reads = FEED_CHANGES | FEED_EVENTS | FEED_VOIDS, .sift = wanted,
    .batch = follow, .look = look, .act = pass_time, .from_now = true,
};
