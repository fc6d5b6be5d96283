/* chart_bars.c - columns and lines along time, bars and funnels along the page. */
#include "web/chart_inside.h"
#include "base/utf8.h"

enum { LEFT = 44, TOP = 10, BOTTOM = 26, TICKS = 4 };

/* The smallest 1, 2, 2.5 or 5 times a power of ten, four of which reach the highest value. */
static int64_t tick_of(int64_t most)
{
    static const int step[] = { 10, 20, 25, 50, 100 };
    int64_t power = 1, want = most / TICKS + (most % TICKS != 0);
    if (want <= 1)
        return 1;
    while (want / power >= 100)
        power *= 10;
    for (size_t i = 0; i < countof(step); i++)
        if (step[i] * power >= want * (power == 1 ? 10 : 1))
            return power == 1 ? (step[i] + 9) / 10 : step[i] * power;
    return 100 * power;
}

static int at_height(const struct canvas *k, int64_t v)
{
    int room = k->high - TOP - BOTTOM;
    return k->top ? (int)((__int128)v * room / k->top) : 0;
}

static void draw_grid(struct canvas *k)
{
    int64_t tick = tick_of(k->top), max = tick * TICKS;
    if (k->div > 1 && k->c->unit == CHART_MONEY && tick > k->div / 10)      /* a tick of the unit, not of its hundredths */
        tick = tick_of(k->top / (k->div / 10) + 1) * (k->div / 10), max = tick * TICKS;
    while (max - tick >= k->top && max > tick)
        max -= tick;
    k->top = max;
    for (int64_t v = 0; v <= max; v += tick) {
        int y = k->high - BOTTOM - at_height(k, v);
        k->lines[k->nlines++] = (struct line){ LEFT, y, k->w, y };
        chart_say(k, LEFT - 8, y + 4, CHART_AT_RIGHT, "tk", chart_number(k, v));
    }
}

static str title_of(const struct canvas *k, size_t i, int s)
{
    const struct chart *c = k->c;
    str value = chart_full(k->h, c, c->points[i].v[s]), label = c->points[i].label;
    return c->series && c->nseries > 1
        ? arena_fmt(k->h->a, "%.*s · %.*s: %.*s", STR_ARG(label), STR_ARG(c->series[s]), STR_ARG(value))
        : arena_fmt(k->h->a, "%.*s: %.*s", STR_ARG(label), STR_ARG(value));
}

/* On a phone every second or third label is left out rather than written over its neighbour. */
static size_t label_step(const struct canvas *k, int slot)
{
    size_t step = 1;
    while ((int)step * slot < (k->is_phone ? 44 : 52) && step < k->c->n)
        step++;
    return step;
}

void chart_draw_columns(struct canvas *k)
{
    const struct chart *c = k->c;
    k->high = k->is_phone ? 200 : 240;
    draw_grid(k);
    int slot = (k->w - LEFT) / (int)c->n, wide = slot * 6 / 10;
    wide = wide > 56 ? 56 : wide < 2 ? 2 : wide;
    size_t step = label_step(k, slot);
    for (size_t i = 0; i < c->n; i++) {
        int x = LEFT + (int)i * slot + (slot - wide) / 2;
        int64_t below = 0;
        for (int s = 0; s < c->nseries; s++) {
            int y0 = at_height(k, below), y1 = at_height(k, below + c->points[i].v[s]);
            below += c->points[i].v[s];
            if (y1 > y0)
                k->rects[k->nrects++] = (struct rect){ x, k->high - BOTTOM - y1, wide, y1 - y0 - (y0 > 0 && y1 - y0 > 2),
                                                       title_of(k, i, s), c->points[i].url, chart_colour(s) };
        }
        if (i % step == 0)
            chart_say(k, x + wide / 2, k->high - 8, CHART_AT_MIDDLE, "tk", c->points[i].label);
    }
}

void chart_draw_line(struct canvas *k)
{
    const struct chart *c = k->c;
    bool is_spark = c->kind == CHART_SPARK;
    int left = is_spark ? 2 : LEFT;
    k->high = is_spark ? 28 : k->is_phone ? 200 : 240;
    if (!is_spark)
        draw_grid(k);
    int room = k->w - left - (is_spark ? 2 : 12);
    size_t step = label_step(k, room / (int)c->n);
    for (int s = 0; s < c->nseries; s++) {
        struct buf d = buf_new(k->h->a, 4096);
        for (size_t i = 0; i < c->n; i++) {
            int x = left + (c->n > 1 ? (int)((int64_t)room * (int64_t)i / (int64_t)(c->n - 1)) : room / 2);
            int y = is_spark ? 26 - (k->top ? (int)((__int128)c->points[i].v[s] * 24 / k->top) : 0)
                             : k->high - BOTTOM - at_height(k, c->points[i].v[s]);
            buf_fmt(&d, "%c%d %d", i ? 'L' : 'M', x, y);
            if (!is_spark)
                k->rects[k->nrects++] = (struct rect){ x - 3, y - 3, 6, 6, title_of(k, i, s), c->points[i].url, chart_colour(s) };
            if (!is_spark && s == 0 && i % step == 0)
                chart_say(k, x, k->high - 8, CHART_AT_MIDDLE, "tk", c->points[i].label);
        }
        k->shapes[k->nshapes++] = (struct shape){ buf_str(&d), c->series ? c->series[s] : c->title, chart_colour(s), "ln" };
    }
}

/* A bar's name: before it at a desk, above it on a phone; what is too long loses its end. */
static void name_bar(struct canvas *k, int y, int names, str text)
{
    int w = k->is_phone ? k->w : names;
    k->labels[k->nlabels++] = (struct label){ chart_flip(k, 0, w), y, w, 24, k->is_rtl ? w : 0,
        chart_anchor(k->h->loc, k->is_rtl ? CHART_AT_RIGHT : CHART_AT_LEFT), text };
}

/* What the longest name takes, about; the bars keep half of the picture. */
static int names_width(const struct chart *c, int width)
{
    enum { LETTER = 7, LEAST = 20, MOST = 48 };
    size_t letters = 0;
    for (size_t i = 0; i < c->n; i++) {
        size_t n = utf8_count(c->points[i].label);
        letters = n > letters ? n : letters;
    }
    int w = (int)letters * LETTER, least = width * LEAST / 100, most = width * MOST / 100;
    return w < least ? least : w > most ? most : w;
}

/* Name, bar, figure, and the note at the far end; everything mirrored with the page. */
void chart_draw_bars(struct canvas *k)
{
    enum { ROW = 33, PHONE_ROW = 48, THICK = 22, FIGURE = 74, NOTE = 52 };
    const struct chart *c = k->c;
    bool has_notes = false;
    for (size_t i = 0; i < c->n; i++)
        has_notes |= c->points[i].note.n > 0;
    int names = k->is_phone ? -10 : names_width(c, k->w), row = k->is_phone ? PHONE_ROW : ROW, down = k->is_phone ? 22 : 0;
    int room = k->w - names - 10 - FIGURE - (has_notes ? NOTE : 0);
    enum chart_side near = k->is_rtl ? CHART_AT_RIGHT : CHART_AT_LEFT, far = k->is_rtl ? CHART_AT_LEFT : CHART_AT_RIGHT;
    k->high = (int)c->n * row + 4;
    for (size_t i = 0; i < c->n; i++) {
        int top = 4 + (int)i * row, y = top + down, x = names + 10;
        name_bar(k, top, names, c->points[i].label);
        for (int s = 0; s < c->nseries; s++) {
            int w = k->top ? (int)((__int128)c->points[i].v[s] * room / k->top) : 0;
            w = c->points[i].v[s] > 0 && w < 2 ? 2 : w;
            if (w > 0)
                k->rects[k->nrects++] = (struct rect){ chart_flip(k, x, w), y, w, THICK, title_of(k, i, s), c->points[i].url, chart_colour(s) };
            x += w;
        }
        chart_say(k, chart_flip(k, x + 8, 0), y + 16, near, "vl", chart_number(k, chart_sum(c, i)));
        if (c->points[i].note.n)
            chart_say(k, chart_flip(k, k->w, 0), y + 16, far, "tk", c->points[i].note);
    }
}
