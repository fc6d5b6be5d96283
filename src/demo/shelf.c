/* shelf.c - what the company sells, and the stages its deals pass. */
#include "demo/inside.h"

const char *const demo_product_names[PRODUCTS] = {
    "VFFS-200", "VFFS-450", "Linea-8", "Dosimat D2", "Dosimat D6", "FlowWrap 300", "CartonFit C1", "CartonFit C4",
    "SealPro Table", "LabelJet 60", "CheckWeigh S", "MetalGuard", "Service Basic", "Service Plus", "Spare kit",
};

/* Prices in taka. */
static const struct { const char *code, *series, *unit, *what; int price; } rows[PRODUCTS] = {
    { "VF200", "Baggers", "piece", "Vertical bagger, up to 60 bags a minute", 1850000 },
    { "VF450", "Baggers", "piece", "Vertical bagger for large bags, up to 45 a minute", 2950000 },
    { "LIN8", "Baggers", "piece", "Eight-lane stick pack machine", 5400000 },
    { "DD2", "Dosing", "piece", "Two-head auger doser for powders", 780000 },
    { "DD6", "Dosing", "piece", "Six-head doser", 1640000 },
    { "FW300", "Wrappers", "piece", "Horizontal flow wrapper", 2280000 },
    { "CC1", "Cartoning", "piece", "Semi-automatic cartoner", 1320000 },
    { "CC4", "Cartoning", "piece", "Automatic cartoner, 80 a minute", 4150000 },
    { "SPT", "Sealing", "piece", "Table sealer", 145000 },
    { "LJ60", "Labelling", "piece", "Label applicator with printer", 640000 },
    { "CWS", "Inspection", "piece", "Check weigher", 920000 },
    { "MG", "Inspection", "piece", "Metal detector for belts", 860000 },
    { "SRB", "Service", "year", "Two visits a year, parts at list price", 120000 },
    { "SRP", "Service", "year", "Four visits a year, wear parts included, reply within a day", 285000 },
    { "SPK", "Parts", "set", "Belts, jaws and sensors for one year", 95000 },
};

static bool put_product(struct demo *d, struct ctx *tx, int i, struct err *e)
{
    struct record *r = record_new(tx->a, &product_entity);
    record_set(r, "name", text(demo_product_names[i]));
    record_set(r, "code", text(rows[i].code));
    record_set(r, "series", text(rows[i].series));
    record_set(r, "unit", text(rows[i].unit));
    record_set(r, "price", val_money((int64_t)rows[i].price * 100, S("BDT")));
    record_set(r, "cost", val_money((int64_t)rows[i].price * 62, S("BDT")));
    record_set(r, "tax", val_int(500));
    record_set(r, "description", text(rows[i].what));
    return store(tx, r, &d->product[i], e);
}

/* The pipelines a new workspace has: new business, then renewals. */
static bool find_stages(struct demo *d, struct ctx *tx, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT p.id, s.id FROM pipeline p JOIN stage s ON s.pipeline = p.id AND s.deleted_at IS NULL"
                             " WHERE p.deleted_at IS NULL ORDER BY p.position, p.id, s.position, s.id", DB_NONE, e))
        return false;
    int p = -1;
    while (db_next(&q)) {
        if (p < 0 || d->pipeline[p] != db_int(&q, 0))
            p++;
        if (p >= 2)
            break;
        d->pipeline[p] = db_int(&q, 0);
        if (d->nstages[p] < 8)
            d->stage[p][d->nstages[p]++] = db_int(&q, 1);
    }
    return db_done(&q, e);
}

bool shelf_make(struct demo *d, struct ctx *tx, struct err *e)
{
    for (int i = 0; i < PRODUCTS; i++)
        if (!put_product(d, tx, i, e))
            return false;
    return find_stages(d, tx, e);
}
