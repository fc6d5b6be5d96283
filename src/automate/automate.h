/* automate.h - pages of what works by itself. Each topic is a feature of its own. */
#pragma once

struct feature;
extern const struct feature segment_feature;
extern const struct feature webhook_feature;
extern const struct feature job_feature;
extern const struct feature rule_feature;
