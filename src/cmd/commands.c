/* commands.c - the list of commands, in the order of the help. */
#include "cmd/cmds.h"

const struct command *const commands[] = {
    &init_command, &serve_command, &demo_command, &import_command, &export_command, &user_command, &token_command, &backup_command,
    &restore_command, &check_command, &migrate_command, &bench_command, &version_command, &egress_command, NULL,
};
