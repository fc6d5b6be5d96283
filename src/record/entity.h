/* entity.h - the shape of a business entity, declared once, read by everyone:
 * tables and migrations, validation, forms, lists, filters, JSON, CSV, rights,
 * audit, search, docs. Rows always use designators.
 *
 * Column = form input = JSON key = CSV header = name in the query language.
 */
#pragma once
#include "lang/lang.h"

enum field_type {
    FIELD_TEXT, FIELD_LONGTEXT, FIELD_EMAIL, FIELD_PHONE, FIELD_URL, FIELD_INT, FIELD_DECIMAL,
    FIELD_MONEY, FIELD_PERCENT, FIELD_DATE, FIELD_INSTANT, FIELD_DURATION, FIELD_BOOL,
    FIELD_CHOICE, FIELD_CHOICES, FIELD_COUNTRY, FIELD_ENTITY, FIELD_REF, FIELD_REFS, FIELD_TAGS,
    FIELD_ADDRESS, FIELD_FILE, FIELD_COMPUTED, FIELD_TYPE_COUNT
};

enum {
    F_REQUIRED = 1 << 0,
    F_UNIQUE   = 1 << 1,    /* among records that are not deleted */
    F_LIST     = 1 << 2,    /* a column of the list by default */
    F_SEARCH   = 1 << 3,    /* its words are found by the search box */
    F_SECRET   = 1 << 4,    /* never selected, filtered, exported, shown */
    F_READONLY = 1 << 5,    /* written by the program, shown to people */
    F_INDEX    = 1 << 6,    /* an index for filters and sorting */
    F_SORT     = 1 << 7,    /* text sorted as the language sorts: keeps a sort key beside it */
    F_QUICK    = 1 << 8,    /* asked for in the quick-create form */
    F_HIDDEN   = 1 << 9,    /* on no page; API and queries only */
    F_IMMUTABLE= 1 << 10,   /* may be set at creation only */
    F_PERSONAL = 1 << 11,   /* personal data: export and erasure look here */
    F_NO_GROUPS= 1 << 12,   /* FIELD_INT: a year or the like, shown without separators */
    F_QUERY    = 1 << 13,   /* its text is a query (record/query.h): what that names is in use */
};

struct choice { const char *value; msg_id label; const char *tone; };  /* tone: chip colour, "green"; ends with {0} */

struct ctx;
struct record;
struct val;

struct field {
    const char *name;
    msg_id label, help;                       /* help 0: none */
    enum field_type type;
    unsigned flags;
    int max;                                    /* characters or items; 0: the type's default */
    int scale;                                  /* FIELD_DECIMAL: digits kept after the point (<= 9) */
    const char *ref;                            /* FIELD_REF, FIELD_REFS: entity */
    const struct choice *choices;               /* FIELD_CHOICE, FIELD_CHOICES */
    const char *init;                           /* canonical text of the default; "me", "today", "now" too */
    /* FIELD_COMPUTED: from the record's own stored fields. Returns an unset value when unknown. */
    void (*compute)(struct ctx *c, const struct record *r, struct val *out);
    enum field_type shown_as;                   /* FIELD_COMPUTED: the type of its value */
    /* What the type cannot know: a text that must be a time zone, hours in their own form. Asked of a set value that is
     * about to change, after the type's own check; r is the record as it would be stored. */
    bool (*check)(struct ctx *c, const struct record *r, const struct val *v, struct err *e);
};

/* A check for fields that hold a time zone: one of the zone database's names. */
bool check_zone(struct ctx *c, const struct record *r, const struct val *v, struct err *e);

enum {
    E_PERSON_DATA = 1 << 0,     /* has a subject: `subject` names the reference to person */
    E_NO_CREATE   = 1 << 1,     /* made by the program only */
    E_NO_PAGE     = 1 << 2,     /* no pages of its own; API and engine only */
    E_NO_DELETE   = 1 << 3,
    E_SETTINGS    = 1 << 4,     /* configuration: rights of the settings, not of the records */
    E_DERIVED     = 1 << 5,     /* reckoned by the program from other records, and anew after an undo: none of them stands in its way */
    E_ACCOUNT     = 1 << 6,     /* the program's account of its own doing (journal.h): walked by id, no index of when it was written */
};

/* A page where records come to be that no form of theirs makes: what one does there, and what a list without any says of it. */
struct made_at { const char *path, *icon; msg_id act, hint; };

/* A record that its owner opens to others: `to` names a choice of private, team, everybody; `lock` a yes/no that keeps changing
 * it to its owner and to who administers. Rights of the scope "opened" look here. */
struct opening { const char *to, *lock; };

struct entity {
    const char *name, *path;                    /* "person", "people": in URLs and the API */
    msg_id label, plural;                     /* "Person", "People" */
    const char *icon;                           /* lucide name */
    const struct field *fields; size_t nfields;
    const char *title;                          /* field that names a record */
    const char *const *titles;                  /* by enum lang: fields that name it for one language's readers, or NULL */
    const char *subtitle;                       /* second line under the title, or NULL */
    const char *owner;                          /* reference to user that rights look at, or NULL: created_by */
    const struct opening *opening;              /* NULL: it opens itself to nobody */
    const char *order;                          /* default sort, "-updated_at" */
    const char *subject;                        /* field that leads to person, or NULL */
    const char *more_of;                        /* its title is a further value of this field of its subject (further.h), or NULL */
    unsigned flags;
    const struct made_at *made_at;              /* with E_NO_CREATE; NULL: they come by themselves */
    /* Inside the write transaction. `old` NULL at creation; `now` NULL at deletion (after only).
     * before may change `now` (derive) or refuse; after may write other records and events. */
    bool (*before)(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
    bool (*after)(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
    /* Extra statements of the schema: composite indexes, constraints. NULL-ended, idempotent. */
    const char *const *schema;
};

/* Every record has, besides its fields: id, version, created_at, created_by,
 * updated_at, updated_by, deleted_at. They may be used in queries and sorts. */

/* ── the catalogue: every entity of the program ──────────────────────────── */

void catalogue_add(const struct entity *const *entities, size_t n);     /* at start, before any use */
/* Names, references, choices, labels in four languages, titles: dies with a word when broken. */
void catalogue_check(void);
size_t catalogue_count(void);
const struct entity *catalogue_at(size_t index);
const struct entity *entity_find(str name);             /* by name; NULL: none */
const struct entity *entity_by_path(str path);
int entity_index(const struct entity *en);
const struct field *entity_field(const struct entity *en, str name);    /* NULL: none */
static inline int field_index(const struct entity *en, const struct field *f) { return (int)(f - en->fields); }
