/*
 * The readers of HTTP: heads, chunked bodies, queries. Beside memory faults it looks for what must
 * always hold: spans inside the head, a place inside the input for each refusal, decoding in pieces
 * equal to decoding at once, nothing longer after percent-decoding.
 */
#include "http/chunked.h"
#include "http/head.h"
#include "http/query.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_span(struct rw_slice in, struct rw_http_span span)
{
    must((size_t)span.at + span.n <= in.n);
}

static void fuzz_head(struct rw_slice in)
{
    static struct rw_http_head head;
    struct rw_err err = {0};
    size_t from = 0, bytes = rw_http_head_find(in, &from), again = 0, step = 0;

    /* The end is found at the same place however the bytes arrive. */
    for (size_t n = 1; n <= in.n && !again; n++)
        again = rw_http_head_find((struct rw_slice){in.p, n}, &step);
    must(again == bytes);
    if (!bytes)
        bytes = in.n;
    in.n = bytes;
    if (rw_http_head_parse(in, &head, &err) != RW_OK) {
        must(err.class != RW_OK && err.code != NULL && err.offset <= (int32_t)in.n);
        return;
    }
    check_span(in, head.target);
    check_span(in, head.path);
    check_span(in, head.query);
    must(!(head.chunked && head.length));
    for (unsigned i = 0; i < head.count; i++) {
        check_span(in, head.fields[i].name);
        check_span(in, head.fields[i].value);
        must(head.fields[i].name.n > 0);
    }
}

#define BODY_MAX 4096

static void fuzz_chunked(struct rw_slice in)
{
    struct rw_http_chunked whole = {.body_max = BODY_MAX}, pieces = {.body_max = BODY_MAX};
    static char out[BODY_MAX], out2[BODY_MAX];
    size_t pos = 0, pos2 = 0;
    enum rw_class class = rw_http_chunked_feed(&whole, in.p, in.n, &pos, out, NULL), class2 = RW_OK;

    for (size_t n = 1; n <= in.n && class2 == RW_OK; n++)
        class2 = rw_http_chunked_feed(&pieces, in.p, n, &pos2, out2, NULL);
    must(class == class2);
    must(class != RW_OK || (whole.state == pieces.state && whole.body == pieces.body &&
                            pos == pos2 && memcmp(out, out2, whole.body) == 0));
    must(whole.body <= BODY_MAX && pos <= in.n);
}

static void fuzz_query(struct rw_slice in)
{
    struct rw_slice query = in, name, value;
    struct rw_arena arena;
    struct rw_err err;

    rw_arena_init(&arena, 1u << 20);
    while (rw_http_query_next(&query, &name, &value)) {
        must(name.n + value.n <= in.n);
        must(rw_http_percent_decode(name, &arena).n <= name.n);
        must(rw_http_percent_decode(value, &arena).n <= value.n);
    }
    if (rw_http_query_escapes(in, &err) != RW_OK)
        must(in.p[err.offset] == '%');
    rw_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice in = {(const char *)data + 1, size - 1};

    if (size < 2)
        return 0;
    if (data[0] % 3 == 0)
        fuzz_head(in);
    else if (data[0] % 3 == 1)
        fuzz_chunked(in);
    else
        fuzz_query(in);
    return 0;
}
