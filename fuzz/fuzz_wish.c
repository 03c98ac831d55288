/* A body of any shape: what is read quickly is what jansson reads; what is guessed stands where it is said to. */
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
    struct rw_arena arena;
    struct rw_wish wish;
    struct rw_err err;
    json_t *body;

    check_plain(text);
    if (rw_json_read(text, NULL, &body, &err) != RW_OK)
        return 0;
    rw_arena_init(&arena, 65536);
    rw_wish_read(body, &wish);
    check_found(text, wish.to, wish.to_at);
    check_found(text, wish.from, wish.from_at);
    if (rw_wish_guess(body, &arena, &wish)) {
        check_found(text, wish.to, wish.to_at);
        check_found(text, wish.from, wish.from_at);
    }
    rw_arena_done(&arena);
    json_decref(body);
    return 0;
}
