/* behind.c - from a figure to its records where no query says which they are: the ids are looked up when
 * somebody asks, and the list of the entity shows them.
 */
#include "base/id.h"
#include "core/core.h"
#include "insight/credit.h"
#include "insight/desk.h"
#include "msg/insight.h"

void behind_put(struct behind *b, int64_t id)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->id[i] == id)
            return;
    b->is_cut |= b->n == BEHIND_MAX;
    if (b->n < BEHIND_MAX)
        b->id[b->n++] = id;
}

/* "none", the place of a choice, or a campaign's id. */
static bool credit_key(str key, int by, int64_t *out)
{
    if (str_eq(key, S("none"))) {
        *out = CREDIT_NONE;
        return true;
    }
    return by == CREDIT_CAMPAIGN ? id_parse(key, out) : str_to_int(key, out);
}

static bool find(struct desk *d, struct behind *b, const char **path, struct err *e)
{
    static const char *const by_name[CREDIT_BY] = { "campaign", "source", "channel", "side" };
    str by = request_query(d->rq, "by"), key = request_query(d->rq, "key");
    int64_t id;
    *path = "leads";
    if (str_eq(by, S("receiver")))
        return handoff_leads(&d->ask, "receiver", key, request_query(d->rq, "what"), b, e);
    if (str_eq(by, S("reason")))
        return handoff_leads(&d->ask, "reason", key, S("returned"), b, e);
    *path = "people";
    if (str_eq(by, S("stage")))
        return funnel_people(&d->ask, key, request_query(d->rq, "moved").n > 0, b, e);
    *path = "deals";
    for (int i = 0; i < CREDIT_BY; i++)
        if (str_eq(by, str_of(by_name[i])) && credit_key(key, i, &id))
            return credit_deals(&d->ask, i, id, b, e);
    return fail(e, ERR_NOT_FOUND, MSG_insight_behind_none, "by \"%.*s\"", STR_ARG(by));
}

void insight_behind(struct request *rq)
{
    struct desk d;
    struct behind b = { .n = 0 };
    struct err e = { 0 };
    const char *path;
    if (!desk_begin(rq, "/insights/behind", &d))
        return;
    if (!find(&d, &b, &path, &e) || (b.n == 0 && !fail(&e, ERR_NOT_FOUND, MSG_insight_behind_none, "nothing"))) {
        web_fail(rq, &e);
        return;
    }
    struct buf q = buf_new(&rq->a, 8192);
    buf_lit(&q, "id in (");
    for (size_t i = 0; i < b.n; i++)
        buf_fmt(&q, "%s%.*s", i ? ", " : "", STR_ARG(id_text(&rq->a, b.id[i])));
    buf_lit(&q, ")");
    str list = ask_list(&d.ask, path, buf_str(&q)).s;
    if (b.is_cut)                               /* a list that is shorter than its figure says so */
        web_done(rq, list, msg_text(&rq->a, d.c->loc, MSG_insight_behind_cut,
                                    (const struct msg_arg *)(const void *)&(struct msg_insight_behind_cut_args){ .n = A(BEHIND_MAX) }), 0);
    else
        answer_redirect(rq, list);
}

/* What a campaign cost and what it is thanked for, so far. */
void insight_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    struct credit x;
    struct report *roi;
    struct err e = { 0 };
    (void)middle;
    bool is_shown = !strcmp(r->en->name, "campaign") && access_scope(c->who, entity_find(S("deal")), ACTION_SEE) == SCOPE_ALL;
    if (!is_shown)
        return;
    struct ask k = ask_new(c, SPAN_YEAR);
    int64_t today = k.to;
    k.from = 0;                                 /* all there is */
    k.to = today;
    k.span = SPAN_CUSTOM;
    if (!credit_read(c, ask_won(&k), &x, &e) || !roi_of_campaign(&k, &x, r->id, &roi, &e))
        return;
    view_insight_roi(side, &(struct insight_roi_view){ report_table(side, roi), url_path(S("/insights/attribution")) });
}
