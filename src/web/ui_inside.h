/* ui_inside.h - what the parts share among themselves; pages include ui.h. */
#pragma once
#include "web/ui.h"

struct ui_button_inside_view { const struct ui_button_view *b; };   /* icon, words, key of a link or button */
void view_ui_button_inside(struct html *h, const struct ui_button_inside_view *v);
const char *ui_input_type(enum ui_input i);
bool ui_input_is_ltr(enum ui_input i);
/* The ids of hint and error, for aria-describedby. */
str ui_field_notes(struct arena *a, str id, const struct ui_field_view *v);
