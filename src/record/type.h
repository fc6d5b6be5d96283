/* type.h - what a field type can do; adding a type is one file and one row.
 *
 * canon/from_canon: the exact text kept in change rows, CSV and the API (ISO
 * dates, ASCII digits, "1234.50 BDT"). parse: what people type, in any digits.
 * show: what people read.
 */
#pragma once
#include "html/html.h"
#include "record/record.h"

struct type {
    const char *name;                           /* "money": docs, OpenAPI */
    const char *column;                         /* BIGINT, TEXT; NULL: stored elsewhere or not at all */
    int max;                                    /* default of field.max */
    bool is_text;
    bool is_word;                               /* kept as a code, read as a word: compared whole, found by either */
    /* NULL text is an unset value. Errors name no field: the caller adds it. */
    bool (*parse)(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e);
    bool (*from_canon)(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e);
    str (*canon)(struct arena *a, const struct field *f, const struct val *v);
    str (*show)(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v);
    void (*cell)(struct html *h, const struct field *f, const struct val *v);       /* in a list or detail: may link */
    void (*input)(struct html *h, const struct field *f, const struct val *v, const char *id, bool is_invalid);
    const char *json_type, *json_format;        /* OpenAPI */
};
const struct type *type_of(const struct field *f);

/* What people give for a record is read in two passes, with ctx.of set to it: a telephone number without its country's code is
 * of the record's country, so it comes after. */
enum { FIELD_PASSES = 2 };
static inline int field_pass(const struct field *f) { return f->type == FIELD_PHONE; }

bool type_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e);
bool type_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e);
str type_canon(struct arena *a, const struct field *f, const struct val *v);        /* empty when unset */
str type_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v);
str type_show_text(struct ctx *c, const struct field *f, str canon);                /* of a change row */
bool type_equal(const struct field *f, const struct val *x, const struct val *y);
