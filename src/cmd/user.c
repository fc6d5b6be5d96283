/* user.c - setu user: who may sign in, when no page can be reached. */
#include "cmd/cmds.h"
#include "core/core.h"
#include "msg/cmd.h"
#include "record/query.h"
#include "record/type.h"
#include "web/password.h"
#include "web/session.h"
#include <sodium.h>

static const struct option_help options[] = {
    { "data", "DIR", "the folder of the workspace" },
    { "email", "E", "whom" },
    { "name", "NAME", "how to call them (add)" },
    { "role", "R", "owner, cro, sales_manager, ae, sdr, marketing_manager, marketer, content_author, customer_success, analyst, guest_agency" },
    { "language", "CODE", "en, bn, hi or fa (add)" },
    { "password-stdin", NULL, "read the password from standard input (first line)" },
    { 0 },
};

struct job { struct record *r; bool ends_sessions, is_new; };

static bool run_job(struct ctx *tx, void *arg, struct err *e)
{
    struct job *j = arg;
    return j->is_new ? record_create(tx, j->r, e) : record_update(tx, j->r, 0, NULL, e);
}

static bool set_text(struct cmd *c, struct record *r, const char *field, const char *text, struct err *e)
{
    struct val v;
    if (!text)
        return true;
    if (!type_parse(&c->ctx, entity_field(r->en, str_of(field)), str_of(text), &v, e))
        return false;
    record_set(r, field, v);
    return true;
}

static bool read_password(struct cmd *c, struct record *r, struct err *e)
{
    char line[512];
    str hash;
    if (!cmd_flag(c, "password-stdin"))
        return true;
    if (!fgets(line, sizeof line, c->in))
        line[0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    bool ok = password_check_rules(str_of(line), e) && password_hash(&c->a, str_of(line), &hash, e);
    sodium_memzero(line, sizeof line);
    if (ok)
        record_set(r, "password", val_text(hash));
    return ok;
}

static bool find(struct cmd *c, struct record **out, struct err *e)
{
    str email = str_of(cmd_option(c, "email"));
    if (!record_find(&c->ctx, &user_entity, "email", val_text(email), out, e))
        return false;
    if (*out)
        return true;
    fail(e, ERR_NOT_FOUND, MSG_cmd_no_user, "no user");
    return err_arg(e, "value", email);
}

static bool add(struct cmd *c, struct record *r, struct err *e)
{
    return set_text(c, r, "email", cmd_option(c, "email"), e) && set_text(c, r, "name", cmd_option(c, "name"), e)
        && set_text(c, r, "roles", cmd_option(c, "role"), e) && set_text(c, r, "lang", cmd_option(c, "language"), e)
        && read_password(c, r, e);
}

static bool change(struct cmd *c, const char *what, struct record *r, struct err *e)
{
    struct record *old;
    if (!find(c, &old, e))
        return false;
    r->id = old->id;
    if (!strcmp(what, "password"))
        return read_password(c, r, e);
    if (!strcmp(what, "role"))
        return set_text(c, r, "roles", cmd_option(c, "role"), e);
    return set_text(c, r, "is_active", strcmp(what, "enable") ? "false" : "true", e);
}

static int list(struct cmd *c)
{
    struct list_spec s = { .en = &user_entity, .limit = LIST_LIMIT_MAX };
    struct list l;
    struct err e = { 0 };
    do {
        if (!record_list(&c->ctx, &s, &l, &e))
            return cmd_refuse(c, &e);
        for (size_t i = 0; i < l.n; i++) {
            str email = record_text(l.rows[i], "email"), name = record_text(l.rows[i], "name"), roles = record_text(l.rows[i], "roles");
            fprintf(c->out, "%.*s\t%.*s\t%.*s\t%s\n", STR_ARG(email), STR_ARG(name), STR_ARG(roles),
                    record_int(l.rows[i], "is_active") ? "active" : "inactive");
        }
        s.cursor = l.next;
    } while (l.next.n);
    return EXIT_DONE;
}

static int run(struct cmd *c)
{
    static const char *const known[] = { "add", "password", "role", "disable", "enable" };
    const char *what = cmd_word(c, 0);
    struct err e = { 0 };
    bool is_known = false;

    if (what && !strcmp(what, "list"))
        return list(c);
    for (size_t i = 0; what && i < countof(known); i++)
        is_known |= !strcmp(what, known[i]);
    if (!is_known)
        return cmd_usage(c, "say what: list, add, password, role, disable, enable");
    if (!cmd_option(c, "email"))
        return cmd_usage(c, "--email is needed");
    if (!strcmp(what, "password") && !cmd_flag(c, "password-stdin"))
        return cmd_usage(c, "give the new password on standard input with --password-stdin");
    struct job j = { .r = record_new(&c->a, &user_entity) };
    bool ok = strcmp(what, "add") ? change(c, what, j.r, &e) : add(c, j.r, &e);
    j.is_new = j.r->id == 0;                    /* before the write, which may run twice */
    if (!ok || !record_write(&c->ctx, run_job, &j, &e))
        return cmd_refuse(c, &e);
    if (strcmp(what, "add") && strcmp(what, "enable") && !session_end_all(&c->ctx, j.r->id, 0, &e))
        return cmd_refuse(c, &e);
    fprintf(c->out, "%s: done\n", cmd_option(c, "email"));
    return EXIT_DONE;
}

const struct command user_command = {
    .name = "user", .arguments = "list|add|password|role|disable|enable --data DIR [...]", .needs_data = true,
    .summary = "who may sign in", .run = run, .options = options,
};
