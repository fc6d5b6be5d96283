/* hooks.c - people and companies as they are written.
 *
 * Names lose doubled spaces; a domain stands without scheme and "www.". Who has
 * several addresses or numbers has a row for each, one of them primary: the one on
 * the record itself. Changing either side changes the other; a value that is
 * replaced stays as a further row, for people do not lose old addresses.
 */
#include "people/inside.h"
#include "base/buf.h"

/* ── tidy texts ────────────────────────────────────────────────────────────── */

static str tidy(struct arena *a, str s)
{
    struct buf b = buf_new(a, s.n + 1);
    s = str_trim(s);
    while (s.n) {
        buf_put(&b, str_cut(&s, ' '));
        s = str_trim(s);
        if (s.n)
            buf_char(&b, ' ');
    }
    return buf_str(&b);
}

static void tidy_field(struct ctx *tx, struct record *now, const char *field)
{
    str s = record_text(now, field), t = tidy(tx->a, s);
    if (s.n && !str_eq(s, t))
        record_set(now, field, val_text(t));
}

bool person_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)old;
    (void)e;
    tidy_field(tx, now, "name");
    tidy_field(tx, now, "job_title");
    return true;
}

/* "https://www.Padma.com.bd/about" -> "padma.com.bd" */
static str host_of(struct arena *a, str s)
{
    ptrdiff_t at = str_find(s, S("://"));
    s = str_trim(at >= 0 ? str_from(s, (size_t)at + 3) : s);
    s = str_cut(&s, '/');
    char *p = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    str host = { p, s.n };
    return str_starts(host, S("www.")) ? str_from(host, 4) : host;
}

bool company_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)old;
    (void)e;
    str domain = record_text(now, "domain"), host = host_of(tx->a, domain);
    tidy_field(tx, now, "name");
    if (domain.n && !str_eq(domain, host))
        record_set(now, "domain", val_text(host));
    return true;
}

/* ── several addresses, several numbers ────────────────────────────────────── */

static bool set_primary(struct ctx *sys, const struct entity *en, int64_t id, bool is_primary, struct err *e)
{
    struct record *r = record_new(sys->a, en);
    r->id = id;
    record_set(r, "is_primary", val_int(is_primary));
    return record_update(sys, r, 0, NULL, e);
}

static bool add_row(struct ctx *sys, const struct entity *en, int64_t person, str value, bool is_primary, struct err *e)
{
    struct record *r = record_new(sys->a, en);
    record_set(r, "person", val_ref(person));
    record_set(r, en->title, val_text(value));
    record_set(r, "is_primary", val_int(is_primary));
    return record_create(sys, r, e);
}

enum { WAYS_MAX = 32 };
struct ways { struct { int64_t id; str value; bool is_primary; } v[WAYS_MAX]; size_t n; };

static bool read_ways(struct ctx *sys, bool is_email, int64_t person, struct ways *out, struct err *e)
{
    struct db_rows q;
    bool ok = is_email
        ? db_query(sys->c, &q, "SELECT id, address, is_primary FROM email_address WHERE person = $1 AND deleted_at IS NULL LIMIT 32",
                   DB_ARGS(V(person)), e)
        : db_query(sys->c, &q, "SELECT id, number, is_primary FROM phone_number WHERE person = $1 AND deleted_at IS NULL LIMIT 32",
                   DB_ARGS(V(person)), e);
    if (!ok)
        return false;
    for (; out->n < WAYS_MAX && db_next(&q); out->n++) {
        out->v[out->n].id = db_int(&q, 0);
        out->v[out->n].value = db_text(&q, 1, sys->a);
        out->v[out->n].is_primary = db_int(&q, 2) != 0;
    }
    return db_done(&q, e);
}

/* The value is one of the rows, with this mark. */
static bool ensure(struct ctx *sys, const struct entity *en, const struct ways *w, int64_t person, str value,
                   bool is_primary, struct err *e)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_eq(w->v[i].value, value))
            return w->v[i].is_primary == is_primary || set_primary(sys, en, w->v[i].id, is_primary, e);
    return add_row(sys, en, person, value, is_primary, e);
}

static bool mirror(struct ctx *tx, const struct entity *en, const char *field, const struct record *old,
                   const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct ways w = { 0 };
    str before = old ? record_text(old, field) : (str){ 0 }, after = record_text(now, field);
    if (!old || str_eq(before, after))
        return true;
    if (!read_ways(&sys, en == &email_address_entity, now->id, &w, e))
        return false;
    if (!before.n && !w.n)
        return true;                            /* the first one needs no row */
    for (size_t i = 0; i < w.n; i++)
        if (w.v[i].is_primary && !str_eq(w.v[i].value, after) && !set_primary(&sys, en, w.v[i].id, false, e))
            return false;
    return (!before.n || ensure(&sys, en, &w, now->id, before, false, e))
        && (!after.n || ensure(&sys, en, &w, now->id, after, true, e));
}

bool person_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    return !now || (mirror(tx, &email_address_entity, "email", old, now, e)
                 && mirror(tx, &phone_number_entity, "phone", old, now, e));
}

/* A row made primary becomes the value of the person. */
static bool lift(struct ctx *tx, const char *field, const struct record *old, const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *person, *r = record_new(tx->a, &person_entity);
    if (!now || !record_int(now, "is_primary") || (old && record_int(old, "is_primary")))
        return true;
    if (!record_get(&sys, &person_entity, record_int(now, "person"), &person, e))
        return false;
    if (str_eq(record_text(person, field), record_title(now)))
        return true;
    r->id = person->id;
    record_set(r, field, val_text(record_title(now)));
    return record_update(&sys, r, 0, NULL, e);
}

bool email_address_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    return lift(tx, "email", old, now, e);
}

bool phone_number_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    return lift(tx, "phone", old, now, e);
}
