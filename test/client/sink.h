/* sink.h - a receiver of webhooks for tests, good and bad by the path it is asked for.
 *
 *   /ok...     200            /silent   takes the call and says nothing      /500   always 500
 *   /flaky...  500 three times for each id, then 200       /drip   a byte a second, never a whole status line
 *   /cut       ends within the headers     /big   200 and 10 MiB     /bomb   200 and a gzip bomb
 *   /away      302 to 169.254.169.254      /gone  410     /wait  429 with Retry-After: 30     /late  200 after 3 s
 *   /deaf     200; but while is_deaf, the first call of every fourth id is not taken in and not answered
 *
 * What arrived is kept in order, each with its headers and body; a path's list is the order in
 * which calls were answered.
 */
#pragma once
#include <pthread.h>
#include "base/arena.h"

struct sunk { char path[64], id[64], signature[300], timestamp[16]; char *body; size_t n; int64_t at; int status; };
enum { SINK_DEAF_MAX = 4096 };
struct sink { char deaf[SINK_DEAF_MAX][64]; int ndeaf; int port, fd; pthread_t thread; _Atomic bool is_over; _Atomic int nbusy; pthread_mutex_t lock; struct sunk *v; int n, cap; bool keeps_no_body; _Atomic bool is_deaf; _Atomic int nmissing; };   /* nmissing: calls not listened to just now */

void sink_start(struct sink *s);                /* port 0 before: any */
void sink_stop(struct sink *s);
int sink_count(struct sink *s, const char *path, int status);      /* status 0: any */
/* The n-th of a path (from 0), copied; false: there are not so many. */
bool sink_at(struct sink *s, const char *path, int n, struct sunk *out);
/* Waits until so many have been answered with this status. */
bool sink_wait(struct sink *s, const char *path, int status, int n, int ms);
