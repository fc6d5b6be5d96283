/* keep.h - how long what is kept, and what is left of it: one table, carried out by a nightly job. */
#pragma once
#include "flow/schedule.h"

extern const struct job_kind keep_job;
extern const struct schedule keep_schedule;
