/* err.c - filling an error, and its HTTP status. */
#include "base/err.h"
#include <stdarg.h>
#include <stdio.h>

bool err_set(struct err *e, enum err_code code, int msg,
             const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    *e = (struct err){ .code = code, .msg = msg, .file = file, .line = line };
    va_start(ap, fmt);
    vsnprintf(e->detail, sizeof e->detail, fmt, ap);
    va_end(ap);
    return false;
}

bool err_arg(struct err *e, const char *name, str text)
{
    if (e->nargs == ERR_ARGS_MAX)
        return false;
    struct err_arg *a = &e->arg[e->nargs++];
    size_t n = text.n < sizeof a->text ? text.n : sizeof a->text - 1;
    while (n && n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;                                    /* not inside a character */
    a->name = name;
    if (n)
        memcpy(a->text, text.p, n);
    a->text[n] = '\0';
    return false;
}

bool err_arg_int(struct err *e, const char *name, int64_t n)
{
    char b[24];
    int len = snprintf(b, sizeof b, "%lld", (long long)n);
    return err_arg(e, name, (str){ b, (size_t)len });
}

bool err_field(struct err *e, const char *field)
{
    e->field = field;
    return false;
}

int err_http_status(enum err_code code)
{
    static const int status[] = {
        [ERR_NONE] = 200, [ERR_INVALID] = 422, [ERR_FORBIDDEN] = 403, [ERR_NOT_FOUND] = 404,
        [ERR_CONFLICT] = 409, [ERR_TOO_LARGE] = 413, [ERR_TOO_MANY] = 429,
        [ERR_UNAUTHENTICATED] = 401, [ERR_FULL] = 507, [ERR_BUSY] = 503, [ERR_INTERNAL] = 500,
    };
    return status[code];
}
