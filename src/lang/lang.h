/* lang.h - how one reader reads: language, digits, calendar, zone, money.
 *
 * Language, digits and calendar are three settings that are independent of each
 * other. Everything shown to a person passes a function of this room; APIs,
 * attributes and logs use ASCII digits and ISO forms instead.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

/* A message: MSG_room_key, from the generated header "msg/ROOM.h" (lang/ROOM.LANG.po). */
typedef int msg_id;

enum lang { LANG_EN, LANG_BN, LANG_HI, LANG_FA, LANG_COUNT };
enum digits { DIGITS_LATIN, DIGITS_BENGALI, DIGITS_DEVANAGARI, DIGITS_PERSIAN };
enum calendar { CALENDAR_GREGORIAN, CALENDAR_JALALI };
enum grouping { GROUPING_3, GROUPING_INDIC };           /* 1,234,567 or 12,34,567 */

struct locale {
    enum lang lang;
    enum digits digits;
    enum calendar calendar;
    enum grouping grouping;
    const char *zone;                       /* IANA name, "Asia/Dhaka" */
    char country[3];                        /* "BD" */
    char currency[4];                       /* workspace currency, "BDT" */
    int week_start;                         /* 0 Sunday ... 6 Saturday */
    int fiscal_month;                       /* 1..12 in `calendar`: first month of the fiscal year */
    bool toman;                             /* show IRR as toman (1 toman = 10 rial) */
};

const char *lang_code(enum lang l);         /* "bn" */
const char *lang_name(enum lang l);         /* "বাংলা": its own name */
bool lang_is_rtl(enum lang l);
bool lang_from_code(str code, enum lang *out);
enum lang lang_from_accept(str accept_language, enum lang otherwise);   /* RFC 9110 12.5.4 */
/* What readers of that language and country expect (own country table). */
struct locale locale_default(enum lang l, const char *country);

/* ── messages (lang/NAME.LANG.po, compiled by tools/msgc) ────────────────── */

/* One slot of a message. Made by A(x); numbers and dates are formatted for the reader. */
struct msg_arg {
    enum msg_arg_kind { ARG_NONE, ARG_TEXT, ARG_INT, ARG_NUM, ARG_MONEY, ARG_DATE, ARG_INSTANT } kind;
    int64_t i; double d; str s;             /* ARG_MONEY: i minor units of currency s */
};
static inline struct msg_arg arg_str(str s)      { return (struct msg_arg){ ARG_TEXT, 0, 0, s }; }
static inline struct msg_arg arg_cstr(const char *s) { return (struct msg_arg){ ARG_TEXT, 0, 0, str_of(s) }; }
static inline struct msg_arg arg_int(int64_t i)  { return (struct msg_arg){ ARG_INT, i, 0, { 0 } }; }
static inline struct msg_arg arg_num(double d)   { return (struct msg_arg){ ARG_NUM, 0, d, { 0 } }; }
static inline struct msg_arg arg_money(int64_t minor, const char *currency) { return (struct msg_arg){ ARG_MONEY, minor, 0, str_of(currency) }; }
static inline struct msg_arg arg_date(int64_t days)    { return (struct msg_arg){ ARG_DATE, days, 0, { 0 } }; }
static inline struct msg_arg arg_instant(int64_t us)   { return (struct msg_arg){ ARG_INSTANT, us, 0, { 0 } }; }
#define A(x) _Generic((x), str: arg_str, char *: arg_cstr, const char *: arg_cstr, \
                      int: arg_int, unsigned: arg_int, size_t: arg_int, int64_t: arg_int, double: arg_num)(x)

/* The text of `id` for `loc`; args is NULL or the message's struct msg_KEY_args. */
str msg_text(struct arena *a, const struct locale *loc, msg_id id, const struct msg_arg *args);
str err_text(struct arena *a, const struct locale *loc, const struct err *e);   /* the person's line */
const char *msg_key(msg_id id);           /* "deal.moved" */
bool msg_find(str key, msg_id *out);

/* ── numbers and money ───────────────────────────────────────────────────── */

str loc_int(struct arena *a, const struct locale *loc, int64_t n);
str loc_decimal(struct arena *a, const struct locale *loc, int64_t scaled, int scale);  /* scaled / 10^scale, exact */
str loc_num(struct arena *a, const struct locale *loc, double d, int max_fraction);
str loc_percent(struct arena *a, const struct locale *loc, double ratio, int max_fraction);   /* 0.31 -> 31% */
str loc_money(struct arena *a, const struct locale *loc, int64_t minor, const char *currency);
str loc_money_compact(struct arena *a, const struct locale *loc, int64_t minor, const char *currency);  /* ৳১.২৫ কোটি */
str loc_compact(struct arena *a, const struct locale *loc, int64_t n);
int currency_digits(const char *code);      /* minor digits: ISO 4217; -1: unknown code */
str loc_digits(struct arena *a, const struct locale *loc, str ascii);   /* only the digits are replaced */
/* Reading accepts any of the four digit sets, mixed, and the separators of any of the languages. */
bool parse_int(str s, int64_t *out, struct err *e);
bool parse_decimal(str s, int scale, int64_t *scaled, struct err *e);   /* more digits than `scale`: an error, never rounded */
bool parse_money(const struct locale *loc, str s, const char *currency, int64_t *minor, struct err *e);  /* also "2 lakh", "২ কোটি", toman */
str ascii_digits(struct arena *a, str s);   /* every digit to 0-9 */

/* ── dates and times ─────────────────────────────────────────────────────── */

/* Days since 1970-01-01 (Gregorian, proleptic). */
struct ymd { int y, m, d; };
int64_t days_from_ymd(enum calendar c, struct ymd v);       /* v must be valid */
struct ymd ymd_from_days(enum calendar c, int64_t days);
bool ymd_valid(enum calendar c, struct ymd v);
int month_days(enum calendar c, int y, int m);
int weekday_of(int64_t days);               /* 0 Sunday */
int64_t zone_days(const char *zone, int64_t instant);       /* the date there */
int64_t zone_instant(const char *zone, int64_t days, int64_t us_of_day);    /* in a gap: after it; twice: the first */
int64_t zone_us_of_day(const char *zone, int64_t instant);
bool zone_valid(const char *zone);

enum date_style { DATE_SHORT, DATE_MEDIUM, DATE_LONG, DATE_FULL, DATE_MONTH, DATE_DAY_MONTH };
str loc_date(struct arena *a, const struct locale *loc, int64_t days, enum date_style style);
str loc_time(struct arena *a, const struct locale *loc, int64_t instant);
str loc_instant(struct arena *a, const struct locale *loc, int64_t instant, enum date_style style);
str loc_relative(struct arena *a, const struct locale *loc, int64_t instant, int64_t now);   /* "2 days ago", "in 3 hours" */
str loc_duration(struct arena *a, const struct locale *loc, int64_t us);                     /* "1 h 20 min" */
str loc_month_name(struct arena *a, const struct locale *loc, int month);
str loc_month_short(struct arena *a, const struct locale *loc, int month);                   /* "Dec"; whole where nobody shortens */
str loc_weekday_name(struct arena *a, const struct locale *loc, int weekday);
str iso_date(struct arena *a, int64_t days);                /* 2026-11-24 */
str iso_instant(struct arena *a, int64_t instant);          /* 2026-11-24T10:42:00Z */
bool parse_iso_date(str s, int64_t *days);
bool parse_iso_instant(str s, int64_t *instant);
/* As people type: any digits, the reader's calendar, "1405/9/1", "۱ آذر", "24 Nov", "today", "فردا", "আগামীকাল", "कल". */
bool parse_date(const struct locale *loc, str s, int64_t today, int64_t *days, struct err *e);
bool parse_instant(const struct locale *loc, str s, int64_t now, int64_t *instant, struct err *e);
bool parse_duration(const struct locale *loc, str s, int64_t *us, struct err *e);

enum period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR };
/* [from, to) in days of the period `offset` steps from the one that holds `day`, in the reader's calendar and fiscal year. */
void period_range(const struct locale *loc, enum period p, int64_t day, int offset, int64_t *from, int64_t *to);
str loc_period(struct arena *a, const struct locale *loc, enum period p, int64_t day);  /* "Q4 2026", "پاییز ۱۴۰۵" */

/* ── order and search ────────────────────────────────────────────────────── */

str collate_key(struct arena *a, enum lang l, str s);       /* memcmp of keys sorts as the language does */
/* One form for comparing and searching: case, NFC/NFD, ي/ی, ك/ک, ZWNJ, diacritics, nukta, all digits, spaces.
 * Words stand between single spaces; letters and digits only. */
str fold(struct arena *a, str s);
str fold_first(struct arena *a, str s);     /* first grapheme cluster, for an avatar */
