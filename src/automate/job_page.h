/* job_page.h - what the page of background work shows. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct job_line {
    str what, state, detail, error, when, iso, far; enum tone tone;
    struct url cancel, retry;                   /* empty: not offered */
    int percent; bool has_bar;
};
struct follower_line { str name, state, detail; enum tone tone; };
struct stuck_line { str title, error, when, iso, consumer, seq; };
struct job_list_view { const struct job_line *jobs; size_t njobs; struct url self, older; };
struct job_page_view {
    const struct ui_item *tabs; size_t ntabs;
    struct job_list_view list;
    const struct follower_line *followers; size_t nfollowers;
    const struct stuck_line *stuck; size_t nstuck;
};
void view_job_page(struct html *h, const struct job_page_view *v);
void view_job_list(struct html *h, const struct job_list_view *v);

void job_page(struct request *rq);
void job_page_cancel(struct request *rq);
void job_page_retry(struct request *rq);
void job_page_follow(struct request *rq);
