/* people.h - people and companies, how they belong together, what was said and agreed with
 * them.
 *
 * A person is the only kind of human record: a lead is an interest of a person, a customer is a
 * person who bought. The rooms above refer to these entities by name.
 */
#pragma once
#include "web/feature.h"

extern const struct entity person_entity;
extern const struct entity company_entity;
extern const struct entity relation_entity;
extern const struct entity email_address_entity;
extern const struct entity phone_number_entity;
extern const struct entity company_member_entity;
extern const struct entity note_entity;
extern const struct entity task_entity;
extern const struct entity call_entity;
extern const struct entity meeting_entity;
extern const struct entity consent_entity;
extern const struct entity attachment_entity;
extern const struct entity not_same_entity;

extern const struct entity *const people_entities[];
extern const size_t people_nentities;

extern const struct feature people_feature;

/* Whose address or number it is: the surest first. `besides`: not that one, or 0 (known.c). */
enum { KNOWN_MAX = 25 };
struct ways_in { str email, phone[3]; int64_t besides; };
struct known_people { int64_t id[KNOWN_MAX]; size_t n; };
__attribute__((warn_unused_result))
bool person_known(struct ctx *c, const struct ways_in *in, struct known_people *out, struct err *e);

/* A text member of an event's data (JSON), copied; empty: there is none. */
str event_member(struct arena *a, str data, const char *name);
