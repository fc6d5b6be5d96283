/* currency.h - currencies, for the other files of lang/. */
#pragma once
#include "lang/lang.h"

const char *currency_symbol(const char *code);      /* "৳", or NULL */
