/* shell.h - the frame of every page: navigation, top bar, the place of the page itself,
 * the phone's bar, and the palette, help, toast and dialog that live above it.
 *
 *     struct page p = web_page(rq, _(sell_pipeline));   (web/: user, rights and navigation filled in)
 *     p.actions = html_done(&actions);
 *     page_begin(&h, &p);
 *     ... the page ...
 *     page_end(&h, &p);
 *
 * For a fragment write only the part itself; the shell belongs to whole pages.
 */
#pragma once
#include "html/html.h"

enum theme { THEME_SYSTEM, THEME_LIGHT, THEME_DARK };

struct nav_item {
    str label; struct url url; const char *icon;
    const char *dot;                            /* "v1".."v6": a pinned view, instead of the icon */
    str count;                                  /* formatted; empty: none */
    bool is_hot, is_current;                    /* hot: wants attention */
    const char *go;                             /* second key after G: "p" */
};
struct nav_section { str title; const struct nav_item *items; size_t n; };     /* first section: no title */
struct crumb { str label; struct url url; };

struct page {
    str title;
    const struct crumb *crumbs; size_t ncrumbs; /* before the title */
    struct html_safe beside, actions;           /* after the title; at the end of the bar */
    const struct nav_section *sections; size_t nsections;   /* only what the reader may see */
    const struct nav_item *tabs; size_t ntabs;  /* the phone's bar: at most 3, with create and menu it has 5 */
    struct url create;                          /* the "+" and key C; empty: none */
    str workspace, user, role;
    int64_t user_id;
    str unread;                                 /* formatted count; empty: no dot on the bell */
    struct url live;                            /* where events come from; empty: none */
    struct html_safe toast;                     /* what the last action did */
    enum theme theme;
    bool is_compact, has_no_keys;               /* settings of the reader */
    bool is_plain;                              /* a scrolling page of text and forms; else it fills the height itself */
};
void page_begin(struct html *h, const struct page *p);
void page_end(struct html *h, const struct page *p);

/* Sign-in, first run, errors without a session: a card in the middle. `here`: for the language switch. */
struct door { str title, workspace; struct url here; enum theme theme; };
void door_begin(struct html *h, const struct door *d);
void door_end(struct html *h, const struct door *d);

/* What buyers and visitors see: forms, shared content. No navigation, no session. */
/* is_bare: without its top, for a frame in somebody's page. */
struct open_page { str title, workspace; struct url brand; enum theme theme; bool is_bare; };
void open_page_begin(struct html *h, const struct open_page *o);
void open_page_end(struct html *h, const struct open_page *o);

/* The body of an error page or fragment: what happened, what is safe, what to do. */
struct page_error_view { int status; str text, request_id; struct url back; };
void view_page_error(struct html *h, const struct page_error_view *v);
