/* told.c - what an event from outside brought beside its title, as a line of facts on the timeline.
 *
 * The sender chose names and values, so both are text and nothing else, short, few, and each in its own
 * direction. Names that we have a word for are told in the reader's language.
 */
#include "base/utf8.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/event.h"
#include "people/timeline.h"
#include <jansson.h>

enum { FACTS = 10, NAME_CHARS = 40, VALUE_CHARS = 120 };

static const struct known { const char *name; msg_id label; } known[] = {
    { "url", MSG_core_word_url },          { "campaign", MSG_event_campaign }, { "source", MSG_event_source },
    { "channel", MSG_event_channel },      { "medium", MSG_event_medium },     { "content", MSG_event_content },
    { "value", MSG_event_value },          { "amount", MSG_core_word_amount }, { "currency", MSG_core_word_currency },
    { "language", MSG_core_word_language }, { "seconds", MSG_event_seconds },
};

static str shortened(struct arena *a, str s, size_t most)
{
    str head = utf8_head(s, most);
    return head.n < s.n ? arena_fmt(a, "%.*s\u2026", STR_ARG(head)) : head;
}

static str label_of(struct html *h, str name)
{
    for (size_t i = 0; i < countof(known); i++)
        if (str_eq(name, str_of(known[i].name)))
            return _msg(known[i].label);
    return shortened(h->a, arena_str(h->a, name), NAME_CHARS);
}

/* Empty: nothing to tell. */
static str value_of(struct html *h, const json_t *v)
{
    if (json_is_string(v))
        return shortened(h->a, arena_str(h->a, (str){ json_string_value(v), json_string_length(v) }), VALUE_CHARS);
    if (json_is_integer(v))
        return loc_int(h->a, h->loc, json_integer_value(v));
    if (json_is_real(v))
        return arena_fmt(h->a, "%.10g", json_real_value(v));
    return json_is_boolean(v) ? str_of(json_is_true(v) ? "true" : "false") : (str){ 0 };
}

static str choice_word(struct html *h, const struct choice *list, str value)
{
    for (; list->value; list++)
        if (str_eq(value, str_of(list->value)))
            return _msg(list->label);
    return shortened(h->a, value, VALUE_CHARS);
}

static str campaign_name(struct ctx *c, int64_t id)
{
    const struct entity *en = entity_find(S("campaign"));
    struct record *r;
    struct err unseen = { 0 };
    return id && en && record_get(c, en, id, &r, &unseen) ? record_title(r) : (str){ 0 };
}

static void add(struct told_fact *v, size_t *n, str label, str value)
{
    if (value.n && *n < FACTS)
        v[(*n)++] = (struct told_fact){ label, value };
}

const struct told_fact *told_facts(struct html *h, struct ctx *c, const struct told *x, bool has_title, size_t *n)
{
    struct told_fact *v = arena_new(h->a, struct told_fact, FACTS);
    json_t *j = x->data.n ? json_loadb(x->data.p, x->data.n, 0, NULL) : NULL, *member;
    const char *name;
    *n = 0;
    add(v, n, _(event_campaign), campaign_name(c, x->campaign));
    add(v, n, _(event_channel), choice_word(h, choices_channel, x->channel));
    add(v, n, _(event_source), choice_word(h, choices_source, x->source));
    json_object_foreach(j, name, member)
        if (strcmp(name, "title") && (has_title || strcmp(name, "url")))
            add(v, n, label_of(h, str_of(name)), value_of(h, member));
    json_decref(j);
    return v;
}
