/* The compiler of views on any bytes: it answers yes or no, with a line, and never more than that. */
#define TPLC_NO_MAIN
#include "../../tools/tplc.c"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *out = NULL, *err = NULL;
    size_t nout = 0, nerr = 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    FILE *o = open_memstream(&out, &nout), *e = open_memstream(&err, &nerr);
    bool ok = tplc_compile("fuzz.html", text, o, e);
    fclose(o);
    fclose(e);
    if (ok != (nerr == 0))
        abort();
    free(out);
    free(err);
    free(text);
    return 0;
}
