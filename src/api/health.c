/* GET /health: is this server able to place calls. */
#include "api/answer.h"
#include "api_gen.h"
#include "base/clock.h"
#include "exchange/exchange.h"

static uint32_t live_calls(const struct rw_api_options *with)
{
    if (with->live_calls)
        return with->live_calls(with->live_calls_arg);
    return with->exchange ? rw_exchange_live(with->exchange) : 0;
}

void rw_op_getHealth(struct rw_request *r)
{
    const struct rw_api_options *with = &r->api->with;
    uint64_t now_ms = rw_clock_wall_ms();
    struct rw_buf body;
    struct rw_json_writer w;

    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    rw_json_str(&w, "status", r->api->draining ? "draining" : "ok");
    rw_json_str(&w, "version", with->version);
    rw_json_uint(&w, "uptimeSeconds",
                 now_ms > with->started_ms ? (now_ms - with->started_ms) / 1000 : 0);
    rw_json_uint(&w, "worker", rw_worker_index(with->worker));
    rw_json_uint(&w, "liveCalls", live_calls(with));
    rw_json_uint(&w, "lastSeq", rw_store_last_seq(with->store));
    rw_json_close(&w);
    rw_answer_json(r, r->api->draining ? 503 : 200, &body);
}
