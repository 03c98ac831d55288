#include "api/router.h"
#include "api/schema_text.h"

#include <stdio.h>
#include <stdlib.h>

/* A value from outside of JSON: the same judgement, but the code says that it is no body. */
static void refuse(struct rw_err *err, const char *where, struct rw_faults *faults)
{
    err->code = "request.bad_parameter";
    rw_err_at(err, where, -1, 0);
    rw_faults_add(faults, err);
}

/* U+0000 is refused here as it is in a body: no answer could show it. */
static bool judge_nul(const struct rw_schema *schema, struct rw_slice text, const char *name,
                      struct rw_err *err)
{
    if (!text.n || !memchr(text.p, '\0', text.n))
        return true;
    rw_fail(err, RW_MALFORMED, "request.bad_parameter", "%s may not hold the character U+0000",
            name);
    rw_err_found(err, "U+0000");
    rw_schema_expect(err, schema);
    return false;
}

void rw_schema_check_text(const struct rw_schema *schema, struct rw_slice text, const char *where,
                          struct rw_faults *faults)
{
    const char *name = where + (where[0] == '?');
    struct rw_err err;
    char copy[64];

    if (schema->type == RW_TYPE_STRING) {
        if (!judge_nul(schema, text, name, &err) || !rw_schema_judge_text(schema, text, name, &err))
            refuse(&err, where, faults);
        return;
    }
    if (!rw_schema_reads_as(schema->type, text)) {
        rw_fail(&err, RW_MALFORMED, "request.bad_parameter", "%s must be %s", name,
                rw_schema_type_words(schema->type));
        rw_err_found(&err, "%.*s", (int)(text.n < 64 ? text.n : 64), text.n ? text.p : "");
        rw_schema_expect(&err, schema);
        refuse(&err, where, faults);
        return;
    }
    if ((schema->type == RW_TYPE_INTEGER || schema->type == RW_TYPE_NUMBER) &&
        rw_slice_copy(copy, sizeof(copy), text) &&
        !rw_schema_judge_number(schema, strtod(copy, NULL), name, &err))
        refuse(&err, where, faults);
}

static void where_of(char out[80], struct rw_slice name)
{
    char clean[72];

    rw_text_clean(clean, sizeof(clean), name);
    (void)snprintf(out, 80, "?%s", clean);
}

/* Of a name that the description gives: nothing in it to clean. */
static void where_known(char out[80], const char *name)
{
    out[0] = '?';
    (void)rw_slice_copy(out + 1, 79, rw_slice_str(name));
}

static void refuse_unknown(const struct rw_operation *operation, struct rw_slice name,
                           struct rw_faults *faults)
{
    const char *names[33], *near;
    char where[80], list[160] = "";
    uint32_t count = 0;
    size_t used = 0;
    struct rw_err err;

    for (; count < operation->query_count && count < 32; count++) {
        names[count] = operation->query[count].name;
        if (used + strlen(names[count]) + 3 < sizeof(list))
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", count ? ", " : "",
                                     names[count]);
    }
    names[count] = NULL;
    where_of(where, name);
    rw_fail(&err, RW_MALFORMED, "request.unknown_parameter", "there is no query parameter %s",
            where + 1);
    rw_err_at(&err, where, -1, 0);
    rw_err_found(&err, "%s", where + 1);
    rw_err_expected(&err, "%s%s", count > 1 ? "one of " : "",
                    count ? list : "no query parameter at all");
    near = rw_schema_near(names, name);
    if (near)
        rw_err_suggest(&err, "%s", near);
    rw_faults_add(faults, &err);
}

uint32_t rw_router_check_query(const struct rw_operation *operation, struct rw_slice name,
                               struct rw_slice value, struct rw_faults *faults,
                               struct rw_faults *warnings)
{
    char where[80];

    for (uint32_t i = 0; i < operation->query_count; i++) {
        const struct rw_parameter *parameter = &operation->query[i];

        if (!rw_slice_eq(name, rw_slice_str(parameter->name)))
            continue;
        where_known(where, parameter->name);
        if (parameter->ignored && warnings) {
            struct rw_err err;

            rw_fail(&err, RW_OK, "request.ignored_parameter", "%s was accepted but has no effect",
                    parameter->name);
            rw_err_at(&err, where, -1, 0);
            rw_faults_add(warnings, &err);
        }
        rw_schema_check_text(parameter->schema, value, where, faults);
        return i < 32 ? UINT32_C(1) << i : 0;
    }
    refuse_unknown(operation, name, faults);
    return 0;
}

void rw_router_check_missing(const struct rw_operation *operation, uint32_t seen,
                             struct rw_faults *faults)
{
    for (uint32_t i = 0; i < operation->query_count && i < 32; i++) {
        const struct rw_parameter *parameter = &operation->query[i];
        char where[80];
        struct rw_err err;

        if (!parameter->required || (seen & UINT32_C(1) << i))
            continue;
        where_of(where, rw_slice_str(parameter->name));
        rw_fail(&err, RW_MALFORMED, "request.missing_parameter",
                "the query parameter %s is missing", parameter->name);
        rw_err_at(&err, where, -1, 0);
        rw_err_found(&err, "no parameter of this name");
        rw_schema_expect(&err, parameter->schema);
        rw_faults_add(faults, &err);
    }
}
