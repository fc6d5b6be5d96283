/* chart.c - the frame of a picture, its unit and scale, its table. The kinds are drawn in chart_bars.c
 * and chart_round.c.
 */
#include <math.h>
#include "msg/chart.h"
#include "web/chart_inside.h"

const char *chart_anchor(const struct locale *loc, enum chart_side side)
{
    if (side == CHART_AT_MIDDLE)
        return "middle";
    return (side == CHART_AT_LEFT) != lang_is_rtl(loc->lang) ? "start" : "end";
}

const char *chart_colour(int series)
{
    static const char *const v[] = { "v1", "v5", "v3", "v2", "v4", "v6" };
    return v[series % (int)countof(v)];
}

int64_t chart_sum(const struct chart *c, size_t i)
{
    int64_t sum = 0;
    for (int s = 0; s < c->nseries; s++)
        sum += c->points[i].v[s];
    return sum;
}

bool chart_has_links(const struct canvas *k)
{
    for (size_t i = 0; i < k->nrects; i++)
        if (k->rects[i].url.s.n)
            return true;
    return false;
}

int chart_flip(const struct canvas *k, int x, int w) { return k->is_rtl ? k->w - x - w : x; }

void chart_say(struct canvas *k, int x, int y, enum chart_side side, const char *kind, str text)
{
    k->words[k->nwords++] = (struct words){ x, y, chart_anchor(k->h->loc, side), kind, text };
}

/* ── units ───────────────────────────────────────────────────────────────── */

static int64_t minor_of(const struct html *h, const char *currency)
{
    int64_t m = 1;
    for (int i = currency_digits(currency); i > 0; i--)
        m *= 10;
    return h->loc->toman && !strcmp(currency, "IRR") ? m * 10 : m;
}

/* The largest step that the largest value reaches; *unit says it. */
static int64_t unit_of(struct html *h, const struct chart *c, int64_t most, str *unit)
{
    static const struct { int64_t times; msg_id label; bool is_indic, is_3; } step[] = {
        { 1000000000, MSG_chart_billion, false, true }, { 10000000, MSG_chart_crore, true, false },
        { 1000000, MSG_chart_million, false, true }, { 100000, MSG_chart_lakh, true, false },
        { 1000, MSG_chart_thousand, true, true }, { 1, MSG_chart_unit, true, true },
    };
    if (c->unit != CHART_MONEY) {
        *unit = (str){ 0 };
        return c->unit == CHART_PERCENT ? 100 : 1;
    }
    bool is_toman = h->loc->toman && !strcmp(c->currency, "IRR");
    str name = is_toman ? _(chart_toman) : str_of(c->currency);
    int64_t minor = minor_of(h, c->currency);
    for (size_t i = 0; i < countof(step); i++) {
        bool fits = h->loc->grouping == GROUPING_INDIC ? step[i].is_indic : step[i].is_3;
        if ((fits && most / minor >= step[i].times) || i + 1 == countof(step)) {
            const struct msg_chart_unit_args args = { .currency = arg_str(name) };
            *unit = msg_text(h->a, h->loc, step[i].label, &args.currency);
            return minor * step[i].times;
        }
    }
    return minor;
}

str chart_number(const struct canvas *k, int64_t v)
{
    double x = (double)v / (double)k->div;
    str n = loc_num(k->h->a, k->h->loc, x, fabs(x) < 100 && k->c->unit != CHART_COUNT ? 1 : 0);
    return k->c->unit == CHART_PERCENT ? loc_percent(k->h->a, k->h->loc, x / 100, 1) : n;
}

str chart_full(struct html *h, const struct chart *c, int64_t v)
{
    return c->unit == CHART_MONEY ? loc_money(h->a, h->loc, v, c->currency)
         : c->unit == CHART_PERCENT ? loc_percent(h->a, h->loc, (double)v / 10000, 1) : loc_int(h->a, h->loc, v);
}

/* ── the frame ───────────────────────────────────────────────────────────── */

/* How high a point reaches: parts that stand on each other are counted together, lines each by itself. */
static int64_t height(const struct chart *c, size_t i)
{
    int64_t most = 0;
    if (c->kind == CHART_COLUMNS || c->kind == CHART_BARS || c->kind == CHART_FUNNEL)
        return chart_sum(c, i);
    for (int s = 0; s < c->nseries; s++)
        most = c->points[i].v[s] > most ? c->points[i].v[s] : most;
    return most;
}

static int64_t most_of(const struct chart *c)
{
    int64_t most = 0;
    for (size_t i = 0; i < c->n; i++)
        most = height(c, i) > most ? height(c, i) : most;
    return most;
}

static str described(struct html *h, const struct chart *c)
{
    size_t top = 0;
    for (size_t i = 1; i < c->n; i++)
        if (height(c, i) > height(c, top))
            top = i;
    return _(chart_desc, .title = A(c->title), .label = A(c->points[top].label), .value = A(chart_full(h, c, height(c, top))));
}

static void draw(struct html *h, const struct chart *c, int width, bool is_phone, int64_t div)
{
    struct canvas k = {
        .h = h, .c = c, .w = width, .is_rtl = lang_is_rtl(h->loc->lang), .is_phone = is_phone, .div = div,
        .rects = arena_new(h->a, struct rect, CHART_SHAPES_MAX), .lines = arena_new(h->a, struct line, CHART_SHAPES_MAX),
        .words = arena_new(h->a, struct words, CHART_SHAPES_MAX), .labels = arena_new(h->a, struct label, CHART_SHAPES_MAX),
        .shapes = arena_new(h->a, struct shape, CHART_SHAPES_MAX), .top = most_of(c),
    };
    switch (c->kind) {
    case CHART_COLUMNS: chart_draw_columns(&k); break;
    case CHART_BARS: case CHART_FUNNEL: chart_draw_bars(&k); break;
    case CHART_LINE: case CHART_SPARK: chart_draw_line(&k); break;
    case CHART_DONUT: case CHART_GAUGE: chart_draw_round(&k); break;
    }
    view_chart_svg(h, &(struct chart_svg_view){ .k = &k, .title = c->title, .desc = described(h, c), .is_phone = is_phone,
                                                .is_spark = c->kind == CHART_SPARK });
}

static struct chart normal(const struct chart *given)
{
    struct chart c = *given;
    c.n = c.n > CHART_POINTS_MAX ? CHART_POINTS_MAX : c.n;
    c.nseries = c.nseries < 1 ? 1 : c.nseries > CHART_SERIES_MAX ? CHART_SERIES_MAX : c.nseries;
    c.width = c.width ? c.width : CHART_WIDE;
    return c;
}

void chart_put(struct html *h, const struct chart *given)
{
    struct chart c = normal(given);
    struct chart_frame_view v = { .title = c.title, .nseries = c.nseries, .has_legend = c.series && c.nseries > 1 };
    struct html wide = html_part(h), phone = html_part(h);
    if (c.n == 0)
        return;
    int64_t div = unit_of(h, &c, most_of(&c), &v.unit);
    draw(&wide, &c, c.width, false, div);
    draw(&phone, &c, CHART_PHONE, true, div);
    v.wide = html_done(&wide);
    v.phone = html_done(&phone);
    struct chart_line *lines = arena_new(h->a, struct chart_line, c.n);
    for (size_t i = 0; i < c.n; i++) {
        lines[i] = (struct chart_line){ .label = c.points[i].label, .url = c.points[i].url };
        for (int s = 0; s < c.nseries; s++)
            lines[i].v[s] = chart_full(h, &c, c.points[i].v[s]);
    }
    struct chart_series *series = arena_new(h->a, struct chart_series, c.nseries);
    for (int s = 0; s < c.nseries; s++)
        series[s] = (struct chart_series){ c.series ? c.series[s] : (str){ 0 }, chart_colour(s) };
    v.series = series;
    v.lines = lines;
    v.nlines = c.n;
    view_chart_frame(h, &v);
}

void chart_spark(struct html *h, const struct chart *given)
{
    struct chart c = normal(given);
    c.kind = CHART_SPARK;
    if (c.n > 1)
        draw(h, &c, 96, false, 1);
}
