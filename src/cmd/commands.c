/* commands.c - the list of commands, in the order of the help. */
#include "cmd/cmds.h"

const struct command *const commands[] = { &init_command, &serve_command, &version_command, NULL };
