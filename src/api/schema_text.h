/*
 * api/schema_text.h - schemas and values in words, and the judging of texts and numbers.
 *
 * What schema.c and router.c say about a value comes from here, so that a query parameter is refused
 * in the same words as a member of a body.
 *
 * Threads  any; no state, no allocation. Not to be included beside re.h.
 */
#ifndef RW_API_SCHEMA_TEXT_H
#define RW_API_SCHEMA_TEXT_H

#include "api/schema.h"

#define RW_SCHEMA_SHOWN 72     /* bytes that a value is shown in, cut */
#define RW_SCHEMA_NAMES_MAX 64 /* members of an object that are looked at for a suggestion */

/* Replaces the message of an error. */
void rw_schema_say(struct rw_err *err, const char *fmt, ...) RW_PRINTF(2, 3);

/* The value as JSON writes it when it is short; containers in words. */
void rw_schema_show(const json_t *value, char out[RW_SCHEMA_SHOWN]);

const char *rw_schema_type_words(enum rw_schema_type type); /* "a whole number" */
const char *rw_schema_value_words(const json_t *value);

/* Fills in err->expected: type, enum, bounds. */
void rw_schema_expect(struct rw_err *err, const struct rw_schema *schema);
void rw_schema_expect_members(struct rw_err *err, const struct rw_schema *schema,
                              enum rw_schema_direction direction);

/* False, with *ret filled in but for its pointer, when a value of the right type is not allowed. */
bool rw_schema_judge_text(const struct rw_schema *schema, struct rw_slice text, const char *name,
                          struct rw_err *ret);
bool rw_schema_judge_number(const struct rw_schema *schema, double value, const char *name,
                            struct rw_err *ret);

/* Would the text, without quotes, be a value of this type? */
bool rw_schema_reads_as(enum rw_schema_type type, struct rw_slice text);

#endif
