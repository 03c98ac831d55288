#include "address/parse.h"
#include "address/plan.h"

bool rw_parse_spells(const struct rw_parse *p, struct rw_range r, const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        uint32_t cp;

        if (r.lo + i >= r.hi)
            return false;
        cp = p->marks[r.lo + i].cp;
        if (cp >= 'A' && cp <= 'Z')
            cp += 'a' - 'A';
        if (cp != (unsigned char)text[i])
            return false;
    }
    return true;
}

size_t rw_parse_find(const struct rw_parse *p, struct rw_range r, uint32_t cp)
{
    while (r.lo < r.hi && p->marks[r.lo].cp != cp)
        r.lo++;
    return r.lo;
}

static bool is_separator(uint32_t cp)
{
    enum rw_cp_kind kind = rw_cp_kind_of(cp);

    return kind == RW_CP_SEPARATOR || kind == RW_CP_OTHER_SEPARATOR;
}

/* ------------------------------------------------------------------ the number */

/* A second plus: two numbers side by side, or one number with a plus too many. */
static void stray_plus(struct rw_parse *p, struct rw_range r, size_t at, const struct rw_digits *d)
{
    struct rw_digits all;

    if (d->n >= RW_ADDRESS_DIGITS_MIN &&
        rw_parse_count_digits(p, (struct rw_range){at, r.hi}) >= RW_ADDRESS_DIGITS_MIN) {
        rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.multiple_numbers",
                          (struct rw_range){at, r.hi});
        rw_parse_suggest_read(p, d, "the first number");
        rw_parse_gather(p, (struct rw_range){at, r.hi}, &all);
        rw_parse_suggest(p, all.digit, all.n, "the second number");
        return;
    }
    rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.plus_misplaced",
                      (struct rw_range){at, at + 1});
    rw_parse_gather(p, r, &all);
    rw_parse_suggest(p, all.digit, all.n, "one plus, in front of the country code");
    rw_parse_gather(p, (struct rw_range){at, r.hi}, &all);
    rw_parse_suggest(p, all.digit, all.n, "the number from this plus on");
}

/* "+44 (0)20 ...": the trunk prefix that is dialled within the country, in brackets. */
static bool is_trunk_prefix(const struct rw_parse *p, struct rw_range r, size_t at,
                            const struct rw_digits *d)
{
    const struct rw_country *country;
    size_t code_digits;

    if (!d->plus || d->n == 0 || at + 3 > r.hi || p->marks[at].cp != '(' ||
        p->marks[at + 1].digit != 0 || p->marks[at + 2].cp != ')')
        return false;
    country = rw_plan_country(d->digit, d->n, &code_digits);
    return country && code_digits == d->n && rw_plan_drops_zero(country);
}

/* A slash within one number, as in "030/123456": not both sides are a number of their own. */
static bool is_slash_within(const struct rw_parse *p, struct rw_range r, size_t at,
                            const struct rw_digits *d)
{
    struct rw_range next = {at + 1, r.hi};

    if (p->marks[at].cp != '/' || d->n == 0 || next.lo == r.hi || p->marks[next.lo].digit < 0)
        return false;
    next.hi = rw_parse_find(p, next, '/');
    return d->n < RW_ADDRESS_DIGITS_MIN || rw_parse_count_digits(p, next) < RW_ADDRESS_DIGITS_MIN;
}

static bool take_separator(struct rw_parse *p, struct rw_range r, size_t at)
{
    struct rw_digits all;

    if (!p->policy->accept_separators) {
        rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.separator_refused",
                          (struct rw_range){at, at + 1});
        rw_parse_gather(p, r, &all);
        rw_parse_suggest_read(p, &all, "the digits alone");
        return false;
    }
    rw_parse_note(p, p->marks[at].cp < 0x80 ? "separators_removed" : "unicode_separator",
                  (struct rw_range){at, at + 1});
    return true;
}

static void take_digit(struct rw_parse *p, struct rw_digits *d, size_t at)
{
    enum rw_cp_kind kind = p->marks[at].kind;

    if (kind != RW_CP_DIGIT)
        rw_parse_note(p, kind == RW_CP_WIDE_DIGIT ? "fullwidth_digits" : "non_ascii_digits",
                      (struct rw_range){at, at + 1});
    d->mark[d->n] = (uint16_t)at;
    d->digit[d->n++] = (char)('0' + p->marks[at].digit);
    d->digit[d->n] = '\0';
}

#define EXTENSION_BEHIND 4 /* digits: fewer than that are no number that has one */

/* ";name=value" */
static bool is_param(const struct rw_parse *p, struct rw_range r)
{
    return p->marks[r.lo].cp == ';' && r.lo + 1 < r.hi && p->marks[r.lo + 1].kind == RW_CP_LETTER &&
           rw_parse_find(p, r, '=') < r.hi;
}

/* Something that is neither digit, plus nor separator. True: it began an extension, now read. */
static bool take_tail(struct rw_parse *p, struct rw_range r, size_t at, const struct rw_digits *d)
{
    struct rw_range rest = {at, r.hi}, number = {r.lo, at}, digits;

    if (d->n && is_param(p, rest))
        return rw_parse_params(p, rest, number, NULL);
    if (d->n >= EXTENSION_BEHIND && rw_parse_find_extension(p, rest, &digits)) {
        if (rw_parse_refuse_extension(p, rest, number))
            return false;
        rw_parse_note(p, "extension", rest);
        return rw_parse_extension(p, digits);
    }
    /* What begins like a parameter and is none; behind a mark between two numbers stands a plus. */
    while (++rest.lo < r.hi && rw_cp_is_space(p->marks[rest.lo].cp))
        ;
    if (p->marks[at].cp == ';' && d->n && (rest.lo == r.hi || p->marks[rest.lo].cp != '+'))
        return rw_parse_params(p, (struct rw_range){at, r.hi}, number, NULL);
    rw_parse_odd(p, r, at, d);
    return false;
}

/* "+4930901820.0": a program has taken the number for one to count with. Only of digits without any
 * separator among them; the point is at `at`. */
static bool fault_decimal(struct rw_parse *p, struct rw_range r, size_t at,
                          const struct rw_digits *d)
{
    size_t zeros = at + 1;

    if (p->marks[at].cp != '.' || d->n < RW_ADDRESS_DIGITS_MIN ||
        at - r.lo != d->n + (d->plus ? 1u : 0u))
        return false;
    while (zeros < r.hi && p->marks[zeros].digit == 0)
        zeros++;
    if (zeros < r.hi || zeros == at + 1 || zeros > at + 3)
        return false;
    rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.decimal_number",
                      (struct rw_range){at, r.hi});
    rw_parse_suggest_read(p, d, "the number without the decimal places");
    return true;
}

/* "+49 30 901820/21": the same number but for its last digits. The slash is at `at`. */
static bool fault_other_end(struct rw_parse *p, struct rw_range r, size_t at,
                            const struct rw_digits *d)
{
    struct rw_digits other = *d;
    size_t n = r.hi - at - 1;

    if (p->marks[at].cp != '/' || d->n < RW_ADDRESS_DIGITS_MIN || n == 0 || n > 4 ||
        rw_parse_count_digits(p, (struct rw_range){at + 1, r.hi}) != n)
        return false;
    rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.multiple_numbers",
                      (struct rw_range){at, r.hi});
    rw_parse_suggest_read(p, d, "the first of the numbers");
    for (size_t i = 0; i < n; i++)
        other.digit[d->n - n + i] = (char)('0' + p->marks[at + 1 + i].digit);
    rw_parse_suggest_read(p, &other, "with the other last digits");
    return true;
}

bool rw_parse_collect(struct rw_parse *p, struct rw_range r, struct rw_digits *d, size_t *ret_end)
{
    d->plus = false;
    d->n = 0;
    d->digit[0] = '\0';
    for (size_t i = r.lo; i < r.hi; i++) {
        uint32_t cp = p->marks[i].cp;
        enum rw_cp_kind kind = p->marks[i].kind;

        *ret_end = i + 1;
        if (p->marks[i].digit >= 0) {
            take_digit(p, d, i);
        } else if (kind == RW_CP_PLUS || kind == RW_CP_OTHER_PLUS) {
            if (d->plus || d->n) {
                stray_plus(p, r, i, d);
                return false;
            }
            d->plus = true;
            if (kind == RW_CP_OTHER_PLUS)
                rw_parse_note(p, "non_ascii_plus", (struct rw_range){i, i + 1});
        } else if (is_trunk_prefix(p, r, i, d)) {
            rw_parse_note(p, "trunk_prefix_removed", (struct rw_range){i, i + 3});
            i += 2;
        } else if (fault_decimal(p, r, i, d) || fault_other_end(p, r, i, d)) {
            return false;
        } else if (is_separator(cp) || is_slash_within(p, r, i, d)) {
            if (!take_separator(p, r, i))
                return false;
        } else {
            *ret_end = i;
            if (!take_tail(p, r, i, d))
                return false;
            break;
        }
    }
    if (d->n == 0)
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.no_digits", r);
    return d->n > 0;
}

void rw_parse_scan(struct rw_parse *p, struct rw_range r)
{
    struct rw_digits d;
    size_t end;

    if (rw_parse_collect(p, r, &d, &end))
        rw_parse_number(p, &d, end);
}
