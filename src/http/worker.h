/* worker.h - one who answers requests, one after the other; worker.c. Which thread it is, and when: pool.c. */
#pragma once
#include "http/server.h"

struct worker {
    struct http_server *s;
    bool is_here;                               /* works on a connection's thread: nothing is suspended, no data */
    struct arena arena, pieces;
    struct request rq;
    struct exchange *x;
    struct stream *stream;
    sigjmp_buf boundary;
};
void worker_open(struct worker *w, struct http_server *s);
void worker_serve(struct worker *w, struct exchange *x);
void worker_close(struct worker *w);
