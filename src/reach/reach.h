/* reach.h - how people come to us: campaigns and their money, public forms, visits, and the
 * touches that revenue is traced back to.
 *
 * Visits, touches and submissions are written by the program and never edited; budget lines are
 * added, never changed, so that sums can be counted again. What a stranger sends passes one door
 * (reach_capture) in one transaction: either all of it is there, or none.
 */
#pragma once
#include "reach/form_fields.h"
#include "reach/hosts.h"
#include "reach/source.h"
#include "reach/tracked.h"

extern const struct entity campaign_entity;
extern const struct entity budget_line_entity;
extern const struct entity form_entity;
extern const struct entity submission_entity;
extern const struct entity visit_entity;
extern const struct entity touch_entity;

extern const struct entity *const reach_entities[];
extern const size_t reach_nentities;

struct feature;
extern const struct feature reach_feature;

/* ── a form, ready to be shown and answered: form_open.c ─────────────────── */

struct form {
    const struct record *r;
    int64_t id;
    str slug, title, intro, submit_label, thanks, redirect_url, consent_text, consent_version, allowed_hosts;
    enum lang lang;
    const char *country;                        /* "BD": of local telephone numbers */
    struct form_field *field; size_t nfields;
};
/* The active form of that address; ERR_NOT_FOUND for any other. Asks no rights: anyone may see it. */
__attribute__((warn_unused_result))
bool form_open(struct ctx *c, str slug, struct form **out, struct err *e);
/* The same from a record somebody looks at; inactive ones too. */
__attribute__((warn_unused_result))
bool form_from(struct ctx *c, const struct record *r, struct form **out, struct err *e);

/* ── an answer: capture.c ────────────────────────────────────────────────── */

enum { UTM_SOURCE, UTM_MEDIUM, UTM_CAMPAIGN, UTM_TERM, UTM_CONTENT, UTM_COUNT };
extern const char *const utm_names[UTM_COUNT];  /* "utm_source" ... */

/* How somebody came: as the page, the link or the script told. Any part may be empty. */
struct arrival { str referrer, landing, own_host, utm[UTM_COUNT], visitor, ip, user_agent; };

struct reach_answer {
    const struct form *form;
    const str *value;                           /* one for each question, checked by form_answer() */
    bool has_consented, is_spam;
    str key;                                    /* makes an answer sent twice one */
    struct arrival arrival;
};
struct reach_captured { int64_t submission, person, lead; bool is_repeat; int retry_s; };
/* Inside record_write(), with the program's own context. ERR_TOO_MANY: retry_s says when. */
__attribute__((warn_unused_result))
bool reach_capture(struct ctx *tx, const struct reach_answer *in, struct reach_captured *out, struct err *e);
/* Was an answer with this key kept already? */
__attribute__((warn_unused_result))
bool reach_is_known(struct ctx *c, str key, bool *out, struct err *e);

/* ── visits: visits.c ────────────────────────────────────────────────────── */

enum { VISITOR_LEN = 32, SESSION_GAP_MINUTES = 30 };
bool visitor_ok(str visitor);                   /* 128 random bits, as 32 small hex digits */
enum visit_act { VISIT_SEEN, VISIT_CLICKED, VISIT_READ, VISIT_ACTS };
/* path: of the page, or the address of the link or file. robot_why: a program's (flow/robot.h); empty: a person's.
 * device: source_device() of the browser, whose name is not kept. */
struct page_seen { enum visit_act act; str path, robot_why, device; struct arrival arrival; };
/* Inside record_write(). The person is the one this visitor told to be, unless they withdrew. */
__attribute__((warn_unused_result))
bool reach_visit(struct ctx *tx, const struct page_seen *in, struct err *e);
/* The visitor left the page they saw last. */
__attribute__((warn_unused_result))
bool reach_visit_ended(struct ctx *tx, str visitor, str path, int64_t us, struct err *e);
/* May pages of this host be counted? Those of websites that an active form names (counted.c). Outside a write, and
 * the request's snapshot may be a newer one afterwards. */
__attribute__((warn_unused_result))
bool reach_counts_host(struct ctx *c, str host, bool *out, struct err *e);
/* Without looking at the data. False: it is not known at the moment. */
bool reach_host_is_known(const struct workspace *ws, str host, bool *counts);
void reach_hosts_changed(const struct workspace *ws);   /* a form was written: ask anew */

/* ── money of a campaign: campaign_money.c ───────────────────────────────── */

/* Budget and spend of the campaign with all below it, in the workspace's currency. */
struct campaign_money { int64_t budget, spend, campaigns; };
__attribute__((warn_unused_result))
bool campaign_money(struct ctx *c, int64_t campaign, struct campaign_money *out, struct err *e);
