/* cmd.c - finding the command, reading its words, opening its data. */
#include "cmd/cmd.h"
#include "app/place.h"
#include "base/clock.h"
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARENA_BYTES = 256 << 20 };

/* ── words ─────────────────────────────────────────────────────────────────── */

static const struct option_help *known(const struct command *k, str name)
{
    for (const struct option_help *o = k->options; o && o->name; o++)
        if (str_eq(name, str_of(o->name)))
            return o;
    return NULL;
}

/* "--name=value" or "--name": the name without dashes; *value is what follows '=' or NULL. */
static bool is_option(const char *word, str *name, const char **value)
{
    if (strncmp(word, "--", 2) || !word[2])
        return false;
    const char *eq = strchr(word, '=');
    *name = eq ? (str){ word + 2, (size_t)(eq - word - 2) } : str_of(word + 2);
    *value = eq ? eq + 1 : NULL;
    return true;
}

/* Walks the words; returns the n-th plain one, or the value of `option`. */
static const char *walk(const struct cmd *c, const char *option, int n, bool *is_given)
{
    for (int i = 0; i < c->argc; i++) {
        const char *value;
        str name;
        if (!is_option(c->argv[i], &name, &value)) {
            if (n-- == 0)
                return c->argv[i];
            continue;
        }
        const struct option_help *o = known(c->command, name);
        bool takes = o && o->value;
        if (takes && !value && i + 1 < c->argc)
            value = c->argv[++i];
        if (option && str_eq(name, str_of(option))) {
            if (is_given)
                *is_given = true;
            return value;
        }
    }
    return NULL;
}

const char *cmd_option(const struct cmd *c, const char *name) { return walk(c, name, INT_MAX, NULL); }
const char *cmd_word(const struct cmd *c, int n) { return walk(c, NULL, n, NULL); }

bool cmd_flag(const struct cmd *c, const char *name)
{
    bool is_given = false;
    walk(c, name, INT_MAX, &is_given);
    return is_given;
}

const char *cmd_path(struct cmd *c, const char *path)
{
    return path[0] == '/' || db_is_address(path) ? path : arena_fmt(&c->a, "%s/%s", c->cwd, path).p;
}

int cmd_usage(struct cmd *c, const char *what)
{
    fprintf(c->err, "setu %s: %s\nTry: setu %s --help\n", c->command->name, what, c->command->name);
    return EXIT_USAGE;
}

int cmd_check_words(struct cmd *c)
{
    for (int i = 0; i < c->argc; i++) {
        const char *value;
        str name;
        if (!is_option(c->argv[i], &name, &value))
            continue;
        const struct option_help *o = known(c->command, name);
        if (!o)
            return cmd_usage(c, arena_fmt(&c->a, "there is no option --%.*s", STR_ARG(name)).p);
        if (o->value && !value && ++i >= c->argc)
            return cmd_usage(c, arena_fmt(&c->a, "--%s needs a value (%s)", o->name, o->value).p);
        if (!o->value && value)
            return cmd_usage(c, arena_fmt(&c->a, "--%s takes no value", o->name).p);
    }
    return -1;
}

void cmd_help(FILE *out, const struct command *k)
{
    fprintf(out, "setu %s %s\n\n  %s\n", k->name, k->arguments, k->summary);
    if (k->options && k->options->name)
        fputs("\n", out);
    for (const struct option_help *o = k->options; o && o->name; o++) {
        char left[80];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        fprintf(out, "  %-26s %s\n", left, o->help);
    }
}

int cmd_refuse(struct cmd *c, const struct err *e)
{
    str text = err_text(&c->a, &c->loc, e);
    fprintf(c->err, "setu %s: %.*s\n", c->command->name, STR_ARG(text));
    if (e->code == ERR_INTERNAL && e->detail[0])
        fprintf(c->err, "  (%s, %s:%d)\n", e->detail, e->file, e->line);
    return EXIT_REFUSED;
}

/* ── running ───────────────────────────────────────────────────────────────── */

static int run_inside(struct cmd *c)
{
    struct err e = { 0 };
    sigjmp_buf full, *outer = arena_boundary;
    volatile int code = EXIT_REFUSED;

    if (c->ws && (!db_reader(c->ws->db, &c->db, &e) || !db_read_begin(c->db, 0, &e)))
        return cmd_refuse(c, &e);
    c->ctx.c = c->db;
    arena_boundary = &full;
    if (sigsetjmp(full, 0) == 0)
        code = c->command->run(c);
    else
        fprintf(c->err, "setu %s: out of memory\n", c->command->name);
    arena_boundary = outer;
    if (c->db) {
        db_read_end(c->db);
        db_conn_close(c->db);
    }
    return code;
}

int cmd_run_on(struct workspace *ws, const struct command *k, int argc, const char *const *argv,
               const char *cwd, FILE *in, FILE *out, FILE *err)
{
    struct cmd c = { .command = k, .argc = argc, .argv = argv, .in = in, .out = out, .err = err,
                     .cwd = cwd, .ws = ws, .a = arena_open(ARENA_BYTES) };
    c.loc = ws ? locale_default(ws->lang, ws->country) : locale_default(LANG_EN, "GB");
    if (ws) {
        c.loc.zone = ws->zone;
        memcpy(c.loc.currency, ws->currency, sizeof c.loc.currency);
        c.ctx = workspace_ctx(ws, &c.a, NULL, &c.loc);
    }
    int code = cmd_check_words(&c);
    if (code < 0) {
        code = run_inside(&c);
        fflush(out);
        fflush(err);
    }
    arena_close(&c.a);
    return code;
}

static int run_with_data(const struct command *k, int argc, const char *const *argv, const char *cwd)
{
    struct cmd words = { .command = k, .argc = argc, .argv = argv, .in = stdin, .out = stdout, .err = stderr,
                         .cwd = cwd, .a = arena_open(1 << 20), .loc = locale_default(LANG_EN, "GB") };
    const char *data = cmd_option(&words, "data");
    struct workspace *ws = NULL;
    struct err e = { 0 };
    int code = cmd_check_words(&words);

    if (code < 0 && !data)
        code = cmd_usage(&words, "--data DIR is missing: the folder or the address of the workspace");
    if (code < 0 && !control_ask(place_of(&words.a, data).folder, k, argc, argv, cwd, &code))
        code = -1;
    if (code < 0) {
        code = workspace_open(data, &ws, &e)
             ? cmd_run_on(ws, k, argc, argv, cwd, stdin, stdout, stderr) : cmd_refuse(&words, &e);
        workspace_close(ws);
    }
    arena_close(&words.a);
    return code;
}

static int general_help(FILE *out)
{
    fputs("Setu - sales and marketing in one workspace\n\nusage: setu COMMAND [words]\n\n", out);
    for (const struct command *const *k = commands; *k; k++)
        if (!(*k)->is_hidden)
            fprintf(out, "  %-9s %s\n", (*k)->name, (*k)->summary);
    fputs("\nsetu COMMAND --help tells the words of each.\n", out);
    return out == stdout ? EXIT_DONE : EXIT_USAGE;
}

static const struct command *find(const char *name)
{
    for (const struct command *const *k = commands; *k; k++)
        if (!strcmp((*k)->name, name))
            return *k;
    return NULL;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return true;
    return false;
}

int cmd_main(int argc, char **argv)
{
    char cwd[PATH_MAX];
    const char *name = argc > 1 ? argv[1] : "";

    umask(077);                                 /* data and exports are their owner's */
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
        return general_help(stdout);
    if (!strcmp(name, "--version"))
        name = "version";
    const struct command *k = find(name);
    if (!k) {
        if (*name)
            fprintf(stderr, "setu: there is no command \"%s\"\n\n", name);
        return general_help(stderr);
    }
    if (wants_help(argc, argv)) {
        cmd_help(stdout, k);
        return EXIT_DONE;
    }
    if (!getcwd(cwd, sizeof cwd))
        cwd[0] = '\0';
    const char *const *rest = (const char *const *)argv + 2;
    int n = argc > 2 ? argc - 2 : 0;
    struct cmd words = { .command = k, .argc = n, .argv = rest };
    bool is_own = k->instead && cmd_option(&words, k->instead);
    return k->needs_data && !is_own ? run_with_data(k, n, rest, cwd)
                         : cmd_run_on(NULL, k, n, rest, cwd, stdin, stdout, stderr);
}
