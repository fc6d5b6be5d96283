/* import_guess.c - a mapping as JSON, to be remembered; and one guessed from the headers of a file. */
#include "record/import.h"
#include "base/json.h"
#include "record/access.h"

/* ── writing ─────────────────────────────────────────────────────────────── */

static void put_pair(struct json *j, const char *key, str value)
{
    json_key(j, str_of(key));
    json_str(j, value);
}

static void put_make(struct json *j, const struct import_column *c)
{
    json_key(j, S("make"));
    json_open(j, '{');
    for (size_t i = 0; i < c->nmake; i++) {
        json_key(j, c->make[i].cell);
        json_open(j, '{');
        for (size_t k = 0; k < c->make[i].n; k++)
            put_pair(j, c->make[i].set[k].field->name, c->make[i].set[k].text);
        json_close(j, '}');
    }
    json_close(j, '}');
}

/* How a reference is found, and what is made when it is not. */
static void put_finding(struct json *j, const struct import_column *c)
{
    static const char *const missing[] = { "refuse", "leave", "create" };

    if (c->match)
        put_pair(j, "match", str_of(c->match));
    if (c->missing != IMPORT_REFUSE)
        put_pair(j, "missing", str_of(missing[c->missing]));
    if (c->nmake)
        put_make(j, c);
}

static void put_default(struct json *j, const struct import_default *d)
{
    if (!d->as) {
        put_pair(j, d->field->name, d->text);
        return;
    }
    json_key(j, str_of(d->field->name));
    json_open(j, '{');
    put_pair(j, "value", d->text);
    put_finding(j, d->as);
    json_close(j, '}');
}

static void put_column(struct json *j, const struct import_column *c)
{
    json_key(j, c->header);
    if (!c->field) {
        json_unset(j);
        return;
    }
    json_open(j, '{');
    put_pair(j, "field", str_of(c->field->name));
    put_finding(j, c);
    if (c->times) {
        json_key(j, S("times"));
        json_int(j, c->times);
    }
    if (c->nwords) {
        json_key(j, S("words"));
        json_open(j, '{');
        for (size_t i = 0; i < c->nwords; i++) {
            json_key(j, c->words[i].from);
            json_str(j, c->words[i].to);
        }
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void put_columns(struct json *j, const struct import_map *m, bool templates)
{
    json_key(j, templates ? S("compose") : S("columns"));
    json_open(j, '{');
    for (size_t i = 0; i < m->ncolumns; i++)
        if (templates && m->column[i].is_template)
            put_pair(j, m->column[i].field->name, m->column[i].header);
        else if (!templates && !m->column[i].is_template)
            put_column(j, &m->column[i]);
    json_close(j, '}');
}

str import_map_text(struct arena *a, const struct import_map *m)
{
    struct buf b = buf_new(a, 2 * IMPORT_MAP_MAX);
    struct json j = { .b = &b };

    json_open(&j, '{');
    put_pair(&j, "entity", str_of(m->en->name));
    put_columns(&j, m, false);
    put_columns(&j, m, true);
    json_key(&j, S("key"));
    json_open(&j, '[');
    for (size_t i = 0; i < m->nkeys; i++)
        json_str(&j, str_of(m->key[i]->name));
    json_close(&j, ']');
    json_key(&j, S("defaults"));
    json_open(&j, '{');
    if (m->currency[0])
        put_pair(&j, "currency", str_of(m->currency));
    for (size_t i = 0; i < m->ninit; i++)
        put_default(&j, &m->init[i]);
    json_close(&j, '}');
    json_close(&j, '}');
    return buf_str(&b);
}

/* ── guessing ────────────────────────────────────────────────────────────── */

/* Other words for fields that many systems have; the first is our name. */
static const char *const also[] = {
    "name|full name|contact name|display name|customer name|company name|account name|organisation name|organization name|deal name|opportunity name|title|"
    "নাম|পুরো নাম|পূর্ণ নাম|नाम|पूरा नाम|نام|نام کامل|نام و نام خانوادگی",
    "email|e mail|mail|email address|e mail address|ইমেইল|ই মেইল|ইমেল|ईमेल|ई मेल|ایمیل|رایانامه|پست الکترونیک",
    "phone|telephone|tel|phone number|contact number|work phone|ফোন|টেলিফোন|ফোন নম্বর|फ़ोन|फोन|दूरभाष|फ़ोन नंबर|تلفن|شماره تلفن",
    "mobile|cell|cell phone|mobile phone|mobile number|মোবাইল|মোবাইল নম্বর|मोबाइल|मोबाइल नंबर|موبایل|همراه|تلفن همراه|شماره همراه",
    "company|account|organisation|organization|employer|business|প্রতিষ্ঠান|কোম্পানি|कंपनी|संस्था|شرکت|سازمان",
    "job_title|job title|position|designation|role|পদবি|পদবী|पद|पदनाम|سمت|عنوان شغلی",
    "city|town|শহর|शहर|شهر", "country|দেশ|देश|کشور", "address|street|ঠিকানা|पता|نشانی|آدرس",
    "website|web|url|site|ওয়েবসাইট|वेबसाइट|وب سایت|وبگاه|تارنما",
    "birthday|birth date|date of birth|dob|জন্মতারিখ|জন্ম তারিখ|जन्मतिथि|जन्म तिथि|تاریخ تولد",
    "owner|sales agent|salesperson|sales rep|account owner|assigned to|assigned user|দায়িত্বে|ज़िम्मेदार|مسئول|کارشناس فروش",
    "amount|value|deal value|close value|opportunity amount|পরিমাণ|মূল্য|राशि|मूल्य|مبلغ|ارزش",
    "stage|deal stage|sales stage|status|ধাপ|चरण|مرحله", "product|item|পণ্য|उत्पाद|محصول|کالا",
    "close_date|close date|expected close|closing date|expected closing", "code|id|opportunity id|deal id|reference|external id|কোড|कोड|کد|شناسه",
    "price|sales price|unit price|list price|দাম|মূল্য|कीमत|قیمت", "industry|sector|শিল্প|খাত|उद्योग|صنعت",
    "employees|number of employees|staff|headcount|কর্মী সংখ্যা|कर्मचारी|تعداد کارکنان",
    "annual_revenue|revenue|turnover|annual revenue|sales|বার্ষিক রাজস্ব|वार्षिक राजस्व|درآمد سالانه",
    "founded|year established|founded year|established", "note|notes|comment|comments|remarks|description|মন্তব্য|নোট|टिप्पणी|یادداشت|توضیحات",
    "tags|labels|categories|ট্যাগ|टैग|برچسب", "source|lead source|উৎস|स्रोत|منبع", "manager|supervisor|reports to|ব্যবস্থাপক|प्रबंधक|مدیر",
    "team|regional office|department|দল|टीम|تیم", "parent|parent company|subsidiary of|মূল প্রতিষ্ঠান|मूल कंपनी|شرکت مادر",
};

/* Folded, without the spaces between words: "E-Mail" is "email", "job_title" is "Job Title". */
static str plain(struct arena *a, str s)
{
    str folded = fold(a, s);
    char *p = arena_new(a, char, folded.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < folded.n; i++)
        if (folded.p[i] != ' ' && folded.p[i] != '_')
            p[n++] = folded.p[i];
    return (str){ p, n };
}

static bool is_also(struct arena *a, const char *words, const char *name, str header)
{
    str rest = str_of(words);
    if (!str_eq(str_cut(&rest, '|'), str_of(name)))
        return false;
    while (rest.n)
        if (str_eq(plain(a, str_cut(&rest, '|')), header))
            return true;
    return false;
}

static bool has_label(struct arena *a, const struct field *f, str header)
{
    for (int l = 0; l < LANG_COUNT; l++) {
        struct locale loc = locale_default((enum lang)l, "");
        if (str_eq(plain(a, msg_text(a, &loc, f->label, NULL)), header))
            return true;
    }
    return false;
}

/* 3 its name, 2 its label, 1 another word; 0 none. */
static int fits(struct arena *a, const struct field *f, str header)
{
    if (f->type == FIELD_COMPUTED || f->flags & (F_SECRET | F_READONLY | F_HIDDEN))
        return 0;
    if (str_eq(plain(a, str_of(f->name)), header))
        return 3;
    if (has_label(a, f, header))
        return 2;
    for (size_t i = 0; i < countof(also); i++)
        if (is_also(a, also[i], f->name, header))
            return 1;
    return 0;
}

static bool is_taken(const struct import_map *m, const struct field *f)
{
    for (size_t i = 0; i < m->ncolumns; i++)
        if (m->column[i].field == f)
            return true;
    return false;
}

static const struct import_column *remembered_column(const struct import_map *m, str header)
{
    for (size_t i = 0; m && i < m->ncolumns; i++)
        if (!m->column[i].is_template && str_eq(m->column[i].header, header))
            return &m->column[i];
    return NULL;
}

static void guess_column(struct arena *a, const struct entity *en, struct import_map *m, struct import_column *c)
{
    struct arena scratch = *a;                  /* what is kept points into the catalogue */
    str header = plain(&scratch, c->header);
    int best = 0;

    for (size_t i = 0; i < en->nfields && header.n; i++) {
        struct arena again = scratch;
        int fit = fits(&again, &en->fields[i], header);
        if (fit > best && !is_taken(m, &en->fields[i])) {
            best = fit;
            c->field = &en->fields[i];
        }
    }
}

static const char given_words[] = "|firstname|givenname|forename|প্রথমনাম|पहलानाम|نام|";
static const char family_words[] = "|lastname|surname|familyname|শেষনাম|उपनाम|نامخانوادگی|";

/* `header` if it is one of the words; the words are written folded, without spaces. */
static str one_of(struct arena scratch, const char *words, str header)
{
    str word = arena_fmt(&scratch, "|%.*s|", STR_ARG(plain(&scratch, header)));
    return str_find(str_of(words), word) >= 0 ? header : (str){ 0 };
}

/* Two columns "First name", "Last name" make one name. */
static void guess_name(struct arena *a, const struct entity *en, struct import_map *m)
{
    const struct field *name = entity_field(en, S("name"));
    str given = { 0 }, family = { 0 };

    for (size_t i = 0; i < m->ncolumns; i++) {
        str g = one_of(*a, given_words, m->column[i].header), f = one_of(*a, family_words, m->column[i].header);
        given = g.n ? g : given;
        family = f.n ? f : family;
    }
    if (!name || !given.n || !family.n || m->ncolumns == IMPORT_COLUMNS_MAX)
        return;
    for (size_t i = 0; i < m->ncolumns; i++)
        if (m->column[i].field == name)
            m->column[i].field = NULL;
    m->column[m->ncolumns++] = (struct import_column){
        .header = arena_fmt(a, "{%.*s} {%.*s}", STR_ARG(given), STR_ARG(family)), .field = name, .is_template = true };
}

/* What finds an existing record: a unique field, else e-mail, domain, code or the name. */
static void guess_keys(struct import_map *m)
{
    static const char *const usual[] = { "email", "code", "domain", "name" };

    for (size_t i = 0; i < m->ncolumns && !m->nkeys; i++)
        if (m->column[i].field && m->column[i].field->flags & F_UNIQUE)
            m->key[m->nkeys++] = m->column[i].field;
    for (size_t k = 0; k < countof(usual) && !m->nkeys; k++)
        for (size_t i = 0; i < m->ncolumns && !m->nkeys; i++)
            if (m->column[i].field && !strcmp(m->column[i].field->name, usual[k])
                && (strcmp(usual[k], "name") || strcmp(m->en->name, "person")))     /* two people bear one name */
                m->key[m->nkeys++] = m->column[i].field;
}

static bool has_header(const struct import_map *m, str name)
{
    for (size_t i = 0; i < m->ncolumns; i++)
        if (!m->column[i].is_template && str_eq(m->column[i].header, name))
            return true;
    return false;
}

/* All columns that "{first} {last}" names. */
static bool has_headers(const struct import_map *m, str t)
{
    for (ptrdiff_t open; (open = str_find_char(t, '{')) >= 0;) {
        ptrdiff_t close = str_find_char(t, '}');
        if (close < open || !has_header(m, (str){ t.p + open + 1, (size_t)(close - open - 1) }))
            return false;
        t = str_from(t, (size_t)close + 1);
    }
    return true;
}

/* What was remembered of another file, as far as this one has its columns. */
static void remember_templates(struct import_map *m, const struct import_map *r)
{
    for (size_t i = 0; i < r->ncolumns && m->ncolumns < IMPORT_COLUMNS_MAX; i++)
        if (r->column[i].is_template && !is_taken(m, r->column[i].field) && has_headers(m, r->column[i].header))
            m->column[m->ncolumns++] = r->column[i];
}

static void remember_rest(struct import_map *m, const struct import_map *r)
{
    memcpy(m->init, r->init, sizeof m->init);
    m->ninit = r->ninit;
    memcpy(m->currency, r->currency, sizeof m->currency);
    for (size_t i = 0; i < r->nkeys; i++)
        if (is_taken(m, r->key[i]))
            m->key[m->nkeys++] = r->key[i];
    if (r->nkeys && !m->nkeys)
        guess_keys(m);
}

void import_map_guess(struct arena *a, const struct entity *en, const str *header, size_t n,
                      const struct import_map *remembered, struct import_map *out)
{
    struct import_map *m = arena_new(a, struct import_map, 1);
    const struct import_map *r = remembered && remembered->en == en ? remembered : NULL;

    m->en = en;
    for (size_t i = 0; i < n && m->ncolumns < IMPORT_COLUMNS_MAX; i++) {
        const struct import_column *known = remembered_column(r, header[i]);
        struct import_column c = { .header = arena_str(a, header[i]) };
        if (known && known->field && !is_taken(m, known->field))
            c = *known;
        m->column[m->ncolumns++] = c;
    }
    size_t ncolumns = m->ncolumns;
    if (r)
        remember_templates(m, r);
    for (size_t i = 0; i < ncolumns; i++)
        if (!m->column[i].field && !remembered_column(r, m->column[i].header))
            guess_column(a, en, m, &m->column[i]);
    const struct field *name = entity_field(en, S("name"));
    if (!r || (name && !is_taken(m, name)))
        guess_name(a, en, m);
    if (r)
        remember_rest(m, r);
    else
        guess_keys(m);
    *out = *m;
}

bool import_map_last(struct ctx *c, const struct entity *en, struct import_map *out, bool *found, struct err *e)
{
    struct db_rows q;
    struct err ignored = { 0 };                 /* an old mapping that no longer fits is forgotten */
    str text = { 0 };

    if (!db_query(c->c, &q, "SELECT mapping FROM import_run WHERE entity = $1 AND created_by = $2 AND deleted_at IS NULL"
                            " AND mapping IS NOT NULL ORDER BY id DESC LIMIT 1", DB_ARGS(V(str_of(en->name)), V(c->who->user_id)), e))
        return false;
    if (db_next(&q))
        text = db_text(&q, 0, c->a);
    if (!db_done(&q, e))
        return false;
    *found = text.n && import_map_read(c->a, text, out, &ignored);
    return true;
}
