/* client.h - a small HTTP client for tests: what is sent is what one wrote.
 *
 * client_raw() speaks bytes, for requests no decent client would send;
 * client_send() makes a request with the jar's cookies and reads the answer.
 * Everything lives in the arena of the client. A test that cannot connect fails.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

enum { CLIENT_HEADERS_MAX = 64, CLIENT_COOKIES_MAX = 16 };
struct client_pair { str name, value; };
struct client {
    struct arena a;
    int port, fd;                               /* fd -1: not connected */
    const char *host;                           /* Host header, "localhost" */
    struct client_pair cookie[CLIENT_COOKIES_MAX]; size_t ncookies;
    int timeout_ms;                             /* of a read; 5000 */
    struct buf in; size_t used;                 /* received, and how much of it answers have taken */
};
struct reply {
    int status;                                 /* 0: the connection ended without an answer */
    struct client_pair header[CLIENT_HEADERS_MAX]; size_t nheaders;
    str body;                                   /* de-chunked */
    bool is_whole;                              /* false: cut before its end */
};

struct client client_new(int port);
void client_free(struct client *c);
bool client_connect(struct client *c);
void client_close(struct client *c);
bool client_raw(struct client *c, str bytes);   /* connects when needed */
struct reply client_read(struct client *c, bool is_head);
/* `headers`: "Name: value\r\n" lines or NULL. A body sends Content-Length; `type` may be NULL. */
struct reply client_send(struct client *c, const char *method, const char *path, const char *headers,
                         const char *type, str body);
struct reply client_get(struct client *c, const char *path);
struct reply client_post(struct client *c, const char *path, const char *urlencoded);
struct reply client_follow(struct client *c, struct reply r);           /* to its Location, by GET */
str reply_header(const struct reply *r, const char *name);             /* empty when absent */
bool reply_has(const struct reply *r, const char *text);               /* in the body */
bool client_is_closed(struct client *c, int within_ms);                /* the server hung up */
