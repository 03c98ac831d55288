#include "address/address.h"

#include "address/parse.h"
#include "address/plan.h"

static const struct rw_address_policy defaults = {
    .accept_national = true,
    .accept_uris = true,
    .accept_separators = true,
    .accept_unicode = true,
    .accept_extensions = true,
};

void rw_address_policy_init(struct rw_address_policy *policy)
{
    *policy = defaults;
}

/* ------------------------------------------------------------------ spans, notes, suggestions */

/* Of [lo, hi); an empty range is the place before mark lo. */
static struct rw_address_span span_of(const struct rw_parse *p, struct rw_range r)
{
    const struct rw_mark *from, *to;
    struct rw_address_span span = {0};

    if (p->n == 0)
        return span;
    from = &p->marks[r.lo < p->n ? r.lo : p->n - 1];
    to = &p->marks[r.hi > r.lo && r.hi <= p->n ? r.hi - 1 : p->n - 1];
    span.at = r.lo < p->n ? from->at : (uint32_t)from->at + from->length;
    span.byte = r.lo < p->n ? from->byte : (uint32_t)from->byte + from->bytes;
    if (r.hi > r.lo && r.lo < p->n) {
        span.length = (uint32_t)to->at + to->length - span.at;
        span.bytes = (uint32_t)to->byte + to->bytes - span.byte;
    }
    return span;
}

void rw_parse_fault(struct rw_parse *p, enum rw_address_verdict verdict, const char *code,
                    struct rw_range span)
{
    if (p->out->code)
        return;
    p->out->verdict = verdict;
    p->out->code = code;
    p->out->span = span_of(p, span);
}

void rw_parse_fault_cp(struct rw_parse *p, enum rw_address_verdict verdict, const char *code,
                       struct rw_range span)
{
    if (!p->out->code && span.lo < p->n)
        p->out->code_point = p->marks[span.lo].cp;
    rw_parse_fault(p, verdict, code, span);
}

void rw_parse_note(struct rw_parse *p, const char *code, struct rw_range r)
{
    struct rw_address_span span = span_of(p, r);
    struct rw_address *out = p->out;

    for (uint32_t i = 0; i < out->note_count; i++) {
        struct rw_address_note *note = &out->notes[i];

        if (strcmp(note->code, code) != 0)
            continue;
        note->span.length = span.at + span.length - note->span.at;
        note->span.bytes = span.byte + span.bytes - note->span.byte;
        note->count++;
        return;
    }
    if (out->note_count == RW_ADDRESS_NOTES_MAX) {
        out->notes_dropped++;
        return;
    }
    out->notes[out->note_count++] = (struct rw_address_note){
        .code = code, .span = span, .count = 1, .code_point = r.lo < p->n ? p->marks[r.lo].cp : 0};
}

/* ------------------------------------------------------------------ the number itself */

static bool policy_lists_region(const char *list, const char *region)
{
    size_t n = strlen(region);

    for (const char *p = list; p && n && (p = strstr(p, region)) != NULL; p += n)
        if ((p == list || p[-1] == ',' || p[-1] == ' ') && (!p[n] || p[n] == ',' || p[n] == ' '))
            return true;
    return false;
}

enum flaw {
    SOUND,
    NO_COUNTRY,
    UNKNOWN_COUNTRY,
    EMERGENCY,
    SHORT,
    LONG,
    REFUSED_TYPE,
    REFUSED_REGION
};

/* What is wrong with these digits as an E.164 number; *ret_country: see rw_plan_country(). */
static enum flaw examine(const struct rw_address_policy *policy, const char *digits, size_t n,
                         const struct rw_country **ret_country, size_t *ret_code_digits)
{
    const struct rw_country *country;

    *ret_code_digits = n ? 1 : 0;
    *ret_country = NULL;
    if (n && digits[0] == '0')
        return NO_COUNTRY;
    country = rw_plan_country(digits, n, ret_code_digits);
    if (!country)
        return n < 3 ? SHORT : UNKNOWN_COUNTRY;
    *ret_country = country;
    if (rw_plan_is_emergency(country->code, digits + *ret_code_digits, n - *ret_code_digits))
        return EMERGENCY;
    if (n > RW_ADDRESS_DIGITS_MAX)
        return LONG;
    if (n < RW_ADDRESS_DIGITS_MIN)
        return SHORT;
    if (policy->refuse_types >> rw_plan_type_of(country->code) & 1)
        return REFUSED_TYPE;
    if (policy_lists_region(policy->refuse_regions, country->region))
        return REFUSED_REGION;
    return SOUND;
}

static void accept(struct rw_address *out, const char *digits, size_t n,
                   const struct rw_country *country)
{
    out->e164[0] = '+';
    memcpy(out->e164 + 1, digits, n);
    out->e164[n + 1] = '\0';
    out->country_code = country->code;
    memcpy(out->region, country->region, sizeof(out->region));
    out->type = rw_plan_type_of(country->code);
}

void rw_parse_suggest(struct rw_parse *p, const char *digits, size_t n, const char *reason)
{
    struct rw_address *out = p->out;
    struct rw_address_suggestion *s = &out->suggestions[out->suggestion_count];
    const struct rw_country *country;
    size_t code_digits;

    if (out->suggestion_count == RW_ADDRESS_SUGGESTIONS_MAX || n > RW_ADDRESS_DIGITS_MAX ||
        examine(p->policy, digits, n, &country, &code_digits) != SOUND)
        return;
    if (country->code == 1 && n != 11)
        return; /* what North America lacks or has too much of, nobody can guess */
    for (uint32_t i = 0; i < out->suggestion_count; i++)
        if (strlen(out->suggestions[i].text) == n + 1 &&
            memcmp(out->suggestions[i].text + 1, digits, n) == 0)
            return;
    s->text[0] = '+';
    memcpy(s->text + 1, digits, n);
    s->text[n + 1] = '\0';
    s->reason = reason;
    out->suggestion_count++;
}

/*
 * The marks of digits [from, to); past the last digit it is the place at `end`. Digits of a
 * phone-context come first in the number but last in the text: then only the first one is marked.
 */
static struct rw_range at_digits(const struct rw_digits *d, size_t from, size_t to, size_t end)
{
    struct rw_range r = {end, end};

    if (from < d->n) {
        r = (struct rw_range){d->mark[from], d->mark[from]};
        if (to > from)
            r.hi = d->mark[to - 1] >= r.lo ? d->mark[to - 1] + 1u : r.lo + 1u;
    }
    return r;
}

/* Readings of a number without plus as one of the policy's region. */
static void suggest_national(struct rw_parse *p, const struct rw_digits *d, uint16_t code)
{
    char digits[RW_ADDRESS_INPUT_MAX + 4];
    bool zero = d->digit[0] == '0' && code != 39; /* Italy's zero is part of the number */
    bool eight = d->digit[0] == '8' && code == 7 && d->n == 11;
    size_t n = 0, drop = zero || eight;

    for (unsigned div = code >= 100 ? 100 : code >= 10 ? 10 : 1; div; div /= 10)
        digits[n++] = (char)('0' + code / div % 10);
    if (d->n >= 10 && memcmp(digits, d->digit, n) == 0)
        rw_parse_suggest(p, d->digit, d->n, "it begins with the region's country code");
    memcpy(digits + n, d->digit + drop, d->n - drop);
    if (n + d->n - drop <= 13) /* longer ones hold prefixes that only numbering data could tell */
        rw_parse_suggest(p, digits, n + d->n - drop, "as a national number of the region");
}

static void suggest_plus(struct rw_parse *p, const struct rw_digits *d)
{
    uint16_t code = rw_plan_code_of(p->policy->region);
    char digits[12] = {'1'};

    if (memcmp(d->digit, "00", 2) == 0) {
        rw_parse_suggest(p, d->digit + 2, d->n - 2, "00 is dialled before a country code");
        return;
    }
    if (memcmp(d->digit, "011", 3) == 0 && code <= 1)
        rw_parse_suggest(p, d->digit + 3, d->n - 3,
                         "011 is dialled before a country code in North America");
    if (code) {
        suggest_national(p, d, code);
        return;
    }
    if (d->n >= 10) /* shorter ones are rather national than international */
        rw_parse_suggest(p, d->digit, d->n, "the plus is missing");
    if (d->n == 10 && d->digit[0] > '1' && d->digit[3] > '1') {
        memcpy(digits + 1, d->digit, d->n);
        rw_parse_suggest(p, digits, d->n + 1, "as a number of the United States or Canada");
    }
}

/* Without a plus nothing says where the country code is: every reading is a guess, so none is taken. */
static void no_plus(struct rw_parse *p, const struct rw_digits *d)
{
    uint16_t code = rw_plan_code_of(p->policy->region);

    if (rw_plan_is_emergency(code, d->digit, d->n) || rw_plan_is_emergency(0, d->digit, d->n)) {
        rw_parse_fault(p, RW_ADDRESS_REFUSED, "address.emergency_number", at_digits(d, 0, d->n, 0));
    } else if (d->n < RW_ADDRESS_DIGITS_MIN) {
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.short_code", at_digits(d, 0, d->n, 0));
    } else {
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.missing_plus",
                       (struct rw_range){d->mark[0], d->mark[0]});
        suggest_plus(p, d);
    }
}

void rw_parse_number(struct rw_parse *p, const struct rw_digits *d, size_t end)
{
    const struct rw_country *country;
    size_t code_digits;

    if (!d->plus) {
        no_plus(p, d);
        return;
    }
    switch (examine(p->policy, d->digit, d->n, &country, &code_digits)) {
    case SOUND:
        accept(p->out, d->digit, d->n, country);
        break;
    case NO_COUNTRY:
        p->out->allowed_digits = 0x3fe;
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.cc_leading_zero",
                       at_digits(d, 0, 1, end));
        if (d->n > 2 && d->digit[1] == '0')
            rw_parse_suggest(p, d->digit + 2, d->n - 2, "00 stands for the plus");
        break;
    case UNKNOWN_COUNTRY:
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.cc_unassigned",
                       at_digits(d, 0, code_digits, end));
        break;
    case EMERGENCY:
        rw_parse_fault(p, RW_ADDRESS_REFUSED, "address.emergency_number",
                       at_digits(d, code_digits, d->n, end));
        break;
    case LONG:
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.too_long_e164",
                       at_digits(d, RW_ADDRESS_DIGITS_MAX, d->n, end));
        break;
    case SHORT:
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.too_short",
                       at_digits(d, d->n, d->n, end));
        break;
    case REFUSED_TYPE:
    case REFUSED_REGION:
        accept(p->out, d->digit, d->n, country);
        rw_parse_fault(p, RW_ADDRESS_REFUSED,
                       policy_lists_region(p->policy->refuse_regions, country->region)
                           ? "address.region_refused"
                           : "address.type_refused",
                       at_digits(d, 0, code_digits, end));
        break;
    }
}

/* ------------------------------------------------------------------ the text around it */

size_t rw_parse_count_digits(const struct rw_parse *p, struct rw_range r)
{
    size_t n = 0;

    for (size_t i = r.lo; i < r.hi; i++)
        n += rw_cp_digit(p->marks[i].cp) >= 0;
    return n;
}

void rw_parse_gather(const struct rw_parse *p, struct rw_range r, struct rw_digits *d)
{
    d->plus = false;
    d->n = 0;
    d->first = r.lo;
    for (size_t i = r.lo; i < r.hi; i++) {
        enum rw_cp_kind kind = rw_cp_kind_of(p->marks[i].cp);
        int digit = rw_cp_digit(p->marks[i].cp);

        if (digit >= 0) {
            d->mark[d->n] = (uint16_t)i;
            d->digit[d->n++] = (char)('0' + digit);
        } else if (d->n == 0 && (kind == RW_CP_PLUS || kind == RW_CP_OTHER_PLUS)) {
            d->plus = true;
        }
    }
    d->digit[d->n] = '\0';
}

/* The number that stands complete in front of mark `end`, before something that should not be there. */
static void suggest_front(struct rw_parse *p, size_t end)
{
    struct rw_digits d;

    for (size_t i = 0; i < end; i++) {
        enum rw_cp_kind kind = rw_cp_kind_of(p->marks[i].cp);

        if (kind != RW_CP_DIGIT && kind != RW_CP_SEPARATOR && !(kind == RW_CP_PLUS && i == 0))
            return;
    }
    rw_parse_gather(p, (struct rw_range){0, end}, &d);
    if (d.plus)
        rw_parse_suggest(p, d.digit, d.n, "the number in front of it");
}

/* Line breaks and other controls are never harmless: they end headers. Nor is what is no text. */
static bool has_control(struct rw_parse *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct rw_range here = {i, i + 1};

        if (p->marks[i].cp == RW_CP_BAD)
            rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.not_utf8", here);
        else if (rw_cp_kind_of(p->marks[i].cp) == RW_CP_CONTROL)
            rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.control_char", here);
        else
            continue;
        suggest_front(p, i);
        return true;
    }
    return false;
}

/* Takes invisible marks out, telling. What stays keeps the place it had. */
static void drop_invisible(struct rw_parse *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->n; i++) {
        enum rw_cp_kind kind = rw_cp_kind_of(p->marks[i].cp);

        if (kind == RW_CP_BIDI || kind == RW_CP_INVISIBLE)
            rw_parse_note(p, kind == RW_CP_BIDI ? "bidi_control_removed" : "invisible_removed",
                          (struct rw_range){i, i + 1});
    }
    for (size_t i = 0; i < p->n; i++) {
        enum rw_cp_kind kind = rw_cp_kind_of(p->marks[i].cp);

        if (kind != RW_CP_BIDI && kind != RW_CP_INVISIBLE)
            p->marks[kept++] = p->marks[i];
    }
    p->n = kept;
}

static bool refuses_unicode(struct rw_parse *p)
{
    for (size_t i = 0; i < p->n && !p->policy->accept_unicode; i++)
        if (p->marks[i].cp >= 0x80) {
            rw_parse_fault_cp(p, RW_ADDRESS_MALFORMED, "address.unicode_refused",
                              (struct rw_range){i, i + 1});
            return true;
        }
    return false;
}

static struct rw_range trim(struct rw_parse *p)
{
    struct rw_range r = {0, p->n};

    while (r.lo < r.hi && rw_cp_is_space(p->marks[r.lo].cp))
        r.lo++;
    while (r.hi > r.lo && rw_cp_is_space(p->marks[r.hi - 1].cp))
        r.hi--;
    if (r.lo == r.hi)
        return r;
    if (r.lo)
        rw_parse_note(p, "trimmed", (struct rw_range){0, r.lo});
    if (r.hi < p->n)
        rw_parse_note(p, "trimmed", (struct rw_range){r.hi, p->n});
    return r;
}

static void judge_text(struct rw_parse *p, struct rw_slice text)
{
    struct rw_range r;

    p->n = rw_text_decode(text, p->marks);
    if (has_control(p) || refuses_unicode(p))
        return;
    drop_invisible(p);
    r = trim(p);
    if (r.lo == r.hi)
        rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.empty", (struct rw_range){0, 0});
    else if (!rw_parse_uri(p, r))
        rw_parse_scan(p, r);
}

/* "+" and digits only: nothing to normalise, nothing to explain. The way of nearly every call. */
static bool judge_plain(const char *text, size_t length, const struct rw_address_policy *policy,
                        struct rw_address *out)
{
    const struct rw_country *country;
    size_t code_digits;

    if (length < 1 + RW_ADDRESS_DIGITS_MIN || length > 1 + RW_ADDRESS_DIGITS_MAX || text[0] != '+')
        return false;
    for (size_t i = 1; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    if (examine(policy, text + 1, length - 1, &country, &code_digits) != SOUND)
        return false;
    accept(out, text + 1, length - 1, country);
    return true;
}

static void judge_slowly(const char *text, size_t length, const struct rw_address_policy *policy,
                         struct rw_address *out)
{
    struct rw_parse p;

    p.policy = policy;
    p.out = out;
    p.n = 0;
    judge_text(&p, (struct rw_slice){text, length});
    if (out->code && out->verdict != RW_ADDRESS_REFUSED)
        out->extension[0] = '\0';
}

void rw_address_judge(const char *text, size_t length, const struct rw_address_policy *policy,
                      struct rw_address *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->time_zones = "";
    if (!policy)
        policy = &defaults;
    if (judge_plain(text, length, policy, ret))
        return;
    if (length > RW_ADDRESS_INPUT_MAX) {
        ret->verdict = RW_ADDRESS_MALFORMED;
        ret->code = "address.input_too_long";
        return;
    }
    judge_slowly(text, length, policy, ret);
}
