/* pains.c - what a person is probably worried about, by the material they looked at (R-106).
 *
 * Material names the pain points it answers. One look may be chance; two looks at material of one point
 * within half a year, at different pieces or on different days, are a sign. The weight is that number of
 * looks, so that anybody can count it again. What is offered answers the point and has not been seen yet.
 */
#include "base/clock.h"
#include "content/content.h"
#include "lang/lang.h"
#include "people/people.h"
#include "reach/reach.h"
#include "record/access.h"
#include "record/query.h"

enum { DAYS = 180, LOOKS_MAX = 500, MATERIAL_MAX = 200, SIGN = 2 };

struct look { str host, path; int64_t at, day; };
struct piece { struct record *r; str host, path; int64_t days[LOOKS_MAX]; int looks; int64_t last; };

/* Host (may be empty) and path of an address, without what comes behind; "/" leads to no piece. */
static void cut_address(str url, str *host, str *path)
{
    ptrdiff_t scheme = str_find(url, S("://"));
    *host = (str){ 0 };
    if (scheme >= 0) {
        url = str_from(url, (size_t)scheme + 3);
        ptrdiff_t slash = str_find_char(url, '/');
        *host = slash < 0 ? url : str_head(url, (size_t)slash);
        url = slash < 0 ? (str){ 0 } : str_from(url, (size_t)slash);
    }
    for (const char *end = "?#"; *end; end++) {
        ptrdiff_t at = str_find_char(url, *end);
        url = at < 0 ? url : str_head(url, (size_t)at);
    }
    while (url.n > 1 && url.p[url.n - 1] == '/')
        url.n--;
    *path = url.n > 1 ? url : (str){ 0 };
}

static bool read_looks(struct ctx *c, int64_t person, struct look *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT e.at, v.path, e.data FROM event e LEFT JOIN visit v ON v.id = e.record_id WHERE e.person_id = $1"
                            " AND e.at >= $2 AND e.kind IN ('page.viewed', 'link.clicked', 'content.read') AND e.is_void = 0"
                            " AND e.is_robot = 0 ORDER BY e.at DESC LIMIT $3",
                  DB_ARGS(V(person), V(c->now - DAYS * DAY_US), V(LOOKS_MAX)), e))
        return false;
    while (*n < LOOKS_MAX && db_next(&q)) {
        str path = db_text(&q, 1, c->a);
        struct look l = { .at = db_int(&q, 0), .day = zone_days(c->ws->zone, db_int(&q, 0)) };
        cut_address(path.n ? path : event_member(c->a, db_text(&q, 2, c->a), "url"), &l.host, &l.path);
        if (l.path.n)
            v[(*n)++] = l;
    }
    return db_done(&q, e);
}

static bool read_pieces(struct ctx *c, struct piece **out, size_t *n, struct err *e)
{
    static const char *const read[] = { "title", "url", "pain_points", "status" };      /* not its text: many pages of it */
    struct list_spec s = { .en = &material_entity, .filter = S("pain_points is not empty and url is not empty"), .limit = MATERIAL_MAX };
    struct list list;
    for (size_t i = 0; i < countof(read); i++)
        s.cols[s.ncols++] = entity_field(s.en, str_of(read[i]));
    if (!record_list(c, &s, &list, e))
        return false;
    *out = arena_new(c->a, struct piece, list.n + 1);
    *n = list.n;
    for (size_t i = 0; i < list.n; i++) {
        (*out)[i].r = list.rows[i];
        cut_address(record_text(list.rows[i], "url"), &(*out)[i].host, &(*out)[i].path);
    }
    return true;
}

/* Two hosts that are known must be the same; a visit to our own site has none. */
static bool is_of(const struct look *l, const struct piece *p)
{
    return p->path.n && str_eq(l->path, p->path) && (!l->host.n || !p->host.n || str_eq_ascii_nocase(l->host, p->host));
}

static void count_look(struct piece *p, const struct look *l)
{
    for (int i = 0; i < p->looks; i++)
        if (p->days[i] == l->day)
            return;
    if (p->looks < LOOKS_MAX)
        p->days[p->looks++] = l->day;
    p->last = l->at > p->last ? l->at : p->last;
}

static bool answers(struct ctx *c, const struct piece *p, str point)
{
    for (str rest = record_text(p->r, "pain_points"); rest.n;)
        if (str_eq(fold(c->a, str_trim(str_cut(&rest, ','))), point))
            return true;
    return false;
}

/* Pieces stand newest first: of those seen and those on offer the first few are named. */
static struct pain weigh(struct ctx *c, str name, const struct piece *v, size_t n)
{
    struct pain out = { .name = name };
    str point = fold(c->a, name);
    for (size_t i = 0; i < n; i++) {
        if (!answers(c, &v[i], point))
            continue;
        out.looks += v[i].looks;
        out.last_at = v[i].last > out.last_at ? v[i].last : out.last_at;
        if (v[i].looks && out.nseen < PAIN_PIECES)
            out.seen[out.nseen++] = v[i].r;
        else if (!v[i].looks && out.noffers < PAIN_PIECES && str_eq(record_text(v[i].r, "status"), S("released")))
            out.offer[out.noffers++] = v[i].r;
    }
    return out;
}

static bool is_known(struct ctx *c, const struct pain *v, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(fold(c->a, v[i].name), fold(c->a, name)))
            return true;
    return false;
}

/* Keeps the weightiest, heaviest first, the later look before the earlier. */
static void keep(struct pain *v, size_t *n, struct pain p)
{
    size_t at = *n;
    while (at > 0 && (v[at - 1].looks < p.looks || (v[at - 1].looks == p.looks && v[at - 1].last_at < p.last_at)))
        at--;
    if (at == PAINS_MAX)
        return;
    *n += *n < PAINS_MAX;
    for (size_t i = *n - 1; i > at; i--)
        v[i] = v[i - 1];
    v[at] = p;
}

bool material_pains(struct ctx *c, int64_t person, struct pain out[PAINS_MAX], size_t *n, struct err *e)
{
    struct look *looks = arena_new(c->a, struct look, LOOKS_MAX);
    struct piece *pieces;
    size_t nlooks, npieces;
    *n = 0;
    if (access_scope(c->who, &visit_entity, ACTION_SEE) != SCOPE_ALL || access_scope(c->who, &material_entity, ACTION_SEE) == SCOPE_NONE)
        return true;
    if (!read_pieces(c, &pieces, &npieces, e) || (npieces && !read_looks(c, person, looks, &nlooks, e)))
        return false;
    for (size_t i = 0; i < npieces; i++)
        for (size_t k = 0; k < nlooks; k++)
            if (is_of(&looks[k], &pieces[i]))
                count_look(&pieces[i], &looks[k]);
    for (size_t i = 0; i < npieces; i++)
        for (str rest = pieces[i].looks ? record_text(pieces[i].r, "pain_points") : (str){ 0 }; rest.n;) {
            str name = str_trim(str_cut(&rest, ','));
            struct pain p = weigh(c, name, pieces, npieces);
            if (p.looks >= SIGN && !is_known(c, out, *n, name))
                keep(out, n, p);
        }
    return true;
}
