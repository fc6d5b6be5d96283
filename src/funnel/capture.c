/* capture.c - an interest comes in: from a form, a fair, a call, the API.
 *
 * The same person never becomes two, and a second interest while the first is open is told on
 * the open lead. What is known already is never overwritten by what a form says; empty fields
 * are filled. A lead that had been returned or recycled begins anew with all its history.
 */
#include "funnel/inside.h"
#include "base/json.h"
#include "record/match.h"
#include "record/type.h"

/* ── the person ──────────────────────────────────────────────────────────── */

static bool find_person(struct ctx *sys, str email, str phone, int64_t *out, struct err *e)
{
    struct known_people k;
    if (!person_known(sys, &(struct ways_in){ .email = email, .phone = { phone } }, &k, e))
        return false;
    *out = k.n ? k.id[0] : 0;
    return true;
}

static bool find_by_domain(struct ctx *sys, str domain, int64_t *company, struct err *e)
{
    struct record *r;
    if (*company || !domain.n)
        return true;
    if (!record_find(sys, &company_entity, "domain", val_text(domain), &r, e))
        return false;
    *company = r ? r->id : 0;
    return true;
}

static bool find_company(struct ctx *sys, const struct capture *in, int64_t *out, struct err *e)
{
    struct record **named;
    size_t n;
    *out = 0;
    if (in->company.n) {
        if (!record_find_titled(sys, &company_entity, in->company, &named, &n, e))
            return false;
        *out = n ? named[0]->id : 0;
    }
    return find_by_domain(sys, match_domain_key(sys->a, in->email), out, e);
}

static bool company_for(struct ctx *sys, const struct capture *in, int64_t *out, struct err *e)
{
    if (!find_company(sys, in, out, e))
        return false;
    if (*out || !in->company.n)
        return true;
    struct record *r = record_new(sys->a, &company_entity);
    record_set(r, "name", val_text(in->company));
    record_set(r, "domain", val_text(match_domain_key(sys->a, in->email)));
    record_set(r, "country", val_text(in->country));
    record_set(r, "source", val_text(in->source));
    record_set(r, "owner", val_none());
    if (!record_create(sys, r, e))
        return false;
    *out = r->id;
    return true;
}

/* Only what is not known yet. */
static void fill(struct record *r, const struct record *old, const char *field, struct val v)
{
    if (v.is_set && (!old || !record_val(old, field).is_set))
        record_set(r, field, v);
}

static void fill_person(struct record *r, const struct record *old, const struct capture *in, int64_t company)
{
    fill(r, old, "email", val_text(in->email));
    fill(r, old, "phone", val_text(in->phone));
    fill(r, old, "job_title", val_text(in->job_title));
    fill(r, old, "language", val_text(in->language));
    fill(r, old, "country", val_text(in->country));
    fill(r, old, "city", val_text(in->city));
    fill(r, old, "company", val_ref(company));
    fill(r, old, "source", val_text(in->source));
    fill(r, old, "first_source", val_text(in->source));
    fill(r, old, "first_campaign", val_ref(in->campaign));
}

static bool person_for(struct ctx *sys, const struct capture *in, int64_t *out, struct err *e)
{
    struct record *old = NULL, *r = record_new(sys->a, &person_entity);
    int64_t id = in->person, company;
    if (!id && !find_person(sys, in->email, in->phone, &id, e))
        return false;
    if (id && !record_get(sys, &person_entity, id, &old, e))
        return false;
    if (!company_for(sys, in, &company, e))
        return false;
    fill_person(r, old, in, company);
    r->id = id;
    *out = id;
    if (old)
        return record_update(sys, r, 0, NULL, e);
    record_set(r, "name", val_text(in->name.n ? in->name : in->email.n ? in->email : in->phone));
    record_set(r, "owner", val_none());
    if (!record_create(sys, r, e))
        return false;
    *out = r->id;
    return true;
}

/* ── the lead ────────────────────────────────────────────────────────────── */

/* The open one, else the newest that went back to nurture; not what ended for good. */
static bool lead_of(struct ctx *sys, int64_t person, struct record **out, struct err *e)
{
    bool found;
    int64_t id;
    *out = NULL;
    if (!db_get_int(sys->c, "SELECT id FROM lead WHERE person = $1 AND deleted_at IS NULL"
                            " AND status NOT IN ('converted', 'disqualified')"
                            " ORDER BY status IN ('returned', 'recycled'), id DESC LIMIT 1",
                    DB_ARGS(V(person)), &found, &id, e))
        return false;
    return !found || record_get(sys, &lead_entity, id, out, e);
}

static bool log_again(struct ctx *sys, const struct record *lead, const struct capture *in, struct err *e)
{
    struct buf b = buf_new(sys->a, 4000);
    struct json j = { .b = &b };
    json_open(&j, '{');
    json_key(&j, S("title"));
    json_str(&j, in->title);
    json_key(&j, S("content"));
    json_str(&j, in->content);
    json_key(&j, S("note"));
    json_str(&j, in->note);
    json_close(&j, '}');
    struct event ev = { .person_id = record_int(lead, "person"), .kind = "lead.recaptured", .en = &lead_entity,
                        .record_id = lead->id, .campaign_id = in->campaign, .company_id = record_int(lead, "company"),
                        .source = in->source, .data = buf_str(&b) };
    return event_add(sys, &ev, e);
}

static bool capture_again(struct ctx *sys, const struct record *lead, const struct capture *in, struct err *e)
{
    struct record *r = record_new(sys->a, &lead_entity);
    str status = record_text(lead, "status");
    r->id = lead->id;
    fill(r, lead, "content", val_text(in->content));
    fill(r, lead, "product", val_ref(in->product));
    record_set(r, "last_activity_at", val_int(sys->now));
    if (str_eq(status, S("returned")) || str_eq(status, S("recycled")))
        record_set(r, "status", val_text(S("new")));
    return log_again(sys, lead, in, e) && record_update(sys, r, 0, NULL, e);
}

static bool capture_new(struct ctx *sys, int64_t person, const struct capture *in, int64_t *out, struct err *e)
{
    struct record *r = record_new(sys->a, &lead_entity);
    record_set(r, "title", val_text(in->title));
    record_set(r, "person", val_ref(person));
    record_set(r, "source", val_text(in->source));
    record_set(r, "campaign", val_ref(in->campaign));
    record_set(r, "form", val_ref(in->form));
    record_set(r, "product", val_ref(in->product));
    record_set(r, "pool", val_ref(in->pool));
    record_set(r, "content", val_text(in->content));
    record_set(r, "note", val_text(in->note));
    if (!record_create(sys, r, e))
        return false;
    *out = r->id;
    return true;
}

/* ── the whole ───────────────────────────────────────────────────────────── */

/* E-mail and phone in the form they are stored in, so that the same one is found again. */
static bool as_stored(const struct ctx *given, const struct record *of, const char *field, str *text, struct err *e)
{
    struct ctx c = *given;
    struct val v;
    c.of = of;
    if (!type_parse(&c, entity_field(&person_entity, str_of(field)), *text, &v, e))
        return err_field(e, field);
    *text = v.is_set ? v.s : (str){ 0 };
    return true;
}

static bool check(struct ctx *c, struct capture *in, struct err *e)
{
    struct record *of = record_new(c->a, &person_entity);
    int64_t company;
    record_set(of, "country", val_text(in->country));
    if (!in->source.n)
        in->source = S("web");
    in->name = str_trim(in->name);
    if (!as_stored(c, of, "email", &in->email, e) || !find_company(c, in, &company, e))
        return false;
    record_set(of, "company", val_ref(company));
    if (!as_stored(c, of, "phone", &in->phone, e))
        return false;
    if (in->person || in->email.n || in->phone.n)
        return true;
    fail(e, ERR_INVALID, MSG_funnel_capture_nobody, "no person, e-mail or phone");
    return err_field(e, "email");
}

bool funnel_capture(struct ctx *tx, const struct capture *given, int64_t *lead, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct capture in = *given;
    struct record *open;
    int64_t person, id = 0;
    if (!check(&sys, &in, e) || !person_for(&sys, &in, &person, e) || !lead_of(&sys, person, &open, e))
        return false;
    if (open)
        id = open->id;
    if (!(open ? capture_again(&sys, open, &in, e) : capture_new(&sys, person, &in, &id, e)))
        return false;
    if (!score_person(&sys, person, e) || !lead_consider(&sys, person, e))
        return false;
    *lead = id;
    return true;
}

/* ── offered by itself ───────────────────────────────────────────────────── */

struct offering { struct ctx *sys; int64_t lead; };

static bool try_offer(struct db_conn *conn, void *arg, struct err *e)
{
    struct offering *job = arg;
    (void)conn;
    return funnel_offer(job->sys, job->lead, e);
}

bool lead_consider(struct ctx *tx, int64_t person, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *def;
    struct offering job = { &sys, 0 };
    struct err why_not = { 0 };
    bool found, met;
    if (!funnel_definition(&sys, "mql", &def, e))
        return false;
    if (!def || !str_trim(record_text(def, "criteria")).n)
        return true;                            /* words only: people decide */
    if (!db_get_int(sys.c, "SELECT id FROM lead WHERE person = $1 AND status = 'new' AND deleted_at IS NULL"
                           " ORDER BY id DESC LIMIT 1", DB_ARGS(V(person)), &found, &job.lead, e))
        return false;
    met = false;
    if (found && !fits(&sys, &person_entity, record_text(def, "criteria"), person, &met, e))
        return false;
    if (!met || db_try(sys.c, try_offer, &job, &why_not) || why_not.code != ERR_INTERNAL)
        return true;                            /* refused: it waits for what is missing */
    *e = why_not;
    return false;
}
