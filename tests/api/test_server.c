/* The server as a whole: memory that ends at any place, news that is waited for, and the end. */
#include "house.h"

#include "api/api.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CALLS "/api/v2/conversations/calls"
#define EXPLAIN "/api/v2/telephony/providers/edges/outboundroutes/explain"

static const struct {
    enum house_token token;
    const char *method, *path, *body;
} requests[] = {
    {TOKEN_ANN, "POST", CALLS "?validateOnly=true",
     "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"from\":{\"phoneNumber\":\"+6534567890\"}}"},
    {TOKEN_ANN, "POST", CALLS,
     "{\"to\":{\"phoneNumber\":\"6591234567\"},\"x\":1,\"providerId\":\"none\"}"},
    {TOKEN_ANN, "POST", CALLS,
     "{\"to\":[{\"address\":6591234567}],\"from\":{\"id\":\"x\"},\"label\":\"l\","
     "\"attributes\":{\"a\":\"b\"},\"provider\":\"{{p}}\"}"},
    {TOKEN_ANN, "POST", CALLS, "{\"toAddress\":\"2000\"}"},
    {TOKEN_ANN, "POST", CALLS, "{\"to\":"},
    {TOKEN_VIEWER, "POST", CALLS, "{\"phoneNumber\":\"+6591234567\"}"},
    {TOKEN_NONE, "GET", CALLS, NULL},
    {TOKEN_ANN, "GET", CALLS, NULL},
    {TOKEN_ANN, "GET", "/api/v2/users/me?expand=station", NULL},
    {TOKEN_ADMIN, "GET", "/api/v2/ringwright/audit", NULL},
    {TOKEN_ADMIN, "GET", "/api/v2/ringwright/events?after=0", NULL},
    {TOKEN_ADMIN, "PUT", "/api/v2/users/" BOB "/station/defaultstation/" SPARE_A, NULL},
    {TOKEN_ADMIN, "PATCH", "/api/v2/users/" BOB, "{\"version\":9999,\"name\":\"x\"}"},
    {TOKEN_ADMIN, "GET", "/api/v2/telephony/providers/edges/" EDGE_A "/phoneNumbers/+6534", NULL},
    {TOKEN_ADMIN, "GET", EXPLAIN "?to=+6591234567&from=%2B6534567890", NULL},
    {TOKEN_NONE, "GET", "/docs/errors/call.not_a_user", NULL},
};

static void fail_once(void *arg)
{
    rw_mem_fail_once(*(long *)arg);
}

/* One allocation of the worker fails, at every place in turn; the next request is served. */
static void test_no_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        int normal = house_send(requests[i].token, requests[i].method, requests[i].path, NULL,
                                requests[i].body)
                         ->status;

        for (long n = 0; n < 60; n++) {
            long never = -1;
            int status;

            house_do(fail_once, &n);
            status = house_try(requests[i].token, requests[i].method, requests[i].path, NULL,
                               requests[i].body)
                         ? house_last()->status
                         : 503;
            house_do(fail_once, &never);
            if (status != normal && status != 503)
                fail_msg("%s %s, allocation %ld: %d, not %d", requests[i].method, requests[i].path,
                         n, status, normal);
        }
        assert_int_equal(house_send(requests[i].token, requests[i].method, requests[i].path, NULL,
                                    requests[i].body)
                             ->status,
                         normal);
    }
}

/* A call with its key, while memory fails: either it exists and is replayed, or it can be placed. */
static void test_place_without_memory(void **state)
{
    static const char body[] = "{\"phoneNumber\":\"+65 91234567\"}";

    (void)state;
    for (long n = 0; n < 80; n++) {
        unsigned before = house.invites;
        char key[60], end[120];
        long never = -1;

        (void)snprintf(key, sizeof(key), "Idempotency-Key: memory-%ld\r\n", n);
        house_do(fail_once, &n);
        (void)house_try(TOKEN_ANN, "POST", CALLS, key, body);
        house_do(fail_once, &never);
        house_send(TOKEN_ANN, "POST", CALLS, key, body);
        if (house_last()->status != 200)
            fail_msg("allocation %ld: %s", n, house_last()->text);
        assert_true(house.invites <= before + 1);
        (void)snprintf(end, sizeof(end), "/api/v2/conversations/%s/disconnect", house_text("id"));
        (void)house_try(TOKEN_ANN, "POST", end, NULL, NULL);
    }
}

/* ------------------------------------------------------------------ waiting for news */

static void test_waiting_ends_with_the_time(void **state)
{
    const struct house_answer *a;
    char path[120];
    long long after;

    (void)state;
    a = house_send(TOKEN_CY_ADMIN, "GET", "/api/v2/ringwright/events?after=0", NULL, NULL);
    assert_int_equal(a->status, 200);
    after = house_number("after");
    (void)snprintf(path, sizeof(path), "/api/v2/ringwright/events?after=%lld&waitMs=120", after);
    a = house_send(TOKEN_CY_ADMIN, "GET", path, NULL, NULL);
    assert_int_equal(a->status, 200);
    assert_int_equal(house_count("entities"), 0);
    assert_int_equal(house_number("after"), after);
    a = house_send(TOKEN_CY_ADMIN, "GET", "/api/v2/ringwright/sip?after=0&waitMs=120", NULL, NULL);
    assert_int_equal(a->status, 200);
}

static void drain(void *arg)
{
    rw_api_drain(arg);
}

static void *wait_long(void *arg)
{
    *(bool *)arg = house_try(TOKEN_CY_ADMIN, "GET",
                             "/api/v2/ringwright/events?after=0&waitMs=30000", NULL, NULL);
    return NULL;
}

/* Last of all: a server that drains refuses calls, says so, and lets nobody wait. */
static void test_drain(void **state)
{
    const struct house_answer *a;
    bool answered = false;
    pthread_t waiter;

    (void)state;
    assert_int_equal(pthread_create(&waiter, NULL, wait_long, &answered), 0);
    house_do(drain, house_api());
    assert_int_equal(pthread_join(waiter, NULL), 0);
    assert_true(answered);
    a = house_send(TOKEN_ANN, "POST", CALLS, NULL, "{\"phoneNumber\":\"+6591234567\"}");
    assert_int_equal(a->status, 503);
    assert_string_equal(house_text("errors/0/code"), "server.draining");
    assert_string_equal(house_header("Retry-After"), "");
    a = house_send(TOKEN_NONE, "GET", "/health", NULL, NULL);
    assert_int_equal(a->status, 503);
    assert_string_equal(house_text("status"), "draining");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_place_without_memory),
        cmocka_unit_test(test_waiting_ends_with_the_time),
        cmocka_unit_test(test_drain),
    };

    return cmocka_run_group_tests_name("api server", tests, house_open, house_close);
}
