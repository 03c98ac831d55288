#include "address/plan.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/*
 * Ascending by code. Source: ITU-T, list of assigned country codes (complement to E.164), and
 * ISO 3166-1 for the regions. Code 39 is Italy's and the Vatican's, so it names no single region.
 */
/* clang-format off */
static const struct rw_country countries[] = {
    {1, ""}, {7, ""}, {20, "EG"}, {27, "ZA"}, {30, "GR"}, {31, "NL"}, {32, "BE"}, {33, "FR"},
    {34, "ES"}, {36, "HU"}, {39, ""}, {40, "RO"}, {41, "CH"}, {43, "AT"}, {44, ""}, {45, "DK"},
    {46, "SE"}, {47, ""}, {48, "PL"}, {49, "DE"}, {51, "PE"}, {52, "MX"}, {53, "CU"}, {54, "AR"},
    {55, "BR"}, {56, "CL"}, {57, "CO"}, {58, "VE"}, {60, "MY"}, {61, ""}, {62, "ID"}, {63, "PH"},
    {64, "NZ"}, {65, "SG"}, {66, "TH"}, {81, "JP"}, {82, "KR"}, {84, "VN"}, {86, "CN"}, {90, "TR"},
    {91, "IN"}, {92, "PK"}, {93, "AF"}, {94, "LK"}, {95, "MM"}, {98, "IR"}, {211, "SS"}, {212, ""},
    {213, "DZ"}, {216, "TN"}, {218, "LY"}, {220, "GM"}, {221, "SN"}, {222, "MR"}, {223, "ML"},
    {224, "GN"}, {225, "CI"}, {226, "BF"}, {227, "NE"}, {228, "TG"}, {229, "BJ"}, {230, "MU"},
    {231, "LR"}, {232, "SL"}, {233, "GH"}, {234, "NG"}, {235, "TD"}, {236, "CF"}, {237, "CM"},
    {238, "CV"}, {239, "ST"}, {240, "GQ"}, {241, "GA"}, {242, "CG"}, {243, "CD"}, {244, "AO"},
    {245, "GW"}, {246, "IO"}, {247, "AC"}, {248, "SC"}, {249, "SD"}, {250, "RW"}, {251, "ET"},
    {252, "SO"}, {253, "DJ"}, {254, "KE"}, {255, "TZ"}, {256, "UG"}, {257, "BI"}, {258, "MZ"},
    {260, "ZM"}, {261, "MG"}, {262, ""}, {263, "ZW"}, {264, "NA"}, {265, "MW"}, {266, "LS"},
    {267, "BW"}, {268, "SZ"}, {269, "KM"}, {290, ""}, {291, "ER"}, {297, "AW"}, {298, "FO"},
    {299, "GL"}, {350, "GI"}, {351, "PT"}, {352, "LU"}, {353, "IE"}, {354, "IS"}, {355, "AL"},
    {356, "MT"}, {357, "CY"}, {358, ""}, {359, "BG"}, {370, "LT"}, {371, "LV"}, {372, "EE"},
    {373, "MD"}, {374, "AM"}, {375, "BY"}, {376, "AD"}, {377, "MC"}, {378, "SM"}, {379, "VA"},
    {380, "UA"}, {381, "RS"}, {382, "ME"}, {383, "XK"}, {385, "HR"}, {386, "SI"}, {387, "BA"},
    {389, "MK"}, {420, "CZ"}, {421, "SK"}, {423, "LI"}, {500, "FK"}, {501, "BZ"}, {502, "GT"},
    {503, "SV"}, {504, "HN"}, {505, "NI"}, {506, "CR"}, {507, "PA"}, {508, "PM"}, {509, "HT"},
    {590, ""}, {591, "BO"}, {592, "GY"}, {593, "EC"}, {594, "GF"}, {595, "PY"}, {596, "MQ"},
    {597, "SR"}, {598, "UY"}, {599, ""}, {670, "TL"}, {672, "NF"}, {673, "BN"}, {674, "NR"},
    {675, "PG"}, {676, "TO"}, {677, "SB"}, {678, "VU"}, {679, "FJ"}, {680, "PW"}, {681, "WF"},
    {682, "CK"}, {683, "NU"}, {685, "WS"}, {686, "KI"}, {687, "NC"}, {688, "TV"}, {689, "PF"},
    {690, "TK"}, {691, "FM"}, {692, "MH"}, {800, "001"}, {808, "001"}, {850, "KP"}, {852, "HK"},
    {853, "MO"}, {855, "KH"}, {856, "LA"}, {870, "001"}, {878, "001"}, {880, "BD"}, {881, "001"},
    {882, "001"}, {883, "001"}, {886, "TW"}, {888, "001"}, {960, "MV"}, {961, "LB"}, {962, "JO"},
    {963, "SY"}, {964, "IQ"}, {965, "KW"}, {966, "SA"}, {967, "YE"}, {968, "OM"}, {970, "PS"},
    {971, "AE"}, {972, "IL"}, {973, "BH"}, {974, "QA"}, {975, "BT"}, {976, "MN"}, {977, "NP"},
    {979, "001"}, {992, "TJ"}, {993, "TM"}, {994, "AZ"}, {995, "GE"}, {996, "KG"}, {998, "UZ"},
};
/* clang-format on */

/* The regions that share a code. */
static const struct {
    char region[3];
    uint16_t code;
} sharing[] = {
    {"US", 1},   {"CA", 1},   {"AG", 1},   {"AI", 1},   {"AS", 1},   {"BB", 1},   {"BM", 1},
    {"BS", 1},   {"DM", 1},   {"DO", 1},   {"GD", 1},   {"GU", 1},   {"JM", 1},   {"KN", 1},
    {"KY", 1},   {"LC", 1},   {"MP", 1},   {"MS", 1},   {"PR", 1},   {"SX", 1},   {"TC", 1},
    {"TT", 1},   {"VC", 1},   {"VG", 1},   {"VI", 1},   {"RU", 7},   {"KZ", 7},   {"IT", 39},
    {"GB", 44},  {"GG", 44},  {"IM", 44},  {"JE", 44},  {"NO", 47},  {"SJ", 47},  {"AU", 61},
    {"CC", 61},  {"CX", 61},  {"MA", 212}, {"EH", 212}, {"RE", 262}, {"YT", 262}, {"SH", 290},
    {"TA", 290}, {"FI", 358}, {"AX", 358}, {"GP", 590}, {"BL", 590}, {"MF", 590}, {"CW", 599},
    {"BQ", 599},
};

/*
 * Emergency numbers by country code, each list between spaces. Sources: 3GPP TS 22.101, clause 10.1.1
 * (112 and 911 everywhere; 000, 08, 110, 118, 119 and 999 where a telephone was told no others), and
 * the national numbers that the countries notified to ITU-T (Operational Bulletin, national numbering
 * plans under E.129).
 */
#define EVERYWHERE " 112 911 "
#define UNTOLD " 000 08 110 118 119 999 "

static const struct {
    uint16_t code;
    const char *numbers;
} emergencies[] = {
    {1, " 911 "},
    {7, " 101 102 103 104 "},
    {20, " 122 123 180 "},
    {27, " 10111 10177 "},
    {30, " 100 166 199 "},
    {32, " 100 101 "},
    {33, " 15 17 18 114 "},
    {34, " 061 080 091 "},
    {36, " 104 105 107 "},
    {39, " 113 115 118 "},
    {41, " 117 118 144 "},
    {43, " 122 133 144 "},
    {44, " 999 "},
    {47, " 110 113 "},
    {48, " 997 998 999 "},
    {49, " 110 "},
    {51, " 105 106 116 "},
    {52, " 066 "},
    {54, " 100 101 107 "},
    {55, " 190 192 193 "},
    {56, " 131 132 133 "},
    {57, " 123 "},
    {58, " 171 "},
    {60, " 999 "},
    {61, " 000 106 "},
    {62, " 110 113 118 119 "},
    {63, " 117 "},
    {64, " 111 "},
    {65, " 995 999 "},
    {66, " 191 199 1669 "},
    {81, " 110 118 119 "},
    {82, " 119 "},
    {84, " 113 114 115 "},
    {86, " 110 119 120 122 "},
    {91, " 100 101 102 108 "},
    {92, " 15 16 115 1122 "},
    {94, " 110 118 119 "},
    {98, " 110 115 125 "},
    {353, " 999 "},
    {852, " 999 "},
    {853, " 999 "},
    {886, " 110 119 "},
    {960, " 102 118 119 "},
    {965, " 112 "},
    {966, " 997 998 999 "},
    {971, " 997 998 999 "},
    {972, " 100 101 102 "},
    {974, " 999 "},
};

static const struct rw_country *find(unsigned code)
{
    size_t lo = 0, hi = COUNT(countries);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (countries[mid].code == code)
            return &countries[mid];
        if (countries[mid].code < code)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

const struct rw_country *rw_plan_country(const char *digits, size_t n, size_t *ret_digits)
{
    unsigned code = 0;

    /* No code is the beginning of another one, so the first found is the one. */
    for (size_t i = 0; i < n && i < 3; i++) {
        const struct rw_country *country;

        code = code * 10 + (unsigned)(digits[i] - '0');
        country = find(code);
        if (country) {
            *ret_digits = i + 1;
            return country;
        }
    }
    *ret_digits = n < 3 ? n : 3;
    return NULL;
}

uint16_t rw_plan_code_of(const char *region)
{
    for (size_t i = 0; i < COUNT(sharing); i++)
        if (strcmp(sharing[i].region, region) == 0)
            return sharing[i].code;
    for (size_t i = 0; i < COUNT(countries); i++)
        if (region[0] && strcmp(countries[i].region, region) == 0)
            return countries[i].code;
    return 0;
}

enum rw_address_type rw_plan_type_of(uint16_t country_code)
{
    switch (country_code) {
    case 800:
        return RW_ADDRESS_TOLL_FREE;
    case 808:
        return RW_ADDRESS_SHARED_COST;
    case 870:
    case 881:
        return RW_ADDRESS_SATELLITE;
    case 878:
        return RW_ADDRESS_PERSONAL;
    case 979:
        return RW_ADDRESS_PREMIUM;
    default:
        return RW_ADDRESS_TYPE_UNKNOWN;
    }
}

static bool lists(const char *numbers, const char *digits, size_t n)
{
    for (const char *p = numbers + 1; *p; p = strchr(p, ' ') + 1)
        if (strncmp(p, digits, n) == 0 && p[n] == ' ')
            return true;
    return false;
}

bool rw_plan_is_emergency(uint16_t country_code, const char *digits, size_t n)
{
    if (n < 2 || n > 5)
        return false;
    if (lists(EVERYWHERE, digits, n))
        return true;
    if (country_code == 0)
        return lists(UNTOLD, digits, n);
    for (size_t i = 0; i < COUNT(emergencies); i++)
        if (emergencies[i].code == country_code)
            return lists(emergencies[i].numbers, digits, n);
    return false;
}
