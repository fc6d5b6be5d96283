/* err.h - what went wrong, for the person, the log and the form at once.
 *
 * A function that can fail returns bool and takes `struct err *` last. The
 * person sees the message `msg` (an id of a generated msg/ROOM.h, with its arguments) in
 * their language; the log gets `detail`, file and line. Only the edge (route,
 * job, command) logs, once.
 */
#pragma once
#include "base/str.h"

enum err_code {
    ERR_NONE, ERR_INVALID, ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_CONFLICT, ERR_TOO_LARGE,
    ERR_TOO_MANY, ERR_UNAUTHENTICATED, ERR_FULL, ERR_BUSY, ERR_INTERNAL,
};

enum { ERR_ARGS_MAX = 4, ERR_ARG_LEN = 96 };

/* Arguments are copied (cut at a character's boundary), so an err outlives its arena. */
struct err_arg { const char *name; char text[ERR_ARG_LEN]; };

struct err {
    enum err_code code;
    int msg;                        /* msg_id; 0: the generic text of `code` */
    const char *field;              /* field of the form or column, or NULL */
    int64_t pos;                    /* where in the input: byte, word or row; 0: not told */
    struct err_arg arg[ERR_ARGS_MAX];
    int nargs;
    const char *file;               /* where it was raised: for the log only */
    int line;
    char detail[200];               /* for the log only: may hold SQL, paths, values */
};

/* Fills *e and returns false, so a failing function reads: return fail(...). */
#define fail(e, code, msg, ...) err_set((e), (code), (msg), __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 6, 7)))
bool err_set(struct err *e, enum err_code code, int msg,
             const char *file, int line, const char *fmt, ...);

/* Adds a named argument of the message; returns false: return err_arg(e, "max", S("80")). */
bool err_arg(struct err *e, const char *name, str text);
bool err_arg_int(struct err *e, const char *name, int64_t n);       /* ASCII digits; shown in the person's */
bool err_field(struct err *e, const char *field);                   /* names the field; returns false */

/* The storage is busy, full or out of reach: nobody's fault, and the same may go well in a while. */
static inline bool err_is_storage(const struct err *e) { return e->code == ERR_BUSY || e->code == ERR_FULL; }
int err_http_status(enum err_code code);        /* the only place that maps to HTTP */
