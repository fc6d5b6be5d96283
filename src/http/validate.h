/* validate.h - what every request must be before anything else looks at it.
 *
 * A pure function of the parsed request line and header fields. It refuses all
 * that two programs might read differently (request smuggling), all that no
 * honest client sends, and sorts out what remains: method, path, authority,
 * length, type. It allocates nothing and reads only what it is given.
 */
#pragma once
#include "http/http.h"

enum { HEADERS_IN_MAX = 64, HEADER_NAME_MAX = 64, HEADER_VALUE_MAX = 8192, TARGET_MAX = 8192 };
enum content { CONTENT_NONE, CONTENT_FORM, CONTENT_MULTIPART, CONTENT_JSON, CONTENT_OTHER };

struct head {
    str method, target, version;
    const struct pair *header;
    size_t nheaders;
};
struct head_ok {
    enum method method;
    bool is_head;                       /* HEAD, treated as GET */
    bool is_known;                      /* false: a method no route can have (405) */
    str path, query;                    /* still encoded */
    str host;                           /* without port */
    int64_t length;                     /* -1: not told */
    bool is_chunked, has_body, expects_continue;
    enum content content;
    str boundary;                       /* of a multipart body */
    str authority;                      /* host as given, with port */
};

/* 0, or the status to refuse with (400, 415, 431, 505); *why is for the log only. */
int head_check(const struct head *h, struct head_ok *out, const char **why);
/* 0, or 400/413/415 for a body the route does not take. */
int body_check(const struct head_ok *h, enum body_class class, size_t max, const char **why);
bool host_check(str authority, str *host);      /* "name", "name:port", "[::1]:port" */
