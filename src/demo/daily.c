/* daily.c - what people write down as the days go by: calls, meetings, notes, things to do. */
#include "demo/inside.h"

static void about(struct record *r, const struct human *h)
{
    record_set(r, "person", val_ref(h->id));
    record_set(r, "company", val_ref(h->firm ? h->firm->id : 0));
    record_set(r, "deal", val_ref(h->deal));
    record_set(r, "lead", val_ref(h->lead));
}

static const struct demo_words *words_of(const struct human *h) { return demo_words(user_rows[h->owner].lang); }

bool call_put(struct demo *d, struct ctx *tx, struct human *h, bool is_reached, struct err *e)
{
    static const char *const misses[] = { "no_answer", "no_answer", "busy", "left_message" };
    struct record *r = record_new(tx->a, &call_entity);
    about(r, h);
    record_set(r, "at", val_int(tx->now));
    record_set(r, "outcome", text(is_reached ? "connected" : misses[below(d, 4)]));
    record_set(r, "duration", val_int((is_reached ? between(d, 120, 1500) : between(d, 5, 40)) * SECOND_US));
    record_set(r, "owner", val_ref(d->user[h->owner]));
    record_set(r, "number", val_text(h->phone));
    record_set(r, "notes", val_text(pick(d, tx->a, is_reached ? words_of(h)->reached : words_of(h)->missed, h->product)));
    struct ctx sys = ctx_as_system(tx);
    return store(tx, r, NULL, e)
        && (!is_reached || touch_put_row(&sys, h, "call", "sales", "phone", "phone", 0, (str){ 0 }, e));
}

bool meeting_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct record *r = record_new(tx->a, &meeting_entity);
    int64_t at = work_later(d, h->office, tx->now, 14);
    bool is_held = at + HOUR_US < d->now;
    about(r, h);
    record_set(r, "title", val_text(pick(d, tx->a, words_of(h)->meetings, h->product)));
    record_set(r, "at", val_int(at));
    record_set(r, "duration", val_int(between(d, 2, 6) * 15 * MINUTE_US));
    record_set(r, "place", val_text(pick(d, tx->a, words_of(h)->places, h->product)));
    record_set(r, "owner", val_ref(d->user[h->owner]));
    record_set(r, "outcome", text(!is_held ? "planned" : chance(d, 88) ? "held" : "no_show"));
    if (is_held)
        record_set(r, "notes", val_text(pick(d, tx->a, words_of(h)->minutes, h->product)));
    struct ctx sys = ctx_as_system(tx);
    return store(tx, r, NULL, e)
        && (!is_held || touch_put_row(&sys, h, "meeting", "sales", "other", "other", 0, (str){ 0 }, e));
}

bool note_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct record *r = record_new(tx->a, &note_entity);
    about(r, h);
    record_set(r, "body", val_text(pick(d, tx->a, words_of(h)->notes, h->product)));
    record_set(r, "author", val_ref(d->user[h->owner]));
    return store(tx, r, NULL, e);
}

/* Done in time as a rule; of those due lately some still wait. */
bool task_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct record *r = record_new(tx->a, &task_entity);
    str kind = pick(d, tx->a, words_of(h)->tasks, h->product), title = kind;
    int64_t due = work_later(d, h->office, tx->now, 24), done = due - between(d, -6, 20) * HOUR_US;
    kind = str_cut(&title, ':');
    done = done <= tx->now ? tx->now + HOUR_US : done;
    about(r, h);
    record_set(r, "title", val_text(title));
    record_set(r, "kind", val_text(kind));
    record_set(r, "due_at", val_int(due));
    record_set(r, "owner", val_ref(d->user[h->owner]));
    record_set(r, "priority", text(chance(d, 15) ? "high" : chance(d, 20) ? "low" : "normal"));
    bool is_late = due > d->now - 6 * DAY_US ? chance(d, 35) : due > d->now - 25 * DAY_US ? chance(d, 8) : false;
    if (done < d->now && !is_late)
        record_set(r, "done_at", val_int(done));
    return store(tx, r, NULL, e);
}

/* Of the days around now: some late, most ahead. */
bool plan_put(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx me = as_user(d, tx, h->owner);
    struct record *r = record_new(tx->a, &task_entity);
    str title = pick(d, tx->a, words_of(h)->tasks, h->product), kind = str_cut(&title, ':');
    int64_t due = work_later(d, h->office, d->now + between(d, -3, 9) * DAY_US, 2);
    about(r, h);
    r->created_at = d->now - between(d, 4, 9) * DAY_US;
    record_set(r, "title", val_text(title));
    record_set(r, "kind", val_text(kind));
    record_set(r, "due_at", val_int(due));
    record_set(r, "owner", val_ref(d->user[h->owner]));
    record_set(r, "priority", text(chance(d, 20) ? "high" : "normal"));
    return store(&me, r, NULL, e) && (!chance(d, 30) || meeting_put(d, &me, h, e));
}
