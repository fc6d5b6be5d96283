/* words_en.c - names and texts of the United Kingdom, in English. */
#include "demo/words.h"

static const struct demo_name first[] = {
    { "Oliver", "oliver" }, { "Amelia", "amelia" }, { "Harriet", "harriet" }, { "Daniel", "daniel" }, { "Priyanka", "priyanka" },
    { "Thomas", "thomas" }, { "Chloe", "chloe" }, { "Kwame", "kwame" }, { "Eleanor", "eleanor" }, { "Rhys", "rhys" },
    { "Aisha", "aisha" }, { "George", "george" }, { "Niamh", "niamh" }, { "Callum", "callum" }, { "Sofia", "sofia" },
    { "Marcus", "marcus" }, { "Imogen", "imogen" }, { "Yusuf", "yusuf" }, { "Grace", "grace" }, { "Stuart", "stuart" },
    { "Bethan", "bethan" }, { "Leon", "leon" },
};
static const struct demo_name last[] = {
    { "Bennett", "bennett" }, { "Hughes", "hughes" }, { "Okafor", "okafor" }, { "Marsh", "marsh" }, { "Fletcher", "fletcher" },
    { "Sutherland", "sutherland" }, { "Doyle", "doyle" }, { "Nowak", "nowak" }, { "Pritchard", "pritchard" }, { "Whitaker", "whitaker" },
    { "Adeyemi", "adeyemi" }, { "Lowe", "lowe" }, { "Kaur", "kaur" }, { "Barlow", "barlow" }, { "Ellison", "ellison" },
    { "Harding", "harding" }, { "Mistry", "mistry" }, { "Quinn", "quinn" },
};
static const struct demo_name firm[] = {
    { "Thornmere", "thornmere" }, { "Saltwick", "saltwick" }, { "Hollowbrook", "hollowbrook" }, { "Larkfield", "larkfield" },
    { "Wrenbury Vale", "wrenburyvale" }, { "Kettlestone", "kettlestone" }, { "Ashgrove Moor", "ashgrovemoor" }, { "Dunmarsh", "dunmarsh" },
    { "Pennock", "pennock" },
};
static const struct demo_trade trade[] = {
    { "Foods", "foods", "manufacturing" }, { "Bakeries", "bakeries", "manufacturing" }, { "Botanicals", "botanicals", "chemicals" },
    { "Coffee Roasters", "coffee", "manufacturing" }, { "Pharma", "pharma", "pharma" }, { "Wholesale", "wholesale", "wholesale" },
    { "Pet Foods", "petfoods", "manufacturing" },
};
static const char *const cities[] = { "London", "Leeds", "Bristol", "Glasgow", "Birmingham", "Cardiff" };
static const char *const heads[] = {
    "Purchasing manager", "Plant director", "Head of operations", "Managing director", "Production manager",
    "Chief engineer",
};
static const char *const staff[] = {
    "Process engineer", "Buyer", "Finance officer", "Quality technician", "Maintenance engineer",
    "Warehouse lead",
};
static const char *const interests[] = {
    "Price of {p}", "{p} for a new line", "Demo of {p}", "Replace the old machine with {p}",
    "Service contract for {p}", "{p} before year end",
};
static const char *const asks[] = {
    "We need {n},000 packs an hour. Would {p} do it?", "Please send a quote. What is your lead time?",
    "Can we see it running somewhere near Leeds?",
    "Do you offer leasing?", "Which model suits fine powders best?",
};
static const char *const reached[] = {
    "Spoke at length. They need {n},000 packs an hour and like {p}. Asked for a quote.",
    "Budget is approved next month; they want a demo before that.",
    "Running two shifts by hand today. Sent the video of {p}.",
    "Have a competing quote and worry about service. Went through our contract terms.",
    "The managing director decides; meeting agreed.", "Wanted to know how fast spare parts arrive.",
};
static const char *const missed[] = {
    "No answer, will try again this afternoon.", "In a meeting, asked me to call back.",
    "Went to voicemail. Left a message.",
};
static const char *const notes[] = {
    "Visited the plant: three old machines that stop twice a month. One line with {p} would do.",
    "The owner talks price himself; room for 5%.",
    "Film is 60 micron. Samples are at the lab.",
    "Full order if it can be installed before the Christmas peak.", "Finance asked for the VAT papers.",
    "Good relationship. Happy with last year's machine and will mention us to the second site.",
};
static const char *const meetings[] = {
    "Plant visit", "Demo of {p}", "Pricing review", "Service contract review", "Meeting with the director",
};
static const char *const minutes[] = {
    "Showed {p}; happy with the speed. Asked for a written proposal.",
    "Three people. They want delivery dates guaranteed.", "Price broadly agreed, three payments.",
};
static const char *const places[] = { "Park Royal showroom", "Customer's plant", "London office", "Video call" };
static const char *const tasks[] = {
    "call:Call about the quote", "email:Send the proposal for {p}", "todo:Report the sample results",
    "meeting:Fix a day for the plant visit",
    "call:Call about the second payment", "message:Send pictures of the demo",
    "todo:Walk the director through the draft contract",
};
static const char *const needs[] = {
    "Packing by hand is too slow; {n},000 packs an hour needed", "Fewer complaints about weights",
    "A separate line for a new product",
};
static const char *const budgets[] = {
    "Approved for this year", "Up to 60,000", "Yes, if leased", "After the board in spring",
};
static const char *const authorities[] = { "Decides alone", "The director approves", "Buying committee" };
static const char *const timings[] = {
    "Within two months", "Before Christmas", "When the new hall opens", "This quarter",
};
static const char *const misrouted[] = { "For the Indian plant, please pass to Kolkata." };
static const char *const duplicate[] = { "Same request as last month, already in progress." };
static const char *const incomplete[] = { "Says nothing about what is packed, and no phone." };
static const char *const wrong[] = { "The number belongs to another company." };
static const char *const outside[] = { "Kitchen-table business, too small for any of our machines." };
static const char *const quiet[] = { "Only downloaded the brochure, not buying." };
static const char *const level[] = { "An intern; we need the manager's name." };
static const char *const lost[] = {
    "A local maker was 12% cheaper.", "The budget moved to next year.", "No reply for three months.",
};
static const char *const won[] = { "The demo decided it.", "Chose us for the fast service." };
static const char *const steps[] = {
    "Call about the quote", "Measure at the plant", "Send the final price", "Meeting with the director",
};
static const char *const projects[] = {
    "{p} for the new line", "{p} with service", "{p} for the second site", "Replacement by {p}", "{p}, leased",
};
static const char *const mine[] = {
    "todo:Go through the quarter with Rezwan",
    "email:Reply to the board about the Tehran figures",
    "call:Call Larkfield about the framework contract",
};
static const char *const weekly[] = { "Weekly pipeline review" };

const struct demo_words demo_words_en = {
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
