/* campaigns.c - four years of campaigns in a tree with their money, and the public forms.
 *
 * Those bound to a feast stand on its day in each year; the others run all along. A year whose
 * days lie ahead is planned, and spends nothing yet.
 */
#include "base/buf.h"
#include "demo/inside.h"

enum season { EVER, EID, DIWALI, NOWRUZ, YEAR_END, EXPO, WEBINAR };
static const struct row {
    const char *name;
    enum office office;
    const char *channel, *goal;
    enum way way;
    enum season season;
    int budget, marketer;
    const char *utm;
} rows[] = {
    { "ঈদের আগে নতুন লাইন {y}", DHAKA, "social", "leads", BY_FORM, EID, 900000, 19, "eid-line" },
    { "दीवाली पैकिंग उत्सव {y}", KOLKATA, "ads", "leads", BY_FORM, DIWALI, 800000, 20, "diwali-pack" },
    { "طرح نوروزی {y}", TEHRAN, "sms", "leads", BY_FORM, NOWRUZ, 700000, U_MARKETING, "nowruz" },
    { "Year-end upgrade {y}", LONDON, "email", "deals", BY_FORM, YEAR_END, 750000, 21, "year-end" },
    { "ঢাকা প্যাকেজিং মেলা {y}", DHAKA, "event", "leads", BY_EVENT, EXPO, 1400000, 19, "dhaka-expo" },
    { "Webinar: fewer stops, more packs {y}", LONDON, "web", "awareness", BY_WEBINAR, WEBINAR, 180000, 21, "webinar-stops" },
};
static const struct row always[] = {
    { "সার্চ বিজ্ঞাপন: প্যাকিং মেশিন", DHAKA, "search", "leads", BY_FORM, EVER, 1200000, 19, "search-bd" },
    { "सर्च विज्ञापन: पैकिंग मशीन", KOLKATA, "search", "leads", BY_FORM, EVER, 1000000, 20, "search-in" },
    { "تبلیغات جست‌وجو", TEHRAN, "search", "leads", BY_FORM, EVER, 600000, U_MARKETING, "search-ir" },
    { "Partner referrals", LONDON, "partner", "deals", BY_REFERRAL, EVER, 300000, 21, "partners" },
    { "হোয়াটসঅ্যাপে সার্ভিসের খবর", DHAKA, "whatsapp", "retention", BY_NEWSLETTER, EVER, 150000, 19, "wa-service" },
};

/* First days of the feasts that the season leads up to; the others keep their date. */
static int64_t feast(enum season s, int year)
{
    static const struct { int year; struct ymd eid, diwali; } moon[] = {
        { 2023, { 2023, 4, 22 }, { 2023, 11, 12 } }, { 2024, { 2024, 4, 11 }, { 2024, 11, 1 } }, { 2025, { 2025, 3, 31 }, { 2025, 10, 20 } },
        { 2026, { 2026, 3, 20 }, { 2026, 11, 8 } }, { 2027, { 2027, 3, 10 }, { 2027, 10, 29 } }, { 2028, { 2028, 2, 27 }, { 2028, 10, 17 } },
    };
    struct ymd day = s == NOWRUZ ? (struct ymd){ year, 3, 21 } : s == YEAR_END ? (struct ymd){ year, 12, 20 }
                   : s == EXPO ? (struct ymd){ year, 1, 24 } : s == WEBINAR ? (struct ymd){ year, 9, 18 }
                   : s == EID ? (struct ymd){ year, 3, 25 } : (struct ymd){ year, 10, 30 };
    for (size_t i = 0; i < countof(moon); i++)
        if (moon[i].year == year)
            day = s == EID ? moon[i].eid : s == DIWALI ? moon[i].diwali : day;
    return days_from_ymd(CALENDAR_GREGORIAN, day);
}

static str with_year(struct demo *d, const char *name, enum office o, int year)
{
    struct locale loc = locale_default(offices[o].lang, offices[o].code);
    str s = str_of(name);
    struct buf b = buf_new(d->keep, 300);
    ptrdiff_t at = str_find(s, S("{y}"));
    if (at < 0)
        return s;
    buf_put(&b, str_head(s, (size_t)at));
    buf_put(&b, loc_digits(d->keep, &loc, arena_fmt(d->keep, "%d", o == TEHRAN ? year - 621 : year)));
    buf_put(&b, str_from(s, (size_t)at + 3));
    return buf_str(&b);
}

static bool put_line(struct demo *d, struct ctx *tx, int64_t campaign, enum office o, const char *kind, int64_t base, int64_t day,
                     const char *note, struct err *e)
{
    struct ctx then = *tx;
    struct record *r = record_new(tx->a, &budget_line_entity);
    then.now = day * DAY_US + 6 * HOUR_US;
    then.now = then.now < d->start ? d->start : then.now > d->now ? d->now : then.now;
    record_set(r, "campaign", val_ref(campaign));
    record_set(r, "kind", text(kind));
    record_set(r, "amount", local_price(d, o, base));
    record_set(r, "day", val_int(day));
    record_set(r, "note", text(note));
    return store(&then, r, NULL, e);
}

/* A plan, then bills as the days go by: between three quarters and all of it, sometimes more. */
static bool put_money(struct demo *d, struct ctx *tx, const struct campaign *k, enum office o, int64_t budget, struct err *e)
{
    static const char *const notes[] = { "Media", "Print and stand", "Agency", "Content", "Messages sent" };
    int64_t today = zone_days(offices[o].zone, d->now), base = budget * 100, parts = between(d, 2, 5);
    if (!put_line(d, tx, k->id, o, "budget", base, k->starts - 20, "Plan", e))
        return false;
    for (int64_t i = 0; i < parts; i++) {
        int64_t day = k->starts + (k->ends - k->starts) * i / parts + below(d, 5), part = base / parts * between(d, 74, 108) / 100;
        if (day <= today && !put_line(d, tx, k->id, o, "spend", part, day, notes[below(d, countof(notes))], e))
            return false;
    }
    return true;
}

static bool put_campaign(struct demo *d, struct ctx *tx, const struct row *w, int year, int64_t parent, int64_t starts, int64_t ends, struct err *e)
{
    struct campaign *k = &d->campaign[d->ncampaigns];
    struct record *r = record_new(tx->a, &campaign_entity);
    int64_t today = zone_days(offices[w->office].zone, d->now);
    *k = (struct campaign){ .starts = starts, .ends = ends, .office = w->office, .channel = w->channel, .way = w->way,
                            .name = with_year(d, w->name, w->office, year), .is_leaf = true };
    k->utm = year ? arena_fmt(d->keep, "%s-%d", w->utm, year) : str_of(w->utm);
    record_set(r, "name", val_text(k->name));
    record_set(r, "parent", val_ref(parent));
    record_set(r, "status", text(starts > today ? "planned" : ends < today ? "done" : "active"));
    record_set(r, "channel", text(w->channel));
    record_set(r, "goal", text(w->goal));
    record_set(r, "owner", val_ref(d->user[w->marketer]));
    record_set(r, "starts", val_int(starts));
    record_set(r, "ends", val_int(ends));
    record_set(r, "target_leads", val_int(between(d, 15, 40)));
    record_set(r, "target_revenue", local_price(d, w->office, (int64_t)w->budget * 100 * between(d, 8, 20)));
    record_set(r, "utm_campaign", val_text(k->utm));
    if (!store(tx, r, &k->id, e))
        return false;
    d->ncampaigns++;
    return put_money(d, tx, k, w->office, w->budget * (year ? 1 : 3), e);
}

static bool put_programme(struct demo *d, struct ctx *tx, const char *name, int64_t starts, int64_t ends, int64_t *id, struct err *e)
{
    struct record *r = record_new(tx->a, &campaign_entity);
    int64_t today = zone_days("Asia/Dhaka", d->now);
    record_set(r, "name", text(name));
    record_set(r, "status", text(starts > today ? "planned" : ends < today ? "done" : "active"));
    record_set(r, "goal", text("leads"));
    record_set(r, "owner", val_ref(d->user[U_MARKETING]));
    record_set(r, "starts", val_int(starts));
    record_set(r, "ends", val_int(ends));
    if (!store(tx, r, id, e))
        return false;
    d->campaign[d->ncampaigns++] = (struct campaign){ .id = *id, .starts = starts, .ends = ends, .name = str_of(name) };
    return true;
}

static int64_t first_of(int year) { return days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ year, 1, 1 }); }

/* A year's programme with what belongs to it; nothing of before the story began. */
static bool put_year(struct demo *d, struct ctx *tx, int year, struct err *e)
{
    static const int lasts[] = { [EVER] = 0, [EID] = 35, [DIWALI] = 35, [NOWRUZ] = 40, [YEAR_END] = 45, [EXPO] = 4, [WEBINAR] = 30 };
    int64_t parent, begin = zone_days("Asia/Dhaka", d->start), today = zone_days("Asia/Dhaka", d->now);
    const char *name = arena_fmt(d->keep, "Growth programme %d", year).p;
    if (!put_programme(d, tx, name, first_of(year) < begin ? begin : first_of(year), first_of(year + 1) - 1, &parent, e))
        return false;
    for (size_t i = 0; i < countof(rows); i++) {
        int64_t ends = feast(rows[i].season, year), starts = ends - lasts[rows[i].season];
        if (starts < begin || starts > today + 150)
            continue;
        if (!put_campaign(d, tx, &rows[i], year, parent, starts, ends, e))
            return false;
    }
    return true;
}

bool campaigns_make(struct demo *d, struct ctx *tx, struct err *e)
{
    int64_t parent, begin = zone_days("Asia/Dhaka", d->start), today = zone_days("Asia/Dhaka", d->now);
    int first = ymd_from_days(CALENDAR_GREGORIAN, begin).y, last = ymd_from_days(CALENDAR_GREGORIAN, today).y + 1;
    if (!put_programme(d, tx, "Always on", begin, today + 200, &parent, e))
        return false;
    for (size_t i = 0; i < countof(always); i++)
        if (!put_campaign(d, tx, &always[i], 0, parent, begin + (int64_t)i * 20, today + 200, e))
            return false;
    for (int year = first; year <= last; year++)
        if (!put_year(d, tx, year, e))
            return false;
    return true;
}

/* ── forms ───────────────────────────────────────────────────────────────── */

static const struct {
    const char *name, *slug;
    enum lang lang;
    const char *title, *intro, *fields, *button, *thanks, *consent, *country;
} forms[FORMS] = {
    { "Ask for a quote", "quote-en", LANG_EN, "Ask for a quote", "Tell us what you pack. A colleague answers within a working day.",
      "name*\nemail*\nphone\ncompany\njob_title\ncity\ncountry\nmessage:longtext = What do you pack, and how fast?\n", "Send", "Thank you. We will call you.",
      "You may write to me about machines and services." },
    { "কোটেশন চাই", "quote-bn", LANG_BN, "কোটেশন চাই", "কী প্যাকেট করেন লিখুন। এক কর্মদিবসের মধ্যে আমরা উত্তর দেব।",
      "name*\nphone*\nemail\ncompany\njob_title\ncity\nmessage:longtext = কী প্যাকেট করেন, ঘণ্টায় কত?\n", "পাঠান", "ধন্যবাদ। আমরা ফোন করব।",
      "মেশিন ও সার্ভিসের খবর আমাকে জানাতে পারেন।" },
    { "कोटेशन चाहिए", "quote-hi", LANG_HI, "कोटेशन चाहिए", "आप क्या पैक करते हैं, लिखें। एक कार्यदिवस में उत्तर मिलेगा।",
      "name*\nphone*\nemail\ncompany\njob_title\ncity\nmessage:longtext = क्या पैक करते हैं, प्रति घंटा कितना?\n", "भेजें", "धन्यवाद। हम आपको फ़ोन करेंगे।",
      "मशीनों और सेवाओं की जानकारी मुझे भेज सकते हैं।", "IN" },
    { "استعلام قیمت", "quote-fa", LANG_FA, "استعلام قیمت", "بنویسید چه چیزی بسته‌بندی می‌کنید. تا یک روز کاری پاسخ می‌دهیم.",
      "name*\nphone*\nemail\ncompany\njob_title\ncity\nmessage:longtext = چه چیزی و ساعتی چند بسته؟\n", "فرستادن", "سپاسگزاریم. با شما تماس می‌گیریم.",
      "می‌توانید خبر دستگاه‌ها و خدمات را برایم بفرستید.", "IR" },
    { "Expo visit", "expo", LANG_BN, "মেলায় দেখা করুন", "আপনার সময় বেছে নিন, আমরা মেশিন চালিয়ে দেখাব।",
      "name*\nphone*\nemail\ncompany\njob_title\nday:choice(১ম দিন|২য় দিন|৩য় দিন) = কোন দিন আসবেন?\n", "সময় নিন", "দেখা হবে!",
      "মেলার খবর আমাকে জানাতে পারেন।" },
    { "Webinar sign-up", "webinar", LANG_EN, "Webinar: fewer stops, more packs", "Forty minutes with our engineers, and time for questions.",
      "name*\nemail*\ncompany\njob_title\nquestion:longtext = What should we talk about?\n", "Sign up", "See you there. The link comes by e-mail.",
      "You may write to me about machines and services." },
};

bool forms_make(struct demo *d, struct ctx *tx, struct err *e)
{
    for (int i = 0; i < FORMS; i++) {
        struct record *r = record_new(tx->a, &form_entity);
        record_set(r, "name", text(forms[i].name));
        record_set(r, "slug", text(forms[i].slug));
        record_set(r, "language", text(lang_code(forms[i].lang)));
        record_set(r, "country", text(forms[i].country ? forms[i].country : ""));
        record_set(r, "sibling_of", val_ref(i >= 1 && i <= 3 ? d->form[0] : 0));
        record_set(r, "title", text(forms[i].title));
        record_set(r, "intro", text(forms[i].intro));
        record_set(r, "fields", text(forms[i].fields));
        record_set(r, "submit_label", text(forms[i].button));
        record_set(r, "thanks", text(forms[i].thanks));
        record_set(r, "consent_text", text(forms[i].consent));
        record_set(r, "owner", val_ref(d->user[U_MARKETING]));
        if (!store(tx, r, &d->form[i], e))
            return false;
    }
    return true;
}
