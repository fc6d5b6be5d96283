/* care.c - backup, restore, check: looking after the data. */
#include "cmd/cmds.h"
#include "flow/hit.h"
#include "msg/cmd.h"
#include "record/record.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_help data_option[] = { { "data", "DIR", "the folder of the workspace" }, { 0 } };

static int file_refused(struct cmd *c, const char *path, const char *why)
{
    struct err e = { 0 };
    fail(&e, ERR_INVALID, MSG_cmd_file, "%s: %s", path, why);
    err_arg(&e, "path", str_of(path));
    return cmd_refuse(c, &e);
}

/* ── backup ────────────────────────────────────────────────────────────────── */

static void progress(int done, int all, void *arg)
{
    struct cmd *c = arg;
    if (isatty(fileno(c->err)) && all > 0)
        fprintf(c->err, "\r%d %%", (int)(100 * (int64_t)done / all));
}

static int backup(struct cmd *c)
{
    const char *to = cmd_word(c, 0);
    struct err e = { 0 };
    struct stat st;
    if (!to)
        return cmd_usage(c, "name the file to write");
    to = cmd_path(c, to);
    if (!db_backup(c->ws->db, to, progress, c, &e))
        return cmd_refuse(c, &e);
    if (stat(to, &st) != 0)
        return file_refused(c, to, strerror(errno));
    fprintf(c->out, "%s: %lld bytes. The key file (DIR/key) is not in it: keep a copy of that too.\n", to, (long long)st.st_size);
    return EXIT_DONE;
}

const struct command backup_command = {
    .name = "backup", .arguments = "--data DIR FILE", .needs_data = true,
    .summary = "a consistent copy, also while serving", .run = backup, .options = data_option,
};

/* ── check ─────────────────────────────────────────────────────────────────── */

/* No damage: what waits becomes records, and what was set aside is tried again at the next start. */
static void tell_hits(struct cmd *c)
{
    struct hits_standing h = hits_standing(c->ws);
    if (h.waiting)
        fprintf(c->out, "%lld hits wait to be recorded.\n", (long long)h.waiting);
    if (h.stuck)
        fprintf(c->out, "%lld hits could not be recorded; the log says why.\n", (long long)h.stuck);
}

static int check(struct cmd *c)
{
    struct err e = { 0 };
    str report, loose;
    if (!db_check(c->db, &c->a, &report, &e))
        return cmd_refuse(c, &e);
    if (report.n)
        fprintf(c->out, "%.*s\n", STR_ARG(report));
    if (!record_check_refs(&c->ctx, &loose, &e))
        return cmd_refuse(c, &e);
    fprintf(c->out, "%.*s", STR_ARG(loose));
    tell_hits(c);
    if (report.n || loose.n) {
        fputs("The data is damaged. Stop the server and restore a backup (docs/install.md).\n", c->out);
        return EXIT_REFUSED;
    }
    fputs("The data is sound.\n", c->out);
    return EXIT_DONE;
}

const struct command check_command = {
    .name = "check", .arguments = "--data DIR", .needs_data = true,
    .summary = "looks whether the data is sound", .run = check, .options = data_option,
};

/* ── restore ───────────────────────────────────────────────────────────────── */

static bool copy(const char *from, const char *to)
{
    char block[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = in >= 0 && out >= 0;
    for (ssize_t n = 1; ok && n > 0;) {
        n = read(in, block, sizeof block);
        ok = n >= 0 && write(out, block, (size_t)n) == n;
    }
    ok = ok && fsync(out) == 0;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return ok;
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Opened once on its own: a copy that does not open, or is damaged, replaces nothing. */
static bool is_sound(struct cmd *c, const char *folder, struct err *e)
{
    struct workspace *ws;
    struct db_conn *conn;
    str report = { 0 };
    if (!workspace_open(folder, &ws, e))
        return false;
    bool ok = db_reader(ws->db, &conn, e);
    if (ok) {
        ok = db_read_begin(conn, 0, e) && db_check(conn, &c->a, &report, e);
        db_read_end(conn);
        db_conn_close(conn);
    }
    workspace_close(ws);
    return ok && (report.n == 0 || fail(e, ERR_INVALID, MSG_cmd_backup_damaged, "%.*s", STR_ARG(str_head(report, 100))));
}

static int restore(struct cmd *c)
{
    const char *folder = cmd_option(c, "data"), *from = cmd_word(c, 0);
    struct err e = { 0 };
    if (!folder || !from)
        return cmd_usage(c, "--data DIR and the backup file are needed");
    folder = cmd_path(c, folder);
    from = cmd_path(c, from);
    if (db_is_address(folder)) {
        fail(&e, ERR_INVALID, MSG_cmd_use_pg_restore, "restore into an address");
        return cmd_refuse(c, &e);
    }
    if (control_is_there(folder)) {
        fail(&e, ERR_CONFLICT, MSG_cmd_stop_server, "server on %s", folder);
        return cmd_refuse(c, &e);
    }
    const char *trial = arena_fmt(&c->a, "%s/restore.new", folder).p, *beside = arena_fmt(&c->a, "%s/setu.db", trial).p;
    const char *live = arena_fmt(&c->a, "%s/setu.db", folder).p, *old = arena_fmt(&c->a, "%s/setu.db.before-restore", folder).p;
    if ((mkdir(folder, 0700) != 0 && errno != EEXIST) || (mkdir(trial, 0700) != 0 && errno != EEXIST) || !copy(from, beside))
        return file_refused(c, from, strerror(errno));
    if (!is_sound(c, trial, &e))
        return cmd_refuse(c, &e);
    bool had = rename(live, old) == 0;
    unlink(arena_fmt(&c->a, "%s-wal", live).p);
    unlink(arena_fmt(&c->a, "%s-shm", live).p);
    if (rename(beside, live) != 0 || !sync_folder(folder))
        return file_refused(c, live, strerror(errno));
    unlink(arena_fmt(&c->a, "%s/lock", trial).p);
    unlink(arena_fmt(&c->a, "%s/key", trial).p);
    rmdir(trial);
    fprintf(c->out, "Restored from %s.%s\n", from, had ? " What was there before is kept as setu.db.before-restore." : "");
    return EXIT_DONE;
}

const struct command restore_command = {
    .name = "restore", .arguments = "--data DIR FILE",
    .summary = "puts a backup in the place of the data", .run = restore, .options = data_option,
};
