/* user.c - who works here, and how each of them reads.
 *
 * Never deleted while records name them: is_active off ends their sessions and routes nothing to
 * them any more.
 */
#include "core/core.h"
#include "msg/core.h"
#include "record/record.h"

static const struct choice roles_choices[] = {
    { "owner",             MSG_core_user_roles_owner },
    { "cro",               MSG_core_user_roles_cro },
    { "sales_manager",     MSG_core_user_roles_sales_manager },
    { "ae",                MSG_core_user_roles_ae },
    { "sdr",               MSG_core_user_roles_sdr },
    { "marketing_manager", MSG_core_user_roles_marketing_manager },
    { "marketer",          MSG_core_user_roles_marketer },
    { "content_author",    MSG_core_user_roles_content_author },
    { "customer_success",  MSG_core_user_roles_customer_success },
    { "analyst",           MSG_core_user_roles_analyst },
    { "guest_agency",      MSG_core_user_roles_guest_agency },
    { 0 },
};

static const struct choice digits_choices[] = {
    { "latin",      MSG_core_user_digits_latin },
    { "bengali",    MSG_core_user_digits_bengali },
    { "devanagari", MSG_core_user_digits_devanagari },
    { "persian",    MSG_core_user_digits_persian },
    { 0 },
};

static const struct choice calendar_choices[] = {
    { "gregorian", MSG_core_user_calendar_gregorian },
    { "jalali",    MSG_core_user_calendar_jalali },
    { 0 },
};

static const struct choice theme_choices[] = {
    { "system", MSG_core_user_theme_system },
    { "light",  MSG_core_user_theme_light },
    { "dark",   MSG_core_user_theme_dark },
    { 0 },
};

static const struct choice density_choices[] = {
    { "comfortable", MSG_core_user_density_comfortable },
    { "compact",     MSG_core_user_density_compact },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 120 },
    { .name = "email", .label = MSG_core_word_email,
      .help = MSG_core_user_email_help, .type = FIELD_EMAIL,
      .flags = F_UNIQUE | F_LIST | F_SEARCH | F_QUICK },
    { .name = "password", .label = MSG_core_user_password,
      .type = FIELD_TEXT, .flags = F_SECRET, .max = 200 },
    { .name = "roles", .label = MSG_core_user_roles,
      .help = MSG_core_user_roles_help, .type = FIELD_CHOICES, .flags = F_LIST | F_QUICK,
      .choices = roles_choices },
    { .name = "team", .label = MSG_core_word_team,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "team" },
    { .name = "manager", .label = MSG_core_user_manager,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user" },
    { .name = "phone", .label = MSG_core_word_phone, .type = FIELD_PHONE },
    { .name = "lang", .label = MSG_core_word_language,
      .type = FIELD_CHOICE, .choices = choices_lang },
    { .name = "digits", .label = MSG_core_user_digits,
      .help = MSG_core_user_digits_help, .type = FIELD_CHOICE, .choices = digits_choices },
    { .name = "calendar", .label = MSG_core_user_calendar,
      .help = MSG_core_user_calendar_help, .type = FIELD_CHOICE, .choices = calendar_choices },
    { .name = "zone", .label = MSG_core_word_time_zone,
      .help = MSG_core_user_zone_help, .type = FIELD_TEXT, .max = 64, .check = check_zone },
    { .name = "theme", .label = MSG_core_user_theme,
      .type = FIELD_CHOICE, .choices = theme_choices, .init = "system" },
    { .name = "density", .label = MSG_core_user_density,
      .type = FIELD_CHOICE, .choices = density_choices, .init = "comfortable" },
    { .name = "single_keys", .label = MSG_core_user_single_keys,
      .help = MSG_core_user_single_keys_help, .type = FIELD_BOOL, .init = "true" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
    { .name = "work_calendar", .label = MSG_core_user_work_calendar,
      .help = MSG_core_user_work_calendar_help, .type = FIELD_REF, .ref = "work_calendar" },
    { .name = "capacity", .label = MSG_core_user_capacity,
      .help = MSG_core_user_capacity_help, .type = FIELD_INT },
    { .name = "away_until", .label = MSG_core_user_away_until, .type = FIELD_DATE },
    { .name = "last_seen", .label = MSG_core_user_last_seen,
      .type = FIELD_INSTANT, .flags = F_READONLY },
};

static bool is_owner(const struct record *r)
{
    str roles = r ? record_text(r, "roles") : (str){ 0 };
    while (roles.n)
        if (str_eq(str_cut(&roles, ','), S("owner")))
            return record_int(r, "is_active") != 0;
    return false;
}

/* Without an owner nobody could set anything up any more. */
static bool user_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    int64_t others = 0;
    bool found;
    if (!old || !is_owner(old) || is_owner(now))
        return true;
    if (!db_get_int(tx->c, "SELECT COUNT(*) FROM \"user\" WHERE id <> $1 AND is_active = 1 AND deleted_at IS NULL"
                           " AND ',' || roles || ',' LIKE '%,owner,%'", DB_ARGS(V(old->id)), &found, &others, e))
        return false;
    return others > 0 || fail(e, ERR_INVALID, MSG_core_last_owner, "user %lld", (long long)old->id);
}

const struct entity user_entity = {
    .name = "user",
    .path = "users",
    .label = MSG_core_user,
    .plural = MSG_core_user_plural,
    .icon = "user-round",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "email",
    .order = "name",
    .flags = E_SETTINGS,
    .before = user_before,
};
