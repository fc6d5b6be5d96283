/* token.c - setu token: keys for programs. The key is printed once; only its hash is kept. */
#include "base/clock.h"
#include "cmd/cmds.h"
#include "core/core.h"
#include "msg/cmd.h"
#include "record/type.h"
#include "web/session.h"

static const struct option_help options[] = {
    { "data", "DIR", "the folder of the workspace" },
    { "user", "E", "e-mail of the user whose rights the key has" },
    { "name", "N", "what the key is for" },
    { "scopes", "LIST", "see, create, change, delete, export (default all)" },
    { "days", "N", "ends after so many days (default: never)" },
    { 0 },
};

static bool run_create(struct ctx *tx, void *arg, struct err *e) { return record_create(tx, arg, e); }

static bool fill(struct cmd *c, struct record *r, str token, struct err *e)
{
    struct ctx *x = &c->ctx;
    const char *scopes = cmd_option(c, "scopes"), *days = cmd_option(c, "days"), *name = cmd_option(c, "name");
    struct record *user;
    struct val v;
    int64_t n;
    if (!record_find(x, &user_entity, "email", val_text(str_of(cmd_option(c, "user"))), &user, e))
        return false;
    if (!user) {
        fail(e, ERR_NOT_FOUND, MSG_cmd_no_user, "no user");
        return err_arg(e, "value", str_of(cmd_option(c, "user")));
    }
    if (!type_from_canon(x, entity_field(&api_token_entity, S("scopes")),
                         str_of(scopes ? scopes : "see,create,change,delete,export"), &v, e))
        return false;
    record_set(r, "scopes", v);
    record_set(r, "name", val_text(str_of(name)));
    record_set(r, "owner", val_ref(user->id));
    record_set(r, "token_hash", val_text(token_hash(x->a, token)));
    if (days && (!str_to_int(str_of(days), &n) || n < 1 || n > 3650)) {
        fail(e, ERR_INVALID, MSG_cmd_days, "days %s", days);
        return false;
    }
    if (days)
        record_set(r, "expires_at", val_int(x->now + n * DAY_US));
    return true;
}

static int run(struct cmd *c)
{
    const char *what = cmd_word(c, 0);
    struct err e = { 0 };
    if (!what || strcmp(what, "create"))
        return cmd_usage(c, "say what: setu token create --user E --name N");
    if (!cmd_option(c, "user") || !cmd_option(c, "name"))
        return cmd_usage(c, "--user and --name are needed");
    str token = token_mint(&c->a);
    struct record *r = record_new(&c->a, &api_token_entity);
    if (!fill(c, r, token, &e) || !record_write(&c->ctx, run_create, r, &e))
        return cmd_refuse(c, &e);
    fprintf(c->out, "%.*s\n", STR_ARG(token));
    fputs("Keep it: it is not shown again.\n", c->err);
    return EXIT_DONE;
}

const struct command token_command = {
    .name = "token", .arguments = "create --data DIR --user E --name N", .needs_data = true,
    .summary = "makes a key for the API", .run = run, .options = options,
};
