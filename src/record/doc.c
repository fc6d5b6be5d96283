/* doc.c - docs/entities.md from the declarations. test/golden/entities.c holds the file to it. */
#include "record/doc.h"
#include "record/type.h"

static str english(struct arena *a, msg_id id)
{
    struct locale en = locale_default(LANG_EN, "GB");
    return msg_text(a, &en, id, NULL);
}

static void put_choices(struct buf *b, const struct field *f)
{
    for (const struct choice *c = f->choices; c && c->value; c++)
        buf_fmt(b, "%s`%s`", c == f->choices ? ": " : ", ", c->value);
}

static void put_flags(struct buf *b, const struct field *f)
{
    static const struct { unsigned flag; const char *word; } words[] = {
        { F_REQUIRED, "needed" }, { F_UNIQUE, "unique" }, { F_READONLY, "written by the program" },
        { F_IMMUTABLE, "fixed at creation" }, { F_SEARCH, "searched" }, { F_INDEX, "indexed" },
        { F_PERSONAL, "personal" }, { F_SECRET, "secret" },
    };
    bool is_first = true;
    for (size_t i = 0; i < countof(words); i++) {
        if (!(f->flags & words[i].flag))
            continue;
        buf_fmt(b, "%s%s", is_first ? "" : ", ", words[i].word);
        is_first = false;
    }
}

static void put_field(struct buf *b, const struct field *f)
{
    str label = english(b->a, f->label);
    buf_fmt(b, "| `%s` | %.*s | %s", f->name, STR_ARG(label), type_of(f)->name);
    if (f->ref)
        buf_fmt(b, " to `%s`", f->ref);
    put_choices(b, f);
    if (f->scale)
        buf_fmt(b, ", %d decimals", f->scale);
    buf_lit(b, " | ");
    put_flags(b, f);
    buf_lit(b, " |\n");
}

static void put_entity(struct buf *b, const struct entity *en)
{
    str label = english(b->a, en->label), plural = english(b->a, en->plural);
    buf_fmt(b, "\n## %s\n\n%.*s, %.*s. ", en->name, STR_ARG(label), STR_ARG(plural));
    if (!(en->flags & E_NO_PAGE))
        buf_fmt(b, "Pages at `/%s`. ", en->path);
    if (en->owner)
        buf_fmt(b, "Rights look at `%s`. ", en->owner);
    if (en->flags & E_SETTINGS)
        buf_lit(b, "Configuration: the owner's. ");
    if (en->flags & E_NO_CREATE)
        buf_lit(b, "Made by the program only. ");
    if (en->subject)
        buf_fmt(b, "Personal data of `%s`. ", en->subject);
    buf_lit(b, "\n\n| field | label | type | |\n|---|---|---|---|\n");
    for (size_t i = 0; i < en->nfields; i++)
        put_field(b, &en->fields[i]);
}

void doc_entities(struct buf *b)
{
    buf_lit(b, "# Entities\n\nMade from the declarations in `src/*/`; `make golden` writes this page. Every record also has\n"
               "`id`, `version`, `created_at`, `created_by`, `updated_at`, `updated_by`, which queries and sorts may use.\n"
               "The same names are columns, form fields, JSON members, CSV headers and words of the query language.\n");
    for (size_t i = 0; i < catalogue_count(); i++)
        put_entity(b, catalogue_at(i));
}
