/* today.c - the last strokes: what people would have read by now, lists they keep, scores of the day. */
#include "demo/inside.h"
#include "flow/feed.h"
#include "flow/segment.h"

enum { AT_ONCE = 500 };

static bool read_one(struct ctx *tx, int64_t id, struct err *e)
{
    struct record *r = record_new(tx->a, &notification_entity);
    r->id = id;
    record_set(r, "read_at", val_int(tx->now - 30 * HOUR_US));
    return record_update(tx, r, 0, NULL, e);
}

/* Everything older than a day and a half has been read. */
static bool read_notices(struct demo *d, struct ctx *tx, struct err *e)
{
    struct db_rows q;
    int64_t *id = arena_new(tx->a, int64_t, AT_ONCE);
    size_t n = AT_ONCE;
    while (n == AT_ONCE) {
        n = 0;
        if (!db_query(tx->c, &q, "SELECT id FROM notification WHERE read_at IS NULL AND created_at < $1 LIMIT 500",
                      DB_ARGS(V(d->now - 36 * HOUR_US)), e))
            return false;
        while (db_next(&q))
            id[n++] = db_int(&q, 0);
        if (!db_done(&q, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!each_act(tx, read_one, id[i], e))
                return false;
    }
    return true;
}

static bool is_open(struct ctx *tx, int64_t deal, bool *out, struct err *e)
{
    int64_t one;
    return db_get_int(tx->c, "SELECT 1 FROM deal WHERE id = $1 AND status = 'open'", DB_ARGS(V(deal)), out, &one, e);
}

/* Each open deal has something to be done, or it would not be open. */
static bool plan_all(struct demo *d, struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < d->nhumans; i++) {
        struct human *h = &d->human[i];
        bool open = false;
        if (h->deal && !is_open(tx, h->deal, &open, e))
            return false;
        if (open && chance(d, 70) && !plan_put(d, tx, h, e))
            return false;
    }
    return true;
}

/* The desks of those who sign in: some tasks of their own, a meeting later today. */
static bool put_desk(struct demo *d, struct ctx *tx, int user, struct err *e)
{
    const struct demo_words *w = demo_words(user_rows[user].lang);
    const char *zone = offices[user_rows[user].office].zone;
    int64_t today = zone_days(zone, d->now), in_hours = d->now + 2 * HOUR_US, evening = zone_instant(zone, today, 18 * HOUR_US);
    struct ctx me = as_user(d, tx, user);
    struct record *m = record_new(tx->a, &meeting_entity);
    for (size_t i = 0; i < w->mine.n; i++) {
        struct record *r = record_new(tx->a, &task_entity);
        str title = str_of(w->mine.v[i]), kind = str_cut(&title, ':');
        record_set(r, "title", val_text(title));
        record_set(r, "kind", val_text(kind));
        record_set(r, "due_at", val_int(zone_instant(zone, today + (int64_t)i - 1, 16 * HOUR_US)));
        record_set(r, "owner", val_ref(d->user[user]));
        record_set(r, "priority", text(i ? "normal" : "high"));
        if (!store(&me, r, NULL, e))
            return false;
    }
    record_set(m, "title", text(w->weekly.v[0]));
    record_set(m, "at", val_int(in_hours < evening ? in_hours : evening));
    record_set(m, "duration", val_int(45 * MINUTE_US));
    record_set(m, "place", text(w->places.v[2]));
    record_set(m, "owner", val_ref(d->user[user]));
    return store(&me, m, NULL, e);
}

static bool put_desks(struct demo *d, struct ctx *tx, struct err *e)
{
    for (int i = 0; i < DEMO_SIGNINS; i++)
        for (int u = 0; u < USERS; u++)
            if (!strcmp(user_rows[u].name, demo_signins[i].name) && !put_desk(d, tx, u, e))
                return false;
    return true;
}

/* Points fade: each is counted once more for today. */
static bool score_all(struct demo *d, struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < d->nhumans; i++)
        if (d->human[i].id && !each_act(tx, score_person, d->human[i].id, e))
            return false;
    return true;
}

static const struct { const char *entity, *name, *criteria, *sort; int owner; } views[] = {
    { "person", "Ready to talk", "grade in (A1, A2, B1) and lifecycle in (lead, mql)", "-engagement", U_OWNER },
    { "company", "Key accounts", "is_key = true", "name", U_OWNER },
    { "deal", "Open over 20 lakh", "status = open and amount >= 2000000", "-amount", U_OWNER },
    { "deal", "Closing this month", "status = open and close_date in this month", "close_date", U_CRO },
    { "person", "ঢাকার গ্রাহক", "country = \"Bangladesh\" and lifecycle = customer", "name", 2 },
    { "lead", "मेरी लीड", "owner = me and status in (offered, accepted)", "due_at", 11 },
    { "person", "مشتریان ایران", "country = \"Iran\"", "-last_activity_at", U_MARKETING },
};

static bool put_views(struct demo *d, struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < countof(views); i++) {
        struct ctx me = as_user(d, tx, views[i].owner);
        struct record *r = record_new(tx->a, &saved_view_entity);
        record_set(r, "entity", text(views[i].entity));
        record_set(r, "name", text(views[i].name));
        record_set(r, "criteria", text(views[i].criteria));
        record_set(r, "sort", text(views[i].sort));
        record_set(r, "visibility", text(i < 4 ? "everybody" : "private"));
        record_set(r, "position", val_int((int64_t)i));
        if (!store(&me, r, NULL, e))
            return false;
    }
    return true;
}

static const struct { const char *entity, *name, *what, *criteria; int owner; } segments[] = {
    { "person", "Warm and not yet in talks", "For the next webinar",
      "happened(page.viewed within 30 days) and count(deals) = 0 and lifecycle in (lead, mql)", U_MARKETING },
    { "person", "ঢাকার আগ্রহী", "ঢাকায় যাঁরা ফর্ম পাঠিয়েছেন", "country = \"Bangladesh\" and happened(form.sent within 90 days)", 2 },
    { "person", "चुप ग्राहक", "साठ दिनों से कुछ नहीं", "lifecycle = customer and not happened(* within 60 days)", 11 },
    { "person", "پیگیری ایران", "ایرانی‌هایی که این فصل تماس داشتند", "country = \"Iran\" and happened(call.held in this quarter)", U_MARKETING },
    { "company", "Won twice or more", "To ask for a reference", "count(deals where status = won) >= 2", U_CRO },
    { "company", "Worth 50 lakh", "Key accounts by what they bought", "sum(deals.amount where status = won) >= 5000000", U_CRO },
    { "deal", "Moved this week", "", "status = open and happened(deal.stage within 7 days)", U_OWNER },
    { "person", "Fair guests", "Invited by hand", NULL, U_MARKETING },
};

static bool put_guests(struct demo *d, struct ctx *me, int64_t segment, struct err *e)
{
    enum { GUESTS = 12 };
    int64_t ids[GUESTS], changed;
    size_t n = 0;
    for (size_t i = 0; i < d->nhumans && n < GUESTS; i += 7)
        if (d->human[i].id)
            ids[n++] = d->human[i].id;
    return segment_put(me, segment, ids, n, true, &changed, e);
}

static bool put_segments(struct demo *d, struct ctx *tx, struct err *e)
{
    for (size_t i = 0; i < countof(segments); i++) {
        struct ctx me = as_user(d, tx, segments[i].owner);
        struct record *r = record_new(tx->a, &segment_entity);
        bool is_live = segments[i].criteria != NULL;
        record_set(r, "entity", text(segments[i].entity));
        record_set(r, "name", text(segments[i].name));
        record_set(r, "description", text(segments[i].what));
        record_set(r, "kind", text(is_live ? "live" : "frozen"));
        record_set(r, "criteria", text(is_live ? segments[i].criteria : ""));
        int64_t id;
        if (!store(&me, r, &id, e) || (!is_live && !put_guests(d, &me, id, e)))
            return false;
    }
    return true;
}

bool today_make(struct demo *d, struct ctx *tx, struct err *e)
{
    struct ctx sys = as_program(d, tx, LANG_EN);
    return put_views(d, &sys, e) && plan_all(d, &sys, e) && put_desks(d, &sys, e) && read_notices(d, &sys, e) && score_all(d, &sys, e)
        && put_segments(d, &sys, e) && automation_make(d, &sys, e) && links_make(d, &sys, e)
        && feed_skip(&sys, e)              /* its history is told: nothing follows from it now ... */
        && automation_causes(d, &sys, e);  /* ... but from these two */
}
