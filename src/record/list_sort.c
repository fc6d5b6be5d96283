/* list_sort.c - what a list is sorted by, and which index holds it in that order. */
#include "record/list_walk.h"
#include "record/query_tree.h"
#include "record/row.h"
#include "record/store.h"
#include "record/type.h"
#include "msg/query.h"

static bool refuse_sort(str name, struct err *e)
{
    fail(e, ERR_INVALID, MSG_query_bad_sort, "sort \"%.*s\"", STR_ARG(name));
    err_field(e, "sort");
    return err_arg(e, "name", name);
}

static bool is_sortable(const struct field *f)
{
    switch (f->type) {
    case FIELD_LONGTEXT: case FIELD_CHOICES: case FIELD_REFS: case FIELD_TAGS:
    case FIELD_ADDRESS: case FIELD_FILE: case FIELD_COMPUTED:
        return false;
    default:
        return true;
    }
}

/* The column of text that stands for `f`, its sort key where there is one. */
static void sort_by_column(struct sort *o, const struct field *f)
{
    bool has_key = field_keeps_key(f);
    o->column = f->name;
    o->suffix = has_key ? "_key" : f->type == FIELD_MONEY ? "_base" : NULL;
    o->choices = f->type == FIELD_CHOICE ? f->choices : NULL;
    o->kind = has_key ? DB_BLOB : type_of(f)->is_text && !o->choices ? DB_TEXT : DB_INT;
    o->is_lowered = field_is_lowered(f);
}

/* A deleted record has no place among the titles: who refers to it comes last. */
static bool sort_by_title(const struct ctx *c, const struct entity *en, struct sort *o)
{
    bool is_own = !query_system(str_of(o->f->name));
    o->target = query_target(o->f);
    o->title = row_title(o->target);
    if (!is_own || !o->title || !query_find(c, o->target, str_of(o->title->name)))
        return false;
    sort_by_column(o, o->title);
    o->alias = "s0";
    o->is_owner = en->owner && !strcmp(o->f->name, en->owner);
    return true;
}

bool sort_read(const struct ctx *c, const struct list_spec *s, struct sort *out, struct err *e)
{
    str text = s->sort.n ? s->sort : str_of(s->en->order), name = text;
    struct sort o = { .alias = "t0", .is_desc = str_starts(text, S("-")) };

    if (o.is_desc)
        name = str_from(text, 1);
    if (name.n == 0 || str_eq(name, S("id"))) {
        *out = (struct sort){ .alias = "t0", .is_desc = o.is_desc, .is_required = true, .kind = DB_INT };
        return true;
    }
    o.f = query_find(c, s->en, name);
    if (!o.f || !is_sortable(o.f))
        return refuse_sort(name, e);
    o.is_required = query_system(name) == o.f && (o.f->flags & F_REQUIRED);
    o.is_unheld = query_system(name) == o.f && (s->en->flags & E_ACCOUNT);
    if (o.f->type != FIELD_REF)
        sort_by_column(&o, o.f);
    else if (!sort_by_title(c, s->en, &o))
        return refuse_sort(name, e);
    *out = o;
    return true;
}

/* The index of owners lies by when something changed: what one owns is sorted, but not what all own. */
bool sort_is_led(const struct sort *o) { return (o->title->flags & F_SORT) != 0; }

bool sort_is_walkable(const struct sort *o)
{
    if (o->target)
        return sort_is_led(o) && !o->is_owner;
    bool is_system = o->f && query_system(str_of(o->f->name)) == o->f && !o->is_unheld;
    return !o->f || is_system || (o->choices ? o->f->flags & F_INDEX : o->f->flags & (F_INDEX | F_SORT)) != 0;
}

/* An expression is walked by no index of SQLite, and PostgreSQL, which knows what lies where, sees through this one. */
void sort_key(struct sql *q, const struct sort *o)
{
    if (!o->f) {
        sql_lit(q, "t0.id");
        return;
    }
    sql_lit(q, o->is_far ? "CASE WHEN 1=1 THEN " : "");
    sql_lit(q, o->choices ? "CASE " : o->is_lowered ? "lower(" : "");
    sql_column(q, o->alias, o->column, o->suffix);
    for (const struct choice *x = o->choices; x && x->value; x++) {
        sql_lit(q, " WHEN ");
        sql_bind(q, V(str_of(x->value)));
        sql_lit(q, " THEN ");
        sql_int(q, x - o->choices);
    }
    sql_lit(q, o->choices ? " END" : o->is_lowered ? ")" : "");
    sql_lit(q, o->is_far ? " END" : "");
}
