/* Numbers called before a restart count after it. */
#include "base/clock.h"
#include "daemon/recall.h"
#include "store_test.h"

#include <stdio.h>

#define DAY_MS UINT64_C(86400000)

static struct store_test store;

static int setup(void **state)
{
    (void)state;
    store_test_open(&store);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    store_test_close(&store);
    return 0;
}

static void put_call(struct rw_tx *tx, const char *tenant, const char *number, uint64_t at_ms,
                     unsigned n, bool incoming)
{
    char id[RW_ID_TEXT];

    (void)snprintf(id, sizeof(id), "%08x-%04x-7000-8000-%012x", (unsigned)(at_ms >> 16),
                   (unsigned)(at_ms & 0xffff), n);
    rw_tx_add_conversation(tx, &(struct rw_row_conversation){.id = id,
                                                             .tenant_id = tenant,
                                                             .to_number = number,
                                                             .from_number = "+6534567890",
                                                             .created_ms = at_ms,
                                                             .incoming = incoming});
}

static bool may_call(struct rw_limits *limits, const char *tenant, const char *number,
                     const struct rw_call_limits *set)
{
    struct rw_permit *permit = rw_limits_permit(limits);
    const struct rw_leg_target trunk = {.trunk_id = "t"};
    struct rw_permit_ask ask = {
        .tenant_id = tenant, .to_number = number, .trunks = &trunk, .count = 1, .limits = set};
    struct rw_err err;
    void *held;

    if (permit->ops->admit(permit, &ask, &held, &err) != RW_PERMIT_YES)
        return false;
    permit->ops->ended(permit, held, true);
    permit->ops->done(permit, held);
    return true;
}

/* A tenant's own rule, the server's for the other; more calls than a page, and old ones. */
static void test_recalled(void **state)
{
    const struct rw_call_limits own = {.same_number_calls = 2, .same_number_ms = 3600000};
    const struct rw_call_limits standard = {.same_number_calls = 1,
                                            .same_number_ms = (uint32_t)DAY_MS};
    uint64_t now_ms = rw_clock_wall_ms();
    struct rw_tx *tx = rw_tx_new(store.store);
    struct rw_limits *limits;
    char number[24];

    (void)state;
    assert_non_null(tx);
    rw_tx_put_tenant(tx, &(struct rw_row_tenant){TENANT_A, "A", 1});
    rw_tx_put_tenant(tx, &(struct rw_row_tenant){TENANT_B, "B", 1});
    rw_tx_put_call_limits(tx, &(struct rw_row_call_limits){.id = TENANT_A,
                                                           .tenant_id = TENANT_A,
                                                           .same_calls = 2,
                                                           .same_s = 3600,
                                                           .classes = "",
                                                           .clients = "",
                                                           .version = 1});
    for (unsigned i = 0; i < 1200; i++) {
        (void)snprintf(number, sizeof(number), "+4416329%05u", i);
        put_call(tx, TENANT_A, number, now_ms - 2000000 + i, i, false);
    }
    put_call(tx, TENANT_A, "+441632901199", now_ms - 1000, 2000, false);
    put_call(tx, TENANT_A, "+441632901198", now_ms - 3700000, 2001, false); /* too old */
    put_call(tx, TENANT_B, "+6591234567", now_ms - DAY_MS + 60000, 2002, false);
    put_call(tx, TENANT_B, "+6591234568", now_ms - DAY_MS - 60000, 2003, false); /* too old */
    put_call(tx, TENANT_B, "+6534567890", now_ms - 1000, 2004, true); /* they called us */
    store_test_commit(tx);

    assert_int_equal(rw_limits_new(&limits, NULL), RW_OK);
    assert_int_equal(rw_recall(store.store, limits, &standard, NULL), RW_OK);
    assert_false(may_call(limits, TENANT_A, "+441632901199", &own));
    assert_true(may_call(limits, TENANT_A, "+441632901198", &own));
    assert_false(may_call(limits, TENANT_A, "+441632901198", &own));
    assert_true(may_call(limits, TENANT_A, "+441632900000", &own));
    assert_false(may_call(limits, TENANT_B, "+6591234567", &standard));
    assert_true(may_call(limits, TENANT_B, "+6591234568", &standard));
    assert_true(may_call(limits, TENANT_B, "+6534567890", &standard));
    rw_limits_free(limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_recalled, setup, teardown),
    };

    return cmocka_run_group_tests_name("daemon recall", tests, NULL, NULL);
}
