/*
 * api/router.h - which operation of api/openapi.yaml a method and a path mean.
 *
 * tools/gen_api.py writes the table of operations and the tree of path segments at build time.
 * Handlers are functions void rw_op_<operationId>(struct rw_request *), declared by the generated
 * api_gen.h: one that is missing is an error of the linker.
 *
 * Threads  tables are constant, matching has no state.
 * Memory   a percent-encoded path parameter is decoded into the arena; others point into the path.
 * Errors   RW_NOT_FOUND request.unknown_path (suggestion: the nearest path there is), RW_BAD_METHOD
 *          request.method_not_allowed, RW_MALFORMED request.bad_path, request.unknown_parameter,
 *          request.bad_parameter, request.missing_parameter; RW_NO_MEMORY.
 * Not to be included beside re.h.
 */
#ifndef RW_API_ROUTER_H
#define RW_API_ROUTER_H

#include "api/schema.h"
#include "base/arena.h"

struct rw_request; /* api/request.h */

typedef void(rw_operation_h)(struct rw_request *request);

enum rw_operation_auth { RW_OPERATION_OPEN, RW_OPERATION_BEARER };

enum rw_operation_body {
    RW_OPERATION_NO_BODY,
    RW_OPERATION_JSON,
    RW_OPERATION_FORM,
    RW_OPERATION_CSV
};

struct rw_parameter {
    const char *name;
    const struct rw_schema *schema;
    bool required;
    bool ignored; /* taken without effect: a warning */
};

struct rw_response {
    uint16_t status;
    const char *content_type;       /* NULL: no body */
    const struct rw_schema *schema; /* NULL: not JSON, or no body */
};

struct rw_operation {
    const char *id;     /* "postConversationsCalls" */
    const char *method; /* "POST" */
    const char *path;   /* "/api/v2/conversations/calls/{conversationId}" */
    const char *summary;
    enum rw_operation_auth auth;
    bool needs_user; /* a token without a user is answered not.a.user */
    const char *const
        *permissions;          /* any one of them is enough, NULL at the end; NULL: none needed */
    const char *const *scopes; /* likewise */
    const struct rw_parameter *query;
    uint32_t query_count;
    enum rw_operation_body body;
    bool body_required;
    const struct rw_schema *request; /* NULL with RW_OPERATION_NO_BODY */
    const struct rw_response *responses;
    uint32_t response_count;
    const char *const *path_names; /* of its parameters, in order, NULL at the end */
};

#define RW_ROUTER_PARAMS_MAX 8

struct rw_router_match {
    const struct rw_operation *operation;
    uint32_t count;
    struct rw_slice params[RW_ROUTER_PARAMS_MAX]; /* decoded; named by operation->path_names */
    const char *allow; /* "GET, HEAD, POST": also set with RW_BAD_METHOD, for the Allow header */
};

/* HEAD is answered by GET's operation where there is none of its own. */
RW_NODISCARD enum rw_class rw_router_match(const char *method, struct rw_slice path,
                                           struct rw_arena *arena, struct rw_router_match *ret,
                                           struct rw_err *err);

/* A path parameter by its name; the empty slice when the operation has none of that name. */
struct rw_slice rw_router_param(const struct rw_router_match *match, const char *name);

/*
 * Judges one query parameter as it comes; a fault's pointer is "?name". Call rw_router_check_missing()
 * after the last one with the set of bits that were returned or-ed together.
 */
uint32_t rw_router_check_query(const struct rw_operation *operation, struct rw_slice name,
                               struct rw_slice value, struct rw_faults *faults,
                               struct rw_faults *warnings);
void rw_router_check_missing(const struct rw_operation *operation, uint32_t seen,
                             struct rw_faults *faults);

/* The response the description gives for a status, or NULL. */
const struct rw_response *rw_router_response(const struct rw_operation *operation, unsigned status);

/* All operations, in the order of the description. */
size_t rw_router_operations(const struct rw_operation **ret_first);

/* Who answers it. Lives in a generated file of its own, so that tests can do without handlers. */
rw_operation_h *rw_operation_handler(const struct rw_operation *operation);

#endif
