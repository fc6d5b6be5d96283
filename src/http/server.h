/* server.h - what the files of this room share; nobody else includes it.
 *
 * An exchange is one request and its answer; it is made when the request line
 * arrives and freed when libmicrohttpd says the request is over. It belongs to
 * the connection's thread, except between suspend and resume, when it belongs
 * to a worker. A conn is one accepted socket, known to the reaper.
 */
#pragma once
#include "http/later.h"
#include "http/multipart.h"
#include "http/router.h"
#include "http/validate.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

enum { IP_TEXT_MAX = 46, REQUEST_ID_LEN = 16, RETRY_AFTER_S = 1 };

enum phase { PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_WORK, PHASE_SEND };
struct conn {
    struct conn *prev, *next;
    int fd;
    _Atomic enum phase phase;
    _Atomic int64_t since;              /* clock_mono() when the phase began */
    _Atomic int64_t bytes;              /* of the body in PHASE_BODY */
    uint64_t acked;                     /* the reaper's: what the peer had taken at `looked` */
    int64_t looked;
    uint64_t ip_key;
    bool is_counted;
    char ip[IP_TEXT_MAX];
};

enum step { STEP_LINE, STEP_BODY, STEP_WORK, STEP_ANSWER };
struct refusal { int status; enum err_code code; int msg; const char *why; bool is_plain; };
struct exchange {
    struct http_server *s;
    struct MHD_Connection *c;
    struct conn *conn;
    struct exchange *next;              /* in the workers' queue */
    enum step step;
    struct head_ok head;
    struct match match;
    struct refusal refusal;
    const char *uri;                    /* in libmicrohttpd's buffer: for the line-end check only */
    str target, path;                   /* our copies, after the struct */
    void *site;
    const char *ip;
    char host[256], forwarded[IP_TEXT_MAX], id[REQUEST_ID_LEN + 1];
    bool is_tls, is_swallowing, is_handed_over, is_counted_busy;
    int64_t started, user_id, bytes_out;
    char *body; size_t nbody, cap;
    struct multipart *parts;
    struct err *body_error;
    struct MHD_Response *response;
    void (*go)(struct later *l, void *what); void *what;        /* answer_later() */
    int status;
    size_t nheaders;
    struct pair header[HEADERS_IN_MAX + 1];
};

/* server.c: where uploads and long answers of this exchange wait; NULL: nowhere */
const char *exchange_spool(const struct exchange *x);

struct worker_pool;
struct metrics;
struct ip_count { struct ip_count *next; uint64_t key; int conns, events; };
enum { IP_BUCKETS = 4096, TRUSTED_MAX = 16 };

struct http_server {
    struct http_options o;              /* with the defaults filled in */
    struct http_app app;
    struct MHD_Daemon *daemon;
    struct router *router;
    struct worker_pool *pool;
    struct metrics *metrics;
    int port;
    _Atomic bool is_stopping;
    _Atomic int64_t body_bytes;         /* held by bodies being read, over all connections */
    _Atomic int nlater;                 /* answers that wait */
    _Atomic uint64_t next_id;
    uint32_t id_base;
    char trusted[TRUSTED_MAX][IP_TEXT_MAX]; int ntrusted;
    pthread_mutex_t conns_lock;
    struct conn *conns; int nconns;
    struct ip_count *ips[IP_BUCKETS];
    pthread_t reaper; bool has_reaper;
    pthread_cond_t reaper_wake;
};

/* conns.c: the table of sockets, counts per address, the reaper */
enum MHD_Result conns_accept(void *server, const struct sockaddr *a, socklen_t n);
void conns_notify(void *server, struct MHD_Connection *c, void **socket_context,
                  enum MHD_ConnectionNotificationCode what);
void conn_phase(struct conn *c, enum phase p);
bool conns_events_enter(struct http_server *s, uint64_t key, bool is_counted);
void conns_events_leave(struct http_server *s, uint64_t key, bool is_counted);
bool reaper_start(struct http_server *s);
void reaper_stop(struct http_server *s);
int conns_busy(struct http_server *s);          /* connections with a request under way */
void ip_text(const struct sockaddr *a, char out[IP_TEXT_MAX]);
bool ip_is_loopback(const char *ip);
uint64_t ip_key(const char *ip);                /* IPv6: of the /64 */

/* pool.c */
struct worker_pool *workers_start(struct http_server *s);
bool workers_push(struct worker_pool *p, struct exchange *x);   /* false: the queue is full */
void workers_answer_here(struct worker_pool *p, struct exchange *x);    /* on this thread, a connection's: ROUTE_QUICK */
void workers_close(struct worker_pool *p);      /* takes no more; what is queued is still done */
void workers_stop(struct worker_pool *p);       /* NULL is fine; closes, waits for every worker, frees */
struct worker_stats { int running, busy, queued; };
struct worker_stats workers_stats(struct worker_pool *p);

/* answer.c, respond.c: from the handler's answer to libmicrohttpd's response */
enum out_kind { OUT_BODY, OUT_STATIC, OUT_FILE, OUT_STREAM, OUT_EVENTS };
struct stream;
struct out {
    enum out_kind kind;
    int fd; int64_t from, size;         /* OUT_FILE; fd -1 once handed on */
    str etag;                           /* with quotes */
    str channel;
    bool (*next)(void *arg, struct arena *a, struct db_conn *db, str *piece);
    void *arg;
    bool has_failed;                    /* request_fail_stream() */
};
void respond(struct request *rq, struct exchange *x, struct stream **stream);
void respond_plain(struct exchange *x);         /* x->refusal, without a worker */
void respond_text(struct exchange *x, int status, const char *content_type, str body);
str respond_headers(const struct request *rq, struct arena *a);       /* as raw lines, for events */

/* server.c: the thread is done, its connection suspended, and the exchange its handle's */
void exchange_go(struct exchange *x);

/* stream.c: pieces on their way through an unlinked file */
struct stream *stream_open(const struct exchange *x);
struct MHD_Response *stream_response(struct stream *st);
bool stream_put(struct stream *st, str piece);  /* false: the reader is gone or the disk is full */
void stream_end(struct stream *st, bool is_ok); /* the writer's side; st is gone for it */

/* events.c */
bool events_take(struct request *rq, struct exchange *x);       /* the socket leaves libmicrohttpd */
int64_t events_count(void);
void events_drop_server(struct http_server *s);

/* metrics.c */
struct metrics *metrics_open(const struct router *r);
void metrics_close(struct metrics *m);
void metrics_count(struct metrics *m, const struct match *match, void *site, int status, int64_t us);
void metrics_write(struct http_server *s, struct buf *out);
