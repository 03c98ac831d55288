/*
 * The limits of a tenant: how many calls it and each of its clients may make, how often one number, and how
 * long a call may last. What is counted is shown beside.
 */
#include "api/limits.h"

#include "api/resource.h"
#include "api_gen.h"
#include "base/clock.h"
#include "limit/limit.h"
#include "route/limits.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define LINES_BYTES 131072u
#define SHOWN_MAX 1000u /* clients, and trunks, whose counters are shown */

static uint32_t or_default(uint32_t own, uint32_t standard)
{
    return own ? own : standard;
}

static struct rw_call_limit of_one(const struct rw_call_limit *own,
                                   const struct rw_call_limit *standard)
{
    return (struct rw_call_limit){
        .calls_per_second = or_default(own->calls_per_second, standard->calls_per_second),
        .burst = or_default(own->burst, standard->burst),
        .channels = or_default(own->channels, standard->channels),
        .wait_ms = or_default(own->wait_ms, standard->wait_ms),
    };
}

struct rw_call_limits rw_limits_in_force(const struct rw_api *api, const struct rw_call_limits *own)
{
    const struct rw_call_limits *standard = &api->with.default_limits;
    struct rw_call_limits limits = *own;

    limits.tenant = of_one(&own->tenant, &standard->tenant);
    limits.client = of_one(&own->client, &standard->client);
    if (!limits.same_number_calls) {
        limits.same_number_calls = standard->same_number_calls;
        limits.same_number_ms = standard->same_number_ms;
    }
    return limits;
}

uint32_t rw_limits_duration_ms(const struct rw_api *api, uint32_t own_ms)
{
    uint32_t standard_ms = api->with.max_duration_ms;

    return !own_ms || (standard_ms && standard_ms < own_ms) ? standard_ms : own_ms;
}

/* ------------------------------------------------------------------ showing */

static void write_limit(struct rw_json_writer *w, const struct rw_call_limit *limit)
{
    rw_json_uint(w, "callsPerSecond", limit->calls_per_second);
    rw_json_uint(w, "burst", limit->burst);
    rw_json_uint(w, "channels", limit->channels);
    rw_json_uint(w, "waitMs", limit->wait_ms);
}

static void write_lists(struct rw_json_writer *w, const struct rw_route_limits *limits)
{
    rw_json_open_array(w, "classes");
    for (size_t i = 0; i < limits->class_count; i++) {
        rw_json_open_object(w, NULL);
        rw_json_slice(w, "classification", limits->classes[i].class);
        rw_json_uint(w, "maxDurationMs", limits->classes[i].max_duration_ms);
        rw_json_close(w);
    }
    rw_json_close(w);
    rw_json_open_array(w, "clients");
    for (size_t i = 0; i < limits->client_count; i++) {
        rw_json_open_object(w, NULL);
        rw_json_slice(w, "id", limits->clients[i].id);
        write_limit(w, &limits->clients[i].limit);
        rw_json_close(w);
    }
    rw_json_close(w);
}

static void write_counter(struct rw_request *r, struct rw_json_writer *w, const char *member,
                          enum rw_limit_of of, const char *id, const char *name)
{
    struct rw_limit_count count;

    rw_limits_read(r->api->with.limits, rw_request_tenant(r), of, id, &count);
    rw_json_open_object(w, member);
    rw_json_str(w, "id", id);
    rw_json_opt(w, "name", name);
    write_limit(w, &count.limit);
    rw_json_uint(w, "calls", count.calls);
    rw_json_uint(w, "waiting", count.waiting);
    if (count.limit.calls_per_second)
        rw_json_uint(w, "tokens", count.tokens);
    rw_json_uint(w, "admitted", count.admitted);
    rw_json_uint(w, "refused", count.refused);
    rw_json_close(w);
}

static void write_counters(struct rw_request *r, struct rw_json_writer *w)
{
    struct rw_page page = {.size = SHOWN_MAX, .number = 1};
    const char *tenant = rw_request_tenant(r);
    struct rw_row_client *clients;
    struct rw_row_trunk *trunks;
    struct rw_err err;
    size_t count;

    rw_json_open_object(w, "counters");
    write_counter(r, w, "tenant", RW_LIMIT_OF_TENANT, tenant, NULL);
    rw_json_open_array(w, "clients");
    if (rw_store_list_clients(r->api->with.reader, tenant, &page, r->arena, &clients, &count,
                              &err) == RW_OK)
        for (size_t i = 0; i < count; i++)
            write_counter(r, w, NULL, RW_LIMIT_OF_CLIENT, clients[i].id, clients[i].name);
    rw_json_close(w);
    rw_json_open_array(w, "trunks");
    if (rw_store_list_trunks(r->api->with.reader, tenant, &page, r->arena, &trunks, &count, &err) ==
        RW_OK)
        for (size_t i = 0; i < count; i++)
            write_counter(r, w, NULL, RW_LIMIT_OF_TRUNK, trunks[i].id, trunks[i].name);
    rw_json_close(w);
    rw_json_close(w);
}

static void write_limits(struct rw_request *r, struct rw_json_writer *w, const void *arg)
{
    const struct rw_row_call_limits *row = arg;
    struct rw_route_limits limits;

    rw_resource_write_version(w, row->version, row->created_ms, row->modified_ms);
    rw_json_uint(w, "maxDurationMs", row->max_duration_ms);
    rw_json_open_object(w, "sameNumber");
    rw_json_uint(w, "calls", row->same_calls);
    rw_json_uint(w, "periodSeconds", row->same_s);
    rw_json_close(w);
    if (rw_route_limits_read(row, r->arena, &limits, NULL) == RW_OK) {
        write_limit(w, &limits.tenant);
        write_lists(w, &limits);
    }
    if (r->api->with.limits)
        write_counters(r, w);
    rw_json_str(w, "selfUri", "/api/v2/telephony/providers/edges/limits");
}

static const struct rw_resource kind = {.what = "limits", .write = write_limits};

/* What is stored, or nothing: version 0. False: answered. */
static bool find(struct rw_request *r, struct rw_row_call_limits *ret)
{
    const char *tenant = rw_request_tenant(r);
    struct rw_err err;
    enum rw_class class =
        rw_store_get_call_limits(r->api->with.reader, tenant, r->arena, ret, &err);

    if (class == RW_NOT_FOUND)
        *ret = (struct rw_row_call_limits){.id = tenant,
                                           .tenant_id = tenant,
                                           .classes = "",
                                           .clients = "",
                                           .created_ms = rw_clock_wall_ms()};
    return rw_resource_found_or_default(r, class, &err);
}

void rw_op_getTelephonyProvidersEdgesLimits(struct rw_request *r)
{
    struct rw_row_call_limits row;

    if (find(r, &row))
        rw_resource_show(r, &kind, &row);
}

/* ------------------------------------------------------------------ what a body says */

static uint32_t number_of(const json_t *object, const char *name)
{
    return (uint32_t)json_integer_value(json_object_get(object, name));
}

/* The schema has checked its form; lines of a list end where a line does. */
static bool is_line(const char *text)
{
    while ((unsigned char)*text >= ' ' && *text != 0x7f)
        text++;
    return !*text;
}

static void bad_name(struct rw_request *r, const char *member, size_t i, const char *name)
{
    char pointer[48];
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, "limit.bad_name", "a control character stands in a name");
    (void)snprintf(pointer, sizeof(pointer), "/%s/%zu/%s", member, i, name);
    rw_err_at(&err, pointer, -1, 0);
    rw_err_expected(&err, "printable characters");
    rw_request_fault(r, &err);
}

/* The first entry with the same name is the one that counts, so that a second is a mistake. */
static void twice(struct rw_request *r, const char *member, size_t i, const char *name,
                  const char *text)
{
    char pointer[48];
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, "limit.twice",
            "two entries of the list say what holds for the same");
    (void)snprintf(pointer, sizeof(pointer), "/%s/%zu/%s", member, i, name);
    rw_err_at(&err, pointer, -1, 0);
    rw_err_found(&err, "\"%.80s\"", text);
    rw_err_expected(&err, "one entry for each");
    rw_request_fault(r, &err);
}

/* `name` is the member that tells entries apart; the numbers before it are written by `put`. */
static const char *read_list(struct rw_request *r, const char *member, const char *name,
                             void (*put)(struct rw_buf *buf, const json_t *item))
{
    const json_t *list = json_object_get(r->body, member), *item;
    struct rw_buf text;
    const char *copy;
    size_t i;

    rw_buf_init(&text, LINES_BYTES);
    json_array_foreach(list, i, item)
    {
        const char *called = json_string_value(json_object_get(item, name));

        if (!is_line(called))
            bad_name(r, member, i, name);
        for (size_t n = 0; n < i; n++)
            if (strcmp(called, json_string_value(json_object_get(json_array_get(list, n), name))) ==
                0) {
                twice(r, member, i, name, called);
                break;
            }
        put(&text, item);
        rw_buf_printf(&text, " %s\n", called);
    }
    copy = text.failed ? NULL : rw_arena_copy(r->arena, rw_buf_slice(&text));
    rw_buf_done(&text);
    return copy;
}

static void put_client(struct rw_buf *buf, const json_t *item)
{
    rw_buf_printf(buf, "%u %u %u %u", number_of(item, "callsPerSecond"), number_of(item, "burst"),
                  number_of(item, "channels"), number_of(item, "waitMs"));
}

static void put_class(struct rw_buf *buf, const json_t *item)
{
    rw_buf_printf(buf, "%u", number_of(item, "maxDurationMs"));
}

static void judge_same_number(struct rw_request *r, const struct rw_row_call_limits *row)
{
    struct rw_err err;

    if (!row->same_calls == !row->same_s)
        return;
    rw_fail(&err, RW_MALFORMED, "limit.half_same_number",
            "a limit of calls to the same number needs both a count and a period");
    rw_err_at(&err, row->same_calls ? "/sameNumber/periodSeconds" : "/sameNumber/calls", -1, 0);
    rw_err_expected(&err, "both above 0, or both 0");
    rw_request_fault(r, &err);
}

static bool read_body(struct rw_request *r, struct rw_row_call_limits *row)
{
    const json_t *same = json_object_get(r->body, "sameNumber");

    row->calls_per_second = number_of(r->body, "callsPerSecond");
    row->burst = number_of(r->body, "burst");
    row->channels = number_of(r->body, "channels");
    row->wait_ms = number_of(r->body, "waitMs");
    row->max_duration_ms = number_of(r->body, "maxDurationMs");
    row->same_calls = number_of(same, "calls");
    row->same_s = number_of(same, "periodSeconds");
    judge_same_number(r, row);
    row->classes = read_list(r, "classes", "classification", put_class);
    row->clients = read_list(r, "clients", "id", put_client);
    row->modified_ms = rw_clock_wall_ms();
    return rw_resource_body_read(r, row->classes && row->clients);
}

void rw_op_putTelephonyProvidersEdgesLimits(struct rw_request *r)
{
    struct rw_row_call_limits row;
    struct rw_tx *tx;

    if (!find(r, &row) || !rw_resource_current(r, row.version) || !read_body(r, &row))
        return;
    row.version++;
    tx = rw_tx_new(r->api->with.store);
    if (tx)
        rw_tx_put_call_limits(tx, &row);
    rw_resource_commit(r, &kind, tx, &row, "limits.edit", row.id, NULL);
}
