/* duplicate.h - records that are the same person or company, and making one of two. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct alike_line { str title, sub; int64_t id; struct url url, merge, apart; };
struct alike_view { const struct alike_line *lines; size_t n; bool is_company, is_asking; struct url here; };
void view_alike(struct html *h, const struct alike_view *v);

struct pair_line { struct alike_line a, b; str likeness; struct url merge, apart; };       /* apart: say it, or take it back */
struct duplicates_view { struct ui_item tabs[2]; const struct pair_line *pairs, *told; size_t n, ntold; bool is_company; str bound; struct url here; };
void view_duplicates(struct html *h, const struct duplicates_view *v);

struct merge_row { str name, label, mine, theirs; bool takes_theirs; };
struct merge_view { const struct merge_row *rows; size_t n; struct url action, swap, cancel, other; str keep, drop; };
void view_merge(struct html *h, const struct merge_view *v);

void duplicates_page(struct request *rq);       /* /people/duplicates, /companies/duplicates */
void merge_page(struct request *rq);            /* /people/:id/merge/:other */
void merge_save(struct request *rq);
void not_same_say(struct request *rq);          /* /people/:id/not-same/:other */
void not_same_unsay(struct request *rq);        /* /people/:id/perhaps-same/:other */
