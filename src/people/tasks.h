/* tasks.h - one's own tasks by time, and done with a press. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct task_line { str title, sub, when, iso; struct url url, done; enum tone tone; const char *icon; bool is_done; };
struct tasks_view { struct ui_item tabs[4]; size_t ntabs; const struct task_line *lines; size_t n; struct url older; str back; bool may_add; };
void view_tasks(struct html *h, const struct tasks_view *v);

void tasks_page(struct request *rq);
void tasks_done(struct request *rq);
