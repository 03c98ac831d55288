/*
 * api/schema.h - the shapes of api/openapi.yaml as tables, and the check of a value against one.
 *
 * tools/gen_api.py writes the tables at build time. A check finds every fault at once; each says
 * where (JSON Pointer), what was found, what could stand there and, when there is something honest
 * to say, what to write instead. Meaning (is this a telephone number, whose is it) is judged
 * elsewhere: here is form only.
 *
 * Threads  tables are constant, checks have no state.
 * Memory   nothing is allocated; faults beyond RW_FAULTS_MAX are counted.
 * Errors   RW_MALFORMED body.missing_member, body.unknown_member, body.wrong_type, body.null_member,
 *          body.bad_enum, body.bad_format, body.too_long, body.too_short, body.out_of_range,
 *          body.too_many_items, body.too_few_items, body.read_only, body.not_supported. As warnings:
 *          body.ignored_member.
 * Not to be included beside re.h.
 */
#ifndef RW_API_SCHEMA_H
#define RW_API_SCHEMA_H

#include "base/err.h"

#include <jansson.h>

enum rw_schema_type {
    RW_TYPE_ANY,
    RW_TYPE_STRING,
    RW_TYPE_INTEGER,
    RW_TYPE_NUMBER,
    RW_TYPE_BOOLEAN,
    RW_TYPE_OBJECT,
    RW_TYPE_ARRAY
};

enum rw_schema_format {
    RW_FORMAT_NONE,
    RW_FORMAT_UUID,      /* 8-4-4-4-12 hexadecimal digits */
    RW_FORMAT_URI,       /* RFC 3986: a scheme, a colon, something, no blanks */
    RW_FORMAT_DATE_TIME, /* RFC 3339 */
    RW_FORMAT_TOKEN,     /* [A-Za-z0-9._-]+ */
    RW_FORMAT_DIGITS     /* [0-9]+ */
};

struct rw_schema;

struct rw_schema_member {
    const char *name;
    const struct rw_schema *schema;
    bool required;
    bool read_only;  /* ours to say: refused in a request */
    bool write_only; /* never in a response */
    bool nullable;
    bool ignored;        /* taken without effect: a warning */
    const char *refused; /* not supported: why; NULL when it is */
};

struct rw_schema {
    const char *name; /* of the component, for messages; NULL for one that stands inline */
    enum rw_schema_type type;
    enum rw_schema_format format;
    const char *const *values; /* of an enum, NULL at the end; NULL: no enum */
    uint32_t length_min,
        length_max; /* code points of a string, items of an array; 0 = no maximum */
    bool has_minimum, has_maximum;
    double minimum, maximum;                /* inclusive */
    const struct rw_schema *items;          /* of an array; NULL: anything */
    const struct rw_schema_member *members; /* of an object */
    uint32_t member_count;
    bool open;                     /* other members may stand in it, each of shape `extra` */
    const struct rw_schema *extra; /* NULL: of any shape */
};

enum rw_schema_direction { RW_SCHEMA_REQUEST, RW_SCHEMA_RESPONSE };

/* Adds what it finds to *faults; to *warnings (NULL allowed) what is taken but has no effect. */
void rw_schema_check(const struct rw_schema *schema, const json_t *value,
                     enum rw_schema_direction direction, struct rw_faults *faults,
                     struct rw_faults *warnings);

/*
 * Checks a text from outside of JSON (a query parameter, a form's field) as if it were the value:
 * numbers and booleans are read from it. `where` becomes the fault's pointer as it is.
 */
void rw_schema_check_text(const struct rw_schema *schema, struct rw_slice text, const char *where,
                          struct rw_faults *faults);

/*
 * Gives each fault that has a pointer its offset, line, column and length in the body; those that
 * speak of a member itself point to its name, others to its value (see rw_json_locate_err()).
 */
void rw_schema_locate(struct rw_slice body, struct rw_faults *faults);

/*
 * The word of `words` (NULL at the end) nearest to `text` when it is near enough to have been meant
 * (case, a few letters wrong), else NULL.
 */
const char *rw_schema_near(const char *const *words, struct rw_slice text);

#endif
