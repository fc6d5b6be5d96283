/* automation.c - what rules and reviews show on the first day: material on its way out, a question
 * that waits, and two causes that the rules take up when the demo is served.
 */
#include "demo/inside.h"
#include "content/content.h"

enum { U_SALES = 2 };                           /* the head of sales in Dhaka */

/* The addresses are pages that visitors of the demo read (arrive.c), so that worries show. */
static const struct { const char *title, *kind, *status, *url, *pains; bool is_reviewed; int reviewer; } material[] = {
    { "Filling lines: one page", "brochure",   "released",  "https://www.padmarag.example/machines/linea-8", "downtime", true,  U_SALES },
    { "Thinner film, same seal", "other",      "released",  "https://www.padmarag.example/blog/film-thickness", "film cost", true, U_SALES },
    { "What a rice mill saved",  "case_study", "released",  "https://www.padmarag.example/cases/rice-mill", "film cost, downtime", true, U_SALES },
    { "Film calculator",         "slides",     "released",  "https://www.padmarag.example/film-calculator", "film cost", true, U_SALES },
    { "প্যাকেজিং লাইনের মূল্যতালিকা", "price_list", "in_review", "https://www.padmarag.example/prices", "price", false, U_SALES },
    { "एक डेयरी ने 18 % कैसे बचाया", "case_study", "draft",     "https://www.padmarag.example/cases/dairy", "downtime", false, U_SALES },
    { "معرفی خط بسته‌بندی", "slides",     "in_review", "https://www.padmarag.example/packing-fa.pdf", "downtime", false, U_SALES },
};

static bool put_material(struct demo *d, struct ctx *tx, struct err *e)
{
    struct ctx me = as_user(d, tx, U_MARKETING);
    for (size_t i = 0; i < countof(material); i++) {
        struct record *r = record_new(tx->a, &material_entity);
        record_set(r, "title", val_text(str_of(material[i].title)));
        record_set(r, "kind", val_text(str_of(material[i].kind)));
        record_set(r, "url", val_text(str_of(material[i].url)));
        record_set(r, "pain_points", val_text(str_of(material[i].pains)));
        record_set(r, "owner", val_ref(d->user[U_MARKETING]));
        record_set(r, "reviewer", val_ref(d->user[material[i].reviewer]));
        if (material[i].is_reviewed) {
            record_set(r, "verdict", val_text(S("good")));
            record_set(r, "reviewed_by", val_ref(d->user[material[i].reviewer]));
            record_set(r, "reviewed_at", val_int(tx->now));
        }
        record_set(r, "status", val_text(str_of(material[i].status)));
        if (!store(&me, r, NULL, e))
            return false;
    }
    return true;
}

/* An open deal that grows past the limit of the shipped rule, and a meeting nobody came to. */
static bool put_causes(struct ctx *sys, struct err *e)
{
    bool has_deal, has_meeting;
    int64_t deal = 0, meeting = 0;
    if (!db_get_int(sys->c, "SELECT id FROM deal WHERE status = 'open' AND deleted_at IS NULL AND amount_currency = $1"
                            " ORDER BY amount_base DESC, id LIMIT 1", DB_ARGS(V(str_of(sys->ws->currency))), &has_deal, &deal, e)
        || !db_get_int(sys->c, "SELECT id FROM meeting WHERE outcome = 'planned' AND at < $1 AND deleted_at IS NULL ORDER BY at DESC, id LIMIT 1",
                       DB_ARGS(V(sys->now)), &has_meeting, &meeting, e))
        return false;
    struct record *d = record_new(sys->a, entity_find(S("deal"))), *m = record_new(sys->a, entity_find(S("meeting"))), *now;
    d->id = deal;
    m->id = meeting;
    record_set(m, "outcome", val_text(S("no_show")));
    if (has_deal) {
        if (!record_get(sys, d->en, deal, &now, e))
            return false;
        record_set(d, "amount", val_money(record_val(now, "amount").i + 100, record_val(now, "amount").s));
    }
    return (!has_deal || record_update(sys, d, 0, NULL, e)) && (!has_meeting || record_update(sys, m, 0, NULL, e));
}

bool automation_make(struct demo *d, struct ctx *tx, struct err *e)
{
    struct ctx sys = as_program(d, tx, LANG_EN);
    return put_material(d, &sys, e);
}

bool automation_causes(struct demo *d, struct ctx *tx, struct err *e)
{
    struct ctx sys = as_program(d, tx, LANG_EN);
    return put_causes(&sys, e);
}
