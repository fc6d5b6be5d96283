/* lead_acts.c - what people do with a lead, each one call: a page's button, an API's verb.
 *
 * The rules stand in the lead's own hook; here the record is only filled in.
 */
#include "funnel/inside.h"

static struct record *lead_to(struct ctx *tx, int64_t lead, const char *status)
{
    struct record *r = record_new(tx->a, &lead_entity);
    r->id = lead;
    record_set(r, "status", val_text(str_of(status)));
    return r;
}

static void set_text(struct record *r, const char *field, str text)
{
    if (text.n)
        record_set(r, field, val_text(text));
}

bool funnel_offer(struct ctx *tx, int64_t lead, struct err *e)
{
    return record_update(tx, lead_to(tx, lead, "offered"), 0, NULL, e);
}

bool funnel_accept(struct ctx *tx, int64_t lead, struct err *e)
{
    return record_update(tx, lead_to(tx, lead, "accepted"), 0, NULL, e);
}

bool funnel_return(struct ctx *tx, int64_t lead, str reason, str note, struct err *e)
{
    struct record *r = lead_to(tx, lead, "returned");
    set_text(r, "return_reason", reason);
    set_text(r, "return_note", note);
    return record_update(tx, r, 0, NULL, e);
}

static void set_answers(struct record *r, const struct funnel_answers *in)
{
    set_text(r, "need", in->need);
    set_text(r, "budget", in->budget);
    set_text(r, "authority", in->authority);
    set_text(r, "timing", in->timing);
}

bool funnel_qualify(struct ctx *tx, int64_t lead, const struct funnel_answers *in, struct err *e)
{
    struct record *r = lead_to(tx, lead, "qualified");
    if (in)
        set_answers(r, in);
    return record_update(tx, r, 0, NULL, e);
}

bool funnel_recycle(struct ctx *tx, int64_t lead, str reason, int64_t on_day, struct err *e)
{
    struct record *r = lead_to(tx, lead, "recycled");
    set_text(r, "recycle_reason", reason);
    record_set(r, "recycle_at", on_day ? val_int(on_day) : val_none());
    return record_update(tx, r, 0, NULL, e);
}

bool funnel_disqualify(struct ctx *tx, int64_t lead, str reason, struct err *e)
{
    struct record *r = lead_to(tx, lead, "disqualified");
    set_text(r, "disqualify_reason", reason);
    return record_update(tx, r, 0, NULL, e);
}

/* ── the deal ────────────────────────────────────────────────────────────── */

/* What was learnt goes with it, under the labels the seller knows. */
static str story(struct ctx *tx, const struct record *lead)
{
    static const char *const parts[] = { "need", "budget", "authority", "timing", "content", "note" };
    struct buf b = buf_new(tx->a, 20000);
    for (size_t i = 0; i < countof(parts); i++) {
        str text = record_text(lead, parts[i]);
        if (!text.n)
            continue;
        const struct field *f = entity_field(&lead_entity, str_of(parts[i]));
        buf_put(&b, b.n ? S("\n\n") : S(""));
        buf_lit(&b, "**");
        buf_put(&b, msg_text(tx->a, tx->loc, f->label, NULL));
        buf_lit(&b, "** ");
        buf_put(&b, text);
    }
    return buf_str(&b);
}

static bool make_deal(struct ctx *tx, const struct record *lead, int64_t *deal, struct err *e)
{
    static const char *const same[] = { "company", "person", "owner", "product", "source", "campaign", "next_step", "next_step_at" };
    const struct entity *en = entity_find(S("deal"));
    struct record *r = record_new(tx->a, en);
    for (size_t i = 0; i < countof(same); i++)
        if (record_val(lead, same[i]).is_set)
            record_set(r, same[i], record_val(lead, same[i]));
    record_set(r, "name", val_text(record_title(lead)));
    record_set(r, "lead", val_ref(lead->id));
    record_set(r, "description", val_text(story(tx, lead)));
    if (!record_create(tx, r, e))
        return false;
    *deal = r->id;
    return true;
}

bool funnel_convert(struct ctx *tx, int64_t lead, int64_t *deal, struct err *e)
{
    struct record *now, *r;
    if (!record_get(tx, &lead_entity, lead, &now, e))
        return false;
    if (str_eq(record_text(now, "status"), S("accepted")) && !funnel_qualify(tx, lead, NULL, e))
        return false;
    r = lead_to(tx, lead, "converted");
    if (!*deal && !make_deal(tx, now, deal, e))
        return false;
    record_set(r, "deal", val_ref(*deal));
    struct ctx sys = ctx_as_system(tx);         /* `deal` is the program's field; the change right was asked above */
    return record_get(tx, &lead_entity, lead, &now, e)
        && (access_record(tx, now, ACTION_CHANGE) || fail(e, ERR_FORBIDDEN, MSG_funnel_not_receiver, "convert"))
        && record_update(&sys, r, 0, NULL, e);
}

/* ── first touch and attempts ────────────────────────────────────────────── */

bool funnel_touched(struct ctx *tx, int64_t lead, int64_t at, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *now, *r = record_new(tx->a, &lead_entity);
    if (!record_get(&sys, &lead_entity, lead, &now, e))
        return false;
    if (at < record_int(now, "offered_at"))
        return true;                            /* before this hand-off: of an earlier one */
    r->id = lead;
    if (!record_val(now, "first_touch_at").is_set)
        record_set(r, "first_touch_at", val_int(at));
    record_set(r, "attempts", val_int(record_int(now, "attempts") + 1));
    record_set(r, "last_activity_at", val_int(at));
    return record_update(&sys, r, 0, NULL, e) && handoff_touch(tx, now, at, e);
}
