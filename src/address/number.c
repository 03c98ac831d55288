/*
 * The number itself: digits from a country code on, held against the numbering data.
 *
 *     digits -> country code -> emergency? -> length -> range -> policy
 *
 * The first that fails is the flaw; a flaw of a number with a plus is explained with what could stand
 * there, and with the numbers that people write so when they mean another one. Those are only ever
 * suggested, and only when they are sound: never the nearest digit that happens to be valid.
 */
#include "address/fiction.h"
#include "address/parse.h"

enum flaw {
    SOUND,
    NO_COUNTRY,
    UNKNOWN_COUNTRY,
    EMERGENCY,
    LONG_E164,
    AREA_CODE_MISSING,
    SHORT,
    LONG,
    BAD_LENGTH,
    REFUSED_REGION,
    UNASSIGNED,
    REFUSED_TYPE
};

struct finding {
    const struct rw_country *country; /* NULL: none */
    size_t code_digits;               /* of it, or as rw_plan_country() says */
    struct rw_plan_range range;
};

static bool policy_lists_region(const char *list, const char *region)
{
    size_t n = strlen(region);

    for (const char *p = list; p && n && (p = strstr(p, region)) != NULL; p += n)
        if ((p == list || p[-1] == ',' || p[-1] == ' ') && (!p[n] || p[n] == ',' || p[n] == ' '))
            return true;
    return false;
}

/* How many digits the longest national number has. */
static size_t longest(uint32_t lengths)
{
    return lengths ? 31 - (size_t)__builtin_clz(lengths) : 0;
}

static enum flaw examine_length(const struct rw_territory *territory, size_t n)
{
    if (territory->lengths >> n & 1)
        return SOUND;
    if (territory->local >> n & 1 && strcmp(territory->region, "001") != 0)
        return AREA_CODE_MISSING;
    if (n > longest(territory->lengths))
        return LONG;
    return territory->lengths & ((UINT32_C(1) << n) - 1) ? BAD_LENGTH : SHORT;
}

/* What is wrong with these digits as an E.164 number. */
static enum flaw examine(const struct rw_address_policy *policy, const char *digits, size_t n,
                         struct finding *ret)
{
    const char *nsn;
    enum flaw flaw;

    *ret = (struct finding){.code_digits = n ? 1 : 0};
    if (n && digits[0] == '0')
        return NO_COUNTRY;
    ret->country = rw_plan_country(digits, n, &ret->code_digits);
    if (!ret->country)
        return n < 3 ? SHORT : UNKNOWN_COUNTRY;
    nsn = digits + ret->code_digits;
    if (rw_plan_is_emergency(ret->country, nsn, n - ret->code_digits))
        return EMERGENCY;
    if (n > RW_ADDRESS_DIGITS_MAX)
        return LONG_E164;
    flaw = examine_length(rw_plan_main_territory(ret->country), n - ret->code_digits);
    if (flaw != SOUND)
        return flaw;
    rw_plan_range(ret->country, nsn, n - ret->code_digits, &ret->range);
    if (ret->range.territory &&
        policy_lists_region(policy->refuse_regions, ret->range.territory->region))
        return REFUSED_REGION;
    if (!ret->range.assigned)
        return UNASSIGNED;
    return policy->refuse_types >> ret->range.type & 1 ? REFUSED_TYPE : SOUND;
}

bool rw_number_is_sound(const struct rw_address_policy *policy, const char *digits, size_t n)
{
    struct finding finding;

    return examine(policy, digits, n, &finding) == SOUND;
}

/* What is known of a possible number. */
static void tell(struct rw_address *out, const char *digits, size_t n,
                 const struct finding *finding)
{
    out->e164[0] = '+';
    memcpy(out->e164 + 1, digits, n);
    out->e164[n + 1] = '\0';
    out->country_code = finding->country->code;
    if (finding->range.territory)
        memcpy(out->region, finding->range.territory->region, sizeof(out->region));
    out->possible = true;
    out->valid = finding->range.assigned;
    out->type = finding->range.type;
    out->time_zones = rw_plan_zones(digits, n);
}

bool rw_number_judge_plain(const char *text, size_t length, const struct rw_address_policy *policy,
                           struct rw_address *ret)
{
    struct finding finding;

    if (length < 2 || length > 1 + RW_ADDRESS_DIGITS_MAX || text[0] != '+')
        return false;
    for (size_t i = 1; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    if (examine(policy, text + 1, length - 1, &finding) != SOUND)
        return false;
    if (rw_fiction_has(text + 1, length - 1))
        return false; /* needs a note */
    tell(ret, text + 1, length - 1, &finding);
    return true;
}

/* ------------------------------------------------------------------ suggestions */

static void add_suggestion(struct rw_address *out, const char *digits, size_t n, const char *reason)
{
    struct rw_address_suggestion *s = &out->suggestions[out->suggestion_count];

    if (out->suggestion_count == RW_ADDRESS_SUGGESTIONS_MAX)
        return;
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

void rw_parse_suggest(struct rw_parse *p, const char *digits, size_t n, const char *reason)
{
    if (n <= RW_ADDRESS_DIGITS_MAX && rw_number_is_sound(p->policy, digits, n))
        add_suggestion(p->out, digits, n, reason);
}

void rw_parse_suggest_read(struct rw_parse *p, const struct rw_digits *d, const char *reason)
{
    const struct rw_territory *territory = rw_plan_territory(p->policy->region);
    struct rw_reading reading;

    if (d->plus)
        rw_parse_suggest(p, d->digit, d->n, reason);
    else if (territory && p->policy->accept_national &&
             rw_national_read(territory, d->digit, d->n, &reading))
        rw_parse_suggest(p, reading.digit, reading.n, reason);
}

/* With `put` in place of the digits [at, at + drop). */
static void suggest_edit(struct rw_parse *p, const struct rw_digits *d, size_t at, size_t drop,
                         const char *put, const char *reason)
{
    char digits[RW_ADDRESS_DIGITS_MAX + 4];
    size_t n = at;

    if (d->n > RW_ADDRESS_DIGITS_MAX + 2 || d->n < at + drop ||
        d->n - drop + strlen(put) > sizeof(digits))
        return;
    memcpy(digits, d->digit, at);
    while (*put)
        digits[n++] = *put++;
    memcpy(digits + n, d->digit + at + drop, d->n - at - drop);
    rw_parse_suggest(p, digits, n + d->n - at - drop, reason);
}

/* "+91234567" in Singapore, "+2025550123": a national number with a plus in front. */
static void suggest_national(struct rw_parse *p, const struct rw_digits *d)
{
    const struct rw_territory *territory = rw_plan_territory(p->policy->region);
    struct rw_reading reading;

    if (territory && rw_national_read(territory, d->digit, d->n, &reading))
        rw_parse_suggest(p, reading.digit, reading.n, "as a national number of the region");
    if (!territory && d->n == 10)
        suggest_edit(p, d, 0, 0, "1", "as a number of the United States or Canada");
}

/* What people write when they mean another number. */
static void suggest_meant(struct rw_parse *p, const struct rw_digits *d,
                          const struct finding *finding)
{
    size_t code = finding->code_digits;

    if (d->n >= 2 * code && memcmp(d->digit, d->digit + code, code) == 0)
        suggest_edit(p, d, 0, code, "", "the country code stands there twice");
    if (d->n > code + 2 && memcmp(d->digit + code, "00", 2) == 0)
        suggest_edit(p, d, 0, code + 2, "", "00 stands for the plus");
    if (code == 1 && d->n > 4 && memcmp(d->digit + 1, "011", 3) == 0)
        suggest_edit(p, d, 0, 4, "", "011 stands for the plus");
    if (finding->country->code == 39)
        suggest_edit(p, d, code, 0, "0", "numbers of Italy keep the 0 they begin with");
    if (finding->country->code == 52 && d->n > code && d->digit[code] == '1')
        suggest_edit(p, d, code, 1, "", "the 1 in front of mobile numbers is no longer dialled");
    suggest_national(p, d);
}

/* ------------------------------------------------------------------ faults */

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

/* Sets address->before to the digits in front of the one at fault. */
static void tell_before(struct rw_address *out, const struct rw_digits *d, size_t n)
{
    if (n > RW_ADDRESS_DIGITS_MAX)
        n = RW_ADDRESS_DIGITS_MAX;
    out->before[0] = '+';
    memcpy(out->before + 1, d->digit, n);
    out->before[n + 1] = '\0';
}

/* The trunk prefix stands between country code and number: "+44 020 7946 0000". With it there is no
 * such number; without it there is one, or could be by its length. */
static bool fault_trunk_prefix(struct rw_parse *p, const struct rw_digits *d,
                               const struct finding *finding, size_t end)
{
    size_t code = finding->code_digits, taken;
    char digits[RW_ADDRESS_DIGITS_MAX + 1];
    const struct rw_territory *territory = rw_plan_main_territory(finding->country);
    struct rw_plan_digits rest, again;
    struct finding without;
    enum flaw flaw;

    if (!rw_plan_strip(territory, d->digit + code, d->n - code, &rest) ||
        code + rest.n > RW_ADDRESS_DIGITS_MAX)
        return false;
    memcpy(digits, d->digit, code);
    memcpy(digits + code, rest.digit, rest.n);
    flaw = examine(p->policy, digits, code + rest.n, &without);
    if (flaw == EMERGENCY) {
        rw_parse_fault(p, RW_ADDRESS_REFUSED, "address.emergency_number",
                       at_digits(d, code, d->n, end));
        return true;
    }
    if (flaw != SOUND && flaw != UNASSIGNED)
        return false;
    taken = rest.from[0] ? rest.from[0] : 1;
    rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.trunk_prefix",
                   at_digits(d, code, code + taken, end));
    tell_before(p->out, d, code);
    /* Nothing is guessed here, so the data may lag behind as it may with any number. But what remains may
     * begin with a trunk prefix again. */
    if (flaw == SOUND ||
        (!p->policy->refuse_unassigned && !rw_plan_strip(territory, rest.digit, rest.n, &again)))
        add_suggestion(p->out, digits, code + rest.n,
                       "without what is dialled only within the country");
    return true;
}

static void fault_length(struct rw_parse *p, const struct rw_digits *d,
                         const struct finding *finding, enum flaw flaw, size_t end)
{
    const struct rw_territory *territory = rw_plan_main_territory(finding->country);
    size_t code = finding->code_digits, max = code + longest(territory->lengths);

    p->out->lengths = territory->lengths;
    tell_before(p->out, d, flaw == AREA_CODE_MISSING ? code : flaw == LONG ? max : d->n);
    if (flaw == AREA_CODE_MISSING)
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.area_code_missing",
                       at_digits(d, code, code, end));
    else if (flaw == LONG)
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.too_long", at_digits(d, max, d->n, end));
    else
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE,
                       flaw == SHORT ? "address.too_short" : "address.bad_length",
                       at_digits(d, d->n, d->n, end));
}

/* No such range: at a digit that can't stand there, or the count of digits is wrong for this beginning. */
static void fault_unassigned(struct rw_parse *p, const struct rw_digits *d,
                             const struct finding *finding, size_t end)
{
    size_t code = finding->code_digits;
    struct rw_plan_gap gap;

    tell(p->out, d->digit, d->n, finding);
    rw_plan_gap(finding->country, d->digit + code, d->n - code, &gap);
    if (gap.allowed) {
        p->out->allowed_digits = gap.allowed;
        tell_before(p->out, d, code + gap.dead_at);
        rw_parse_fault(p, RW_ADDRESS_UNASSIGNED, "address.unassigned_range",
                       at_digits(d, code + gap.dead_at, code + gap.dead_at + 1, end));
    } else {
        p->out->lengths = gap.lengths;
        tell_before(p->out, d, code + gap.decided);
        rw_parse_fault(p, RW_ADDRESS_UNASSIGNED, "address.length_for_prefix",
                       at_digits(d, d->n, d->n, end));
    }
}

static void fault_country(struct rw_parse *p, const struct rw_digits *d, enum flaw flaw,
                          const struct finding *finding, size_t end)
{
    if (flaw == NO_COUNTRY) {
        p->out->allowed_digits = 0x3fe;
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.cc_leading_zero",
                       at_digits(d, 0, 1, end));
        if (d->n > 2 && d->digit[1] == '0')
            rw_parse_suggest(p, d->digit + 2, d->n - 2, "00 stands for the plus");
        if (d->n > 3 && memcmp(d->digit, "011", 3) == 0)
            rw_parse_suggest(p, d->digit + 3, d->n - 3, "011 stands for the plus");
    } else if (flaw == UNKNOWN_COUNTRY) {
        tell_before(p->out, d, finding->code_digits);
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.cc_unassigned",
                       at_digits(d, 0, finding->code_digits, end));
    } else {
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.too_short",
                       at_digits(d, d->n, d->n, end));
    }
    suggest_national(p, d);
}

static void fault(struct rw_parse *p, const struct rw_digits *d, enum flaw flaw,
                  const struct finding *finding, size_t end)
{
    size_t code = finding->code_digits;

    if (!finding->country) {
        fault_country(p, d, flaw, finding, end);
        return;
    }
    p->out->country_code = finding->country->code;
    if (finding->country->count == 1)
        memcpy(p->out->region, rw_plan_main_territory(finding->country)->region,
               sizeof(p->out->region));
    switch (flaw) {
    case EMERGENCY:
        rw_parse_fault(p, RW_ADDRESS_REFUSED, "address.emergency_number",
                       at_digits(d, code, d->n, end));
        return;
    case REFUSED_TYPE:
    case REFUSED_REGION:
        tell(p->out, d->digit, d->n, finding);
        rw_parse_fault(p, RW_ADDRESS_REFUSED,
                       flaw == REFUSED_TYPE ? "address.type_refused" : "address.region_refused",
                       at_digits(d, 0, code, end));
        return;
    default:
        break;
    }
    if (fault_trunk_prefix(p, d, finding, end))
        return;
    if (flaw == LONG_E164)
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.too_long_e164",
                       at_digits(d, RW_ADDRESS_DIGITS_MAX, d->n, end));
    else if (flaw == UNASSIGNED)
        fault_unassigned(p, d, finding, end);
    else
        fault_length(p, d, finding, flaw, end);
    suggest_meant(p, d, finding);
}

void rw_parse_e164(struct rw_parse *p, const struct rw_digits *d, size_t end)
{
    struct finding finding;
    enum flaw flaw = examine(p->policy, d->digit, d->n, &finding);

    if (flaw == SOUND)
        tell(p->out, d->digit, d->n, &finding);
    else
        fault(p, d, flaw, &finding, end);
}

void rw_parse_number(struct rw_parse *p, const struct rw_digits *d, size_t end)
{
    const char *e164 = p->out->e164;

    if (d->plus)
        rw_parse_e164(p, d, end);
    else
        rw_parse_national(p, d, end);
    if (e164[0] && rw_fiction_has(e164 + 1, strlen(e164 + 1)))
        rw_parse_note(p, "fictional", at_digits(d, 0, d->n, end));
}
