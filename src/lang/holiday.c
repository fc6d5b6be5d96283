/* holiday.c - our own table of public holidays.
 *
 * Two kinds. What a law ties to a date of the Gregorian or the Jalali year, to a weekday of a
 * month or to Easter follows by rule for every year. What the moon or an almanac decides is
 * written down by date, for 2026 to 2028 only, and marked as expected as long as no
 * authority has confirmed it: people edit those. A year without such rows has its rules alone;
 * nothing is guessed.
 *
 * Sources. Rules: the countries' own holiday laws as in Bangladesh's gazetted list (Ministry of
 * Public Administration), India's three national holidays, Iran's law of official holidays of
 * 1980 with later changes, the United Kingdom's Banking and Financial Dealings Act 1971
 * (England and Wales). Dates of BD, IN and IR: the tables of the library "holidays" 0.109 of
 * the Vacanza team (MIT licence, github.com/vacanza/holidays), which cites the governments' lists for
 * 2026 and marks later lunar dates as estimated. India's festivals after 2026 are almanac dates, so expected;
 * so are Bangladesh's Hindu and Buddhist ones, taken at India's dates.
 */
#include "lang/holiday.h"
#include "msg/lang.h"

struct fixed { char country[3]; enum calendar calendar; int m, d, since; msg_id name; };
static const struct fixed fixed[] = {
    { "BD", CALENDAR_GREGORIAN, 2, 21, 0, MSG_lang_holiday_martyrs_day },
    { "BD", CALENDAR_GREGORIAN, 3, 26, 0, MSG_lang_holiday_independence_day },
    { "BD", CALENDAR_GREGORIAN, 4, 14, 0, MSG_lang_holiday_bengali_new_year },
    { "BD", CALENDAR_GREGORIAN, 5, 1, 0, MSG_lang_holiday_may_day },
    { "BD", CALENDAR_GREGORIAN, 8, 5, 2025, MSG_lang_holiday_july_uprising },
    { "BD", CALENDAR_GREGORIAN, 12, 16, 0, MSG_lang_holiday_victory_day },
    { "BD", CALENDAR_GREGORIAN, 12, 25, 0, MSG_lang_holiday_christmas },
    { "IN", CALENDAR_GREGORIAN, 1, 26, 0, MSG_lang_holiday_republic_day },
    { "IN", CALENDAR_GREGORIAN, 8, 15, 0, MSG_lang_holiday_independence_day },
    { "IN", CALENDAR_GREGORIAN, 10, 2, 0, MSG_lang_holiday_gandhi_birthday },
    { "IN", CALENDAR_GREGORIAN, 12, 25, 0, MSG_lang_holiday_christmas },
    { "IR", CALENDAR_JALALI, 1, 1, 0, MSG_lang_holiday_nowruz },
    { "IR", CALENDAR_JALALI, 1, 2, 0, MSG_lang_holiday_nowruz },
    { "IR", CALENDAR_JALALI, 1, 3, 0, MSG_lang_holiday_nowruz },
    { "IR", CALENDAR_JALALI, 1, 4, 0, MSG_lang_holiday_nowruz },
    { "IR", CALENDAR_JALALI, 1, 12, 0, MSG_lang_holiday_islamic_republic_day },
    { "IR", CALENDAR_JALALI, 1, 13, 0, MSG_lang_holiday_nature_day },
    { "IR", CALENDAR_JALALI, 3, 14, 0, MSG_lang_holiday_khomeini_death },
    { "IR", CALENDAR_JALALI, 3, 15, 0, MSG_lang_holiday_khordad_15 },
    { "IR", CALENDAR_JALALI, 11, 22, 0, MSG_lang_holiday_revolution_day },
    { "IR", CALENDAR_JALALI, 12, 29, 0, MSG_lang_holiday_oil_day },
    { "GB", CALENDAR_GREGORIAN, 1, 1, 0, MSG_lang_holiday_new_year },
    { "GB", CALENDAR_GREGORIAN, 12, 25, 0, MSG_lang_holiday_christmas },
    { "GB", CALENDAR_GREGORIAN, 12, 26, 0, MSG_lang_holiday_boxing_day },
    { "US", CALENDAR_GREGORIAN, 1, 1, 0, MSG_lang_holiday_new_year },
    { "US", CALENDAR_GREGORIAN, 6, 19, 0, MSG_lang_holiday_juneteenth },
    { "US", CALENDAR_GREGORIAN, 7, 4, 0, MSG_lang_holiday_independence_day },
    { "US", CALENDAR_GREGORIAN, 11, 11, 0, MSG_lang_holiday_veterans_day },
    { "US", CALENDAR_GREGORIAN, 12, 25, 0, MSG_lang_holiday_christmas },
};

/* The nth Monday of a month; -1 the last. */
static const struct { char country[3]; int m, nth; msg_id name; } mondays[] = {
    { "GB", 5, 1, MSG_lang_holiday_early_may }, { "GB", 5, -1, MSG_lang_holiday_spring_bank },
    { "GB", 8, -1, MSG_lang_holiday_summer_bank },
};

/* Days from Easter Sunday. */
static const struct { char country[3]; int off; msg_id name; } easter[] = {
    { "GB", -2, MSG_lang_holiday_good_friday }, { "GB", 1, MSG_lang_holiday_easter_monday },
    { "IN", -2, MSG_lang_holiday_good_friday },
};

static const struct dated { char country[3]; int y, m, d; msg_id name; bool is_expected; } dated[] = {
    { "BD", 2026, 2, 4, MSG_lang_holiday_shab_e_barat, false },
    { "BD", 2027, 1, 24, MSG_lang_holiday_shab_e_barat, true },
    { "BD", 2028, 1, 13, MSG_lang_holiday_shab_e_barat, true },
    { "BD", 2026, 3, 17, MSG_lang_holiday_laylat_al_qadr, false },
    { "BD", 2027, 3, 7, MSG_lang_holiday_laylat_al_qadr, true },
    { "BD", 2028, 2, 24, MSG_lang_holiday_laylat_al_qadr, true },
    { "BD", 2026, 3, 20, MSG_lang_holiday_jumatul_wida, false },
    { "BD", 2027, 3, 5, MSG_lang_holiday_jumatul_wida, true },
    { "BD", 2028, 2, 25, MSG_lang_holiday_jumatul_wida, true },
    { "BD", 2026, 3, 21, MSG_lang_holiday_eid_al_fitr, false },
    { "BD", 2026, 3, 22, MSG_lang_holiday_eid_al_fitr, false },
    { "BD", 2026, 3, 23, MSG_lang_holiday_eid_al_fitr, false },
    { "BD", 2027, 3, 10, MSG_lang_holiday_eid_al_fitr, true },
    { "BD", 2027, 3, 11, MSG_lang_holiday_eid_al_fitr, true },
    { "BD", 2027, 3, 12, MSG_lang_holiday_eid_al_fitr, true },
    { "BD", 2028, 2, 27, MSG_lang_holiday_eid_al_fitr, true },
    { "BD", 2028, 2, 28, MSG_lang_holiday_eid_al_fitr, true },
    { "BD", 2028, 2, 29, MSG_lang_holiday_eid_al_fitr, true },
    { "BD", 2026, 5, 28, MSG_lang_holiday_eid_al_adha, false },
    { "BD", 2026, 5, 29, MSG_lang_holiday_eid_al_adha, false },
    { "BD", 2026, 5, 30, MSG_lang_holiday_eid_al_adha, false },
    { "BD", 2027, 5, 17, MSG_lang_holiday_eid_al_adha, true },
    { "BD", 2027, 5, 18, MSG_lang_holiday_eid_al_adha, true },
    { "BD", 2027, 5, 19, MSG_lang_holiday_eid_al_adha, true },
    { "BD", 2028, 5, 6, MSG_lang_holiday_eid_al_adha, true },
    { "BD", 2028, 5, 7, MSG_lang_holiday_eid_al_adha, true },
    { "BD", 2028, 5, 8, MSG_lang_holiday_eid_al_adha, true },
    { "BD", 2026, 6, 26, MSG_lang_holiday_ashura, false },
    { "BD", 2027, 6, 16, MSG_lang_holiday_ashura, true },
    { "BD", 2028, 6, 4, MSG_lang_holiday_ashura, true },
    { "BD", 2026, 8, 26, MSG_lang_holiday_mawlid, false },
    { "BD", 2027, 8, 15, MSG_lang_holiday_mawlid, true },
    { "BD", 2028, 8, 4, MSG_lang_holiday_mawlid, true },
    { "BD", 2026, 5, 1, MSG_lang_holiday_buddha_purnima, true },
    { "BD", 2027, 5, 20, MSG_lang_holiday_buddha_purnima, true },
    { "BD", 2028, 5, 8, MSG_lang_holiday_buddha_purnima, true },
    { "BD", 2026, 9, 4, MSG_lang_holiday_janmashtami, true },
    { "BD", 2027, 8, 25, MSG_lang_holiday_janmashtami, true },
    { "BD", 2028, 8, 13, MSG_lang_holiday_janmashtami, true },
    { "BD", 2026, 10, 20, MSG_lang_holiday_durga_puja, true },
    { "BD", 2027, 10, 9, MSG_lang_holiday_durga_puja, true },
    { "BD", 2028, 9, 27, MSG_lang_holiday_durga_puja, true },
    { "IN", 2026, 3, 4, MSG_lang_holiday_holi, false },
    { "IN", 2027, 3, 22, MSG_lang_holiday_holi, true },
    { "IN", 2028, 3, 11, MSG_lang_holiday_holi, true },
    { "IN", 2026, 3, 21, MSG_lang_holiday_eid_al_fitr, false },
    { "IN", 2027, 3, 10, MSG_lang_holiday_eid_al_fitr, true },
    { "IN", 2028, 2, 27, MSG_lang_holiday_eid_al_fitr, true },
    { "IN", 2026, 3, 26, MSG_lang_holiday_ram_navami, false },
    { "IN", 2027, 4, 15, MSG_lang_holiday_ram_navami, true },
    { "IN", 2028, 4, 3, MSG_lang_holiday_ram_navami, true },
    { "IN", 2026, 3, 31, MSG_lang_holiday_mahavir_jayanti, false },
    { "IN", 2027, 4, 18, MSG_lang_holiday_mahavir_jayanti, true },
    { "IN", 2028, 4, 7, MSG_lang_holiday_mahavir_jayanti, true },
    { "IN", 2026, 4, 14, MSG_lang_holiday_ambedkar_jayanti, false },
    { "IN", 2027, 4, 14, MSG_lang_holiday_ambedkar_jayanti, true },
    { "IN", 2028, 4, 14, MSG_lang_holiday_ambedkar_jayanti, true },
    { "IN", 2026, 5, 1, MSG_lang_holiday_buddha_purnima, false },
    { "IN", 2027, 5, 20, MSG_lang_holiday_buddha_purnima, true },
    { "IN", 2028, 5, 8, MSG_lang_holiday_buddha_purnima, true },
    { "IN", 2026, 5, 27, MSG_lang_holiday_eid_al_adha, false },
    { "IN", 2027, 5, 17, MSG_lang_holiday_eid_al_adha, true },
    { "IN", 2028, 5, 6, MSG_lang_holiday_eid_al_adha, true },
    { "IN", 2026, 6, 26, MSG_lang_holiday_ashura, false },
    { "IN", 2027, 6, 16, MSG_lang_holiday_ashura, true },
    { "IN", 2028, 6, 4, MSG_lang_holiday_ashura, true },
    { "IN", 2026, 8, 26, MSG_lang_holiday_mawlid, false },
    { "IN", 2027, 8, 15, MSG_lang_holiday_mawlid, true },
    { "IN", 2028, 8, 4, MSG_lang_holiday_mawlid, true },
    { "IN", 2026, 9, 4, MSG_lang_holiday_janmashtami, false },
    { "IN", 2027, 8, 25, MSG_lang_holiday_janmashtami, true },
    { "IN", 2028, 8, 13, MSG_lang_holiday_janmashtami, true },
    { "IN", 2026, 10, 20, MSG_lang_holiday_dussehra, false },
    { "IN", 2027, 10, 9, MSG_lang_holiday_dussehra, true },
    { "IN", 2028, 9, 27, MSG_lang_holiday_dussehra, true },
    { "IN", 2026, 11, 8, MSG_lang_holiday_diwali, false },
    { "IN", 2027, 10, 29, MSG_lang_holiday_diwali, true },
    { "IN", 2028, 10, 17, MSG_lang_holiday_diwali, true },
    { "IN", 2026, 11, 24, MSG_lang_holiday_guru_nanak_jayanti, false },
    { "IN", 2027, 11, 14, MSG_lang_holiday_guru_nanak_jayanti, true },
    { "IN", 2028, 11, 2, MSG_lang_holiday_guru_nanak_jayanti, true },
    { "IN", 2027, 3, 6, MSG_lang_holiday_maha_shivaratri, true },
    { "IN", 2028, 2, 23, MSG_lang_holiday_maha_shivaratri, true },
    { "IR", 2026, 1, 3, MSG_lang_holiday_ali_birth, false },
    { "IR", 2026, 12, 23, MSG_lang_holiday_ali_birth, false },
    { "IR", 2027, 12, 12, MSG_lang_holiday_ali_birth, true },
    { "IR", 2028, 12, 1, MSG_lang_holiday_ali_birth, true },
    { "IR", 2026, 1, 17, MSG_lang_holiday_mabath, false },
    { "IR", 2027, 1, 6, MSG_lang_holiday_mabath, true },
    { "IR", 2027, 12, 26, MSG_lang_holiday_mabath, true },
    { "IR", 2028, 12, 15, MSG_lang_holiday_mabath, true },
    { "IR", 2026, 2, 4, MSG_lang_holiday_mahdi_birth, false },
    { "IR", 2027, 1, 24, MSG_lang_holiday_mahdi_birth, true },
    { "IR", 2028, 1, 13, MSG_lang_holiday_mahdi_birth, true },
    { "IR", 2026, 3, 11, MSG_lang_holiday_ali_death, false },
    { "IR", 2027, 3, 1, MSG_lang_holiday_ali_death, true },
    { "IR", 2028, 2, 18, MSG_lang_holiday_ali_death, true },
    { "IR", 2026, 3, 21, MSG_lang_holiday_eid_al_fitr, false },
    { "IR", 2026, 3, 22, MSG_lang_holiday_eid_al_fitr, false },
    { "IR", 2027, 3, 10, MSG_lang_holiday_eid_al_fitr, true },
    { "IR", 2027, 3, 11, MSG_lang_holiday_eid_al_fitr, true },
    { "IR", 2028, 2, 27, MSG_lang_holiday_eid_al_fitr, true },
    { "IR", 2028, 2, 28, MSG_lang_holiday_eid_al_fitr, true },
    { "IR", 2026, 4, 14, MSG_lang_holiday_sadiq_death, false },
    { "IR", 2027, 4, 3, MSG_lang_holiday_sadiq_death, true },
    { "IR", 2028, 3, 22, MSG_lang_holiday_sadiq_death, true },
    { "IR", 2026, 5, 27, MSG_lang_holiday_eid_al_adha, false },
    { "IR", 2027, 5, 17, MSG_lang_holiday_eid_al_adha, true },
    { "IR", 2028, 5, 6, MSG_lang_holiday_eid_al_adha, true },
    { "IR", 2026, 6, 4, MSG_lang_holiday_ghadir, false },
    { "IR", 2027, 5, 25, MSG_lang_holiday_ghadir, true },
    { "IR", 2028, 5, 14, MSG_lang_holiday_ghadir, true },
    { "IR", 2026, 6, 24, MSG_lang_holiday_tasua, false },
    { "IR", 2027, 6, 15, MSG_lang_holiday_tasua, true },
    { "IR", 2028, 6, 3, MSG_lang_holiday_tasua, true },
    { "IR", 2026, 6, 25, MSG_lang_holiday_ashura, false },
    { "IR", 2027, 6, 16, MSG_lang_holiday_ashura, true },
    { "IR", 2028, 6, 4, MSG_lang_holiday_ashura, true },
    { "IR", 2026, 8, 4, MSG_lang_holiday_arbaeen, false },
    { "IR", 2027, 7, 25, MSG_lang_holiday_arbaeen, true },
    { "IR", 2028, 7, 14, MSG_lang_holiday_arbaeen, true },
    { "IR", 2026, 8, 12, MSG_lang_holiday_prophet_death, false },
    { "IR", 2027, 8, 2, MSG_lang_holiday_prophet_death, true },
    { "IR", 2028, 7, 22, MSG_lang_holiday_prophet_death, true },
    { "IR", 2026, 8, 13, MSG_lang_holiday_reza_death, false },
    { "IR", 2027, 8, 3, MSG_lang_holiday_reza_death, true },
    { "IR", 2028, 7, 23, MSG_lang_holiday_reza_death, true },
    { "IR", 2026, 8, 21, MSG_lang_holiday_askari_death, false },
    { "IR", 2027, 8, 11, MSG_lang_holiday_askari_death, true },
    { "IR", 2028, 7, 31, MSG_lang_holiday_askari_death, true },
    { "IR", 2026, 8, 30, MSG_lang_holiday_mawlid_sadiq, false },
    { "IR", 2027, 8, 20, MSG_lang_holiday_mawlid_sadiq, true },
    { "IR", 2028, 8, 9, MSG_lang_holiday_mawlid_sadiq, true },
    { "IR", 2026, 11, 13, MSG_lang_holiday_fatima_death, false },
    { "IR", 2027, 11, 3, MSG_lang_holiday_fatima_death, true },
    { "IR", 2028, 10, 22, MSG_lang_holiday_fatima_death, true },
};

struct year { const char *country; int y; struct holiday *v; size_t n; };

static void put(struct year *o, int64_t day, msg_id name, bool is_expected)
{
    if (o->n == HOLIDAYS_YEAR_MAX)
        return;
    size_t i = o->n++;
    for (; i && o->v[i - 1].day > day; i--)
        o->v[i] = o->v[i - 1];
    o->v[i] = (struct holiday){ day, name, is_expected };
}

static bool is_of(const struct year *o, const char *country) { return !strcmp(o->country, country); }
static int64_t gregorian(int y, int m, int d) { return days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ y, m, d }); }

/* A Jalali year begins in one Gregorian year and ends in the next. */
static void put_fixed(struct year *o, const struct fixed *f)
{
    int first = f->calendar == CALENDAR_JALALI ? o->y - 622 : o->y, last = f->calendar == CALENDAR_JALALI ? first + 1 : first;
    for (int y = first; y <= last; y++) {
        int64_t day = days_from_ymd(f->calendar, (struct ymd){ y, f->m, f->d });
        if (o->y >= f->since && ymd_from_days(CALENDAR_GREGORIAN, day).y == o->y)
            put(o, day, f->name, false);
    }
}

static int64_t nth_monday(int y, int m, int nth)
{
    int64_t first = gregorian(y, m, 1), day = first + (8 - weekday_of(first)) % 7;
    if (nth > 0)
        return day + 7 * (nth - 1);
    while (day + 7 < first + month_days(CALENDAR_GREGORIAN, y, m))
        day += 7;
    return day;
}

/* Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher). */
static int64_t easter_of(int y)
{
    int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451, at = h + l - 7 * m + 114;
    return gregorian(y, at / 31, at % 31 + 1);
}

static bool is_taken(const struct year *o, int64_t day)
{
    for (size_t i = 0; i < o->n; i++)
        if (o->v[i].day == day)
            return true;
    return false;
}

/* Britain gives another day for one that falls on a weekend: the next that is free. */
static void put_substitutes(struct year *o)
{
    struct holiday had[HOLIDAYS_YEAR_MAX];
    size_t n = o->n;
    memcpy(had, o->v, n * sizeof *had);
    for (size_t i = 0; i < n; i++) {
        int weekday = weekday_of(had[i].day);
        int64_t day = had[i].day;
        if (weekday != 0 && weekday != 6)
            continue;
        while (weekday_of(day) == 0 || weekday_of(day) == 6 || is_taken(o, day))
            day++;
        put(o, day, MSG_lang_holiday_substitute, false);
    }
}

bool holidays_known(const char *country)
{
    for (size_t i = 0; i < countof(fixed); i++)
        if (!strcmp(fixed[i].country, country))
            return true;
    return false;
}

size_t holidays_of_year(const char *country, int year, struct holiday out[HOLIDAYS_YEAR_MAX])
{
    struct year o = { country, year, out, 0 };
    for (size_t i = 0; i < countof(fixed); i++)
        if (is_of(&o, fixed[i].country))
            put_fixed(&o, &fixed[i]);
    for (size_t i = 0; i < countof(mondays); i++)
        if (is_of(&o, mondays[i].country))
            put(&o, nth_monday(year, mondays[i].m, mondays[i].nth), mondays[i].name, false);
    for (size_t i = 0; i < countof(easter); i++)
        if (is_of(&o, easter[i].country))
            put(&o, easter_of(year) + easter[i].off, easter[i].name, false);
    for (size_t i = 0; i < countof(dated); i++)
        if (is_of(&o, dated[i].country) && dated[i].y == year)
            put(&o, gregorian(year, dated[i].m, dated[i].d), dated[i].name, dated[i].is_expected);
    if (is_of(&o, "GB"))
        put_substitutes(&o);
    return o.n;
}
