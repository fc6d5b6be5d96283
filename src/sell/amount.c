/* amount.c - the arithmetic of lines: whole minor units in, whole minor units out.
 *
 * Each line is rounded once, half up, after quantity and discount; sums are sums of rounded lines,
 * so what a person adds up on paper is what stands below the line. No floating point.
 */
#include "sell/sell.h"

static bool divided(__int128 top, int64_t below, int64_t *out)
{
    __int128 q = (top + below / 2) / below;
    if (q > INT64_MAX)
        return false;
    *out = (int64_t)q;
    return true;
}

bool sell_line_amount(int64_t price, int64_t quantity, int64_t discount, int64_t *out)
{
    __int128 gross;
    if (price < 0 || quantity < 0 || discount < 0 || discount > SELL_WHOLE)
        return false;
    if (__builtin_mul_overflow((__int128)price, (__int128)quantity, &gross)
        || __builtin_mul_overflow(gross, (__int128)(SELL_WHOLE - discount), &gross))
        return false;
    return divided(gross, (int64_t)SELL_QUANTITY_ONE * SELL_WHOLE, out);
}

bool sell_share_of(int64_t amount, int64_t share, int64_t *out)
{
    if (amount < 0 || share < 0)
        return false;
    return divided((__int128)amount * share, SELL_WHOLE, out);
}
