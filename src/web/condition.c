/* condition.c - one more condition, from a few inputs. */
#include "web/condition.h"
#include "base/buf.h"
#include "msg/web.h"
#include "record/type.h"

enum { SEGMENTS_MAX = 100, SOURCES_MAX = 120 };

/* ── what may be chosen ──────────────────────────────────────────────────── */

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static size_t field_choices(struct ctx *c, const struct entity *en, struct ui_option *o)
{
    size_t n = 0;
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        if (condition_has(c, en, f))
            o[n++] = (struct ui_option){ str_of(f->name), say(c, f->label), false };
    }
    return n;
}

static bool has_events(const struct entity *en)
{
    return !strcmp(en->name, "person") || !strcmp(en->name, "company") || !strcmp(en->name, "deal");
}

static bool leads_here(const struct ctx *c, const struct entity *from, const struct entity *to)
{
    bool leads = false;
    for (size_t i = 0; i < from->nfields; i++)
        leads |= from->fields[i].type == FIELD_REF && !strcmp(from->fields[i].ref, to->name)
              && access_field(c->who, from, &from->fields[i]) != FIELD_RIGHT_HIDDEN;
    return leads && !(from->flags & (E_NO_PAGE | E_SETTINGS)) && access_scope(c->who, from, ACTION_SEE) != SCOPE_NONE;
}

static size_t source_choices(struct ctx *c, const struct entity *en, struct ui_option *o)
{
    size_t n = 0;
    for (const struct event_kind *k = event_kinds; has_events(en) && k->name; k++)
        o[n++] = (struct ui_option){ str_of(k->name), say(c, k->label), false };
    for (size_t i = 0; i < catalogue_count() && n < SOURCES_MAX; i++)
        if (leads_here(c, catalogue_at(i), en))
            o[n++] = (struct ui_option){ str_of(catalogue_at(i)->path), say(c, catalogue_at(i)->plural), false };
    return n;
}

struct list condition_segments(struct ctx *c, const struct entity *en)
{
    struct list list = { 0 };
    struct err e = { 0 };
    struct list_spec s = { .en = entity_find(S("segment")), .filter = arena_fmt(c->a, "entity = %s", en->name), .sort = S("name"), .limit = SEGMENTS_MAX };
    if (!s.en || !has_events(en))
        return list;
    static const char *const cols[] = { "name", "kind" };
    for (; s.ncols < (int)countof(cols); s.ncols++)
        s.cols[s.ncols] = entity_field(s.en, str_of(cols[s.ncols]));
    return record_list(c, &s, &list, &e) ? list : (struct list){ 0 };
}

struct condition_view condition_choices(struct request *rq, const struct entity *en)
{
    struct list segments = condition_segments(web_ctx(rq), en);
    return condition_choices_of(rq, en, &segments);
}

struct condition_view condition_choices_of(struct request *rq, const struct entity *en, const struct list *list)
{
    struct ctx *c = web_ctx(rq);
    struct ui_option *fields = arena_new(c->a, struct ui_option, en->nfields + 1);
    struct ui_option *sources = arena_new(c->a, struct ui_option, SOURCES_MAX + 1);
    struct ui_option *segments = arena_new(c->a, struct ui_option, SEGMENTS_MAX + 1);
    struct condition_view v = { .fields = fields, .sources = sources, .segments = segments, .any = condition_rest(c, NULL),
                                .rest = arena_fmt(c->a, "/%s/condition", en->path) };
    v.nfields = field_choices(c, en, fields);
    v.nsources = source_choices(c, en, sources);
    for (; v.nsegments < list->n; v.nsegments++) {
        str name = record_title(list->rows[v.nsegments]);
        segments[v.nsegments] = (struct ui_option){ name, name, false };
    }
    return v;
}

/* ── the condition ───────────────────────────────────────────────────────── */

typedef str (*getter)(const struct request *rq, const char *name);

static void put_quoted(struct buf *b, str s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(b, '\\');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}

static bool is_word(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || strchr("._*-", s.p[i])))
            return false;
    return s.n > 0;
}

/* today, now, today - 30 days: words of the query language, which stay such. */
static bool is_moment(str s)
{
    static const char *const words[] = { "today", "yesterday", "tomorrow", "now" };
    str first = str_cut(&s, ' ');
    for (size_t i = 0; i < countof(words); i++)
        if (str_eq(first, str_of(words[i])))
            return !s.n || str_starts(s, S("- ")) || str_starts(s, S("+ "));
    return false;
}

/* A day as this reader writes days, and as the query language does in the same calendar: 1405-09-01. */
static str day_text(struct ctx *c, str typed)
{
    int64_t days;
    struct err e = { 0 };
    if (!parse_date(c->loc, typed, zone_days(c->loc->zone, c->now), &days, &e))
        return (str){ 0 };
    struct ymd d = ymd_from_days(c->loc->calendar, days);
    return arena_fmt(c->a, "%04d-%02d-%02d", d.y, d.m, d.d);
}

static void put_value(struct buf *b, struct ctx *c, const struct entity *en, str name, str typed)
{
    const struct field *f = entity_field(en, name);
    bool is_time = f ? f->type == FIELD_DATE || f->type == FIELD_INSTANT : str_eq(name, S("created_at")) || str_eq(name, S("updated_at"));
    str day = is_time && !is_moment(typed) ? day_text(c, typed) : (str){ 0 };
    struct val v;
    struct err e = { 0 };
    if (is_time && is_moment(typed))
        buf_put(b, typed);
    else if (day.n)
        buf_put(b, day);
    else if (f && f->type == FIELD_REF && (str_eq(typed, S("me")) || str_eq(typed, S("my team"))))
        buf_put(b, typed);                      /* words of the language, not titles */
    else if (f && f->type == FIELD_BOOL && type_parse(c, f, typed, &v, &e) && v.is_set)
        buf_put(b, v.i ? S("true") : S("false"));
    else
        put_quoted(b, typed);
}

static void put_field(struct buf *b, struct request *rq, const struct entity *en, getter get)
{
    str op = get(rq, "op"), name = get(rq, "f");
    buf_fmt(b, "%.*s %.*s", STR_ARG(name), STR_ARG(op));
    if (str_starts(op, S("is ")))
        return;
    buf_char(b, ' ');
    put_value(b, web_ctx(rq), en, name, str_trim(get(rq, "v")));
}

static str window_of(str name)
{
    static const char *const windows[] = {
        "within 1 day", "within 7 days", "within 30 days", "within 90 days", "in this week", "in this month", "in this quarter", "in this year",
    };
    for (size_t i = 0; i < countof(windows); i++)
        if (str_eq(name, str_of(windows[i])))
            return str_of(windows[i]);
    return (str){ 0 };
}

static void put_event(struct buf *b, struct request *rq, getter get)
{
    str how = get(rq, "how"), source = get(rq, "source"), window = window_of(get(rq, "window"));
    bool is_count = str_eq(how, S(">=")) || str_eq(how, S("<=")) || str_eq(how, S("="));
    int64_t times = 0;
    if (!str_to_int(ascii_digits(b->a, str_trim(get(rq, "times"))), &times) || times < 0)
        times = 1;
    buf_put(b, is_count ? S("count(") : str_eq(how, S("not")) ? S("not happened(") : S("happened("));
    buf_put(b, source);
    buf_fmt(b, window.n ? " %.*s)" : "%.*s)", STR_ARG(window));
    if (is_count)
        buf_fmt(b, " %.*s %lld", STR_ARG(how), (long long)times);
}

static void put_segment(struct buf *b, struct request *rq, getter get)
{
    buf_put(b, str_eq(get(rq, "is_in"), S("not")) ? S("not in segment ") : S("in segment "));
    put_quoted(b, get(rq, "in_segment"));
}

str condition_added(struct request *rq, const struct entity *en, str q, getter get)
{
    struct buf b = buf_new(&rq->a, 2 * QUERY_TEXT_MAX);
    str step = get(rq, "step");
    bool is_event = str_eq(step, S("event")), is_segment = str_eq(step, S("segment"));
    bool is_field = !is_event && !is_segment && is_word(get(rq, "f"));
    if (!is_field && !(is_event && is_word(get(rq, "source"))) && !(is_segment && get(rq, "in_segment").n))
        return q;
    if (q.n)
        buf_fmt(&b, "(%.*s) and ", STR_ARG(q));
    if (is_event)
        put_event(&b, rq, get);
    else if (is_segment)
        put_segment(&b, rq, get);
    else
        put_field(&b, rq, en, get);
    return buf_str(&b);
}
