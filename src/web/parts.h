/* parts.h - what belongs to a record and has no page of its own: addresses, relations, a team.
 *
 * A room names them in its feature; the page of the whole shows each as a panel, and here they are added, changed and
 * taken away, each with an undo. Who may change the whole may do so, as far as the gate lets them; of another
 * record's parts the answer is that there is none.
 */
#pragma once
#include "record/record.h"

struct request;
struct html;

struct part {
    const char *whole, *entity;         /* "person", "relation" */
    const char *field;                  /* of the part: leads to the whole */
    const char *name;                   /* field that names a line: of a relation, the company for the person's page */
    const char *said, *asked;           /* fields told beside it; fields of its form. Words between spaces */
    msg_id title, none;                 /* 0: the entity's plural; "None yet." */
    bool is_fact;                       /* stands under the facts of the record, and takes no room while there is none */
};

void parts_panel(struct request *rq, const struct record *whole, struct html *facts, struct html *rail);
