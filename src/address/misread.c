#include "address/odd.h"

/* The character that %XX at mark i stands for; 0 = there is no such escape. */
static uint32_t escaped(const struct odd *o, size_t i)
{
    int hi = rw_cp_hex(rw_odd_at(o, i + 1)), lo = rw_cp_hex(rw_odd_at(o, i + 2));

    return rw_odd_at(o, i) == '%' && hi >= 0 && lo >= 0 ? (uint32_t)(hi * 16 + lo) : 0;
}

/* Encoded once too often on its way here. What decodes to more than a number is not suggested. */
bool rw_odd_is_percent_encoded(struct odd *o)
{
    struct rw_digits d = {.n = 0};
    bool clean = true;

    if (!escaped(o, o->at))
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.percent_encoded",
                   (struct rw_range){o->at, o->at + 3});
    for (size_t i = o->r.lo; i < o->r.hi; i++) {
        uint32_t cp = escaped(o, i);
        enum rw_cp_kind kind;

        if (cp)
            i += 2;
        else
            cp = rw_odd_at(o, i);
        kind = rw_cp_kind_of(cp);
        if (kind == RW_CP_PLUS && d.n == 0)
            d.plus = true;
        else if (kind == RW_CP_DIGIT)
            d.digit[d.n++] = (char)cp;
        else
            clean &= kind == RW_CP_SEPARATOR;
    }
    if (clean)
        rw_parse_suggest_read(o->p, &d, "the same, decoded");
    return true;
}

/* Only a mantissa with every digit of the number in it, and no zero filled in, is worth showing. */
static void suggest_mantissa(struct odd *o, struct rw_range mantissa, struct rw_range exponent)
{
    struct rw_digits d, e;
    size_t power = 0;

    rw_parse_gather(o->p, mantissa, &d);
    rw_parse_gather(o->p, exponent, &e);
    for (size_t i = 0; i < e.n && power < 100; i++)
        power = power * 10 + (size_t)(e.digit[i] - '0');
    if (d.n != power + 1)
        return;
    rw_parse_suggest_read(o->p, &d, "all the digits that are left");
    if (!d.plus && d.n >= 10)
        rw_parse_suggest(o->p, d.digit, d.n, "all the digits that are left");
}

/* "6.591234567E9": a spreadsheet has been at it, and digits may be lost. */
bool rw_odd_is_scientific(struct odd *o)
{
    size_t i = o->r.lo, e;

    if (rw_odd_at(o, i) == '+')
        i++;
    if (rw_cp_digit(rw_odd_at(o, i)) < 0)
        return false;
    while (rw_cp_digit(rw_odd_at(o, i)) >= 0 || rw_odd_at(o, i) == '.' || rw_odd_at(o, i) == ',')
        i++;
    e = i++;
    if (rw_odd_at(o, e) != 'E' && rw_odd_at(o, e) != 'e')
        return false;
    if (rw_odd_at(o, i) == '+')
        i++;
    if (i == o->r.hi || rw_parse_count_digits(o->p, (struct rw_range){i, o->r.hi}) != o->r.hi - i)
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.scientific_notation",
                      (struct rw_range){e, o->r.hi});
    suggest_mantissa(o, (struct rw_range){o->r.lo, e}, (struct rw_range){i, o->r.hi});
    return true;
}

/* The digit that a letter is mistaken for; -1 when it is none of those. */
static int lookalike(uint32_t cp)
{
    switch (cp) {
    case 'O':
    case 'o':
    case 0x39f: /* Greek omicron */
    case 0x3bf:
    case 0x41e: /* Cyrillic o */
    case 0x43e:
    case 0xff2f: /* full-width O */
    case 0xff4f:
        return 0;
    case 'I':
    case 'l':
    case '|':
    case 0x399: /* Greek iota */
    case 0x406: /* Cyrillic i */
        return 1;
    case 'Z':
    case 'z':
        return 2;
    case 'S':
    case 's':
        return 5;
    case 'B':
        return 8;
    default:
        return -1;
    }
}

bool rw_odd_is_lookalike(struct odd *o)
{
    struct rw_digits d = {.n = 0};
    size_t swapped = 0;

    for (size_t i = o->r.lo; i < o->r.hi; i++) {
        uint32_t cp = rw_odd_at(o, i);
        int digit = rw_cp_digit(cp), like = lookalike(cp);
        enum rw_cp_kind kind = rw_cp_kind_of(cp);
        bool plus = kind == RW_CP_PLUS || kind == RW_CP_OTHER_PLUS;

        if (plus && i == o->r.lo)
            d.plus = true;
        else if (digit >= 0 || like >= 0)
            d.digit[d.n++] = (char)('0' + (digit >= 0 ? digit : like));
        else if (kind != RW_CP_SEPARATOR && kind != RW_CP_OTHER_SEPARATOR)
            return false;
        swapped += digit < 0 && like >= 0;
    }
    if (swapped == 0 || d.n < RW_ADDRESS_DIGITS_MIN || swapped * 2 > d.n)
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.lookalike_letter",
                      (struct rw_range){o->at, o->at + 1});
    rw_parse_suggest_read(o->p, &d, "with the digit that the letter looks like");
    return true;
}

/* The digit of a letter on a telephone's keys (ITU-T E.161). */
static int key_of(uint32_t cp)
{
    static const char keys[] = "22233344455566677778889999";

    return keys[(cp | 0x20) - 'a'] - '0';
}

/* "1-800-FLOWERS" */
bool rw_odd_is_vanity(struct odd *o)
{
    struct rw_digits d = *o->before;
    size_t letters = 0;

    if (d.n == 0 || d.n >= RW_ADDRESS_DIGITS_MIN || !rw_odd_is_letter(rw_odd_at(o, o->at)))
        return false;
    for (size_t i = o->at; i < o->r.hi; i++) {
        uint32_t cp = rw_odd_at(o, i);
        bool letter = rw_odd_is_letter(cp);
        int digit = letter ? key_of(cp) : rw_cp_digit(cp);

        if (digit < 0 && cp != '-' && cp != '.')
            return false;
        if (letter && cp >= 'a' && d.n < 4)
            return false; /* a word after a few digits */
        if (digit < 0)
            continue;
        letters += letter;
        d.mark[d.n] = (uint16_t)i;
        d.digit[d.n++] = (char)('0' + digit);
    }
    if (letters < 3 || d.n < RW_ADDRESS_DIGITS_MIN || d.n > RW_ADDRESS_DIGITS_MAX)
        return false;
    d.digit[d.n] = '\0';
    if (o->p->policy->accept_vanity) {
        rw_parse_note(o->p, "vanity_read", rw_odd_rest(o));
        rw_parse_number(o->p, &d, o->r.hi);
        return true;
    }
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.vanity_letters",
                      (struct rw_range){o->at, o->at + 1});
    rw_parse_suggest_read(o->p, &d, "the letters as they stand on a telephone's keys");
    if (!d.plus && d.digit[0] == '1' && d.n == 11)
        rw_parse_suggest(o->p, d.digit, d.n, "the letters as they stand on a telephone's keys");
    return true;
}
