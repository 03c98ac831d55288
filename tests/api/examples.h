/*
 * tests/api/examples.h - the examples of api/errors that are requests, as cases of a test.
 *
 * Names in braces stand for what only a running server has; test_examples.c says what.
 */
#ifndef RW_TESTS_API_EXAMPLES_H
#define RW_TESTS_API_EXAMPLES_H

#include <stdbool.h>
#include <stddef.h>

struct example_step {
    const char *raw; /* all of it, byte for byte, or NULL: then what follows */
    size_t raw_length;
    const char *method, *path;
    const char *headers; /* lines that end in CR LF, or NULL */
    const char *body;    /* or NULL */
};

struct example {
    const char *code;
    bool warning; /* the code stands in warnings[] instead of errors[] */
    const struct example_step *steps;
    size_t step_count; /* the answer to the last one has the code */
};

extern const struct example examples[];
extern const size_t example_count;

#endif
