/* type_rows.h - the rows of the table of field types, one file each; only type.c reads them together. */
#pragma once
#include "record/type.h"

extern const struct type type_text, type_longtext, type_email, type_phone, type_url, type_tags, type_address;
extern const struct type type_int, type_decimal, type_money, type_percent, type_duration, type_bool;
extern const struct type type_date, type_instant;
extern const struct type type_choice, type_choices, type_country, type_entity, type_ref, type_refs, type_file;

/* Shared by the text kinds: valid UTF-8, no control characters, trimmed, at most f->max characters. */
bool type_text_checked(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e);
str type_plain_canon(struct arena *a, const struct field *f, const struct val *v);
str type_plain_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v);
/* <input> with the attributes every text-like input has. */
void type_input_line(struct html *h, const struct field *f, const char *html_type, const char *mode,
                     str value, const char *id, bool is_invalid);
/* Is this the label, in any of the four languages? */
bool type_label_is(struct ctx *c, msg_id label, str folded);
/* <select> with the attributes every one has; its options, and its end. */
void type_select_begin(struct html *h, const struct field *f, const char *id, bool is_invalid);
void type_option(struct html *h, str value, str label, bool is_chosen);
void type_select_end(struct html *h);
void type_cell_plain(struct html *h, const struct field *f, const struct val *v);
int type_max(const struct field *f);
