/* material.c - one piece of marketing material and its way out: draft, in review, released.
 *
 * The door stands in the entity: a page, the API, an import and a rule are refused alike. A change
 * of what it says takes the review back, so that what is released is what was reviewed.
 */
#include "content/content.h"
#include "core/notify.h"
#include "core/addressee.h"
#include "base/id.h"
#include "msg/content.h"
#include "msg/core.h"
#include "record/access.h"

#define ROLE_BIT(x) (1u << ROLE_##x)
enum { SELLS = ROLE_BIT(AE) | ROLE_BIT(SDR) | ROLE_BIT(SALES_MANAGER) };

static const struct choice kind_choices[] = {
    { "brochure",   MSG_content_kind_brochure },
    { "slides",     MSG_content_kind_slides },
    { "case_study", MSG_content_kind_case_study },
    { "price_list", MSG_content_kind_price_list },
    { "video",      MSG_content_kind_video },
    { "other",      MSG_content_kind_other },
    { 0 },
};
static const struct choice status_choices[] = {
    { "draft",     MSG_content_status_draft },
    { "in_review", MSG_content_status_in_review, "amber" },
    { "released",  MSG_content_status_released,  "green" },
    { 0 },
};
static const struct choice verdict_choices[] = {
    { "good",   MSG_content_verdict_good,   "green" },
    { "change", MSG_content_verdict_change, "red" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "title", .label = MSG_core_word_title,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 200 },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = kind_choices, .init = "brochure" },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = status_choices, .init = "draft" },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "reviewer", .label = MSG_content_reviewer, .help = MSG_content_reviewer_help,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "user" },
    { .name = "url", .label = MSG_content_url, .type = FIELD_URL, .flags = F_QUICK },
    { .name = "file", .label = MSG_content_file, .type = FIELD_FILE },
    { .name = "text", .label = MSG_content_text, .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 20000 },
    { .name = "pain_points", .label = MSG_content_pain_points, .help = MSG_content_pain_points_help,
      .type = FIELD_TAGS, .flags = F_QUICK | F_INDEX },
    { .name = "verdict", .label = MSG_content_verdict,
      .type = FIELD_CHOICE, .flags = F_LIST | F_READONLY, .choices = verdict_choices },
    { .name = "reviewed_by", .label = MSG_content_reviewed_by, .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "reviewed_at", .label = MSG_content_reviewed_at, .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "review_note", .label = MSG_content_review_note, .type = FIELD_TEXT, .flags = F_READONLY, .max = 1000 },
    { .name = "released_at", .label = MSG_content_released_at, .type = FIELD_INSTANT, .flags = F_READONLY },
};

static bool is(const struct record *r, const char *field, const char *value) { return str_eq(record_text(r, field), str_of(value)); }

static bool refuse(const char *field, int msg, struct err *e)
{
    fail(e, ERR_CONFLICT, msg, "material %s", field);
    return err_field(e, field);
}

static bool says_other(const struct record *old, const struct record *now)
{
    static const char *const said[] = { "title", "kind", "url", "file", "text" };
    for (size_t i = 0; i < countof(said); i++)
        if (record_changed(old, now, said[i]))
            return true;
    return false;
}

static void forget_review(struct record *now)
{
    static const char *const kept[] = { "verdict", "reviewed_by", "reviewed_at", "review_note", "released_at" };
    for (size_t i = 0; i < countof(kept); i++)
        record_set(now, kept[i], (struct val){ 0 });
}

static bool material_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    if (old && says_other(old, now)) {
        forget_review(now);
        if (is(old, "status", "released"))
            record_set(now, "status", val_text(S("draft")));
    }
    bool is_moved = !old || record_changed(old, now, "status");
    if (is_moved && is(now, "status", "in_review") && !record_int(now, "reviewer"))
        return refuse("reviewer", MSG_content_needs_reviewer, e);
    if (!is_moved || !is(now, "status", "released"))
        return true;
    if (!is(now, "verdict", "good"))
        return refuse("status", record_text(now, "verdict").n ? MSG_content_verdict_was_no : MSG_content_not_reviewed, e);
    record_set(now, "released_at", val_int(tx->now));
    return true;
}

static bool tell(struct ctx *tx, const struct record *now, int64_t to, msg_id title, struct err *e)
{
    struct addressee r;
    if (!to)
        return true;
    if (!addressee_of(tx, to, &r, e))
        return false;
    struct msg_arg name = arg_str(record_title(now));
    str path = arena_fmt(tx->a, "/material/%.*s", STR_ARG(id_text(tx->a, now->id)));
    return notify(tx, to, "material", msg_text(tx->a, &r.loc, title, &name), path, e);
}

static bool material_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    if (!now)
        return true;
    bool is_asked = is(now, "status", "in_review") && (!old || record_changed(old, now, "status"));
    bool is_answered = old && record_changed(old, now, "verdict") && record_text(now, "verdict").n;
    return (!is_asked || tell(tx, now, record_int(now, "reviewer"), MSG_content_tell_asked, e))
        && (!is_answered || tell(tx, now, record_int(now, "owner"),
                                 is(now, "verdict", "good") ? MSG_content_tell_good : MSG_content_tell_change, e));
}

const struct entity material_entity = {
    .name = "material",
    .path = "material",
    .label = MSG_content_material,
    .plural = MSG_content_material_plural,
    .icon = "files",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "kind",
    .owner = "owner",
    .order = "-updated_at",
    .before = material_before,
    .after = material_after,
};

bool material_review(struct ctx *tx, int64_t id, bool is_good, str note, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *now, *r = record_new(tx->a, &material_entity);
    if (!record_get(tx, &material_entity, id, &now, e))
        return false;
    if (!(tx->who->roles & SELLS) || record_int(now, "owner") == tx->who->user_id)
        return fail(e, ERR_FORBIDDEN, MSG_content_only_sellers, "user %lld", (long long)tx->who->user_id);
    if (!is(now, "status", "in_review"))
        return fail(e, ERR_CONFLICT, MSG_content_not_asked, "material %lld", (long long)id);
    r->id = id;
    record_set(r, "verdict", val_text(is_good ? S("good") : S("change")));
    record_set(r, "reviewed_by", val_ref(tx->who->user_id));
    record_set(r, "reviewed_at", val_int(tx->now));
    record_set(r, "review_note", val_text(note));
    return record_update(&sys, r, 0, NULL, e);
}
