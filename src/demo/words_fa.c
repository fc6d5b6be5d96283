/* words_fa.c - names and texts of Iran, in Persian. */
#include "demo/words.h"

static const struct demo_name first[] = {
    { "سارا", "sara" }, { "امیر", "amir" }, { "نگار", "negar" }, { "رضا", "reza" }, { "مریم", "maryam" },
    { "حسین", "hossein" }, { "الهام", "elham" }, { "مهدی", "mahdi" }, { "شیرین", "shirin" }, { "کیان", "kian" },
    { "پریسا", "parisa" }, { "بهزاد", "behzad" }, { "لیلا", "leila" }, { "سعید", "saeed" }, { "نازنین", "nazanin" },
    { "فرهاد", "farhad" }, { "مینا", "mina" }, { "آرش", "arash" }, { "زهرا", "zahra" }, { "کامران", "kamran" },
    { "سمیرا", "samira" }, { "پویا", "pouya" }, { "رویا", "roya" }, { "نیما", "nima" },
};
static const struct demo_name last[] = {
    { "کریمی", "karimi" }, { "احمدی", "ahmadi" }, { "رضایی", "rezaei" }, { "موسوی", "mousavi" }, { "حسینی", "hosseini" },
    { "جعفری", "jafari" }, { "صادقی", "sadeghi" }, { "رستمی", "rostami" }, { "نوری", "nouri" }, { "کاظمی", "kazemi" },
    { "شریفی", "sharifi" }, { "مرادی", "moradi" }, { "قاسمی", "ghasemi" }, { "اکبری", "akbari" }, { "فرهادی", "farhadi" },
    { "سلیمانی", "soleimani" }, { "یزدانی", "yazdani" }, { "بهرامی", "bahrami" }, { "طاهری", "taheri" }, { "نیک‌نام", "niknam" },
};
static const struct demo_name firm[] = {
    { "سپیدرود", "sepidrud" }, { "بادگیر", "badgir" }, { "نارستان", "narestan" }, { "زرین‌دشت", "zarindasht" }, { "پونه‌زار", "pounezar" },
    { "شب‌چراغ", "shabcheragh" }, { "آبشاران", "absharan" }, { "کوه‌سار", "kuhsar" }, { "مهرگیاه", "mehrgiah" }, { "سروستانه", "sarvestaneh" },
};
static const struct demo_trade trade[] = {
    { "صنایع غذایی", "foods", "manufacturing" }, { "خشکبار", "nuts", "agriculture" }, { "دارو", "daru", "pharma" },
    { "چای", "tea", "agriculture" }, { "لبنیات", "dairy", "agriculture" }, { "ادویه", "spices", "manufacturing" },
    { "شیمی", "chem", "chemicals" }, { "پخش سراسری", "distribution", "wholesale" },
};
static const char *const cities[] = { "تهران", "کرج", "اصفهان", "مشهد", "تبریز", "شیراز", "قزوین", "رشت" };
static const char *const heads[] = {
    "مدیر خرید", "مدیر کارخانه", "مدیرعامل", "مدیر تولید", "معاون بازرگانی", "رئیس هیئت‌مدیره",
};
static const char *const staff[] = {
    "کارشناس خرید", "مهندس تولید", "حسابدار", "کارشناس کنترل کیفیت", "مهندس نگهداری", "انباردار",
};
static const char *const interests[] = {
    "استعلام قیمت {p}", "{p} برای خط جدید", "درخواست نمایش {p}", "جایگزینی دستگاه قدیمی با {p}",
    "قرارداد خدمات {p}", "{p} پیش از نوروز",
};
static const char *const asks[] = {
    "ما ساعتی {n}۰۰۰ بسته نیاز داریم. {p} جواب می‌دهد؟", "لطفاً پیش‌فاکتور بفرستید؛ تحویل چند روزه است؟",
    "نمایش دستگاه در تهران ممکن است؟",
    "پرداخت اقساطی دارید؟", "برای پودر ادویه کدام مدل مناسب‌تر است؟",
};
static const char *const reached[] = {
    "صحبت شد. ظرفیت لازم ساعتی {n}۰۰۰ بسته است و به {p} علاقه دارند. پیش‌فاکتور خواستند.",
    "بودجه ماه آینده تصویب می‌شود؛ پیش از آن نمایش می‌خواهند.",
    "الان دو شیفت کار می‌کنند و می‌خواهند نیرو کم کنند. فیلم {p} را فرستادم.",
    "از رقیب قیمت گرفته‌اند، نگران خدمات پس از فروش‌اند. شرایط قرارداد را توضیح دادم.",
    "تصمیم با مدیرعامل است؛ وقت جلسه با ایشان گذاشتیم.", "پرسیدند قطعات یدکی چند روزه می‌رسد.",
};
static const char *const missed[] = {
    "پاسخ ندادند؛ عصر دوباره تماس می‌گیرم.", "مشغول بودند، گفتند بعداً تماس بگیریم.",
    "خط خاموش بود. در واتساپ پیام گذاشتم.",
};
static const char *const notes[] = {
    "کارخانه را دیدم: سه دستگاه قدیمی که ماهی دو بار می‌خوابند. با {p} یک خط کافی است.",
    "مالک شخصاً دربارهٔ قیمت صحبت می‌کند؛ تا ۵٪ تخفیف جا دارد.",
    "ضخامت فیلم ۶۰ میکرون. نمونه‌ها به آزمایشگاه رفت.", "اگر پیش از نوروز نصب شود همهٔ سفارش را می‌دهند.",
    "واحد مالی مدارک ارزش افزوده را خواسته است.",
    "رابطهٔ خوبی داریم. از دستگاه پارسال راضی‌اند و به کارخانهٔ دوم هم معرفی می‌کنند.",
};
static const char *const meetings[] = {
    "بازدید از کارخانه", "نمایش {p}", "گفت‌وگو دربارهٔ قیمت", "بازنگری قرارداد خدمات", "جلسه با مدیرعامل",
};
static const char *const minutes[] = {
    "{p} نمایش داده شد؛ از سرعت راضی بودند. پیشنهاد کتبی خواستند.",
    "سه نفر بودند. تضمین تحویل به‌موقع می‌خواهند.", "قیمت را تقریباً پذیرفتند، پرداخت در سه قسط.",
};
static const char *const places[] = { "نمایشگاه دائمی خیابان مطهری", "کارخانهٔ مشتری", "دفتر تهران", "تماس تصویری" };
static const char *const tasks[] = {
    "call:تماس برای پیگیری پیش‌فاکتور", "email:ارسال پیشنهاد {p}", "todo:اعلام نتیجهٔ بستهٔ نمونه",
    "meeting:تعیین روز بازدید از کارخانه",
    "call:صحبت دربارهٔ قسط دوم", "message:ارسال عکس‌های نمایش در واتساپ", "todo:نشان‌دادن پیش‌نویس قرارداد به مدیر",
};
static const char *const needs[] = {
    "بسته‌بندی دستی کند است؛ ساعتی {n}۰۰۰ بسته لازم است", "شکایت از اختلاف وزن باید کم شود",
    "خط جدا برای محصول تازه",
};
static const char *const budgets[] = {
    "برای امسال تصویب شده", "تا ۵ میلیارد تومان", "اگر اقساطی باشد همین حالا", "پس از گرفتن تسهیلات",
};
static const char *const authorities[] = { "خودشان تصمیم می‌گیرند", "مدیرعامل تأیید می‌کند", "کمیتهٔ خرید" };
static const char *const timings[] = { "تا دو ماه دیگر", "پیش از نوروز", "با راه‌افتادن سالن جدید", "همین فصل" };
static const char *const misrouted[] = { "برای شعبهٔ دبی است، تیم لندن ببیند." };
static const char *const duplicate[] = { "همان درخواست ماه پیش است که در جریان است." };
static const char *const incomplete[] = { "نوشته نشده چه چیزی بسته‌بندی می‌کنند و شماره هم ندارد." };
static const char *const wrong[] = { "شماره مال شرکت دیگری است." };
static const char *const outside[] = { "کسب‌وکار خانگی است و به ظرفیت دستگاه نمی‌خورد." };
static const char *const quiet[] = { "فقط دفترچه را گرفته‌اند و قصد خرید ندارند." };
static const char *const level[] = { "کارآموز هستند؛ نام مدیر لازم است." };
static const char *const lost[] = {
    "قیمت سازندهٔ داخلی ۱۲٪ پایین‌تر بود.", "بودجه به سال بعد افتاد.", "سه ماه پاسخی نیامد.",
};
static const char *const won[] = { "با دیدن نمایش دستگاه تصمیم گرفتند.", "به‌خاطر خدمات سریع ما را انتخاب کردند." };
static const char *const steps[] = {
    "تماس دربارهٔ پیش‌فاکتور", "اندازه‌گیری در کارخانه", "ارسال قیمت نهایی", "جلسه با مدیرعامل",
};
static const char *const projects[] = {
    "{p} برای خط جدید", "{p} همراه قرارداد خدمات", "{p} برای کارخانهٔ دوم", "جایگزینی دستگاه قدیمی با {p}",
    "{p}، اقساطی",
};
static const char *const mine[] = {
    "todo:بررسی بودجهٔ طرح نوروزی",
    "email:پاسخ به آژانس دربارهٔ طرح‌ها",
    "meeting:هماهنگی جلسهٔ هفتگی با فروش",
};
static const char *const weekly[] = { "جلسهٔ هفتگی فروش و بازاریابی" };

const struct demo_words demo_words_fa = {
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
