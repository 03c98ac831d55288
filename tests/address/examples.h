/*
 * tests/address/examples.h - the example of each code of api/errors/address.yaml, as a case of a test.
 */
#ifndef RW_TESTS_ADDRESS_EXAMPLES_H
#define RW_TESTS_ADDRESS_EXAMPLES_H

#include "address/address.h"

struct example {
    const char *code, *input;
    size_t length; /* of the input */
    bool note;     /* a note, without its "address." in the judgement */
    bool pending;  /* the engine doesn't say this yet */
};

extern const struct example examples[];
extern const size_t example_count;

/* The policy of the example: the usual one but for what the example says. */
void example_policy(size_t i, struct rw_address_policy *policy);

#endif
