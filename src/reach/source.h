/* source.h - where a visitor came from, and with what. Whether they are one at all: flow/robot.h. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

/* The host of a URL, lower case, without port and "www."; empty when there is none. */
str source_host(struct arena *a, str url);

/* Values of choices_source and choices_channel. */
struct source { const char *source, *channel; };
/* A paid or mailed link says so itself (utm_medium); else the referrer's host tells. A referrer
 * on `own_host`, or none, is a direct visit. */
struct source source_of(struct arena *a, str referrer, str own_host, str utm_source, str utm_medium);

/* "phone", "tablet", "desktop". */
const char *source_device(struct arena *a, str user_agent);
/* 203.0.113.7 -> 203.0.113.0; an IPv6 address keeps its first 48 bits. Empty: not an address. */
str source_ip(struct arena *a, str ip);
