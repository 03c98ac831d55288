#include "api/paging.h"

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

struct rw_page rw_paging_read(const struct rw_request *r)
{
    return (struct rw_page){
        .size = number(rw_request_query(r, "pageSize"), RW_PAGE_SIZE_DEFAULT, RW_PAGE_SIZE_MAX),
        .number = number(rw_request_query(r, "pageNumber"), 1, 1000000),
    };
}

static void write_uri(struct rw_json_writer *w, const struct rw_request *r, const char *key,
                      uint32_t size, uint64_t page)
{
    char uri[320];

    (void)snprintf(uri, sizeof(uri), "%.*s?pageSize=%u&pageNumber=%llu",
                   (int)(r->http->path.n < 240 ? r->http->path.n : 240), r->http->path.p, size,
                   (unsigned long long)page);
    rw_json_str(w, key, uri);
}

void rw_paging_write(struct rw_json_writer *w, const struct rw_request *r,
                     const struct rw_page *page)
{
    uint64_t pages = (page->total + page->size - 1) / page->size;
    uint64_t last = pages ? pages : 1;

    rw_json_uint(w, "pageSize", page->size);
    rw_json_uint(w, "pageNumber", page->number);
    rw_json_uint(w, "total", page->total);
    rw_json_uint(w, "pageCount", pages);
    write_uri(w, r, "selfUri", page->size, page->number);
    write_uri(w, r, "firstUri", page->size, 1);
    write_uri(w, r, "lastUri", page->size, last);
    if (page->number < last)
        write_uri(w, r, "nextUri", page->size, page->number + 1);
    if (page->number > 1)
        write_uri(w, r, "previousUri", page->size,
                  page->number - 1 < last ? page->number - 1 : last);
}

struct rw_listing rw_listing_begin(struct rw_request *r)
{
    return (struct rw_listing){.r = r, .page = rw_paging_read(r)};
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
    rw_paging_write(&listing->w, listing->r, &listing->page);
    rw_json_close(&listing->w);
    rw_answer_json(listing->r, 200, &listing->body);
}
