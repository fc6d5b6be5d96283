/* rule_plan.c - fuzz target: any text is read without harm; what reads writes back to a text that
 * reads the same, and every jump of it leads forward and no further than the end. */
#include <stdlib.h>
#include "content/content.h"
#include "core/core.h"
#include "flow/rule.h"
#include "funnel/funnel.h"
#include "people/people.h"
#include "reach/reach.h"
#include "sell/sell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct arena all;

static void open_once(void)
{
    catalogue_add(core_entities, core_nentities);
    catalogue_add(people_entities, people_nentities);
    catalogue_add(funnel_entities, funnel_nentities);
    catalogue_add(sell_entities, sell_nentities);
    catalogue_add(reach_entities, reach_nentities);
    catalogue_add(content_entities, content_nentities);
    rule_steps_add(rule_own_steps, rule_nown_steps);
    all = arena_open(64 << 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct err e = { 0 };
    struct rule_plan p, again;
    if (!all.base)
        open_once();
    arena_reset(&all);
    if (!rule_plan_read(&all, (str){ (const char *)data, n }, &p, &e))
        return 0;
    for (size_t i = 0; i < p.n; i++)
        if (p.line[i].jump && (p.line[i].jump <= (int)i || p.line[i].jump > (int)p.n))
            abort();
    str text = rule_plan_text(&all, &p);
    if (text.n > RULE_PLAN_MAX)
        return 0;
    if (!rule_plan_read(&all, text, &again, &e) || !str_eq(rule_plan_text(&all, &again), text))
        abort();
    return 0;
}
