/* chance_job.c - learning from the leads of the past as work in the background: asked for on /scores, and weekly.
 *
 * Reading the history is long, keeping the model is one write, which also ends the job: a worker that lost its
 * lease keeps no model. By the clock too short a past is no failure: there is nothing to learn yet.
 */
#include "funnel/chance.h"
#include "funnel/inside.h"
#include "base/clock.h"
#include "msg/score.h"

static bool count_leads(struct ctx *c, int64_t *out, struct err *e)
{
    bool found;
    return db_get_int(c->c, "SELECT COUNT(*) FROM (SELECT id FROM lead WHERE deleted_at IS NULL AND created_at <= $1 LIMIT $2) AS old",
                      DB_ARGS(V(c->now - CHANCE_DAYS * DAY_US), V((int)CHANCE_LEADS_MAX)), &found, out, e);
}

struct learning { struct job_run *j; int64_t all; struct chance_model m; };

static bool told(void *arg, int64_t done, struct err *e)
{
    struct learning *l = arg;
    return job_progress(l->j, done < l->all ? done : l->all - 1, l->all, e);
}

static bool put(struct ctx *tx, void *arg, struct err *e)
{
    struct learning *l = arg;
    return job_done(tx, l->j, e) && chance_keep(tx, &l->m, e);
}

/* For people who read the list of jobs: what the page would have said. */
static bool in_words(struct job_run *j, struct err *e)
{
    struct locale loc = locale_default(j->c->ws->lang, j->c->ws->country);
    str words = err_text(j->c->a, &loc, e);
    snprintf(e->detail, sizeof e->detail, "%.*s", STR_ARG(words));
    return false;
}

static bool run(struct job_run *j, struct err *e)
{
    struct learning *l = arena_new(j->c->a, struct learning, 1);
    l->j = j;
    if (!count_leads(j->c, &l->all, e))
        return false;
    l->all += l->all == 0;
    if (!chance_learn(j->c, told, l, &l->m, e)) {
        bool is_short = e->code == ERR_INVALID;
        return is_short && !str_eq(j->args, S(CHANCE_ASKED)) ? (*e = (struct err){ 0 }, true) : is_short ? in_words(j, e) : false;
    }
    return record_write(j->c, put, l, e);
}

const struct job_kind chance_job = { .name = "chance", .label = MSG_score_job, .run = run, .lease_s = 300, .tries_max = 1, .is_offered = true };
const struct schedule chance_schedule = { .name = "chance", .kind = &chance_job, .rule = "weekly sun 04:10" };
