/* words_hi.c - names and texts of India, in Hindi. */
#include "demo/words.h"

static const struct demo_name first[] = {
    { "राजेश", "rajesh" }, { "प्रिया", "priya" }, { "अमित", "amit" }, { "सुनीता", "sunita" }, { "विवेक", "vivek" },
    { "नेहा", "neha" }, { "अरुण", "arun" }, { "कविता", "kavita" }, { "मनोज", "manoj" }, { "पूजा", "pooja" },
    { "संजय", "sanjay" }, { "रितु", "ritu" }, { "दीपक", "deepak" }, { "अंजलि", "anjali" }, { "राहुल", "rahul" },
    { "शालिनी", "shalini" }, { "सुरेश", "suresh" }, { "मीनाक्षी", "meenakshi" }, { "अभिषेक", "abhishek" }, { "स्वाति", "swati" },
    { "विकास", "vikas" }, { "श्रेया", "shreya" }, { "नितिन", "nitin" }, { "रश्मि", "rashmi" }, { "गौरव", "gaurav" },
    { "अनीता", "anita" }, { "हर्ष", "harsh" }, { "इशिता", "ishita" },
};
static const struct demo_name last[] = {
    { "शर्मा", "sharma" }, { "गुप्ता", "gupta" }, { "वर्मा", "verma" }, { "मिश्रा", "mishra" }, { "अग्रवाल", "agarwal" },
    { "सिंह", "singh" }, { "यादव", "yadav" }, { "घोष", "ghosh" }, { "जोशी", "joshi" }, { "चटर्जी", "chatterjee" },
    { "पटेल", "patel" }, { "तिवारी", "tiwari" }, { "मेहता", "mehta" }, { "सक्सेना", "saxena" }, { "बनर्जी", "banerjee" },
    { "चौहान", "chauhan" }, { "त्रिपाठी", "tripathi" }, { "कपूर", "kapoor" }, { "नायर", "nair" }, { "श्रीवास्तव", "srivastava" },
    { "जैन", "jain" }, { "पांडे", "pandey" },
};
static const struct demo_name firm[] = {
    { "केसरबाग", "kesarbagh" }, { "नीलकुंज", "neelkunj" }, { "स्वर्णधारा", "swarndhara" }, { "वनमाला", "vanmala" }, { "शुभारंग", "shubharang" },
    { "अमृतवन", "amritvan" }, { "हरितिमा", "haritima" }, { "मधुबेला", "madhubela" }, { "कदंबवन", "kadambvan" }, { "चंद्रहास", "chandrahas" },
    { "गुलमेहर", "gulmehar" },
};
static const struct demo_trade trade[] = {
    { "फ़ूड्स", "foods", "manufacturing" }, { "मसाले", "masale", "manufacturing" }, { "फ़ार्मा", "pharma", "pharma" },
    { "चाय कंपनी", "tea", "agriculture" }, { "डेयरी", "dairy", "agriculture" }, { "नमकीन", "snacks", "manufacturing" },
    { "केमिकल्स", "chemicals", "chemicals" }, { "रिटेल", "retail", "retail" }, { "आटा मिल", "flour", "agriculture" },
};
static const char *const cities[] = { "कोलकाता", "पटना", "राँची", "लखनऊ", "दिल्ली", "इंदौर", "कानपुर", "सिलीगुड़ी" };
static const char *const heads[] = {
    "क्रय प्रबंधक", "संयंत्र प्रमुख", "निदेशक", "उत्पादन प्रबंधक", "प्रबंध निदेशक", "संचालन प्रमुख",
};
static const char *const staff[] = {
    "उत्पादन अभियंता", "क्रय अधिकारी", "लेखा अधिकारी", "गुणवत्ता निरीक्षक", "रखरखाव अभियंता", "भंडार अधिकारी",
};
static const char *const interests[] = {
    "{p} का मूल्य चाहिए", "नई लाइन के लिए {p}", "{p} का डेमो देखना है", "पुरानी मशीन की जगह {p}",
    "{p} का सेवा अनुबंध", "दीवाली से पहले {p}",
};
static const char *const asks[] = {
    "हमें प्रति घंटा {n}000 पैकेट चाहिए। क्या {p} से होगा?", "कृपया कोटेशन भेजें, डिलीवरी कितने दिन में होगी?",
    "क्या कोलकाता में डेमो देख सकते हैं?",
    "किश्तों में भुगतान संभव है?", "मसाला पाउडर के लिए कौन-सा मॉडल ठीक रहेगा?",
};
static const char *const reached[] = {
    "बात हुई। प्रति घंटा {n}000 पैकेट की ज़रूरत है, {p} में रुचि है। कोटेशन भेजना है।",
    "अगले महीने बजट स्वीकृत होगा, उससे पहले डेमो चाहते हैं।",
    "अभी दो पालियों में काम होता है; {p} का वीडियो भेज दिया।",
    "दूसरी कंपनी का भाव मिल चुका है, सेवा को लेकर चिंता है। अनुबंध की शर्तें समझाईं।",
    "निर्णय निदेशक लेंगे; उनके साथ बैठक का समय तय हुआ।", "पूछा कि कल-पुर्ज़े कितने दिन में मिलेंगे।",
};
static const char *const missed[] = {
    "फ़ोन नहीं उठाया, शाम को फिर कोशिश करेंगे।", "व्यस्त थे, बाद में बात करने को कहा।",
    "नंबर बंद था। व्हाट्सऐप पर संदेश छोड़ा।",
};
static const char *const notes[] = {
    "कारखाना देखा: तीन पुरानी मशीनें, महीने में दो बार रुकती हैं। {p} से एक ही लाइन में काम हो जाएगा।",
    "मालिक स्वयं दाम पर बात करेंगे; 5% तक छूट की गुंजाइश है।",
    "फ़िल्म की मोटाई 60 माइक्रॉन। नमूने प्रयोगशाला भेजे गए।", "दीवाली से पहले लग जाए तो पूरा ऑर्डर देंगे।",
    "लेखा विभाग ने जीएसटी के काग़ज़ माँगे हैं।",
    "अच्छे संबंध हैं। पिछले साल की मशीन से संतुष्ट हैं, दूसरी इकाई को भी बताएँगे।",
};
static const char *const meetings[] = {
    "कारखाने का दौरा", "{p} का डेमो", "दाम पर चर्चा", "सेवा अनुबंध की समीक्षा", "निदेशक के साथ बैठक",
};
static const char *const minutes[] = {
    "{p} का डेमो हुआ; गति से संतुष्ट। लिखित प्रस्ताव माँगा।",
    "तीन लोग थे। समय पर डिलीवरी का आश्वासन चाहते हैं।", "दाम लगभग मान लिया, भुगतान तीन किश्तों में।",
};
static const char *const places[] = {
    "साल्ट लेक शोरूम", "ग्राहक का कारखाना", "पार्क स्ट्रीट कार्यालय", "वीडियो कॉल",
};
static const char *const tasks[] = {
    "call:कोटेशन मिला या नहीं, फ़ोन करना", "email:{p} का प्रस्ताव भेजना", "todo:नमूना पैकेट का परिणाम बताना",
    "meeting:कारखाने के दौरे का दिन तय करना",
    "call:दूसरी किश्त के बारे में बात", "message:डेमो की तस्वीरें व्हाट्सऐप पर भेजना",
    "todo:अनुबंध का मसौदा निदेशक को दिखाना",
};
static const char *const needs[] = {
    "हाथ से पैकिंग में देर होती है; प्रति घंटा {n}000 पैकेट चाहिए", "वज़न में अंतर की शिकायतें घटानी हैं",
    "नए उत्पाद के लिए अलग लाइन",
};
static const char *const budgets[] = {
    "इस वित्त वर्ष में स्वीकृत", "25 लाख तक", "किश्तों में हो तो अभी", "बैंक ऋण मिलने पर",
};
static const char *const authorities[] = { "स्वयं निर्णय लेते हैं", "निदेशक की स्वीकृति चाहिए", "क्रय समिति" };
static const char *const timings[] = { "दो महीने में", "दीवाली से पहले", "नई इकाई शुरू होने पर", "इसी तिमाही में" };
static const char *const misrouted[] = { "बांग्लादेश शाखा के लिए है, ढाका टीम देखे।" };
static const char *const duplicate[] = { "पिछले महीने का वही अनुरोध, उस पर काम चल रहा है।" };
static const char *const incomplete[] = { "क्या पैक करना है नहीं लिखा, फ़ोन भी नहीं है।" };
static const char *const wrong[] = { "यह नंबर किसी और कंपनी का है।" };
static const char *const outside[] = { "घरेलू कारोबार, मशीन की क्षमता से बहुत छोटा।" };
static const char *const quiet[] = { "केवल पुस्तिका डाउनलोड की, ख़रीदने का विचार नहीं।" };
static const char *const level[] = { "प्रशिक्षु हैं; प्रबंधक का नाम चाहिए।" };
static const char *const lost[] = {
    "स्थानीय विक्रेता का दाम 12% कम था।", "बजट अगले साल पर टल गया।", "तीन महीने से कोई उत्तर नहीं।",
};
static const char *const won[] = { "डेमो देखकर निर्णय लिया।", "तेज़ सेवा के कारण हमें चुना।" };
static const char *const steps[] = {
    "कोटेशन पर फ़ोन", "कारखाने में नाप लेना", "अंतिम दाम भेजना", "निदेशक के साथ बैठक",
};
static const char *const projects[] = {
    "नई लाइन: {p}", "{p} और सेवा अनुबंध", "दूसरी इकाई में {p}", "पुरानी मशीन की जगह {p}", "{p}, किश्तों में",
};
static const char *const mine[] = {
    "call:कल की तीन लीड को दोबारा फ़ोन",
    "message:मेघा को सौदे का सार भेजना",
    "todo:दीवाली अभियान की लीड पर टिप्पणी लिखना",
};
static const char *const weekly[] = { "साप्ताहिक लीड समीक्षा" };

const struct demo_words demo_words_hi = {
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
