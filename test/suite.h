/* suite.h - libcheck as our tests use it: the tests of a program, run and counted.
 *
 * Included instead of check.h. A program that has nothing else to do ends with
 *
 *     SUITE("feed", 120, set_up, house_close,
 *           changes_and_events_share_one_line,
 *           rows_from_before_are_numbered)
 *
 * the seconds a test may take, what stands around each of them (or NULL), and the tests.
 * One that starts a server for all of them calls suite_run() in a main of its own.
 */
#pragma once
#include <check.h>
#undef fail                                     /* libcheck has one too; ours fills an err */
#include <stddef.h>
#include <stdio.h>

#define TESTS(...) (const TTest *const[]){ __VA_ARGS__ }, sizeof((const TTest *const[]){ __VA_ARGS__ }) / sizeof(TTest *)
#define SUITE(name, seconds, before, after, ...) \
    int main(void) { return suite_run(name, seconds, before, after, TESTS(__VA_ARGS__)) != 0; }

/* How many failed. What a test prints comes in its order, also into a pipe. CK_NOFORK: all in one process, the tests
 * build on each other. */
static inline int suite_end_in(Suite *s, enum fork_status fork)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, fork);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed;
}

static inline int suite_end(Suite *s) { return suite_end_in(s, CK_FORK_GETENV); }

static inline int suite_run(const char *name, int seconds, void (*before)(void), void (*after)(void), const TTest *const *test, size_t n)
{
    Suite *s = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, seconds);
    if (before || after)
        tcase_add_checked_fixture(t, before, after);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(t, test[i]);
    suite_add_tcase(s, t);
    return suite_end(s);
}
