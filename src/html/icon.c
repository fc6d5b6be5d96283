/* icon.c - an icon of the sprite (built from lucide: ui/, tools/gen.mk).
 *
 * The build scans the sources for the names given here and cuts a sprite of
 * exactly those; a name lucide does not have fails the build. Icons that point
 * somewhere are mirrored in right-to-left pages by the class "dir".
 */
#include "html/asset_url.h"
#include "html/html.h"

static const char *const directional[] = {
    "arrow-left", "arrow-right", "chevron-left", "chevron-right", "chevrons-left", "chevrons-right",
    "corner-down-right", "external-link", "forward", "list", "list-checks", "log-in", "log-out",
    "panel-left", "redo-2", "reply", "send", "undo-2",
};

static bool is_directional(const char *name)
{
    for (size_t i = 0; i < countof(directional); i++)
        if (*directional[i] == *name && !strcmp(directional[i], name))
            return true;
    return false;
}

void html_icon(struct html *h, const char *name, const char *class_name)
{
    html_lit(h, "<svg class=\"i");
    if (is_directional(name))
        html_lit(h, " dir");
    if (class_name && *class_name) {
        html_lit(h, " ");
        html_cstr(h, class_name);
    }
    html_lit(h, "\" aria-hidden=\"true\"><use href=\"");
    html_cstr(h, asset_icons);
    html_lit(h, "#");
    html_cstr(h, name);
    html_lit(h, "\"/></svg>");
}
