/* router.c - see router.h. Children are kept sorted: a look-up costs a few
 * comparisons a segment, whatever the number of routes. */
#include "http/router.h"
#include "msg/base.h"

enum { METHODS = 5 };
struct node {
    str name;
    struct node **child; size_t nchildren;      /* literal ones, sorted */
    struct node *param, *rest;
    size_t route[METHODS];                      /* number + 1 */
};
struct router { struct node root; const struct route **route; size_t n; };

static int method_bit(enum method m) { return __builtin_ctz((unsigned)m); }

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static struct node *node_new(str name)
{
    struct node *n = must(calloc(1, sizeof *n));
    n->name = name;
    return n;
}

static struct node *find_child(const struct node *n, str name, size_t *place)
{
    size_t low = 0, high = n->nchildren;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = str_cmp(n->child[mid]->name, name);
        if (order == 0)
            return n->child[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *place = low;
    return NULL;
}

static struct node *child_for(struct node *n, str name)
{
    size_t at = 0;
    if (name.n && name.p[0] == ':')
        return n->param ? n->param : (n->param = node_new(S(":")));
    if (str_eq(name, S("*")))
        return n->rest ? n->rest : (n->rest = node_new(S("*")));
    struct node *found = find_child(n, name, &at);
    if (found)
        return found;
    n->child = must(realloc(n->child, (n->nchildren + 1) * sizeof *n->child));
    memmove(n->child + at + 1, n->child + at, (n->nchildren - at) * sizeof *n->child);
    n->nchildren++;
    return n->child[at] = node_new(name);
}

static bool is_quick(const struct route *route) { return route->flags & (ROUTE_QUICK | ROUTE_ALIKE); }

static bool add(struct router *r, const struct route *route, struct err *e)
{
    struct node *at = &r->root;
    str rest = str_from(str_of(route->path), 1);
    int params = 0, segments = 0;
    if (route->path[0] != '/' || !route->run || route->access == ACCESS_UNSET ||
        __builtin_popcount((unsigned)route->method) != 1)
        return fail(e, ERR_INTERNAL, MSG_base_internal, "route %s: path, run, access or method", route->path);
    if (is_quick(route) && (route->method != GET || route->access != ACCESS_PUBLIC || route->body != BODY_NONE))
        return fail(e, ERR_INTERNAL, MSG_base_internal, "route %s: quick, but no public page", route->path);
    while (rest.n > 0) {
        str name = str_cut(&rest, '/');
        bool is_rest = str_eq(name, S("*"));
        params += is_rest || (name.n && name.p[0] == ':');
        if (!name.n || (is_rest && rest.n) || params > ROUTE_PARAMS_MAX || ++segments > ROUTER_SEGMENTS_MAX)
            return fail(e, ERR_INTERNAL, MSG_base_internal, "route %s: segments", route->path);
        at = child_for(at, name);
    }
    size_t *slot = &at->route[method_bit(route->method)];
    if (*slot)
        return fail(e, ERR_INTERNAL, MSG_base_internal, "route %s: given twice", route->path);
    r->route = must(realloc(r->route, (r->n + 1) * sizeof *r->route));
    r->route[r->n++] = route;
    *slot = r->n;
    return true;
}

bool router_open(const struct route *const *tables, struct router **out, struct err *e)
{
    struct router *r = must(calloc(1, sizeof *r));
    for (; tables && *tables; tables++)
        for (const struct route *row = *tables; row->path; row++)
            if (!add(r, row, e)) {
                router_close(r);
                return false;
            }
    *out = r;
    return true;
}

static void free_below(struct node *n)
{
    for (size_t i = 0; i < n->nchildren; i++) {
        free_below(n->child[i]);
        free(n->child[i]);
    }
    if (n->param)
        free_below(n->param);
    if (n->rest)
        free_below(n->rest);
    free(n->param);
    free(n->rest);
    free(n->child);
}

void router_close(struct router *r)
{
    if (!r)
        return;
    free_below(&r->root);
    free(r->route);
    free(r);
}

static bool take(const struct router *r, const struct node *n, enum method method, struct match *m)
{
    for (int i = 0; i < METHODS; i++)
        if (n->route[i])
            m->allowed |= 1u << i;
    size_t found = n->route[method_bit(method)];
    if (!found)
        return false;
    m->index = found - 1;
    m->route = r->route[found - 1];
    return true;
}

static bool walk(const struct router *r, const struct node *n, enum method method, str rest, int nparams,
                 struct match *m)
{
    size_t place = 0;
    if (rest.n == 0)
        return take(r, n, method, m);
    str tail = rest, name = str_cut(&tail, '/');
    bool is_last = name.n == rest.n;
    const struct node *literal = find_child(n, name, &place);
    if (!is_last && tail.n == 0)
        literal = NULL;                         /* a slash at the end is another path */
    if (literal && walk(r, literal, method, tail, nparams, m))
        return true;
    if (n->param && (is_last || tail.n) && nparams < ROUTE_PARAMS_MAX) {
        m->param[nparams] = name;
        if (walk(r, n->param, method, tail, nparams + 1, m))
            return true;
    }
    if (n->rest && nparams < ROUTE_PARAMS_MAX) {
        m->param[nparams] = rest;
        return take(r, n->rest, method, m);
    }
    return false;
}

bool router_find(const struct router *r, enum method method, str path, struct match *m)
{
    *m = (struct match){ 0 };
    return walk(r, &r->root, method, str_from(path, 1), 0, m);
}

bool router_is_key(const struct router *r, str path)
{
    for (size_t i = 0; i < r->n; i++) {
        str of = str_of(r->route[i]->path);
        ptrdiff_t at = str_find_char(of, ':');
        if (r->route[i]->flags & ROUTE_KEY && at > 0 && str_starts(path, str_head(of, (size_t)at)))
            return true;
    }
    return false;
}

size_t router_count(const struct router *r) { return r->n; }
const struct route *router_at(const struct router *r, size_t index) { return r->route[index]; }
