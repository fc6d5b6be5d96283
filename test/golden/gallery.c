/* The parts and the frame: a gallery of them in four languages, pinned.
 *
 * GOLDEN=write rewrites test/golden/gallery/; the difference is to be reviewed.
 * SETU_GALLERY=DIR writes the pages there as they are served, to be looked at.
 */
#include "../suite.h"
#include <stdlib.h>
#include "html/asset_url.h"
#include "http/asset.h"
#include "web/chart.h"
#include "web/shell_inside.h"
#include "web/ui_inside.h"

enum { PAGE_MAX = 4 << 20 };
static struct arena mem;
static struct locale loc;
static void open_mem(void) { mem = arena_open(256 << 20); }
static void close_mem(void) { arena_close(&mem); }

static struct html sink(enum lang l)
{
    static const char *const country[] = { "US", "BD", "IN", "IR" };
    loc = locale_default(l, country[l]);
    struct html h = html_new(&mem, &loc, PAGE_MAX);
    h.csrf = "csrf-token";
    return h;
}

/* ── words of the gallery: data, as people type them, so not messages ────── */

struct words {
    const char *workspace, *user, *role, *title, *deal, *company, *stage[4], *amount, *date, *next, *person, *note, *hint, *error;
};
static const struct words words[] = {
    [LANG_EN] = { "Meridian Group", "Amara Osei", "Account executive", "Pipeline", "Annual platform licence", "Meridian Foods",
                  { "Qualified", "Discovery", "Proposal", "Negotiation" }, "$148,000", "Dec 4, 2026", "Call · today",
                  "Leila Haddad", "Read the **price page** for 2 minutes.", "As on the invoice", "An e-mail address has an @" },
    [LANG_BN] = { "মেঘনা গ্রুপ", "নুসরাত জাহান", "বিক্রয় নির্বাহী", "পাইপলাইন", "বার্ষিক প্ল্যাটফর্ম লাইসেন্স", "মেঘনা ফুডস",
                  { "যোগ্য", "চাহিদা বোঝা", "প্রস্তাব", "দর-কষাকষি" }, "৳১,৭৭,৬০,০০০", "৪ ডিসেম্বর, ২০২৬", "কল · আজ",
                  "লায়লা হাসান", "**মূল্যের পাতা** ২ মিনিট ধরে পড়েছেন।", "ইনভয়েসে যেমন আছে", "ইমেইল ঠিকানায় @ থাকে" },
    [LANG_HI] = { "मेघना समूह", "आराध्या शर्मा", "बिक्री अधिकारी", "पाइपलाइन", "वार्षिक प्लेटफ़ॉर्म लाइसेंस", "मेघना फ़ूड्स",
                  { "योग्य", "ज़रूरत समझना", "प्रस्ताव", "मोल-भाव" }, "₹१,२४,३२,०००", "४ दिसंबर २०२६", "कॉल · आज",
                  "क्षमा त्रिपाठी", "**मूल्य पृष्ठ** २ मिनट तक पढ़ा।", "जैसा बीजक पर है", "ईमेल पते में @ होता है" },
    [LANG_FA] = { "گروه مهرگان", "مریم رضایی", "کارشناس فروش", "کاریز فروش", "اشتراک سالانهٔ سامانه", "صنایع غذایی مهرگان",
                  { "واجد شرایط", "نیازسنجی", "پیشنهاد", "مذاکره" }, "۷٬۴۰۰٬۰۰۰٬۰۰۰ تومان", "۱۳ آذر ۱۴۰۵", "تماس · امروز",
                  "لیلا حدادی", "**صفحهٔ قیمت** را ۲ دقیقه خواند.", "همان‌گونه که در فاکتور آمده", "نشانی ایمیل @ دارد" },
};
#define W(member) str_of(words[h->loc->lang].member)

static struct page frame(struct html *h, enum theme theme)
{
    static struct nav_item top[4], sell[5], pinned[2];
    static struct nav_section sections[3];
    const struct words *w = &words[h->loc->lang];
    top[0] = (struct nav_item){ W(stage[0]), url_path(S("/")), "house", .go = "h" };
    top[1] = (struct nav_item){ W(stage[1]), url_path(S("/inbox")), "inbox", .count = loc_int(h->a, h->loc, 12), .is_hot = true, .go = "i" };
    top[2] = (struct nav_item){ W(stage[2]), url_path(S("/tasks")), "circle-check", .count = loc_int(h->a, h->loc, 5), .go = "t" };
    top[3] = (struct nav_item){ W(stage[3]), url_path(S("/calendar")), "calendar" };
    sell[0] = (struct nav_item){ W(title), url_path(S("/deals")), "square-kanban", .is_current = true, .go = "p" };
    sell[1] = (struct nav_item){ W(company), url_path(S("/companies")), "building-2", .count = loc_int(h->a, h->loc, 1240), .go = "a" };
    sell[2] = (struct nav_item){ W(person), url_path(S("/people")), "users" };
    sell[3] = (struct nav_item){ W(deal), url_path(S("/quotes")), "file-text" };
    sell[4] = (struct nav_item){ W(role), url_path(S("/forecast")), "target" };
    pinned[0] = (struct nav_item){ W(stage[2]), url_path(S("/deals?view=1")), .dot = "v1", .count = loc_int(h->a, h->loc, 9) };
    pinned[1] = (struct nav_item){ W(stage[3]), url_path(S("/deals?view=2")), .dot = "v3", .count = loc_int(h->a, h->loc, 4) };
    sections[0] = (struct nav_section){ { 0 }, top, 4 };
    sections[1] = (struct nav_section){ W(role), sell, 5 };
    sections[2] = (struct nav_section){ W(next), pinned, 2 };
    struct html toast = html_part(h);
    ui_toast(&toast, .text = str_of(w->deal), .undo = url_path(S("/undo/1")));
    return (struct page){
        .title = W(title), .sections = sections, .nsections = 3, .tabs = top, .ntabs = 3, .create = url_path(S("/deals/new")),
        .workspace = W(workspace), .user = W(user), .role = W(role), .user_id = 7, .unread = loc_int(h->a, h->loc, 3),
        .theme = theme, .toast = html_done(&toast),
    };
}

static void actions(struct html *h, struct page *p)
{
    struct html beside = html_part(h), right = html_part(h);
    ui_button(&beside, .label = W(stage[1]), .kind = UI_GHOST, .menu = "views");
    ui_button(&right, .label = W(next), .icon = "share-2", .url = url_path(S("/share")));
    ui_button(&right, .label = W(deal), .icon = "plus", .kind = UI_PRIMARY, .url = url_path(S("/deals/new")), .key = "c", .in_dialog = true);
    p->beside = html_done(&beside);
    p->actions = html_done(&right);
}

static void stats(struct html *h)
{
    html_lit(h, "<dl class=\"stats\">");
    for (int i = 0; i < 4; i++) {
        struct html sub = html_part(h);
        if (i == 2)
            ui_meter(&sub, .part = 62, .whole = 100, .label = W(stage[2]));
        else
            ui_chip(&sub, .label = W(stage[i]), .tone = i == 3 ? TONE_RED : TONE_GREEN);
        ui_stat(h, .label = W(stage[i]), .value = W(amount), .sub = html_done(&sub), .url = url_path(S("/deals")));
    }
    html_lit(h, "</dl>");
}

static void bar(struct html *h)
{
    static const char *const icon[] = { "square-kanban", "table-2", "calendar", "target" };
    struct ui_item items[4];
    for (int i = 0; i < 4; i++)
        items[i] = (struct ui_item){ .label = W(stage[i]), .url = url_path(S("/deals")), .icon = icon[i], .is_current = i == 0 };
    html_lit(h, "<div class=\"bar\">");
    ui_button(h, .label = W(title), .icon = "star", .menu = "views");
    ui_segment(h, .items = items, .n = 4, .label = W(title));
    ui_chip(h, .key = W(role), .label = W(user), .remove = url_path(S("/deals")));
    html_lit(h, "<span class=\"sp\"></span>");
    ui_button(h, .label = W(date), .icon = "arrow-up-down", .kind = UI_GHOST, .menu = "views");
    html_lit(h, "</div>");
}

static void card(struct html *h, int c, int i)
{
    static const enum tone tone[] = { TONE_GREEN, TONE_NONE, TONE_RED, TONE_AMBER };
    struct html menu = html_part(h);
    ui_button(&menu, .label = W(next), .icon = "ellipsis", .kind = UI_GHOST, .size = UI_SMALL, .icon_only = true, .menu = "views");
    ui_card(h, .id = arena_fmt(h->a, "%d%d", c, i), .title = W(deal), .account = W(company), .amount = W(amount), .date = W(date),
            .next = W(next), .next_icon = "phone", .next_tone = tone[i % 4], .owner = W(user), .owner_id = i, .account_id = c * 5 + i,
            .score = loc_int(h->a, h->loc, 81 - i), .is_score_high = i < 2, .is_stale = i == 2, .is_moved = c == 3 && i == 0,
            .url = url_fmt(h->a, "/deals/%d", i), .version = 1, .menu = html_done(&menu));
}

static void board_page(struct html *h, enum theme theme)
{
    static const char *const colour[] = { "v6", "v2", "v1", "v3" };
    struct page p = frame(h, theme);
    actions(h, &p);
    page_begin(h, &p);
    bar(h);
    stats(h);
    html_lit(h, "<div class=\"board\" data-board-url=\"/deals/move\">");
    for (int c = 0; c < 4; c++) {
        struct html cards = html_part(h);
        for (int i = 0; i < 4 - c % 2; i++)
            card(&cards, c, i);
        ui_column(h, .id = arena_fmt(h->a, "s%d", c), .title = W(stage[c]), .count = loc_int(h->a, h->loc, 4), .sum = W(amount),
                  .share = loc_percent(h->a, h->loc, .1 + .2 * c, 0), .percent = 10 + 20 * c, .colour = colour[c],
                  .add = url_path(S("/deals/new")), .add_label = W(deal), .cards = html_done(&cards));
    }
    html_lit(h, "</div>");
    ui_menu(h, .id = "views", .label = W(title), .n = 3, .items = (struct ui_menu_item[]){
        { .label = W(stage[0]), .icon = "star", .url = url_path(S("/a")), .is_current = true },
        { .label = W(stage[1]), .icon = "star", .post = url_path(S("/b")), .name = S("stage"), .value = S("1"), .key = "S" },
        { .label = W(stage[2]), .icon = "archive", .url = url_path(S("/c")), .is_danger = true, .is_rule = true } });
    page_end(h, &p);
}

static struct html_safe put(struct html *h, str s)
{
    struct html part = html_part(h);
    html_put(&part, s);
    return html_done(&part);
}

static void facts(struct html *h)
{
    struct html chip = html_part(h);
    ui_chip(&chip, .label = W(stage[3]), .tone = TONE_AMBER);
    ui_facts(h, .n = 4, .facts = (struct ui_fact[]){
        { W(role), put(h, W(user)), "user-round", url_path(S("/f/owner")) },
        { W(stage[2]), html_done(&chip), "milestone", url_path(S("/f/stage")) },
        { W(amount), put(h, W(amount)), "coins", url_path(S("/f/amount")) },
        { W(date), put(h, W(date)), "calendar" } });
}

static void timeline(struct html *h)
{
    struct html what = html_part(h);
    html_lit(&what, "<b>");
    html_put(&what, W(person));
    html_lit(&what, "</b> ");
    html_put(&what, W(next));
    struct html note = html_part(h);
    html_lit(&note, "<div class=\"md\">");
    html_put(&note, html_markdown(h->a, W(note)));
    html_lit(&note, "</div>");
    ui_day(h, .label = W(date));
    html_lit(h, "<ol class=\"tl\">");
    ui_event(h, .icon = "book-open", .tone = TONE_IRIS, .what = html_done(&what), .time = S("10:42"), .iso = S("2026-11-24T10:42"), .body = html_done(&note));
    ui_event(h, .icon = "phone", .tone = TONE_GREEN, .what = html_done(&what), .time = S("9:15"), .iso = S("2026-11-24T09:15"));
    html_lit(h, "</ol>");
}

static void record_page(struct html *h, enum theme theme)
{
    struct page p = frame(h, theme);
    actions(h, &p);
    p.title = W(company);
    p.crumbs = (struct crumb[]){ { W(title), url_path(S("/deals")) } };
    p.ncrumbs = 1;
    page_begin(h, &p);
    html_lit(h, "<div class=\"rec\"><aside class=\"side\"><div class=\"id\">");
    ui_avatar(h, .name = W(company), .id = 3, .size = UI_LARGE, .is_square = true);
    html_lit(h, "<div><h2>");
    html_put(h, W(company));
    html_lit(h, "</h2></div></div><div class=\"tags\">");
    for (int i = 0; i < 3; i++)
        ui_chip(h, .label = W(stage[i]), .tone = (enum tone)(TONE_GREEN + i));
    html_lit(h, "</div><section class=\"sec\">");
    facts(h);
    html_lit(h, "</section><ul class=\"sec\">");
    for (int i = 0; i < 3; i++)
        ui_person(h, .name = W(person), .sub = W(role), .id = i, .url = url_path(S("/people/1")));
    html_lit(h, "</ul></aside><div class=\"mid\">");
    ui_tabs(h, .label = W(title), .n = 3, .items = (struct ui_item[]){
        { W(stage[0]), url_path(S("/x")), .is_current = true }, { W(stage[1]), url_path(S("/y")), .count = loc_int(h->a, h->loc, 24) },
        { W(stage[2]), url_path(S("/z")) } });
    struct html done = html_part(h);
    ui_button(&done, .label = W(stage[3]), .icon = "check", .kind = UI_PRIMARY);
    ui_next(h, .title = W(deal), .sub = W(date), .icon = "file-text", .actions = html_done(&done));
    timeline(h);
    html_lit(h, "</div><aside class=\"rail\">");
    struct html steps = html_part(h);
    ui_steps(&steps, .label = W(title), .n = 4, .items = (struct ui_item[]){
        { W(stage[0]) }, { W(stage[1]) }, { W(stage[2]), .is_current = true }, { W(stage[3]) } });
    ui_box(h, .title = W(deal), .body = html_done(&steps));
    html_lit(h, "</aside></div>");
    page_end(h, &p);
}

static void fields(struct html *h)
{
    html_lit(h, "<form class=\"form\" method=\"post\" action=\"/x\" data-guard>");
    ui_csrf(h);
    ui_field(h, .label = W(company), .name = S("name"), .value = W(company), .is_required = true, .max = 120, .hint = W(hint));
    ui_field(h, .label = W(person), .name = S("email"), .input = UI_EMAIL, .value = S("leila at example.org"), .error = W(error), .hint = W(hint), .autocomplete = "email");
    ui_field(h, .label = W(stage[2]), .name = S("stage"), .input = UI_SELECT, .noptions = 2,
             .options = (struct ui_option[]){ { S("1"), W(stage[0]) }, { S("2"), W(stage[1]), true } });
    ui_field(h, .label = W(date), .name = S("close_date"), .input = UI_DATE, .value = W(date));
    ui_field(h, .label = W(next), .name = S("note"), .input = UI_AREA, .value = S("<b>\"quoted\"</b>"), .is_wide = true);
    ui_field(h, .label = W(role), .name = S("mail_ok"), .input = UI_CHECK, .is_checked = true, .hint = W(hint));
    ui_field(h, .label = W(stage[3]), .name = S("kind"), .input = UI_RADIO, .noptions = 2,
             .options = (struct ui_option[]){ { S("a"), W(stage[0]), true }, { S("b"), W(stage[1]) } });
    ui_upload(h, .name = S("file"), .label = W(deal), .url = url_path(S("/upload")));
    html_lit(h, "<footer>");
    ui_button(h, .label = W(stage[0]), .url = url_path(S("/back")));
    ui_button(h, .label = W(stage[1]), .kind = UI_PRIMARY, .name = "act", .value = S("save"));
    ui_button(h, .label = W(stage[2]), .kind = UI_DANGER, .confirm = W(next));
    html_lit(h, "</footer></form>");
}

static void parts_page(struct html *h, enum theme theme)
{
    struct page p = frame(h, theme);
    p.is_plain = true;
    page_begin(h, &p);
    html_lit(h, "<div class=\"narrow\">");
    for (enum tone t = TONE_NONE; t <= TONE_BLUE; t++)
        ui_notice(h, .title = W(stage[1]), .text = W(note), .tone = t);
    fields(h);
    for (enum ui_empty_kind k = UI_EMPTY_FIRST; k <= UI_EMPTY_NO_RIGHT; k++)
        ui_empty(h, .kind = k, .title = W(stage[k]), .text = W(note));
    view_page_error(h, &(struct page_error_view){ .status = 404, .text = W(error), .request_id = S("7f3k2") });
    html_lit(h, "</div>");
    page_end(h, &p);
}

static void list_page(struct html *h, enum theme theme)
{
    struct page p = frame(h, theme);
    actions(h, &p);
    page_begin(h, &p);
    bar(h);
    html_lit(h, "<div class=\"tw\" tabindex=\"0\"><table><thead><tr><th class=\"ck\"><input type=\"checkbox\" data-all aria-label=\"all\"></th>");
    ui_head(h, .label = W(deal), .url = url_path(S("/deals?sort=name")), .direction = 1, .icon = "type");
    ui_head(h, .label = W(company), .icon = "building-2");
    ui_head(h, .label = W(stage[2]));
    ui_head(h, .label = W(amount), .is_number = true, .url = url_path(S("/deals?sort=-amount")));
    html_lit(h, "</tr></thead><tbody>");
    for (int i = 0; i < 12; i++) {
        html_lit(h, "<tr data-href=\"/deals/1\"><td class=\"ck\"><input type=\"checkbox\" data-row name=\"id\" value=\"1\" aria-label=\"row\"></td><td class=\"first\"><a href=\"/deals/1\">");
        html_put(h, W(deal));
        html_lit(h, "</a></td><td class=\"m\"><span class=\"row\">");
        ui_avatar(h, .name = W(company), .id = i, .is_square = true);
        html_put(h, W(company));
        html_lit(h, "</span></td><td>");
        ui_chip(h, .label = W(stage[i % 4]), .tone = (enum tone)(i % 6));
        html_lit(h, "</td><td class=\"n m\">");
        html_put(h, W(amount));
        html_lit(h, "</td></tr>");
    }
    html_lit(h, "</tbody></table></div><div class=\"list-foot\">");
    ui_pager(h, .next = url_path(S("/deals?after=1")), .previous = url_path(S("/deals?before=1")), .text = loc_int(h->a, h->loc, 1240));
    html_lit(h, "</div>");
    ui_bulk(h, .actions = put(h, W(next)));
    page_end(h, &p);
}

static void door_page(struct html *h, enum theme theme)
{
    struct door d = { W(stage[0]), W(workspace), url_path(S("/sign-in")), theme };
    door_begin(h, &d);
    html_lit(h, "<form class=\"form one\" method=\"post\">");
    ui_field(h, .label = W(person), .name = S("email"), .input = UI_EMAIL, .autocomplete = "username");
    ui_field(h, .label = W(role), .name = S("password"), .input = UI_PASSWORD, .value = S("never shown"), .autocomplete = "current-password");
    ui_button(h, .label = W(stage[1]), .kind = UI_PRIMARY, .size = UI_LARGE);
    html_lit(h, "</form>");
    door_end(h, &d);
}

static const struct { const char *name; void (*make)(struct html *h, enum theme theme); } pages[] = {
    { "board", board_page }, { "record", record_page }, { "parts", parts_page }, { "list", list_page }, { "door", door_page },
};

/* ── tests ───────────────────────────────────────────────────────────────── */

/* Hashes in asset names change with every style sheet: "/a/app.1f3c.css" -> "/a/app.css". */
static str without_hashes(str s)
{
    struct buf b = buf_new(&mem, PAGE_MAX);
    for (ptrdiff_t at; (at = str_find(s, S("\"/a/"))) >= 0;) {
        str name = str_from(s, (size_t)at);
        size_t dot = (size_t)str_find_char(name, '.'), next = dot + 1 + (size_t)str_find_char(str_from(name, dot + 1), '.');
        buf_put(&b, str_head(s, (size_t)at + dot));
        s = str_from(s, (size_t)at + next);
    }
    buf_put(&b, s);
    return buf_str(&b);
}

static str read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return (str){ 0 };
    char *p = arena_new(&mem, char, PAGE_MAX);
    size_t n = fread(p, 1, PAGE_MAX, f);
    fclose(f);
    return (str){ p, n };
}

static void write_file(const char *path, str s)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fwrite(s.p, 1, s.n, f);
    fclose(f);
}

START_TEST(the_gallery_is_as_it_was_reviewed)
{
    const char *golden = getenv("GOLDEN"), *dir = getenv("SETU_GALLERY");
    for (enum lang l = 0; l < LANG_COUNT; l++)
        for (size_t i = 0; i < countof(pages); i++) {
            struct html h = sink(l);
            pages[i].make(&h, THEME_SYSTEM);
            ck_assert(!h.out.full);
            str page = without_hashes(buf_str(&h.out));
            const char *path = arena_cstr(&mem, arena_fmt(&mem, "test/golden/gallery/%s.%s.html", pages[i].name, lang_code(l)));
            if (golden && !strcmp(golden, "write"))
                write_file(path, page);
            if (dir)
                write_file(arena_cstr(&mem, arena_fmt(&mem, "%s/%s.%s.html", dir, pages[i].name, lang_code(l))), buf_str(&h.out));
            ck_assert_msg(str_eq(read_file(path), page), "%s differs: GOLDEN=write rewrites it, then review", path);
        }
}
END_TEST

START_TEST(every_page_is_whole_and_keeps_the_content_policy)
{
    for (size_t i = 0; i < countof(pages); i++) {
        struct html h = sink(LANG_FA);
        pages[i].make(&h, THEME_DARK);
        const char *z = arena_cstr(&mem, buf_str(&h.out));
        ck_assert_ptr_nonnull(strstr(z, "lang=\"fa\" dir=\"rtl\" data-theme=\"dark\""));
        ck_assert_ptr_nonnull(strstr(z, "</html>"));
        ck_assert_ptr_null(strstr(z, " style="));
        ck_assert_ptr_null(strstr(z, "<script>"));
        ck_assert_ptr_null(strstr(z, " onclick="));
        ck_assert_ptr_null(strstr(z, "never shown"));
        ck_assert_ptr_null(strstr(z, "href=\"\">Setu"));
    }
}
END_TEST

START_TEST(what_people_typed_cannot_become_markup)
{
    str evil = S("\"><script>alert(1)</script>");
    struct html h = sink(LANG_EN);
    ui_button(&h, .label = evil, .value = evil, .name = "n", .confirm = evil, .icon_only = true);
    ui_chip(&h, .label = evil, .remove = url_checked(evil), .key = evil);
    ui_avatar(&h, .name = evil);
    ui_field(&h, .label = evil, .name = evil, .value = evil, .hint = evil, .error = evil, .placeholder = evil);
    ui_field(&h, .label = evil, .name = evil, .value = evil, .input = UI_AREA);
    ui_card(&h, .id = evil, .title = evil, .account = evil, .amount = evil, .next = evil, .owner = evil);
    ui_toast(&h, .text = evil);
    ui_hit(&h, .title = evil, .sub = evil, .url = url_checked(evil));
    ck_assert_ptr_null(strstr(arena_cstr(&mem, buf_str(&h.out)), "<script"));
}
END_TEST

START_TEST(a_colour_stays_and_a_width_is_bounded)
{
    int seen[7] = { 0 };
    for (int64_t id = 1000; id < 1700; id++) {
        ck_assert_str_eq(ui_colour_class(id), ui_colour_class(id));
        seen[ui_colour_class(id)[1] - '0']++;
    }
    for (int i = 0; i < 7; i++)
        ck_assert_msg(seen[i] > 50, "colour %d: %d", i, seen[i]);
    ck_assert_int_eq(ui_percent(0, 0), 0);
    ck_assert_int_eq(ui_percent(-5, 10), 0);
    ck_assert_int_eq(ui_percent(1, 3), 33);
    ck_assert_int_eq(ui_percent(50, 10), 100);
    ck_assert_int_eq(ui_percent(INT64_MAX, INT64_MAX), 100);
    ck_assert(str_eq(ui_id(&mem, "f", S("Close date\"><")), S("f-close-date---")));
}
END_TEST

START_TEST(the_highest_point_of_lines_is_that_of_one_line)
{
    const struct chart_point p[] = { { .label = S("1"), .v = { 6750, 4290 } }, { .label = S("6"), .v = { 5340, 7500 } } };
    const str series[] = { S("Told"), S("Happened") };
    struct chart c = { .kind = CHART_LINE, .unit = CHART_PERCENT, .title = S("Chance"), .points = p, .n = 2, .series = series, .nseries = 2 };
    struct html lines = sink(LANG_EN), columns = sink(LANG_EN);
    chart_put(&lines, &c);
    ck_assert_ptr_nonnull(strstr(arena_cstr(&mem, buf_str(&lines.out)), "Highest: 6, 75%."));
    c.kind = CHART_COLUMNS;
    chart_put(&columns, &c);
    ck_assert_ptr_nonnull(strstr(arena_cstr(&mem, buf_str(&columns.out)), "Highest: 6, 128.4%."));
}
END_TEST

START_TEST(the_shell_is_light)
{
    size_t bytes = 0;
    for (const struct asset *a = assets; a->path; a++) {
        if (!strcmp(a->path, asset_css) || !strcmp(a->path, asset_js))
            bytes += a->gzip.n;
        ck_assert(a->plain.n > 0 && a->is_immutable);
        ck_assert(a->gzip.n == 0 || (unsigned char)a->gzip.p[0] == 0x1f);
    }
    struct html h = sink(LANG_BN);
    struct page p = frame(&h, THEME_SYSTEM);
    page_begin(&h, &p);
    page_end(&h, &p);
    printf("shell: css + js %zu bytes gzip, frame %zu bytes plain\n", bytes, h.out.n);
    ck_assert_msg(bytes + h.out.n / 3 < 70 * 1024, "%zu", bytes);
}
END_TEST

SUITE("gallery", 60, open_mem, close_mem,
      the_gallery_is_as_it_was_reviewed,
      every_page_is_whole_and_keeps_the_content_policy,
      what_people_typed_cannot_become_markup,
      a_colour_stays_and_a_width_is_bounded,
      the_highest_point_of_lines_is_that_of_one_line,
      the_shell_is_light)
