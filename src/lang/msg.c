/* msg.c - runs compiled messages.
 *
 * A lookup is two array accesses, a message without slots is returned where it
 * lies. Inserted text of the other writing direction is put between FSI and PDI,
 * so a Latin name does not tear a Persian sentence (nor the other way round).
 */
#include "lang/msg_table.h"
#include "base/buf.h"
#include "lang/plural.h"
#include "msg/lang.h"

enum { TEXT_MAX = 1 << 16 };

struct run {
    struct buf out;
    struct arena *a;
    const struct locale *loc;
    const struct msg_row *row;
    const struct msg_arg *args;
};

static const struct msg_row *row_of(msg_id id)
{
    int room = id / MSG_ROOM_STEP - 1, at = id % MSG_ROOM_STEP;
    if (room < 0 || room >= msg_nrooms || at >= msg_room_first[room + 1] - msg_room_first[room])
        return NULL;
    return &msg_rows[msg_room_first[room] + at];
}

/* ── slots ───────────────────────────────────────────────────────────────── */

static bool needs_isolation(const struct locale *loc, str s)
{
    bool rtl = false, latin = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        rtl |= c >= 0xD6 && c <= 0xDB;              /* lead bytes of Hebrew and Arabic */
        latin |= (c | 32) >= 'a' && (c | 32) <= 'z';
    }
    return lang_is_rtl(loc->lang) ? latin || (!rtl && s.n && s.p[0] == '+') : rtl;
}

static void put_text(struct run *r, str s)
{
    bool isolate = needs_isolation(r->loc, s);
    if (isolate)
        buf_lit(&r->out, "\u2068");
    buf_put(&r->out, s);
    if (isolate)
        buf_lit(&r->out, "\u2069");
}

static void put_arg(struct run *r, int slot)
{
    const struct msg_arg none = { 0 }, *v = r->args ? &r->args[slot] : &none;

    switch (v->kind) {
    case ARG_NONE:      buf_fmt(&r->out, "{%s}", r->row->slot[slot]); break;
    case ARG_TEXT:      put_text(r, v->s); break;
    case ARG_INT:       buf_put(&r->out, loc_int(r->a, r->loc, v->i)); break;
    case ARG_NUM:       buf_put(&r->out, loc_num(r->a, r->loc, v->d, 2)); break;
    case ARG_MONEY:     buf_put(&r->out, loc_money(r->a, r->loc, v->i, arena_cstr(r->a, v->s))); break;
    case ARG_DATE:      buf_put(&r->out, loc_date(r->a, r->loc, v->i, DATE_MEDIUM)); break;
    case ARG_INSTANT:   buf_put(&r->out, loc_instant(r->a, r->loc, v->i, DATE_MEDIUM)); break;
    }
}

/* A label begins with a capital; inside a sentence it has none, unless it is an abbreviation ("API keys"). */
static void put_small(struct run *r, int slot)
{
    size_t at = r->out.n;
    put_arg(r, slot);
    char *p = r->out.p + at;
    size_t n = r->out.n - at;
    if (n > 1 && p[0] >= 'A' && p[0] <= 'Z' && !(p[1] >= 'A' && p[1] <= 'Z'))
        p[0] |= 32;
}

/* ── cases ───────────────────────────────────────────────────────────────── */

struct msg_case { str key, body; };

static struct msg_case next_case(str *p)
{
    struct msg_case c = { .key = { p->p + 1, (unsigned char)p->p[0] } };
    const unsigned char *len = (const unsigned char *)c.key.p + c.key.n;
    c.body = (str){ (const char *)len + 2, (size_t)(len[0] | len[1] << 8) };
    *p = str_from(*p, (size_t)(c.body.p + c.body.n - p->p));
    return c;
}

/* The number of a plural; text that is a whole number counts as one. */
static double number_of(const struct msg_arg *v)
{
    int64_t i;
    if (v->kind == ARG_NUM)
        return v->d;
    if (v->kind == ARG_TEXT && str_to_int(v->s, &i))
        return (double)i;
    return (double)v->i;
}

/* Takes all `n` cases off *p and gives the body of the best one. */
static str choose(str *p, int n, str exact, str key)
{
    str best = { 0 };
    int rank = 0;

    for (int i = 0; i < n; i++) {
        struct msg_case c = next_case(p);
        int found = str_eq(c.key, exact) ? 3 : str_eq(c.key, key) ? 2 : str_eq(c.key, S("other"));
        if (found > rank) {
            rank = found;
            best = c.body;
        }
    }
    return best;
}

static str plural_case(struct run *r, const struct msg_arg *v, str *p, int n)
{
    double x = number_of(v);
    char exact[32];
    int len = snprintf(exact, sizeof exact, "=%.0f", x);
    bool whole = x > -1e15 && x < 1e15 && (double)(int64_t)x == x;
    str key = plural_is_one(r->loc->lang, x) ? S("one") : S("other");
    return choose(p, n, whole ? (str){ exact, (size_t)len } : S("="), key);
}

static str select_case(const struct msg_arg *v, str *p, int n)
{
    char number[24];
    str key = v->s;
    if (v->kind == ARG_INT)
        key = (str){ number, (size_t)snprintf(number, sizeof number, "%lld", (long long)v->i) };
    return choose(p, n, key, S("other"));
}

/* `count`: the slot whose number # shows. */
static void run(struct run *r, str p, int count)
{
    const struct msg_arg none = { 0 };

    while (p.n) {
        size_t plain = 0;
        while (plain < p.n && ((unsigned char)p.p[plain] > MSG_SMALL))
            plain++;
        buf_put(&r->out, str_head(p, plain));
        p = str_from(p, plain);
        if (!p.n)
            return;
        int op = p.p[0], slot = op == MSG_COUNT ? count : p.p[1] - 1;
        const struct msg_arg *v = r->args ? &r->args[slot] : &none;
        if (op == MSG_SLOT || op == MSG_COUNT || op == MSG_SMALL) {
            if (op == MSG_SMALL)
                put_small(r, slot);
            else
                put_arg(r, slot);
            p = str_from(p, op == MSG_COUNT ? 1 : 2);
            continue;
        }
        int n = p.p[2];
        p = str_from(p, 3);
        str body = op == MSG_PLURAL ? plural_case(r, v, &p, n) : select_case(v, &p, n);
        run(r, body, op == MSG_PLURAL ? slot : count);
    }
}

/* ── public ──────────────────────────────────────────────────────────────── */

str msg_text(struct arena *a, const struct locale *loc, msg_id id, const struct msg_arg *args)
{
    const struct msg_row *row = row_of(id);
    if (!row)
        return arena_fmt(a, "[%d]", id);
    if (!row->nslots)
        return row->text[loc->lang];
    struct run r = { buf_new(a, TEXT_MAX), a, loc, row, args };
    run(&r, row->text[loc->lang], 0);
    return buf_str(&r.out);
}

/* A number given as text is shown in the reader's digits: grouped from 10,000 on,
 * since a short one may be a year or what the person typed. */
static struct msg_arg shown_arg(struct arena *a, const struct locale *loc, const char *text)
{
    int64_t n;
    str s = str_of(text);
    bool as_typed = s.n && (s.p[0] == '0' || s.p[0] == '+') && s.n > 1;

    if (as_typed || !str_to_int(s, &n))
        return arg_str(arena_str(a, s));
    if (n >= 10000 || n <= -10000)
        return arg_int(n);
    return (struct msg_arg){ ARG_TEXT, n, 0, loc_digits(a, loc, arena_str(a, s)) };
}

static msg_id generic(enum err_code code)
{
    static const msg_id of[] = {
        [ERR_INVALID] = MSG_lang_error_invalid,     [ERR_FORBIDDEN] = MSG_lang_error_forbidden,
        [ERR_NOT_FOUND] = MSG_lang_error_not_found, [ERR_CONFLICT] = MSG_lang_error_conflict,
        [ERR_TOO_LARGE] = MSG_lang_error_too_large, [ERR_TOO_MANY] = MSG_lang_error_too_many,
        [ERR_UNAUTHENTICATED] = MSG_lang_error_unauthenticated,
        [ERR_FULL] = MSG_lang_error_full,           [ERR_BUSY] = MSG_lang_error_busy,
        [ERR_INTERNAL] = MSG_lang_error_internal,
    };
    return (size_t)code < countof(of) && of[code] ? of[code] : MSG_lang_error_internal;
}

str err_text(struct arena *a, const struct locale *loc, const struct err *e)
{
    struct msg_arg args[MSG_SLOTS_MAX] = { 0 };
    msg_id id = row_of(e->msg) ? e->msg : generic(e->code);
    const struct msg_row *row = row_of(id);

    for (int s = 0; s < row->nslots; s++)
        for (int i = 0; i < e->nargs; i++)
            if (!strcmp(row->slot[s], e->arg[i].name))
                args[s] = shown_arg(a, loc, e->arg[i].text);
    return msg_text(a, loc, id, args);
}

const char *msg_key(msg_id id)
{
    const struct msg_row *row = row_of(id);
    return row ? row->key : "";
}

bool msg_find(str key, msg_id *out)
{
    int low = 0, high = msg_nrows;

    while (low < high) {
        int mid = (low + high) / 2;
        if (str_cmp(str_of(msg_rows[mid].key), key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == msg_nrows || !str_eq(str_of(msg_rows[low].key), key))
        return false;
    int room = 0;
    while (msg_room_first[room + 1] <= low)
        room++;
    *out = (room + 1) * MSG_ROOM_STEP + low - msg_room_first[room];
    return true;
}
