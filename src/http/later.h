/* later.h - an answer that stands already and waits for what no thread should wait for: a write under way.
 *
 * The handler makes its answer as always and says what must come first. When its thread is done with the request,
 * `go` is called with what must; from then on the request is only this handle, and its arena is gone. Somebody sends
 * it, or refuses in its place, once and from any thread.
 */
#pragma once
#include "http/http.h"

struct later;
void answer_later(struct request *rq, void (*go)(struct later *l, void *what), void *what);
void later_send(struct later *l);
void later_refuse(struct later *l);             /* 503, with Retry-After */
