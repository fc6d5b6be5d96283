/* seed.c - what a new workspace has of this room: definitions to be signed, rules of the score,
 * a pool, the way of a lead, deadlines and hand-off points.
 *
 * Each part is made only where its table is empty, so running it again changes nothing and what
 * somebody deleted does not come back. Names are in the workspace's language; the definitions
 * stand in all four.
 */
#include "funnel/inside.h"

static str say(struct ctx *tx, msg_id id) { return msg_text(tx->a, tx->loc, id, NULL); }

/* ── definitions ─────────────────────────────────────────────────────────── */

static const struct definition { const char *stage, *owner_team, *buyer_stage, *criteria, *evidence; msg_id title, text; } definitions[] = {
    { "lead", "marketing", "consideration", "email is not empty or phone is not empty or mobile is not empty",
      "person.email|person.phone|person.mobile", MSG_funnel_seed_lead, MSG_funnel_seed_lead_text },
    { "mql", "marketing", "preference", "grade in (A1, A2, B1, B2, C1)", "person.email|person.phone|person.mobile",
      MSG_funnel_seed_mql, MSG_funnel_seed_mql_text },
    { "sal", "sales", "preference", "", "owner", MSG_funnel_seed_sal, MSG_funnel_seed_sal_text },
    { "sql", "sales", "intention", "", "need, budget, authority, timing", MSG_funnel_seed_sql, MSG_funnel_seed_sql_text },
    { "opportunity", "sales", "intention", "", "", MSG_funnel_seed_opportunity, MSG_funnel_seed_opportunity_text },
    { "customer", "success", "purchase", "", "", MSG_funnel_seed_customer, MSG_funnel_seed_customer_text },
};

static bool put_definition(struct ctx *tx, const struct definition *d, struct err *e)
{
    static const char *const text[LANG_COUNT] = {
        [LANG_EN] = "text_en", [LANG_BN] = "text_bn", [LANG_HI] = "text_hi", [LANG_FA] = "text_fa",
    };
    struct record *r = record_new(tx->a, &stage_definition_entity);
    record_set(r, "title", val_text(say(tx, d->title)));
    record_set(r, "stage", val_text(str_of(d->stage)));
    record_set(r, "owner_team", val_text(str_of(d->owner_team)));
    record_set(r, "buyer_stage", val_text(str_of(d->buyer_stage)));
    record_set(r, "criteria", val_text(str_of(d->criteria)));
    record_set(r, "evidence", val_text(str_of(d->evidence)));
    for (int l = 0; l < LANG_COUNT; l++) {
        struct locale loc = locale_default((enum lang)l, tx->ws->country);
        record_set(r, text[l], val_text(msg_text(tx->a, &loc, d->text, NULL)));
    }
    return record_create(tx, r, e);
}

/* ── the score ───────────────────────────────────────────────────────────── */

enum group { PROFILE, COMPANY, ASKED, READ, GROUPS };
static const struct { msg_id name; const char *axis; int cap; } groups[GROUPS] = {
    [PROFILE] = { MSG_funnel_seed_group_profile, "fit",        35 },
    [COMPANY] = { MSG_funnel_seed_group_company, "fit",        25 },
    [ASKED]   = { MSG_funnel_seed_group_asked,   "engagement", 30 },
    [READ]    = { MSG_funnel_seed_group_read,    "engagement", 20 },
};

#define DECIDES "job_title ~ \"director\" or job_title ~ \"manager\" or job_title ~ \"head of\" or job_title ~ \"chief\"" \
                " or job_title ~ \"owner\" or job_title ~ \"founder\" or job_title ~ \"মালিক\" or job_title ~ \"পরিচালক\"" \
                " or job_title ~ \"ব্যবস্থাপক\" or job_title ~ \"প্রধান\" or job_title ~ \"निदेशक\" or job_title ~ \"प्रबंधक\"" \
                " or job_title ~ \"प्रमुख\" or job_title ~ \"مدیر\" or job_title ~ \"رئیس\" or job_title ~ \"معاون\""
#define SEEKS   "job_title ~ \"student\" or job_title ~ \"intern\" or job_title ~ \"শিক্ষার্থী\" or job_title ~ \"छात्र\"" \
                " or job_title ~ \"دانشجو\" or job_title ~ \"کارآموز\""

static const struct rule { msg_id name; enum group group; int points; const char *criteria, *event; int decay_days, cap; } rules[] = {
    { MSG_funnel_seed_rule_decides, PROFILE,  20, DECIDES, NULL, 0, 0 },
    { MSG_funnel_seed_rule_email,   PROFILE,   5, "email is not empty", NULL, 0, 0 },
    { MSG_funnel_seed_rule_phone,   PROFILE,  10, "phone is not empty or mobile is not empty or whatsapp is not empty", NULL, 0, 0 },
    { MSG_funnel_seed_rule_seeks,   PROFILE, -20, SEEKS, NULL, 0, 0 },
    { MSG_funnel_seed_rule_company, COMPANY,  10, "company is not empty", NULL, 0, 0 },
    { MSG_funnel_seed_rule_size,    COMPANY,  10, "company.employees >= 20", NULL, 0, 0 },
    { MSG_funnel_seed_rule_key,     COMPANY,  10, "company.is_key = true", NULL, 0, 0 },
    { MSG_funnel_seed_rule_asked,   ASKED,    15, NULL, "lead.captured lead.recaptured", 30, 25 },
    { MSG_funnel_seed_rule_form,    ASKED,    10, NULL, "form.sent", 30, 20 },
    { MSG_funnel_seed_rule_reply,   ASKED,    10, NULL, "mail.replied", 30, 20 },
    { MSG_funnel_seed_rule_meeting, ASKED,    15, NULL, "meeting.booked meeting.held event.attended", 30, 30 },
    { MSG_funnel_seed_rule_content, READ,     10, NULL, "content.viewed content.downloaded", 30, 20 },
    { MSG_funnel_seed_rule_click,   READ,      5, NULL, "mail.clicked", 14, 15 },
    { MSG_funnel_seed_rule_open,    READ,      2, NULL, "mail.opened", 14, 6 },
    { MSG_funnel_seed_rule_page,    READ,      1, NULL, "page.viewed", 14, 10 },
    { MSG_funnel_seed_rule_left,    READ,    -15, NULL, "mail.unsubscribed consent.withdrawn", 90, 15 },
};

str seed_rule_name(const struct ctx *c, str name)
{
    struct locale own = locale_default(c->ws->lang, c->ws->country);
    for (size_t i = 0; c->loc->lang != c->ws->lang && i < countof(rules); i++)
        if (str_eq(name, msg_text(c->a, &own, rules[i].name, NULL)))
            return msg_text(c->a, c->loc, rules[i].name, NULL);
    return name;
}

static bool put_rule(struct ctx *tx, const struct rule *s, int64_t group, int position, struct err *e)
{
    struct record *r = record_new(tx->a, &score_rule_entity);
    record_set(r, "name", val_text(say(tx, s->name)));
    record_set(r, "axis", val_text(str_of(groups[s->group].axis)));
    record_set(r, "score_group", val_ref(group));
    record_set(r, "points", val_int(s->points));
    record_set(r, "position", val_int(position));
    if (s->criteria)
        record_set(r, "criteria", val_text(str_of(s->criteria)));
    if (s->event)
        record_set(r, "event", val_text(str_of(s->event)));
    if (s->decay_days)
        record_set(r, "decay_days", val_int(s->decay_days));
    if (s->cap)
        record_set(r, "cap", val_int(s->cap));
    return record_create(tx, r, e);
}

static bool put_score(struct ctx *tx, struct err *e)
{
    int64_t group[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
        struct record *r = record_new(tx->a, &score_group_entity);
        record_set(r, "name", val_text(say(tx, groups[i].name)));
        record_set(r, "axis", val_text(str_of(groups[i].axis)));
        record_set(r, "cap", val_int(groups[i].cap));
        if (!record_create(tx, r, e))
            return false;
        group[i] = r->id;
    }
    for (size_t i = 0; i < countof(rules); i++)
        if (!put_rule(tx, &rules[i], group[rules[i].group], (int)i + 1, e))
            return false;
    return true;
}

/* ── the way of a lead ───────────────────────────────────────────────────── */

static bool first_owner(struct ctx *tx, int64_t *id, struct err *e)
{
    bool found;
    *id = 0;
    return db_get_int(tx->c, "SELECT id FROM \"user\" WHERE deleted_at IS NULL ORDER BY id LIMIT 1", DB_NONE, &found, id, e);
}

static bool put_route(struct ctx *tx, msg_id name, const char *send_to, int64_t pool, int position, struct err *e)
{
    struct record *r = record_new(tx->a, &assignment_rule_entity);
    record_set(r, "name", val_text(say(tx, name)));
    record_set(r, "send_to", val_text(str_of(send_to)));
    record_set(r, "pool", val_ref(pool));
    record_set(r, "position", val_int(position));
    return record_create(tx, r, e);
}

static bool put_routes(struct ctx *tx, struct err *e)
{
    struct record *pool = record_new(tx->a, &pool_entity);
    int64_t owner;
    if (!first_owner(tx, &owner, e))
        return false;
    if (!owner)
        return true;                            /* a workspace without people has no receivers */
    record_set(pool, "name", val_text(say(tx, MSG_funnel_seed_pool)));
    record_set(pool, "fallback", val_ref(owner));
    return record_create(tx, pool, e)
        && put_route(tx, MSG_funnel_seed_route_person, "person_owner", 0, 1, e)
        && put_route(tx, MSG_funnel_seed_route_company, "company_owner", 0, 2, e)
        && put_route(tx, MSG_funnel_seed_route_pool, "pool", pool->id, 3, e);
}

static const struct policy { msg_id name; const char *grade; int minutes, reminder; } policies[] = {
    { MSG_funnel_seed_policy_hot,  "A1", 15, 5 },
    { MSG_funnel_seed_policy_warm, "A2, A3, B1, B2", 4 * 60, 60 },
    { MSG_funnel_seed_policy_rest, "", 24 * 60, 4 * 60 },
};

static bool put_policies(struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < countof(policies); i++) {
        struct record *r = record_new(tx->a, &sla_policy_entity);
        record_set(r, "name", val_text(say(tx, policies[i].name)));
        record_set(r, "grade", val_text(str_of(policies[i].grade)));
        record_set(r, "target", val_text(S("first_touch")));
        record_set(r, "minutes", val_int(policies[i].minutes));
        record_set(r, "reminder_minutes", val_int(policies[i].reminder));
        record_set(r, "attempts", val_int(6));
        record_set(r, "attempt_days", val_int(10));
        record_set(r, "position", val_int((int64_t)i + 1));
        if (!record_create(tx, r, e))
            return false;
    }
    return true;
}

static const struct point { msg_id name; const char *kind, *required; int minutes; } points[] = {
    { MSG_funnel_seed_point_lead,    "lead_to_sales",       "source, person.email|person.phone|person.mobile", 4 * 60 },
    { MSG_funnel_seed_point_launch,  "launch_to_sales",     "", 3 * 8 * 60 },
    { MSG_funnel_seed_point_success, "customer_to_success", "person.email|person.phone|person.mobile, person.company", 8 * 60 },
    { MSG_funnel_seed_point_back,    "deal_to_marketing",   "", 8 * 60 },
};

static bool put_points(struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < countof(points); i++) {
        struct record *r = record_new(tx->a, &handoff_point_entity);
        record_set(r, "name", val_text(say(tx, points[i].name)));
        record_set(r, "kind", val_text(str_of(points[i].kind)));
        record_set(r, "required_fields", val_text(str_of(points[i].required)));
        record_set(r, "minutes", val_int(points[i].minutes));
        record_set(r, "position", val_int((int64_t)i + 1));
        if (!record_create(tx, r, e))
            return false;
    }
    return true;
}

static bool put_definitions(struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < countof(definitions); i++)
        if (!put_definition(tx, &definitions[i], e))
            return false;
    return true;
}

/* ── all of it, once ─────────────────────────────────────────────────────── */

bool funnel_seed(struct ctx *tx, struct err *e)
{
    bool definitions_there, scores_there, routes_there, policies_there, points_there;
    int64_t one;
    return db_get_int(tx->c, "SELECT 1 FROM stage_definition LIMIT 1", DB_NONE, &definitions_there, &one, e)
        && db_get_int(tx->c, "SELECT 1 FROM score_rule LIMIT 1", DB_NONE, &scores_there, &one, e)
        && db_get_int(tx->c, "SELECT 1 FROM assignment_rule LIMIT 1", DB_NONE, &routes_there, &one, e)
        && db_get_int(tx->c, "SELECT 1 FROM sla_policy LIMIT 1", DB_NONE, &policies_there, &one, e)
        && db_get_int(tx->c, "SELECT 1 FROM handoff_point LIMIT 1", DB_NONE, &points_there, &one, e)
        && (definitions_there || put_definitions(tx, e)) && (scores_there || put_score(tx, e))
        && (routes_there || put_routes(tx, e)) && (policies_there || put_policies(tx, e))
        && (points_there || put_points(tx, e));
}
