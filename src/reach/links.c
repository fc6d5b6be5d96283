/* links.c - deliveries made, links looked up, and what comes in by them.
 *
 * What comes in is kept raw, an event a hit, with the reason where a program did it; what its burst shows later
 * turns it (flow/robot.c). No address of a visitor and no name of a browser is kept. Who withdrew from tracking is
 * led where the link leads like anybody, and nothing is written.
 */
#include "reach/inside.h"
#include <jansson.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "msg/link.h"

/* ── making ──────────────────────────────────────────────────────────────── */

static bool put_link(struct ctx *sys, const struct delivery *d, size_t i, struct err *e)
{
    struct record *r = record_new(sys->a, &link_entity);
    const struct link_to *to = &d->links[i];
    record_set(r, "person", val_ref(d->person));
    record_set(r, "deal", val_ref(d->deal));
    record_set(r, "material", val_ref(to->material));
    record_set(r, "url", val_text(to->url));
    record_set(r, "is_trap", val_int(to->is_trap));
    record_set(r, "channel", val_text(str_of(d->channel ? d->channel : "link")));
    record_set(r, "delivery", val_int(d->id));
    record_set(r, "idx", val_int((int64_t)i + 1));
    return record_create(sys, r, e);
}

/* The person, the deal and the right to make links are asked of who makes it; the rest is the program's. */
static bool may_make(struct ctx *tx, const struct delivery *d, struct err *e)
{
    const struct entity *deal = entity_find(S("deal"));
    struct record *seen;
    if (access_scope(tx->who, &link_entity, ACTION_CREATE) == SCOPE_NONE)
        return fail(e, ERR_FORBIDDEN, MSG_link_may_not, "link");
    return record_get(tx, &person_entity, d->person, &seen, e) && (!d->deal || (deal && record_get(tx, deal, d->deal, &seen, e)));
}

bool delivery_make(struct ctx *tx, struct delivery *d, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    if (d->n < 1 || d->n > LINKS_MAX)
        return fail(e, ERR_INVALID, MSG_link_one_of, "%zu links", d->n);
    if (!may_make(tx, d, e))
        return false;
    d->id = d->id ? d->id : id_mint();
    for (size_t i = 0; i < d->n; i++)
        if (!put_link(&sys, d, i, e))
            return false;
    return true;
}

/* ── looking up ──────────────────────────────────────────────────────────── */

static bool nowhere(int64_t delivery, struct err *e)
{
    return fail(e, ERR_NOT_FOUND, MSG_link_nowhere, "delivery %lld", (long long)delivery);
}

static bool read_link(struct ctx *c, int64_t delivery, int64_t idx, struct link_open *l, int64_t *material, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT id, idx, person, COALESCE(deal, 0), COALESCE(sent_at, 0), channel, title, url,"
                            " COALESCE(is_trap, 0), COALESCE(material, 0) FROM link WHERE delivery = $1 AND ($2 = 0 OR idx = $2)"
                            " AND deleted_at IS NULL ORDER BY idx LIMIT 1", DB_ARGS(V(delivery), V(idx)), e))
        return false;
    if (db_next(&q)) {
        *l = (struct link_open){ .id = db_int(&q, 0), .delivery = delivery, .idx = db_int(&q, 1), .person = db_int(&q, 2),
                                 .deal = db_int(&q, 3), .sent_at = db_int(&q, 4), .channel = db_text(&q, 5, c->a),
                                 .title = db_text(&q, 6, c->a), .url = db_text(&q, 7, c->a), .is_trap = db_int(&q, 8) != 0 };
        *material = db_int(&q, 9);
    }
    return db_done(&q, e) && (l->id || nowhere(delivery, e));
}

static bool read_material(struct ctx *c, int64_t material, str *url, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT url FROM material WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(material)), e))
        return false;
    if (db_next(&q))
        *url = db_text(&q, 0, c->a);
    return db_done(&q, e);
}

bool link_find(struct ctx *c, int64_t delivery, int64_t idx, struct link_open **out, struct err *e)
{
    struct link_open *l = arena_new(c->a, struct link_open, 1);
    int64_t material = 0;
    if (!read_link(c, delivery, idx, l, &material, e) || (material && !read_material(c, material, &l->url, e)))
        return false;
    if (idx && !link_url_ok(l->url))
        return nowhere(delivery, e);
    *out = l;
    return true;
}

/* ── what comes in ───────────────────────────────────────────────────────── */

struct whose { int64_t company; bool may; };

static bool read_person(struct ctx *tx, int64_t person, struct whose *out, struct err *e)
{
    struct db_rows q;
    *out = (struct whose){ 0 };
    if (!db_query(tx->c, &q, "SELECT COALESCE(company, 0) FROM person WHERE id = $1 AND deleted_at IS NULL"
                             " AND COALESCE(consent_tracking, 'unknown') <> 'withdrawn'", DB_ARGS(V(person)), e))
        return false;
    if (db_next(&q))
        *out = (struct whose){ db_int(&q, 0), true };
    return db_done(&q, e);
}

static str data_of(struct ctx *tx, const struct link_open *l, bool is_click)
{
    struct buf b = buf_new(tx->a, 4 * LINK_URL_MAX + 4000);
    struct json js = { .b = &b };
    json_open(&js, '{');
    json_key(&js, S("delivery"));
    json_str(&js, id_text(tx->a, l->delivery));
    if (is_click) {
        json_key(&js, S("link"));
        json_str(&js, arena_fmt(tx->a, "%lld", (long long)l->idx));
        json_key(&js, S("url"));
        json_str(&js, l->url);
        json_key(&js, S("title"));
        json_str(&js, l->title);
    }
    json_close(&js, '}');
    return buf_str(&b);
}

/* The burst is looked at for programs that name themselves too: what they did shows what the others are. */
static bool judge(struct ctx *tx, const struct link_hit *hit, struct event *ev, bool is_click, struct err *e)
{
    const struct link_open *l = hit->at;
    struct robot_click click = { .delivery = id_text(tx->a, l->delivery), .delivered_at = l->sent_at, .is_trap = is_click && l->is_trap,
                                 .link = is_click ? arena_fmt(tx->a, "%lld", (long long)l->idx) : (str){ 0 } };
    enum robot by_signs = hit->judged, r;
    if ((!hit->is_judged && !robot_by_signs(tx, &hit->by, &by_signs, e)) || !robot_by_history(tx, ev, &click, &r, e))
        return false;
    ev->robot_why = robot_word(by_signs != ROBOT_NONE && r != ROBOT_TRAP ? by_signs : r);
    return true;
}

static bool put_hit(struct ctx *given, const struct link_hit *hit, bool is_click, struct err *e)
{
    const struct link_open *l = hit->at;
    bool is_mail = str_eq(l->channel, S("email"));
    struct ctx tx = *given;
    struct whose whose;
    tx.who = &actor_system;
    tx.by = 0;
    if (!read_person(&tx, l->person, &whose, e))
        return false;
    if (!whose.may || (!is_click && !is_mail))
        return true;
    struct event ev = { .person_id = l->person, .company_id = whose.company, .deal_id = l->deal,
                        .kind = !is_click ? "mail.opened" : is_mail ? "mail.clicked" : "link.clicked",
                        .channel = is_mail ? S("email") : (str){ 0 }, .data = data_of(&tx, l, is_click) };
    if (is_click) {
        ev.en = &link_entity;
        ev.record_id = l->id;
    }
    return judge(&tx, hit, &ev, is_click, e) && event_add(&tx, &ev, e);
}

bool link_clicked(struct ctx *tx, const struct link_hit *hit, struct err *e) { return put_hit(tx, hit, true, e); }
bool delivery_opened(struct ctx *tx, const struct link_hit *hit, struct err *e) { return put_hit(tx, hit, false, e); }

/* ── what waited ─────────────────────────────────────────────────────────── */

static void put_number(struct json *j, const char *name, int64_t n)
{
    json_key(j, str_of(name));
    json_int(j, n);
}

static void put_text(struct json *j, const char *name, str s)
{
    json_key(j, str_of(name));
    json_str(j, s);
}

/* The link as it was when it was followed: it may be withdrawn by now. */
str link_hit_text(struct arena *a, const struct link_hit *hit)
{
    const struct link_open *l = hit->at;
    struct buf b = buf_new(a, 6 * LINK_URL_MAX + 8000);
    struct json j = { .b = &b };
    json_open(&j, '{');
    put_number(&j, "link", l->id);
    put_number(&j, "delivery", l->delivery);
    put_number(&j, "idx", l->idx);
    put_number(&j, "person", l->person);
    put_number(&j, "deal", l->deal);
    put_number(&j, "sent_at", l->sent_at);
    put_number(&j, "trap", l->is_trap);
    put_text(&j, "channel", l->channel);
    put_text(&j, "title", l->title);
    put_text(&j, "url", l->url);
    put_text(&j, "robot", robot_word(hit->judged));
    json_close(&j, '}');
    return buf_str(&b);
}

static int64_t number_of(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }

static str text_of(struct arena *a, const json_t *j, const char *name)
{
    const json_t *v = json_object_get(j, name);
    return json_is_string(v) ? arena_str(a, (str){ json_string_value(v), json_string_length(v) }) : (str){ 0 };
}

/* Two people may have become one since. */
static bool whose_now(struct ctx *tx, struct link_open *l, struct err *e)
{
    bool found;
    int64_t person;
    if (!db_get_int(tx->c, "SELECT person FROM link WHERE id = $1", DB_ARGS(V(l->id)), &found, &person, e))
        return false;
    if (found)
        l->person = person;
    return true;
}

static bool hit_then(struct ctx *tx, str text, bool is_click, struct err *e)
{
    json_error_t why;
    json_t *j = json_loadb(text.p, text.n, 0, &why);
    struct link_open l;
    if (!j)
        return fail(e, ERR_INTERNAL, 0, "a link's hit: %s", why.text);
    l = (struct link_open){
        .id = number_of(j, "link"), .delivery = number_of(j, "delivery"), .idx = number_of(j, "idx"), .person = number_of(j, "person"),
        .deal = number_of(j, "deal"), .sent_at = number_of(j, "sent_at"), .is_trap = number_of(j, "trap") != 0,
        .channel = text_of(tx->a, j, "channel"), .title = text_of(tx->a, j, "title"), .url = text_of(tx->a, j, "url") };
    struct link_hit hit = { .at = &l, .is_judged = true, .judged = robot_of(text_of(tx->a, j, "robot")) };
    json_decref(j);
    return whose_now(tx, &l, e) && put_hit(tx, &hit, is_click, e);
}

bool link_clicked_then(struct ctx *tx, str text, struct err *e) { return hit_then(tx, text, true, e); }
bool delivery_opened_then(struct ctx *tx, str text, struct err *e) { return hit_then(tx, text, false, e); }

/* ── both numbers ────────────────────────────────────────────────────────── */

static void take_count(struct link_count *n, bool is_robot, int64_t hits, int64_t last)
{
    if (is_robot)
        n->programs = hits;
    else
        *n = (struct link_count){ hits, n->programs, last };
}

bool links_count(struct ctx *c, struct record *const *links, size_t n, struct link_count *out, struct err *e)
{
    struct db_val ids[LINKS_COUNTED];
    struct db_rows q;
    for (size_t i = 0; i < LINKS_COUNTED; i++)
        ids[i] = V(i < n ? links[i]->id : (int64_t)0);
    memset(out, 0, n * sizeof *out);
    if (!db_query(c->c, &q, "SELECT record_id, is_robot, COUNT(*), MAX(at) FROM event WHERE record_id IN ($1, $2, $3, $4, $5, $6, $7,"
                            " $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) AND is_void = 0"
                            " AND kind IN ('link.clicked', 'mail.clicked') GROUP BY record_id, is_robot", ids, LINKS_COUNTED, e))
        return false;
    while (db_next(&q))
        for (size_t i = 0; i < n && i < LINKS_COUNTED; i++)
            if (links[i]->id == db_int(&q, 0))
                take_count(&out[i], db_int(&q, 1) != 0, db_int(&q, 2), db_int(&q, 3));
    return db_done(&q, e);
}
