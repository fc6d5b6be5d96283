/* logit.c - rows to a matrix, a fit by liblinear, and what it is worth.
 *
 * Words are numbered as they come, by a table of hashes per set of rows; a model
 * keeps only those that occur among the rows it was fitted to, so that a word of
 * the future has no weight of its own.
 */
#include "flow/logit.h"
#include <linear.h>
#include <math.h>
#include <stdlib.h>
#include "msg/score.h"

enum { SLOTS = 4 * LOGIT_WORDS_MAX };
struct word { int column; str text; };
struct cell { int word; double number; };       /* word -1: a number */
struct logit_rows {
    struct arena *a;
    const struct logit_column *columns; size_t ncolumns;
    size_t n, max;
    struct cell *cell;                          /* max * ncolumns */
    struct row { int64_t at; size_t place; bool outcome; } *row;
    struct word *word; int nwords;
    int *slot;                                  /* hash -> word + 1 */
};

/* ── rows ────────────────────────────────────────────────────────────────── */

struct logit_rows *logit_rows_new(struct arena *a, const struct logit_column *columns, size_t ncolumns, size_t rows_max)
{
    struct logit_rows *d = arena_new(a, struct logit_rows, 1);
    *d = (struct logit_rows){ .a = a, .columns = columns, .ncolumns = ncolumns, .max = rows_max,
                              .cell = arena_new(a, struct cell, rows_max * ncolumns), .row = arena_new(a, struct row, rows_max),
                              .word = arena_new(a, struct word, LOGIT_WORDS_MAX), .slot = arena_new(a, int, SLOTS) };
    return d;
}

size_t logit_count(const struct logit_rows *d) { return d->n; }

static unsigned hash_of(int column, str text)
{
    unsigned h = 2166136261u ^ (unsigned)column;
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)text.p[i]) * 16777619u;
    return h;
}

/* -1: there is no room for another word. */
static int word_number(struct logit_rows *d, int column, str text)
{
    for (unsigned at = hash_of(column, text);; at++) {
        int *slot = &d->slot[at % SLOTS];
        if (*slot && d->word[*slot - 1].column == column && str_eq(d->word[*slot - 1].text, text))
            return *slot - 1;
        if (*slot)
            continue;
        if (d->nwords == LOGIT_WORDS_MAX)
            return -1;
        d->word[d->nwords] = (struct word){ column, arena_str(d->a, text) };
        return (*slot = ++d->nwords) - 1;
    }
}

bool logit_add(struct logit_rows *d, const struct logit_value *v, bool outcome, int64_t at, struct err *e)
{
    if (d->n == d->max)
        return fail(e, ERR_TOO_LARGE, MSG_score_too_many_rows, "more than %zu rows", d->max);
    struct cell *cell = &d->cell[d->n * d->ncolumns];
    for (size_t i = 0; i < d->ncolumns; i++) {
        int word = d->columns[i].is_number ? -1 : word_number(d, (int)i, v[i].word);
        if (word < 0 && !d->columns[i].is_number)
            return fail(e, ERR_TOO_LARGE, MSG_score_too_many_words, "more than %d words, at %s", LOGIT_WORDS_MAX,
                        d->columns[i].name);
        cell[i] = (struct cell){ word, v[i].number };
    }
    d->row[d->n] = (struct row){ at, d->n, outcome };
    d->n++;
    return true;
}

static int by_time(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    return a->at != b->at ? (a->at > b->at) - (a->at < b->at) : (a->place > b->place) - (a->place < b->place);
}

void logit_sort(struct logit_rows *d)
{
    if (d->n)
        qsort(d->row, d->n, sizeof *d->row, by_time);
}

static const struct cell *cells_of(const struct logit_rows *d, size_t row) { return &d->cell[d->row[row].place * d->ncolumns]; }

/* ── what a model has to learn ───────────────────────────────────────────── */

static void moments(const struct logit_rows *d, size_t from, size_t to, int column, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    int64_t n = 0;
    for (size_t i = from; i < to; i++) {
        double x = cells_of(d, i)[column].number;
        if (isfinite(x))
            sum += x, n++;
    }
    *mean = n ? sum / (double)n : 0;
    for (size_t i = from; i < to; i++) {
        double x = cells_of(d, i)[column].number - *mean;
        squares += isfinite(x) ? x * x : 0;
    }
    *deviation = n ? sqrt(squares / (double)n) : 0;
}

/* One weight a number that varies and a word that occurs; of_word[word] is its place, or -1. */
static struct logit_weight *weights_of(struct arena *a, const struct logit_rows *d, size_t from, size_t to, int *of_word,
                                       int *of_number, size_t *n)
{
    struct logit_weight *w = arena_new(a, struct logit_weight, d->ncolumns + (size_t)d->nwords);
    size_t k = 0;
    for (int i = 0; i < d->nwords; i++)
        of_word[i] = -1;
    for (int c = 0; c < (int)d->ncolumns; c++) {
        of_number[c] = -1;
        if (!d->columns[c].is_number) {
            for (size_t i = from; i < to; i++) {
                int word = cells_of(d, i)[c].word;
                if (of_word[word] < 0) {
                    of_word[word] = (int)k;
                    w[k++] = (struct logit_weight){ .column = c, .word = arena_str(a, d->word[word].text) };
                }
            }
            continue;
        }
        struct logit_weight x = { .column = c };
        moments(d, from, to, c, &x.mean, &x.deviation);
        if (x.deviation > 0) {
            of_number[c] = (int)k;
            w[k++] = x;
        }
    }
    *n = k;
    return w;
}

/* ── the fit ─────────────────────────────────────────────────────────────── */

static void say_nothing(const char *text) { (void)text; }

struct matrix { struct problem p; struct feature_node *node; };

static void matrix_free(struct matrix *m)
{
    free(m->p.y);
    free(m->p.x);
    free(m->node);
}

static bool matrix_new(struct matrix *m, size_t rows, size_t columns)
{
    m->p = (struct problem){ .l = (int)rows, .bias = 1, .y = malloc(rows * sizeof *m->p.y), .x = malloc(rows * sizeof *m->p.x) };
    m->node = malloc(rows * (columns + 2) * sizeof *m->node);
    if (m->p.y && m->p.x && m->node)
        return true;
    matrix_free(m);
    return false;
}

/* liblinear counts from 1, wants the constant last and -1 at the end of a row. */
static void matrix_fill(struct matrix *m, const struct logit_rows *d, size_t from, const struct logit_weight *w, size_t nw,
                        const int *of_word, const int *of_number)
{
    struct feature_node *x = m->node;
    m->p.n = (int)nw + 1;
    for (int i = 0; i < m->p.l; i++) {
        const struct cell *cell = cells_of(d, from + (size_t)i);
        m->p.x[i] = x;
        m->p.y[i] = d->row[from + (size_t)i].outcome ? 1 : -1;
        for (size_t c = 0; c < d->ncolumns; c++) {
            int k = cell[c].word >= 0 ? of_word[cell[c].word] : of_number[c];
            double value = k < 0 ? 0 : cell[c].word >= 0 ? 1 : (cell[c].number - w[k].mean) / w[k].deviation;
            if (k >= 0 && isfinite(value))
                *x++ = (struct feature_node){ k + 1, value };
        }
        *x++ = (struct feature_node){ (int)nw + 1, 1 };
        *x++ = (struct feature_node){ -1, 0 };
    }
}

static bool has_both(const struct logit_rows *d, size_t from, size_t to)
{
    bool seen[2] = { false, false };
    for (size_t i = from; i < to; i++)
        seen[d->row[i].outcome] = true;
    return seen[0] && seen[1];
}

/* Takes the weights out of liblinear's model, whose first label may be either. */
static void read_weights(const struct model *fitted, struct logit_weight *w, size_t nw, double *base)
{
    double sign = fitted->label[0] == 1 ? 1 : -1;
    for (size_t k = 0; k < nw; k++)
        w[k].weight = sign * fitted->w[k];
    *base = sign * fitted->w[nw];
}

bool logit_fit(struct arena *a, const struct logit_rows *d, size_t from, size_t to, struct logit_model *out, struct err *e)
{
    if (to < from + LOGIT_ROWS_MIN || !has_both(d, from, to)) {
        fail(e, ERR_INVALID, MSG_score_too_few_rows, "%zu rows", to - from);
        return err_arg_int(e, "min", LOGIT_ROWS_MIN);
    }
    int *of_word = arena_new(a, int, LOGIT_WORDS_MAX), *of_number = arena_new(a, int, d->ncolumns);
    size_t nw;
    struct logit_weight *w = weights_of(a, d, from, to, of_word, of_number, &nw);
    struct parameter how = { .solver_type = L2R_LR, .eps = 0.001, .C = 1 };
    struct matrix m;
    if (!matrix_new(&m, to - from, d->ncolumns))
        return fail(e, ERR_BUSY, MSG_score_no_memory, "no memory for %zu rows", to - from);
    matrix_fill(&m, d, from, w, nw, of_word, of_number);
    set_print_string_function(say_nothing);
    struct model *fitted = train(&m.p, &how);
    *out = (struct logit_model){ .columns = d->columns, .ncolumns = d->ncolumns, .w = w, .nw = nw };
    read_weights(fitted, w, nw, &out->base);
    free_and_destroy_model(&fitted);
    matrix_free(&m);
    return true;
}

/* ── what it says ────────────────────────────────────────────────────────── */

double logit_part(const struct logit_model *m, const struct logit_value *v, int column)
{
    for (size_t k = 0; k < m->nw; k++) {
        const struct logit_weight *w = &m->w[k];
        if (w->column != column)
            continue;
        if (!m->columns[column].is_number && str_eq(w->word, v[column].word))
            return w->weight;
        if (m->columns[column].is_number)
            return isfinite(v[column].number) ? w->weight * (v[column].number - w->mean) / w->deviation : 0;
    }
    return 0;
}

double logit_chance(const struct logit_model *m, const struct logit_value *v)
{
    double z = m->base;
    for (int c = 0; c < (int)m->ncolumns; c++)
        z += logit_part(m, v, c);
    return 1 / (1 + exp(-z));
}

/* ── what it is worth ────────────────────────────────────────────────────── */

struct told { double chance; size_t row; bool outcome; };

static int by_chance(const void *x, const void *y)
{
    const struct told *a = x, *b = y;
    return a->chance != b->chance ? (a->chance < b->chance) - (a->chance > b->chance) : (a->row > b->row) - (a->row < b->row);
}

/* From the sum of ranks (Mann and Whitney), equal chances sharing theirs. `t` is sorted from the highest down. */
static double auc_of(const struct told *t, size_t n, int64_t outcomes)
{
    double ranks = 0, others = (double)((int64_t)n - outcomes);
    for (size_t i = 0, to; i < n; i = to) {
        int64_t with = 0;
        for (to = i; to < n && t[to].chance == t[i].chance; to++)
            with += t[to].outcome;
        double rank = (double)n - ((double)i + (double)to - 1) / 2;
        ranks += rank * (double)with;
    }
    if (outcomes == 0 || others == 0)
        return 0.5;
    return (ranks - (double)outcomes * ((double)outcomes + 1) / 2) / ((double)outcomes * others);
}

void logit_judge(struct arena scratch, const struct logit_model *m, const struct logit_rows *d, size_t from, size_t to,
                 struct logit_judgement *out)
{
    size_t n = to - from;
    struct told *t = arena_new(&scratch, struct told, n + 1);
    struct logit_value *v = arena_new(&scratch, struct logit_value, d->ncolumns);
    *out = (struct logit_judgement){ .n = (int64_t)n, .auc = 0.5 };
    for (size_t i = 0; i < n; i++) {
        const struct cell *cell = cells_of(d, from + i);
        for (size_t c = 0; c < d->ncolumns; c++)
            v[c] = (struct logit_value){ cell[c].word >= 0 ? d->word[cell[c].word].text : (str){ 0 }, cell[c].number };
        t[i] = (struct told){ logit_chance(m, v), i, d->row[from + i].outcome };
        out->outcomes += t[i].outcome;
        out->brier += (t[i].chance - t[i].outcome) * (t[i].chance - t[i].outcome) / (double)n;
    }
    if (n == 0)
        return;
    qsort(t, n, sizeof *t, by_chance);
    out->auc = auc_of(t, n, out->outcomes);
    for (size_t i = 0; i < n; i++) {
        struct logit_bin *bin = &out->bin[i * LOGIT_BINS / n];
        bin->n++;
        bin->outcomes += t[i].outcome;
        bin->told += t[i].chance;
    }
    for (int b = 0; b < LOGIT_BINS; b++)
        out->bin[b].told = out->bin[b].n ? out->bin[b].told / (double)out->bin[b].n : 0;
}

double logit_lift(const struct logit_judgement *j, int bin)
{
    const struct logit_bin *b = &j->bin[bin];
    if (!b->n || !j->outcomes)
        return 0;
    return (double)b->outcomes / (double)b->n / ((double)j->outcomes / (double)j->n);
}
