/* sales_order.c - what a customer ordered, from a won deal or directly.
 *
 * Totals and paid are counted by the program from lines and payments. Called sales_order because
 * ORDER is a word of SQL.
 */
#include "sell/inside.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct choice status_choices[] = {
    { "new",       MSG_sell_sales_order_status_new,       "blue" },
    { "confirmed", MSG_sell_sales_order_status_confirmed, "teal" },
    { "fulfilled", MSG_sell_sales_order_status_fulfilled, "teal" },
    { "paid",      MSG_sell_sales_order_status_paid,      "green" },
    { "cancelled", MSG_sell_sales_order_status_cancelled },
    { 0 },
};

static const struct field fields[] = {
    { .name = "number", .label = MSG_sell_sales_order_number,
      .type = FIELD_TEXT, .flags = F_UNIQUE | F_LIST | F_SEARCH | F_IMMUTABLE, .max = 40 },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "deal" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "company" },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_QUICK | F_INDEX, .ref = "person" },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "user", .init = "me" },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = status_choices, .init = "new" },
    { .name = "ordered_at", .label = MSG_sell_sales_order_ordered_at,
      .type = FIELD_DATE, .flags = F_LIST | F_QUICK | F_INDEX, .init = "today" },
    { .name = "due_date", .label = MSG_sell_sales_order_due_date,
      .type = FIELD_DATE, .flags = F_INDEX },
    { .name = "subtotal", .label = MSG_sell_sales_order_subtotal,
      .type = FIELD_MONEY, .flags = F_READONLY },
    { .name = "tax", .label = MSG_sell_sales_order_tax,
      .type = FIELD_MONEY, .flags = F_READONLY },
    { .name = "total", .label = MSG_core_word_total,
      .type = FIELD_MONEY, .flags = F_LIST | F_INDEX | F_READONLY },
    { .name = "paid", .label = MSG_sell_sales_order_paid,
      .type = FIELD_MONEY, .flags = F_READONLY },
    { .name = "fulfilled_at", .label = MSG_sell_sales_order_fulfilled_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "terms", .label = MSG_sell_sales_order_terms,
      .type = FIELD_LONGTEXT, .max = 5000 },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_LONGTEXT, .max = 5000 },
};

const struct entity sales_order_entity = {
    .name = "sales_order",
    .path = "orders",
    .label = MSG_sell_sales_order,
    .plural = MSG_sell_sales_order_plural,
    .icon = "shopping-cart",
    .fields = fields,
    .nfields = countof(fields),
    .title = "number",
    .subtitle = "company",
    .owner = "owner",
    .order = "-ordered_at",
    .subject = "person",
    .flags = E_PERSON_DATA,
    .before = sales_order_before,
};
