/* arrive.c - somebody comes to us: pages seen, a form sent, a stand visited, a call made.
 *
 * All that came before the first word (visits) is written with its own time; then the interest
 * passes the one door, funnel_capture(), which scores and offers it.
 */
#include "base/buf.h"
#include "base/json.h"
#include "demo/inside.h"

static const char *const sources[] = {
    [BY_FORM] = "web", [BY_EVENT] = "event", [BY_WEBINAR] = "web", [BY_CALL] = "cold_call", [BY_REFERRAL] = "referral",
    [BY_IMPORT] = "import", [BY_NEWSLETTER] = "campaign",
};
static const char *const paths[] = {
    "/", "/machines", "/machines/vffs-450", "/machines/linea-8", "/dosing", "/service", "/prices",
    "/cases/rice-mill", "/blog/film-thickness", "/contact",
};

static const char *source_of_human(const struct human *h)
{
    return h->campaign >= 0 && h->way != BY_EVENT && h->way != BY_REFERRAL ? "campaign" : sources[h->way];
}

static int64_t campaign_of(struct demo *d, const struct human *h) { return h->campaign >= 0 ? d->campaign[h->campaign].id : 0; }

/* ── the firm, when we first hear of it ──────────────────────────────────── */

static bool firm_is_known(struct demo *d, struct ctx *tx, struct firm *f, const char *source, struct err *e)
{
    if (f->id)
        return true;
    struct ctx sys = as_program(d, tx, offices[f->office].lang);
    struct record *r = record_new(tx->a, &company_entity);
    int owner = seller_of(d, f->office, "ae");
    record_set(r, "name", val_text(f->name));
    record_set(r, "domain", val_text(f->domain));
    record_set(r, "website", val_text(arena_fmt(tx->a, "https://www.%.*s", STR_ARG(f->domain))));
    record_set(r, "industry", text(f->industry));
    record_set(r, "employees", val_int(f->employees));
    record_set(r, "founded", val_int(between(d, 1962, 2019)));
    record_set(r, "annual_revenue", local_price(d, f->office, (int64_t)f->employees * between(d, 900000, 2600000) * 100));
    record_set(r, "owner", val_ref(d->user[owner]));
    record_set(r, "is_key", val_int(f->is_key));
    record_set(r, "source", text(source));
    record_set(r, "country", text(offices[f->office].country));
    record_set(r, "city", text(f->city));
    f->owner = owner;
    return store(&sys, r, &f->id, e);
}

/* ── the person ──────────────────────────────────────────────────────────── */

static bool agrees(const struct human *h) { return h->way == BY_FORM || h->way == BY_EVENT || h->way == BY_WEBINAR || h->way == BY_NEWSLETTER; }

static bool put_consent(struct ctx *tx, const struct human *h, const char *channel, struct err *e)
{
    struct record *r = record_new(tx->a, &consent_entity);
    record_set(r, "person", val_ref(h->id));
    record_set(r, "purpose", text("marketing"));
    record_set(r, "channel", text(channel));
    record_set(r, "state", text("given"));
    record_set(r, "at", val_int(tx->now));
    record_set(r, "text_version", text("1"));
    return store(tx, r, NULL, e);
}

static bool put_person(struct demo *d, struct ctx *tx, struct human *h, bool consents, struct err *e)
{
    struct record *r = record_new(tx->a, &person_entity);
    record_set(r, "name", val_text(h->name));
    record_set(r, "email", val_text(h->email));
    record_set(r, "phone", val_text(h->phone));
    if (chance(d, 40))
        record_set(r, "whatsapp", val_text(h->phone));
    record_set(r, "job_title", val_text(h->job_title));
    record_set(r, "company", val_ref(h->firm ? h->firm->id : 0));
    record_set(r, "owner", val_ref(h->way == BY_CALL || h->way == BY_REFERRAL || h->way == BY_IMPORT ? d->user[h->owner] : 0));
    record_set(r, "lifecycle", text(h->way == BY_NEWSLETTER || h->way == BY_IMPORT ? "subscriber" : "lead"));
    record_set(r, "source", text(source_of_human(h)));
    record_set(r, "first_source", text(source_of_human(h)));
    record_set(r, "first_campaign", val_ref(campaign_of(d, h)));
    record_set(r, "language", text(lang_code(offices[h->office].lang)));
    record_set(r, "country", text(offices[h->office].country));
    record_set(r, "city", text(h->city));
    record_set(r, "last_activity_at", val_int(tx->now));
    if (consents) {
        record_set(r, "consent_email", text(h->email.n ? "given" : "unknown"));
        record_set(r, "consent_phone", text(h->phone.n ? "given" : "unknown"));
        record_set(r, "consent_tracking", text("given"));
    }
    return store(tx, r, &h->id, e) && (!consents || !h->email.n || put_consent(tx, h, "email", e))
        && (!consents || !h->phone.n || put_consent(tx, h, "phone", e));
}

static bool put_relation(struct demo *d, struct ctx *tx, const struct human *h, struct err *e)
{
    static const char *const heads[] = { "decision_maker", "decision_maker", "finance", "champion" };
    static const char *const staff[] = { "user", "influencer", "champion", "procurement" };
    bool found;
    int64_t id;
    if (!h->firm)
        return true;
    if (!db_get_int(tx->c, "SELECT id FROM relation WHERE person = $1 AND deleted_at IS NULL LIMIT 1", DB_ARGS(V(h->id)), &found, &id, e))
        return false;
    struct record *r = record_new(tx->a, &relation_entity);
    record_set(r, "person", val_ref(h->id));
    record_set(r, "company", val_ref(h->firm->id));
    record_set(r, "job_title", val_text(h->job_title));
    record_set(r, "buying_role", text(h->is_head ? heads[below(d, 4)] : staff[below(d, 4)]));
    record_set(r, "is_primary", val_int(1));
    r->id = found ? id : 0;
    return found ? record_update(tx, r, 0, NULL, e) : store(tx, r, NULL, e);
}

/* ── how they came ───────────────────────────────────────────────────────── */

bool touch_put_row(struct ctx *tx, const struct human *h, const char *kind, const char *side, const char *channel,
                   const char *source, int64_t campaign, str note, struct err *e)
{
    struct record *r = record_new(tx->a, &touch_entity);
    record_set(r, "person", val_ref(h->id));
    record_set(r, "company", val_ref(h->firm ? h->firm->id : 0));
    record_set(r, "deal", val_ref(h->deal));
    record_set(r, "at", val_int(tx->now));
    record_set(r, "kind", text(kind));
    record_set(r, "channel", text(channel));
    record_set(r, "source", text(source));
    record_set(r, "side", text(side));
    record_set(r, "campaign", val_ref(campaign));
    record_set(r, "lead", val_ref(h->lead));
    record_set(r, "note", val_text(note));
    return store(tx, r, NULL, e);
}

static const char *channel_of(struct demo *d, const struct human *h)
{
    return h->campaign >= 0 ? d->campaign[h->campaign].channel : h->way == BY_FORM ? "search" : h->way == BY_REFERRAL ? "referral" : "phone";
}

static bool put_visit(struct demo *d, struct ctx *tx, const struct human *h, str visitor, int64_t at, bool is_first, struct err *e)
{
    struct ctx then = *tx;
    struct record *r = record_new(tx->a, &visit_entity);
    const char *path = paths[below(d, countof(paths))];
    then.now = at;
    record_set(r, "person", val_ref(h->id));
    record_set(r, "visitor", val_text(visitor));
    record_set(r, "at", val_int(at));
    record_set(r, "path", text(path));
    record_set(r, "campaign", val_ref(campaign_of(d, h)));
    if (h->campaign >= 0)
        record_set(r, "utm_campaign", val_text(d->campaign[h->campaign].utm));
    record_set(r, "time_spent", val_int(between(d, 12, 400) * SECOND_US));
    record_set(r, "country", text(offices[h->office].country));
    record_set(r, "device", text(chance(d, 64) ? "mobile" : "desktop"));
    if (!store(&then, r, NULL, e))
        return false;
    struct event ev = { .person_id = h->id, .at = at, .kind = "page.viewed", .en = &visit_entity, .record_id = r->id,
                        .campaign_id = campaign_of(d, h), .channel = str_of(channel_of(d, h)), .source = str_of(source_of_human(h)) };
    bool is_ad = h->campaign >= 0 && is_first;
    return event_add(&then, &ev, e)
        && (!is_first || touch_put_row(&then, h, is_ad ? "ad_click" : "page", "marketing", channel_of(d, h), source_of_human(h),
                                       campaign_of(d, h), str_of(path), e));
}

/* Two or three sittings in the days before, then the one that ends in the form. */
static bool put_visits(struct demo *d, struct ctx *tx, const struct human *h, struct err *e)
{
    str visitor = arena_fmt(tx->a, "%016llx%016llx", (unsigned long long)seeded_next(&d->r), (unsigned long long)seeded_next(&d->r));
    int64_t sittings = between(d, 1, 3);
    for (int64_t i = sittings; i > 0; i--) {
        int64_t at = tx->now - (i - 1) * between(d, 1, 6) * DAY_US - between(d, 3, 14) * MINUTE_US, pages = between(d, 1, 4);
        for (int64_t k = 0; k < pages; k++, at += between(d, 20, 90) * SECOND_US)
            if (at > d->start && at < tx->now && !put_visit(d, tx, h, visitor, at, k == 0, e))
                return false;
    }
    return true;
}

static int form_row(const struct human *h)
{
    static const int by_office[OFFICES] = { [DHAKA] = 1, [KOLKATA] = 2, [TEHRAN] = 3, [LONDON] = 0 };
    return h->way == BY_EVENT ? 4 : h->way == BY_WEBINAR ? 5 : by_office[h->office];
}

static str answers_of(struct ctx *tx, const struct human *h, str message)
{
    struct buf b = buf_new(tx->a, 4000);
    struct json j = { .b = &b };
    const struct { const char *key; str value; } all[] = {
        { "name", h->name }, { "email", h->email }, { "phone", h->phone }, { "company", h->firm ? h->firm->name : (str){ 0 } },
        { "job_title", h->job_title }, { "city", str_of(h->city) }, { "message", message },
    };
    json_open(&j, '{');
    for (size_t i = 0; i < countof(all); i++)
        if (all[i].value.n) {
            json_key(&j, str_of(all[i].key));
            json_str(&j, all[i].value);
        }
    json_close(&j, '}');
    return buf_str(&b);
}

static bool put_submission(struct demo *d, struct ctx *tx, const struct human *h, str message, int64_t *id, struct err *e)
{
    struct record *r = record_new(tx->a, &submission_entity);
    record_set(r, "form", val_ref(d->form[form_row(h)]));
    record_set(r, "person", val_ref(h->id));
    record_set(r, "email", val_text(h->email));
    record_set(r, "at", val_int(tx->now));
    record_set(r, "data", val_text(answers_of(tx, h, message)));
    record_set(r, "landing_page", val_text(arena_fmt(tx->a, "https://www.padmarag.example%s", paths[below(d, countof(paths))])));
    record_set(r, "campaign", val_ref(campaign_of(d, h)));
    if (h->campaign >= 0)
        record_set(r, "utm_campaign", val_text(d->campaign[h->campaign].utm));
    if (!store(tx, r, id, e))
        return false;
    struct event ev = { .person_id = h->id, .kind = "form.sent", .en = &submission_entity, .record_id = *id, .campaign_id = campaign_of(d, h),
                        .channel = str_of(channel_of(d, h)), .source = str_of(source_of_human(h)) };
    return event_add(tx, &ev, e)
        && touch_put_row(tx, h, h->way == BY_EVENT ? "event" : "form", "marketing", channel_of(d, h), source_of_human(h), campaign_of(d, h), message, e);
}

static bool answer_leads_to(struct ctx *tx, int64_t submission, int64_t lead, struct err *e)
{
    struct record *r = record_new(tx->a, &submission_entity);
    r->id = submission;
    record_set(r, "lead", val_ref(lead));
    return record_update(tx, r, 0, NULL, e);
}

/* ── the interest ────────────────────────────────────────────────────────── */

static bool put_interest(struct demo *d, struct ctx *tx, struct human *h, str message, struct err *e)
{
    const struct demo_words *w = demo_words(offices[h->office].lang);
    bool is_form = agrees(h);
    struct capture in = {
        .person = h->id, .campaign = campaign_of(d, h), .form = is_form && h->way != BY_NEWSLETTER ? d->form[form_row(h)] : 0,
        .product = d->product[h->product], .source = str_of(source_of_human(h)),
        .title = pick(d, tx->a, w->interests, h->product), .note = message,
    };
    return funnel_capture(tx, &in, &h->lead, e);
}

bool arrive(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    const struct demo_words *w = demo_words(offices[h->office].lang);
    struct ctx sys = as_program(d, tx, offices[h->office].lang);
    str message = pick(d, tx->a, w->asks, h->product);
    bool sends = h->way == BY_FORM || h->way == BY_EVENT || h->way == BY_WEBINAR;
    int64_t submission = 0;
    h->owner = seller_of(d, h->office, h->way == BY_IMPORT || h->way == BY_REFERRAL ? "ae" : "sdr");
    sys.by = agrees(h) ? 0 : d->user[h->owner];
    if (h->firm && !firm_is_known(d, &sys, h->firm, sources[h->way], e))
        return false;
    if (!put_person(d, &sys, h, agrees(h) && chance(d, 85), e) || !put_relation(d, &sys, h, e))
        return false;
    if (sends && h->way != BY_EVENT && !put_visits(d, &sys, h, e))
        return false;
    if (sends && !put_submission(d, &sys, h, message, &submission, e))
        return false;
    if (h->way == BY_NEWSLETTER)
        return touch_put_row(&sys, h, "message", "marketing", channel_of(d, h), "campaign", campaign_of(d, h), message, e);
    if (h->way == BY_IMPORT) {
        act_at(d, work_later(d, h->office, tx->now + between(d, 5, 700) * DAY_US, 3), deal_opens, h);
        return true;
    }
    if (!put_interest(d, &sys, h, message, e) || (submission && !answer_leads_to(&sys, submission, h->lead, e)))
        return false;
    return lead_goes_on(d, &sys, h, e);
}
