/* page.c - markup by hand in a feature. */
#include "html/html.h"
void page(struct html *h, str name)
{
    html_raw(h, name.p, name.n);
    html_lit (h, "<b>");
}
