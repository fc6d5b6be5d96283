/* log.c - a line of the log is JSON and whole, whatever it is told. */
#include "base/log.h"
#include "base/clock.h"
#include "../suite.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MOST = 8192, TEXT_MOST = 2048 };
static char said[2 * LINE_MOST];

/* What the log writes is caught in a pipe, which holds more than any line. */
static str line_of(const struct log_pair *p, size_t n)
{
    int before = dup(STDERR_FILENO), end[2];
    ck_assert_int_eq(pipe(end), 0);
    ck_assert_int_ge(dup2(end[1], STDERR_FILENO), 0);
    log_line(LOG_INFO, "test", p, n);
    dup2(before, STDERR_FILENO);
    close(before), close(end[1]);
    ssize_t got = read(end[0], said, sizeof said);
    close(end[0]);
    ck_assert_int_gt(got, 0);
    return (str){ said, (size_t)got };
}

static json_t *read_line(str line)
{
    json_error_t why;
    ck_assert_uint_le(line.n, LINE_MOST);
    ck_assert_int_eq(line.p[line.n - 1], '\n');
    ck_assert_ptr_eq(memchr(line.p, '\n', line.n), line.p + line.n - 1);
    json_t *o = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &why);
    ck_assert_msg(o != NULL, "%s: %.*s", why.text, STR_ARG(line));
    return o;
}

START_TEST(a_line_says_what_it_was_told)
{
    clock_set(1234567);
    log_workspace("padma");
    struct log_pair p[] = { LOG_S("a", S("b")), LOG_N("least", INT64_MIN), LOG_N("most", INT64_MAX), LOG_N("none", 0),
                            LOG_S("empty", ((str){ 0 })), LOG_S("odd", S("x\"\\\n\x7f\x01y")), LOG_S("bn", S("সেতু")),
                            LOG_S("bytes", S("a\xe0\xa6")) };
    str line = line_of(p, countof(p)), want = S("{\"at\":1234567,\"level\":\"info\",\"event\":\"test\",\"workspace\":\"padma\","
        "\"a\":\"b\",\"least\":-9223372036854775808,\"most\":9223372036854775807,\"none\":0,\"empty\":\"\","
        "\"odd\":\"x\\\"\\\\\\u000a\\u007f\\u0001y\",\"bn\":\"সেতু\",\"bytes\":\"a\\u00e0\\u00a6\"}\n");
    log_workspace(NULL);
    clock_set(0);
    ck_assert_msg(str_eq(line, want), "%.*s", STR_ARG(line));
    json_decref(read_line(line));
}
END_TEST

/* Texts of every length about the ceilings, of one, two and three bytes a character and of what is escaped: always JSON,
 * never half a character, and what is short stays. */
START_TEST(a_line_is_whole_however_long_it_would_be)
{
    static const char *const unit[] = { "x", "\xd8\xa7", "\xe0\xa6\x95", "\x01", "\"", "\xff" };
    static const size_t about[] = { TEXT_MOST, TEXT_MOST / 2, TEXT_MOST / 3, TEXT_MOST / 6, 8192 };
    char *text = malloc(3 * 13000);
    for (size_t u = 0; u < countof(unit); u++)
        for (size_t k = 0; k < countof(about); k++)
            for (size_t n = about[k] - 12; n < about[k] + 12; n++) {
                size_t each = strlen(unit[u]);
                for (size_t i = 0; i < n; i++)
                    memcpy(text + i * each, unit[u], each);
                str t = { text, n * each };
                struct log_pair p[] = { LOG_S("path", t), LOG_N("status", 200), LOG_S("more", t), LOG_S("third", t), LOG_N("last", -1) };
                json_t *o = read_line(line_of(p, countof(p)));
                ck_assert_int_eq(json_integer_value(json_object_get(o, "status")), 200);
                ck_assert_uint_gt(json_string_length(json_object_get(o, "path")), 300);
                ck_assert_int_eq(json_integer_value(json_object_get(o, "last")), -1);
                json_decref(o);
            }
    free(text);
}
END_TEST

SUITE("log", 60, NULL, NULL,
      a_line_says_what_it_was_told,
      a_line_is_whole_however_long_it_would_be)
