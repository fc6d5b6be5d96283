/* stream.c - a long answer passes through an unlinked file.
 *
 * The worker writes at the disk's pace and is then free, its snapshot closed; the
 * client reads at its own. The transfer starts with the first piece. Two parties
 * hold a stream: the writer and libmicrohttpd's response; the last one frees it.
 */
#include "http/server.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { BLOCK = 32 * 1024 };
#define STREAM_MAX (4LL << 30)

struct stream {
    pthread_mutex_t lock;
    struct MHD_Connection *c;
    int fd, holders;
    int64_t written;
    bool is_done, is_ok, is_reader_gone, is_waiting;
};

struct stream *stream_open(const struct exchange *x)
{
    const char *spool = exchange_spool(x);
    int fd = spool ? open(spool, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
    struct stream *st = fd < 0 ? NULL : calloc(1, sizeof *st);
    if (!st)
        return NULL;
    pthread_mutex_init(&st->lock, NULL);
    st->fd = fd;
    st->c = x->c;
    st->holders = 1;
    return st;
}

static void let_go(struct stream *st)
{
    pthread_mutex_lock(&st->lock);
    int left = --st->holders;
    pthread_mutex_unlock(&st->lock);
    if (left)
        return;
    close(st->fd);
    pthread_mutex_destroy(&st->lock);
    free(st);
}

static ssize_t read_piece(void *stream, uint64_t at, char *to, size_t max)
{
    struct stream *st = stream;
    pthread_mutex_lock(&st->lock);
    int64_t ready = st->written - (int64_t)at;
    if (ready <= 0 && !st->is_done) {
        st->is_waiting = true;
        MHD_suspend_connection(st->c);          /* stream_put() wakes it */
    }
    bool is_over = ready <= 0 && st->is_done, is_ok = st->is_ok;
    pthread_mutex_unlock(&st->lock);
    if (ready <= 0)
        return !is_over ? 0 : is_ok ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
    ssize_t n = pread(st->fd, to, (size_t)ready < max ? (size_t)ready : max, (off_t)at);
    return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void reader_gone(void *stream)
{
    struct stream *st = stream;
    pthread_mutex_lock(&st->lock);
    st->is_reader_gone = true;
    pthread_mutex_unlock(&st->lock);
    let_go(st);
}

struct MHD_Response *stream_response(struct stream *st)
{
    st->holders++;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_piece, st, reader_gone);
}

static void wake(struct stream *st)
{
    if (!st->is_waiting || st->is_reader_gone)
        return;
    st->is_waiting = false;
    MHD_resume_connection(st->c);
}

bool stream_put(struct stream *st, str piece)
{
    int64_t at = st->written;                   /* only the writer changes it */
    if (at + (int64_t)piece.n > STREAM_MAX)
        return false;
    while (piece.n > 0) {
        ssize_t n = pwrite(st->fd, piece.p, piece.n, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        piece = str_from(piece, (size_t)n);
    }
    pthread_mutex_lock(&st->lock);
    st->written = at;
    wake(st);
    bool ok = !st->is_reader_gone;
    pthread_mutex_unlock(&st->lock);
    return ok;
}

void stream_end(struct stream *st, bool is_ok)
{
    pthread_mutex_lock(&st->lock);
    st->is_done = true;
    st->is_ok = is_ok;
    wake(st);
    pthread_mutex_unlock(&st->lock);
    let_go(st);
}
