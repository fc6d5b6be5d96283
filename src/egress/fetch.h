/* fetch.h - one request to a place a person named: judged, resolved, checked, connected, cut off. */
#pragma once
#include "egress/target.h"
#include "egress/wire.h"

enum { FETCH_CONNECT_MS = 5000, FETCH_TOTAL_MS = 10000, FETCH_ANSWER_MAX = 64 << 10, FETCH_ADDRESSES_MAX = 16 };

void fetch_open(str trusted);           /* once per process, before threads; PEM that lives on, empty: what the system trusts */
/* POSTs the body. The note of *out lives in `a`. */
void fetch_post(struct arena *a, const struct egress_policy *p, const struct wire_request *r, struct egress_result *out);
