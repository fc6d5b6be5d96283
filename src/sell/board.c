/* board.c - the board of one pipeline: figures, columns, cards.
 *
 * A page is a fixed number of statements whatever stands on it: one list for each column, two
 * sums, three counts, and the scores of the people behind the cards by fifties. What is shown in
 * a column is capped; its head counts and sums everything, and a link leads to the rest.
 */
#include "base/clock.h"
#include "base/id.h"
#include "msg/core.h"
#include "msg/sell.h"
#include "record/query.h"
#include "sell/inside.h"
#include "sell/pages.h"
#include "sell/views.h"
#include "web/records.h"

enum { CARDS_MAX = 500, COLUMNS_MAX = 12, QUIET_DAYS = 14, SCORE_HIGH = 75, BOARD_BYTES = 4 << 20 };

static const struct html_safe nothing;

/* ── what the address asks for ─────────────────────────────────────────────── */

struct asked { str q, where; bool is_mine, is_quarter; int64_t pipeline; };

static str quoted(struct request *rq, str value)
{
    struct html h = web_html(rq);
    html_url_part(&h, value);
    return html_done(&h).s;
}

static struct url board_url(struct request *rq, const struct asked *a, str q, bool is_mine, bool is_quarter)
{
    struct buf b = buf_new(&rq->a, 16384);
    buf_fmt(&b, "/deals?pipeline=%.*s", STR_ARG(id_text(&rq->a, a->pipeline)));
    if (q.n)
        buf_fmt(&b, "&q=%.*s", STR_ARG(quoted(rq, q)));
    if (is_mine)
        buf_lit(&b, "&mine=1");
    if (is_quarter)
        buf_lit(&b, "&quarter=1");
    return url_path(buf_str(&b));
}

static struct url table_url(struct request *rq, str filter)
{
    return url_fmt(&rq->a, "/deals?layout=table&q=%.*s", STR_ARG(quoted(rq, filter)));
}

/* The conditions besides the stage, in the words of the query language. */
static str conditions(struct request *rq, const struct asked *a)
{
    struct buf b = buf_new(&rq->a, 2 * QUERY_TEXT_MAX);
    buf_fmt(&b, "pipeline = %.*s", STR_ARG(id_text(&rq->a, a->pipeline)));
    if (a->is_mine)
        buf_lit(&b, " and owner = me");
    if (a->is_quarter)
        buf_lit(&b, " and close_date in this quarter");
    if (a->q.n)
        buf_fmt(&b, " and (%.*s)", STR_ARG(a->q));
    return buf_str(&b);
}

static bool read_address(struct request *rq, struct asked *out, struct err *e)
{
    struct asked a = { .q = str_trim(request_query(rq, "q")), .is_mine = request_query(rq, "mine").n > 0,
                       .is_quarter = request_query(rq, "quarter").n > 0 };
    if (!id_parse(request_query(rq, "pipeline"), &a.pipeline) && !pipeline_default(web_ctx(rq), &a.pipeline, e))
        return false;
    a.where = conditions(rq, &a);
    *out = a;
    return true;
}

/* ── scores of the people behind the cards ─────────────────────────────────── */

enum { AT_ONCE = 50 };
struct score { int64_t person; int value; };
struct scores { struct score *v; size_t n; };

static bool may_see_scores(const struct ctx *c)
{
    const struct entity *person = entity_find(S("person"));
    return access_scope(c->who, person, ACTION_SEE) == SCOPE_ALL
        && access_field(c->who, person, entity_field(person, S("fit"))) != FIELD_RIGHT_HIDDEN;
}

static bool read_scores(struct ctx *c, const int64_t *people, size_t n, struct scores *out, struct err *e)
{
    out->v = arena_new(c->a, struct score, n + 1);
    for (size_t from = 0; from < n; from += AT_ONCE) {
        struct db_val v[AT_ONCE];
        struct db_rows q;
        for (size_t i = 0; i < AT_ONCE; i++)
            v[i] = V(from + i < n ? people[from + i] : (int64_t)0);
        if (!db_query(c->c, &q, "SELECT id, COALESCE(fit, 0) + COALESCE(engagement, 0) FROM person"
                               " WHERE (fit IS NOT NULL OR engagement IS NOT NULL) AND deleted_at IS NULL AND id IN ("
                               "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
                               "$18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, "
                               "$35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50)",
                      v, AT_ONCE, e))
            return false;
        while (out->n < n && db_next(&q))
            out->v[out->n++] = (struct score){ db_int(&q, 0), (int)((db_int(&q, 1) + 1) / 2) };
        if (!db_done(&q, e))
            return false;
    }
    return true;
}

static int score_of(const struct scores *s, int64_t person)
{
    for (size_t i = 0; person && i < s->n; i++)
        if (s->v[i].person == person)
            return s->v[i].value;
    return -1;
}

/* ── cards ─────────────────────────────────────────────────────────────────── */

struct day { int64_t today; struct ctx *c; struct request *rq; };

#define SAY(key, ...) msg_text(c->a, c->loc, MSG_##key, \
        (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

/* A step of another script turns the line; what is said of it keeps its own direction (U+2068, U+2069). */
static str step_with(struct ctx *c, str step, str when)
{
    if (step.n && lang_is_rtl(c->loc->lang))
        when = arena_fmt(c->a, "\u2068%.*s\u2069", STR_ARG(when));
    return step.n ? SAY(sell_next_when, .step = A(step), .when = A(when)) : when;
}

int deal_quiet_days(const struct ctx *c, const struct record *r)
{
    int64_t at = record_int(r, "last_activity_at"), entered = record_int(r, "stage_entered_at");
    at = at > entered ? at : entered;
    at = at ? at : r->created_at;
    int64_t days = (c->now - at) / DAY_US;
    return at && days >= QUIET_DAYS ? (int)days : 0;
}

struct next_step deal_next_step(struct ctx *c, const struct record *r)
{
    str step = record_text(r, "next_step");
    bool is_dated = record_val(r, "next_step_at").is_set;
    int64_t today = zone_days(c->loc->zone, c->now);
    int64_t day = is_dated ? zone_days(c->loc->zone, record_int(r, "next_step_at")) : 0;
    int quiet = deal_quiet_days(c, r);
    if (is_dated && day < today)
        return (struct next_step){ step_with(c, step, SAY(sell_next_late, .n = A(today - day))), .icon = "alarm-clock", .tone = TONE_RED };
    if (is_dated && day == today)
        return (struct next_step){ step_with(c, step, SAY(sell_next_today)), .icon = "circle-dot", .tone = TONE_GREEN };
    if (quiet)
        return (struct next_step){ SAY(sell_quiet_days, .n = A(quiet)), .icon = "moon", .tone = TONE_AMBER };
    if (is_dated)
        return (struct next_step){ step_with(c, step, loc_date(c->a, c->loc, day, DATE_DAY_MONTH)), .icon = "calendar" };
    if (step.n)
        return (struct next_step){ step, .icon = "circle" };
    return (struct next_step){ SAY(sell_next_none), .icon = "circle-alert", .tone = TONE_AMBER };
}

static struct html_safe card_menu(struct request *rq, str id, str title)
{
    struct html h = web_html(rq);
    struct ctx *c = web_ctx(rq);
    ui_button(&h, .label = SAY(sell_move_title, .deal = A(title)), .icon = "ellipsis", .icon_only = true, .kind = UI_GHOST,
              .size = UI_SMALL, .url = url_fmt(c->a, "/deals/%.*s/move", STR_ARG(id)), .in_dialog = true, .key = "s");
    return html_done(&h);
}

static void put_card(struct request *rq, struct html *h, const struct record *r, const struct scores *scores, bool may_move)
{
    struct ctx *c = web_ctx(rq);
    struct val whose = record_val(r, record_int(r, "company") ? "company" : "person"), owner = record_val(r, "owner"), amount = record_val(r, "amount");
    struct next_step next = deal_next_step(c, r);
    int score = score_of(scores, record_int(r, "person"));
    str id = id_text(c->a, r->id), title = record_title(r);
    struct val date = record_val(r, "close_date");
    ui_card(h, .id = id, .version = r->version, .title = title, .url = url_fmt(c->a, "/deals/%.*s", STR_ARG(id)),
            .account = whose.s, .account_id = whose.i, .owner = owner.s, .owner_id = owner.i,
            .amount = amount.is_set ? loc_money_compact(c->a, c->loc, amount.i, arena_cstr(c->a, amount.s)) : (str){ 0 },
            .date = date.is_set ? loc_date(c->a, c->loc, date.i, DATE_DAY_MONTH) : (str){ 0 },
            .next = next.text, .next_icon = next.icon, .next_tone = next.tone, .is_stale = deal_quiet_days(c, r) > 0,
            .score = score >= 0 ? loc_int(c->a, c->loc, score) : (str){ 0 }, .is_score_high = score >= SCORE_HIGH,
            .menu = may_move ? card_menu(rq, id, title) : nothing);
}

/* ── columns ───────────────────────────────────────────────────────────────── */

struct column { const struct stage *stage; struct list cards; int64_t n, sum; };
struct board { struct asked asked; struct column col[COLUMNS_MAX]; size_t ncols; struct scores scores;
               int64_t open, weighted, closing, attention, overdue, quiet; };

static bool read_cards(struct ctx *c, struct board *b, struct column *col, struct err *e)
{
    static const char *const shown[] = { "name", "company", "person", "owner", "amount", "close_date", "next_step",
                                         "next_step_at", "last_activity_at", "stage_entered_at" };
    struct list_spec s = {
        .en = &deal_entity, .sort = S("rank"), .limit = (int)(CARDS_MAX / b->ncols), .is_served = true,
        .filter = arena_fmt(c->a, "stage = %.*s and %.*s", STR_ARG(id_text(c->a, col->stage->id)), STR_ARG(b->asked.where)),
    };
    for (size_t i = 0; i < countof(shown); i++) {
        const struct field *f = entity_field(&deal_entity, str_of(shown[i]));
        if (access_field(c->who, &deal_entity, f) != FIELD_RIGHT_HIDDEN)
            s.cols[s.ncols++] = f;
    }
    return record_list(c, &s, &col->cards, e);
}

static bool read_sums(struct ctx *c, struct board *b, struct err *e)
{
    struct summary_row *rows;
    size_t n;
    struct list_spec s = { .en = &deal_entity, .filter = arena_fmt(c->a, "status = open and %.*s", STR_ARG(b->asked.where)) };
    const struct field *amount = entity_field(&deal_entity, S("amount"));
    bool is_told = access_field(c->who, &deal_entity, amount) != FIELD_RIGHT_HIDDEN;
    if (!record_summary(c, &s, S("stage"), is_told ? S("amount") : (str){ 0 }, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < b->ncols; k++) {
            int64_t id, weighted;
            if (!id_parse(rows[i].key, &id) || id != b->col[k].stage->id)
                continue;
            b->col[k].n = rows[i].n;
            b->col[k].sum = rows[i].sum;
            b->open += rows[i].sum;
            if (sell_share_of(rows[i].sum, b->col[k].stage->probability, &weighted))
                b->weighted += weighted;
        }
    s.filter = arena_fmt(c->a, "status = open and close_date in this month and %.*s", STR_ARG(b->asked.where));
    if (!record_summary(c, &s, (str){ 0 }, is_told ? S("amount") : (str){ 0 }, &rows, &n, e))
        return false;
    b->closing = n ? rows[0].sum : 0;
    return true;
}

static const char late_words[] = "next_step_at < today";
static const char quiet_words[] = "last_activity_at < today - 14 days and stage_entered_at < today - 14 days";
static const char attention_words[] = "(next_step_at < today or (next_step is empty and next_step_at is empty)"
    " or (last_activity_at < today - 14 days and stage_entered_at < today - 14 days))";

static bool count(struct ctx *c, const struct board *b, const char *words, int64_t *out, struct err *e)
{
    bool is_capped;
    struct list_spec s = { .en = &deal_entity,
                           .filter = arena_fmt(c->a, "status = open and %.*s and %s", STR_ARG(b->asked.where), words) };
    return record_count(c, &s, COUNT_CAP, out, &is_capped, e);
}

static bool read_people(struct ctx *c, struct board *b, struct err *e)
{
    int64_t *people = arena_new(c->a, int64_t, CARDS_MAX + 1);
    size_t n = 0;
    if (!may_see_scores(c))
        return true;
    for (size_t i = 0; i < b->ncols; i++)
        for (size_t k = 0; k < b->col[i].cards.n && n < CARDS_MAX; k++) {
            int64_t id = record_int(b->col[i].cards.rows[k], "person");
            people[n] = id;
            n += id != 0;
        }
    return read_scores(c, people, n, &b->scores, e);
}

static bool read_board(struct ctx *c, struct board *b, struct err *e)
{
    struct stage *all;
    size_t n;
    if (!stages_of(c, b->asked.pipeline, &all, &n, e))
        return false;
    for (size_t i = 0; i < n && b->ncols < COLUMNS_MAX; i++)
        if (!all[i].is_won && !all[i].is_lost)
            b->col[b->ncols++].stage = &all[i];
    for (size_t i = 0; i < b->ncols; i++)
        if (!read_cards(c, b, &b->col[i], e))
            return false;
    return read_sums(c, b, e) && count(c, b, late_words, &b->overdue, e) && count(c, b, quiet_words, &b->quiet, e)
        && count(c, b, attention_words, &b->attention, e) && read_people(c, b, e);
}

static struct url stage_table(struct request *rq, const struct board *b, const struct column *col)
{
    return table_url(rq, arena_fmt(&rq->a, "stage = %.*s and %.*s", STR_ARG(id_text(&rq->a, col->stage->id)),
                                   STR_ARG(b->asked.where)));
}

static void put_column(struct request *rq, struct html *h, const struct board *b, const struct column *col, size_t at)
{
    static const char *const colours[] = { "v6", "v2", "v1", "v3", "v5", "v4" };
    struct ctx *c = web_ctx(rq);
    struct html cards = html_new(c->a, c->loc, BOARD_BYTES);
    bool may_move = access_scope(c->who, &deal_entity, ACTION_CHANGE) != SCOPE_NONE;
    bool may_add = access_scope(c->who, &deal_entity, ACTION_CREATE) != SCOPE_NONE;
    str id = id_text(c->a, col->stage->id);
    cards.csrf = h->csrf;
    for (size_t i = 0; i < col->cards.n; i++)
        put_card(rq, &cards, col->cards.rows[i], &b->scores, may_move);
    if (col->n > (int64_t)col->cards.n)
        view_board_more(&cards, &(struct board_more_view){ stage_table(rq, b, col), SAY(sell_board_all, .n = A(col->n)) });
    ui_column(h, .id = id, .title = col->stage->name, .count = loc_int(c->a, c->loc, col->n),
              .sum = loc_money_compact(c->a, c->loc, col->sum, c->ws->currency),
              .share = loc_percent(c->a, c->loc, (double)col->stage->probability / SELL_WHOLE, 0),
              .percent = (int)(col->stage->probability / 100), .colour = colours[at % countof(colours)],
              .cards = html_done(&cards), .add_label = SAY(sell_board_add, .stage = A(col->stage->name)),
              .add = may_add ? url_fmt(c->a, "/deals/new?stage=%.*s&pipeline=%.*s", STR_ARG(id),
                                       STR_ARG(id_text(c->a, b->asked.pipeline))) : (struct url){ { 0 } });
}

/* ── the page ──────────────────────────────────────────────────────────────── */

static struct html_safe attention_sub(struct request *rq, const struct board *b)
{
    struct html h = web_html(rq);
    struct ctx *c = web_ctx(rq);
    if (b->overdue)
        ui_chip(&h, .label = SAY(sell_board_overdue, .n = A(b->overdue)), .tone = TONE_RED);
    if (b->quiet)
        ui_chip(&h, .label = SAY(sell_board_quiet, .n = A(b->quiet)), .tone = TONE_AMBER);
    return html_done(&h);
}

static struct board_view view_of(struct request *rq, const struct board *b)
{
    struct ctx *c = web_ctx(rq);
    const struct asked *a = &b->asked;
    struct html columns = html_new(c->a, c->loc, BOARD_BYTES);
    int64_t shown = 0;
    columns.csrf = web_html(rq).csrf;
    for (size_t i = 0; i < b->ncols; i++) {
        put_column(rq, &columns, b, &b->col[i], i);
        shown += b->col[i].n;
    }
    str where = arena_fmt(c->a, "status = open and %.*s", STR_ARG(a->where));
    struct ui_item *layouts = arena_new(c->a, struct ui_item, 2);
    layouts[0] = (struct ui_item){ .label = SAY(sell_board), .icon = "square-kanban", .is_current = true,
                                   .url = board_url(rq, a, a->q, a->is_mine, a->is_quarter) };
    layouts[1] = (struct ui_item){ .label = SAY(sell_table), .icon = "table-2", .url = table_url(rq, where) };
    return (struct board_view){
        .q = a->q, .is_mine = a->is_mine, .is_quarter = a->is_quarter, .pipeline_id = id_text(c->a, a->pipeline),
        .layouts = layouts, .nlayouts = 2, .columns = html_done(&columns),
        .self = board_url(rq, a, a->q, a->is_mine, a->is_quarter), .mine = board_url(rq, a, a->q, !a->is_mine, a->is_quarter),
        .quarter = board_url(rq, a, a->q, a->is_mine, !a->is_quarter),
        .clear = board_url(rq, a, (str){ 0 }, a->is_mine, a->is_quarter),
        .open = loc_money_compact(c->a, c->loc, b->open, c->ws->currency),
        .weighted = loc_money_compact(c->a, c->loc, b->weighted, c->ws->currency),
        .closing = loc_money_compact(c->a, c->loc, b->closing, c->ws->currency),
        .attention = loc_int(c->a, c->loc, b->attention), .attention_sub = attention_sub(rq, b),
        .open_url = table_url(rq, where),
        .closing_url = table_url(rq, arena_fmt(c->a, "%.*s and close_date in this month", STR_ARG(where))),
        .attention_url = table_url(rq, arena_fmt(c->a, "%.*s and %s", STR_ARG(where), attention_words)),
        .is_empty = shown == 0, .is_filtered = a->q.n || a->is_mine || a->is_quarter,
    };
}

/* A pipeline that still bears the name of its kind, in whatever language, is called so in the reader's. */
static str pipeline_name(struct ctx *c, const struct record *p)
{
    const struct field *f = entity_field(&pipeline_entity, S("kind"));
    for (const struct choice *k = f->choices; k->value; k++)
        for (int l = 0; l < LANG_COUNT; l++) {
            struct locale loc = locale_default((enum lang)l, c->ws->country);
            if (str_eq(record_text(p, "kind"), str_of(k->value)) && str_eq(record_title(p), msg_text(c->a, &loc, k->label, NULL)))
                return msg_text(c->a, c->loc, k->label, NULL);
        }
    return record_title(p);
}

static struct html_safe pipeline_picker(struct request *rq, const struct asked *a, str *current)
{
    enum { PIPELINES_MAX = 20 };
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct list list = { 0 };
    struct err e = { 0 };
    struct list_spec s = { .en = &pipeline_entity, .filter = S("is_active = true"), .sort = S("position"), .limit = PIPELINES_MAX };
    (void)!record_list(c, &s, &list, &e);       /* without it the board still stands */
    struct ui_menu_item *items = arena_new(c->a, struct ui_menu_item, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        struct asked other = *a;
        other.pipeline = list.rows[i]->id;
        items[i] = (struct ui_menu_item){ .label = pipeline_name(c, list.rows[i]), .is_current = other.pipeline == a->pipeline,
                                          .url = board_url(rq, &other, a->q, a->is_mine, a->is_quarter) };
        if (items[i].is_current)
            *current = items[i].label;
    }
    if (list.n < 2)
        return nothing;
    ui_button(&h, .label = current->n ? *current : SAY(sell_pipeline), .kind = UI_GHOST, .menu = "pipelines");
    ui_menu(&h, .id = "pipelines", .label = SAY(sell_pipeline_plural), .items = items, .n = list.n);
    return html_done(&h);
}

static void show_page(struct request *rq, const struct board *b, const struct board_view *v)
{
    struct ctx *c = web_ctx(rq);
    struct html h = html_new(c->a, c->loc, 2 * BOARD_BYTES), actions = web_html(rq);
    struct html own = web_html(rq);
    str name = { 0 };
    h.csrf = own.csrf;
    h.page = own.page;
    struct page p = web_page(rq, SAY(sell_nav_pipeline));
    p.beside = pipeline_picker(rq, &b->asked, &name);
    if (access_scope(c->who, &deal_entity, ACTION_CREATE) != SCOPE_NONE)
        ui_button(&actions, .label = SAY(sell_new_deal), .icon = "plus", .kind = UI_PRIMARY, .in_dialog = true, .key = "c",
                  .url = url_fmt(c->a, "/deals/new?pipeline=%.*s", STR_ARG(v->pipeline_id)));
    p.actions = html_done(&actions);
    page_begin(&h, &p);
    view_board_tools(&h, &(struct board_tools_view){ v });
    view_board_part(&h, &(struct board_part_view){ v });
    page_end(&h, &p);
    answer_html(rq, v->error.n ? 422 : 200, &h);
}

/* The list of every entity, for deals; sorted, so that its own links lead back to it. */
static void show_table(struct request *rq)
{
    struct pair *query = arena_new(&rq->a, struct pair, rq->nquery + 1);
    memcpy(query, rq->query, rq->nquery * sizeof *query);
    if (!request_query(rq, "sort").n)
        query[rq->nquery++] = (struct pair){ S("sort"), S("-updated_at") };
    rq->query = query;
    rq->param[0] = S("deals");
    records_list(rq);
}

/* The board's own links name its pipeline. A question without one comes from a figure, a search or a
 * colleague, and its answer may be won, lost or of any pipeline: no column of the board would hold it. */
static bool wants_table(const struct request *rq)
{
    static const char *const names[] = { "sort", "view", "cols", "cursor", "count", "f", "up", "down" };
    if (str_eq(request_query(rq, "layout"), S("table")) || (request_query(rq, "q").n && !request_query(rq, "pipeline").n))
        return true;
    for (size_t i = 0; i < countof(names); i++)
        if (request_query(rq, names[i]).n)
            return true;
    return false;
}

void board_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    struct board *b = arena_new(&rq->a, struct board, 1);
    str wrong = { 0 };
    if (access_scope(c->who, &deal_entity, ACTION_SEE) == SCOPE_NONE || wants_table(rq)) {
        show_table(rq);
        return;
    }
    bool ok = read_address(rq, &b->asked, &e);
    if (ok && !read_board(c, b, &e) && e.code == ERR_INVALID) {     /* a filter that cannot be read: said above the board */
        wrong = err_text(c->a, c->loc, &e);
        struct asked plain = { .pipeline = b->asked.pipeline };
        plain.where = conditions(rq, &plain);
        str q = b->asked.q;
        *b = (struct board){ .asked = plain };
        e = (struct err){ 0 };
        ok = read_board(c, b, &e);
        b->asked.q = q;
    }
    if (!ok || e.code) {
        web_fail(rq, &e);
        return;
    }
    struct board_view v = view_of(rq, b);
    v.error = wrong;
    v.is_filtered = v.is_filtered && !wrong.n;  /* what cannot be read filters nothing */
    if (request_is_fragment(rq)) {
        struct html h = html_new(c->a, c->loc, 2 * BOARD_BYTES);
        h.csrf = web_html(rq).csrf;
        view_board_part(&h, &(struct board_part_view){ &v });
        answer_html(rq, 200, &h);
        return;
    }
    show_page(rq, b, &v);
}
