/* The ledger as a permit: what stands in the store after each step that a call can take. */
#include "../store/store_test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "spend/permit.h"

#include <stdlib.h>

#define ACCOUNT "client c 2026-11-26"
#define UNIT 1000000

static struct store_test t;
static struct rw_ledger *ledger;
static struct rw_spend_permit permit;

/* 0.10 a second, a slice of six seconds, of 1.00 */
static const struct rw_spend_terms terms = {
    .tenant_id = TENANT_A,
    .rate = {.minute_micro = 6 * UNIT, .first_s = 1, .next_s = 1},
    .slice_s = 6,
    .count = 1,
    .accounts = {{ACCOUNT, UNIT, UINT64_MAX}},
};

static int set_up(void **state)
{
    (void)state;
    memset(&t, 0, sizeof(t));
    store_test_open(&t);
    assert_int_equal(rw_ledger_new(&ledger, NULL), RW_OK);
    assert_int_equal(rw_ledger_know(ledger, TENANT_A, &terms.accounts[0], 0, NULL), RW_OK);
    rw_spend_permit_init(&permit, ledger);
    rw_clock_set_virtual(1000000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rw_clock_set_virtual(0);
    rw_ledger_free(ledger);
    store_test_close(&t);
    return 0;
}

static int64_t stored(void)
{
    struct rw_row_spending row = {.micro = 0};

    (void)rw_store_get_spending(t.reader, TENANT_A, ACCOUNT, &t.arena, &row, NULL);
    return (int64_t)row.micro;
}

static void *admitted(const struct rw_spend_terms *of)
{
    struct rw_permit_ask ask = {.spend = of};
    void *held = NULL;
    struct rw_err err;

    assert_int_equal(permit.permit.ops->admit(&permit.permit, &ask, &held, &err), RW_PERMIT_YES);
    return held;
}

/* One of the steps that write rows, committed. */
static void step(void (*put)(struct rw_permit *permit, void *held, struct rw_tx *tx), void *held)
{
    struct rw_tx *tx = rw_tx_new(t.store);

    put(&permit.permit, held, tx);
    store_test_commit(tx);
}

static void put_birth(struct rw_permit *p, void *held, struct rw_tx *tx)
{
    p->ops->born(p, held, "call", tx);
}

static void put_extend(struct rw_permit *p, void *held, struct rw_tx *tx)
{
    assert_true(p->ops->extend(p, held, tx));
}

static void put_refused_extend(struct rw_permit *p, void *held, struct rw_tx *tx)
{
    assert_false(p->ops->extend(p, held, tx));
}

static void put_end(struct rw_permit *p, void *held, struct rw_tx *tx)
{
    p->ops->closing(p, held, tx);
}

static void finish(void *held)
{
    permit.permit.ops->ended(&permit.permit, held, true);
    permit.permit.ops->done(&permit.permit, held);
}

static void a_call_pays_for_what_it_lasted(void **state)
{
    struct rw_row_audit *audit;
    struct rw_page page = {.size = 10, .number = 1};
    void *held = admitted(&terms);
    size_t n;

    (void)state;
    step(put_birth, held);
    assert_int_equal(stored(), 6 * UNIT / 10);
    permit.permit.ops->answered(&permit.permit, held, 0);
    assert_int_equal(permit.permit.ops->next_ms(&permit.permit, held), 5000);
    rw_clock_set_virtual(1005000);
    step(put_refused_extend, held); /* 0.40 are left, 0.60 wanted */
    assert_int_equal(stored(), 6 * UNIT / 10);
    step(put_end, held);
    assert_int_equal(stored(), 6 * UNIT / 10); /* 5.2 s are six begun seconds */
    finish(held);
    assert_int_equal(rw_store_list_audit(t.reader, TENANT_A, &page, &t.arena, &audit, &n, NULL),
                     RW_OK);
    assert_int_equal(n, 1);
    assert_string_equal(audit[0].action, "spend.exhausted");
    assert_string_equal(audit[0].entity, ACCOUNT);
    assert_string_equal(audit[0].detail, "1.00");
}

static void what_was_not_used_goes_back(void **state)
{
    struct rw_spend_terms rich = terms;
    struct rw_ledger_state has;
    void *held;

    (void)state;
    rich.accounts[0].limit_micro = 100 * UNIT;
    held = admitted(&rich);
    step(put_birth, held);
    permit.permit.ops->answered(&permit.permit, held, 0);
    rw_clock_set_virtual(1005000);
    step(put_extend, held);
    permit.permit.ops->extended(&permit.permit, held, true);
    assert_int_equal(stored(), 12 * UNIT / 10);
    assert_int_equal(permit.permit.ops->next_ms(&permit.permit, held), 6000);
    rw_clock_set_virtual(1006700);
    step(put_end, held);
    step(put_end, held); /* the store had refused it: told again, but this one was kept */
    finish(held);
    assert_true(rw_ledger_look(ledger, TENANT_A, ACCOUNT, &has));
    assert_int_equal(has.spent_micro, 7 * UNIT / 10);
    assert_int_equal(has.held_micro, 0);
}

static void nobody_answered(void **state)
{
    void *held = admitted(&terms);

    (void)state;
    step(put_birth, held);
    rw_clock_set_virtual(1060000);
    step(put_end, held);
    finish(held);
    assert_int_equal(stored(), 0);
}

/* A slice that could not be stored is not given back either. */
static void a_slice_that_was_lost(void **state)
{
    struct rw_spend_terms rich = terms;
    struct rw_tx *tx;
    void *held;

    (void)state;
    rich.accounts[0].limit_micro = 100 * UNIT;
    held = admitted(&rich);
    step(put_birth, held);
    permit.permit.ops->answered(&permit.permit, held, 0);
    rw_clock_set_virtual(1005000);
    tx = rw_tx_new(t.store);
    put_extend(&permit.permit, held, tx);
    rw_tx_drop(tx);
    permit.permit.ops->extended(&permit.permit, held, false);
    step(put_end, held);
    finish(held);
    assert_int_equal(stored(), 6 * UNIT / 10);
}

static void a_call_that_never_was_costs_nothing(void **state)
{
    struct rw_ledger_state has;
    void *held = admitted(&terms);
    struct rw_tx *tx = rw_tx_new(t.store);

    (void)state;
    put_birth(&permit.permit, held, tx);
    rw_tx_drop(tx);
    permit.permit.ops->ended(&permit.permit, held, false);
    permit.permit.ops->done(&permit.permit, held);
    assert_true(rw_ledger_look(ledger, TENANT_A, ACCOUNT, &has));
    assert_int_equal(has.spent_micro, 0);
    assert_int_equal(has.held_micro, 0);
}

static void who_is_not_counted_is_not_held(void **state)
{
    struct rw_spend_terms none = terms;

    (void)state;
    none.count = 0;
    assert_null(admitted(NULL));
    assert_null(admitted(&none));
}

static void it_refuses(void **state)
{
    struct rw_spend_terms poor = terms;
    struct rw_permit_ask ask = {.spend = &poor};
    void *held = NULL;
    struct rw_err err;

    (void)state;
    poor.accounts[0].limit_micro = UNIT / 2;
    assert_int_equal(permit.permit.ops->admit(&permit.permit, &ask, &held, &err), RW_PERMIT_NO);
    assert_string_equal(err.code, "spend.exhausted");
    rw_mem_fail_after(0);
    ask.spend = &terms;
    assert_int_equal(permit.permit.ops->admit(&permit.permit, &ask, &held, &err), RW_PERMIT_NO);
    rw_mem_fail_after(-1);
    assert_int_equal(err.class, RW_NO_MEMORY);
    assert_null(held);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_pays_for_what_it_lasted),
        TEST(what_was_not_used_goes_back),
        TEST(nobody_answered),
        TEST(a_slice_that_was_lost),
        TEST(a_call_that_never_was_costs_nothing),
        TEST(who_is_not_counted_is_not_held),
        TEST(it_refuses),
    };

    return cmocka_run_group_tests_name("spend permit", tests, NULL, NULL);
}
