/* import_runs.h - imports that go on while their page is looked at, or left.
 *
 * Each runs on a thread of its own, with the rights of who started it. Runs hang on their workspace
 * and bear the token of the waiting file: a token means nothing on another's host, and nothing to
 * another person. Of one file, a trial may be followed by another trial or by the run itself.
 */
#pragma once
#include "record/import.h"
#include "web/web.h"

struct imports *imports_open(void);             /* ws->imports: app/workspace.c */
void imports_close(struct imports *all);        /* stops what runs, waits for it; accepts NULL */

struct import_order {
    str token, path, file_name;                 /* path: the waiting file; the run itself removes it at its end */
    str map;                                    /* JSON */
    const struct entity *en;
    struct csv_options csv;
    enum import_duplicates duplicates;
    bool is_dry;
};
/* Starts a thread. Of a file that is being imported, or was, nothing more is started: asked twice, done once. */
bool imports_start(struct ctx *c, const struct import_order *o, struct err *e);

struct import_state_of {                        /* as it stands now; all of it in the caller's arena */
    const struct entity *en;
    str file_name, map;
    struct csv_options csv;
    enum import_duplicates duplicates;
    bool is_dry, is_done;
    int percent;
    struct import_counts n;
    struct import_result result;                /* once done; also of one that was stopped */
    struct err e;                               /* why it ended early */
    const char *report;                         /* file that names all refused rows; NULL: none were */
};
bool imports_look(struct ctx *c, str token, struct import_state_of *out);       /* false: none of this person's */
void imports_wait(struct ctx *c, str token, int64_t us);       /* until it is done, that long at most */
void imports_stop(struct ctx *c, str token);    /* after the slice it is in */
