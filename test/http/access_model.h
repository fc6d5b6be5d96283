/* access_model.h - who may do what, said a second time, by hand, apart from the program.
 *
 * One row a group of entities, one word a role: see, create, change, delete, export, each
 * '-' nobody, 'H' what was shared with me, 'O' my own, 'V' my own and what was opened to me, 'T' my team's, 'A' all. A change of
 * rights must be made in both places; that is its purpose.
 */
#pragma once
#include "base/str.h"

enum { MODEL_ROLES = 11 };
static const char *const model_role[MODEL_ROLES] = {
    "owner", "cro", "sales_manager", "ae", "sdr", "marketing_manager", "marketer", "content_author", "customer_success",
    "analyst", "guest_agency",
};

struct model_row { const char *entities; const char *right[MODEL_ROLES]; };
static const struct model_row model[] = {
    /*                       owner    cro      s.mgr    ae       sdr      m.mgr    marketer author   success  analyst  guest */
    { "person company relation email_address phone_number consent not_same",
                           { "AAAAA", "AAAAA", "AAATA", "AAAOO", "AAAOO", "AAAOA", "AAAOA", "A----", "AAAOO", "A---A", "H----" } },
    { "lead",              { "AAAAA", "AAAAA", "AAATA", "AAO-O", "AAO-O", "AAAAA", "AAA-A", "A----", "AAO-O", "A---A", "H----" } },
    { "deal deal_line deal_person",
                           { "AAAAA", "AAAAA", "AAATA", "AAOOO", "AAO--", "A----", "A----", "A----", "AAOOO", "A---A", "H----" } },
    { "sales_order order_line payment",
                           { "AAAAA", "AAAAA", "AAATA", "AAOOO", "A----", "A----", "A----", "A----", "AAOOO", "A---A", "H----" } },
    { "campaign budget_line form",
                           { "AAAAA", "AAAAA", "A----", "A----", "A----", "AAAAA", "AATOA", "A----", "A----", "A---A", "H----" } },
    { "segment",           { "AAAAA", "AAAAA", "AAOOA", "AAOOO", "AAOOO", "AAAAA", "AAOOA", "A----", "AAOOO", "AAOOA", "H----" } },
    { "submission touch",  { "AAAAA", "AAAAA", "A----", "A----", "A----", "AAAAA", "A----", "A----", "A----", "A---A", "H----" } },
    { "stage_definition",  { "AAAAA", "AAAAA", "AAA-A", "A----", "A----", "AAA-A", "A----", "A----", "A----", "A---A", "H----" } },
    { "product",           { "AAAAA", "AAAAA", "AAA-A", "A----", "A----", "A----", "A----", "A----", "A----", "A---A", "H----" } },
    { "pipeline stage",    { "AAAAA", "AAAAA", "AAA-A", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "-----" } },
    { "pool pool_seat assignment_rule score_group score_rule chance_model sla_policy handoff_point handoff_target",
                           { "AAAAA", "AAAAA", "AAA-A", "A----", "A----", "AAA-A", "A----", "A----", "A----", "A----", "-----" } },
    { "task note call meeting attachment",
                           { "AAAAA", "AAAAA", "AAAAA", "AAOOO", "AAOOO", "AAAAA", "AAOOO", "AAOOO", "AAOOO", "A---A", "H----" } },
    { "saved_view",        { "VOVV-", "VOVO-", "VOVO-", "VOVO-", "VOVO-", "VOVO-", "VOVO-", "VOVO-", "VOVO-", "VOVO-", "OOOO-" } },
    { "notification session api_token",
                           { "OOOO-", "OOOO-", "OOOO-", "OOOO-", "OOOO-", "OOOO-", "OOOO-", "OOOO-", "OOOO-", "OOOO-", "OOOO-" } },
    { "user team",         { "AAAAA", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "O----" } },
    { "work_calendar holiday rate setting schedule",
                           { "AAAAA", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "-----" } },
    { "robot_network",     { "AAAAA", "A----", "A----", "A----", "A----", "AAAAA", "A----", "A----", "A----", "A----", "-----" } },
    { "webhook inbound",   { "AAAAA", "-----", "-----", "-----", "-----", "-----", "-----", "-----", "-----", "-----", "-----" } },
    { "rule",              { "AAAAA", "AAAAA", "AAAAA", "AAOO-", "AAOO-", "AAAAA", "AAOO-", "AAOO-", "AAOO-", "A---A", "H----" } },
    { "material",          { "AAAAA", "AAAAA", "A----", "A----", "A----", "AAAAA", "AAOOA", "AAOOA", "A----", "A---A", "H----" } },
    { "link",              { "AAAAA", "AAAAA", "AAAAA", "AAOOO", "AAOOO", "AAAAA", "AAOOO", "A----", "AAOOO", "A---A", "H----" } },
    { "company_member deal_member",
                           { "AAAAA", "AAAAA", "AAAAA", "AAOOO", "AAOOO", "AAAAA", "AAOOO", "A----", "AAOOO", "A---A", "H----" } },
    { "clock clock_pause rule_version rule_run rule_log approval "
      "share import_run handoff lifecycle_change score_point visit stage_change",
                           { "AAAAA", "AAAAA", "A----", "A----", "A----", "A----", "A----", "A----", "A----", "A---A", "H----" } },
};

/* Fields that some roles may not read. */
static const struct { const char *role, *entity, *fields; } model_hidden[] = {
    { "guest_agency", "deal", "amount probability lost_reason competitor" },
    { "guest_agency", "company", "annual_revenue" },
    { "guest_agency", "person", "phone mobile whatsapp address birthday" },
    { "content_author", "person", "phone mobile whatsapp address birthday" },
    { "guest_agency", "phone_number", "number" },
    { "content_author", "phone_number", "number" },
};

static inline bool model_word(const char *list, const char *word)
{
    for (str rest = str_of(list); rest.n;)
        if (str_eq(str_cut(&rest, ' '), str_of(word)))
            return true;
    return false;
}

static inline const struct model_row *model_of(const char *entity)
{
    for (size_t i = 0; i < countof(model); i++)
        if (model_word(model[i].entities, entity))
            return &model[i];
    return NULL;
}

static inline bool model_is_hidden(int role, const char *entity, const char *field)
{
    for (size_t i = 0; i < countof(model_hidden); i++)
        if (!strcmp(model_hidden[i].role, model_role[role]) && !strcmp(model_hidden[i].entity, entity)
            && model_word(model_hidden[i].fields, field))
            return true;
    return false;
}
