/*
 * api/tables.h - what tools/gen_api.py writes and router.c and catalogue.c read. For nobody else.
 *
 * The tree of path segments is an array, breadth first: the children of a node stand side by side,
 * literal segments sorted by their bytes, the one that takes a parameter last. Node 0 is the root.
 */
#ifndef RW_API_TABLES_H
#define RW_API_TABLES_H

#include "api/catalogue.h"
#include "api/router.h"

struct rw_router_node {
    const char *segment; /* NULL: a parameter */
    uint16_t segment_length;
    uint16_t child, child_count;
    uint16_t operation, operation_count; /* in rw_router_operations_of[] */
    const char *allow;                   /* NULL where no operation is */
};

extern const struct rw_operation rw_operations[];
extern const size_t rw_operation_count;
extern const struct rw_router_node rw_router_nodes[];
extern const uint16_t rw_router_operations_of[]; /* indexes of rw_operations[] */

extern const struct rw_catalogue_entry rw_catalogue[]; /* sorted by code */
extern const size_t rw_catalogue_size;
extern const char *const rw_class_names[RW_CLASS_COUNT];

#endif
