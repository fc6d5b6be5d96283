/* intake_read.c - the JSON of a list of events, member by member.
 *
 * A member nobody knows is an error, so that a misspelt "campain" is not lost silently. What is read is text of
 * bounded length; nothing of it has been looked up yet.
 */
#include "flow/intake.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "core/core.h"
#include "egress/address.h"
#include "msg/intake.h"
#include "record/query.h"

static str text_of(const json_t *v) { return (str){ json_string_value(v), json_string_length(v) }; }

static bool wrong(struct err *e, msg_id why, const char *field, str value)
{
    fail(e, ERR_INVALID, why, "event: %s", field);
    err_arg(e, "field", str_of(field));
    err_arg(e, "value", value);
    return err_field(e, field);
}

static bool too_long(struct err *e, const char *field, int max)
{
    wrong(e, MSG_intake_text, field, (str){ 0 });
    return err_arg_int(e, "max", max);
}

static bool is_one_of(const struct choice *list, str value)
{
    for (const struct choice *c = list; c->value; c++)
        if (str_eq(value, str_of(c->value)))
            return true;
    return false;
}

/* ── data ────────────────────────────────────────────────────────────────── */

static bool put_value(struct json *j, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_STRING:
        json_str(j, text_of(v));
        return json_string_length(v) <= INTAKE_VALUE_MAX;
    case JSON_INTEGER:
        json_int(j, json_integer_value(v));
        return true;
    case JSON_REAL:
        json_num(j, json_real_value(v));
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        json_bool(j, json_is_true(v));
        return true;
    case JSON_NULL:
        json_unset(j);
        return true;
    default:
        return false;                           /* flat: what is asked for later is one step away */
    }
}

static void put_text(struct json *j, const char *name, str s)
{
    if (!s.n)
        return;
    json_key(j, str_of(name));
    json_str(j, s);
}

/* The sender's members, then ours: "url" and "title" are those of the event. */
static bool read_data(struct arena *a, const json_t *data, struct intake_item *it, struct err *e)
{
    enum { ROOM = 6 * (INTAKE_DATA_MAX * (INTAKE_VALUE_MAX + 100) + INTAKE_URL_MAX + INTAKE_TITLE_MAX) };
    struct buf b = buf_new(a, ROOM);
    struct json j = { &b, false };
    const char *name;
    json_t *v;
    json_open(&j, '{');
    json_object_foreach((json_t *)(uintptr_t)data, name, v) {
        if (!strcmp(name, "url") || !strcmp(name, "title") || !*name || strlen(name) > 60)
            return wrong(e, MSG_intake_data_name, "data", str_of(name));
        json_key(&j, str_of(name));
        if (!put_value(&j, v))
            return wrong(e, MSG_intake_data, "data", str_of(name));
    }
    put_text(&j, "url", it->url);
    put_text(&j, "title", it->title);
    json_close(&j, '}');
    it->data = b.n > 2 ? buf_str(&b) : (str){ 0 };
    return true;
}

/* ── one event ───────────────────────────────────────────────────────────── */

static const struct member { const char *name; size_t at; int max; } members[] = {
    { "kind", offsetof(struct intake_item, kind), EVENT_KIND_MAX },
    { "key", offsetof(struct intake_item, key), INTAKE_KEY_MAX },
    { "person", offsetof(struct intake_item, person), 254 },
    { "campaign", offsetof(struct intake_item, campaign), 200 },
    { "channel", offsetof(struct intake_item, channel), 20 },
    { "source", offsetof(struct intake_item, source), 20 },
    { "url", offsetof(struct intake_item, url), INTAKE_URL_MAX },
    { "title", offsetof(struct intake_item, title), INTAKE_TITLE_MAX },
    { "user_agent", offsetof(struct intake_item, user_agent), 1000 },
    { "ip", offsetof(struct intake_item, ip), INTAKE_IP_MAX },
};

static bool read_at(const json_t *v, int64_t now, int64_t *out, struct err *e)
{
    static const int64_t oldest = INT64_C(946684800000000);        /* the year 2000 */
    if (!json_is_string(v) || !parse_iso_instant(text_of(v), out) || *out < oldest || *out > now + INTAKE_AHEAD_S * SECOND_US)
        return wrong(e, MSG_intake_at, "at", json_is_string(v) ? text_of(v) : (str){ 0 });
    return true;
}

static bool read_member(struct arena *a, const char *name, const json_t *v, int64_t now, struct intake_item *it, struct err *e)
{
    for (size_t i = 0; i < countof(members); i++) {
        const struct member *m = &members[i];
        if (strcmp(name, m->name))
            continue;
        if (!json_is_string(v) || json_string_length(v) > (size_t)m->max)
            return too_long(e, m->name, m->max);
        *(str *)(void *)((char *)it + m->at) = str_trim(arena_str(a, text_of(v)));
        return true;
    }
    if (!strcmp(name, "at"))
        return read_at(v, now, &it->at, e);
    if (!strcmp(name, "is_robot")) {
        it->is_robot = json_is_true(v);
        return json_is_boolean(v) || wrong(e, MSG_intake_flag, "is_robot", (str){ 0 });
    }
    if (!strcmp(name, "data"))
        return (json_is_object(v) && json_object_size(v) <= INTAKE_DATA_MAX) || wrong(e, MSG_intake_data, "data", (str){ 0 });
    fail(e, ERR_INVALID, MSG_intake_member, "event: %s", name);
    return err_arg(e, "value", str_of(name));
}

static bool is_sound(const struct intake_item *it, struct err *e)
{
    struct ip ip;
    if (!it->kind.n)
        return wrong(e, MSG_intake_needed, "kind", (str){ 0 });
    if (!event_kind_may_be_told(it->kind))
        return wrong(e, MSG_intake_kind, "kind", it->kind);
    if (!it->person.n)
        return wrong(e, MSG_intake_needed, "person", (str){ 0 });
    if (it->channel.n && !is_one_of(choices_channel, it->channel))
        return wrong(e, MSG_intake_choice, "channel", it->channel);
    if (it->source.n && !is_one_of(choices_source, it->source))
        return wrong(e, MSG_intake_choice, "source", it->source);
    if (it->url.n && !str_starts(it->url, S("https://")) && !str_starts(it->url, S("http://")))
        return wrong(e, MSG_intake_url, "url", it->url);
    if (it->ip.n && !ip_parse(it->ip, &ip))
        return wrong(e, MSG_intake_ip, "ip", it->ip);
    return true;
}

static bool read_item(struct arena *a, const json_t *o, int64_t now, struct intake_item *it, struct err *e)
{
    const char *name;
    json_t *v;
    if (!json_is_object(o))
        return fail(e, ERR_INVALID, MSG_intake_object, "an event that is no object");
    json_object_foreach((json_t *)(uintptr_t)o, name, v)
        if (!read_member(a, name, v, now, it, e))
            return false;
    return is_sound(it, e) && read_data(a, json_object_get(o, "data"), it, e);
}

/* ── the list ────────────────────────────────────────────────────────────── */

bool intake_read(struct arena *a, const json_t *body, int64_t now, struct intake *out, struct err *e)
{
    const json_t *list = json_object_get(body, "events");
    size_t n = json_array_size(list);
    *out = (struct intake){ 0 };
    if (!json_is_array(list) || json_object_size(body) != 1 || n == 0)
        return fail(e, ERR_INVALID, MSG_intake_list, "no list of events");
    if (n > INTAKE_MAX) {
        fail(e, ERR_TOO_LARGE, MSG_intake_max, "%zu events", n);
        return err_arg_int(e, "max", INTAKE_MAX);
    }
    out->item = arena_new(a, struct intake_item, n);
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        struct intake_item *it = &out->item[i];
        if (!read_item(a, json_array_get(list, i), now, it, &it->wrong))
            it->wrong.pos = (int64_t)i + 1;
    }
    return true;
}
