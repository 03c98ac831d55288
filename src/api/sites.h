/* api/sites.h - what other resources need of sites. Owner, threads, errors: as api/request.h. */
#ifndef RW_API_SITES_H
#define RW_API_SITES_H

#include "api/request.h"

/* The site of the path, or the refusal is answered: false. */
bool rw_sites_find(struct rw_request *r, struct rw_row_site *ret);

/*
 * The id of the site that the body names, or of the tenant's first; *ret NULL: it has none. One that is not
 * there is a fault. False: trouble of the store, answered.
 */
bool rw_sites_of_body(struct rw_request *r, const char **ret);

#endif
