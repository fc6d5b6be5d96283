/* chance_facts.c - what was known of a lead when it came in.
 *
 * Records are read as they are and then taken back: for each field that was changed after that
 * instant, its first later change says what stood there. Events count by their own time and
 * only when they were before. So a country filled in by the seller who won, or the visits of a
 * customer, are not known yet.
 */
#include "funnel/chance.h"
#include "funnel/inside.h"
#include <math.h>
#include "base/clock.h"

const struct logit_column chance_columns[CHANCE_COLUMNS] = {
    [CHANCE_SOURCE] = { "source", false },     [CHANCE_CAMPAIGN] = { "campaign", false },
    [CHANCE_FORM] = { "form", false },         [CHANCE_PRODUCT] = { "product", false },
    [CHANCE_COUNTRY] = { "country", false },   [CHANCE_INDUSTRY] = { "industry", false },
    [CHANCE_EMPLOYEES] = { "employees", true }, [CHANCE_TITLE] = { "job_title", false },
    [CHANCE_PHONE] = { "phone", false },       [CHANCE_EVENTS] = { "events", true },
    [CHANCE_PAGES] = { "pages", true },        [CHANCE_KNOWN_DAYS] = { "known_days", true },
    [CHANCE_EARLIER] = { "earlier", true },
};

enum { SLICE_LEADS = 200, SLICE_ROOM = 8 << 20, COUNTED_DAYS = 30 };
/* A lead with what may have changed since it came in. */
struct raw {
    int64_t lead, at, person, company, opened_day, events, pages, first_at, earlier;
    bool has_campaign, has_form, has_product;
    str source, country, job_title, phone, mobile, industry, employees;
};

static void read_raw(struct arena *a, const struct db_rows *q, struct raw *r)
{
    *r = (struct raw){
        .lead = db_int(q, 0), .at = db_int(q, 1), .person = db_int(q, 2), .company = db_int(q, 3), .source = db_text(q, 4, a),
        .has_campaign = !db_is_null(q, 5), .has_form = !db_is_null(q, 6), .has_product = !db_is_null(q, 7),
        .country = db_text(q, 8, a), .job_title = db_text(q, 9, a), .phone = db_text(q, 10, a), .mobile = db_text(q, 11, a),
        .industry = db_text(q, 12, a),
        .employees = db_is_null(q, 13) ? (str){ 0 } : arena_fmt(a, "%lld", (long long)db_int(q, 13)),
        .opened_day = db_is_null(q, 14) ? INT64_MAX : db_int(q, 14), .events = db_int(q, 15), .pages = db_int(q, 16),
        .first_at = db_is_null(q, 17) ? INT64_MAX : db_int(q, 17), .earlier = db_int(q, 18),
    };
}

/* Newest change first, so the oldest of those after `at` has the last word. */
static bool take_back(struct ctx *sys, int64_t record, int64_t at, struct raw *r, struct err *e)
{
    const struct { const char *name; str *v; } kept[] = {
        { "country", &r->country }, { "job_title", &r->job_title }, { "phone", &r->phone },
        { "mobile", &r->mobile },   { "industry", &r->industry },   { "employees", &r->employees },
    };
    struct db_rows q;
    if (!record)
        return true;
    if (!db_query(sys->c, &q, "SELECT ch.field, ch.old_text FROM change ch JOIN write_log w ON w.id = ch.write_id"
                              " WHERE ch.record_id = $1 AND ch.action = $2 AND w.at > $3 ORDER BY ch.id DESC",
                  DB_ARGS(V(record), V((int)CHANGE_UPDATE), V(at)), e))
        return false;
    while (db_next(&q))
        for (size_t i = 0; i < countof(kept); i++)
            if (str_eq(db_text_view(&q, 0), str_of(kept[i].name)))
                *kept[i].v = db_text(&q, 1, sys->a);
    return db_done(&q, e);
}

static str yes_or_no(bool is_so) { return is_so ? S("yes") : S("no"); }

static double log_of(int64_t n) { return log1p((double)(n > 0 ? n : 0)); }

static void facts_from(const struct raw *r, struct chance_facts *out)
{
    int64_t employees;
    *out = (struct chance_facts){ .lead = r->lead, .at = r->at };
    out->has_deal = r->opened_day != INT64_MAX && r->opened_day <= (r->at + CHANCE_DAYS * DAY_US) / DAY_US;
    out->v[CHANCE_SOURCE].word = r->source;
    out->v[CHANCE_CAMPAIGN].word = yes_or_no(r->has_campaign);
    out->v[CHANCE_FORM].word = yes_or_no(r->has_form);
    out->v[CHANCE_PRODUCT].word = yes_or_no(r->has_product);
    out->v[CHANCE_COUNTRY].word = r->country;
    out->v[CHANCE_INDUSTRY].word = r->industry;
    out->v[CHANCE_EMPLOYEES].number = str_to_int(r->employees, &employees) ? log_of(employees) : NAN;
    out->v[CHANCE_TITLE].word = yes_or_no(r->job_title.n);
    out->v[CHANCE_PHONE].word = yes_or_no(r->phone.n || r->mobile.n);
    out->v[CHANCE_EVENTS].number = log_of(r->events);
    out->v[CHANCE_PAGES].number = log_of(r->pages);
    out->v[CHANCE_KNOWN_DAYS].number = r->first_at < r->at ? log_of((r->at - r->first_at) / DAY_US) : 0;
    out->v[CHANCE_EARLIER].number = log_of(r->earlier);
}

static bool as_it_was(struct ctx *sys, struct raw *r, struct chance_facts *out, struct err *e)
{
    if (!take_back(sys, r->person, r->at, r, e) || !take_back(sys, r->company, r->at, r, e))
        return false;
    facts_from(r, out);
    return true;
}

bool chance_facts_of(struct ctx *sys, int64_t lead, struct chance_facts *out, struct err *e)
{
    struct db_rows q;
    struct raw r;
    bool found = false;
    if (!db_query(sys->c, &q, "SELECT l.id, l.created_at, l.person, l.company, l.source, l.campaign, l.form, l.product, p.country,"
                              " p.job_title, p.phone, p.mobile, c.industry, c.employees, d.opened_at,"
                              " (SELECT COUNT(*) FROM event e WHERE e.person_id = l.person AND e.is_void = 0 AND e.is_robot = 0 AND e.at < l.created_at"
                              " AND e.at >= l.created_at - $1),"
                              " (SELECT COUNT(*) FROM event e WHERE e.person_id = l.person AND e.is_void = 0 AND e.is_robot = 0 AND e.at < l.created_at"
                              " AND e.at >= l.created_at - $1 AND e.kind = 'page.viewed'),"
                              " (SELECT MIN(e.at) FROM event e WHERE e.person_id = l.person AND e.is_void = 0 AND e.is_robot = 0),"
                              " (SELECT COUNT(*) FROM lead o WHERE o.person = l.person AND o.deleted_at IS NULL"
                              " AND o.created_at < l.created_at)"
                              " FROM lead l JOIN person p ON p.id = l.person LEFT JOIN company c ON c.id = l.company"
                              " LEFT JOIN deal d ON d.id = l.deal AND d.deleted_at IS NULL WHERE l.id = $2 AND l.deleted_at IS NULL",
                  DB_ARGS(V(COUNTED_DAYS * DAY_US), V(lead)), e))
        return false;
    if (db_next(&q)) {
        read_raw(sys->a, &q, &r);
        found = true;
    }
    if (!db_done(&q, e))
        return false;
    return found ? as_it_was(sys, &r, out, e) : fail(e, ERR_NOT_FOUND, 0, "no lead %lld", (long long)lead);
}

/* ── all of them, slice by slice from the newest that can have an outcome ── */

struct place { int64_t at, id; };

static bool next_slice(struct ctx *sys, struct place *from, int64_t *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(sys->c, &q, "SELECT id, created_at FROM lead WHERE deleted_at IS NULL AND created_at <= $1"
                              " AND (created_at < $1 OR id < $2) ORDER BY created_at DESC, id DESC LIMIT 200",
                  DB_ARGS(V(from->at), V(from->id)), e))
        return false;
    while (*n < SLICE_LEADS && db_next(&q)) {
        v[(*n)++] = db_int(&q, 0);
        *from = (struct place){ db_int(&q, 1), db_int(&q, 0) };
    }
    return db_done(&q, e);
}

static bool add_slice(struct ctx *own, struct logit_rows *d, struct place *from, size_t *n, struct err *e)
{
    int64_t *v = arena_new(own->a, int64_t, SLICE_LEADS);
    struct chance_facts f;
    if (!next_slice(own, from, v, n, e))
        return false;
    for (size_t i = 0; i < *n && logit_count(d) < CHANCE_LEADS_MAX; i++)
        if (!chance_facts_of(own, v[i], &f, e) || !logit_add(d, f.v, f.has_deal, f.at, e))
            return false;
    return true;
}

bool chance_history(struct ctx *sys, struct logit_rows **out, bool (*told)(void *arg, int64_t done, struct err *e), void *arg,
                    struct err *e)
{
    struct logit_rows *d = logit_rows_new(sys->a, chance_columns, CHANCE_COLUMNS, CHANCE_LEADS_MAX);
    struct place from = { sys->now - CHANCE_DAYS * DAY_US, INT64_MAX };
    char *room = arena_new(sys->a, char, SLICE_ROOM);       /* forgotten after each slice; words of the rows stay */
    size_t n = SLICE_LEADS;
    while (n == SLICE_LEADS && logit_count(d) < CHANCE_LEADS_MAX) {
        struct arena scratch = { room, room + SLICE_ROOM, room };
        struct ctx own = *sys;
        own.a = &scratch;
        if (!add_slice(&own, d, &from, &n, e) || (told && !told(arg, (int64_t)logit_count(d), e)))
            return false;
    }
    logit_sort(d);
    *out = d;
    return true;
}
