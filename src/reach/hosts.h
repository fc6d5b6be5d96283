/* hosts.h - websites that may show a form and whose visits count: "example.com, *.example.org". */
#pragma once
#include "base/buf.h"
#include "base/err.h"

enum { HOSTS_MAX = 20 };
/* Lower-cased and checked: names of hosts, a "*." in front and a port allowed. The error names
 * the wrong one, in field "allowed_hosts". */
__attribute__((warn_unused_result))
bool hosts_parse(struct arena *a, str text, str out[HOSTS_MAX], size_t *n, struct err *e);
/* Is "shop.example.org" or "localhost:3000" among them? A wrong list holds none. */
bool hosts_have(struct arena *a, str text, str host);
/* "a.example *.b.example" for frame-ancestors. */
str hosts_csp(struct arena *a, str text);
