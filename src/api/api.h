/* api.h - REST over the same gate as the pages: /api/v1/ENTITY.
 *
 * list ?q= sort= cursor= limit= fields=    {"items": [...], "next": CURSOR or null}
 * ENTITY/ID/explain ?q=                    {"holds": true, "why": {"all": [{"term", "holds", "value", "rows"}, ...]}}
 * events                                   many events of people at once: flow/intake.h
 * read, create (201), PATCH with "version", DELETE, bulk, summary ?group= sum=
 * Ids are strings, money is {"amount": "1234.50", "currency": "BDT"}, errors are RFC 9457.
 */
#pragma once
#include <jansson.h>
#include "base/json.h"
#include "record/faults.h"
#include "record/put_json.h"
#include "record/query.h"
#include "web/web.h"

extern const struct route api_routes[];

/* Members of `body` into r (id, version and times are left alone); an unknown member is an error naming it.
 * e is the first that is wrong; all of them are noted in f. */
bool api_read_record(struct ctx *c, const json_t *body, struct record *r, struct faults *f, struct err *e);
/* The text form of a JSON value, as types read it; objects and arrays of the forms we write too. */
bool api_value_text(struct arena *a, const struct field *f, const json_t *v, str *out, struct err *e);
/* RFC 8259 and nothing more: no name twice, no bytes after the end. NULL: `at` tells where. */
json_t *api_json(str text, int flags, json_error_t *at);
/* The body, an object, freed with the request. NULL: answered already. */
json_t *api_body(struct request *rq);
void api_openapi(struct request *rq);
void api_events(struct request *rq);
void api_explain(struct request *rq, const struct entity *en, int64_t id);
