/* chain.h - the workload that follows by itself: people and deals change, segments move, rules fire, deliveries leave.
 *
 * A real workspace with every consumer of the house. Acts are written one by one, each with a row of its own in `act`;
 * in between the feed is followed, time passes, and what lies in the outbox is claimed, received and settled as the
 * sender does it. Whatever strikes on the way, chain_judge.h says what must hold after.
 *
 * The receiver is this program's memory: it outlives every crash of the workspace. */
#pragma once
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "core/core.h"
#include "flow/feed.h"
#include "flow/outbox_inside.h"
#include "flow/rule.h"
#include "flow/segment.h"
#include "flow/webhook.h"
#include "people/people.h"
#include "record/access.h"
#include "record/type.h"
#include "sell/sell.h"

enum { CHAIN_ACTS = 1 << 14, CHAIN_SENT = 1 << 14, CHAIN_AT_ONCE = 4 };
#define CHAIN_START INT64_C(1795500000000000)   /* Tuesday 24 November 2026, 12:00 in Dhaka */

enum chain_fate { CHAIN_NONE, CHAIN_ACKED, CHAIN_REFUSED, CHAIN_UNKNOWN };
enum chain_rule { RULE_IN, RULE_OUT, RULE_LARGE, RULE_DEAL, RULE_MAIL, CHAIN_RULES };
enum chain_segment { SEGMENT_DHAKA, SEGMENT_WARM, SEGMENT_LARGE, CHAIN_SEGMENTS };

/* What the receiver knows of one delivery. */
struct chain_sent { int64_t id, seq; str key; int calls, explained; bool is_taken, is_told_sent; };

static struct {
    const char *place;
    struct workspace *ws;
    struct arena keep, a;                       /* keep: for the program's life; a: of one act */
    struct locale loc;
    struct actor owner;
    int64_t hook, rule[CHAIN_RULES], segment[CHAIN_SEGMENTS], since;    /* since: the last number of the feed before the first act */
    int64_t now, sender;
    struct seeded dice;
    bool is_first_round, is_postgres;
    int64_t nacts;
    unsigned char fate[CHAIN_ACTS];
    struct chain_sent sent[CHAIN_SENT];
    int nsent;
    struct chain_flight { struct outbox_claim claim; struct egress_result result; bool is_back; } flight[CHAIN_AT_ONCE];
    int nflights;
    int64_t overtaken, sent_again;              /* by what the receiver saw */
} chain;

static int64_t chain_roll(int64_t n) { return seeded_below(&chain.dice, n); }

static struct ctx chain_ctx(const struct actor *who)
{
    struct ctx c = workspace_ctx(chain.ws, &chain.a, NULL, &chain.loc);
    c.who = who;
    return c;
}

static void chain_pass(int64_t us) { clock_set(chain.now += us); }

/* ── opening ─────────────────────────────────────────────────────────────── */

static struct chain_sent *chain_sent_of(int64_t id)
{
    for (int i = chain.nsent; i-- > 0;)
        if (chain.sent[i].id == id)
            return &chain.sent[i];
    return NULL;
}

/* As another process: what was in the hands of the one before nobody knows the end of, and may be sent again. */
static bool chain_open(struct err *e)
{
    for (int i = 0; i < chain.nflights; i++)
        if (chain.flight[i].is_back)
            chain_sent_of(chain.flight[i].claim.row.id)->explained++;
    chain.nflights = 0;
    chain.is_first_round = true;
    chain.sender = 1 + chain_roll(INT64_MAX - 1);
    return workspace_open(chain.place, &chain.ws, e);
}

static void chain_close(void)
{
    workspace_close(chain.ws);
    chain.ws = NULL;
}

/* ── the house, once ─────────────────────────────────────────────────────── */

struct chain_make { const struct entity *en; const char *const *pairs; int64_t id; };

static bool chain_run_make(struct ctx *tx, void *arg, struct err *e)
{
    struct chain_make *m = arg;
    struct record *r = record_new(tx->a, m->en);
    for (const char *const *p = m->pairs; p[0]; p += 2) {
        struct val v;
        if (!type_from_canon(tx, entity_field(m->en, str_of(p[0])), str_of(p[1]), &v, e))
            return false;
        record_set(r, p[0], v);
    }
    bool ok = record_create(tx, r, e);
    m->id = r->id;
    return ok;
}

static int64_t chain_make(const struct entity *en, const char *const *pairs)
{
    struct chain_make m = { en, pairs, 0 };
    struct ctx c = chain_ctx(&chain.owner);
    struct err e = { 0 };
    if (!record_write(&c, chain_run_make, &m, &e))
        die("%s %s: %s (%s)", en->name, pairs[1], e.detail, e.field ? e.field : "");
    return m.id;
}
#define chain_make(en, ...) chain_make((en), (const char *const[]){ __VA_ARGS__, NULL })

static const char *chain_id(int64_t id) { return arena_cstr(&chain.keep, id_text(&chain.keep, id)); }

static int64_t chain_segment(const char *name, const char *entity, const char *criteria)
{
    return chain_make(&segment_entity, "name", name, "entity", entity, "criteria", criteria);
}

/* Each rule gives a task of its own name; four call the webhook. */
static int64_t chain_rule(const char *name, const char *begins, int64_t segment, const char *steps)
{
    const char *of = segment ? arena_fmt(&chain.keep, "segment %s\n", chain_id(segment)).p : "";
    const char *says = arena_fmt(&chain.keep, "%s\n%s%s", begins, of, steps).p;
    return chain_make(&rule_entity, "name", name, "says", says, "is_on", "true");
}

static bool chain_own_alone(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;                                  /* shipped rules would give tasks too */
    return db_exec(tx, "UPDATE rule SET is_on = 0", DB_NONE, NULL, e)
        && db_exec(tx, "CREATE TABLE IF NOT EXISTS act (n BIGINT NOT NULL, what BIGINT NOT NULL)", DB_NONE, NULL, e);
}

static void chain_furnish(void)
{
    const char *task = "do task\nwho rule_owner\ncount 1\nunit days\ntext", *hook;
    struct err e = { 0 };
    if (!db_schema(chain.ws->db, chain_own_alone, NULL, &e))
        die("%s", e.detail);
    chain.hook = chain_make(&webhook_entity, "name", "Shop", "url", "https://shop.example/hook", "topics", "deal", "is_active", "true",
                            "owner", chain_id(chain.owner.user_id));
    chain.segment[SEGMENT_DHAKA] = chain_segment("In Dhaka", "person", "city = Dhaka");
    chain.segment[SEGMENT_WARM] = chain_segment("Warm", "person", "happened(mail.clicked within 48 hours)");
    chain.segment[SEGMENT_LARGE] = chain_segment("Large", "deal", "amount > 100");
    hook = arena_fmt(&chain.keep, "do webhook\nwebhook %s\n", chain_id(chain.hook)).p;
#define STEPS(...) arena_fmt(&chain.keep, __VA_ARGS__).p
    chain.rule[RULE_IN] = chain_rule("In", "when entered\nabout person", chain.segment[SEGMENT_DHAKA],
                                     STEPS("do set\nfield job_title\nto Chosen\n%s In\n%s", task, hook));
    chain.rule[RULE_OUT] = chain_rule("Out", "when left\nabout person", chain.segment[SEGMENT_WARM], STEPS("%s Out\n%s", task, hook));
    chain.rule[RULE_LARGE] = chain_rule("Large", "when entered\nabout deal", chain.segment[SEGMENT_LARGE], STEPS("%s Large\n%s", task, hook));
    chain.rule[RULE_DEAL] = chain_rule("Deal", "when created\nabout deal", 0,
                                       STEPS("do set\nfield next_step\nto Call\n%sdo wait\ncount 1\nunit days\n%s Deal\n", hook, task));
    chain.rule[RULE_MAIL] = chain_rule("Mail", "when event\nabout person\nevent mail.clicked", 0, STEPS("%s Mail\n", task));
#undef STEPS
}

static int64_t chain_number(struct db_conn *c, const char *sql, int64_t a, int64_t b)
{
    struct err e = { 0 };
    bool found = false;
    int64_t n = 0;
    if (!db_get_int(c, sql, DB_ARGS(V(a), V(b)), &found, &n, &e))
        die("%s: %s", sql, e.detail);
    return found ? n : 0;
}

/* A new workspace at the place, furnished and followed to its end. */
static void chain_found(const char *place)
{
    const struct workspace_init in = { .company = "Padma Foods", .country = "BD", .lang = LANG_EN,
                                       .admin_email = "owner@padma.example", .admin_name = "Owner" };
    struct db_conn *c;
    struct err e = { 0 };
    chain.place = place;
    chain.keep = arena_open(16 << 20);
    chain.a = arena_open(256 << 20);
    chain.loc = locale_default(LANG_EN, "BD");
    chain.is_postgres = strstr(place, "://") != NULL;
    clock_set(chain.now = CHAIN_START);
    if (!workspace_create(place, &in, &chain.ws, &e) || !db_reader(chain.ws->db, &c, &e) || !db_read_begin(c, 0, &e)
        || !actor_load(&chain.keep, c, chain_number(c, "SELECT id FROM \"user\" WHERE $1 = $2 ORDER BY id LIMIT 1", 0, 0), &chain.owner, &e))
        die("%s: %s", place, e.detail);
    db_read_end(c);
    chain_furnish();
    if (!feed_drain(chain.ws, &e) || !db_read_begin(c, 0, &e))
        die("%s", e.detail);
    chain.since = chain_number(c, "SELECT last FROM setu_seq WHERE $1 = $2", 0, 0);
    db_read_end(c);
    db_conn_close(c);
    arena_reset(&chain.a);
}

/* ── acts ────────────────────────────────────────────────────────────────── */

enum chain_what { ACT_PERSON, ACT_MOVE, ACT_MAIL, ACT_DEAL, ACT_AMOUNT, CHAIN_WHATS };
struct chain_act { int64_t n, dice; enum chain_what what; };

static const char *chain_city(int64_t dice) { return dice % 2 ? "Dhaka" : "Delhi"; }

static bool chain_any(struct ctx *tx, const char *sql, int64_t dice, int64_t *id, struct err *e)
{
    bool found;
    return db_get_int(tx->c, sql, DB_ARGS(V(dice)), &found, id, e) && (found || fail(e, ERR_NOT_FOUND, 0, "nobody is there yet"));
}

static bool chain_do(struct ctx *tx, const struct chain_act *x, struct err *e)
{
    const struct entity *en = x->what <= ACT_MOVE ? &person_entity : &deal_entity;
    struct record *r = record_new(tx->a, en);
    int64_t id = 0;
    if ((x->what == ACT_MOVE || x->what == ACT_MAIL)
        && !chain_any(tx, "SELECT id FROM person WHERE deleted_at IS NULL ORDER BY (id % 1009) * ($1 + 7) % 1009, id LIMIT 1", x->dice, &id, e))
        return false;
    if (x->what == ACT_AMOUNT && !chain_any(tx, "SELECT id FROM deal WHERE deleted_at IS NULL ORDER BY (id % 1009) * ($1 + 7) % 1009, id LIMIT 1",
                                            x->dice, &id, e))
        return false;
    if (x->what == ACT_MAIL)
        return event_add(tx, &(struct event){ .person_id = id, .kind = "mail.clicked" }, e);
    if (en == &person_entity) {
        record_set(r, "city", val_text(str_of(chain_city(x->dice))));
    } else {
        record_set(r, "amount", val_money((20 + x->dice % 7 * 40) * 100, S("BDT")));
    }
    r->id = id;
    if (id)
        return record_update(tx, r, 0, NULL, e);
    record_set(r, "name", val_text(arena_fmt(tx->a, "No. %lld", (long long)x->n)));
    if (en == &deal_entity)
        record_set(r, "owner", val_ref(tx->who->user_id));
    return record_create(tx, r, e);
}

static bool chain_run_act(struct ctx *tx, void *arg, struct err *e)
{
    struct chain_act *x = arg;
    return chain_do(tx, x, e) && db_exec(tx->c, "INSERT INTO act (n, what) VALUES ($1, $2)", DB_ARGS(V(x->n), V((int)x->what)), NULL, e);
}

/* false: it failed; whether it is known to have left nothing stands in its fate. */
static bool chain_act(void)
{
    static const enum chain_what often[] = { ACT_PERSON, ACT_PERSON, ACT_MOVE, ACT_MOVE, ACT_MOVE, ACT_MAIL, ACT_MAIL, ACT_DEAL, ACT_AMOUNT, ACT_AMOUNT };
    struct chain_act x = { chain.nacts, chain_roll(1000), chain.nacts == 0 ? ACT_PERSON : chain.nacts == 1 ? ACT_DEAL : often[chain_roll(countof(often))] };
    struct ctx c = chain_ctx(&chain.owner);
    struct err e = { 0 };
    if (x.n == CHAIN_ACTS)
        die("more acts than places for them");
    bool ok = record_write(&c, chain_run_act, &x, &e);
    bool is_known = e.code == ERR_FULL || e.code == ERR_NOT_FOUND || (e.code == ERR_BUSY && chain.is_postgres && !strstr(e.detail, "during COMMIT"));
    chain.fate[chain.nacts++] = ok ? CHAIN_ACKED : is_known ? CHAIN_REFUSED : CHAIN_UNKNOWN;
    arena_reset(&chain.a);
    return ok || e.code == ERR_NOT_FOUND;
}

/* ── the sender and its receiver ─────────────────────────────────────────── */

/* The first call of every third delivery is answered with 500. */
static struct egress_result chain_receive(const struct outbox_row *row)
{
    struct chain_sent *s = chain_sent_of(row->id);
    if (!s) {
        if (chain.nsent == CHAIN_SENT)
            die("more deliveries than places for them");
        s = &chain.sent[chain.nsent++];
        *s = (struct chain_sent){ .id = row->id, .seq = row->seq, .key = arena_str(&chain.keep, row->order_key) };
    }
    chain.sent_again += s->is_told_sent;
    for (int i = 0; i < chain.nsent; i++)
        chain.overtaken += chain.sent[i].seq > row->seq && str_eq(chain.sent[i].key, row->order_key);
    bool is_refused = ++s->calls == 1 && row->id % 3 == 0;
    s->explained += is_refused;
    s->is_taken |= !is_refused;
    return (struct egress_result){ .outcome = EGRESS_ANSWERED, .status = is_refused ? 500 : 200, .retry_after_s = -1 };
}

/* Some calls are under way for longer: a crash finds them so. */
static void chain_arrive(void)
{
    for (int i = 0; i < chain.nflights; i++) {
        struct chain_flight *f = &chain.flight[i];
        if (f->is_back || chain_roll(3) == 0)
            continue;
        f->result = chain_receive(&f->claim.row);
        f->is_back = true;
    }
}

struct chain_round { struct outbox_claim out[CHAIN_AT_ONCE]; int n; bool is_first; };

static bool chain_run_round(struct ctx *tx, void *arg, struct err *e)
{
    struct chain_round *r = arg;
    int64_t lost;
    int places = CHAIN_AT_ONCE;
    r->n = 0;
    for (int i = 0; i < chain.nflights; i++) {
        struct chain_flight *f = &chain.flight[i];
        places -= !f->is_back;
        if (f->is_back && !outbox_settle(tx, &f->claim, chain.sender, &f->result, e))
            return false;
    }
    return outbox_reclaim(tx, r->is_first, &lost, e)
        && (places == 0 || outbox_claim(tx, &webhook_channel, chain.hook, chain.sender, places, r->out, &r->n, e));
}

/* One write as outbox_run.c makes it: what came back is settled, what may leave is taken. */
static bool chain_round(struct err *e)
{
    struct chain_round r = { .is_first = chain.is_first_round && !chain.is_postgres };
    struct ctx c = chain_ctx(&actor_system);
    int kept = 0;
    chain_arrive();
    if (!record_write(&c, chain_run_round, &r, e))
        return false;
    chain.is_first_round = false;
    for (int i = 0; i < chain.nflights; i++) {
        const struct chain_flight *f = &chain.flight[i];
        if (f->is_back)
            chain_sent_of(f->claim.row.id)->is_told_sent = f->result.status == 200;
        else
            chain.flight[kept++] = *f;
    }
    for (int i = 0; i < r.n; i++) {
        r.out[i].request = (struct wire_request){ 0 };
        r.out[i].row.order_key = arena_str(&chain.keep, r.out[i].row.order_key);
        chain.flight[kept++] = (struct chain_flight){ .claim = r.out[i] };
    }
    chain.nflights = kept;
    arena_reset(&chain.a);
    return true;
}

static void (*chain_before)(bool is_sending);   /* controls that strike there set it */

static char chain_why[200];                     /* the last follower or round that failed */

static bool chain_went(bool ok, const struct err *e)
{
    if (!ok)
        snprintf(chain_why, sizeof chain_why, "%s", e->detail);
    return ok;
}

/* Until nothing may leave and nothing is under way. */
static bool chain_send(void)
{
    struct err e = { 0 };
    if (chain_before)
        chain_before(true);
    do {
        if (!chain_went(chain_round(&e), &e))
            return false;
    } while (chain.nflights > 0);
    return true;
}

static bool chain_follow(void)
{
    struct err e = { 0 };
    if (chain_before)
        chain_before(false);
    return chain_went(feed_drain(chain.ws, &e), &e);
}

/* So many acts, followed by what follows. Time passes only when all was well, so that nothing grows too old. */
static bool chain_work(int acts, bool goes_on)
{
    bool ok = true;
    for (int i = 0; i < acts && (ok || goes_on); i++) {
        ok = chain_act();
        if (i % 3 == 2 || i == acts - 1) {
            ok = (ok || goes_on) && chain_follow() && chain_send();
            if (ok)
                chain_pass((1 + chain_roll(20)) * HOUR_US / 2);
        }
    }
    return ok;
}
