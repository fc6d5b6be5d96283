/* access.h - who may do what: the gate every read and write passes.
 *
 * Deny by default. A role grants, per entity and action, a scope: none, own,
 * team, all; and per field: hidden, read, write. A person with several roles has
 * the widest of them. `shared` is the scope of guests: records shared with them;
 * `opened` is one's own and what its owner has opened (struct opening): to their
 * team, which is those of the same team and of the teams above and below it, or
 * to everybody. A lock keeps changes to the owner and to who administers, and
 * who administers sees all that is opened to anybody.
 */
#pragma once
#include "record/record.h"

enum action { ACTION_SEE, ACTION_CREATE, ACTION_CHANGE, ACTION_DELETE, ACTION_EXPORT, ACTION_COUNT };
enum scope { SCOPE_NONE, SCOPE_SHARED, SCOPE_OWN, SCOPE_OPENED, SCOPE_TEAM, SCOPE_ALL };
enum field_right { FIELD_RIGHT_HIDDEN, FIELD_RIGHT_READ, FIELD_RIGHT_WRITE };

enum role {
    ROLE_OWNER, ROLE_CRO, ROLE_SALES_MANAGER, ROLE_AE, ROLE_SDR, ROLE_MARKETING_MANAGER, ROLE_MARKETER,
    ROLE_CONTENT_AUTHOR, ROLE_CUSTOMER_SUCCESS, ROLE_ANALYST, ROLE_GUEST_AGENCY, ROLE_COUNT
};
const char *role_name(enum role r);             /* "sales_manager": stored, API */
msg_id role_label(enum role r);
bool role_find(str name, enum role *out);

enum { ACTOR_TEAMS_MAX = 32 };
struct actor {
    int64_t user_id;                            /* 0: the system itself */
    str name, email;
    unsigned roles;                             /* bit per enum role */
    int64_t team_id, teams[ACTOR_TEAMS_MAX]; int nteams;    /* own team, and those below it */
    bool is_system;                             /* migrations, public forms, jobs without an owner */
    unsigned token_scopes;                      /* bit per action; ~0 for sessions */
    enum lang lang;
};
extern const struct actor actor_system;

/* Reads user, roles and teams; ERR_NOT_FOUND for a disabled or deleted user. */
bool actor_load(struct arena *a, struct db_conn *c, int64_t user_id, struct actor *out, struct err *e);

enum scope access_scope(const struct actor *who, const struct entity *en, enum action act);
enum field_right access_field(const struct actor *who, const struct entity *en, const struct field *f);
bool access_is_admin(const struct actor *who);
/* May `who` do this to this record? The owner and share rules applied to it. */
bool access_record(struct ctx *c, const struct record *r, enum action act);
/* False, with the refusal that names these records. */
bool access_denied(struct ctx *c, const struct entity *en, struct err *e);

/* The SQL predicate of the scope over table alias `t0`, appended by the
 * compiler of record/sql.h; "1=1" for all. */
struct sql;
void access_predicate(struct sql *q, const struct ctx *c, const struct entity *en, enum action act, const char *alias);
