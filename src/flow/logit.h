/* logit.h - the chance of an outcome, fitted to what happened: logistic regression.
 *
 *     p(x) = 1 / (1 + exp(-(b + Σ w_j·x_j)))
 *
 * A row is what was known at one instant, in the columns that were named; its
 * outcome is what became of it later. Words become one column each (0 or 1),
 * numbers are brought to mean 0 and deviation 1 of the rows fitted, a number that
 * is unknown counts as their mean. The fit is liblinear's L2-regularised logistic
 * regression: deterministic, so the same rows give the same weights.
 *
 * A model is judged on rows it has not seen, and by time: fitted on the earlier
 * part, judged on the later. Judging on a random part would let the future speak
 * about the past (economy, season), and flatters.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum { LOGIT_COLUMNS_MAX = 64, LOGIT_WORDS_MAX = 2000, LOGIT_ROWS_MAX = 200000, LOGIT_ROWS_MIN = 50, LOGIT_BINS = 10 };

struct logit_column { const char *name; bool is_number; };
/* A word, or a number. NAN: unknown. The empty word is a word like others. */
struct logit_value { str word; double number; };

struct logit_rows;                              /* what a model is fitted to and judged on */
struct logit_rows *logit_rows_new(struct arena *a, const struct logit_column *columns, size_t ncolumns, size_t rows_max);
/* `v` has one value a column; words are copied. False, with ERR_TOO_LARGE: past rows_max or LOGIT_WORDS_MAX. */
__attribute__((warn_unused_result))
bool logit_add(struct logit_rows *d, const struct logit_value *v, bool outcome, int64_t at, struct err *e);
size_t logit_count(const struct logit_rows *d);
void logit_sort(struct logit_rows *d);          /* by `at`, equal instants in the order they were added */

/* What was learnt: for each column its words with a weight, or its mean, deviation and weight. */
struct logit_weight { int column; str word; double mean, deviation, weight; };
struct logit_model {
    const struct logit_column *columns; size_t ncolumns;
    double base;                                /* b */
    const struct logit_weight *w; size_t nw;
};
/* Fits rows [from, to). ERR_INVALID: fewer than LOGIT_ROWS_MIN, or all of one outcome. Takes memory of the
 * C library while it runs. */
__attribute__((warn_unused_result))
bool logit_fit(struct arena *a, const struct logit_rows *d, size_t from, size_t to, struct logit_model *out, struct err *e);
double logit_chance(const struct logit_model *m, const struct logit_value *v);         /* 0..1 */
/* What one column adds to the log-odds of this row. */
double logit_part(const struct logit_model *m, const struct logit_value *v, int column);

/* On rows [from, to): how well chances rank (AUC: the chance that a row with the outcome stands above one without,
 * ties half), how far they are off (Brier), and for the rows in ten parts from the highest chance down: how many,
 * how many had the outcome, the chance told in the mean. lift = share of the part / share of all. */
struct logit_bin { int64_t n, outcomes; double told; };
struct logit_judgement { int64_t n, outcomes; double auc, brier; struct logit_bin bin[LOGIT_BINS]; };
void logit_judge(struct arena scratch, const struct logit_model *m, const struct logit_rows *d, size_t from, size_t to,
                 struct logit_judgement *out);
double logit_lift(const struct logit_judgement *j, int bin);                           /* 0 when nobody had the outcome */
