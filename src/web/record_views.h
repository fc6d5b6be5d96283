/* record_views.h - what the views of the record pages show. */
#pragma once
#include "web/condition.h"
#include "web/records.h"
#include "web/ui.h"

struct record_fault_view { str label, text; struct url at; };
struct record_faults_view { struct record_fault_view *v; size_t n; };
void view_record_faults(struct html *h, const struct record_faults_view *v);

struct record_meanwhile_view { str name, who, when, stored; bool is_both; };    /* who empty: nobody knows */
void view_record_meanwhile(struct html *h, const struct record_meanwhile_view *v);

struct record_form_view {
    const struct entity *en; const struct record *r;
    bool is_new;
    str title, error, back, live, once;       /* once: the key of this very form; sent twice it makes one record */
    struct html_safe quick, more, warning;
    struct html_safe faults;            /* several things wrong, told together; empty: `error` alone */
    struct url action, cancel;
    int64_t version;
};
void view_record_form(struct html *h, const struct record_form_view *v);

struct record_field_view { struct html_safe row; int64_t version; struct url action, cancel; bool is_fact; };
void view_record_field(struct html *h, const struct record_field_view *v);

/* What forms of a list carry along: empty parts too, for what was taken out of a view stays out. */
struct list_carried { str q, sort, cols, view; };

struct list_column {
    const struct field *f;
    str label; struct url sort; int direction; bool is_number, is_title;
    struct html_safe open;              /* the tag that each of its cells begins with */
};
struct list_cell_view { bool is_number, is_title, is_meta; str edit; };     /* edit: the field that may be edited here */
void view_list_cell(struct html *h, const struct list_cell_view *v);
void list_value(struct html *h, const struct record *r, const struct list_column *c);       /* what stands in a cell */
struct list_row { str id; struct url url; const struct record *r; };
struct record_list_view {
    const struct entity *en;
    str error, path, plural, count_text, view_name;
    struct list_carried carried;
    const struct list_column *cols; int ncols;
    const struct list_row *rows; size_t nrows;
    struct url previous, next, count, bulk_url, export_url, add, import_url, clear, why;
    struct html_safe views, builder, columns, bulk;
    bool may_create, is_filtered, may_change;
    const struct made_at *made_at;
};
void view_record_list(struct html *h, const struct record_list_view *v);

struct list_builder_view { struct list_carried carried; struct url action; struct condition_view choices; };
void view_list_builder(struct html *h, const struct list_builder_view *v);
/* A field of the picker; those that are shown come first, in their order. is_held: it was moved just now, by `held`. */
struct list_pick { str name, label; bool is_shown; const char *held; };
struct list_columns_view { struct list_carried carried; struct url action; const struct list_pick *fields; size_t nfields; bool is_open; };
void view_list_columns(struct html *h, const struct list_columns_view *v);
/* Saved views beside the list: what is not saved yet, the view that is open, another view. */
struct list_view_view {
    str q, sort, cols, name, by;                /* by: who made it; empty: the reader */
    struct url save_as, change, remove, reset;
    const struct ui_option *fresh, *kept; size_t nfor;      /* for whom a new one is, and the open one */
    int64_t version;
    bool has_view, is_other, is_locked, may_change, may_open, may_open_it, may_delete;
};
void view_list_view(struct html *h, const struct list_view_view *v);
/* The open view and the order; and the columns, where they are not what is chosen. */
#define list_carried_view list_carried
#define list_kept_view list_carried
#define list_whole_view list_carried
void view_list_carried(struct html *h, const struct list_carried *v);
void view_list_kept(struct html *h, const struct list_carried *v);
void view_list_whole(struct html *h, const struct list_carried *v);         /* all of it, of posts */
struct list_bulk_view { const struct ui_option *fields; size_t nfields; struct url action; const struct ui_option *lists; size_t nlists; };
void view_list_bulk(struct html *h, const struct list_bulk_view *v);

struct bulk_line { str title, before, after; };
struct record_bulk_view {
    str title, field, label, value, error;
    struct url action, cancel;
    const struct bulk_line *lines; size_t nlines;
    const str *ids; size_t nids;
    struct list_carried carried;        /* the list it was asked from */
    str rest, note;                     /* how many more than are shown; of all: what will be done */
    bool is_all;
    struct html_safe row;               /* the field to fill in; else lines are the preview */
};
void view_record_bulk(struct html *h, const struct record_bulk_view *v);

struct many_tell_view { str what, headline, error; int percent; bool is_running; struct url waits, stop, undo, back; };
void view_many_tell(struct html *h, const struct many_tell_view *v);

struct related { str title, text; struct url all, add; const struct hit_line { str title, sub; struct url url; } *lines; size_t n; bool may_add; };
struct record_page_view {
    const struct entity *en; const struct record *r;
    str title, subtitle, live;          /* live: its id */
    struct html_safe avatar, facts, more, ways, middle, side;
    const struct related *related; size_t nrelated;
    struct url edit, history;
};
void view_record_page(struct html *h, const struct record_page_view *v);

struct part_line { struct html_safe cell; str name, said; bool is_main; struct url edit, drop; };
struct parts_view { str title, none, new_title, id; struct url add; struct part_line *lines; size_t n; bool is_fact; };
void view_parts(struct html *h, const struct parts_view *v);

struct history_line { str when, iso, who, what, why; struct url undo; bool is_undone; };
struct record_history_view { const struct history_line *lines; size_t n; struct url older, back; };
void view_record_history(struct html *h, const struct record_history_view *v);

struct record_value_view { struct html_safe cell; struct url edit; bool is_fact; };
void view_record_value(struct html *h, const struct record_value_view *v);
