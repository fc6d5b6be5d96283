/* route_try.h - routing tried and taken back: nothing is changed, nobody is told. */
#pragma once
#include "funnel/route.h"

/* A lead that need not be there: an existing one (id), or what it would be like. */
struct route_guess { int64_t lead; str country, industry, source; int64_t campaign, product; };
struct route_trial { struct route_to to; str receiver; const struct route_line *line; size_t n; };
bool route_try(struct ctx *c, const struct route_guess *g, struct route_trial *out, struct err *e);

/* The newest leads ever offered, each at its own moment, as the rules stand now. */
enum { REPLAY_MAX = 100 };
struct replay_row { int64_t user, would, did; str name; };
struct route_replay { const struct replay_row *row; size_t n; int64_t leads, same; };
bool route_replay(struct ctx *c, int64_t newest, struct route_replay *out, struct err *e);
