/* words_bn.c - names and texts of Bangladesh, in Bengali. */
#include "demo/words.h"

static const struct demo_name first[] = {
    { "তানভীর", "tanvir" }, { "নুসরাত", "nusrat" }, { "ফারহান", "farhan" }, { "মাহমুদা", "mahmuda" }, { "সাজ্জাদ", "sajjad" },
    { "শারমিন", "sharmin" }, { "ইমরান", "imran" }, { "তাসনিম", "tasnim" }, { "রাকিব", "rakib" }, { "সুমাইয়া", "sumaiya" },
    { "আরিফ", "arif" }, { "লামিয়া", "lamia" }, { "মেহেদী", "mehedi" }, { "জান্নাত", "jannat" }, { "কামরুল", "kamrul" },
    { "রুবিনা", "rubina" }, { "শফিক", "shafiq" }, { "অনন্যা", "ananya" }, { "সৌরভ", "sourav" }, { "তিথি", "tithi" },
    { "জাহিদ", "zahid" }, { "মৌসুমী", "mousumi" }, { "হাসান", "hasan" }, { "ফারজানা", "farzana" }, { "রিয়াদ", "riyad" },
    { "সাবরিনা", "sabrina" }, { "দেবাশীষ", "debashish" }, { "ঐশী", "oishi" }, { "নাঈম", "nayeem" }, { "মিতু", "mitu" },
};
static const struct demo_name last[] = {
    { "আহমেদ", "ahmed" }, { "রহমান", "rahman" }, { "ইসলাম", "islam" }, { "চৌধুরী", "chowdhury" }, { "হোসেন", "hossain" },
    { "খান", "khan" }, { "সরকার", "sarkar" }, { "দাস", "das" }, { "মাহমুদ", "mahmud" }, { "তালুকদার", "talukder" },
    { "ভূঁইয়া", "bhuiyan" }, { "কবির", "kabir" }, { "মজুমদার", "majumder" }, { "সুলতান", "sultan" }, { "বিশ্বাস", "biswas" },
    { "পাটোয়ারী", "patwary" }, { "করিম", "karim" }, { "রায়", "roy" }, { "মোল্লা", "molla" }, { "হায়দার", "haider" },
    { "শিকদার", "sikder" }, { "আলম", "alam" }, { "সিদ্দিকী", "siddiqui" }, { "হক", "haque" },
};
static const struct demo_name firm[] = {
    { "নীলাচল", "nilachal" }, { "মেঘবতী", "meghboti" }, { "শালবন", "shalbon" }, { "কাশফুল", "kashful" }, { "ধানসিঁড়ি", "dhansiri" },
    { "রূপকথা", "rupkotha" }, { "সোনালু", "sonalu" }, { "হিজলতলা", "hijoltola" }, { "চন্দ্রমল্লিকা", "chandramallika" }, { "দখিনা", "dokhina" },
    { "ময়ূরপঙ্খী", "moyurponkhi" }, { "শিউলিবাগ", "shiulibag" }, { "কর্পূরখালি", "korpurkhali" }, { "জোনাকি", "jonaki" }, { "পলাশডাঙ্গা", "polashdanga" },
};
static const struct demo_trade trade[] = {
    { "ফুড প্রোডাক্টস", "foods", "manufacturing" }, { "রাইস মিলস", "rice", "agriculture" }, { "ফার্মাসিউটিক্যালস", "pharma", "pharma" },
    { "স্পাইসেস", "spices", "manufacturing" }, { "ডেইরি", "dairy", "agriculture" }, { "টি এস্টেট", "tea", "agriculture" },
    { "টেক্সটাইলস", "textiles", "textiles" }, { "কসমেটিকস", "cosmetics", "chemicals" }, { "লজিস্টিকস", "logistics", "logistics" },
    { "সুপার শপ", "shops", "retail" }, { "বিস্কুট ফ্যাক্টরি", "biscuits", "manufacturing" },
};
static const char *const cities[] = {
    "ঢাকা", "চট্টগ্রাম", "গাজীপুর", "নারায়ণগঞ্জ", "খুলনা", "সিলেট", "বগুড়া", "রাজশাহী",
};
static const char *const heads[] = {
    "ক্রয় ব্যবস্থাপক", "কারখানা ব্যবস্থাপক", "ব্যবস্থাপনা পরিচালক", "উৎপাদন প্রধান", "পরিচালক (অপারেশনস)",
    "সরবরাহ ব্যবস্থাপক",
};
static const char *const staff[] = {
    "উৎপাদন প্রকৌশলী", "ক্রয় কর্মকর্তা", "হিসাবরক্ষক", "মান নিয়ন্ত্রণ কর্মকর্তা", "রক্ষণাবেক্ষণ প্রকৌশলী",
    "গুদাম কর্মকর্তা",
};
static const char *const interests[] = {
    "{p}-এর দাম জানতে চান", "নতুন লাইনের জন্য {p}", "{p} দেখতে চান", "পুরোনো মেশিন বদলে {p}",
    "{p}-এর সার্ভিস চুক্তি", "ঈদের আগে {p} দরকার",
};
static const char *const asks[] = {
    "আমাদের কারখানায় ঘণ্টায় {n}০০০ প্যাকেট লাগে। {p} কি পারবে?", "একটি কোটেশন পাঠাবেন, ডেলিভারি কত দিনে?",
    "চট্টগ্রামে ডেমো দেখার ব্যবস্থা আছে কি?", "কিস্তিতে কেনা যায় কি না জানাবেন।",
    "গুঁড়া মসলার জন্য কোন মডেলটা ভালো হবে?",
};
static const char *const reached[] = {
    "কথা হয়েছে। চাহিদা ঘণ্টায় {n}০০০ প্যাকেট, {p} নিয়ে আগ্রহী। কোটেশন পাঠাতে বললেন।",
    "আগামী মাসে বাজেট অনুমোদন হবে, তার আগে ডেমো দেখতে চান।",
    "এখন দুই শিফটে চলে; শ্রমিক কমাতে চান। {p}-এর ভিডিও পাঠিয়েছি।",
    "প্রতিযোগীর দর পেয়েছেন, সার্ভিস নিয়ে চিন্তিত। আমাদের চুক্তির শর্ত বুঝিয়ে বললাম।",
    "সিদ্ধান্ত নেবেন পরিচালক; তাঁর সঙ্গে সভার সময় ঠিক হলো।", "খুচরা যন্ত্রাংশ কত দিনে পাওয়া যাবে জানতে চেয়েছেন।",
};
static const char *const missed[] = {
    "ফোন ধরেননি, বিকেলে আবার চেষ্টা করব।", "ব্যস্ত ছিলেন, পরে কল করতে বললেন।",
    "নম্বর বন্ধ। হোয়াটসঅ্যাপে লিখে রেখেছি।",
};
static const char *const notes[] = {
    "কারখানা ঘুরে দেখেছি: তিনটি পুরোনো মেশিন, মাসে দুবার থামে। {p} নিলে একটি লাইনেই হবে।",
    "মালিক নিজে দাম নিয়ে কথা বলবেন; ৫% পর্যন্ত ছাড় আলোচনা করা যায়।",
    "ফিল্মের পুরুত্ব ৬০ মাইক্রন। নমুনা ল্যাবে পাঠানো হয়েছে।", "রমজানের আগে বসাতে পারলে পুরো অর্ডার দেবেন।",
    "হিসাব বিভাগ এলসির কাগজ চেয়েছে।",
    "ভালো সম্পর্ক। গত বছরের মেশিনটি নিয়ে সন্তুষ্ট, অন্য কারখানাকেও বলবেন।",
};
static const char *const meetings[] = {
    "কারখানা পরিদর্শন", "{p} ডেমো", "দর নিয়ে আলোচনা", "সার্ভিস চুক্তির পর্যালোচনা", "পরিচালকের সঙ্গে সভা",
};
static const char *const minutes[] = {
    "{p}-এর ডেমো হলো; গতি নিয়ে সন্তুষ্ট। লিখিত প্রস্তাব চাইলেন।",
    "তিনজন ছিলেন। সময়মতো ডেলিভারির নিশ্চয়তা চান।", "দাম মোটামুটি মেনে নিয়েছেন, পরিশোধ তিন কিস্তিতে চান।",
};
static const char *const places[] = { "তেজগাঁও শোরুম", "গ্রাহকের কারখানা", "গুলশান অফিস", "ভিডিও কল" };
static const char *const tasks[] = {
    "call:কোটেশন পেয়েছেন কি না জানতে কল", "email:{p}-এর প্রস্তাব পাঠানো", "todo:নমুনা প্যাকেটের ফলাফল জানানো",
    "meeting:কারখানা পরিদর্শনের দিন ঠিক করা",
    "call:পরিশোধের দ্বিতীয় কিস্তি নিয়ে কথা", "message:ডেমোর ছবি হোয়াটসঅ্যাপে পাঠানো",
    "todo:চুক্তির খসড়া পরিচালককে দেখানো",
};
static const char *const needs[] = {
    "হাতে প্যাকেট করায় দেরি হয়; ঘণ্টায় {n}০০০ প্যাকেট দরকার", "ওজনে গরমিলের অভিযোগ কমাতে হবে",
    "নতুন পণ্যের জন্য আলাদা লাইন",
};
static const char *const budgets[] = {
    "এই অর্থবছরে অনুমোদিত", "৪০ লাখের মধ্যে", "এলসি খোলা হলে", "কিস্তিতে হলে এখনই",
};
static const char *const authorities[] = { "নিজেই সিদ্ধান্ত নেন", "পরিচালক অনুমোদন দেন", "ক্রয় কমিটি" };
static const char *const timings[] = { "দুই মাসের মধ্যে", "ঈদের আগে", "নতুন ভবন চালু হলে", "এই প্রান্তিকে" };
static const char *const misrouted[] = { "ভারতের শাখার জন্য, কলকাতা দল দেখুক।" };
static const char *const duplicate[] = { "গত মাসের একই অনুরোধ, আগেরটি চলছে।" };
static const char *const incomplete[] = { "কী প্যাকেট করবেন লেখা নেই, ফোনও নেই।" };
static const char *const wrong[] = { "নম্বরটি অন্য প্রতিষ্ঠানের।" };
static const char *const outside[] = { "ঘরোয়া ব্যবসা, মেশিনের মাপ মেলে না।" };
static const char *const quiet[] = { "শুধু পুস্তিকা নামিয়েছেন, কেনার কথা ভাবছেন না।" };
static const char *const level[] = { "শিক্ষানবিশ; ব্যবস্থাপকের নাম লাগবে।" };
static const char *const lost[] = {
    "স্থানীয় সরবরাহকারীর দাম ১২% কম ছিল।", "বাজেট আগামী বছরে গেছে।", "তিন মাস কোনো উত্তর নেই।",
};
static const char *const won[] = { "ডেমো দেখে সিদ্ধান্ত নিয়েছেন।", "দ্রুত সার্ভিসের কারণে আমাদের বেছেছেন।" };
static const char *const steps[] = {
    "কোটেশন নিয়ে কল", "কারখানায় মাপ নেওয়া", "চূড়ান্ত দর পাঠানো", "পরিচালকের সঙ্গে সভা",
};
static const char *const projects[] = {
    "নতুন লাইনে {p}", "{p} ও সার্ভিস চুক্তি", "দ্বিতীয় কারখানায় {p}", "পুরোনো মেশিনের বদলে {p}", "{p}, কিস্তিতে",
};
static const char *const mine[] = {
    "todo:নভেম্বরের পূর্বাভাস দলের সঙ্গে মেলানো",
    "call:শুভ্রর আটকে থাকা ডিল নিয়ে কথা",
    "meeting:এসডিআরদের সঙ্গে সাপ্তাহিক সভা ঠিক করা",
};
static const char *const weekly[] = { "সাপ্তাহিক পাইপলাইন সভা" };

const struct demo_words demo_words_bn = {
    .first = first, .nfirst = countof(first), .last = last, .nlast = countof(last), .firm = firm, .nfirm = countof(firm),
    .trade = trade, .ntrade = countof(trade),
    .cities = TEXTS(cities), .heads = TEXTS(heads), .staff = TEXTS(staff), .interests = TEXTS(interests), .asks = TEXTS(asks),
    .reached = TEXTS(reached), .missed = TEXTS(missed), .notes = TEXTS(notes), .meetings = TEXTS(meetings), .minutes = TEXTS(minutes),
    .places = TEXTS(places), .tasks = TEXTS(tasks), .needs = TEXTS(needs), .budgets = TEXTS(budgets), .authorities = TEXTS(authorities),
    .timings = TEXTS(timings),
    .returned = { TEXTS(misrouted), TEXTS(duplicate), TEXTS(incomplete), TEXTS(wrong), TEXTS(outside), TEXTS(quiet), TEXTS(level) },
    .lost = TEXTS(lost), .won = TEXTS(won), .steps = TEXTS(steps), .projects = TEXTS(projects),
    .mine = TEXTS(mine), .weekly = TEXTS(weekly),
};
