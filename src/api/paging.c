#include "api/paging.h"

#include "http/query.h"

#include <stdio.h>

static uint32_t number(struct rw_slice text, uint32_t fallback, uint32_t max)
{
    uint64_t n = 0;

    if (text.n == 0)
        return fallback;
    for (size_t i = 0; i < text.n && n <= max; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return fallback;
        n = n * 10 + (unsigned)(text.p[i] - '0');
    }
    return n == 0 ? fallback : n > max ? max : (uint32_t)n;
}

/* ------------------------------------------------------------------ the order */

static void warn_sort(struct rw_request *r, struct rw_slice by, const struct rw_sort *sorts)
{
    char names[160] = "";
    struct rw_err err;

    for (; sorts->name; sorts++) {
        size_t n = strlen(names);

        (void)snprintf(names + n, sizeof(names) - n, "%s%s", n ? ", " : "", sorts->name);
    }
    rw_fail(&err, RW_OK, "request.ignored_parameter", "the list is not ordered by this");
    rw_err_at(&err, "?sortBy", -1, 0);
    rw_err_found(&err, "%.*s", RW_SLICE_ARG(by));
    rw_err_expected(&err, "one of %s", names);
    rw_faults_add(r->warnings, &err);
}

static void read_sort(struct rw_request *r, const struct rw_sort *sorts, struct rw_page *page)
{
    struct rw_slice by = rw_request_query(r, "sortBy"), order = rw_request_query(r, "sortOrder");

    for (const struct rw_sort *sort = sorts; sort->name; sort++)
        if (rw_slice_ieq(by, rw_slice_str(sort->name)))
            page->sort = sort->column;
    if (by.n && !page->sort)
        warn_sort(r, by, sorts);
    if (order.n && !page->sort)
        page->sort = sorts->column;
    page->descending = order.n && (*order.p == 'd' || *order.p == 'D');
}

/* ------------------------------------------------------------------ links */

/* What stands in the query besides the page, as sent. */
static void put_others(struct rw_buf *uri, struct rw_slice query)
{
    struct rw_slice name, value;

    while (rw_http_query_next(&query, &name, &value)) {
        if (rw_slice_eq(name, RW_LIT("pageSize")) || rw_slice_eq(name, RW_LIT("pageNumber")))
            continue;
        rw_buf_putc(uri, '&');
        rw_buf_put(uri, name);
        rw_buf_putc(uri, '=');
        rw_buf_put(uri, value);
    }
}

static void write_uri(struct rw_listing *listing, const char *key, uint64_t page)
{
    const struct rw_http_request *http = listing->r->http;
    struct rw_buf uri;

    rw_buf_init(&uri, RW_ANSWER_BYTES_MAX);
    rw_buf_put(&uri, http->path);
    rw_buf_printf(&uri, "?pageSize=%u&pageNumber=%llu", listing->page.size,
                  (unsigned long long)page);
    put_others(&uri, http->query);
    rw_json_slice(&listing->w, key, rw_buf_slice(&uri));
    listing->body.failed |= uri.failed;
    rw_buf_done(&uri);
}

/* Writes the members beside "entities". */
static void write_paging(struct rw_listing *listing)
{
    const struct rw_page *page = &listing->page;
    uint64_t pages = (page->total + page->size - 1) / page->size;
    uint64_t last = pages ? pages : 1;

    rw_json_uint(&listing->w, "pageSize", page->size);
    rw_json_uint(&listing->w, "pageNumber", page->number);
    rw_json_uint(&listing->w, "total", page->total);
    rw_json_uint(&listing->w, "pageCount", pages);
    write_uri(listing, "selfUri", page->number);
    write_uri(listing, "firstUri", 1);
    write_uri(listing, "lastUri", last);
    if (page->number < last)
        write_uri(listing, "nextUri", page->number + 1);
    if (page->number > 1)
        write_uri(listing, "previousUri", page->number - 1 < last ? page->number - 1 : last);
}

/* ------------------------------------------------------------------ the whole */

struct rw_listing rw_listing_begin(struct rw_request *r, const struct rw_sort *sorts)
{
    struct rw_slice size = rw_request_query(r, "pageSize");
    struct rw_listing listing = {
        .r = r,
        .page = {.size = number(size, RW_PAGE_SIZE_DEFAULT, RW_PAGE_SIZE_MAX),
                 .number = number(rw_request_query(r, "pageNumber"), 1, 1000000)},
    };

    if (sorts)
        read_sort(r, sorts, &listing.page);
    return listing;
}

bool rw_listing_open(struct rw_listing *listing, enum rw_class class)
{
    if (class != RW_OK) {
        rw_answer_err(listing->r, &listing->err);
        return false;
    }
    rw_answer_init(&listing->body);
    listing->w = rw_json_writer(&listing->body);
    rw_json_open_object(&listing->w, NULL);
    rw_json_open_array(&listing->w, "entities");
    return true;
}

void rw_listing_close(struct rw_listing *listing)
{
    rw_json_close(&listing->w);
    write_paging(listing);
    rw_answer_warnings(listing->r, &listing->w);
    rw_json_close(&listing->w);
    rw_answer_json(listing->r, 200, &listing->body);
}
