#include "../test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "spend/ledger.h"

#include <pthread.h>
#include <stdatomic.h>

#define UNIT 1000000

/* 0.10 a minute, in full minutes. */
static struct rw_spend_terms terms_of(int64_t limit_micro)
{
    return (struct rw_spend_terms){
        .tenant_id = "t",
        .rate = {.minute_micro = UNIT / 10, .first_s = 60, .next_s = 60},
        .slice_s = 60,
        .count = 2,
        .accounts = {{"tenant * 2026-11", 100 * limit_micro, 2000},
                     {"client c 2026-11-26", limit_micro, 1000}},
    };
}

static struct rw_ledger *ledger_for(const struct rw_spend_terms *terms, int64_t spent)
{
    struct rw_ledger *ledger;

    assert_int_equal(rw_ledger_new(&ledger, NULL), RW_OK);
    for (size_t i = 0; i < terms->count; i++)
        assert_int_equal(rw_ledger_know(ledger, terms->tenant_id, &terms->accounts[i], spent, NULL),
                         RW_OK);
    return ledger;
}

static void holds(struct rw_ledger *ledger, int64_t spent, int64_t held)
{
    struct rw_ledger_state state = {-1, -1};

    assert_true(rw_ledger_look(ledger, "t", "client c 2026-11-26", &state));
    assert_int_equal(state.spent_micro, spent);
    assert_int_equal(state.held_micro, held);
}

static void a_call_takes_gives_back_and_no_more(void **state)
{
    struct rw_spend_terms terms = terms_of(UNIT / 4);
    struct rw_ledger *ledger = ledger_for(&terms, 0);
    struct rw_faults faults = {.count = 0};
    struct rw_charge one, two, three;
    struct rw_err err;
    int64_t micro;

    (void)state;
    assert_true(rw_ledger_fits(ledger, &terms, "/to", &faults));
    assert_int_equal(rw_ledger_begin(ledger, &terms, &one, &err), RW_OK);
    assert_int_equal(rw_ledger_begin(ledger, &terms, &two, &err), RW_OK);
    assert_int_equal(two.warned, 2); /* 0.20 of 0.25, of the client's alone */
    holds(ledger, 0, UNIT / 5);
    assert_int_equal(rw_ledger_begin(ledger, &terms, &three, &err), RW_LIMIT);
    assert_string_equal(err.code, "spend.exhausted");
    assert_string_equal(err.found, "client c 2026-11-26: 0.00 spent, 0.20 held, of 0.25");
    assert_string_equal(err.expected, "0.10 left, which the first stretch of the call costs; the "
                                      "period ends at 1970-01-01T00:00:01.000Z");
    assert_false(rw_ledger_fits(ledger, &terms, "/to", &faults));
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.at[0].pointer, "/to");
    assert_false(rw_ledger_extend(ledger, &one, &micro));
    assert_int_equal(one.exhausted, 2);
    assert_int_equal(one.paid_s, 60);
    assert_int_equal(rw_ledger_settle(ledger, &two, 0), UNIT / 10); /* nobody answered */
    holds(ledger, 0, UNIT / 10);
    assert_true(rw_ledger_extend(ledger, &one, &micro));
    assert_int_equal(micro, UNIT / 10);
    assert_int_equal(one.paid_s, 120);
    assert_int_equal(rw_ledger_settle(ledger, &one, 59), UNIT / 10);
    holds(ledger, UNIT / 10, 0);
    rw_ledger_free(ledger);
}

static void what_the_store_had_counts(void **state)
{
    struct rw_spend_terms terms = terms_of(UNIT);
    struct rw_ledger *ledger = ledger_for(&terms, UNIT - UNIT / 10);
    struct rw_charge charge;
    struct rw_ledger_state none;

    (void)state;
    assert_int_equal(rw_ledger_know(ledger, "t", &terms.accounts[1], 0, NULL), RW_OK); /* known */
    assert_false(rw_ledger_look(ledger, "t2", "client c 2026-11-26", &none));
    assert_int_equal(rw_ledger_begin(ledger, &terms, &charge, NULL), RW_OK);
    holds(ledger, UNIT - UNIT / 10, UNIT / 10);
    assert_int_equal(rw_ledger_settle(ledger, &charge, 61), -UNIT / 10); /* longer than taken for */
    holds(ledger, UNIT + UNIT / 10, 0);
    assert_int_equal(rw_ledger_begin(ledger, &terms, &charge, NULL), RW_LIMIT);
    rw_ledger_free(ledger);
}

static void a_birth_that_failed_costs_nothing(void **state)
{
    struct rw_spend_terms terms = terms_of(UNIT);
    struct rw_ledger *ledger = ledger_for(&terms, 0);
    struct rw_charge charge;

    (void)state;
    assert_int_equal(rw_ledger_begin(ledger, &terms, &charge, NULL), RW_OK);
    rw_ledger_drop(ledger, &charge);
    holds(ledger, 0, 0);
    rw_ledger_free(ledger);
}

/* Fees are taken once, and slices that are shorter than a step cost what the step does. */
static void slices_add_up_to_the_cost(void **state)
{
    struct rw_spend_terms terms = terms_of(100 * UNIT);
    struct rw_ledger *ledger;
    struct rw_charge charge;
    int64_t micro, sum = 0;

    (void)state;
    terms.rate =
        (struct rw_rate){.minute_micro = UNIT, .connect_micro = 7, .first_s = 30, .next_s = 45};
    terms.slice_s = 20;
    ledger = ledger_for(&terms, 0);
    assert_int_equal(rw_ledger_begin(ledger, &terms, &charge, NULL), RW_OK);
    sum = charge.taken_micro;
    for (uint32_t seconds = 20; seconds <= 600; seconds += 20) {
        assert_int_equal(charge.paid_s, seconds);
        assert_int_equal(sum, rw_rate_cost(&terms.rate, seconds));
        assert_true(rw_ledger_extend(ledger, &charge, &micro));
        sum += micro;
    }
    assert_int_equal(charge.taken_micro, sum);
    rw_ledger_drop(ledger, &charge);
    rw_ledger_free(ledger);
}

static _Atomic uint32_t taken;

static void *place_many(void *arg)
{
    struct rw_spend_terms terms = terms_of(UNIT);

    for (int i = 0; i < 60; i++) {
        struct rw_charge charge;

        if (rw_ledger_begin(arg, &terms, &charge, NULL) == RW_OK)
            taken++;
    }
    return NULL;
}

static void no_two_threads_take_the_same_money(void **state)
{
    struct rw_spend_terms terms = terms_of(UNIT);
    struct rw_ledger *ledger = ledger_for(&terms, 0);
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, place_many, ledger), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(taken, 10);
    holds(ledger, 0, UNIT);
    rw_ledger_free(ledger);
}

static void old_accounts_are_forgotten(void **state)
{
    struct rw_spend_terms terms = terms_of(UNIT);
    struct rw_ledger *ledger = ledger_for(&terms, 0);
    struct rw_ledger_state found;
    struct rw_charge charge;
    struct rw_account account = {.ends_ms = 500};

    (void)state;
    rw_clock_set_virtual(1500);
    assert_int_equal(rw_ledger_begin(ledger, &terms, &charge, NULL), RW_OK);
    for (uint32_t i = 2; i < RW_LEDGER_ACCOUNTS; i++) {
        (void)snprintf(account.name, sizeof(account.name), "user %u", i);
        assert_int_equal(rw_ledger_know(ledger, "t", &account, 0, NULL), RW_OK);
    }
    (void)snprintf(account.name, sizeof(account.name), "one more");
    assert_int_equal(rw_ledger_know(ledger, "t", &account, 0, NULL), RW_OK);
    assert_false(rw_ledger_look(ledger, "t", "user 2", &found));
    holds(ledger, 0, UNIT / 10); /* over as well, but a call counts in it */
    rw_ledger_drop(ledger, &charge);
    rw_ledger_leave(ledger, &charge);
    for (uint32_t i = 0; i < RW_LEDGER_ACCOUNTS; i++) {
        (void)snprintf(account.name, sizeof(account.name), "later %u", i);
        assert_int_equal(rw_ledger_know(ledger, "t", &account, 0, NULL), RW_OK);
    }
    assert_false(rw_ledger_look(ledger, "t", "client c 2026-11-26", &found));
    rw_clock_set_virtual(0);
    rw_ledger_free(ledger);
}

static void memory_may_be_out(void **state)
{
    struct rw_spend_terms terms = terms_of(UNIT);
    struct rw_ledger *ledger = NULL;
    struct rw_charge charge;
    long live = rw_mem_live();

    (void)state;
    rw_mem_fail_after(0);
    assert_int_equal(rw_ledger_new(&ledger, NULL), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    assert_int_equal(rw_ledger_new(&ledger, NULL), RW_OK);
    rw_mem_fail_after(0);
    assert_int_equal(rw_ledger_know(ledger, "t", &terms.accounts[0], 0, NULL), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    assert_int_equal(rw_ledger_begin(ledger, &terms, &charge, NULL), RW_BUG); /* never entered */
    rw_ledger_free(ledger);
    rw_ledger_free(NULL);
    assert_int_equal(rw_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_takes_gives_back_and_no_more),
        cmocka_unit_test(what_the_store_had_counts),
        cmocka_unit_test(a_birth_that_failed_costs_nothing),
        cmocka_unit_test(slices_add_up_to_the_cost),
        cmocka_unit_test(no_two_threads_take_the_same_money),
        cmocka_unit_test(old_accounts_are_forgotten),
        cmocka_unit_test(memory_may_be_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
