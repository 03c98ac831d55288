/*
 * The control of bench/address: the same list through Debian's libphonenumber.
 *
 *     build/bench/address_control LIST        prints one JSON object
 *
 * Parse, and of what was parsed IsValidNumber and GetNumberType. The list is read, and made into the strings
 * that the library takes, before the clock runs; its patterns are compiled in a first round.
 */
#include <phonenumbers/phonenumberutil.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace
{

using List = std::vector<std::pair<std::string, std::string>>;

struct Counts {
    size_t parsed = 0, valid = 0;
    unsigned types = 0;
};

List read(const char *name)
{
    std::ifstream file(name, std::ios::binary);
    std::string line;
    List list;

    while (std::getline(file, line))
        list.emplace_back(line.substr(0, 2), line.substr(3));
    return list;
}

Counts judge(const List &list, size_t count)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    Counts counts;

    for (size_t i = 0; i < count; i++) {
        PhoneNumber number;

        if (util.Parse(list[i].second, list[i].first, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
            continue;
        counts.parsed++;
        counts.valid += util.IsValidNumber(number);
        counts.types |= 1u << util.GetNumberType(number);
    }
    return counts;
}

double cpu_ns()
{
    timespec ts;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return static_cast<double>(ts.tv_sec) * 1e9 + static_cast<double>(ts.tv_nsec);
}

} // namespace

int main(int argc, char **argv)
{
    List list;
    Counts counts;
    double begin;

    if (argc != 2)
        return 2;
    list = read(argv[1]);
    if (list.empty())
        return 2;
    (void)judge(list, list.size() < 20000 ? list.size() : 20000);
    begin = cpu_ns();
    counts = judge(list, list.size());
    begin = cpu_ns() - begin;
    std::printf("{\"count\": %zu, \"ns\": %.2f, \"parsed\": %zu, \"valid\": %zu, \"types\": %u}\n",
                list.size(), begin / static_cast<double>(list.size()), counts.parsed, counts.valid,
                counts.types);
    return 0;
}
