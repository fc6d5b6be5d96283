/* plural.h - one or many, by CLDR: English only 1; Bengali, Hindi, Persian 0 to 1. */
#pragma once
#include "lang/lang.h"

static inline bool plural_is_one(enum lang l, double n)
{
    double x = n < 0 ? -n : n;
    return l == LANG_EN ? x == 1 : x <= 1;
}
