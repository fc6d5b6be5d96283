/* home.h - what the page of home is made of. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

/* One thing to do: why it stands here is said in its chip. Lower ranks first, then the earlier. */
struct home_line {
    int rank;
    int64_t at;
    const char *icon;
    enum tone tone;
    str title, sub, reason;
    struct url url, done;                       /* done: a POST that finishes it, or empty */
};
struct home_entry { str time, iso, title, sub; struct url url; };
struct home_bar { str label, value; int64_t part, whole; struct url url; };
struct home_box { str title, none; const struct home_line *lines; size_t nlines; const struct home_bar *bars; size_t nbars; struct url all; };
struct home_step { str title, text; struct url url; bool is_done; };

enum { HOME_STATS = 10, HOME_BOXES = 4, HOME_LINES = 40, HOME_SHOWN = 14, HOME_ENTRIES = 12 };
struct home_view {
    str greeting, date;
    struct ui_stat_view stats[HOME_STATS]; size_t nstats;
    struct home_line lines[HOME_LINES]; size_t nlines;
    struct home_entry agenda[HOME_ENTRIES]; size_t nagenda;
    struct home_box boxes[HOME_BOXES]; size_t nboxes;
    struct home_step steps[3]; size_t nsteps;
};
#define home_line_view home_line                /* a line is its own view */
void view_home_line(struct html *h, const struct home_line_view *v);
void view_home(struct html *h, const struct home_view *v);

/* ── while it is filled (home.c, home_queue.c, home_team.c) ──────────────── */

struct home { struct html *h; struct ctx *c; struct home_view *v; };
typedef bool home_block(struct home *m, struct err *e);
home_block home_leads, home_tasks, home_approvals, home_deals, home_notices, home_agenda;
home_block home_mine, home_team, home_pulse, home_marketing, home_steps;

struct url home_list(struct ctx *c, const char *path, str filter);      /* the list behind a figure */
void home_page(struct request *rq);
