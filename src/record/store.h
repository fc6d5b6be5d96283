/* store.h - what the files of the store share; nobody outside record/ includes it. */
#pragma once
#include "record/access.h"
#include "record/faults.h"

/* One act of one person: everything written in one record_write(). */
struct write {
    int64_t id;
    bool is_logged;                     /* its row of write_log is there */
    int64_t undo_of;                    /* the write being undone: hooks rest */
    struct touched *touched;
    struct faults faults;               /* of the record asked for, at its last validation */
    bool is_look;                       /* ends before anything is written (faults.c) */
};

/* Columns that a field keeps besides its own (schema.c, store_sql.c, queries). */
static inline bool field_keeps_key(const struct field *f) { return (f->flags & F_SORT) != 0; }
/* Compared, sorted and indexed in small letters, for want of a folded form. */
static inline bool field_is_lowered(const struct field *f)
{
    return f->type == FIELD_TEXT && !(f->flags & (F_SEARCH | F_SORT | F_HIDDEN | F_SECRET));
}
static inline bool field_keeps_fold(const struct field *f)
{
    return (f->flags & (F_SORT | F_SEARCH)) != 0
        && (f->type == FIELD_TEXT || f->type == FIELD_EMAIL || f->type == FIELD_PHONE || f->type == FIELD_URL);
}
/* A field with F_SORT is sorted by what is read, as the language of the workspace sorts. */
struct db_val store_sort_key(struct arena *a, enum lang l, const struct field *f, const struct val *v);

/* What a workspace is marked with: the shape of its tables, the form of its values, the language of its sort keys. */
enum schema_mark { MARK_SHAPE = 1, MARK_VALUES, MARK_ORDER };
bool schema_is_marked(struct db_conn *c, enum schema_mark which, int64_t mark, bool *out, struct err *e);
bool schema_mark(struct db_conn *tx, enum schema_mark which, int64_t mark, struct err *e);
const struct db_migration *record_migrations(void);     /* of the engine's own tables; ends with version 0 */
const char *field_link_table(struct arena *a, const struct entity *en, const struct field *f);  /* of FIELD_REFS */

/* Every stored field, no rights asked; *out NULL: not there or deleted (unless with_deleted). */
bool store_load(struct ctx *c, const struct entity *en, int64_t id, bool with_deleted,
                struct record **out, struct err *e);
/* The statements of one record; `mask`: fields whose columns are written. */
bool store_insert(struct ctx *tx, const struct record *r, struct err *e);
bool store_change(struct ctx *tx, const struct record *r, uint64_t mask, struct err *e);
bool store_mark_deleted(struct ctx *tx, const struct entity *en, int64_t id, bool is_deleted, struct err *e);

/* Change rows of the current write. */
bool change_log(struct ctx *tx, const struct record *r, enum change_action action,
                const struct field *f, str old_text, str new_text, struct err *e);
bool change_log_fields(struct ctx *tx, const struct record *old, const struct record *now,
                       uint64_t mask, struct err *e);
/* The events of a write, and of the one it undid, become void or valid again. */
bool event_turn(struct ctx *tx, int64_t write_id, struct err *e);
/* All events of a person to another, who is the same; and those that came from `person` back. */
bool event_move(struct ctx *tx, int64_t from, int64_t to, struct err *e);
bool event_move_back(struct ctx *tx, int64_t person, struct err *e);
void change_touch(struct ctx *tx, const struct entity *en, int64_t id);

/* Whether a record passes what its declaration asks; `mask`: fields to look at. */
bool validate(struct ctx *tx, struct record *now, uint64_t mask, struct err *e);
/* The entity's `before` has refused it already: what else is wrong with the fields of `mask` is noted. */
void validate_besides(struct ctx *tx, struct record *now, uint64_t mask);
