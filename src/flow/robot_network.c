/* robot_network.c - networks that guards of mailboxes and other programs ask from, as people of the house keep them.
 *
 * A network is kept under one spelling, so an address is looked up by the names of all networks it can lie in: as
 * many keys of one index as there are lengths, however long the list is. Of a visitor's address nothing is kept.
 */
#include "egress/address.h"
#include "flow/robot.h"
#include "lang/lang.h"
#include "msg/core.h"
#include "msg/robot.h"

enum { V4_MIN = 8, V4_MAX = 32, V6_MIN = 16, V6_MAX = 64, NAMES = V6_MAX - V6_MIN + 1 };
_Static_assert(V4_MAX - V4_MIN < NAMES, "the names of every address fit");

static str name_of(struct arena *a, const struct ip *ip, int bits)
{
    struct ip net = *ip;
    char text[IP_TEXT_MAX];
    for (int i = bits; i < (ip->is_v6 ? 128 : 32); i++)
        net.b[i / 8] &= (unsigned char)~(0x80 >> i % 8);
    ip_write(&net, text);
    return arena_fmt(a, "%s/%d", text, bits);
}

bool robot_network_parse(struct arena *a, str text, str *name, struct err *e)
{
    str rest = str_trim(ascii_digits(a, text)), address = str_trim(str_cut(&rest, '/'));
    struct ip ip;
    int64_t bits;
    rest = str_trim(rest);
    bool is_good = ip_parse(address, &ip) && str_to_int(rest, &bits)
                && bits >= (ip.is_v6 ? V6_MIN : V4_MIN) && bits <= (ip.is_v6 ? V6_MAX : V4_MAX);
    if (!is_good) {
        fail(e, ERR_INVALID, MSG_robot_bad_network, "network");
        err_arg(e, "value", text);
        return err_field(e, "network");
    }
    *name = name_of(a, &ip, (int)bits);
    return true;
}

bool robot_network_has(struct ctx *c, str address, bool *out, struct err *e)
{
    struct db_val names[NAMES];
    struct ip ip;
    int64_t one;
    *out = false;
    if (!ip_parse(address, &ip))
        return true;
    for (int i = 0; i < NAMES; i++) {
        int bits = i + (ip.is_v6 ? V6_MIN : V4_MIN);
        names[i] = V(bits <= (ip.is_v6 ? V6_MAX : V4_MAX) ? name_of(c->a, &ip, bits) : S("-"));
    }
    return db_get_int(c->c, "SELECT 1 FROM robot_network WHERE deleted_at IS NULL AND network IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
                            " $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33,"
                            " $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49) LIMIT 1", names, NAMES, out, &one, e);
}

/* ── the entity ──────────────────────────────────────────────────────────── */

static bool before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    str name;
    (void)old;
    if (!robot_network_parse(tx->a, record_text(now, "network"), &name, e))
        return false;
    record_set(now, "network", val_text(name));
    return true;
}

static const struct field fields[] = {
    { .name = "network", .label = MSG_robot_network_network, .help = MSG_robot_network_help, .type = FIELD_TEXT,
      .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_QUICK | F_SEARCH, .max = 60 },
    { .name = "service", .label = MSG_robot_network_service, .help = MSG_robot_network_service_help, .type = FIELD_TEXT,
      .flags = F_LIST | F_QUICK | F_SEARCH, .max = 80 },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_TEXT, .max = 500 },
};

const struct entity robot_network_entity = {
    .name = "robot_network",
    .path = "robot-networks",
    .label = MSG_robot_network_one,
    .plural = MSG_robot_network_plural,
    .icon = "radar",
    .fields = fields,
    .nfields = countof(fields),
    .title = "network",
    .subtitle = "service",
    .order = "network",
    .flags = E_SETTINGS,
    .before = before,
};
