/* rate.c - what one unit of a currency is worth in the workspace's currency, from a day on.
 *
 * The rate of a day holds until the next one; amounts keep the rate of their own day.
 */
#include "core/core.h"
#include "msg/core.h"
#include "msg/record.h"
#include "record/record.h"

static const struct field fields[] = {
    { .name = "currency", .label = MSG_core_word_currency,
      .help = MSG_core_rate_currency_help, .type = FIELD_TEXT,
      .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .max = 3 },
    { .name = "day", .label = MSG_core_word_day,
      .type = FIELD_DATE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .init = "today" },
    { .name = "rate", .label = MSG_core_rate_rate,
      .help = MSG_core_rate_rate_help, .type = FIELD_DECIMAL,
      .flags = F_REQUIRED | F_LIST | F_QUICK, .scale = 9 },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS rate_currency_day ON rate (currency, day)",
    NULL,
};

static bool before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    str code = record_text(now, "currency");
    (void)old;
    if (currency_digits(arena_cstr(tx->a, code)) < 0) {
        fail(e, ERR_INVALID, MSG_record_currency_unknown, "rate of '%.*s'", STR_ARG(code));
        err_arg(e, "value", code);
        return err_field(e, "currency");
    }
    if (record_int(now, "rate") <= 0) {
        fail(e, ERR_INVALID, MSG_core_rate_positive, "rate of %lld", (long long)record_int(now, "rate"));
        err_arg(e, "currency", code);
        return err_field(e, "rate");
    }
    return true;
}

const struct entity rate_entity = {
    .name = "rate",
    .path = "rates",
    .label = MSG_core_rate,
    .plural = MSG_core_rate_plural,
    .icon = "arrow-left-right",
    .fields = fields,
    .nfields = countof(fields),
    .title = "currency",
    .subtitle = "day",
    .order = "-day",
    .flags = E_SETTINGS,
    .schema = schema,
    .before = before,
};
