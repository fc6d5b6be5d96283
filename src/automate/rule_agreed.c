/* rule_agreed.c - a rule of both teams on its page: what waits for signatures, who has signed, and what
 * earlier versions said.
 */
#include "automate/rule_pages.h"
#include "base/id.h"
#include "msg/rule.h"
#include "web/web.h"

enum { VERSIONS_SHOWN = 20 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static str signers(struct ctx *c, const struct record *version)
{
    struct signature_view s[SIDE_COUNT];
    struct buf b = buf_new(c->a, 1000);
    signatures_of(c, version, (struct url){ 0 }, s);
    for (int i = 0; i < SIDE_COUNT; i++)
        if (s[i].is_signed)
            buf_fmt(&b, "%s%.*s: %.*s", b.n ? " · " : "", STR_ARG(s[i].side), STR_ARG(s[i].text));
    return buf_str(&b);
}

static struct rule_version_row row_of(struct ctx *c, const struct record *v, int64_t holds, const struct rule_offers *o)
{
    struct rule_plan *p = arena_new(c->a, struct rule_plan, 1);
    struct err ignored = { 0 };
    bool reads = rule_plan_read(c->a, record_text(v, "says"), p, &ignored);
    return (struct rule_version_row){
        .number = loc_int(c->a, c->loc, record_int(v, "number")), .day = loc_instant(c->a, c->loc, v->created_at, DATE_MEDIUM),
        .owner = record_val(v, "owner").s, .brief = reads ? rule_brief(c, p, o) : say(c, MSG_rule_unreadable), .signed_by = signers(c, v),
        .holds = record_int(v, "number") == holds,
    };
}

static str waiting_text(struct ctx *c, int64_t number, int64_t holds)
{
    if (number == holds)
        return (str){ 0 };
    if (!holds)
        return SAID(c->a, c->loc, rule_version_none, .number = A(number));
    str held = SAID(c->a, c->loc, rule_version_held, .number = A(holds));
    return SAID(c->a, c->loc, rule_version_waits, .number = A(number), .held = A(held));
}

bool rule_agreement(struct ctx *c, const struct record *rule, const struct rule_offers *o, struct rule_agreed_view *out, struct err *e)
{
    int64_t number = record_int(rule, "number"), holds = record_int(rule, "in_force");
    struct list versions;
    struct list_spec s = { .en = &rule_version_entity, .sort = S("-number"), .limit = VERSIONS_SHOWN,
                           .filter = arena_fmt(c->a, "rule = %.*s", STR_ARG(id_text(c->a, rule->id))) };
    *out = (struct rule_agreed_view){ .is_joint = record_int(rule, "is_joint") != 0 };
    if (!record_list(c, &s, &versions, e))
        return false;
    struct rule_version_row *rows = arena_new(c->a, struct rule_version_row, versions.n + 1);
    for (size_t i = 0; i < versions.n; i++)
        rows[i] = row_of(c, versions.rows[i], holds, o);
    out->rows = rows;
    out->n = versions.n;
    if (!out->is_joint || !versions.n)
        return true;
    struct url sign = number == holds ? (struct url){ 0 }
                    : url_fmt(c->a, "/automation/%.*s/sign?number=%lld", STR_ARG(id_text(c->a, rule->id)), (long long)number);
    signatures_of(c, versions.rows[0], sign, out->sign);
    out->text = waiting_text(c, number, holds);
    return true;
}

/* ── signing ─────────────────────────────────────────────────────────────── */

struct signing { int64_t rule, number; enum side side; };

static bool run_sign(struct ctx *tx, void *arg, struct err *e)
{
    const struct signing *s = arg;
    return rule_sign(tx, s->rule, s->number, s->side, e);
}

void rule_sign_act(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct signing s = { .side = signature_asked(rq) };
    struct err e = { 0 };
    if (!web_param_id(rq, 0, &s.rule))
        return;
    if (!str_to_int(request_query(rq, "number"), &s.number))
        s.number = 0;
    if (!record_write(c, run_sign, &s, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, arena_fmt(c->a, "/automation/%.*s", STR_ARG(id_text(c->a, s.rule))), say(c, MSG_rule_signed_done), c->write_id);
}
