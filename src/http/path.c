/* path.c - see path.h. */
#include "http/path.h"
#include "base/utf8.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex_pair(str s)
{
    int hi = s.n < 2 ? -1 : hex_digit(s.p[0]), lo = s.n < 2 ? -1 : hex_digit(s.p[1]);
    return hi < 0 || lo < 0 ? -1 : hi * 16 + lo;
}

bool path_percent_decode(str raw, bool is_plus_space, char *out, size_t *n)
{
    size_t to = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int byte = hex_pair(str_from(raw, i + 1));
            if (byte < 0)
                return false;
            c = (char)byte;
            i += 2;
        } else if (c == '+' && is_plus_space) {
            c = ' ';
        }
        out[to++] = c;
    }
    *n = to;
    return true;
}

static bool raw_ok(str raw)
{
    if (raw.n == 0 || raw.n > PATH_MAX_BYTES || raw.p[0] != '/')
        return false;
    for (size_t i = 0; i < raw.n; i++) {
        unsigned char c = (unsigned char)raw.p[i];
        if (c <= ' ' || c == 0x7f || c == '\\' || c == '#' || c == '?')
            return false;
        if (c != '%')
            continue;
        int byte = hex_pair(str_from(raw, i + 1));
        if (byte < ' ' || byte == 0x7f || byte == '/' || byte == '\\')
            return false;                       /* broken, control, or a separator in disguise */
    }
    return true;
}

/* Neither "", "." nor ".." between slashes; one slash at the end is the router's business. */
static bool segments_ok(str path)
{
    str rest = str_from(path, 1);
    while (rest.n > 0) {
        str segment = str_cut(&rest, '/');
        if (segment.n == 0 || str_eq(segment, S(".")) || str_eq(segment, S("..")))
            return false;
    }
    return true;
}

bool path_decode(str raw, char *out, str *path)
{
    size_t n = 0;
    if (!raw_ok(raw) || !path_percent_decode(raw, false, out, &n))
        return false;
    str decoded = { out, n };
    if (!utf8_valid(decoded) || !segments_ok(decoded))
        return false;
    for (size_t i = 0; i < n; i++)
        if (out[i] == '%' && hex_pair(str_from(decoded, i + 1)) >= 0)
            return false;                       /* encoded twice: someone hopes we decode twice */
    *path = decoded;
    return true;
}
