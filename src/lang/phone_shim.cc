/* phone_shim.cc - the only C++ in the house; see phone_shim.h. */
#include "lang/phone_shim.h"
#include <cstring>
#include <phonenumbers/phonenumberutil.h>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static size_t give(const std::string &text, char *out)
{
    if (text.size() >= PHONE_TEXT_MAX)
        return 0;
    memcpy(out, text.data(), text.size());
    return text.size();
}

static bool read(const char *p, size_t n, const char *country, PhoneNumber *number)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    const std::string region = *country ? country : "ZZ";
    return util.Parse(std::string(p, n), region, number) == PhoneNumberUtil::NO_PARSING_ERROR;
}

extern "C" size_t phone_shim_parse(const char *p, size_t n, const char *country, char *out) try {
    PhoneNumber number, again;
    std::string text, same;
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();

    if (!read(p, n, country, &number) || number.has_extension() || !util.IsPossibleNumber(number))
        return 0;
    util.Format(number, PhoneNumberUtil::E164, &text);
    if (text.size() == n && !text.compare(0, n, p, n))
        return give(text, out);                     // what was typed is that name already
    if (!read(text.data(), text.size(), "", &again))
        return 0;
    util.Format(again, PhoneNumberUtil::E164, &same);
    return same == text ? give(text, out) : 0;      // a name of a person's phone must be the only one
} catch (...) {
    return 0;
}

extern "C" size_t phone_shim_show(const char *p, size_t n, const char *home, char *out) try {
    PhoneNumber number;
    std::string text, region;
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();

    if (!read(p, n, "", &number))
        return 0;
    util.GetRegionCodeForNumber(number, &region);
    util.Format(number, region == home ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL, &text);
    return give(text, out);
} catch (...) {
    return 0;
}

extern "C" size_t phone_shim_example(const char *country, char *out) try {
    PhoneNumber number;
    std::string text;
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();

    if (!*country || !util.GetExampleNumberForType(country, PhoneNumberUtil::MOBILE, &number))
        return 0;
    util.Format(number, PhoneNumberUtil::INTERNATIONAL, &text);
    return give(text, out);
} catch (...) {
    return 0;
}

extern "C" int phone_shim_code(const char *country) try {
    return *country ? PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(country) : 0;
} catch (...) {
    return 0;
}
