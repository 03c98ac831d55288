#include "address/automaton.h"
#include "address/out.h"
#include "address/plan.h"

#include <string.h>

/* ------------------------------------------------------------------ groups of a national number */

/* How many digits each group takes of n: as many as it can, as long as enough is left for those behind.
 * False: the format is not for so many digits. */
static bool divide(const struct rw_number_format *format, size_t n, size_t sizes[5])
{
    size_t behind = 0;

    for (unsigned i = 0; i < format->count; i++)
        behind += format->groups[i] >> 4;
    for (unsigned i = 0; i < format->count; i++) {
        size_t least = format->groups[i] >> 4, most = format->groups[i] & 15;

        behind -= least;
        if (n < behind + least)
            return false;
        sizes[i] = n - behind < most ? n - behind : most;
        n -= sizes[i];
    }
    return n == 0;
}

/* "($1) $2-$3" with the groups put in. */
static void put_groups(struct rw_out *out, const char *text, const char *nsn, const size_t sizes[5])
{
    for (; *text; text++) {
        const char *group = nsn;

        if (*text != '$') {
            rw_out_char(out, *text);
            continue;
        }
        text++;
        for (char i = '1'; i < *text; i++)
            group += sizes[i - '1'];
        for (size_t i = 0; i < sizes[*text - '1']; i++)
            rw_out_char(out, group[i]);
    }
}

/* The place in the choices that the leading digits lead to; 0 = none. */
static unsigned choice_of(const struct rw_country *country, const char *nsn)
{
    unsigned state = country->formats;

    for (; *nsn && state != RW_STATE_DEAD; nsn++)
        state = rw_state_next(state, (unsigned)(*nsn - '0'));
    return rw_state_label(rw_tables_pool, state);
}

static void put_national(struct rw_out *out, const struct rw_country *country, const char *nsn,
                         bool international)
{
    unsigned choice = choice_of(country, nsn), list = choice ? 2 * (choice - 1) + international : 0;
    size_t first = international ? country->international : country->national;
    size_t sizes[5] = {0};

    for (unsigned i = choice ? rw_tables_choice_ends[list] : 0;
         choice && i < rw_tables_choice_ends[list + 1]; i++) {
        const struct rw_number_format *format = &rw_tables_formats[first + rw_tables_choices[i]];

        if (!divide(format, strlen(nsn), sizes))
            continue;
        put_groups(out, rw_tables_texts + format->text, nsn, sizes);
        return;
    }
    rw_out_text(out, nsn);
}

/* ------------------------------------------------------------------ the whole */

bool rw_address_write(const struct rw_address *address, enum rw_address_format format,
                      char dst[RW_ADDRESS_FORMAT_MAX])
{
    struct rw_out out = rw_out_begin(dst, RW_ADDRESS_FORMAT_MAX);
    const char *digits = address->e164[0] ? address->e164 + 1 : "", *nsn;
    const struct rw_country *country;
    size_t code_digits;

    *dst = '\0';
    country = rw_plan_country(digits, strlen(digits), &code_digits);
    if (!country)
        return false;
    nsn = digits + code_digits;
    if (format == RW_ADDRESS_E164 || format == RW_ADDRESS_RFC3966) {
        rw_out_text(&out, format == RW_ADDRESS_RFC3966 ? "tel:" : "");
        rw_out_text(&out, address->e164);
    } else if (format == RW_ADDRESS_INTERNATIONAL) {
        rw_out_char(&out, '+');
        for (size_t i = 0; i < code_digits; i++)
            rw_out_char(&out, digits[i]);
        rw_out_char(&out, ' ');
        put_national(&out, country, nsn, true);
    } else {
        put_national(&out, country, nsn, false);
    }
    if (address->extension[0] && format != RW_ADDRESS_E164) {
        rw_out_text(&out, format == RW_ADDRESS_RFC3966 ? ";ext=" : " ext. ");
        rw_out_text(&out, address->extension);
    }
    rw_out_end(&out);
    return true;
}
