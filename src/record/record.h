/* record.h - the one way to business data: one gate, one validation, one
 * transaction that also writes the change rows.
 *
 * Reading happens on the caller's connection; writing happens inside
 * record_write(), which runs the given function on the writer thread with a
 * context whose `c` is the write connection. Every function takes the context
 * of who asks; the predicate of their rights is added here and nowhere else. A
 * record that may not be seen is ERR_NOT_FOUND, as one that does not exist.
 */
#pragma once
#include "db/db.h"
#include "record/entity.h"

/* ── values ──────────────────────────────────────────────────────────────── */

/* One value. The type of its field says which members count:
 * text kinds, choice, choices, tags, address, file: s (choices and tags: "a,b");
 * numbers, dates, instants, durations, yes/no: i (decimal: scaled; percent: hundredths of a percent);
 * money: i minor units, s currency, base = the same in the workspace's currency;
 * reference: i, and s = title of the target when read; references: ids, n, s = titles. */
struct val { bool is_set; int64_t i; str s; int64_t base; const int64_t *ids; size_t n; };

static inline struct val val_int(int64_t i)   { return (struct val){ .is_set = true, .i = i }; }
static inline struct val val_text(str s)      { return (struct val){ .is_set = s.n > 0, .s = s }; }
static inline struct val val_ref(int64_t id)  { return (struct val){ .is_set = id != 0, .i = id }; }
static inline struct val val_money(int64_t minor, str currency) { return (struct val){ .is_set = true, .i = minor, .s = currency }; }

enum { ENTITY_FIELDS_MAX = 64 };
struct record {
    const struct entity *en;
    int64_t id, version, created_at, created_by, updated_at, updated_by, deleted_at;
    struct val *v;                              /* en->nfields of them */
    uint64_t has;                               /* bit per field: read, or to be written */
};

struct record *record_new(struct arena *a, const struct entity *en);    /* all fields unset */
struct val record_val(const struct record *r, const char *field);       /* dies on an unknown name */
void record_set(struct record *r, const char *field, struct val v);     /* marks it to be written */
int64_t record_int(const struct record *r, const char *field);          /* 0 when unset */
str record_text(const struct record *r, const char *field);
bool record_changed(const struct record *old, const struct record *now, const char *field);
str record_title(const struct record *r);

struct ctx;
/* base of an amount, at the newest rate of today. ERR_INVALID: there is no rate, and how to add one. */
__attribute__((warn_unused_result))
bool money_to_base(struct ctx *c, struct val *v, struct err *e);

/* ── who asks, where, when ───────────────────────────────────────────────── */

struct workspace {                              /* settings of the company, kept in memory */
    struct db *db;
    str company;                                /* its name */
    enum lang lang;
    char country[3], currency[4];
    const char *zone;
    enum calendar calendar;
    int fiscal_month;                           /* 1..12 */
    bool toman;
    const char *data;                           /* for people: the data folder, or the address without its password */
    const char *folder;                         /* local files: the data folder, or the spool beside an address */
    const char *name;                           /* the last part of that folder: in logs and metrics */
    unsigned char key[32];                      /* master key: MACs of forms and sessions */
    int64_t generation;                         /* grows when settings or rights change */
    /* What must never be shared between workspaces hangs here, private to its file. */
    struct limits *limits;                      /* web/limit.c: tries in memory */
    struct imports *imports;                    /* web/import_page.c: those running */
    struct scans *scans;                        /* record/scan.c: columns in memory; NULL: counts ask the tables */
};

struct actor;                                   /* record/access.h */
struct ctx {
    struct arena *a;
    struct db_conn *c;
    const struct workspace *ws;
    const struct locale *loc;
    const struct actor *who;
    int64_t now;                                /* one instant for the whole request */
    str request_id, why;                        /* why: shown in the history, may be empty */
    int64_t by;                                 /* user shown in the history when `who` is the system; 0: who */
    int64_t write_id;                           /* groups the change rows of one act; set by record_write */
    struct write *write;                        /* inside record_write: private to store.c */
    const struct record *of;                    /* while its fields are read: see field_pass() */
    int depth;                                  /* hooks within hooks, limited */
    bool is_history;                            /* what is created has been so: dates stand as given, rules that
                                                 * would ask a person for more rest (imports) */
};

/* The same act with the program's own rights, still told as the person's in the
 * history: for what follows from a permitted write (a stage that moves with a deal). */
struct ctx ctx_as_system(const struct ctx *c);

typedef bool record_write_fn(struct ctx *tx, void *arg, struct err *e);
/* Runs fn in one transaction (see db_write). On success c->write_id tells the
 * write, so that the page can offer its undo. Bulk: db_write_bulk. */
__attribute__((warn_unused_result))
bool record_write(struct ctx *c, record_write_fn *fn, void *arg, struct err *e);
__attribute__((warn_unused_result))
bool record_write_bulk(struct ctx *c, record_write_fn *fn, void *arg, struct err *e);
/* Inside a bulk write: one act of many, with a row in the write log and an undo of its own.
 * What it does is kept or dropped with the whole, and pages are told of it then. After a quiet one they
 * are not, and tx->a may be given back at once: history that is brought in. */
__attribute__((warn_unused_result))
bool record_act(struct ctx *tx, record_write_fn *fn, void *arg, struct err *e);
__attribute__((warn_unused_result))
bool record_act_quiet(struct ctx *tx, record_write_fn *fn, void *arg, struct err *e);

/* Inside record_write: fn alone is rolled back when it fails, and the act goes on. */
__attribute__((warn_unused_result))
bool record_try(struct ctx *tx, record_write_fn *fn, void *arg, struct err *e);

/* Told after a commit, in the thread that asked for the write: live pages, feeds. */
struct touched { const struct entity *en; int64_t id; struct touched *next; };
void record_on_write(void (*fn)(const struct ctx *c, const struct touched *list));
/* Inside a write: a record looks different though none of its fields changed; id 0: nothing. */
void record_touch(struct ctx *tx, const struct entity *en, int64_t id);
/* "deal 1h2k3m", a line each, fifty at most: what other servers hear on the channel "records". */
str record_told(struct arena *a, const struct touched *list);

/* ── reading ─────────────────────────────────────────────────────────────── */

/* All fields the reader may read; references with their titles. */
__attribute__((warn_unused_result))
bool record_get(struct ctx *c, const struct entity *en, int64_t id, struct record **out, struct err *e);
/* Several by id, those that may be seen, in the order asked. */
__attribute__((warn_unused_result))
bool record_get_many(struct ctx *c, const struct entity *en, const int64_t *ids, size_t n,
                     struct record ***out, size_t *nout, struct err *e);
/* The first record whose field equals the value; *out NULL when there is none. */
__attribute__((warn_unused_result))
bool record_find(struct ctx *c, const struct entity *en, const char *field, struct val v,
                 struct record **out, struct err *e);

/* Those whose title reads the same when folded; 10 at most, seen ones only. */
__attribute__((warn_unused_result))
bool record_find_titled(struct ctx *c, const struct entity *en, str title,
                        struct record ***out, size_t *n, struct err *e);

/* ── writing: only inside record_write ───────────────────────────────────── */

/* Mints r->id (unless set), fills defaults, checks, writes, logs. */
__attribute__((warn_unused_result))
bool record_create(struct ctx *tx, struct record *r, struct err *e);
/* Writes the fields marked in r->has. version 0: no check; else a stale one is
 * ERR_CONFLICT with *current (may be NULL) set to what is stored now. */
__attribute__((warn_unused_result))
bool record_update(struct ctx *tx, struct record *r, int64_t version, struct record **current, struct err *e);
__attribute__((warn_unused_result))
bool record_delete(struct ctx *tx, const struct entity *en, int64_t id, int64_t version, struct err *e);
/* Moves references from `from` to `to` in every table, then deletes `from`; undo brings both back. */
__attribute__((warn_unused_result))
bool record_merge(struct ctx *tx, const struct entity *en, int64_t keep, int64_t drop,
                  const struct record *chosen, struct err *e);
/* Where a record went that is gone because it was merged; 0: it was not. Whether the reader may see that one is not asked. */
__attribute__((warn_unused_result))
bool record_merged_into(struct ctx *c, const struct entity *en, int64_t id, int64_t *into, struct err *e);

/* ── history and undo ────────────────────────────────────────────────────── */

enum change_action { CHANGE_CREATE, CHANGE_UPDATE, CHANGE_DELETE, CHANGE_RESTORE };
struct change {
    int64_t id, write_id, at, actor_id, record_id;
    const struct entity *en;
    const struct field *field;                  /* NULL: the record as a whole */
    enum change_action action;
    bool is_merge;                              /* old_text is the title of what was merged into it */
    str actor, why, request_id;
    str old_text, new_text;                     /* canonical; show with type_show_text() */
    bool is_undone;
};
/* Newest first; before 0: from now. What the reader may not read is left out. */
__attribute__((warn_unused_result))
bool record_history(struct ctx *c, const struct entity *en, int64_t id, int64_t before, int limit,
                    struct change **out, size_t *n, struct err *e);
enum { UNDO_DAYS = 30 };
/* Puts back what the write changed, as a new write. Fields changed since are
 * ERR_CONFLICT naming the field; older than UNDO_DAYS is ERR_INVALID. */
__attribute__((warn_unused_result))
bool record_undo(struct ctx *tx, int64_t write_id, struct err *e);
/* The reader's newest write that can still be undone; 0: none. */
__attribute__((warn_unused_result))
bool record_last_write(struct ctx *c, int64_t *write_id, struct err *e);

/* ── events: what happened, append-only ──────────────────────────────────── */

struct event {
    int64_t person_id, at;                      /* at 0: tx->now */
    const char *kind;                           /* "form.sent", "stage.changed": glossary in docs/rooms/record.md */
    const struct entity *en; int64_t record_id; /* what it is about, or NULL, 0 */
    int64_t campaign_id, deal_id, company_id;
    str channel, source, data;                  /* data: small JSON, or empty */
    str robot_why;                              /* a machine's doing, and how that was seen; empty: a person's */
};
__attribute__((warn_unused_result))
bool event_add(struct ctx *tx, const struct event *ev, struct err *e);
__attribute__((warn_unused_result))
bool event_put(struct ctx *tx, const struct event *ev, int64_t *id, struct err *e);     /* the same; *id: the event's */

/* A line for each field whose references lead nowhere; empty: none. `setu check`. */
__attribute__((warn_unused_result))
bool record_check_refs(struct ctx *c, str *report, struct err *e);

/* ── schema ──────────────────────────────────────────────────────────────── */

/* Makes or extends the tables of the whole catalogue; at start and by `setu migrate`. */
bool record_schema(struct db *db, struct err *e);
/* Brings what an older program kept otherwise into today's form, once; `l`: the workspace's language. Inside a write. */
bool record_values(struct db_conn *tx, enum lang l, struct err *e);
