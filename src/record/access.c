/* access.c - the rights of the default roles, and the predicate they become.
 *
 * One table: a role's rows, later ones win; "*" stands for every entity of its
 * kind. Records are read by everybody on both sides, for that is the product's
 * point; writing follows the role. Configuration is the owner's.
 */
#include "record/access.h"
#include "base/fault.h"
#include "base/log.h"
#include "msg/record.h"
#include "record/actor.h"
#include "record/sql.h"

static const struct { const char *name; msg_id label; } roles[ROLE_COUNT] = {
    [ROLE_OWNER] = { "owner", MSG_record_role_owner },
    [ROLE_CRO] = { "cro", MSG_record_role_cro },
    [ROLE_SALES_MANAGER] = { "sales_manager", MSG_record_role_sales_manager },
    [ROLE_AE] = { "ae", MSG_record_role_ae },
    [ROLE_SDR] = { "sdr", MSG_record_role_sdr },
    [ROLE_MARKETING_MANAGER] = { "marketing_manager", MSG_record_role_marketing_manager },
    [ROLE_MARKETER] = { "marketer", MSG_record_role_marketer },
    [ROLE_CONTENT_AUTHOR] = { "content_author", MSG_record_role_content_author },
    [ROLE_CUSTOMER_SUCCESS] = { "customer_success", MSG_record_role_customer_success },
    [ROLE_ANALYST] = { "analyst", MSG_record_role_analyst },
    [ROLE_GUEST_AGENCY] = { "guest_agency", MSG_record_role_guest_agency },
};

const char *role_name(enum role r) { return roles[r].name; }
msg_id role_label(enum role r) { return roles[r].label; }

bool role_find(str name, enum role *out)
{
    for (int r = 0; r < ROLE_COUNT; r++)
        if (str_eq(name, str_of(roles[r].name))) {
            *out = (enum role)r;
            return true;
        }
    return false;
}

/* ── grants ────────────────────────────────────────────────────────────────── */

enum { N = SCOPE_NONE, H = SCOPE_SHARED, O = SCOPE_OWN, V = SCOPE_OPENED, T = SCOPE_TEAM, A = SCOPE_ALL };
struct grant { unsigned roles; const char *entities; unsigned char scope[ACTION_COUNT]; };

#define R(x) (1u << ROLE_##x)
#define SELLERS    (R(AE) | R(SDR) | R(CUSTOMER_SUCCESS))
#define MARKETING  (R(MARKETING_MANAGER) | R(MARKETER))
#define STAFF      (~R(GUEST_AGENCY))
#define EVERYBODY  (~0u)

/* How leads are scored, routed, timed and handed over: the heads of both sides. */
#define FUNNEL_RULES "pool pool_seat assignment_rule score_group score_rule chance_model sla_policy handoff_point handoff_target"

/* Words between spaces; "*": records, "@": configuration.
 *                                                    see create change delete export */
static const struct grant grants[] = {
    { STAFF,                "*",                      { A, N, N, N, N } },
    { STAFF,                "@",                      { A, N, N, N, N } },
    { R(GUEST_AGENCY),      "*",                      { H, N, N, N, N } },
    { R(OWNER),             "* @",                    { A, A, A, A, A } },
    { R(CRO),               "*",                      { A, A, A, A, A } },
    { R(CRO),               "stage_definition pipeline stage " FUNNEL_RULES, { A, A, A, A, A } },
    { R(ANALYST),           "*",                      { A, N, N, N, A } },

    { R(SALES_MANAGER),     "person company relation email_address phone_number consent not_same", { A, A, A, T, A } },
    { R(SALES_MANAGER),     "lead deal deal_line deal_person sales_order order_line payment", { A, A, A, T, A } },
    { R(SALES_MANAGER),     "stage_definition pipeline stage product " FUNNEL_RULES, { A, A, A, N, A } },
    { SELLERS,              "person company relation email_address phone_number consent not_same", { A, A, A, O, O } },
    { SELLERS,              "lead",                   { A, A, O, N, O } },
    { R(AE) | R(CUSTOMER_SUCCESS), "deal deal_line deal_person sales_order order_line payment", { A, A, O, O, O } },
    { R(SDR),               "deal deal_line deal_person", { A, A, O, N, N } },

    { MARKETING,            "person company relation email_address phone_number consent not_same", { A, A, A, O, A } },
    { R(MARKETING_MANAGER), "lead campaign budget_line form submission touch segment", { A, A, A, A, A } },
    { R(MARKETING_MANAGER), "stage_definition " FUNNEL_RULES, { A, A, A, N, A } },
    { R(MARKETER),          "lead",                   { A, A, A, N, A } },
    { R(MARKETER),          "campaign form budget_line", { A, A, T, O, A } },

    /* The team around an account or a deal: sellers and marketers side by side. */
    { SELLERS | R(MARKETER), "company_member deal_member", { A, A, O, O, O } },
    { R(SALES_MANAGER) | R(MARKETING_MANAGER), "company_member deal_member", { A, A, A, A, A } },

    { R(SALES_MANAGER) | R(MARKETER) | R(ANALYST), "segment", { A, A, O, O, A } },
    { SELLERS,              "segment",                { A, A, O, O, O } },
    /* A rule acts with its owner's rights: whoever works here may have some. */
    { STAFF & ~R(ANALYST),  "rule",                   { A, A, O, O, N } },
    { R(OWNER) | R(CRO) | R(SALES_MANAGER) | R(MARKETING_MANAGER), "rule", { A, A, A, A, A } },
    { MARKETING | R(CONTENT_AUTHOR), "material",      { A, A, O, O, A } },
    { R(MARKETING_MANAGER), "material",               { A, A, A, A, A } },
    /* Of a link nothing but that it is there can change: deleted is withdrawn. */
    { SELLERS | R(MARKETER), "link",                  { A, A, O, O, O } },
    { R(SALES_MANAGER) | R(MARKETING_MANAGER), "link", { A, A, A, A, A } },
    { R(MARKETING_MANAGER), "robot_network",          { A, A, A, A, A } },

    { STAFF & ~R(ANALYST),  "task note call meeting attachment", { A, A, O, O, O } },
    { R(OWNER) | R(CRO) | R(SALES_MANAGER) | R(MARKETING_MANAGER), "task note call meeting attachment", { A, A, A, A, A } },

    /* To tell what happened to somebody is not to change them: a tracker's key needs this alone. */
    { SELLERS | MARKETING | R(SALES_MANAGER), "event", { A, A, N, N, N } },

    /* Where data leaves the house, or comes in by itself: the owner's. */
    { STAFF & ~R(OWNER),    "webhook inbound",        { N, N, N, N, N } },

    /* Everybody's own things, whatever their role. */
    { EVERYBODY,            "notification saved_view session api_token", { O, O, O, O, N } },
    { R(GUEST_AGENCY),      "user team",              { O, N, N, N, N } },
    { STAFF,                "api_token session notification", { O, O, O, O, N } },
    /* A guest keeps to their own: a filter tells what the house looks for. */
    { STAFF,                "saved_view",             { V, O, V, O, N } },
    { R(OWNER),             "saved_view",             { V, O, V, V, N } },
};

static bool word_in(str list, str word)
{
    while (list.n)
        if (str_eq(str_cut(&list, ' '), word))
            return true;
    return false;
}

static bool names(const struct grant *g, const struct entity *en)
{
    str list = str_of(g->entities);
    return word_in(list, en->flags & E_SETTINGS ? S("@") : S("*")) || word_in(list, str_of(en->name));
}

/* A bit for each grant that names `en`. */
static uint64_t read_grants(const struct entity *en)
{
    _Static_assert(countof(grants) <= 64, "a bit for each");
    uint64_t bits = 0;
    for (size_t i = 0; i < countof(grants); i++)
        bits |= (uint64_t)names(&grants[i], en) << i;
    return bits;
}

/* Read from the words above once, for no request changes them. Never 0, since all of an entity's kind are named together.
 * Who comes first writes what the next would have written. A name of rights alone (flow/intake.c) stands in no catalogue. */
static uint64_t grants_of(const struct entity *en)
{
    static _Atomic uint64_t kept[256];          /* more than the catalogue takes */
    if (en->nfields == 0)
        return read_grants(en);
    int index = entity_index(en);
    uint64_t bits = kept[index];
    return bits ? bits : (kept[index] = read_grants(en));
}

static enum scope role_scope(enum role r, const struct entity *en, enum action act)
{
    enum scope out = SCOPE_NONE;
    for (uint64_t rest = grants_of(en); rest; rest &= rest - 1) {
        const struct grant *g = &grants[__builtin_ctzll(rest)];
        if (g->roles >> r & 1)
            out = (enum scope)g->scope[act];
    }
    return out;
}

enum scope access_scope(const struct actor *who, const struct entity *en, enum action act)
{
    enum scope widest = SCOPE_NONE;
    if (who->is_system)
        return SCOPE_ALL;
    if (!(who->token_scopes >> act & 1))
        return SCOPE_NONE;
    if ((act == ACTION_CREATE && en->flags & E_NO_CREATE) || (act == ACTION_DELETE && en->flags & E_NO_DELETE))
        return SCOPE_NONE;
    for (unsigned rest = who->roles; rest; rest &= rest - 1) {
        enum scope s = role_scope((enum role)__builtin_ctz(rest), en, act);
        widest = s > widest ? s : widest;
    }
    return widest;
}

/* ── fields ────────────────────────────────────────────────────────────────── */

static const struct { unsigned roles; const char *entity, *fields; enum field_right right; } field_rules[] = {
    { R(GUEST_AGENCY), "deal", "amount probability lost_reason competitor", FIELD_RIGHT_HIDDEN },
    { R(GUEST_AGENCY), "company", "annual_revenue", FIELD_RIGHT_HIDDEN },
    { R(GUEST_AGENCY), "person", "phone mobile whatsapp address birthday", FIELD_RIGHT_HIDDEN },
    { R(CONTENT_AUTHOR), "person", "phone mobile whatsapp address birthday", FIELD_RIGHT_HIDDEN },
    { R(GUEST_AGENCY) | R(CONTENT_AUTHOR), "phone_number", "number", FIELD_RIGHT_HIDDEN },
};

static enum field_right role_field(enum role r, const struct entity *en, const struct field *f)
{
    for (size_t i = 0; i < countof(field_rules); i++)
        if (field_rules[i].roles >> r & 1 && !strcmp(field_rules[i].entity, en->name)
            && word_in(str_of(field_rules[i].fields), str_of(f->name)))
            return field_rules[i].right;
    return FIELD_RIGHT_WRITE;
}

enum field_right access_field(const struct actor *who, const struct entity *en, const struct field *f)
{
    enum field_right widest = FIELD_RIGHT_HIDDEN;
    if (who->is_system)
        return FIELD_RIGHT_WRITE;
    if (f->flags & F_SECRET)
        return FIELD_RIGHT_HIDDEN;
    for (unsigned rest = who->roles; rest; rest &= rest - 1) {
        enum field_right right = role_field((enum role)__builtin_ctz(rest), en, f);
        widest = right > widest ? right : widest;
    }
    bool is_fixed = f->flags & F_READONLY || f->type == FIELD_COMPUTED;
    return is_fixed && widest == FIELD_RIGHT_WRITE ? FIELD_RIGHT_READ : widest;
}

bool access_is_admin(const struct actor *who) { return who->is_system || who->roles & R(OWNER); }

/* ── the predicate ─────────────────────────────────────────────────────────── */

static void column(struct sql *q, const char *alias, const char *name)
{
    sql_name(q, alias);
    sql_lit(q, ".");
    sql_name(q, name);
}

static void owned_by_me(struct sql *q, const struct actor *who, const struct entity *en, const char *alias)
{
    if (!strcmp(en->name, "user")) {
        column(q, alias, "id");
        sql_lit(q, " = ");
        sql_bind(q, V(who->user_id));
        return;
    }
    if (en->owner) {
        column(q, alias, en->owner);
        sql_lit(q, " = ");
        sql_bind(q, V(who->user_id));
        sql_lit(q, " OR ");
    }
    column(q, alias, "created_by");
    sql_lit(q, " = ");
    sql_bind(q, V(who->user_id));
}

static void owned_by_team(struct sql *q, const struct actor *who, const struct entity *en, const char *alias)
{
    if (who->nteams == 0)
        return;
    sql_lit(q, " OR ");
    column(q, alias, en->owner ? en->owner : "created_by");
    sql_lit(q, " IN (SELECT mate.id FROM ");
    sql_name(q, "user");
    sql_lit(q, " mate WHERE mate.team IN (");
    for (int i = 0; i < who->nteams; i++) {
        if (i)
            sql_lit(q, ", ");
        sql_bind(q, V(who->teams[i]));
    }
    sql_lit(q, "))");
}

/* Whether who owns it works in a team of the reader's: the same, one below it, or one above. */
static void owner_is_near(struct sql *q, const struct actor *who, const struct entity *en, const char *alias)
{
    column(q, alias, en->owner ? en->owner : "created_by");
    sql_lit(q, " IN (SELECT mate.id FROM ");
    sql_name(q, "user");
    sql_lit(q, " mate WHERE mate.team IN (WITH RECURSIVE up(id) AS (SELECT ");
    sql_bind(q, V(who->team_id));
    sql_lit(q, " UNION SELECT t.parent FROM team t JOIN up ON t.id = up.id WHERE t.parent IS NOT NULL) SELECT id FROM up)");
    for (int i = 0; i < who->nteams; i++) {
        sql_lit(q, i ? ", " : " OR mate.team IN (");
        sql_bind(q, V(who->teams[i]));
    }
    sql_lit(q, who->nteams ? "))" : ")");
}

static void opened_to_me(struct sql *q, const struct actor *who, const struct entity *en, enum action act, const char *alias)
{
    const struct opening *o = en->opening;
    bool is_admin = access_is_admin(who);
    sql_lit(q, " OR (");
    column(q, alias, o->to);
    sql_lit(q, is_admin ? " IN ('team', 'everybody')" : " = 'everybody'");
    if (!is_admin && who->team_id) {
        sql_lit(q, " OR (");
        column(q, alias, o->to);
        sql_lit(q, " = 'team' AND ");
        owner_is_near(q, who, en, alias);
        sql_lit(q, ")");
    }
    sql_lit(q, ")");
    if (act == ACTION_SEE || is_admin)
        return;
    sql_lit(q, " AND COALESCE(");
    column(q, alias, o->lock);
    sql_lit(q, ", 0) = 0");
}

/* Opened to this guest or their team, and not run out. */
static void shared_with_me(struct sql *q, const struct ctx *c, const struct entity *en, const char *alias)
{
    sql_lit(q, "EXISTS (SELECT 1 FROM share sh WHERE sh.deleted_at IS NULL AND sh.entity = ");
    sql_bind(q, V(str_of(en->name)));
    sql_lit(q, " AND sh.record = ");
    column(q, alias, "id");
    sql_lit(q, " AND (sh.member = ");
    sql_bind(q, V(c->who->user_id));
    for (int i = 0; i < c->who->nteams; i++) {
        sql_lit(q, " OR sh.team = ");
        sql_bind(q, V(c->who->teams[i]));
    }
    sql_lit(q, ") AND (sh.expires_at IS NULL OR sh.expires_at > ");
    sql_bind(q, V(c->now));
    sql_lit(q, "))");
}

bool access_denied(struct ctx *c, const struct entity *en, struct err *e)
{
    fail(e, ERR_FORBIDDEN, MSG_record_forbidden, "%s", en->name);
    return err_arg(e, "entity", msg_text(c->a, c->loc, en->plural, NULL));
}

void access_predicate(struct sql *q, const struct ctx *c, const struct entity *en, enum action act,
                      const char *alias)
{
    enum scope s = access_scope(c->who, en, act);
    switch (fault_is_on("open_gate") && s != SCOPE_NONE ? SCOPE_ALL : s) {
    case SCOPE_ALL:
        sql_lit(q, "1=1");
        return;
    case SCOPE_NONE:
        sql_lit(q, "1=0");
        return;
    case SCOPE_SHARED:
        shared_with_me(q, c, en, alias);
        return;
    case SCOPE_OWN:
    case SCOPE_OPENED:
    case SCOPE_TEAM:
        sql_lit(q, "(");
        owned_by_me(q, c->who, en, alias);
        if (s == SCOPE_TEAM)
            owned_by_team(q, c->who, en, alias);
        if (s == SCOPE_OPENED && en->opening)
            opened_to_me(q, c->who, en, act, alias);
        sql_lit(q, ")");
        return;
    }
}

bool access_record(struct ctx *c, const struct record *r, enum action act)
{
    enum scope s = access_scope(c->who, r->en, act);
    if (s == SCOPE_ALL || s == SCOPE_NONE)
        return s == SCOPE_ALL;

    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    struct err e = { 0 };
    sql_lit(q, "SELECT 1 FROM ");
    sql_name(q, r->en->name);
    sql_lit(q, " t0 WHERE t0.id = ");
    sql_bind(q, V(r->id));
    sql_lit(q, " AND ");
    access_predicate(q, c, r->en, act, "t0");
    if (!sql_query(c->c, q, &rows, &e))
        return false;
    bool may = db_next(&rows);
    return db_done(&rows, &e) && may;
}

/* ── actors ────────────────────────────────────────────────────────────────── */

const struct actor actor_system = { .name = { "Setu", 4 }, .is_system = true, .token_scopes = ~0u };

bool actor_complete(struct db_conn *c, struct actor *who, struct err *e)
{
    struct db_rows q;
    if (!who->team_id)
        return true;
    if (!db_query(c, &q, "WITH RECURSIVE below(id) AS (SELECT $1 UNION SELECT t.id FROM team t"
                         " JOIN below b ON t.parent = b.id WHERE t.deleted_at IS NULL)"
                         " SELECT id FROM below LIMIT 32", DB_ARGS(V(who->team_id)), e))
        return false;
    while (db_next(&q))
        who->teams[who->nteams++] = db_int(&q, 0);
    return db_done(&q, e);
}

struct actor actor_of_row(struct arena *a, struct db_rows *q, int at, int64_t user_id)
{
    struct actor who = { .user_id = user_id, .token_scopes = ~0u };

    who.name = db_text(q, at, a);
    who.email = db_text(q, at + 1, a);
    for (str rest = db_text_view(q, at + 2); rest.n;) {
        enum role r;
        if (role_find(str_cut(&rest, ','), &r))
            who.roles |= 1u << r;
    }
    who.team_id = db_int(q, at + 3);
    lang_from_code(db_text_view(q, at + 4), &who.lang);
    return who;
}

bool actor_load(struct arena *a, struct db_conn *c, int64_t user_id, struct actor *out, struct err *e)
{
    struct actor who = { 0 };
    struct db_rows q;

    if (!db_query(c, &q, "SELECT name, email, roles, team, lang FROM \"user\""
                         " WHERE id = $1 AND deleted_at IS NULL AND is_active = 1",
                  DB_ARGS(V(user_id)), e))
        return false;
    bool found = db_next(&q);
    if (found)
        who = actor_of_row(a, &q, 0, user_id);
    if (!db_done(&q, e))
        return false;
    if (!found)
        return fail(e, ERR_NOT_FOUND, MSG_record_not_found, "user %lld", (long long)user_id);
    if (!actor_complete(c, &who, e))
        return false;
    *out = who;
    return true;
}
