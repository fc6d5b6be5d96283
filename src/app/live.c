/* live.c - see live.h.
 *
 * A page hears "changed" with "deal 1h2k3m" and fetches what shows the record or its list; "* *"
 * says that anything may have changed. Other servers tell the same lines, with their commit. Features
 * that keep something of the data in memory hear them too; settings of another server are read anew.
 */
#include "app/live.h"
#include "app/workspace.h"
#include "base/log.h"
#include "flow/job.h"
#include "http/http.h"
#include "web/feature.h"

static void to_pages(const struct workspace *ws, str line)
{
    events_send((void *)(uintptr_t)ws, S("records"), S("changed"), line);
}

static void tell(const struct workspace *ws, str line)
{
    str rest = line, name = str_cut(&rest, ' ');
    for (const struct feature *const *f = features; *f; f++)
        if ((*f)->watched && (str_eq(name, S("*")) || str_eq(name, str_of((*f)->watched))))
            (*f)->rewritten(ws);
    to_pages(ws, line);
}

static void written(const struct ctx *c, const struct touched *list)
{
    struct arena scratch = *c->a;
    for (str rest = record_told(&scratch, list); rest.n;)
        tell(c->ws, str_cut(&rest, '\n'));
}

/* The page of background work looks again. */
static void tell_job(const struct workspace *ws, int64_t id)
{
    (void)id;
    to_pages(ws, S("job all"));
}

/* ── other servers ───────────────────────────────────────────────────────────── */

static void reload(struct workspace *ws)
{
    struct db_conn *c;
    struct err e = { 0 };
    bool ok = db_reader(ws->db, &c, &e);
    if (ok) {
        ok = db_read_begin(c, 0, &e) && workspace_reload(ws, c, &e);
        db_conn_close(c);
    }
    if (!ok)
        log_event(LOG_ERROR, "settings", LOG_S("why", str_of(e.detail)));
}

static void heard(void *arg, str channel, str text)
{
    struct workspace *ws = arg;
    bool is_all = channel.n == 0, is_setting = is_all;
    if (!is_all && !str_eq(channel, S("records")))
        return;
    for (str rest = is_all ? S("* *") : text; rest.n;) {
        str line = str_cut(&rest, '\n');
        is_setting |= str_starts(line, S("setting "));
        tell(ws, line);
    }
    if (is_setting)
        reload(ws);
}

void live_listen(struct workspace *ws) { db_listen(ws->db, heard, ws); }

void live_open(void)
{
    record_on_write(written);
    job_told = tell_job;
}
