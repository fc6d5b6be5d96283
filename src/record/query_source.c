/* query_source.c - count( ), happened( ) and their like as conditions of SQL; segments.
 *
 * Where one is enough the condition is EXISTS; else it is one row with the answer,
 * which is no where first( ) and last( ) have nothing to tell. What is counted is seen
 * under the reader's rights: records by the predicate of every list, events by the
 * record they are about.
 */
#include "record/query_write.h"

/* ── events and records that lead here ───────────────────────────────────── */

static bool sees_all(const struct ctx *c, const char *entity)
{
    const struct entity *en = entity_find(str_of(entity));
    return !en || access_scope(c->who, en, ACTION_SEE) == SCOPE_ALL;
}

/* The record an event is about must be seen by who may not see all of its kind. */
static void seen_about(struct writer *w, const char *alias, const char *column, const char *entity)
{
    const struct entity *en = entity_find(str_of(entity));
    char about[WRITE_ALIAS];

    write_alias(w, about);
    sql_lit(w->out, "EXISTS (SELECT 1 FROM ");
    sql_name(w->out, en->name);
    sql_lit(w->out, " AS ");
    sql_alias(w->out, about);
    sql_lit(w->out, " WHERE ");
    write_visible(w, en, about);
    sql_lit(w->out, " AND ");
    sql_column(w->out, about, "id", NULL);
    sql_lit(w->out, " = ");
    sql_column(w->out, alias, column, NULL);
    sql_lit(w->out, ")");
}

/* Any kind: each entity an event may be about stands for itself. */
static void seen_any(struct writer *w, const char *alias)
{
    sql_lit(w->out, " AND (");
    sql_column(w->out, alias, "record_id", NULL);
    sql_lit(w->out, " IS NULL");
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        bool is_named = false;
        for (const struct event_kind *k = event_kinds; k->name; k++)
            is_named |= k->entity && !strcmp(k->entity, en->name);
        if (!is_named || access_scope(w->c->who, en, ACTION_SEE) == SCOPE_NONE)
            continue;
        sql_lit(w->out, " OR (");
        sql_column(w->out, alias, "entity", NULL);
        sql_lit(w->out, " = ");
        sql_bind(w->out, V(str_of(en->name)));
        sql_lit(w->out, " AND ");
        seen_about(w, alias, "record_id", en->name);
        sql_lit(w->out, ")");
    }
    sql_lit(w->out, ")");
}

static bool sees_everything(const struct ctx *c)
{
    for (const struct event_kind *k = event_kinds; k->name; k++)
        if (k->entity && !sees_all(c, k->entity))
            return false;
    return true;
}

bool query_sees_events(const struct ctx *c, const struct entity *en, const struct query_source *s)
{
    const char *about = s->entity->fields[0].ref;
    if (strcmp(en->name, "person") && !sees_all(c, "person"))
        return false;
    return *about ? sees_all(c, about) : sees_everything(c);
}

/* Events about records one may not see do not count. */
static void seen_events(struct writer *w, const char *alias, const struct entity *en, const struct query_source *s)
{
    const char *about = s->entity->fields[0].ref;

    if (query_sees_events(w->c, en, s))
        return;
    if (strcmp(en->name, "person") && !sees_all(w->c, "person")) {
        sql_lit(w->out, " AND ");
        seen_about(w, alias, "person_id", "person");
    }
    if (*about ? sees_all(w->c, about) : sees_everything(w->c))
        return;
    if (!*about) {
        seen_any(w, alias);
        return;
    }
    sql_lit(w->out, " AND (");
    sql_column(w->out, alias, "record_id", NULL);
    sql_lit(w->out, " IS NULL OR ");
    seen_about(w, alias, "record_id", about);
    sql_lit(w->out, ")");
}

static void of_kind(struct writer *w, const char *alias, const struct query_source *s)
{
    str prefix;
    bool is_prefix = !s->is_quoted && query_is_prefix(s->name, &prefix);
    sql_lit(w->out, " AND ");
    sql_column(w->out, alias, "kind", NULL);
    if (is_prefix && !prefix.n) {
        sql_lit(w->out, " NOT LIKE 'segment.%'");      /* the house's own doing is nobody's act */
        return;
    }
    sql_lit(w->out, is_prefix ? " LIKE " : " = ");
    sql_bind(w->out, V(is_prefix ? write_like(w->c->a, "", prefix, "%") : s->name));
    sql_lit(w->out, is_prefix ? " ESCAPE '!'" : "");
}

/* The record that is asked about: a column, or one known by its id. */
static void put_from(struct writer *w, const char *from)
{
    if (from)
        sql_column(w->out, from, "id", NULL);
    else
        sql_bind(w->out, V(w->record));
}

static void events_of(struct writer *w, const struct entity *en, const char *from, const char *alias,
                      const struct query_source *s)
{
    sql_lit(w->out, " FROM event AS ");
    sql_alias(w->out, alias);
    sql_lit(w->out, " WHERE ");
    sql_column(w->out, alias, query_event_column(en), NULL);
    sql_lit(w->out, " = ");
    put_from(w, from);
    of_kind(w, alias, s);
    sql_lit(w->out, " AND ");
    sql_column(w->out, alias, "is_void", NULL);
    sql_lit(w->out, " = 0 AND ");
    sql_column(w->out, alias, "is_robot", NULL);
    sql_lit(w->out, " = 0");
    seen_events(w, alias, en, s);
}

static void related_to(struct writer *w, const char *from, const char *alias, const struct query_source *s)
{
    bool is_list = s->link->type == FIELD_REFS;
    char link[WRITE_ALIAS];

    write_alias(w, link);
    sql_lit(w->out, " FROM ");
    sql_name(w->out, s->entity->name);
    sql_lit(w->out, " AS ");
    sql_alias(w->out, alias);
    if (is_list) {
        sql_lit(w->out, " JOIN ");
        sql_table_of(w->out, s->entity->name, s->link->name);
        sql_lit(w->out, " AS ");
        sql_alias(w->out, link);
        sql_lit(w->out, " ON ");
        sql_column(w->out, link, "owner_id", NULL);
        sql_lit(w->out, " = ");
        sql_column(w->out, alias, "id", NULL);
    }
    sql_lit(w->out, " WHERE ");
    sql_column(w->out, is_list ? link : alias, is_list ? "target_id" : s->link->name, NULL);
    sql_lit(w->out, " = ");
    put_from(w, from);
    sql_lit(w->out, " AND ");
    write_visible(w, s->entity, alias);
}

/* FROM ... WHERE of a source, over `alias`, of the record `from`. */
bool write_source(struct writer *w, const struct entity *en, const char *from, const char *alias, const struct query_source *s)
{
    struct query window;

    if (s->link)
        related_to(w, from, alias, s);
    else
        events_of(w, en, from, alias, s);
    if (s->has_window) {
        window = query_window(s);
        sql_lit(w->out, " AND ");
        if (!write_period(w, alias, &window))
            return false;
    }
    if (!s->where)
        return true;
    sql_lit(w->out, " AND (");
    bool ok = write_tree(w, alias, s->entity, s->where, false);
    sql_lit(w->out, ")");
    return ok;
}

/* count( ) >= 1 and its like need not count: one is enough. *is_none: there must be none. */
static bool asks_for_one(const struct query *q, bool *is_none)
{
    int64_t n;
    if (q->source->many == MANY_HAPPENED) {
        *is_none = false;
        return true;
    }
    if (q->source->many != MANY_COUNT || q->value.has_offset || !str_to_int(q->value.text, &n) || n < 0 || n > 1)
        return false;
    *is_none = n == 0 ? q->op == OP_EQ || q->op == OP_LE : q->op == OP_LT;
    return *is_none || (n == 0 ? q->op == OP_NE || q->op == OP_GT : q->op == OP_GE);
}

static bool has_one(struct writer *w, const char *alias, const struct entity *en, const struct query *q, bool deny)
{
    char in[WRITE_ALIAS];
    write_alias(w, in);
    sql_lit(w->out, deny ? "NOT EXISTS (SELECT 1" : "EXISTS (SELECT 1");
    bool ok = write_source(w, en, alias, in, q->source);
    sql_lit(w->out, ")");
    return ok;
}

/* One row with the answer; without any record first( ) and last( ) know none, which is no. */
bool write_many(struct writer *w, const char *alias, const struct entity *en, const struct query *q, bool deny)
{
    struct query test = *q;
    bool is_none;
    char in[WRITE_ALIAS];

    if (asks_for_one(q, &is_none))
        return has_one(w, alias, en, q, deny != is_none);
    write_alias(w, in);
    test.kind = q->test;
    sql_lit(w->out, deny != write_is_denied(&test) ? "NOT COALESCE((SELECT " : "COALESCE((SELECT ");
    w->aggregate = q->source;
    bool ok = write_test(w, in, &test);
    w->aggregate = NULL;
    ok = ok && write_source(w, en, alias, in, q->source);
    sql_lit(w->out, "), 1=0)");
    return ok;
}

bool write_segment(struct writer *w, const char *alias, const struct query *q, bool deny)
{
    if (q->npath)
        return write_along(w, alias, q, 0, deny != q->is_negated);
    sql_lit(w->out, deny ? "NOT " : "");
    sql_column(w->out, alias, "id", NULL);
    write_in_segment(w, q);
    return true;
}

