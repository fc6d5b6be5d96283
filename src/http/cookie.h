/* cookie.h - reading a Cookie header. Values are opaque bytes of the cookie-octet set. */
#pragma once
#include "base/str.h"

enum { COOKIES_MAX = 64 };

/* Finds `name` (case matters); false when absent, given twice or of forbidden bytes. */
__attribute__((warn_unused_result)) bool cookie_find(str header, str name, str *value);
int cookie_count(str header, str name);
bool cookie_value_ok(str value);                /* may stand in Set-Cookie unquoted */
