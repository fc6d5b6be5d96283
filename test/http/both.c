/* both.c - the same requests to the program on SQLite and on PostgreSQL: the same answers, byte for byte.
 *
 * Two workspaces are filled alike: one key, one order of ids (id_replay), a clock that stands. The two
 * servers run with the clock standing and ids in one order as well (SETU_FAULT=still_clock), so nothing
 * has to be masked but the number of a request. Asked are every page without a place of its own, lists in
 * every order with their later pages, filters, words in four scripts, figures, reasons, exports, refusals;
 * then writes, and all of it once more. At the end one row is changed on one side alone: that must show.
 */
#include <stdlib.h>
#include <unistd.h>
#include "app/server.h"
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "client/look.h"
#include "client/served.h"
#include "flow/feed.h"
#include "http/http.h"
#include "record/query.h"
#include "record/type.h"
#include "../suite.h"

#define NOW INT64_C(1795500000000000)           /* 2026-11-24T06:00:00Z, as still_clock */

enum { ENTITY_MAX = 128, MANY = 40, FEW = 9, SHOWN_MAX = 40, PAGES_MAX = 5, KEPT = 64, SIDES = 2 };

enum person { OWNER, SELLER, PERSONS };
struct side { const char *name; struct served s; struct workspace *ws; struct client c; struct served_user user[PERSONS]; };
static struct side side[SIDES] = { { .name = "SQLite" }, { .name = "PostgreSQL" } };
static struct arena mem;
static int nasked, nfound, ndifferent;             /* found: answered with 200 */

#define FMT(...) arena_fmt(&mem, __VA_ARGS__).p

/* ── filling ─────────────────────────────────────────────────────────────── */

struct filling { struct side *at; struct seeded dice; int64_t made[ENTITY_MAX][KEPT]; int nmade[ENTITY_MAX]; };
struct one { struct filling *f; const struct entity *en; int i; int64_t id; };

static int roll(struct filling *f, int n) { return (int)(seeded_next(&f->dice) % (uint64_t)n); }

static int64_t someone(struct filling *f, const char *entity)
{
    const struct entity *en = entity_find(str_of(entity));
    int n = f->nmade[entity_index(en)];
    return n ? f->made[entity_index(en)][roll(f, n)] : 0;
}

/* As a person would type it; "" for what this type is left to be. */
static const char *typed(struct filling *f, const struct field *fd, int i)
{
    static const char *const words[] = { "Rahima", "rahima", "রহিমা খাতুন", "রহিম", "अनिता शर्मा", "अनिल", "زهرا کریمی", "زهره",
                                         "Zoë", "zebra", "Ärger", "O'Brien", "50% off_", "a\\b", "Padma", "মেঘনা", "Éclair", "10", "9" };
    int day = roll(f, 28) + 1, month = roll(f, 11) + 1;
    switch (fd->type) {
    case FIELD_TEXT: case FIELD_LONGTEXT:
        return fd->flags & F_UNIQUE ? FMT("%s %d", words[roll(f, countof(words))], i) : words[roll(f, countof(words))];
    case FIELD_EMAIL:   return FMT("%s%d@%s.example", i % 2 ? "P" : "p", i, i % 3 ? "padma" : "meghna");
    case FIELD_PHONE:   return FMT("+88017%08d", roll(f, 100000000));
    case FIELD_URL:     return FMT("https://www%d.example/", i);
    case FIELD_INT:     return FMT("%d", roll(f, 12));
    case FIELD_DECIMAL: case FIELD_PERCENT: return FMT("%d.5", roll(f, 90));
    case FIELD_MONEY:   return FMT("%d.25%s", roll(f, 4) * 1000, i % 5 ? "" : " USD");
    case FIELD_DATE:    return FMT("2026-%02d-%02d", month, day);
    case FIELD_INSTANT: return FMT("2026-%02d-%02d 10:%02d", month, day, roll(f, 60));
    case FIELD_DURATION: return FMT("%d", roll(f, 100));
    case FIELD_BOOL:    return roll(f, 2) ? "true" : "false";
    case FIELD_TAGS:    return i % 2 ? "vip, নতুন" : "vip";
    default:            return "";
    }
}

static struct val chosen(struct filling *f, const struct field *fd)
{
    int n = 0;
    while (fd->choices[n].value)
        n++;
    return val_text(str_of(fd->choices[roll(f, n)].value));
}

/* A third of what may be left out is. */
static bool fill_record(struct ctx *tx, void *arg, struct err *e)
{
    struct one *o = arg;
    struct filling *f = o->f;
    struct record *r = record_new(tx->a, o->en);
    for (const struct field *fd = o->en->fields; fd < o->en->fields + o->en->nfields; fd++) {
        struct err none = { 0 };
        struct val v = { 0 };
        int64_t to = fd->type == FIELD_REF ? someone(f, fd->ref) : 0;
        if (fd->flags & (F_SECRET | F_READONLY | F_HIDDEN) || (roll(f, 3) == 0 && !(fd->flags & F_REQUIRED)))
            continue;
        if (to)
            v = val_ref(to);
        else if (fd->type == FIELD_CHOICE && !fd->init)
            v = chosen(f, fd);
        else if (!*typed(f, fd, o->i) || !type_parse(tx, fd, str_of(typed(f, fd, o->i)), &v, &none))
            continue;
        record_set(r, fd->name, v);
    }
    if (!record_create(tx, r, e))
        return false;
    o->id = r->id;
    return true;
}

static struct ctx context(struct side *at, struct locale *loc)
{
    *loc = locale_default(LANG_EN, "BD");
    loc->zone = at->ws->zone;
    struct ctx c = workspace_ctx(at->ws, &mem, NULL, loc);
    c.by = at->user[OWNER].id;
    return c;
}

static void fill(struct filling *f, const struct entity *en, int n)
{
    struct locale loc;
    int k = entity_index(en);
    for (int i = 0; i < n; i++) {
        struct err e = { 0 };
        struct one o = { f, en, i, 0 };
        clock_set(NOW - 30 * DAY_US + (int64_t)(entity_index(en) * 100 + i / 2) * 7 * MINUTE_US);
        struct ctx c = context(f->at, &loc);
        if (record_write(&c, fill_record, &o, &e) && f->nmade[k] < KEPT)
            f->made[k][f->nmade[k]++] = o.id;
    }
}

static bool is_filled(const struct entity *en)
{
    static const char *const not[] = { "user", "session", "api_token", "setting", "notification", "share", "import_run", "webhook" };
    for (size_t i = 0; i < countof(not); i++)
        if (!strcmp(en->name, not[i]))
            return false;
    return !(en->flags & (E_NO_CREATE | E_SETTINGS));
}

static bool is_main(const struct entity *en)
{
    return !strcmp(en->name, "person") || !strcmp(en->name, "company") || !strcmp(en->name, "deal") || !strcmp(en->name, "lead");
}

static struct filling filled[SIDES];

static void fill_side(struct side *at, struct filling *f)
{
    struct err e = { 0 };
    *f = (struct filling){ .at = at, .dice = seeded_from(1) };
    int users = entity_index(entity_find(S("user")));
    served_user(at->ws, &mem, &at->user[OWNER], "owner@p.example", "owner", 0, "en");
    served_user(at->ws, &mem, &at->user[SELLER], "fa@p.example", "ae", 0, "fa");
    for (int i = 0; i < PERSONS; i++)
        f->made[users][f->nmade[users]++] = at->user[i].id;
    for (size_t i = 0; i < catalogue_count(); i++)
        if (is_filled(catalogue_at(i)))
            fill(f, catalogue_at(i), is_main(catalogue_at(i)) ? MANY : FEW);
    if (!feed_drain(at->ws, &e))
        die("feed: %s", e.detail);
}

static void copy_key(const char *from, const char *to)
{
    char key[32];
    FILE *in = fopen(FMT("%s/key", from), "re"), *out = fopen(FMT("%s/key", to), "we");
    if (!in || !out || fread(key, 1, sizeof key, in) != sizeof key || fwrite(key, 1, sizeof key, out) != sizeof key)
        die("no key");
    fclose(in);
    fclose(out);
}

static void make_side(struct side *at, struct filling *f)
{
    const struct workspace_init in = { .company = "Padma", .country = "BD", .lang = LANG_EN, .admin_email = SERVED_ADMIN, .admin_name = "Nasrin" };
    struct err e = { 0 };
    served_folder(&at->s);
    at->s.is_folder = false;
    at->s.faults = "still_clock,no_tick";
    if (at != side) {
        copy_key(side[0].s.dir, at->s.dir);
        snprintf(at->s.data, sizeof at->s.data, "%s", place_for(at->s.dir));
    }
    clock_set(NOW - 40 * DAY_US);
    id_replay(1);
    if (!workspace_create(at->s.data, &in, &at->ws, &e))
        die("%s: %s", at->name, e.detail);
    clock_set(NOW);
    fill_side(at, f);
    workspace_close(at->ws);
    id_replay(0);
    clock_set(0);
    if (!served_start(&at->s))
        die("%s does not start", at->name);
    at->c = served_client(&at->s);
}

/* ── asking ──────────────────────────────────────────────────────────────── */

/* Of each place that reads `mark` the n bytes after the first `skip` become waves. */
static str masked(str body, str mark, size_t skip, size_t n)
{
    char *text = arena_new(&mem, char, body.n + 1);
    str out = { text, body.n }, rest = out;
    if (body.n)
        memcpy(text, body.p, body.n);
    for (ptrdiff_t at; mark.n && (at = str_find(rest, mark)) >= 0;) {
        char *p = text + (rest.p - out.p) + at + skip;
        for (size_t i = 0; i < n && p + i < text + body.n; i++)
            p[i] = '~';
        rest = str_from(rest, (size_t)at + skip + n);
    }
    return out;
}

/* What is random by its nature: the number of the request, and what a form carries so that it counts once. */
static str plain(const struct reply *r)
{
    str number = reply_header(r, "X-Request-Id"), once = S("name=\"once\" value=\"");
    return masked(masked(r->body, number, 0, number.n), once, once.n, 32);
}

static struct reply ask(struct side *at, enum person who, const char *method, const char *path, const char *body)
{
    const struct served_user *u = &at->user[who];
    bool is_api = !strncmp(path, "/api/", 5);
    const char *head = is_api ? FMT("Authorization: Bearer %s\r\n", u->token) : FMT("Cookie: sid=%s\r\nX-CSRF-Token: %s\r\n", u->session, u->csrf);
    at->c.ncookies = 0;                         /* a message for the next page is not asked for */
    const char *type = is_api ? "application/json" : "application/x-www-form-urlencoded";
    struct reply r = client_send(&at->c, method, path, head, body ? type : NULL, str_of(body));
    r.body = plain(&r);
    return r;
}

static void show(const char *name, str text, size_t from)
{
    size_t start = from > 60 ? from - 60 : 0;
    str part = str_head(str_from(text, start), 220);
    fprintf(stderr, "    %-11s", name);
    for (size_t i = 0; i < part.n; i++)
        fputc(part.p[i] == '\n' ? ' ' : part.p[i], stderr);
    fputc('\n', stderr);
}

static size_t first_difference(str a, str b)
{
    size_t i = 0;
    while (i < a.n && i < b.n && a.p[i] == b.p[i])
        i++;
    return i;
}

/* The answers to one request, compared; the first one's is returned. */
static struct reply compare(enum person who, const char *method, const char *path, const char *body)
{
    static const char *const heads[] = { "Content-Type", "Location", "ETag", "Content-Disposition", "HX-Trigger", "Link" };
    struct reply r[SIDES];
    bool same = true;
    nasked++;
    for (int i = 0; i < SIDES; i++)
        r[i] = ask(&side[i], who, method, path, body);
    nfound += r[0].status == 200;
    if (getenv("SETU_BOTH"))
        fprintf(stderr, "-- %d %s %s\n", r[0].status, method, path);
    same = r[0].status == r[1].status && r[0].status != 0 && str_eq(r[0].body, r[1].body);
    for (size_t i = 0; i < countof(heads); i++)
        same &= str_eq(reply_header(&r[0], heads[i]), reply_header(&r[1], heads[i]));
    if (!same && ndifferent++ < SHOWN_MAX) {
        fprintf(stderr, "%s %s %s: %d and %d\n", method, path, body ? body : "", r[0].status, r[1].status);
        for (size_t i = 0; i < countof(heads); i++)
            if (!str_eq(reply_header(&r[0], heads[i]), reply_header(&r[1], heads[i])))
                fprintf(stderr, "    %s: %.*s and %.*s\n", heads[i], STR_ARG(reply_header(&r[0], heads[i])), STR_ARG(reply_header(&r[1], heads[i])));
        for (int i = 0; i < SIDES; i++)
            show(side[i].name, r[i].body, first_difference(r[0].body, r[1].body));
    }
    return r[0];
}

static struct reply get(const char *path)
{
    struct reply r = compare(OWNER, "GET", path, NULL);
    for (int i = 0; i < SIDES; i++)             /* what was read is forgotten now and then */
        if (side[i].c.in.n > 8 << 20)
            client_close(&side[i].c);
    return r;
}

/* ── what is asked ───────────────────────────────────────────────────────── */

static const char *encoded(const char *text)
{
    struct buf b = buf_new(&mem, strlen(text) * 3 + 1);
    for (const char *p = text; *p; p++)
        buf_fmt(&b, (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ? "%c" : "%%%02X", (unsigned char)*p);
    return arena_cstr(&mem, buf_str(&b));
}

/* A list and the pages behind it. */
static void follow(const char *path)
{
    const char *at = path;
    for (int i = 0; i < PAGES_MAX && at; i++) {
        struct reply r = get(at);
        ptrdiff_t next = str_find(r.body, S("\"next\":\""));
        str rest = next < 0 ? (str){ 0 } : str_from(r.body, (size_t)next + 8);
        str cursor = str_cut(&rest, '"');
        at = cursor.n ? FMT("%s&cursor=%.*s", path, STR_ARG(cursor)) : NULL;
    }
}

static void ask_pages(void)
{
    static const char *const not[] = { "/settings/health", "/metrics", "/health" };     /* they tell which engine it is, or figures of the process */
    for (const struct route *const *table = server_routes(); *table; table++)
        for (const struct route *r = *table; r->path; r++) {
            bool is_asked = r->method == GET && !strchr(r->path, ':') && !strchr(r->path, '*') && !(r->flags & ROUTE_STREAM);
            for (size_t i = 0; i < countof(not); i++)
                is_asked = is_asked && strcmp(r->path, not[i]) != 0;
            if (is_asked)
                get(r->path);
        }
}

static void ask_records(const struct filling *f)
{
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        get(FMT("/%s", en->path));
        get(FMT("/%s/new", en->path));
        for (int k = 0; k < f->nmade[i] && k < 2; k++) {
            const char *id = arena_cstr(&mem, id_text(&mem, f->made[i][k * (f->nmade[i] - 1)]));
            get(FMT("/%s/%s", en->path, id));
            get(FMT("/%s/%s/edit", en->path, id));
            get(FMT("/%s/%s/history", en->path, id));
            get(FMT("/api/v1/%s/%s", en->name, id));
        }
    }
}

/* By every field, up and down, with what has no value at one of the ends. */
static void ask_lists(void)
{
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        for (size_t k = 0; k < en->nfields; k++) {
            if (!(en->fields[k].flags & (F_SORT | F_INDEX | F_LIST)) || (!is_main(en) && k % 3))
                continue;
            follow(FMT("/api/v1/%s?limit=11&sort=%s%s", en->name, k % 2 ? "-" : "", en->fields[k].name));
            if (is_main(en))
                follow(FMT("/api/v1/%s?limit=17&sort=%s%s", en->name, k % 2 ? "" : "-", en->fields[k].name));
        }
    }
}

static void ask_filters(void)
{
    static const struct { const char *entity, *filter; } t[] = {
        { "person", "city is empty" }, { "person", "city is not empty" }, { "person", "city ~ \"rahim\"" }, { "person", "name ~ \"রহি\"" },
        { "person", "name ~ \"%\"" }, { "person", "name ~ \"_\"" }, { "person", "name ~ \"\\\\\"" }, { "person", "name ~ \"é\"" },
        { "person", "name = \"রহিম\"" }, { "person", "name = rahima" }, { "person", "not city = Padma" }, { "person", "tags = vip" },
        { "person", "not tags = \"নতুন\"" }, { "person", "owner = me" }, { "person", "birthday before 2026-06-01" },
        { "person", "birthday in this year" }, { "person", "created_at within 30 days" }, { "person", "company.industry is not empty" },
        { "person", "company.city = Padma or city = Padma" }, { "person", "count(deals) > 1" }, { "person", "count(calls) = 0" },
        { "person", "happened(call.* within 400 days)" }, { "person", "last(call.*) before today" }, { "person", "email ~ \"PADMA\"" },
        { "company", "employees > 5" }, { "company", "employees is empty or employees < 3" }, { "company", "annual_revenue >= 1000" },
        { "company", "sum(deals.amount) > 1000" }, { "company", "is_key = yes" }, { "company", "not is_key = yes" },
        { "deal", "amount > 1000" }, { "deal", "amount = 0" }, { "deal", "close_date in this month" }, { "deal", "status = open" },
        { "deal", "status = open or status = won" }, { "deal", "stage.name ~ a" }, { "deal", "company.owner = me" }, { "deal", "probability >= 50" },
        { "lead", "grade is empty" }, { "lead", "status is not empty and owner = me" }, { "task", "due_at before today" }, { "call", "duration > 10" },
        { "person", "nothing = 1" }, { "person", "city =" }, { "person", "birthday = yesterday-ish" }, { "deal", "amount ~ x" },
    };
    for (size_t i = 0; i < countof(t); i++) {
        const char *q = encoded(t[i].filter);
        follow(FMT("/api/v1/%s?limit=13&q=%s", t[i].entity, q));
        get(FMT("/%s?q=%s", entity_find(str_of(t[i].entity))->path, q));
        get(FMT("/api/v1/%s/summary?q=%s&group=%s", t[i].entity, q, !strcmp(t[i].entity, "deal") ? "status&sum=amount" : "owner"));
    }
}

static void ask_words(void)
{
    static const char *const words[] = { "rahim", "Rahima", "রহিম", "রহিমা খা", "अनि", "शर्मा", "زهر", "کریمی", "كريمي", "zoe", "Zoë", "arger", "o'brien",
                                         "50%", "a\\b", "p1@padma", "01712", "10", "", "\"", "খাতুন রহিমা", "xyzzy" };
    for (size_t i = 0; i < countof(words); i++) {
        get(FMT("/search?q=%s", encoded(words[i])));
        get(FMT("/palette?q=%s", encoded(words[i])));
    }
}

static void ask_figures(const struct filling *f)
{
    static const char *const exported[] = { "people", "companies", "deals", "leads" };
    static const struct { const char *entity, *group; } t[] = {
        { "person", "city" }, { "person", "source" }, { "person", "company" }, { "company", "industry" }, { "company", "country" },
        { "deal", "stage" }, { "deal", "owner" }, { "deal", "close_date:month" }, { "deal", "created_at:month" }, { "lead", "status" }, { "person", "nothing" },
    };
    for (size_t i = 0; i < countof(t); i++)
        get(FMT("/api/v1/%s/summary?group=%s%s", t[i].entity, t[i].group, !strcmp(t[i].entity, "deal") ? "&sum=amount" : ""));
    for (size_t i = 0; i < countof(exported); i++)
        get(FMT("/%s/export.csv", exported[i]));
    int k = entity_index(entity_find(S("person")));
    for (int i = 0; i < 4; i++)
        get(FMT("/api/v1/person/%s/explain?q=%s", arena_cstr(&mem, id_text(&mem, f->made[k][i])), encoded("city = Padma or count(deals) > 0 or tags = vip")));
}

static void ask_in_vain(void)
{
    static const char *const paths[] = { "/people/zzzzzzzz", "/people/1", "/nothing", "/api/v1/nothing", "/api/v1/person/zzzz", "/api/v1/person?sort=nothing",
                                         "/api/v1/person?limit=100000", "/api/v1/person?cursor=AAAA", "/people?cursor=nonsense", "/deals?view=zz" };
    for (size_t i = 0; i < countof(paths); i++)
        get(paths[i]);
    compare(SELLER, "GET", "/settings", NULL);
    compare(SELLER, "GET", "/people", NULL);
    compare(SELLER, "GET", "/", NULL);
    compare(SELLER, "GET", "/deals", NULL);
    compare(SELLER, "GET", "/api/v1/user", NULL);
}

static void ask_all(const struct filling *f)
{
    ask_pages();
    ask_records(f);
    ask_lists();
    ask_filters();
    ask_words();
    ask_figures(f);
    ask_in_vain();
}

/* ── tests ───────────────────────────────────────────────────────────────── */

START_TEST(both_are_filled_alike)
{
    int all = 0;
    for (size_t i = 0; i < catalogue_count(); i++) {
        ck_assert_msg(filled[0].nmade[i] == filled[1].nmade[i] && !memcmp(filled[0].made[i], filled[1].made[i], sizeof filled[0].made[i]),
                      "%s: %d and %d", catalogue_at(i)->name, filled[0].nmade[i], filled[1].nmade[i]);
        all += filled[0].nmade[i];
    }
    ck_assert_msg(all > 250 && filled[0].nmade[entity_index(entity_find(S("deal")))] > 10, "only %d records", all);
}
END_TEST

START_TEST(every_question_has_one_answer)
{
    ask_all(&filled[0]);
    printf("%d requests, %d found what they asked for\n", nasked, nfound);
    ck_assert_msg(ndifferent == 0, "%d of %d answers differ", ndifferent, nasked);
    ck_assert_msg(nfound > 1200, "only %d of %d found anything", nfound, nasked);
}
END_TEST

static const char *id_of(const struct reply *r)
{
    ptrdiff_t at = str_find(r->body, S("\"id\":\""));
    str rest = at < 0 ? (str){ 0 } : str_from(r->body, (size_t)at + 6);
    return arena_cstr(&mem, str_cut(&rest, '"'));
}

START_TEST(writes_answer_and_leave_the_same)
{
    struct reply r = compare(OWNER, "POST", "/api/v1/company", "{\"name\":\"Jamuna\",\"domain\":\"jamuna.example\",\"employees\":12}");
    ck_assert_int_eq(r.status, 201);
    const char *company = id_of(&r);
    r = compare(OWNER, "POST", "/api/v1/person", FMT("{\"name\":\"নতুন মানুষ\",\"email\":\"new@jamuna.example\",\"company\":\"%s\",\"tags\":[\"vip\"]}", company));
    ck_assert_int_eq(r.status, 201);
    const char *person = id_of(&r);
    compare(OWNER, "POST", "/api/v1/person", "{\"name\":\"Twice\",\"email\":\"new@jamuna.example\"}");
    compare(OWNER, "POST", "/api/v1/person", "{\"name\":\"\"}");
    compare(OWNER, "POST", "/api/v1/person", "{\"name\":\"X\",\"company\":\"zzz\"}");
    compare(OWNER, "POST", "/api/v1/person", "{\"nothing\":1}");
    compare(OWNER, "PATCH", FMT("/api/v1/person/%s", person), "{\"city\":\"Khulna\",\"version\":1}");
    compare(OWNER, "PATCH", FMT("/api/v1/person/%s", person), "{\"city\":\"Sylhet\",\"version\":1}");
    compare(OWNER, "POST", "/api/v1/deal", FMT("{\"name\":\"Filler\",\"company\":\"%s\",\"amount\":{\"amount\":\"1234.50\",\"currency\":\"BDT\"}}", company));
    compare(OWNER, "POST", "/api/v1/person/bulk", "{\"items\":[{\"name\":\"First\"},{\"name\":\"Second\"}]}");
    compare(OWNER, "POST", "/people", "name=By+a+form&email=form%40jamuna.example");
    compare(OWNER, "POST", "/people", "name=&email=none");
    compare(OWNER, "POST", "/undo", "");
    compare(OWNER, "DELETE", FMT("/api/v1/company/%s", company), NULL);
    compare(OWNER, "GET", FMT("/people/%s", person), NULL);
    compare(OWNER, "GET", FMT("/people/%s/history", person), NULL);
    ask_figures(&filled[0]);
    ask_words();
    follow("/api/v1/person?limit=9&sort=-updated_at");
    follow("/api/v1/company?limit=9&sort=-updated_at");
    ck_assert_msg(ndifferent == 0, "%d of %d answers differ", ndifferent, nasked);
}
END_TEST

START_TEST(one_row_that_differs_is_noticed)
{
    struct look l;
    look_open(&l, side[1].s.dir, true);
    look_run(&l, "UPDATE person SET city = 'Elsewhere' WHERE id = (SELECT MAX(id) FROM person WHERE deleted_at IS NULL)");
    look_close(&l);
    ndifferent = SHOWN_MAX;                     /* counted, not shown */
    follow("/api/v1/person?limit=11&sort=-created_at");
    ck_assert_int_eq(ndifferent, SHOWN_MAX + 1);
}
END_TEST

int main(void)
{
    mem = arena_open(1 << 30);
    for (int i = 0; i < SIDES; i++)
        make_side(&side[i], &filled[i]);
    Suite *s = suite_create("both");
    TCase *t = tcase_create("all");
    tcase_add_test(t, both_are_filled_alike);
    tcase_add_test(t, every_question_has_one_answer);
    tcase_add_test(t, writes_answer_and_leave_the_same);
    tcase_add_test(t, one_row_that_differs_is_noticed);
    suite_add_tcase(s, t);
    int failed = suite_end_in(s, CK_NOFORK);      /* the writes of one are the state of the next */
    bool ended = true;
    for (int i = 0; i < SIDES; i++) {
        client_free(&side[i].c);
        ended &= served_stop(&side[i].s);
        served_remove(&side[i].s);
    }
    return failed || !ended;
}
