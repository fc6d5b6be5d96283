/* funnel_page.c - the one funnel: who is where, whose stage it is, by the seller's stages or by
 * the buyer's. Both views count the same people, so their totals are equal.
 */
#include "funnel/views.h"
#include "base/clock.h"
#include "web/web.h"

enum { STAGES_MAX = 16 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static int place_of(const struct choice *list, str value)
{
    for (int i = 0; list[i].value; i++)
        if (str_eq(value, str_of(list[i].value)))
            return i;
    return -1;
}

/* n[seller's stage][buyer's stage]; who has no buyer's stage of their own stands where the definition says. */
struct counts { int64_t n[STAGES_MAX][STAGES_MAX], all; struct record *def[STAGES_MAX]; };

static int buyer_of(const struct counts *k, int stage, str own)
{
    int i = place_of(choices_buyer_stage, own);
    if (i < 0 && k->def[stage])
        i = place_of(choices_buyer_stage, record_text(k->def[stage], "buyer_stage"));
    return i < 0 ? 0 : i;
}

static bool count(struct ctx *c, struct counts *k, struct err *e)
{
    for (int s = 0; choices_lifecycle[s].value; s++) {
        struct summary_row *row;
        size_t n;
        struct list_spec spec = { .en = &person_entity, .filter = arena_fmt(c->a, "lifecycle = %s", choices_lifecycle[s].value) };
        if (!funnel_definition(c, choices_lifecycle[s].value, &k->def[s], e)
            || !record_summary(c, &spec, S("buyer_stage"), (str){ 0 }, &row, &n, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            k->n[s][buyer_of(k, s, row[i].key)] += row[i].n;
            k->all += row[i].n;
        }
    }
    return true;
}

static str owner_of(struct ctx *c, const struct record *def, enum tone *tone)
{
    const struct choice *o = entity_field(&stage_definition_entity, S("owner_team"))->choices;
    for (str team = def ? record_text(def, "owner_team") : (str){ 0 }; o->value; o++)
        if (str_eq(team, str_of(o->value))) {
            *tone = str_eq(team, S("marketing")) ? TONE_TEAL : str_eq(team, S("sales")) ? TONE_BLUE : TONE_GREEN;
            return say(c, o->label);
        }
    return (str){ 0 };
}

/* The stages of the other view that stand beside this one. */
static str beside(struct ctx *c, const struct counts *k, int at, bool by_buyer)
{
    const struct choice *other = by_buyer ? choices_lifecycle : choices_buyer_stage;
    struct buf b = buf_new(c->a, 600);
    for (int i = 0; other[i].value; i++) {
        bool is_mapped = by_buyer ? k->def[i] && str_eq(record_text(k->def[i], "buyer_stage"), str_of(choices_buyer_stage[at].value))
                                  : k->def[at] && str_eq(record_text(k->def[at], "buyer_stage"), str_of(other[i].value));
        if (!is_mapped)
            continue;
        buf_put(&b, b.n ? S(" · ") : S(""));
        buf_put(&b, say(c, other[i].label));
    }
    return buf_str(&b);
}

/* The people counted there: by their own stage, or by that of their definition. Without any, the first stage. */
static struct url buyer_url(struct ctx *c, const struct counts *k, int at)
{
    const char *name = choices_buyer_stage[at].value;
    struct buf in = buf_new(c->a, 300);
    for (int i = 0; choices_lifecycle[i].value; i++)
        if (buyer_of(k, i, (str){ 0 }) == at)
            buf_fmt(&in, "%s%s", in.n ? ",+" : "", choices_lifecycle[i].value);
    if (!in.n)
        return url_fmt(c->a, "/people?q=buyer_stage+%%3D+%s", name);
    return url_fmt(c->a, "/people?q=buyer_stage+%%3D+%s+or+(buyer_stage+is+empty+and+lifecycle+in+(%.*s))", name, STR_ARG(buf_str(&in)));
}

static size_t stages_of(struct ctx *c, const struct counts *k, bool by_buyer, struct funnel_stage *v, int64_t *most)
{
    const struct choice *list = by_buyer ? choices_buyer_stage : choices_lifecycle;
    size_t n = 0;
    for (; list[n].value; n++) {
        struct funnel_stage *s = &v[n];
        for (int i = 0; i < STAGES_MAX; i++)
            s->n += by_buyer ? k->n[i][n] : k->n[n][i];
        s->label = say(c, list[n].label);
        s->count = loc_int(c->a, c->loc, s->n);
        s->other = beside(c, k, (int)n, by_buyer);
        if (!by_buyer)
            s->owner = owner_of(c, k->def[n], &s->owner_tone);
        for (int i = 0; by_buyer && !s->owner.n && i < STAGES_MAX; i++)
            if (k->def[i] && str_eq(record_text(k->def[i], "buyer_stage"), str_of(list[n].value)))
                s->owner = owner_of(c, k->def[i], &s->owner_tone);
        s->url = by_buyer ? buyer_url(c, k, (int)n) : url_fmt(c->a, "/people?q=lifecycle+%%3D+%s", list[n].value);
        *most = s->n > *most ? s->n : *most;
    }
    return n;
}

/* ── how the hand-off goes, this quarter ─────────────────────────────────── */

static str ratio(struct ctx *c, int64_t part, int64_t whole)
{
    return whole ? loc_percent(c->a, c->loc, (double)part / (double)whole, 0) : S("—");
}

static struct html_safe stats_of(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct funnel_figures f;
    struct err e = { 0 };
    int64_t from, to, today = zone_days(c->loc->zone, c->now);
    period_range(c->loc, PERIOD_QUARTER, today, 0, &from, &to);
    if (!funnel_figures(c, zone_instant(c->loc->zone, from, 0), zone_instant(c->loc->zone, to, 0), 0, &f, &e))
        return (struct html_safe){ { 0 } };
    /* the hand-offs are counted one by one on a page of figures, for those who may see all of them */
    bool may_look = access_scope(c->who, entity_find(S("deal")), ACTION_SEE) == SCOPE_ALL;
    struct url report = may_look ? url_path(S("/insights/handoff?period=quarter")) : (struct url){ { 0 } };
    str median = f.median_touch < 0 ? S("—") : loc_duration(c->a, c->loc, f.median_touch);
    ui_stat(&h, .label = say(c, MSG_funnel_stat_offered), .value = loc_int(c->a, c->loc, f.offered), .url = report);
    ui_stat(&h, .label = say(c, MSG_funnel_stat_accepted), .value = ratio(c, f.accepted, f.offered), .url = report);
    ui_stat(&h, .label = say(c, MSG_funnel_stat_touch), .value = median, .url = report);
    ui_stat(&h, .label = say(c, MSG_funnel_stat_on_time), .value = ratio(c, f.on_time, f.clocks), .url = report);
    str over = f.median_over < 0 ? S("—") : loc_duration(c->a, c->loc, f.median_over);
    ui_stat(&h, .label = say(c, MSG_funnel_stat_over), .value = over, .url = url_path(S("/leads/queue?view=late")));
    return html_done(&h);
}

void funnel_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct counts *k = arena_new(c->a, struct counts, 1);
    struct funnel_stage *stages = arena_new(c->a, struct funnel_stage, STAGES_MAX);
    bool by_buyer = str_eq(request_query(rq, "view"), S("buyer"));
    struct err e = { 0 };
    if (!count(c, k, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct ui_item views[] = {
        { .label = say(c, MSG_funnel_page_seller), .icon = "handshake", .url = url_path(S("/funnel")), .is_current = !by_buyer },
        { .label = say(c, MSG_funnel_page_buyer), .icon = "users-round", .url = url_path(S("/funnel?view=buyer")), .is_current = by_buyer },
    };
    struct funnel_page_view v = { .views = views, .nviews = countof(views), .stages = stages, .stats = stats_of(rq),
                                  .total = SAY(c->a, c->loc, funnel_page_total, .count = A(k->all)),
                                  .other_label = say(c, by_buyer ? MSG_funnel_page_seller : MSG_funnel_page_buyer) };
    v.n = stages_of(c, k, by_buyer, stages, &v.most);
    struct html h = web_html(rq);
    struct page p = web_page(rq, say(c, MSG_funnel_page));
    page_begin(&h, &p);
    view_funnel_page(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}
