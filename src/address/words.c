#include "address/words.h"

#include "address/address.h"

#include <string.h>

static const char *const types[RW_ADDRESS_TYPES] = {
    "unknown",  "fixed", "mobile", "fixed_or_mobile", "toll_free", "premium", "shared_cost", "voip",
    "personal", "pager", "uan",    "voicemail",       "satellite"};

static const char *const verdicts[] = {"ok", "unassigned", "impossible", "malformed", "refused"};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Notes are found by their short code: skip leaves out what all codes of the table begin with. */
static const struct rw_words *find(const struct rw_words *words, size_t count, size_t skip,
                                   const char *code)
{
    size_t low = 0, high = count;

    while (code && low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(code, words[middle].code + skip);

        if (order == 0)
            return &words[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct rw_words *rw_words_of_fault(const char *code)
{
    return find(rw_words_faults, rw_words_fault_count, 0, code);
}

const struct rw_words *rw_words_of_note(const char *code)
{
    return find(rw_words_notes, rw_words_note_count, strlen("address."), code);
}

const char *rw_address_message(const char *code)
{
    const struct rw_words *words = rw_words_of_fault(code);

    return words ? words->message : "";
}

const char *rw_address_note_meaning(const char *code)
{
    const struct rw_words *words = rw_words_of_note(code);

    return words ? words->message : "";
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

bool rw_address_write(const struct rw_address *address, enum rw_address_format format,
                      char dst[RW_ADDRESS_FORMAT_MAX])
{
    struct out out = {dst, RW_ADDRESS_FORMAT_MAX};
    unsigned code = address->country_code;
    size_t code_digits = code >= 100 ? 3 : code >= 10 ? 2 : 1;
    const char *national;

    *dst = '\0';
    if (!address->e164[0] || strlen(address->e164) <= 1 + code_digits)
        return false;
    national = address->e164 + 1 + code_digits;
    if (format == RW_ADDRESS_RFC3966)
        put(&out, "tel:", 4);
    if (format == RW_ADDRESS_E164 || format == RW_ADDRESS_RFC3966) {
        put(&out, address->e164, strlen(address->e164));
    } else {
        if (format == RW_ADDRESS_INTERNATIONAL) {
            put(&out, address->e164, 1 + code_digits);
            put(&out, " ", 1);
        }
        put(&out, national, strlen(national));
    }
    if (address->extension[0] && format != RW_ADDRESS_E164) {
        put(&out, format == RW_ADDRESS_RFC3966 ? ";ext=" : " ext. ",
            format == RW_ADDRESS_RFC3966 ? 5 : 6);
        put(&out, address->extension, strlen(address->extension));
    }
    *out.p = '\0';
    return true;
}

/* ------------------------------------------------------------------ wip, replaced by the tables */

const char *rw_address_region_name(const char *region)
{
    return strcmp(region, "SG") == 0 ? "Singapore" : "";
}

const char *rw_address_data_version(void)
{
    return "google-libphonenumber 3.2.47";
}

const char *rw_address_data_month(void)
{
    return "2026-09";
}
