/* replay.c - runs a fuzz target without a fuzzer.              usage: TARGET FOLDER
 *
 * Every file of the folder goes in as it is, and again with bytes changed by a
 * fixed seed; an absent folder leaves the changed empty input. It finds nothing
 * new, but what a fuzzer once found stays found, at the cost of a unit test.
 * Says "N passed, 0 failed"; whatever is wrong ends the program by itself.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { INPUT_MAX = 1 << 20, CHANGES = 64, FRESH = 512, FRESH_MAX = 256 };

static uint64_t seed = 0x5e70;

static uint64_t next(void)                      /* xorshift: the same on every run */
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed;
}

/* A copy of its exact size, so that one byte too far is seen. */
static void feed(const uint8_t *data, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy)
        abort();
    memcpy(copy, data, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static void feed_changed(uint8_t *data, size_t n)
{
    for (int i = 0; i < CHANGES && n > 0; i++) {
        size_t at = next() % n;
        uint8_t was = data[at];
        data[at] = (uint8_t)next();
        feed(data, i % 4 == 3 ? at : n);        /* one in four is cut off there too */
        data[at] = was;
    }
}

static int feed_folder(const char *folder, uint8_t *data)
{
    DIR *d = opendir(folder);
    int files = 0;
    for (struct dirent *f; d && (f = readdir(d));) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        FILE *in = f->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (!in)
            continue;
        size_t n = fread(data, 1, INPUT_MAX, in);
        fclose(in);
        feed(data, n);
        feed_changed(data, n);
        files++;
    }
    if (d)
        closedir(d);
    return files;
}

int main(int argc, char **argv)
{
    uint8_t *data = calloc(1, INPUT_MAX);
    if (argc != 2 || !data)
        return 2;
    feed(data, 0);
    int files = feed_folder(argv[1], data);
    for (int i = 0; i < FRESH; i++) {
        size_t n = next() % FRESH_MAX;
        for (size_t k = 0; k < n; k++)
            data[k] = (uint8_t)next();
        feed(data, n);
    }
    free(data);
    printf("%d passed, 0 failed\n", files + 1);
    return 0;
}
