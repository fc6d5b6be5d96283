/* choices.c - lists of choices that several entities share: one list, one order, one wording. */
#include "core/core.h"
#include "msg/core.h"

const struct choice choices_source[] = {
    { "web",       MSG_core_source_web },
    { "campaign",  MSG_core_source_campaign },
    { "event",     MSG_core_source_event },
    { "referral",  MSG_core_source_referral },
    { "cold_call", MSG_core_source_cold_call },
    { "social",    MSG_core_source_social },
    { "partner",   MSG_core_source_partner },
    { "import",    MSG_core_source_import },
    { "phone",     MSG_core_source_phone },
    { "other",     MSG_core_source_other },
    { 0 },
};

const struct choice choices_channel[] = {
    { "web",      MSG_core_channel_web },
    { "email",    MSG_core_channel_email },
    { "sms",      MSG_core_channel_sms },
    { "whatsapp", MSG_core_channel_whatsapp },
    { "phone",    MSG_core_channel_phone },
    { "search",   MSG_core_channel_search },
    { "social",   MSG_core_channel_social },
    { "ads",      MSG_core_channel_ads },
    { "event",    MSG_core_channel_event },
    { "mail",     MSG_core_channel_mail },
    { "media",    MSG_core_channel_media },
    { "referral", MSG_core_channel_referral },
    { "partner",  MSG_core_channel_partner },
    { "other",    MSG_core_channel_other },
    { 0 },
};

const struct choice choices_lifecycle[] = {
    { "subscriber",  MSG_core_lifecycle_subscriber },
    { "lead",        MSG_core_lifecycle_lead },
    { "mql",         MSG_core_lifecycle_mql,         "blue" },
    { "sal",         MSG_core_lifecycle_sal,         "blue" },
    { "sql",         MSG_core_lifecycle_sql,         "teal" },
    { "opportunity", MSG_core_lifecycle_opportunity, "teal" },
    { "customer",    MSG_core_lifecycle_customer,    "green" },
    { "advocate",    MSG_core_lifecycle_advocate,    "green" },
    { 0 },
};

const struct choice choices_buyer_stage[] = {
    { "awareness",     MSG_core_buyer_stage_awareness },
    { "consideration", MSG_core_buyer_stage_consideration },
    { "preference",    MSG_core_buyer_stage_preference },
    { "intention",     MSG_core_buyer_stage_intention },
    { "purchase",      MSG_core_buyer_stage_purchase },
    { "loyalty",       MSG_core_buyer_stage_loyalty },
    { "advocacy",      MSG_core_buyer_stage_advocacy },
    { 0 },
};

const struct choice choices_lang[] = {
    { "en", MSG_core_lang_en },
    { "bn", MSG_core_lang_bn },
    { "hi", MSG_core_lang_hi },
    { "fa", MSG_core_lang_fa },
    { 0 },
};

const struct choice choices_buying_role[] = {
    { "decision_maker", MSG_core_buying_role_decision_maker, "blue" },
    { "champion",       MSG_core_buying_role_champion,       "green" },
    { "influencer",     MSG_core_buying_role_influencer },
    { "user",           MSG_core_buying_role_user },
    { "blocker",        MSG_core_buying_role_blocker,        "red" },
    { "finance",        MSG_core_buying_role_finance },
    { "procurement",    MSG_core_buying_role_procurement },
    { 0 },
};

const struct choice choices_consent[] = {
    { "unknown",   MSG_core_consent_unknown },
    { "given",     MSG_core_consent_given,     "green" },
    { "withdrawn", MSG_core_consent_withdrawn, "red" },
    { 0 },
};

const struct choice choices_industry[] = {
    { "agriculture",        MSG_core_industry_agriculture },
    { "automotive",         MSG_core_industry_automotive },
    { "chemicals",          MSG_core_industry_chemicals },
    { "construction",       MSG_core_industry_construction },
    { "education",          MSG_core_industry_education },
    { "employment",         MSG_core_industry_employment },
    { "energy",             MSG_core_industry_energy },
    { "entertainment",      MSG_core_industry_entertainment },
    { "finance",            MSG_core_industry_finance },
    { "government",         MSG_core_industry_government },
    { "hospitality",        MSG_core_industry_hospitality },
    { "logistics",          MSG_core_industry_logistics },
    { "manufacturing",      MSG_core_industry_manufacturing },
    { "marketing",          MSG_core_industry_marketing },
    { "medical",            MSG_core_industry_medical },
    { "nonprofit",          MSG_core_industry_nonprofit },
    { "pharma",             MSG_core_industry_pharma },
    { "retail",             MSG_core_industry_retail },
    { "services",           MSG_core_industry_services },
    { "software",           MSG_core_industry_software },
    { "technology",         MSG_core_industry_technology },
    { "telecommunications", MSG_core_industry_telecommunications },
    { "textiles",           MSG_core_industry_textiles },
    { "wholesale",          MSG_core_industry_wholesale },
    { "other",              MSG_core_industry_other },
    { 0 },
};

const struct choice choices_forecast[] = {
    { "omitted",   MSG_core_forecast_omitted },
    { "pipeline",  MSG_core_forecast_pipeline },
    { "best_case", MSG_core_forecast_best_case, "blue" },
    { "commit",    MSG_core_forecast_commit,    "teal" },
    { "closed",    MSG_core_forecast_closed,    "green" },
    { 0 },
};

const struct choice choices_axis[] = {
    { "fit",        MSG_core_axis_fit,        "teal" },
    { "engagement", MSG_core_axis_engagement, "blue" },
    { 0 },
};
