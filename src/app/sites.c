/* sites.c - which workspace answers to which host.
 *
 * A folder of workspaces: each folder in it that holds one is a site, by its name or,
 * when there is a file `hosts` in it, by the names written there, one a line. The
 * table only grows while the server runs, so a request reads it without a lock; a
 * host that two claim belongs to the one that had it first, and the log says so.
 */
#include "app/site.h"
#include "base/fault.h"
#include "base/log.h"
#include "msg/app.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PLACES = 1024, HOSTS_FILE_MAX = 64 * 1024, HOST_MAX = 253, SITES_MAX = 1000 };

struct host { struct host *next; struct site *site; char name[]; };
struct sites {
    const struct site_guest *guest;
    bool is_following; struct egress *egress;   /* what follows by itself is started */
    struct arena a, scratch;                    /* names and folders: as long as the server; and of one look */
    struct site *first, **last;
    int n;
    struct site *any;                           /* answers to every host, or NULL */
    _Atomic(struct host *) place[PLACES];
};

struct sites *sites_new(const struct site_guest *guest)
{
    struct sites *all = calloc(1, sizeof *all);
    if (!all)
        die("out of memory at start");
    all->guest = guest;
    all->a = arena_open(16 << 20);
    all->scratch = arena_open(4 << 20);
    all->last = &all->first;
    return all;
}

/* ── hosts ─────────────────────────────────────────────────────────────────── */

static struct host *find_host(struct sites *all, str name)
{
    struct host *h = atomic_load(&all->place[str_hash(name) % PLACES]);
    while (h && !str_eq(name, str_of(h->name)))
        h = h->next;
    return h;
}

static void add_host(struct sites *all, struct site *s, str name)
{
    struct host *h = name.n && name.n <= HOST_MAX ? find_host(all, name) : NULL;
    if (h && h->site == s)
        return;
    if (h || !name.n || name.n > HOST_MAX) {
        log_event(LOG_ERROR, "site.host", LOG_S("site", str_of(s->name)), LOG_S("host", str_head(name, HOST_MAX)),
                  LOG_S("why", h ? S("another workspace answers to this host") : S("no host name")));
        return;
    }
    h = arena_alloc(&all->a, sizeof *h + name.n + 1, alignof(struct host), 1);
    memcpy(h->name, name.p, name.n);
    h->name[name.n] = '\0';
    h->site = s;
    h->next = atomic_load(&all->place[str_hash(name) % PLACES]);
    atomic_store(&all->place[str_hash(name) % PLACES], h);      /* whole before it is found */
}

static str lower(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (char)tolower((unsigned char)s.p[i]);
    return (str){ p, s.n };
}

/* One name a line; what follows '#' is for people. No file: the folder is called like its host.
 * Read again when it was written anew; a name that is gone from it keeps until the server ends. */
static void read_hosts(struct sites *all, struct site *s)
{
    struct arena *a = &all->scratch;
    struct stat st;
    char *text = arena_new(a, char, HOSTS_FILE_MAX);
    FILE *f = fopen(arena_fmt(a, "%s/hosts", s->folder).p, "re");
    int64_t at = f && fstat(fileno(f), &st) == 0 ? (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec : -1;
    str rest = { text, f && at != s->hosts_at ? fread(text, 1, HOSTS_FILE_MAX, f) : 0 };
    if (f)
        fclose(f);
    else if (s->hosts_at != at)
        add_host(all, s, lower(a, str_of(s->name)));
    s->hosts_at = at;
    while (rest.n) {
        str line = str_cut(&rest, '\n'), name = str_trim(str_cut(&line, '#'));
        if (name.n)
            add_host(all, s, lower(a, name));
    }
}

struct workspace *sites_find(struct sites *all, str host, bool *is_down)
{
    struct host *h = find_host(all, host);
    struct site *s = h ? h->site : all->any;
    if (s && s->next && fault_is_on("mixed_hosts"))
        s = s->next;
    struct workspace *ws = s ? atomic_load(&s->ws) : NULL;
    *is_down = s && !ws;
    return ws;
}

/* ── sites ─────────────────────────────────────────────────────────────────── */

static struct site *add_site(struct sites *all, const char *name, const char *folder)
{
    struct site *s = arena_new(&all->a, struct site, 1);
    s->name = arena_cstr(&all->a, str_of(name));
    s->folder = arena_cstr(&all->a, str_of(folder));
    s->guest = all->guest;
    *all->last = s;
    all->last = &s->next;
    all->n++;
    return s;
}

bool sites_add_open(struct sites *all, struct workspace *ws, const char *const *hosts, struct err *e)
{
    struct site *s = add_site(all, ws->name, ws->folder);
    if (!hosts || !hosts[0])
        all->any = s;
    for (const char *const *h = hosts; h && *h; h++)
        add_host(all, s, lower(&all->scratch, str_of(*h)));
    s->opened = ws;
    if (!site_open(s, e))
        return false;
    site_serve(s);
    return true;
}

static struct site *find_site(struct sites *all, const char *name)
{
    struct site *s = all->first;
    while (s && strcmp(s->name, name))
        s = s->next;
    return s;
}

/* The name stands in logs, in labels of figures and, without a file `hosts`, for the host. */
static bool is_site_name(const char *name)
{
    if (!isalnum((unsigned char)*name) || strlen(name) > HOST_MAX)
        return false;
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr(".-_", *p))
            return false;
    return true;
}

static struct site *site_of(struct sites *all, const char *folder, const char *name)
{
    struct stat st;
    const char *path = arena_fmt(&all->scratch, "%s/%s", folder, name).p;
    struct site *s = find_site(all, name);
    if (s || !is_site_name(name) || !workspace_is_there(path) || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return s;
    if (all->n < SITES_MAX)
        return add_site(all, name, path);
    log_event(LOG_ERROR, "site.many", LOG_S("site", str_of(name)), LOG_N("max", SITES_MAX));
    return NULL;
}

/* What cannot follow is down, as what does not open; nobody has found it yet. */
static bool bring_up(struct sites *all, struct site *s, struct err *e)
{
    if (!site_open(s, e))
        return false;
    if (all->is_following && !site_follow(s, all->egress, e)) {
        site_stop(s);
        site_close(s);
        return false;
    }
    site_serve(s);
    return true;
}

static void try_site(struct sites *all, struct site *s)
{
    struct err e = { 0 };
    read_hosts(all, s);
    if (s->ws)
        return;
    log_workspace(s->name);
    if (bring_up(all, s, &e))
        log_event(LOG_INFO, "site.open", LOG_S("folder", str_of(s->folder)));
    else
        log_event(LOG_ERROR, "site.down", LOG_S("folder", str_of(s->folder)), LOG_S("why", str_of(e.detail)));
    log_workspace(NULL);
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

bool sites_scan(struct sites *all, const char *folder, struct err *e)
{
    struct dirent **v;
    int n = scandir(folder, &v, NULL, by_name);
    if (n < 0) {
        fail(e, ERR_NOT_FOUND, MSG_app_folder, "%s: %s", folder, strerror(errno));
        return err_arg(e, "path", str_of(folder));
    }
    for (int i = 0; i < n; i++) {
        arena_reset(&all->scratch);
        struct site *s = site_of(all, folder, v[i]->d_name);
        if (s)
            try_site(all, s);
        free(v[i]);
    }
    free(v);
    return true;
}

bool sites_follow(struct sites *all, struct egress *egress, struct err *e)
{
    all->is_following = true;
    all->egress = egress;
    for (struct site *s = all->first; s; s = s->next)
        if (s->opened && !site_follow(s, egress, e))
            return false;
    return true;
}

struct site *sites_first(struct sites *all) { return all->first; }

void sites_stop(struct sites *all)
{
    for (struct site *s = all ? all->first : NULL; s; s = s->next)
        site_stop(s);
}

void sites_settle(struct sites *all)
{
    for (struct site *s = all ? all->first : NULL; s; s = s->next)
        site_settle(s);
}

void sites_close(struct sites *all)
{
    if (!all)
        return;
    for (struct site *s = all->first; s; s = s->next)
        site_close(s);
    arena_close(&all->a);
    arena_close(&all->scratch);
    free(all);
}
