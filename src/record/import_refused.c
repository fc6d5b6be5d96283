/* import_refused.c - why rows were refused, each reason once.
 *
 * A table of thousands that lacks one thing is refused thousands of times for it. Who mends it wants
 * to read the thing once, where it begins and how often; every row stands in the report. One reason is
 * one message about one field: where values differ, the first is an example.
 */
#include "base/buf.h"
#include "msg/import.h"
#include "record/import_run.h"

enum { TEXT_MAX = 64 * 1024 };

static bool is_of(const struct refused_for *r, const struct refusal *why)
{
    return r->first.msg == why->msg && str_eq(str_of(r->first.field), str_of(why->field));
}

void import_refused_add(struct arena *keep, struct refusals *t, const struct refusal *why)
{
    struct refused_for *r = t->v;

    while (r < t->v + t->n && !is_of(r, why))
        r++;
    if (r == t->v + countof(t->v)) {
        t->more++;
        return;
    }
    if (r == t->v + t->n) {
        *r = (struct refused_for){ .first = *why };
        r->first.reason = arena_str(keep, why->reason);
        t->n++;
    }
    r->is_example |= !str_eq(r->first.reason, why->reason);
    if (r->rows < IMPORT_LINES_SHOWN)
        r->line[r->rows] = why->line;
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
            .lines = A(lines_of(a, loc, r)), .more = A(r->rows > IMPORT_LINES_SHOWN ? r->rows - IMPORT_LINES_SHOWN : 0), .reason = A(r->first.reason),
            .example = A(r->is_example ? S("yes") : S("no")) }));
        buf_char(&b, '\n');
    }
    if (t->more) {
        buf_put(&b, msg_text(a, loc, MSG_import_refused_more, (const struct msg_arg *)&(struct msg_import_refused_more_args){ .rows = A(t->more) }));
        buf_char(&b, '\n');
    }
    return buf_str(&b);
}
