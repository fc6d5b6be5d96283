/* bench_count.c - setu bench count: how long an exact count takes, by columns in memory and by the tables. */
#include "base/clock.h"
#include "cmd/cmds.h"
#include "people/people.h"
#include "record/scan.h"

enum { TIMES = 30, ASKS_MAX = 2000 };
static const char asked[] = "country = Bangladesh and lifecycle in (lead, mql) and happened(mail.opened within 30 days)"
                            " and not happened(page.viewed within 7 days)";

static int by_time(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

typedef bool count_fn(struct cmd *c, const struct query *q, int64_t *n, struct err *e);

static bool by_columns(struct cmd *c, const struct query *q, int64_t *n, struct err *e)
{
    return scan_find(&c->ctx, &person_entity, q, NULL, 0, n) || fail(e, ERR_BUSY, 0, "columns do not know");
}

/* As a workspace without columns counts. */
static bool by_tables(struct cmd *c, const struct query *q, int64_t *n, struct err *e)
{
    struct workspace bare = *c->ctx.ws;
    struct ctx own = c->ctx;
    struct list_spec s = { .en = &person_entity, .filter = str_of(asked) };
    bool is_capped;
    (void)q;
    bare.scans = NULL;
    own.ws = &bare;
    return record_count(&own, &s, INT32_MAX, n, &is_capped, e);
}

/* The median of some, in microseconds. */
static bool median(struct cmd *c, const struct query *q, count_fn *count, int times, int64_t *n, int64_t *us, struct err *e)
{
    int64_t took[TIMES];
    for (int i = 0; i < times; i++) {
        struct arena mark = c->a;
        int64_t start = clock_mono();
        if (!count(c, q, n, e))
            return false;
        took[i] = clock_mono() - start;
        c->a = mark;
    }
    qsort(took, (size_t)times, sizeof *took, by_time);
    *us = took[times / 2];
    return true;
}

int bench_count(struct cmd *c, int64_t people)
{
    struct query *q;
    struct err e = { 0 };
    int64_t n, same, columns_us, tables_us, start = clock_mono();

    (void)people;
    if (!query_parse(&c->a, str_of(asked), &q, &e) || !query_check(&c->ctx, &person_entity, q, &e))
        return cmd_refuse(c, &e);
    for (int i = 0; i < ASKS_MAX && !scan_find(&c->ctx, &person_entity, q, NULL, 0, &n); i++)
        ;
    int64_t read_us = clock_mono() - start;
    if (!median(c, q, by_columns, TIMES, &n, &columns_us, &e) || !median(c, q, by_tables, 5, &same, &tables_us, &e))
        return cmd_refuse(c, &e);
    fprintf(c->out, "%.3f %.3f %.1f %lld %lld\n", (double)columns_us / 1000, (double)tables_us / 1000, (double)read_us / SECOND_US,
            (long long)n, (long long)same);
    return EXIT_DONE;
}
