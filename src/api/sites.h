/* api/sites.h - what other resources need of sites. Owner, threads, errors: as api/request.h. */
#ifndef RW_API_SITES_H
#define RW_API_SITES_H

#include "api/request.h"

/* The site of the path, or the refusal is answered: false. */
bool rw_sites_find(struct rw_request *r, struct rw_row_site *ret);

#endif
