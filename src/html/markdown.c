/* markdown.c - notes and comments: Markdown as cmark-gfm reads it, made safe.
 *
 * cmark-gfm drops raw HTML by default. On top of it every address passes
 * url_checked(), and a picture becomes a link to it: a page loads nothing from
 * elsewhere. cmark allocates with malloc, so no arena call may happen while it
 * holds something: the jump of a full arena would lose it.
 */
#include "html/html.h"
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <pthread.h>

enum { MARKDOWN_MAX = 256 * 1024 };             /* longer text is shown as it is */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static cmark_node *parse(str text)
{
    static const char *const extensions[] = { "table", "autolink", "strikethrough" };
    cmark_parser *p = cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
    for (size_t i = 0; i < countof(extensions); i++)
        cmark_parser_attach_syntax_extension(p, cmark_find_syntax_extension(extensions[i]));
    cmark_parser_feed(p, text.p, text.n);
    cmark_node *doc = cmark_parser_finish(p);
    cmark_parser_free(p);
    return doc;
}

/* A new link with the image's text in its place. */
static cmark_node *image_to_link(cmark_node *image)
{
    cmark_node *link = cmark_node_new(CMARK_NODE_LINK);
    cmark_node_set_url(link, cmark_node_get_url(image));
    for (cmark_node *child; (child = cmark_node_first_child(image)) != NULL;)
        cmark_node_append_child(link, child);
    cmark_node_replace(image, link);
    cmark_node_free(image);
    return link;
}

static void make_safe(cmark_node *doc)
{
    cmark_iter *it = cmark_iter_new(doc);
    for (cmark_event_type ev; (ev = cmark_iter_next(it)) != CMARK_EVENT_DONE;) {
        cmark_node *n = cmark_iter_get_node(it);
        if (ev == CMARK_EVENT_EXIT && cmark_node_get_type(n) == CMARK_NODE_IMAGE)
            n = image_to_link(n);
        if (cmark_node_get_type(n) == CMARK_NODE_LINK &&
            str_eq(url_checked(str_of(cmark_node_get_url(n))).s, S("#")))
            cmark_node_set_url(n, "#");
    }
    cmark_iter_free(it);
}

static struct html_safe as_text(struct arena *a, str text)
{
    struct html h = html_new(a, NULL, text.n * 6 + 64);
    html_lit(&h, "<p>");
    html_text(&h, text);
    html_lit(&h, "</p>");
    return html_done(&h);
}

struct html_safe html_markdown(struct arena *a, str text)
{
    if (text.n > MARKDOWN_MAX)
        return as_text(a, text);
    pthread_once(&once, cmark_gfm_core_extensions_ensure_registered);
    cmark_node *doc = parse(text);
    make_safe(doc);
    char *made = cmark_render_html(doc, CMARK_OPT_DEFAULT, NULL);
    cmark_node_free(doc);
    size_t n = strlen(made);
    if ((size_t)(a->end - a->at) < n + 64) {    /* would jump: first give back what cmark holds */
        free(made);
        arena_full();
    }
    str copy = arena_str(a, (str){ made, n });
    free(made);
    return (struct html_safe){ copy };
}
