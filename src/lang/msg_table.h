/* msg_table.h - what msgc generates: every message in every language. */
#pragma once
#include "lang/lang.h"

enum { MSG_SLOTS_MAX = 8 };
struct msg_row { msg_id id; const char *key, *text[LANG_COUNT], *slot[MSG_SLOTS_MAX + 1]; };
extern const struct msg_row msg_rows[];
extern const size_t msg_nrows;
