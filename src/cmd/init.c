/* init.c - setu init: a new workspace with its first administrator. */
#include "cmd/cmd.h"
#include "app/place.h"
#include "cmd/cmds.h"
#include "lang/country_name.h"
#include <sodium.h>

static const struct option_help options[] = {
    { "data", "DIR", "the folder to make, or postgresql://HOST/DATABASE?schema=NAME" },
    { "company", "NAME", "the company's name" },
    { "country", "CODE", "BD, IN, IR, GB ...: currency, calendar, weekend follow (default GB)" },
    { "language", "CODE", "en, bn, hi or fa (default en)" },
    { "currency", "CODE", "another currency than the country's" },
    { "zone", "NAME", "another time zone than the country's, as Asia/Dhaka" },
    { "admin-email", "E", "the first administrator" },
    { "admin-name", "NAME", "how to call them" },
    { "password-stdin", NULL, "read their password from standard input (first line)" },
    { 0 },
};

static int run(struct cmd *c)
{
    const char *folder = cmd_option(c, "data"), *language = cmd_option(c, "language");
    struct workspace_init in = {
        .company = cmd_option(c, "company"), .country = cmd_option(c, "country"),
        .admin_email = cmd_option(c, "admin-email"), .admin_name = cmd_option(c, "admin-name"),
        .currency = cmd_option(c, "currency"), .zone = cmd_option(c, "zone"),
    };
    struct workspace *ws;
    struct err e = { 0 };
    char line[512] = "", country[3];

    if (!folder || !in.company || !in.admin_email)
        return cmd_usage(c, "--data, --company and --admin-email are needed");
    if (language && !lang_from_code(str_of(language), &in.lang))
        return cmd_usage(c, "--language is one of en, bn, hi, fa");
    if (!country_read(&c->a, str_of(in.country ? in.country : "GB"), country))
        return cmd_usage(c, "--country is a country, such as BD");
    in.country = country;
    if (in.currency && currency_digits(in.currency) < 0)
        return cmd_usage(c, "--currency is a three-letter code such as BDT");
    if (in.zone && !zone_valid(in.zone))
        return cmd_usage(c, "--zone is a name such as Asia/Dhaka");
    c->loc = locale_default(in.lang, in.country);
    if (cmd_flag(c, "password-stdin")) {
        if (!fgets(line, sizeof line, c->in))
            return cmd_usage(c, "there is no password on standard input");
        line[strcspn(line, "\r\n")] = '\0';
        in.password = str_of(line);
    }
    bool ok = workspace_create(cmd_path(c, folder), &in, &ws, &e);
    sodium_memzero(line, sizeof line);
    if (!ok)
        return cmd_refuse(c, &e);
    const char *where = db_is_address(folder) ? arena_fmt(&c->a, "'%s'", ws->data).p : folder;     /* no password on screens */
    fprintf(c->out, "The workspace of %s is in %s.\nStart it with: setu serve --data %s\n", in.company, where, where);
    if (db_is_address(folder))
        fprintf(c->out, "Its key is %s: every server of it needs that file, and a backup does not hold it.\n",
                place_of(&c->a, folder).key);
    workspace_close(ws);
    return EXIT_DONE;
}

const struct command init_command = {
    .name = "init", .arguments = "--data DIR --company NAME --admin-email E [...]",
    .summary = "makes a new workspace", .run = run, .options = options,
};
