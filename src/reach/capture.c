/* capture.c - an answer to a form becomes a person, an interest and a touch, all at once or not at all.
 *
 * Strangers write here, so nothing known is overwritten: empty fields of a person are filled,
 * others stay. Limits are taken inside the writer, after the look for a repeat: the same answer
 * sent twenty times at once is one answer and costs one try.
 */
#include "reach/inside.h"
#include "base/id.h"
#include "base/json.h"
#include "base/utf8.h"
#include "record/match.h"
#include "record/type.h"
#include "web/limit.h"

const char *const utm_names[UTM_COUNT] = { "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content" };

struct job {
    struct ctx *tx;
    const struct reach_answer *in;
    struct reach_captured *out;
    str email, phone, name, interest;
    struct source from;
    int64_t campaign, person;
    bool is_new;
};

str kept(str s, size_t max) { return utf8_count(s) > max ? utf8_head(s, max) : s; }

static str value_of(const struct reach_answer *in, const char *key)
{
    for (size_t i = 0; i < in->form->nfields; i++)
        if (str_eq(in->form->field[i].key, str_of(key)))
            return in->value[i];
    return (str){ 0 };
}

/* ── repeats and limits ──────────────────────────────────────────────────── */

bool reach_is_known(struct ctx *c, str key, bool *out, struct err *e)
{
    int64_t id;
    return db_get_int(c->c, "SELECT id FROM submission WHERE idempotency_key = $1", DB_ARGS(V(key)), out, &id, e);
}

static bool may_send(struct job *j, struct err *e)
{
    const struct ctx *tx = j->tx;
    int retry = 60;
    if (limit_take(LIMIT_FORM_IP, tx->ws, j->in->arrival.ip, &retry)
        && (!j->email.n || limit_take(LIMIT_FORM_EMAIL, tx->ws, match_email_key(tx->a, j->email), &retry)))
        return true;
    j->out->retry_s = retry;
    fail(e, ERR_TOO_MANY, MSG_reach_too_many, "form %.*s", STR_ARG(j->in->form->slug));
    return err_arg_int(e, "minutes", (retry + 59) / 60);
}

/* ── where it came from ──────────────────────────────────────────────────── */

bool campaign_of_link(struct ctx *c, str word, int64_t *out, struct err *e)
{
    bool found;
    int64_t id;
    if (!str_trim(word).n)
        return true;
    if (!db_get_int(c->c, "SELECT id FROM campaign WHERE lower(utm_campaign) = lower($1) AND deleted_at IS NULL"
                          " ORDER BY id LIMIT 1", DB_ARGS(V(str_trim(word))), &found, &id, e))
        return false;
    if (found)
        *out = id;
    return true;
}

static bool find_origin(struct job *j, struct err *e)
{
    const struct arrival *from = &j->in->arrival;
    const struct record *form = j->in->form->r;
    str own = record_text(form, "source");
    j->from = source_of(j->tx->a, from->referrer, from->own_host, from->utm[UTM_SOURCE], from->utm[UTM_MEDIUM]);
    if (!strcmp(j->from.source, "web") && own.n)
        j->from.source = arena_cstr(j->tx->a, own);
    if (!campaign_of_link(j->tx, from->utm[UTM_CAMPAIGN], &j->campaign, e))
        return false;
    if (j->campaign && !strcmp(j->from.source, "web"))
        j->from.source = "campaign";
    if (!j->campaign)
        j->campaign = record_int(form, "campaign");
    return true;
}

/* ── the person ──────────────────────────────────────────────────────────── */

/* By address, by the same address without what its provider ignores, then by number. */
static bool find_person(struct job *j, struct err *e)
{
    struct known_people k;
    if (!person_known(j->tx, &(struct ways_in){ .email = j->email, .phone = { j->phone } }, &k, e))
        return false;
    j->person = k.n ? k.id[0] : 0;
    return true;
}

static void fill(struct record *r, const struct record *old, const char *field, struct val v)
{
    if (v.is_set && (!old || !record_val(old, field).is_set))
        record_set(r, field, v);
}

static void set_consent(struct record *r, const struct job *j)
{
    if (!j->in->has_consented)
        return;
    if (j->email.n)
        record_set(r, "consent_email", val_text(S("given")));
    if (j->phone.n)
        record_set(r, "consent_phone", val_text(S("given")));
}

static bool put_person(struct job *j, struct err *e)
{
    struct ctx *tx = j->tx;
    struct record *old = NULL, *r = record_new(tx->a, &person_entity);
    if (!find_person(j, e) || (j->person && !record_get(tx, &person_entity, j->person, &old, e)))
        return false;
    fill(r, old, "email", val_text(j->email));
    fill(r, old, "phone", val_text(j->phone));
    fill(r, old, "job_title", val_text(kept(value_of(j->in, "job_title"), 120)));
    fill(r, old, "city", val_text(kept(value_of(j->in, "city"), 80)));
    fill(r, old, "country", val_text(kept(value_of(j->in, "country"), 60)));
    fill(r, old, "language", val_text(str_of(lang_code(j->in->form->lang))));
    fill(r, old, "source", val_text(str_of(j->from.source)));
    fill(r, old, "first_source", val_text(str_of(j->from.source)));
    fill(r, old, "first_campaign", val_ref(j->campaign));
    record_set(r, "last_activity_at", val_int(tx->now));
    set_consent(r, j);
    if (old) {
        r->id = old->id;
        return record_update(tx, r, 0, NULL, e);
    }
    record_set(r, "name", val_text(kept(j->name, 160)));
    if (!record_create(tx, r, e))
        return false;
    j->person = r->id;
    j->is_new = true;
    return true;
}

/* ── consent: the words, their version, the proof ────────────────────────── */

/* The page where it was given; a host without a dot is no address elsewhere: it stands in the evidence. */
static struct val page_of(struct job *j)
{
    const struct field *f = entity_field(&consent_entity, S("source_url"));
    struct err none = { 0 };
    struct val v;
    bool is_url = str_starts(j->in->arrival.landing, S("http"))
        && type_parse(j->tx, f, kept(j->in->arrival.landing, 500), &v, &none);
    return is_url ? v : (struct val){ 0 };
}

static str evidence_of(struct job *j)
{
    const struct arrival *from = &j->in->arrival;
    str ip = source_ip(j->tx->a, from->ip), page = kept(from->landing, 500), ua = kept(from->user_agent, 300);
    return arena_fmt(j->tx->a, "form %.*s on %.*s, key %.*s, from %.*s, %.*s", STR_ARG(j->in->form->slug),
                     STR_ARG(page), STR_ARG(j->in->key), STR_ARG(ip), STR_ARG(ua));
}

static bool put_consent(struct job *j, const char *channel, struct err *e)
{
    const struct form *f = j->in->form;
    struct ctx *tx = j->tx;
    struct record *r = record_new(tx->a, &consent_entity);
    record_set(r, "person", val_ref(j->person));
    record_set(r, "purpose", val_text(S("marketing")));
    record_set(r, "channel", val_text(str_of(channel)));
    record_set(r, "state", val_text(S("given")));
    record_set(r, "text_version", val_text(f->consent_version));
    record_set(r, "wording", val_text(f->consent_text));
    record_set(r, "source_url", page_of(j));
    record_set(r, "evidence", val_text(evidence_of(j)));
    return record_create(tx, r, e);
}

static bool put_consents(struct job *j, struct err *e)
{
    if (!j->in->has_consented)
        return true;
    return (!j->email.n || put_consent(j, "email", e)) && (!j->phone.n || put_consent(j, "phone", e));
}

/* ── the answer itself ───────────────────────────────────────────────────── */

static str answers_json(struct ctx *tx, const struct reach_answer *in)
{
    struct buf b = buf_new(tx->a, 90000);
    struct json js = { .b = &b };
    json_open(&js, '{');
    for (size_t i = 0; i < in->form->nfields; i++)
        if (in->value[i].n) {
            json_key(&js, in->form->field[i].key);
            json_str(&js, in->value[i]);
        }
    json_close(&js, '}');
    return b.full ? S("{}") : buf_str(&b);
}

static bool put_submission(struct job *j, struct err *e)
{
    const struct arrival *from = &j->in->arrival;
    struct record *r = record_new(j->tx->a, &submission_entity);
    record_set(r, "form", val_ref(j->in->form->id));
    record_set(r, "person", val_ref(j->person));
    record_set(r, "email", val_text(j->email));
    record_set(r, "data", val_text(answers_json(j->tx, j->in)));
    record_set(r, "ip", val_text(source_ip(j->tx->a, from->ip)));
    record_set(r, "referrer", val_text(kept(from->referrer, 2000)));
    record_set(r, "landing_page", val_text(kept(from->landing, 2000)));
    record_set(r, "campaign", val_ref(j->campaign));
    for (int i = 0; i < UTM_COUNT; i++)
        record_set(r, utm_names[i], val_text(kept(from->utm[i], 200)));
    record_set(r, "visitor", val_text(visitor_ok(from->visitor) ? from->visitor : (str){ 0 }));
    record_set(r, "is_spam", val_int(j->in->is_spam));
    record_set(r, "idempotency_key", val_text(j->in->key));
    if (!record_create(j->tx, r, e))
        return false;
    j->out->submission = r->id;
    return true;
}

bool touch_put(struct ctx *tx, const struct touch_in *in, int64_t *id, struct err *e)
{
    struct record *r = record_new(tx->a, &touch_entity);
    record_set(r, "person", val_ref(in->person));
    record_set(r, "company", val_ref(in->company));
    record_set(r, "at", val_int(in->at ? in->at : tx->now));
    record_set(r, "kind", val_text(str_of(in->kind)));
    record_set(r, "channel", val_text(str_of(in->from.channel)));
    record_set(r, "source", val_text(str_of(in->from.source)));
    record_set(r, "side", val_text(S("marketing")));
    record_set(r, "campaign", val_ref(in->campaign));
    record_set(r, "lead", val_ref(in->lead));
    record_set(r, "note", val_text(kept(in->note, 300)));
    if (!record_create(tx, r, e))
        return false;
    *id = r->id;
    return true;
}

static bool put_event(struct job *j, struct err *e)
{
    struct buf b = buf_new(j->tx->a, 4000);
    struct json js = { .b = &b };
    json_open(&js, '{');
    json_key(&js, S("form"));
    json_str(&js, j->in->form->slug);
    json_key(&js, S("title"));
    json_str(&js, j->in->form->title);
    json_close(&js, '}');
    struct event ev = { .person_id = j->person, .kind = "form.sent", .en = &submission_entity, .record_id = j->out->submission,
                        .campaign_id = j->campaign, .channel = str_of(j->from.channel), .source = str_of(j->from.source),
                        .data = buf_str(&b) };
    return event_add(j->tx, &ev, e);
}

/* ── the lead ────────────────────────────────────────────────────────────── */

/* "Question: answer" of what no field of the person holds. */
static str note_of(struct job *j)
{
    static const char *const held[] = { "name", "email", "phone", "company", "job_title", "city", "country" };
    const struct form *f = j->in->form;
    struct locale loc = locale_default(f->lang, j->tx->ws->country);
    struct buf b = buf_new(j->tx->a, 60000);
    for (size_t i = 0; i < f->nfields; i++) {
        bool is_held = !j->in->value[i].n;
        for (size_t k = 0; k < countof(held); k++)
            is_held = is_held || str_eq(f->field[i].key, str_of(held[k]));
        if (is_held)
            continue;
        buf_put(&b, form_field_label(j->tx->a, &loc, &f->field[i]));
        buf_lit(&b, ": ");
        buf_put(&b, form_answer_shown(&f->field[i], f->lang, j->in->value[i]));
        buf_lit(&b, "\n");
    }
    return kept(buf_str(&b), 9000);
}

static bool put_lead(struct job *j, struct err *e)
{
    const struct form *f = j->in->form;
    str title = record_text(f->r, "lead_title");
    if (!record_int(f->r, "makes_lead"))
        return true;
    struct capture in = {
        .person = j->person, .campaign = j->campaign, .form = f->id, .pool = record_int(f->r, "pool"),
        .email = j->email, .phone = j->phone, .company = kept(value_of(j->in, "company"), 160),
        .job_title = kept(value_of(j->in, "job_title"), 120), .language = str_of(lang_code(f->lang)),
        .country = kept(value_of(j->in, "country"), 60), .city = kept(value_of(j->in, "city"), 80),
        .source = str_of(j->from.source), .title = kept(title.n ? title : j->interest.n ? j->interest : f->title, 200),
        .content = kept(f->title, 300), .note = note_of(j),
    };
    struct record *r = record_new(j->tx->a, &submission_entity);
    if (!funnel_capture(j->tx, &in, &j->out->lead, e))
        return false;
    r->id = j->out->submission;
    record_set(r, "lead", val_ref(j->out->lead));
    return record_update(j->tx, r, 0, NULL, e);
}

/* ── who is told ─────────────────────────────────────────────────────────── */

static enum lang lang_of_user(struct ctx *tx, int64_t user)
{
    struct db_rows q;
    struct err e = { 0 };
    enum lang l = tx->ws->lang;
    if (!db_query(tx->c, &q, "SELECT lang FROM \"user\" WHERE id = $1", DB_ARGS(V(user)), &e))
        return l;
    if (db_next(&q))
        lang_from_code(db_text_view(&q, 0), &l);
    (void)!db_done(&q, &e);
    return l;
}

static bool tell(struct job *j, int64_t user, struct err *e)
{
    struct ctx *tx = j->tx;
    struct locale loc = locale_default(lang_of_user(tx, user), tx->ws->country);
    struct record *r = record_new(tx->a, &notification_entity);
    str title = msg_text(tx->a, &loc, MSG_reach_answer_came, (const struct msg_arg *)(const void *)
        &(struct msg_reach_answer_came_args){ .form = A(record_text(j->in->form->r, "name")), .name = A(j->name) });
    str id = id_text(tx->a, j->out->lead ? j->out->lead : j->person);
    record_set(r, "recipient", val_ref(user));
    record_set(r, "kind", val_text(S("form.sent")));
    record_set(r, "title", val_text(kept(title, 300)));
    record_set(r, "body", val_text(kept(j->interest, 400)));
    record_set(r, "path", val_text(j->out->lead ? arena_fmt(tx->a, "/leads/%.*s", STR_ARG(id))
                                                : arena_fmt(tx->a, "/people/%.*s", STR_ARG(id))));
    record_set(r, "entity", val_text(j->out->lead ? S("lead") : S("person")));
    record_set(r, "record", val_int(j->out->lead ? j->out->lead : j->person));
    return record_create(tx, r, e);
}

static bool tell_all(struct job *j, struct err *e)
{
    struct val to = record_val(j->in->form->r, "notify");
    for (size_t i = 0; i < to.n; i++)
        if (!tell(j, to.ids[i], e))
            return false;
    return true;
}

/* ── the whole ───────────────────────────────────────────────────────────── */

static void read_known(struct job *j)
{
    j->email = value_of(j->in, "email");
    j->phone = value_of(j->in, "phone");
    j->name = value_of(j->in, "name");
    j->interest = value_of(j->in, "interest");
    if (!j->name.n)
        j->name = j->email.n ? j->email : j->phone;
    for (size_t i = 0; i < j->interest.n; i++)
        if (j->interest.p[i] == '\n')
            j->interest.n = i;
}

static bool put_touch(struct job *j, struct err *e)
{
    int64_t id;
    struct touch_in in = { .person = j->person, .campaign = j->campaign, .lead = j->out->lead, .kind = "form",
                           .from = j->from, .note = j->in->form->title };
    return touch_put(j->tx, &in, &id, e);
}

bool reach_capture(struct ctx *given, const struct reach_answer *in, struct reach_captured *out, struct err *e)
{
    struct ctx tx = *given;
    struct job j = { .tx = &tx, .in = in, .out = out };
    *out = (struct reach_captured){ 0 };
    tx.who = &actor_system;
    tx.why = msg_text(tx.a, tx.loc, MSG_reach_why_form, (const struct msg_arg *)(const void *)
                      &(struct msg_reach_why_form_args){ .form = A(record_text(in->form->r, "name")) });
    read_known(&j);
    if (!reach_is_known(&tx, in->key, &out->is_repeat, e))
        return false;
    if (out->is_repeat)
        return true;
    if (!may_send(&j, e) || !find_origin(&j, e))
        return false;
    if (in->is_spam)
        return put_submission(&j, e);
    /* What happened is told before the lead: its score counts it. */
    bool ok = put_person(&j, e) && put_consents(&j, e) && put_submission(&j, e) && put_event(&j, e)
        && (!visitor_ok(in->arrival.visitor) || visits_join(&tx, in->arrival.visitor, j.person, e))
        && put_lead(&j, e) && put_touch(&j, e) && tell_all(&j, e);
    out->person = j.person;
    return ok;
}
