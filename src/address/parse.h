/*
 * address/parse.h - one judgement under way: what the parts of the engine share.
 *
 * Internal to the engine. A part either ends the judgement with rw_parse_fault() (or by accepting in
 * rw_parse_number()) and returns, or leaves it to the next part. Positions are indexes of marks.
 * Owner    lives on the stack of rw_address_judge(). Threads: one.
 */
#ifndef RW_ADDRESS_PARSE_H
#define RW_ADDRESS_PARSE_H

#include "address/address.h"
#include "address/plan.h"
#include "address/text.h"

struct rw_parse {
    const struct rw_address_policy *policy;
    struct rw_address *out;
    size_t n; /* marks */
    struct rw_mark marks[RW_ADDRESS_INPUT_MAX];
};

/* A range of marks, [lo, hi). */
struct rw_range {
    size_t lo, hi;
};

/* Digits gathered from marks: where each came from. */
struct rw_digits {
    bool plus;
    size_t n;
    char digit[RW_ADDRESS_INPUT_MAX + 1];
    uint16_t mark[RW_ADDRESS_INPUT_MAX];
};

#define RW_ADDRESS_DIGITS_MIN 7  /* country code and number: hardly any that is in use is shorter */
#define RW_ADDRESS_DIGITS_MAX 15 /* E.164, 6.1 */

/* ------------------------------------------------------------------ address.c */

/* Sets verdict, code and span; the first fault counts, later ones are ignored. */
void rw_parse_fault(struct rw_parse *p, enum rw_address_verdict verdict, const char *code,
                    struct rw_range span);
/* The same, and the fault is about the character at span.lo. */
void rw_parse_fault_cp(struct rw_parse *p, enum rw_address_verdict verdict, const char *code,
                       struct rw_range span);

void rw_parse_note(struct rw_parse *p, const char *code, struct rw_range span);

/* Puts the digits of [lo, hi) into d, passing over what is none. */
void rw_parse_gather(const struct rw_parse *p, struct rw_range r, struct rw_digits *d);
size_t rw_parse_count_digits(const struct rw_parse *p, struct rw_range r);

/* ------------------------------------------------------------------ number.c */

/* Adds "+digits" when it would be accepted itself, is new, and there is room. */
void rw_parse_suggest(struct rw_parse *p, const char *digits, size_t n, const char *reason);

/* The same of digits as they would be read: from the country code on if plus, else as dialled in the
 * policy's region. */
void rw_parse_suggest_read(struct rw_parse *p, const struct rw_digits *d, const char *reason);

/* Judges digits that are all of the address, from a country code on if plus. end: the mark after it. */
void rw_parse_number(struct rw_parse *p, const struct rw_digits *d, size_t end);

/* The same of digits that begin with a country code, but for what is noted of the number as a whole. */
void rw_parse_e164(struct rw_parse *p, const struct rw_digits *d, size_t end);

/* Would these digits, from the country code on, be accepted, assigned and not refused? */
bool rw_number_is_sound(const struct rw_address_policy *policy, const char *digits, size_t n);

/* "+" and digits only, and sound: nothing to normalise, nothing to explain. The way of nearly every
 * call. False: nothing was written. */
bool rw_number_judge_plain(const char *text, size_t length, const struct rw_address_policy *policy,
                           struct rw_address *ret);

/* ------------------------------------------------------------------ national.c */

/* Judges digits without a plus. end: the mark after them. */
void rw_parse_national(struct rw_parse *p, const struct rw_digits *d, size_t end);

/*
 * The E.164 digits that national ones stand for in the region: international prefix, trunk prefix and
 * carrier code taken off, country code put in front. False when they are too many for any.
 */
struct rw_reading {
    size_t n;
    char digit[40];
    uint8_t from[40]; /* which of the given digits it was; of the country code: the first */
    const char *note; /* what was done */
    size_t noted;     /* to how many digits */
};
bool rw_national_read(const struct rw_territory *territory, const char *digits, size_t n,
                      struct rw_reading *ret);

/* ------------------------------------------------------------------ scan.c */

/* Reads a range that should be a number with separators and perhaps an extension. False: a fault was
 * set. *ret_end: the mark after the number itself. */
bool rw_parse_collect(struct rw_parse *p, struct rw_range r, struct rw_digits *d, size_t *ret_end);
/* The same, and judges what was read. */
void rw_parse_scan(struct rw_parse *p, struct rw_range r);

/* ------------------------------------------------------------------ extension.c */

/* Does r say "extension" and then digits, to its end? *ret: the digits. */
bool rw_parse_find_extension(const struct rw_parse *p, struct rw_range r, struct rw_range *ret);
/* Reads an extension's digits (separators between them), all of r. False: a fault was set. */
bool rw_parse_extension(struct rw_parse *p, struct rw_range r);
/* True: the policy takes no extension, and the fault says so of r. */
bool rw_parse_refuse_extension(struct rw_parse *p, struct rw_range r, struct rw_range number);
/* The ";name=value;.." that begin at r.lo, each once. False: a fault was set. `context` (empty at first;
 * NULL: none may stand there) gets phone-context's value. */
bool rw_parse_params(struct rw_parse *p, struct rw_range r, struct rw_range number,
                     struct rw_range *context);
/* Sets the fault of a parameter that has no place behind the number. */
void rw_parse_refuse_param(struct rw_parse *p, struct rw_range param, struct rw_range number);

/* ------------------------------------------------------------------ odd.c */

/* Says what the character at `at`, which has no place in a number, means for the whole of r. */
void rw_parse_odd(struct rw_parse *p, struct rw_range r, size_t at, const struct rw_digits *before);

/* ------------------------------------------------------------------ uri.c */

/* True when r begins with tel:, sip: or sips: and was judged. */
bool rw_parse_uri(struct rw_parse *p, struct rw_range r);

/* True when the marks from r.lo on spell text (ASCII, case ignored). */
bool rw_parse_spells(const struct rw_parse *p, struct rw_range r, const char *text);
/* The first mark in r that is cp; r.hi when there is none. */
size_t rw_parse_find(const struct rw_parse *p, struct rw_range r, uint32_t cp);

#endif
