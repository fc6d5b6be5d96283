/* rule_plan.c - reading and writing the text of a rule; the tables of what may stand in it.
 *
 * The reader knows only the tables: a word that no slot has, a step that no room brought, a block
 * that is not closed are refused with their line. It allocates nothing but the answer's texts.
 */
#include "flow/rule_inside.h"
#include "base/buf.h"
#include "base/log.h"
#include "msg/rule.h"

/* ── the kinds of when ───────────────────────────────────────────────────── */

static const struct choice units[] = {
    { "minutes", MSG_rule_unit_minutes }, { "hours", MSG_rule_unit_hours }, { "days", MSG_rule_unit_days }, { 0 },
};
/* Of steps, whose waits are somebody's: working hours are those of who has the record. */
static const struct choice step_units[] = {
    { "minutes", MSG_rule_unit_minutes }, { "hours", MSG_rule_unit_hours }, { "work_hours", MSG_rule_unit_work_hours },
    { "days", MSG_rule_unit_days }, { 0 },
};
static const struct choice sides[] = { { "after", MSG_rule_side_after }, { "before", MSG_rule_side_before }, { 0 } };
static const struct choice everys[] = {
    { "hour", MSG_rule_every_hour }, { "day", MSG_rule_every_day }, { "week", MSG_rule_every_week }, { "month", MSG_rule_every_month }, { 0 },
};

#define ABOUT { .name = "about", .kind = ARG_ABOUT, .init = "deal" }
#define COUNT(n) { .name = "count", .kind = ARG_COUNT, .init = n }
#define UNIT(n) { .name = "unit", .kind = ARG_UNIT, .choices = step_units, .init = n }
#define UNIT_OF_DAYS(n) { .name = "unit", .kind = ARG_UNIT, .choices = units, .init = n }

static const struct rule_when_kind whens[WHEN_COUNT] = {
    [WHEN_CREATED] = { "created", MSG_rule_when_created, MSG_rule_when_created_label, { ABOUT } },
    [WHEN_SAVED]   = { "saved",   MSG_rule_when_saved,   MSG_rule_when_saved_label,   { ABOUT, { .name = "field", .kind = ARG_A_FIELD } } },
    [WHEN_CHANGED] = { "changed", MSG_rule_when_changed, MSG_rule_when_changed_label,
                       { ABOUT, { .name = "field", .kind = ARG_A_FIELD }, { .name = "to", .kind = ARG_VALUE, .is_optional = true } } },
    [WHEN_EVENT]   = { "event",   MSG_rule_when_event,   MSG_rule_when_event_label,   { ABOUT, { .name = "event", .kind = ARG_KIND } } },
    [WHEN_ENTERED] = { "entered", MSG_rule_when_entered, MSG_rule_when_entered_label, { ABOUT, { .name = "segment", .kind = ARG_SEGMENT } } },
    [WHEN_LEFT]    = { "left",    MSG_rule_when_left,    MSG_rule_when_left_label,    { ABOUT, { .name = "segment", .kind = ARG_SEGMENT } } },
    [WHEN_TIME]    = { "time",    MSG_rule_when_time,    MSG_rule_when_time_label,
                       { COUNT("1"), UNIT_OF_DAYS("days"), { .name = "side", .kind = ARG_CHOICE, .choices = sides, .init = "after" },
                         ABOUT, { .name = "date", .kind = ARG_A_DATE } } },
    [WHEN_EVERY]   = { "every",   MSG_rule_when_every,   MSG_rule_when_every_label,
                       { { .name = "every", .kind = ARG_CHOICE, .choices = everys, .init = "day" }, { .name = "at", .kind = ARG_CLOCK, .init = "09:00" },
                         ABOUT } },
    [WHEN_HAND]    = { "hand",    MSG_rule_when_hand,    MSG_rule_when_hand_label,    { ABOUT } },
};
const struct rule_when_kind *rule_when_kind(enum rule_when w) { return &whens[w]; }

/* ── the steps every house has; what they do: rule_steps.c, rule_run.c ───── */

static const struct choice made[] = {
    { "note", MSG_rule_made_note }, { "meeting", MSG_rule_made_meeting }, { "lead", MSG_rule_made_lead }, { "deal", MSG_rule_made_deal }, { 0 },
};
#define WHO(n) { .name = "who", .kind = ARG_WHO, .init = n }
#define WORDS { .name = "text", .kind = ARG_WORDS }

const struct rule_step rule_own_steps[] = {
    { "notify",  MSG_rule_do_notify,  MSG_rule_do_notify_label,  { WHO("owner"), WORDS }, .run = rule_do_notify },
    { "task",    MSG_rule_do_task,    MSG_rule_do_task_label,    { WHO("owner"), WORDS, COUNT("1"), UNIT("days") }, .run = rule_do_task },
    { "set",     MSG_rule_do_set,     MSG_rule_do_set_label,
      { { .name = "field", .kind = ARG_A_FIELD }, { .name = "to", .kind = ARG_VALUE, .is_optional = true } }, .run = rule_do_set },
    { "create",  MSG_rule_do_create,  MSG_rule_do_create_label,
      { { .name = "what", .kind = ARG_CHOICE, .choices = made, .init = "note" }, WORDS }, .run = rule_do_create },
    { "ask",     MSG_rule_do_ask,     MSG_rule_do_ask_label,     { WHO("manager"), WORDS, COUNT("2"), UNIT("days") }, .flow = FLOW_ASK },
    { "wait",    MSG_rule_do_wait,    MSG_rule_do_wait_label,    { COUNT("1"), UNIT("days") }, .flow = FLOW_WAIT },
    { "await",   MSG_rule_do_await,   MSG_rule_do_await_label,   { { .name = "event", .kind = ARG_KIND }, COUNT("2"), UNIT("days") }, .flow = FLOW_WAIT_EVENT },
    { "if",      MSG_rule_do_if,      MSG_rule_do_if_label,      { { .name = "criteria", .kind = ARG_CRITERIA } }, .flow = FLOW_IF },
    { "yes",     MSG_rule_do_yes,     MSG_rule_do_yes_label,     { { 0 } }, .flow = FLOW_YES },
    { "split",   MSG_rule_do_split,   MSG_rule_do_split_label,   { { .name = "share", .kind = ARG_SHARE, .init = "50" } }, .flow = FLOW_SPLIT },
    { "else",    MSG_rule_do_else,    MSG_rule_do_else_label,    { { 0 } }, .flow = FLOW_ELSE },
    { "end",     MSG_rule_do_end,     MSG_rule_do_end_label,     { { 0 } }, .flow = FLOW_END },
    { "start",   MSG_rule_do_start,   MSG_rule_do_start_label,   { { .name = "rule", .kind = ARG_RULE } }, .run = rule_do_start },
    { "stop",    MSG_rule_do_stop,    MSG_rule_do_stop_label,    { { .name = "rule", .kind = ARG_RULE } }, .run = rule_do_stop },
    { "webhook", MSG_rule_do_webhook, MSG_rule_do_webhook_label, { { .name = "webhook", .kind = ARG_WEBHOOK } }, .run = rule_do_webhook },
    { "halt",    MSG_rule_do_halt,    MSG_rule_do_halt_label,    { { 0 } }, .flow = FLOW_HALT },
};
const size_t rule_nown_steps = countof(rule_own_steps);

enum { LISTS_MAX = 24 };
static struct { const struct rule_step *v; size_t n; } lists[LISTS_MAX];
static size_t nlists;

void rule_steps_add(const struct rule_step *list, size_t n)
{
    for (size_t i = 0; i < nlists; i++)
        if (lists[i].v == list)
            return;
    if (nlists == LISTS_MAX)
        die("rule: more than %d lists of steps", LISTS_MAX);
    lists[nlists].v = list;
    lists[nlists++].n = n;
}

size_t rule_steps(void)
{
    size_t n = 0;
    for (size_t i = 0; i < nlists; i++)
        n += lists[i].n;
    return n;
}

const struct rule_step *rule_step_at(size_t at)
{
    for (size_t i = 0; i < nlists; at -= lists[i++].n)
        if (at < lists[i].n)
            return &lists[i].v[at];
    return NULL;
}

const struct rule_step *rule_step_find(str name)
{
    for (size_t i = 0, n = rule_steps(); i < n; i++)
        if (str_eq(name, str_of(rule_step_at(i)->name)))
            return rule_step_at(i);
    return NULL;
}

/* ── arguments by name ───────────────────────────────────────────────────── */

static int slot_of(const struct rule_arg *arg, str name)
{
    for (int i = 0; i < RULE_ARGS_MAX && arg[i].name; i++)
        if (str_eq(name, str_of(arg[i].name)))
            return i;
    return -1;
}

str rule_arg(const struct rule_line *l, const char *name)
{
    int i = slot_of(l->step->arg, str_of(name));
    if (i < 0)
        die("rule: step %s has no %s", l->step->name, name);
    return l->arg[i];
}

str rule_when_arg(const struct rule_plan *p, const char *name)
{
    int i = slot_of(whens[p->when].arg, str_of(name));
    if (i < 0)
        die("rule: %s has no %s", whens[p->when].name, name);
    return p->arg[i];
}

/* ── reading ─────────────────────────────────────────────────────────────── */

struct reading { struct arena *a; struct rule_plan *p; int line; bool has_when; int open[RULE_DEPTH_MAX]; int depth; struct err *e; };

static bool bad(struct reading *r, int msg, str word)
{
    fail(r->e, ERR_INVALID, msg, "line %d: %.*s", r->line, STR_ARG(word));
    r->e->pos = r->line;
    return err_arg(r->e, "word", word);
}

/* "\n" within a value is a line's end, "\\" a backslash. */
static str unfold(struct arena *a, str s)
{
    if (str_find_char(s, '\\') < 0)
        return s;
    struct buf b = buf_new(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        bool is_pair = s.p[i] == '\\' && i + 1 < s.n;
        buf_char(&b, is_pair ? (s.p[++i] == 'n' ? '\n' : s.p[i]) : s.p[i]);
    }
    return buf_str(&b);
}

static bool read_when(struct reading *r, str value)
{
    if (r->has_when)
        return bad(r, MSG_rule_bad_twice, S("when"));
    for (int w = 0; w < WHEN_COUNT; w++)
        if (str_eq(value, str_of(whens[w].name))) {
            r->p->when = (enum rule_when)w;
            r->has_when = true;
            return true;
        }
    return bad(r, MSG_rule_bad_when, value);
}

/* Opens and closes blocks; every opener learns where to go on when it is not taken. */
static bool read_block(struct reading *r, struct rule_line *l, int at)
{
    enum rule_flow f = l->step->flow;
    bool opens = f == FLOW_IF || f == FLOW_YES || f == FLOW_SPLIT, closes = f == FLOW_ELSE || f == FLOW_END;
    l->depth = closes ? r->depth - 1 : r->depth;
    if (closes) {
        if (r->depth == 0 || (f == FLOW_ELSE && r->p->line[r->open[r->depth - 1]].step->flow == FLOW_ELSE))
            return bad(r, MSG_rule_bad_block, str_of(l->step->name));
        r->p->line[r->open[--r->depth]].jump = at + 1;
    }
    if (opens || f == FLOW_ELSE) {
        if (r->depth == RULE_DEPTH_MAX)
            return bad(r, MSG_rule_bad_deep, str_of(l->step->name));
        r->open[r->depth++] = at;
    }
    return true;
}

static bool read_do(struct reading *r, str value)
{
    const struct rule_step *step = rule_step_find(value);
    if (!step)
        return bad(r, MSG_rule_bad_step, value);
    if (r->p->n == RULE_LINES_MAX) {
        bad(r, MSG_rule_bad_long, value);
        return err_arg_int(r->e, "max", RULE_LINES_MAX);
    }
    struct rule_line *l = &r->p->line[r->p->n];
    *l = (struct rule_line){ .step = step };
    return read_block(r, l, (int)r->p->n++);
}

static bool read_line(struct reading *r, str line)
{
    str value = line, word = str_cut(&value, ' ');
    struct rule_line *last = r->p->n ? &r->p->line[r->p->n - 1] : NULL;
    if (value.n > RULE_VALUE_MAX)
        return bad(r, MSG_rule_bad_value, word);
    value = str_trim(unfold(r->a, str_trim(value)));        /* "\ " is a space too */
    if (str_eq(word, S("do")))
        return read_do(r, value);
    if (!last && str_eq(word, S("when")))
        return read_when(r, value);
    if (!last && str_eq(word, S("if")))
        return r->p->criteria = value, true;
    const struct rule_arg *slots = last ? last->step->arg : whens[r->p->when].arg;
    int at = slot_of(slots, word);
    if (at < 0 || (!last && !r->has_when))
        return bad(r, MSG_rule_bad_word, word);
    str *into = last ? &last->arg[at] : &r->p->arg[at];
    *into = value;
    if (slots[at].kind == ARG_ABOUT && !(r->p->en = entity_find(value)))
        return bad(r, MSG_rule_bad_about, value);
    return true;
}

bool rule_plan_read(struct arena *a, str text, struct rule_plan *out, struct err *e)
{
    struct reading r = { .a = a, .p = out, .e = e };
    *out = (struct rule_plan){ 0 };
    if (text.n > RULE_PLAN_MAX)
        return bad(&r, MSG_rule_bad_value, S("rule"));
    while (text.n) {
        str line = str_cut(&text, '\n');
        r.line++;
        if (str_trim(line).n && !read_line(&r, str_trim(line)))
            return false;
    }
    if (!r.has_when || !out->en)
        return bad(&r, MSG_rule_bad_when, r.has_when ? S("about") : S("when"));
    return r.depth == 0 || bad(&r, MSG_rule_bad_open, S("end"));
}

/* ── writing ─────────────────────────────────────────────────────────────── */

static void put(struct buf *b, const char *word, str value)
{
    buf_put(b, str_of(word));
    buf_char(b, ' ');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\r')
            continue;
        if (value.p[i] == '\n' || value.p[i] == '\\')
            buf_char(b, '\\');
        buf_char(b, value.p[i] == '\n' ? 'n' : value.p[i]);
    }
    buf_char(b, '\n');
}

static void put_args(struct buf *b, const struct rule_arg *slot, const str *arg)
{
    for (int i = 0; i < RULE_ARGS_MAX && slot[i].name; i++)
        if (arg[i].n)
            put(b, slot[i].name, arg[i]);
}

str rule_plan_text(struct arena *a, const struct rule_plan *p)
{
    struct buf b = buf_new(a, 4 * RULE_PLAN_MAX);
    put(&b, "when", str_of(whens[p->when].name));
    put_args(&b, whens[p->when].arg, p->arg);
    if (p->criteria.n)
        put(&b, "if", p->criteria);
    for (size_t i = 0; i < p->n; i++) {
        put(&b, "do", str_of(p->line[i].step->name));
        put_args(&b, p->line[i].step->arg, p->line[i].arg);
    }
    return buf_str(&b);
}
