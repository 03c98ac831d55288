/* A request line and a body against the whole description: routing, query, form of the body, and what it means. */
#include "understand.h"

#include "api/router.h"
#include "base/utf8.h"
#include "json/read.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rw_faults faults, warnings;

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Takes a line off the input. */
static struct rw_slice line(struct rw_slice *input)
{
    const char *end = input->n ? memchr(input->p, '\n', input->n) : NULL;
    struct rw_slice taken = {input->p, end ? (size_t)(end - input->p) : input->n};

    *input = rw_slice_from(*input, taken.n + 1);
    return taken;
}

static void check_faults(const struct rw_faults *found, struct rw_slice body)
{
    for (uint32_t i = 0; i < found->count; i++) {
        const struct rw_err *err = &found->at[i];

        require(err->code && err->message[0]);
        require(rw_utf8_valid_prefix(rw_slice_str(err->pointer)) == strlen(err->pointer));
        require(err->line == 0 || (err->offset >= 0 && (size_t)err->offset <= body.n));
    }
}

static void check_body(const struct rw_operation *operation, struct rw_slice body)
{
    json_t *value = NULL;

    if (!operation->request || rw_json_read(body, NULL, &value, NULL))
        return;
    rw_schema_check(operation->request, value, RW_SCHEMA_REQUEST, &faults, &warnings);
    fuzz_understand(body, value);
    json_decref(value);
    rw_schema_locate(body, &faults);
    rw_schema_locate(body, &warnings);
    for (uint32_t i = 0; i < faults.count; i++)
        require(faults.at[i].line > 0 || faults.at[i].pointer[0] == '?');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice input = {(const char *)data, size};
    struct rw_slice method = line(&input), path = line(&input), name = line(&input),
                    value = line(&input);
    struct rw_router_match match = {.operation = NULL};
    const struct rw_operation *operations;
    struct rw_arena arena;
    struct rw_err err;
    char verb[16];

    faults.count = faults.dropped = warnings.count = warnings.dropped = 0;
    if (!rw_slice_copy(verb, sizeof(verb), method))
        return 0;
    rw_arena_init(&arena, 1u << 20);
    if (rw_router_match(verb, path, &arena, &match, &err) != RW_OK) {
        require(err.code && err.message[0] && !match.operation);
        (void)rw_router_operations(&operations);
        match.operation = &operations[size % rw_router_operations(&operations)];
    } else {
        require(match.count <= RW_ROUTER_PARAMS_MAX);
        for (uint32_t i = 0; i < match.count; i++)
            require(match.params[i].n > 0 && match.params[i].n <= path.n);
    }
    rw_router_check_missing(match.operation,
                            rw_router_check_query(match.operation, name, value, &faults, &warnings),
                            &faults);
    check_body(match.operation, input);
    check_faults(&faults, input);
    check_faults(&warnings, input);
    rw_arena_done(&arena);
    return 0;
}
