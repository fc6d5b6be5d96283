/* form_page.h - what form.html shows. */
#pragma once
#include "reach/reach.h"
#include "web/ui.h"

struct form_hidden { const char *name; str value; };
struct form_page_view {
    const struct form *form;
    struct html_safe intro, questions;
    str token, error, label;
    const struct form_hidden *hidden; size_t nhidden;
    struct url action;
    bool has_consented, is_embedded;
};
void view_form_page(struct html *h, const struct form_page_view *v);
struct form_choices_view { const struct form_field *field; str label, value, error; };
void view_form_choices(struct html *h, const struct form_choices_view *v);
struct form_thanks_view { str title; struct html_safe text; struct url go_on, again; bool is_embedded; };
void view_form_thanks(struct html *h, const struct form_thanks_view *v);
bool form_has_option(str value, str option);    /* a line of `value` is the option */
