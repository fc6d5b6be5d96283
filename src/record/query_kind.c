/* query_kind.c - the kinds of events this program writes, and an event's own fields.
 *
 * What stands here is offered, explained in the reader's language and spared a "did
 * you mean". Others may send kinds of their own: in quotes any kind is taken as it is.
 * This table alone says which kinds may be told from outside, which of them machines cause
 * too, and which are kept for two years and a month and then only counted (flow/keep.c).
 */
#include "record/query_tree.h"
#include "msg/event.h"

#define LEAD(x) { "lead." #x, "lead", MSG_event_lead_##x, 0 }
#define MAIL(x, flags) { "mail." #x, NULL, MSG_event_mail_##x, KIND_TOLD | (flags) }
/* What mail programs and their guards do by themselves looks like an act of a person. */
#define BY_MACHINES (KIND_ROBOTS | KIND_READING)
const struct event_kind event_kinds[] = {
    { "page.viewed", "visit", MSG_event_page_viewed, KIND_TOLD | BY_MACHINES },
    { "link.clicked", "visit", MSG_event_link_clicked, KIND_TOLD | BY_MACHINES | KIND_CLICK },
    { "content.read", "visit", MSG_event_content_read, KIND_TOLD | BY_MACHINES },
    { "form.sent", "submission", MSG_event_form_sent, KIND_TOLD | KIND_ROBOTS },
    MAIL(sent, 0), MAIL(delivered, 0), MAIL(opened, BY_MACHINES | KIND_OPEN), MAIL(clicked, BY_MACHINES | KIND_CLICK),
    MAIL(replied, 0), MAIL(bounced, 0), MAIL(unsubscribed, KIND_ROBOTS),
    { "note.added", "note", MSG_event_note_added, 0 },
    { "call.held", "call", MSG_event_call_held, KIND_TOLD },
    { "meeting.planned", "meeting", MSG_event_meeting_planned, KIND_TOLD },
    { "meeting.held", "meeting", MSG_event_meeting_held, KIND_TOLD },
    { "task.added", "task", MSG_event_task_added, 0 },
    { "task.done", "task", MSG_event_task_done, 0 },
    { "stage.changed", "person", MSG_event_stage_changed, 0 },
    { "deal.stage", "deal", MSG_event_deal_stage, 0 },
    LEAD(captured), LEAD(recaptured), LEAD(offered), LEAD(accepted), LEAD(returned), LEAD(qualified), LEAD(converted),
    LEAD(recycled), LEAD(disqualified), LEAD(reopened), LEAD(breached),
    { "segment.entered", NULL, MSG_event_segment_entered, 0 },
    { "segment.left", NULL, MSG_event_segment_left, 0 },
    { "person.merged", "person", MSG_event_person_merged, 0 },
    { 0 },
};

const struct event_kind *event_kind_find(str name)
{
    for (const struct event_kind *k = event_kinds; k->name; k++)
        if (str_eq(name, str_of(k->name)))
            return k;
    return NULL;
}

/* "thing.happened", of small letters. */
static bool is_kind_word(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_' || s.p[i] == '.'))
            return false;
    ptrdiff_t dot = str_find_char(s, '.');
    return dot > 0 && (size_t)dot + 1 < s.n && s.n <= EVENT_KIND_MAX && s.p[s.n - 1] != '.';
}

/* Things of which only this program knows what becomes of them: nobody may forge a won deal. */
static bool is_own_thing(str kind)
{
    static const char *const own[] = { "note", "task", "stage", "deal", "lead", "segment", "person", "clock", "approval", "definition", "rule" };
    str thing = str_cut(&kind, '.');
    for (size_t i = 0; i < countof(own); i++)
        if (str_eq(thing, str_of(own[i])))
            return true;
    return false;
}

bool event_kind_may_be_told(str kind)
{
    const struct event_kind *k = event_kind_find(kind);
    return k ? k->flags & KIND_TOLD : is_kind_word(kind) && !is_own_thing(kind);
}

bool query_is_prefix(str name, str *prefix)
{
    if (str_eq(name, S("*"))) {
        *prefix = (str){ 0 };
        return true;
    }
    if (name.n < 3 || !str_ends(name, S(".*")))
        return false;
    *prefix = str_head(name, name.n - 1);
    for (const struct event_kind *k = event_kinds; k->name; k++)
        if (str_starts(str_of(k->name), *prefix))
            return true;
    return false;
}

/* ── an event as the where of count( ) sees it ───────────────────────────── */

/* Named as the columns are; "campaign" is understood for "campaign_id". */
static const struct field event_fields[] = {
    { .name = "record_id", .label = MSG_event_about, .type = FIELD_REF },       /* ref: what the kind is about */
    { .name = "at", .label = MSG_event_at, .type = FIELD_INSTANT },
    { .name = "kind", .label = MSG_event_kind, .type = FIELD_TEXT },
    { .name = "channel", .label = MSG_event_channel, .type = FIELD_TEXT },
    { .name = "source", .label = MSG_event_source, .type = FIELD_TEXT },
    { .name = "data", .label = MSG_event_data, .type = FIELD_LONGTEXT },
    { .name = "person_id", .label = MSG_event_person, .type = FIELD_REF, .ref = "person" },
    { .name = "company_id", .label = MSG_event_company, .type = FIELD_REF, .ref = "company" },
    { .name = "deal_id", .label = MSG_event_deal, .type = FIELD_REF, .ref = "deal" },
    { .name = "campaign_id", .label = MSG_event_campaign, .type = FIELD_REF, .ref = "campaign" },
    { .name = "actor_id", .label = MSG_event_actor, .type = FIELD_REF, .ref = "user" },
};

static const struct entity event_shape = { .name = "event", .path = "events", .label = MSG_event_event, .plural = MSG_event_events };

const struct entity *query_events(struct arena *a, const char *about)
{
    struct entity *en = arena_new(a, struct entity, 1);
    struct field *f = arena_new(a, struct field, countof(event_fields));
    memcpy(f, event_fields, sizeof event_fields);
    f[0].ref = about ? about : "";
    *en = event_shape;
    en->fields = f;
    en->nfields = countof(event_fields);
    return en;
}

bool query_is_events(const struct entity *en)
{
    return !strcmp(en->name, event_shape.name) && en->label == event_shape.label;
}

/* "campaign" and "campaign_id"; what the event is about is "about". */
const struct field *query_event_field(const struct entity *en, str name)
{
    for (size_t i = 0; i < en->nfields; i++) {
        str column = str_of(en->fields[i].name);
        bool is_ref = str_ends(column, S("_id"));
        if (str_eq(name, column) || (is_ref && str_eq(name, str_head(column, column.n - 3)) && i > 0))
            return &en->fields[i];
    }
    return str_eq(name, S("about")) && *en->fields[0].ref ? &en->fields[0] : NULL;
}

const char *query_event_column(const struct entity *en)
{
    return !strcmp(en->name, "person") ? "person_id" : !strcmp(en->name, "company") ? "company_id"
         : !strcmp(en->name, "deal") ? "deal_id" : NULL;
}
