/* list_inside.h - private to record_list.c, list_view.c, list_bulk.c: what a list is asked for, and its address. */
#pragma once
#include "web/record_views.h"

/* What the address asks for; a saved view fills what the address leaves out. */
struct list_asked {
    str q, sort, cols, cursor;
    const struct record *view;                  /* the saved view that is open, or NULL */
    bool wants_count;
};
/* Of the address, or of a form that carries its parts along. ERR_NOT_FOUND: of the view, as of one that never was. */
bool list_asked_read(struct request *rq, const struct entity *en, bool is_posted, struct list_asked *out, struct err *e);
struct url list_url(struct request *rq, const struct entity *en, const struct list_asked *a, str sort, str cursor, bool count);

/* The menu of saved views, and what may be done with the one that is open; a->cols: as they are shown when chosen. */
struct html_safe list_views(struct request *rq, const struct list_asked *a, const struct entity *en);
