/* wire.h - what core and egress say to each other: frames of a length and a body.
 *
 * Both ends are the same program on the same machine; still every length is checked, for the
 * child reads what strangers answer.
 */
#pragma once
#include "base/buf.h"

enum { WIRE_FRAME_MAX = 4 << 20, WIRE_NOTE_MAX = 200 };

struct wire_request { int64_t tag; str url, headers, body; };      /* headers: "Name: value\n" lines */

enum egress_outcome {
    EGRESS_ANSWERED,            /* `status` tells how */
    EGRESS_REFUSED,             /* not a place we go to: `status` is an enum target_fault */
    EGRESS_NO_NAME,             /* the name is not known */
    EGRESS_NO_CONNECTION,
    EGRESS_NO_TLS,              /* `status` is an enum tls_fault */
    EGRESS_TIMEOUT, EGRESS_GARBLED,
    EGRESS_LOST,                /* the egress process died: nobody knows what came of it */
    EGRESS_OUTCOME_COUNT
};
enum tls_fault { TLS_OTHER, TLS_NAME, TLS_EXPIRED, TLS_UNKNOWN };      /* another's certificate; over; signed by nobody we trust */
struct egress_result {
    int64_t tag;
    enum egress_outcome outcome;
    int status, retry_after_s, ms;      /* retry_after_s -1: not said */
    str note;                           /* the first bytes of the answer, as they came: show escaped, to admins */
};

/* The frame with its length in front; an empty text when it is too large. */
str wire_put_request(struct arena *a, const struct wire_request *r);
str wire_put_result(struct arena *a, const struct egress_result *r);
/* From a frame without its length; texts point into it. */
bool wire_read_request(str frame, struct wire_request *out);
bool wire_read_result(str frame, struct egress_result *out);
/* A whole frame from a blocking socket into memory the caller frees; false: closed, or no frame. */
bool wire_receive(int fd, char **frame, size_t *n);
bool wire_send(int fd, str framed);
