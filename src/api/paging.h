/*
 * api/paging.h - pages of a list, as the contract has them: pageSize and pageNumber in, and out with
 * total, pageCount, selfUri, firstUri, lastUri, nextUri, previousUri beside the entities.
 *
 * The description gives both parameters their bounds, so that what comes here is a number in range.
 */
#ifndef RW_API_PAGING_H
#define RW_API_PAGING_H

#include "api/answer.h"
#include "api/request.h"
#include "json/write.h"

#define RW_PAGE_SIZE_DEFAULT 25
#define RW_PAGE_SIZE_MAX 500

struct rw_page rw_paging_read(const struct rw_request *r);

/* Writes the members beside "entities"; page->total is filled in. The object stays open. */
void rw_paging_write(struct rw_json_writer *w, const struct rw_request *r,
                     const struct rw_page *page);

/*
 * A list answered whole: begin, read the rows of `page` into the request's arena, open with what the
 * reading came to, write each entity to `w`, close. A failed reading is answered by open: false.
 */
struct rw_listing {
    struct rw_request *r;
    struct rw_page page;
    struct rw_err err; /* for the reading to fill */
    struct rw_buf body;
    struct rw_json_writer w;
};

struct rw_listing rw_listing_begin(struct rw_request *r);
RW_NODISCARD bool rw_listing_open(struct rw_listing *listing, enum rw_class class);
void rw_listing_close(struct rw_listing *listing);

#endif
