/*
 * api/resource.h - what the resources of telephony have in common: found or not, shown and listed, the
 * version that a change starts from, a name that nobody else has, what stands in the way of a deletion.
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
#include "api/paging.h"

struct rw_resource {
    const char *code;          /* of "there is none": "trunk.not_found" */
    const char *what;          /* "trunk" */
    const char *param;         /* of the path: "trunkId" */
    const char *list;          /* where it would be found: "GET /api/v2/..." */
    enum rw_store_named named; /* among whom its name is unique */
    /* Writes the members of a row, one of the store's, into an object that is open. */
    void (*write)(struct rw_request *r, struct rw_json_writer *w, const void *row);
};

/* Judges a reading by the id in the path. */
bool rw_resource_found(struct rw_request *r, const struct rw_resource *kind, enum rw_class class,
                       const struct rw_err *err);

/*
 * The same of what a tenant has one of, which is not in the path: where nothing is stored (RW_NOT_FOUND) a
 * default holds, with version 0.
 */
bool rw_resource_found_or_default(struct rw_request *r, enum rw_class class,
                                  const struct rw_err *err);

/* The body's "version" is the stored one. */
bool rw_resource_current(struct rw_request *r, uint32_t stored);

/* Nobody else has the name in the body; `id` is whose it may be. */
bool rw_resource_name_free(struct rw_request *r, const struct rw_resource *kind, const char *id);

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

/* The same where memory may have run out while reading: `complete` is false then. */
bool rw_resource_body_read(struct rw_request *r, bool complete);

/* A query parameter as a C string in the arena; NULL when it is absent or empty. */
const char *rw_resource_query(struct rw_request *r, const char *name);

/* The text of a member; "" where there is none. Lives as long as the object. */
const char *rw_resource_text(const struct json_t *object, const char *name);

/* A fault for a time zone that nobody knows; what it may have been is suggested. `err` says the rest. */
void rw_resource_unknown_zone(struct rw_request *r, struct rw_err *err, const char *zone);

/* Answers with one of them. */
void rw_resource_show(struct rw_request *r, const struct rw_resource *kind, const void *row);

/*
 * Answers with `count` rows of `row_size` bytes, which were read as `listing` says with the result `class`.
 */
void rw_resource_list(struct rw_listing *listing, const struct rw_resource *kind,
                      enum rw_class class, const void *rows, size_t row_size, size_t count);

/*
 * Commits the tx that makes or changes a row (NULL: memory was out for it), with an audit row of `action`
 * about `id` and `name`, and answers with the row and the warnings.
 */
void rw_resource_commit(struct rw_request *r, const struct rw_resource *kind, struct rw_tx *tx,
                        const void *row, const char *action, const char *id, const char *name);

/* The members that resources begin and end with: of all, and of those of the contract. */
void rw_resource_write_version(struct rw_json_writer *w, uint32_t version, uint64_t created_ms,
                               uint64_t modified_ms);
struct rw_resource_head {
    const char *id, *name, *description, *state;
    uint32_t version;
    uint64_t created_ms, modified_ms;
};
void rw_resource_write_head(struct rw_json_writer *w, const struct rw_resource_head *head);
extern const struct rw_sort rw_resource_head_sorts[]; /* a list can be ordered by these */

#endif
