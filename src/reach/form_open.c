/* form_open.c - what a form must be before it is kept, and the form as the public page needs it.
 *
 * The version of a consent text is made from the text itself: the same words are the same
 * version, other words another, and nobody can forget to raise it.
 */
#include "reach/inside.h"
#include "base/id.h"
#include "lang/country_name.h"
#include <sodium.h>

/* ── before it is kept ───────────────────────────────────────────────────── */

static bool is_slug(str s)
{
    bool ok = s.n && s.p[0] != '-' && s.p[s.n - 1] != '-';
    for (size_t i = 0; i < s.n && ok; i++)
        ok = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-';
    return ok;
}

/* Of a name in Latin letters its words; of any other the id. */
static str slug_from(struct ctx *tx, const struct record *r)
{
    str name = str_head(record_text(r, "name"), 40);
    char *p = arena_new(tx->a, char, name.n + 1), *to = p;
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 0x20) : name.p[i];
        if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))
            *to++ = ch;
        else if (to > p && to[-1] != '-')
            *to++ = '-';
    }
    while (to > p && to[-1] == '-')
        to--;
    return to - p >= 3 ? (str){ p, (size_t)(to - p) } : id_text(tx->a, id_mint());
}

static bool is_free(struct ctx *tx, str slug, bool *out, struct err *e)
{
    bool found;
    int64_t id;
    if (!db_get_int(tx->c, "SELECT id FROM form WHERE slug = $1 AND deleted_at IS NULL", DB_ARGS(V(slug)), &found, &id, e))
        return false;
    *out = !found;
    return true;
}

static bool check_slug(struct ctx *tx, struct record *now, struct err *e)
{
    str slug = record_text(now, "slug");
    bool ok;
    if (!slug.n) {
        slug = slug_from(tx, now);
        if (!is_free(tx, slug, &ok, e))
            return false;
        record_set(now, "slug", val_text(ok ? slug : id_text(tx->a, id_mint())));
        return true;
    }
    if (is_slug(slug))
        return true;
    fail(e, ERR_INVALID, MSG_reach_slug_wrong, "slug '%.*s'", STR_ARG(slug));
    return err_field(e, "slug");
}

static str version_of(struct arena *a, str text)
{
    enum { BYTES = 6 };
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char *hex = arena_new(a, char, BYTES * 2 + 1);
    if (!text.n)
        return (str){ 0 };
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text.p, text.n, NULL, 0);
    sodium_bin2hex(hex, BYTES * 2 + 1, hash, BYTES);
    return str_of(hex);
}

static bool check_redirect(const struct record *now, struct err *e)
{
    str url = record_text(now, "redirect_url");
    bool is_plain = true;
    for (size_t i = 0; i < url.n; i++)
        is_plain = is_plain && (unsigned char)url.p[i] > ' ' && url.p[i] != 0x7f && url.p[i] != '\\';
    ptrdiff_t at = str_find(url, S("://"));
    str host = at < 0 ? (str){ 0 } : str_from(url, (size_t)at + 3);
    str first = host;
    str_cut(&first, '/');
    first = str_head(host, host.n - first.n);
    if (!url.n || (is_plain && host.n && str_find_char(first, '@') < 0))
        return true;
    fail(e, ERR_INVALID, MSG_reach_redirect_wrong, "redirect '%.*s'", STR_ARG(str_head(url, 80)));
    return err_field(e, "redirect_url");
}

bool form_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct form_field *fields;
    str hosts[HOSTS_MAX];
    size_t n;
    if (!record_text(now, "fields").n)
        record_set(now, "fields", val_text(S("name*\nemail*\nphone\nmessage")));
    if (!record_text(now, "language").n)
        record_set(now, "language", val_text(str_of(lang_code(tx->ws->lang))));
    if (!old || record_changed(old, now, "consent_text") || !record_text(now, "consent_version").n)
        record_set(now, "consent_version", val_text(version_of(tx->a, record_text(now, "consent_text"))));
    return form_fields_parse(tx->a, record_text(now, "fields"), &fields, &n, e)
        && hosts_parse(tx->a, record_text(now, "allowed_hosts"), hosts, &n, e)
        && check_redirect(now, e) && check_slug(tx, now, e);
}

/* Counted when asked: a number kept in the form would make every answer a change of the form. */
void form_submissions(struct ctx *c, const struct record *r, struct val *out)
{
    struct err e = { 0 };
    bool found;
    int64_t n;
    *out = (struct val){ 0 };
    if (db_get_int(c->c, "SELECT count(*) FROM submission WHERE form = $1 AND is_spam = 0 AND deleted_at IS NULL",
                   DB_ARGS(V(r->id)), &found, &n, &e) && found)
        *out = val_int(n);
}

/* ── as the public page needs it ─────────────────────────────────────────── */

bool form_from(struct ctx *c, const struct record *r, struct form **out, struct err *e)
{
    struct form *f = arena_new(c->a, struct form, 1);
    *f = (struct form){
        .r = r, .id = r->id, .slug = record_text(r, "slug"), .title = record_text(r, "title"),
        .intro = record_text(r, "intro"), .submit_label = record_text(r, "submit_label"), .thanks = record_text(r, "thanks"),
        .redirect_url = record_text(r, "redirect_url"), .consent_text = record_text(r, "consent_text"),
        .consent_version = record_text(r, "consent_version"), .allowed_hosts = record_text(r, "allowed_hosts"),
        .lang = c->ws->lang, .country = c->ws->country,
    };
    if (country_is_code(record_text(r, "country")))
        f->country = arena_cstr(c->a, record_text(r, "country"));
    lang_from_code(record_text(r, "language"), &f->lang);
    if (!f->title.n)
        f->title = record_text(r, "name");
    if (!form_fields_parse(c->a, record_text(r, "fields"), &f->field, &f->nfields, e))
        return false;
    *out = f;
    return true;
}

bool form_open(struct ctx *c, str slug, struct form **out, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    struct record *r = NULL;
    if (is_slug(slug) && !record_find(&sys, &form_entity, "slug", val_text(slug), &r, e))
        return false;
    if (!r || !record_int(r, "is_active"))
        return fail(e, ERR_NOT_FOUND, MSG_reach_no_form, "no active form '%.*s'", STR_ARG(str_head(slug, 60)));
    return form_from(c, r, out, e);
}
