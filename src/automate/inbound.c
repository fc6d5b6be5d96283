/* inbound.c - what may come in, as a record: its address, its signature, and what is made of it. */
#include "automate/inbound.h"
#include "core/seal.h"
#include "flow/webhook.h"
#include "msg/core.h"
#include "msg/webhook.h"
#include "record/query.h"

static const struct choice scheme_choices[] = {
    { "standard", MSG_webhook_scheme_standard },
    { "hub",      MSG_webhook_scheme_hub },
    { 0 },
};
static const struct choice makes_choices[] = {
    { "event",  MSG_webhook_makes_event },
    { "answer", MSG_webhook_makes_answer },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name, .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST, .max = 80 },
    { .name = "slug", .label = MSG_webhook_slug, .help = MSG_webhook_slug_help, .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST, .max = 60 },
    { .name = "scheme", .label = MSG_webhook_scheme, .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST, .choices = scheme_choices, .init = "standard" },
    { .name = "makes", .label = MSG_webhook_makes, .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST, .choices = makes_choices, .init = "event" },
    { .name = "event_kind", .label = MSG_webhook_event_kind, .help = MSG_webhook_event_kind_help, .type = FIELD_TEXT, .max = 40 },
    { .name = "form", .label = MSG_webhook_form, .type = FIELD_REF, .ref = "form" },
    { .name = "map", .label = MSG_webhook_map, .help = MSG_webhook_map_help, .type = FIELD_LONGTEXT, .flags = F_REQUIRED, .max = 4000,
      .init = "email = data.email" },
    { .name = "owner", .label = MSG_core_word_owner, .type = FIELD_REF, .flags = F_LIST, .ref = "user", .init = "me" },
    { .name = "is_active", .label = MSG_core_word_is_active, .type = FIELD_BOOL, .flags = F_LIST, .init = "true" },
    { .name = "secret", .label = MSG_webhook_secret, .type = FIELD_TEXT, .flags = F_SECRET, .max = SEAL_TEXT_MAX },
    { .name = "old_secret", .label = MSG_webhook_old_secret, .type = FIELD_TEXT, .flags = F_SECRET, .max = SEAL_TEXT_MAX },
    { .name = "old_secret_until", .label = MSG_webhook_old_secret_until, .type = FIELD_INSTANT, .flags = F_READONLY },
};

/* ── the map ───────────────────────────────────────────────────────────────── */

static bool is_word(str s, const char *more)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') || strchr(more, s.p[i])))
            return false;
    return s.n > 0 && s.n <= 200;
}

static bool is_path(str s)
{
    int depth = 0;
    while (s.n)
        if (!is_word(str_cut(&s, '.'), "_-") || ++depth > INBOUND_DEPTH_MAX)
            return false;
    return depth > 0;
}

bool inbound_map_parse(str text, struct inbound_map *out, struct err *e)
{
    *out = (struct inbound_map){ 0 };
    for (int at = 1; text.n; at++) {
        str line = str_trim(str_cut(&text, '\n')), path = line, field = str_trim(str_cut(&path, '='));
        path = str_trim(path);
        if (!line.n || line.p[0] == '#')
            continue;
        if (out->n == INBOUND_LINES_MAX || !is_word(field, "_") || !is_path(path)) {
            fail(e, ERR_INVALID, MSG_webhook_bad_map, "map, line %d", at);
            err_arg_int(e, "line", at);
            return err_field(e, "map");
        }
        out->line[out->n].field = field;
        out->line[out->n++].path = path;
    }
    return true;
}

static bool has_email(const struct inbound_map *m)
{
    for (int i = 0; i < m->n; i++)
        if (str_eq(m->line[i].field, S("email")))
            return true;
    return false;
}

/* ── before it is written ──────────────────────────────────────────────────── */

static bool refuse(struct err *e, const char *field, msg_id why)
{
    fail(e, ERR_INVALID, why, "inbound: %s", field);
    return err_field(e, field);
}

static bool slug_ok(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
            return false;
    return s.n > 0 && s.n <= 60;
}

static bool check_number(struct ctx *tx, struct err *e)
{
    bool found;
    int64_t n = 0;
    if (!db_get_int(tx->c, "SELECT COUNT(*) FROM (SELECT id FROM inbound WHERE deleted_at IS NULL LIMIT 51) AS few", DB_NONE, &found, &n, e))
        return false;
    if (n < INBOUND_MAX)
        return true;
    fail(e, ERR_INVALID, MSG_webhook_inbound_max, "more than %d", INBOUND_MAX);
    return err_arg_int(e, "max", INBOUND_MAX);
}

static bool before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct inbound_map m;
    bool makes_event = str_eq(record_text(now, "makes"), S("event"));
    if (!old && !check_number(tx, e))
        return false;
    if (!old)
        secret_first(tx, now);
    if (!slug_ok(record_text(now, "slug")))
        return refuse(e, "slug", MSG_webhook_bad_slug);
    if (makes_event && !event_kind_may_be_told(record_text(now, "event_kind")))
        return refuse(e, "event_kind", MSG_webhook_bad_kind);
    if (!makes_event && !record_int(now, "form"))
        return refuse(e, "form", MSG_webhook_form_needed);
    if (!inbound_map_parse(record_text(now, "map"), &m, e))
        return false;
    return !makes_event || has_email(&m) || refuse(e, "map", MSG_webhook_map_email);
}

const struct entity inbound_entity = {
    .name = "inbound",
    .path = "inbound",
    .label = MSG_webhook_inbound,
    .plural = MSG_webhook_inbound_plural,
    .icon = "arrow-down-to-line",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "slug",
    .owner = "owner",
    .order = "name",
    .flags = E_SETTINGS | E_NO_PAGE,
    .before = before,
};
