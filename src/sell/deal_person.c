/* deal_person.c - one person of the buying group of a deal, with their part and their stance. */
#include "sell/sell.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct choice stance_choices[] = {
    { "unknown",   MSG_sell_deal_person_stance_unknown },
    { "supporter", MSG_sell_deal_person_stance_supporter, "green" },
    { "neutral",   MSG_sell_deal_person_stance_neutral },
    { "opponent",  MSG_sell_deal_person_stance_opponent,  "red" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX, .ref = "deal" },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "person" },
    { .name = "buying_role", .label = MSG_sell_deal_person_buying_role,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = choices_buying_role },
    { .name = "stance", .label = MSG_sell_deal_person_stance,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK, .choices = stance_choices,
      .init = "unknown" },
    { .name = "note", .label = MSG_core_word_note,
      .type = FIELD_TEXT, .flags = F_PERSONAL, .max = 500 },
};

const struct entity deal_person_entity = {
    .name = "deal_person",
    .path = "deal-people",
    .label = MSG_sell_deal_person,
    .plural = MSG_sell_deal_person_plural,
    .icon = "user-round-check",
    .fields = fields,
    .nfields = countof(fields),
    .title = "person",
    .subtitle = "buying_role",
    .order = "created_at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_PAGE,
};
