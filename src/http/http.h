/* http.h - requests in, answers out; the rest of the program knows no sockets.
 *
 * libmicrohttpd parses behind our own validator (validate.h), which refuses what
 * is ambiguous before anything else looks at it. A request is matched to a row
 * of the route table, its body is read under the row's limits, the connection is
 * suspended and the handler runs on a worker with an arena and a database
 * connection of its own. The arena is dropped whole when the answer has left.
 */
#pragma once
#include "db/db.h"
#include "html/html.h"

enum method { GET = 1, POST = 2, PATCH = 4, PUT = 8, DELETE = 16 };     /* HEAD is served from GET */
enum body_class { BODY_NONE, BODY_FORM, BODY_MULTIPART, BODY_JSON, BODY_RAW };
enum { ROUTE_PARAMS_MAX = 4, HEADERS_OUT_MAX = 16, PAIRS_MAX = 1000 };
/* How a route may be entered: web/ and api/ evaluate it, the route check demands it. */
enum route_access {
    ACCESS_UNSET,                       /* refused at start */
    ACCESS_PUBLIC,                      /* nobody need be known: sign-in, public forms, assets */
    ACCESS_USER,                        /* any signed-in user; the record gate does the rest */
    ACCESS_ADMIN,                       /* right to change settings */
    ACCESS_TOKEN,                       /* bearer token or session: the API */
};
/* ROUTE_KEY: the path opens something by itself and tells whose it is, so it stays out of the log.
 * ROUTE_QUICK: for a stranger, who brings neither cookie nor token, it needs no data and waits for nothing. He is answered
 * on the connection's own thread, with rq->db NULL. ROUTE_ALIKE: everybody is a stranger to it. ROUTE_TRY: everybody is,
 * and a form may be sent to it; what its handler leaves without an answer there, it is asked again on a worker. */
enum { ROUTE_NO_CSRF = 1, ROUTE_STREAM = 2, ROUTE_NO_SESSION_TOUCH = 4, ROUTE_KEY = 8, ROUTE_QUICK = 16, ROUTE_ALIKE = 32,
       ROUTE_TRY = 64 };

struct request;
struct route {
    enum method method;
    const char *path;                   /* "/people/:id/edit": ':' takes one segment, a last '*' the rest */
    void (*run)(struct request *rq);
    enum route_access access;
    enum body_class body;
    size_t body_max;                    /* bytes; 0: 64 KiB for forms, 1 MiB for JSON */
    unsigned flags;
    const char *audit;                  /* name of the action in logs: "deal.move" */
};

struct pair { str name, value; };
struct upload { str field, filename, type; const char *path; int64_t size; };   /* a file in the spool, gone after the request */

struct request {
    struct arena a;                     /* everything of this request */
    struct db_conn *db;                 /* the worker's reader, inside a snapshot; NULL: on a connection's thread, or it is down */
    const struct route *route;
    enum method method;
    str path;                           /* canonical, decoded once */
    str param[ROUTE_PARAMS_MAX];        /* in the order of the ':' */
    struct pair *query; size_t nquery;
    struct pair *form; size_t nform;    /* urlencoded or multipart fields */
    struct upload *upload; size_t nupload;
    str body;                           /* BODY_JSON, BODY_RAW */
    str host, ip, id;                   /* canonical host, client address, request id */
    bool is_tls;                        /* told by a trusted proxy */
    struct pair *header_in; size_t nheader_in;      /* as received; ask by request_header() */
    void *site;                         /* the application's workspace for this host */
    void *user;                         /* set by app->enter: web/ puts its session here */
    int64_t user_id;                    /* set beside `user`: the log line names who it was; 0: nobody */
    int64_t started;                    /* clock_mono */

    int status;                         /* 0 until answered */
    int refusal;                        /* status of what the server itself refuses; an error page tells it */
    const char *content_type;
    str answer;
    struct pair header[HEADERS_OUT_MAX]; size_t nheaders;
    const char *csp;                    /* answer_csp(); NULL: the strict policy of own pages */
    struct out *out;                    /* private to http/: file, stream or events instead of `answer` */
    void *mhd;                          /* private to http/ */
    struct cleanup { void (*run)(void *); void *what; struct cleanup *next; } *cleanups;
};

str request_header(const struct request *rq, const char *name);         /* empty when absent */
/* Only the head of the answer was asked for. A page answers as to GET; who counts its readers tells them apart: no
 * browser looks at a page that way. */
bool request_is_head(const struct request *rq);
str request_cookie(const struct request *rq, const char *name);
str request_query(const struct request *rq, const char *name);          /* first of that name, or empty */
str request_form(const struct request *rq, const char *name);
bool request_has_form(const struct request *rq, const char *name);
/* Values of a repeated name, in order, into the arena. */
str *request_form_all(struct request *rq, const char *name, size_t *n);
bool request_is_fragment(const struct request *rq);                     /* htmx asked for a part */
void request_defer(struct request *rq, void (*run)(void *), void *what);/* at the end, last first */

void answer_header(struct request *rq, const char *name, str value);    /* CR/LF refused; value copied */
void answer_cookie(struct request *rq, const char *name, str value, int max_age_s);   /* HttpOnly, SameSite=Lax; Secure and __Host- under TLS */
void answer_html(struct request *rq, int status, const struct html *h);
void answer_text(struct request *rq, int status, const char *content_type, str body);
/* Another Content-Security-Policy than that of own pages: embeddable forms, mail previews. A literal or in rq->a. */
void answer_csp(struct request *rq, const char *policy);
void answer_redirect(struct request *rq, str own_path);                 /* 303; for htmx: HX-Location */
void answer_etag(struct request *rq, str tag);                          /* a matching If-None-Match turns the answer into 304 */
void answer_file(struct request *rq, const char *path, const char *content_type, str filename);  /* ranges, attachment */
/* A file of our own front end, compiled into the program; of its forms the browser gets the best it takes. */
struct asset;                           /* http/asset.h */
void answer_asset(struct request *rq, const struct asset *asset);      /* etag without quotes; gzip, brotli may be empty */
/* A long answer, made piece by piece on a worker: `next` fills `piece`; false or an empty piece ends it. */
void answer_stream(struct request *rq, const char *content_type,
                   bool (*next)(void *arg, struct arena *a, struct db_conn *db, str *piece), void *arg);
/* `arg` may live in rq->a; `a` is empty again for each piece. Pieces wait in a file, so a slow
 * client holds neither worker nor snapshot. Ending early by request_fail_stream() breaks the
 * transfer, so that half an export is never taken for a whole one. */
void request_fail_stream(struct request *rq);

/* ── server-sent events ──────────────────────────────────────────────────── */

struct channel;                         /* a named place pages listen to, per site */
void answer_events(struct request *rq, str channel_name);               /* keeps the connection; comment every 15 s */
/* Sends `event: name` with `data` to everyone on the channel; any thread. */
void events_send(void *site, str channel_name, str name, str data);

/* ── the server ──────────────────────────────────────────────────────────── */

struct http_app {
    const struct route *const *routes;  /* NULL-ended list of tables; a table ends with {0} */
    /* Finds the site of a host. NULL answers 421, which tells nothing about other hosts; with *is_down, 503. */
    void *(*site)(void *app, str host, bool *is_down);
    struct db *(*site_db)(void *site);
    const char *(*site_name)(void *site);       /* letters, digits, dots, dashes: for logs and metrics; may be NULL */
    const char *(*site_spool)(void *site);      /* in place of http_options.spool; may be NULL */
    /* Before the handler: session, rights, CSRF. False: it has answered itself. */
    bool (*enter)(struct request *rq);
    /* Shows an error in the reader's language (page, fragment or JSON). */
    void (*error)(struct request *rq, const struct err *e);
    void *app;
    /* Lines of its own for /metrics; may be NULL. */
    void (*metrics)(void *app, struct buf *out);
};
struct http_options {
    const char *listen;                 /* "127.0.0.1:8080", "[::1]:8080", "127.0.0.1:0" */
    int threads, workers;               /* 0: cores; 64 */
    int at_once;                        /* workers that run at a time, the others waiting for the disk; 0: 4 a core */
    int connections_max;                /* 0: 12000 */
    int per_ip_max;                     /* 0: 200 on public addresses; loopback is not limited */
    const char *const *trusted_proxies; /* NULL-ended addresses */
    const char *spool;                  /* folder for uploads and long answers; NULL: neither is served */
    int queue_max;                      /* requests waiting for a worker; 0: 1024. More: 503 */
    int events_per_ip_max;              /* live connections of one public address; 0: 100 */
    int read_deadline_ms;               /* of a request's queries; 0: 10000 */
    /* Deadlines in milliseconds, 0 the default; tests shorten them. */
    int head_ms, idle_ms, body_grace_ms, stall_ms, events_beat_ms, drain_ms;    /* 10000, 15000, 5000, 30000, 15000, 10000 */
};
struct http_server;
bool http_start(const struct http_options *o, const struct http_app *app,
                struct http_server **out, struct err *e);
int http_port(const struct http_server *s);
void http_stop(struct http_server *s);  /* drains: no new requests, waits for running ones (10 s) */
const char *http_library(void);         /* "libmicrohttpd 0.9.75" */
