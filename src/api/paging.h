/*
 * api/paging.h - pages of a list, as the contract has them: pageSize, pageNumber, sortBy and sortOrder in,
 * and out with total, pageCount, selfUri, firstUri, lastUri, nextUri, previousUri beside the entities.
 *
 * The description gives the parameters their bounds, so that what comes here is a number in range. A link
 * to another page keeps whatever else stood in the query.
 */
#ifndef RW_API_PAGING_H
#define RW_API_PAGING_H

#include "api/answer.h"
#include "api/request.h"
#include "json/write.h"

#define RW_PAGE_SIZE_DEFAULT 25
#define RW_PAGE_SIZE_MAX 500

/* What a list can be ordered by: a member of its entries and the column behind it; name NULL ends. */
struct rw_sort {
    const char *name, *column;
};

/*
 * A list answered whole: begin, read the rows of `page` into the request's arena, open with what the
 * reading came to, write each entity to `w`, close. A failed reading is answered by open: false.
 * rw_resource_list() does the rest of it at once.
 */
struct rw_listing {
    struct rw_request *r;
    struct rw_page page;
    struct rw_err err; /* for the reading to fill */
    struct rw_buf body;
    struct rw_json_writer w;
};

/*
 * sorts: what sortBy may name, the order that the list has by itself first; NULL: the operation takes
 * neither sortBy nor sortOrder. Another sortBy has no effect, which is a warning.
 */
struct rw_listing rw_listing_begin(struct rw_request *r, const struct rw_sort *sorts);
RW_NODISCARD bool rw_listing_open(struct rw_listing *listing, enum rw_class class);
void rw_listing_close(struct rw_listing *listing); /* warnings of the request go along */

#endif
