/* setting.c - one row a setting: name and value, for what has no entity of its own. */
#include "core/core.h"
#include "msg/core.h"
#include "record/record.h"

/* The pages check all their settings; whoever writes by the API is asked for what would stop the clocks. */
static bool check_value(struct ctx *c, const struct record *r, const struct val *v, struct err *e)
{
    return !str_eq(record_text(r, "name"), S("zone")) || check_zone(c, r, v, e);
}

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_IMMUTABLE, .max = 80 },
    { .name = "value", .label = MSG_core_setting_value,
      .type = FIELD_LONGTEXT, .flags = F_LIST, .max = 20000, .check = check_value },
    { .name = "note", .label = MSG_core_word_note,
      .type = FIELD_TEXT, .flags = F_LIST, .max = 500 },
};

const struct entity setting_entity = {
    .name = "setting",
    .path = "settings",
    .label = MSG_core_setting,
    .plural = MSG_core_setting_plural,
    .icon = "settings",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .order = "name",
    .flags = E_SETTINGS | E_NO_PAGE,
};
