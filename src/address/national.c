/*
 * Digits without a plus. Nothing says where the country code is: with a region, and a policy that accepts
 * national numbers, they are read as they are dialled there; else every reading is a guess, so none is
 * taken, and the sound ones are suggested.
 */
#include "address/parse.h"

/* ------------------------------------------------------------------ as dialled in a region */

static void put(struct rw_reading *out, char digit, size_t from)
{
    out->from[out->n] = (uint8_t)from;
    out->digit[out->n++] = digit;
}

static void put_code(struct rw_reading *out, unsigned code)
{
    for (unsigned div = code >= 100 ? 100 : code >= 10 ? 10 : 1; div; div /= 10)
        put(out, (char)('0' + code / div % 10), 0);
}

/* A trunk prefix is one only if what remains is not too short without it. */
static bool is_enough(const struct rw_territory *territory, size_t n)
{
    uint32_t up_to = (UINT32_C(2) << n) - 1;

    return territory->lengths >> n & 1 ||
           (!(territory->local >> n & 1) && (territory->lengths & ~up_to) == 0);
}

/* The given national digits with the trunk prefix taken off; from[i]: where digit i stood at first. */
static void put_national(struct rw_reading *out, const struct rw_territory *territory,
                         const char *digits, size_t n, const uint8_t *from)
{
    struct rw_plan_digits rest;

    if (rw_plan_strip(territory, digits, n, &rest) && is_enough(territory, rest.n)) {
        for (size_t i = 0; i < rest.n; i++)
            put(out, rest.digit[i], from[rest.from[i]]);
        return;
    }
    for (size_t i = 0; i < n; i++)
        put(out, digits[i], from[i]);
}

/*
 * "6591234567" in Singapore: the country code without its plus. How many digits that has; 0 when the
 * whole may be a national number.
 */
static size_t plain_code(const struct rw_territory *territory, const char *digits, size_t n)
{
    size_t code_digits;
    const struct rw_country *country = rw_plan_country(digits, n, &code_digits);
    struct rw_plan_digits rest;
    bool stripped, form;

    if (!country || country != rw_plan_country_of(territory) || code_digits == n)
        return 0;
    stripped = rw_plan_strip(territory, digits + code_digits, n - code_digits, &rest);
    form = stripped ? rw_plan_has_form(territory, rest.digit, rest.n)
                    : rw_plan_has_form(territory, digits + code_digits, n - code_digits);
    if ((!rw_plan_has_form(territory, digits, n) && form) || territory->lengths >> n == 0)
        return code_digits;
    return 0;
}

/* "00 65 91234567": behind the international prefix. */
static void read_international(struct rw_reading *ret, const char *digits, size_t idd, size_t n,
                               const uint8_t *places)
{
    size_t code_digits;
    const struct rw_country *country = rw_plan_country(digits + idd, n - idd, &code_digits);

    ret->note = "idd_prefix_replaced";
    ret->noted = idd;
    if (!country)
        code_digits = n - idd;
    for (size_t i = idd; i < idd + code_digits; i++)
        put(ret, digits[i], i);
    if (country)
        put_national(ret, rw_plan_main_territory(country), digits + idd + code_digits,
                     n - idd - code_digits, places + idd + code_digits);
}

/* "65 91234567": behind the country code. The number may still be a national one of the region. */
static void read_plain_code(struct rw_reading *ret, const struct rw_territory *territory,
                            const char *digits, size_t code_digits, size_t n, const uint8_t *places)
{
    const struct rw_country *country = rw_plan_country_of(territory);
    struct rw_plan_digits rest;

    ret->note = "plus_added";
    ret->noted = code_digits;
    put_code(ret, country->code);
    digits += code_digits;
    n -= code_digits;
    if (rw_plan_strip(territory, digits, n, &rest)) {
        for (size_t i = 0; i < rest.n; i++)
            rest.from[i] = (uint8_t)(rest.from[i] + code_digits);
        put_national(ret, rw_plan_main_territory(country), rest.digit, rest.n, rest.from);
    } else {
        put_national(ret, rw_plan_main_territory(country), digits, n, places + code_digits);
    }
}

bool rw_national_read(const struct rw_territory *territory, const char *digits, size_t n,
                      struct rw_reading *ret)
{
    uint8_t places[RW_PLAN_STRIP_MAX];
    size_t idd, code_digits;

    ret->n = 0;
    if (n > RW_PLAN_STRIP_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        places[i] = (uint8_t)i;
    idd = rw_plan_idd(territory, digits, n);
    code_digits = idd ? 0 : plain_code(territory, digits, n);
    if (idd) {
        read_international(ret, digits, idd, n, places);
    } else if (code_digits) {
        read_plain_code(ret, territory, digits, code_digits, n, places);
    } else {
        ret->note = "national_to_e164";
        ret->noted = n;
        put_code(ret, rw_plan_country_of(territory)->code);
        put_national(ret, territory, digits, n, places);
    }
    return true;
}

/* ------------------------------------------------------------------ guesses */

static void suggest_in_region(struct rw_parse *p, const struct rw_territory *territory,
                              const struct rw_digits *d)
{
    struct rw_reading reading;

    if (rw_national_read(territory, d->digit, d->n, &reading))
        rw_parse_suggest(p, reading.digit, reading.n,
                         strcmp(reading.note, "plus_added") == 0
                             ? "it begins with the region's country code"
                         : strcmp(reading.note, "idd_prefix_replaced") == 0
                             ? "as it is dialled from the region"
                             : "as a national number of the region");
}

/* Readings that need no region. */
static void suggest_anywhere(struct rw_parse *p, const struct rw_digits *d)
{
    char digits[12] = {'1'};

    if (d->n < RW_ADDRESS_DIGITS_MIN || d->n > RW_PLAN_STRIP_MAX)
        return;
    if (memcmp(d->digit, "00", 2) == 0)
        rw_parse_suggest(p, d->digit + 2, d->n - 2, "00 is dialled before a country code");
    if (memcmp(d->digit, "011", 3) == 0)
        rw_parse_suggest(p, d->digit + 3, d->n - 3,
                         "011 is dialled before a country code in North America");
    if (d->n >= 10) /* shorter ones are rather national than international */
        rw_parse_suggest(p, d->digit, d->n,
                         p->out->notes[0].code && strcmp(p->out->notes[0].code, "trimmed") == 0 &&
                                 p->out->notes[0].span.at == 0
                             ? "a plus that was not encoded in a URL arrives as a space"
                             : "the plus is missing");
    if (d->n == 10) {
        memcpy(digits + 1, d->digit, d->n);
        rw_parse_suggest(p, digits, d->n + 1, "as a number of the United States or Canada");
    }
    if (d->n == 11 && d->digit[0] == '8') {
        memcpy(digits, d->digit, d->n);
        digits[0] = '7';
        rw_parse_suggest(p, digits, d->n, "8 is dialled before a number within Russia");
    }
}

/* ------------------------------------------------------------------ the judgement */

static void missing_plus(struct rw_parse *p, const struct rw_territory *territory,
                         const struct rw_digits *d)
{
    rw_parse_fault(p, RW_ADDRESS_MALFORMED, "address.missing_plus",
                   (struct rw_range){d->mark[0], d->mark[0]});
    if (territory)
        suggest_in_region(p, territory, d);
    suggest_anywhere(p, d);
}

/* The reading as digits that know their marks. */
static void digits_of(const struct rw_digits *d, const struct rw_reading *reading,
                      struct rw_digits *ret)
{
    ret->plus = true;
    ret->n = reading->n;
    for (size_t i = 0; i < reading->n; i++) {
        ret->digit[i] = reading->digit[i];
        ret->mark[i] = d->mark[reading->from[i]];
    }
    ret->digit[reading->n] = '\0';
}

/* "49110", "490110" in Germany: an emergency number behind the country code without its plus. */
static bool is_emergency_behind_code(const struct rw_territory *territory,
                                     const struct rw_digits *d)
{
    size_t code_digits;
    const struct rw_country *country = rw_plan_country(d->digit, d->n, &code_digits);
    struct rw_plan_digits rest;

    if (!country || country != rw_plan_country_of(territory))
        return false;
    return rw_plan_is_emergency(country, d->digit + code_digits, d->n - code_digits) ||
           (rw_plan_strip(territory, d->digit + code_digits, d->n - code_digits, &rest) &&
            rw_plan_is_emergency(country, rest.digit, rest.n));
}

/*
 * Digits that begin with the region's own country code, or with the 00 that most of the world dials,
 * and that are sound so: the region's reading must not hide that.
 */
static bool is_sound_otherwise(const struct rw_parse *p, const struct rw_territory *territory,
                               const struct rw_digits *d, const struct rw_reading *reading)
{
    size_t code_digits;
    const struct rw_country *country = rw_plan_country(d->digit, d->n, &code_digits);
    bool sound = rw_number_is_sound(p->policy, reading->digit, reading->n);

    if (d->n > 2 && memcmp(d->digit, "00", 2) == 0)
        return !sound && rw_number_is_sound(p->policy, d->digit + 2, d->n - 2);
    if (sound && (country != rw_plan_country_of(territory) || reading->noted == code_digits))
        return false;
    return d->n >= 10 && rw_number_is_sound(p->policy, d->digit, d->n);
}

/* Takes the reading, unless the digits say something else as well, or only something else. */
static bool judge_in_region(struct rw_parse *p, const struct rw_territory *territory,
                            const struct rw_digits *d, size_t end)
{
    struct rw_reading reading;
    struct rw_digits whole;

    if (!rw_national_read(territory, d->digit, d->n, &reading))
        return false;
    if (is_sound_otherwise(p, territory, d, &reading))
        return false;
    digits_of(d, &reading, &whole);
    rw_parse_e164(p, &whole, end);
    if (p->out->e164[0])
        rw_parse_note(p, reading.note,
                      (struct rw_range){d->mark[0], d->mark[reading.noted - 1] + 1u});
    else if (p->out->suggestion_count == 0)
        suggest_anywhere(p, d);
    return true;
}

void rw_parse_national(struct rw_parse *p, const struct rw_digits *d, size_t end)
{
    const struct rw_territory *territory = rw_plan_territory(p->policy->region);
    struct rw_range all = {d->mark[0], d->mark[d->n - 1] + 1u};

    if (rw_plan_is_emergency_in(territory, d->digit, d->n)) {
        rw_parse_fault(p, RW_ADDRESS_REFUSED, "address.emergency_number", all);
        return;
    }
    if (territory && rw_plan_short(territory, d->digit, d->n) == RW_SHORT) {
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.short_code", all);
        return;
    }
    if (territory && is_emergency_behind_code(territory, d)) {
        rw_parse_fault(p, RW_ADDRESS_REFUSED, "address.emergency_number", all);
        return;
    }
    if (territory && p->policy->accept_national && judge_in_region(p, territory, d, end))
        return;
    if (d->n < RW_ADDRESS_DIGITS_MIN)
        rw_parse_fault(p, RW_ADDRESS_IMPOSSIBLE, "address.short_code", all);
    else
        missing_plus(p, territory, d);
}
