/* admin.h - the desk of each person and the house around it: home, inbox, first run, settings,
 * my settings. The top room of the features: it reads all of them and none knows it. */
#pragma once
#include "web/feature.h"

extern const struct feature admin_feature;
extern const struct job_kind order_job;
__attribute__((warn_unused_result))
bool order_tick(struct ctx *c, struct err *e);
