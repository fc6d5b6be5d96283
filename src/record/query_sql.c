/* query_sql.c - a checked query as a condition of SQL.
 *
 * Every condition is true or false, never unknown: "not" and "!=" give exactly the
 * records the positive form leaves out, those without a value among them. So a
 * negation is carried down to the leaves, and a leaf that is denied admits NULL.
 *
 * A path through references asks only about records the reader may see: another's
 * hidden company is, for a query, as if there were none. A path that ends in an
 * indexed equality is a list of ids (the planner starts from the few), any other is
 * looked up per row (the page's order ends the search early).
 */
#include "record/query_write.h"
#include "base/ascii.h"
#include "record/row.h"
#include "record/search.h"
#include "msg/query.h"

enum { WORDS_MAX = 10, FLAT = 12 };

const char *write_alias(struct writer *w, char out[WRITE_ALIAS])
{
    snprintf(out, WRITE_ALIAS, "q%d", ++w->naliases);
    return out;
}

str write_like(struct arena *a, const char *before, str text, const char *after)
{
    struct buf b = buf_new(a, 4 * QUERY_TEXT_MAX);
    buf_put(&b, str_of(before));
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '%' || text.p[i] == '_' || text.p[i] == '!')
            buf_char(&b, '!');
        buf_char(&b, text.p[i]);
    }
    buf_put(&b, str_of(after));
    return buf_str(&b);
}

/* Seen by the reader and not deleted. */
void write_visible(struct writer *w, const struct entity *en, const char *alias)
{
    sql_column(w->out, alias, "deleted_at", NULL);
    sql_lit(w->out, " IS NULL AND (");
    access_predicate(w->out, w->c, en, ACTION_SEE, alias);
    sql_lit(w->out, ")");
}

/* ── text ────────────────────────────────────────────────────────────────── */

/* Part of the text, in any case; folded where the column has its folded form. lower() of a column makes small, on
 * either backend, the letters of ASCII. */
static void text_like(struct writer *w, const char *alias, const struct field *f, str text)
{
    str folded = query_is_folded(f) ? fold(w->c->a, text) : (str){ 0 };
    bool is_folded = folded.n > 0;

    sql_lit(w->out, is_folded ? "" : "lower(");
    sql_column(w->out, alias, f->name, is_folded ? "_fold" : NULL);
    sql_lit(w->out, is_folded ? " LIKE " : ") LIKE ");
    sql_bind(w->out, V(write_like(w->c->a, "%", is_folded ? folded : ascii_lower(w->c->a, text), "%")));
    sql_lit(w->out, " ESCAPE '!'");
}

static void text_equals(struct writer *w, const char *alias, const struct field *f, str text)
{
    bool is_formed = f->type == FIELD_EMAIL || f->type == FIELD_PHONE || f->type == FIELD_URL;
    str folded = query_is_folded(f) && !is_formed ? fold(w->c->a, text) : (str){ 0 };
    bool is_exact = folded.n > 0 || is_formed;

    sql_lit(w->out, is_exact ? "" : "lower(");
    sql_column(w->out, alias, f->name, folded.n ? "_fold" : NULL);
    sql_lit(w->out, is_exact ? " = " : ") = ");
    sql_bind(w->out, V(folded.n ? folded : is_exact ? text : ascii_lower(w->c->a, text)));
}

/* ",a,b," holds ",a,". */
static void set_has(struct writer *w, const char *alias, const struct field *f, str text)
{
    sql_lit(w->out, "lower(',' || ");
    sql_column(w->out, alias, f->name, NULL);
    sql_lit(w->out, " || ',') LIKE ");
    sql_bind(w->out, V(write_like(w->c->a, "%,", ascii_lower(w->c->a, text), ",%")));
    sql_lit(w->out, " ESCAPE '!'");
}

/* Is there a searched field, and may the reader read all of them? */
static bool may_use_index(const struct entity *en, uint64_t readable)
{
    bool is_any = false;
    for (size_t i = 0; i < en->nfields; i++)
        if (en->fields[i].flags & F_SEARCH) {
            is_any = true;
            if (!(readable >> i & 1))
                return false;
        }
    return is_any;
}

static void word_condition(struct writer *w, const struct entity *en, str word, const char *alias, uint64_t readable)
{
    sql_lit(w->out, "(1=0");
    for (size_t i = 0; i < en->nfields; i++)
        if ((en->fields[i].flags & F_SEARCH) && (readable >> i & 1)) {
            sql_lit(w->out, " OR ");
            text_like(w, alias, &en->fields[i], word);
        }
    sql_lit(w->out, ")");
}

/* Every word must occur. The index holds the words of all searched fields, so who may not
 * read one of them asks the columns: finding a hidden number would tell it. */
static void words_condition(struct writer *w, const struct entity *en, str words, const char *alias)
{
    str rest = fold(w->c->a, words);
    uint64_t readable = row_readable(w->c, en);

    if (rest.n == 0) {
        sql_lit(w->out, "1=0");
    } else if (may_use_index(en, readable)) {
        search_condition(w->out, w->c, en, rest, alias);
    } else {
        for (int n = 0; rest.n > 0 && n < WORDS_MAX; n++) {
            sql_lit(w->out, n ? " AND " : "");
            word_condition(w, en, str_cut(&rest, ' '), alias, readable);
        }
    }
}

/* ── references ──────────────────────────────────────────────────────────── */

/* Ids of visible records of that title; of a user also by e-mail. */
static void ids_by_title(struct writer *w, const struct entity *target, str text, bool is_part)
{
    const struct field *title = row_title(target), *email = entity_field(target, S("email"));
    char alias[WRITE_ALIAS];

    write_alias(w, alias);
    sql_lit(w->out, "(SELECT ");
    sql_column(w->out, alias, "id", NULL);
    sql_lit(w->out, " FROM ");
    sql_name(w->out, target->name);
    sql_lit(w->out, " AS ");
    sql_alias(w->out, alias);
    sql_lit(w->out, " WHERE ");
    write_visible(w, target, alias);
    sql_lit(w->out, " AND (");
    if (is_part)
        text_like(w, alias, title, text);
    else
        text_equals(w, alias, title, text);
    if (!is_part && email && !strcmp(target->name, "user")) {
        sql_lit(w->out, " OR ");
        text_equals(w, alias, email, text);
    }
    sql_lit(w->out, "))");
}

static void id_column(struct writer *w, const char *alias, const struct field *f)
{
    sql_column(w->out, alias, f->type == FIELD_REFS ? "target_id" : f->name, NULL);
}

static void ref_equals(struct writer *w, const char *alias, const struct field *f, const struct bound *b)
{
    const struct actor *who = w->c->who;

    id_column(w, alias, f);
    if (b->is_title) {
        sql_lit(w->out, " IN ");
        ids_by_title(w, query_target(f), b->text, false);
    } else if (b->is_my_team) {
        sql_lit(w->out, " IN (");
        sql_bind(w->out, V(who->team_id));
        for (int i = 0; i < who->nteams; i++) {
            sql_lit(w->out, ", ");
            sql_bind(w->out, V(who->teams[i]));
        }
        sql_lit(w->out, ")");
    } else {
        sql_lit(w->out, " = ");
        sql_bind(w->out, V(b->from));
    }
}

/* ── leaves: the positive form ───────────────────────────────────────────── */

/* The sum is reckoned in floating point: exact below 2^53, and no overflow ends the statement. */
void write_aggregate(struct writer *w, const char *alias)
{
    const struct query_source *s = w->aggregate;
    switch (s->many) {
    case MANY_SUM:   sql_lit(w->out, "COALESCE(SUM(CAST("); break;
    case MANY_FIRST: sql_lit(w->out, "MIN("); break;
    case MANY_LAST:  sql_lit(w->out, "MAX("); break;
    default:         sql_lit(w->out, "COUNT(*)"); return;
    }
    sql_column(w->out, alias, s->field->name, s->field->type == FIELD_MONEY ? "_base" : NULL);
    sql_lit(w->out, s->many == MANY_SUM ? " AS DOUBLE PRECISION)), 0)" : ")");
}

static void number_column(struct writer *w, const char *alias, const struct field *f)
{
    if (w->aggregate)
        write_aggregate(w, alias);
    else
        sql_column(w->out, alias, f->name, f->type == FIELD_MONEY ? "_base" : NULL);
}

static void compare_one(struct writer *w, const char *alias, const struct field *f, const char *op, int64_t v)
{
    number_column(w, alias, f);
    sql_lit(w->out, op);
    sql_bind(w->out, V(v));
}

static void equals(struct writer *w, const char *alias, const struct query *q, const struct bound *b)
{
    const struct field *f = query_leaf(q);
    switch (query_leaf_kind(f)) {
    case LEAF_DATE:
    case LEAF_INSTANT:
        sql_lit(w->out, "(");
        compare_one(w, alias, f, " >= ", b->from);
        sql_lit(w->out, " AND ");
        compare_one(w, alias, f, " < ", b->to);
        sql_lit(w->out, ")");
        break;
    case LEAF_NUMBER:
    case LEAF_ID:
        compare_one(w, alias, f, " = ", b->from);
        break;
    case LEAF_BOOL:
        compare_one(w, alias, f, " = ", 1);
        break;
    case LEAF_CHOICE:
        sql_column(w->out, alias, f->name, NULL);
        sql_lit(w->out, " = ");
        sql_bind(w->out, V(b->text));
        break;
    case LEAF_SET:
        set_has(w, alias, f, b->text);
        break;
    case LEAF_REF:
        ref_equals(w, alias, f, b);
        break;
    case LEAF_TEXT:
        text_equals(w, alias, f, b->text);
        break;
    }
}

/* Before a day is before its first instant, after it past its last. */
static void order(struct writer *w, const char *alias, const struct query *q, const struct bound *b)
{
    const struct field *f = query_leaf(q);
    enum leaf kind = query_leaf_kind(f);
    bool is_range = kind == LEAF_DATE || kind == LEAF_INSTANT;

    switch (q->op) {
    case OP_LT: compare_one(w, alias, f, " < ", b->from); break;
    case OP_GE: compare_one(w, alias, f, " >= ", b->from); break;
    case OP_LE: compare_one(w, alias, f, is_range ? " < " : " <= ", is_range ? b->to : b->from); break;
    default:    compare_one(w, alias, f, is_range ? " >= " : " > ", is_range ? b->to : b->from); break;
    }
}

static void match(struct writer *w, const char *alias, const struct query *q)
{
    const struct field *f = query_leaf(q);
    const struct entity *target = query_target(f);

    if (!target) {
        text_like(w, alias, f, q->value.text);
        return;
    }
    id_column(w, alias, f);
    sql_lit(w->out, " IN ");
    ids_by_title(w, target, q->value.text, true);
}

static bool compare(struct writer *w, const char *alias, const struct query *q)
{
    struct bound b;

    if (q->op == OP_MATCH || q->op == OP_NOT_MATCH) {
        match(w, alias, q);
        return true;
    }
    if (!query_bound(w->c, q, &q->value, &b, w->e))
        return false;
    if (q->op == OP_EQ || q->op == OP_NE)
        equals(w, alias, q, &b);
    else
        order(w, alias, q, &b);
    return true;
}

/* One column against bound values: what an index takes at once. */
static bool is_plain_list(const struct field *f)
{
    enum leaf kind = query_leaf_kind(f);
    return kind == LEAF_NUMBER || kind == LEAF_ID || kind == LEAF_CHOICE;
}

static void plain_list(struct writer *w, const char *alias, const struct field *f, const struct bound *v, int n)
{
    number_column(w, alias, f);
    sql_lit(w->out, " IN (");
    for (int i = 0; i < n; i++) {
        sql_lit(w->out, i ? ", " : "");
        sql_bind(w->out, query_leaf_kind(f) == LEAF_CHOICE ? V(v[i].text) : V(v[i].from));
    }
    sql_lit(w->out, ")");
}

/* Halves within halves: a chain of two hundred would be too deep an expression for SQLite. */
static void any_of(struct writer *w, const char *alias, const struct query *q, const struct bound *v, int n)
{
    if (n == 1) {
        equals(w, alias, q, v);
        return;
    }
    sql_lit(w->out, "(");
    any_of(w, alias, q, v, n / 2);
    sql_lit(w->out, " OR ");
    any_of(w, alias, q, v + n / 2, n - n / 2);
    sql_lit(w->out, ")");
}

static bool in_list(struct writer *w, const char *alias, const struct query *q)
{
    struct bound *v = arena_new(w->c->a, struct bound, q->nlist);

    for (int i = 0; i < q->nlist; i++)
        if (!query_bound(w->c, q, &q->list[i], &v[i], w->e))
            return false;
    if (is_plain_list(query_leaf(q)))
        plain_list(w, alias, query_leaf(q), v, q->nlist);
    else
        any_of(w, alias, q, v, q->nlist);
    return true;
}

bool write_period(struct writer *w, const char *alias, const struct query *q)
{
    struct bound b;
    if (!query_period_range(w->c, q, &b.from, &b.to, w->e))
        return false;
    equals(w, alias, q, &b);
    return true;
}

void write_in_segment(struct writer *w, const struct query *q)
{
    sql_lit(w->out, " IN (SELECT record FROM segment_member WHERE segment = ");
    sql_bind(w->out, V(q->segment));
    sql_lit(w->out, ")");
}

bool write_test(struct writer *w, const char *alias, const struct query *q)
{
    switch (q->kind) {
    case QUERY_COMPARE: return compare(w, alias, q);
    case QUERY_IN:      return in_list(w, alias, q);
    case QUERY_PERIOD:  return write_period(w, alias, q);
    case QUERY_SEGMENT:
        id_column(w, alias, query_leaf(q));
        write_in_segment(w, q);
        return true;
    default:                                    /* EMPTY: there is a value */
        if (w->aggregate)
            write_aggregate(w, alias);
        else
            id_column(w, alias, query_leaf(q));
        sql_lit(w->out, " IS NOT NULL");
        return true;
    }
}

/* Is the positive form the opposite of what was asked? "= false" is "not = true". */
bool write_is_denied(const struct query *q)
{
    bool is_false = q->kind == QUERY_COMPARE && query_leaf_kind(query_leaf(q)) == LEAF_BOOL && !query_is_true(&q->value);

    switch (q->kind) {
    case QUERY_COMPARE: return (q->op == OP_NE || q->op == OP_NOT_MATCH) != is_false;
    case QUERY_EMPTY:   return !q->is_negated;
    default:            return q->is_negated;
    }
}

/* ── the leaf at the end of a path ───────────────────────────────────────── */

static bool refs_leaf(struct writer *w, const char *alias, const struct query *q, bool deny)
{
    const struct field *f = query_leaf(q);
    char link[WRITE_ALIAS];

    write_alias(w, link);
    sql_lit(w->out, deny ? "NOT EXISTS (SELECT 1 FROM " : "EXISTS (SELECT 1 FROM ");
    sql_table_of(w->out, q->entity[q->npath - 1]->name, f->name);
    sql_lit(w->out, " AS ");
    sql_alias(w->out, link);
    sql_lit(w->out, " WHERE ");
    sql_column(w->out, link, "owner_id", NULL);
    sql_lit(w->out, " = ");
    sql_column(w->out, alias, "id", NULL);
    sql_lit(w->out, " AND ");
    bool ok = write_test(w, link, q);
    sql_lit(w->out, ")");
    return ok;
}

static bool leaf(struct writer *w, const char *alias, const struct query *q, bool deny)
{
    const struct field *f = query_leaf(q);

    if (f->type == FIELD_REFS)
        return refs_leaf(w, alias, q, deny);
    if (!deny)
        return write_test(w, alias, q);
    sql_lit(w->out, "(");
    if (q->kind == QUERY_EMPTY)
        id_column(w, alias, f);
    else
        number_column(w, alias, f);
    sql_lit(w->out, " IS NULL");
    bool ok = true;
    if (q->kind != QUERY_EMPTY) {
        sql_lit(w->out, " OR NOT (");
        ok = write_test(w, alias, q);
        sql_lit(w->out, ")");
    }
    sql_lit(w->out, ")");
    return ok;
}

/* ── paths ───────────────────────────────────────────────────────────────── */

/* Those at the end of the way are found first, once; else each record is asked whether its own fits. A part of a text is looked for
 * in all of them at most once in this way. */
static bool starts_from_few(const struct query *q)
{
    const struct field *f = query_leaf(q);
    bool is_equality = (q->kind == QUERY_COMPARE && (q->op == OP_EQ || q->op == OP_NE)) || q->kind == QUERY_IN;
    bool is_part = q->kind == QUERY_COMPARE && q->op == OP_MATCH;
    const struct entity *en = q->entity[q->npath - 1];
    bool is_small = !strcmp(en->name, "user") || !strcmp(en->name, "team");
    bool is_title = en->title && !strcmp(f->name, en->title) && query_is_folded(f);     /* the schema indexes its folded form */
    return is_small || is_part || (is_equality && (f->type == FIELD_REF || is_title || (f->flags & (F_INDEX | F_UNIQUE))));
}

/* FROM the records that the step leads to, WHERE the rest of the path holds. */
static bool beyond(struct writer *w, const struct query *q, int step, const char *alias, const char *link)
{
    const struct entity *target = q->entity[step + 1];

    sql_lit(w->out, " FROM ");
    sql_name(w->out, target->name);
    sql_lit(w->out, " AS ");
    sql_alias(w->out, alias);
    if (link) {
        sql_lit(w->out, " JOIN ");
        sql_table_of(w->out, q->entity[step]->name, q->path[step]);
        sql_lit(w->out, " AS ");
        sql_alias(w->out, link);
        sql_lit(w->out, " ON ");
        sql_column(w->out, link, "target_id", NULL);
        sql_lit(w->out, " = ");
        sql_column(w->out, alias, "id", NULL);
    }
    sql_lit(w->out, " WHERE ");
    write_visible(w, target, alias);
    sql_lit(w->out, " AND ");
    return write_along(w, alias, q, step + 1, false);
}

static bool by_ids(struct writer *w, const char *from, const struct query *q, int step, bool deny)
{
    char alias[WRITE_ALIAS];

    write_alias(w, alias);
    sql_lit(w->out, deny ? "(" : "");
    sql_column(w->out, from, q->path[step], NULL);
    sql_lit(w->out, deny ? " IS NULL OR " : " IN (SELECT ");
    if (deny) {
        sql_column(w->out, from, q->path[step], NULL);
        sql_lit(w->out, " NOT IN (SELECT ");
    }
    sql_column(w->out, alias, "id", NULL);
    bool ok = beyond(w, q, step, alias, NULL);
    sql_lit(w->out, deny ? "))" : ")");
    return ok;
}

static bool by_row(struct writer *w, const char *from, const struct query *q, int step, bool deny)
{
    bool is_list = query_step(q, step)->type == FIELD_REFS;
    char alias[WRITE_ALIAS], link[WRITE_ALIAS];

    write_alias(w, alias);
    write_alias(w, link);
    sql_lit(w->out, deny ? "NOT EXISTS (SELECT 1" : "EXISTS (SELECT 1");
    bool ok = beyond(w, q, step, alias, is_list ? link : NULL);
    sql_lit(w->out, " AND ");
    sql_column(w->out, is_list ? link : alias, is_list ? "owner_id" : "id", NULL);
    sql_lit(w->out, " = ");
    sql_column(w->out, from, is_list ? "id" : q->path[step], NULL);
    sql_lit(w->out, ")");
    return ok;
}

bool write_along(struct writer *w, const char *alias, const struct query *q, int step, bool deny)
{
    if (step == q->npath - 1)
        return leaf(w, alias, q, deny);
    if (query_step(q, step)->type == FIELD_REF && starts_from_few(q))
        return by_ids(w, alias, q, step, deny);
    return by_row(w, alias, q, step, deny);
}

/* ── the tree ────────────────────────────────────────────────────────────── */

static bool is_pair(const struct query *q)
{
    return q->kind == QUERY_AND || q->kind == QUERY_OR;
}

static int depth_of(const struct query *q)
{
    int l = q->left ? depth_of(q->left) : 0, r = q->right ? depth_of(q->right) : 0;
    if (q->source && q->source->where)
        return 3 + depth_of(q->source->where);
    return 1 + (l > r ? l : r);
}

/* Where the engine takes them in turn, a look at the record itself may spare one at everything that happened to it. */
static int cost_of(const struct query *q)
{
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        return cost_of(q->left) + cost_of(q->right);
    case QUERY_NOT:     return cost_of(q->left);
    case QUERY_MANY:    return 32;
    case QUERY_TEXT:
    case QUERY_SEGMENT: return 8;
    default:            return q->npath > 1 ? 8 : 1;
    }
}

static bool right_is_first(const struct query *q)
{
    int left = depth_of(q->left), right = depth_of(q->right);
    return left > FLAT || right > FLAT ? right > left : cost_of(q->right) < cost_of(q->left);
}

/* A chain of one kind needs no parentheses of its own. The cheaper side stands first, of deep ones the deeper:
 * the parser of SQLite keeps a stack of 100, and what is open to the left stays on it. */
static bool pair(struct writer *w, const char *alias, const struct entity *en, const struct query *q, bool deny)
{
    bool is_or = (q->kind == QUERY_AND) == deny, right_first = right_is_first(q);
    const struct query *side[] = { right_first ? q->right : q->left, right_first ? q->left : q->right };

    for (int i = 0; i < 2; i++) {
        bool is_chain = side[i]->kind == q->kind;
        sql_lit(w->out, i == 0 ? "" : is_or ? " OR " : " AND ");
        sql_lit(w->out, is_pair(side[i]) && !is_chain ? "(" : "");
        if (!write_tree(w, alias, en, side[i], deny))
            return false;
        sql_lit(w->out, is_pair(side[i]) && !is_chain ? ")" : "");
    }
    return true;
}

bool write_tree(struct writer *w, const char *alias, const struct entity *en, const struct query *q, bool deny)
{
    bool ok, has_parens, is_leaf = !is_pair(q) && q->kind != QUERY_NOT;

    if (w->hides_time && is_leaf && query_mentions_time(q)) {
        sql_lit(w->out, "NULL");
        return true;
    }
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        return pair(w, alias, en, q, deny);
    case QUERY_NOT:
        has_parens = is_pair(q->left);
        sql_lit(w->out, has_parens ? "(" : "");
        ok = write_tree(w, alias, en, q->left, !deny);
        sql_lit(w->out, has_parens ? ")" : "");
        return ok;
    case QUERY_TEXT:
        sql_lit(w->out, deny ? "NOT COALESCE((" : "(");
        words_condition(w, en, q->value.text, alias);
        sql_lit(w->out, deny ? "), 1=0)" : ")");
        return true;
    case QUERY_MANY:
        return write_many(w, alias, en, q, deny);
    case QUERY_SEGMENT:
        return write_segment(w, alias, q, deny);
    default:
        return write_along(w, alias, q, 0, deny != write_is_denied(q));
    }
}

bool query_sql(struct ctx *c, const struct entity *en, const struct query *q, struct sql *out, struct err *e)
{
    struct writer w = { .c = c, .out = out, .e = e };
    if (!q) {
        sql_lit(out, "1=1");
        return true;
    }
    sql_lit(out, "(");
    bool ok = write_tree(&w, "t0", en, q, false);
    sql_lit(out, ")");
    return ok;
}

void query_words(struct ctx *c, const struct entity *en, str words, struct sql *out)
{
    struct writer w = { .c = c, .out = out };
    sql_lit(out, "(");
    words_condition(&w, en, words, "t0");
    sql_lit(out, ")");
}
