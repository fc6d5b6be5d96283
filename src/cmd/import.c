/* import.c - setu import: a table of text becomes records. */
#include "base/id.h"
#include "cmd/cmds.h"
#include "core/core.h"
#include "msg/cmd.h"
#include "record/import.h"
#include <errno.h>
#include <unistd.h>

static const struct option_help options[] = {
    { "data", "DIR", "the folder of the workspace" },
    { "map", "FILE", "how columns are read (JSON, docs/import.md); else guessed from the header" },
    { "key", "FIELDS", "fields that tell the same record, between commas" },
    { "duplicates", "HOW", "merge (default), skip or create" },
    { "separator", "C", "another separator than the one found: , ; tab |" },
    { "encoding", "NAME", "another encoding than the one found, as windows-1256" },
    { "dry-run", NULL, "tell what would happen, write nothing" },
    { "report", "FILE", "refused rows and notes as CSV" },
    { "undo", "ID", "take an import out again instead" },
    { 0 },
};

static bool bad_file(const char *path, struct err *e)
{
    fail(e, ERR_INVALID, MSG_cmd_file, "%s: %s", path, strerror(errno));
    return err_arg(e, "path", str_of(path));
}

static bool read_map_file(struct cmd *c, const char *path, str *out, struct err *e)
{
    char *text = arena_new(&c->a, char, IMPORT_MAP_MAX + 1);
    FILE *f = fopen(cmd_path(c, path), "rb");
    if (!f)
        return bad_file(path, e);
    size_t n = fread(text, 1, IMPORT_MAP_MAX, f);
    bool ok = !ferror(f);
    fclose(f);
    *out = (str){ text, n };
    return ok || bad_file(path, e);
}

static bool make_map(struct cmd *c, const struct entity *en, const char *path, const struct csv_options *csv,
                     struct import_map *out, struct err *e)
{
    const char *file = cmd_option(c, "map");
    struct import_look look;
    struct import_map last;
    str text;
    if (file)
        return read_map_file(c, file, &text, e) && import_map_read(&c->a, text, out, e);
    if (!import_look(&c->a, path, csv, &look, e))
        return false;
    bool has_last;
    if (!import_map_last(&c->ctx, en, &last, &has_last, e))
        return false;
    import_map_guess(&c->a, en, look.header, look.nheader, has_last ? &last : NULL, out);
    return true;
}

static bool add_keys(struct cmd *c, struct import_map *m, struct err *e)
{
    const char *keys = cmd_option(c, "key");
    if (!keys)
        return true;
    m->nkeys = 0;
    for (str rest = str_of(keys); rest.n;) {
        str name = str_trim(str_cut(&rest, ','));
        const struct field *f = entity_field(m->en, name);
        if (!f || m->nkeys == IMPORT_KEYS_MAX) {
            fail(e, ERR_INVALID, MSG_cmd_no_field, "key %.*s", STR_ARG(name));
            return err_arg(e, "value", name);
        }
        m->key[m->nkeys++] = f;
    }
    return true;
}

static int duplicates_of(struct cmd *c, enum import_duplicates *out)
{
    static const char *const name[] = { "merge", "skip", "create" };
    const char *how = cmd_option(c, "duplicates");
    for (size_t i = 0; how && i < countof(name); i++)
        if (!strcmp(how, name[i])) {
            *out = (enum import_duplicates)i;
            return -1;
        }
    return how ? cmd_usage(c, "--duplicates is merge, skip or create") : -1;
}

static bool show_progress(void *arg, const struct import_counts *n, int64_t done, int64_t all)
{
    enum { WIDTH = 30 };
    struct cmd *c = arg;
    if (!isatty(fileno(c->err)) || all <= 0)
        return true;
    int filled = (int)(WIDTH * done / all);
    fprintf(c->err, "\r[%.*s%*s] %3d %%  %lld rows", filled, "##############################", WIDTH - filled, "",
            (int)(100 * done / all), (long long)n->rows);
    if (done >= all)
        fputs("\n", c->err);
    return true;
}

static void tell(struct cmd *c, const struct import_result *r, bool is_dry)
{
    fprintf(c->out, "%s%lld rows: %lld created, %lld updated, %lld unchanged, %lld skipped, %lld refused\n",
            is_dry ? "Would be: " : "", (long long)r->n.rows, (long long)r->n.created, (long long)r->n.updated,
            (long long)r->n.unchanged, (long long)r->n.skipped, (long long)r->n.refused);
    for (size_t i = 0; i < r->nnotes; i++) {
        str text = import_note_text(&c->a, &c->loc, &r->note[i]);
        fprintf(c->out, "  %.*s\n", STR_ARG(text));
    }
    fprintf(c->out, "%.*s", STR_ARG(r->refusals));
    if (r->run_id && r->n.created + r->n.updated)
        fprintf(c->out, "Take it out again with: setu import --data DIR --undo %.*s\n", STR_ARG(id_text(&c->a, r->run_id)));
}

static int undo(struct cmd *c, const char *id)
{
    struct err e = { 0 };
    int64_t run_id, undone, kept;
    if (!id_parse(str_of(id), &run_id))
        return cmd_usage(c, "--undo takes the id an import told");
    if (!import_undo(&c->ctx, run_id, &undone, &kept, &e))
        return cmd_refuse(c, &e);
    fprintf(c->out, "%lld writes undone, %lld kept since their records were changed\n", (long long)undone, (long long)kept);
    return kept ? EXIT_PARTLY : EXIT_DONE;
}

static char separator_of(const char *text)
{
    return !text ? '\0' : !strcmp(text, "tab") ? '\t' : text[0];
}

static int run(struct cmd *c)
{
    const char *name = cmd_word(c, 0), *path = cmd_word(c, 1), *report = cmd_option(c, "report");
    const struct entity *en = name ? entity_find(str_of(name)) : NULL;
    struct import_map *map = arena_new(&c->a, struct import_map, 1);
    struct import_result result = { 0 };
    struct err e = { 0 };
    struct import_options o = {
        .map = map, .csv = { separator_of(cmd_option(c, "separator")), cmd_option(c, "encoding") },
        .is_dry = cmd_flag(c, "dry-run"), .report = report ? cmd_path(c, report) : NULL, .progress = show_progress, .arg = c,
    };
    if (cmd_option(c, "undo"))
        return undo(c, cmd_option(c, "undo"));
    if (!en || !path)
        return cmd_usage(c, "name an entity, such as person or deal, and the file");
    int code = duplicates_of(c, &o.duplicates);
    if (code >= 0)
        return code;
    path = cmd_path(c, path);
    if (!make_map(c, en, path, &o.csv, map, &e))
        return cmd_refuse(c, &e);
    if (map->en != en)
        return cmd_usage(c, arena_fmt(&c->a, "the map is for %s", map->en->name).p);
    if (!add_keys(c, map, &e) || !import_run(&c->ctx, path, &o, &result, &e))
        return cmd_refuse(c, &e);
    tell(c, &result, o.is_dry);
    return result.n.refused ? EXIT_PARTLY : EXIT_DONE;
}

const struct command import_command = {
    .name = "import", .arguments = "--data DIR ENTITY FILE [...]", .needs_data = true,
    .summary = "reads a table of records", .run = run, .options = options,
};
