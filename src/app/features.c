/* features.c - the rooms of the house. Adding one is one line here. */
#include "admin/admin.h"
#include "app/workspace.h"
#include "automate/automate.h"
#include "content/content.h"
#include "core/core.h"
#include "funnel/funnel.h"
#include "insight/insight.h"
#include "people/people.h"
#include "public/public.h"
#include "reach/reach.h"
#include "sell/sell.h"
#include "web/feature.h"

static const struct feature core_feature = {
    .name = "core", .entities = core_entities, .nentities = &core_nentities,
};

static const struct feature *const all[] = {
    &core_feature, &people_feature, &funnel_feature, &sell_feature, &reach_feature,
    &segment_feature, &content_feature, &rule_feature, &webhook_feature, &job_feature,
    &insight_feature, &admin_feature, &public_feature, NULL,
};
const struct feature *const *features = all;
