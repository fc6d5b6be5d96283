/* country.h - our own table of countries (data in locale.c). Inside lang/ and for settings' choices. */
#pragma once
#include "lang/lang.h"

struct country {
    char code[3], currency[4];
    const char *zone;
    int week_start;                 /* 0 Sunday */
    unsigned weekend;               /* bit per weekday */
    int fiscal_month;               /* Gregorian */
    enum grouping grouping;
    bool hour24, month_first;       /* 18:30, not 6:30 PM; Dec 4, not 4 Dec (English only) */
};
const struct country *country_find(const char *code);      /* never NULL: an unknown one gets plain ISO habits */
