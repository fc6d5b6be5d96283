/* sql.c - statements put together from names of the catalogue and bound values.
 *
 * Three ways in and no fourth: a literal of the program, a name the catalogue
 * holds (anything else ends the process: it would be our mistake, and the first
 * step of an injection), a value, which is bound and never written into the text.
 * Names stand in quotes because an entity may be called user or order.
 */
#include "record/sql.h"
#include "base/log.h"
#include "msg/query.h"

enum { SQL_TEXT_MAX = 128 * 1024, SQL_NAME_MAX = 96 };

struct sql *sql_new(struct arena *a)
{
    struct sql *q = arena_new(a, struct sql, 1);
    q->text = buf_new(a, SQL_TEXT_MAX);
    return q;
}

void sql_lit(struct sql *q, const char *literal)
{
    buf_put(&q->text, str_of(literal));
}

/* Bytes of a name. Most of a statement is names, so they are looked at and copied in one go. */
static const bool is_name_byte[256] = { ['a' ... 'z'] = true, ['0' ... '9'] = true, ['_'] = true };

static void put_checked(struct sql *q, const char *name)
{
    size_t n = 0;
    if (!buf_reserve(&q->text, SQL_NAME_MAX))
        return;
    for (char *to = q->text.p + q->text.n; n < SQL_NAME_MAX && is_name_byte[(unsigned char)name[n]]; n++)
        to[n] = name[n];
    if (n == 0 || name[n] || (name[0] >= '0' && name[0] <= '9'))
        die("sql: \"%.100s\" is no name of the catalogue", name);
    q->text.n += n;
}

void sql_name(struct sql *q, const char *identifier)
{
    buf_char(&q->text, '"');
    put_checked(q, identifier);
    buf_char(&q->text, '"');
}

void sql_column(struct sql *q, const char *alias, const char *column, const char *suffix)
{
    put_checked(q, alias);
    buf_lit(&q->text, ".\"");
    put_checked(q, column);
    if (suffix)
        put_checked(q, suffix);
    buf_char(&q->text, '"');
}

void sql_alias(struct sql *q, const char *alias)
{
    put_checked(q, alias);
}

void sql_table_of(struct sql *q, const char *entity, const char *field)
{
    buf_char(&q->text, '"');
    put_checked(q, entity);
    buf_char(&q->text, '_');
    put_checked(q, field);
    buf_char(&q->text, '"');
}

/* Most statements bind a handful: the list starts small and doubles. */
static void grow(struct sql *q)
{
    size_t cap = q->cap ? q->cap * 2 : 16;
    struct db_val *v = arena_new(q->text.a, struct db_val, cap);
    if (q->n)
        memcpy(v, q->v, q->n * sizeof *v);
    q->v = v;
    q->cap = cap;
}

int sql_value(struct sql *q, struct db_val v)
{
    if (q->n == SQL_VALUES_MAX) {
        q->is_full = true;
        return SQL_VALUES_MAX;
    }
    if (q->n == q->cap)
        grow(q);
    q->v[q->n++] = v;
    return (int)q->n;
}

void sql_bind(struct sql *q, struct db_val v)
{
    int n = sql_value(q, v);
    buf_char(&q->text, '$');
    buf_int(&q->text, n);
}

void sql_int(struct sql *q, int64_t n)
{
    buf_int(&q->text, n);
}

const char *sql_text(struct sql *q)
{
    return arena_cstr(q->text.a, buf_str(&q->text));
}

static bool is_sound(const struct sql *q, struct err *e)
{
    return (!q->is_full && !q->text.full)
        || fail(e, ERR_INVALID, MSG_query_too_large, "%zu bytes, %zu values", q->text.n, q->n);
}

bool sql_query(struct db_conn *c, struct sql *q, struct db_rows *rows, struct err *e)
{
    return is_sound(q, e) && db_query(c, rows, sql_text(q), q->v, q->n, e);
}

bool sql_exec(struct db_conn *c, struct sql *q, int64_t *changed, struct err *e)
{
    return is_sound(q, e) && db_exec(c, sql_text(q), q->v, q->n, changed, e);
}

void sql_in_ids(struct sql *q, const int64_t *ids, size_t n)
{
    size_t many = n <= 1 ? 1 : n <= 8 ? 8 : SQL_IDS_MAX;
    sql_lit(q, " IN (");
    for (size_t i = 0; i < many; i++) {
        sql_lit(q, i ? ", " : "");
        sql_bind(q, V(ids[i < n ? i : n - 1]));
    }
    sql_lit(q, ")");
}
