/* serve.c - setu serve: one workspace or a folder of them on the network, until told to stop. */
#include "app/server.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/log.h"
#include "cmd/cmds.h"
#include "egress/target.h"
#include "egress/trust.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static const struct option_help options[] = {
    { "data", "DIR", "the folder of the workspace" },
    { "sites", "DIR", "or a folder of workspaces, each called like its host or with a file of hosts" },
    { "listen", "ADDR", "address and port (default 127.0.0.1:8080)" },
    { "host", "NAME", "answer under this host name only (with --data)" },
    { "proxy", "ADDR", "trust forwarded headers from this address" },
    { "allow-local-webhooks", "HOST:PORT", "webhooks may go to this inside address; several with commas" },
    { "allow-http-webhooks", NULL, "webhooks may go out without TLS" },
    { "webhook-ca", "FILE", "webhooks trust these certificates too (PEM), besides the system's" },
    { 0 },
};

/* SIGTERM and SIGINT are read as data. The threads we make block them, but a library may bring one that
 * does not: so a handler notes which came, and does nothing else. */
static int stop_pipe[2];

static void note(int sig)
{
    unsigned char byte = (unsigned char)sig;
    if (write(stop_pipe[1], &byte, 1) != 1)
        _exit(128 + sig);
}

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

static int wait_for_stop(void)
{
    sigset_t set, before;
    unsigned char byte = 0;
    ssize_t n;

    stop_signals(&set);
    pthread_sigmask(SIG_UNBLOCK, &set, &before);
    while ((n = read(stop_pipe[0], &byte, 1)) < 0 && errno == EINTR)
        ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n == 1 ? byte : 0;
}

void serve_block_signals(void)
{
    struct sigaction act = { .sa_handler = note, .sa_flags = SA_RESTART };
    sigset_t set;

    if (pipe2(stop_pipe, O_CLOEXEC) != 0 || sigaction(SIGTERM, &act, NULL) != 0 || sigaction(SIGINT, &act, NULL) != 0)
        die("no way to be told to stop: %s", strerror(errno));
    stop_signals(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* With a port of 0 the system chose one: the line tells which. */
static void say_where(struct cmd *c, const char *listen, int port)
{
    const char *colon = strrchr(listen, ':');
    int host = colon ? (int)(colon - listen) : (int)strlen(listen);
    fprintf(c->out, "Setu is at http://%.*s:%d/\n", host, listen, port);
    fflush(c->out);
}

static bool open_control(struct workspace *ws, void **kept, struct err *e) { return control_start(ws, (struct control **)kept, e); }
static void close_control(void *kept) { control_stop(kept); }

int serve_workspace(struct cmd *c, struct workspace *ws, const char *listen, void (*ready)(struct cmd *c, int port))
{
    static const struct site_guest control = { open_control, close_control };
    const char *hosts[] = { cmd_option(c, "host"), NULL }, *proxies[] = { cmd_option(c, "proxy"), NULL };
    const char *folder = ws ? NULL : cmd_path(c, cmd_option(c, "sites"));
    struct server_options o = { .listen = listen, .hosts = hosts, .proxies = proxies, .folder = folder, .guest = &control,
                                .has_egress = true };
    struct server *s = NULL;
    struct err e = { 0 };

    if (fault_is_on("still_clock")) {
        clock_set(INT64_C(1795500000000000));
        id_replay(2);
    }
    if (!server_start(ws, &o, &s, &e))
        return cmd_refuse(c, &e);
    say_where(c, listen, server_port(s));
    if (ready)
        ready(c, server_port(s));
    int sig = wait_for_stop();
    log_event(LOG_INFO, "stop", LOG_N("signal", sig));
    server_stop(s);
    return EXIT_DONE;
}

/* Where webhooks may go besides public addresses by https: the administrator of the machine says. */
static bool set_policy(struct cmd *c, const char **wrong)
{
    static struct egress_policy policy;
    const char *local = cmd_option(c, "allow-local-webhooks");
    const char *ca = cmd_option(c, "webhook-ca");
    str certificates;
    policy.allow_http = cmd_flag(c, "allow-http-webhooks");
    policy.ca_file = ca ? cmd_path(c, ca) : NULL;
    *wrong = local && !policy_add_local(&policy, str_of(local)) ? "--allow-local-webhooks is HOST:PORT, several with commas"
           : ca && !trust_read(policy.ca_file, &certificates) ? "--webhook-ca is a file with certificates (PEM)" : NULL;
    if (*wrong)
        return false;
    egress_policy_set(&policy);
    return true;
}

static int run(struct cmd *c)
{
    const char *folder = cmd_option(c, "data"), *sites = cmd_option(c, "sites"), *listen = cmd_option(c, "listen"), *wrong;
    struct workspace *ws = NULL;
    struct err e = { 0 };

    if (!folder == !sites)
        return cmd_usage(c, "one of --data DIR and --sites DIR is needed: a workspace, or a folder of workspaces");
    if (sites && cmd_option(c, "host"))
        return cmd_usage(c, "--host goes with --data; with --sites each workspace has its own");
    if (!set_policy(c, &wrong))
        return cmd_usage(c, wrong);
    serve_block_signals();
    if (folder && !workspace_open(cmd_path(c, folder), &ws, &e))
        return cmd_refuse(c, &e);
    int code = serve_workspace(c, ws, listen ? listen : "127.0.0.1:8080", NULL);
    workspace_close(ws);
    return code;
}

const struct command serve_command = {
    .name = "serve", .arguments = "--data DIR | --sites DIR [--listen ADDR]",
    .summary = "serves one workspace, or a folder of them", .run = run, .options = options,
};
