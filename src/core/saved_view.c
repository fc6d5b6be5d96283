/* saved_view.c - a list as someone wants to see it again: filter, columns, order, layout.
 *
 * It is its maker's alone, their team's to use, or everybody's; who may use it may improve it too, unless it is locked. For whom
 * it is stays with its maker and with who administers. What is written is read as the list would read it, with the rights of who
 * writes: a view that cannot be opened is never kept.
 */
#include "core/core.h"
#include "msg/core.h"
#include "msg/query.h"
#include "record/query.h"

static const struct choice layout_choices[] = {
    { "table",    MSG_core_saved_view_layout_table },
    { "board",    MSG_core_saved_view_layout_board },
    { "calendar", MSG_core_saved_view_layout_calendar },
    { 0 },
};

static const struct choice for_choices[] = {
    { "private",   MSG_core_saved_view_private },
    { "team",      MSG_core_saved_view_team, "blue" },
    { "everybody", MSG_core_saved_view_everybody, "green" },
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
      .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "sort", .label = MSG_core_saved_view_sort, .type = FIELD_TEXT, .max = 80 },
    { .name = "columns", .label = MSG_core_saved_view_columns,
      .type = FIELD_TEXT, .max = 1000 },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "visibility", .label = MSG_core_saved_view_visibility,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK, .choices = for_choices, .init = "private" },
    { .name = "is_locked", .label = MSG_core_saved_view_is_locked,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
    { .name = "is_pinned", .label = MSG_core_saved_view_is_pinned,
      .type = FIELD_BOOL, .init = "false" },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .init = "0" },
};

static const struct opening opening = { .to = "visibility", .lock = "is_locked" };

static bool is_new_text(const struct record *old, const struct record *now, const char *field)
{
    return !old || record_changed(old, now, field);
}

static bool check_columns(struct ctx *tx, struct list_spec *s, str names, struct err *e)
{
    str wrong;
    record_columns(tx, names, s, &wrong);
    if (!wrong.n)
        return true;
    bool is_full = s->ncols == LIST_COLUMNS_MAX;
    fail(e, ERR_INVALID, is_full ? MSG_query_bad_columns : MSG_query_no_column, "column \"%.*s\"", STR_ARG(wrong));
    err_field(e, "columns");
    return is_full ? err_arg_int(e, "max", LIST_COLUMNS_MAX) : err_arg(e, "name", wrong);
}

/* Only what is new: a field somebody else may not read does not keep them from renaming the view. */
static bool check_list(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct list_spec filter = { .en = entity_find(record_text(now, "entity")), .filter = record_text(now, "criteria") };
    struct list_spec sort = { .en = filter.en, .sort = record_text(now, "sort") };
    if (!filter.en)
        return true;                            /* refused by its type */
    if (is_new_text(old, now, "criteria") && !record_list_check(tx, &filter, e))
        return err_field(e, "criteria");
    if (is_new_text(old, now, "sort") && !record_list_check(tx, &sort, e))
        return false;
    return !is_new_text(old, now, "columns") || check_columns(tx, &sort, record_text(now, "columns"), e);
}

static bool check_for_whom(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    bool is_other = old && (record_changed(old, now, "visibility") || record_changed(old, now, "is_locked") || record_changed(old, now, "owner"));
    bool is_mine = !old || record_int(old, "owner") == tx->who->user_id || old->created_by == tx->who->user_id;
    bool may_open = access_scope(tx->who, now->en, ACTION_SEE) >= SCOPE_OPENED;     /* who uses none of others' opens none */
    if (is_other && !is_mine && !access_is_admin(tx->who))
        return fail(e, ERR_FORBIDDEN, MSG_core_saved_view_not_yours, "view %lld", (long long)now->id);
    if (may_open || str_eq(record_text(now, "visibility"), S("private")) || !record_val(now, "visibility").is_set)
        return true;
    fail(e, ERR_FORBIDDEN, MSG_core_saved_view_guest, "view of a guest");
    return err_field(e, "visibility");
}

static bool before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    return check_for_whom(tx, old, now, e) && check_list(tx, old, now, e);
}

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
    .opening = &opening,
    .order = "position",
    .flags = E_NO_PAGE,
    .before = before,
};
