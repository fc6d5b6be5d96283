/* links.c - personal links that sellers sent of late, and who opened them: people, and the previews of messengers. */
#include "demo/inside.h"
#include "content/content.h"

enum { LINKS = 60, PIECES = 8, STRIDE = 97 };
static const char phone[] = "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36";
static const char preview[] = "WhatsApp/2.24.11.75 A";

static bool find_pieces(struct ctx *tx, int64_t *id, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(tx->c, &q, "SELECT id FROM material WHERE status = 'released' AND deleted_at IS NULL ORDER BY id LIMIT 8", DB_NONE, e))
        return false;
    while (*n < PIECES && db_next(&q))
        id[(*n)++] = db_int(&q, 0);
    return db_done(&q, e);
}

static bool follow(struct ctx *tx, const struct link_open *l, const char *by, int64_t at, struct err *e)
{
    struct ctx then = *tx;
    struct link_hit hit = { l, { .user_agent = str_of(by) } };
    then.now = at;
    return link_clicked(&then, &hit, e);
}

/* The messenger looks first, as soon as the link is pasted; the person when they have time, some never. */
static bool put_link(struct demo *d, struct ctx *tx, const struct human *h, int64_t material, struct err *e)
{
    struct ctx then = *tx;
    struct link_open *l;
    struct record *r = record_new(tx->a, &link_entity);
    int64_t looks = chance(d, 70) ? between(d, 1, 4) : 0;
    then.now = d->now - between(d, 1, 20) * DAY_US - below(d, 9 * HOUR_US);
    struct ctx me = as_user(d, &then, h->owner);
    record_set(r, "person", val_ref(h->id));
    record_set(r, "deal", val_ref(h->deal));
    record_set(r, "material", val_ref(material));
    record_set(r, "sent_at", val_int(then.now));
    if (!store(&me, r, NULL, e) || !link_find(&then, record_int(r, "delivery"), 1, &l, e)
        || (chance(d, 60) && !follow(tx, l, preview, then.now + between(d, 15, 40) * SECOND_US, e)))
        return false;
    for (int64_t at = then.now + between(d, 10, 90) * MINUTE_US; looks-- > 0 && at < d->now; at += between(d, 1, 30) * HOUR_US)
        if (!follow(tx, l, phone, at, e))
            return false;
    return true;
}

bool links_make(struct demo *d, struct ctx *tx, struct err *e)
{
    int64_t piece[PIECES];
    size_t npieces, n = 0;
    if (!find_pieces(tx, piece, &npieces, e))
        return false;
    for (size_t i = 0; i < d->nhumans && npieces && n < LINKS; i++) {
        const struct human *h = &d->human[i * STRIDE % d->nhumans];     /* from every office */
        if (!h->id || !h->deal || h->owner < 0 || chance(d, 40))
            continue;
        for (int64_t k = between(d, 1, 2); k > 0; k--, n++)
            if (!put_link(d, tx, h, piece[below(d, (int64_t)npieces)], e))
                return false;
    }
    return true;
}
