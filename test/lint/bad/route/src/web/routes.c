/* routes.c - rows that forget who may come in. */
#include "http/http.h"
const struct route web_routes[] = {
    { GET, "/", home, ACCESS_USER },
    { GET, "/open", open_to_all },
    { .method = POST, .path = "/save", .run = save,
      .access = ACCESS_UNSET },
    { .method = GET, .path = "/help", .run = help, .access = ACCESS_PUBLIC },
    { 0 },
};
