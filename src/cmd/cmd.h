/* cmd.h - the commands of the program, one file each.
 *
 * A command whose data a running server holds is carried out by that server:
 * control.c hands it the words and the three standard files over a socket in the
 * data folder. Otherwise the command opens the data itself. Either way it is the
 * same function, told by its struct where it stands.
 *
 * Exit codes: 0 done, 1 refused (the reason is on standard error), 2 the words
 * are wrong, 3 done with rows refused.
 */
#pragma once
#include <stdio.h>
#include "app/workspace.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_PARTLY = 3 };

struct command;
struct cmd {
    const struct command *command;
    int argc; const char *const *argv;          /* after the command's name */
    FILE *in, *out, *err;
    const char *cwd;                            /* paths of the caller start here */
    struct workspace *ws;                       /* NULL for commands without data */
    struct arena a;
    struct db_conn *db;                         /* a reader of its own, inside a snapshot */
    struct locale loc;
    struct ctx ctx;
};


struct command {
    const char *name, *arguments, *summary;     /* "import", "--data DIR ENTITY FILE", "reads a table of records" */
    int (*run)(struct cmd *c);
    bool needs_data;                            /* --data DIR is opened, or its server asked */
    const char *instead;                        /* with this option it needs no --data: it opens what it names itself */
    bool is_hidden;                             /* not in the help: the program runs it itself */
    const struct option_help { const char *name, *value, *help; } *options;     /* ends with {0} */
};
extern const struct command *const commands[];  /* NULL-ended, in the order of the help */

/* Reading the words. "--name value", "--name=value", "--flag"; the rest in order. */
const char *cmd_option(const struct cmd *c, const char *name);          /* NULL: not given */
bool cmd_flag(const struct cmd *c, const char *name);
const char *cmd_word(const struct cmd *c, int n);                       /* n-th that is no option; NULL */
const char *cmd_path(struct cmd *c, const char *path);                  /* absolute, from the caller's cwd */
/* An unknown option, or one without its value: says so, EXIT_USAGE; else -1. */
int cmd_check_words(struct cmd *c);
void cmd_help(FILE *out, const struct command *k);
int cmd_usage(struct cmd *c, const char *what);
int cmd_refuse(struct cmd *c, const struct err *e);                     /* prints the reason, EXIT_REFUSED */

int cmd_main(int argc, char **argv);
/* Server side of the socket: a thread that serves commands until stopped. */
struct control;
bool control_start(struct workspace *ws, struct control **out, struct err *e);
void control_stop(struct control *k);
/* Client side: false when no server listens there; else *code is its exit code. */
bool control_ask(const char *folder, const struct command *k, int argc, const char *const *argv,
                 const char *cwd, int *code);
bool control_is_there(const char *folder);              /* a server listens on this data */
/* Runs c->command on an open workspace (both sides). */
int cmd_run_on(struct workspace *ws, const struct command *k, int argc, const char *const *argv,
               const char *cwd, FILE *in, FILE *out, FILE *err);
