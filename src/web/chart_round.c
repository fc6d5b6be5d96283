/* chart_round.c - donut and gauge. Points on the circle are rounded to hundredths, so the same figures
 * make the same bytes on every machine.
 */
#include <math.h>
#include "web/chart_inside.h"

enum { OUTER = 90, INNER = 66 };

/* `turn` in 1/1000000 of a circle, from 12 o'clock; clockwise, or counter-clockwise in right-to-left pages. */
static void put_point(struct buf *d, const struct canvas *k, char op, int cx, int cy, int radius, int64_t turn)
{
    double angle = 2 * M_PI * (double)turn / 1e6, side = k->is_rtl ? -1 : 1;
    long x = lround((cx + side * radius * sin(angle)) * 100), y = lround((cy - radius * cos(angle)) * 100);
    if (op == 'A')
        buf_fmt(d, " ");
    else
        buf_fmt(d, "%c", op);
    buf_fmt(d, "%ld.%02ld %ld.%02ld", x / 100, labs(x % 100), y / 100, labs(y % 100));
}

static str ring(const struct canvas *k, int cx, int cy, int64_t from, int64_t to)
{
    struct buf d = buf_new(k->h->a, 512);
    int large = to - from > 500000, sweep = !k->is_rtl;
    put_point(&d, k, 'M', cx, cy, OUTER, from);
    buf_fmt(&d, "A%d %d 0 %d %d", OUTER, OUTER, large, sweep);
    put_point(&d, k, 'A', cx, cy, OUTER, to);
    put_point(&d, k, 'L', cx, cy, INNER, to);
    buf_fmt(&d, "A%d %d 0 %d %d", INNER, INNER, large, !sweep);
    put_point(&d, k, 'A', cx, cy, INNER, from);
    buf_fmt(&d, "Z");
    return buf_str(&d);
}

static void put_ring(struct canvas *k, int cx, int cy, int64_t from, int64_t to, const char *colour, str title)
{
    if (to - from > 999999)
        to = from + 999999;                     /* an arc to its own beginning is none */
    if (to > from)
        k->shapes[k->nshapes++] = (struct shape){ ring(k, cx, cy, from, to), title, colour, "ar" };
}

static void gauge(struct canvas *k, int cx, int cy)
{
    const struct chart *c = k->c;
    int64_t v = c->n ? c->points[0].v[0] : 0, whole = c->whole > 0 ? c->whole : 1;
    int64_t part = v <= 0 ? 0 : v >= whole ? 500000 : (int64_t)((__int128)v * 500000 / whole);
    put_ring(k, cx, cy, -250000, 250000, "vt", (str){ 0 });
    put_ring(k, cx, cy, -250000, -250000 + part, "v1", c->title);
    chart_say(k, cx, cy - 14, CHART_AT_MIDDLE, "big", loc_percent(k->h->a, k->h->loc, (double)v / (double)whole, 0));
    chart_say(k, cx, cy + 6, CHART_AT_MIDDLE, "tk", c->points[0].label);
}

void chart_draw_round(struct canvas *k)
{
    const struct chart *c = k->c;
    int64_t all = 0, at = 0;
    int cx = k->w / 2;
    if (c->kind == CHART_GAUGE) {
        k->high = 120;
        gauge(k, cx, 104);
        return;
    }
    k->high = 200;
    for (size_t i = 0; i < c->n; i++)
        all += c->points[i].v[0];
    for (size_t i = 0; i < c->n && all > 0; i++) {
        int64_t to = at + c->points[i].v[0];
        put_ring(k, cx, 100, (int64_t)((__int128)at * 1000000 / all), (int64_t)((__int128)to * 1000000 / all), chart_colour((int)i),
                 arena_fmt(k->h->a, "%.*s: %.*s", STR_ARG(c->points[i].label), STR_ARG(chart_full(k->h, c, c->points[i].v[0]))));
        at = to;
    }
    chart_say(k, cx, 108, CHART_AT_MIDDLE, "big", chart_number(k, all));
}
