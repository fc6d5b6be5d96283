/* stages.c - stages as the rules of this room read them, and what it takes to enter one. */
#include "msg/core.h"
#include "msg/sell.h"
#include "record/access.h"
#include "sell/inside.h"

/* ── names ─────────────────────────────────────────────────────────────────── */

static const char *const name_of_lang[LANG_COUNT] = {
    [LANG_EN] = "name_en", [LANG_BN] = "name_bn", [LANG_HI] = "name_hi", [LANG_FA] = "name_fa",
};

str sell_stage_name(const struct locale *loc, const struct record *stage)
{
    str own = record_text(stage, name_of_lang[loc->lang]);
    return own.n ? own : record_text(stage, "name");
}

/* ── reading ───────────────────────────────────────────────────────────────── */

static struct stage row(struct ctx *c, const struct db_rows *q)
{
    static const int name_column[LANG_COUNT] = { [LANG_EN] = 10, [LANG_BN] = 11, [LANG_HI] = 12, [LANG_FA] = 13 };
    str own = db_text(q, name_column[c->loc->lang], c->a);
    return (struct stage){
        .id = db_int(q, 0), .pipeline = db_int(q, 1), .position = db_int(q, 2), .probability = db_int(q, 3),
        .max_age_days = db_int(q, 4), .is_won = db_int(q, 5), .is_lost = db_int(q, 6),
        .forecast = db_text(q, 7, c->a), .required = db_text(q, 8, c->a),
        .name = own.n ? own : db_text(q, 9, c->a), .exit = db_text(q, 14, c->a),
    };
}

bool stage_load(struct ctx *c, int64_t id, struct stage **out, struct err *e)
{
    struct db_rows q;
    struct stage *s = NULL;
    if (!db_query(c->c, &q, "SELECT id, pipeline, position, probability, max_age_days, is_won, is_lost, forecast, required_fields,"
                            " name, name_en, name_bn, name_hi, name_fa, exit_criteria FROM stage"
                            " WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(id)), e))
        return false;
    if (db_next(&q)) {
        s = arena_new(c->a, struct stage, 1);
        *s = row(c, &q);
    }
    if (!db_done(&q, e))
        return false;
    *out = s;
    return true;
}

bool stages_of(struct ctx *c, int64_t pipeline, struct stage **out, size_t *n, struct err *e)
{
    enum { STAGES_MAX = 40 };
    struct db_rows q;
    struct stage *v = arena_new(c->a, struct stage, STAGES_MAX);
    size_t k = 0;
    if (!db_query(c->c, &q, "SELECT id, pipeline, position, probability, max_age_days, is_won, is_lost, forecast, required_fields,"
                            " name, name_en, name_bn, name_hi, name_fa, exit_criteria FROM stage"
                            " WHERE pipeline = $1 AND deleted_at IS NULL"
                            " ORDER BY position, id LIMIT $2", DB_ARGS(V(pipeline), V(STAGES_MAX)), e))
        return false;
    while (db_next(&q))
        v[k++] = row(c, &q);
    if (!db_done(&q, e))
        return false;
    *out = v;
    *n = k;
    return true;
}

bool pipeline_default(struct ctx *c, int64_t *out, struct err *e)
{
    bool found;
    *out = 0;
    return db_get_int(c->c, "SELECT id FROM pipeline WHERE is_active = 1 AND deleted_at IS NULL"
                            " ORDER BY is_default DESC, position, id LIMIT 1", DB_NONE, &found, out, e);
}

bool pipeline_first_stage(struct ctx *c, int64_t pipeline, int64_t *out, struct err *e)
{
    bool found;
    *out = 0;
    return db_get_int(c->c, "SELECT id FROM stage WHERE pipeline = $1 AND is_won = 0 AND is_lost = 0"
                            " AND deleted_at IS NULL ORDER BY position, id LIMIT 1",
                      DB_ARGS(V(pipeline)), &found, out, e);
}

/* ── what a stage asks for ─────────────────────────────────────────────────── */

/* The next name of "amount, close_date"; empty at the end. */
static str next_name(str *list)
{
    while (list->n) {
        str part = str_trim(str_cut(list, ','));
        if (part.n)
            return part;
    }
    return (str){ 0 };
}

static bool is_filled(struct ctx *tx, str required, const struct stage *into, const struct record *deal, struct err *e)
{
    for (str name; (name = next_name(&required)).n;) {
        const struct field *f = entity_field(&deal_entity, name);
        if (!f || deal->v[field_index(&deal_entity, f)].is_set)
            continue;
        fail(e, ERR_INVALID, MSG_sell_stage_needs, "stage %lld needs %s", (long long)into->id, f->name);
        err_arg(e, "field", msg_text(tx->a, tx->loc, f->label, NULL));
        err_arg(e, "stage", into->name);
        return err_field(e, f->name);
    }
    return true;
}

/* A lost deal need not have come far: only the stage itself is asked. */
bool stage_is_ready(struct ctx *tx, const struct stage *into, const struct record *deal, struct err *e)
{
    struct stage *all;
    size_t n;
    if (!into->is_lost) {
        if (!stages_of(tx, into->pipeline, &all, &n, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!all[i].is_lost && !all[i].is_won && all[i].position < into->position
                && !is_filled(tx, all[i].required, into, deal, e))
                return false;
    }
    return is_filled(tx, into->required, into, deal, e)
        && (!into->is_lost || is_filled(tx, S("lost_reason"), into, deal, e));
}

/* ── the stage itself ──────────────────────────────────────────────────────── */

static bool names_are_fields(str list, struct err *e)
{
    for (str name; (name = next_name(&list)).n;) {
        const struct field *f = entity_field(&deal_entity, name);
        if (f && !(f->flags & (F_READONLY | F_HIDDEN)))
            continue;
        fail(e, ERR_INVALID, MSG_sell_stage_no_field, "no field \"%.*s\"", STR_ARG(name));
        err_arg(e, "name", name);
        return err_field(e, "required_fields");
    }
    return true;
}

bool stage_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)tx, (void)old;
    if (record_int(now, "is_won") && record_int(now, "is_lost")) {
        fail(e, ERR_INVALID, MSG_sell_stage_won_and_lost, "won and lost at once");
        return err_field(e, "is_lost");
    }
    int64_t probability = record_int(now, "probability");
    if (probability < 0 || probability > SELL_WHOLE) {
        fail(e, ERR_INVALID, MSG_sell_stage_bad_probability, "probability %lld", (long long)probability);
        return err_field(e, "probability");
    }
    return names_are_fields(record_text(now, "required_fields"), e);
}
