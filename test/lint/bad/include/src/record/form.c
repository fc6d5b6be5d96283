/* form.c - record/ stands above http/ and still may not know it. */
#include "http/http.h"
