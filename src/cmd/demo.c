/* demo.c - setu demo: a filled workspace of a made-up company, served. */
#include "demo/demo.h"
#include "base/clock.h"
#include "cmd/cmds.h"
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_help options[] = {
    { "data", "DIR", "the folder (default ./build/demo, or ~/.local/share/setu-demo)" },
    { "listen", "ADDR", "address and port (default 127.0.0.1:8080, or the next free one)" },
    { "seed", "N", "another number tells another story (default 1)" },
    { "size", "WORD", "small or normal" },
    { "now", "INSTANT", "where the story ends, as 2026-11-24T10:00:00Z (default: now)" },
    { "fill-only", NULL, "fill the folder and stop" },
    { 0 },
};

/* ── where ───────────────────────────────────────────────────────────────── */

static const char *default_folder(struct cmd *c)
{
    struct stat st;
    if (stat("build", &st) == 0 && S_ISDIR(st.st_mode))
        return "build/demo";
    const char *home = getenv("HOME");
    if (!home)
        return "setu-demo";
    (void)mkdir(arena_fmt(&c->a, "%s/.local", home).p, 0700);
    (void)mkdir(arena_fmt(&c->a, "%s/.local/share", home).p, 0700);
    return arena_fmt(&c->a, "%s/.local/share/setu-demo", home).p;
}

static bool is_free(int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        return true;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool free_now = bind(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return free_now;
}

static const char *free_address(struct cmd *c)
{
    enum { FIRST = 8080, LAST = 8099 };
    for (int port = FIRST; port <= LAST; port++) {
        if (!is_free(port))
            continue;
        if (port != FIRST)
            fprintf(c->out, "Port %d is taken; using %d.\n", FIRST, port);
        return arena_fmt(&c->a, "127.0.0.1:%d", port).p;
    }
    return "127.0.0.1:0";
}

/* ── what to tell ────────────────────────────────────────────────────────── */

static void tell_signins(struct cmd *c, int port)
{
    (void)port;
    fprintf(c->out, "\nSign in with any of these; the password is the same for all:  %s\n\n", demo_password);
    for (int i = 0; i < DEMO_SIGNINS; i++)
        fprintf(c->out, "  %-30s %s (%s)\n", demo_signins[i].email, demo_signins[i].role, lang_name(demo_signins[i].lang));
    fprintf(c->out, "\nEverything in it is made up. Ctrl-C stops it.\n");
    fflush(c->out);
}

/* ── running ─────────────────────────────────────────────────────────────── */

static bool read_options(struct cmd *c, struct demo_options *o)
{
    const char *seed = cmd_option(c, "seed"), *size = cmd_option(c, "size"), *now = cmd_option(c, "now");
    int64_t n = 1;
    *o = (struct demo_options){ .now = clock_now() };
    if (seed && (!str_to_int(str_of(seed), &n) || n <= 0))
        return cmd_usage(c, "--seed is a number above 0") < 0;
    if (size && strcmp(size, "small") && strcmp(size, "normal"))
        return cmd_usage(c, "--size is small or normal") < 0;
    if (now && !parse_iso_instant(str_of(now), &o->now))
        return cmd_usage(c, "--now is an instant such as 2026-11-24T10:00:00Z") < 0;
    o->seed = (uint64_t)n;
    o->is_small = size && !strcmp(size, "small");
    return true;
}

static bool open_or_make(struct cmd *c, const char *folder, const struct demo_options *o, struct workspace **ws, struct err *e)
{
    if (demo_is_there(folder)) {
        fprintf(c->out, "The demo in %s is there already; it goes on from where it was.\n", folder);
        return workspace_open(folder, ws, e);
    }
    fprintf(c->out, "Filling %s with three years of a made-up company ...\n", folder);
    fflush(c->out);
    int64_t before = clock_mono();
    if (!demo_create(folder, o, ws, e))
        return false;
    fprintf(c->out, "Done in %.1f s.\n", (double)(clock_mono() - before) / SECOND_US);
    return true;
}

static int run(struct cmd *c)
{
    const char *folder = cmd_option(c, "data"), *listen = cmd_option(c, "listen");
    struct demo_options o;
    struct workspace *ws;
    struct err e = { 0 };
    if (!read_options(c, &o))
        return EXIT_USAGE;
    serve_block_signals();
    folder = cmd_path(c, folder ? folder : default_folder(c));
    if (!open_or_make(c, folder, &o, &ws, &e))
        return cmd_refuse(c, &e);
    int code = EXIT_DONE;
    if (!cmd_flag(c, "fill-only"))
        code = serve_workspace(c, ws, listen ? listen : free_address(c), tell_signins);
    workspace_close(ws);
    return code;
}

const struct command demo_command = {
    .name = "demo", .arguments = "[--data DIR] [--listen ADDR]",
    .summary = "fills a workspace with a made-up company and serves it", .run = run, .options = options,
};
