/* schedule.c - clocks that begin jobs: those the program declares, and those people make.
 *
 * Each clock is a row with its next moment. When that has come, adding the job and setting the
 * next moment are one write that asks for the old moment: two servers begin a thing once. The key
 * of the job is the clock's name, so a run that still goes on is not overtaken by the next.
 */
#include "flow/schedule.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "core/core.h"
#include "flow/inside.h"
#include "msg/core.h"
#include "msg/job.h"

enum { SCHEDULES_MAX = 64, DUE_MAX = 20 };
#define GRACE_US (10 * MINUTE_US)               /* later than this the moment was missed, not merely late */

static const struct schedule *known[SCHEDULES_MAX];
static size_t nknown;

void schedule_register(const struct schedule *list, size_t n)
{
    struct schedule_rule r;
    struct err e = { 0 };
    for (size_t i = 0; i < n; i++) {
        if (nknown == SCHEDULES_MAX || !schedule_parse(str_of(list[i].rule), &r, &e))
            die("schedule %s: more than %d, or its rule cannot be read", list[i].name, SCHEDULES_MAX);
        known[nknown++] = &list[i];
    }
}

static const struct schedule *find(str name)
{
    for (size_t i = 0; i < nknown; i++)
        if (str_eq(str_of(known[i]->name), name))
            return known[i];
    return NULL;
}

/* ── what people make ────────────────────────────────────────────────────── */

static const struct choice repeat_choices[] = {
    { "hourly",  MSG_job_repeat_hourly },
    { "daily",   MSG_job_repeat_daily },
    { "weekly",  MSG_job_repeat_weekly },
    { "monthly", MSG_job_repeat_monthly },
    { 0 },
};
static const struct choice weekday_choices[] = {
    { "sat", MSG_job_sat }, { "sun", MSG_job_sun }, { "mon", MSG_job_mon }, { "tue", MSG_job_tue }, { "wed", MSG_job_wed },
    { "thu", MSG_job_thu }, { "fri", MSG_job_fri }, { 0 },
};
static const struct choice calendar_choices[] = {
    { "gregorian", MSG_job_gregorian }, { "jalali", MSG_job_jalali }, { 0 },
};
static const struct choice catch_up_choices[] = {
    { "once", MSG_job_catch_up_once }, { "skip", MSG_job_catch_up_skip }, { "all", MSG_job_catch_up_all }, { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name, .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SORT | F_QUICK, .max = 120 },
    { .name = "job", .label = MSG_job_work, .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK, .choices = job_offered },
    { .name = "repeat", .label = MSG_job_repeat, .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK,
      .choices = repeat_choices, .init = "daily" },
    { .name = "weekdays", .label = MSG_job_weekdays, .help = MSG_job_weekdays_help, .type = FIELD_CHOICES, .flags = F_QUICK,
      .choices = weekday_choices },
    { .name = "month_day", .label = MSG_job_month_day, .help = MSG_job_month_day_help, .type = FIELD_INT, .flags = F_QUICK, .init = "1" },
    { .name = "time", .label = MSG_job_time, .help = MSG_job_time_help, .type = FIELD_TEXT, .flags = F_LIST | F_QUICK, .max = 10, .init = "09:00" },
    { .name = "zone", .label = MSG_core_word_time_zone, .help = MSG_job_zone_help, .type = FIELD_TEXT, .max = 64,
      .check = check_zone },
    { .name = "calendar", .label = MSG_job_calendar, .type = FIELD_CHOICE, .choices = calendar_choices },
    { .name = "catch_up", .label = MSG_job_catch_up, .help = MSG_job_catch_up_help, .type = FIELD_CHOICE, .choices = catch_up_choices,
      .init = "once" },
    { .name = "is_active", .label = MSG_core_word_is_active, .type = FIELD_BOOL, .flags = F_LIST, .init = "true" },
    { .name = "next_at", .label = MSG_job_next_at, .type = FIELD_INSTANT, .flags = F_LIST | F_READONLY },
    { .name = "last_at", .label = MSG_job_last_at, .type = FIELD_INSTANT, .flags = F_READONLY },
};

static bool refuse(const char *field, msg_id msg, struct err *e)
{
    fail(e, ERR_INVALID, msg, "schedule.%s", field);
    return err_field(e, field);
}

/* "9:30", in any digits. */
static bool read_time(struct arena *a, str typed, int *at)
{
    struct schedule_rule r;
    struct err e = { 0 };
    str text = arena_fmt(a, "daily %.*s", STR_ARG(str_trim(ascii_digits(a, typed))));
    if (!schedule_parse(text, &r, &e))
        return false;
    *at = r.at;
    return true;
}

static unsigned read_weekdays(str list)
{
    static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
    unsigned out = 0;
    while (list.n) {
        str day = str_cut(&list, ',');
        for (size_t i = 0; i < countof(names); i++)
            out |= str_eq(day, str_of(names[i])) ? 1u << i : 0;
    }
    return out;
}

static bool rule_of(struct arena *a, const struct record *s, struct schedule_rule *out, struct err *e)
{
    str repeat = record_text(s, "repeat");
    struct val day = record_val(s, "month_day");
    struct schedule_rule r = { .every = EVERY_DAY };
    if (!read_time(a, record_text(s, "time"), &r.at))
        return refuse("time", MSG_job_time_wrong, e);
    if (str_eq(repeat, S("hourly"))) {
        r = (struct schedule_rule){ .every = EVERY_MINUTES, .minutes = 60 };
    } else if (str_eq(repeat, S("weekly"))) {
        r.every = EVERY_WEEK;
        r.weekdays = read_weekdays(record_text(s, "weekdays"));
        if (!r.weekdays)
            return refuse("weekdays", MSG_job_weekdays_missing, e);
    } else if (str_eq(repeat, S("monthly"))) {
        r.every = EVERY_MONTH;
        r.month_day = (int)day.i;
        if (!day.is_set || day.i < 1 || day.i > 31)
            return refuse("month_day", MSG_job_month_day_wrong, e);
    }
    *out = r;
    return true;
}

static const char *zone_of(struct ctx *c, const struct record *s)
{
    str zone = record_text(s, "zone");
    return zone.n ? arena_cstr(c->a, zone) : c->ws->zone;
}

static enum calendar calendar_of(const struct record *s, const struct workspace *ws)
{
    str cal = record_text(s, "calendar");
    return cal.n ? str_eq(cal, S("jalali")) ? CALENDAR_JALALI : CALENDAR_GREGORIAN : ws->calendar;
}

/* What its maker reads in is what it is read in from then on. */
static bool schedule_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct schedule_rule r;
    static const char *const of_the_rule[] = { "repeat", "weekdays", "month_day", "time", "zone", "calendar", "is_active" };
    bool is_new = !old;
    if (!record_text(now, "zone").n)
        record_set(now, "zone", val_text(str_of(tx->loc->zone)));
    if (!record_text(now, "calendar").n)
        record_set(now, "calendar", val_text(tx->loc->calendar == CALENDAR_JALALI ? S("jalali") : S("gregorian")));
    if (!zone_valid(zone_of(tx, now)))
        return refuse("zone", MSG_job_zone_wrong, e);
    if (!rule_of(tx->a, now, &r, e))
        return false;
    for (size_t i = 0; i < countof(of_the_rule); i++)
        is_new |= old && record_changed(old, now, of_the_rule[i]);
    if (is_new)
        record_set(now, "next_at", record_int(now, "is_active")
                   ? val_int(schedule_next(&r, zone_of(tx, now), calendar_of(now, tx->ws), tx->now)) : (struct val){ 0 });
    return true;
}

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS schedule_due ON schedule (next_at) WHERE deleted_at IS NULL AND is_active = 1",
    NULL,
};

const struct entity schedule_entity = {
    .name = "schedule",
    .path = "schedules",
    .label = MSG_job_schedule,
    .plural = MSG_job_schedule_plural,
    .icon = "calendar-clock",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "job",
    .order = "name",
    .flags = E_SETTINGS,
    .before = schedule_before,
    .schema = schema,
};

/* ── clocks of the declared ones ─────────────────────────────────────────── */

static int64_t next_of(struct ctx *c, const struct schedule *s, int64_t after)
{
    struct schedule_rule r;
    struct err e = { 0 };
    if (!schedule_parse(str_of(s->rule), &r, &e))
        die("schedule %s", s->name);
    return schedule_next(&r, c->ws->zone, c->ws->calendar, after);
}

/* Also when the machine's clock was set back: no moment is later than the rule's next one. */
static bool put_clocks(struct ctx *tx, void *arg, struct err *e)
{
    (void)arg;
    for (size_t i = 0; i < nknown; i++)
        if (!db_exec(tx->c, "INSERT INTO schedule_clock (name, rule, next_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE"
                            " SET rule = excluded.rule, next_at = excluded.next_at WHERE schedule_clock.rule <> excluded.rule"
                            " OR schedule_clock.next_at > excluded.next_at",
                     DB_ARGS(V(str_of(known[i]->name)), V(str_of(known[i]->rule)), V(next_of(tx, known[i], tx->now))), NULL, e))
            return false;
    return true;
}

bool schedule_open(struct workspace *ws, struct err *e)
{
    struct arena a = arena_open(1 << 20);
    struct flow_ctx f;
    flow_ctx(&f, ws, &a, NULL);
    bool ok = nknown == 0 || record_write(&f.c, put_clocks, NULL, e);
    arena_close(&a);
    return ok;
}

/* ── what is due ─────────────────────────────────────────────────────────── */

bool schedule_is_due(struct ctx *c, bool *due, int64_t *next, struct err *e)
{
    bool has_clock, has_own;
    int64_t clock = INT64_MAX, own = INT64_MAX;
    if (!db_get_int(c->c, "SELECT next_at FROM schedule_clock ORDER BY next_at LIMIT 1", DB_NONE, &has_clock, &clock, e)
        || !db_get_int(c->c, "SELECT next_at FROM schedule WHERE deleted_at IS NULL AND is_active = 1 AND next_at IS NOT NULL"
                             " ORDER BY next_at LIMIT 1", DB_NONE, &has_own, &own, e))
        return false;
    clock = has_clock ? clock : INT64_MAX;
    own = has_own ? own : INT64_MAX;
    *next = clock < own ? clock : own;
    *due = *next <= c->now;
    return true;
}

struct due { const struct job_kind *kind; str key, args; int64_t at; enum catch_up catch_up; };

/* After which moment the clock goes on, once this one is dealt with. */
static int64_t base_of(const struct due *d, int64_t now)
{
    return d->catch_up == CATCH_UP_ALL ? d->at : now;
}

static bool begin(struct ctx *tx, const struct due *d, struct err *e)
{
    if (d->catch_up == CATCH_UP_SKIP && tx->now - d->at > GRACE_US)
        return true;
    str key = d->catch_up == CATCH_UP_ALL ? arena_fmt(tx->a, "%.*s@%lld", STR_ARG(d->key), (long long)d->at) : d->key;
    return job_add(tx, &(struct job_spec){ .kind = d->kind, .key = key, .args = d->args }, NULL, e);
}

static bool run_clocks(struct ctx *tx, struct err *e)
{
    struct { str name; int64_t at; } v[DUE_MAX];
    struct db_rows q;
    size_t n = 0;
    if (!db_query(tx->c, &q, "SELECT name, next_at FROM schedule_clock WHERE next_at <= $1 ORDER BY next_at, name LIMIT 20", DB_ARGS(V(tx->now)), e))
        return false;
    for (; n < DUE_MAX && db_next(&q); n++) {
        v[n].name = db_text(&q, 0, tx->a);
        v[n].at = db_int(&q, 1);
    }
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct schedule *s = find(v[i].name);
        struct due d = { s ? s->kind : NULL, v[i].name, { 0 }, v[i].at, s ? s->catch_up : CATCH_UP_SKIP };
        int64_t next = s ? next_of(tx, s, base_of(&d, tx->now)) : tx->now + 365 * DAY_US;  /* of another program's version */
        if ((s && !begin(tx, &d, e)) || !db_exec(tx->c, "UPDATE schedule_clock SET next_at = $1, last_at = $2 WHERE name = $3 AND next_at = $4",
                                                  DB_ARGS(V(next), V(tx->now), V(v[i].name), V(v[i].at)), NULL, e))
            return false;
    }
    return true;
}

static bool run_one(struct ctx *tx, int64_t id, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *s, *r = record_new(tx->a, &schedule_entity);
    struct schedule_rule rule;
    if (!record_get(&sys, &schedule_entity, id, &s, e) || !rule_of(tx->a, s, &rule, e))
        return false;
    str policy = record_text(s, "catch_up");
    struct due d = {
        .kind = job_kind_find(record_text(s, "job")), .key = arena_fmt(tx->a, "schedule:%.*s", STR_ARG(id_text(tx->a, id))),
        .args = arena_fmt(tx->a, "{\"schedule\":\"%.*s\"}", STR_ARG(id_text(tx->a, id))), .at = record_int(s, "next_at"),
        .catch_up = str_eq(policy, S("skip")) ? CATCH_UP_SKIP : str_eq(policy, S("all")) ? CATCH_UP_ALL : CATCH_UP_ONCE,
    };
    r->id = id;
    record_set(r, "next_at", val_int(schedule_next(&rule, zone_of(tx, s), calendar_of(s, tx->ws), base_of(&d, tx->now))));
    record_set(r, "last_at", val_int(tx->now));
    return (!d.kind || begin(tx, &d, e)) && record_update(&sys, r, 0, NULL, e);
}

struct one { int64_t id; };
static bool try_one(struct ctx *tx, void *arg, struct err *e) { return run_one(tx, ((struct one *)arg)->id, e); }

/* One that cannot be begun rests until it is saved again. */
static bool put_to_rest(struct ctx *tx, int64_t id, const struct err *why, struct err *e)
{
    log_event(LOG_ERROR, "schedule", LOG_N("id", id), LOG_S("why", str_of(why->detail)));
    return db_exec(tx->c, "UPDATE schedule SET next_at = NULL WHERE id = $1", DB_ARGS(V(id)), NULL, e);
}

static bool run_own(struct ctx *tx, struct err *e)
{
    struct one v[DUE_MAX];
    struct db_rows q;
    struct err why = { 0 };
    size_t n = 0;
    if (!db_query(tx->c, &q, "SELECT id FROM schedule WHERE deleted_at IS NULL AND is_active = 1 AND next_at <= $1"
                             " ORDER BY next_at, id LIMIT 20", DB_ARGS(V(tx->now)), e))
        return false;
    while (n < DUE_MAX && db_next(&q))
        v[n++].id = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!record_try(tx, try_one, &v[i], &why) && !put_to_rest(tx, v[i].id, &why, e))
            return false;
    return true;
}

bool schedule_run_due(struct ctx *tx, struct err *e) { return run_clocks(tx, e) && run_own(tx, e); }
