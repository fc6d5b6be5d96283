/* me.h - one's own settings: how one reads, password, devices, keys; and the sign-in of others. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct device_line { str agent, sub; struct url end; bool is_this; };
struct me_view { struct html_safe rows; str error, password_error; const struct device_line *devices; size_t n; };
void view_me(struct html *h, const struct me_view *v);

struct token_line { str name, scopes, sub; struct url revoke; bool is_off; };
struct tokens_view { const struct token_line *lines; size_t n; const struct ui_option *scopes; size_t nscopes; str token, error, name, days; };
void view_tokens(struct html *h, const struct tokens_view *v);

struct access_view { struct url password, active; bool is_active, has_password, is_self; };
void view_user_access(struct html *h, const struct access_view *v);
#define user_access_view access_view

struct hours_line { str day, hours; bool is_closed; };
struct holiday_line { str day, name; struct url url; bool is_expected; };
struct hours_view {
    struct hours_line days[7];
    str error;
    const struct holiday_line *holidays; size_t nholidays;      /* of the year that begins today */
    struct url all, bring;                                      /* bring: empty when the country has no more */
    str offer, count;                                           /* what it would bring; dates in the text of the hours */
};
void view_hours(struct html *h, const struct hours_view *v);

void me_page(struct request *rq);
void me_save(struct request *rq);
void me_password(struct request *rq);
void me_end_session(struct request *rq);
void tokens_page(struct request *rq);
void tokens_make(struct request *rq);
void tokens_revoke(struct request *rq);
void users_password(struct request *rq);
void users_active(struct request *rq);
void holidays_bring(struct request *rq);
void admin_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side);
