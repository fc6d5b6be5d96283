/* scan_table.c - columns of a table as memory: pages, rows, numbers of texts. Nothing here asks the database. */
#include "record/scan_inside.h"

bool scan_has_room(const struct scan_table *t, size_t bytes)
{
    return (size_t)(t->a.end - t->a.at) > bytes + SCAN_SLACK;
}

/* ── different texts of a column ─────────────────────────────────────────── */

static uint32_t *slot_of(const struct scan_words *w, str text)
{
    uint32_t i = (uint32_t)str_hash(text) % (2 * SCAN_WORDS);
    while (w->slot[i] && !str_eq(w->v[w->slot[i] - 1], text))
        i = (i + 1) % (2 * SCAN_WORDS);
    return &w->slot[i];
}

int64_t scan_word(const struct scan_column *k, str text)
{
    return k->words.slot ? (int64_t)*slot_of(&k->words, text) - 1 : -1;
}

static bool add_word(struct scan_table *t, struct scan_column *k, str text, int64_t *out)
{
    struct scan_words *w = &k->words;
    if (!w->slot) {
        if (!scan_has_room(t, SCAN_WORDS * (sizeof *w->v + 2 * sizeof *w->slot)))
            return false;
        w->v = arena_new(&t->a, str, SCAN_WORDS);
        w->slot = arena_new(&t->a, uint32_t, 2 * SCAN_WORDS);
    }
    uint32_t *slot = slot_of(w, text);
    if (!*slot) {
        if (!scan_has_room(t, text.n))
            return false;
        if (w->n == SCAN_WORDS) {
            k->is_unfit = true;
            return true;
        }
        w->v[w->n++] = arena_str(&t->a, text);
        *slot = w->n;
    }
    *out = (int64_t)*slot - 1;
    return true;
}

/* ── pages ───────────────────────────────────────────────────────────────── */

static int64_t *empty_page(struct scan_table *t)
{
    int64_t *v = arena_raw(&t->a, sizeof(int64_t), alignof(int64_t), PAGE_ROWS);
    for (size_t i = 0; i < PAGE_ROWS; i++)
        v[i] = SCAN_NONE;
    return v;
}

static bool column_page(struct scan_table *t, struct scan_column *k, size_t p)
{
    if (!scan_has_room(t, PAGE_ROWS * sizeof(int64_t)))
        return false;
    k->page[p] = empty_page(t);
    return true;
}

static bool kind_page(struct scan_table *t, struct scan_kind *k, size_t p)
{
    if (!scan_has_room(t, PAGE_ROWS * (sizeof(struct span) + sizeof(int64_t))))
        return false;
    k->page[p] = arena_new(&t->a, struct span, PAGE_ROWS);
    k->last[p] = empty_page(t);
    return true;
}

static size_t npages(const struct scan_table *t) { return (t->n + PAGE_ROWS - 1) / PAGE_ROWS; }

struct scan_column *scan_column(struct scan_table *t, const struct field *f, enum scan_form form, bool may_add)
{
    for (int i = 0; i < t->ncolumns; i++)
        if (t->column[i].f == f && t->column[i].form == form)
            return t->column[i].is_unfit ? NULL : &t->column[i];
    if (!may_add || t->ncolumns == SCAN_COLUMNS)
        return NULL;
    struct scan_column *k = &t->column[t->ncolumns];
    *k = (struct scan_column){ .f = f, .form = form };
    for (size_t p = 0; p < npages(t); p++)
        if (!column_page(t, k, p))
            return NULL;
    t->ncolumns++;
    return k;
}

struct scan_kind *scan_kind(struct scan_table *t, str name, bool may_add)
{
    for (int i = 0; i < t->nkinds; i++)
        if (str_eq(t->kind[i].name, name))
            return &t->kind[i];
    if (!may_add || t->nkinds == SCAN_KINDS || !scan_has_room(t, name.n))
        return NULL;
    struct scan_kind *k = &t->kind[t->nkinds];
    *k = (struct scan_kind){ .name = arena_str(&t->a, name) };
    for (size_t p = 0; p < npages(t); p++)
        if (!kind_page(t, k, p))
            return NULL;
    t->nkinds++;
    return k;
}

/* ── rows ────────────────────────────────────────────────────────────────── */

size_t scan_lower(const struct scan_table *t, int64_t id)
{
    size_t lo = 0, hi = t->sorted;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (scan_id(t, mid) < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool scan_row(const struct scan_table *t, int64_t id, size_t *row)
{
    *row = scan_lower(t, id);
    if (*row < t->sorted && scan_id(t, *row) == id)
        return true;
    for (*row = t->sorted; *row < t->n; ++*row)
        if (scan_id(t, *row) == id)
            return true;
    return false;
}

bool scan_append(struct scan_table *t, int64_t id, size_t *row)
{
    size_t p = t->n / PAGE_ROWS;
    bool is_last = t->sorted == t->n && (t->n == 0 || scan_id(t, t->n - 1) < id);
    if (p == PAGES_MAX || (!is_last && t->n - t->sorted == SCAN_TAIL))
        return false;
    if (t->n % PAGE_ROWS == 0) {
        if (!scan_has_room(t, sizeof(struct scan_page)))
            return false;
        t->page[p] = arena_new(&t->a, struct scan_page, 1);
        for (int i = 0; i < t->ncolumns; i++)
            if (!column_page(t, &t->column[i], p))
                return false;
        for (int i = 0; i < t->nkinds; i++)
            if (!kind_page(t, &t->kind[i], p))
                return false;
    }
    *row = t->n;
    t->page[p]->id[t->n++ % PAGE_ROWS] = id;
    t->sorted += is_last;
    return true;
}

void scan_set_there(struct scan_table *t, size_t row, bool is_there)
{
    uint64_t *word = &t->page[row / PAGE_ROWS]->there[row % PAGE_ROWS / 64], bit = (uint64_t)1 << row % 64;
    *word = is_there ? *word | bit : *word & ~bit;
}

bool scan_put(struct scan_table *t, struct scan_column *k, size_t row, const struct db_rows *q, int col)
{
    int64_t v = SCAN_NONE;
    if (!db_is_null(q, col)) {
        if (k->form < FORM_TEXT)
            v = db_int(q, col);
        else if (!add_word(t, k, db_text_view(q, col), &v))
            return false;
    }
    k->page[row / PAGE_ROWS][row % PAGE_ROWS] = v;
    return true;
}

void scan_set_span(struct scan_kind *k, size_t row, struct span s)
{
    k->page[row / PAGE_ROWS][row % PAGE_ROWS] = s;
    k->last[row / PAGE_ROWS][row % PAGE_ROWS] = s.n ? s.at[s.n - 1] : SCAN_NONE;
}
