/* feature.c - the room of material: its pages are those every record has, with the review beside. */
#include "content/content.h"
#include "content/views.h"
#include "msg/content.h"
#include "record/access.h"
#include "web/feature.h"
#include "web/records.h"

const struct entity *const content_entities[] = { &material_entity };
const size_t content_nentities = countof(content_entities);

struct review { int64_t id; bool is_good; str note; };

static bool run_review(struct ctx *tx, void *arg, struct err *e)
{
    const struct review *r = arg;
    return material_review(tx, r->id, r->is_good, r->note, e);
}

static void review(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct review r = { .is_good = str_eq(request_form(rq, "verdict"), S("good")), .note = str_trim(request_form(rq, "note")) };
    struct err e = { 0 };
    if (!web_param_id(rq, 0, &r.id))
        return;
    if (!record_write(c, run_review, &r, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, record_url(c->a, &material_entity, r.id).s, msg_text(c->a, c->loc, MSG_content_reviewed, NULL), c->write_id);
}

static struct pain_link *links_of(struct ctx *c, struct record *const *v, int n)
{
    struct pain_link *out = arena_new(c->a, struct pain_link, n + 1);
    for (int i = 0; i < n; i++)
        out[i] = (struct pain_link){ record_title(v[i]), record_url(c->a, v[i]->en, v[i]->id) };
    return out;
}

static void pains_panel(struct ctx *c, const struct record *person, struct html *side)
{
    struct pain pains[PAINS_MAX];
    struct pain_line lines[PAINS_MAX];
    struct pains_view v = { .lines = lines };
    struct err e = { 0 };
    if (!material_pains(c, person->id, pains, &v.n, &e) || !v.n)
        return;
    for (size_t i = 0; i < v.n; i++) {
        const struct pain *p = &pains[i];
        str when = loc_date(c->a, c->loc, zone_days(c->loc->zone, p->last_at), DATE_MEDIUM);
        lines[i] = (struct pain_line){
            .name = p->name, .seen = links_of(c, p->seen, p->nseen), .nseen = (size_t)p->nseen,
            .offer = links_of(c, p->offer, p->noffers), .noffers = (size_t)p->noffers,
            .looks = msg_text(c->a, c->loc, MSG_content_pain_looks, (const struct msg_arg *)(const void *)
                              &(struct msg_content_pain_looks_args){ .n = A(p->looks), .when = A(when) }),
        };
    }
    view_pains(side, &v);
}

static void panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    bool sells = c->who->roles & (1u << ROLE_AE | 1u << ROLE_SDR | 1u << ROLE_SALES_MANAGER);
    if (r->en == entity_find(S("person")))
        pains_panel(c, r, side);
    if (r->en != &material_entity || !str_eq(record_text(r, "status"), S("in_review")) || record_text(r, "verdict").n)
        return;
    struct material_review_view v = { .action = url_fmt(c->a, "%.*s/review", STR_ARG(record_url(c->a, r->en, r->id).s)),
                                      .may = sells && record_int(r, "owner") != c->who->user_id,
                                      .reviewer = record_val(r, "reviewer").s };
    view_material_review(middle, &v);
}

static const struct route routes[] = {
    { POST, "/material/:id/review", review, .access = ACCESS_USER, .body = BODY_FORM, .audit = "material.review" },
    { 0 },
};

static const struct nav_line nav[] = {
    { "market", MSG_content_material_plural, "files", "/material", "material", 40, NULL },
};

const struct feature content_feature = {
    .name = "content", .entities = content_entities, .nentities = &content_nentities, .routes = routes, .nav = nav, .nnav = countof(nav), .panel = panel,
};
