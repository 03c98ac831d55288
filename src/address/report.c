#include "address/report.h"

#include "address/words.h"

static void tell_found(const struct rw_address *address, struct rw_slice input, struct rw_err *err)
{
    const struct rw_address_span *span = &address->span;
    struct rw_slice part = {NULL, 0};
    char name[RW_ADDRESS_NAME_MAX];

    if (span->byte <= input.n && span->bytes <= input.n - span->byte)
        part = (struct rw_slice){input.p + span->byte, span->bytes};
    if (part.n > 48)
        part.n = 48;
    if (address->code_point || strcmp(address->code, "address.control_char") == 0) {
        (void)rw_address_code_point_name(address->code_point, name);
        if (span->length == 1)
            rw_err_found(err, "%s", name);
        else
            rw_err_found(err, "\"%.*s\", beginning with %s", RW_SLICE_ARG(part), name);
    } else if (part.n) {
        rw_err_found(err, "\"%.*s\"", RW_SLICE_ARG(part));
    }
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
    enum rw_class class;

    if (address->verdict == RW_ADDRESS_OK || !address->code)
        return RW_OK;
    class = class_of(address);
    if (!err)
        return class;
    (void)rw_fail(err, class, address->code, "%s",
                  rw_address_explain(address, message, sizeof(message)));
    rw_err_at(err, pointer, (int32_t)address->span.byte, (int32_t)address->span.length);
    tell_found(address, input, err);
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
