/* openapi.c - the description of the API, made from the catalogue: OpenAPI 3.1.
 *
 * What a token may really do depends on its owner; this tells what exists.
 */
#include "api/api.h"
#include "core/core.h"
#include "flow/intake.h"
#include "record/query.h"
#include "record/type.h"

enum { DOC_MAX = 8 << 20 };

static void member(struct json *j, const char *name, const char *text)
{
    json_key(j, str_of(name));
    json_str(j, str_of(text));
}

static void open_member(struct json *j, const char *name, char bracket)
{
    json_key(j, str_of(name));
    json_open(j, bracket);
}

static str label(struct request *rq, msg_id id)
{
    struct locale en = locale_default(LANG_EN, "GB");
    return msg_text(&rq->a, &en, id, NULL);
}

/* ── schemas ───────────────────────────────────────────────────────────────── */

static void ref_schema(struct json *j, const char *name)
{
    char at[120];
    snprintf(at, sizeof at, "#/components/schemas/%s", name);
    member(j, "$ref", at);
}

/* "string" or "null" too: a field that is not set reads null. */
static void nullable_type(struct json *j, const char *type)
{
    open_member(j, "type", '[');
    json_str(j, str_of(type));
    json_str(j, S("null"));
    json_close(j, ']');
}

static void choices_enum(struct json *j, const struct field *f, bool may_be_null)
{
    open_member(j, "enum", '[');
    for (const struct choice *c = f->choices; c && c->value; c++)
        json_str(j, str_of(c->value));
    if (may_be_null)
        json_unset(j);
    json_close(j, ']');
}

static void value_schema(struct json *j, const struct field *f)
{
    const struct type *t = type_of(f);
    enum field_type k = f->type == FIELD_COMPUTED ? f->shown_as : f->type;
    if (k == FIELD_MONEY || k == FIELD_REF) {
        open_member(j, "anyOf", '[');
        json_open(j, '{');
        ref_schema(j, k == FIELD_MONEY ? "Money" : "Reference");
        json_close(j, '}');
        json_open(j, '{');
        nullable_type(j, "string");
        json_close(j, '}');
        json_close(j, ']');
    } else if (k == FIELD_TAGS || k == FIELD_CHOICES || k == FIELD_REFS) {
        member(j, "type", "array");
        open_member(j, "items", '{');
        member(j, "type", "string");
        if (k == FIELD_CHOICES)
            choices_enum(j, f, false);
        json_close(j, '}');
    } else {
        nullable_type(j, t->json_type);
        if (t->json_format)
            member(j, "format", t->json_format);
        if (k == FIELD_CHOICE)
            choices_enum(j, f, true);
        else if (t->is_text && (f->max || t->max)) {
            json_key(j, S("maxLength"));
            json_int(j, f->max ? f->max : t->max);
        }
    }
}

static void field_schema(struct request *rq, struct json *j, const struct field *f)
{
    open_member(j, f->name, '{');
    json_key(j, S("title"));
    json_str(j, label(rq, f->label));
    if (f->help) {
        json_key(j, S("description"));
        json_str(j, label(rq, f->help));
    }
    value_schema(j, f);
    if (f->flags & F_READONLY || f->type == FIELD_COMPUTED) {
        json_key(j, S("readOnly"));
        json_bool(j, true);
    }
    json_close(j, '}');
}

static void system_field(struct json *j, const char *name, const char *type, const char *format)
{
    open_member(j, name, '{');
    member(j, "type", type);
    if (format)
        member(j, "format", format);
    json_key(j, S("readOnly"));
    json_bool(j, true);
    json_close(j, '}');
}

static void entity_schema(struct request *rq, struct json *j, const struct entity *en)
{
    open_member(j, en->name, '{');
    json_key(j, S("title"));
    json_str(j, label(rq, en->label));
    member(j, "type", "object");
    open_member(j, "properties", '{');
    system_field(j, "id", "string", NULL);
    system_field(j, "version", "integer", NULL);
    system_field(j, "created_at", "string", "date-time");
    system_field(j, "updated_at", "string", "date-time");
    for (size_t i = 0; i < en->nfields; i++)
        if (!(en->fields[i].flags & F_SECRET))
            field_schema(rq, j, &en->fields[i]);
    json_close(j, '}');
    json_close(j, '}');
}

static void shared_schemas(struct json *j)
{
    json_key(j, S("Money"));
    json_raw(j, S("{\"type\":\"object\",\"required\":[\"amount\",\"currency\"],\"properties\":{\"amount\":{\"type\":\"string\","
                  "\"description\":\"Exact, in major units\",\"examples\":[\"1234.50\"]},\"currency\":{\"type\":\"string\","
                  "\"pattern\":\"^[A-Z]{3}$\"}}}"));
    json_key(j, S("Reference"));
    json_raw(j, S("{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{\"id\":{\"type\":\"string\"},"
                  "\"title\":{\"type\":\"string\",\"readOnly\":true}}}"));
    json_key(j, S("Problem"));
    json_raw(j, S("{\"type\":\"object\",\"description\":\"RFC 9457\",\"required\":[\"title\",\"status\"],\"properties\":{"
                  "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
                  "\"field\":{\"type\":\"string\"},\"position\":{\"type\":\"integer\"},\"instance\":{\"type\":\"string\"},"
                  "\"errors\":{\"type\":\"array\",\"description\":\"Everything to mend, a field each\",\"items\":{\"type\":\"object\","
                  "\"required\":[\"field\",\"detail\"],\"properties\":{\"field\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}},"
                  "\"current\":{\"type\":\"object\"}}}"));
}

/* ── paths ─────────────────────────────────────────────────────────────────── */

static void parameter(struct json *j, const char *in, const char *name, const char *about, bool is_required)
{
    json_open(j, '{');
    member(j, "name", name);
    member(j, "in", in);
    member(j, "description", about);
    if (is_required) {
        json_key(j, S("required"));
        json_bool(j, true);
    }
    open_member(j, "schema", '{');
    member(j, "type", "string");
    json_close(j, '}');
    json_close(j, '}');
}

static void content(struct json *j, const char *mime, const char *schema, bool is_list)
{
    open_member(j, "content", '{');
    open_member(j, mime, '{');
    open_member(j, "schema", '{');
    if (is_list) {
        member(j, "type", "object");
        open_member(j, "properties", '{');
        open_member(j, "items", '{');
        member(j, "type", "array");
        open_member(j, "items", '{');
        if (schema)
            ref_schema(j, schema);
        else
            member(j, "type", "object");
        json_close(j, '}');
        json_close(j, '}');
        open_member(j, "next", '{');
        nullable_type(j, "string");
        json_close(j, '}');
        json_close(j, '}');
    } else if (schema) {
        ref_schema(j, schema);
    } else {
        member(j, "type", "object");
    }
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, '}');
}

static void responses(struct json *j, const char *status, const char *schema, bool is_list)
{
    open_member(j, "responses", '{');
    open_member(j, status, '{');
    member(j, "description", strcmp(status, "204") ? "Done" : "Gone");
    if (strcmp(status, "204"))
        content(j, "application/json", schema, is_list);
    json_close(j, '}');
    open_member(j, "4XX", '{');
    member(j, "description", "Refused; nothing was written");
    content(j, "application/problem+json", "Problem", false);
    json_close(j, '}');
    json_close(j, '}');
}

struct operation { const char *method, *verb, *summary, *status; bool has_body, is_list, is_free; const char *const (*query)[2]; };

static void operation(struct json *j, const struct entity *en, const struct operation *o, bool has_id)
{
    char id[160];
    snprintf(id, sizeof id, "%s_%s", o->verb, en->name);
    open_member(j, o->method, '{');
    member(j, "operationId", id);
    member(j, "summary", o->summary);
    open_member(j, "tags", '[');
    json_str(j, str_of(en->name));
    json_close(j, ']');
    if (has_id || o->query) {
        open_member(j, "parameters", '[');
        if (has_id)
            parameter(j, "path", "id", "The record's id", true);
        for (size_t i = 0; o->query && o->query[i][0]; i++)
            parameter(j, "query", o->query[i][0], o->query[i][1], false);
        json_close(j, ']');
    }
    if (o->has_body) {
        open_member(j, "requestBody", '{');
        json_key(j, S("required"));
        json_bool(j, true);
        content(j, "application/json", o->is_free ? NULL : en->name, false);
        json_close(j, '}');
    }
    responses(j, o->status, o->is_free ? NULL : en->name, o->is_list);
    json_close(j, '}');
}

static void entity_paths(struct json *j, const struct entity *en)
{
    static const char *const list_query[][2] = {
        { "q", "Filter in the query language" }, { "sort", "A field, with - in front for the other direction" },
        { "cursor", "`next` of the page before" }, { "limit", "1 to 200, 50 when absent" },
        { "fields", "Names between commas" }, { NULL, NULL },
    };
    static const char *const sum_query[][2] = {
        { "q", "Filter in the query language" }, { "group", "A field or path; dates take :month, :quarter, :year" },
        { "sum", "A number or money field" }, { NULL, NULL },
    };
    static const char *const why_query[][2] = { { "q", "Filter in the query language" }, { NULL, NULL } };
    char path[160];
    snprintf(path, sizeof path, "/%s", en->name);
    open_member(j, path, '{');
    operation(j, en, &(struct operation){ "get", "list", "A page of records", "200", .is_list = true, .query = list_query }, false);
    operation(j, en, &(struct operation){ "post", "create", "A new record", "201", .has_body = true }, false);
    json_close(j, '}');
    snprintf(path, sizeof path, "/%s/summary", en->name);
    open_member(j, path, '{');
    operation(j, en, &(struct operation){ "get", "summarise", "Totals by a field", "200", .is_list = true, .is_free = true, .query = sum_query }, false);
    json_close(j, '}');
    snprintf(path, sizeof path, "/%s/bulk", en->name);
    open_member(j, path, '{');
    operation(j, en, &(struct operation){ "post", "bulk", "Many records in one transaction", "200", .has_body = true, .is_free = true }, false);
    json_close(j, '}');
    snprintf(path, sizeof path, "/%s/{id}", en->name);
    open_member(j, path, '{');
    operation(j, en, &(struct operation){ "get", "read", "One record", "200" }, true);
    operation(j, en, &(struct operation){ "patch", "change", "Changes the fields given; a stale version is 409", "200", .has_body = true }, true);
    operation(j, en, &(struct operation){ "delete", "delete", "Deletes a record; it can be undone for 30 days", "204" }, true);
    json_close(j, '}');
    snprintf(path, sizeof path, "/%s/{id}/explain", en->name);
    open_member(j, path, '{');
    operation(j, en, &(struct operation){ "get", "explain", "Why the record is found by a filter, or not", "200", .is_free = true, .query = why_query }, true);
    json_close(j, '}');
}

/* ── events ────────────────────────────────────────────────────────────────── */

static void text_member(struct json *j, const char *name, int max, const char *about, const struct choice *words)
{
    open_member(j, name, '{');
    member(j, "type", "string");
    if (max) {
        json_key(j, S("maxLength"));
        json_int(j, max);
    }
    if (about)
        member(j, "description", about);
    if (words) {
        open_member(j, "enum", '[');
        for (const struct choice *c = words; c->value; c++)
            json_str(j, str_of(c->value));
        json_close(j, ']');
    }
    json_close(j, '}');
}

static void event_schemas(struct json *j)
{
    open_member(j, "Event", '{');
    member(j, "type", "object");
    json_key(j, S("required"));
    json_raw(j, S("[\"kind\",\"person\"]"));
    open_member(j, "properties", '{');
    text_member(j, "kind", EVENT_KIND_MAX, "One of the query language's that may be told, or two words with a dot of your own", NULL);
    text_member(j, "person", 254, "Id or e-mail address", NULL);
    open_member(j, "at", '{');
    member(j, "type", "string");
    member(j, "format", "date-time");
    member(j, "description", "When it happened; now when absent");
    json_close(j, '}');
    text_member(j, "channel", 0, NULL, choices_channel);
    text_member(j, "source", 0, NULL, choices_source);
    text_member(j, "campaign", 200, "Id or name", NULL);
    text_member(j, "url", INTAKE_URL_MAX, "http or https", NULL);
    text_member(j, "title", INTAKE_TITLE_MAX, NULL, NULL);
    text_member(j, "key", INTAKE_KEY_MAX, "Yours: an event whose key you used in the last 30 days is not kept again", NULL);
    text_member(j, "user_agent", 1000, "Of the reader's browser or mail program, so that robots are told from people", NULL);
    text_member(j, "ip", INTAKE_IP_MAX, "Of the reader: compared with the networks of programs that the workspace keeps, and not kept", NULL);
    json_key(j, S("is_robot"));
    json_raw(j, S("{\"type\":\"boolean\",\"description\":\"You know that it was a program\"}"));
    json_key(j, S("data"));
    json_raw(j, S("{\"type\":\"object\",\"maxProperties\":20,\"additionalProperties\":{\"type\":[\"string\",\"number\",\"boolean\",\"null\"]}}"));
    json_close(j, '}');
    json_close(j, '}');
    json_key(j, S("EventList"));
    json_raw(j, S("{\"type\":\"object\",\"required\":[\"events\"],\"properties\":{\"events\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":500,"
                  "\"items\":{\"$ref\":\"#/components/schemas/Event\"}}}}"));
    json_key(j, S("EventAnswer"));
    json_raw(j, S("{\"type\":\"object\",\"properties\":{\"kept\":{\"type\":\"integer\"},\"duplicates\":{\"type\":\"integer\"},"
                  "\"refused\":{\"type\":\"integer\"},\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
                  "\"item\":{\"type\":\"integer\",\"description\":\"Its place in your list, from 0\"},"
                  "\"state\":{\"type\":\"string\",\"enum\":[\"kept\",\"duplicate\",\"refused\"]},\"id\":{\"type\":\"string\"},"
                  "\"is_robot\":{\"type\":\"boolean\"},\"problem\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}}"));
}

static void event_answer(struct json *j, const char *status, const char *about)
{
    open_member(j, status, '{');
    member(j, "description", about);
    content(j, "application/json", "EventAnswer", false);
    json_close(j, '}');
}

static void event_paths(struct json *j)
{
    open_member(j, "/events", '{');
    open_member(j, "post", '{');
    member(j, "operationId", "tell_events");
    member(j, "summary", "What happened to people: many at once, each for itself, on disk before the answer");
    open_member(j, "requestBody", '{');
    json_key(j, S("required"));
    json_bool(j, true);
    content(j, "application/json", "EventList", false);
    json_close(j, '}');
    open_member(j, "responses", '{');
    event_answer(j, "200", "All are kept, or were before");
    event_answer(j, "207", "Some are refused; the others are kept");
    event_answer(j, "422", "All are refused, or the list cannot be read: then a Problem");
    open_member(j, "4XX", '{');
    member(j, "description", "Refused; nothing was written");
    content(j, "application/problem+json", "Problem", false);
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, '}');
}

static void undo_path(struct json *j)
{
    open_member(j, "/undo/{id}", '{');
    open_member(j, "post", '{');
    member(j, "operationId", "undo_write");
    member(j, "summary", "Takes a write of the last 30 days back, as a write of its own; what was changed since is 409");
    open_member(j, "parameters", '[');
    parameter(j, "path", "id", "The write's id: X-Write of the answer to it", true);
    json_close(j, ']');
    responses(j, "200", NULL, false);
    json_close(j, '}');
    json_close(j, '}');
}

/* ── the whole ─────────────────────────────────────────────────────────────── */

void api_openapi(struct request *rq)
{
    struct buf b = buf_new(&rq->a, DOC_MAX);
    struct json j = { &b, false };

    json_open(&j, '{');
    member(&j, "openapi", "3.1.0");
    open_member(&j, "info", '{');
    member(&j, "title", "Setu");
    member(&j, "version", "1");
    member(&j, "description", "Every record of the workspace, under the rights of the token's owner.");
    open_member(&j, "license", '{');
    member(&j, "name", "Apache-2.0");
    member(&j, "identifier", "Apache-2.0");
    json_close(&j, '}');
    json_close(&j, '}');
    json_key(&j, S("servers"));
    json_raw(&j, S("[{\"url\":\"/api/v1\"}]"));
    json_key(&j, S("security"));
    json_raw(&j, S("[{\"bearer\":[]}]"));
    open_member(&j, "tags", '[');
    for (size_t i = 0; i < catalogue_count(); i++) {
        json_open(&j, '{');
        member(&j, "name", catalogue_at(i)->name);
        json_key(&j, S("description"));
        json_str(&j, label(rq, catalogue_at(i)->plural));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    open_member(&j, "paths", '{');
    event_paths(&j);
    undo_path(&j);
    for (size_t i = 0; i < catalogue_count(); i++)
        entity_paths(&j, catalogue_at(i));
    json_close(&j, '}');
    open_member(&j, "components", '{');
    json_key(&j, S("securitySchemes"));
    json_raw(&j, S("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"setu token create\"}}"));
    open_member(&j, "schemas", '{');
    shared_schemas(&j);
    event_schemas(&j);
    for (size_t i = 0; i < catalogue_count(); i++)
        entity_schema(rq, &j, catalogue_at(i));
    json_close(&j, '}');
    json_close(&j, '}');
    json_close(&j, '}');
    answer_text(rq, 200, "application/json; charset=utf-8", buf_str(&b));
}
