/* move_table.c - which tables a workspace has, and what orders their rows.
 *
 * Nobody keeps a list: the statements that make the tables are read. A table that is made
 * in a new way is missed by this file, and test/unit/move.c says so.
 */
#include "record/move.h"
#include "base/log.h"
#include "record/store.h"

enum { TABLES_MAX = 512 };

static struct move_table *known(struct move_table *v, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(v[i].name, name))
            return &v[i];
    return NULL;
}

static bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

static const char *word_at(struct arena *a, const char *p)
{
    size_t n = 0;
    while (*p == ' ' || *p == '"')
        p++;
    while (is_name_char(p[n]))
        n++;
    return n ? arena_cstr(a, (str){ p, n }) : NULL;
}

/* "PRIMARY KEY (a, b)", or the column before "TYPE PRIMARY KEY". */
static void read_key(struct arena *a, const char *sql, struct move_table *t)
{
    const char *key = strstr(sql, "PRIMARY KEY"), *open = key ? key + strlen("PRIMARY KEY") : NULL;
    if (!key)
        die("move: %s has no key", t->name);
    if (open[0] == ' ' && open[1] == '(') {
        for (const char *p = open + 2; t->nkey < MOVE_KEY_MAX; p++) {
            t->key[t->nkey++] = word_at(a, p);
            p += strcspn(p, ",)");
            if (*p != ',')
                break;
        }
        return;
    }
    const char *p = key;
    while (p > sql && p[-1] != '(' && p[-1] != ',')
        p--;
    t->key[t->nkey++] = word_at(a, p);
}

/* A statement of the program that makes a table; others are passed by. */
static void take_statement(struct arena *a, const char *sql, struct move_table *v, size_t *n)
{
    static const char *const begin[] = { "CREATE TABLE IF NOT EXISTS ", "CREATE TABLE " };
    for (size_t i = 0; i < countof(begin); i++)
        if (!strncmp(sql, begin[i], strlen(begin[i]))) {
            struct move_table t = { .name = word_at(a, sql + strlen(begin[i])) };
            if (*n >= TABLES_MAX || !t.name)
                die("move: cannot read: %.60s", sql);
            read_key(a, sql, &t);
            struct move_table *was = known(v, *n, t.name);      /* made anew by a later migration: with its later key */
            *(was ? was : &v[(*n)++]) = t;
            return;
        }
}

static void take_entity(struct arena *a, const struct entity *en, struct move_table *v, size_t *n)
{
    if (*n + en->nfields + 1 >= TABLES_MAX)
        die("move: more tables than there is room for");
    v[(*n)++] = (struct move_table){ en->name, { "id" }, 1 };
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
        if (f->type == FIELD_REFS)
            v[(*n)++] = (struct move_table){ field_link_table(a, en, f), { "owner_id", "target_id" }, 2 };
    for (const char *const *s = en->schema; s && *s; s++)
        take_statement(a, *s, v, n);
}

size_t record_tables(struct arena *a, struct move_table **out)
{
    struct move_table *v = arena_new(a, struct move_table, TABLES_MAX);
    size_t n = 0;
    for (size_t i = 0; i < catalogue_count(); i++)
        take_entity(a, catalogue_at(i), v, &n);
    for (const struct db_migration *m = record_migrations(); m->version; m++)
        for (const char *const *s = m->sql; *s; s++)
            take_statement(a, *s, v, &n);
    *out = v;
    return n;
}
