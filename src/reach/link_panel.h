/* link_panel.h - what link_panel.html shows beside a person and on the page of material. */
#pragma once
#include "web/ui.h"

struct link_line {
    str title, address, counts, robots, made, id;   /* id: of the field that is copied, on this page */
    struct url url, withdraw;                   /* url: of whom or what it is; withdraw: only who may */
};
struct link_panel_view {
    struct url action; str back, person, material;  /* person, material: the id of what the page is about */
    struct html_safe whom;                      /* on the page of material */
    const struct ui_option *pieces; size_t npieces; /* on the page of a person */
    const struct ui_option *deals; size_t ndeals;   /* open ones of that person, after none; 0: the reader sees no deals */
    const struct link_line *lines; size_t n;
    bool may, is_not_followed;
};
void view_link_panel(struct html *h, const struct link_panel_view *v);
