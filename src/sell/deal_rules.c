/* deal_rules.c - what follows from a deal: its stage decides status, chance and dates; each move
 * leaves a receipt, tells the person's relationship and, when won, makes the order.
 *
 * Before the write values are derived and refused, after it other records are written with the
 * program's own rights, in the same transaction: a deal never moves without its receipt.
 *
 * A deal that is brought in from elsewhere (tx->is_history) tells what has been: its stage asks
 * for nothing, its own days are the moments it was entered and closed, and its order, if there
 * was one, stands where it was made.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "funnel/funnel.h"
#include "msg/sell.h"
#include "record/access.h"
#include "record/type.h"
#include "sell/inside.h"

static void put(struct record *r, const char *field, struct val v)
{
    r->v[field_index(r->en, entity_field(r->en, str_of(field)))] = v;
}

static const struct val unset;

/* ── where it stands ───────────────────────────────────────────────────────── */

static bool place_new(struct ctx *tx, struct record *now, struct err *e)
{
    struct stage *s;
    int64_t id = 0;
    if (!record_int(now, "pipeline") && record_int(now, "stage")) {
        if (!stage_load(tx, record_int(now, "stage"), &s, e))
            return false;
        id = s ? s->pipeline : 0;
        put(now, "pipeline", val_ref(id));
    }
    if (!record_int(now, "pipeline")) {
        if (!pipeline_default(tx, &id, e))
            return false;
        put(now, "pipeline", val_ref(id));
    }
    if (!record_int(now, "stage")) {
        if (!pipeline_first_stage(tx, record_int(now, "pipeline"), &id, e))
            return false;
        put(now, "stage", val_ref(id));
    }
    return true;
}

/* Whoever changes only the pipeline means its beginning; who changes only the stage, its pipeline. */
static bool place_again(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct stage *s = NULL;
    int64_t first;
    bool other_line = record_changed(old, now, "pipeline"), other_stage = record_changed(old, now, "stage");
    if (other_line && !other_stage) {
        if (!pipeline_first_stage(tx, record_int(now, "pipeline"), &first, e))
            return false;
        put(now, "stage", val_ref(first));
    } else if (other_stage && !other_line) {
        if (!stage_load(tx, record_int(now, "stage"), &s, e))
            return false;
        if (s)
            put(now, "pipeline", val_ref(s->pipeline));
    }
    return place_new(tx, now, e);
}

static bool stage_fits(struct ctx *tx, const struct record *now, struct stage **out, struct err *e)
{
    struct stage *s = NULL;
    if (record_int(now, "stage") && !stage_load(tx, record_int(now, "stage"), &s, e))
        return false;
    if (!s || s->pipeline != record_int(now, "pipeline")) {
        fail(e, ERR_INVALID, MSG_sell_deal_stage_elsewhere, "stage %lld is not of pipeline %lld",
             (long long)record_int(now, "stage"), (long long)record_int(now, "pipeline"));
        return err_field(e, "stage");
    }
    *out = s;
    return true;
}

/* The moment a deal came to where it stands: now, or in history the day it tells. */
static int64_t moment_of(struct ctx *tx, const struct record *now, const struct stage *s)
{
    struct val day = record_val(now, s->is_won || s->is_lost ? "close_date" : "opened_at");
    if (!tx->is_history || !day.is_set)
        return tx->now;
    int64_t at = zone_instant(tx->loc->zone, day.i, DAY_US / 2);    /* noon: the same day for most readers */
    return at < tx->now ? at : tx->now;
}

/* The day it was won or lost: the one that was told with it, else today; what was expected is over. */
static void date_the_end(struct ctx *tx, const struct record *old, struct record *now, const struct stage *s)
{
    bool is_dated = old ? record_changed(old, now, "close_date") : record_val(now, "close_date").is_set;
    if ((s->is_won || s->is_lost) && !is_dated)
        put(now, "close_date", val_int(zone_days(tx->loc->zone, tx->now)));
}

static void close_or_reopen(struct ctx *tx, const struct record *old, struct record *now, const struct stage *s)
{
    bool was_closed = old && record_int(old, "closed_at"), is_closed = s->is_won || s->is_lost;
    put(now, "status", val_text(s->is_won ? S("won") : s->is_lost ? S("lost") : S("open")));
    if (is_closed) {
        if (!record_int(now, "closed_at"))
            put(now, "closed_at", val_int(moment_of(tx, now, s)));
        put(now, s->is_won ? "lost_reason" : "won_reason", unset);
    } else if (was_closed) {
        put(now, "closed_at", unset);
        put(now, "won_reason", unset);
        put(now, "lost_reason", unset);
    }
}

static bool enter_stage(struct ctx *tx, const struct record *old, struct record *now, const struct stage *s, struct err *e)
{
    date_the_end(tx, old, now, s);              /* before what earlier stages ask for is looked at: a date among it */
    if (!tx->is_history && !stage_is_ready(tx, s, now, e))
        return false;
    put(now, "probability", val_int(s->probability));
    bool is_chosen = old && record_changed(old, now, "forecast");
    if (!is_chosen || s->is_won || s->is_lost)
        put(now, "forecast", val_text(s->forecast));
    put(now, "stage_entered_at", val_int(moment_of(tx, now, s)));
    close_or_reopen(tx, old, now, s);
    bool is_placed = old ? record_changed(old, now, "rank") : record_text(now, "rank").n > 0;
    if (!is_placed)
        put(now, "rank", val_text(rank_top(tx->a)));
    return true;
}

/* ── its amount ────────────────────────────────────────────────────────────── */

static bool amount_of_lines(struct ctx *tx, struct record *now, struct err *e)
{
    struct val sum;
    int64_t n;
    if (!deal_lines_sum(tx, now->id, &n, &sum, e))
        return false;
    if (n)
        put(now, "amount", sum);
    struct val amount = record_val(now, "amount");
    if (!amount.is_set || amount.i >= 0)
        return true;
    fail(e, ERR_INVALID, MSG_sell_negative, "amount %lld", (long long)amount.i);
    return err_field(e, "amount");
}

bool deal_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct stage *s;
    bool is_placed = old ? place_again(tx, old, now, e) : place_new(tx, now, e);
    if (!is_placed || !stage_fits(tx, now, &s, e))
        return false;
    if ((!old || record_changed(old, now, "amount")) && !amount_of_lines(tx, now, e))
        return false;
    if ((!old || record_changed(old, now, "stage")) && !enter_stage(tx, old, now, s, e))
        return false;
    if (!old || (!tx->who->is_system && now->has))   /* a write that changes nothing is no activity */
        put(now, "last_activity_at", val_int(tx->is_history ? record_int(now, "stage_entered_at") : tx->now));
    return true;
}

/* ── what follows ──────────────────────────────────────────────────────────── */

static bool is_backward(struct ctx *tx, const struct record *old, const struct record *now, bool *out, struct err *e)
{
    struct stage *from = NULL, *to = NULL;
    *out = false;
    if (!old)
        return true;
    if (!stage_load(tx, record_int(old, "stage"), &from, e) || !stage_load(tx, record_int(now, "stage"), &to, e))
        return false;
    *out = from && to && from->pipeline == to->pipeline && !to->is_lost && to->position < from->position;
    return true;
}

static bool leave_receipt(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &stage_change_entity);
    bool back;
    if (!is_backward(tx, old, now, &back, e))
        return false;
    record_set(r, "deal", val_ref(now->id));
    record_set(r, "from_stage", val_ref(old ? record_int(old, "stage") : 0));
    record_set(r, "to_stage", val_ref(record_int(now, "stage")));
    record_set(r, "at", val_int(old ? tx->now : record_int(now, "stage_entered_at")));
    record_set(r, "moved_by", val_ref(sys.by));
    int64_t entered = old ? record_int(old, "stage_entered_at") : 0;
    if (entered)
        record_set(r, "time_spent", val_int(tx->now > entered ? tx->now - entered : 0));
    record_set(r, "is_backward", val_int(back));
    record_set(r, "amount", record_val(now, "amount"));
    record_set(r, "reason", val_text(tx->why));
    return record_create(&sys, r, e);
}

static bool tell_event(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct buf b = buf_new(tx->a, 1024);
    struct json j = { &b, false };
    json_open(&j, '{');
    json_key(&j, S("from"));
    json_str(&j, old ? id_text(tx->a, record_int(old, "stage")) : (str){ 0 });
    json_key(&j, S("to"));
    json_str(&j, id_text(tx->a, record_int(now, "stage")));
    json_key(&j, S("status"));
    json_str(&j, record_text(now, "status"));
    json_close(&j, '}');
    return event_add(tx, &(struct event){
        .person_id = record_int(now, "person"), .kind = "deal.stage", .at = old ? 0 : record_int(now, "stage_entered_at"),
        .en = &deal_entity, .record_id = now->id,
        .campaign_id = record_int(now, "campaign"), .deal_id = now->id, .company_id = record_int(now, "company"),
        .data = buf_str(&b) }, e);
}

static bool is_status(const struct record *r, const char *status) { return str_eq(record_text(r, "status"), str_of(status)); }

/* An open deal makes an opportunity of its person, a won one a customer; a lost one changes nothing. */
static bool tell_funnel(struct ctx *tx, const struct record *now, struct err *e)
{
    int64_t person = record_int(now, "person");
    if (!person || is_status(now, "lost"))
        return true;
    return is_status(now, "won") ? funnel_advance(tx, person, "customer", "deal won", false, e)
                                 : funnel_advance(tx, person, "opportunity", "deal opened", false, e);
}

bool deal_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    int64_t order;
    if (!now)
        return true;
    bool is_moved = !old || record_changed(old, now, "stage");
    bool is_told = is_moved || record_changed(old, now, "person");
    if (is_moved && (!leave_receipt(tx, old, now, e) || !tell_event(tx, old, now, e)))
        return false;
    if (is_told && !tell_funnel(tx, now, e))
        return false;
    bool is_new_win = is_moved && is_status(now, "won") && !(old && is_status(old, "won")) && !tx->is_history;
    struct ctx sys = ctx_as_system(tx);
    return !is_new_win || sell_order_from_deal(&sys, now->id, &order, e);
}
