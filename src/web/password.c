/* password.c - argon2id, and the rules for new passwords. */
#include "web/password.h"
#include "base/log.h"
#include "msg/web.h"
#include <pthread.h>
#include <sodium.h>

enum { OPS = 1, MEMORY = 47104 * 1024, AT_ONCE = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static int running;

static void enter(void)
{
    pthread_mutex_lock(&lock);
    while (running == AT_ONCE)
        pthread_cond_wait(&freed, &lock);
    running++;
    pthread_mutex_unlock(&lock);
}

static void leave(void)
{
    pthread_mutex_lock(&lock);
    running--;
    pthread_cond_signal(&freed);
    pthread_mutex_unlock(&lock);
}

bool password_check_rules(str password, struct err *e)
{
    static const char *const common[] = {
        "password", "12345678", "123456789", "1234567890", "qwertyuiop", "password1", "iloveyou",
        "11111111", "00000000", "admin123", "administrator", "bangladesh", "password123", "setu1234",
    };
    if (password.n < PASSWORD_MIN || password.n > PASSWORD_MAX) {
        fail(e, ERR_INVALID, MSG_web_password_length, "password of %zu bytes", password.n);
        err_arg_int(e, "min", PASSWORD_MIN);
        return err_arg_int(e, "max", PASSWORD_MAX);
    }
    for (size_t i = 0; i < countof(common); i++)
        if (str_eq_ascii_nocase(password, str_of(common[i])))
            return fail(e, ERR_INVALID, MSG_web_password_common, "a common password");
    return true;
}

bool password_hash(struct arena *a, str password, str *out, struct err *e)
{
    char hash[crypto_pwhash_STRBYTES];
    enter();
    int rc = crypto_pwhash_str(hash, password.n ? password.p : "", password.n, OPS, MEMORY);
    leave();
    if (rc != 0)
        return fail(e, ERR_BUSY, MSG_web_busy, "argon2id: no memory");
    *out = arena_str(a, str_of(hash));
    return true;
}

/* Of a random password: what an unknown account is compared with. */
static const char *dummy(void)
{
    static char hash[crypto_pwhash_STRBYTES];
    static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&once);
    if (!hash[0]) {
        unsigned char r[16];
        randombytes_buf(r, sizeof r);
        if (crypto_pwhash_str(hash, (const char *)r, sizeof r, OPS, MEMORY) != 0)
            hash[0] = '\0';
    }
    pthread_mutex_unlock(&once);
    return hash;
}

bool password_matches(str password, str hash)
{
    char z[crypto_pwhash_STRBYTES] = { 0 };
    bool is_real = hash.n > 0 && hash.n < sizeof z;
    if (is_real)
        memcpy(z, hash.p, hash.n);
    else
        memcpy(z, dummy(), sizeof z);
    enter();
    int rc = crypto_pwhash_str_verify(z, password.n ? password.p : "", password.n);
    leave();
    return rc == 0 && is_real;
}

bool password_is_weak(str hash)
{
    char z[crypto_pwhash_STRBYTES] = { 0 };
    if (hash.n >= sizeof z)
        return true;
    memcpy(z, hash.p, hash.n);
    return crypto_pwhash_str_needs_rehash(z, OPS, MEMORY) != 0;
}
