/* content.h - material that sells: made in marketing, released only when somebody who sells has
 * looked at it.
 */
#pragma once
#include "record/record.h"

extern const struct entity material_entity;
struct feature;
extern const struct feature content_feature;

/* A seller's verdict on what waits for review; not on what they wrote themselves. */
__attribute__((warn_unused_result))
bool material_review(struct ctx *tx, int64_t material, bool is_good, str note, struct err *e);
