/* cmds.h - the commands, one file each; commands.c lists them. */
#pragma once
#include "cmd/cmd.h"

extern const struct command init_command, serve_command, version_command, token_command, user_command;
extern const struct command import_command, export_command, backup_command, restore_command, check_command, migrate_command;

/* Serves an open workspace until SIGTERM or SIGINT (serve, demo). */
int serve_workspace(struct cmd *c, struct workspace *ws, const char *listen, void (*ready)(struct cmd *c, int port));
