/* cmds.h - the commands, one file each; commands.c lists them. */
#pragma once
#include "cmd/cmd.h"

extern const struct command init_command, serve_command, demo_command, version_command, token_command, user_command;
extern const struct command import_command, export_command, backup_command, restore_command, check_command, migrate_command, bench_command;
/* Of bench_command. */
int bench_count(struct cmd *c, int64_t people), bench_enrol(struct cmd *c, int64_t people), bench_flow(struct cmd *c, int64_t people);
extern const struct command egress_command;           /* the program starts it itself */

/* Before any thread is made (and so before a workspace is opened): SIGTERM and SIGINT are read as data. */
void serve_block_signals(void);
/* Serves an open workspace, or with NULL the folder of --sites, until SIGTERM or SIGINT (serve, demo). */
int serve_workspace(struct cmd *c, struct workspace *ws, const char *listen, void (*ready)(struct cmd *c, int port));
