/* html.h - the only way bytes reach a page.
 *
 * Text is escaped unless its TYPE says it is markup, so forgetting to escape is
 * a thing one cannot write. Views (*.html beside the C that fills them, compiled
 * by tools/tplc) and components are both written on this sink.
 *
 * Memory: a struct html grows inside the request's arena up to its ceiling;
 * past it the sticky flag `full` is set and the answer becomes an error page.
 */
#pragma once
#include "base/buf.h"
#include "lang/lang.h"

struct html {
    struct buf out;
    struct arena *a;                        /* scratch of the request: formatted texts live here */
    const struct locale *loc;               /* language, digits, calendar, zone of the reader */
    const char *csrf;                       /* token for forms, or NULL */
    const void *page;                       /* the shell's own (web/); opaque here */
};
struct html_safe { str s; };                /* markup we made ourselves */
struct url { str s; };                      /* checked: own path or http, https, mailto, tel */

struct html html_new(struct arena *a, const struct locale *loc, size_t max);
/* A child sink on the same arena: parts made before their place is known. */
struct html html_part(const struct html *h);
static inline struct html_safe html_done(const struct html *h) { return (struct html_safe){ buf_str(&h->out) }; }

void html_raw(struct html *h, str s);       /* only html/ and generated views may call it */
void html_text(struct html *h, str s);      /* & < > " ' -> entities; controls dropped */
void html_int(struct html *h, int64_t i);   /* ASCII digits: ids and attributes; numbers for people: lang/ */
void html_url(struct html *h, struct url u);
void html_url_part(struct html *h, str s);  /* percent-encoded: one path segment or query value */
static inline void html_cstr(struct html *h, const char *s) { html_text(h, str_of(s)); }
static inline void html_markup(struct html *h, struct html_safe m) { html_raw(h, m.s); }
void html_no_bool(struct html *h, bool b);  /* declared, never defined: a bool is not text */

#define html_lit(h, lit) html_raw((h), S(lit))
/* What a value may be in text, in a quoted attribute, and in a URL attribute. */
#define html_put(h, ...) _Generic((__VA_ARGS__), \
    str: html_text, char *: html_cstr, const char *: html_cstr, \
    int: html_int, unsigned: html_int, int64_t: html_int, size_t: html_int, \
    struct html_safe: html_markup)((h), (__VA_ARGS__))
#define html_attr(h, ...) _Generic((__VA_ARGS__), \
    str: html_text, char *: html_cstr, const char *: html_cstr, \
    int: html_int, unsigned: html_int, int64_t: html_int, size_t: html_int)((h), (__VA_ARGS__))
static inline void html_url_cstr(struct html *h, const char *s) { html_url_part(h, str_of(s)); }
#define html_in_url(h, ...) _Generic((__VA_ARGS__), \
    str: html_url_part, char *: html_url_cstr, const char *: html_url_cstr, \
    int: html_int, unsigned: html_int, int64_t: html_int, struct url: html_url)((h), (__VA_ARGS__))

/* After the start of a URL that a view has written; an address there is a value of it (?next=). */
static inline void html_url_nested(struct html *h, struct url u) { html_url_part(h, u.s); }
#define html_url_rest(h, ...) _Generic((__VA_ARGS__), \
    str: html_url_part, char *: html_url_cstr, const char *: html_url_cstr, \
    int: html_int, unsigned: html_int, int64_t: html_int, size_t: html_int, struct url: html_url_nested)((h), (__VA_ARGS__))

/* A URL from outside; anything but http, https, mailto, tel or an own path gives "#". */
struct url url_checked(str s);
struct url url_path(str own_path);          /* "/deals/12": must begin with one '/' */
__attribute__((format(printf, 2, 3))) struct url url_fmt(struct arena *a, const char *fmt, ...);  /* own path; args already safe */

/* A message in the reader's language: _(sell_deal_moved, .name = A(v->name)); needs "msg/sell.h". */
#define _(key, ...) msg_text(h->a, h->loc, MSG_##key, \
        (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })
#define _msg(id) msg_text(h->a, h->loc, (id), NULL)      /* a label chosen at run time, without slots */

/* Small things every page needs. */
void html_icon(struct html *h, const char *name, const char *class_name);   /* <svg class="i ..."><use href="/a/icons.svg#name"> */
struct html_safe html_markdown(struct arena *a, str text);          /* cmark-gfm, raw HTML dropped */
