/* bench.c - setu bench: data of any size, and a server with a hand tied, for bench/run.
 *
 *   fill    people, companies, deals, events and touches through the record engine, some
 *           hundred a transaction: with history and search, as if people had
 *           written them over two years. The same numbers give the same data.
 *   csv     people as a table of twelve columns, to be imported
 *   duplicates  the whole pass over all people, nothing written
 *   count   an exact count of some people: ms by columns, ms by tables, s until the
 *           columns were read, and both numbers (bench_count.c)
 *   enrol   people into a flow that is due at once
 *   flow    all that are due go on: how many, s, s of CPU, commits (bench_flow.c)
 *   serve   as `setu serve`, but each write is a transaction of its own: what
 *           group commit is measured against
 */
#include "base/clock.h"
#include "base/random.h"
#include "cmd/cmds.h"
#include "core/core.h"
#include "demo/words.h"
#include "flow/feed.h"
#include "people/people.h"
#include "reach/reach.h"
#include "record/access.h"
#include "record/match.h"
#include "sell/sell.h"

enum { SLICE = 500, SLICE_BYTES = 64 << 20, YEARS_DAYS = 730, COMPANIES_KEPT = 20000, STAGES_MAX = 32, CAMPAIGNS = 20 };

static const struct option_help options[] = {
    { "data", "DIR", "the folder of the workspace (fill, serve)" },
    { "people", "N", "how many (fill, csv, enrol; default 100000)" },
    { "companies", "N", "default a fifth of the people" },
    { "deals", "N", "default three tenths of the people" },
    { "events", "N", "default three for each of the people" },
    { "touches", "N", "default none" },
    { "listen", "ADDR", "address and port (serve)" },
    { 0 },
};

/* ── somebody ────────────────────────────────────────────────────────────── */

static const char *const source[] = { "web", "campaign", "event", "referral", "cold_call", "social", "partner", "phone" };
static const struct place { enum lang lang; const char *country, *code, *phone; } place[] = {
    { LANG_BN, "Bangladesh", "bn", "+88017" }, { LANG_HI, "India", "hi", "+9198" },
    { LANG_FA, "Iran", "fa", "+98912" }, { LANG_EN, "United Kingdom", "en", "+4477" },
};
/* Digits that follow place.phone in a mobile number of that country. */
static const int phone_digits[] = { 8, 8, 7, 8 };

struct somebody {
    const struct place *at;
    str name, email, phone, job, city;
    const char *source;
    int64_t birthday;
};

static const char *one_of(struct seeded *r, struct demo_texts t) { return t.v[seeded_below(r, (int64_t)t.n)]; }

static str number_of(struct arena *a, struct seeded *r, size_t where)
{
    int64_t bound = 1;
    for (int i = 0; i < phone_digits[where]; i++)
        bound *= 10;
    return arena_fmt(a, "%s%0*lld", place[where].phone, phone_digits[where], (long long)seeded_below(r, bound));
}

static struct somebody somebody(struct arena *a, struct seeded *r, int64_t number)
{
    size_t where = (size_t)seeded_below(r, countof(place));
    const struct demo_words *w = demo_words(place[where].lang);
    const struct demo_name *first = &w->first[seeded_below(r, (int64_t)w->nfirst)];
    const struct demo_name *last = &w->last[seeded_below(r, (int64_t)w->nlast)];
    return (struct somebody){
        .at = &place[where],
        .name = arena_fmt(a, "%s %s", first->text, last->text),
        .email = arena_fmt(a, "%s.%s.%lld@firm%lld.example", first->latin, last->latin, (long long)number,
                           (long long)(number % 20000)),
        .phone = number_of(a, r, where),
        .job = str_of(one_of(r, seeded_below(r, 3) ? w->staff : w->heads)),
        .city = str_of(one_of(r, w->cities)),
        .source = source[seeded_below(r, countof(source))],
        .birthday = -3650 + seeded_below(r, 12000),
    };
}

/* ── filling ─────────────────────────────────────────────────────────────── */

struct fill {
    struct cmd *c;
    struct seeded r;
    int64_t done, all;                          /* of the kind being written */
    int64_t first_person, company[COMPANIES_KEPT], ncompanies;
    int64_t pipeline, stage[STAGES_MAX];
    int nstages, nusers;
    int64_t user[32], *person, npersons, campaign[CAMPAIGNS], ncampaigns;
};

static int64_t some_time(struct fill *f) { return f->c->ctx.now - seeded_below(&f->r, (int64_t)YEARS_DAYS * DAY_US); }

static int64_t pick(struct fill *f, const int64_t *v, int64_t n) { return n ? v[seeded_below(&f->r, n)] : 0; }

static void keep(struct fill *f, int64_t *v, int64_t *n, int64_t id)
{
    if (*n < COMPANIES_KEPT)
        v[(*n)++] = id;
    else
        v[seeded_below(&f->r, COMPANIES_KEPT)] = id;
}

static bool put_company(struct fill *f, struct ctx *tx, struct err *e)
{
    const struct place *at = &place[seeded_below(&f->r, countof(place))];
    const struct demo_words *w = demo_words(at->lang);
    const struct demo_name *firm = &w->firm[seeded_below(&f->r, (int64_t)w->nfirm)];
    const struct demo_trade *trade = &w->trade[seeded_below(&f->r, (int64_t)w->ntrade)];
    struct record *r = record_new(tx->a, &company_entity);

    record_set(r, "name", val_text(arena_fmt(tx->a, "%s %s %lld", firm->text, trade->text, (long long)f->done)));
    record_set(r, "domain", val_text(arena_fmt(tx->a, "firm%lld.example", (long long)f->done)));
    record_set(r, "industry", val_text(str_of(trade->industry)));
    record_set(r, "employees", val_int(1 + seeded_below(&f->r, 2000)));
    record_set(r, "country", val_text(str_of(at->country)));
    record_set(r, "city", val_text(str_of(one_of(&f->r, w->cities))));
    record_set(r, "owner", val_ref(pick(f, f->user, f->nusers)));
    r->created_at = some_time(f);
    if (!record_create(tx, r, e))
        return false;
    keep(f, f->company, &f->ncompanies, r->id);
    return true;
}

static bool put_person(struct fill *f, struct ctx *tx, struct err *e)
{
    static const char *const lifecycle[] = { "lead", "lead", "lead", "mql", "sql", "opportunity", "customer" };
    struct somebody s = somebody(tx->a, &f->r, f->done);
    struct record *r = record_new(tx->a, &person_entity);

    record_set(r, "name", val_text(s.name));
    record_set(r, "email", val_text(s.email));
    record_set(r, "phone", val_text(s.phone));
    record_set(r, "job_title", val_text(s.job));
    record_set(r, "company", val_ref(pick(f, f->company, f->ncompanies)));
    record_set(r, "owner", val_ref(pick(f, f->user, f->nusers)));
    record_set(r, "lifecycle", val_text(str_of(lifecycle[seeded_below(&f->r, countof(lifecycle))])));
    record_set(r, "source", val_text(str_of(s.source)));
    record_set(r, "language", val_text(str_of(s.at->code)));
    record_set(r, "country", val_text(str_of(s.at->country)));
    record_set(r, "city", val_text(s.city));
    r->created_at = some_time(f);
    record_set(r, "last_activity_at", val_int(r->created_at + seeded_below(&f->r, f->c->ctx.now - r->created_at)));
    if (!record_create(tx, r, e))
        return false;
    f->person[f->npersons++] = r->id;
    return true;
}

static bool put_deal(struct fill *f, struct ctx *tx, struct err *e)
{
    struct record *r = record_new(tx->a, &deal_entity);
    int64_t today = zone_days(tx->loc->zone, tx->now), opened = today - seeded_below(&f->r, YEARS_DAYS);
    int64_t closes = opened + 10 + seeded_below(&f->r, 120);
    bool is_closed = closes < today && f->nstages > 2;          /* the last two stages are won and lost */
    int at = (int)(is_closed ? f->nstages - 1 - seeded_below(&f->r, 2) : seeded_below(&f->r, f->nstages - 2));

    record_set(r, "name", val_text(arena_fmt(tx->a, "Deal %lld", (long long)f->done)));
    record_set(r, "company", val_ref(pick(f, f->company, f->ncompanies)));
    record_set(r, "person", val_ref(pick(f, f->person, f->npersons)));
    record_set(r, "pipeline", val_ref(f->pipeline));
    record_set(r, "stage", val_ref(f->stage[at]));
    record_set(r, "owner", val_ref(pick(f, f->user, f->nusers)));
    record_set(r, "amount", val_money(100 * (1000 + seeded_below(&f->r, 900000)), str_of(tx->ws->currency)));
    record_set(r, "source", val_text(str_of(source[seeded_below(&f->r, countof(source))])));
    record_set(r, "opened_at", val_int(opened));
    record_set(r, "close_date", val_int(closes));
    return record_create(tx, r, e);
}

static bool put_event(struct fill *f, struct ctx *tx, struct err *e)
{
    static const char *const kind[] = { "page.viewed", "mail.opened", "mail.clicked", "form.sent" };
    return event_add(tx, &(struct event){
        .person_id = pick(f, f->person, f->npersons), .at = some_time(f), .kind = kind[seeded_below(&f->r, countof(kind))],
        .channel = S("web"), .data = S("{\"page\":\"/pricing\"}") }, e);
}

static bool put_touch(struct fill *f, struct ctx *tx, struct err *e)
{
    static const char *const kind[] = { "page", "form", "ad_click", "email_click", "call" };
    static const char *const channel[] = { "web", "email", "search" };
    struct record *r = record_new(tx->a, &touch_entity);
    record_set(r, "person", val_ref(pick(f, f->person, f->npersons)));
    record_set(r, "at", val_int(some_time(f)));
    record_set(r, "kind", val_text(str_of(kind[seeded_below(&f->r, countof(kind))])));
    record_set(r, "channel", val_text(str_of(channel[seeded_below(&f->r, countof(channel))])));
    record_set(r, "source", val_text(str_of(source[seeded_below(&f->r, countof(source))])));
    record_set(r, "campaign", val_ref(pick(f, f->campaign, f->ncampaigns)));
    return record_create(tx, r, e);
}

static bool put_campaign(struct fill *f, struct ctx *tx, struct err *e)
{
    struct record *r = record_new(tx->a, &campaign_entity);
    record_set(r, "name", val_text(arena_fmt(tx->a, "Campaign %lld", (long long)f->done)));
    record_set(r, "status", val_text(S("active")));
    record_set(r, "channel", val_text(S("web")));
    record_set(r, "goal", val_text(S("leads")));
    if (!record_create(tx, r, e))
        return false;
    f->campaign[f->ncampaigns++] = r->id;
    return true;
}

typedef bool put_fn(struct fill *f, struct ctx *tx, struct err *e);
struct slice { struct fill *f; put_fn *put; int64_t from; };

static bool write_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *s = arg;
    struct ctx past = ctx_as_system(tx);
    past.is_history = true;
    s->f->done = s->from;
    for (int i = 0; i < SLICE && s->f->done < s->f->all; i++, s->f->done++)
        if (!s->put(s->f, &past, e))
            return false;
    return true;
}

static bool put_all(struct fill *f, const char *what, int64_t n, put_fn *put, struct err *e)
{
    struct arena a = arena_open(SLICE_BYTES);
    int64_t start = clock_mono();
    bool ok = true;

    f->done = 0;
    f->all = n;
    while (ok && f->done < n) {
        struct ctx c = f->c->ctx;
        struct slice s = { f, put, f->done };
        arena_reset(&a);
        c.a = &a;
        ok = record_write_bulk(&c, write_slice, &s, e);
    }
    arena_close(&a);
    double took = (double)(clock_mono() - start) / SECOND_US;
    fprintf(f->c->out, "%lld %s in %.1f s (%.0f/s)\n", (long long)f->done, what, took, took > 0 ? (double)f->done / took : 0);
    fflush(f->c->out);
    return ok;
}

static bool take_ids(struct db_rows *q, int64_t *ids, int max, int *n, struct err *e)
{
    *n = 0;
    while (*n < max && db_next(q))
        ids[(*n)++] = db_int(q, 0);
    return db_done(q, e);
}

static bool read_house(struct fill *f, struct err *e)
{
    struct db_conn *c = f->c->db;
    struct db_rows q;
    int n;
    return db_query(c, &q, "SELECT id FROM pipeline WHERE deleted_at IS NULL ORDER BY is_default DESC, position, id LIMIT 1",
                    DB_NONE, e)
        && take_ids(&q, &f->pipeline, 1, &n, e)
        && db_query(c, &q, "SELECT id FROM stage WHERE pipeline = $1 AND deleted_at IS NULL ORDER BY is_won + is_lost, position",
                    DB_ARGS(V(f->pipeline)), e)
        && take_ids(&q, f->stage, STAGES_MAX, &f->nstages, e)
        && db_query(c, &q, "SELECT id FROM \"user\" WHERE deleted_at IS NULL ORDER BY id", DB_NONE, e)
        && take_ids(&q, f->user, (int)countof(f->user), &f->nusers, e);
}

/* ── duplicates ──────────────────────────────────────────────────────────── */

static bool read_people(struct cmd *c, struct arena *a, struct match_item *v, int64_t max, size_t *n, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->db, &q, "SELECT id, name, email, phone, city, birthday FROM person WHERE deleted_at IS NULL ORDER BY id"
                             " LIMIT $1", DB_ARGS(V(max)), e))
        return false;
    for (*n = 0; db_next(&q); (*n)++)
        v[*n] = (struct match_item){ .id = db_int(&q, 0), .name = db_text(&q, 1, a), .email = db_text(&q, 2, a),
                                     .phone = db_text(&q, 3, a), .city = db_text(&q, 4, a), .birth_days = db_int(&q, 5) };
    return db_done(&q, e);
}

/* A million people and all that is compared of them: beyond what a command may take otherwise. */
enum { DUPLICATES_GB = 3 };

static int duplicates(struct cmd *c, int64_t people)
{
    struct arena a = arena_open((size_t)DUPLICATES_GB << 30);
    struct match_item *v = arena_new(&a, struct match_item, (size_t)people + 1);
    struct match_pair *pairs;
    struct err e = { 0 };
    size_t n, npairs;
    int64_t start = clock_mono();

    bool ok = read_people(c, &a, v, people, &n, &e) && match_all(&a, v, n, false, MATCH_LIKELY / 100.0, &pairs, &npairs, &e);
    if (ok)
        fprintf(c->out, "%zu people, %zu pairs in %.2f s\n", n, npairs, (double)(clock_mono() - start) / SECOND_US);
    arena_close(&a);
    return ok ? EXIT_DONE : cmd_refuse(c, &e);
}

/* ── the command ─────────────────────────────────────────────────────────── */

static bool how_many(struct cmd *c, const char *option, int64_t usual, int64_t *out)
{
    const char *text = cmd_option(c, option);
    *out = usual;
    return !text || (str_to_int(str_of(text), out) && *out >= 0 && *out <= 100000000);
}

/* Nothing follows from what is history: else whoever measures next would measure the following of it. */
static bool skip_feed(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    (void)arg;
    return feed_skip(&sys, e);
}

static int fill(struct cmd *c, int64_t people)
{
    struct fill *f = arena_new(&c->a, struct fill, 1);
    int64_t companies, deals, events, touches;
    struct err e = { 0 };

    *f = (struct fill){ .c = c, .r = seeded_from(7), .person = arena_new(&c->a, int64_t, (size_t)people + 1) };
    if (!how_many(c, "companies", people / 5, &companies) || !how_many(c, "deals", people * 3 / 10, &deals)
        || !how_many(c, "events", people * 3, &events) || !how_many(c, "touches", 0, &touches))
        return cmd_usage(c, "a number was expected");
    bool ok = read_house(f, &e);
    ok = ok && put_all(f, "companies", companies, put_company, &e)
      && put_all(f, "people", people, put_person, &e) && (f->nstages < 3 || put_all(f, "deals", deals, put_deal, &e))
      && put_all(f, "events", f->npersons ? events : 0, put_event, &e)
      && (!touches || put_all(f, "campaigns", CAMPAIGNS, put_campaign, &e)) && put_all(f, "touches", f->npersons ? touches : 0, put_touch, &e)
      && record_write(&c->ctx, skip_feed, NULL, &e);
    db_analyze(c->ctx.ws->db);
    return ok ? EXIT_DONE : cmd_refuse(c, &e);
}

static int csv(struct cmd *c, int64_t people)
{
    struct seeded r = seeded_from(11);
    fputs("Name,E-mail,Phone,Mobile,Job title,City,Country,Language,Source,Birthday,Tags,Note\n", c->out);
    for (int64_t i = 0; i < people; i++) {
        struct arena scratch = c->a;
        struct somebody s = somebody(&scratch, &r, i);
        struct ymd d = ymd_from_days(CALENDAR_GREGORIAN, s.birthday);
        str mobile = number_of(&scratch, &r, (size_t)(s.at - place));
        fprintf(c->out, "%.*s,%.*s,%.*s,%.*s,%.*s,%.*s,%s,%s,%s,%04d-%02d-%02d,\"new, %s\",\"%.*s, %.*s\"\n",
                STR_ARG(s.name), STR_ARG(s.email), STR_ARG(s.phone), STR_ARG(mobile), STR_ARG(s.job), STR_ARG(s.city),
                s.at->country, s.at->code, s.source, d.y, d.m, d.d, s.source, STR_ARG(s.name), STR_ARG(s.city));
    }
    return EXIT_DONE;
}

/* On an open workspace, as commands that need data are run. */
static int with_folder(struct cmd *c, const char *folder, int (*run_on)(struct cmd *c, int64_t people), int64_t people)
{
    struct workspace *ws;
    struct err e = { 0 };
    int code = EXIT_REFUSED;

    if (!workspace_open(cmd_path(c, folder), &ws, &e))
        return cmd_refuse(c, &e);
    c->loc = locale_default(ws->lang, ws->country);
    c->ctx = workspace_ctx(ws, &c->a, NULL, &c->loc);
    if (db_reader(ws->db, &c->db, &e) && db_read_begin(c->db, 0, &e)) {
        c->ctx.c = c->db;
        code = run_on(c, people);
    } else {
        cmd_refuse(c, &e);
    }
    db_conn_close(c->db);
    c->db = NULL;
    workspace_close(ws);
    return code;
}

static int serve_folder(struct cmd *c, const char *folder)
{
    const char *listen = cmd_option(c, "listen");
    struct workspace *ws;
    struct err e = { 0 };

    serve_block_signals();
    if (!workspace_open(cmd_path(c, folder), &ws, &e))
        return cmd_refuse(c, &e);
    db_group_max(ws->db, 1);
    int code = serve_workspace(c, ws, listen ? listen : "127.0.0.1:8080", NULL);
    workspace_close(ws);
    return code;
}

static const struct { const char *what; int (*run)(struct cmd *c, int64_t people); } on_folder[] = {
    { "fill", fill }, { "duplicates", duplicates }, { "count", bench_count }, { "enrol", bench_enrol }, { "flow", bench_flow },
};

static int no_folder(struct cmd *c) { return cmd_usage(c, "--data DIR is missing: the folder of the workspace"); }

static int run(struct cmd *c)
{
    const char *what = cmd_word(c, 0), *folder = cmd_option(c, "data");
    int64_t people;

    if (!how_many(c, "people", 100000, &people))
        return cmd_usage(c, "--people is a number");
    if (what && !strcmp(what, "csv"))
        return csv(c, people);
    if (what && !strcmp(what, "serve"))
        return folder ? serve_folder(c, folder) : no_folder(c);
    for (size_t i = 0; what && i < countof(on_folder); i++)
        if (!strcmp(what, on_folder[i].what))
            return folder ? with_folder(c, folder, on_folder[i].run, people) : no_folder(c);
    return cmd_usage(c, "say what: fill, csv, duplicates, count, enrol, flow or serve");
}

const struct command bench_command = {
    .name = "bench", .arguments = "fill|csv|duplicates|count|enrol|flow|serve [--data DIR] [--people N]",
    .summary = "data and servers to measure with", .run = run, .options = options,
};
