/* json.c - writing JSON. */
#include "base/json.h"
#include "base/utf8.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void comma(struct json *j)
{
    if (j->comma)
        buf_char(j->b, ',');
    j->comma = true;
}

/* What is written as it is; the rest of ASCII has a name or a number. */
static bool is_plain(unsigned char c, const char *const esc[256]) { return c >= 0x20 && c < 0x7f && !esc[c]; }

static void quoted(struct buf *b, str s)
{
    static const char *const esc[256] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t",
        ['\b'] = "\\b", ['\f'] = "\\f", ['<'] = "\\u003c",      /* safe inside a page too */
    };
    buf_char(b, '"');
    while (s.n) {
        size_t plain = 0;
        while (plain < s.n && is_plain((unsigned char)s.p[plain], esc))
            plain++;
        buf_put(b, str_head(s, plain));
        s = str_from(s, plain);
        if (!s.n)
            break;
        unsigned char c = (unsigned char)s.p[0];
        char u[4];
        if (c < 0x80) {
            if (esc[c])
                buf_put(b, str_of(esc[c]));
            else
                buf_fmt(b, "\\u%04x", c);
            s = str_from(s, 1);
        } else {
            buf_put(b, (str){ u, utf8_put(u, utf8_next(&s)) });
        }
    }
    buf_char(b, '"');
}

void json_open(struct json *j, char bracket)
{
    comma(j);
    buf_char(j->b, bracket);
    j->comma = false;
}

void json_close(struct json *j, char bracket)
{
    buf_char(j->b, bracket);
    j->comma = true;
}

void json_key(struct json *j, str name)
{
    comma(j);
    quoted(j->b, name);
    buf_char(j->b, ':');
    j->comma = false;
}

void json_str(struct json *j, str s) { comma(j); quoted(j->b, s); }
void json_int(struct json *j, int64_t i) { comma(j); buf_int(j->b, i); }
void json_bool(struct json *j, bool is_true) { comma(j); buf_put(j->b, is_true ? S("true") : S("false")); }
void json_unset(struct json *j) { comma(j); buf_lit(j->b, "null"); }
void json_raw(struct json *j, str json) { comma(j); buf_put(j->b, json); }

void json_num(struct json *j, double d)
{
    char b[32];

    if (!isfinite(d)) {
        json_unset(j);
        return;
    }
    comma(j);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(b, sizeof b, "%.*g", digits, d);
        if (strtod(b, NULL) == d)
            break;
    }
    buf_put(j->b, str_of(b));
}
