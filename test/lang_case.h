/* lang_case.h - what the tests of lang/ share: an arena, readers, a comparison that says both texts. */
#pragma once
#include "base/clock.h"
#include "lang/lang.h"
#include "suite.h"
#include <stdio.h>

static struct arena mem;

#define SAYS(got, want) do { \
        str got_ = (got), want_ = str_of(want); \
        ck_assert_msg(str_eq(got_, want_), "got  \"%.*s\"\n want \"%.*s\"", STR_ARG(got_), STR_ARG(want_)); \
    } while (0)

static inline struct locale reader(enum lang l, const char *country) { return locale_default(l, country); }

/* The message a failed function left, in English. */
static inline str said(const struct err *e)
{
    struct locale loc = locale_default(LANG_EN, "US");
    return err_text(&mem, &loc, e);
}

static inline int64_t day(const char *iso)
{
    int64_t d = 0;
    ck_assert_msg(parse_iso_date(str_of(iso), &d), "%s", iso);
    return d;
}

static inline int64_t at(const char *iso)
{
    int64_t t = 0;
    ck_assert_msg(parse_iso_instant(str_of(iso), &t), "%s", iso);
    return t;
}

/* Data beside the checkout; NULL with a word when it is not there. */
static inline FILE *shared_file(const char *path)
{
    char full[512];
    const char *root = getenv("SETU_SHARED");
    snprintf(full, sizeof full, "%s/%s", root ? root : "../shared/data", path);
    FILE *f = fopen(full, "r");
    if (!f)
        fprintf(stderr, "skipped: %s is not there\n", full);
    return f;
}

static inline int run_suite(Suite *s)
{
    mem = arena_open(64 << 20);
    int failed = suite_end(s);
    arena_close(&mem);
    return failed != 0;
}
