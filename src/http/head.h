/* head.h - was only the head of the answer asked for? A page answers HEAD as it answers GET; who counts its
 * readers must tell them apart: no browser looks at a page that way. */
#pragma once
#include "http/http.h"

bool request_is_head(const struct request *rq);
