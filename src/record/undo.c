/* undo.c - putting back what a write changed, as a write of its own.
 *
 * The rows of the write are read newest first. A field is put back only if it
 * still holds what the write left there; else somebody has changed it since and
 * the undo is refused whole, naming the field. What the program reckons from other records (E_DERIVED) is put back
 * where it still can be: it has been reckoned anew since, and is again after the undo. Hooks rest during an undo: what
 * they had written stands in the same write and is put back with it.
 */
#include "base/clock.h"
#include "msg/record.h"
#include "record/search.h"
#include "record/store.h"
#include "record/type.h"

struct step { struct step *next; const struct entity *en; int64_t record_id; enum change_action action;
              const struct field *field; str old_text, new_text; };

/* ── may it be undone? ─────────────────────────────────────────────────────── */

static bool check_write(struct ctx *tx, int64_t write_id, struct err *e)
{
    struct db_rows q;
    int64_t at = 0, actor = 0;
    bool found = false, is_undone = false;

    if (!db_query(tx->c, &q, "SELECT at, actor_id, undone_by FROM write_log WHERE id = $1",
                  DB_ARGS(V(write_id)), e))
        return false;
    if (db_next(&q)) {
        found = true;
        at = db_int(&q, 0);
        actor = db_int(&q, 1);
        is_undone = !db_is_null(&q, 2);
    }
    if (!db_done(&q, e))
        return false;
    if (!found || (actor != tx->who->user_id && !access_is_admin(tx->who)))
        return fail(e, ERR_NOT_FOUND, MSG_record_undo_nothing, "write %lld", (long long)write_id);
    if (is_undone)
        return fail(e, ERR_CONFLICT, MSG_record_undo_done, "write %lld", (long long)write_id);
    if (at < tx->now - UNDO_DAYS * DAY_US) {
        fail(e, ERR_INVALID, MSG_record_undo_too_old, "write %lld", (long long)write_id);
        return err_arg_int(e, "days", UNDO_DAYS);
    }
    return true;
}

static bool read_steps(struct ctx *tx, int64_t write_id, struct step **out, struct err *e)
{
    struct db_rows q;
    struct step *head = NULL, **tail = &head;

    if (!db_query(tx->c, &q, "SELECT entity, record_id, action, field, old_text, new_text FROM change"
                             " WHERE write_id = $1 ORDER BY id DESC", DB_ARGS(V(write_id)), e))
        return false;
    while (db_next(&q)) {
        struct step *s = arena_new(tx->a, struct step, 1);
        str field = db_text_view(&q, 3);
        s->en = entity_find(db_text_view(&q, 0));
        if (!s->en)
            continue;                           /* an entity this program no longer has */
        s->record_id = db_int(&q, 1);
        s->action = (enum change_action)db_int(&q, 2);
        s->field = field.n ? entity_field(s->en, field) : NULL;
        s->old_text = db_text(&q, 4, tx->a);
        s->new_text = db_text(&q, 5, tx->a);
        *tail = s;
        tail = &s->next;
    }
    *out = head;
    return db_done(&q, e);
}

/* ── one record ────────────────────────────────────────────────────────────── */

static bool changed_since(struct ctx *tx, const struct step *s, const struct field *f, struct err *e)
{
    fail(e, ERR_CONFLICT, MSG_record_undo_changed, "%s %lld.%s", s->en->name, (long long)s->record_id,
         f ? f->name : "");
    err_arg(e, "field", msg_text(tx->a, tx->loc, f ? f->label : s->en->label, NULL));
    return f ? err_field(e, f->name) : false;
}

static bool is_derived(const struct step *s) { return s->en->flags & E_DERIVED; }

static struct step *past(struct step *s)
{
    const struct step *first = s;
    while (s && s->action == CHANGE_UPDATE && s->en == first->en && s->record_id == first->record_id)
        s = s->next;
    return s;
}

static bool may_change(struct ctx *tx, const struct record *r, enum action act, struct err *e)
{
    if (access_record(tx, r, ACTION_SEE) && (access_record(tx, r, act) || tx->who->is_system))
        return true;
    return access_denied(tx, r->en, e);
}

/* All field steps of one record that stand in a row become one change of it. */
static bool undo_fields(struct ctx *tx, struct step **at, struct err *e)
{
    struct step *first = *at;
    struct record *old, *now = record_new(tx->a, first->en);

    if (!store_load(tx, first->en, first->record_id, false, &old, e))
        return false;
    if (!old && is_derived(first)) {
        *at = past(first);
        return true;
    }
    if (!old)
        return changed_since(tx, first, NULL, e);
    struct val *v = now->v;
    *now = *old;
    now->v = v;
    memcpy(now->v, old->v, old->en->nfields * sizeof *old->v);
    now->has = 0;
    for (; *at && (*at)->action == CHANGE_UPDATE && (*at)->record_id == first->record_id; *at = (*at)->next) {
        const struct field *f = (*at)->field;
        if (!f || f->flags & F_SECRET)
            continue;
        size_t i = (size_t)field_index(first->en, f);
        bool is_as_left = str_eq(type_canon(tx->a, f, &now->v[i]), (*at)->new_text);
        if (!is_as_left && is_derived(first))
            continue;
        if (!is_as_left)
            return changed_since(tx, first, f, e);
        if (!type_from_canon(tx, f, (*at)->old_text, &now->v[i], e))
            return false;
        now->has |= (uint64_t)1 << i;
    }
    struct ctx sys = ctx_as_system(tx);         /* fields the program wrote go back too */
    return record_update(&sys, now, 0, NULL, e);
}

static bool undo_whole(struct ctx *tx, const struct step *s, struct err *e)
{
    struct record *r;
    bool was_made = s->action == CHANGE_CREATE || s->action == CHANGE_RESTORE;

    if (!store_load(tx, s->en, s->record_id, true, &r, e))
        return false;
    if (!r || (r->deleted_at != 0) == was_made)
        return is_derived(s) || changed_since(tx, s, NULL, e);
    if (was_made) {
        struct ctx sys = ctx_as_system(tx);
        return record_delete(&sys, s->en, s->record_id, 0, e);
    }
    r->deleted_at = 0;
    r->version++;
    return validate(tx, r, 0, e) && store_mark_deleted(tx, s->en, s->record_id, false, e)
        && search_put(tx, r, e) && (strcmp(s->en->name, "person") || event_move_back(tx, s->record_id, e))
        && change_log(tx, r, CHANGE_RESTORE, NULL, (str){ 0 }, record_title(r), e);
}

/* A token undoes no more than it may do: what was made goes, what was deleted comes back, what was changed changes. */
static bool is_in_scopes(const struct ctx *tx, const struct step *s)
{
    static const enum action back[] = {
        [CHANGE_CREATE] = ACTION_DELETE, [CHANGE_UPDATE] = ACTION_CHANGE, [CHANGE_DELETE] = ACTION_CREATE, [CHANGE_RESTORE] = ACTION_DELETE,
    };
    for (; s; s = s->next)
        if (!(tx->who->token_scopes >> back[s->action] & 1))
            return false;
    return true;
}

/* The person must be allowed to change what the act itself was about: its oldest row. */
static bool check_rights(struct ctx *tx, const struct step *s, struct err *e)
{
    struct record *r;
    if (!is_in_scopes(tx, s))
        return access_denied(tx, s->en, e);
    while (s->next)
        s = s->next;
    if (!store_load(tx, s->en, s->record_id, true, &r, e))
        return false;
    return !r || r->deleted_at || may_change(tx, r, ACTION_CHANGE, e);
}

bool record_undo(struct ctx *tx, int64_t write_id, struct err *e)
{
    struct step *s;
    if (!check_write(tx, write_id, e) || !read_steps(tx, write_id, &s, e))
        return false;
    if (!s)
        return fail(e, ERR_NOT_FOUND, MSG_record_undo_nothing, "write %lld is empty", (long long)write_id);
    if (!check_rights(tx, s, e))
        return false;
    tx->write->undo_of = write_id;
    while (s) {
        if (s->action == CHANGE_UPDATE) {
            if (!undo_fields(tx, &s, e))
                return false;
        } else {
            if (!undo_whole(tx, s, e))
                return false;
            s = s->next;
        }
    }
    return event_turn(tx, write_id, e)
        && db_exec(tx->c, "UPDATE write_log SET undone_by = $1 WHERE id = $2",
                   DB_ARGS(V(tx->write->id), V(write_id)), NULL, e);
}
