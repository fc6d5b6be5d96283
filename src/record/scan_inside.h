/* scan_inside.h - private to scan*.c: columns of a table, cut into pages of rows.
 *
 * All columns of a table have the same pages, so that growing moves nothing. A row
 * keeps its place as long as the table lives. Rows come in the order of their ids
 * while the table is walked; what is born later stands behind (`sorted`).
 */
#pragma once
#include <pthread.h>
#include "record/query_tree.h"
#include "record/scan.h"

enum { PAGE_ROWS = 16384, PAGE_WORDS = PAGE_ROWS / 64, PAGES_MAX = 256,
       SCAN_COLUMNS = 24, SCAN_KINDS = 12, SCAN_WORDS = 32768, SCAN_TAIL = 4096 };
#define SCAN_NONE INT64_MIN                     /* no value; smaller than any */

/* How a field stands in its column: as it is, or by the number of its text among the different ones. */
enum scan_form { FORM_NUMBER, FORM_BASE, FORM_IS_SET, FORM_TEXT, FORM_LOWER, FORM_FOLDED };

struct scan_words { str *v; uint32_t *slot; uint32_t n; };      /* slot: v's place + 1, 0 free; twice as many as words */
struct scan_column {
    const struct field *f; enum scan_form form;
    int64_t *page[PAGES_MAX];
    struct scan_words words;
    int64_t walked; bool is_whole;
    bool is_unfit;                              /* too many different texts */
};
struct span { const int64_t *at; uint32_t n; }; /* the instants of one row's events of a kind, in order */
/* last: the newest instant by itself; most rows are decided by it alone. */
struct scan_kind { str name; struct span *page[PAGES_MAX]; int64_t *last[PAGES_MAX]; int64_t walked; bool is_whole; };

struct scan_page { int64_t id[PAGE_ROWS]; uint64_t there[PAGE_WORDS]; };    /* there: neither deleted nor gone */
struct scan_table {
    pthread_mutex_t lock;
    const struct entity *en;
    struct arena a, scratch;                    /* a: what lives as long as the table; scratch: one asking */
    int64_t seq;                                /* of the feed: what was written up to here is in */
    int64_t used_at, whole_at, refused_until;   /* clock_mono(); whole_at 0: they are being read */
    struct scan_page *page[PAGES_MAX];
    size_t n, sorted;
    int64_t walked; bool is_whole;
    struct scan_column column[SCAN_COLUMNS]; int ncolumns;
    struct scan_kind kind[SCAN_KINDS]; int nkinds;
};

static inline int64_t scan_id(const struct scan_table *t, size_t row) { return t->page[row / PAGE_ROWS]->id[row % PAGE_ROWS]; }

/* ── the memory (scan_table.c); false: no room ── */

#define SCAN_SLACK ((size_t)1 << 20)            /* never used: a full arena would jump out of the lock */
bool scan_has_room(const struct scan_table *t, size_t bytes);
size_t scan_lower(const struct scan_table *t, int64_t id);      /* the first sorted row whose id is not below */
bool scan_row(const struct scan_table *t, int64_t id, size_t *row);     /* false: there is none */
bool scan_append(struct scan_table *t, int64_t id, size_t *row);
void scan_set_there(struct scan_table *t, size_t row, bool is_there);
void scan_set_span(struct scan_kind *k, size_t row, struct span s);
bool scan_put(struct scan_table *t, struct scan_column *k, size_t row, const struct db_rows *q, int col);
/* Columns and kinds a query names; NULL: not there, and none may be added or there is no place for more. */
struct scan_column *scan_column(struct scan_table *t, const struct field *f, enum scan_form form, bool may_add);
struct scan_kind *scan_kind(struct scan_table *t, str name, bool may_add);
/* The number of a text among the different ones of the column; -1: it is none of them. */
int64_t scan_word(const struct scan_column *k, str text);

/* ── reading the tables (scan_read.c); false: no room, or an error of the database ── */

/* Reads on until `until` (clock_mono()); *is_whole when everything asked for is there. */
bool scan_read(struct ctx *c, struct scan_table *t, int64_t until, bool *is_whole);
/* What was written since, read anew; false too when that is so much that all is better read again. */
bool scan_catch_up(struct ctx *c, struct scan_table *t);

/* ── asking (scan_ask.c) ── */

/* The query over this table; NULL: not for columns, or not for those there are. What it names is asked for by making it
 * when it may_add: read, then make it anew, since numbers of texts and instants are of the moment. */
struct scan_node *scan_plan(struct ctx *c, struct scan_table *t, const struct query *q, bool may_add);
/* Rows of page p for which it holds, among `in`; NULL node: all. SURE, MAYBE: whatever time makes of the conditions that
 * it turns, or with luck: what lies between hangs on time. */
enum scan_ask { SCAN_NOW, SCAN_SURE, SCAN_MAYBE };
void scan_page_ask(const struct scan_table *t, size_t p, const struct scan_node *q, enum scan_ask how, const uint64_t *in, uint64_t *out);
/* Of one row's events: the newest, oldest or how many lie from `from` to `to`; SCAN_NONE: there is none. */
int64_t scan_of_span(const struct span *s, enum query_many many, int64_t from, int64_t to);

/* ── answers and when time turns them (scan_live.c) ── */

/* False: it is not one for columns. */
bool scan_answers(struct ctx *c, struct scan_table *t, const struct query *q, const struct scan_node *plan, struct scan_part *out);
