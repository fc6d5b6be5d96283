/* zone.c - local time anywhere, without asking ICU twice.
 *
 * The first use of a zone reads its changes of offset from 1900 to 2150 out of
 * ICU into a sorted table that is never changed again, so any thread reads it
 * without a lock; a lookup is a binary search. Past its end the last offset holds.
 */
#include "lang/lang.h"
#include "base/clock.h"
#include "base/log.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unicode/ucal.h>

enum { ZONES_MAX = 1024, CHANGES_MAX = 1200, NAME_MAX_LEN = 64 };

struct zone { char name[NAME_MAX_LEN]; int n; int64_t at[CHANGES_MAX]; int64_t offset[CHANGES_MAX]; };

static _Atomic(struct zone *) zones[ZONES_MAX];
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;

static bool to_uchar(const char *name, UChar out[NAME_MAX_LEN])
{
    size_t n = name ? strlen(name) : 0;
    if (!n || n >= NAME_MAX_LEN)
        return false;
    for (size_t i = 0; i <= n; i++) {
        if ((unsigned char)name[i] >= 0x80)
            return false;
        out[i] = (UChar)name[i];
    }
    return true;
}

bool zone_valid(const char *name)
{
    UChar id[NAME_MAX_LEN], canonical[NAME_MAX_LEN * 2];
    UBool is_system = 0;
    UErrorCode rc = U_ZERO_ERROR;

    if (!to_uchar(name, id))
        return false;
    ucal_getCanonicalTimeZoneID(id, -1, canonical, NAME_MAX_LEN * 2, &is_system, &rc);
    return U_SUCCESS(rc) && is_system;
}

static int64_t offset_now(UCalendar *cal, UErrorCode *rc)
{
    return 1000 * ((int64_t)ucal_get(cal, UCAL_ZONE_OFFSET, rc) + ucal_get(cal, UCAL_DST_OFFSET, rc));
}

/* Walks from change to change. */
static void read_changes(struct zone *z, UCalendar *cal)
{
    const double first = -2208988800000.0, last = 5680281600000.0;      /* 1900, 2150 */
    UErrorCode rc = U_ZERO_ERROR;
    UDate t = first;

    ucal_setMillis(cal, t, &rc);
    z->at[0] = INT64_MIN;
    z->offset[0] = offset_now(cal, &rc);
    z->n = 1;
    while (ucal_getTimeZoneTransitionDate(cal, UCAL_TZ_TRANSITION_NEXT, &t, &rc) && U_SUCCESS(rc)
           && t < last && z->n < CHANGES_MAX) {
        ucal_setMillis(cal, t, &rc);
        int64_t offset = offset_now(cal, &rc);
        if (offset != z->offset[z->n - 1]) {        /* a change of name only is none */
            z->at[z->n] = (int64_t)t * 1000;
            z->offset[z->n++] = offset;
        }
    }
}

static struct zone *zone_make(const char *name)
{
    UChar id[NAME_MAX_LEN];
    UErrorCode rc = U_ZERO_ERROR;
    struct zone *z = calloc(1, sizeof *z);

    if (!z)
        die("zone %s: out of memory", name);
    snprintf(z->name, sizeof z->name, "%s", name);
    z->n = 1;
    z->at[0] = INT64_MIN;
    UCalendar *cal = to_uchar(name, id) ? ucal_open(id, -1, "en", UCAL_GREGORIAN, &rc) : NULL;
    if (cal && U_SUCCESS(rc))
        read_changes(z, cal);
    ucal_close(cal);
    return z;
}

static struct zone *find_from(size_t *at, const char *name)
{
    struct zone *z;
    for (; (z = atomic_load_explicit(&zones[*at], memory_order_acquire)); *at = (*at + 1) % ZONES_MAX)
        if (!strcmp(z->name, name))
            return z;
    return NULL;
}

/* Only valid names are kept, and there are fewer of them than places; others are UTC. */
static const struct zone *zone_find(const char *name)
{
    size_t at = str_hash(str_of(name)) % ZONES_MAX;
    struct zone *z = name ? find_from(&at, name) : NULL;
    if (z)
        return z;
    if (!name || (strcmp(name, "UTC") && !zone_valid(name)))
        return zone_find("UTC");
    pthread_mutex_lock(&zones_lock);
    z = find_from(&at, name);                       /* someone may have been faster */
    if (!z) {
        z = zone_make(name);
        atomic_store_explicit(&zones[at], z, memory_order_release);
    }
    pthread_mutex_unlock(&zones_lock);
    return z;
}

/* Index of the stretch of constant offset that holds `instant`. */
static int stretch(const struct zone *z, int64_t instant)
{
    int low = 0, high = z->n;
    while (high - low > 1) {
        int mid = (low + high) / 2;
        if (z->at[mid] <= instant)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static int64_t local_us(const char *zone, int64_t instant)
{
    const struct zone *z = zone_find(zone);
    return instant + z->offset[stretch(z, instant)];
}

int64_t zone_days(const char *zone, int64_t instant)
{
    int64_t t = local_us(zone, instant);
    return t / DAY_US - (t % DAY_US < 0);
}

int64_t zone_us_of_day(const char *zone, int64_t instant)
{
    return local_us(zone, instant) - zone_days(zone, instant) * DAY_US;
}

/* The first instant whose local time is at or after the wanted one: in a gap that is
 * its end, in an hour that comes twice the earlier. So the mapping never goes back. */
int64_t zone_instant(const char *zone, int64_t days, int64_t us_of_day)
{
    const struct zone *z = zone_find(zone);
    int64_t local = days * DAY_US + us_of_day;

    for (int i = stretch(z, local - 2 * DAY_US); ; i++) {
        int64_t t = local - z->offset[i];
        if (i + 1 < z->n && t >= z->at[i + 1])
            continue;
        return t < z->at[i] ? z->at[i] : t;
    }
}
