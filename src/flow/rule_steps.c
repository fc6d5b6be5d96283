/* rule_steps.c - what every house's rules can do: tell, give a task, set a field, make a record,
 * start and stop another rule. Written as the owner, through the same door as a page.
 */
#include "flow/rule_inside.h"
#include "base/buf.h"
#include "core/work_time.h"
#include "flow/webhook.h"
#include "msg/rule.h"
#include "record/put_json.h"
#include "record/query.h"
#include "record/type.h"

/* ── who and what ────────────────────────────────────────────────────────── */

/* Who leads the team, else who has the role of its head, else the owner of the house. */
static bool head_of(struct ctx *c, const char *function, const char *role, int64_t *user, struct err *e)
{
    bool found;
    str like = arena_fmt(c->a, "%%%s%%", role);
    return db_get_int(c->c, "SELECT u.id FROM \"user\" u LEFT JOIN team t ON t.head = u.id AND t.function = $1 AND t.deleted_at IS NULL"
                            " WHERE u.deleted_at IS NULL AND u.is_active = 1 AND (t.id IS NOT NULL OR u.roles LIKE $2"
                            " OR u.roles LIKE '%cro%' OR u.roles LIKE '%owner%') ORDER BY CASE WHEN t.id IS NULL THEN 1 ELSE 0 END,"
                            " CASE WHEN u.roles LIKE $2 THEN 0 ELSE 1 END, u.id LIMIT 1",
                      DB_ARGS(V(str_of(function)), V(like)), &found, user, e);
}

bool rule_is_role(str word)
{
    static const char *const words[] = { "owner", "manager", "rule_owner", "head_sales", "head_marketing" };
    for (size_t i = 0; i < countof(words); i++)
        if (str_eq(word, str_of(words[i])))
            return true;
    return false;
}

static bool load(struct rule_act *a, struct record **out, struct err *e)
{
    return record_get(a->tx, a->en, a->record, out, e);
}

static int64_t owner_in(const struct record *r)
{
    return r->en->owner ? record_int(r, r->en->owner) : r->created_by;
}

bool rule_owner_of(struct rule_act *a, int64_t *out, struct err *e)
{
    struct record *r;
    if (!load(a, &r, e))
        return false;
    *out = owner_in(r);
    return true;
}

bool rule_who(struct rule_act *a, str word, int64_t *user, struct err *e)
{
    struct addressee owner;
    *user = 0;
    if (str_eq(word, S("rule_owner")))
        return *user = a->owner, true;
    if (str_eq(word, S("owner")))
        return rule_owner_of(a, user, e);
    if (str_eq(word, S("manager"))) {
        if (!rule_owner_of(a, user, e) || !addressee_of(a->tx, *user, &owner, e))
            return false;
        *user = owner.manager;
        return true;
    }
    if (str_eq(word, S("head_sales")))
        return head_of(a->tx, "sales", "sales_manager", user, e);
    if (str_eq(word, S("head_marketing")))
        return head_of(a->tx, "marketing", "marketing_manager", user, e);
    return id_parse(word, user) || fail(e, ERR_INVALID, MSG_rule_bad_who, "who %.*s", STR_ARG(word));
}

bool rule_text(struct rule_act *a, str text, str *out, struct err *e)
{
    struct record *r;
    struct addressee owner = { 0 };
    struct buf b = buf_new(a->tx->a, 8000);
    if (!load(a, &r, e) || (str_find(text, S("{owner}")) >= 0 && !addressee_of(a->tx, owner_in(r), &owner, e)))
        return false;
    for (ptrdiff_t at; text.n; text = str_from(text, 1)) {
        if (str_starts(text, S("{record}"))) {
            buf_put(&b, record_title(r));
            text = str_from(text, 7);
        } else if (str_starts(text, S("{owner}"))) {
            buf_put(&b, owner.name);
            text = str_from(text, 6);
        } else {
            at = str_find_char(str_from(text, 1), '{');
            size_t n = at < 0 ? text.n : (size_t)at + 1;
            buf_put(&b, str_head(text, n));
            text = str_from(text, n - 1);
        }
    }
    *out = buf_str(&b);
    return true;
}

static str name_of(struct rule_act *a, int64_t user)
{
    struct addressee r;
    struct err ignored = { 0 };
    return addressee_of(a->tx, user, &r, &ignored) ? r.name : (str){ 0 };
}

static str path_of(struct rule_act *a)
{
    return arena_fmt(a->tx->a, "/%s/%.*s", a->en->path, STR_ARG(id_text(a->tx->a, a->record)));
}

bool rule_until(struct rule_act *a, int64_t holder, int64_t *out, struct err *e)
{
    int64_t span = rule_span(rule_arg(a->line, "count"), rule_arg(a->line, "unit"));
    struct bizcal cal;
    if (str_eq(rule_arg(a->line, "unit"), S("work_hours")))
        return calendar_of(a->tx, holder, &cal, e) && bizcal_add(&cal, a->tx->now, span, out, e);
    *out = a->tx->now + span;
    return true;
}

/* ── notify, task ────────────────────────────────────────────────────────── */

bool rule_do_notify(struct rule_act *a, struct err *e)
{
    int64_t who;
    str text;
    struct ctx sys = ctx_as_system(a->tx);
    if (!rule_who(a, rule_arg(a->line, "who"), &who, e) || !rule_text(a, rule_arg(a->line, "text"), &text, e))
        return false;
    if (!who)
        return fail(e, ERR_NOT_FOUND, MSG_rule_nobody, "nobody to tell");
    sys.by = 0;                                 /* the owner of a rule wants its notices too */
    struct ctx tell = sys;
    a->said = name_of(a, who);
    return notify(&tell, who, "rule.told", str_head(text, 280), path_of(a), e);
}

/* References of the new record that the old one can fill: itself, and what both have. */
static void relate(struct record *to, const struct record *from)
{
    for (size_t i = 0; i < to->en->nfields; i++) {
        const struct field *f = &to->en->fields[i];
        const struct field *same = entity_field(from->en, str_of(f->name));
        if (f->type != FIELD_REF || !strcmp(f->name, "owner") || f->flags & F_READONLY)
            continue;
        if (!strcmp(f->ref, from->en->name))
            record_set(to, f->name, val_ref(from->id));
        else if (same && same->type == FIELD_REF && !strcmp(same->ref, f->ref) && record_int(from, f->name))
            record_set(to, f->name, val_ref(record_int(from, f->name)));
    }
}

bool rule_do_task(struct rule_act *a, struct err *e)
{
    const struct entity *en = entity_find(S("task"));
    struct record *r = record_new(a->tx->a, en), *about;
    int64_t who, due;
    str text;
    if (!load(a, &about, e) || !rule_who(a, rule_arg(a->line, "who"), &who, e)
        || !rule_text(a, rule_arg(a->line, "text"), &text, e))
        return false;
    if (!who)
        return fail(e, ERR_NOT_FOUND, MSG_rule_nobody, "nobody for the task");
    relate(r, about);
    record_set(r, "title", val_text(str_head(text, 190)));
    record_set(r, "owner", val_ref(who));
    if (!rule_until(a, who, &due, e))
        return false;
    record_set(r, "due_at", val_int(due));
    if (!record_create(a->tx, r, e))
        return false;
    a->did_en = en;
    a->did = r->id;
    a->said = name_of(a, who);
    return true;
}

/* ── set, create ─────────────────────────────────────────────────────────── */

bool rule_value(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    *out = (struct val){ 0 };
    if (!text.n)
        return true;
    if (str_eq(text, S("today")) && f->type == FIELD_DATE)
        return *out = val_int(zone_days(c->loc->zone, c->now)), true;
    if (str_eq(text, S("now")) && f->type == FIELD_INSTANT)
        return *out = val_int(c->now), true;
    if (str_eq(text, S("me")) && f->type == FIELD_REF && !strcmp(f->ref, "user"))
        return *out = val_ref(c->who->user_id), true;
    return type_from_canon(c, f, text, out, e);
}

bool rule_do_set(struct rule_act *a, struct err *e)
{
    struct record *r = record_new(a->tx->a, a->en);
    const struct field *f = entity_field(a->en, rule_arg(a->line, "field"));
    struct val v;
    if (!f || !rule_may_set(f))
        return fail(e, ERR_INVALID, MSG_rule_bad_field, "no such field");
    if (!rule_value(a->tx, f, rule_arg(a->line, "to"), &v, e))
        return false;
    r->id = a->record;
    record_set(r, f->name, v);
    a->said = msg_text(a->tx->a, a->tx->loc, f->label, NULL);
    a->did_en = a->en;
    a->did = a->record;
    return record_update(a->tx, r, 0, NULL, e);
}

static const struct field *title_of(const struct entity *en)
{
    return entity_field(en, str_of(en->title));
}

bool rule_do_create(struct rule_act *a, struct err *e)
{
    const struct entity *en = entity_find(rule_arg(a->line, "what"));
    struct record *r, *about;
    str text;
    if (!en)
        return fail(e, ERR_INVALID, MSG_rule_bad_choice, "no entity");
    r = record_new(a->tx->a, en);
    const struct field *title = title_of(en), *body = entity_field(en, S("text")), *at = entity_field(en, S("at"));
    if (!load(a, &about, e) || !rule_text(a, rule_arg(a->line, "text"), &text, e))
        return false;
    relate(r, about);
    if (title && (title->type == FIELD_TEXT || title->type == FIELD_LONGTEXT))
        record_set(r, title->name, val_text(str_head(text, title->max ? (size_t)title->max : 100)));
    if (body && body != title && body->type == FIELD_LONGTEXT)
        record_set(r, "text", val_text(text));
    if (at && at->flags & F_REQUIRED && at->type == FIELD_INSTANT)
        record_set(r, "at", val_int(a->tx->now + DAY_US));
    if (!record_create(a->tx, r, e))
        return false;
    a->did_en = en;
    a->did = r->id;
    return true;
}

/* ── start, stop ─────────────────────────────────────────────────────────── */

struct where { int64_t chain, depth; };

static bool place_of(struct rule_act *a, struct where *w, struct err *e)
{
    struct db_rows q;
    *w = (struct where){ a->run, 0 };
    if (!db_query(a->tx->c, &q, "SELECT chain, depth FROM rule_cause WHERE write_id = $1", DB_ARGS(V(a->tx->write_id)), e))
        return false;
    if (db_next(&q))
        *w = (struct where){ db_int(&q, 0), db_int(&q, 1) };
    return db_done(&q, e);
}

bool rule_do_start(struct rule_act *a, struct err *e)
{
    struct where w;
    int64_t rule, run;
    if (!id_parse(rule_arg(a->line, "rule"), &rule))
        return fail(e, ERR_INVALID, MSG_rule_bad_choice, "no rule");
    if (!place_of(a, &w, e) || !rule_start(a->tx, rule, a->en, a->record, w.chain, w.depth + 1, &run, e))
        return false;
    a->did_en = &rule_run_entity;
    a->did = run;
    return true;
}

bool rule_do_stop(struct rule_act *a, struct err *e)
{
    enum { AT_ONCE = 50 };
    struct db_rows q;
    int64_t rule, v[AT_ONCE];
    size_t n = 0;
    if (!id_parse(rule_arg(a->line, "rule"), &rule))
        return fail(e, ERR_INVALID, MSG_rule_bad_choice, "no rule");
    if (!db_query(a->tx->c, &q, "SELECT id FROM rule_run WHERE rule = $1 AND record = $2 AND state = 'waiting' AND id <> $3"
                                " AND deleted_at IS NULL LIMIT 50", DB_ARGS(V(rule), V(a->record), V(a->run)), e))
        return false;
    while (n < AT_ONCE && db_next(&q))
        v[n++] = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!rule_stop(a->tx, v[i], e))
            return false;
    a->said = arena_fmt(a->tx->a, "%zu", n);
    return true;
}

/* ── webhook ─────────────────────────────────────────────────────────────── */

/* What it tells is what the rule's owner may see, to a webhook they may see. */
bool rule_do_webhook(struct rule_act *a, struct err *e)
{
    enum { BODY_MAX = 200000 };
    struct buf b = buf_new(a->tx->a, BODY_MAX);
    struct json j = { .b = &b };
    struct record *about, *hook;
    int64_t webhook, id;
    if (!id_parse(rule_arg(a->line, "webhook"), &webhook))
        return fail(e, ERR_INVALID, MSG_rule_bad_choice, "no webhook");
    if (!load(a, &about, e) || !record_get(a->tx, &webhook_entity, webhook, &hook, e))
        return false;
    json_open(&j, '{');
    json_key(&j, S("type"));
    json_str(&j, S("rule.told"));
    json_key(&j, S("rule"));
    json_str(&j, a->tx->why);
    json_key(&j, str_of(a->en->name));
    record_put_json(&j, a->tx, about, NULL, 0);
    json_close(&j, '}');
    a->said = record_title(hook);
    return webhook_send(a->tx, webhook, S("rule.told"), id_text(a->tx->a, a->record), buf_str(&b), &id, e);
}
