/* phone_shim.h - the C++ of libphonenumber behind four C functions. No exception passes.
 * Each writes ASCII text and gives its length; 0: not a number. */
#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PHONE_TEXT_MAX = 64 };
size_t phone_shim_parse(const char *p, size_t n, const char *country, char out[PHONE_TEXT_MAX]);
size_t phone_shim_show(const char *p, size_t n, const char *home, char out[PHONE_TEXT_MAX]);
size_t phone_shim_example(const char *country, char out[PHONE_TEXT_MAX]);
int phone_shim_code(const char *country);           /* 880 of BD; 0: no such country */

#ifdef __cplusplus
}
#endif
