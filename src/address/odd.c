#include "address/parse.h"
#include "address/plan.h"

/*
 * A character that has no place in a number seldom comes alone: the whole text is something that
 * people paste. Each function below knows one such thing; the first that recognises it names it.
 */
struct odd {
    struct rw_parse *p;
    struct rw_range r;
    size_t at;
    const struct rw_digits *before; /* what was read up to `at` */
};

static uint32_t cp_at(const struct odd *o, size_t i)
{
    return i < o->r.hi ? o->p->marks[i].cp : 0;
}

static bool is_letter(uint32_t cp)
{
    return rw_cp_kind_of(cp) == RW_CP_LETTER;
}

static bool is_wordy(uint32_t cp)
{
    return is_letter(cp) || (cp >= 0x80 && rw_cp_kind_of(cp) == RW_CP_OTHER);
}

static bool is_quote(uint32_t cp)
{
    return cp == '"' || cp == '\'' || cp == '`' || (cp >= 0x2018 && cp <= 0x201f) || cp == 0xab ||
           cp == 0xbb;
}

static int hex_value(uint32_t cp)
{
    if (cp >= '0' && cp <= '9')
        return (int)(cp - '0');
    cp |= 0x20;
    return cp >= 'a' && cp <= 'f' ? (int)(cp - 'a' + 10) : -1;
}

static struct rw_range rest(const struct odd *o)
{
    return (struct rw_range){o->at, o->r.hi};
}

static size_t all_digits(const struct odd *o)
{
    return rw_parse_count_digits(o->p, o->r);
}

static void suggest_before(const struct odd *o, const char *reason)
{
    if (o->before->plus)
        rw_parse_suggest(o->p, o->before->digit, o->before->n, reason);
}

/* The next run of digits with separators inside, from *pos on. *pos moves past it. */
static bool next_run(const struct odd *o, size_t *pos, struct rw_range *ret)
{
    size_t i = *pos;

    while (i < o->r.hi && rw_cp_digit(cp_at(o, i)) < 0 && cp_at(o, i) != '+')
        i++;
    if (i == o->r.hi)
        return false;
    *ret = (struct rw_range){i, i + 1};
    for (i++; i < o->r.hi; i++) {
        if (rw_cp_digit(cp_at(o, i)) >= 0)
            ret->hi = i + 1;
        else if (rw_cp_kind_of(cp_at(o, i)) != RW_CP_SEPARATOR &&
                 rw_cp_kind_of(cp_at(o, i)) != RW_CP_OTHER_SEPARATOR)
            break;
    }
    *pos = i;
    return true;
}

/* The next run that may be a number by itself: not the digits of some word. */
static bool next_number(const struct odd *o, size_t *pos, struct rw_range *ret)
{
    while (next_run(o, pos, ret)) {
        bool plus = cp_at(o, ret->lo) == '+';
        bool glued =
            (ret->lo > o->r.lo && is_letter(cp_at(o, ret->lo - 1))) || is_letter(cp_at(o, ret->hi));

        if (rw_parse_count_digits(o->p, *ret) >= RW_ADDRESS_DIGITS_MIN && (plus || !glued))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ what it may be */

/* `"Bob" <sip:...>`: a name and an address. */
static bool is_name_addr(struct odd *o)
{
    size_t angle = rw_parse_find(o->p, o->r, '<'), pos = angle;
    struct rw_range inner = {angle + 1, o->r.hi}, run;
    struct rw_digits d;

    if (angle == o->r.hi ||
        !(rw_parse_spells(o->p, inner, "sip:") || rw_parse_spells(o->p, inner, "sips:") ||
          rw_parse_spells(o->p, inner, "tel:")))
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.name_addr",
                   (struct rw_range){o->r.lo, angle + 1});
    if (next_run(o, &pos, &run)) {
        rw_parse_gather(o->p, run, &d);
        if (d.plus)
            rw_parse_suggest(o->p, d.digit, d.n, "the number within");
    }
    return true;
}

/* An identifier, 8-4-4-4-12, where a number belongs. */
static bool is_id(struct odd *o)
{
    if (o->r.hi - o->r.lo != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? cp_at(o, o->r.lo + i) != '-' : hex_value(cp_at(o, o->r.lo + i)) < 0)
            return false;
    }
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.is_an_id", o->r);
    return true;
}

/* "client:alice", "queue:...", "phone: +65..." */
static bool is_scheme(struct odd *o)
{
    size_t i = o->r.lo, pos;
    struct rw_range run;
    struct rw_digits d;

    while (is_letter(cp_at(o, i)) || (i > o->r.lo && (cp_at(o, i) == '-' || cp_at(o, i) == '_')))
        i++;
    if (i == o->r.lo || cp_at(o, i) != ':' || (o->r.lo && o->p->marks[o->r.lo - 1].cp == ':'))
        return false; /* a second scheme within a URI is none */
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.scheme_unknown",
                      (struct rw_range){o->r.lo, i + 1});
    pos = i;
    if (next_number(o, &pos, &run)) {
        rw_parse_gather(o->p, run, &d);
        if (d.plus)
            rw_parse_suggest(o->p, d.digit, d.n, "the number within");
    }
    return true;
}

static bool contains(const struct odd *o, const char *word)
{
    for (size_t i = o->r.lo; i < o->r.hi; i++)
        if (rw_parse_spells(o->p, (struct rw_range){i, o->r.hi}, word))
            return true;
    return false;
}

/* "+2772xxxxxxx": digits that somebody hid. */
static bool is_masked(struct odd *o)
{
    uint32_t cp = cp_at(o, o->at);
    size_t end = o->at, masks = 0;

    for (size_t i = o->at; i < o->r.hi; i++) {
        uint32_t other = cp_at(o, i);

        if (other == cp) {
            masks++;
            end = i + 1;
        } else if (other != ' ' && other != '-') {
            break;
        }
    }
    if (masks >= 3 &&
        (cp == 'x' || cp == 'X' || cp == '*' || cp == '?' || cp == '_' || cp == '#')) {
        rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.placeholder",
                          (struct rw_range){o->at, end});
        return true;
    }
    return false;
}

/* "{{phone}}", "<number>", "your_number_here": a form that nobody filled in. */
static bool is_placeholder(struct odd *o)
{
    static const char *const words[] = {
        "{{",     "${",    "{",           "[",       "<",    "%s",   "%d",   "your",      "here",
        "number", "phone", "placeholder", "example", "todo", "null", "none", "undefined", "_id"};

    if (all_digits(o) >= RW_ADDRESS_DIGITS_MIN)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (contains(o, words[i])) {
            rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.placeholder", o->r);
            return true;
        }
    return false;
}

static bool is_service_code(struct odd *o)
{
    uint32_t cp = cp_at(o, o->r.lo);

    if (cp != '#' && cp != '*')
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.service_code",
                      (struct rw_range){o->r.lo, o->r.lo + 1});
    return true;
}

/* "%2B6591234567": encoded once too often on its way here. */
static bool is_percent_encoded(struct odd *o)
{
    bool plus = false;
    char digits[RW_ADDRESS_INPUT_MAX];
    size_t n = 0;

    if (cp_at(o, o->at) != '%' || hex_value(cp_at(o, o->at + 1)) < 0 ||
        hex_value(cp_at(o, o->at + 2)) < 0)
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.percent_encoded",
                   (struct rw_range){o->at, o->at + 3});
    for (size_t i = o->r.lo; i < o->r.hi; i++) {
        uint32_t cp = cp_at(o, i);

        if (cp == '%' && hex_value(cp_at(o, i + 1)) >= 0 && hex_value(cp_at(o, i + 2)) >= 0) {
            cp = (uint32_t)(hex_value(cp_at(o, i + 1)) * 16 + hex_value(cp_at(o, i + 2)));
            i += 2;
        }
        plus |= cp == '+' && n == 0;
        if (rw_cp_digit(cp) >= 0)
            digits[n++] = (char)('0' + rw_cp_digit(cp));
    }
    if (plus)
        rw_parse_suggest(o->p, digits, n, "the same, decoded");
    return true;
}

static bool is_sip_without_scheme(struct odd *o)
{
    if (cp_at(o, o->at) != '@' || o->before->n == 0)
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.sip_no_scheme",
                   (struct rw_range){o->at, o->at + 1});
    suggest_before(o, "the number in front of the host");
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
    if (d.n == power + 1 && (d.plus || d.n >= 10))
        rw_parse_suggest(o->p, d.digit, d.n, "all the digits that are left");
}

/* "6.591234567E9": a spreadsheet has been at it, and digits may be lost. */
static bool is_scientific(struct odd *o)
{
    size_t i = o->r.lo, e;

    if (cp_at(o, i) == '+')
        i++;
    if (rw_cp_digit(cp_at(o, i)) < 0)
        return false;
    while (rw_cp_digit(cp_at(o, i)) >= 0 || cp_at(o, i) == '.' || cp_at(o, i) == ',')
        i++;
    e = i++;
    if (cp_at(o, e) != 'E' && cp_at(o, e) != 'e')
        return false;
    if (cp_at(o, i) == '+')
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
        return 0;
    case 'I':
    case 'l':
    case '|':
    case 0x399: /* Greek iota */
    case 0x406: /* Cyrillic i */
        return 1;
    default:
        return -1;
    }
}

static bool is_lookalike(struct odd *o)
{
    char digits[RW_ADDRESS_INPUT_MAX];
    size_t n = 0, swapped = 0;

    for (size_t i = o->r.lo; i < o->r.hi; i++) {
        uint32_t cp = cp_at(o, i);
        int digit = rw_cp_digit(cp), like = lookalike(cp);
        enum rw_cp_kind kind = rw_cp_kind_of(cp);

        if (digit < 0 && like < 0 && kind != RW_CP_SEPARATOR && kind != RW_CP_OTHER_SEPARATOR &&
            kind != RW_CP_PLUS && kind != RW_CP_OTHER_PLUS)
            return false;
        if (digit >= 0 || like >= 0)
            digits[n++] = (char)('0' + (digit >= 0 ? digit : like));
        swapped += digit < 0 && like >= 0;
    }
    if (swapped == 0 || n < RW_ADDRESS_DIGITS_MIN || swapped * 2 > n)
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.lookalike_letter",
                      (struct rw_range){o->at, o->at + 1});
    if (o->before->plus)
        rw_parse_suggest(o->p, digits, n, "with the digit that the letter looks like");
    return true;
}

/* The digit of a letter on a telephone's keys (ITU-T E.161). */
static int key_of(uint32_t cp)
{
    static const char keys[] = "22233344455566677778889999";

    return keys[(cp | 0x20) - 'a'] - '0';
}

/* "1-800-FLOWERS" */
static bool is_vanity(struct odd *o)
{
    struct rw_digits d = *o->before;
    size_t letters = 0;

    if (d.n == 0 || d.n >= RW_ADDRESS_DIGITS_MIN || !is_letter(cp_at(o, o->at)))
        return false;
    for (size_t i = o->at; i < o->r.hi; i++) {
        uint32_t cp = cp_at(o, i);
        bool letter = is_letter(cp);
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
        rw_parse_note(o->p, "vanity_read", rest(o));
        rw_parse_number(o->p, &d, o->r.hi);
        return true;
    }
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.vanity_letters",
                      (struct rw_range){o->at, o->at + 1});
    if (d.plus || (d.digit[0] == '1' && d.n == 11))
        rw_parse_suggest(o->p, d.digit, d.n, "the letters as they stand on a telephone's keys");
    return true;
}

/* "+12025550123,,1234#": what is to be dialled once the call is up. */
static bool is_post_dial(struct odd *o)
{
    if (o->before->n < RW_ADDRESS_DIGITS_MIN)
        return false;
    for (size_t i = o->at; i < o->r.hi; i++) {
        uint32_t cp = cp_at(o, i);

        if (rw_cp_digit(cp) < 0 && cp != ',' && cp != ';' && cp != '*' && cp != '#' && cp != ' ' &&
            (cp | 0x20) != 'w' && (cp | 0x20) != 'p')
            return false;
    }
    if (rw_parse_count_digits(o->p, rest(o)) >= RW_ADDRESS_DIGITS_MIN && cp_at(o, o->at) == ',' &&
        cp_at(o, o->at + 1) != ',')
        return false; /* a comma between two numbers */
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.post_dial", rest(o));
    suggest_before(o, "the number alone");
    return true;
}

/* The second of several numbers, with the first one's country code if it has none of its own. */
static void suggest_second(struct odd *o, const struct rw_digits *first, struct rw_range run)
{
    struct rw_digits d;
    char digits[RW_ADDRESS_INPUT_MAX + 3];
    size_t code_digits;

    rw_parse_gather(o->p, run, &d);
    if (d.plus) {
        rw_parse_suggest(o->p, d.digit, d.n, "another of the numbers");
    } else if (first->plus && rw_plan_country(first->digit, first->n, &code_digits)) {
        memcpy(digits, first->digit, code_digits);
        memcpy(digits + code_digits, d.digit, d.n);
        rw_parse_suggest(o->p, digits, code_digits + d.n,
                         "another of the numbers, with the same country code");
    }
}

static bool is_several(struct odd *o)
{
    struct rw_range first, run;
    struct rw_digits d;
    size_t pos = o->r.lo;

    if (!next_number(o, &pos, &first))
        return false;
    rw_parse_gather(o->p, first, &d);
    if (!next_number(o, &pos, &run))
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.multiple_numbers", rest(o));
    if (d.plus)
        rw_parse_suggest(o->p, d.digit, d.n, "the first of the numbers");
    do
        suggest_second(o, &d, run);
    while (next_number(o, &pos, &run));
    return true;
}

/* "call +6591234567 now" */
static bool is_text_around(struct odd *o)
{
    struct rw_range run;
    struct rw_digits d;
    size_t pos = o->r.lo;

    if ((!is_wordy(cp_at(o, o->at)) && !is_quote(cp_at(o, o->at)) && cp_at(o, o->at) != '{' &&
         cp_at(o, o->at) != '[' && cp_at(o, o->at) != '<') ||
        !next_number(o, &pos, &run))
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.text_around",
                      run.lo > o->at ? (struct rw_range){o->at, run.lo} : rest(o));
    rw_parse_gather(o->p, run, &d);
    if (d.plus)
        rw_parse_suggest(o->p, d.digit, d.n, "the number within");
    else if (d.n >= 10)
        rw_parse_suggest(o->p, d.digit, d.n, "the number within, with a plus");
    return true;
}

/* "anonymous", "alice", "SIP/201" */
static bool is_no_number(struct odd *o)
{
    bool wordy = false;

    for (size_t i = o->r.lo; i < o->r.hi; i++)
        wordy |= is_wordy(cp_at(o, i));
    if (!wordy || all_digits(o) >= RW_ADDRESS_DIGITS_MIN)
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.not_a_number", o->r);
    o->p->out->code_point = cp_at(o, o->at);
    return true;
}

/* A strange separator, as in "+65_9123_4567": the same without it, if it is the only strange thing. */
static void suggest_without(struct odd *o)
{
    uint32_t odd_cp = cp_at(o, o->at);
    struct rw_digits d;

    for (size_t i = o->r.lo; i < o->r.hi; i++) {
        enum rw_cp_kind kind = rw_cp_kind_of(cp_at(o, i));

        if (cp_at(o, i) == odd_cp ? is_wordy(odd_cp)
                                  : kind == RW_CP_OTHER || kind == RW_CP_LETTER ||
                                        (kind == RW_CP_PLUS && i != o->r.lo))
            return;
    }
    rw_parse_gather(o->p, o->r, &d);
    if (d.plus)
        rw_parse_suggest(o->p, d.digit, d.n, "the same without it");
}

void rw_parse_odd(struct rw_parse *p, struct rw_range r, size_t at, const struct rw_digits *before)
{
    static bool (*const guesses[])(struct odd *) = {
        is_name_addr,          is_id,        is_scheme,  is_service_code, is_scientific,
        is_lookalike,          is_masked,    is_vanity,  is_placeholder,  is_percent_encoded,
        is_sip_without_scheme, is_post_dial, is_several, is_text_around,  is_no_number,
    };
    struct odd o = {p, r, at, before};

    for (size_t i = 0; i < sizeof(guesses) / sizeof(*guesses); i++)
        if (guesses[i](&o))
            return;
    rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.unexpected_char",
                      (struct rw_range){at, at + 1});
    suggest_without(&o);
}
