/*
 * api/paging.h - pages of a list, as the contract has them: pageSize and pageNumber in, and out with
 * total, pageCount, selfUri, firstUri, lastUri, nextUri, previousUri beside the entities.
 *
 * The description gives both parameters their bounds, so that what comes here is a number in range.
 */
#ifndef RW_API_PAGING_H
#define RW_API_PAGING_H

#include "api/request.h"
#include "json/write.h"

#define RW_PAGE_SIZE_DEFAULT 25
#define RW_PAGE_SIZE_MAX 500

struct rw_page rw_paging_read(const struct rw_request *r);

/* Writes the members beside "entities"; page->total is filled in. The object stays open. */
void rw_paging_write(struct rw_json_writer *w, const struct rw_request *r,
                     const struct rw_page *page);

#endif
