/* migrate.c - setu migrate: the tables brought up to this program, spread over many nodes, or the whole
 * workspace to another place.
 *
 * A move reads the old place and writes the new one; what it did so far stands in the new
 * place, so that the same words go on after a crash. It ends with a table of what was compared.
 */
#include "app/place.h"
#include "cmd/cmds.h"
#include "msg/move.h"
#include "record/move.h"
#include "record/spread.h"
#include <unistd.h>

static const struct option_help options[] = {
    { "data", "DIR", "the workspace: a folder, or postgresql://HOST/DATABASE?schema=NAME" },
    { "distribute", NULL, "cut the tables that grow over the nodes of a PostgreSQL with Citus" },
    { "from", "PLACE", "move a workspace out of this place, which is only read ..." },
    { "to", "PLACE", "... into this one, which is empty or half of the same move" },
    { 0 },
};

/* ── to another place ──────────────────────────────────────────────────────── */

static void progress(void *arg, const char *table, int64_t done)
{
    struct cmd *c = arg;
    if (isatty(fileno(c->err)))
        fprintf(c->err, "\r\033[K%s %lld", table, (long long)done);
}

static void show_lines(struct cmd *c, const struct move_line *v, size_t n)
{
    int64_t rows = 0;
    if (n)
        fprintf(c->out, "%-28s %12s %12s  %-16s\n", "table", "rows there", "rows here", "checksum");
    for (size_t i = 0; i < n; i++) {
        const struct move_line *l = &v[i];
        rows += l->rows[1];
        if (l->is_same)
            fprintf(c->out, "%-28s %12lld %12lld  %016llx  same\n", l->table, (long long)l->rows[0], (long long)l->rows[1],
                    (unsigned long long)l->sum[0][0]);
        else
            fprintf(c->out, "%-28s %12lld %12lld  %016llx  DIFFERS (%016llx)\n", l->table, (long long)l->rows[0],
                    (long long)l->rows[1], (unsigned long long)l->sum[0][0], (unsigned long long)l->sum[1][0]);
    }
    if (n)
        fprintf(c->out, "%lld rows in %zu tables\n", (long long)rows, n);
}

static int refuse_running(struct cmd *c, const char *place)
{
    struct err e = { 0 };
    fail(&e, ERR_CONFLICT, MSG_move_running, "server on %s", place);
    err_arg(&e, "path", str_of(place));
    return cmd_refuse(c, &e);
}

static int move_between(struct cmd *c, struct workspace *from, struct workspace *to)
{
    struct move m = { .from = from->db, .to = to->db, .source = from->data, .progress = progress, .arg = c };
    struct move_line *lines;
    struct err e = { 0 };
    size_t n;
    bool ok = record_move(&m, &c->a, &lines, &n, &e);
    progress(c, "", 0);
    if (isatty(fileno(c->err)))
        fputs("\r\033[K", c->err);
    show_lines(c, lines, n);
    if (!ok)
        return cmd_refuse(c, &e);
    fprintf(c->out, "Moved from %s to %s. Nothing was changed in the old place.\n", from->data, to->data);
    return EXIT_DONE;
}

static int move(struct cmd *c, const char *a, const char *b)
{
    struct workspace *from, *to;
    struct err e = { 0 };
    if (control_is_there(place_of(&c->a, a).folder))
        return refuse_running(c, a);
    if (!workspace_bare(a, &from, &e))
        return cmd_refuse(c, &e);
    int code = EXIT_REFUSED;
    if (workspace_blank(b, from->key, &to, &e)) {
        code = move_between(c, from, to);
        workspace_close(to);
    } else {
        cmd_refuse(c, &e);
    }
    workspace_close(from);
    return code;
}

/* ── over many nodes ───────────────────────────────────────────────────────── */

static void say(void *arg, const char *sql)
{
    struct cmd *c = arg;
    if (*sql)
        fprintf(c->out, "%s;\n", sql);
}

static int distribute(struct cmd *c)
{
    struct err e = { 0 };
    bool can;
    if (!record_spread_out(c->ws->db, &can, say, c, &e))
        return cmd_refuse(c, &e);
    if (!can) {
        fail(&e, ERR_CONFLICT, MSG_move_no_citus, "no create_distributed_table");
        return cmd_refuse(c, &e);
    }
    fputs("The tables that grow lie on all nodes now; the others stay whole on the first.\n", c->out);
    return EXIT_DONE;
}

/* ── the command ───────────────────────────────────────────────────────────── */

/* Opening has brought the tables up to this program already. */
static int run(struct cmd *c)
{
    const char *from = cmd_option(c, "from"), *to = cmd_option(c, "to");
    if (!from != !to)
        return cmd_usage(c, "--from and --to go together");
    if (from)
        return move(c, cmd_path(c, from), cmd_path(c, to));
    if (cmd_flag(c, "distribute"))
        return distribute(c);
    fprintf(c->out, "The tables are those of this program (%zu entities).\n", catalogue_count());
    return EXIT_DONE;
}

const struct command migrate_command = {
    .name = "migrate", .arguments = "--data DIR [--distribute] | --from PLACE --to PLACE", .needs_data = true, .instead = "from",
    .summary = "brings the tables up to this program, or a workspace to another place", .run = run, .options = options,
};
