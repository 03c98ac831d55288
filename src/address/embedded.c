#include "address/odd.h"

static bool is_quote(uint32_t cp)
{
    return cp == '"' || cp == '\'' || cp == '`' || (cp >= 0x2018 && cp <= 0x201f) || cp == 0xab ||
           cp == 0xbb;
}

/* The next run of digits with separators inside, from *pos on. *pos moves past it. */
static bool next_run(const struct odd *o, size_t *pos, struct rw_range *ret)
{
    size_t i = *pos;

    while (i < o->r.hi && rw_cp_digit(rw_odd_at(o, i)) < 0 && rw_odd_at(o, i) != '+')
        i++;
    if (i == o->r.hi)
        return false;
    *ret = (struct rw_range){i, i + 1};
    for (i++; i < o->r.hi; i++) {
        if (rw_cp_digit(rw_odd_at(o, i)) >= 0)
            ret->hi = i + 1;
        else if (rw_cp_kind_of(rw_odd_at(o, i)) != RW_CP_SEPARATOR &&
                 rw_cp_kind_of(rw_odd_at(o, i)) != RW_CP_OTHER_SEPARATOR)
            break;
    }
    *pos = i;
    return true;
}

/* The next run that may be a number by itself: not the digits of some word. */
static bool next_number(const struct odd *o, size_t *pos, struct rw_range *ret)
{
    while (next_run(o, pos, ret)) {
        bool plus = rw_odd_at(o, ret->lo) == '+';
        bool glued = (ret->lo > o->r.lo && rw_odd_is_letter(rw_odd_at(o, ret->lo - 1))) ||
                     rw_odd_is_letter(rw_odd_at(o, ret->hi));

        if (rw_parse_count_digits(o->p, *ret) >= RW_ADDRESS_DIGITS_MIN && (plus || !glued))
            return true;
    }
    return false;
}

/* `"Bob" <sip:...>`: a name and an address. */
bool rw_odd_is_name_addr(struct odd *o)
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
        rw_parse_suggest_read(o->p, &d, "the number within");
    }
    return true;
}

/* "client:alice", "queue:...", "phone: +65..." */
bool rw_odd_is_scheme(struct odd *o)
{
    size_t i = o->r.lo, pos;
    struct rw_range run;
    struct rw_digits d;

    while (rw_odd_is_letter(rw_odd_at(o, i)) ||
           (i > o->r.lo && (rw_odd_at(o, i) == '-' || rw_odd_at(o, i) == '_')))
        i++;
    if (i == o->r.lo || rw_odd_at(o, i) != ':' || (o->r.lo && o->p->marks[o->r.lo - 1].cp == ':'))
        return false; /* a second scheme within a URI is none */
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.scheme_unknown",
                      (struct rw_range){o->r.lo, i + 1});
    pos = i;
    if (next_number(o, &pos, &run)) {
        rw_parse_gather(o->p, run, &d);
        rw_parse_suggest_read(o->p, &d, "the number within");
    }
    return true;
}

bool rw_odd_is_sip_without_scheme(struct odd *o)
{
    if (rw_odd_at(o, o->at) != '@' || o->before->n == 0)
        return false;
    rw_parse_fault(o->p, RW_ADDRESS_MALFORMED, "address.sip_no_scheme",
                   (struct rw_range){o->at, o->at + 1});
    rw_parse_suggest_read(o->p, o->before, "the number in front of the host");
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
    } else if (!first->plus) {
        rw_parse_suggest_read(o->p, &d, "another of the numbers");
    } else if (rw_plan_country(first->digit, first->n, &code_digits)) {
        memcpy(digits, first->digit, code_digits);
        memcpy(digits + code_digits, d.digit, d.n);
        rw_parse_suggest(o->p, digits, code_digits + d.n,
                         "another of the numbers, with the same country code");
    }
}

bool rw_odd_is_several(struct odd *o)
{
    struct rw_range first, run;
    struct rw_digits d;
    size_t pos = o->r.lo;

    if (!next_number(o, &pos, &first))
        return false;
    rw_parse_gather(o->p, first, &d);
    if (!next_number(o, &pos, &run))
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.multiple_numbers", rw_odd_rest(o));
    rw_parse_suggest_read(o->p, &d, "the first of the numbers");
    do
        suggest_second(o, &d, run);
    while (next_number(o, &pos, &run));
    return true;
}

/* A character that begins or ends what stands around a number, and not one between its digits. */
static bool is_around(const struct odd *o)
{
    uint32_t cp = rw_odd_at(o, o->at);
    bool behind = o->at > o->r.lo && rw_cp_digit(rw_odd_at(o, o->at - 1)) >= 0;
    bool between = behind && rw_cp_digit(rw_odd_at(o, o->at + 1)) >= 0;

    if (o->at == o->r.lo && (cp == '=' || cp == '/'))
        return true; /* a formula of a spreadsheet, a path */
    return !between && (rw_odd_is_wordy(cp) || is_quote(cp) || cp == '{' || cp == '[' || cp == '<');
}

/* "call +6591234567 now" */
bool rw_odd_is_text_around(struct odd *o)
{
    struct rw_range run;
    struct rw_digits d;
    size_t pos = o->r.lo;

    if (!is_around(o) || !next_number(o, &pos, &run))
        return false;
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.text_around",
                      run.lo > o->at ? (struct rw_range){o->at, run.lo} : rw_odd_rest(o));
    rw_parse_gather(o->p, run, &d);
    rw_parse_suggest_read(o->p, &d, "the number within");
    if (!d.plus && d.n >= 10)
        rw_parse_suggest(o->p, d.digit, d.n, "the number within, with a plus");
    return true;
}

/* "+12025550123,,1234#": what is to be dialled once the call is up. */
bool rw_odd_is_post_dial(struct odd *o)
{
    if (o->before->n < RW_ADDRESS_DIGITS_MIN)
        return false;
    for (size_t i = o->at; i < o->r.hi; i++) {
        uint32_t cp = rw_odd_at(o, i);

        if (rw_cp_digit(cp) < 0 && cp != ',' && cp != ';' && cp != '*' && cp != '#' && cp != ' ' &&
            (cp | 0x20) != 'w' && (cp | 0x20) != 'p')
            return false;
    }
    if (rw_parse_count_digits(o->p, rw_odd_rest(o)) >= RW_ADDRESS_DIGITS_MIN &&
        rw_odd_at(o, o->at) == ',' && rw_odd_at(o, o->at + 1) != ',')
        return false; /* a comma between two numbers */
    rw_parse_fault_cp(o->p, RW_ADDRESS_MALFORMED, "address.post_dial", rw_odd_rest(o));
    rw_parse_suggest_read(o->p, o->before, "the number alone");
    return true;
}
