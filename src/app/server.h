/* server.h - the whole program on the network: its workspaces, all routes. */
#pragma once
#include "app/site.h"
#include "http/http.h"

struct server;
struct server_options {
    const char *listen;
    const char *const *hosts;           /* of the one workspace; NULL: any */
    const char *const *proxies;
    const char *folder;                 /* or: a folder of workspaces, each with hosts of its own */
    const struct site_guest *guest;     /* NULL: none */
    bool has_egress;                    /* starts the process that speaks to the outside, from this program's file */
};
/* Serves `ws`, or with NULL every workspace of o->folder. */
bool server_start(struct workspace *ws, const struct server_options *o, struct server **out, struct err *e);
const struct route *const *server_routes(void);         /* every table of every room, NULL-ended */
int server_port(const struct server *s);
void server_stop(struct server *s);             /* drains; accepts NULL */
