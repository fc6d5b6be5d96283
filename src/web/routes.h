/* routes.h - the handlers of web/ itself, for the table in routes.c. */
#pragma once
#include "web/web.h"

void web_sign_in_page(struct request *rq);
void web_sign_in(struct request *rq);
void web_sign_out(struct request *rq);
