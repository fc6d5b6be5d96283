/* chance.c - tests of what is learnt from leads: the law of a made-up past is found, nothing
 * that was known later is, and young leads teach nothing.
 */
#include "house.h"
#include <math.h>
#include <stdlib.h>
#include "funnel/chance.h"

/* 400 leads, one a day, the last 100 days ago: of referrals four in five became deals, of the web's one in ten.
 * Each has a person of its own: lead 5000 + i, person 1000 + i, deal 9000 + i. */
#define LEADS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
#define BORN  "(1795500000000000 - CAST(500 - n.i AS BIGINT) * 86400000000)"
#define HAS_DEAL "((n.i % 2 = 1 AND n.i % 10 <> 1) OR (n.i % 2 = 0 AND n.i % 20 = 0))"

static void past(void)
{
    house_open();
    house_sql("INSERT INTO person (id, version, created_at, created_by, updated_at, updated_by, name, lifecycle, country) " LEADS
              " SELECT 1000 + n.i, 1, " BORN ", 1, " BORN ", 1, 'P', 'lead', CASE WHEN " HAS_DEAL " THEN 'Iran' END FROM n");
    house_sql("INSERT INTO lead (id, version, created_at, created_by, updated_at, updated_by, title, person, status, source, deal) " LEADS
              " SELECT 5000 + n.i, 1, " BORN ", 1, " BORN ", 1, 'L', 1000 + n.i, 'accepted',"
              " CASE WHEN n.i % 2 = 1 THEN 'referral' ELSE 'web' END, CASE WHEN " HAS_DEAL " THEN 9000 + n.i END FROM n");
    house_sql("INSERT INTO deal (id, version, created_at, created_by, updated_at, updated_by, name, status, opened_at) " LEADS
              " SELECT 9000 + n.i, 1, " BORN ", 1, " BORN ", 1, 'D', 'open', " BORN " / 86400000000 + 20 FROM n WHERE " HAS_DEAL);
    /* The country was filled in by the seller, ten days later. */
    house_sql("INSERT INTO write_log (id, at, actor_id) " LEADS " SELECT 20000 + n.i, " BORN " + 864000000000, 1 FROM n WHERE " HAS_DEAL);
    house_sql("INSERT INTO change (id, write_id, entity, record_id, action, field, old_text, new_text, seq) " LEADS
              " SELECT 30000 + n.i, 20000 + n.i, 'person', 1000 + n.i, 1, 'country', NULL, 'Iran', 30000 + n.i FROM n WHERE " HAS_DEAL);
    /* After the deal everybody who bought looks at our pages; before, nobody did. */
    house_sql("INSERT INTO event (id, person_id, at, kind, seq) " LEADS
              " SELECT 40000 + n.i, 1000 + n.i, " BORN " + 2592000000000, 'page.viewed', 40000 + n.i FROM n WHERE " HAS_DEAL);
}

static void fresh(void)
{
    db_read_end(ctx.c);
    ok(db_read_begin(ctx.c, 0, &e));
}

static bool ask(struct ctx *tx, void *args, struct err *err)
{
    return job_add(tx, &(struct job_spec){ .kind = &chance_job, .key = S("chance"), .args = str_of(args) }, NULL, err);
}

/* By a job, as the button does it. */
static bool learn_by_job(const char *args)
{
    struct err why = { 0 };
    ok(record_write(&ctx, ask, (void *)(uintptr_t)args, &e));
    bool done = job_drain(&house_ws, &why);
    if (!done)
        fprintf(stderr, "job: %s\n", why.detail);      /* wanted by one test, a riddle in all others */
    fresh();
    return done;
}

static struct chance_model *learn(void)
{
    struct chance_model *m;
    fresh();
    ck_assert(learn_by_job(CHANCE_ASKED));
    ok(chance_load(&ctx, &m, &e));
    ck_assert_ptr_nonnull(m);
    return m;
}

static const struct logit_weight *weight(const struct chance_model *m, int column, const char *word)
{
    for (size_t i = 0; i < m->logit.nw; i++)
        if (m->logit.w[i].column == column && str_eq(m->logit.w[i].word, str_of(word)))
            return &m->logit.w[i];
    return NULL;
}

START_TEST(the_law_of_the_past_is_found_and_kept)
{
    struct chance_model *m = learn();
    struct chance_view referral, web;
    ck_assert_int_eq(m->fitted, 400);
    ck_assert_int_eq(m->converted, 160 + 20);
    ck_assert_int_eq(m->judged.n, 120);
    ck_assert_double_ge(m->judged.auc, 0.8);
    fresh();
    ok(chance_of(&ctx, m, 5003, &referral, &e));
    ok(chance_of(&ctx, m, 5002, &web, &e));
    ck_assert_double_eq_tol(referral.chance, 0.8, 0.06);
    ck_assert_double_eq_tol(web.chance, 0.1, 0.06);
    ck_assert_double_eq_tol(referral.average, 180.0 / 400, 1e-9);
    ck_assert_uint_ge(referral.n, 1);
    ck_assert_int_eq(referral.reason[0].column, CHANCE_SOURCE);
    ck_assert(str_eq(chance_reason_text(&ctx, &referral.reason[0]), S("Source: Referral")));
}
END_TEST

START_TEST(what_was_known_later_teaches_nothing)
{
    struct chance_model *m = learn();
    struct chance_facts f;
    ck_assert_ptr_null(weight(m, CHANCE_COUNTRY, "Iran"));
    for (size_t i = 0; i < m->logit.nw; i++)
        ck_assert_int_ne(m->logit.w[i].column, CHANCE_PAGES);
    fresh();
    ok(chance_facts_of(&ctx, 5003, &f, &e));
    ck_assert_uint_eq(f.v[CHANCE_COUNTRY].word.n, 0);
    ck_assert_double_eq(f.v[CHANCE_PAGES].number, 0);
    ck_assert(f.has_deal);
}
END_TEST

START_TEST(what_was_known_before_does)
{
    struct chance_facts f;
    house_sql("UPDATE write_log SET at = 0");
    house_sql("UPDATE event SET at = (SELECT l.created_at FROM lead l WHERE l.person = event.person_id) - 86400000000");
    struct chance_model *m = learn();
    ck_assert_ptr_nonnull(weight(m, CHANCE_COUNTRY, "Iran"));
    fresh();
    ok(chance_facts_of(&ctx, 5003, &f, &e));
    ck_assert(str_eq(f.v[CHANCE_COUNTRY].word, S("Iran")));
    ck_assert_double_eq_tol(f.v[CHANCE_PAGES].number, log1p(1), 1e-12);
}
END_TEST

START_TEST(young_leads_and_late_deals_teach_nothing)
{
    house_sql("UPDATE lead SET created_at = 1795500000000000 - 90 * 86400000000 + 1 WHERE id <= 5200");
    struct chance_model *m = learn();
    ck_assert_int_eq(m->fitted, 200);
    house_sql("UPDATE lead SET created_at = created_at - 1 WHERE id <= 5200");
    ck_assert_int_eq(learn()->fitted, 400);
    house_sql("UPDATE deal SET opened_at = opened_at + 71 WHERE id = 9203");     /* on the 91st day */
    struct chance_facts f;
    fresh();
    ok(chance_facts_of(&ctx, 5203, &f, &e));
    ck_assert(!f.has_deal);
}
END_TEST

START_TEST(too_short_a_past_is_told_to_who_asked)
{
    struct chance_model *m;
    struct job_row j;
    bool found;
    house_sql("UPDATE lead SET deleted_at = 1 WHERE id > 5060");
    fresh();
    ck_assert(!learn_by_job(CHANCE_ASKED));
    ok(chance_load(&ctx, &m, &e));
    ck_assert_ptr_null(m);
    ok(job_of_key(&ctx, &chance_job, S("chance"), 0, &j, &found, &e));
    ck_assert(found && str_eq(j.state, S("dead")) && str_starts(j.error, S("There is too little history")));
    ok(job_of_key(&ctx, &chance_job, S("chance"), INT64_MAX - 1, &j, &found, &e));
    ck_assert(!found);
    ck_assert(learn_by_job(""));                /* by the clock: nothing to learn yet is no failure */
    ok(chance_load(&ctx, &m, &e));
    ck_assert_ptr_null(m);
}
END_TEST

/* A worker that was taken for dead wakes after another took over: its model is not kept. */
START_TEST(who_lost_the_lease_keeps_no_model)
{
    struct chance_model *m;
    fresh();
    house_sql("INSERT INTO job (id, kind, key, args, state, at, made_at, made_by, token, lease_until, owner) VALUES"
              " (77, 'chance', 'chance', NULL, 'leased', 1, 1, 1, 9, 9000000000000000, 'other')");
    struct job_run j = { .c = &ctx, .id = 77, .token = 8, .kind = &chance_job };
    ck_assert(!chance_job.run(&j, &e) && e.code == ERR_CONFLICT);
    fresh();
    ok(chance_load(&ctx, &m, &e));
    ck_assert_ptr_null(m);
}
END_TEST

int main(void)
{
    static const struct entity *const clocks[] = { &schedule_entity };
    catalogue_add(clocks, countof(clocks));
    job_register(&chance_job, 1);
    int failed = suite_run("chance", 120, past, house_close, TESTS(
        the_law_of_the_past_is_found_and_kept,
        what_was_known_later_teaches_nothing,
        what_was_known_before_does,
        young_leads_and_late_deals_teach_nothing,
        too_short_a_past_is_told_to_who_asked,
        who_lost_the_lease_keeps_no_model));
    return failed != 0;
}
