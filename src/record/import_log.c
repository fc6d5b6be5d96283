/* import_log.c - what a run tells: its report, its refusals, its own record of import_run. */
#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"
#include "msg/import.h"
#include "record/import_run.h"

/* ── what is told ────────────────────────────────────────────────────────── */

static void put_report(struct import_state *s, struct arena scratch, const str cells[6])
{
    struct buf b = buf_new(&scratch, 64 * 1024);
    if (!s->report)
        return;
    csv_put_row(&b, cells, 6);
    fwrite(b.p, 1, b.n, s->report);
}

/* It waits with what else the slice says: the slice may be taken back, or run again. */
void import_log_refused(struct import_state *s, int64_t line, const struct csv_row *row, const struct err *why)
{
    struct arena scratch = s->keep;
    str text = err_text(&scratch, s->c->loc, why), number = arena_fmt(&scratch, "%lld", (long long)line);
    str cells[6] = { number, S("refused"), str_of(why->field), row ? import_row_cell(s, row, why->field) : (str){ 0 }, S("1"), text };
    struct buf csv = buf_new(&scratch, 64 * 1024);

    csv_put_row(&csv, cells, 6);
    struct told *t = arena_new(s->slice, struct told, 1);
    *t = (struct told){ { line, why->msg, why->field, arena_str(s->slice, text) }, arena_str(s->slice, buf_str(&csv)), NULL };
    *s->told_end = t;
    s->told_end = &t->next;
}

void import_log_tell(struct import_state *s)
{
    for (const struct told *t = s->told; t; t = t->next) {
        if (s->report)
            fwrite(t->row.p, 1, t->row.n, s->report);
        import_refused_add(&s->keep, &s->refusals, &t->why);
    }
    for (const struct pending *p = s->settled; p; p = p->next)
        import_note_add(&s->keep, &s->notes, p->note.kind, p->note.column, p->note.value, p->note.used, 1);
    s->told = NULL;
    s->told_end = &s->told;
    s->settled = NULL;
}

void import_log_note(struct import_state *s, enum import_note_kind kind, str column, str value, str used)
{
    struct pending *p = arena_new(s->slice, struct pending, 1);
    *p = (struct pending){ { kind, column, value, used, 1 }, s->pending };
    s->pending = p;
}

/* ── the run's own record ────────────────────────────────────────────────── */

struct run_record { struct import_state *s; struct record *r; int64_t id; };

static bool save_run(struct ctx *tx, void *arg, struct err *e)
{
    struct run_record *k = arg;
    struct ctx sys = ctx_as_system(tx);         /* nobody but the program writes runs */
    if (k->id) {
        k->r->id = k->id;
        return record_update(&sys, k->r, 0, NULL, e);
    }
    if (!record_create(&sys, k->r, e))
        return false;
    k->s->run_id = k->r->id;
    return true;
}

static bool keep_run(struct import_state *s, struct record *r, struct err *e)
{
    struct run_record k = { s, r, s->run_id };
    struct ctx c = *s->c;
    c.write = NULL;
    return record_write(&c, save_run, &k, e);
}

bool import_log_start(struct import_state *s, struct err *e)
{
    const struct entity *en = entity_find(S("import_run"));
    if (s->o->is_dry || !en)
        return true;
    struct record *r = record_new(s->c->a, en);
    record_set(r, "file_name", val_text(utf8_head(str_of(s->o->file_name), 200)));
    record_set(r, "entity", val_text(str_of(s->m->en->name)));
    record_set(r, "status", val_text(S("running")));
    str map = import_map_text(s->c->a, s->m);
    if (map.n < 20000)
        record_set(r, "mapping", val_text(map));
    record_set(r, "started_at", val_int(clock_now()));
    if (!keep_run(s, r, e))
        return false;
    s->request_id = arena_fmt(&s->keep, "import-%.*s", STR_ARG(id_text(&s->keep, s->run_id)));
    return true;
}

bool import_log_end(struct import_state *s, const struct import_result *out, bool is_done, struct err *e)
{
    if (!s->run_id)
        return true;
    struct record *r = record_new(s->c->a, entity_find(S("import_run")));
    struct buf problems = buf_new(s->c->a, 100000);
    buf_put(&problems, out->refusals);
    for (size_t i = 0; i < out->nnotes && problems.n < 60000; i++) {
        buf_put(&problems, import_note_text(s->c->a, s->c->loc, &out->note[i]));
        buf_char(&problems, '\n');
    }
    record_set(r, "status", val_text(is_done ? S("done") : S("failed")));
    record_set(r, "created_count", val_int(s->n.created));
    record_set(r, "updated_count", val_int(s->n.updated));
    record_set(r, "refused_count", val_int(s->n.refused));
    record_set(r, "problems", val_text(buf_str(&problems)));
    record_set(r, "finished_at", val_int(clock_now()));
    return keep_run(s, r, e);
}

/* ── the report ──────────────────────────────────────────────────────────── */

void import_log_report_notes(struct import_state *s, const struct import_result *out)
{
    static const char *const kind[NOTE_KIND_COUNT] = { "near", "word", "created", "left", "empty", "unused" };
    for (size_t i = 0; i < out->nnotes; i++) {
        struct arena scratch = *s->c->a;
        const struct import_note *n = &out->note[i];
        str rows = arena_fmt(&scratch, "%lld", (long long)n->rows);
        str cells[6] = { { 0 }, str_of(kind[n->kind]), n->column, n->value, rows, import_note_text(&scratch, s->c->loc, n) };
        put_report(s, scratch, cells);
    }
}

bool import_log_open_report(struct import_state *s, struct err *e)
{
    static const str head[6] = { { "line", 4 }, { "kind", 4 }, { "column", 6 }, { "value", 5 }, { "rows", 4 }, { "reason", 6 } };
    if (!s->o->report)
        return true;
    s->report = fopen(s->o->report, "we");
    if (!s->report) {
        fail(e, ERR_INVALID, MSG_import_report_unwritable, "fopen: %s", strerror(errno));
        return err_arg(e, "path", str_of(s->o->report));
    }
    fputs("\xEF\xBB\xBF", s->report);           /* so that every spreadsheet reads its letters */
    put_report(s, s->keep, head);
    return true;
}

bool import_log_close_report(struct import_state *s, struct err *e)
{
    if (!s->report)
        return true;
    bool ok = !ferror(s->report);
    ok = !fclose(s->report) && ok;
    s->report = NULL;
    if (ok)
        return true;
    fail(e, ERR_FULL, MSG_import_report_unwritable, "write: %s", strerror(errno));
    return err_arg(e, "path", str_of(s->o->report));
}
