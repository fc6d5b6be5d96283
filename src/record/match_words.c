/* match_words.c - the lists of match_words.h.
 *
 * A list is one string, its entries between bars; it is folded by the same
 * fold() as the names that are compared with it, once per process, into a
 * sorted table.
 */
#include "record/match_words.h"
#include <pthread.h>
#include <stdlib.h>
#include "lang/lang.h"

/* clang-format off */
static const char *const list[WORD_KIND_COUNT] = {
    [WORD_TITLE] =
        "mr|mrs|ms|miss|mx|dr|prof|professor|engr|eng|adv|advocate|barrister|sir|madam|capt|col|maj|rev|hon|esq|jr|sr|phd|mba|"
        "shri|sri|shrimati|smt|kumari|begum|janab|al haj|alhaj|hajji|haji|"
        "জনাব|জনাবা|ডা|ডাঃ|ডক্টর|ড|অধ্যাপক|প্রফেসর|ইঞ্জি|ইঞ্জিনিয়ার|প্রকৌশলী|অ্যাডভোকেট|এডভোকেট|শ্রী|শ্রীমতি|শ্রীমতী|মিসেস|মিস|বেগম|আলহাজ|আলহাজ্ব|হাজী|"
        "श्री|श्रीमती|सुश्री|कुमारी|डॉ|डा|डॉक्टर|प्रो|प्रोफेसर|इंजी|अधिवक्ता|एडवोकेट|जी|साहब|"
        "آقای|آقا|خانم|دکتر|مهندس|پروفسور|استاد|جناب|سرکار|حاج|حاجی|کربلایی|مشهدی|سرهنگ|وکیل",
    [WORD_LEGAL_END] =
        "ltd|limited|pvt|private|pvt ltd|private limited|p ltd|plc|llc|llp|lp|inc|incorporated|corp|corporation|co|company|co ltd|"
        "gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|ab|oy|as|pte|sdn bhd|pty|fze|fzco|fzc|opc|pjsc|psc|est|"
        "লিমিটেড|লিঃ|লি|প্রাইভেট|প্রাঃ|প্রা|প্রাইভেট লিমিটেড|প্রাঃ লিঃ|পিএলসি|পি এল সি|কোম্পানি|কোম্পানী|কোং|এন্ড কোং|ইনক|এলএলসি|করপোরেশন|কর্পোরেশন|"
        "लिमिटेड|लि|प्राइवेट|प्रा|प्राइवेट लिमिटेड|प्रा लि|पीएलसी|कंपनी|कम्पनी|कं|एलएलपी|एलएलसी|इंक|कॉर्पोरेशन|निगम|ओपीसी|"
        "سهامی خاص|سهامی عام|سهامی|با مسئولیت محدود|مسئولیت محدود|با مسوولیت محدود|تضامنی|نسبی|تعاونی|محدود|لیمیتد|هلدینگ سهامی|م م|س خ|س ع|ش",
    [WORD_LEGAL_START] =
        "m s|ms|messrs|the|mss|মেসার্স|মেসাস|মে|দি|দ্য|मेसर्स|मैसर्स|मे|द|شرکت|موسسه|مؤسسه|بنگاه|ش",
    [WORD_COMMON_NAME] =
        "muhammad|syed|মুহাম্মদ|মোসাম্মৎ|কুমার|मुहम्मद|कुमार|kumar|singh|सिंह|محمد|سید|سیده|mosammat",
    [WORD_COMMON_COMPANY] =
        "group|international|global|trading|traders|trade|enterprise|enterprises|industries|industry|solutions|solution|services|"
        "service|technologies|technology|tech|systems|consulting|consultants|associates|agency|holdings|ventures|partners|brothers|bros|"
        "sons|and|of|the|for|foods|textiles|pharma|pharmaceuticals|hospital|clinic|school|college|university|bank|insurance|hotel|"
        "restaurant|cafe|store|stores|shop|center|centre|house|india|bangladesh|iran|"
        "গ্রুপ|ইন্টারন্যাশনাল|আন্তর্জাতিক|ট্রেডিং|ট্রেডার্স|এন্টারপ্রাইজ|এন্টারপ্রাইজেস|ইন্ডাস্ট্রিজ|সলিউশন|সলিউশনস|সার্ভিসেস|সার্ভিস|টেকনোলজি|টেকনোলজিস|"
        "ব্রাদার্স|অ্যান্ড|এন্ড|ও|ফুডস|টেক্সটাইল|টেক্সটাইলস|ফার্মা|ফার্মাসিউটিক্যালস|হাসপাতাল|ক্লিনিক|স্কুল|কলেজ|ব্যাংক|হোটেল|রেস্টুরেন্ট|স্টোর|বাংলাদেশ|"
        "समूह|ग्रुप|इंटरनेशनल|अंतरराष्ट्रीय|ट्रेडिंग|ट्रेडर्स|एंटरप्राइज|एंटरप्राइजेज|इंडस्ट्रीज|उद्योग|सॉल्यूशंस|सर्विसेज|टेक्नोलॉजीज|टेक्नोलॉजी|"
        "ब्रदर्स|एंड|एवं|और|फूड्स|टेक्सटाइल्स|फार्मा|अस्पताल|क्लिनिक|बैंक|होटल|रेस्टोरेंट|स्टोर|स्टोर्स|भारत|इंडिया|"
        "گروه|بین الملل|بین المللی|بازرگانی|تجارت|تجاری|صنایع|صنعت|صنعتی|خدمات|مهندسی|مشاور|مشاورین|تولیدی|تولید|فناوری|"
        "و|برادران|پخش|داروسازی|دارویی|غذایی|نساجی|بیمارستان|کلینیک|بانک|بیمه|هتل|رستوران|فروشگاه|ایران|پارس",
    [WORD_FREE_MAIL] =
        "gmail.com|googlemail.com|icloud.com|me.com|mac.com|aol.com|protonmail.com|proton.me|pm.me|mail.com|mail.ru|yandex.com|yandex.ru|"
        "zoho.com|zohomail.in|rediffmail.com|rediff.com|sify.com|indiatimes.com|chmail.ir|mailfa.com|mihanmail.ir|vatanmail.ir|"
        "tutanota.com|fastmail.com|ymail.com|rocketmail.com|msn.com|qq.com|163.com|126.com|naver.com|inbox.com|hey.com|duck.com",
};

/* Spellings: the first of each line is the one that stands for all. */
static const char *const person_same[] = {
    "muhammad|md|mohd|mohammad|mohammed|mohamed|mohamad|muhammed|muhamad|mohammod|mohamod",
    "মুহাম্মদ|মো|মোঃ|মোহাম্মদ|মোহাম্মাদ|মুহাম্মাদ|মহম্মদ|মোহাঃ|মোঃ|মু",
    "मुहम्मद|मो|मोहम्मद|मोहम्मद|मुहम्मद|मोहमद",
    "mosammat|mst|mosa|most|মোসাম্মৎ|মোসাঃ|মোছাঃ|মোসা|মোছা|মোছাম্মৎ",
    "syed|sayed|saiyed|sayyid|seyed|seyyed|sayyed|said", "সৈয়দ|সাইয়েদ|সৈয়দ",
    "আব্দুল|আবদুল|আব্দুর|আবদুর", "abdul|abdur|abd|abdal|abdool",
    "hussain|hossain|hossein|hosain|husain|hussein|hosen|hussien|hosein", "হোসেন|হোসাইন|হুসাইন|হোসাঈন|হোসেইন",
    "rahman|rehman|rahaman|rohman|rahmaan", "রহমান|রাহমান|রহমানের",
    "chowdhury|chaudhary|chaudhry|choudhury|choudhary|chaudhuri|chowdhuri|chaudhari|choudhry", "চৌধুরী|চৌধুরি|চৌধূরী",
    "चौधरी|चौधरि|चौधुरी", "begum|begam", "khatun|khatoon", "ahmed|ahmad|ahamed|ahmmed|ahammad", "আহমেদ|আহমদ|আহাম্মেদ|আহম্মেদ|আহাম্মদ",
    "islam|eslam|isalm", "akter|akhter|akhtar|aktar", "আক্তার|আখতার|আকতার", "sharma|sarma", "शर्मा|सरमा", "agarwal|aggarwal|agrawal|agarwala",
    "अग्रवाल|अगरवाल", "banerjee|bandyopadhyay|banerji|bannerjee", "ব্যানার্জী|বন্দ্যোপাধ্যায়|ব্যানার্জি|ব্যানার্জী",
    "mukherjee|mukhopadhyay|mukherji", "chatterjee|chattopadhyay|chatterji", "reza|raza|rida", "ali|aly", "hasan|hassan", "hashemi|hashimi",
    "mahdi|mehdi", "roy|ray|rai", "bill|william", "bob|robert", "mike|michael", "tom|thomas", "jim|james", "dave|david", "kate|katherine|catherine|kathryn",
    "liz|elizabeth", "tony|anthony", "joe|joseph", "dan|daniel", "chris|christopher", "nick|nicholas", "steve|stephen|steven", "sam|samuel",
};
static const char *const address_same[] = {
    "street|st|str|sts", "road|rd", "avenue|ave|av|aves", "boulevard|blvd|blv|bl", "drive|dr", "lane|ln", "highway|hwy", "place|pl", "court|ct", "circuit|cct",
    "crescent|cres|cr", "square|sq", "north|n", "south|s", "east|e", "west|w", "apartment|apt|flat", "floor|fl", "building|bldg|bld",
    "house|h", "first|1st", "second|2nd", "third|3rd", "fourth|4th", "fifth|5th", "sixth|6th", "seventh|7th", "eighth|8th", "ninth|9th", "tenth|10th",
    "রোড|রাস্তা|সড়ক|রোডঃ|সড়ক", "বাড়ি|বাসা|বাড়ী|হাউস|বাড়ি", "মার্গ|মার্গ",
    "मार्ग|रोड|सड़क|रास्ता", "मकान|घर|म", "خیابان|خ|خیابون", "کوچه|ک", "پلاک|پ|شماره",
    "بلوار|بلوار", "میدان|م", "ساختمان|ساخ", "طبقه|ط", "واحد|و",
};
/* clang-format on */

struct word_pair { str word, same; };
struct word_table { struct word_pair *v; size_t n; };
static struct word_table kind_table[WORD_KIND_COUNT], person_table, address_table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_word(const void *x, const void *y)
{
    return str_cmp(((const struct word_pair *)x)->word, ((const struct word_pair *)y)->word);
}

static void add(struct arena *a, struct word_table *t, const char *bars, bool is_folded)
{
    str rest = str_of(bars), first = { 0 };

    while (rest.n) {
        str raw = str_cut(&rest, '|'), word = is_folded ? fold(a, raw) : raw;
        first = first.n ? first : word;
        if (word.n)
            t->v[t->n++] = (struct word_pair){ word, first };
    }
}

static void build(void)
{
    static struct arena words;                  /* lives as long as the process */

    words = arena_open(1 << 20);
    for (size_t k = 0; k < WORD_KIND_COUNT; k++) {
        kind_table[k].v = arena_new(&words, struct word_pair, 400);
        add(&words, &kind_table[k], list[k], k != WORD_FREE_MAIL);
        qsort(kind_table[k].v, kind_table[k].n, sizeof *kind_table[k].v, by_word);
    }
    person_table.v = arena_new(&words, struct word_pair, 400);
    for (size_t i = 0; i < countof(person_same); i++)
        add(&words, &person_table, person_same[i], true);
    qsort(person_table.v, person_table.n, sizeof *person_table.v, by_word);
    address_table.v = arena_new(&words, struct word_pair, 400);
    for (size_t i = 0; i < countof(address_same); i++)
        add(&words, &address_table, address_same[i], true);
    qsort(address_table.v, address_table.n, sizeof *address_table.v, by_word);
}

static const struct word_pair *look_up(const struct word_table *t, str word)
{
    struct word_pair key = { .word = word };

    return t->n ? bsearch(&key, t->v, t->n, sizeof *t->v, by_word) : NULL;
}

bool word_is(enum word_kind kind, str folded)
{
    pthread_once(&once, build);
    return look_up(&kind_table[kind], folded) != NULL;
}

str word_person(str folded)
{
    pthread_once(&once, build);
    const struct word_pair *p = look_up(&person_table, folded);
    return p ? p->same : folded;
}

str word_address(str folded)
{
    pthread_once(&once, build);
    const struct word_pair *p = look_up(&address_table, folded);
    return p ? p->same : folded;
}
