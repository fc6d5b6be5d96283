/* demo.c - plays the story: one act after the other, each at its own instant.
 *
 * Acts wait in a heap and are written some hundred a transaction, each with a row of its own in
 * the history. The clock and the ids follow the story (clock_set, id_replay), so that all of it
 * is in order of time and the same seed gives the same workspace; both are set free at the end.
 */
#include "app/place.h"
#include "base/log.h"
#include "demo/inside.h"
#include <stdlib.h>
#include <sys/stat.h>

enum { YEARS = 3, ACTS_MAX = 40000, ACTS_AT_ONCE = 120, KEEP_BYTES = 64 << 20, PLAY_BYTES = 256 << 20 };

/* ── acting ──────────────────────────────────────────────────────────────── */

struct ctx as_user(struct demo *d, struct ctx *tx, int user)
{
    struct ctx c = *tx;
    c.who = &d->actor[user];
    c.by = 0;
    c.loc = &d->loc[user_rows[user].lang];
    return c;
}

struct ctx as_program(struct demo *d, struct ctx *tx, enum lang l)
{
    struct ctx c = *tx;
    c.who = &actor_system;
    c.by = 0;
    c.loc = &d->loc[l];
    return c;
}

int user_row_of(const struct demo *d, int64_t id)
{
    for (int i = 0; i < USERS; i++)
        if (id && d->user[i] == id)
            return i;
    return -1;
}

int seller_of(struct demo *d, enum office o, const char *role)
{
    int row[USERS], n = 0;
    for (int i = 0; i < USERS; i++)
        if (user_rows[i].office == o && !strcmp(user_rows[i].roles, role))
            row[n++] = i;
    return row[below(d, n)];
}

bool store(struct ctx *tx, struct record *r, int64_t *id, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);         /* fields of the program too, told as the person's */
    if (!record_create(&sys, r, e))
        return false;
    if (id)
        *id = r->id;
    return true;
}

struct one { bool (*fn)(struct ctx *, int64_t, struct err *); int64_t id; };

static bool run_one(struct ctx *tx, void *arg, struct err *e)
{
    struct one *o = arg;
    return o->fn(tx, o->id, e);
}

bool each_act(struct ctx *tx, bool (*fn)(struct ctx *, int64_t, struct err *), int64_t id, struct err *e)
{
    struct arena scratch = *tx->a;
    struct ctx own = *tx;
    struct one o = { fn, id };
    own.a = &scratch;
    return record_act_quiet(&own, run_one, &o, e);
}

/* ── the clock goes on ───────────────────────────────────────────────────── */

static bool is_before(const struct act *x, const struct act *y)
{
    return x->at != y->at ? x->at < y->at : x->seq < y->seq;
}

static struct act next_act(struct demo *d)
{
    struct act top = d->heap[0], x = d->heap[--d->nacts];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < d->nacts) {
        if (child + 1 < d->nacts && is_before(&d->heap[child + 1], &d->heap[child]))
            child++;
        if (is_before(&x, &d->heap[child]))
            break;
        d->heap[i] = d->heap[child];
        i = child;
    }
    d->heap[i] = x;
    return top;
}

struct playing { struct demo *d; struct act act; bool (*part)(struct demo *, struct ctx *, struct err *); };

static bool run_act(struct ctx *tx, void *arg, struct err *e)
{
    struct playing *p = arg;
    return p->part ? p->part(p->d, tx, e) : p->act.run(p->d, tx, p->act.who, e);
}

static bool at_instant(struct ctx *tx, struct playing *p, int64_t at, struct err *e)
{
    struct arena scratch = *tx->a;
    struct ctx own = *tx;
    own.a = &scratch;
    own.now = at;
    clock_set(at);
    return record_act_quiet(&own, run_act, p, e);
}

static bool some_acts(struct ctx *tx, void *arg, struct err *e)
{
    struct demo *d = arg;
    for (int i = 0; i < ACTS_AT_ONCE && d->nacts; i++) {
        struct playing p = { .d = d, .act = next_act(d) };
        if (!at_instant(tx, &p, p.act.at, e))
            return false;
    }
    return true;
}

static bool first_acts(struct ctx *tx, void *arg, struct err *e)
{
    static bool (*const parts[])(struct demo *, struct ctx *, struct err *) = { house_make, shelf_make, campaigns_make, forms_make };
    struct demo *d = arg;
    for (size_t i = 0; i < countof(parts); i++) {
        struct playing p = { .d = d, .part = parts[i] };
        if (!at_instant(tx, &p, d->start + (int64_t)i * MINUTE_US, e))
            return false;
    }
    return true;
}

static bool last_acts(struct ctx *tx, void *arg, struct err *e)
{
    struct playing p = { .d = arg, .part = today_make };
    return at_instant(tx, &p, p.d->now, e);
}

static bool play_all(struct demo *d, struct ctx *c, struct err *e)
{
    if (!record_write_bulk(c, first_acts, d, e))
        return false;
    market_plan(d);
    while (d->nacts)
        if (!record_write_bulk(c, some_acts, d, e))
            return false;
    return record_write_bulk(c, last_acts, d, e);
}

/* ── the whole ───────────────────────────────────────────────────────────── */

static void set_locales(struct demo *d)
{
    for (int o = 0; o < OFFICES; o++) {
        struct locale *loc = &d->loc[offices[o].lang];
        *loc = locale_default(offices[o].lang, offices[o].code);
        loc->zone = offices[o].zone;
    }
}

static bool play(struct workspace *ws, const struct demo_options *o, int64_t start, struct err *e)
{
    struct arena keep = arena_open(KEEP_BYTES), a = arena_open(PLAY_BYTES);
    struct demo *d = arena_new(&keep, struct demo, 1);
    sigjmp_buf full, *outer = arena_boundary;
    volatile bool ok = false;

    *d = (struct demo){ .ws = ws, .keep = &keep, .r = seeded_from(o->seed), .start = start, .now = o->now,
                        .size = o->is_small ? 6 : 1, .room = ACTS_MAX, .heap = arena_new(&keep, struct act, ACTS_MAX) };
    set_locales(d);
    arena_boundary = &full;
    if (sigsetjmp(full, 0) == 0) {
        struct ctx c = workspace_ctx(ws, &a, NULL, &d->loc[LANG_EN]);
        ok = play_all(d, &c, e);
    }
    arena_boundary = outer;
    arena_close(&a);
    arena_close(&keep);
    return ok;
}

/* A mark in the folder tells a story that was played to its end. */
static const char *mark_of(struct arena *a, const char *data) { return arena_fmt(a, "%s/demo", place_of(a, data).folder).p; }

bool demo_is_there(const char *folder)
{
    struct arena a = arena_open(1 << 16);
    struct stat st;
    bool is_there = stat(mark_of(&a, folder), &st) == 0;
    arena_close(&a);
    return is_there;
}

static void leave_mark(const char *folder)
{
    struct arena a = arena_open(1 << 16);
    FILE *f = fopen(mark_of(&a, folder), "w");
    if (f)
        fclose(f);
    arena_close(&a);
}

bool demo_create(const char *folder, const struct demo_options *given, struct workspace **out, struct err *e)
{
    struct demo_options o = *given;
    struct workspace_init in = {
        .company = "Padmarag Packaging", .country = "BD", .lang = LANG_EN, .zone = "Asia/Dhaka", .currency = "BDT",
        .admin_email = demo_signins[0].email, .admin_name = demo_signins[0].name,
    };
    struct workspace *ws;
    int64_t start = o.now - YEARS * INT64_C(365) * DAY_US;
    o.seed = o.seed ? o.seed : 1;
    clock_set(start);
    id_replay(o.seed);
    bool ok = workspace_create(folder, &in, &ws, e);
    if (ok && !play(ws, &o, start, e)) {
        workspace_close(ws);
        ok = false;
    }
    clock_set(0);
    id_replay(0);
    if (!ok)
        return false;
    leave_mark(folder);
    *out = ws;
    return true;
}
