/* number.h - numbers dressed for a reader, for the other files of lang/. */
#pragma once
#include "base/buf.h"
#include "lang/lang.h"

uint64_t number_magnitude(int64_t n);           /* also of INT64_MIN */
/* n / 10^scale, all decimals shown; scale 0..18. */
str number_scaled(struct arena *a, const struct locale *loc, bool negative, uint64_t n, int scale);
str number_compact(struct arena *a, const struct locale *loc, bool negative, uint64_t n, int scale);
