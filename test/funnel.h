/* funnel.h - a new workspace with the people of both teams, and the acts of the funnel: act, captured, tick,
 * events, person_fit, lead_of, offered_to. It is Sunday 22 November 2026, 10:00 in Dhaka: a working hour of a working day.
 */
#pragma once
#include "firm.h"
#include "flow/clock_row.h"
#include "funnel/funnel.h"
#include "funnel/route_try.h"
#include "web/feature.h"

static struct actor head, marketer, seller, other, manager;

static inline int64_t start_of_test(void) { return zone_instant("Asia/Dhaka", days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ 2026, 11, 22 }), 10 * HOUR_US); }

static inline void funnel_open(void)
{
    firm_open("funnel", start_of_test());
    head = hired("Head of marketing", ROLE_MARKETING_MANAGER);
    marketer = hired("Marketer", ROLE_MARKETER);
    seller = hired("Seller", ROLE_AE);
    other = hired("Other seller", ROLE_AE);
    manager = hired("Head of sales", ROLE_SALES_MANAGER);
}

/* ── acts ────────────────────────────────────────────────────────────────── */

enum verb { OFFER, ACCEPT, RETURN, QUALIFY, RECYCLE, DISQUALIFY, CONVERT, TOUCH, SCORE, ADVANCE, BACK, SIGN_SALES,
            SIGN_MARKETING, CAPTURE, UNDO };
struct act { enum verb verb; int64_t id; const char *text; const struct capture *in; int64_t out; };

static inline bool run_act(struct ctx *tx, void *arg, struct err *err)
{
    struct act *x = arg;
    switch (x->verb) {
    case OFFER:          return funnel_offer(tx, x->id, err);
    case ACCEPT:         return funnel_accept(tx, x->id, err);
    case RETURN:         return funnel_return(tx, x->id, str_of(x->text), (str){ 0 }, err);
    case QUALIFY:        return funnel_qualify(tx, x->id, NULL, err);
    case RECYCLE:        return funnel_recycle(tx, x->id, str_of(x->text), 0, err);
    case DISQUALIFY:     return funnel_disqualify(tx, x->id, str_of(x->text), err);
    case CONVERT:        return x->out = 0, funnel_convert(tx, x->id, &x->out, err);
    case TOUCH:          return funnel_touched(tx, x->id, tx->now, err);
    case SCORE:          return score_person(tx, x->id, err);
    case ADVANCE:        return funnel_advance(tx, x->id, x->text, NULL, false, err);
    case BACK:           return funnel_advance(tx, x->id, x->text, "wrong segment", true, err);
    case SIGN_SALES:     return funnel_sign(tx, x->id, SIDE_SALES, err);
    case SIGN_MARKETING: return funnel_sign(tx, x->id, SIDE_MARKETING, err);
    case CAPTURE:        return funnel_capture(tx, x->in, &x->out, err);
    case UNDO:           return record_undo(tx, x->id, err);
    }
    return false;
}

static int64_t last_write;
static inline bool act(const struct actor *who, enum verb verb, int64_t id, const char *word)
{
    struct ctx c = fresh(who);
    struct act x = { verb, id, word, NULL, 0 };
    e = (struct err){ 0 };
    bool ok = record_write(&c, run_act, &x, &e);
    last_write = c.write_id;
    return ok;
}
#define must(...) ck_assert_msg(act(__VA_ARGS__), "%s (%s)", e.detail, e.field ? e.field : "")

static inline int64_t captured(const struct capture *in)
{
    struct ctx c = fresh(sys);
    struct act x = { CAPTURE, 0, NULL, in, 0 };
    ck_assert_msg(record_write(&c, run_act, &x, &e), "%s (%s)", e.detail, e.field ? e.field : "");
    return x.out;
}

static inline void tick(void)
{
    e = (struct err){ 0 };
    ck_assert_msg(feed_drain(ws, &e), "%s", e.detail);
    struct ctx c = fresh(sys);
    ck_assert_msg(funnel_feature.tick(&c, &e), "%s", e.detail);
    ck_assert_msg(feed_drain(ws, &e), "%s", e.detail);
}

static inline int64_t events(int64_t person, const char *kind)
{
    struct ctx c = fresh(sys);
    bool found;
    int64_t n;
    ck_assert(db_get_int(c.c, "SELECT COUNT(*) FROM event WHERE person_id = $1 AND kind = $2 AND is_void = 0",
                         DB_ARGS(V(person), V(str_of(kind))), &found, &n, &e));
    return n;
}

/* A person whom the seeded definition of MQL fits, with a new lead. */
static inline int64_t person_fit(void)
{
    static int n;
    const char *email = arena_fmt(&a, "buyer%d@hospital%d.example", n, n).p;
    n++;
    int64_t company = make(sys, &company_entity, "name", arena_fmt(&a, "Hospital %d", n).p, "employees", "200");
    return make(sys, &person_entity, "name", arena_fmt(&a, "Buyer %d", n).p, "email", email, "phone", "+8801711000000",
                "job_title", "Managing director", "company", id_of(company), "owner", "");
}

static inline int64_t lead_of(int64_t person) { return make(&head, &lead_entity, "person", id_of(person), "source", "event", "title", "Beds"); }

static inline int64_t offered_to(const struct actor *who, int64_t person)
{
    int64_t lead = lead_of(person);
    ck_assert_msg(set(&head, &lead_entity, lead, "owner", id_of(who->user_id), "status", "offered"), "%s", e.detail);
    return lead;
}
