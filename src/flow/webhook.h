/* webhook.h - telling other programs what happens: which of it, to which address, in whose name.
 *
 *   topics   "deal, person.created, form.sent"      filter   "amount >= 2000000"
 *
 * A delivery is a row of the outbox with channel "webhook"; its body is fixed when it is written,
 * its signature is made anew with each attempt. What it tells is what the webhook's owner may see.
 */
#pragma once
#include "flow/outbox.h"

extern const struct entity webhook_entity;
struct consumer;
extern const struct consumer webhook_consumer;
enum { WEBHOOKS_MAX = 50, WEBHOOK_TOPICS_MAX = 50, WEBHOOK_OLD_SECRET_HOURS = 24 };

/* A fresh secret, "whsec_...": shown once, kept sealed. */
str webhook_secret_new(struct arena *a);
/* Of a record with the fields secret, old_secret and old_secret_until: webhooks, and what comes in.
 * secret_first: in `before` of a new one. secret_set, inside a write: the one before is good for a day more. */
void secret_first(struct ctx *tx, struct record *now);
__attribute__((warn_unused_result))
bool secret_set(struct ctx *tx, const struct entity *en, int64_t id, str secret, struct err *e);
/* Inside a write or not: the secrets that are good now, the new one first; *n of them, at most 2. */
enum { SECRETS_MAX = 2 };
__attribute__((warn_unused_result))
bool secrets_of(struct ctx *c, const struct entity *en, int64_t id, str out[SECRETS_MAX], int *n, struct err *e);
/* Inside a write: a delivery that says only that it is a test. */
__attribute__((warn_unused_result))
bool webhook_test(struct ctx *tx, int64_t webhook, int64_t *id, struct err *e);
/* Inside a write: a delivery of this type and body, for steps of rules. ERR_CONFLICT when the webhook is off. */
__attribute__((warn_unused_result))
bool webhook_send(struct ctx *tx, int64_t webhook, str type, str order_key, str body, int64_t *id, struct err *e);

struct topics { str v[WEBHOOK_TOPICS_MAX]; int n; };
/* Words between commas or spaces, each an entity, an entity and what happened to it, or a kind of event. */
bool topics_parse(str text, struct topics *out, struct err *e);
bool topics_have(const struct topics *t, str entity, str type);     /* entity empty: an event */
