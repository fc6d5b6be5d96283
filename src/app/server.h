/* server.h - the whole program on the network: one workspace, all routes. */
#pragma once
#include "app/workspace.h"
#include "http/http.h"

struct server;
struct server_options {
    const char *listen;
    const char *const *hosts;                   /* NULL: any */
    const char *const *proxies;
    bool has_egress;                            /* starts the process that speaks to the outside, from this program's file */
};
bool server_start(struct workspace *ws, const struct server_options *o, struct server **out, struct err *e);
const struct route *const *server_routes(void);         /* every table of every room, NULL-ended */
int server_port(const struct server *s);
void server_stop(struct server *s);             /* drains; accepts NULL */
