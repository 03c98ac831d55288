/*
 * api/resource.h - what the resources of telephony have in common: found or not, the version that a
 * change starts from, a name that nobody else has, what stands in the way of a deletion.
 *
 * Each function answers the request when it returns false; the handler just returns then.
 *
 * Owner    texts live with the request. Threads: the request's worker.
 * Errors   the code of the resource, version.conflict, telephony.name_taken, telephony.in_use, or the
 *          store's.
 */
#ifndef RW_API_RESOURCE_H
#define RW_API_RESOURCE_H

#include "api/answer.h"

struct rw_resource {
    const char *code;  /* of "there is none": "trunk.not_found" */
    const char *what;  /* "trunk" */
    const char *param; /* of the path: "trunkId" */
    const char *list;  /* where it would be found: "GET /api/v2/..." */
};

/* Judges a reading by the id in the path. */
bool rw_resource_found(struct rw_request *r, const struct rw_resource *kind, enum rw_class class,
                       const struct rw_err *err);

/* The body's "version" is the stored one. */
bool rw_resource_current(struct rw_request *r, uint32_t stored);

/* `other_id` is who has the name already, NULL: nobody; `id` is whose it may be. */
bool rw_resource_name_free(struct rw_request *r, const struct rw_resource *kind, const char *id,
                           const char *other_id);

#define RW_RESOURCE_USERS_SHOWN 3 /* names in a refusal; the rest is counted */

/* Those that speak of a thing, gathered before it is deleted. Begin zeroed. */
struct rw_resource_users {
    size_t count;
    char text[140]; /* "route Singapore, route Japan" */
};
void rw_resource_used_by(struct rw_resource_users *users, const char *what, const char *name);
bool rw_resource_unused(struct rw_request *r, const struct rw_resource *kind,
                        const struct rw_resource_users *users);

/* The same of routes, of which `count` were read and `total` are there. */
bool rw_resource_without_routes(struct rw_request *r, const struct rw_resource *kind,
                                const struct rw_row_route *routes, size_t count, uint64_t total);

/* True, and the arena's copy of a fresh id in *ret. */
bool rw_resource_new_id(struct rw_request *r, const char **ret);

/*
 * The tenant's edge: where trunks and numbers are. Where there is none yet it is made along in `tx`, which
 * is dropped on false.
 */
bool rw_resource_edge(struct rw_request *r, struct rw_tx *tx, const char **ret);

/* True when nothing was found wrong; else everything is answered. */
bool rw_resource_no_faults(struct rw_request *r);

/* A query parameter as a C string in the arena; NULL when it is absent or empty. */
const char *rw_resource_query(struct rw_request *r, const char *name);

/* The members that resources of the contract begin and end with. */
struct rw_resource_head {
    const char *id, *name, *description, *state;
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
void rw_resource_write_head(struct rw_json_writer *w, const struct rw_resource_head *head);

#endif
