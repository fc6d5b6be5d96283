/* form_fields.h - the questions of a form, written as text: one on a line.
 *
 *     name*
 *     email*
 *     phone = Mobile number
 *     interest:choice(Rice|Oil|Spices) = What are you looking for?
 *     message:longtext
 *     # a line that begins so is a remark
 *
 *     line  = key ["*"] [":" kind ["(" option {"|" option} ")"]] ["=" label]
 *     key   = a small letter, then small letters, digits, "_"; at most 30
 *     kind  = text longtext email phone country number date choice choices yes
 *
 * "*" makes the question a must. Keys the program knows (form_fields.c) bring their kind and
 * their label in the form's language along, and fill the person; any other key is kept with the
 * answer and told on the lead. A form asks for an e-mail address or a phone number: without one
 * nobody could be answered.
 */
#pragma once
#include "record/record.h"

enum { FORM_FIELDS_MAX = 30, FORM_OPTIONS_MAX = 50, FORM_KEY_MAX = 30, FORM_LABEL_MAX = 200,
       FORM_TEXT_MAX = 300, FORM_LONGTEXT_MAX = 5000 };
enum form_kind { FORM_TEXT, FORM_LONGTEXT, FORM_EMAIL, FORM_PHONE, FORM_COUNTRY, FORM_NUMBER, FORM_DATE, FORM_CHOICE,
                 FORM_CHOICES, FORM_YES, FORM_KINDS };
struct form_field {
    str key, label;                             /* label: empty for a known key without its own */
    msg_id known;                               /* the label of a known key, or 0 */
    enum form_kind kind;
    bool is_required;
    str *option; size_t noptions;
};

/* False: e->field is "fields", e->pos the line (from 1; 0: the whole), its message says what to write. */
__attribute__((warn_unused_result))
bool form_fields_parse(struct arena *a, str text, struct form_field **out, size_t *n, struct err *e);
const char *form_kind_name(enum form_kind k);   /* "longtext" */
/* What the visitor reads. */
str form_field_label(struct arena *a, const struct locale *loc, const struct form_field *f);
/* An answer that is kept, as people who read `l` see it. */
str form_answer_shown(const struct form_field *f, enum lang l, str kept);
/* One answer as typed, in any digits, to the text that is kept; empty stays empty. The error
 * names no field: the caller adds it. Several choices come joined by lines. */
__attribute__((warn_unused_result))
bool form_answer(struct ctx *c, const struct form_field *f, str typed, str *out, struct err *e);
