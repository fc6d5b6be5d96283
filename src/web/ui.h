/* ui.h - the parts pages are made of.
 *
 * Each part is a view (ui.html, ui_form.html, ui_work.html) with a struct of what may be told;
 * the macro takes designated members, so a call reads like the part:
 *
 *     ui_button(h, .label = _(sell_new_deal), .icon = "plus", .kind = UI_PRIMARY,
 *                  .url = url_path(S("/deals/new")), .key = "c", .in_dialog = true);
 *
 * In a view: {% call ui_chip(h, .label = v->stage, .tone = TONE_AMBER) %}. Texts are already
 * in the reader's language; a member left out is left out of the page. What holds other
 * parts takes them as struct html_safe, made on html_part(h). Every part works as plain
 * links and form posts; ui/js only makes them quicker.
 */
#pragma once
#include "html/html.h"

enum tone { TONE_NONE, TONE_GREEN, TONE_AMBER, TONE_RED, TONE_BLUE, TONE_IRIS, TONE_TEAL, TONE_PINK };
enum ui_kind { UI_PLAIN, UI_PRIMARY, UI_GHOST, UI_DANGER };
enum ui_size { UI_MEDIUM, UI_SMALL, UI_LARGE };

const char *tone_class(enum tone t);            /* "green"; "" for none */
const char *ui_colour_class(int64_t id);        /* "c0".."c6": the same for the same id, always */
int ui_percent(int64_t part, int64_t whole);    /* 0..100: class="w-{{ ui_percent(a, b) }}" is a width without style="" */
/* An id for label, hint and error of a field, from its name: [a-z0-9-] only. */
str ui_id(struct arena *a, const char *prefix, str name);

/* A link when `url` is set, else a button: submit unless it opens something. */
struct ui_button_view {
    str label; const char *icon; enum ui_kind kind; enum ui_size size;
    struct url url;
    const char *key;                            /* single-key shortcut, lower case: "c"; see ui/js/keys.js */
    const char *menu;                           /* id of the ui_menu it opens */
    const char *dialog;                         /* id of the <dialog> it opens */
    const char *name; str value;                /* of a submit button */
    const char *form;                           /* id of its form when it stands outside */
    str confirm;                                /* only for what leaves the building or cannot be undone */
    bool icon_only, in_dialog, is_disabled, has_dot, is_pressed;   /* in_dialog: the url opens in the shared dialog */
};
struct ui_chip_view { str label; enum tone tone; const char *icon; struct url url, remove; str key; };   /* key: "Owner" of "Owner Me" */
struct ui_avatar_view { str name; int64_t id; enum ui_size size; bool is_square; };     /* square: companies */
struct ui_meter_view { int64_t part, whole; str label; enum tone tone; };
struct ui_item { str label; struct url url; const char *icon; str count; bool is_current; };
struct ui_tabs_view { const struct ui_item *items; size_t n; str label; };
struct ui_segment_view { const struct ui_item *items; size_t n; str label; };

/* One row of a form. `control` replaces the input (a picker of your own, with id ui_id(a, "f", name)). */
enum ui_input { UI_TEXT, UI_EMAIL, UI_TEL, UI_URL, UI_PASSWORD, UI_NUMBER, UI_DATE, UI_DATETIME, UI_AREA, UI_SELECT, UI_CHECK, UI_RADIO, UI_FILE, UI_SEARCH };
struct ui_option { str value, label; bool is_selected; };
/* Nothing, then the countries; of a <select>. */
struct ui_option *ui_countries(struct arena *a, const struct locale *loc, str chosen, size_t *n);
struct ui_field_view {
    str label, name, value, hint, error, placeholder;
    enum ui_input input;
    const struct ui_option *options; size_t noptions;
    struct html_safe control, below;            /* below: after the notes */
    const char *autocomplete, *inputmode, *step;
    int max, rows;
    bool is_required, is_readonly, is_checked, autofocus, is_wide, is_ltr, is_multiple;   /* ltr: phone, e-mail, code */
};
struct ui_csrf_view { char none_; };            /* the hidden field every POST form carries */
struct ui_head_view { str label; struct url url; int direction; bool is_number; const char *icon; };  /* <th>: 1 up, -1 down */
struct ui_pager_view { struct url previous, next; str text; };

/* A pop-over list; opened by ui_button(.menu = id). An item with `post` is a form post. */
struct ui_menu_item { str label; const char *icon, *key; struct url url, post; str name, value; bool is_danger, is_current, in_dialog, is_rule; };
struct ui_menu_view { const char *id; str label; const struct ui_menu_item *items; size_t n; };
struct ui_dialog_view { const char *id; str title; struct html_safe body, actions; bool is_wide; };

struct ui_stat_view { str label, value; struct html_safe sub; struct url url; };       /* url: the records behind the figure */
struct ui_event_view { const char *icon; enum tone tone; struct html_safe what; str time, iso; struct html_safe body; };
struct ui_day_view { str label; };
struct ui_steps_view { const struct ui_item *items; size_t n; str label; };            /* is_current marks where it stands */
struct ui_next_view { str title, sub; const char *icon; struct html_safe actions; };   /* the next step of a record */
struct ui_box_view { str title; struct html_safe actions, body; const char *id; };
struct ui_fact { str label; struct html_safe value; const char *icon; struct url edit; bool is_wide; const char *key; };  /* edit: the form of it alone */
struct ui_facts_view { const struct ui_fact *facts; size_t n; };
struct ui_person_view { str name, sub; int64_t id; struct url url; struct html_safe after; bool is_square; };

/* A card of a board and its column. `id` is the record's public id, `version` what a move is checked against. */
struct ui_card_view {
    str id, title, account, amount, date, next, owner, score;
    int64_t account_id, owner_id, version;
    struct url url;
    const char *next_icon; enum tone next_tone;
    bool is_score_high, is_stale, is_moved;
    struct html_safe menu;                      /* "Move to ..." and the rest */
};
struct ui_column_view { str id, title, count, sum, share; const char *colour; int percent; struct url add; struct html_safe cards; str add_label; };

enum ui_empty_kind { UI_EMPTY_FIRST, UI_EMPTY_NONE_FOUND, UI_EMPTY_ALL_DONE, UI_EMPTY_NO_RIGHT };
struct ui_empty_view { enum ui_empty_kind kind; str title, text; struct html_safe actions; };
struct ui_notice_view { str title, text; enum tone tone; struct html_safe actions; };
struct ui_toast_view { str text; struct url undo; bool is_error; };     /* undo: where a POST takes it back */
/* A row of the palette's list; without url a heading. */
struct ui_hit_view { str title, sub; const char *icon, *key; int64_t id; struct url url; bool is_person, is_company; };
struct ui_upload_view { str name, label, hint; const char *accept; struct url url; bool is_multiple; };
struct ui_bulk_view { struct html_safe actions; const char *form; };    /* appears when rows are selected */

#define UI_PARTS(X) X(button) X(chip) X(avatar) X(meter) X(tabs) X(segment) X(field) X(csrf) X(head) \
    X(pager) X(menu) X(dialog) X(stat) X(event) X(day) X(steps) X(next) X(box) X(facts) X(person) X(card) \
    X(column) X(empty) X(notice) X(toast) X(hit) X(upload) X(bulk)
#define UI_DECLARE(part) void view_ui_##part(struct html *h, const struct ui_##part##_view *v);
UI_PARTS(UI_DECLARE)

#define ui_button(h, ...)  view_ui_button((h), &(struct ui_button_view){ __VA_ARGS__ })
#define ui_chip(h, ...)    view_ui_chip((h), &(struct ui_chip_view){ __VA_ARGS__ })
#define ui_avatar(h, ...)  view_ui_avatar((h), &(struct ui_avatar_view){ __VA_ARGS__ })
#define ui_meter(h, ...)   view_ui_meter((h), &(struct ui_meter_view){ __VA_ARGS__ })
#define ui_tabs(h, ...)    view_ui_tabs((h), &(struct ui_tabs_view){ __VA_ARGS__ })
#define ui_segment(h, ...) view_ui_segment((h), &(struct ui_segment_view){ __VA_ARGS__ })
#define ui_field(h, ...)   view_ui_field((h), &(struct ui_field_view){ __VA_ARGS__ })
#define ui_csrf(h)         view_ui_csrf((h), &(struct ui_csrf_view){ 0 })
#define ui_head(h, ...)    view_ui_head((h), &(struct ui_head_view){ __VA_ARGS__ })
#define ui_pager(h, ...)   view_ui_pager((h), &(struct ui_pager_view){ __VA_ARGS__ })
#define ui_menu(h, ...)    view_ui_menu((h), &(struct ui_menu_view){ __VA_ARGS__ })
#define ui_dialog(h, ...)  view_ui_dialog((h), &(struct ui_dialog_view){ __VA_ARGS__ })
#define ui_stat(h, ...)    view_ui_stat((h), &(struct ui_stat_view){ __VA_ARGS__ })
#define ui_event(h, ...)   view_ui_event((h), &(struct ui_event_view){ __VA_ARGS__ })
#define ui_day(h, ...)     view_ui_day((h), &(struct ui_day_view){ __VA_ARGS__ })
#define ui_steps(h, ...)   view_ui_steps((h), &(struct ui_steps_view){ __VA_ARGS__ })
#define ui_next(h, ...)    view_ui_next((h), &(struct ui_next_view){ __VA_ARGS__ })
#define ui_box(h, ...)     view_ui_box((h), &(struct ui_box_view){ __VA_ARGS__ })
#define ui_facts(h, ...)   view_ui_facts((h), &(struct ui_facts_view){ __VA_ARGS__ })
#define ui_person(h, ...)  view_ui_person((h), &(struct ui_person_view){ __VA_ARGS__ })
#define ui_card(h, ...)    view_ui_card((h), &(struct ui_card_view){ __VA_ARGS__ })
#define ui_column(h, ...)  view_ui_column((h), &(struct ui_column_view){ __VA_ARGS__ })
#define ui_empty(h, ...)   view_ui_empty((h), &(struct ui_empty_view){ __VA_ARGS__ })
#define ui_notice(h, ...)  view_ui_notice((h), &(struct ui_notice_view){ __VA_ARGS__ })
#define ui_toast(h, ...)   view_ui_toast((h), &(struct ui_toast_view){ __VA_ARGS__ })
#define ui_hit(h, ...)     view_ui_hit((h), &(struct ui_hit_view){ __VA_ARGS__ })
#define ui_upload(h, ...)  view_ui_upload((h), &(struct ui_upload_view){ __VA_ARGS__ })
#define ui_bulk(h, ...)    view_ui_bulk((h), &(struct ui_bulk_view){ __VA_ARGS__ })
