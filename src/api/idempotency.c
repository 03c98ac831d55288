#include "api/idempotency.h"

#include "api/answer.h"
#include "base/clock.h"

#include <sodium.h>

/* 1 to 255 visible ASCII characters. */
static bool is_key(struct rw_slice text)
{
    if (text.n == 0 || text.n > RW_IDEMPOTENCY_KEY_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x21 || text.p[i] > 0x7e)
            return false;
    return true;
}

static void hash_request(const struct rw_http_request *http, char hex[65])
{
    unsigned char hash[32];
    crypto_generichash_state state;
    struct rw_slice parts[] = {rw_slice_str(http->method), RW_LIT(" "), http->path, RW_LIT("\n"),
                               http->body};

    (void)crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        (void)crypto_generichash_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
    (void)crypto_generichash_final(&state, hash, sizeof(hash));
    (void)sodium_bin2hex(hex, 65, hash, sizeof(hash));
}

bool rw_idempotency_read(struct rw_request *r, struct rw_idempotency *ret)
{
    struct rw_slice text = rw_http_header(r->x, "Idempotency-Key");
    struct rw_err err;

    ret->key = NULL;
    if (!text.p)
        return true;
    if (!is_key(text)) {
        rw_fail(&err, RW_MALFORMED, "idempotency.bad_key", "the Idempotency-Key is not usable");
        rw_err_at(&err, "Idempotency-Key:", -1, 0);
        rw_err_found(&err, "%zu bytes: \"%.*s\"", text.n, (int)(text.n < 60 ? text.n : 60), text.p);
        rw_err_expected(&err, "1 to 255 visible ASCII characters without spaces, such as a UUID");
        rw_request_fault(r, &err);
        return true;
    }
    ret->key = rw_arena_copy(r->arena, text);
    hash_request(r->http, ret->hash);
    return ret->key != NULL;
}

static void refuse_other_request(struct rw_request *r, const struct rw_row_idempotency *row)
{
    char when[RW_TIME_TEXT];
    struct rw_err err;

    rw_time_format(row->created_ms, when);
    rw_fail(&err, RW_CONFLICT, "idempotency.conflict",
            "the Idempotency-Key was used at %s for a request that was not this one", when);
    rw_err_at(&err, "Idempotency-Key:", -1, 0);
    rw_err_found(&err, "%s", row->key);
    rw_err_expected(&err, "the same method, path and body, byte for byte, or a fresh key");
    rw_answer_err(r, &err);
}

bool rw_idempotency_replay(struct rw_request *r, const struct rw_idempotency *key)
{
    struct rw_row_idempotency row;
    struct rw_buf body;
    struct rw_err err;
    enum rw_class class;

    class = rw_store_get_idempotency(r->api->with.reader, rw_request_tenant(r), key->key,
                                     rw_clock_wall_ms(), r->arena, &row, &err);
    if (class == RW_NOT_FOUND)
        return false;
    if (class != RW_OK) {
        rw_answer_err(r, &err);
        return true;
    }
    if (strcmp(row.body_hash, key->hash) != 0) {
        refuse_other_request(r, &row);
        return true;
    }
    rw_answer_init(&body);
    rw_buf_puts(&body, row.answer);
    rw_http_reply_header(r->x, "Idempotent-Replayed", RW_LIT("true"));
    rw_answer_json(r, row.status, &body);
    return true;
}

struct rw_row_idempotency rw_idempotency_row(const struct rw_request *r,
                                             const struct rw_idempotency *key, unsigned status)
{
    uint64_t now_ms = rw_clock_wall_ms();

    return (struct rw_row_idempotency){
        .tenant_id = rw_request_tenant(r),
        .key = key->key,
        .body_hash = key->hash,
        .status = status,
        .created_ms = now_ms,
        .expires_ms = now_ms + RW_IDEMPOTENCY_KEEP_MS,
    };
}
