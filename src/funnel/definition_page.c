/* definition_page.c - what both teams mean by each stage, in the reader's language, to be read,
 * changed and signed. Revisions that were in force stay a click away.
 */
#include "funnel/views.h"
#include "base/id.h"
#include "web/web.h"

enum { CARDS_MAX = 32, REVISIONS_MAX = 100 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static str text_of(struct ctx *c, const struct record *d)
{
    static const char *const field[LANG_COUNT] = {
        [LANG_EN] = "text_en", [LANG_BN] = "text_bn", [LANG_HI] = "text_hi", [LANG_FA] = "text_fa",
    };
    str text = record_text(d, field[c->loc->lang]);
    for (int l = 0; !text.n && l < LANG_COUNT; l++)
        text = record_text(d, field[l]);
    return text;
}

static str choice_of(struct ctx *c, const struct record *d, const char *field)
{
    const struct choice *o = entity_field(&stage_definition_entity, str_of(field))->choices;
    for (str value = record_text(d, field); o->value; o++)
        if (str_eq(value, str_of(o->value)))
            return say(c, o->label);
    return (str){ 0 };
}

/* Fields by their labels, as people know them. */
static str evidence_of(struct ctx *c, str names)
{
    struct buf b = buf_new(c->a, 2000);
    while (names.n) {
        str one = str_trim(str_cut(&names, ','));
        buf_put(&b, b.n && one.n ? S(", ") : S(""));
        for (bool is_first = true; one.n; is_first = false) {
            str name = str_trim(str_cut(&one, '|')), rest = name, en = str_cut(&rest, '.');
            const struct entity *of = rest.n ? entity_find(en) : &lead_entity;
            const struct field *f = of ? entity_field(of, rest.n ? rest : name) : NULL;
            f = f ? f : entity_field(&person_entity, name);
            buf_put(&b, is_first ? S("") : S(" / "));
            buf_put(&b, f ? say(c, f->label) : name);
        }
    }
    return buf_str(&b);
}

static struct definition_card card_of(struct ctx *c, const struct record *d)
{
    str status = record_text(d, "status");
    struct url here = record_url(c->a, &stage_definition_entity, d->id);
    struct definition_card card = {
        .stage = record_text(d, "stage"), .title = record_title(d), .status = choice_of(c, d, "status"), .text = text_of(c, d),
        .owner = choice_of(c, d, "owner_team"), .criteria = record_text(d, "criteria"), .evidence = evidence_of(c, record_text(d, "evidence")),
        .revision = loc_int(c->a, c->loc, record_int(d, "revision")), .url = here,
        .status_tone = str_eq(status, S("signed")) ? TONE_GREEN : TONE_AMBER,
    };
    bool is_draft = str_eq(status, S("draft"));
    signatures_of(c, d, is_draft ? url_fmt(c->a, "/definitions/%.*s/sign", STR_ARG(id_text(c->a, d->id))) : (struct url){ 0 }, card.sign);
    if (access_record(c, d, ACTION_CHANGE))
        card.edit = url_fmt(c->a, "%.*s/edit", STR_ARG(here.s));
    return card;
}

static void add_older(struct ctx *c, struct definition_card *v, size_t n, const struct record *d)
{
    enum { OLDER_MAX = 8 };
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(v[i].stage, record_text(d, "stage")))
            continue;
        struct ui_item *older = (struct ui_item *)(uintptr_t)v[i].older;
        older = older ? older : arena_new(c->a, struct ui_item, OLDER_MAX);
        if (v[i].nolder < OLDER_MAX)
            older[v[i].nolder++] = (struct ui_item){ .label = loc_int(c->a, c->loc, record_int(d, "revision")),
                                                     .url = record_url(c->a, &stage_definition_entity, d->id) };
        v[i].older = older;
        return;
    }
}

/* In the order of the stages; of one stage the newest first. */
static size_t cards(struct ctx *c, const struct list *all, struct definition_card *v)
{
    size_t n = 0;
    for (const struct choice *stage = choices_lifecycle; stage->value; stage++)
        for (size_t i = 0; i < all->n; i++) {
            const struct record *d = all->rows[i];
            if (!str_eq(record_text(d, "stage"), str_of(stage->value)))
                continue;
            if (str_eq(record_text(d, "status"), S("retired")))
                add_older(c, v, n, d);
            else if (n < CARDS_MAX)
                v[n++] = card_of(c, d);
        }
    return n;
}

void definitions_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct list_spec spec = { .en = &stage_definition_entity, .sort = S("-revision"), .limit = REVISIONS_MAX };
    struct definition_card *v = arena_new(c->a, struct definition_card, CARDS_MAX);
    struct list all;
    struct err e = { 0 };
    if (!record_list(c, &spec, &all, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct definitions_view view = { .card = v, .n = cards(c, &all, v) };
    struct html h = web_html(rq);
    struct page p = web_page(rq, say(c, MSG_funnel_stage_definition_plural));
    p.is_plain = true;
    page_begin(&h, &p);
    view_definitions(&h, &view);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

struct signing { int64_t id; enum side side; };

static bool run_sign(struct ctx *tx, void *arg, struct err *e)
{
    struct signing *s = arg;
    return funnel_sign(tx, s->id, s->side, e);
}

void definition_sign(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct signing s = { .side = signature_asked(rq) };
    struct err e = { 0 };
    if (!web_param_id(rq, 0, &s.id))
        return;
    if (!record_write(c, run_sign, &s, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, S("/definitions"), say(c, MSG_funnel_done_signed), c->write_id);
}
