/*
 * cli/number_json.h - a judged number as one JSON object: `number check --json` and a line of --batch.
 *
 * always         input, verdict, possible, valid
 * of a number    e164, type; extension, region and timeZones where known
 * of a fault     code, at, length; found, expected and suggestions where there are any
 * of what was    notes
 * normalised
 * of a line of which only the beginning is shown: inputBytes, the length of all of it
 * with message   message, of a fault
 *
 * What would be empty is left out. Positions count code points from 0, and each byte that is not UTF-8
 * as one: it stands in `input` as U+FFFD. All of it is ASCII, so that a terminal can show it.
 *
 * Owner, threads, errors: those of the writer.
 */
#ifndef RW_CLI_NUMBER_JSON_H
#define RW_CLI_NUMBER_JSON_H

#include "address/address.h"
#include "json/write.h"

#define RW_CLI_NUMBER_JSON_MAX 8192 /* bytes of an object, whatever was judged */

/* The same for people, as the help shows it. */
extern const char rw_cli_number_members[];

/* `bytes`: of all that was judged, of which input may be the beginning. Sets the writer to ASCII. */
void rw_cli_number_json(struct rw_json_writer *w, struct rw_slice input, uint64_t bytes,
                        const struct rw_address *address, bool message);

#endif
