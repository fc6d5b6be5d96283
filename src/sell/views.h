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

/* ── parts of record pages ───────────────────────────────────────────────── */

struct line_part {
    str product, description, quantity, price, discount, tax, total;    /* shown */
    struct html_safe inputs[4];                 /* description, quantity, price, discount */
    struct url action, remove;
    int64_t version;
};
struct deal_lines_view {
    const struct line_part *lines; size_t n;
    struct html_safe add;                       /* rows of the form for one more */
    struct url action;
    str total;
    bool may_change;
};
void view_deal_lines(struct html *h, const struct deal_lines_view *v);

struct deal_steps_view { struct html_safe steps; str exit, lost; };
void view_deal_steps(struct html *h, const struct deal_steps_view *v);

struct deal_next_view { struct html_safe card, rows; struct url action; int64_t version; bool may_change; };
void view_deal_next(struct html *h, const struct deal_next_view *v);

struct deal_close_view { struct url won, lost; };
void view_deal_close(struct html *h, const struct deal_close_view *v);

struct payment_part { str date, method, reference, amount; struct url url; };
struct order_money_view {
    const struct line_part *lines; size_t nlines;
    const struct payment_part *payments; size_t npayments;
    str subtotal, tax, total, paid, owed;
    struct html_safe add;
    struct url action;
    bool may_pay;
};
void view_order_money(struct html *h, const struct order_money_view *v);
struct line_input_view { str id, label; struct html_safe control; };
void view_line_input(struct html *h, const struct line_input_view *v);
