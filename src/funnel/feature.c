/* feature.c - what this room brings into the program. */
#include "funnel/inside.h"
#include "web/feature.h"

const struct feature funnel_feature = {
    .name = "funnel",
    .entities = funnel_entities, .nentities = &funnel_nentities,
    .seed = funnel_seed,
    .tick = funnel_tick,
};
