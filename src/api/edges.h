/* api/edges.h - what other resources need of edges. Owner, threads, errors: as api/request.h. */
#ifndef RW_API_EDGES_H
#define RW_API_EDGES_H

#include "api/request.h"

/* The edge of the path, or the refusal is answered: false. */
bool rw_edges_find(struct rw_request *r, struct rw_row_edge *ret);

#endif
