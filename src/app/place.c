/* place.c - see place.h. */
#include "app/place.h"
#include "db/db.h"
#include "msg/app.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ADDRESS_MAX = 2000 };

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "%2F" is "/", as everywhere in addresses. */
static const char *decode(struct arena *a, str s)
{
    char *out = arena_new(a, char, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool is_coded = s.p[i] == '%' && i + 2 < s.n && digit(s.p[i + 1]) >= 0 && digit(s.p[i + 2]) >= 0;
        out[n++] = is_coded ? (char)(digit(s.p[i + 1]) * 16 + digit(s.p[i + 2])) : s.p[i];
        i += is_coded ? 2 : 0;
    }
    return out;
}

static const char *param(struct arena *a, const char *address, const char *name, const char *otherwise)
{
    const char *query = strchr(address, '?');
    str rest = str_of(query ? query + 1 : "");
    while (rest.n) {
        str value = str_cut(&rest, '&'), key = str_cut(&value, '=');
        if (str_eq(key, str_of(name)) && value.n)
            return decode(a, value);
    }
    return otherwise;
}

/* The database's name in an address: what follows the host's slash. */
static str database(const char *address)
{
    const char *from = strstr(address, "://"), *slash = from ? strchr(from + 3, '/') : NULL;
    str name = slash ? (str){ slash + 1, strcspn(slash + 1, "?") } : (str){ 0 };
    return name.n ? name : S("db");
}

static const char *home(struct arena *a, const char *variable, const char *below, const char *for_root)
{
    const char *set = getenv(variable), *own = getenv("HOME");
    if (geteuid() == 0)
        return for_root;
    return set && *set ? set : arena_fmt(a, "%s/%s", own && *own ? own : ".", below).p;
}

static const char *name_of(struct arena *a, const char *address)
{
    str db = database(address);
    char *out = arena_new(a, char, db.n + 1);
    for (size_t i = 0; i < db.n; i++)
        out[i] = db.p[i] == '/' || db.p[i] == '%' || db.p[i] == '.' ? '_' : db.p[i];
    return arena_fmt(a, "%s-%s", out, param(a, address, "schema", "setu")).p;
}

/* The line in a folder's file `address`, or NULL. */
static const char *address_in(struct arena *a, const char *folder)
{
    char *line = arena_new(a, char, ADDRESS_MAX);
    FILE *f = fopen(arena_fmt(a, "%s/address", folder).p, "re");
    bool is_there = f && fgets(line, ADDRESS_MAX, f);
    if (f)
        fclose(f);
    line[strcspn(line, "\r\n")] = '\0';
    return is_there && db_is_address(line) ? line : NULL;
}

struct place place_of(struct arena *a, const char *data)
{
    if (!db_is_address(data)) {
        const char *address = address_in(a, data), *key = arena_fmt(a, "%s/key", data).p;
        if (!address)
            return (struct place){ .data = data, .folder = data, .key = key };
        return (struct place){ .data = address, .is_address = true, .folder = param(a, address, "spool", data),
                               .key = param(a, address, "key", key) };
    }
    const char *name = name_of(a, data), *etc = home(a, "XDG_CONFIG_HOME", ".config", "/etc"),
               *state = home(a, "XDG_STATE_HOME", ".local/state", "/var/lib");
    return (struct place){
        .data = data, .is_address = true,
        .folder = param(a, data, "spool", arena_fmt(a, "%s/setu/%s", state, name).p),
        .key = param(a, data, "key", arena_fmt(a, "%s/setu/%s.key", etc, name).p),
    };
}

bool place_make(struct arena *a, const char *folder, struct err *e)
{
    char *path = arena_new(a, char, strlen(folder) + 1);
    memcpy(path, folder, strlen(folder));
    for (char *slash = *path ? strchr(path + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);                /* the last one tells */
        *slash = '/';
    }
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    fail(e, ERR_INTERNAL, MSG_app_folder, "mkdir %s: %s", folder, strerror(errno));
    return err_arg(e, "path", str_of(folder));
}
