/* date.h - parts of dates, for the other files of lang/. */
#pragma once
#include "lang/lang.h"

msg_id month_msg(enum calendar c, int month);                               /* month 1..12 */
str date_number(struct arena *a, const struct locale *loc, int n);          /* 2026 -> ২০২৬ */
