/* inside.h - what the files of this room share. */
#pragma once
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "core/core.h"
#include "demo/demo.h"
#include "demo/words.h"
#include "funnel/funnel.h"
#include "lang/bizcal.h"
#include "people/people.h"
#include "reach/reach.h"
#include "record/access.h"
#include "sell/sell.h"

/* ── where the company is ────────────────────────────────────────────────── */

enum office { DHAKA, KOLKATA, TEHRAN, LONDON, OFFICES };
struct office_row { enum lang lang; const char *code, *country, *zone, *currency, *hours, *calendar, *team, *pool; };
extern const struct office_row offices[OFFICES];

enum { USERS = 26, PRODUCTS = 15, CAMPAIGNS_MAX = 48, FORMS = 6, RATES = 5 };
struct user_row { const char *name, *mail, *roles; enum office office; int team, manager; enum lang lang; };
extern const struct user_row user_rows[USERS];
enum { U_OWNER = 0, U_CRO = 1, U_MARKETING = 18 };      /* rows others name */

/* ── the plan of the story ───────────────────────────────────────────────── */

struct firm { str name, domain; enum office office; const char *industry, *city; int employees; bool is_key; int owner; int64_t id; };
enum way { BY_FORM, BY_EVENT, BY_WEBINAR, BY_CALL, BY_REFERRAL, BY_IMPORT, BY_NEWSLETTER };
struct human {
    str name, email, phone, job_title;
    const char *city;
    struct firm *firm;                          /* NULL: on their own */
    enum office office;
    enum way way;
    bool is_head;
    int campaign, product;                      /* rows; campaign -1: none */
    int64_t arrives;
    int64_t id, lead, deal; int owner;          /* as the story goes; owner: row of user_rows */
    int attempts, stage, ndeals;
};
struct campaign { int64_t id, starts, ends; enum office office; const char *channel; enum way way; str name, utm; bool is_leaf; };

struct demo;
typedef bool act_fn(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
struct act { int64_t at, seq; act_fn *run; struct human *who; };

struct demo {
    struct workspace *ws;
    struct arena *keep;                         /* what lives as long as the story */
    struct seeded r;
    int64_t start, now, seq, rate[OFFICES];     /* rate: of the currency, 9 decimals */
    int size;                                   /* divides the numbers: 1 or 6 */
    struct locale loc[LANG_COUNT];              /* of each language's office */
    struct bizcal cal[OFFICES];
    int64_t user[USERS], calendar[OFFICES], pool[OFFICES], product[PRODUCTS], form[FORMS];
    struct actor actor[USERS];
    struct campaign campaign[CAMPAIGNS_MAX]; int ncampaigns;
    struct firm *firm; size_t nfirms;
    struct human *human; size_t nhumans;
    struct act *heap; size_t nacts, room;
    int64_t stage[2][8]; int nstages[2];        /* of the first two pipelines, won and lost last */
    int64_t pipeline[2];
};

/* ── chance and time: chance.c ───────────────────────────────────────────── */

int64_t below(struct demo *d, int64_t n);
int64_t between(struct demo *d, int64_t from, int64_t to);              /* both included */
bool chance(struct demo *d, int percent);
str pick(struct demo *d, struct arena *a, struct demo_texts t, int product);    /* slots filled */
/* `hours` working hours of the office after `from`, give or take a half. */
int64_t work_later(struct demo *d, enum office o, int64_t from, double hours);
int64_t awake_moment(struct demo *d, enum office o, int64_t day);       /* when people fill in forms */
/* A price in base money as the office's customers are told it: rounded, in their currency. */
struct val local_price(struct demo *d, enum office o, int64_t base);
void act_at(struct demo *d, int64_t at, act_fn *run, struct human *h);  /* forgotten when it lies in the future */

/* ── acting ──────────────────────────────────────────────────────────────── */

struct ctx as_user(struct demo *d, struct ctx *tx, int user);
struct ctx as_program(struct demo *d, struct ctx *tx, enum lang l);
int user_row_of(const struct demo *d, int64_t id);                      /* -1: nobody */
int seller_of(struct demo *d, enum office o, const char *role);
/* An act of its own for one record, in memory that is given back. */
bool each_act(struct ctx *tx, bool (*fn)(struct ctx *, int64_t, struct err *), int64_t id, struct err *e);
bool store(struct ctx *tx, struct record *r, int64_t *id, struct err *e);
static inline struct val text(const char *z) { return val_text(str_of(z)); }

/* ── the parts of the story ──────────────────────────────────────────────── */

bool house_make(struct demo *d, struct ctx *tx, struct err *e);         /* house.c: users, teams, rules */
extern const char *const demo_product_names[PRODUCTS];
bool shelf_make(struct demo *d, struct ctx *tx, struct err *e);         /* shelf.c: products, pipelines */
bool campaigns_make(struct demo *d, struct ctx *tx, struct err *e);     /* campaigns.c */
bool forms_make(struct demo *d, struct ctx *tx, struct err *e);
void market_plan(struct demo *d);                                       /* market.c: firms and people */
bool arrive(struct demo *d, struct ctx *tx, struct human *h, struct err *e);    /* arrive.c */
bool lead_goes_on(struct demo *d, struct ctx *tx, struct human *h, struct err *e);      /* lead_life.c */
bool clocks_run(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
bool deal_begins(struct demo *d, struct ctx *tx, struct human *h, struct err *e);       /* deal_life.c: h->deal is there */
bool deal_opens(struct demo *d, struct ctx *tx, struct human *h, struct err *e);        /* one without a lead */
bool deal_tended(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
bool note_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e);          /* daily.c */
bool task_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
bool meeting_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
bool call_put(struct demo *d, struct ctx *tx, struct human *h, bool is_reached, struct err *e);
bool touch_put_row(struct ctx *tx, const struct human *h, const char *kind, const char *side, const char *channel,
                   const char *source, int64_t campaign, str note, struct err *e);
bool plan_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e);          /* something still to be done */
bool automation_make(struct demo *d, struct ctx *tx, struct err *e);    /* automation.c */
bool automation_causes(struct demo *d, struct ctx *tx, struct err *e);
bool links_make(struct demo *d, struct ctx *tx, struct err *e);          /* links.c: personal links of the last weeks */
bool today_make(struct demo *d, struct ctx *tx, struct err *e);         /* today.c: what must look alive */
