/* import_page.h - bringing a file in through the browser: upload, columns, preview, run, result. */
#pragma once
#include "record/import.h"
#include "web/ui.h"
#include "web/web.h"

extern const struct route import_routes[];

struct import_start_view { const struct ui_option *entities; size_t nentities; str error; bool has_past; };
void view_import_start(struct html *h, const struct import_start_view *v);

struct import_map_column { str header, sample; int number; struct ui_option *fields; size_t nfields; };
struct import_map_view {
    struct url action; str entity, file_name, error;
    const struct import_map_column *column; size_t ncolumns;
    const struct ui_option *keys, *encodings, *separators; size_t nkeys, nencodings, nseparators;
    str encoding, separator;                    /* as asked; empty: found */
    enum import_duplicates how;
    enum import_missing missing;
    bool has_refs;                              /* it can name other records */
};
void view_import_map(struct html *h, const struct import_map_view *v);

struct import_tell_view {
    str headline, error, refusals, file_name, map, how, encoding, separator;
    const str *note; size_t nnotes;
    struct url run, stop, back, undo, records, report, waits;       /* waits: asks again each second */
    int percent; bool is_running;
};
void view_import_tell(struct html *h, const struct import_tell_view *v);
