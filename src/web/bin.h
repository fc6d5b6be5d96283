/* bin.h - pages of what was deleted, and of the way back from a last change. */
#pragma once
#include "web/record_views.h"
#include "web/web.h"

struct record_gone_view {
    str title, said, with, until, other;        /* other: why the reader cannot bring it back */
    struct url restore, back, bin; str back_to;
    struct html_safe history;
};
void view_record_gone(struct html *h, const struct record_gone_view *v);

struct bin_line { str title, who, when, iso, back_to; struct url url, restore; };
struct bin_view { str text, none; const struct bin_line *lines; size_t n; struct url older; };
void view_bin(struct html *h, const struct bin_view *v);
struct bins_view { const struct ui_item *items; size_t n; str none, text; };
void view_bins(struct html *h, const struct bins_view *v);
struct undo_last_view { str text; struct url undo, cancel; str back; };
void view_undo_last(struct html *h, const struct undo_last_view *v);

/* Of a GET whose record is not there: if the reader could see it before it was deleted, the page says so. False: nothing said. */
bool bin_tell(struct request *rq, const struct entity *en, int64_t id);
/* What a write did, for the toast of its undo: 'deleting “Acme”'. Empty: nothing the reader may see. */
str undo_what(struct ctx *c, int64_t write_id);

void records_bin(struct request *rq);           /* GET /ENTITY/deleted */
void bin_all(struct request *rq);               /* GET /deleted */
void undo_last_page(struct request *rq);        /* GET /undo: asks before an old change is undone */
