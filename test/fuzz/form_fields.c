/* form_fields.c - any text as the questions of a form: read or refused with words, never more than allowed. */
#include "lang.h"
#include "reach/form_fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = fuzz_arena();
    struct locale loc = fuzz_reader(n ? data[0] : 0);
    struct form_field *f;
    struct err e = { 0 };
    size_t nf;

    if (!form_fields_parse(a, (str){ (const char *)data, n }, &f, &nf, &e)) {
        if (!e.msg || !e.field || !err_text(a, &loc, &e).n || e.pos < 0)
            abort();
        return 0;
    }
    if (nf < 1 || nf > FORM_FIELDS_MAX)
        abort();
    for (size_t i = 0; i < nf; i++) {
        bool is_choice = f[i].kind == FORM_CHOICE || f[i].kind == FORM_CHOICES;
        if (!f[i].key.n || f[i].key.n > FORM_KEY_MAX || !form_field_label(a, &loc, &f[i]).n)
            abort();
        if (f[i].noptions > FORM_OPTIONS_MAX || (is_choice && f[i].noptions < 2) || (!is_choice && f[i].noptions))
            abort();
    }
    return 0;
}
