/* http_head.c - the validator on any request line and fields: "method target version\n" then "name:value\n". */
#include "http/path.h"
#include "http/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pair header[HEADERS_IN_MAX + 1];
    struct head h = { .header = header };
    struct head_ok ok;
    const char *why;
    str rest = { (const char *)data, n };
    str line = str_cut(&rest, '\n');
    h.method = str_cut(&line, ' ');
    h.target = str_cut(&line, ' ');
    h.version = line;
    while (rest.n > 0 && h.nheaders <= HEADERS_IN_MAX) {
        str value = str_cut(&rest, '\n');
        header[h.nheaders].name = str_cut(&value, ':');
        header[h.nheaders++].value = value;
    }
    int status = head_check(&h, &ok, &why);
    if (status != 0)
        return 0;
    /* What passes can be read one way only. */
    if (ok.path.n == 0 || ok.path.p[0] != '/' || ok.host.n == 0 || (ok.is_chunked && ok.length >= 0) || ok.length > 999999999999)
        abort();
    char *room = malloc(ok.path.n);
    str path;
    if (path_decode(ok.path, room, &path) && (memchr(path.p, '\0', path.n) || str_find(path, S("/../")) >= 0))
        abort();
    free(room);
    for (int c = BODY_NONE; c <= BODY_RAW; c++)
        (void)body_check(&ok, (enum body_class)c, 1000, &why);
    return 0;
}
