/* import.h - bringing a table of text into records, and taking it out again.
 *
 * The command `setu import` and the import page call the same functions:
 *
 *   import_look()   what is in the file, and how its columns would be read
 *   import_run()    with is_dry: what would happen; without: it happens
 *   import_undo()   everything one run wrote, newest first
 *
 * Rows are written in slices, each one act of the person through the record
 * engine, so rights, checks and history are those of any other write. A row that
 * is refused is told with its line, field and reason; the others go on. What was
 * read otherwise than it stands there (a near title, a created company, an empty
 * reference) is counted as a note. Nothing is dropped silently.
 */
#pragma once
#include "record/csv.h"
#include "record/record.h"

enum { IMPORT_SLICE = 500, IMPORT_COLUMNS_MAX = 200, IMPORT_KEYS_MAX = 4, IMPORT_NOTES_MAX = 1000,
       IMPORT_MAP_MAX = 64 * 1024 };

/* ── how columns are read (docs/import.md) ───────────────────────────────── */

enum import_missing { IMPORT_REFUSE, IMPORT_LEAVE, IMPORT_CREATE };   /* a reference nobody answers to */
struct import_word { str from, to; };                               /* a cell that means another text */
struct import_set { const struct field *field; str text; };         /* what a created record begins with ... */
struct import_make { str cell; const struct import_set *set; size_t n; };   /* ... when this names it; "*": always */
struct import_column {
    str header;
    const struct field *field;                  /* NULL: not read */
    const char *match;                          /* reference: field to look for; NULL: id or title */
    enum import_missing missing;
    const struct import_word *words; size_t nwords;
    const struct import_make *make; size_t nmake;
    int64_t times;                              /* numbers and money: multiplied; 0: as they stand */
    bool is_template;                           /* header is "{first} {last}" of other columns */
};
struct import_default {
    const struct field *field; str text;
    const struct import_column *as;             /* a reference that is looked for as in a column; NULL: plain */
};
struct import_map {
    const struct entity *en;
    struct import_column column[IMPORT_COLUMNS_MAX]; size_t ncolumns;
    struct import_default init[ENTITY_FIELDS_MAX]; size_t ninit;
    const struct field *key[IMPORT_KEYS_MAX]; size_t nkeys;     /* tried in this order */
    char currency[4];                           /* of amounts without one; empty: the workspace's */
};
/* Errors name the word that is wrong. */
bool import_map_read(struct arena *a, str json, struct import_map *out, struct err *e);
str import_map_text(struct arena *a, const struct import_map *m);   /* JSON: to remember it */
/* By field name, label in any of the four languages, and common other words; `remembered` (may be
 * NULL) first, as far as the file has its columns. Columns nobody knows have no field. */
void import_map_guess(struct arena *a, const struct entity *en, const str *header, size_t n,
                      const struct import_map *remembered, struct import_map *out);
/* How this person read the columns of their last import of the entity. */
bool import_map_last(struct ctx *c, const struct entity *en, struct import_map *out, bool *found, struct err *e);

/* ── looking ─────────────────────────────────────────────────────────────── */

enum { IMPORT_LOOK_ROWS = 10 };
struct import_look {
    const char *encoding; char separator; int64_t bytes;
    str *header; size_t nheader;
    struct csv_row row[IMPORT_LOOK_ROWS]; size_t nrows;
};
bool import_look(struct arena *a, const char *path, const struct csv_options *o, struct import_look *out, struct err *e);

/* ── running ─────────────────────────────────────────────────────────────── */

enum import_duplicates { IMPORT_DUP_MERGE, IMPORT_DUP_SKIP, IMPORT_DUP_CREATE };
struct import_counts { int64_t rows, created, updated, unchanged, skipped, refused; };

enum import_note_kind { NOTE_NEAR, NOTE_WORD, NOTE_CREATED, NOTE_LEFT, NOTE_EMPTY, NOTE_UNUSED, NOTE_KIND_COUNT };
struct import_note { enum import_note_kind kind; str column, value, used; int64_t rows; };

struct import_options {
    const struct import_map *map;
    struct csv_options csv;
    enum import_duplicates duplicates;
    bool is_dry;
    const char *report;                         /* file for refused rows and notes, or NULL */
    const char *file_name;                      /* shown to people; NULL: the path's last part */
    /* After each slice; false: stop. What is written stays, and can be undone. */
    bool (*progress)(void *arg, const struct import_counts *n, int64_t done, int64_t all);
    void *arg;
};
struct import_result {
    struct import_counts n;
    int64_t run_id;                             /* record of import_run; 0: dry */
    struct import_note *note; size_t nnotes;    /* most rows first; lives in the context's arena */
    int64_t nnotes_more;                        /* distinct ones past IMPORT_NOTES_MAX */
    str refusals;                               /* why rows were refused: a reason a line, with its first rows and how many */
};
bool import_run(struct ctx *c, const char *path, const struct import_options *o, struct import_result *out, struct err *e);
str import_note_text(struct arena *a, const struct locale *loc, const struct import_note *n);
/* Undoes what is left of a run; *kept: writes that could not be, since somebody changed their records. */
bool import_undo(struct ctx *c, int64_t run_id, int64_t *undone, int64_t *kept, struct err *e);
