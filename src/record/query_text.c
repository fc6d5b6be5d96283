/* query_text.c - a query back in words: what the builder edits and a view keeps.
 *
 * Reading the text again gives the same tree (property test), so parentheses stand
 * wherever the tree would otherwise lean the other way.
 */
#include "record/query.h"
#include "base/buf.h"

static const char *const op_text[] = {
    [OP_EQ] = "=", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=",
    [OP_MATCH] = "~", [OP_NOT_MATCH] = "!~",
};
static const char *const word_text[] = {
    [WORD_NONE] = "", [WORD_ME] = "me", [WORD_MY_TEAM] = "my team", [WORD_NOW] = "now", [WORD_TODAY] = "today",
    [WORD_YESTERDAY] = "yesterday", [WORD_TOMORROW] = "tomorrow", [WORD_TRUE] = "true", [WORD_FALSE] = "false",
};
static const char *const unit_text[] = {
    [UNIT_DAY] = "day", [UNIT_WEEK] = "week", [UNIT_MONTH] = "month", [UNIT_QUARTER] = "quarter",
    [UNIT_YEAR] = "year", [UNIT_HOUR] = "hour", [UNIT_MINUTE] = "minute",
};

static void put_quoted(struct buf *b, str s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(b, '\\');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}

static void put_steps(struct buf *b, int n, enum query_unit u)
{
    buf_int(b, n);
    buf_char(b, ' ');
    buf_put(b, str_of(unit_text[u]));
    if (n != 1)
        buf_char(b, 's');
}

static bool is_keyword(str s)
{
    static const char *const keyword[] = { "and", "or", "not", "in" };
    for (size_t i = 0; i < countof(keyword); i++)
        if (str_eq_ascii_nocase(s, str_of(keyword[i])))
            return true;
    return false;
}

static void put_value(struct buf *b, const struct query_value *v)
{
    if (v->has_offset) {
        buf_put(b, str_of(word_text[v->word]));
        if (v->word != WORD_NONE)
            buf_put(b, v->offset < 0 ? S(" - ") : S(" + "));
        put_steps(b, v->offset < 0 ? -v->offset : v->offset, v->unit);
    } else if (v->word != WORD_NONE) {
        buf_put(b, str_of(word_text[v->word]));
    } else if (v->is_quoted || is_keyword(v->text)) {
        put_quoted(b, v->text);
    } else {
        buf_put(b, v->text);
    }
}

static void put_period(struct buf *b, const struct query_period *p)
{
    if (p->kind == IN_PERIOD) {
        buf_put(b, p->offset < 0 ? S("in last ") : p->offset > 0 ? S("in next ") : S("in this "));
        buf_put(b, str_of(unit_text[p->unit]));
    } else {
        buf_put(b, p->kind == WITHIN_PAST ? S("in last ") : S("in next "));
        put_steps(b, p->count, p->unit);
    }
}

static void put(struct buf *b, const struct query *q, bool needs_parens);

static void put_source(struct buf *b, const struct query_source *s)
{
    if (s->is_quoted)
        put_quoted(b, s->name);
    else
        buf_put(b, s->name);
    if (s->via.n)
        buf_fmt(b, " via %.*s", STR_ARG(s->via));
    if (s->where) {
        buf_lit(b, " where ");
        put(b, s->where, false);
    }
    if (s->has_window) {
        buf_char(b, ' ');
        put_period(b, &s->window);
    }
}

static void put_test(struct buf *b, const struct query *q, enum query_kind test)
{
    if (test != QUERY_MANY && q->npath > 0)
        buf_char(b, ' ');
    switch (test) {
    case QUERY_COMPARE:
        buf_put(b, str_of(op_text[q->op]));
        buf_char(b, ' ');
        put_value(b, &q->value);
        break;
    case QUERY_IN:
        buf_put(b, q->is_negated ? S("not in (") : S("in ("));
        for (int i = 0; i < q->nlist; i++) {
            buf_put(b, i ? S(", ") : S(""));
            put_value(b, &q->list[i]);
        }
        buf_char(b, ')');
        break;
    case QUERY_EMPTY:
        buf_put(b, q->is_negated ? S("is not empty") : S("is empty"));
        break;
    case QUERY_PERIOD:
        buf_put(b, q->is_negated ? S("not ") : S(""));
        put_period(b, &q->period);
        break;
    case QUERY_SEGMENT:
        buf_put(b, q->is_negated ? S("not in segment ") : S("in segment "));
        put_value(b, &q->value);
        break;
    default:
        break;
    }
}

static void put_condition(struct buf *b, const struct query *q)
{
    for (int i = 0; i < q->npath; i++) {
        buf_put(b, i ? S(".") : S(""));
        buf_put(b, str_of(q->path[i]));
    }
    if (q->source) {
        buf_char(b, '(');
        put_source(b, q->source);
        buf_char(b, ')');
    }
    put_test(b, q, q->source ? q->test : q->kind);
}

static void put(struct buf *b, const struct query *q, bool needs_parens)
{
    if (needs_parens)
        buf_char(b, '(');
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        put(b, q->left, q->kind == QUERY_AND && q->left->kind == QUERY_OR);
        buf_put(b, q->kind == QUERY_AND ? S(" and ") : S(" or "));
        put(b, q->right, q->right->kind == q->kind || (q->kind == QUERY_AND && q->right->kind == QUERY_OR));
        break;
    case QUERY_NOT:
        buf_lit(b, "not ");
        put(b, q->left, q->left->kind == QUERY_AND || q->left->kind == QUERY_OR);
        break;
    case QUERY_TEXT:
        if (q->value.is_quoted)
            put_quoted(b, q->value.text);
        else
            buf_put(b, q->value.text);
        break;
    default:
        put_condition(b, q);
        break;
    }
    if (needs_parens)
        buf_char(b, ')');
}

str query_text(struct arena *a, const struct query *q)
{
    struct buf b = buf_new(a, 16 * QUERY_TEXT_MAX);
    if (q)
        put(&b, q, false);
    return buf_str(&b);
}
