/* saved_view.c - a list as someone wants to see it again: filter, columns, order, layout. */
#include "core/core.h"
#include "msg/core.h"

static const struct choice layout_choices[] = {
    { "table",    MSG_core_saved_view_layout_table },
    { "board",    MSG_core_saved_view_layout_board },
    { "calendar", MSG_core_saved_view_layout_calendar },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 80 },
    { .name = "entity", .label = MSG_core_saved_view_entity,
      .type = FIELD_ENTITY, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE },
    { .name = "layout", .label = MSG_core_saved_view_layout,
      .type = FIELD_CHOICE, .flags = F_LIST, .choices = layout_choices, .init = "table" },
    { .name = "criteria", .label = MSG_core_saved_view_criteria,
      .type = FIELD_LONGTEXT, .max = 4000 },
    { .name = "sort", .label = MSG_core_saved_view_sort, .type = FIELD_TEXT, .max = 80 },
    { .name = "columns", .label = MSG_core_saved_view_columns,
      .type = FIELD_TEXT, .max = 1000 },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "is_shared", .label = MSG_core_saved_view_is_shared,
      .type = FIELD_BOOL, .flags = F_LIST | F_QUICK, .init = "false" },
    { .name = "is_pinned", .label = MSG_core_saved_view_is_pinned,
      .type = FIELD_BOOL, .init = "false" },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .init = "0" },
};

const struct entity saved_view_entity = {
    .name = "saved_view",
    .path = "views",
    .label = MSG_core_saved_view,
    .plural = MSG_core_saved_view_plural,
    .icon = "bookmark",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "entity",
    .owner = "owner",
    .order = "position",
    .flags = E_NO_PAGE,
};
