/* settings.h - the house: company, calendar, money, rights, health; and the first steps in it. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

/* The settings a form asks for: bits of settings_rows() and settings_save(). */
enum { SETTINGS_COMPANY = 1, SETTINGS_CALENDAR = 2 };
struct html_safe settings_rows(struct request *rq, unsigned which, const struct err *bad);
/* Reads, checks and writes what the form sent, then tells the workspace. */
bool settings_save(struct request *rq, unsigned which, struct err *e);
/* One setting by its name; made when there is none. */
bool setting_put(struct ctx *tx, str name, str value, struct err *e);

struct settings_group { str title; const struct ui_item *items; size_t n; };
struct settings_view { struct html_safe rows; str error; struct html_safe broken; const struct settings_group *groups; size_t n; };
void view_settings(struct html *h, const struct settings_view *v);

struct role_row { str label, scope[5]; };
struct roles_view { const struct ui_item *roles; size_t nroles; const struct role_row *rows; size_t nrows; };
void view_roles(struct html *h, const struct roles_view *v);

struct health_name_view { str text; };          /* of a program or a folder: left to right in every language */
void view_health_name(struct html *h, const struct health_name_view *v);
struct broken_line { str name, why; struct url url; };
struct broken_hours_view { const struct broken_line *v; size_t n; };  /* working hours that cannot be read */
void view_broken_hours(struct html *h, const struct broken_hours_view *v);
struct html_safe broken_hours(struct request *rq);
struct health_view { const struct ui_fact *facts; size_t n; str report, command; struct html_safe broken; bool is_checked; };
void view_health(struct html *h, const struct health_view *v);

struct welcome_view {
    int step;
    struct ui_item steps[5];
    struct html_safe rows;
    str error;
    const struct ui_option *roles; size_t nroles;
    str name, email, hours;                     /* hours: offer to make the working hours of the country */
};
void view_welcome(struct html *h, const struct welcome_view *v);

void settings_page(struct request *rq);
void settings_post(struct request *rq);
void settings_roles(struct request *rq);
void settings_health(struct request *rq);       /* POST: checks first */
void welcome_page(struct request *rq);
void welcome_post(struct request *rq);
/* Has the owner still to be shown the first steps? */
bool welcome_is_due(struct ctx *c, bool *out, struct err *e);
