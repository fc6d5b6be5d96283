/* shell.c - fills the views of the frame (shell.html).
 *
 * The table of keys is what the help dialog shows and what ui/js/keys.js does;
 * change both together.
 */
#include "web/shell_inside.h"
#include "msg/shell.h"

static const struct key_row everywhere[] = {
    { "Ctrl", "K", MSG_shell_key_palette }, { "/", NULL, MSG_shell_key_search },
    { "C", NULL, MSG_shell_key_create },    { "Z", NULL, MSG_shell_key_undo },
    { "?", NULL, MSG_shell_key_help },      { "Esc", NULL, MSG_shell_key_close },
    { "G", "H", MSG_shell_key_go_home },    { "G", "P", MSG_shell_key_go_pipeline },
    { "G", "A", MSG_shell_key_go_companies }, { "G", "I", MSG_shell_key_go_inbox },
    { "G", "T", MSG_shell_key_go_tasks },
};
static const struct key_row lists[] = {
    { "J", "K", MSG_shell_key_next_previous }, { "Enter", NULL, MSG_shell_key_open },
    { "Space", NULL, MSG_shell_key_peek },     { "X", NULL, MSG_shell_key_select },
    { "F", NULL, MSG_shell_key_filter },       { "E", NULL, MSG_shell_key_done },
    { "Ctrl ↑", "Ctrl ↓", MSG_shell_key_pages },
};
static const struct key_row records[] = {
    { "S", NULL, MSG_shell_key_stage }, { "A", NULL, MSG_shell_key_assign }, { "D", NULL, MSG_shell_key_date },
    { "N", NULL, MSG_shell_key_note },  { "L", NULL, MSG_shell_key_call },   { "F2", NULL, MSG_shell_key_edit },
    { "E", NULL, MSG_shell_key_form },
};
static const struct key_row board[] = {
    { "Space", NULL, MSG_shell_key_grab }, { "← ↑", "→ ↓", MSG_shell_key_move },
    { "Space", NULL, MSG_shell_key_drop }, { "Esc", NULL, MSG_shell_key_give_up },
};
static const struct key_group help[] = {
    { MSG_shell_keys_everywhere, everywhere, countof(everywhere) },
    { MSG_shell_keys_lists, lists, countof(lists) },
    { MSG_shell_keys_records, records, countof(records) },
    { MSG_shell_keys_board, board, countof(board) },
};

void page_begin(struct html *h, const struct page *p)
{
    view_page_head(h, &(struct page_head_view){ p });
}

void page_end(struct html *h, const struct page *p)
{
    view_page_foot(h, &(struct page_foot_view){ p, help, countof(help) });
}

void door_begin(struct html *h, const struct door *d)
{
    view_door_head(h, &(struct door_head_view){ d->title, d->workspace, d->theme });
}

/* The same page in each language, by its own name. */
static void fill_langs(struct html *h, const struct door *d, struct door_foot_view *v)
{
    str here = d->here.s.n ? d->here.s : S("/");
    char joint = str_find_char(here, '?') >= 0 ? '&' : '?';
    for (enum lang l = 0; l < LANG_COUNT; l++)
        v->langs[v->nlangs++] = (struct door_lang){
            lang_code(l), lang_name(l), url_fmt(h->a, "%.*s%clang=%s", STR_ARG(here), joint, lang_code(l)),
            h->loc->lang == l,
        };
}

void door_end(struct html *h, const struct door *d)
{
    struct door_foot_view v = { 0 };
    fill_langs(h, d, &v);
    view_door_foot(h, &v);
}

void open_page_begin(struct html *h, const struct open_page *o)
{
    view_open_head(h, &(struct open_head_view){ o->title, o->workspace, o->brand, o->theme, o->is_bare });
}

void open_page_end(struct html *h, const struct open_page *o)
{
    (void)o;
    view_open_foot(h, &(struct open_foot_view){ 0 });
}

msg_id page_error_title(int status)
{
    switch (status) {
    case 401: return MSG_shell_error_sign_in;
    case 403: return MSG_shell_error_no_right;
    case 404: return MSG_shell_error_not_found;
    case 409: return MSG_shell_error_conflict;
    case 413: return MSG_shell_error_too_large;
    case 422: return MSG_shell_error_invalid;
    case 429: return MSG_shell_error_too_many;
    case 503: return MSG_shell_error_busy;
    default:  return status >= 500 ? MSG_shell_error_internal : MSG_shell_error_invalid;
    }
}

const char *shell_digits(const struct locale *loc)
{
    static const char *const name[] = {
        [DIGITS_LATIN] = "latn", [DIGITS_BENGALI] = "beng", [DIGITS_DEVANAGARI] = "deva", [DIGITS_PERSIAN] = "arabext",
    };
    return name[loc->digits];
}
