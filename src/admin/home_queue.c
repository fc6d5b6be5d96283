/* home_queue.c - what waits for one person, and the day they have.
 *
 * Ranks: a lead whose clock ran out, a lead on the clock, a late task, a task of
 * today, a deal past its next step, a quiet deal, a notice. Each source is one
 * statement of a few rows; what does not fit stands behind its own list.
 */
#include "admin/home.h"
#include "base/clock.h"
#include "base/id.h"
#include "msg/admin.h"
#include "record/query.h"
#include "web/records.h"

enum { ROWS = 8, QUIET_DAYS = 14 };
enum rank { RANK_LEAD_LATE, RANK_LEAD, RANK_TASK_LATE, RANK_TASK, RANK_STEP, RANK_QUIET, RANK_NOTICE };

static void put(struct home *m, struct home_line l)
{
    struct home_view *v = m->v;
    size_t at = v->nlines;
    if (v->nlines == HOME_LINES)
        return;
    while (at > 0 && (v->lines[at - 1].rank > l.rank || (v->lines[at - 1].rank == l.rank && v->lines[at - 1].at > l.at)))
        at--;
    memmove(&v->lines[at + 1], &v->lines[at], (v->nlines++ - at) * sizeof l);
    v->lines[at] = l;
}

/* Each has an index that leads to few: people have thousands of tasks done and notices read. */
static bool rows_of(struct home *m, const char *entity, str filter, const char *sort, struct list *out, struct err *e)
{
    struct list_spec s = { .en = entity_find(str_of(entity)), .filter = filter, .sort = str_of(sort), .limit = ROWS, .is_served = true };
    *out = (struct list){ 0 };
    return access_scope(m->c->who, s.en, ACTION_SEE) == SCOPE_NONE || record_list(m->c, &s, out, e);
}

static struct home_line line_of(struct home *m, const struct record *r, const char *icon, enum rank rank, int64_t at)
{
    struct html *h = m->h;
    str title = record_title(r);
    return (struct home_line){
        .rank = (int)rank, .at = at, .icon = icon, .title = title.n ? title : _msg(r->en->label),
        .url = record_url(h->a, r->en, r->id),
    };
}

/* ── leads ─────────────────────────────────────────────────────────────────── */

static str lead_reason(struct html *h, bool is_offered, bool is_late, int64_t due, int64_t now)
{
    str when = loc_relative(h->a, h->loc, due, now);
    if (!due)
        return _(admin_reason_new_lead);
    if (is_offered)
        return is_late ? _(admin_reason_answer_late, .when = A(when)) : _(admin_reason_answer_by, .when = A(when));
    return is_late ? _(admin_reason_touch_late, .when = A(when)) : _(admin_reason_touch_by, .when = A(when));
}

bool home_leads(struct home *m, struct err *e)
{
    struct list list;
    if (!rows_of(m, "lead", S("owner = me and status in (offered, accepted) and first_touch_at is empty"), "due_at", &list, e))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct record *r = list.rows[i];
        int64_t due = record_int(r, "due_at");
        bool is_late = due && due < m->c->now;
        struct home_line l = line_of(m, r, "user-round-plus", is_late ? RANK_LEAD_LATE : RANK_LEAD, due);
        l.sub = record_text(r, "person");
        l.tone = is_late ? TONE_RED : due && due < m->c->now + HOUR_US ? TONE_AMBER : TONE_IRIS;
        l.reason = lead_reason(m->h, str_eq(record_text(r, "status"), S("offered")), is_late, due, m->c->now);
        put(m, l);
    }
    return true;
}

/* ── tasks ─────────────────────────────────────────────────────────────────── */

bool home_tasks(struct home *m, struct err *e)
{
    struct html *h = m->h;
    struct list list;
    if (!rows_of(m, "task", S("owner = me and done_at is empty and due_at < tomorrow"), "due_at", &list, e))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct record *r = list.rows[i];
        int64_t due = record_int(r, "due_at");
        bool is_late = due < m->c->now;
        struct home_line l = line_of(m, r, "square-check-big", is_late ? RANK_TASK_LATE : RANK_TASK, due);
        l.sub = record_text(r, "person");
        l.tone = is_late ? TONE_RED : TONE_BLUE;
        l.reason = is_late ? _(admin_reason_task_late, .when = A(loc_relative(h->a, h->loc, due, m->c->now)))
                           : _(admin_reason_task_today, .time = A(loc_time(h->a, h->loc, due)));
        l.done = url_fmt(h->a, "/tasks/%.*s/done", STR_ARG(id_text(h->a, r->id)));
        put(m, l);
    }
    return true;
}

/* ── approvals ─────────────────────────────────────────────────────────────── */

bool home_approvals(struct home *m, struct err *e)
{
    struct html *h = m->h;
    struct list list;
    if (!rows_of(m, "approval", S("decider = me and status = waiting"), "until", &list, e))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct record *r = list.rows[i];
        int64_t until = record_int(r, "until");
        struct home_line l = line_of(m, r, "stamp", RANK_TASK, until);
        l.url = url_fmt(h->a, "/automation/approvals#a-%.*s", STR_ARG(id_text(h->a, r->id)));
        l.sub = record_text(r, "asked_by");
        l.tone = TONE_IRIS;
        l.reason = _(admin_reason_approve_by, .when = A(loc_relative(h->a, h->loc, until, m->c->now)));
        put(m, l);
    }
    return true;
}

/* ── deals ─────────────────────────────────────────────────────────────────── */

bool home_deals(struct home *m, struct err *e)
{
    struct html *h = m->h;
    struct list list;
    if (!rows_of(m, "deal", S("owner = me and status = open and (next_step_at < now or (next_step_at is empty"
                              " and created_at < now - 14 days and (last_activity_at is empty or last_activity_at < now - 14 days)))"),
                 "next_step_at", &list, e))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct record *r = list.rows[i];
        int64_t step = record_int(r, "next_step_at"), seen = record_int(r, "last_activity_at");
        int64_t days = (m->c->now - (seen ? seen : r->created_at)) / DAY_US;
        struct home_line l = line_of(m, r, "handshake", step ? RANK_STEP : RANK_QUIET, step ? step : seen);
        l.sub = step && record_text(r, "next_step").n ? record_text(r, "next_step") : record_text(r, "company");
        l.tone = step ? TONE_AMBER : TONE_NONE;
        l.reason = step ? _(admin_reason_step_late, .when = A(loc_relative(h->a, h->loc, step, m->c->now)))
                        : _(admin_reason_quiet, .n = A(days));
        put(m, l);
    }
    return true;
}

/* ── notices ───────────────────────────────────────────────────────────────── */

bool home_notices(struct home *m, struct err *e)
{
    struct html *h = m->h;
    struct list list;
    if (!rows_of(m, "notification", S("recipient = me and read_at is empty"), "-created_at", &list, e))
        return false;
    for (size_t i = 0, shown = 0; i < list.n && shown < 3; i++) {
        const struct record *r = list.rows[i];
        if (str_eq(record_text(r, "kind"), S("approval.asked")))        /* home_approvals() has it */
            continue;
        shown++;
        struct home_line l = line_of(m, r, "bell", RANK_NOTICE, -r->created_at);
        l.sub = record_text(r, "body");
        l.reason = _(admin_reason_notice);
        l.url = url_fmt(h->a, "/notifications/%.*s/open", STR_ARG(id_text(h->a, r->id)));
        put(m, l);
    }
    return true;
}

/* ── the day ───────────────────────────────────────────────────────────────── */

bool home_agenda(struct home *m, struct err *e)
{
    struct html *h = m->h;
    struct list list;
    if (!rows_of(m, "meeting", S("owner = me and at = today"), "at", &list, e))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct record *r = list.rows[i];
        int64_t at = record_int(r, "at");
        str place = record_text(r, "place");
        m->v->agenda[m->v->nagenda++] = (struct home_entry){
            .time = loc_time(h->a, h->loc, at), .iso = iso_instant(h->a, at), .title = record_title(r),
            .sub = place.n ? place : record_text(r, "person"), .url = record_url(h->a, r->en, r->id),
        };
    }
    return true;
}
