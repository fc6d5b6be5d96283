/* hooks.c - people and companies as they are written.
 *
 * Names lose doubled spaces; a domain stands without scheme and "www.". Who has
 * several addresses or numbers has a row for each, one of them primary: the one on
 * the record itself. Changing either side changes the other; a value that is
 * replaced stays as a further row, for people do not lose old addresses; one that is
 * corrected or taken away in its own row does not.
 */
#include "people/inside.h"
#include "base/buf.h"
#include "msg/people.h"

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

/* What a row of its own changes is in order there already. */
static bool is_told_by_row(const struct ctx *tx, const struct entity *en) { return tx->of && tx->of->en == en; }

static bool mirror(struct ctx *tx, const struct entity *en, const char *field, const struct record *old,
                   const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct ways w = { 0 };
    str before = old ? record_text(old, field) : (str){ 0 }, after = record_text(now, field);
    if (!old || str_eq(before, after) || is_told_by_row(tx, en))
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

/* Of a person who is gone nothing is kept in step. */
static bool person_of(struct ctx *sys, const struct record *row, struct record **out, struct err *e)
{
    struct record **v;
    size_t n;
    int64_t id = record_int(row, "person");
    if (!record_get_many(sys, &person_entity, &id, 1, &v, &n, e))
        return false;
    *out = n ? v[0] : NULL;
    return true;
}

static bool is_among(const struct ways *w, str value)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_eq(w->v[i].value, value))
            return true;
    return false;
}

/* The main one stands on the person; `row` tells of it. */
static bool put_main(struct ctx *sys, const struct record *row, const struct record *person, str value, struct err *e)
{
    struct ctx told = *sys;
    struct record *r = record_new(sys->a, &person_entity);
    if (str_eq(record_text(person, row->en->more_of), value))
        return true;
    told.of = row;
    r->id = person->id;
    record_set(r, row->en->more_of, val_text(value));
    return record_update(&told, r, 0, NULL, e);
}

/* A row made primary: the one before it is a further one now, and is kept. */
static bool raise_row(struct ctx *sys, const struct record *now, const struct record *person, const struct ways *w, struct err *e)
{
    str main = record_text(person, now->en->more_of);
    for (size_t i = 0; i < w->n; i++)
        if (w->v[i].is_primary && w->v[i].id != now->id && !set_primary(sys, now->en, w->v[i].id, false, e))
            return false;
    if (main.n && !is_among(w, main) && !add_row(sys, now->en, person->id, main, false, e))
        return false;
    return put_main(sys, now, person, record_title(now), e);
}

/* A further one beside the main one, which has stood on the person alone until now. */
static bool join_row(struct ctx *sys, const struct record *now, const struct record *person, const struct ways *w, struct err *e)
{
    str main = record_text(person, now->en->more_of);
    if (!main.n || str_eq(main, record_title(now)))
        return set_primary(sys, now->en, now->id, true, e);
    return is_among(w, main) || add_row(sys, now->en, person->id, main, true, e);
}

/* The main one is gone: the next takes its place, if there is one. */
static bool drop_row(struct ctx *sys, const struct record *old, const struct record *person, const struct ways *w, struct err *e)
{
    if (!str_eq(record_text(person, old->en->more_of), record_title(old)))
        return true;
    return put_main(sys, old, person, w->n ? w->v[0].value : (str){ 0 }, e)
        && (!w->n || set_primary(sys, old->en, w->v[0].id, true, e));
}

static bool way_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct ways w = { 0 };
    struct record *person;
    const struct record *row = now ? now : old;
    if (!person_of(&sys, row, &person, e))
        return false;
    if (!person)
        return true;
    if (!read_ways(&sys, row->en == &email_address_entity, person->id, &w, e))
        return false;
    if (!now)
        return drop_row(&sys, old, person, &w, e);
    bool is_main = record_int(now, "is_primary") != 0, was_main = old && record_int(old, "is_primary");
    if (is_main && was_main)
        return put_main(&sys, now, person, record_title(now), e);
    if (is_main)
        return raise_row(&sys, now, person, &w, e);
    return old || tx->who->is_system || join_row(&sys, now, person, &w, e);
}

/* One is enough; and the main one stays it until another is made so. */
static bool way_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct ways w = { 0 };
    if (!record_title(now).n || !read_ways(&sys, now->en == &email_address_entity, record_int(now, "person"), &w, e))
        return e->code == ERR_NONE;
    for (size_t i = 0; i < w.n; i++)
        if (w.v[i].id != now->id && str_eq(w.v[i].value, record_title(now))) {
            fail(e, ERR_INVALID, MSG_people_way_there, "%s %lld is there", now->en->name, (long long)w.v[i].id);
            return err_field(e, now->en->title);
        }
    if (old && record_int(old, "is_primary") && !tx->who->is_system)
        record_set(now, "is_primary", val_int(1));
    return true;
}

bool email_address_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e) { return way_before(tx, old, now, e); }
bool email_address_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e) { return way_after(tx, old, now, e); }
bool phone_number_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e) { return way_before(tx, old, now, e); }
bool phone_number_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e) { return way_after(tx, old, now, e); }
