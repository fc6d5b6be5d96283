/* ui.c - the little that the parts' views cannot say themselves: classes, ids, what a <select> offers. */
#include "web/ui_inside.h"
#include "lang/country_name.h"

enum { COLOURS = 7 };

const char *tone_class(enum tone t)
{
    static const char *const name[] = {
        [TONE_NONE] = "", [TONE_GREEN] = "green", [TONE_AMBER] = "amber", [TONE_RED] = "red",
        [TONE_BLUE] = "blue", [TONE_IRIS] = "iris", [TONE_TEAL] = "teal", [TONE_PINK] = "pink",
    };
    return (unsigned)t < countof(name) ? name[t] : "";
}

/* Ids are time-ordered, so neighbours differ in their low bits only: mix first. */
const char *ui_colour_class(int64_t id)
{
    static const char *const name[COLOURS] = { "c0", "c1", "c2", "c3", "c4", "c5", "c6" };
    uint64_t x = (uint64_t)id * 0x9E3779B97F4A7C15u;
    return name[(x >> 32) % COLOURS];
}

int ui_percent(int64_t part, int64_t whole)
{
    double share = whole > 0 ? 100.0 * (double)part / (double)whole : 0;
    return share <= 0 ? 0 : share >= 100 ? 100 : (int)(share + 0.5);
}

static char id_char(char c)
{
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    return plain ? c : c >= 'A' && c <= 'Z' ? (char)(c + 32) : '-';
}

str ui_id(struct arena *a, const char *prefix, str name)
{
    str id = arena_fmt(a, "%s-%.*s", prefix, STR_ARG(name));
    char *p = arena_new(a, char, id.n + 1);
    for (size_t i = 0; i < id.n; i++)
        p[i] = id_char(id.p[i]);
    return (str){ p, id.n };
}

struct ui_option *ui_countries(struct arena *a, const struct locale *loc, str chosen, size_t *n)
{
    const str *code = country_offers(a, loc, chosen, n);
    struct ui_option *o = arena_new(a, struct ui_option, *n + 1);
    o[0] = (struct ui_option){ .label = S("\u2014"), .is_selected = !chosen.n };
    for (size_t i = 0; i < *n; i++)
        o[i + 1] = (struct ui_option){ code[i], country_name(loc->lang, code[i]), str_eq(code[i], chosen) };
    ++*n;
    return o;
}

/* Dates and numbers are text: people type them in their own digits and calendar. */
const char *ui_input_type(enum ui_input i)
{
    switch (i) {
    case UI_EMAIL:    return "email";
    case UI_TEL:      return "tel";
    case UI_URL:      return "url";
    case UI_PASSWORD: return "password";
    case UI_FILE:     return "file";
    case UI_SEARCH:   return "search";
    default:          return "text";
    }
}

bool ui_input_is_ltr(enum ui_input i) { return i == UI_EMAIL || i == UI_TEL || i == UI_URL || i == UI_PASSWORD; }

str ui_field_notes(struct arena *a, str id, const struct ui_field_view *v)
{
    struct buf b = buf_new(a, 1024);
    if (v->hint.n)
        buf_fmt(&b, "%.*s-h", STR_ARG(id));
    if (v->error.n)
        buf_fmt(&b, "%s%.*s-e", b.n ? " " : "", STR_ARG(id));
    return buf_str(&b);
}
