/* The rates of a tenant: what calls cost by prefix, loaded whole from a file of CSV. */
#include "api/change.h"
#include "api/render.h"
#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"
#include "base/mem.h"
#include "route/route.h"

#include <stdlib.h>

#define RATES "/api/v2/telephony/providers/edges/rates"

/* ------------------------------------------------------------------ showing */

static void write_rate(struct rw_json_writer *w, const struct rw_rate *rate)
{
    char prefix[RW_RATE_PREFIX_TEXT];

    rw_json_open_object(w, "rate");
    rw_json_str(w, "prefix", rw_rate_prefix(rate, prefix));
    rw_render_amount(w, "ratePerMinute", rate->minute_micro);
    rw_render_amount(w, "connectFee", rate->connect_micro);
    rw_json_uint(w, "firstSeconds", rate->first_s);
    rw_json_uint(w, "nextSeconds", rate->next_s);
    rw_json_close(w);
}

static void write_book(struct rw_json_writer *w, const struct rw_row_rate_book *row)
{
    rw_resource_write_version(w, row->version, row->created_ms, row->modified_ms);
    rw_json_uint(w, "rates", row->rates);
    rw_json_str(w, "selfUri", RATES);
}

/* What is stored; version 0 where nothing is. False: answered. */
static bool find(struct rw_request *r, struct rw_row_rate_book *ret)
{
    const char *tenant = rw_request_tenant(r);
    struct rw_err err;
    enum rw_class class = rw_store_get_rate_book(r->api->with.reader, tenant, r->arena, ret, &err);

    if (class == RW_NOT_FOUND)
        *ret = (struct rw_row_rate_book){
            .id = tenant, .tenant_id = tenant, .created_ms = rw_clock_wall_ms()};
    return rw_resource_found_or_default(r, class, &err);
}

/* The number that is asked for, if one is. False: answered. */
static bool find_rate(struct rw_request *r, const struct rw_rate **ret)
{
    struct rw_slice text = rw_request_query(r, "number");
    struct rw_address address;
    struct rw_err err;

    if (!text.n)
        return true;
    text = rw_number_of_query(text, r->arena);
    if (!text.p) {
        rw_fail_memory(&err);
        rw_answer_err(r, &err);
        return false;
    }
    if (!rw_number_judge(text, "?number", NULL, &address, r->faults, r->warnings))
        return rw_resource_no_faults(r);
    if (rw_route_rate(r->api->with.routes, rw_request_tenant(r), rw_slice_str(address.e164 + 1),
                      ret, &err) == RW_OK)
        return true;
    rw_err_at(&err, "?number", -1, 0);
    rw_err_found(&err, "%s", address.e164);
    rw_err_expected(&err, "a number that begins with a prefix of the rates");
    rw_answer_err(r, &err);
    return false;
}

void rw_op_getTelephonyProvidersEdgesRates(struct rw_request *r)
{
    const struct rw_rate *rate = NULL;
    struct rw_row_rate_book row;
    struct rw_json_writer w;
    struct rw_buf body;

    if (!find(r, &row) || !find_rate(r, &rate))
        return;
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    write_book(&w, &row);
    if (rate)
        write_rate(&w, rate);
    rw_answer_warnings(r, &w);
    rw_json_close(&w);
    rw_answer_json(r, 200, &body);
}

/* ------------------------------------------------------------------ loading */

/* The version that the change starts from, where it is said. */
static bool is_current(struct rw_request *r, uint32_t stored)
{
    struct rw_slice text = rw_request_query(r, "version");
    char digits[24];
    uint64_t sent;
    struct rw_err err;

    if (!text.n)
        return true;
    (void)rw_slice_copy(digits, sizeof(digits), text);
    sent = strtoull(digits, NULL, 10);
    if (sent == stored)
        return true;
    (void)rw_change_stale(&err, sent, stored);
    rw_err_at(&err, "?version", -1, 0);
    rw_answer_err(r, &err);
    return false;
}

void rw_op_putTelephonyProvidersEdgesRates(struct rw_request *r)
{
    struct rw_row_rate_book row;
    struct rw_rates *rates;
    struct rw_json_writer w;
    struct rw_buf body;
    struct rw_tx *tx;
    char *csv;

    if (!find(r, &row) || !is_current(r, row.version))
        return;
    if (rw_rates_read(r->http->body, &rates, r->faults) != RW_OK) {
        rw_answer_refuse(r);
        return;
    }
    row.rates = rates->count;
    row.modified_ms = rw_clock_wall_ms();
    row.version++;
    rw_rates_free(rates);
    rw_answer_init(&body);
    w = rw_json_writer(&body);
    rw_json_open_object(&w, NULL);
    write_book(&w, &row);
    rw_json_close(&w);
    tx = rw_tx_new(r->api->with.store);
    csv = rw_calloc(1, r->http->body.n + 1);
    if (tx && csv) {
        memcpy(csv, r->http->body.p ? r->http->body.p : "", r->http->body.n);
        rw_tx_put_rates(tx, &row, csv);
    } else {
        rw_tx_drop(tx);
        tx = NULL;
    }
    rw_free(csv);
    rw_change_commit(r, tx, "rates.load", row.id, NULL, 200, &body);
}
