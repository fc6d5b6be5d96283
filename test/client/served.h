/* served.h - the real program as a child process, with a workspace of its own.
 *
 * served_new() makes a workspace by `setu init`; before the first start a test may
 * open it with the library and put rows in. served_start() runs $SETU_BIN
 * (build/san/setu) and reads the port from its first line. What the program says
 * on standard error is kept in DIR.log and shown when it does not end with 0, so a
 * sanitizer's report is a failure of the test.
 */
#pragma once
#include <sys/types.h>
#include "client/client.h"
#include "record/access.h"

enum { SERVED_USERS_MAX = 32 };
struct served_user { char email[48], session[65], token[80]; int64_t id; char csrf[65]; };
struct served {
    char dir[64], data[400];                    /* its folder; what --data is: that, or a schema (place.h) */
    int port;
    pid_t pid;
    const char *bin;                            /* another program than $SETU_BIN, or NULL */
    const char *faults;                         /* SETU_FAULT of the child, or NULL */
    const char *allow_local;                    /* --allow-local-webhooks, or NULL */
    const char *webhook_ca;                     /* --webhook-ca, or NULL */
    const char *proxy;                          /* --proxy: X-Forwarded-For of this address is believed; or NULL */
    bool is_folder;                             /* dir holds workspaces: serve --sites */
    bool is_broken;                             /* it ended otherwise than asked */
    unsigned char key[32];
};

#define SERVED_PASSWORD "correct horse battery"
#define SERVED_ADMIN "o@p.example"

void served_new(struct served *s, const char *language);        /* dies when it cannot */
/* A folder for workspaces, and one in it, called so (and served under that host). */
void served_folder(struct served *s);
void served_add(struct served *s, const char *name, const char *company);
/* Another server on the data of `of`, which is an address: a spool of its own, the same key. */
void served_beside(struct served *s, const struct served *of);
bool served_start(struct served *s);
/* SIGTERM and wait; false when it did not end with 0. */
bool served_stop(struct served *s);
void served_kill(struct served *s);                             /* kill -9 and wait */
void served_remove(struct served *s);                           /* stops, forgets the folder */
/* Runs the program with these words, "" as standard input; its exit code. Output into `out` when not NULL. */
int served_run(struct arena *a, const char *const *words, str input, str *out);

/* A user with a session and an API token of all scopes, written straight into the closed
 * folder's open workspace: tests with dozens of people cannot wait for password hashes. */
struct workspace;
void served_user(struct workspace *ws, struct arena *a, struct served_user *u, const char *email, const char *roles,
                 int64_t team, const char *lang);
void served_session(struct workspace *ws, struct arena *a, struct served_user *u);
void served_token(struct workspace *ws, struct arena *a, int64_t user_id, const char *token, const char *scopes,
                  int64_t expires_at, bool is_revoked);
/* One statement on the writer; dies when it fails. */
/* The search index of every entity, for rows that served_sql() put in past the engine. */
void served_index(struct workspace *ws);
void served_sql(struct workspace *ws, const char *sql, const struct db_val *v, size_t n);
#define SERVED_SQL(ws, sql, ...) do { const struct db_val v_[] = { __VA_ARGS__ }; \
        served_sql((ws), (sql), v_, sizeof v_ / sizeof *v_); } while (0)

/* Clients of the child: nobody, by token, by session. */
struct client served_client(const struct served *s);
struct reply served_api(struct client *c, const char *token, const char *method, const char *path, const char *headers,
                        const char *json);
