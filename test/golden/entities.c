/* entities.c - docs/entities.md says what the catalogue declares. GOLDEN=write rewrites the page. */
#include "../suite.h"
#include <stdio.h>
#include <stdlib.h>
#include "app/workspace.h"
#include "record/doc.h"

static const char path[] = "docs/entities.md";

static str read_page(struct arena *a)
{
    FILE *f = fopen(path, "rb");
    char *p = arena_new(a, char, 4 << 20);
    size_t n = f ? fread(p, 1, 4 << 20, f) : 0;
    if (f)
        fclose(f);
    return (str){ p, n };
}

START_TEST(the_page_of_entities_tells_what_is_declared)
{
    struct arena a = arena_open(32 << 20);
    struct buf b = buf_new(&a, 8 << 20);
    const char *golden = getenv("GOLDEN");
    app_catalogue();
    doc_entities(&b);
    ck_assert(!b.full);
    if (golden && !strcmp(golden, "write")) {
        FILE *f = fopen(path, "wb");
        ck_assert_ptr_nonnull(f);
        fwrite(b.p, 1, b.n, f);
        fclose(f);
    }
    ck_assert_msg(str_eq(read_page(&a), buf_str(&b)), "%s is out of date: make golden writes it anew", path);
    arena_close(&a);
}
END_TEST

SUITE("entities", 60, NULL, NULL,
      the_page_of_entities_tells_what_is_declared)
