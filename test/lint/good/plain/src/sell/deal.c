/* deal.c - everything here is allowed, however much it looks otherwise. */
#include "sell/sell.h"
#include "record/record.h"
#include "people/people.h"
#include "deal_grammar.h"
#include "msg/sell.h"

/* A remark may say strcpy(a, b), html_raw and db_query(c, &q, text): it is a remark. */
static const char hint[] = "call system() or malloc(1) \" html_lit(";

static bool count(struct db_conn *c, int64_t *n, struct err *e)
{
    bool found;
    return db_get_int(c, "SELECT count(*) FROM deal"
                         " WHERE (stage = $1)", DB_ARGS(V(S("a, b"))), &found, n, e);
}

static const struct route rows[] = {
    { GET, "/deals", list, ACCESS_USER },
    { .method = POST, .path = "/deals/:id", .run = save, .access = ACCESS_USER, .body = BODY_FORM },
    { 0 },
};
const struct route *sell_routes(void) { return rows; }
int atoi_of_ours;                               /* a name that only begins like a banned one */
