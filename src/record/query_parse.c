/* query_parse.c - makes the tree of a query and keeps its limits.
 *
 * The tree knows no catalogue: names stay as they were written (in lower case)
 * until query_check. Every node counts, every value of a list too, so what comes
 * out is small enough to walk by recursion.
 */
#include "record/query_build.h"
#include "base/utf8.h"
#include "query_grammar.h"
#include "msg/query.h"

static bool refuse(struct query_build *b, int pos, int msg)
{
    if (!b->is_failed) {
        b->is_failed = true;
        fail(b->e, ERR_INVALID, msg, "query at byte %d", pos);
        b->e->pos = pos;
    }
    return false;
}

/* A window after its brackets, or one that has no end. */
static bool is_window(const struct query_build *b, const struct query_token *t)
{
    bool is_within = str_eq_ascii_nocase(t->text, S("within"));
    return !t->is_quoted && (is_within || (str_eq_ascii_nocase(t->text, S("in")) && str_eq(b->last.text, S(")"))));
}

void build_unexpected(struct query_build *b, const struct query_token *t)
{
    if (b->is_failed)
        return;
    if (t->text.n > 0 || t->is_quoted) {
        refuse(b, t->pos, is_window(b, t) ? MSG_query_window_inside : MSG_query_unexpected);
        err_arg(b->e, "word", t->text);
    } else if (b->level > 0) {
        refuse(b, t->pos, MSG_query_paren_open);
    } else {
        refuse(b, t->pos, MSG_query_ended);
        err_arg(b->e, "word", b->last.text);
    }
}

void build_too_deep(struct query_build *b)
{
    refuse(b, (int)(b->at - b->start), MSG_query_too_deep);
    err_arg_int(b->e, "max", QUERY_DEPTH_MAX);
}

/* Depth is parentheses and the nots before them; an and or an or ends its nots. */
bool build_step(struct query_build *b, int token, const struct query_token *t)
{
    (void)t;
    switch (token) {
    case TOKEN_LP:
    case TOKEN_HAPPENED:
    case TOKEN_AMOUNT:
    case TOKEN_MOMENT:
        b->depth++;
        if (b->depth <= QUERY_DEPTH_MAX) {
            b->nots[++b->level] = 0;
            b->is_many[b->level] = token != TOKEN_LP;
        }
        break;
    case TOKEN_NOT:
        b->depth++;
        b->nots[b->level]++;
        break;
    case TOKEN_RP:
        if (b->level > 0)
            b->depth -= 1 + b->nots[b->level--];
        break;
    case TOKEN_AND:
    case TOKEN_OR:
        b->depth -= b->nots[b->level];
        b->nots[b->level] = 0;
        break;
    default:
        break;
    }
    if (b->depth > QUERY_DEPTH_MAX)
        build_too_deep(b);
    return !b->is_failed;
}

/* ── nodes ───────────────────────────────────────────────────────────────── */

static bool count_node(struct query_build *b, int pos)
{
    if (++b->nodes <= QUERY_NODES_MAX)
        return true;
    refuse(b, pos, MSG_query_too_many);
    return err_arg_int(b->e, "max", QUERY_NODES_MAX);
}

static struct query *node(struct query_build *b, enum query_kind kind, int pos)
{
    struct query *q = arena_new(b->a, struct query, 1);
    *q = (struct query){ .kind = kind, .pos = pos };
    count_node(b, pos);
    return q;
}

static str lower(struct arena *a, str s)
{
    char *to = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        to[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
    return (str){ to, s.n };
}

/* A condition over "company.industry". */
static struct query *condition(struct query_build *b, enum query_kind kind, const struct query_token *path)
{
    struct query *q = node(b, kind, path->pos);
    str rest = lower(b->a, path->text);
    bool more = true;

    while (more) {
        more = str_find_char(rest, '.') >= 0;
        str name = str_cut(&rest, '.');
        if (name.n == 0) {
            build_unexpected(b, path);
            break;
        }
        if (q->npath == QUERY_PATH_MAX) {
            refuse(b, path->pos, MSG_query_path_long);
            err_arg(b->e, "word", path->text);
            err_arg_int(b->e, "max", QUERY_PATH_MAX);
            break;
        }
        q->path[q->npath++] = arena_cstr(b->a, name);
    }
    return q;
}

struct query *build_pair(struct query_build *b, enum query_kind kind, struct query *l, struct query *r)
{
    struct query *q = node(b, kind, l->pos);
    q->left = l;
    q->right = r;
    return q;
}

struct query *build_not(struct query_build *b, const struct query_token *t, struct query *of)
{
    struct query *q = node(b, QUERY_NOT, t->pos);
    q->left = of;
    return q;
}

struct query *build_compare(struct query_build *b, const struct query_token *path, enum query_op op,
                            const struct query_value *v)
{
    struct query *q = condition(b, QUERY_COMPARE, path);
    q->op = op;
    q->value = *v;
    return q;
}

struct query *build_in(struct query_build *b, const struct query_token *path, const struct query_list *l,
                       bool is_negated)
{
    struct query *q = condition(b, QUERY_IN, path);
    int n = l ? l->n : 0;
    q->is_negated = is_negated;
    q->list = arena_new(b->a, struct query_value, n + 1);
    q->nlist = n;
    for (; l; l = l->before)
        q->list[l->n - 1] = l->v;
    return q;
}

struct query *build_empty(struct query_build *b, const struct query_token *path, bool is_negated)
{
    struct query *q = condition(b, QUERY_EMPTY, path);
    q->is_negated = is_negated;
    return q;
}

static int steps_of(struct query_build *b, const struct query_token *t)
{
    int64_t n;
    if (str_to_int(ascii_digits(b->a, t->text), &n) && n >= 1 && n <= QUERY_STEPS_MAX)
        return (int)n;
    refuse(b, t->pos, MSG_query_steps);
    err_arg(b->e, "word", t->text);
    err_arg_int(b->e, "max", QUERY_STEPS_MAX);
    return 1;
}

struct query *build_period(struct query_build *b, const struct query_token *path, struct query_period p,
                           const struct query_token *count, bool is_negated)
{
    struct query *q = condition(b, QUERY_PERIOD, path);
    q->period = p;
    if (p.kind != IN_PERIOD)
        q->period.count = steps_of(b, count);
    q->is_negated = is_negated;
    return q;
}

/* ── what happened, and what leads here ──────────────────────────────────── */

struct query_source *build_source(struct query_build *b, const struct query_token *name, const struct query_token *via)
{
    struct query_source *s = arena_new(b->a, struct query_source, 1);
    *s = (struct query_source){ .name = name->is_quoted ? name->text : lower(b->a, name->text),
                                .is_quoted = name->is_quoted, .pos = name->pos };
    if (via) {
        s->via = lower(b->a, via->text);
        s->via_pos = via->pos;
    }
    return s;
}

void build_window(struct query_build *b, struct query_source *s, struct query_period p, const struct query_token *count)
{
    s->has_window = true;
    s->window = p;
    if (p.kind != IN_PERIOD)
        s->window.count = steps_of(b, count);
}

static struct query *many(struct query_build *b, const struct query_token *t, struct query_source *s, enum query_kind test)
{
    static const char *const name[] = { "happened", "count", "sum", "first", "last" };
    struct query *q = node(b, QUERY_MANY, t->pos);
    s->many = t->many;
    q->source = s;
    q->test = test;
    q->path[q->npath++] = name[t->many];
    return q;
}

struct query *build_many(struct query_build *b, const struct query_token *t, struct query_source *s)
{
    return many(b, t, s, QUERY_MANY);
}

struct query *build_many_compare(struct query_build *b, const struct query_token *t, struct query_source *s,
                                 enum query_op op, const struct query_value *v)
{
    struct query *q = many(b, t, s, QUERY_COMPARE);
    q->op = op;
    q->value = *v;
    return q;
}

struct query *build_many_empty(struct query_build *b, const struct query_token *t, struct query_source *s, bool is_negated)
{
    struct query *q = many(b, t, s, QUERY_EMPTY);
    q->is_negated = is_negated;
    return q;
}

struct query *build_many_period(struct query_build *b, const struct query_token *t, struct query_source *s,
                                struct query_period p, const struct query_token *count, bool is_negated)
{
    struct query *q = many(b, t, s, QUERY_PERIOD);
    q->is_negated = is_negated;
    q->period = p;
    if (p.kind != IN_PERIOD)
        q->period.count = steps_of(b, count);
    return q;
}

struct query *build_segment(struct query_build *b, const struct query_token *path, const struct query_token *t,
                            const struct query_token *name, bool is_negated)
{
    struct query *q = path ? condition(b, QUERY_SEGMENT, path) : node(b, QUERY_SEGMENT, t->pos);
    q->value = build_value(name);
    q->is_negated = is_negated;
    return q;
}

struct query *build_text(struct query_build *b, const struct query_token *words)
{
    struct query *q = node(b, QUERY_TEXT, words->pos);
    q->value = build_value(words);
    return q;
}

/* Words side by side are one search: the text between their ends, quotes and all. */
struct query_token build_words(struct query_build *b, const struct query_token *x, const struct query_token *y)
{
    str text = { b->start + x->pos - 1, (size_t)(y->end - x->pos) };
    return (struct query_token){ .text = text, .pos = x->pos, .end = y->end };
}

/* ── values ──────────────────────────────────────────────────────────────── */

struct query_value build_value(const struct query_token *t)
{
    return (struct query_value){ .text = t->text, .is_quoted = t->is_quoted, .pos = t->pos, .word = t->word };
}

struct query_value build_offset(struct query_build *b, const struct query_token *base,
                                const struct query_token *sign, const struct query_token *n,
                                const struct query_token *unit)
{
    const struct query_token *first = base ? base : n;
    const char *end = unit->text.p + unit->text.n;
    struct query_token digits = *n;
    bool is_minus = sign && *sign->text.p == '-';

    if (!sign && base) {
        is_minus = *n->text.p == '-';
        digits.text = str_from(n->text, 1);
    }
    int steps = steps_of(b, &digits);
    return (struct query_value){
        .text = { first->text.p, (size_t)(end - first->text.p) }, .pos = first->pos, .word = first->word,
        .has_offset = true, .offset = is_minus ? -steps : steps, .unit = unit->unit,
    };
}

struct query_list *build_list(struct query_build *b, struct query_list *before, const struct query_value *v)
{
    struct query_list *l = arena_new(b->a, struct query_list, 1);
    *l = (struct query_list){ .v = *v, .before = before, .n = before ? before->n + 1 : 1 };
    count_node(b, v->pos);
    return l;
}

/* ── the whole ───────────────────────────────────────────────────────────── */

bool query_parse(struct arena *a, str text, struct query **out, struct err *e)
{
    if (text.n > QUERY_TEXT_MAX) {
        fail(e, ERR_INVALID, MSG_query_too_long, "%zu bytes", text.n);
        return err_arg_int(e, "max", QUERY_TEXT_MAX);
    }
    if (!utf8_valid(text))
        return fail(e, ERR_INVALID, MSG_query_bad_text, "not UTF-8");

    const char *start = arena_cstr(a, text);
    struct query_build b = { .a = a, .e = e, .start = start, .at = start, .end = start + text.n };
    query_grammar(&b);
    if (b.is_failed)
        return false;
    *out = b.root;
    return true;
}
