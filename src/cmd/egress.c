/* egress.c - setu egress: the process that speaks to the outside, started by the server only.
 *
 * It finds its socket as descriptor 3; without one there is nothing for it to do.
 */
#include "cmd/cmds.h"
#include "egress/egress.h"
#include <sys/stat.h>

enum { SOCKET_FD = 3 };

static const struct option_help options[] = {
    { "allow-http", NULL, "also without TLS" },
    { "allow-local", "HOST:PORT,...", "also these inside addresses" },
    { "ca", "FILE", "trust these certificates too" },
    { 0 },
};

static int run(struct cmd *c)
{
    static struct egress_policy policy;
    const char *local = cmd_option(c, "allow-local");
    struct stat st;

    if (fstat(SOCKET_FD, &st) != 0 || !S_ISSOCK(st.st_mode))
        return cmd_usage(c, "it is started by setu serve");
    policy.ca_file = cmd_option(c, "ca");
    policy.allow_http = cmd_flag(c, "allow-http");
    if (local && !policy_add_local(&policy, str_of(local)))
        return cmd_usage(c, "--allow-local is HOST:PORT, several with commas");
    egress_run(SOCKET_FD, &policy);
}

const struct command egress_command = {
    .name = "egress", .arguments = "", .summary = "speaks to the outside for the server", .run = run, .options = options, .is_hidden = true,
};
