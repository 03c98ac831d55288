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
