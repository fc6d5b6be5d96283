/* fits.c - criteria asked of single records, and lists of fields that must be known.
 *
 * Criteria are the query language; asking them of one record is the list of that record alone,
 * so a definition, a score rule and a saved view can never disagree.
 */
#include "funnel/inside.h"
#include "base/id.h"

/* ── criteria ────────────────────────────────────────────────────────────── */

static bool is_blank(str s) { return str_trim(s).n == 0; }

bool fits_check(struct ctx *c, const struct entity *en, const struct record *r, const char *field, struct err *e)
{
    struct query *q;
    str text = record_text(r, field);
    if (is_blank(text))
        return true;
    if (text.n > CRITERIA_MAX) {
        fail(e, ERR_INVALID, MSG_funnel_criteria_long, "%zu bytes", text.n);
        err_arg_int(e, "max", CRITERIA_MAX);
        return err_field(e, field);
    }
    struct ctx sys = ctx_as_system(c);
    return (query_parse(c->a, text, &q, e) && query_check(&sys, en, q, e)) || err_field(e, field);
}

static str with_ids(struct arena *a, str criteria, const int64_t *ids, size_t n)
{
    struct buf b = buf_new(a, QUERY_TEXT_MAX);
    buf_fmt(&b, "(%.*s) and id in (", STR_ARG(criteria));
    for (size_t i = 0; i < n; i++) {
        buf_put(&b, i ? S(", ") : S(""));
        buf_put(&b, id_text(a, ids[i]));
    }
    buf_lit(&b, ")");
    return buf_str(&b);
}

bool fits_many(struct ctx *c, const struct entity *en, str criteria, const int64_t *ids, size_t n, bool *out, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    struct list found;
    for (size_t i = 0; i < n; i++)
        out[i] = is_blank(criteria);
    if (is_blank(criteria) || n == 0)
        return true;
    struct list_spec spec = { .en = en, .filter = with_ids(c->a, criteria, ids, n), .sort = S("created_at"),
                              .limit = SLICE, .cols = { &en->fields[0] }, .ncols = 1 };
    if (!record_list(&sys, &spec, &found, e))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < found.n && !out[i]; k++)
            out[i] = found.rows[k]->id == ids[i];
    return true;
}

bool fits(struct ctx *c, const struct entity *en, str criteria, int64_t id, bool *out, struct err *e)
{
    return fits_many(c, en, criteria, &id, 1, out, e);
}

/* ── what must be known ──────────────────────────────────────────────────── */

struct known { struct ctx *c; const struct record *lead; struct record *person, *company; };

/* "person.email" is of the person; "need" of the lead, or of the person if no lead has it. */
static const struct field *field_named(str name, const struct entity **en)
{
    str rest = name, first = str_cut(&rest, '.');
    *en = rest.n ? entity_find(str_trim(first)) : &lead_entity;
    const struct field *f = *en ? entity_field(*en, rest.n ? str_trim(rest) : name) : NULL;
    if (!f && !rest.n) {
        *en = &person_entity;
        f = entity_field(*en, name);
    }
    return *en == &lead_entity || *en == &person_entity || *en == &company_entity ? f : NULL;
}

static bool is_known(const struct known *k, const struct entity *en, const struct field *f)
{
    const struct record *r = en == &lead_entity ? k->lead : en == &person_entity ? k->person : k->company;
    return r && r->v[field_index(en, f)].is_set;
}

/* One of "a|b" is enough; *label tells all of them. */
static bool any_known(const struct known *k, str alternatives, struct buf *label)
{
    const struct entity *en;
    bool is_first = true;
    for (str one; alternatives.n; is_first = false) {
        one = str_trim(str_cut(&alternatives, '|'));
        const struct field *f = field_named(one, &en);
        if (!f || is_known(k, en, f))
            return true;                        /* a name that is gone asks for nothing */
        buf_put(label, is_first ? S("") : S(" / "));
        buf_put(label, msg_text(k->c->a, k->c->loc, f->label, NULL));
    }
    return is_first;
}

static bool load_known(struct known *k, int64_t person, struct err *e)
{
    struct ctx sys = ctx_as_system(k->c);
    if (!record_get(&sys, &person_entity, person, &k->person, e))
        return false;
    int64_t company = k->lead ? record_int(k->lead, "company") : 0;
    company = company ? company : record_int(k->person, "company");
    return !company || record_get(&sys, &company_entity, company, &k->company, e);
}

bool fits_missing(struct ctx *c, str names, const struct record *lead, int64_t person, str *out, struct err *e)
{
    struct known k = { .c = c, .lead = lead };
    struct buf all = buf_new(c->a, 2000);
    if (is_blank(names)) {
        *out = (str){ 0 };
        return true;
    }
    if (!load_known(&k, person, e))
        return false;
    while (names.n) {
        struct buf label = buf_new(c->a, 500);
        str one = str_trim(str_cut(&names, ','));
        if (!one.n || any_known(&k, one, &label))
            continue;
        buf_put(&all, all.n ? S(", ") : S(""));
        buf_put(&all, buf_str(&label));
    }
    *out = buf_str(&all);
    return true;
}

bool fits_names_check(struct ctx *c, str names, const char *field, struct err *e)
{
    const struct entity *en;
    (void)c;
    while (names.n)
        for (str some = str_cut(&names, ','), one; some.n;) {
            one = str_trim(str_cut(&some, '|'));
            if (!one.n || field_named(one, &en))
                continue;
            fail(e, ERR_INVALID, MSG_funnel_no_such_field, "%.*s", STR_ARG(one));
            err_arg(e, "name", one);
            return err_field(e, field);
        }
    return true;
}
