/* feed.c - the room reads what was written anywhere, from where it stood: scores follow, new
 * leads are offered, sellers' calls stop the clock.
 *
 * Two cursors over the ledger, `event` and `change`, and one over all persons when a rule has
 * changed. A cursor moves when its batch is written. Counting twice does no harm; attempts are
 * counted in the write that moves the cursor.
 */
#include "funnel/inside.h"
#include "base/clock.h"

enum { BATCH = 500, ROUND_US = 20 * SECOND_US };

/* ── cursors ─────────────────────────────────────────────────────────────── */

bool feed_set(struct ctx *tx, const char *name, int64_t at, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO funnel_feed (name, at) VALUES ($1, $2)"
                          " ON CONFLICT (name) DO UPDATE SET at = excluded.at", DB_ARGS(V(str_of(name)), V(at)), NULL, e);
}

bool feed_get(struct ctx *c, const char *name, int64_t *at, struct err *e)
{
    bool found;
    int64_t i = 0;
    if (!db_get_int(c->c, "SELECT at FROM funnel_feed WHERE name = $1", DB_ARGS(V(str_of(name))), &found, &i, e))
        return false;
    *at = found ? i : INT64_MAX;
    return true;
}

/* ── persons to be counted ───────────────────────────────────────────────── */

struct work { int64_t id[BATCH]; size_t n; };
struct slice { const int64_t *id; size_t n; const char *cursor; int64_t at; };

static void add(struct work *w, int64_t id)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->id[i] == id)
            return;
    if (id && w->n < BATCH)
        w->id[w->n++] = id;
}

static bool count_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *s = arg;
    if (s->n && !score_slice(tx, s->id, s->n, e))
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (!lead_consider(tx, s->id[i], e))
            return false;
    return !s->cursor || feed_set(tx, s->cursor, s->at, e);
}

/* One write a slice, in memory that is given back after it. */
static bool write_slice(struct ctx *c, struct slice *s, struct err *e)
{
    struct arena scratch = *c->a;
    struct ctx own = *c;
    own.a = &scratch;
    return record_write_bulk(&own, count_slice, s, e);
}

static bool count_work(struct ctx *c, const struct work *w, struct err *e)
{
    for (size_t i = 0; i < w->n; i += SLICE) {
        struct slice s = { .id = w->id + i, .n = w->n - i < SLICE ? w->n - i : SLICE };
        if (!write_slice(c, &s, e))
            return false;
    }
    return true;
}

/* ── events ──────────────────────────────────────────────────────────────── */

static bool read_events(struct ctx *c, int64_t *at, size_t *got, struct work *w, struct err *e)
{
    struct db_rows q;
    *got = 0;
    if (!db_query(c->c, &q, "SELECT id, person_id FROM event WHERE id > $1 ORDER BY id LIMIT 500", DB_ARGS(V(*at)), e))
        return false;
    for (; db_next(&q); (*got)++) {
        *at = db_int(&q, 0);
        add(w, db_int(&q, 1));
    }
    return db_done(&q, e);
}

static bool follow_events(struct ctx *c, int64_t until, struct err *e)
{
    struct work *w = arena_new(c->a, struct work, 1);
    int64_t at;
    size_t got = BATCH;
    if (!feed_get(c, "event", &at, e))
        return false;
    at = at == INT64_MAX ? 0 : at;
    while (got == BATCH && clock_mono() < until) {
        w->n = 0;
        struct slice end = { .cursor = "event" };
        if (!read_events(c, &at, &got, w, e) || !count_work(c, w, e))
            return false;
        end.at = at;
        if (got && !write_slice(c, &end, e))
            return false;
    }
    return true;
}

/* ── changes ─────────────────────────────────────────────────────────────── */

/* What scoring itself writes calls for no new count. */
static bool is_own(str field)
{
    static const char *const own[] = { "fit", "engagement", "grade", "lifecycle", "lead_status", "last_activity_at", "next_step_at" };
    for (size_t i = 0; i < countof(own); i++)
        if (str_eq(field, str_of(own[i])))
            return true;
    return false;
}

struct touch_row { int64_t person, lead, at; };
struct touches { struct touch_row v[BATCH]; size_t n; int64_t at; };      /* at: of the cursor */
struct changes { struct work persons, companies, calls, meetings; };

static bool read_changes(struct ctx *c, int64_t *at, size_t *got, struct changes *w, struct err *e)
{
    struct db_rows q;
    *got = 0;
    if (!db_query(c->c, &q, "SELECT id, entity, record_id, action, field FROM change WHERE id > $1 ORDER BY id LIMIT 500",
                  DB_ARGS(V(*at)), e))
        return false;
    for (; db_next(&q); (*got)++) {
        str en = db_text_view(&q, 1);
        bool is_new = db_int(&q, 3) == CHANGE_CREATE;
        *at = db_int(&q, 0);
        if (str_eq(en, S("person")) && !is_own(db_text_view(&q, 4)))
            add(&w->persons, db_int(&q, 2));
        else if (str_eq(en, S("company")) && !is_own(db_text_view(&q, 4)))
            add(&w->companies, db_int(&q, 2));
        else if (is_new && str_eq(en, S("call")))
            add(&w->calls, db_int(&q, 2));
        else if (is_new && str_eq(en, S("meeting")))
            add(&w->meetings, db_int(&q, 2));
    }
    return db_done(&q, e);
}

static bool add_members(struct ctx *c, int64_t company, struct work *w, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT id FROM person WHERE company = $1 AND deleted_at IS NULL ORDER BY id LIMIT 500",
                  DB_ARGS(V(company)), e))
        return false;
    while (db_next(&q))
        add(w, db_int(&q, 0));
    return db_done(&q, e);
}

/* A call or meeting of a person with an open lead is a touch of it, unless it came from them. */
static bool add_touch(struct db_rows *q, struct touches *t, struct err *e)
{
    while (db_next(q))
        if (t->n < BATCH)
            t->v[t->n++] = (struct touch_row){ db_int(q, 0), db_int(q, 1), db_int(q, 2) };
    return db_done(q, e);
}

static bool touches_of(struct ctx *c, const struct changes *w, struct touches *t, struct err *e)
{
    struct db_rows q;
    for (size_t i = 0; i < w->calls.n; i++)
        if (!db_query(c->c, &q, "SELECT person, lead, at FROM \"call\" WHERE id = $1 AND deleted_at IS NULL"
                                " AND direction = 'outbound'", DB_ARGS(V(w->calls.id[i])), e) || !add_touch(&q, t, e))
            return false;
    for (size_t i = 0; i < w->meetings.n; i++)
        if (!db_query(c->c, &q, "SELECT person, lead, created_at FROM meeting WHERE id = $1 AND deleted_at IS NULL",
                      DB_ARGS(V(w->meetings.id[i])), e) || !add_touch(&q, t, e))
            return false;
    return true;
}

static bool write_touches(struct ctx *tx, void *arg, struct err *e)
{
    const struct touches *t = arg;
    for (size_t i = 0; i < t->n; i++) {
        bool found = true;
        int64_t lead = t->v[i].lead;
        if (!lead && !db_get_int(tx->c, "SELECT id FROM lead WHERE person = $1 AND deleted_at IS NULL AND status IN"
                                        " ('offered', 'accepted') ORDER BY id DESC LIMIT 1", DB_ARGS(V(t->v[i].person)), &found, &lead, e))
            return false;
        if (found && lead && !funnel_touched(tx, lead, t->v[i].at, e))
            return false;
    }
    return feed_set(tx, "change", t->at, e);
}

static bool follow_batch(struct ctx *c, struct changes *w, int64_t at, struct err *e)
{
    struct touches *t = arena_new(c->a, struct touches, 1);
    for (size_t i = 0; i < w->companies.n; i++)
        if (!add_members(c, w->companies.id[i], &w->persons, e))
            return false;
    t->at = at;
    return touches_of(c, w, t, e) && count_work(c, &w->persons, e) && record_write_bulk(c, write_touches, t, e);
}

static bool follow_changes(struct ctx *c, int64_t until, struct err *e)
{
    struct changes *w = arena_new(c->a, struct changes, 1);
    int64_t at;
    size_t got = BATCH;
    if (!feed_get(c, "change", &at, e))
        return false;
    at = at == INT64_MAX ? 0 : at;
    while (got == BATCH && clock_mono() < until) {
        *w = (struct changes){ 0 };
        if (!read_changes(c, &at, &got, w, e) || (got && !follow_batch(c, w, at, e)))
            return false;
    }
    return true;
}

/* ── all persons, when a rule changed; those whose points fade ───────────── */

static bool next_persons(struct ctx *c, int64_t after, struct work *w, struct err *e)
{
    struct db_rows q;
    w->n = 0;
    if (!db_query(c->c, &q, "SELECT id FROM person WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT 50", DB_ARGS(V(after)), e))
        return false;
    while (db_next(&q))
        w->id[w->n++] = db_int(&q, 0);
    return db_done(&q, e);
}

static bool count_all(struct ctx *c, int64_t until, struct err *e)
{
    struct work *w = arena_new(c->a, struct work, 1);
    int64_t at;
    if (!feed_get(c, "rescore", &at, e))
        return false;
    while (at != INT64_MAX && clock_mono() < until) {
        if (!next_persons(c, at, w, e))
            return false;
        at = w->n == SLICE ? w->id[w->n - 1] : INT64_MAX;
        struct slice s = { .id = w->id, .n = w->n, .cursor = "rescore", .at = at };
        if (!write_slice(c, &s, e))
            return false;
    }
    return true;
}

static bool count_fading(struct ctx *c, int64_t until, struct err *e)
{
    struct work *w = arena_new(c->a, struct work, 1);
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT person FROM funnel_fade WHERE at <= $1 ORDER BY at LIMIT 500", DB_ARGS(V(c->now)), e))
        return false;
    while (db_next(&q))
        add(w, db_int(&q, 0));
    if (!db_done(&q, e))
        return false;
    return clock_mono() >= until || count_work(c, w, e);
}

bool feed_read(struct ctx *c, struct err *e)
{
    int64_t until = clock_mono() + ROUND_US;
    return follow_changes(c, until, e) && follow_events(c, until, e) && count_fading(c, until, e) && count_all(c, until, e);
}
