/* signin.h - the view of signing in. */
#pragma once
#include "web/web.h"

struct signin_view { str email, next, error; };     /* error: empty before a try */
void view_signin(struct html *h, const struct signin_view *v);
