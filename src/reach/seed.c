/* seed.c - a new workspace can catch its first lead at once: a campaign for the website and a
 * contact form in the workspace's language, and knows guards of mailboxes that publish where they ask from.
 *
 * Made only where the tables are empty: what somebody deleted does not come back.
 */
#include "reach/inside.h"

static str say(struct ctx *tx, msg_id id) { return msg_text(tx->a, tx->loc, id, NULL); }

static bool put_campaign(struct ctx *tx, int64_t *id, struct err *e)
{
    struct record *r = record_new(tx->a, &campaign_entity);
    record_set(r, "name", val_text(say(tx, MSG_reach_seed_campaign)));
    record_set(r, "status", val_text(S("active")));
    record_set(r, "channel", val_text(S("web")));
    record_set(r, "goal", val_text(S("leads")));
    record_set(r, "utm_campaign", val_text(S("website")));
    if (!record_create(tx, r, e))
        return false;
    *id = r->id;
    return true;
}

static bool put_form(struct ctx *tx, int64_t campaign, struct err *e)
{
    struct record *r = record_new(tx->a, &form_entity);
    record_set(r, "name", val_text(say(tx, MSG_reach_seed_form)));
    record_set(r, "slug", val_text(S("contact")));
    record_set(r, "language", val_text(str_of(lang_code(tx->ws->lang))));
    record_set(r, "campaign", val_ref(campaign));
    record_set(r, "title", val_text(say(tx, MSG_reach_seed_title)));
    record_set(r, "intro", val_text(say(tx, MSG_reach_seed_intro)));
    record_set(r, "fields", val_text(S("name*\nemail*\nphone\ncompany\nmessage")));
    record_set(r, "thanks", val_text(say(tx, MSG_reach_seed_thanks)));
    record_set(r, "consent_text", val_text(say(tx, MSG_reach_seed_consent)));
    return record_create(tx, r, e);
}

/* As their makers publish them; whoever runs the house adds what its readers' own guards ask from. */
static const struct { const char *network, *service; } networks[] = {
    { "67.231.144.0/20", "Proofpoint" }, { "208.84.64.0/22", "Proofpoint" }, { "208.86.200.0/22", "Proofpoint" },
    { "209.222.80.0/21", "Barracuda" },
};

static bool put_networks(struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < countof(networks); i++) {
        struct record *r = record_new(tx->a, &robot_network_entity);
        record_set(r, "network", val_text(str_of(networks[i].network)));
        record_set(r, "service", val_text(str_of(networks[i].service)));
        if (!record_create(tx, r, e))
            return false;
    }
    return true;
}

bool reach_seed(struct ctx *tx, struct err *e)
{
    bool campaigns, forms, has_networks;
    int64_t one, campaign = 0;
    return db_get_int(tx->c, "SELECT 1 FROM campaign LIMIT 1", DB_NONE, &campaigns, &one, e)
        && db_get_int(tx->c, "SELECT 1 FROM form LIMIT 1", DB_NONE, &forms, &one, e)
        && db_get_int(tx->c, "SELECT 1 FROM robot_network LIMIT 1", DB_NONE, &has_networks, &one, e)
        && (campaigns || put_campaign(tx, &campaign, e)) && (forms || put_form(tx, campaign, e))
        && (has_networks || put_networks(tx, e));
}
