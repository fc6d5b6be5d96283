/* faults.h - all that keeps a record's fields from being written, not the first alone.
 *
 * A write still fails with one error. Beside it the gate notes what its validation found in the
 * record that was asked for (not in those its hooks write); whoever shows a form or answers a
 * client asks for the whole, so that nobody mends a form one field at a time.
 */
#pragma once
#include "record/record.h"

struct faults { struct err *v; size_t n; };     /* each names its field; one a field, the first found */

void faults_add(struct arena *a, struct faults *f, const struct err *e);    /* one that names no field is left out */
const struct err *faults_of(const struct faults *f, const char *field);     /* NULL: nothing is wrong with it */

/* Inside record_write, after record_create or record_update said no: adds what its fields are refused for. */
void record_faults(const struct ctx *tx, struct faults *f);
/* A record of which some fields could not even be read (they stand in f): adds what would be refused besides.
 * Looked at as a write would, hooks and all; nothing is kept. */
void record_look(struct ctx *c, const struct record *r, struct faults *f);
