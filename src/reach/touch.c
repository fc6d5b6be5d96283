/* touch.c - one meeting between a person and our marketing or sales; attribution shares
 * revenue among these.
 */
#include "reach/reach.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/reach.h"

static const struct choice kind_choices[] = {
    { "page",        MSG_reach_touch_kind_page },
    { "form",        MSG_reach_touch_kind_form },
    { "ad_click",    MSG_reach_touch_kind_ad_click },
    { "email_click", MSG_reach_touch_kind_email_click },
    { "email_reply", MSG_reach_touch_kind_email_reply },
    { "message",     MSG_reach_touch_kind_message },
    { "call",        MSG_reach_touch_kind_call },
    { "meeting",     MSG_reach_touch_kind_meeting },
    { "event",       MSG_reach_touch_kind_event },
    { "content",     MSG_reach_touch_kind_content },
    { "import",      MSG_reach_touch_kind_import },
    { "other",       MSG_reach_touch_kind_other },
    { 0 },
};

static const struct choice side_choices[] = {
    { "marketing", MSG_reach_touch_side_marketing, "teal" },
    { "sales",     MSG_reach_touch_side_sales,     "blue" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "company" },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "deal" },
    { .name = "at", .label = MSG_core_word_at,
      .type = FIELD_INSTANT, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE,
      .choices = kind_choices },
    { .name = "channel", .label = MSG_core_word_channel,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .choices = choices_channel },
    { .name = "source", .label = MSG_core_word_source,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .choices = choices_source },
    { .name = "side", .label = MSG_reach_touch_side,
      .type = FIELD_CHOICE, .flags = F_INDEX | F_IMMUTABLE, .choices = side_choices },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "campaign" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "lead" },
    { .name = "note", .label = MSG_core_word_note,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 300 },
};

static const char *const schema[] = {
    "DROP INDEX IF EXISTS touch_of_person",
    /* With all that attribution reads of a touch, in the order in which it reads them. */
    "CREATE INDEX IF NOT EXISTS touch_path ON touch (person, at, deal, campaign, source, channel, side, kind, deleted_at)",
    NULL,
};

const struct entity touch_entity = {
    .name = "touch",
    .path = "touches",
    .label = MSG_reach_touch,
    .plural = MSG_reach_touch_plural,
    .icon = "pointer",
    .fields = fields,
    .nfields = countof(fields),
    .title = "kind",
    .subtitle = "channel",
    .order = "-at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
    .schema = schema,
};
