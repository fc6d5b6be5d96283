/* match.c - tests of finding records that are one person or one company.
 *
 * Two public sets with known answers must reach a figure; a table of our own says
 * for names in four scripts which pairs are one and which are two.
 */
#include "record/match.h"
#include "../suite.h"
#include <math.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/random.h"
#include "data.h"
#include "record/csv.h"

static struct arena A;

static void setup(void)    { A = arena_open((size_t)1 << 30); }
static void teardown(void) { arena_close(&A); }

/* ── sets with answers ───────────────────────────────────────────────────── */

struct set { struct match_item *v; int64_t *truth; size_t n; bool is_company; };

static int64_t days_of(str s)
{
    int64_t i = 0;
    if (s.n != 8 || !str_to_int(s, &i))
        return 0;
    struct ymd d = { (int)(i / 10000), (int)(i / 100 % 100), (int)(i % 100) };
    return ymd_valid(CALENDAR_GREGORIAN, d) ? days_from_ymd(CALENDAR_GREGORIAN, d) : 0;
}

static struct csv *open_set(const char *name, char sep)
{
    struct csv *c;
    struct err e;
    if (!csv_open_file(data_path(&A, name), &(struct csv_options){ .separator = sep }, &c, &e))
        ck_abort_msg("%s: %s", name, e.detail);
    return c;
}

/* truth: the number in rec-NUMBER-dup-1; the column soc_sec_id is not looked at. */
static struct set load_febrl(const char *name)
{
    struct set s = { .v = arena_new(&A, struct match_item, 6000), .truth = arena_new(&A, int64_t, 6000) };
    struct csv *c = open_set(name, ',');
    struct csv_row r;
    struct err e;
    while (csv_next(c, &A, &r, &e)) {
        for (size_t i = 0; i < r.n; i++)
            r.cell[i] = str_trim(r.cell[i]);
        str id = r.cell[0];
        if (!str_starts(id, S("rec-")))
            continue;
        str_cut(&id, '-');
        if (!str_to_int(str_cut(&id, '-'), &s.truth[s.n]))
            ck_abort_msg("id");
        s.v[s.n] = (struct match_item){
            .id = (int64_t)s.n + 1, .given = r.cell[1], .family = r.cell[2],
            .address = arena_fmt(&A, "%.*s %.*s %.*s", STR_ARG(r.cell[3]), STR_ARG(r.cell[4]), STR_ARG(r.cell[5])),
            .city = r.cell[6], .postcode = r.cell[7], .region = r.cell[8], .birth_days = days_of(r.cell[9]),
        };
        s.n++;
    }
    csv_close(c);
    return s;
}

static struct set load_restaurants(void)
{
    struct set s = { .v = arena_new(&A, struct match_item, 1000), .truth = arena_new(&A, int64_t, 1000), .is_company = true };
    struct csv *c = open_set("dedup/restaurants/restaurantProfiles.csv", '|');
    struct csv_row r;
    struct err e;
    int64_t x, y;
    while (csv_next(c, &A, &r, &e))
        if (str_to_int(r.cell[0], &x)) {
            s.truth[s.n] = x;
            s.v[s.n++] = (struct match_item){ .id = x + 1, .name = r.cell[1], .address = r.cell[2], .phone = r.cell[3], .city = r.cell[4] };
        }
    csv_close(c);
    c = open_set("dedup/restaurants/duplicates.csv", '|');
    while (csv_next(c, &A, &r, &e))
        if (r.n == 2 && str_to_int(r.cell[0], &x) && str_to_int(r.cell[1], &y))
            s.truth[y] = s.truth[x];
    csv_close(c);
    return s;
}

static double f1_of(const char *what, const struct set *s)
{
    struct match_pair *p;
    struct err e;
    size_t n, right = 0, all = 0;
    if (!match_all(&A, s->v, s->n, s->is_company, MATCH_LIKELY / 100.0, &p, &n, &e))
        ck_abort_msg("%s", e.detail);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = i + 1; j < s->n; j++)
            all += s->truth[i] == s->truth[j];
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_lt(p[i].a, p[i].b);
        if (i)
            ck_assert(p[i].a != p[i - 1].a || p[i].b != p[i - 1].b);
        right += s->truth[p[i].a - 1] == s->truth[p[i].b - 1];
    }
    double precision = (double)right / (double)n, recall = (double)right / (double)all;
    double f1 = 2 * precision * recall / (precision + recall);
    printf("%s: precision %.4f, recall %.4f, F1 %.4f\n", what, precision, recall, f1);
    return f1;
}

START_TEST(people_of_febrl_are_found)
{
    if (!data_is_here(&A, "dedup/febrl/dataset3.csv"))
        return;
    struct set s = load_febrl("dedup/febrl/dataset3.csv");
    ck_assert_uint_eq(s.n, 5000);
    ck_assert_double_ge(f1_of("febrl 3 without soc_sec_id", &s), 0.976);
}
END_TEST

START_TEST(restaurants_are_found)
{
    if (!data_is_here(&A, "dedup/restaurants/duplicates.csv"))
        return;
    struct set s = load_restaurants();
    ck_assert_uint_eq(s.n, 864);
    ck_assert_double_ge(f1_of("restaurants", &s), 0.93);
}
END_TEST

/* ── our own cases, in four scripts ──────────────────────────────────────── */

/* clang-format off */
#define P(...) { __VA_ARGS__ }
struct person_case { bool is_one; struct { const char *name, *company, *phone, *email, *city, *address; int birth; } x, y; };
static const struct person_case people[] = {
    /* English, as written in Dhaka, Mumbai, Tehran and London */
    { true,  P("Md. Rafiqul Islam", "Padma Textiles Ltd."), P("Mohammad Rafiqul Islam", "Padma Textiles Limited") },
    { true,  P("Mohd Rahim Uddin", .phone = "+8801711223344"), P("Rahim Uddin", .phone = "01711-223344") },
    { true,  P("Abdur Rahman", "BRAC Bank"), P("Abdul Rehman", "BRAC Bank Ltd") },
    { true,  P("Fatema Chowdhury", .email = "fatema.c@gmail.com"), P("Fatima Choudhury", .email = "fatemac+work@gmail.com") },
    { true,  P("Sharma Anil", "Tata Motors"), P("Anil Sharma", "Tata Motors Limited") },
    { true,  P("Dr. Priya Agarwal", .phone = "98201 55667"), P("Priya Aggarwal", .phone = "+91 9820155667") },
    { true,  P("S. Mukherjee", .phone = "033 2244 5566", .city = "Kolkata"), P("Subrata Mukhopadhyay", .phone = "03322445566", .city = "Kolkata") },
    { true,  P("Ali Reza Hosseini", .email = "a.hosseini@fanavaran.ir"), P("Alireza Hosseini", .email = "A.Hosseini@fanavaran.ir") },
    { true,  P("Jonathan Smyth", .city = "Leeds", .address = "14 Park Lane", .birth = 19800214), P("Jonathon Smith", .city = "Leeds", .address = "14 Park Ln", .birth = 19800214) },
    { true,  P("Katherine O'Neil", .phone = "+44 20 7946 0958"), P("Kate O'Neil", .phone = "020 7946 0958") },
    { true,  P("Robert Brown", "Acme Corp", .email = "bob@acme.com"), P("Bob Brown", "ACME Corporation", .email = "bob@acme.com") },
    { true,  P("Maria Garcia", .birth = 19751103, .city = "Pune"), P("Maria Garcia", .birth = 19750311, .city = "Pune") },
    { false, P("Md. Rafiqul Islam", "Padma Textiles Ltd."), P("Md. Shafiqul Islam", "Padma Textiles Ltd.") },
    { false, P("Rahim Uddin", .phone = "01711-223344"), P("Karim Uddin", .phone = "01819-556677") },
    { false, P("Anil Sharma", "Tata Motors"), P("Sunil Sharma", "Tata Motors") },
    { false, P("John Smith"), P("John Smith", .city = "London") },
    { false, P("John Smith", .birth = 19700102, .city = "York"), P("John Smith", .birth = 19881224, .city = "York") },
    { false, P("Priya Singh", "Infosys", .email = "priya.singh@infosys.com"), P("Pooja Singh", "Infosys", .email = "pooja.singh@infosys.com") },
    { false, P("Ali Hosseini", "Iran Khodro"), P("Amir Hosseini", "Iran Khodro") },
    { false, P("Nasrin Akter", .phone = "01711000111", .city = "Dhaka"), P("Nasima Akter", .phone = "01711000222", .city = "Dhaka") },
    /* a family under one roof */
    { false, P("Rahim Chowdhury", .address = "House 12, Road 5, Dhanmondi", .city = "Dhaka"), P("Fatema Chowdhury", .address = "House 12, Road 5, Dhanmondi", .city = "Dhaka") },
    { false, P("Anil Sharma", .phone = "011-26543210"), P("Sunita Sharma", .phone = "011-26543210") },
    /* Bengali */
    { true,  P("মোঃ রফিকুল ইসলাম", "পদ্মা টেক্সটাইল লিমিটেড"), P("মোহাম্মদ রফিকুল ইসলাম", "পদ্মা টেক্সটাইল লিঃ") },
    { true,  P("ডাঃ ফাতেমা চৌধুরী", .phone = "০১৭১১-২২৩৩৪৪"), P("ফাতেমা চৌধুরি", .phone = "+8801711223344") },
    { true,  P("সাদিয়া আক্তার", .email = "sadia@meghna.com.bd"), P("সাদিয়া আখতার", .email = "Sadia@meghna.com.bd") },
    { true,  P("আবদুর রহমান", "ব্র্যাক ব্যাংক"), P("আব্দুর রহমান", "ব্র্যাক ব্যাংক লিমিটেড") },
    { true,  P("জনাব কামাল হোসেন", "স্কয়ার ফার্মাসিউটিক্যালস"), P("কামাল হোসাইন", "স্কয়ার ফার্মাসিউটিক্যালস পিএলসি") },
    { true,  P("শ্যামল বন্দ্যোপাধ্যায়", .phone = "9830012345"), P("শ্যামল ব্যানার্জী", .phone = "+919830012345") },
    { true,  P("তানভীর আহমেদ", .birth = 19920415, .city = "সিলেট"), P("তানভির আহমদ", .birth = 19920415, .city = "সিলেট") },
    { false, P("রফিকুল ইসলাম", "পদ্মা টেক্সটাইল"), P("শফিকুল ইসলাম", "পদ্মা টেক্সটাইল") },
    { false, P("ফাতেমা বেগম"), P("ফাতেমা বেগম") },
    { false, P("রহিমা খাতুন", .phone = "০১৭১১০০০১১১"), P("করিমা খাতুন", .phone = "০১৭১১০০০২২২") },
    { false, P("মোঃ আলম", .city = "ঢাকা"), P("মোঃ সেলিম", .city = "ঢাকা") },
    { false, P("নাসরিন সুলতানা", "গ্রামীণ"), P("শিরিন সুলতানা", "গ্রামীণ") },
    /* Hindi */
    { true,  P("श्री अनिल शर्मा", "टाटा मोटर्स लिमिटेड"), P("अनिल शर्मा", "टाटा मोटर्स") },
    { true,  P("डॉ. प्रिया अग्रवाल", .phone = "९८२०१ ५५६६७"), P("प्रिया अगरवाल", .phone = "+91 98201 55667") },
    { true,  P("राजेश कुमार वर्मा", .email = "rajesh@verma.in"), P("राजेश वर्मा", .email = "rajesh@verma.in") },
    { true,  P("मोहम्मद आरिफ़ ख़ान", "विप्रो"), P("मो. आरिफ खान", "विप्रो लि.") },
    { true,  P("सुनीता चौधरी", .birth = 19850720, .city = "जयपुर"), P("सुनीता चौधरि", .birth = 19850702, .city = "जयपुर") },
    { true,  P("वर्मा राजेश", .phone = "9811122233"), P("राजेश वर्मा", .phone = "09811122233") },
    { false, P("अनिल शर्मा", "टाटा मोटर्स"), P("सुनील शर्मा", "टाटा मोटर्स") },
    { false, P("राजेश कुमार", .city = "दिल्ली"), P("राकेश कुमार", .city = "दिल्ली") },
    { false, P("प्रिया सिंह"), P("प्रिया सिंह") },
    { false, P("सीता देवी", .phone = "9811100011"), P("गीता देवी", .phone = "9811100022") },
    { false, P("अमित गुप्ता", .birth = 19700505), P("अमित गुप्ता", .birth = 19930917) },
    /* Persian, with Arabic letters and with or without ZWNJ */
    { true,  P("علی‌رضا حسینی", "فولاد مبارکه"), P("علیرضا حسيني", "شرکت فولاد مبارکه (سهامی عام)") },
    { true,  P("دکتر مریم کریمی", .phone = "۰۹۱۲۱۲۳۴۵۶۷"), P("مريم كريمي", .phone = "+98 912 123 4567") },
    { true,  P("مهندس رضا احمدی", .email = "r.ahmadi@saipa.ir"), P("رضا احمدی", .email = "R.Ahmadi@Saipa.ir") },
    { true,  P("سید محمد موسوی", .phone = "02188776655"), P("محمد موسوی", .phone = "۰۲۱-۸۸۷۷۶۶۵۵") },
    { true,  P("زهرا رضایی", .birth = 19880321, .city = "اصفهان"), P("زهرا رضائی", .birth = 19880321, .city = "اصفهان") },
    { true,  P("خانم فاطمه صادقی", "دیجی‌کالا"), P("فاطمه صادقی", "دیجی کالا") },
    { false, P("علی حسینی", "ایران خودرو"), P("امیر حسینی", "ایران خودرو") },
    { false, P("محمد رضایی"), P("محمد رضایی") },
    { false, P("زهرا محمدی", .phone = "09121110001"), P("زهره محمدی", .phone = "09351110002") },
    { false, P("حسن کریمی", .city = "تهران"), P("حسین کریمی", .city = "تهران") },
    { false, P("مریم احمدی", .birth = 19700210), P("مریم احمدی", .birth = 19951130) },
    /* one script is not the other's proof */
    { true,  P("Rafiqul Islam", .phone = "01711223344", .email = "rafiq@padma.bd"), P("রফিকুল ইসলাম", .phone = "০১৭১১২২৩৩৪৪", .email = "rafiq@padma.bd") },
    { false, P("Rafiqul Islam", .city = "Dhaka"), P("রফিকুল ইসলাম", .city = "ঢাকা") },
};

struct company_case { bool is_one; struct { const char *name, *phone, *domain, *city, *address; } x, y; };
static const struct company_case companies[] = {
    { true,  P("Padma Textiles Ltd.", .city = "Dhaka"), P("Padma Textiles (Pvt.) Limited", .city = "Dhaka") },
    { true,  P("The Tata Motors Company", .domain = "tatamotors.com"), P("Tata Motors Ltd", .domain = "https://www.tatamotors.com/about") },
    { true,  P("M/s Sharma Traders", .phone = "011-23456789"), P("Sharma Traders", .phone = "+91 11 2345 6789") },
    { true,  P("পদ্মা টেক্সটাইল লিমিটেড", .city = "ঢাকা"), P("মেসার্স পদ্মা টেক্সটাইল প্রাঃ লিঃ", .city = "ঢাকা") },
    { true,  P("इन्फोसिस प्राइवेट लिमिटेड", .city = "बेंगलुरु"), P("इन्फोसिस प्रा. लि.", .city = "बेंगलुरु", .phone = "080 2852 0261") },
    { true,  P("شرکت فولاد مبارکه (سهامی عام)", .city = "اصفهان"), P("فولاد مبارکه", .city = "اصفهان") },
    { true,  P("داده‌پردازی پارس با مسئولیت محدود", .phone = "021-88001122"), P("شرکت داده پردازی پارس", .phone = "۰۲۱۸۸۰۰۱۱۲۲") },
    { false, P("Padma Textiles Ltd.", .city = "Dhaka"), P("Meghna Textiles Ltd.", .city = "Dhaka") },
    { false, P("Global Trading LLC"), P("International Trading LLC") },
    { false, P("শাপলা ট্রেডার্স", .city = "ঢাকা"), P("গোলাপ ট্রেডার্স", .city = "ঢাকা") },
    { false, P("शर्मा एंटरप्राइजेज", .city = "दिल्ली"), P("वर्मा एंटरप्राइजेज", .city = "दिल्ली") },
    { false, P("گروه صنعتی البرز", .city = "کرج"), P("گروه صنعتی دماوند", .city = "کرج") },
    { false, P("Unit 3 Studio", .city = "Leeds"), P("Unit 4 Studio", .city = "Leeds") },
};
/* clang-format on */

static int64_t days_of_digits(int d)
{
    return d ? days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ d / 10000, d / 100 % 100, d % 100 }) : 0;
}

#define PERSON(p) { .name = str_of((p).name), .company = str_of((p).company), .phone = str_of((p).phone), \
                    .email = str_of((p).email), .city = str_of((p).city), .address = str_of((p).address), \
                    .birth_days = days_of_digits((p).birth) }
#define COMPANY(p) { .name = str_of((p).name), .phone = str_of((p).phone), .domain = str_of((p).domain), \
                     .city = str_of((p).city), .address = str_of((p).address) }

START_TEST(names_in_four_scripts_are_told_apart)
{
    int wrong = 0;
    for (size_t i = 0; i < countof(people); i++) {
        struct match_item x = PERSON(people[i].x), y = PERSON(people[i].y);
        double like = match_person(&x, &y, A);
        if ((like >= MATCH_LIKELY / 100.0) != people[i].is_one || fabs(like - match_person(&y, &x, A)) > 1e-9) {
            printf("%s / %s: %.3f, should be %s\n", people[i].x.name, people[i].y.name, like, people[i].is_one ? "one" : "two");
            wrong++;
        }
    }
    for (size_t i = 0; i < countof(companies); i++) {
        struct match_item x = COMPANY(companies[i].x), y = COMPANY(companies[i].y);
        double like = match_company(&x, &y, A);
        if ((like >= MATCH_LIKELY / 100.0) != companies[i].is_one) {
            printf("%s / %s: %.3f, should be %s\n", companies[i].x.name, companies[i].y.name, like, companies[i].is_one ? "one" : "two");
            wrong++;
        }
    }
    ck_assert_int_eq(wrong, 0);
}
END_TEST

static bool share_a_block(const struct match_item *x, const struct match_item *y)
{
    str bx[16], by[16];
    size_t nx = match_blocks(&A, x, bx, 16), ny = match_blocks(&A, y, by, 16);
    for (size_t i = 0; i < nx; i++)
        for (size_t j = 0; j < ny; j++)
            if (str_eq(bx[i], by[j]))
                return true;
    return false;
}

START_TEST(who_is_one_shares_a_block)
{
    for (size_t i = 0; i < countof(people); i++) {
        struct match_item x = PERSON(people[i].x), y = PERSON(people[i].y);
        if (people[i].is_one && !share_a_block(&x, &y))
            ck_abort_msg("%s / %s", people[i].x.name, people[i].y.name);
    }
    for (size_t i = 0; i < countof(companies); i++) {
        struct match_item x = COMPANY(companies[i].x), y = COMPANY(companies[i].y);
        if (companies[i].is_one && !share_a_block(&x, &y))
            ck_abort_msg("%s / %s", companies[i].x.name, companies[i].y.name);
    }
}
END_TEST

/* ── keys ────────────────────────────────────────────────────────────────── */

static void ck_key(str got, const char *want)
{
    if (!str_eq(got, str_of(want)))
        ck_abort_msg("got <%.*s>, want <%s>", STR_ARG(got), want);
}

START_TEST(keys_see_through_spelling)
{
    ck_key(match_email_key(&A, S(" Rahima.Begum+news@GoogleMail.com ")), "rahimabegum@gmail.com");
    ck_key(match_email_key(&A, S("A.B@firm.ir")), "a.b@firm.ir");
    ck_key(match_email_key(&A, S("no address")), "");
    ck_key(match_email_key(&A, S("a@b@c.com")), "");
    ck_key(match_email_key(&A, S("+x@gmail.com")), "");
    ck_key(match_phone_key(&A, S("01711-223344"), "BD"), "+8801711223344");
    ck_key(match_phone_key(&A, S("০১৭১১-২২৩৩৪৪"), "BD"), "+8801711223344");
    ck_key(match_phone_key(&A, S("+880 1711 223344"), NULL), "+8801711223344");
    ck_key(match_phone_key(&A, S("۰۹۱۲ ۱۲۳ ۴۵۶۷"), "IR"), "+989121234567");
    ck_key(match_phone_key(&A, S("0098 912 123 4567"), "IR"), "+989121234567");
    ck_key(match_phone_key(&A, S("98201 55667"), "IN"), "+919820155667");
    ck_key(match_phone_key(&A, S("0171122"), NULL), "");
    ck_key(match_phone_key(&A, S(""), "BD"), "");
    ck_key(match_domain_key(&A, S("https://www.Meghna.com.bd:8080/x?y")), "meghna.com.bd");
    ck_key(match_domain_key(&A, S("sadia@mail.padma.co.in")), "padma.co.in");
    ck_key(match_domain_key(&A, S("sadia@gmail.com")), "");
    ck_key(match_domain_key(&A, S("x@yahoo.co.in")), "");
    ck_key(match_domain_key(&A, S("co.in")), "");
    ck_key(match_domain_key(&A, S("http://10.0.0.1/")), "");
}
END_TEST

START_TEST(legal_forms_are_no_part_of_a_name)
{
    static const char *const t[][2] = {
        { "Padma Textiles Ltd.", "padma textiles" }, { "Padma Textiles (Pvt.) Limited", "padma textiles" }, { "ACME, Inc.", "acme" },
        { "Foo GmbH & Co. KG", "foo" }, { "Gulf Star L.L.C.", "gulf star" }, { "The Limited Company", "limited" }, { "Limited", "limited" },
        { "পদ্মা টেক্সটাইল লিমিটেড", "পদ্মা টেক্সটাইল" }, { "মেসার্স পদ্মা টেক্সটাইল প্রাঃ লিঃ", "পদ্মা টেক্সটাইল" },
        { "इन्फोसिस प्राइवेट लिमिटेड", "इन्फोसिस" }, { "इन्फोसिस प्रा. लि.", "इन्फोसिस" },
        { "شرکت فولاد مبارکه (سهامی خاص)", "فولاد مبارکه" }, { "داده پردازان با مسئولیت محدود", "داده پردازان" }, { "", "" },
    };
    for (size_t i = 0; i < countof(t); i++) {
        str got = match_company_key(&A, str_of(t[i][0])), want = fold(&A, str_of(t[i][1]));
        if (!str_eq(got, want))
            ck_abort_msg("%s: <%.*s>", t[i][0], STR_ARG(got));
    }
}
END_TEST

/* ── many ────────────────────────────────────────────────────────────────── */

START_TEST(ten_thousand_of_one_name_stay_cheap_and_two_records_of_one_are_found)
{
    enum { N = 10000 };
    struct match_item *v = arena_new(&A, struct match_item, N);
    struct match_pair *p;
    struct err e;
    size_t n;
    for (int i = 0; i < N; i++)
        v[i] = (struct match_item){ .id = i + 1, .name = S("Md. Abdur Rahman"), .phone = arena_fmt(&A, "01711%06d", i / 2 == 42 ? 84 : i) };
    ck_assert(match_all(&A, v, N, false, MATCH_LIKELY / 100.0, &p, &n, &e));
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(p[0].a, 85);
    ck_assert_int_eq(p[0].b, 86);
    ck_assert(match_all(&A, v, 0, false, 0.8, &p, &n, &e));
    ck_assert_uint_eq(n, 0);
}
END_TEST

SUITE("match", 120, setup, teardown,
      names_in_four_scripts_are_told_apart,
      who_is_one_shares_a_block,
      keys_see_through_spelling,
      legal_forms_are_no_part_of_a_name,
      ten_thousand_of_one_name_stay_cheap_and_two_records_of_one_are_found,
      people_of_febrl_are_found,
      restaurants_are_found)
