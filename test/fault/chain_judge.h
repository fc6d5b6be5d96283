/* chain_judge.h - what must hold of chain.h's workload, whatever struck.
 *
 * At any moment: an act that was acknowledged is there once, one that was refused is not; each member's entering and
 * leaving take turns, as events and in the log, and end where the member stands; before each cursor every cause has
 * its run, its task, its delivery, and none has two; rows of the outbox are in one legal state each, and what was
 * handed over is known. At the end, when all was followed and time has passed: members are what a reckoning from
 * nothing finds, no run waits, every delivery has arrived, in order, and again only where a crash explains it. */
#pragma once
#include "chain.h"

struct chain_verdict { int64_t states, acts, segments, rules, outbox, corrupt, unopened; };
static struct chain_verdict chain_v;
static bool chain_tells;                        /* what is wrong, line by line: SETU_FAULT_TELL */

static bool chain_wrong(int64_t *count, bool is_wrong, const char *what, int64_t a, int64_t b)
{
    *count += is_wrong;
    if (is_wrong && chain_tells)
        printf("    %s: %lld, %lld\n", what, (long long)a, (long long)b);
    return is_wrong;
}

/* Two numbers that must be the same. */
static void chain_same(struct db_conn *c, int64_t *count, const char *what, const char *one, const char *other, int64_t arg)
{
    int64_t a = chain_number(c, one, arg, chain.since), b = chain_number(c, other, arg, chain.since);
    chain_wrong(count, a != b, what, a, b);
}
#define CHAIN_NO_ARG " AND $1 = $1 AND $2 = $2"
static void chain_none(struct db_conn *c, int64_t *count, const char *what, const char *sql)
{
    int64_t n = chain_number(c, sql, 0, chain.since);
    chain_wrong(count, n != 0, what, n, 0);
}

/* ── acts ────────────────────────────────────────────────────────────────── */

static void chain_judge_acts(struct db_conn *c)
{
    static unsigned char there[CHAIN_ACTS];
    int64_t *bad = &chain_v.acts;
    struct db_rows q;
    struct err e = { 0 };
    memset(there, 0, sizeof there);
    if (!db_query(c, &q, "SELECT n FROM act", DB_NONE, &e))
        die("%s", e.detail);
    while (db_next(&q))
        there[db_int(&q, 0)]++;
    if (!db_done(&q, &e))
        die("%s", e.detail);
    for (int64_t n = 0; n < chain.nacts; n++) {
        chain_wrong(bad, chain.fate[n] == CHAIN_ACKED && there[n] == 0, "lost act", n, 0);
        chain_wrong(bad, chain.fate[n] == CHAIN_REFUSED && there[n] > 0, "refused act is there", n, 0);
        chain_wrong(bad, there[n] > 1, "act done twice", n, there[n]);
    }
    chain_same(c, bad, "people", "SELECT COUNT(*) FROM person WHERE name LIKE 'No. %'" CHAIN_NO_ARG,
               "SELECT COUNT(*) FROM act WHERE what = $1 AND $2 = $2", ACT_PERSON);
    chain_same(c, bad, "deals", "SELECT COUNT(*) FROM deal WHERE name LIKE 'No. %'" CHAIN_NO_ARG,
               "SELECT COUNT(*) FROM act WHERE what = $1 AND $2 = $2", ACT_DEAL);
    chain_same(c, bad, "mails", "SELECT COUNT(*) FROM event WHERE kind = 'mail.clicked'" CHAIN_NO_ARG,
               "SELECT COUNT(*) FROM act WHERE what = $1 AND $2 = $2", ACT_MAIL);
}

/* ── segments ────────────────────────────────────────────────────────────── */

static void chain_judge_segments(struct db_conn *c)
{
    int64_t *bad = &chain_v.segments;
    chain_none(c, bad, "moves that do not take turns", "SELECT COUNT(*) FROM (SELECT kind, LAG(kind) OVER (PARTITION BY data, record_id ORDER BY seq) AS was"
               " FROM event WHERE kind LIKE 'segment.%') m WHERE kind = COALESCE(was, 'segment.left')" CHAIN_NO_ARG);
    chain_none(c, bad, "events that are not the log's", "SELECT COUNT(*) FROM (SELECT record_id AS record, CASE WHEN kind = 'segment.entered' THEN 1 ELSE 0 END"
               " AS is_in, COUNT(*) AS n, SUM(at) AS at FROM event WHERE kind LIKE 'segment.%' GROUP BY 1, 2) v FULL JOIN (SELECT record, is_in,"
               " COUNT(*) AS n, SUM(at) AS at FROM segment_log GROUP BY 1, 2) l ON l.record = v.record AND l.is_in = v.is_in"
               " WHERE (l.n IS NULL OR v.n IS NULL OR l.n <> v.n OR l.at <> v.at)" CHAIN_NO_ARG);
    chain_none(c, bad, "members that are not where their last move left them", "SELECT COUNT(*) FROM (SELECT segment, record,"
               " SUM(CASE WHEN is_in = 1 THEN 1 ELSE -1 END) AS stands FROM segment_log GROUP BY 1, 2) l LEFT JOIN segment_member m"
               " ON m.segment = l.segment AND m.record = l.record WHERE l.stands <> CASE WHEN m.record IS NULL THEN 0 ELSE 1 END" CHAIN_NO_ARG);
    chain_none(c, bad, "members that never entered", "SELECT COUNT(*) FROM segment_member m WHERE NOT EXISTS (SELECT 1 FROM segment_log l"
               " WHERE l.segment = m.segment AND l.record = m.record)" CHAIN_NO_ARG);
    chain_none(c, bad, "numbers of members", "SELECT COUNT(*) FROM segment_state s WHERE s.members <> (SELECT COUNT(*) FROM segment_member m"
               " WHERE m.segment = s.segment)" CHAIN_NO_ARG);
}

/* Once the feed is followed to its end. */
static void chain_judge_reckoned(struct db_conn *c)
{
    struct ctx sys = chain_ctx(&actor_system);
    struct err e = { 0 };
    sys.c = c;
    for (int i = 0; i < CHAIN_SEGMENTS; i++) {
        struct live_ids ids = { 0 };
        int64_t there = 0;
        if (!segment_reckon(&sys, chain.segment[i], &ids, &e))
            die("%s", e.detail);
        for (size_t k = 0; k < ids.n; k++)
            there += chain_number(c, "SELECT COUNT(*) FROM segment_member WHERE segment = $1 AND record = $2", chain.segment[i], ids.v[k]);
        int64_t kept = chain_number(c, "SELECT COUNT(*) FROM segment_member WHERE segment = $1 AND $2 = $2", chain.segment[i], 0);
        chain_wrong(&chain_v.segments, there != (int64_t)ids.n || kept != there, "members kept, and reckoned", kept, (int64_t)ids.n);
    }
}

/* ── rules ───────────────────────────────────────────────────────────────── */

#define CHAIN_BEFORE(name) " AND seq > $2 AND seq <= (SELECT seq FROM feed_cursor WHERE name = '" name "')"
static const char chain_runs[] = "SELECT COUNT(*) FROM rule_run WHERE rule = $1 AND $2 = $2";

static void chain_judge_moved(struct db_conn *c, enum chain_rule rule, enum chain_segment segment, const char *kind)
{
    const char *like = arena_fmt(&chain.a, "SELECT COUNT(*) FROM event WHERE kind = '%s' AND data LIKE '%%\"%s\"%%' AND $1 = $1" CHAIN_BEFORE("rules"),
                                 kind, chain_id(chain.segment[segment])).p;
    chain_same(c, &chain_v.rules, kind, chain_runs, like, chain.rule[rule]);
}

/* Who enters just after a click is held, and entered for nothing if they have left by then: each other entering has its run. */
static void chain_judge_entered(struct db_conn *c, enum chain_rule rule, enum chain_segment segment)
{
    const char *entered = arena_fmt(&chain.a, "FROM event v WHERE v.kind = 'segment.entered' AND v.data LIKE '%%\"%s\"%%'" CHAIN_BEFORE("rules"),
                                    chain_id(chain.segment[segment])).p;
    chain_none(c, &chain_v.rules, "enterings without a run", arena_fmt(&chain.a, "SELECT COUNT(*) %s AND $1 = $1"
               " AND NOT EXISTS (SELECT 1 FROM rule_run r WHERE r.rule = %lld AND r.cause = 'c' || v.seq)"
               " AND NOT EXISTS (SELECT 1 FROM rule_held h WHERE h.seq = v.seq)"
               " AND NOT (EXISTS (SELECT 1 FROM event k WHERE k.person_id = v.person_id AND k.kind = 'mail.clicked' AND k.at > v.at - 90000000 AND k.at <= v.at)"
               "  AND EXISTS (SELECT 1 FROM event l WHERE l.record_id = v.record_id AND l.kind = 'segment.left' AND l.data = v.data AND l.seq > v.seq))",
               entered, (long long)chain.rule[rule]).p);
    chain_none(c, &chain_v.rules, "runs without an entering", arena_fmt(&chain.a, "SELECT COUNT(*) FROM rule_run r WHERE r.rule = %lld AND $1 = $1"
               " AND NOT EXISTS (SELECT 1 %s AND r.cause = 'c' || v.seq)", (long long)chain.rule[rule], entered).p);
    chain_none(c, &chain_v.rules, "enterings that have a run and are held", arena_fmt(&chain.a, "SELECT COUNT(*) FROM rule_run r JOIN rule_held h"
               " ON r.cause = 'c' || h.seq WHERE r.rule = %lld" CHAIN_NO_ARG, (long long)chain.rule[rule]).p);
}

static void chain_judge_tasks(struct db_conn *c, enum chain_rule rule, const char *title)
{
    const char *made = arena_fmt(&chain.a, "SELECT COUNT(*) FROM task WHERE title = '%s'" CHAIN_NO_ARG, title).p;
    chain_same(c, &chain_v.rules, title, made, "SELECT COUNT(*) FROM rule_run WHERE rule = $1 AND state = 'done' AND $2 = $2", chain.rule[rule]);
    chain_same(c, &chain_v.rules, "tasks in the log", "SELECT COUNT(DISTINCT t.id) FROM rule_log l JOIN rule_run r ON r.id = l.run JOIN task t ON t.id = l.record"
               " WHERE l.name = 'task' AND l.result = 'done' AND r.rule = $1 AND $2 = $2",
               "SELECT COUNT(*) FROM rule_run WHERE rule = $1 AND state = 'done' AND $2 = $2", chain.rule[rule]);
}

static void chain_judge_rules(struct db_conn *c)
{
    static const char *const title[] = { "In", "Out", "Large", "Deal", "Mail" };
    int64_t *bad = &chain_v.rules;
    chain_judge_entered(c, RULE_IN, SEGMENT_DHAKA);
    chain_judge_moved(c, RULE_OUT, SEGMENT_WARM, "segment.left");
    chain_judge_moved(c, RULE_LARGE, SEGMENT_LARGE, "segment.entered");
    chain_same(c, bad, "runs of new deals", chain_runs, "SELECT COUNT(DISTINCT record_id) FROM change WHERE entity = 'deal' AND action = 0"
               " AND $1 = $1" CHAIN_BEFORE("rules"), chain.rule[RULE_DEAL]);
    chain_same(c, bad, "runs of clicks, and clicks that are held",
               "SELECT (SELECT COUNT(*) FROM rule_run WHERE rule = $1) "
               "+ (SELECT COUNT(*) FROM rule_held h JOIN event v ON v.seq = h.seq WHERE v.kind = 'mail.clicked') WHERE $2 = $2",
               "SELECT COUNT(*) FROM event WHERE kind = 'mail.clicked' AND $1 = $1" CHAIN_BEFORE("rules"), chain.rule[RULE_MAIL]);
    chain_none(c, bad, "causes told twice", "SELECT COUNT(*) FROM (SELECT rule FROM rule_run WHERE 1 = 1" CHAIN_NO_ARG
               " GROUP BY rule, number, cause, record HAVING COUNT(*) > 1) d");
    chain_none(c, bad, "runs in no one state", "SELECT COUNT(*) FROM rule_run WHERE NOT ((state = 'done' AND ended_at IS NOT NULL AND due_at IS NULL)"
               " OR (state = 'waiting' AND ended_at IS NULL AND due_at IS NOT NULL))" CHAIN_NO_ARG);
    for (int i = 0; i < CHAIN_RULES; i++)
        chain_judge_tasks(c, (enum chain_rule)i, title[i]);
    chain_same(c, bad, "chosen people", "SELECT COUNT(*) FROM person WHERE job_title = 'Chosen'" CHAIN_NO_ARG,
               "SELECT COUNT(DISTINCT record) FROM rule_run WHERE rule = $1 AND $2 = $2", chain.rule[RULE_IN]);
}

/* ── the outbox ──────────────────────────────────────────────────────────── */

static void chain_judge_outbox(struct db_conn *c)
{
    int64_t *bad = &chain_v.outbox;
    chain_same(c, bad, "calls of rules", "SELECT COUNT(*) FROM outbox WHERE kind = 'rule.told'" CHAIN_NO_ARG,
               "SELECT COUNT(*) FROM rule_log WHERE name = 'webhook' AND result = 'done'" CHAIN_NO_ARG, 0);
    chain_same(c, bad, "changes told", "SELECT COUNT(*) FROM outbox WHERE kind LIKE 'deal.%'" CHAIN_NO_ARG,
               "SELECT COUNT(*) FROM (SELECT 1 FROM change WHERE entity = 'deal' AND $1 = $1" CHAIN_BEFORE("webhook") " GROUP BY write_id, record_id, action) a", 0);
    chain_none(c, bad, "rows in no legal state", "SELECT COUNT(*) FROM outbox WHERE NOT ((state IN (0, 1) AND lease_owner IS NULL AND done_at IS NULL)"
               " OR (state = 2 AND lease_owner IS NOT NULL AND lease_until IS NOT NULL AND attempts > 0 AND done_at IS NULL)"
               " OR (state = 3 AND lease_owner IS NULL AND done_at IS NOT NULL))" CHAIN_NO_ARG);
    for (int i = 0; i < chain.nsent; i++) {
        const struct chain_sent *s = &chain.sent[i];
        int64_t is_there = chain_number(c, "SELECT COUNT(*) FROM outbox WHERE id = $1 AND attempts >= $2", s->id, s->calls);
        chain_wrong(bad, is_there != 1, "handed over, and not known", s->id, s->calls);
        chain_wrong(bad, s->calls > 1 + s->explained, "sent again for nothing", s->calls, s->explained);
    }
    chain_wrong(bad, chain.sent_again > 0, "sent again after its end", chain.sent_again, 0);
    chain_wrong(bad, chain.overtaken > 0, "overtaken", chain.overtaken, 0);
}

static void chain_judge_ended(struct db_conn *c)
{
    int64_t *bad = &chain_v.outbox, arrived = 0;
    chain_none(c, bad, "deliveries not sent", "SELECT COUNT(*) FROM outbox WHERE state <> 3" CHAIN_NO_ARG);
    for (int i = 0; i < chain.nsent; i++)
        arrived += chain.sent[i].is_taken && chain_number(c, "SELECT COUNT(*) FROM outbox WHERE id = $1 AND $2 = $2", chain.sent[i].id, 0);
    int64_t all = chain_number(c, "SELECT COUNT(*) FROM outbox WHERE 1 = 1" CHAIN_NO_ARG, 0, 0);
    chain_wrong(bad, arrived != all, "arrived of all", arrived, all);
    chain_none(c, &chain_v.rules, "runs not done", "SELECT COUNT(*) FROM rule_run WHERE state <> 'done'" CHAIN_NO_ARG);
    chain_none(c, &chain_v.rules, "rows set aside", "SELECT COUNT(*) FROM feed_stuck WHERE 1 = 1" CHAIN_NO_ARG);
}

/* ── the whole ───────────────────────────────────────────────────────────── */

static void chain_judge(bool is_end)
{
    struct db_conn *c = NULL;
    struct err e = { 0 };
    str report = { 0 };
    bool is_open = db_reader(chain.ws->db, &c, &e) && db_read_begin(c, 0, &e);
    if (is_open && db_check(c, &chain.a, &report, &e) && report.n == 0) {
        chain_judge_acts(c);
        chain_judge_segments(c);
        chain_judge_rules(c);
        chain_judge_outbox(c);
        if (is_end) {
            chain_judge_reckoned(c);
            chain_judge_ended(c);
        }
    } else {
        chain_wrong(&chain_v.corrupt, true, arena_cstr(&chain.a, report.n ? report : str_of(e.detail)), 0, 0);
    }
    if (is_open)
        db_read_end(c);
    db_conn_close(c);
    arena_reset(&chain.a);
}

/* Everything is followed, waited for and sent. False: it does not come to an end. */
static bool chain_end(void)
{
    bool ok = chain_follow() && chain_send();
    for (int i = 0; i < 2 && ok; i++) {         /* runs that wait for a day; mails opened within two */
        chain_pass(DAY_US + HOUR_US);
        ok = chain_follow();
    }
    for (int i = 0; i < 5 && ok; i++) {         /* a receiver that failed rests up to five minutes */
        chain_pass(6 * MINUTE_US);
        ok = chain_send();
    }
    return ok;
}

static int64_t chain_bad(void)
{
    const struct chain_verdict *v = &chain_v;
    return v->acts + v->segments + v->rules + v->outbox + v->corrupt + v->unopened;
}

static void chain_tell(const char *what, const char *struck, int64_t from)
{
    const struct chain_verdict *v = &chain_v;
    printf("%-34s %s, %lld ms  acts %lld  segments %lld  rules %lld  outbox %lld  corrupt %lld  unopened %lld\n", what, struck,
           (long long)((clock_mono() - from) / 1000), (long long)v->acts, (long long)v->segments, (long long)v->rules, (long long)v->outbox,
           (long long)v->corrupt, (long long)v->unopened);
    fflush(stdout);
}
