/* version.c - setu version: what this program is and what it stands on. */
#include "cmd/cmds.h"
#include "http/http.h"
#include <sodium.h>
#include <unicode/uvernum.h>

static const struct option_help options[] = { { 0 } };

static int run(struct cmd *c)
{
    fprintf(c->out, "setu 0.1 (%s, %s, ICU %s, libsodium %s)\n", db_library(),
            http_library(), U_ICU_VERSION, sodium_version_string());
    return EXIT_DONE;
}

const struct command version_command = {
    .name = "version", .arguments = "", .summary = "tells the version", .run = run, .options = options,
};
