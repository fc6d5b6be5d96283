/* import_run.h - private to import*.c: one run, while it lasts. */
#pragma once
#include <stdio.h>
#include "base/buf.h"
#include "record/faults.h"
#include "record/import.h"

enum { IMPORT_KEEP = 512 << 20, IMPORT_SLICE_MEM = 512 << 20, IMPORT_SLICE_FULL = 32 << 20,
       IMPORT_REASONS_SHOWN = 20, IMPORT_LINES_SHOWN = 5 };

/* ── notes (import_note.c) ───────────────────────────────────────────────── */

struct note_slot { struct import_note note; struct note_slot *next; };
struct notes { struct note_slot *slot[256]; size_t n; int64_t more; };
void import_note_add(struct arena *keep, struct notes *t, enum import_note_kind kind, str column, str value, str used, int64_t rows);
void import_note_list(struct arena *a, const struct notes *t, struct import_note **out, size_t *n);

/* ── references (import_ref.c) ───────────────────────────────────────────── */

struct ref_entry {
    str key, title; int64_t id;                 /* id 0: what was made has been rolled back */
    enum import_note_kind kind;                 /* NOTE_NEAR, NOTE_CREATED, or NOTE_KIND_COUNT: as it stands */
    struct ref_entry *next, *next_learnt;
};
struct near_title { str squeezed, title; int64_t id, scope; };
struct ref_table {                              /* what one column has been looked up for */
    struct ref_entry *slot[4096];
    size_t n;
    struct near_title *near; size_t nnear; bool near_is_read;
};
enum ref_outcome { REF_FOUND, REF_LEFT, REF_LATER, REF_FAILED };

/* ── why rows were refused (import_refused.c) ────────────────────────────── */

struct refusal { int64_t line; int msg; const char *field; str reason; };
struct refused_for { struct refusal first; bool is_example; int64_t rows, line[IMPORT_LINES_SHOWN]; };
struct refusals { struct refused_for v[IMPORT_REASONS_SHOWN]; size_t n; int64_t more; };    /* more: of yet other reasons */
void import_refused_add(struct arena *keep, struct refusals *t, const struct refusal *why);
str import_refused_text(struct arena *a, const struct locale *loc, const struct refusals *t);   /* a reason a line, with its rows */

/* ── the run (import.c) ──────────────────────────────────────────────────── */

struct later { struct later *next; int64_t id, line; const struct import_column *column; str text; };
struct import_state {
    struct ctx *c;
    const struct import_map *m;
    const struct import_options *o;
    struct arena keep;                          /* lives as long as the run */
    struct csv *csv;
    str *header; size_t nheader;
    int at[IMPORT_COLUMNS_MAX];                 /* cell of a column; -1: a template */
    size_t order[IMPORT_COLUMNS_MAX], norder;   /* columns that are read, in the order of the entity's fields */
    struct ref_table *ref[IMPORT_COLUMNS_MAX], *init_ref[ENTITY_FIELDS_MAX];
    struct val init[ENTITY_FIELDS_MAX]; bool has_init;  /* values of m->init, once read */
    struct import_counts n;
    struct notes notes;
    FILE *report;
    struct refusals refusals;
    uint64_t *seen; size_t nseen, seen_cap;     /* dry run: keys of the rows before ... */
    size_t fresh[IMPORT_SLICE], nfresh, nsettled;       /* ... and where those of the slice stand, settled first */
    struct later *later, **later_end;
    struct ref_entry *learnt, *learnt_by_slice;         /* a rollback may take whom they mean: not yet settled; settled */
    struct pending { struct import_note note; struct pending *next; } *pending, *settled;   /* notes of rows; taken when the slice is */
    struct told { struct refusal why; str row; struct told *next; } *told, **told_end;      /* refusals that wait for it too */
    struct arena *slice;                        /* where they live */
    bool is_rolled_back;                        /* a dry run's slice went as planned */
    int64_t run_id;
    str request_id;
};

/* ── one row (import_row.c) ──────────────────────────────────────────────── */

/* `all`, where somebody asks: what else is wrong with a row that is refused. */
struct row_job { struct import_state *s; struct ctx tx; const struct csv_row *row; struct faults *all; struct later *later; };
bool import_row_write(struct db_conn *conn, void *row_job, struct err *e);
int import_row_header(const struct import_state *s, str name);         /* its column; -1: none of that name */
str import_row_cell(const struct import_state *s, const struct csv_row *row, const char *field);   /* as it stands in the table */

/* ── what is told (import_log.c) ─────────────────────────────────────────── */

void import_log_refused(struct import_state *s, int64_t line, const struct csv_row *row, const struct err *why);  /* row NULL: unreadable */
void import_log_tell(struct import_state *s);   /* of a slice that is kept: its refusals and notes */
bool import_log_open_report(struct import_state *s, struct err *e);
bool import_log_close_report(struct import_state *s, struct err *e);
void import_log_report_notes(struct import_state *s, const struct import_result *out);
bool import_log_start(struct import_state *s, struct err *e);
bool import_log_end(struct import_state *s, const struct import_result *out, bool is_done, struct err *e);

/* *t: what this column has been looked up for; made when NULL. */
enum ref_outcome import_ref_resolve(struct import_state *s, struct ctx *tx, const struct import_column *c, struct ref_table **t,
                                    struct record *row, str text, struct val *out, struct err *e);
void import_ref_forget(struct ref_entry **learnt);       /* rolled back */
void import_ref_settle(struct import_state *s);        /* the rows are written */
void import_log_note(struct import_state *s, enum import_note_kind kind, str column, str value, str used);
bool import_ref_note_unused(struct import_state *s, struct ctx *c, size_t column, struct err *e);
