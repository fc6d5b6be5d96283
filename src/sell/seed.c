/* seed.c - the pipelines a new workspace begins with: names in every language, what each stage
 * asks for, how long a deal may stay. Idempotent: a workspace that has a pipeline keeps its own.
 */
#include "msg/sell.h"
#include "sell/inside.h"

struct stage_seed {
    msg_id name, exit;
    int probability, max_age_days;              /* in hundredths of a percent; 0: no limit */
    const char *forecast, *required, *tone;
    bool is_won, is_lost;
};

static const struct stage_seed new_business[] = {
    { .name = MSG_sell_seed_qualified, .exit = MSG_sell_seed_qualified_exit, .probability = 1000, .max_age_days = 14,
      .forecast = "pipeline", .tone = "blue" },
    { .name = MSG_sell_seed_discovery, .exit = MSG_sell_seed_discovery_exit, .probability = 2500, .max_age_days = 21,
      .forecast = "pipeline", .required = "person", .tone = "teal" },
    { .name = MSG_sell_seed_proposal, .exit = MSG_sell_seed_proposal_exit, .probability = 5000, .max_age_days = 21,
      .forecast = "best_case", .required = "amount", .tone = "pink" },
    { .name = MSG_sell_seed_negotiation, .exit = MSG_sell_seed_negotiation_exit, .probability = 7000, .max_age_days = 21,
      .forecast = "best_case", .required = "amount, close_date", .tone = "amber" },
    { .name = MSG_sell_seed_commit, .exit = MSG_sell_seed_commit_exit, .probability = 9000, .max_age_days = 14,
      .forecast = "commit", .required = "amount, close_date", .tone = "green" },
    { .name = MSG_sell_seed_won, .probability = 10000, .forecast = "closed", .required = "amount, won_reason",
      .tone = "green", .is_won = true },
    { .name = MSG_sell_seed_lost, .forecast = "omitted", .required = "lost_reason", .tone = "red", .is_lost = true },
};

static const struct stage_seed renewal[] = {
    { .name = MSG_sell_seed_upcoming, .exit = MSG_sell_seed_upcoming_exit, .probability = 6000, .max_age_days = 60,
      .forecast = "pipeline", .tone = "blue" },
    { .name = MSG_sell_seed_review, .exit = MSG_sell_seed_review_exit, .probability = 7000, .max_age_days = 30,
      .forecast = "best_case", .required = "amount", .tone = "teal" },
    { .name = MSG_sell_seed_agreed, .exit = MSG_sell_seed_agreed_exit, .probability = 9000, .max_age_days = 14,
      .forecast = "commit", .required = "amount, close_date", .tone = "green" },
    { .name = MSG_sell_seed_renewed, .probability = 10000, .forecast = "closed", .required = "amount, won_reason",
      .tone = "green", .is_won = true },
    { .name = MSG_sell_seed_left, .forecast = "omitted", .required = "lost_reason", .tone = "red", .is_lost = true },
};

static const struct {
    msg_id name;
    const char *kind;
    const struct stage_seed *stages; size_t n;
} pipelines[] = {
    { MSG_sell_pipeline_kind_new, "new", new_business, countof(new_business) },
    { MSG_sell_pipeline_kind_renewal, "renewal", renewal, countof(renewal) },
};

static str said(struct ctx *tx, enum lang l, msg_id id)
{
    struct locale loc = locale_default(l, tx->ws->country);
    return id ? msg_text(tx->a, &loc, id, NULL) : (str){ 0 };
}

static bool put_stage(struct ctx *tx, int64_t pipeline, int position, const struct stage_seed *s, struct err *e)
{
    static const char *const names[LANG_COUNT] = {
        [LANG_EN] = "name_en", [LANG_BN] = "name_bn", [LANG_HI] = "name_hi", [LANG_FA] = "name_fa",
    };
    struct record *r = record_new(tx->a, &stage_entity);
    record_set(r, "pipeline", val_ref(pipeline));
    record_set(r, "name", val_text(said(tx, tx->ws->lang, s->name)));
    for (int l = 0; l < LANG_COUNT; l++)
        record_set(r, names[l], val_text(said(tx, (enum lang)l, s->name)));
    record_set(r, "exit_criteria", val_text(said(tx, tx->ws->lang, s->exit)));
    record_set(r, "position", val_int(position));
    record_set(r, "probability", val_int(s->probability));
    record_set(r, "forecast", val_text(str_of(s->forecast)));
    record_set(r, "required_fields", val_text(str_of(s->required)));
    record_set(r, "tone", val_text(str_of(s->tone)));
    record_set(r, "is_won", val_int(s->is_won));
    record_set(r, "is_lost", val_int(s->is_lost));
    if (s->max_age_days)
        record_set(r, "max_age_days", val_int(s->max_age_days));
    return record_create(tx, r, e);
}

bool sell_seed(struct ctx *tx, struct err *e)
{
    int64_t any;
    if (!pipeline_default(tx, &any, e))
        return false;
    if (any)
        return true;
    for (size_t i = 0; i < countof(pipelines); i++) {
        struct record *r = record_new(tx->a, &pipeline_entity);
        record_set(r, "name", val_text(said(tx, tx->ws->lang, pipelines[i].name)));
        record_set(r, "kind", val_text(str_of(pipelines[i].kind)));
        record_set(r, "is_default", val_int(i == 0));
        record_set(r, "position", val_int((int)i + 1));
        if (!record_create(tx, r, e))
            return false;
        for (size_t k = 0; k < pipelines[i].n; k++)
            if (!put_stage(tx, r->id, (int)k + 1, &pipelines[i].stages[k], e))
                return false;
    }
    return true;
}
