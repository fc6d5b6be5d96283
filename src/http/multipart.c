/* multipart.c - a state machine over bytes; the boundary search carries a partial match.
 *
 * The delimiter begins with CR LF and holds no other CR, so after a mismatch a
 * new match can begin only at the byte in hand: no table is needed.
 */
#include "http/multipart.h"
#include "base/random.h"
#include "base/utf8.h"
#include "msg/http.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum state { AT_DELIMITER, AFTER_DELIMITER, IN_HEAD, IN_BODY, IN_EPILOGUE, BROKEN };
struct span { size_t at, n; };          /* of `text` */
struct field { struct span name, value; };
struct file { struct span field, filename, type; char *path; int64_t size; };

struct multipart {
    enum state state;
    char delimiter[4 + 70 + 1];         /* CR LF - - boundary */
    size_t ndelimiter, matched;
    char head[PART_HEAD_MAX]; size_t nhead;
    char tail[2]; size_t ntail;         /* the two bytes after a delimiter */
    const char *spool;
    int64_t max, seen;
    char *text; size_t ntext, cap;      /* every name and value, one after the other */
    struct field field[PAIRS_MAX]; size_t nfields;
    struct file file[UPLOADS_MAX]; size_t nfiles;
    int fd;                             /* of the file being written, or -1 */
    bool is_file, is_ignored;
};

struct multipart *multipart_open(str boundary, const char *spool, int64_t max_bytes)
{
    struct multipart *m = calloc(1, sizeof *m);
    if (!m)
        abort();
    m->spool = spool;
    m->max = max_bytes;
    m->fd = -1;
    m->ndelimiter = (size_t)snprintf(m->delimiter, sizeof m->delimiter, "\r\n--%.*s", STR_ARG(boundary));
    m->matched = 2;                     /* the body begins as if a line had just ended */
    return m;
}

static bool text_put(struct multipart *m, const char *p, size_t n, struct err *e)
{
    if (n > FIELDS_BYTES_MAX - m->ntext)
        return fail(e, ERR_TOO_LARGE, MSG_http_body_too_large, "fields exceed %d bytes", FIELDS_BYTES_MAX);
    if (m->ntext + n > m->cap) {
        size_t cap = m->cap ? m->cap : 1024;
        while (cap < m->ntext + n)
            cap *= 2;
        char *grown = realloc(m->text, cap);
        if (!grown)
            abort();
        m->text = grown;
        m->cap = cap;
    }
    if (n)
        memcpy(m->text + m->ntext, p, n);
    m->ntext += n;
    return true;
}

static bool keep(struct multipart *m, str s, struct span *out, struct err *e)
{
    *out = (struct span){ m->ntext, s.n };
    return text_put(m, s.p, s.n, e);
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t did = write(fd, p, n);
        if (did < 0 && errno == EINTR)
            continue;
        if (did <= 0)
            return false;
        p += did;
        n -= (size_t)did;
    }
    return true;
}

static bool part_data(struct multipart *m, const char *p, size_t n, struct err *e)
{
    if (n == 0 || m->is_ignored)
        return true;
    if (!m->is_file) {
        m->field[m->nfields - 1].value.n += n;
        return text_put(m, p, n, e);
    }
    m->file[m->nfiles - 1].size += (int64_t)n;
    if (!write_all(m->fd, p, n))
        return fail(e, errno == ENOSPC ? ERR_FULL : ERR_INTERNAL, MSG_http_spool_failed, "spool: errno %d", errno);
    return true;
}

static void part_end(struct multipart *m)
{
    if (m->fd >= 0)
        close(m->fd);
    m->fd = -1;
}

/* A quoted or bare parameter value; a backslash guards only a quote (curl writes so). */
static bool disposition_value(str *rest, char *out, size_t max, str *value)
{
    size_t n = 0, i = 0;
    bool quoted = rest->n && rest->p[0] == '"';
    for (i = quoted; i < rest->n; i++) {
        char c = rest->p[i];
        if (quoted ? c == '"' : c == ';' || c == ' ')
            break;
        if (quoted && c == '\\' && i + 1 < rest->n && rest->p[i + 1] == '"')
            c = rest->p[++i];
        if (n == max)
            return false;
        out[n++] = c;
    }
    if (quoted && i++ >= rest->n)
        return false;                           /* never closed */
    *rest = str_trim(str_from(*rest, i));
    *value = (str){ out, n };
    return true;
}

struct part { char name_b[PART_NAME_MAX], file_b[PART_NAME_MAX], type_b[128]; str name, filename, type; bool is_file; };

static bool read_disposition(str v, struct part *part)
{
    if (!str_eq_ascii_nocase(str_trim(str_cut(&v, ';')), S("form-data")))
        return false;
    bool has_name = false;
    v = str_trim(v);
    while (v.n > 0) {
        char other[PART_NAME_MAX];
        str value, key = str_trim(str_cut(&v, '='));
        bool is_name = str_eq_ascii_nocase(key, S("name")), is_file = str_eq_ascii_nocase(key, S("filename"));
        if ((is_name && has_name) || (is_file && part->is_file) ||
            !disposition_value(&v, is_name ? part->name_b : is_file ? part->file_b : other, PART_NAME_MAX, &value))
            return false;
        if (is_name)
            part->name = value, has_name = true;
        if (is_file)
            part->filename = value, part->is_file = true;
        if (v.n > 0 && v.p[0] != ';')
            return false;
        v = str_trim(str_from(v, 1));
    }
    return has_name && part->name.n > 0 && utf8_valid(part->name) && utf8_valid(part->filename);
}

static bool read_head(const struct multipart *m, struct part *part)
{
    str rest = { m->head, m->nhead };
    bool has_disposition = false;
    while (rest.n > 0) {
        str line = str_cut(&rest, '\n');
        if (!str_ends(line, S("\r")))
            return false;
        line.n--;
        str name = str_cut(&line, ':'), value = str_trim(line);
        for (size_t i = 0; i < value.n; i++)
            if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
                return false;
        if (str_eq_ascii_nocase(name, S("content-disposition"))) {
            if (has_disposition || !read_disposition(value, part))
                return false;
            has_disposition = true;
        } else if (str_eq_ascii_nocase(name, S("content-type"))) {
            if (value.n > sizeof part->type_b)
                return false;
            memcpy(part->type_b, value.p, value.n);
            part->type = (str){ part->type_b, value.n };
        } else if (str_eq_ascii_nocase(name, S("content-transfer-encoding")) &&
                   !str_eq_ascii_nocase(value, S("8bit")) && !str_eq_ascii_nocase(value, S("7bit")) &&
                   !str_eq_ascii_nocase(value, S("binary"))) {
            return false;
        }
    }
    return has_disposition && utf8_valid(part->type);
}

/* Only the last part of what the client calls a path is a name. */
static str base_name(str s)
{
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
            return str_from(s, i);
    return s;
}

static bool begin_file(struct multipart *m, const struct part *part, struct err *e)
{
    unsigned char r[16];
    char path[1024];
    if (m->nfiles == UPLOADS_MAX)
        return fail(e, ERR_TOO_LARGE, MSG_http_too_many_fields, "more than %d files", UPLOADS_MAX);
    if (!m->spool)
        return fail(e, ERR_INTERNAL, MSG_http_spool_failed, "no spool folder");
    random_bytes(r, sizeof r);
    int n = snprintf(path, sizeof path, "%s/up-", m->spool);
    if (n < 0 || (size_t)n + 2 * sizeof r >= sizeof path)
        return fail(e, ERR_INTERNAL, MSG_http_spool_failed, "spool path too long");
    for (size_t i = 0; i < sizeof r; i++)
        snprintf(path + n + 2 * i, 3, "%02x", r[i]);
    m->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (m->fd < 0)
        return fail(e, ERR_INTERNAL, MSG_http_spool_failed, "spool: errno %d", errno);
    struct file *f = &m->file[m->nfiles++];
    f->path = strdup(path);
    if (!f->path)
        abort();
    return keep(m, part->name, &f->field, e) && keep(m, base_name(part->filename), &f->filename, e) &&
           keep(m, part->type, &f->type, e);
}

static bool begin_part(struct multipart *m, struct err *e)
{
    struct part part = { .is_file = false };
    if (!read_head(m, &part))
        return fail(e, ERR_INVALID, MSG_http_malformed_form, "head of part %zu", m->nfields + m->nfiles + 1);
    m->state = IN_BODY;
    m->matched = 0;
    m->is_file = part.is_file;
    m->is_ignored = part.is_file && part.filename.n == 0;       /* a file field left empty */
    if (m->is_ignored)
        return true;
    if (part.is_file)
        return begin_file(m, &part, e);
    if (m->nfields == PAIRS_MAX)
        return fail(e, ERR_TOO_LARGE, MSG_http_too_many_fields, "more than %d fields", PAIRS_MAX);
    struct field *f = &m->field[m->nfields++];
    if (!keep(m, part.name, &f->name, e))
        return false;
    f->value = (struct span){ m->ntext, 0 };
    return true;
}

/* Takes bytes of a part's content up to the delimiter; returns how many it used. */
static bool take_body(struct multipart *m, str s, size_t *used, struct err *e)
{
    size_t i = 0, from = 0;
    while (i < s.n) {
        if (m->matched == 0) {
            const char *cr = memchr(s.p + i, '\r', s.n - i);
            i = cr ? (size_t)(cr - s.p) : s.n;
            if (!part_data(m, s.p + from, i - from, e))
                return false;
            from = i;
            if (!cr)
                break;
        }
        if (s.p[i] == m->delimiter[m->matched]) {
            from = ++i;
            if (++m->matched == m->ndelimiter) {
                part_end(m);
                m->state = AFTER_DELIMITER;
                m->ntail = 0;
                break;
            }
            continue;
        }
        size_t kept = m->matched;
        m->matched = 0;
        if (!part_data(m, m->delimiter, kept, e))
            return false;
        from = i;
    }
    *used = i;
    return true;
}

static bool take_byte(struct multipart *m, char c, struct err *e)
{
    switch (m->state) {
    case AT_DELIMITER:                          /* the first one: nothing may stand before it */
        if (c != m->delimiter[m->matched])
            break;
        if (++m->matched == m->ndelimiter)
            m->state = AFTER_DELIMITER;
        return true;
    case AFTER_DELIMITER:
        m->tail[m->ntail++] = c;
        if (m->ntail < 2)
            return true;
        if (!memcmp(m->tail, "--", 2))
            return m->state = IN_EPILOGUE, true;
        if (memcmp(m->tail, "\r\n", 2))
            break;
        m->state = IN_HEAD;
        m->nhead = 0;
        return true;
    case IN_HEAD:
        if (m->nhead == sizeof m->head)
            break;
        m->head[m->nhead++] = c;
        if (m->nhead == 2 && !memcmp(m->head, "\r\n", 2))
            break;                              /* a part without a head */
        if (m->nhead >= 4 && !memcmp(m->head + m->nhead - 4, "\r\n\r\n", 4)) {
            m->nhead -= 2;
            return begin_part(m, e);
        }
        return true;
    case IN_BODY: case IN_EPILOGUE: case BROKEN:
        return true;
    }
    return fail(e, ERR_INVALID, MSG_http_malformed_form, "multipart: state %d", (int)m->state);
}

static bool feed(struct multipart *m, str s, struct err *e)
{
    m->seen += (int64_t)s.n;
    if (m->seen > m->max)
        return fail(e, ERR_TOO_LARGE, MSG_http_body_too_large, "more than %lld bytes", (long long)m->max);
    while (s.n > 0 && m->state != IN_EPILOGUE) {
        size_t used = 1;
        if (m->state == IN_BODY ? !take_body(m, s, &used, e) : !take_byte(m, s.p[0], e))
            return false;
        s = str_from(s, used);
    }
    return true;
}

bool multipart_feed(struct multipart *m, str piece, struct err *e)
{
    if (m->state == BROKEN)
        return false;
    if (feed(m, piece, e))
        return true;
    m->state = BROKEN;
    part_end(m);
    return false;
}

static str copy(const struct multipart *m, struct arena *a, struct span s)
{
    return s.n ? arena_str(a, (str){ m->text + s.at, s.n }) : (str){ 0 };
}

bool multipart_done(struct multipart *m, struct arena *a, struct pair **form, size_t *nform,
                    struct upload **upload, size_t *nupload, struct err *e)
{
    if (m->state != IN_EPILOGUE)
        return fail(e, ERR_INVALID, MSG_http_malformed_form, "multipart: ended in state %d", (int)m->state);
    struct pair *pairs = arena_new(a, struct pair, m->nfields);
    for (size_t i = 0; i < m->nfields; i++) {
        pairs[i] = (struct pair){ copy(m, a, m->field[i].name), copy(m, a, m->field[i].value) };
        if (!utf8_valid(pairs[i].value) || (pairs[i].value.n && memchr(pairs[i].value.p, '\0', pairs[i].value.n)))
            return fail(e, ERR_INVALID, MSG_http_malformed_form, "field %zu", i + 1);
    }
    struct upload *files = arena_new(a, struct upload, m->nfiles);
    for (size_t i = 0; i < m->nfiles; i++) {
        struct file *f = &m->file[i];
        files[i] = (struct upload){ copy(m, a, f->field), copy(m, a, f->filename), copy(m, a, f->type),
                                    f->path, f->size };
    }
    *form = pairs, *nform = m->nfields;
    *upload = files, *nupload = m->nfiles;
    return true;
}

void multipart_close(struct multipart *m)
{
    if (!m)
        return;
    part_end(m);
    for (size_t i = 0; i < m->nfiles; i++) {
        unlink(m->file[i].path);                /* a file the handler renamed away is no longer there */
        free(m->file[i].path);
    }
    free(m->text);
    free(m);
}
