/* known.c - whose address or number is this? Asked by forms, captures, and before a person is made.
 *
 * An address is looked for as it is, then without what its provider ignores; a number wherever a person has numbers.
 * Further addresses and numbers count as the first. No rights are asked: who shows somebody reads them by the gate.
 */
#include "people/inside.h"
#include "record/match.h"

static bool add(struct known_people *k, struct db_rows *q, struct err *e)
{
    while (db_next(q)) {
        int64_t id = db_int(q, 0);
        bool is_new = k->n < KNOWN_MAX;
        for (size_t i = 0; i < k->n; i++)
            is_new &= k->id[i] != id;
        if (is_new)
            k->id[k->n++] = id;
    }
    return db_done(q, e);
}

/* A SELECT for each way: joined by "or" they would be looked for in every record. */
static bool by_email(struct ctx *c, str email, int64_t besides, struct known_people *out, struct err *e)
{
    struct db_rows q;
    if (!email.n)
        return true;
    return db_query(c->c, &q, "SELECT id FROM person WHERE deleted_at IS NULL AND id <> $1 AND email = $2 ORDER BY id LIMIT 25",
                    DB_ARGS(V(besides), V(email)), e) && add(out, &q, e)
        && db_query(c->c, &q, "SELECT p.id FROM email_address w JOIN person p ON p.id = w.person WHERE w.deleted_at IS NULL"
                              " AND p.deleted_at IS NULL AND p.id <> $1 AND w.address = $2 ORDER BY p.id LIMIT 25",
                    DB_ARGS(V(besides), V(email)), e) && add(out, &q, e);
}

static bool by_phone(struct ctx *c, str phone, int64_t besides, struct known_people *out, struct err *e)
{
    struct db_rows q;
    if (!phone.n)
        return true;
    return db_query(c->c, &q, "SELECT id FROM (SELECT 1 AS way, id FROM person WHERE deleted_at IS NULL AND id <> $1 AND phone = $2"
                              " UNION ALL SELECT 2, id FROM person WHERE deleted_at IS NULL AND id <> $1 AND mobile = $2"
                              " UNION ALL SELECT 3, id FROM person WHERE deleted_at IS NULL AND id <> $1 AND whatsapp = $2"
                              " UNION ALL SELECT 4, p.id FROM phone_number w JOIN person p ON p.id = w.person WHERE w.deleted_at IS NULL"
                              " AND p.deleted_at IS NULL AND p.id <> $1 AND w.number = $2) AS ways ORDER BY way, id LIMIT 25",
                    DB_ARGS(V(besides), V(phone)), e) && add(out, &q, e);
}

bool person_known(struct ctx *c, const struct ways_in *in, struct known_people *out, struct err *e)
{
    str key = match_email_key(c->a, in->email);
    *out = (struct known_people){ 0 };
    if (!by_email(c, in->email, in->besides, out, e) || (!str_eq(key, in->email) && !by_email(c, key, in->besides, out, e)))
        return false;
    for (size_t i = 0; i < countof(in->phone); i++)
        if (!by_phone(c, in->phone[i], in->besides, out, e))
            return false;
    return true;
}
