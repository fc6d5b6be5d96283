/* records.h - the pages every entity has: list, record, form, history, bulk, export.
 *
 * They are made from the declaration alone. A feature that has a better page for
 * its entity gives it the same path in its own route table, which wins.
 */
#pragma once
#include "record/faults.h"
#include "record/query.h"
#include "record/since.h"
#include "web/web.h"

extern const struct route record_routes[];
extern const struct route part_routes[];         /* parts.c */

/* "/people/1h2k3m" */
struct url record_url(struct arena *a, const struct entity *en, int64_t id);
/* The entity of the route's first ':'; answers 404 and gives NULL when there is none with pages. */
const struct entity *records_entity(struct request *rq);
/* The record of /PATH/ID; answers and gives NULL when there is none the reader may see. */
struct record *records_load(struct request *rq);

/* ── forms (record_form.c) ───────────────────────────────────────────────── */

struct record_form {
    const struct entity *en;
    struct record *r;                   /* values to show */
    const struct stale *stale;          /* what somebody else saved meanwhile, or NULL */
    int64_t version;                    /* that the form begins with; 0: the record's */
    const struct err *e;                /* the first thing wrong, or NULL */
    const struct faults *faults;        /* all that is wrong with its fields, or NULL */
    struct html_safe warning;           /* asks again before a new record is saved */
    bool is_new;
};
/* Reads the posted fields into r (those the reader may write); false: e names the first that cannot be
 * read. The others are read all the same. */
bool record_form_read(struct request *rq, struct record *r, struct err *e);
/* The rows of the form; only fields whose names stand in `only` (space-separated), or all when NULL. */
struct html_safe record_form_rows(struct request *rq, const struct record_form *f, bool is_quick);
struct html_safe record_form_row(struct request *rq, const struct record_form *f, const struct field *field);
/* The version it is sent with. */
int64_t record_form_version(const struct record_form *f);
/* What is wrong with a field of the form; NULL: nothing. */
const struct err *record_form_fault(const struct record_form *f, const struct field *field);
bool record_field_is_asked(const struct ctx *c, const struct entity *en, const struct field *f, bool is_new);

/* ── writing (record_write.c) ────────────────────────────────────────────── */

struct save {
    struct record *r;
    int64_t version;
    struct stale *stale;                /* it was made from an older version: what became of it */
    uint64_t asked;                     /* record_save()'s own: the fields it came with */
    bool is_new;                        /* record_save()'s own: a write that runs again finds the id of its first time */
    str once;                           /* key of a new record's form: sent twice it makes one record */
    struct faults faults;               /* after a refusal: all that is wrong with its fields */
};
/* Creates (r->id 0) or updates; the error goes back to the form. An update of an older version is saved where nobody
 * else changed the same fields; else it is ERR_CONFLICT. Either way r is then what was put together of both, and
 * `version` that of now. */
bool record_save(struct ctx *c, struct save *s, struct err *e);
/* As record_form_read(), with every fault noted: also what the record would be refused for besides. */
bool record_form_take(struct request *rq, struct save *s, struct err *e);

/* The history of a record the reader may see, or could before it was deleted (record_page.c). */
struct record_history_view;
bool record_history_lines(struct request *rq, const struct entity *en, int64_t id, int64_t before, struct record_history_view *v,
                          struct err *e);
/* The stored record with the posted values over it: what the form shows again. */
bool record_form_over(struct request *rq, const struct record *stored, struct save *s, struct err *e);
/* What a new record's form begins with. */
void record_defaults_shown(struct ctx *c, struct record *r);
/* "Saved Padma Ltd": one of web.created, web.saved, web.deleted. */
str record_toast(struct request *rq, msg_id msg, const struct record *r);

/* ── handlers ────────────────────────────────────────────────────────────── */

void records_list(struct request *rq);
void records_export(struct request *rq);
void records_new(struct request *rq);
void records_create(struct request *rq);
void records_page(struct request *rq);
void records_edit(struct request *rq);
void records_update(struct request *rq);
void records_delete(struct request *rq);
void records_field(struct request *rq);
void records_field_save(struct request *rq);
void records_history(struct request *rq);
void records_bulk(struct request *rq);
void bulk_page(struct request *rq);              /* of a job that changes many: /bulk/ID */
void bulk_stop(struct request *rq);
void bulk_undo(struct request *rq);
void records_view_save(struct request *rq);
void records_view_change(struct request *rq);
void records_view_delete(struct request *rq);
void records_choose(struct request *rq);        /* suggestions for a reference: /choose/ENTITY?q= */
