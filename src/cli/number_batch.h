/*
 * cli/number_batch.h - judges a list of numbers, a line each, into a line of JSON each.
 *
 * Anything may stand in a line but its end, "\n" or "\r\n"; the last one needs none. What was read is
 * answered before more is waited for, so that another program can ask and answer in turns.
 *
 * Owner    the caller's descriptors. Threads: one at a time.
 * Memory   under 1 MiB, however long the list or a line is: of a line that the engine refuses unread
 *          as too long only the beginning is kept.
 * Errors   what could not be done, in words; lines already written stand.
 */
#ifndef RW_CLI_NUMBER_BATCH_H
#define RW_CLI_NUMBER_BATCH_H

#include "address/address.h"

#include <stdio.h>

struct rw_cli_batch {
    int in, out;
    const struct rw_address_policy *policy;
    FILE *progress; /* a terminal that is told how far it is, or NULL */
};

/* NULL when every line was read and written, otherwise what failed; errno says why. */
const char *rw_cli_number_batch(const struct rw_cli_batch *batch);

#endif
