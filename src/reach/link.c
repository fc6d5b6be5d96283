/* link.c - one tracked link: who was given it, where it leads, by whom and when.
 *
 * A row is a link of a delivery; one that a person makes is a delivery of its own. Nothing of it changes any more:
 * what was sent cannot be altered. Deleted is withdrawn: it leads nowhere from then on. A link to material leads to
 * the address the material has when it is followed.
 */
#include "reach/inside.h"
#include "msg/event.h"
#include "msg/link.h"

static const struct choice channel_choices[] = {
    { "link",  MSG_link_channel_link },
    { "email", MSG_core_channel_email },
    { 0 },
};

static void address_of(struct ctx *c, const struct record *r, struct val *out)
{
    int64_t delivery = record_int(r, "delivery");
    if (delivery)
        *out = val_text(link_path(c->a, c->ws, delivery, record_int(r, "idx")));
}

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "material", .label = MSG_link_material,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE, .ref = "material" },
    { .name = "url", .label = MSG_link_url, .help = MSG_link_url_help,
      .type = FIELD_URL, .flags = F_LIST | F_QUICK | F_IMMUTABLE, .max = LINK_URL_MAX },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "deal" },
    { .name = "title", .label = MSG_core_word_title, .type = FIELD_TEXT, .flags = F_READONLY | F_LIST, .max = 200 },
    { .name = "address", .label = MSG_link_address, .help = MSG_link_address_help,
      .type = FIELD_COMPUTED, .compute = address_of, .shown_as = FIELD_TEXT },
    { .name = "channel", .label = MSG_core_word_channel,
      .type = FIELD_CHOICE, .flags = F_READONLY, .choices = channel_choices, .init = "link" },
    { .name = "sent_at", .label = MSG_link_sent_at, .type = FIELD_INSTANT, .flags = F_READONLY, .init = "now" },
    { .name = "delivery", .label = MSG_link_delivery, .type = FIELD_INT, .flags = F_READONLY | F_HIDDEN },
    { .name = "idx", .label = MSG_link_idx, .type = FIELD_INT, .flags = F_READONLY | F_HIDDEN, .init = "1" },
    { .name = "is_trap", .label = MSG_link_is_trap, .type = FIELD_BOOL, .flags = F_READONLY | F_HIDDEN, .init = "false" },
};

/* ── making one ──────────────────────────────────────────────────────────── */

static bool refuse(const char *field, msg_id why, str value, struct err *e)
{
    fail(e, ERR_INVALID, why, "link %s", field);
    err_arg(e, "value", value);
    return err_field(e, field);
}

static str bare(str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    return at < 0 ? url : str_from(url, (size_t)at + 3);
}

/* What nobody from sales has looked at is not sent to anybody. */
static bool to_material(struct ctx *tx, struct record *now, struct err *e)
{
    const struct entity *material = entity_find(S("material"));
    struct record *r;
    if (!material || !record_get(tx, material, record_int(now, "material"), &r, e))
        return err_field(e, "material");
    if (!str_eq(record_text(r, "status"), S("released")))
        return refuse("material", MSG_link_not_released, record_title(r), e);
    if (!link_url_ok(record_text(r, "url")))
        return refuse("material", MSG_link_no_address, record_title(r), e);
    record_set(now, "title", val_text(record_title(r)));
    return true;
}

static bool link_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    str url = record_text(now, "url");
    bool has_material = record_int(now, "material") != 0;
    if (old)
        return true;
    if (!record_int(now, "delivery"))
        record_set(now, "delivery", val_int(now->id));
    if (has_material == (url.n > 0))
        return refuse("url", MSG_link_one_of, url, e);
    if (has_material)
        return to_material(tx, now, e);
    if (!link_url_ok(url))
        return refuse("url", MSG_link_url_wrong, url, e);
    record_set(now, "title", val_text(kept(bare(url), 200)));
    return true;
}

static const char *const schema[] = {
    "CREATE UNIQUE INDEX IF NOT EXISTS link_of_delivery ON link (delivery, idx)",
    NULL,
};

const struct entity link_entity = {
    .name = "link",
    .path = "links",
    .label = MSG_link_link,
    .plural = MSG_link_links,
    .icon = "link",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "person",
    .order = "-created_at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_PAGE,
    .before = link_before,
    .schema = schema,
};
