/* export.c - setu export: every record of an entity as CSV, as an import reads it back. */
#include "base/id.h"
#include "cmd/cmds.h"
#include "msg/cmd.h"
#include "record/csv.h"
#include "record/query.h"
#include "record/type.h"
#include <errno.h>
#include <unistd.h>

static const struct option_help options[] = {
    { "data", "DIR", "the folder of the workspace" },
    { "query", "Q", "only records that match (query language)" },
    { 0 },
};

static void put_head(FILE *out, struct arena a, const struct list_spec *s)
{
    struct buf b = buf_new(&a, 1 << 16);
    str cell[LIST_COLUMNS_MAX + 1] = { S("id") };
    for (int i = 0; i < s->ncols; i++)
        cell[i + 1] = str_of(s->cols[i]->name);
    csv_put_row(&b, cell, (size_t)s->ncols + 1);
    fwrite(b.p, 1, b.n, out);
}

static void put_rows(FILE *out, struct arena *a, const struct list_spec *s, const struct list *l)
{
    struct buf b = buf_new(a, 32 << 20);
    for (size_t k = 0; k < l->n; k++) {
        str cell[LIST_COLUMNS_MAX + 1] = { id_text(a, l->rows[k]->id) };
        for (int i = 0; i < s->ncols; i++) {
            const struct field *f = s->cols[i];
            const struct val *v = &l->rows[k]->v[field_index(s->en, f)];
            bool is_ref = f->type == FIELD_REF || f->type == FIELD_REFS;
            cell[i + 1] = is_ref && v->is_set && v->s.n ? v->s : type_canon(a, f, v);
        }
        csv_put_row(&b, cell, (size_t)s->ncols + 1);
    }
    fwrite(b.p, 1, b.n, out);
}

static bool write_all(struct cmd *c, struct list_spec *s, FILE *out, int64_t *n, struct err *e)
{
    struct arena page = arena_open(64 << 20);
    struct ctx x = c->ctx;
    bool ok = true;
    put_head(out, c->a, s);
    for (bool more = true; ok && more;) {
        struct list l;
        x.a = &page;
        ok = record_list(&x, s, &l, e);
        if (!ok)
            break;
        put_rows(out, &page, s, &l);
        *n += (int64_t)l.n;
        more = l.next.n > 0;
        s->cursor = arena_str(&c->a, l.next);
        arena_reset(&page);
    }
    arena_close(&page);
    return ok;
}

static int run(struct cmd *c)
{
    const char *name = cmd_word(c, 0), *path = cmd_word(c, 1), *query = cmd_option(c, "query");
    const struct entity *en = name ? entity_find(str_of(name)) : NULL;
    struct err e = { 0 };
    int64_t n = 0;
    if (!en)
        return cmd_usage(c, "name an entity, such as person, company or deal");
    struct list_spec s = { .en = en, .filter = str_of(query), .sort = S("created_at"), .limit = LIST_LIMIT_MAX };
    for (size_t i = 0; i < en->nfields && s.ncols < LIST_COLUMNS_MAX; i++)
        if (!(en->fields[i].flags & F_SECRET))
            s.cols[s.ncols++] = &en->fields[i];
    FILE *out = path ? fopen(cmd_path(c, path), "wb") : c->out;
    if (!out) {
        fail(&e, ERR_INVALID, MSG_cmd_file, "open: %s", strerror(errno));
        err_arg(&e, "path", str_of(path));
        return cmd_refuse(c, &e);
    }
    bool ok = write_all(c, &s, out, &n, &e);
    ok = fflush(out) == 0 && !ferror(out) && ok;
    if (path)
        ok = fclose(out) == 0 && ok;
    if (!ok && e.code == ERR_NONE) {
        fail(&e, ERR_FULL, MSG_cmd_file, "%s", strerror(errno));
        err_arg(&e, "path", str_of(path ? path : "-"));
    }
    if (!ok)
        return cmd_refuse(c, &e);
    fprintf(c->err, "%lld records of %s\n", (long long)n, name);
    return EXIT_DONE;
}

const struct command export_command = {
    .name = "export", .arguments = "--data DIR ENTITY [FILE]", .needs_data = true,
    .summary = "writes all records of an entity as CSV", .run = run, .options = options,
};
