/* house.c - the company itself: offices, people, currencies, and the way of a lead through it. */
#include "demo/inside.h"
#include "core/work_time.h"
#include "web/password.h"

const char demo_password[] = "setu-demo-2026";
const struct demo_signin demo_signins[DEMO_SIGNINS] = {
    { LANG_EN, "Eleanor Ashworth", "eleanor@padmarag.example", "owner, London" },
    { LANG_BN, "নাদিয়া রহমান", "nadia@padmarag.example", "sales manager, Dhaka" },
    { LANG_HI, "रोहन मिश्रा", "rohan@padmarag.example", "SDR, Kolkata" },
    { LANG_FA, "ستاره نوری", "setareh@padmarag.example", "marketing manager, Tehran" },
};

const struct office_row offices[OFFICES] = {
    [DHAKA]   = { LANG_BN, "BD", "Bangladesh", "Asia/Dhaka", "BDT", "Sun-Thu 09:00-18:00; Fri,Sat closed",
                  "Dhaka office hours", "Sales Dhaka", "Dhaka sellers" },
    [KOLKATA] = { LANG_HI, "IN", "India", "Asia/Kolkata", "INR", "Mon-Fri 09:30-18:30; Sat 10:00-14:00; Sun closed; nth Sat 2,4 closed",
                  "Kolkata office hours", "Sales Kolkata", "Kolkata sellers" },
    [TEHRAN]  = { LANG_FA, "IR", "Iran", "Asia/Tehran", "IRR", "Sat-Wed 08:30-17:00; Thu 08:30-13:00; Fri closed",
                  "Tehran office hours", "Sales Tehran", "Tehran sellers" },
    [LONDON]  = { LANG_EN, "GB", "United Kingdom", "Europe/London", "GBP", "Mon-Fri 09:00-17:30; Sat,Sun closed",
                  "London office hours", "Sales London", "London sellers" },
};

/* ── teams ───────────────────────────────────────────────────────────────── */

enum team { T_MANAGEMENT, T_SALES, T_DHAKA, T_KOLKATA, T_TEHRAN, T_LONDON, T_MARKETING, T_SUCCESS, TEAMS };
static const struct { const char *name, *function, *country; int parent, head; } teams[TEAMS] = {
    [T_MANAGEMENT] = { "Management", "management", NULL, -1, U_OWNER },
    [T_SALES]      = { "Sales", "sales", NULL, -1, U_CRO },
    [T_DHAKA]      = { "Sales Dhaka", "sales", "Bangladesh", T_SALES, 2 },
    [T_KOLKATA]    = { "Sales Kolkata", "sales", "India", T_SALES, 8 },
    [T_TEHRAN]     = { "Sales Tehran", "sales", "Iran", T_SALES, 13 },
    [T_LONDON]     = { "Sales London", "sales", "United Kingdom", T_SALES, 16 },
    [T_MARKETING]  = { "Marketing", "marketing", NULL, -1, U_MARKETING },
    [T_SUCCESS]    = { "Customer success", "success", NULL, -1, 22 },
};

const struct user_row user_rows[USERS] = {
    { "Eleanor Ashworth", "eleanor", "owner", LONDON, T_MANAGEMENT, -1, LANG_EN },
    { "রেজওয়ান চৌধুরী", "rezwan", "cro", DHAKA, T_MANAGEMENT, 0, LANG_BN },
    { "নাদিয়া রহমান", "nadia", "sales_manager", DHAKA, T_DHAKA, 1, LANG_BN },
    { "ফয়সাল কবির", "faisal", "ae", DHAKA, T_DHAKA, 2, LANG_BN },
    { "তাহমিনা হক", "tahmina", "ae", DHAKA, T_DHAKA, 2, LANG_BN },
    { "শুভ্র দেব", "shubhro", "ae", DHAKA, T_DHAKA, 2, LANG_BN },
    { "রুমানা আক্তার", "rumana", "sdr", DHAKA, T_DHAKA, 2, LANG_BN },
    { "সাকিব হোসেন", "sakib", "sdr", DHAKA, T_DHAKA, 2, LANG_BN },
    { "देवेंद्र सिन्हा", "devendra", "sales_manager", KOLKATA, T_KOLKATA, 1, LANG_HI },
    { "मेघा बंसल", "megha", "ae", KOLKATA, T_KOLKATA, 8, LANG_HI },
    { "आदित्य रॉय", "aditya", "ae", KOLKATA, T_KOLKATA, 8, LANG_HI },
    { "रोहन मिश्रा", "rohan", "sdr", KOLKATA, T_KOLKATA, 8, LANG_HI },
    { "प्रज्ञा झा", "pragya", "sdr", KOLKATA, T_KOLKATA, 8, LANG_HI },
    { "بابک رستمی", "babak", "sales_manager", TEHRAN, T_TEHRAN, 1, LANG_FA },
    { "هستی مرادی", "hasti", "ae", TEHRAN, T_TEHRAN, 13, LANG_FA },
    { "مانی صادقی", "mani", "sdr", TEHRAN, T_TEHRAN, 13, LANG_FA },
    { "James Holloway", "james", "ae", LONDON, T_LONDON, 1, LANG_EN },
    { "Zara Iqbal", "zara", "sdr", LONDON, T_LONDON, 16, LANG_EN },
    { "ستاره نوری", "setareh", "marketing_manager", TEHRAN, T_MARKETING, 0, LANG_FA },
    { "ইশরাত জাহান", "ishrat", "marketer", DHAKA, T_MARKETING, 18, LANG_BN },
    { "कार्तिक सेन", "kartik", "marketer", KOLKATA, T_MARKETING, 18, LANG_HI },
    { "Freya Lindqvist", "freya", "content_author", LONDON, T_MARKETING, 18, LANG_EN },
    { "মাহফুজ আলম", "mahfuz", "customer_success", DHAKA, T_SUCCESS, 1, LANG_BN },
    { "Gemma Rowe", "gemma", "customer_success", LONDON, T_SUCCESS, 22, LANG_EN },
    { "Owen Castell", "owen", "analyst", LONDON, T_MANAGEMENT, 0, LANG_EN },
    { "Studio Chhap", "agency", "guest_agency", KOLKATA, T_MARKETING, 18, LANG_HI },
};

static bool put_calendars(struct demo *d, struct ctx *tx, struct err *e)
{
    int year = ymd_from_days(CALENDAR_GREGORIAN, zone_days("Asia/Dhaka", d->now)).y;
    size_t added;
    for (int o = 0; o < OFFICES; o++) {
        struct record *r = record_new(tx->a, &work_calendar_entity);
        record_set(r, "name", text(offices[o].calendar));
        record_set(r, "country", text(offices[o].country));
        record_set(r, "zone", text(offices[o].zone));
        record_set(r, "hours", text(offices[o].hours));
        record_set(r, "is_default", val_int(o == DHAKA));
        if (!store(tx, r, &d->calendar[o], e) || !bizcal_parse(str_of(offices[o].hours), offices[o].zone, &d->cal[o], e)
            || !holidays_add(tx, d->calendar[o], offices[o].code, year, HOLIDAY_YEARS, &added, e))
            return false;
    }
    return true;
}

static struct record *user_record(struct demo *d, struct ctx *tx, int i, str password, const int64_t *team)
{
    const struct user_row *u = &user_rows[i];
    struct record *r = record_new(tx->a, &user_entity);
    record_set(r, "name", text(u->name));
    record_set(r, "email", val_text(arena_fmt(tx->a, "%s@padmarag.example", u->mail)));
    record_set(r, "password", val_text(password));
    record_set(r, "roles", text(u->roles));
    record_set(r, "team", val_ref(team[u->team]));
    record_set(r, "manager", val_ref(u->manager < 0 ? 0 : d->user[u->manager]));
    record_set(r, "lang", text(lang_code(u->lang)));
    record_set(r, "zone", text(offices[u->office].zone));
    if (u->office == TEHRAN)
        record_set(r, "calendar", text("jalali"));
    record_set(r, "work_calendar", val_ref(d->calendar[u->office]));
    record_set(r, "capacity", val_int(60));
    return r;
}

/* The first is the owner that the workspace was made with. */
static bool put_users(struct demo *d, struct ctx *tx, const int64_t *team, struct err *e)
{
    struct record *owner;
    str password;
    if (!password_hash(tx->a, str_of(demo_password), &password, e)
        || !record_find(tx, &user_entity, "email", text(demo_signins[0].email), &owner, e))
        return false;
    d->user[U_OWNER] = owner->id;
    for (int i = 0; i < USERS; i++) {
        struct record *r = user_record(d, tx, i, password, team);
        r->id = i == U_OWNER ? owner->id : 0;
        if (i == U_OWNER ? !record_update(tx, r, 0, NULL, e) : !store(tx, r, &d->user[i], e))
            return false;
        if (!actor_load(d->keep, tx->c, d->user[i], &d->actor[i], e))
            return false;
    }
    return true;
}

static bool put_teams(struct demo *d, struct ctx *tx, int64_t *team, struct err *e)
{
    (void)d;
    for (int i = 0; i < TEAMS; i++) {
        struct record *r = record_new(tx->a, &team_entity);
        record_set(r, "name", text(teams[i].name));
        record_set(r, "function", text(teams[i].function));
        record_set(r, "country", text(teams[i].country));
        record_set(r, "parent", val_ref(teams[i].parent < 0 ? 0 : team[teams[i].parent]));
        if (!store(tx, r, &team[i], e))
            return false;
    }
    return true;
}

static bool name_heads(struct demo *d, struct ctx *tx, const int64_t *team, struct err *e)
{
    for (int i = 0; i < TEAMS; i++) {
        struct record *r = record_new(tx->a, &team_entity);
        r->id = team[i];
        record_set(r, "head", val_ref(d->user[teams[i].head]));
        if (!record_update(tx, r, 0, NULL, e))
            return false;
    }
    return true;
}

/* ── money ───────────────────────────────────────────────────────────────── */

/* In base money, 9 decimals; a new one each quarter, a little different. */
static const struct { const char *currency; int64_t rate; enum office office; } rates[] = {
    { "INR", 1380000000, KOLKATA }, { "IRR", 180000, TEHRAN }, { "GBP", 154000000000, LONDON }, { "USD", 121000000000, OFFICES },
};

static bool put_rates(struct demo *d, struct ctx *tx, struct err *e)
{
    enum { QUARTER = 91 };
    int64_t first = zone_days("Asia/Dhaka", d->start) - 1, last = zone_days("Asia/Dhaka", d->now);
    d->rate[DHAKA] = 1000000000;
    for (size_t i = 0; i < countof(rates); i++) {
        if (rates[i].office < OFFICES)
            d->rate[rates[i].office] = rates[i].rate;
        for (int64_t day = first; day <= last; day += QUARTER) {
            struct record *r = record_new(tx->a, &rate_entity);
            record_set(r, "currency", text(rates[i].currency));
            record_set(r, "day", val_int(day));
            record_set(r, "rate", val_int(rates[i].rate / 1000 * between(d, 985, 1015)));
            if (!store(tx, r, NULL, e))
                return false;
        }
    }
    return true;
}

/* ── who gets a lead ─────────────────────────────────────────────────────── */

static bool put_pool(struct demo *d, struct ctx *tx, enum office o, struct err *e)
{
    struct record *r = record_new(tx->a, &pool_entity);
    int64_t *ids = arena_new(tx->a, int64_t, USERS);
    size_t n = 0;
    for (int i = 0; i < USERS; i++)
        if (user_rows[i].office == o && (!strcmp(user_rows[i].roles, "sdr") || !strcmp(user_rows[i].roles, "ae")))
            ids[n++] = d->user[i];
    record_set(r, "name", text(offices[o].pool));
    record_set(r, "members", (struct val){ .is_set = true, .ids = ids, .n = n });
    record_set(r, "respects_hours", val_int(0));
    record_set(r, "fallback", val_ref(d->user[teams[T_DHAKA + (int)o].head]));
    return store(tx, r, &d->pool[o], e);
}

static bool put_rule(struct ctx *tx, const char *name, const char *criteria, const char *send_to, int64_t pool, int position, struct err *e)
{
    struct record *r = record_new(tx->a, &assignment_rule_entity);
    record_set(r, "name", text(name));
    record_set(r, "criteria", text(criteria));
    record_set(r, "send_to", text(send_to));
    record_set(r, "pool", val_ref(pool));
    record_set(r, "position", val_int(position));
    return store(tx, r, NULL, e);
}

/* The rules a workspace begins with make room for those of four offices. */
static bool rest_seeded_rules(struct ctx *tx, struct err *e)
{
    struct db_rows q;
    int64_t id[16];
    size_t n = 0;
    if (!db_query(tx->c, &q, "SELECT id FROM assignment_rule WHERE deleted_at IS NULL LIMIT 16", DB_NONE, e))
        return false;
    while (db_next(&q))
        id[n++] = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!record_delete(tx, &assignment_rule_entity, id[i], 0, e))
            return false;
    return true;
}

static bool put_routes(struct demo *d, struct ctx *tx, struct err *e)
{
    if (!rest_seeded_rules(tx, e)
        || !put_rule(tx, "Key accounts to their owner", "company.is_key = true", "company_owner", 0, 1, e))
        return false;
    for (int o = 0; o < OFFICES; o++) {
        const char *criteria = arena_fmt(tx->a, "person.country = \"%s\"", offices[o].country).p;
        if (!put_pool(d, tx, (enum office)o, e)
            || !put_rule(tx, offices[o].pool, criteria, "pool", d->pool[o], o + 2, e))
            return false;
    }
    return put_rule(tx, "Everything else to Dhaka", NULL, "pool", d->pool[DHAKA], OFFICES + 2, e);
}

/* ── what both sides agreed on ───────────────────────────────────────────── */

static bool sign_definitions(struct demo *d, struct ctx *tx, struct err *e)
{
    struct db_rows q;
    struct ctx sales = as_user(d, tx, U_CRO), marketing = as_user(d, tx, U_MARKETING);
    int64_t id[16];
    size_t n = 0;
    if (!db_query(tx->c, &q, "SELECT id FROM stage_definition WHERE deleted_at IS NULL ORDER BY id LIMIT 16", DB_NONE, e))
        return false;
    while (db_next(&q))
        id[n++] = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!funnel_sign(&sales, id[i], SIDE_SALES, e) || !funnel_sign(&marketing, id[i], SIDE_MARKETING, e))
            return false;
    return true;
}

bool house_make(struct demo *d, struct ctx *tx, struct err *e)
{
    int64_t team[TEAMS];
    return put_calendars(d, tx, e) && put_teams(d, tx, team, e) && put_users(d, tx, team, e) && name_heads(d, tx, team, e)
        && put_rates(d, tx, e) && put_routes(d, tx, e) && sign_definitions(d, tx, e);
}
