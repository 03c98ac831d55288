#include "address/odd.h"

/*
 * A character that has no place in a number seldom comes alone: the whole text is something that people
 * paste. Of the things that it may be, the first that recognises itself names it.
 */

uint32_t rw_odd_at(const struct odd *o, size_t i)
{
    return i < o->r.hi ? o->p->marks[i].cp : 0;
}

bool rw_odd_is_letter(uint32_t cp)
{
    return rw_cp_kind_of(cp) == RW_CP_LETTER;
}

bool rw_odd_is_wordy(uint32_t cp)
{
    return rw_odd_is_letter(cp) || (cp >= 0x80 && rw_cp_kind_of(cp) == RW_CP_OTHER);
}

struct rw_range rw_odd_rest(const struct odd *o)
{
    return (struct rw_range){o->at, o->r.hi};
}

size_t rw_odd_digits(const struct odd *o)
{
    return rw_parse_count_digits(o->p, o->r);
}

/* A strange separator, as in "+65_9123_4567": the same without it, if it is the only strange thing. */
static void suggest_without(struct odd *o)
{
    uint32_t odd_cp = rw_odd_at(o, o->at);
    struct rw_digits d;

    for (size_t i = o->r.lo; i < o->r.hi; i++) {
        enum rw_cp_kind kind = rw_cp_kind_of(rw_odd_at(o, i));

        if (rw_odd_at(o, i) == odd_cp ? rw_odd_is_wordy(odd_cp)
                                      : kind == RW_CP_OTHER || kind == RW_CP_LETTER ||
                                            (kind == RW_CP_PLUS && i != o->r.lo))
            return;
    }
    rw_parse_gather(o->p, o->r, &d);
    rw_parse_suggest_read(o->p, &d, "the same without it");
}

void rw_parse_odd(struct rw_parse *p, struct rw_range r, size_t at, const struct rw_digits *before)
{
    static bool (*const guesses[])(struct odd *) = {
        rw_odd_is_name_addr, /* before the scheme within its brackets */
        rw_odd_is_id,        /* before its letters are words */
        rw_odd_is_scheme,
        rw_odd_is_service_code,
        rw_odd_is_scientific, /* before its E is a letter, its comma a pause */
        rw_odd_is_lookalike,  /* before its letters are words; it wants most of them to be digits */
        rw_odd_is_masked,     /* before its crosses are words, its stars pauses */
        rw_odd_is_vanity,
        rw_odd_is_placeholder,
        rw_odd_is_percent_encoded,
        rw_odd_is_sip_without_scheme,
        rw_odd_is_post_dial, /* before the digits behind a pause are another number */
        rw_odd_is_several,   /* before the text around one of them */
        rw_odd_is_text_around,
        rw_odd_is_no_number,
    };
    struct odd o = {p, r, at, before};

    for (size_t i = 0; i < sizeof(guesses) / sizeof(*guesses); i++)
        if (guesses[i](&o))
            return;
    rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.unexpected_char",
                      (struct rw_range){at, at + 1});
    suggest_without(&o);
}
