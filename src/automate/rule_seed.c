/* rule_seed.c - the rules a new workspace begins with, on and tried; each can be changed or switched
 * off. Their texts are in the workspace's language.
 */
#include "automate/rule_pages.h"
#include "base/buf.h"
#include "msg/rule.h"

/* $1, $2 in a plan are the texts that follow it. */
static const struct shipped {
    msg_id name, text[2]; const char *says, *once; int64_t limit; const char *currency;
} shipped[] = {
    { MSG_rule_seed_big_deal, { MSG_rule_seed_big_deal_tell, MSG_rule_seed_big_deal_task },
      "when saved\nabout deal\nfield amount\nif amount > {limit} and status = open\n"
      "do involve\nwho head_marketing\nduty brand_manager\n"
      "do notify\nwho head_marketing\ntext $1\n"
      "do task\nwho head_marketing\ntext $2\ncount 2\nunit days\n", "record", 2000000, "USD" },
    { MSG_rule_seed_late_lead, { MSG_rule_seed_late_lead_tell, 0 },
      "when event\nabout lead\nevent lead.breached\nif status = offered\n"
      "do notify\nwho owner\ntext $1\n"
      "do await\nevent lead.accepted\ncount 1\nunit work_hours\n"
      "do if\ncriteria status = offered\ndo route\ndo end\n", "each", 0, NULL },
    { MSG_rule_seed_quiet_deal, { MSG_rule_seed_quiet_deal_task, 0 },
      "when time\nabout deal\ncount 14\nunit days\nside after\ndate last_activity_at\nif status = open\n"
      "do task\nwho owner\ntext $1\ncount 1\nunit days\n", "each", 0, NULL },
    { MSG_rule_seed_missed, { MSG_rule_seed_missed_call, MSG_rule_seed_missed_write },
      "when changed\nabout meeting\nfield outcome\nto no_show\n"
      "do task\nwho owner\ntext $1\ncount 4\nunit hours\n"
      "do task\nwho owner\ntext $2\ncount 2\nunit days\n", "each", 0, NULL },
};

static str say(struct ctx *tx, msg_id id)
{
    struct locale loc = locale_default(tx->ws->lang, tx->ws->country);
    return msg_text(tx->a, &loc, id, NULL);
}

static str with_texts(struct ctx *tx, const struct shipped *s)
{
    struct buf b = buf_new(tx->a, RULE_PLAN_MAX);
    for (const char *p = s->says; *p; p++) {
        bool is_text = p[0] == '$' && (p[1] == '1' || p[1] == '2');
        if (is_text)
            buf_put(&b, say(tx, s->text[*++p - '1']));
        else
            buf_char(&b, *p);
    }
    return buf_str(&b);
}

/* The workspace's own currency when there is no rate for the named one. */
static bool limit_of(struct ctx *tx, const struct shipped *s, struct val *out, struct err *e)
{
    bool found;
    int64_t one;
    const char *own = tx->ws->currency;
    if (!db_get_int(tx->c, "SELECT id FROM rate WHERE currency = $1 AND deleted_at IS NULL LIMIT 1", DB_ARGS(V(str_of(s->currency))), &found, &one, e))
        return false;
    str currency = found || !strcmp(own, s->currency) ? str_of(s->currency) : str_of(own);
    int64_t minor = s->limit;
    for (int i = currency_digits(arena_cstr(tx->a, currency)); i > 0; i--)
        minor *= 10;
    *out = val_money(minor, currency);
    return true;
}

static bool put(struct ctx *tx, const struct shipped *s, int64_t owner, struct err *e)
{
    struct record *r = record_new(tx->a, &rule_entity);
    struct val limit;
    record_set(r, "name", val_text(say(tx, s->name)));
    record_set(r, "owner", val_ref(owner));
    record_set(r, "says", val_text(with_texts(tx, s)));
    record_set(r, "once", val_text(str_of(s->once)));
    record_set(r, "is_on", val_int(1));
    if (s->limit) {
        if (!limit_of(tx, s, &limit, e))
            return false;
        record_set(r, "limit_amount", limit);
    }
    return record_create(tx, r, e);
}

bool rule_seed(struct ctx *tx, struct err *e)
{
    bool found;
    int64_t one, owner = 0;
    if (!db_get_int(tx->c, "SELECT id FROM rule LIMIT 1", DB_NONE, &found, &one, e))
        return false;
    if (found)
        return true;
    if (!db_get_int(tx->c, "SELECT id FROM \"user\" WHERE deleted_at IS NULL AND is_active = 1 ORDER BY id LIMIT 1", DB_NONE, &found, &owner, e))
        return false;
    for (size_t i = 0; found && i < countof(shipped); i++)
        if (!put(tx, &shipped[i], owner, e))
            return false;
    return true;
}
