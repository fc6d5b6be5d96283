/* intake.c - events that other programs tell us, kept: whom they are about, whether a person or a program did it,
 * and each once.
 *
 * Rights: "event" stands in the table of grants like an entity, so that a key for a tracker needs no right to
 * change people; and nobody tells of a person they cannot see. For who may not, they are not there.
 */
#include "flow/intake.h"
#include "base/id.h"
#include "core/core.h"
#include "flow/robot.h"
#include "msg/intake.h"
#include "record/query.h"
#include "record/type.h"

static const struct entity events = { .name = "event" };

bool intake_may(const struct actor *who)
{
    const struct entity *person = entity_find(S("person"));
    return person && access_scope(who, &events, ACTION_CREATE) != SCOPE_NONE && access_scope(who, person, ACTION_SEE) != SCOPE_NONE;
}

/* ── about whom ──────────────────────────────────────────────────────────── */

/* Those of this list that were looked up already. */
struct met { str word; struct record *r; };
struct book { struct met person[INTAKE_MAX], campaign[INTAKE_MAX]; size_t npersons, ncampaigns; };

static struct met *met_of(struct met *v, size_t n, str word)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].word, word))
            return &v[i];
    return NULL;
}

/* The main address first, then the others a person has; who may not be seen is not found. */
static bool by_email(struct ctx *tx, const struct entity *en, str email, struct record **out, struct err *e)
{
    struct val v;
    bool found;
    int64_t id = 0;
    if (!type_parse(tx, entity_field(en, S("email")), email, &v, e))
        return false;
    email = v.s;
    if (!record_find(tx, en, "email", v, out, e) || *out)
        return e->code == ERR_NONE;
    if (!db_get_int(tx->c, "SELECT person FROM email_address WHERE address = $1 AND deleted_at IS NULL ORDER BY id LIMIT 1",
                    DB_ARGS(V(email)), &found, &id, e))
        return false;
    return !found || record_get(tx, en, id, out, e) || e->code == ERR_NOT_FOUND;
}

static bool by_id(struct ctx *tx, const struct entity *en, str word, struct record **out, struct err *e)
{
    int64_t id;
    return id_parse(word, &id) ? record_get(tx, en, id, out, e) : fail(e, ERR_NOT_FOUND, 0, "no id");
}

/* A short name may read like an id; one that two campaigns have names neither. */
static bool by_id_or_name(struct ctx *tx, const struct entity *en, str word, struct record **out, struct err *e)
{
    struct record **v;
    size_t n;
    if (by_id(tx, en, word, out, e))
        return true;
    if (e->code != ERR_NOT_FOUND)
        return false;
    *e = (struct err){ 0 };
    if (!record_find_titled(tx, en, word, &v, &n, e))
        return false;
    *out = n == 1 ? v[0] : NULL;
    return true;
}

/* *out NULL: there is none, or none to be seen. */
static bool find(struct ctx *tx, const char *entity, str word, struct record **out, struct err *e)
{
    const struct entity *en = entity_find(str_of(entity));
    struct err why = { 0 };
    bool is_person = !strcmp(entity, "person"), is_email = str_find_char(word, '@') > 0;
    *out = NULL;
    if (!en || (!is_person ? by_id_or_name(tx, en, word, out, &why) : is_email ? by_email(tx, en, word, out, &why)
                                                                               : by_id(tx, en, word, out, &why)))
        return true;
    *out = NULL;
    if (why.code == ERR_NOT_FOUND || why.code == ERR_INVALID)
        return true;
    *e = why;
    return false;
}

static bool look_up(struct ctx *tx, const char *entity, str word, struct met *v, size_t *n, struct record **out, struct err *e)
{
    struct met *m = met_of(v, *n, word);
    if (m) {
        *out = m->r;
        return true;
    }
    if (!find(tx, entity, word, out, e))
        return false;
    v[(*n)++] = (struct met){ word, *out };
    return true;
}

/* ── once ────────────────────────────────────────────────────────────────── */

static bool is_known(struct ctx *tx, str key, int64_t *id, bool *out, struct err *e)
{
    *out = false;
    return !key.n || db_get_int(tx->c, "SELECT event_id FROM event_key WHERE sender = $1 AND key = $2",
                                DB_ARGS(V(tx->who->user_id), V(key)), out, id, e);
}

static bool keep_key(struct ctx *tx, str key, int64_t id, struct err *e)
{
    return !key.n || db_exec(tx->c, "INSERT INTO event_key (sender, key, event_id, at) VALUES ($1, $2, $3, $4)",
                             DB_ARGS(V(tx->who->user_id), V(key), V(id), V(tx->now)), NULL, e);
}

/* ── one event ───────────────────────────────────────────────────────────── */

static bool refuse(struct intake_item *it, enum err_code code, msg_id why, const char *field, str value)
{
    it->state = INTAKE_REFUSED;
    fail(&it->refused, code, why, "event: %s", field);
    err_arg(&it->refused, "value", value);
    err_field(&it->refused, field);
    return true;
}

/* A sender that tells no name of a browser hides none: only the network can speak. */
static bool look(struct ctx *tx, const struct intake_item *it, enum robot *out, struct err *e)
{
    bool is_theirs;
    if (it->user_agent.n)
        return robot_by_signs(tx, &(struct robot_signs){ .user_agent = it->user_agent, .ip = it->ip }, out, e);
    if (!robot_network_has(tx, it->ip, &is_theirs, e))
        return false;
    *out = is_theirs ? ROBOT_NETWORK : ROBOT_NONE;
    return true;
}

/* Programs are looked for only where they can be: nobody's guard of a mailbox holds a call. */
static bool judge(struct ctx *tx, const struct intake_item *it, struct event *ev, struct err *e)
{
    const struct event_kind *k = event_kind_find(it->kind);
    enum robot r = it->is_robot ? ROBOT_TOLD : ROBOT_NONE;
    if (!r && k && k->flags & KIND_ROBOTS && !look(tx, it, &r, e))
        return false;
    if (!r && !robot_by_history(tx, ev, &(struct robot_click){ .link = it->url }, &r, e))
        return false;
    ev->robot_why = robot_word(r);
    return true;
}

/* What a person looks at is kept of nobody who took that consent back; what they say and do themselves is. */
static bool may_be_kept(const struct record *person, str kind)
{
    const struct event_kind *k = event_kind_find(kind);
    return !k || !(k->flags & KIND_READING) || !str_eq(record_text(person, "consent_tracking"), S("withdrawn"));
}

static bool put(struct ctx *tx, struct book *book, struct intake_item *it, struct err *e)
{
    struct record *person, *campaign = NULL;
    bool known;
    if (!is_known(tx, it->key, &it->id, &known, e))
        return false;
    if (known) {
        it->state = INTAKE_KNOWN;
        return true;
    }
    if (!look_up(tx, "person", it->person, book->person, &book->npersons, &person, e)
        || (it->campaign.n && !look_up(tx, "campaign", it->campaign, book->campaign, &book->ncampaigns, &campaign, e)))
        return false;
    if (!person)
        return refuse(it, ERR_NOT_FOUND, MSG_intake_no_person, "person", it->person);
    if (!may_be_kept(person, it->kind))
        return refuse(it, ERR_INVALID, MSG_intake_withdrawn, "person", it->person);
    if (it->campaign.n && !campaign)
        return refuse(it, ERR_NOT_FOUND, MSG_intake_no_campaign, "campaign", it->campaign);
    struct event ev = { .person_id = person->id, .company_id = record_int(person, "company"), .at = it->at,
                        .kind = arena_cstr(tx->a, it->kind), .campaign_id = campaign ? campaign->id : 0,
                        .channel = it->channel, .source = it->source, .data = it->data };
    if (!judge(tx, it, &ev, e) || !event_put(tx, &ev, &it->id, e) || !keep_key(tx, it->key, it->id, e))
        return false;
    it->state = INTAKE_KEPT;
    it->is_told_robot = ev.robot_why.n > 0;
    return true;
}

bool intake_put(struct ctx *tx, struct intake *in, struct err *e)
{
    struct book *book = arena_new(tx->a, struct book, 1);
    in->kept = in->known = 0;
    for (size_t i = 0; i < in->n; i++) {
        struct intake_item *it = &in->item[i];
        it->state = INTAKE_REFUSED;             /* a write may run again */
        it->refused = it->wrong;
        it->id = 0;
        if (it->wrong.code)
            continue;
        if (!put(tx, book, it, e))
            return false;
        in->kept += it->state == INTAKE_KEPT;
        in->known += it->state == INTAKE_KNOWN;
    }
    return true;
}
