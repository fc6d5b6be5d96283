/* score_company.c - what the people of a company make it: the best fit among them, and together
 * all they want, up to SCORE_MAX.
 *
 * One person who decides makes a company fit; ten who look around want more than one who does.
 * The people behind the figures are the company's own list of people.
 */
#include "funnel/inside.h"

static bool sums(struct ctx *sys, int64_t company, int64_t *fit, int64_t *engagement, struct err *e)
{
    struct db_rows q;
    if (!db_query(sys->c, &q, "SELECT MAX(fit), CAST(SUM(engagement) AS BIGINT) FROM person WHERE company = $1 AND deleted_at IS NULL",
                  DB_ARGS(V(company)), e))
        return false;
    if (db_next(&q)) {
        *fit = db_int(&q, 0);
        *engagement = db_int(&q, 1) < SCORE_MAX ? db_int(&q, 1) : SCORE_MAX;
    }
    return db_done(&q, e);
}

bool score_company(struct ctx *sys, int64_t company, struct err *e)
{
    int64_t fit = 0, engagement = 0, one;
    bool is_live;
    if (!db_get_int(sys->c, "SELECT 1 FROM company WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(company)), &is_live, &one, e))
        return false;
    if (!is_live)
        return true;
    if (!sums(sys, company, &fit, &engagement, e))
        return false;
    struct record *r = record_new(sys->a, &company_entity);
    r->id = company;
    record_set(r, "fit", val_int(fit));
    record_set(r, "engagement", val_int(engagement));
    record_set(r, "grade", val_text(score_grade(fit, engagement)));
    return record_update(sys, r, 0, NULL, e);
}

/* Each company of these persons once; the ids stand together in the order they are found. */
bool score_companies_of(struct ctx *sys, const int64_t *persons, size_t n, struct err *e)
{
    int64_t done[SLICE], company;
    size_t ndone = 0;
    for (size_t i = 0; i < n && i < SLICE; i++) {
        bool found, is_done = false;
        if (!db_get_int(sys->c, "SELECT company FROM person WHERE id = $1 AND company IS NOT NULL", DB_ARGS(V(persons[i])), &found,
                        &company, e))
            return false;
        for (size_t k = 0; found && k < ndone; k++)
            is_done = is_done || done[k] == company;
        if (!found || is_done)
            continue;
        done[ndone++] = company;
        if (!score_company(sys, company, e))
            return false;
    }
    return true;
}
