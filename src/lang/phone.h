/* phone.h - telephone numbers, as one text that is the same for everybody (E.164).
 *
 * The rules of every country are libphonenumber's. Digits of any script are read.
 */
#pragma once
#include "lang/lang.h"

/* `country` is where a number without +code belongs ("BD"). *e164: "+8801711000000". */
bool phone_parse(struct arena *a, str s, const char *country, str *e164, struct err *e);
/* As people write it: national in `home`, else international. What is no number comes back as it is.
 * ASCII digits: phone numbers stay left to right and Latin in every language. */
str phone_show(struct arena *a, str e164, const char *home);
/* Digits in groups, as folded text has them ("01706 557496"): how the digits of an E.164 number may begin that somebody
 * means by them: as they stand, and as a number of `home`. How many of out[]; 0: too few, or something else stands there. */
enum { PHONE_BEGINNINGS = 2 };
int phone_beginnings(struct arena *a, str folded, const char *home, str out[PHONE_BEGINNINGS]);
