/* router.h - the route tables, compiled once into a tree of path segments.
 *
 * A literal segment wins over ':', ':' over a final '*'. Two rows for the same
 * method and path, or a row without access, is a mistake found at start.
 */
#pragma once
#include "http/http.h"

enum { ROUTER_SEGMENTS_MAX = 16 };
struct router;
bool router_open(const struct route *const *tables, struct router **out, struct err *e);
void router_close(struct router *r);
struct match { const struct route *route; unsigned allowed; str param[ROUTE_PARAMS_MAX]; size_t index; };
/* True: m->route. False: m->allowed holds the methods of that path, 0 when there is no such path. */
bool router_find(const struct router *r, enum method method, str path, struct match *m);
/* Is it, spoilt or asked otherwise, what some ROUTE_KEY route is for? Such a path is in no log. */
bool router_is_key(const struct router *r, str path);
size_t router_count(const struct router *r);            /* routes, numbered 0.. as in match.index */
const struct route *router_at(const struct router *r, size_t index);
