/*
 * Where the engine says something else than google-libphonenumber, on purpose. A row of the table is the
 * only way for a disagreement to pass, so each `applies` is as narrow as it can be: it looks at what
 * both said, not only at the input.
 */
#include "oracle.h"

#include <string.h>

static bool has_code(const struct rw_address *ours, const char *code)
{
    return ours->code && strcmp(ours->code, code) == 0;
}

static bool suggests(const struct rw_address *ours, const char *e164)
{
    for (uint32_t i = 0; i < ours->suggestion_count; i++)
        if (strcmp(ours->suggestions[i].text, e164) == 0)
            return true;
    return false;
}

static bool is_trunk_prefix(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.trunk_prefix") && suggests(ours, theirs->e164);
}

static bool is_beyond_e164(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.too_long_e164") && strlen(theirs->e164) > 1 + 15;
}

static bool is_short(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.short_code") && strcmp(theirs->shorts, "valid") == 0;
}

static bool is_emergency(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return has_code(ours, "address.emergency_number") && strcmp(theirs->shorts, "emergency") == 0;
}

static bool is_satellite(const struct oracle_row *theirs, const struct rw_address *ours)
{
    return ours->type == RW_ADDRESS_SATELLITE && strcmp(theirs->type, "mobile") == 0 &&
           (ours->country_code == 870 || ours->country_code == 881);
}

const struct oracle_difference oracle_differences[] = {
    {"trunk prefix after the country code", ORACLE_POSSIBLE, is_trunk_prefix,
     "google drops it; it may as well be a digit too many, so we ask, suggesting google's reading"},
    {"more than 15 digits", ORACLE_POSSIBLE, is_beyond_e164,
     "E.164 has no such numbers, and no carrier takes them"},
    {"short code before national number", ORACLE_POSSIBLE, is_short,
     "a telephone that dials these digits reaches the service, not the number"},
    {"emergency before national number", ORACLE_POSSIBLE, is_emergency,
     "what may reach an emergency service is never called"},
    {"satellite", ORACLE_TYPE, is_satellite,
     "google calls Inmarsat and the satellite networks of +881 mobile; they cost many times as "
     "much"},
};
const size_t oracle_difference_count = sizeof(oracle_differences) / sizeof(*oracle_differences);
