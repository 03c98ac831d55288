/*
 * Where the engine says something else than google-libphonenumber, on purpose. A row of the table is the
 * only way for a disagreement to pass, so each `applies` is as narrow as it can be: it looks at what
 * both said, not only at the input.
 */
#include "oracle.h"

#include <stdio.h>
#include <string.h>

/* Longer than E.164 allows. */
static bool is_beyond(const struct oracle_row *theirs)
{
    return strlen(theirs->e164) > 1 + 15;
}

static bool is_invalid(const struct oracle_row *theirs)
{
    return strcmp(theirs->valid, "valid") != 0;
}

static bool has_code(const struct rw_address *ours, const char *code)
{
    return ours->code && strcmp(ours->code, code) == 0;
}

static bool has_note(const struct rw_address *ours, const char *code)
{
    for (uint32_t i = 0; i < ours->note_count; i++)
        if (strcmp(ours->notes[i].code, code) == 0)
            return true;
    return false;
}

static bool suggests(const struct rw_address *ours, const char *e164)
{
    for (uint32_t i = 0; i < ours->suggestion_count; i++)
        if (strcmp(ours->suggestions[i].text, e164) == 0)
            return true;
    return false;
}

/* All digits of the input; false when they are too many. */
static bool digits_of(const char *input, char dst[48])
{
    size_t n = 0;

    for (; *input; input++) {
        if (*input < '0' || *input > '9')
            continue;
        if (n == 47)
            return false;
        dst[n++] = *input;
    }
    dst[n] = '\0';
    return true;
}

static size_t digits_of_code(uint16_t code)
{
    return code >= 100 ? 3 : code >= 10 ? 2 : code ? 1 : 0;
}

/* ------------------------------------------------------------------ trunk prefixes */

/* What is suggested is valid, so google's reading is expected only if it is. */
static bool is_trunk_prefix(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.trunk_prefix") &&
           (is_invalid(theirs) || suggests(ours, theirs->e164));
}

/* Google's number is ours without some digits behind the country code. */
static bool is_shorter(const struct oracle_row *theirs, const struct rw_address *ours)
{
    size_t code = 1 + digits_of_code(ours->country_code), n = strlen(theirs->e164),
           longer = strlen(ours->e164);

    return n > code && n < longer && memcmp(theirs->e164, ours->e164, code) == 0 &&
           strcmp(theirs->e164 + code, ours->e164 + longer - (n - code)) == 0;
}

static bool is_valid_as_it_stands(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return is_invalid(theirs) && ours->valid && is_shorter(theirs, ours) &&
           !has_note(ours, "trunk_prefix_removed");
}

/* Never two different valid numbers. */
static bool is_zero_in_brackets(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_note(ours, "trunk_prefix_removed") && (is_invalid(theirs) || !ours->valid);
}

/* ------------------------------------------------------------------ without a plus */

/* What is suggested are the digits as they stand, or what follows 00 (an extension may follow them). */
static bool is_plus_missing(const struct oracle_row *theirs, const struct rw_address *ours)
{
    char digits[48];
    const char *from = digits;

    if (!has_code(ours, "address.missing_plus") || !digits_of(theirs->input, digits) ||
        !(is_invalid(theirs) || is_beyond(theirs)))
        return false;
    if (strncmp(digits, "00", 2) == 0)
        from += 2;
    for (uint32_t i = 0; i < ours->suggestion_count; i++)
        if (strncmp(from, ours->suggestions[i].text + 1, strlen(ours->suggestions[i].text + 1)) ==
            0)
            return true;
    return false;
}

/* Both readings are suggested, google's among them. */
static bool is_sound_both_ways(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.missing_plus") && ours->suggestion_count > 1 &&
           suggests(ours, theirs->e164);
}

/* Behind 24 digits nothing is read as national any more, and nothing is suggested. */
static bool is_endless(const struct oracle_row *theirs, const struct rw_address *ours)
{
    char digits[48];

    return has_code(ours, "address.missing_plus") && ours->suggestion_count == 0 &&
           digits_of(theirs->input, digits) && strlen(digits) > 24;
}

/* "0160" in Uruguay, where 0160 is dialled before a country code: of four digits there are numbers too. */
static bool is_prefix_alone(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return strcmp(theirs->reason, "cut_short") == 0 && theirs->input[0] != '+' &&
           ours->verdict == RW_ADDRESS_UNASSIGNED;
}

/* ------------------------------------------------------------------ short numbers */

static bool is_short(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.short_code") && strcmp(theirs->shorts, "valid") == 0;
}

static bool is_emergency(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.emergency_number") &&
           (strcmp(theirs->shorts, "emergency") == 0 || strcmp(theirs->shorts, "nearby") == 0);
}

static bool is_emergency_nearby(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.emergency_number") && strcmp(theirs->shorts, "nearby") == 0;
}

/* Behind a trunk prefix, or behind the country code without a plus; and no number otherwise. */
static bool is_emergency_behind(const struct oracle_row *theirs, const struct rw_address *ours)
{
    char digits[48];

    return has_code(ours, "address.emergency_number") && is_invalid(theirs) &&
           digits_of(theirs->input, digits) && strlen(digits) <= 10 &&
           (strcmp(theirs->shorts, "no") == 0 || strcmp(theirs->shorts, "-") == 0);
}

/* 3GPP TS 22.101, 10.1.1: alone or behind a country code, which may be dialled with a prefix. */
static bool is_known_everywhere(const struct oracle_row *theirs, const struct rw_address *ours)
{
    static const char *const numbers[] = {"112", "911", "000", "08", "110", "118", "119", "999"};
    char digits[48], number[16];
    size_t n, all;

    if (!has_code(ours, "address.emergency_number") || !digits_of(theirs->input, digits))
        return false;
    all = strlen(digits);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        (void)snprintf(number, sizeof(number), "%.0u%s", ours->country_code, numbers[i]);
        n = strlen(number);
        if (ours->country_code ? all >= n && strcmp(digits + all - n, number) == 0
                               : strcmp(digits, number) == 0)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ others */

static bool is_beyond_e164(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.too_long_e164") && (is_beyond(theirs) || is_invalid(theirs));
}

static bool is_of_no_country(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return strcmp(theirs->reason, "local_only") == 0 && has_code(ours, "address.too_short") &&
           strcmp(theirs->number_region, "001") == 0;
}

static bool is_satellite(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return ours->type == RW_ADDRESS_SATELLITE && strcmp(theirs->type, "mobile") == 0 &&
           (ours->country_code == 870 || ours->country_code == 881);
}

/* "844 ext. 26": nothing with so few digits has an extension. */
static bool is_too_little_for_extension(const struct oracle_row *theirs,
                                        const struct rw_address *ours)
{
    size_t digits = strcspn(theirs->input, " ex");

    return theirs->input[0] != '+' && digits < 4 && theirs->input[digits] == ' ' &&
           theirs->extension[0] && ours->verdict == RW_ADDRESS_MALFORMED;
}

static bool is_slash_between(const struct oracle_row *theirs, const struct rw_address *ours)
{
    const char *slash = strchr(theirs->input, '/');
    char all[48], behind[48];

    return slash &&
           (has_code(ours, "address.multiple_numbers") ||
            has_code(ours, "address.unexpected_char")) &&
           digits_of(theirs->input, all) && digits_of(slash, behind) && strlen(behind) >= 7 &&
           strlen(all) - strlen(behind) >= 7;
}

/* "901820/21" */
static bool is_other_end(const struct oracle_row *theirs, const struct rw_address *ours)
{
    const char *slash = strrchr(theirs->input, '/');
    char all[48], behind[48];

    return slash && has_code(ours, "address.multiple_numbers") && digits_of(theirs->input, all) &&
           digits_of(slash, behind) && strlen(behind) <= 4 && strlen(all) - strlen(behind) >= 7;
}

static bool is_decimal(const struct oracle_row *theirs, const struct rw_address *ours)
{
    (void)theirs;
    return has_code(ours, "address.decimal_number");
}

const struct oracle_difference oracle_differences[] = {
    {"trunk prefix behind the country code", ORACLE_POSSIBLE, is_trunk_prefix,
     "google drops it; it may as well be a digit too many, so we ask, suggesting google's reading"},
    {"trunk prefix, and impossible without it", ORACLE_FAULT, is_trunk_prefix,
     "the prefix is the fault that stands first"},
    {"valid as it stands", ORACLE_E164, is_valid_as_it_stands,
     "google takes the beginning of a valid number for a trunk prefix (premium numbers of "
     "Belarus)"},
    {"zero in brackets", ORACLE_POSSIBLE, is_zero_in_brackets,
     "(0) is what is not dialled behind the country code, unless the country has no trunk prefix "
     "and its numbers begin with 0; google keeps the zero wherever a number could begin with it"},
    {"zero in brackets: the fault", ORACLE_FAULT, is_zero_in_brackets, "the same"},
    {"zero in brackets: the number", ORACLE_E164, is_zero_in_brackets, "the same"},
    {"sound only with a plus", ORACLE_POSSIBLE, is_plus_missing,
     "no number of the region, but one of another country if a plus were there: we ask"},
    {"sound only with a plus: the fault", ORACLE_FAULT, is_plus_missing, "the same"},
    {"sound both with a plus and without", ORACLE_POSSIBLE, is_sound_both_ways,
     "the digits begin with the region's own country code: nobody can say which was meant"},
    {"more than 24 digits without a plus", ORACLE_POSSIBLE, is_endless,
     "no prefix makes a number of so many digits, so we say what any number needs"},
    {"more than 24 digits without a plus: the fault", ORACLE_FAULT, is_endless, "the same"},
    {"international prefix alone", ORACLE_POSSIBLE, is_prefix_alone,
     "with nothing behind it, it may as well be a national number; neither is assigned"},
    {"more than 15 digits", ORACLE_POSSIBLE, is_beyond_e164,
     "E.164 has no such numbers, and no carrier takes them"},
    {"short code before national number", ORACLE_POSSIBLE, is_short,
     "a telephone that dials these digits reaches the service, not the number"},
    {"emergency before national number", ORACLE_POSSIBLE, is_emergency,
     "what may reach an emergency service is never called"},
    {"emergency everywhere", ORACLE_SHORT, is_known_everywhere,
     "telephones know these numbers without being told, and people dial them abroad"},
    {"emergency nearby", ORACLE_SHORT, is_emergency_nearby,
     "what is an emergency number in another region of the country code, or in the country that "
     "is dialled, may be one here"},
    {"emergency behind a prefix", ORACLE_SHORT, is_emergency_behind,
     "a trunk prefix or country code in front does not make it less of an emergency number"},
    {"no area codes without a country", ORACLE_FAULT, is_of_no_country,
     "google calls digits missing from +979 an area code"},
    {"satellite", ORACLE_TYPE, is_satellite,
     "google calls Inmarsat and the networks of +881 mobile; they cost many times as much"},
    {"extension of next to nothing", ORACLE_FAULT, is_too_little_for_extension,
     "two or three digits with something behind them are no telephone number at all"},
    {"slash between two numbers", ORACLE_POSSIBLE, is_slash_between,
     "seven digits on each side of a slash are rather two numbers than one"},
    {"slash between two numbers: the fault", ORACLE_FAULT, is_slash_between, "the same"},
    {"slash before other last digits", ORACLE_POSSIBLE, is_other_end,
     "901820/21 is read as 901820 and 901821 where people write so"},
    {"decimal places", ORACLE_POSSIBLE, is_decimal,
     "\".0\" behind all the digits is what a program adds that takes them for a number to count "
     "with"},
    {"decimal places: the fault", ORACLE_FAULT, is_decimal, "the same"},
    {"slash before other last digits: the fault", ORACLE_FAULT, is_other_end, "the same"},
};
const size_t oracle_difference_count = sizeof(oracle_differences) / sizeof(*oracle_differences);
