#include "address/address.h"

#include <string.h>

struct word {
    const char *code, *text;
};

/* Each fault once: what is wrong, for a person who does not know telephony. */
static const struct word faults[] = {
    {"address.empty", "there is nothing here"},
    {"address.no_digits", "there are no digits here"},
    {"address.input_too_long", "this is longer than any telephone address"},
    {"address.not_utf8", "this byte is not valid UTF-8"},
    {"address.control_char", "control characters and line breaks are never part of an address"},
    {"address.unicode_refused", "only ASCII characters are accepted here"},
    {"address.separator_refused", "only digits are accepted here, without separators"},
    {"address.uri_refused", "only a plain number is accepted here, no URI"},
    {"address.extension_refused", "no extension is accepted here"},
    {"address.missing_plus", "the number does not begin with '+' and a country code"},
    {"address.plus_misplaced", "a plus belongs only in front of the country code"},
    {"address.cc_leading_zero", "no country code begins with 0"},
    {"address.cc_unassigned", "no country has this code"},
    {"address.too_short", "digits are missing"},
    {"address.too_long", "there are too many digits"},
    {"address.bad_length", "no number of this country has so many digits"},
    {"address.length_for_prefix", "numbers that begin like this have another length"},
    {"address.unassigned_range", "no such number range"},
    {"address.area_code_missing", "the area code is missing"},
    {"address.trunk_prefix", "this prefix is dialled only within the country"},
    {"address.too_long_e164", "a number has at most 15 digits, the country code among them"},
    {"address.short_code", "short numbers work only within one network, not from here"},
    {"address.emergency_number", "emergency numbers are never called through this server"},
    {"address.type_refused", "numbers of this type may not be called"},
    {"address.region_refused", "numbers of this region may not be called"},
    {"address.tel_local_no_context", "a local tel: number needs a phone-context"},
    {"address.phone_context_domain",
     "this phone-context is no country code, so the number means something only there"},
    {"address.unexpected_param", "this parameter has no place after a number"},
    {"address.extension_empty", "the extension has no digits"},
    {"address.extension_too_long", "an extension has at most 15 digits"},
    {"address.unexpected_char", "this character has no place in a number"},
    {"address.lookalike_letter", "this is a letter that looks like a digit"},
    {"address.vanity_letters", "letters stand for digits here"},
    {"address.post_dial", "pauses and digits to dial later are not part of a number"},
    {"address.multiple_numbers", "there is more than one number here"},
    {"address.text_around", "there is text around the number"},
    {"address.not_a_number", "this is not a telephone number"},
    {"address.placeholder", "this is a placeholder that was not filled in"},
    {"address.is_an_id", "this is an identifier, not a number"},
    {"address.scheme_unknown", "addresses of this kind can't be called"},
    {"address.sip_no_scheme", "this looks like a SIP address without its \"sip:\""},
    {"address.sip_no_host", "the host after '@' is missing"},
    {"address.name_addr", "only the address is expected, without a name and brackets"},
    {"address.percent_encoded", "the number is still percent-encoded"},
    {"address.scientific_notation", "a spreadsheet has turned the number into an approximation"},
    {"address.service_code", "service codes are dialled on a telephone, not called"},
};

static const struct word notes[] = {
    {"trimmed", "spaces around it were removed"},
    {"scheme_removed", "the URI's scheme was removed"},
    {"separators_removed", "separators between digits were removed"},
    {"unicode_separator", "separators beyond ASCII were removed"},
    {"fullwidth_digits", "full-width digits were read as digits"},
    {"non_ascii_digits", "digits of another script were read as digits"},
    {"non_ascii_plus", "another plus sign was read as '+'"},
    {"bidi_control_removed", "invisible marks of writing direction were removed"},
    {"invisible_removed", "invisible characters were removed"},
    {"percent_decoded", "percent-encoding was decoded"},
    {"phone_context", "the phone-context was put in front of the number"},
    {"extension", "the number's extension was split off"},
    {"trunk_prefix_removed", "the (0) that is dialled only within the country was removed"},
    {"uri_host_ignored", "the host of the URI is not used: calls leave by the trunk"},
    {"national_to_e164", "the national number was turned into an international one"},
    {"plus_added", "the missing plus was put in front of the country code"},
    {"idd_prefix_replaced", "the international prefix was replaced by a plus"},
    {"fictional", "this number is kept free for films and examples: nobody can answer it"},
    {"vanity_read", "letters were read as the digits of a telephone's keys"},
};

/* Where what may stand is always the same. */
static const struct word expected[] = {
    {"address.empty", "a number such as +6591234567"},
    {"address.no_digits", "a number such as +6591234567"},
    {"address.missing_plus", "'+' and the country code, as in +6591234567"},
    {"address.cc_leading_zero", "a country code: 1 to 9"},
    {"address.cc_unassigned", "an assigned country code, such as 65 or 1"},
    {"address.too_short", "at least 7 digits, the country code among them"},
    {"address.too_long_e164", "at most 15 digits, the country code among them"},
    {"address.short_code", "'+', a country code and the whole number"},
    {"address.emergency_number", "a number that is no emergency number"},
    {"address.tel_local_no_context", "tel:+... or ;phone-context=+ and a country code"},
    {"address.phone_context_domain", "'+' and the digits that come before the number"},
    {"address.unexpected_param", "nothing, or ;ext= and the extension's digits"},
    {"address.sip_no_host", "a host, as in sip:+6591234567@example.com"},
    {"address.extension_empty", "1 to 15 digits"},
    {"address.extension_too_long", "at most 15 digits"},
    {"address.multiple_numbers", "one number for each call"},
    {"address.scheme_unknown", "tel:, sip: or a number such as +6591234567"},
    {"address.scientific_notation", "the number as text, with all its digits"},
};

static const char *const types[RW_ADDRESS_TYPES] = {
    "unknown",  "fixed", "mobile", "fixed_or_mobile", "toll_free", "premium", "shared_cost", "voip",
    "personal", "pager", "uan",    "voicemail",       "satellite"};

static const char *const verdicts[] = {"ok", "unassigned", "impossible", "malformed", "refused"};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char *find(const struct word *words, size_t count, const char *code)
{
    for (size_t i = 0; code && i < count; i++)
        if (strcmp(words[i].code, code) == 0)
            return words[i].text;
    return "";
}

const char *rw_address_message(const char *code)
{
    return find(faults, COUNT(faults), code);
}

const char *rw_address_note_meaning(const char *code)
{
    return find(notes, COUNT(notes), code);
}

const char *rw_address_verdict_name(enum rw_address_verdict verdict)
{
    return (unsigned)verdict < COUNT(verdicts) ? verdicts[verdict] : "";
}

const char *rw_address_type_name(enum rw_address_type type)
{
    return (unsigned)type < RW_ADDRESS_TYPES ? types[type] : "";
}

struct out {
    char *p;
    size_t left; /* with room for the NUL */
};

static void put(struct out *out, const char *text, size_t n)
{
    if (n >= out->left)
        n = out->left ? out->left - 1 : 0;
    memcpy(out->p, text, n);
    out->p += n;
    out->left -= n;
}

static void put_number(struct out *out, unsigned n)
{
    char digits[2] = {(char)('0' + n / 10), (char)('0' + n % 10)};

    put(out, n > 9 ? digits : digits + 1, n > 9 ? 2 : 1);
}

const char *rw_address_expected(const struct rw_address *address, char *dst, size_t size)
{
    const char *fixed = find(expected, COUNT(expected), address->code);
    struct out out = {dst, size};
    bool first = true;

    if (size == 0)
        return dst;
    if (!*fixed && address->allowed_digits) {
        for (unsigned digit = 0; digit < 10; digit++) {
            if (!(address->allowed_digits >> digit & 1))
                continue;
            if (!first)
                put(&out, ", ", 2);
            put_number(&out, digit);
            first = false;
        }
    } else if (!*fixed && address->lengths) {
        for (unsigned n = 1; n < 32; n++) {
            if (!(address->lengths >> n & 1))
                continue;
            if (!first)
                put(&out, ", ", 2);
            put_number(&out, n);
            first = false;
        }
        put(&out, " national digits", 16);
    } else {
        put(&out, fixed, strlen(fixed));
    }
    *out.p = '\0';
    return dst;
}

/* ------------------------------------------------------------------ wip, replaced by the tables */

const char *rw_address_explain(const struct rw_address *address, char *dst, size_t size)
{
    struct out out = {dst, size};
    const char *text = rw_address_message(address->code);

    if (size == 0)
        return dst;
    put(&out, text, strlen(text));
    *out.p = '\0';
    return dst;
}
