/* robot.h - people told from programs, by what a request says of itself and by what came before it.
 *
 * Nothing is thrown away for it: an event that a program caused is kept with the reason, counted
 * apart, and follows into no score, segment, clock or rule. What cannot be decided counts as a person.
 */
#pragma once
#include "record/record.h"

enum robot {
    ROBOT_NONE,
    ROBOT_NAME,                                 /* names itself a program, or nothing that reads like a browser */
    ROBOT_PROXY,                                /* a mail service fetched it for its reader: nobody saw it yet */
    ROBOT_NETWORK,                              /* asks from a network that is kept as programs' */
    ROBOT_HEAD,                                 /* asked for the head only */
    ROBOT_PREFETCH,                             /* a browser, ahead of its reader */
    ROBOT_QUICK,                                /* a click within ROBOT_QUICK_S of the delivery */
    ROBOT_BURST,                                /* ROBOT_BURST_LINKS links of a person within ROBOT_BURST_S */
    ROBOT_TRAP,                                 /* a link that no person can see, or of the burst that ran into it */
    ROBOT_TOLD,                                 /* the sender says so */
    ROBOT_COUNT
};
enum { ROBOT_QUICK_S = 10, ROBOT_BURST_S = 5, ROBOT_BURST_LINKS = 3,
       ROBOT_CHAIN_S = 60,                      /* so far back a burst goes on, no gap longer than ROBOT_BURST_S */
       ROBOT_SETTLE_S = 90 };                   /* so long evidence may come in: who acts on a click waits */
str robot_word(enum robot r);                   /* kept in event.robot_why; empty for ROBOT_NONE */
enum robot robot_of(str word);                  /* the one of this word; ROBOT_NONE for any other */
msg_id robot_label(str word);                   /* 0: no such word */

/* Robots, monitors, libraries: what a program calls itself. Who names no browser is one. */
bool robot_is_named(struct arena *a, str user_agent);
struct robot_signs { str user_agent, ip; bool is_head, is_prefetch; };   /* ip: empty where it is not known; it is not kept */
__attribute__((warn_unused_result))
bool robot_by_signs(struct ctx *c, const struct robot_signs *s, enum robot *out, struct err *e);

/* Networks of programs, as the house keeps them: from /8 to /32, of version 6 from /16 to /64. */
extern const struct entity robot_network_entity;
/* Any spelling and digits to the one that is kept: "192.0.2.77 / 24" is "192.0.2.0/24". The error is about "network". */
bool robot_network_parse(struct arena *a, str text, str *name, struct err *e);
__attribute__((warn_unused_result))
bool robot_network_has(struct ctx *c, str address, bool *out, struct err *e);

/* A click, or an open, as its history is asked. Of a delivery we know (reach/tracked.h) its own links are told
 * apart; without one, those of all that the person clicked are. */
struct robot_click {
    str link;                                   /* what was clicked: two that differ are two links; empty: an open */
    str delivery;                               /* as in the events' data; empty: not known */
    int64_t delivered_at;                       /* 0: the mails told of the person tell */
    bool is_trap;                               /* no person can see this link */
};
/* What came before tells of a click: too soon after the delivery, one of a burst, or of a burst that ran into
 * the trap. The earlier ones become a robot's too, and are told anew. Inside a write. */
__attribute__((warn_unused_result))
bool robot_by_history(struct ctx *tx, const struct event *ev, const struct robot_click *click, enum robot *out, struct err *e);
