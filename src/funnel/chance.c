/* chance.c - fitting, keeping, telling the chance of a lead.
 *
 * The numbers of a model stand as JSON in its record: the constant, the weights, the figures of
 * its judgement. Columns are named, so a model of another program's columns is told apart and
 * not used.
 */
#include "funnel/chance.h"
#include "funnel/inside.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include "base/json.h"
#include "msg/score.h"

/* ── keeping ─────────────────────────────────────────────────────────────── */

enum { DATA_MAX = 400000 };

static void put_num(struct json *j, const char *name, double d)
{
    json_key(j, str_of(name));
    json_num(j, d);
}

static void put_weights(struct json *j, const struct logit_model *m)
{
    json_key(j, S("weights"));
    json_open(j, '[');
    for (size_t i = 0; i < m->nw; i++) {
        json_open(j, '{');
        json_key(j, S("column"));
        json_str(j, str_of(m->columns[m->w[i].column].name));
        json_key(j, S("word"));
        json_str(j, m->w[i].word);
        put_num(j, "mean", m->w[i].mean);
        put_num(j, "deviation", m->w[i].deviation);
        put_num(j, "weight", m->w[i].weight);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static str data_of(struct arena *a, const struct chance_model *m)
{
    struct buf b = buf_new(a, DATA_MAX);
    struct json j = { .b = &b };
    json_open(&j, '{');
    put_num(&j, "base", m->logit.base);
    put_num(&j, "judged", (double)m->judged.n);
    put_num(&j, "outcomes", (double)m->judged.outcomes);
    put_num(&j, "auc", m->judged.auc);
    put_num(&j, "brier", m->judged.brier);
    json_key(&j, S("bins"));
    json_open(&j, '[');
    for (int i = 0; i < LOGIT_BINS; i++) {
        json_open(&j, '{');
        put_num(&j, "n", (double)m->judged.bin[i].n);
        put_num(&j, "outcomes", (double)m->judged.bin[i].outcomes);
        put_num(&j, "told", m->judged.bin[i].told);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    put_weights(&j, &m->logit);
    json_close(&j, '}');
    return b.full ? (str){ 0 } : buf_str(&b);
}

bool chance_keep(struct ctx *tx, const struct chance_model *m, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &chance_model_entity);
    str data = data_of(tx->a, m);
    if (!data.n)
        return fail(e, ERR_TOO_LARGE, MSG_score_too_many_words, "a model of %zu weights", m->logit.nw);
    record_set(r, "fitted_at", val_int(tx->now));
    record_set(r, "leads", val_int(m->fitted));
    record_set(r, "deals", val_int(m->converted));
    record_set(r, "auc", val_int(llround(m->judged.auc * 1000)));
    record_set(r, "brier", val_int(llround(m->judged.brier * 1000)));
    record_set(r, "lift", val_int(llround(logit_lift(&m->judged, 0) * 100)));
    record_set(r, "data", val_text(data));
    return record_create(&sys, r, e);
}

bool chance_learn(struct ctx *c, bool (*told)(void *arg, int64_t done, struct err *e), void *arg, struct chance_model *out, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    struct chance_model m = { 0 };
    struct logit_rows *d;
    struct logit_judgement all;
    if (!chance_history(&sys, &d, told, arg, e))
        return false;
    size_t n = logit_count(d), cut = n * CHANCE_FITTED_TENTHS / 10;
    if (!logit_fit(c->a, d, 0, cut, &m.logit, e))
        return false;
    logit_judge(*c->a, &m.logit, d, cut, n, &m.judged);
    logit_judge(*c->a, &m.logit, d, 0, n, &all);
    m.fitted = (int64_t)n;
    m.converted = all.outcomes;
    *out = m;
    return true;
}

/* ── loading ─────────────────────────────────────────────────────────────── */

static double num_of(const json_t *o, const char *name) { return json_number_value(json_object_get(o, name)); }

static int column_of(const char *name)
{
    for (int i = 0; name && i < CHANCE_COLUMNS; i++)
        if (!strcmp(chance_columns[i].name, name))
            return i;
    return -1;
}

/* False: weights of columns this program does not know. */
static bool read_weights(struct arena *a, const json_t *list, struct logit_model *m)
{
    size_t n = json_array_size(list);
    struct logit_weight *w = arena_new(a, struct logit_weight, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        const char *word = json_string_value(json_object_get(o, "word"));
        w[i] = (struct logit_weight){ .column = column_of(json_string_value(json_object_get(o, "column"))),
                                      .word = arena_str(a, str_of(word)), .mean = num_of(o, "mean"),
                                      .deviation = num_of(o, "deviation"), .weight = num_of(o, "weight") };
        if (w[i].column < 0 || (chance_columns[w[i].column].is_number && !(w[i].deviation > 0)))
            return false;
    }
    *m = (struct logit_model){ .columns = chance_columns, .ncolumns = CHANCE_COLUMNS, .base = m->base, .w = w, .nw = n };
    return true;
}

static bool read_data(struct arena *a, str text, struct chance_model *m)
{
    json_t *root = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, NULL);
    const json_t *bins = json_object_get(root, "bins");
    m->logit.base = num_of(root, "base");
    m->judged = (struct logit_judgement){ .n = (int64_t)num_of(root, "judged"), .outcomes = (int64_t)num_of(root, "outcomes"),
                                          .auc = num_of(root, "auc"), .brier = num_of(root, "brier") };
    for (size_t i = 0; i < LOGIT_BINS; i++) {
        const json_t *o = json_array_get(bins, i);
        m->judged.bin[i] = (struct logit_bin){ (int64_t)num_of(o, "n"), (int64_t)num_of(o, "outcomes"), num_of(o, "told") };
    }
    bool ok = root && read_weights(a, json_object_get(root, "weights"), &m->logit);
    json_decref(root);
    return ok;
}

bool chance_load(struct ctx *c, struct chance_model **out, struct err *e)
{
    struct db_rows q;
    struct chance_model *m = NULL;
    if (!db_query(c->c, &q, "SELECT id, fitted_at, leads, deals, data FROM chance_model WHERE deleted_at IS NULL"
                            " ORDER BY fitted_at DESC, id DESC LIMIT 1", DB_NONE, e))
        return false;
    if (db_next(&q)) {
        m = arena_new(c->a, struct chance_model, 1);
        *m = (struct chance_model){ .id = db_int(&q, 0), .fitted_at = db_int(&q, 1), .fitted = db_int(&q, 2),
                                    .converted = db_int(&q, 3) };
        if (!read_data(c->a, db_text(&q, 4, c->a), m))
            m = NULL;
    }
    *out = m;
    return db_done(&q, e);
}

/* ── telling ─────────────────────────────────────────────────────────────── */

bool chance_is_useful(const struct chance_model *m) { return m->judged.auc >= 0.6; }

static int by_strength(const void *x, const void *y)
{
    double a = fabs(((const struct chance_reason *)x)->part), b = fabs(((const struct chance_reason *)y)->part);
    return (a < b) - (a > b);
}

bool chance_of(struct ctx *c, const struct chance_model *m, int64_t lead, struct chance_view *out, struct err *e)
{
    static const double small = 0.1;            /* a tenth of the odds: not worth a line */
    struct ctx sys = ctx_as_system(c);
    struct chance_facts f;
    if (!chance_facts_of(&sys, lead, &f, e))
        return false;
    *out = (struct chance_view){ .chance = logit_chance(&m->logit, f.v),
                                 .average = m->fitted ? (double)m->converted / (double)m->fitted : 0 };
    for (int i = 0; i < CHANCE_COLUMNS; i++) {
        double part = logit_part(&m->logit, f.v, i);
        if (fabs(part) >= small)
            out->reason[out->n++] = (struct chance_reason){ i, f.v[i].word, f.v[i].number, part };
    }
    qsort(out->reason, out->n, sizeof *out->reason, by_strength);
    return true;
}

/* ── in words ────────────────────────────────────────────────────────────── */

static const struct { msg_id label; const struct choice *choices; } told[CHANCE_COLUMNS] = {
    [CHANCE_SOURCE] = { MSG_core_word_source, choices_source },   [CHANCE_CAMPAIGN] = { MSG_core_word_campaign, NULL },
    [CHANCE_FORM] = { MSG_core_word_form, NULL },                 [CHANCE_PRODUCT] = { MSG_core_word_product, NULL },
    [CHANCE_COUNTRY] = { MSG_core_word_country, NULL },           [CHANCE_INDUSTRY] = { MSG_score_chance_industry, choices_industry },
    [CHANCE_EMPLOYEES] = { MSG_score_chance_employees, NULL },    [CHANCE_TITLE] = { MSG_score_chance_title, NULL },
    [CHANCE_PHONE] = { MSG_core_word_phone, NULL },               [CHANCE_EVENTS] = { MSG_score_chance_events, NULL },
    [CHANCE_PAGES] = { MSG_score_chance_pages, NULL },            [CHANCE_KNOWN_DAYS] = { MSG_score_chance_known_days, NULL },
    [CHANCE_EARLIER] = { MSG_score_chance_earlier, NULL },
};

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static str value_text(struct ctx *c, const struct chance_reason *r)
{
    if (chance_columns[r->column].is_number)
        return loc_int(c->a, c->loc, isfinite(r->number) ? llround(expm1(r->number)) : 0);
    for (const struct choice *o = told[r->column].choices; o && o->value; o++)
        if (str_eq(r->word, str_of(o->value)))
            return say(c, o->label);
    if (str_eq(r->word, S("yes")))
        return say(c, MSG_score_chance_given);
    if (!r->word.n || str_eq(r->word, S("no")))
        return say(c, MSG_score_chance_missing);
    return r->word;
}

str chance_column_text(struct ctx *c, int column) { return say(c, told[column].label); }

str chance_reason_text(struct ctx *c, const struct chance_reason *r)
{
    return SAY(c->a, c->loc, score_chance_reason, .what = A(say(c, told[r->column].label)), .value = A(value_text(c, r)));
}
