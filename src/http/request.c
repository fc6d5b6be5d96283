/* request.c - asking a request for what it brought. Repeated names: the first one counts. */
#include "http/cookie.h"
#include "http/http.h"

static const struct pair *first(const struct pair *v, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].name, name))
            return &v[i];
    return NULL;
}

str request_header(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->nheader_in; i++)
        if (str_eq_ascii_nocase(rq->header_in[i].name, str_of(name)))
            return str_trim(rq->header_in[i].value);
    return (str){ 0 };
}

str request_cookie(const struct request *rq, const char *name)
{
    char host_name[80];
    str value = { 0 };
    int n = snprintf(host_name, sizeof host_name, "%s%s", rq->is_tls ? "__Host-" : "", name);
    if (n < 0 || (size_t)n >= sizeof host_name ||
        !cookie_find(request_header(rq, "cookie"), (str){ host_name, (size_t)n }, &value))
        return (str){ 0 };
    return value;
}

str request_query(const struct request *rq, const char *name)
{
    const struct pair *p = first(rq->query, rq->nquery, str_of(name));
    return p ? p->value : (str){ 0 };
}

str request_form(const struct request *rq, const char *name)
{
    const struct pair *p = first(rq->form, rq->nform, str_of(name));
    return p ? p->value : (str){ 0 };
}

bool request_has_form(const struct request *rq, const char *name)
{
    return first(rq->form, rq->nform, str_of(name)) != NULL;
}

str *request_form_all(struct request *rq, const char *name, size_t *n)
{
    size_t count = 0;
    for (size_t i = 0; i < rq->nform; i++)
        count += str_eq(rq->form[i].name, str_of(name));
    str *all = arena_new(&rq->a, str, count);
    *n = 0;
    for (size_t i = 0; i < rq->nform; i++)
        if (str_eq(rq->form[i].name, str_of(name)))
            all[(*n)++] = rq->form[i].value;
    return all;
}

bool request_is_fragment(const struct request *rq)
{
    return str_eq(request_header(rq, "HX-Request"), S("true")) &&
           !str_eq(request_header(rq, "HX-Boosted"), S("true")) &&
           !str_eq(request_header(rq, "HX-History-Restore-Request"), S("true"));
}

void request_defer(struct request *rq, void (*run)(void *), void *what)
{
    struct cleanup *c = arena_new(&rq->a, struct cleanup, 1);
    *c = (struct cleanup){ run, what, rq->cleanups };
    rq->cleanups = c;
}
