#include "address/report.h"

#include "address/words.h"
#include "base/utf8.h"

#include <stdio.h>

#define SHOWN_MAX 48 /* bytes of what stood at the fault */

struct rw_slice rw_address_found(const struct rw_address *address, struct rw_slice input,
                                 char dst[RW_ADDRESS_FOUND_MAX])
{
    const struct rw_address_span *span = &address->span;
    bool named = address->code_point || strcmp(address->code, "address.control_char") == 0;
    struct rw_slice part = {NULL, 0};
    char name[RW_ADDRESS_NAME_MAX];
    size_t n = 0;

    if (named)
        (void)rw_address_code_point_name(address->code_point, name);
    if (named && span->length == 1)
        return (struct rw_slice){dst, (size_t)snprintf(dst, RW_ADDRESS_FOUND_MAX, "%s", name)};
    if (span->byte <= input.n && span->bytes <= input.n - span->byte)
        part = rw_utf8_cut((struct rw_slice){input.p + span->byte, span->bytes}, SHOWN_MAX);
    if (part.n == 0)
        return (struct rw_slice){dst, 0};
    dst[n++] = '"';
    memcpy(dst + n, part.p, part.n);
    n += part.n;
    dst[n++] = '"';
    if (named)
        n += (size_t)snprintf(dst + n, RW_ADDRESS_FOUND_MAX - n, ", beginning with %s", name);
    return (struct rw_slice){dst, n};
}

static enum rw_class class_of(const struct rw_address *address)
{
    const struct rw_words *words = rw_words_of_fault(address->code);

    return words && words->forbidden ? RW_FORBIDDEN : RW_MALFORMED;
}

enum rw_class rw_address_error(const struct rw_address *address, struct rw_slice input,
                               const char *pointer, struct rw_err *err)
{
    char message[sizeof(err->message)], expected[sizeof(err->expected)];
    char found[RW_ADDRESS_FOUND_MAX];
    enum rw_class class;

    if (address->verdict == RW_ADDRESS_OK || !address->code)
        return RW_OK;
    class = class_of(address);
    if (!err)
        return class;
    (void)rw_fail(err, class, address->code, "%s",
                  rw_address_explain(address, message, sizeof(message)));
    rw_err_at(err, pointer, (int32_t)address->span.byte, (int32_t)address->span.length);
    (void)rw_text_clean(err->found, sizeof(err->found), rw_address_found(address, input, found));
    rw_err_expected(err, "%s", rw_address_expected(address, expected, sizeof(expected)));
    if (address->suggestion_count)
        rw_err_suggest(err, "%s", address->suggestions[0].text);
    return class;
}

void rw_address_warning(const struct rw_address *address, uint32_t i, const char *pointer,
                        struct rw_err *err)
{
    const struct rw_address_note *note = &address->notes[i];
    const struct rw_words *words = rw_words_of_note(note->code);
    char name[RW_ADDRESS_NAME_MAX];

    (void)rw_fail(err, RW_OK, words ? words->code : note->code, "%s",
                  rw_address_note_meaning(note->code));
    rw_err_at(err, pointer, (int32_t)note->span.byte, (int32_t)note->span.length);
    if (note->code_point)
        rw_err_found(err, "%s", rw_address_code_point_name(note->code_point, name));
    if (address->e164[0])
        rw_err_suggest(err, "%s", address->e164);
}
