/*
 * address/address.h - what somebody typed where a telephone number belongs, judged and explained.
 *
 * In: some bytes and a policy. Out: an E.164 number (ITU-T E.164) and what had to be normalised to
 * get it, or the first fault: what is wrong, where, what could stand there, what was probably meant.
 * Four outcomes are never mixed: malformed (no telephone address), impossible (country code or
 * length), unassigned (no such range in the numbering data), refused (a number, but not to be called:
 * emergency, a type or region that the policy excludes). Nothing is repaired silently: what is
 * harmless is normalised and noted, what is ambiguous is refused with suggestions.
 *
 * Read: E.164, national form (with a default region), tel: (RFC 3966), sip: and sips: with a number
 * as user (RFC 3261, 19.1.6), visual separators, digits of every script, extensions.
 *
 * What is assigned is known from tables that tools/numbering makes of libphonenumber's metadata; they
 * lag behind the countries, so "unassigned" is a matter of policy and never called malformed.
 *
 * This header needs nothing but libc, and so does the code behind it.
 * Owner    nothing is kept or allocated; pointers in the result are static.
 * Threads  any; no state, no locale.
 * Memory   about 16 KiB of stack. Input beyond RW_ADDRESS_INPUT_MAX bytes is refused unread.
 * Errors   part of the result.
 * Units    spans in code points and in bytes, from 0. An invalid byte counts as a code point.
 */
#ifndef RW_ADDRESS_ADDRESS_H
#define RW_ADDRESS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RW_ADDRESS_INPUT_MAX 512
#define RW_ADDRESS_NOTES_MAX 8
#define RW_ADDRESS_SUGGESTIONS_MAX 4

enum rw_address_verdict {
    RW_ADDRESS_OK,
    RW_ADDRESS_UNASSIGNED,
    RW_ADDRESS_IMPOSSIBLE,
    RW_ADDRESS_MALFORMED,
    RW_ADDRESS_REFUSED
};

enum rw_address_type {
    RW_ADDRESS_TYPE_UNKNOWN,
    RW_ADDRESS_FIXED,
    RW_ADDRESS_MOBILE,
    RW_ADDRESS_FIXED_OR_MOBILE,
    RW_ADDRESS_TOLL_FREE,
    RW_ADDRESS_PREMIUM,
    RW_ADDRESS_SHARED_COST,
    RW_ADDRESS_VOIP,
    RW_ADDRESS_PERSONAL,
    RW_ADDRESS_PAGER,
    RW_ADDRESS_UAN,
    RW_ADDRESS_VOICEMAIL,
    RW_ADDRESS_SATELLITE,
    RW_ADDRESS_TYPES
};

struct rw_address_policy {
    char region[3]; /* ISO 3166-1 alpha-2 of national numbers; "", or one that is not known: none */
    bool accept_national; /* national form and dialled prefixes of the region, turned into E.164 */
    bool accept_uris;     /* tel:, sip:, sips: */
    bool accept_separators;     /* spaces, hyphens, dots, brackets, slashes */
    bool accept_unicode;        /* anything beyond ASCII: digits, separators, invisible marks */
    bool accept_extensions;     /* ";ext=12", "ext. 12", "x12" */
    bool accept_vanity;         /* letters for digits, "1-800-FLOWERS", as on a telephone's keys */
    bool refuse_unassigned;     /* the verdict stays UNASSIGNED: for whoever acts on it */
    uint32_t refuse_types;      /* bit 1 << enum rw_address_type */
    const char *refuse_regions; /* "CU,KP", or NULL */
};

struct rw_address_span {
    uint32_t at, length;  /* in code points; length 0 = a place between two */
    uint32_t byte, bytes; /* the same in bytes */
};

/* Something that was normalised; the span reaches from the first to the last place of that kind. */
struct rw_address_note {
    const char *code; /* "bidi_control_removed", see rw_address_note_meaning() */
    struct rw_address_span span;
    uint32_t count;      /* places */
    uint32_t code_point; /* the first one */
};

struct rw_address_suggestion {
    char text[24];
    const char *reason; /* why this may be meant */
};

struct rw_address {
    enum rw_address_verdict verdict;

    /* of a number, also of an unassigned or refused one */
    char e164[17];         /* "+6591234567"; "" when there is none */
    char extension[16];    /* digits, or "" */
    char region[4];        /* ISO 3166-1, "001" for codes of no country, "" when it is not known */
    uint16_t country_code; /* 0 when there is none */
    bool possible;         /* country code and length are those of a number */
    bool valid;            /* the numbering data has such a range */
    enum rw_address_type type;
    const char *time_zones; /* comma-separated tz names, "" = not known */

    uint32_t note_count, notes_dropped;
    struct rw_address_note notes[RW_ADDRESS_NOTES_MAX];

    /* of the fault; code is NULL when the verdict is OK */
    const char *code; /* "address.missing_plus": stable */
    struct rw_address_span span;
    uint32_t code_point; /* the character at fault, 0 = the fault is not about one */
    char before[17];     /* E.164 up to the digit at fault, "+653"; "" where that says nothing */
    uint16_t allowed_digits; /* bit n: digit n could stand there; 0 = not known */
    uint32_t lengths;        /* bit n: n national digits could be; 0 = not known */
    uint32_t suggestion_count;
    struct rw_address_suggestion suggestions[RW_ADDRESS_SUGGESTIONS_MAX];
};

/* Everything accepted but vanity letters; nothing refused (unassigned ranges too); no region. */
void rw_address_policy_init(struct rw_address_policy *policy);

/* Judges length bytes at text (no NUL needed). policy NULL: as rw_address_policy_init() makes it. */
void rw_address_judge(const char *text, size_t length, const struct rw_address_policy *policy,
                      struct rw_address *ret);

const char *rw_address_verdict_name(enum rw_address_verdict verdict);
const char *rw_address_type_name(enum rw_address_type type);

/* One sentence about a fault's code, about a note's code; "" for any other text. */
const char *rw_address_message(const char *code);
const char *rw_address_note_meaning(const char *code);

/* Room enough for each of the texts below. */
#define RW_ADDRESS_TEXT_MAX 256

/*
 * The same sentence with what is known of this number: "no such number range in Singapore (+65)".
 * Writes at most size bytes with the NUL. Returns dst.
 */
const char *rw_address_explain(const struct rw_address *address, char *dst, size_t size);

/* What could stand at the fault, in words, "" when there is nothing to say: "after +653 only 1 or 2 can
 * follow". Writes at most size bytes with the NUL. Returns dst. */
const char *rw_address_expected(const struct rw_address *address, char *dst, size_t size);

/* "U+202C POP DIRECTIONAL FORMATTING"; only "U+1234" where no name is known. Returns dst. */
#define RW_ADDRESS_NAME_MAX 64
const char *rw_address_code_point_name(uint32_t code_point, char dst[RW_ADDRESS_NAME_MAX]);

/* "Singapore"; "" for a region that is not known. */
const char *rw_address_region_name(const char *region);

/* Where the numbering data comes from, "google-libphonenumber 3.2.47", and of when it is, "2026-09". */
const char *rw_address_data_version(void);
const char *rw_address_data_month(void);

enum rw_address_format {
    RW_ADDRESS_E164,          /* "+6591234567" */
    RW_ADDRESS_INTERNATIONAL, /* "+65 9123 4567" */
    RW_ADDRESS_NATIONAL,      /* "9123 4567", "020 7946 0000" */
    RW_ADDRESS_RFC3966        /* "tel:+6591234567;ext=12" */
};
#define RW_ADDRESS_FORMAT_MAX 48

/* Formats an address that has an e164; false, with dst = "", otherwise. The extension goes along in
 * RFC 3966 and, as " ext. 12", in the international and national forms. */
bool rw_address_write(const struct rw_address *address, enum rw_address_format format,
                      char dst[RW_ADDRESS_FORMAT_MAX]);

#ifdef __cplusplus
}
#endif

#endif
