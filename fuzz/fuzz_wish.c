/* A body of any shape: what is read quickly is what jansson reads, and all of it is understood or left alone. */
#include "understand.h"

#include "api/wish.h"
#include "json/locate.h"
#include "json/plain.h"
#include "json/read.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_plain(struct rw_slice text)
{
    json_t *quick = rw_json_plain(text, RW_JSON_DEPTH_MAX), *strict;

    if (!quick)
        return;
    strict = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    require(strict && json_equal(quick, strict));
    json_decref(quick);
    json_decref(strict);
}

static void check_found(struct rw_slice text, struct rw_slice found, const char *at)
{
    struct rw_json_place place;

    if (found.p)
        require(rw_json_locate(text, at, &place, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size};
    struct rw_wish wish;
    struct rw_err err;
    json_t *body;

    check_plain(text);
    if (rw_json_read(text, NULL, &body, &err) != RW_OK)
        return 0;
    rw_wish_read(body, &wish);
    check_found(text, wish.to, wish.to_at);
    check_found(text, wish.from, wish.from_at);
    fuzz_understand(text, body);
    json_decref(body);
    return 0;
}
