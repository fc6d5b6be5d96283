/* shell_inside.h - the views of the frame; pages include shell.h. */
#pragma once
#include "web/shell.h"

struct shell_head_view { str title, workspace; enum theme theme; bool is_compact, has_no_keys; };
struct shell_nav_item_view { const struct nav_item *i; };
struct key_row { const char *key, *then; msg_id what; };
struct key_group { msg_id title; const struct key_row *keys; size_t n; };
struct page_head_view { const struct page *page; };
struct page_foot_view { const struct page *page; const struct key_group *help; size_t nhelp; };
struct door_lang { const char *code, *name; struct url url; bool is_current; };
struct door_head_view { str title, workspace; enum theme theme; };
struct door_foot_view { struct door_lang langs[LANG_COUNT]; size_t nlangs; };
struct open_head_view { str title, workspace; struct url brand; enum theme theme; bool is_bare; };
struct open_foot_view { char none_; };

void view_shell_head(struct html *h, const struct shell_head_view *v);
void view_shell_nav_item(struct html *h, const struct shell_nav_item_view *v);
void view_page_head(struct html *h, const struct page_head_view *v);
void view_page_foot(struct html *h, const struct page_foot_view *v);
void view_door_head(struct html *h, const struct door_head_view *v);
void view_door_foot(struct html *h, const struct door_foot_view *v);
void view_open_head(struct html *h, const struct open_head_view *v);
void view_open_foot(struct html *h, const struct open_foot_view *v);
msg_id page_error_title(int status);
const char *shell_digits(const struct locale *loc);      /* as scripts in the page call them: "beng" */
