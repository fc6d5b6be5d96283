/* schema.c - tables of the catalogue: made when absent, extended when a field is new.
 *
 * The tables of the engine itself (changes, events, search) are numbered
 * migrations; the tables of the entities follow their declarations. A column is
 * never dropped or retyped here: that is a migration with a name.
 *
 * References are not FOREIGN KEYs: records are deleted softly, imports arrive in
 * any order and Citus allows few. The store checks every reference inside the
 * write transaction, and `setu check` looks at all of them.
 */
#include "base/log.h"
#include "record/query.h"
#include "record/search.h"
#include "record/store.h"
#include "record/type.h"

static const char *const engine_tables[] = {
    "CREATE TABLE write_log (id BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor_id BIGINT NOT NULL,"
    " why TEXT, request_id TEXT, undo_of BIGINT, undone_by BIGINT)",
    "CREATE INDEX write_log_actor ON write_log (actor_id, id)",
    "CREATE TABLE change (id BIGINT PRIMARY KEY, write_id BIGINT NOT NULL, entity TEXT NOT NULL,"
    " record_id BIGINT NOT NULL, action BIGINT NOT NULL, field TEXT, old_text TEXT, new_text TEXT)",
    "CREATE INDEX change_record ON change (record_id, id)",
    "CREATE INDEX change_write ON change (write_id, id)",
    "CREATE TABLE event (id BIGINT PRIMARY KEY, person_id BIGINT NOT NULL, at BIGINT NOT NULL,"
    " kind TEXT NOT NULL, entity TEXT, record_id BIGINT, campaign_id BIGINT, deal_id BIGINT,"
    " company_id BIGINT, actor_id BIGINT, channel TEXT, source TEXT, data TEXT,"
    " write_id BIGINT, is_void BIGINT NOT NULL DEFAULT 0, merged_from BIGINT)",
    "CREATE INDEX event_person ON event (person_id, at)",
    "CREATE INDEX event_write ON event (write_id)",
    "CREATE INDEX event_company ON event (company_id, at) WHERE company_id IS NOT NULL",
    "CREATE INDEX event_deal ON event (deal_id, at) WHERE deal_id IS NOT NULL",
    "CREATE TABLE search_doc (id BIGINT PRIMARY KEY, entity TEXT NOT NULL, title TEXT NOT NULL,"
    " subtitle TEXT, folded TEXT NOT NULL)",
    NULL,
};

static const char *const idempotency_tables[] = {
    "CREATE TABLE idempotency (actor_id BIGINT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL,"
    " status BIGINT NOT NULL, answer TEXT NOT NULL, expires_at BIGINT NOT NULL, PRIMARY KEY (actor_id, key))",
    "CREATE INDEX idempotency_expires ON idempotency (expires_at)",
    NULL,
};

static const char *const robot_events[] = {
    "ALTER TABLE event ADD COLUMN is_robot BIGINT NOT NULL DEFAULT 0",
    NULL,
};

/* One order over everything that happened: rows of change and event share one counter (db_seq). What
 * was there before gets the order in which its ids were made. */
static const char *const feed_tables[] = {
    "ALTER TABLE change ADD COLUMN seq BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE event ADD COLUMN seq BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE event ADD COLUMN robot_why TEXT",
    "UPDATE change SET seq = q.n FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM"
    " (SELECT id FROM change UNION ALL SELECT id FROM event) both_of_them) q WHERE q.id = change.id",
    "UPDATE event SET seq = q.n FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM"
    " (SELECT id FROM change UNION ALL SELECT id FROM event) both_of_them) q WHERE q.id = event.id",
    "UPDATE setu_seq SET last = last + (SELECT COUNT(*) FROM change) + (SELECT COUNT(*) FROM event)",
    "CREATE UNIQUE INDEX change_seq ON change (seq)",
    "CREATE UNIQUE INDEX event_seq ON event (seq)",
    "CREATE TABLE feed_cursor (name TEXT PRIMARY KEY, seq BIGINT NOT NULL, moved_at BIGINT NOT NULL,"
    " ticked_at BIGINT NOT NULL DEFAULT 0, tries BIGINT NOT NULL DEFAULT 0, retry_at BIGINT, error TEXT)",
    "CREATE TABLE feed_stuck (consumer TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL,"
    " tries BIGINT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (consumer, seq))",
    NULL,
};

/* From what an event is about to whose it is: a call's outcome changes, a meeting moves. */
static const char *const event_records[] = {
    "CREATE INDEX event_record ON event (record_id) WHERE record_id IS NOT NULL",
    NULL,
};

/* What is to leave the house (flow/outbox.h) and what has come in by signed call (flow/inbound.h). */
static const char *const outbox_tables[] = {
    "CREATE TABLE outbox (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL, channel TEXT NOT NULL, target BIGINT NOT NULL,"
    " order_key TEXT NOT NULL, kind TEXT NOT NULL, headers TEXT, body TEXT NOT NULL, state BIGINT NOT NULL, attempts BIGINT NOT NULL,"
    " tries BIGINT NOT NULL DEFAULT 0,"
    " created_at BIGINT NOT NULL, next_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, lease_owner BIGINT, lease_until BIGINT,"
    " done_at BIGINT, outcome BIGINT, status BIGINT)",
    "CREATE INDEX outbox_open ON outbox (channel, target, seq) WHERE state < 3",
    "CREATE INDEX outbox_due ON outbox (channel, target, next_at) WHERE state < 3",
    "CREATE INDEX outbox_order ON outbox (target, order_key, seq) WHERE state < 3",
    "CREATE INDEX outbox_sending ON outbox (lease_until) WHERE state = 2",
    "CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL",
    "CREATE INDEX outbox_shown ON outbox (channel, target, id)",
    "CREATE TABLE outbox_attempt (id BIGINT PRIMARY KEY, outbox_id BIGINT NOT NULL, at BIGINT NOT NULL, ms BIGINT NOT NULL,"
    " outcome BIGINT NOT NULL, status BIGINT NOT NULL, note TEXT)",
    "CREATE INDEX outbox_attempt_of ON outbox_attempt (outbox_id, id)",
    "CREATE TABLE outbox_target (channel TEXT NOT NULL, target BIGINT NOT NULL, failures BIGINT NOT NULL, failing_since BIGINT NOT NULL,"
    " paused_until BIGINT NOT NULL, ok_at BIGINT NOT NULL, PRIMARY KEY (channel, target))",
    "CREATE TABLE inbound_message (id BIGINT PRIMARY KEY, source BIGINT NOT NULL, message_id TEXT NOT NULL, at BIGINT NOT NULL,"
    " body TEXT NOT NULL, state BIGINT NOT NULL, note TEXT, record_id BIGINT, UNIQUE (source, message_id))",
    "CREATE INDEX inbound_shown ON inbound_message (source, id)",
    NULL,
};

/* Work that outlives a request (flow/job.h), and the clocks that begin it (flow/schedule.h). */
static const char *const job_tables[] = {
    "CREATE TABLE job (id BIGINT PRIMARY KEY, kind TEXT NOT NULL, key TEXT, args TEXT, state TEXT NOT NULL,"
    " at BIGINT NOT NULL, made_at BIGINT NOT NULL, made_by BIGINT NOT NULL, owner TEXT, lease_until BIGINT,"
    " token BIGINT NOT NULL DEFAULT 0, tries BIGINT NOT NULL DEFAULT 0, done BIGINT NOT NULL DEFAULT 0,"
    " total BIGINT NOT NULL DEFAULT 0, saved TEXT, error TEXT, started_at BIGINT, ended_at BIGINT,"
    " is_cancelling BIGINT NOT NULL DEFAULT 0, is_again BIGINT NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX job_key ON job (kind, key) WHERE key IS NOT NULL AND state IN ('queued', 'leased', 'failed')",
    "CREATE INDEX job_due ON job (at, id) WHERE state IN ('queued', 'failed')",
    "CREATE INDEX job_leased ON job (id) WHERE state = 'leased'",
    "CREATE INDEX job_state ON job (state, id)",
    "CREATE TABLE schedule_clock (name TEXT PRIMARY KEY, rule TEXT NOT NULL, next_at BIGINT NOT NULL, last_at BIGINT)",
    /* What is left of events past their keeping; and what senders of events call theirs, so that none counts twice. */
    "CREATE TABLE event_month (month TEXT NOT NULL, kind TEXT NOT NULL, campaign_id BIGINT NOT NULL, channel TEXT NOT NULL,"
    " is_robot BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (month, kind, campaign_id, channel, is_robot))",
    "CREATE TABLE event_key (sender BIGINT NOT NULL, key TEXT NOT NULL, event_id BIGINT NOT NULL, at BIGINT NOT NULL,"
    " PRIMARY KEY (sender, key))",
    "CREATE INDEX event_key_at ON event_key (at)",
    NULL,
};

/* What grows with people and time lies by whose it is (record/spread.h): a person's events together, and a record's
 * changes, on one node of a spread database and on neighbouring pages of one that is not. A key of such a table
 * begins with its owner; the order of the feed needs none. A table made anew: a key cannot be altered everywhere. */
static const char *const owners_first[] = {
    "ALTER TABLE event RENAME TO event_old",
    "CREATE TABLE event (person_id BIGINT NOT NULL, at BIGINT NOT NULL, id BIGINT NOT NULL,"
    " kind TEXT NOT NULL, entity TEXT, record_id BIGINT, campaign_id BIGINT, deal_id BIGINT,"
    " company_id BIGINT, actor_id BIGINT, channel TEXT, source TEXT, data TEXT,"
    " write_id BIGINT, is_void BIGINT NOT NULL DEFAULT 0, merged_from BIGINT, is_robot BIGINT NOT NULL DEFAULT 0,"
    " seq BIGINT NOT NULL DEFAULT 0, robot_why TEXT, PRIMARY KEY (person_id, at, id))",
    "INSERT INTO event (person_id, at, id, kind, entity, record_id, campaign_id, deal_id, company_id, actor_id, channel,"
    " source, data, write_id, is_void, merged_from, is_robot, seq, robot_why) SELECT person_id, at, id, kind, entity,"
    " record_id, campaign_id, deal_id, company_id, actor_id, channel, source, data, write_id, is_void, merged_from, is_robot,"
    " seq, robot_why FROM event_old",
    "DROP TABLE event_old",
    "CREATE INDEX event_seq ON event (seq)",
    "CREATE INDEX event_write ON event (write_id)",
    "CREATE INDEX event_company ON event (company_id, at) WHERE company_id IS NOT NULL",
    "CREATE INDEX event_deal ON event (deal_id, at) WHERE deal_id IS NOT NULL",
    "CREATE INDEX event_record ON event (record_id) WHERE record_id IS NOT NULL",
    "CREATE INDEX event_merged ON event (merged_from) WHERE merged_from IS NOT NULL",
    "ALTER TABLE change RENAME TO change_old",
    "CREATE TABLE change (record_id BIGINT NOT NULL, id BIGINT NOT NULL, write_id BIGINT NOT NULL, entity TEXT NOT NULL,"
    " action BIGINT NOT NULL, field TEXT, old_text TEXT, new_text TEXT, seq BIGINT NOT NULL DEFAULT 0,"
    " PRIMARY KEY (record_id, id))",
    "INSERT INTO change (record_id, id, write_id, entity, action, field, old_text, new_text, seq)"
    " SELECT record_id, id, write_id, entity, action, field, old_text, new_text, seq FROM change_old",
    "DROP TABLE change_old",
    "CREATE INDEX change_write ON change (write_id, id)",
    "CREATE INDEX change_seq ON change (seq)",
    NULL,
};

/* What is known of events from outside: which key is past its time, and how much came of a campaign. */
static const char *const intake_tables[] = {
    "CREATE INDEX event_key_event ON event_key (event_id)",
    "CREATE INDEX event_campaign ON event (campaign_id, kind, is_robot) WHERE campaign_id IS NOT NULL",
    NULL,
};

/* What browsers sent and nobody has made records of yet (flow/hit.h): taken in fast, so nothing is looked up in it. */
static const char *const hit_tables[] = {
    "CREATE TABLE hit (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, why TEXT)",
    NULL,
};

/* The index of words is made anew from the texts kept beside it (search_schema). */
static const char *const search_by_letter[] = {
    "UPDATE search_doc SET folded = '\xEE\x80\x80' || substr(folded, 3) WHERE folded LIKE 'zz%'",
    "DROP TABLE IF EXISTS search_fts",
    NULL,
};

/* A change tells which version of its record it made (record/since.h); those from before tell none. */
static const char *const change_versions[] = {
    "ALTER TABLE change ADD COLUMN version BIGINT",
    NULL,
};

static const struct db_migration migrations[] = {
    { 1, "the engine's own tables", engine_tables },
    { 2, "answers kept for repeated requests", idempotency_tables },
    { 3, "events of robots are told from people's", robot_events },
    { 4, "one order of changes and events", feed_tables },
    { 5, "from a record to its events", event_records },
    { 6, "what leaves the house, and what comes in by signed call", outbox_tables },
    { 7, "jobs and their clocks", job_tables },
    { 8, "what grows lies by its owner", owners_first },
    { 9, "events told from outside", intake_tables },
    { 10, "the search box answers one letter", search_by_letter },
    { 11, "hits wait to become records", hit_tables },
    { 12, "a change tells the version it made", change_versions },
    { 0 },
};

const struct db_migration *record_migrations(void) { return migrations; }

static bool run(struct db_conn *tx, struct sql *q, struct err *e)
{
    return sql_exec(tx, q, NULL, e);
}

/* ── columns ───────────────────────────────────────────────────────────────── */

/* A field keeps up to three columns: its value and what is derived from it. */
struct column { const char *suffix, *type; };

static int columns_of(const struct field *f, struct column out[3])
{
    int n = 0;
    if (!type_of(f)->column || f->type == FIELD_COMPUTED)
        return 0;
    out[n++] = (struct column){ "", type_of(f)->column };
    if (f->type == FIELD_MONEY) {
        out[n++] = (struct column){ "_currency", "TEXT" };
        out[n++] = (struct column){ "_base", "BIGINT" };
    }
    if (field_keeps_key(f))
        out[n++] = (struct column){ "_key", "BLOB" };
    if (field_keeps_fold(f))
        out[n++] = (struct column){ "_fold", "TEXT" };
    return n;
}

static const char *column_name(struct arena *a, const struct field *f, const char *suffix)
{
    return arena_cstr(a, arena_fmt(a, "%s%s", f->name, suffix));
}

static void define(struct sql *q, struct arena *a, const struct field *f, const struct column *k)
{
    sql_name(q, column_name(a, f, k->suffix));
    sql_lit(q, " ");
    sql_lit(q, k->type);
}

static bool create_table(struct db_conn *tx, struct arena *a, const struct entity *en, struct err *e)
{
    struct sql *q = sql_new(a);
    struct column k[3];

    sql_lit(q, "CREATE TABLE ");
    sql_name(q, en->name);
    sql_lit(q, " (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, created_at BIGINT NOT NULL,"
               " created_by BIGINT NOT NULL, updated_at BIGINT NOT NULL, updated_by BIGINT NOT NULL,"
               " deleted_at BIGINT");
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
        for (int i = 0, n = columns_of(f, k); i < n; i++) {
            sql_lit(q, ", ");
            define(q, a, f, &k[i]);
        }
    sql_lit(q, ")");
    return run(tx, q, e);
}

static bool has_column(const struct db_column *v, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].name, str_of(name)))
            return true;
    return false;
}

static bool add_column(struct db_conn *tx, struct arena *a, const struct entity *en,
                       const struct field *f, const struct column *k, struct err *e)
{
    struct sql *q = sql_new(a);
    sql_lit(q, "ALTER TABLE ");
    sql_name(q, en->name);
    sql_lit(q, " ADD COLUMN ");
    define(q, a, f, k);
    return run(tx, q, e);
}

static bool extend_table(struct db_conn *tx, struct arena *a, const struct entity *en, struct err *e)
{
    struct db_column *have;
    struct column k[3];
    size_t n;

    if (!db_table_columns(tx, a, en->name, &have, &n, e))
        return false;
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
        for (int i = 0, nk = columns_of(f, k); i < nk; i++)
            if (!has_column(have, n, column_name(a, f, k[i].suffix))
                && !add_column(tx, a, en, f, &k[i], e))
                return false;
    return true;
}

/* ── links and indexes ─────────────────────────────────────────────────────── */

static bool link_table(struct db_conn *tx, struct arena *a, const struct entity *en,
                       const struct field *f, struct err *e)
{
    const char *table = field_link_table(a, en, f);
    bool there = false;
    if (!db_table_exists(tx, table, &there, e) || there)
        return there;
    struct sql *q = sql_new(a), *back = sql_new(a);
    sql_lit(q, "CREATE TABLE ");
    sql_name(q, table);
    sql_lit(q, " (owner_id BIGINT NOT NULL, target_id BIGINT NOT NULL,"
               " position BIGINT NOT NULL, PRIMARY KEY (owner_id, target_id))");
    sql_lit(back, "CREATE INDEX ");
    sql_name(back, arena_cstr(a, arena_fmt(a, "%s_target", table)));
    sql_lit(back, " ON ");
    sql_name(back, table);
    sql_lit(back, " (target_id)");
    return run(tx, q, e) && run(tx, back, e);
}

/* An index over live records; `column` and the id, so that a keyset page walks it. */
enum index_kind { INDEX_PLAIN, INDEX_UNIQUE, INDEX_LOWERED };
static const char *const index_prefix[] = { "ix", "ux", "lx" };

static bool index_on(struct db_conn *tx, struct arena *a, const struct entity *en,
                     const char *column, enum index_kind kind, struct err *e)
{
    const char *name = arena_cstr(a, arena_fmt(a, "%s_%s_%s", index_prefix[kind], en->name, column));
    bool there = false;
    if (!db_index_exists(tx, name, &there, e) || there)
        return there;
    struct sql *q = sql_new(a);
    sql_lit(q, kind == INDEX_UNIQUE ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    sql_name(q, name);
    sql_lit(q, " ON ");
    sql_name(q, en->name);
    sql_lit(q, kind == INDEX_LOWERED ? " (lower(" : " (");
    sql_name(q, column);
    sql_lit(q, kind == INDEX_LOWERED ? ")" : "");
    sql_lit(q, kind == INDEX_UNIQUE ? ") WHERE deleted_at IS NULL" : ", id) WHERE deleted_at IS NULL");
    return run(tx, q, e);
}

/* "Mine, newest first" is what most lists ask. */
static bool owner_index(struct db_conn *tx, struct arena *a, const struct entity *en, struct err *e)
{
    bool is_account = en->flags & E_ACCOUNT, there = false;
    const char *name = arena_fmt(a, is_account ? "ix_%s_own" : "ix_%s_mine", en->name).p;
    if (!en->owner)
        return true;
    if (!db_index_exists(tx, name, &there, e) || there)
        return there;
    struct sql *q = sql_new(a);
    sql_lit(q, "CREATE INDEX ");
    sql_name(q, name);
    sql_lit(q, " ON ");
    sql_name(q, en->name);
    sql_lit(q, " (");
    sql_name(q, en->owner);
    sql_lit(q, is_account ? ", id) WHERE deleted_at IS NULL" : ", updated_at, id) WHERE deleted_at IS NULL");
    return run(tx, q, e);
}

/* Deleted ones by the time they went (bin.h): small, and no write of a live record touches it. */
static bool bin_index(struct db_conn *tx, struct arena *a, const struct entity *en, struct err *e)
{
    const char *name = arena_fmt(a, "ix_%s_bin", en->name).p;
    bool there = false;
    if (en->flags & (E_NO_PAGE | E_NO_DELETE | E_ACCOUNT | E_DERIVED))
        return true;
    if (!db_index_exists(tx, name, &there, e) || there)
        return there;
    struct sql *q = sql_new(a);
    sql_lit(q, "CREATE INDEX ");
    sql_name(q, name);
    sql_lit(q, " ON ");
    sql_name(q, en->name);
    sql_lit(q, " (deleted_at, id) WHERE deleted_at IS NOT NULL");
    return run(tx, q, e);
}

static bool drop_index(struct db_conn *tx, struct arena *a, const struct entity *en, const char *of, struct err *e)
{
    struct sql *q = sql_new(a);
    sql_lit(q, "DROP INDEX IF EXISTS ");
    sql_name(q, arena_fmt(a, "ix_%s_%s", en->name, of).p);
    return run(tx, q, e);
}

/* When something was made and changed. A row of account is made in the order of ids and moves at each step: what an older program
 * made for it goes. */
static bool time_indexes(struct db_conn *tx, struct arena *a, const struct entity *en, struct err *e)
{
    if (en->flags & E_ACCOUNT)
        return drop_index(tx, a, en, "updated_at", e) && drop_index(tx, a, en, "created_at", e) && drop_index(tx, a, en, "mine", e);
    return index_on(tx, a, en, "updated_at", INDEX_PLAIN, e) && index_on(tx, a, en, "created_at", INDEX_PLAIN, e);
}

/* What compares in small letters is looked up so, and sorted. The other index, which an older program made when the field was
 * declared otherwise, serves nobody. */
static bool compared_index(struct db_conn *tx, struct arena *a, const struct entity *en, const struct field *f, struct err *e)
{
    enum index_kind kind = field_is_lowered(f) ? INDEX_LOWERED : INDEX_PLAIN;
    const char *other = arena_fmt(a, "%s_%s_%s", index_prefix[kind == INDEX_PLAIN ? INDEX_LOWERED : INDEX_PLAIN], en->name, f->name).p;
    bool is_there = false;
    struct sql *q = sql_new(a);
    if (!db_index_exists(tx, other, &is_there, e))
        return false;
    sql_lit(q, "DROP INDEX ");
    sql_name(q, other);
    return (!is_there || run(tx, q, e)) && index_on(tx, a, en, f->name, kind, e);
}

static bool field_indexes(struct db_conn *tx, struct arena *a, const struct entity *en,
                          const struct field *f, struct err *e)
{
    if (f->type == FIELD_REFS)
        return link_table(tx, a, en, f, e);
    if (!type_of(f)->column || f->type == FIELD_COMPUTED)
        return true;
    if (f->flags & F_UNIQUE && !index_on(tx, a, en, f->name, INDEX_UNIQUE, e))
        return false;
    if (field_keeps_key(f) && !index_on(tx, a, en, column_name(a, f, "_key"), INDEX_PLAIN, e))
        return false;
    if (field_keeps_fold(f) && f == entity_field(en, str_of(en->title))
        && !index_on(tx, a, en, column_name(a, f, "_fold"), INDEX_PLAIN, e))
        return false;
    bool is_owner = en->owner && !strcmp(f->name, en->owner);       /* owner_index() serves it */
    bool is_wanted = (f->flags & F_INDEX || f->type == FIELD_REF) && !is_owner;
    if (!is_wanted)
        return true;
    return f->type == FIELD_MONEY ? index_on(tx, a, en, column_name(a, f, "_base"), INDEX_PLAIN, e) : compared_index(tx, a, en, f, e);
}

static bool entity_schema(struct db_conn *tx, struct arena *a, const struct entity *en, struct err *e)
{
    bool there = false;
    if (!db_table_exists(tx, en->name, &there, e))
        return false;
    if (there ? !extend_table(tx, a, en, e) : !create_table(tx, a, en, e))
        return false;
    if (!time_indexes(tx, a, en, e) || !owner_index(tx, a, en, e) || !bin_index(tx, a, en, e))
        return false;
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
        if (!field_indexes(tx, a, en, f, e))
            return false;
    for (const char *const *s = en->schema; s && *s; s++)
        if (!db_exec(tx, *s, DB_NONE, NULL, e))
            return false;
    return true;
}

/* ── the mark ──────────────────────────────────────────────────────────────── */

/* Looking for each table and index takes a thousand questions, at every start. So what was made is marked by a sum over
 * the declarations, and nothing is looked for while the sum is the same. SHAPE grows with every change of this file that makes
 * something else of the same declaration. Another mark says that the values are of today's form (values.c). */
enum { SHAPE = 4 };

static uint64_t mix(uint64_t sum, const char *text)
{
    return sum * 1099511628211u + (text ? str_hash(str_of(text)) : 7);
}

static int64_t catalogue_mark(void)
{
    uint64_t sum = SHAPE;
    for (const struct db_migration *m = migrations; m->version; m++)
        sum = mix(sum, m->name);                /* one may have taken away what was made */
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        sum = mix(mix(mix(sum, en->name), en->title), en->owner) * 31 + (en->flags & E_ACCOUNT);
        for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
            sum = mix(mix(sum, f->name), type_of(f)->column) * 31 + (uint64_t)f->type * 1000003 + f->flags;
        for (const char *const *s = en->schema; s && *s; s++)
            sum = mix(sum, *s);
    }
    return (int64_t)(sum >> 1);
}

bool schema_is_marked(struct db_conn *c, enum schema_mark which, int64_t mark, bool *out, struct err *e)
{
    int64_t have = 0;
    *out = false;
    if (!db_table_exists(c, "setu_catalogue", out, e))
        return false;
    if (*out && !db_get_int(c, "SELECT mark FROM setu_catalogue WHERE id = $1", DB_ARGS(V((int64_t)which)), out, &have, e))
        return false;
    *out = *out && have == mark;
    return true;
}

bool schema_mark(struct db_conn *tx, enum schema_mark which, int64_t mark, struct err *e)
{
    return db_exec(tx, "INSERT INTO setu_catalogue (id, mark) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET mark = excluded.mark",
                   DB_ARGS(V((int64_t)which), V(mark)), NULL, e);
}

static bool catalogue_schema(struct db_conn *tx, void *arg, struct err *e)
{
    int64_t mark = catalogue_mark();
    bool there = false;
    if (!schema_is_marked(tx, MARK_SHAPE, mark, &there, e))
        return false;
    if (there)
        return true;
    for (size_t i = 0; i < catalogue_count(); i++) {
        struct arena scratch = *(struct arena *)arg;    /* each entity's statements are forgotten */
        if (!entity_schema(tx, &scratch, catalogue_at(i), e))
            return false;
    }
    return search_schema(tx, arg, e)
        && db_exec(tx, "CREATE TABLE IF NOT EXISTS setu_catalogue (id BIGINT PRIMARY KEY, mark BIGINT NOT NULL)", DB_NONE, NULL, e)
        && schema_mark(tx, MARK_SHAPE, mark, e);
}

bool record_schema(struct db *db, struct err *e)
{
    struct arena a = arena_open(8 << 20);
    bool ok = db_migrate(db, migrations, e) && db_schema(db, catalogue_schema, &a, e);
    arena_close(&a);
    return ok;
}
