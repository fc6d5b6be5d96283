/* holiday.h - public holidays by country: our own table, for BD, IN, IR, GB and the fixed ones of US.
 *
 * Some follow by rule in any year; those that the moon decides are known for the years of the
 * table alone (holiday.c names the sources) and marked as expected until they are confirmed.
 */
#pragma once
#include "lang/lang.h"

enum { HOLIDAYS_YEAR_MAX = 48 };
struct holiday { int64_t day; msg_id name; bool is_expected; };

bool holidays_known(const char *country);
/* Those of a Gregorian year, ascending; two may fall on one day. 0: no table for the country. */
size_t holidays_of_year(const char *country, int year, struct holiday out[HOLIDAYS_YEAR_MAX]);
