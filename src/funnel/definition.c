/* definition.c - one agreed meaning of each stage: drafted, signed by both heads, never changed
 * afterwards.
 *
 * Who edits a signed definition has drafted its next revision without noticing: the signed one
 * stays as it was until both have signed the new one. A change to a draft that one side has
 * signed takes that signature off, for nobody signed these words.
 */
#include "funnel/inside.h"

static const char *const words[] = {
    "title", "owner_team", "buyer_stage", "text_en", "text_bn", "text_hi", "text_fa", "criteria", "evidence",
};

static bool is_in(const struct record *r, const char *status) { return str_eq(record_text(r, "status"), str_of(status)); }

static bool words_changed(const struct record *old, const struct record *now)
{
    for (size_t i = 0; i < countof(words); i++)
        if (record_changed(old, now, words[i]))
            return true;
    return record_changed(old, now, "stage");
}

static bool next_revision(struct ctx *tx, str stage, int64_t *out, struct err *e)
{
    bool found;
    int64_t last = 0;
    if (!db_get_int(tx->c, "SELECT COALESCE(MAX(revision), 0) FROM stage_definition WHERE stage = $1"
                           " AND deleted_at IS NULL", DB_ARGS(V(stage)), &found, &last, e))
        return false;
    *out = last + 1;
    return true;
}

static bool draft_of(struct ctx *tx, str stage, int64_t *id, struct err *e)
{
    bool found;
    *id = 0;
    return db_get_int(tx->c, "SELECT id FROM stage_definition WHERE stage = $1 AND status = 'draft'"
                             " AND deleted_at IS NULL ORDER BY revision DESC LIMIT 1",
                      DB_ARGS(V(stage)), &found, id, e);
}

/* The words of `from` go into the open draft of the stage, or into a new one. */
static bool draft_from(struct ctx *tx, const struct record *from, struct err *e)
{
    struct record *r = record_new(tx->a, &stage_definition_entity);
    str stage = record_text(from, "stage");
    if (!draft_of(tx, stage, &r->id, e))
        return false;
    for (size_t i = 0; i < countof(words); i++)
        record_set(r, words[i], record_val(from, words[i]));
    if (r->id)
        return record_update(tx, r, 0, NULL, e);
    record_set(r, "stage", val_text(stage));
    return record_create(tx, r, e);
}

static bool edit_of_signed(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    if (record_changed(old, now, "stage")) {
        fail(e, ERR_INVALID, MSG_funnel_signed_stays, "stage of a signed definition");
        return err_field(e, "stage");
    }
    if (!draft_from(tx, now, e))
        return false;
    for (size_t i = 0; i < countof(words); i++)
        record_set(now, words[i], record_val(old, words[i]));
    return true;
}

bool definition_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    int64_t revision;
    if (!fits_check(tx, &person_entity, now, "criteria", e)
        || !fits_names_check(tx, record_text(now, "evidence"), "evidence", e))
        return false;
    if (!old) {
        if (!next_revision(tx, record_text(now, "stage"), &revision, e))
            return false;
        record_set(now, "revision", val_int(revision));
        return true;
    }
    if (!words_changed(old, now))
        return true;
    if (!is_in(old, "draft"))
        return edit_of_signed(tx, old, now, e);
    agreed_clear(now);
    return true;
}

/* ── signatures ──────────────────────────────────────────────────────────── */

static bool retire_others(struct ctx *sys, const struct record *signed_now, struct err *e)
{
    struct db_rows q;
    int64_t ids[16];
    size_t n = 0;
    if (!db_query(sys->c, &q, "SELECT id FROM stage_definition WHERE stage = $1 AND status = 'signed' AND id <> $2"
                              " AND deleted_at IS NULL LIMIT 16",
                  DB_ARGS(V(record_text(signed_now, "stage")), V(signed_now->id)), e))
        return false;
    while (db_next(&q))
        ids[n++] = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct record *r = record_new(sys->a, &stage_definition_entity);
        r->id = ids[i];
        record_set(r, "status", val_text(S("retired")));
        if (!record_update(sys, r, 0, NULL, e))
            return false;
    }
    return true;
}

static bool put_signature(struct ctx *sys, const struct record *def, enum side side, struct err *e)
{
    struct record *r = record_new(sys->a, &stage_definition_entity);
    r->id = def->id;
    bool is_both = agreed_put(r, def, side, sys->by, sys->now);
    if (is_both)
        record_set(r, "status", val_text(S("signed")));
    if (!record_update(sys, r, 0, NULL, e))
        return false;
    struct event ev = { .kind = is_both ? "definition.signed" : "definition.half_signed",
                        .en = &stage_definition_entity, .record_id = def->id, .data = (str){ 0 } };
    return (!is_both || retire_others(sys, r, e)) && event_add(sys, &ev, e);
}

bool funnel_sign(struct ctx *tx, int64_t definition, enum side side, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *def;
    if (!record_get(tx, &stage_definition_entity, definition, &def, e))
        return false;
    if (!agreed_check(tx, side, e))
        return false;
    if (!is_in(def, "draft"))
        return fail(e, ERR_CONFLICT, MSG_funnel_sign_done, "%.*s", STR_ARG(record_text(def, "status")));
    if (agreed_has(def, side))
        return true;
    return put_signature(&sys, def, side, e);
}

/* ── in force ────────────────────────────────────────────────────────────── */

bool funnel_definition(struct ctx *c, const char *stage, struct record **out, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    bool found;
    int64_t id;
    *out = NULL;
    /* A draft counts only while the stage was never signed. */
    if (!db_get_int(c->c, "SELECT id FROM stage_definition WHERE stage = $1 AND deleted_at IS NULL"
                          " AND status <> 'retired' ORDER BY status = 'signed' DESC, revision DESC LIMIT 1",
                    DB_ARGS(V(str_of(stage))), &found, &id, e))
        return false;
    return !found || record_get(&sys, &stage_definition_entity, id, out, e);
}

bool funnel_meets(struct ctx *c, const char *stage, int64_t person, bool *out, struct err *e)
{
    struct record *def;
    if (!funnel_definition(c, stage, &def, e))
        return false;
    if (!def) {
        *out = true;
        return true;
    }
    return fits(c, &person_entity, record_text(def, "criteria"), person, out, e);
}
