/* intake.c - fuzz target: any body is read without harm; what is read keeps the limits it promises, and its data is
 * JSON again, flat, with the url and the title of the event. */
#include <stdlib.h>
#include "api/api.h"
#include "base/clock.h"
#include "flow/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct arena all;

static void look(const struct intake_item *it)
{
    json_error_t at;
    if (it->wrong.code)
        return;
    if (!it->kind.n || it->kind.n > EVENT_KIND_MAX || !event_kind_may_be_told(it->kind) || !it->person.n || it->key.n > INTAKE_KEY_MAX
        || it->at > clock_now() + (INTAKE_AHEAD_S + 60) * SECOND_US || it->at < 0)
        abort();
    if (!it->data.n)
        return;
    json_t *d = json_loadb(it->data.p, it->data.n, JSON_REJECT_DUPLICATES, &at), *v;
    const char *name;
    if (!json_is_object(d) || json_object_size(d) > INTAKE_DATA_MAX + 2 || (it->url.n && !json_object_get(d, "url")))
        abort();
    json_object_foreach(d, name, v)
        if (json_is_object(v) || json_is_array(v))
            abort();
    json_decref(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct err e = { 0 };
    struct intake in;
    json_error_t at;
    if (!all.base)
        all = arena_open(64 << 20);
    arena_reset(&all);
    json_t *body = api_json((str){ (const char *)data, n }, 0, &at);
    if (json_is_object(body) && intake_read(&all, body, clock_now(), &in, &e))
        for (size_t i = 0; i < in.n; i++)
            look(&in.item[i]);
    json_decref(body);
    return 0;
}
