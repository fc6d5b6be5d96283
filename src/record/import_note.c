/* import_note.c - what was read otherwise than it stands: one note per distinct value, with its rows. */
#include "record/import_run.h"
#include <stdlib.h>
#include "base/buf.h"
#include "msg/import.h"

static size_t slot_of(enum import_note_kind kind, str column, str value)
{
    return (str_hash(value) ^ str_hash(column) * 31 ^ (uint64_t)kind) % 256;
}

void import_note_add(struct arena *keep, struct notes *t, enum import_note_kind kind, str column, str value, str used, int64_t rows)
{
    struct note_slot **at = &t->slot[slot_of(kind, column, value)];

    for (struct note_slot *s = *at; s; s = s->next)
        if (s->note.kind == kind && str_eq(s->note.value, value) && str_eq(s->note.column, column)) {
            s->note.rows += rows;
            return;
        }
    if (t->n == IMPORT_NOTES_MAX) {
        t->more += rows;
        return;
    }
    t->n++;
    struct note_slot *s = arena_new(keep, struct note_slot, 1);
    s->note = (struct import_note){ kind, arena_str(keep, column), arena_str(keep, value), arena_str(keep, used), rows };
    s->next = *at;
    *at = s;
}

static int by_rows(const void *x, const void *y)
{
    const struct import_note *a = x, *b = y;
    if (a->rows != b->rows)
        return a->rows < b->rows ? 1 : -1;
    return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind) : str_cmp(a->value, b->value);
}

void import_note_list(struct arena *a, const struct notes *t, struct import_note **out, size_t *n)
{
    struct import_note *v = arena_new(a, struct import_note, t->n);
    *n = 0;
    for (size_t i = 0; i < countof(t->slot); i++)
        for (const struct note_slot *s = t->slot[i]; s; s = s->next) {
            v[*n] = s->note;
            v[*n].column = arena_str(a, s->note.column);
            v[*n].value = arena_str(a, s->note.value);
            v[(*n)++].used = arena_str(a, s->note.used);
        }
    if (*n)
        qsort(v, *n, sizeof *v, by_rows);
    *out = v;
}

str import_note_text(struct arena *a, const struct locale *loc, const struct import_note *n)
{
    switch (n->kind) {
    case NOTE_NEAR:
        return msg_text(a, loc, MSG_import_note_near, (const struct msg_arg *)&(struct msg_import_note_near_args){
            .column = A(n->column), .value = A(n->value), .used = A(n->used), .rows = A(n->rows) });
    case NOTE_WORD:
        return msg_text(a, loc, MSG_import_note_word, (const struct msg_arg *)&(struct msg_import_note_word_args){
            .column = A(n->column), .value = A(n->value), .used = A(n->used), .rows = A(n->rows) });
    case NOTE_CREATED:
        return msg_text(a, loc, MSG_import_note_created, (const struct msg_arg *)&(struct msg_import_note_created_args){
            .column = A(n->column), .value = A(n->value), .rows = A(n->rows) });
    case NOTE_LEFT:
        return msg_text(a, loc, MSG_import_note_left, (const struct msg_arg *)&(struct msg_import_note_left_args){
            .column = A(n->column), .value = A(n->value), .rows = A(n->rows) });
    case NOTE_EMPTY:
        return msg_text(a, loc, MSG_import_note_empty, (const struct msg_arg *)&(struct msg_import_note_empty_args){
            .column = A(n->column), .rows = A(n->rows) });
    case NOTE_UNUSED:
        return msg_text(a, loc, MSG_import_note_unused, (const struct msg_arg *)&(struct msg_import_note_unused_args){
            .column = A(n->column), .names = A(n->value), .rows = A(n->rows) });
    case NOTE_KIND_COUNT:
        break;
    }
    return (str){ 0 };
}
