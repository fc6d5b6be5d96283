/* segment_views.h - what the views of the segments show. */
#pragma once
#include "web/condition.h"
#include "web/ui.h"

struct segment_line { str name, description, of, kind, members, owner; enum tone tone; const char *icon; struct url url; };
struct segment_list_view { const struct segment_line *lines; size_t n; struct url previous, next, add; bool may_create; };
void view_segment_list(struct html *h, const struct segment_list_view *v);

struct sample { str title; struct url url; };
struct segment_preview_view {
    str text, error;                            /* how many there are */
    const struct sample *samples; size_t n;
};
void view_segment_preview(struct html *h, const struct segment_preview_view *v);

struct segment_edit_view {
    str title, name, criteria, description, error, entity, entity_label, owner;
    const char *error_field;
    const struct ui_option *entities; size_t nentities;
    bool is_new, is_frozen;
    int64_t version;
    struct url action, cancel, preview_url;
    struct condition_view choices;
    struct segment_preview_view preview;
};
void view_segment_edit(struct html *h, const struct segment_edit_view *v);

struct segment_member { str title, sub, since, iso, id; struct url url, why; };
struct segment_user_line { str kind, title; struct url url; };
struct segment_page_view {
    str name, description, criteria, of, kind, owner, members, built, problem, note, id;
    enum tone tone; const char *icon;
    bool may_change, is_live, is_building;
    struct url here, moves, why, edit, freeze, remove, put, list_url;
    struct ui_item tabs[2];
    const struct segment_member *rows; size_t n;
    const struct segment_user_line *users; size_t nusers;
    struct url previous, next;
};
void view_segment_page(struct html *h, const struct segment_page_view *v);

struct segment_move_line { str title, when, iso, what; bool is_in; struct url url; };
struct segment_moves_view { struct ui_item tabs[2]; const struct segment_move_line *lines; size_t n; struct url older; };
void view_segment_moves(struct html *h, const struct segment_moves_view *v);

/* The two pages of a segment that is being read. */
struct request;
struct record;
void segment_tabs(struct request *rq, const struct record *s, bool is_moves, struct ui_item tabs[2]);
struct record *segment_load(struct request *rq);
void segment_list_page(struct request *rq);
void segment_page(struct request *rq);
void segment_moves_page(struct request *rq);
void segment_new(struct request *rq);
void segment_edit(struct request *rq);
void segment_save(struct request *rq);
void segment_preview(struct request *rq);
void segment_members_post(struct request *rq);
void segment_freeze_post(struct request *rq);
void segment_put_selected(struct request *rq);
