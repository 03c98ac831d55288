/*
 * tests/address/oracle.h - an input with google-libphonenumber's answer, and where we differ on purpose.
 */
#ifndef RW_TESTS_ADDRESS_ORACLE_H
#define RW_TESTS_ADDRESS_ORACLE_H

#include "address/address.h"

/* A line of oracle/oracle.cjs; empty where it is no number to google. */
struct oracle_row {
    const char *kind;   /* how the input was made */
    const char *region; /* that it is dialled in, or "-" */
    const char *input;
    const char *reason; /* "possible", or why not: "too_long", "not_a_number" */
    const char *e164, *extension;
    const char *valid; /* "valid", "invalid" */
    const char *type, *number_region;
    const char *international, *national, *rfc3966;
    const char *zones;  /* comma-separated */
    const char *shorts; /* as a short number: "emergency", "valid", "nearby" (an emergency number of
                           another region, see google.cjs), "no"; "-": not asked */
};
#define ORACLE_COLUMNS (sizeof(struct oracle_row) / sizeof(const char *))

/* What an answer consists of. Those behind ORACLE_FAULT are compared if both say possible. */
enum oracle_aspect {
    ORACLE_SHORT,
    ORACLE_POSSIBLE,
    ORACLE_FAULT, /* of numbers that are not possible */
    ORACLE_EXTENSION,
    ORACLE_E164, /* if this differs, it is another number: the rest is not compared */
    ORACLE_VERDICT,
    ORACLE_VALID,
    ORACLE_TYPE,
    ORACLE_REGION,
    ORACLE_INTERNATIONAL,
    ORACLE_NATIONAL,
    ORACLE_RFC3966,
    ORACLE_ZONES,
    ORACLE_ASPECTS
};

/* A deliberate difference. Each must occur in a whole run: one that does not is no longer true. */
struct oracle_difference {
    const char *name;
    enum oracle_aspect aspect;
    bool (*applies)(const struct oracle_row *theirs, const struct rw_address *ours);
    const char *reason;
};

extern const struct oracle_difference oracle_differences[];
extern const size_t oracle_difference_count;

/* Google says that the number is possible. */
bool oracle_is_possible(const struct oracle_row *row);

#endif
