/* limit.c - token buckets (rates of the design: sign-in 5 in 15 minutes an account, 30 an hour an address). */
#include "web/limit.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include <pthread.h>
#include <sodium.h>

enum { BUCKETS = 16384, PROBES = 8 };
struct rate { double burst; int64_t per_us; };          /* `burst` tries, all back after per_us */
static const struct rate rates[LIMIT_CLASSES] = {
    [LIMIT_SIGN_IN_ACCOUNT] = { 5, 15 * MINUTE_US }, [LIMIT_SIGN_IN_IP] = { 30, HOUR_US },
    [LIMIT_FORM_IP] = { 10, MINUTE_US },             [LIMIT_FORM_EMAIL] = { 3, HOUR_US },
    [LIMIT_VISIT_IP] = { 120, MINUTE_US },
    [LIMIT_SEARCH] = { 240, MINUTE_US },             [LIMIT_EXPORT] = { 20, HOUR_US },
};
struct bucket { uint64_t key; double left; int64_t at; };

struct limits {
    pthread_mutex_t lock;
    unsigned char secret[crypto_shorthash_KEYBYTES];
    struct bucket table[BUCKETS];
};

struct limits *limits_open(void)
{
    struct limits *l = calloc(1, sizeof *l);
    if (!l)
        die("out of memory at start");
    pthread_mutex_init(&l->lock, NULL);
    random_bytes(l->secret, sizeof l->secret);
    return l;
}

void limits_close(struct limits *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static uint64_t key_of(const struct limits *l, enum limit_class class, str key)
{
    unsigned char in[512], out[crypto_shorthash_BYTES];
    uint64_t h, head = class;
    size_t n = key.n < sizeof in - sizeof head ? key.n : sizeof in - sizeof head;

    memcpy(in, &head, sizeof head);
    if (n)
        memcpy(in + sizeof head, key.p, n);
    crypto_shorthash(out, in, sizeof head + n, l->secret);
    memcpy(&h, out, sizeof h);
    return h ? h : 1;
}

/* The bucket of the key: its own, a free one, or a random one of its probes. */
static struct bucket *find(struct limits *l, uint64_t key, const struct rate *r, int64_t now)
{
    struct bucket *free_one = NULL;
    for (unsigned i = 0; i < PROBES; i++) {
        struct bucket *b = &l->table[(key + i) % BUCKETS];
        if (b->key == key)
            return b;
        if (!free_one && b->key == 0)
            free_one = b;
    }
    if (!free_one) {
        uint32_t r32;
        random_bytes(&r32, sizeof r32);
        free_one = &l->table[(key + r32 % PROBES) % BUCKETS];
    }
    *free_one = (struct bucket){ key, r->burst, now };
    return free_one;
}

bool limit_take(enum limit_class class, const struct workspace *ws, str key, int *retry_s)
{
    const struct rate *r = &rates[class];
    struct limits *l = ws->limits;
    int64_t now = clock_mono();

    pthread_mutex_lock(&l->lock);
    struct bucket *b = find(l, key_of(l, class, key), r, now);
    b->left += r->burst * (double)(now - b->at) / (double)r->per_us;
    b->left = b->left > r->burst ? r->burst : b->left;
    b->at = now;
    bool ok = b->left >= 1;
    if (ok)
        b->left -= 1;
    else if (retry_s)
        *retry_s = 1 + (int)((1 - b->left) * (double)r->per_us / r->burst / SECOND_US);
    pthread_mutex_unlock(&l->lock);
    return ok;
}

void limit_forgive(enum limit_class class, const struct workspace *ws, str key)
{
    struct limits *l = ws->limits;
    pthread_mutex_lock(&l->lock);
    find(l, key_of(l, class, key), &rates[class], clock_mono())->left = rates[class].burst;
    pthread_mutex_unlock(&l->lock);
}

void limit_give_back(enum limit_class class, const struct workspace *ws, str key)
{
    struct limits *l = ws->limits;
    pthread_mutex_lock(&l->lock);
    struct bucket *b = find(l, key_of(l, class, key), &rates[class], clock_mono());
    b->left = b->left + 1 < rates[class].burst ? b->left + 1 : rates[class].burst;
    pthread_mutex_unlock(&l->lock);
}
