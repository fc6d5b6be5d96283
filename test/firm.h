/* firm.h - a new workspace as its owner gets it, with people in it, and the verbs of a test: make, set,
 * seen, counted, drain. Everything goes through the engine; the clock is held.
 */
#pragma once
#include "suite.h"
#undef fail                             /* ours is the one of err.h */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "core/core.h"
#include "flow/feed.h"
#include "people/people.h"
#include "place.h"
#include "record/access.h"
#include "record/query.h"
#include "record/type.h"
#include "sell/sell.h"
#include "tables.h"

static struct workspace *ws;
static struct arena a;
static struct db_conn *reader;
static struct locale loc;
static struct err e;
static char folder[64];
static const char *place;                /* the folder, or a schema */

static const struct actor *const sys = &actor_system;

static inline void firm_open(const char *test, int64_t now)
{
    snprintf(folder, sizeof folder, "/tmp/setu-%s-%d", test, (int)getpid());
    const struct workspace_init in = { .company = "Padma Foods", .country = "BD", .lang = LANG_EN,
                                       .admin_email = "owner@padma.example", .admin_name = "Owner" };
    clock_set(now);
    place = place_for(folder);
    app_catalogue();
    tables_copy(folder);
    ck_assert_msg(workspace_create(place, &in, &ws, &e), "%s", e.detail);
    a = arena_open(256 << 20);
    loc = locale_default(LANG_EN, "BD");
    ck_assert(db_reader(ws->db, &reader, &e));
}

static inline void firm_close(void)
{
    db_conn_close(reader);
    workspace_close(ws);
    arena_close(&a);
    clock_set(0);
    place_remove(folder);
}

/* What this person sees now. */
static inline struct ctx fresh(const struct actor *who)
{
    db_read_end(reader);
    ck_assert(db_read_begin(reader, 0, &e));
    struct ctx c = workspace_ctx(ws, &a, reader, &loc);
    c.who = who;
    return c;
}

/* ── writing ─────────────────────────────────────────────────────────────── */

struct job { const struct entity *en; int64_t id; const char *const *pairs; int64_t write, made; };    /* made: the record; an act may run twice */

static inline bool firm_job(struct ctx *tx, void *arg, struct err *err)
{
    struct job *j = arg;
    struct record *r = record_new(tx->a, j->en);
    r->id = j->id;
    for (const char *const *p = j->pairs; p && p[0]; p += 2) {
        struct val v;
        if (!type_from_canon(tx, entity_field(j->en, str_of(p[0])), str_of(p[1]), &v, err))
            return false;
        record_set(r, p[0], v);
    }
    bool ok = j->id ? record_update(tx, r, 0, NULL, err) : record_create(tx, r, err);
    j->made = r->id;
    return ok;
}

static inline bool put(const struct actor *who, struct job *j)
{
    struct ctx c = fresh(who);
    e = (struct err){ 0 };
    bool ok = record_write(&c, firm_job, j, &e);
    j->write = c.write_id;
    return ok;
}

#define PAIRS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define make(who, en, ...) made((who), (en), PAIRS(__VA_ARGS__), __LINE__)
#define set(who, en, id, ...) put((who), &(struct job){ (en), (id), PAIRS(__VA_ARGS__), 0 })

static inline int64_t made(const struct actor *who, const struct entity *en, const char *const *pairs, int line)
{
    struct job j = { en, 0, pairs, 0 };
    ck_assert_msg(put(who, &j), "line %d: %s (%s)", line, e.detail, e.field ? e.field : "");
    return j.made;
}

/* ── reading ─────────────────────────────────────────────────────────────── */

static inline struct record *seen(const struct entity *en, int64_t id)
{
    struct ctx c = fresh(sys);
    struct record *r = NULL;
    ck_assert_msg(record_get(&c, en, id, &r, &e), "%s", e.detail);
    return r;
}

static inline const char *text(const struct entity *en, int64_t id, const char *field)
{
    return arena_cstr(&a, record_text(seen(en, id), field));
}

static inline int64_t number(const struct entity *en, int64_t id, const char *field) { return record_int(seen(en, id), field); }

static inline const char *id_of(int64_t id) { return arena_cstr(&a, id_text(&a, id)); }
static inline const char *two(int64_t x, int64_t y) { return arena_fmt(&a, "%s,%s", id_of(x), id_of(y)).p; }

static inline int64_t counted(const struct entity *en, const char *filter)
{
    struct ctx c = fresh(sys);
    int64_t n;
    bool more;
    struct list_spec s = { .en = en, .filter = str_of(filter) };
    ck_assert_msg(record_count(&c, &s, COUNT_CAP, &n, &more, &e), "%s: %s", filter, e.detail);
    return n;
}

/* ── people, and time ────────────────────────────────────────────────────── */

static inline struct actor actor_of(int64_t user)
{
    struct actor who;
    struct ctx c = fresh(sys);
    ck_assert_msg(actor_load(&a, c.c, user, &who, &e), "%s", e.detail);
    return who;
}

static inline struct actor hired_under(const char *name, enum role r, int64_t boss)
{
    return actor_of(make(sys, &user_entity, "name", name, "roles", role_name(r), "lang", "en", "manager", boss ? id_of(boss) : ""));
}

static inline struct actor hired(const char *name, enum role r) { return hired_under(name, r, 0); }

static inline struct actor first_user(void)
{
    struct ctx c = fresh(sys);
    struct record *first;
    ck_assert(record_find(&c, &user_entity, "email", val_text(S("owner@padma.example")), &first, &e) && first);
    return actor_of(first->id);
}

/* Everything that follows the feed has followed. */
static inline void drain(void)
{
    e = (struct err){ 0 };
    ck_assert_msg(feed_drain(ws, &e), "%s", e.detail);
}

static inline void at(int64_t now)
{
    clock_set(now);
    drain();
}
