/* views.h - what the views of this room show. */
#pragma once
#include "web/ui.h"

struct board_view {
    str q, error;
    bool is_mine, is_quarter;
    struct url mine, quarter, clear, self;
    const struct ui_item *layouts; size_t nlayouts;
    str pipeline, open, weighted, closing, attention, pipeline_id;
    struct html_safe closing_sub, attention_sub, columns;
    struct url open_url, closing_url, attention_url;
    bool is_empty, is_filtered, may_create;
};
struct board_part_view { const struct board_view *b; };
void view_board_part(struct html *h, const struct board_part_view *v);
struct board_tools_view { const struct board_view *b; };
void view_board_tools(struct html *h, const struct board_tools_view *v);

struct board_more_view { struct url url; str text; };
void view_board_more(struct html *h, const struct board_more_view *v);

struct move_stage { str id, name, hint; bool is_current; };
struct move_form_view {
    str title, error, back;
    struct url action, cancel;
    int64_t version;
    const struct move_stage *open; size_t nopen;
    const struct move_stage *won, *lost;        /* NULL: the pipeline has none */
    struct html_safe missing, won_rows, lost_rows;
    const struct move_stage *into;              /* the stage that asked for what is missing */
};
void view_move_form(struct html *h, const struct move_form_view *v);
