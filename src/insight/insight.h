/* insight.h - figures of both teams: revenue and who brought it, the funnel, the pipeline, the hand-off.
 *
 * Nothing is stored here: every number is reckoned from the records when it is
 * asked for, with the rights of who asks, and leads to the list of those records.
 */
#pragma once
#include "record/record.h"

struct feature;
extern const struct feature insight_feature;
