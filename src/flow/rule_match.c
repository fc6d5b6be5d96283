/* rule_match.c - which rows of the feed a rule is about, and when its hour comes. */
#include "flow/rule_inside.h"
#include "base/buf.h"
#include "flow/feed.h"
#include "record/type.h"
#include <stdio.h>

/* ── the feed ────────────────────────────────────────────────────────────── */

/* The record of this entity in an event: what it is about, or who. */
static int64_t event_record(const struct entity *en, const struct feed_row *r)
{
    if (r->en == en)
        return r->record_id;
    if (!strcmp(en->name, "person"))
        return r->person_id;
    if (!strcmp(en->name, "company"))
        return r->company_id;
    if (!strcmp(en->name, "deal"))
        return r->deal_id;
    return !strcmp(en->name, "campaign") ? r->campaign_id : 0;
}

static bool is_set_to(const struct rule_plan *p, const struct feed_row *r)
{
    str to = rule_when_arg(p, "to");
    return !to.n || str_eq(to, r->new_text);
}

/* A segment's event names it in its data: {"segment":"ID"}. */
static bool is_of_segment(const struct rule_plan *p, const struct feed_row *r)
{
    char a[80];
    str id = rule_when_arg(p, "segment");
    snprintf(a, sizeof a, "\"%.*s\"", STR_ARG(id));
    return id.n > 0 && str_find(r->data, str_of(a)) >= 0;
}

static int64_t match_event(const struct rule_plan *p, const struct feed_row *r)
{
    bool fits = false;
    if (r->is_robot || r->is_void)
        return 0;
    if (p->when == WHEN_EVENT)
        fits = str_eq(r->kind, rule_when_arg(p, "event"));
    else if (p->when == WHEN_ENTERED)
        fits = str_eq(r->kind, S("segment.entered")) && is_of_segment(p, r);
    else if (p->when == WHEN_LEFT)
        fits = str_eq(r->kind, S("segment.left")) && is_of_segment(p, r);
    return fits ? event_record(p->en, r) : 0;
}

static int64_t match_change(const struct rule_plan *p, const struct feed_row *r)
{
    bool is_new = r->action == CHANGE_CREATE, is_update = r->action == CHANGE_UPDATE && r->field;
    if (r->en != p->en)
        return 0;
    if (p->when == WHEN_CREATED)
        return is_new ? r->record_id : 0;
    if (p->when == WHEN_SAVED && is_new)
        return r->record_id;
    if (p->when != WHEN_SAVED && p->when != WHEN_CHANGED)
        return 0;
    bool is_it = is_update && str_eq(str_of(r->field->name), rule_when_arg(p, "field"));
    return is_it && (p->when == WHEN_SAVED || is_set_to(p, r)) ? r->record_id : 0;
}

int64_t rule_match(const struct rule_plan *p, const struct feed_row *r)
{
    return r->is_event ? match_event(p, r) : match_change(p, r);
}

/* ── time ────────────────────────────────────────────────────────────────── */

int64_t rule_span(str count, str unit)
{
    int64_t n = 0;
    if (!str_to_int(count, &n))
        return 0;
    return n * (str_eq(unit, S("days")) ? DAY_US : str_eq(unit, S("hours")) || str_eq(unit, S("work_hours")) ? HOUR_US : MINUTE_US);
}

static int64_t offset_of(const struct rule_plan *p)
{
    int64_t us = rule_span(rule_when_arg(p, "count"), rule_when_arg(p, "unit"));
    return str_eq(rule_when_arg(p, "side"), S("before")) ? -us : us;
}

/* A day is due at nine in the morning of the workspace. */
enum { MORNING = 9 };

str rule_time_filter(struct ctx *c, const struct rule_plan *p, int64_t from, int64_t to)
{
    str name = rule_when_arg(p, "date");
    const struct field *f = entity_field(p->en, name);
    int64_t shift = offset_of(p);
    from -= shift;
    to -= shift;
    if (f && f->type == FIELD_DATE) {
        int64_t morning = MORNING * HOUR_US;
        from = zone_days(c->ws->zone, from - morning);
        to = zone_days(c->ws->zone, to - morning);
    }
    struct val a = { .is_set = true, .i = from }, b = { .is_set = true, .i = to };
    str low = f ? type_canon(c->a, f, &a) : (str){ 0 }, high = f ? type_canon(c->a, f, &b) : (str){ 0 };
    return arena_fmt(c->a, "%.*s > \"%.*s\" and %.*s <= \"%.*s\"", STR_ARG(name), STR_ARG(low), STR_ARG(name), STR_ARG(high));
}

int64_t rule_next_every(struct ctx *c, const struct rule_plan *p, int64_t after)
{
    str every = rule_when_arg(p, "every");
    const char *zone = c->ws->zone;
    int64_t of_day = 0, day = zone_days(zone, after);
    if (str_eq(every, S("hour")))
        return (after / HOUR_US + 1) * HOUR_US;
    if (!rule_clock_of(rule_when_arg(p, "at"), &of_day))
        return INT64_MAX;
    struct locale loc = locale_default(c->ws->lang, c->ws->country);
    loc.calendar = c->ws->calendar;
    for (int i = 0; i < 400; i++, day++) {
        int64_t first, next, at = zone_instant(zone, day, of_day);
        enum period of = str_eq(every, S("week")) ? PERIOD_WEEK : str_eq(every, S("month")) ? PERIOD_MONTH : PERIOD_DAY;
        period_range(&loc, of, day, 0, &first, &next);
        if (first == day && at > after)
            return at;
    }
    return INT64_MAX;
}
