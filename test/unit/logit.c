/* logit.c - tests of the fitted model: what is known of it by reckoning, and two real sets at the
 * figures that others reach on them.
 */
#include "flow/logit.h"
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/random.h"
#include "data.h"
#include "record/csv.h"

static struct arena A;
static void setup(void)    { A = arena_open((size_t)1 << 30); }
static void teardown(void) { arena_close(&A); }

static void add(struct logit_rows *d, const struct logit_value *v, bool outcome, int64_t at)
{
    struct err e = { 0 };
    ck_assert_msg(logit_add(d, v, outcome, at, &e), "%s", e.detail);
}

static struct logit_model fit(const struct logit_rows *d, size_t from, size_t to)
{
    struct logit_model m;
    struct err e = { 0 };
    ck_assert_msg(logit_fit(&A, d, from, to, &m, &e), "%s", e.detail);
    return m;
}

/* ── what is known beforehand ────────────────────────────────────────────── */

static const struct logit_column two[] = { { "source", false }, { "visits", true } };

/* A world whose law is known: log-odds = -1 + 2·(source is fair) + 0.5·visits. */
static struct logit_rows *lawful(size_t n, uint64_t seed)
{
    struct logit_rows *d = logit_rows_new(&A, two, 2, n);
    struct seeded rnd = seeded_from(seed);
    for (size_t i = 0; i < n; i++) {
        bool is_fair = seeded_below(&rnd, 2);
        double visits = (double)seeded_below(&rnd, 7), z = -1 + 2 * is_fair + 0.5 * visits - 1.5;
        bool won = (double)seeded_below(&rnd, 1000000) / 1e6 < 1 / (1 + exp(-z));
        add(d, (struct logit_value[]){ { is_fair ? S("fair") : S("web"), NAN }, { { 0 }, visits } }, won, (int64_t)i);
    }
    return d;
}

START_TEST(a_law_is_found_again)
{
    struct logit_rows *d = lawful(20000, 7);
    struct logit_model m = fit(d, 0, 20000);
    for (int fair = 0; fair < 2; fair++)
        for (int visits = 0; visits < 7; visits++) {
            struct logit_value v[] = { { fair ? S("fair") : S("web"), NAN }, { { 0 }, visits } };
            double z = -2.5 + 2 * fair + 0.5 * visits, p = 1 / (1 + exp(-z));
            ck_assert_double_eq_tol(logit_chance(&m, v), p, 0.025);
        }
}
END_TEST

START_TEST(parts_add_up_to_the_chance)
{
    struct logit_rows *d = lawful(2000, 8);
    struct logit_model m = fit(d, 0, 2000);
    struct logit_value v[] = { { S("fair"), NAN }, { { 0 }, 3 } };
    double z = m.base + logit_part(&m, v, 0) + logit_part(&m, v, 1);
    ck_assert_double_eq_tol(logit_chance(&m, v), 1 / (1 + exp(-z)), 1e-12);
}
END_TEST

START_TEST(the_same_rows_give_the_same_weights)
{
    struct logit_model a = fit(lawful(500, 9), 0, 500), b = fit(lawful(500, 9), 0, 500);
    ck_assert_uint_eq(a.nw, b.nw);
    for (size_t i = 0; i < a.nw; i++)
        ck_assert(a.w[i].weight == b.w[i].weight);
}
END_TEST

START_TEST(what_was_never_seen_or_is_unknown_adds_nothing)
{
    struct logit_model m = fit(lawful(500, 10), 0, 500);
    struct logit_value v[] = { { S("a new source"), NAN }, { { 0 }, NAN } };
    ck_assert(logit_part(&m, v, 0) == 0);
    ck_assert(logit_part(&m, v, 1) == 0);
}
END_TEST

/* A word that only the later rows have must not get a weight from a fit of the earlier. */
START_TEST(the_later_rows_teach_nothing)
{
    struct logit_rows *d = logit_rows_new(&A, two, 2, 400);
    for (int i = 0; i < 400; i++)               /* added in the wrong order: sorted by time below */
        add(d, (struct logit_value[]){ { i < 200 ? S("later") : i % 2 ? S("x") : S("y"), NAN }, { { 0 }, i % 5 } }, i % 2, -i);
    logit_sort(d);
    struct logit_model m = fit(d, 0, 200);
    for (size_t k = 0; k < m.nw; k++)
        ck_assert_msg(!str_eq(m.w[k].word, S("later")), "it learnt from the future");
    struct logit_value x[] = { { S("x"), NAN }, { { 0 }, 2 } }, y[] = { { S("y"), NAN }, { { 0 }, 2 } };
    ck_assert(logit_chance(&m, x) > 0.9 && logit_chance(&m, y) < 0.1);
}
END_TEST

START_TEST(too_little_is_refused)
{
    struct logit_rows *d = lawful(400, 11), *one = logit_rows_new(&A, two, 2, 100);
    struct logit_model m;
    struct err e = { 0 };
    ck_assert(!logit_fit(&A, d, 0, LOGIT_ROWS_MIN - 1, &m, &e) && e.code == ERR_INVALID);
    ck_assert(logit_fit(&A, d, 0, LOGIT_ROWS_MIN, &m, &e));
    for (int i = 0; i < 100; i++)
        add(one, (struct logit_value[]){ { S("web"), NAN }, { { 0 }, i } }, false, i);
    ck_assert(!logit_fit(&A, one, 0, 100, &m, &e) && e.code == ERR_INVALID);
}
END_TEST

START_TEST(rows_and_words_have_their_limits)
{
    static const struct logit_column word[] = { { "w", false } };
    struct logit_rows *d = logit_rows_new(&A, word, 1, LOGIT_WORDS_MAX + 1);
    struct err e = { 0 };
    for (int i = 0; i < LOGIT_WORDS_MAX; i++)
        add(d, &(struct logit_value){ arena_fmt(&A, "%d", i), NAN }, false, i);
    ck_assert(!logit_add(d, &(struct logit_value){ S("one more"), NAN }, false, 0, &e) && e.code == ERR_TOO_LARGE);
    add(d, &(struct logit_value){ S("7"), NAN }, true, 0);
    ck_assert(!logit_add(d, &(struct logit_value){ S("7"), NAN }, false, 0, &e) && e.code == ERR_TOO_LARGE);
    ck_assert_uint_eq(logit_count(d), LOGIT_WORDS_MAX + 1);
}
END_TEST

/* Ten rows in a known order: AUC by hand is 21 of 24 pairs. */
START_TEST(a_judgement_is_what_one_reckons_by_hand)
{
    static const struct logit_column x[] = { { "x", true } };
    const struct logit_weight w = { .column = 0, .mean = 0, .deviation = 1, .weight = 1 };
    struct logit_model m = { .columns = x, .ncolumns = 1, .w = &w, .nw = 1 };
    static const bool won[10] = { 1, 1, 0, 1, 0, 1, 0, 0, 0, 0 };
    struct logit_rows *d = logit_rows_new(&A, x, 1, 10);
    struct logit_judgement j;
    for (int i = 0; i < 10; i++)
        add(d, &(struct logit_value){ { 0 }, 10 - i }, won[i], i);
    logit_judge(A, &m, d, 0, 10, &j);
    ck_assert_int_eq(j.outcomes, 4);
    ck_assert_double_eq_tol(j.auc, 21.0 / 24, 1e-12);
    ck_assert_int_eq(j.bin[0].outcomes, 1);
    ck_assert_double_eq_tol(logit_lift(&j, 0), 1 / 0.4, 1e-12);
    ck_assert_double_eq_tol(logit_lift(&j, 2), 0, 1e-12);
    ck_assert_double_eq_tol(j.bin[9].told, 1 / (1 + exp(-1)), 1e-12);
}
END_TEST

/* ── real sets ───────────────────────────────────────────────────────────── */

/* Columns named are numbers, the others words; `without` is left out, the last is the outcome. */
struct set { const char *file, *yes; const char *numbers, *without; };

static bool is_in(const char *list, str name)
{
    str rest = str_of(list);
    while (rest.n)
        if (str_eq(str_cut(&rest, ' '), name))
            return true;
    return false;
}

static double number_of(str s)
{
    char *end;
    const char *text = arena_cstr(&A, s);
    double x = strtod(text, &end);
    return end > text ? x : NAN;
}

/* In the order of the file, which is that of time, or of chance. */
static struct logit_rows *load(const struct set *s, bool is_shuffled)
{
    struct arena row = arena_open(1 << 20);
    struct seeded rnd = seeded_from(20261126);
    struct logit_column *col = arena_new(&A, struct logit_column, LOGIT_COLUMNS_MAX);
    struct logit_value v[LOGIT_COLUMNS_MAX];
    struct csv *c;
    struct csv_row head, r;
    struct err e = { 0 };
    size_t from[LOGIT_COLUMNS_MAX], n = 0;
    int64_t at = 0;
    ck_assert_msg(csv_open_file(data_path(&A, s->file), &(struct csv_options){ 0 }, &c, &e), "%s", e.detail);
    ck_assert(csv_next(c, &A, &head, &e));
    for (size_t i = 0; i + 1 < head.n; i++)
        if (!is_in(s->without, head.cell[i]))
            from[n] = i, col[n++] = (struct logit_column){ arena_cstr(&A, head.cell[i]), is_in(s->numbers, head.cell[i]) };
    struct logit_rows *d = logit_rows_new(&A, col, n, 50000);
    for (; csv_next(c, &row, &r, &e); arena_reset(&row), at++) {
        for (size_t i = 0; i < n; i++)
            v[i] = (struct logit_value){ r.cell[from[i]], col[i].is_number ? number_of(r.cell[from[i]]) : NAN };
        add(d, v, str_eq(r.cell[r.n - 1], str_of(s->yes)),
            is_shuffled ? seeded_below(&rnd, 1 << 30) : at);
    }
    csv_close(c);
    arena_close(&row);
    logit_sort(d);
    return d;
}

/* Fits the first `percent`, judges the rest. */
static struct logit_judgement judge(struct logit_rows *d, size_t percent)
{
    struct logit_judgement j;
    size_t n = logit_count(d), cut = n * percent / 100;
    struct logit_model m = fit(d, 0, cut);
    logit_judge(A, &m, d, cut, n, &j);
    printf("fitted on %zu, judged on %lld: AUC %.3f, Brier %.3f, lift of the best tenth %.2f\n", cut, (long long)j.n, j.auc,
           j.brier, logit_lift(&j, 0));
    return j;
}

static const struct set bank = { "uci-bank/bank-additional-full.csv", "yes",
    "age campaign pdays previous emp.var.rate cons.price.idx cons.conf.idx euribor3m nr.employed duration", "duration y" };
static const struct set bank_leak = { "uci-bank/bank-additional-full.csv", "yes",
    "age campaign pdays previous emp.var.rate cons.price.idx cons.conf.idx euribor3m nr.employed duration", "y" };
#define SHOP_NUMBERS "Administrative Administrative_Duration Informational Informational_Duration ProductRelated" \
                     " ProductRelated_Duration BounceRates ExitRates PageValues SpecialDay"
static const struct set shop = { "online-shoppers/online_shoppers_intention.csv", "TRUE", SHOP_NUMBERS, "Revenue" };
static const struct set shop_less = { "online-shoppers/online_shoppers_intention.csv", "TRUE", SHOP_NUMBERS, "PageValues Revenue" };


/* Figures of data/README.md; the last one shows what a leak looks like: the length of a call is known
 * when it has ended, and with it the outcome. */
START_TEST(a_real_campaign_is_told_as_well_as_others_tell_it)
{
    if (!data_is_here(&A, bank.file))
        return;
    struct logit_judgement in_time = judge(load(&bank, false), 70), by_chance = judge(load(&bank, true), 80),
                           leaking = judge(load(&bank_leak, true), 80);
    ck_assert_int_eq(in_time.n, 41188 - 41188 * 70 / 100);
    ck_assert_double_ge(in_time.auc, 0.680);
    ck_assert_double_ge(by_chance.auc, 0.785);
    ck_assert_double_ge(leaking.auc, 0.930);
    ck_assert_double_ge(logit_lift(&by_chance, 0), 3);
}
END_TEST

START_TEST(real_visits_are_told_as_well_as_others_tell_them)
{
    if (!data_is_here(&A, shop.file))
        return;
    ck_assert_double_ge(judge(load(&shop, true), 80).auc, 0.885);
    ck_assert_double_ge(judge(load(&shop_less, true), 80).auc, 0.742);
}
END_TEST

SUITE("logit", 240, setup, teardown,
      a_law_is_found_again,
      parts_add_up_to_the_chance,
      the_same_rows_give_the_same_weights,
      what_was_never_seen_or_is_unknown_adds_nothing,
      the_later_rows_teach_nothing,
      too_little_is_refused,
      rows_and_words_have_their_limits,
      a_judgement_is_what_one_reckons_by_hand,
      a_real_campaign_is_told_as_well_as_others_tell_it,
      real_visits_are_told_as_well_as_others_tell_them)
