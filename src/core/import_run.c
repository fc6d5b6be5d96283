/* import_run.c - one file that was brought in, how its columns were read, and what became of
 * its rows.
 *
 * Every row that was not taken is named in `problems`; nothing is dropped silently.
 */
#include "core/core.h"
#include "msg/core.h"

static const struct choice status_choices[] = {
    { "waiting", MSG_core_import_run_status_waiting },
    { "running", MSG_core_import_run_status_running, "blue" },
    { "done",    MSG_core_import_run_status_done,    "green" },
    { "failed",  MSG_core_import_run_status_failed,  "red" },
    { "undone",  MSG_core_import_run_status_undone,  "amber" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "file_name", .label = MSG_core_import_run_file_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_IMMUTABLE, .max = 255 },
    { .name = "entity", .label = MSG_core_import_run_entity,
      .type = FIELD_ENTITY, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = status_choices,
      .init = "waiting" },
    { .name = "created_count", .label = MSG_core_import_run_created_count,
      .type = FIELD_INT, .flags = F_LIST | F_READONLY },
    { .name = "updated_count", .label = MSG_core_import_run_updated_count,
      .type = FIELD_INT, .flags = F_LIST | F_READONLY },
    { .name = "refused_count", .label = MSG_core_import_run_refused_count,
      .type = FIELD_INT, .flags = F_LIST | F_READONLY },
    { .name = "mapping", .label = MSG_core_import_run_mapping,
      .type = FIELD_LONGTEXT, .flags = F_HIDDEN, .max = 20000 },
    { .name = "problems", .label = MSG_core_import_run_problems,
      .type = FIELD_LONGTEXT, .flags = F_READONLY, .max = 200000 },
    { .name = "write", .label = MSG_core_import_run_write,
      .type = FIELD_INT, .flags = F_HIDDEN },
    { .name = "started_at", .label = MSG_core_import_run_started_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "finished_at", .label = MSG_core_import_run_finished_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
};

static const struct made_at importing = { "/import", "upload", MSG_core_import_run_make, MSG_core_import_run_none };

const struct entity import_run_entity = {
    .name = "import_run",
    .path = "imports",
    .label = MSG_core_import_run,
    .plural = MSG_core_import_run_plural,
    .icon = "file-up",
    .fields = fields,
    .nfields = countof(fields),
    .title = "file_name",
    .subtitle = "entity",
    .order = "-created_at",
    .flags = E_NO_CREATE | E_NO_DELETE,
    .made_at = &importing,
};
