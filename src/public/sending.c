/* sending.c - the acts of one sending, judged and ready to be kept: made into records at once, or put down as text
 * while they wait (flow/hit.h). Both ways meet in sending_keep(). The text has no address of the visitor and no name
 * of a browser: what those told is told already.
 */
#include <jansson.h>
#include "base/json.h"
#include "public/sending.h"

bool sending_keep(struct ctx *tx, const struct sending *s, struct err *e)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct sent_act *a = &s->act[i];
        bool ok = a->is_end ? reach_visit_ended(tx, a->seen.arrival.visitor, a->seen.path, a->spent, e) : reach_visit(tx, &a->seen, e);
        if (!ok)
            return false;
    }
    return true;
}

/* ── down ────────────────────────────────────────────────────────────────── */

/* What is empty is left out. */
static void put_text(struct json *j, const char *name, str s)
{
    if (!s.n)
        return;
    json_key(j, str_of(name));
    json_str(j, s);
}

static void put_act(struct json *j, const struct sent_act *a)
{
    const struct arrival *from = &a->seen.arrival;
    json_open(j, '{');
    json_key(j, S("act"));
    json_int(j, a->is_end ? VISIT_ACTS : a->seen.act);
    put_text(j, "path", a->seen.path);
    put_text(j, "referrer", from->referrer);
    put_text(j, "host", from->own_host);
    for (int i = 0; i < UTM_COUNT; i++)
        put_text(j, utm_names[i], from->utm[i]);
    if (a->is_end) {
        json_key(j, S("spent"));
        json_int(j, a->spent);
    }
    json_close(j, '}');
}

str sending_text(struct arena *a, const struct sending *s)
{
    struct buf b = buf_new(a, HIT_BODY_MAX);
    struct json j = { .b = &b };
    json_open(&j, '{');
    put_text(&j, "visitor", s->n ? s->act[0].seen.arrival.visitor : (str){ 0 });
    put_text(&j, "robot", s->n ? s->act[0].seen.robot_why : (str){ 0 });
    put_text(&j, "device", s->n ? s->act[0].seen.device : (str){ 0 });
    json_key(&j, S("acts"));
    json_open(&j, '[');
    for (size_t i = 0; i < s->n; i++)
        put_act(&j, &s->act[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    return b.full ? (str){ 0 } : buf_str(&b);
}

/* ── and up again ────────────────────────────────────────────────────────── */

static str text_of(struct arena *a, const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_string(v) ? arena_str(a, (str){ json_string_value(v), json_string_length(v) }) : (str){ 0 };
}

static void read_act(struct arena *a, const json_t *o, struct sent_act *out)
{
    struct arrival *from = &out->seen.arrival;
    json_int_t act = json_integer_value(json_object_get(o, "act"));
    out->is_end = act == VISIT_ACTS;
    out->seen.act = act > 0 && act < VISIT_ACTS ? (enum visit_act)act : VISIT_SEEN;
    out->seen.path = text_of(a, o, "path");
    from->referrer = text_of(a, o, "referrer");
    from->own_host = text_of(a, o, "host");
    for (int i = 0; i < UTM_COUNT; i++)
        from->utm[i] = text_of(a, o, utm_names[i]);
    out->spent = json_integer_value(json_object_get(o, "spent"));
}

bool sending_read(struct arena *a, str text, struct sending *out, struct err *e)
{
    json_error_t why;
    json_t *j = json_loadb(text.p, text.n, 0, &why);
    const json_t *acts = json_object_get(j, "acts");
    str visitor = text_of(a, j, "visitor"), robot = text_of(a, j, "robot"), device = text_of(a, j, "device");
    out->n = json_array_size(acts);
    if (!j || !visitor_ok(visitor) || out->n > ACTS_MAX) {
        json_decref(j);
        return fail(e, ERR_INTERNAL, 0, "a sending: %s", j ? "visitor or acts" : why.text);
    }
    out->act = arena_new(a, struct sent_act, out->n);
    for (size_t i = 0; i < out->n; i++) {
        out->act[i] = (struct sent_act){ .seen = { .robot_why = robot, .device = device, .arrival = { .visitor = visitor } } };
        read_act(a, json_array_get(acts, i), &out->act[i]);
    }
    json_decref(j);
    return true;
}

bool sending_made(struct ctx *tx, str body, struct err *e)
{
    struct sending *s = arena_new(tx->a, struct sending, 1);
    return sending_read(tx->a, body, s, e) && sending_keep(tx, s, e);
}
