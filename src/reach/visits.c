/* visits.c - pages seen by people who allowed it, and how a visitor becomes a person.
 *
 * A visitor is 128 random bits in a cookie of the company's own website. Only a form they send
 * themselves tells who they are; a person who withdrew from tracking is never joined. Visits of
 * robots are kept and marked: they make no touch, and their events count apart.
 */
#include "reach/inside.h"
#include <jansson.h>
#include "base/clock.h"
#include "base/json.h"

enum { JOINED_MAX = 500 };
#define SESSION_GAP (SESSION_GAP_MINUTES * MINUTE_US)

bool visitor_ok(str v)
{
    if (v.n != VISITOR_LEN)
        return false;
    for (size_t i = 0; i < v.n; i++)
        if (!((v.p[i] >= '0' && v.p[i] <= '9') || (v.p[i] >= 'a' && v.p[i] <= 'f')))
            return false;
    return true;
}

/* ── one page seen ───────────────────────────────────────────────────────── */

struct seen { int64_t id, person, at, campaign; str path, referrer, utm_source, utm_medium, robot_why; enum visit_act act; };

/* What stands in a visit, and the kind of event it becomes when we know whose it was. */
static const struct { const char *word, *kind; } acts[VISIT_ACTS] = {
    [VISIT_SEEN] = { "seen", "page.viewed" }, [VISIT_CLICKED] = { "clicked", "link.clicked" }, [VISIT_READ] = { "read", "content.read" },
};

static enum visit_act act_of(str word)
{
    for (int i = 0; i < VISIT_ACTS; i++)
        if (str_eq(word, str_of(acts[i].word)))
            return (enum visit_act)i;
    return VISIT_SEEN;
}

/* The newest visit of this visitor that tells what `last` asks for; id 0: none. */
static bool last_visit(struct ctx *c, str visitor, struct seen *out, struct err *e)
{
    struct db_rows q;
    *out = (struct seen){ 0 };
    if (!db_query(c->c, &q, "SELECT v.id, coalesce(p.id, 0), v.at FROM visit v LEFT JOIN person p ON p.id = v.person"
                            " AND p.deleted_at IS NULL AND p.consent_tracking <> 'withdrawn'"
                            " WHERE v.visitor = $1 AND v.deleted_at IS NULL ORDER BY v.at DESC, v.id DESC LIMIT 1",
                  DB_ARGS(V(visitor)), e))
        return false;
    if (db_next(&q)) {
        out->id = db_int(&q, 0);
        out->person = db_int(&q, 1);
        out->at = db_int(&q, 2);
    }
    return db_done(&q, e);
}

static bool put_event(struct ctx *tx, int64_t person, const struct seen *v, struct source from, struct err *e)
{
    struct event ev = { .person_id = person, .at = v->at, .kind = acts[v->act].kind, .en = &visit_entity, .record_id = v->id,
                        .campaign_id = v->campaign, .channel = str_of(from.channel), .source = str_of(from.source), .robot_why = v->robot_why };
    return event_add(tx, &ev, e);
}

static bool put_touch(struct ctx *tx, int64_t person, const struct seen *v, struct source from, struct err *e)
{
    int64_t id;
    struct touch_in in = { .person = person, .at = v->at, .campaign = v->campaign, .kind = "page", .from = from, .note = v->path };
    return touch_put(tx, &in, &id, e);
}

static bool put_visit(struct ctx *tx, const struct page_seen *in, int64_t person, struct seen *v, struct err *e)
{
    const struct arrival *from = &in->arrival;
    struct record *r = record_new(tx->a, &visit_entity);
    record_set(r, "person", val_ref(person));
    record_set(r, "visitor", val_text(from->visitor));
    record_set(r, "act", val_text(str_of(acts[v->act].word)));
    record_set(r, "path", val_text(v->path));
    record_set(r, "is_robot", val_int(v->robot_why.n > 0));
    record_set(r, "robot_why", val_text(v->robot_why));
    record_set(r, "referrer", val_text(kept(from->referrer, 2000)));
    record_set(r, "campaign", val_ref(v->campaign));
    for (int i = 0; i < UTM_COUNT; i++)
        record_set(r, utm_names[i], val_text(kept(from->utm[i], 200)));
    record_set(r, "device", val_text(in->device));
    if (!record_create(tx, r, e))
        return false;
    v->id = r->id;
    return true;
}

bool reach_visit(struct ctx *given, const struct page_seen *in, struct err *e)
{
    struct ctx tx = *given;
    struct seen before, now = { .at = tx.now, .path = kept(in->path, 2000), .act = in->act, .robot_why = in->robot_why };
    const struct arrival *a = &in->arrival;
    struct source from = source_of(tx.a, a->referrer, a->own_host, a->utm[UTM_SOURCE], a->utm[UTM_MEDIUM]);
    tx.who = &actor_system;
    if (!last_visit(&tx, a->visitor, &before, e) || !campaign_of_link(&tx, a->utm[UTM_CAMPAIGN], &now.campaign, e)
        || !put_visit(&tx, in, before.person, &now, e))
        return false;
    if (!before.person)
        return true;
    bool is_session = !now.robot_why.n && now.act == VISIT_SEEN && now.at - before.at > SESSION_GAP;
    return put_event(&tx, before.person, &now, from, e) && (!is_session || put_touch(&tx, before.person, &now, from, e));
}

bool reach_visit_ended(struct ctx *given, str visitor, str path, int64_t us, struct err *e)
{
    struct ctx tx = *given;
    bool found;
    int64_t id;
    tx.who = &actor_system;
    if (!db_get_int(tx.c, "SELECT id FROM visit WHERE visitor = $1 AND path = $2 AND COALESCE(act, 'seen') = 'seen' AND time_spent IS NULL"
                          " AND deleted_at IS NULL ORDER BY at DESC, id DESC LIMIT 1", DB_ARGS(V(visitor), V(path)), &found, &id, e))
        return false;
    if (!found || us < 0 || us > DAY_US)
        return true;
    struct record *r = record_new(tx.a, &visit_entity);
    r->id = id;
    record_set(r, "time_spent", val_int(us));
    return record_update(&tx, r, 0, NULL, e);
}

/* ── who it was ──────────────────────────────────────────────────────────── */

static bool may_join(struct ctx *tx, int64_t person, bool *out, struct err *e)
{
    bool found;
    int64_t id;
    if (!db_get_int(tx->c, "SELECT id FROM person WHERE id = $1 AND deleted_at IS NULL AND consent_tracking <> 'withdrawn'", DB_ARGS(V(person)),
                    &found, &id, e))
        return false;
    *out = found;
    return true;
}

static bool load_unknown(struct ctx *tx, str visitor, struct seen *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(tx->c, &q, "SELECT id, at, coalesce(campaign, 0), path, referrer, utm_source, utm_medium, act, robot_why FROM visit"
                             " WHERE visitor = $1 AND person IS NULL AND deleted_at IS NULL ORDER BY at DESC, id DESC LIMIT 500",
                  DB_ARGS(V(visitor)), e))
        return false;
    while (*n < JOINED_MAX && db_next(&q))
        v[(*n)++] = (struct seen){ .id = db_int(&q, 0), .at = db_int(&q, 1), .campaign = db_int(&q, 2),
            .path = db_text(&q, 3, tx->a), .referrer = db_text(&q, 4, tx->a),
            .utm_source = db_text(&q, 5, tx->a), .utm_medium = db_text(&q, 6, tx->a),
            .act = act_of(db_text_view(&q, 7)), .robot_why = db_text(&q, 8, tx->a) };
    return db_done(&q, e);
}

/* The cookie is there because the visitor allowed it: that is the consent. */
static bool note_consent(struct ctx *tx, int64_t person, struct err *e)
{
    struct record *old, *p = record_new(tx->a, &person_entity), *r = record_new(tx->a, &consent_entity);
    if (!record_get(tx, &person_entity, person, &old, e))
        return false;
    if (str_eq(record_text(old, "consent_tracking"), S("given")))
        return true;
    p->id = person;
    record_set(p, "consent_tracking", val_text(S("given")));
    record_set(r, "person", val_ref(person));
    record_set(r, "purpose", val_text(S("profiling")));
    record_set(r, "channel", val_text(S("tracking")));
    record_set(r, "state", val_text(S("given")));
    record_set(r, "wording", val_text(msg_text(tx->a, tx->loc, MSG_reach_bar_text, NULL)));
    return record_update(tx, p, 0, NULL, e) && record_create(tx, r, e);
}

static bool join(struct ctx *tx, str visitor, int64_t person, struct err *e)
{
    struct seen *v = arena_new(tx->a, struct seen, JOINED_MAX);
    int64_t last = 0;
    size_t n;
    bool may;
    if (!may_join(tx, person, &may, e))
        return false;
    if (!may)
        return true;
    if (!load_unknown(tx, visitor, v, &n, e) || (n && !note_consent(tx, person, e)))
        return false;
    while (n-- > 0) {                           /* oldest first */
        struct record *r = record_new(tx->a, &visit_entity);
        struct source from = source_of(tx->a, v[n].referrer, (str){ 0 }, v[n].utm_source, v[n].utm_medium);
        r->id = v[n].id;
        record_set(r, "person", val_ref(person));
        if (!record_update(tx, r, 0, NULL, e) || !put_event(tx, person, &v[n], from, e))
            return false;
        if (v[n].robot_why.n || v[n].act != VISIT_SEEN)
            continue;
        if ((!last || v[n].at - last > SESSION_GAP) && !put_touch(tx, person, &v[n], from, e))
            return false;
        last = v[n].at;
    }
    return true;
}

/* ── pages that wait yet ─────────────────────────────────────────────────── */

/* Pages seen before this, of which the records are still to be made (flow/hit.h), are the person's too: it is told
 * once more behind them. */
bool visits_join(struct ctx *tx, str visitor, int64_t person, struct err *e)
{
    struct buf b = buf_new(tx->a, 1000);
    struct json js = { .b = &b };
    json_open(&js, '{');
    json_key(&js, S("visitor"));
    json_str(&js, visitor);
    json_key(&js, S("person"));
    json_int(&js, person);
    json_key(&js, S("lang"));
    json_int(&js, tx->loc->lang);
    json_close(&js, '}');
    return join(tx, visitor, person, e) && hit_follow(tx, VISITOR_JOINED, buf_str(&b), e);
}

bool visits_join_behind(struct ctx *given, str body, struct err *e)
{
    json_error_t why;
    json_t *j = json_loadb(body.p, body.n, 0, &why);
    struct locale loc = *given->loc;
    struct ctx tx = *given;
    if (!j)
        return fail(e, ERR_INTERNAL, 0, "a joined visitor: %s", why.text);
    int64_t person = json_integer_value(json_object_get(j, "person")), lang = json_integer_value(json_object_get(j, "lang"));
    str visitor = arena_str(tx.a, str_of(json_string_value(json_object_get(j, "visitor"))));
    json_decref(j);
    if (lang >= 0 && lang < LANG_COUNT)
        loc.lang = (enum lang)lang;
    tx.loc = &loc;
    return join(&tx, visitor, person, e);
}
