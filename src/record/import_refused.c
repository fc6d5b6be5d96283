/* import_refused.c - why rows were refused, each reason once.
 *
 * A table of thousands that lacks one thing is refused thousands of times for it. Who mends it wants
 * to read the thing once, where it begins and how often; every row stands in the report.
 */
#include "base/buf.h"
#include "msg/import.h"
#include "record/import_run.h"

enum { TEXT_MAX = 64 * 1024 };

void import_refused_add(struct arena *keep, struct refusals *t, int64_t line, str reason)
{
    struct refused_for *r = t->v;

    while (r < t->v + t->n && !str_eq(r->reason, reason))
        r++;
    if (r == t->v + countof(t->v)) {
        t->more++;
        return;
    }
    if (r == t->v + t->n) {
        *r = (struct refused_for){ .reason = arena_str(keep, reason) };
        t->n++;
    }
    if (r->rows < IMPORT_LINES_SHOWN)
        r->line[r->rows] = line;
    r->rows++;
}

static str lines_of(struct arena *a, const struct locale *loc, const struct refused_for *r)
{
    str lines = { 0 };
    for (int64_t i = 0; i < r->rows && i < IMPORT_LINES_SHOWN; i++) {
        str line = loc_digits(a, loc, arena_fmt(a, "%lld", (long long)r->line[i]));
        lines = i == 0 ? line : msg_text(a, loc, MSG_import_refused_lines, (const struct msg_arg *)&(struct msg_import_refused_lines_args){
            .lines = A(lines), .line = A(line) });
    }
    return lines;
}

str import_refused_text(struct arena *a, const struct locale *loc, const struct refusals *t)
{
    struct buf b = buf_new(a, TEXT_MAX);
    for (size_t i = 0; i < t->n; i++) {
        const struct refused_for *r = &t->v[i];
        buf_put(&b, msg_text(a, loc, MSG_import_refused_for, (const struct msg_arg *)&(struct msg_import_refused_for_args){
            .lines = A(lines_of(a, loc, r)), .more = A(r->rows > IMPORT_LINES_SHOWN ? r->rows - IMPORT_LINES_SHOWN : 0), .reason = A(r->reason) }));
        buf_char(&b, '\n');
    }
    if (t->more) {
        buf_put(&b, msg_text(a, loc, MSG_import_refused_more, (const struct msg_arg *)&(struct msg_import_refused_more_args){ .rows = A(t->more) }));
        buf_char(&b, '\n');
    }
    return buf_str(&b);
}
