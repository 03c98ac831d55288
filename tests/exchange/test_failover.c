/* A call that asks several trunks, as the store and the ports see it; and its end after kill -9. */
#include "base/mem.h"
#include "call/reason.h"
#include "event/event.h"
#include "rig.h"

#include <string.h>

static int setup(void **state)
{
    (void)state;
    rig_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_close();
    return 0;
}

static struct rw_call_order order_of(bool with_station, uint8_t trunks)
{
    struct rw_call_order order = rig_order(with_station);

    order.plan.trunks = trunks;
    return order;
}

static struct rw_ending ending_of(size_t n)
{
    struct rw_ending ending;

    assert_true(n < rig.events_count);
    assert_int_equal(
        rw_event_decode_ending(rw_slice_str(rig.events[n].data), &rig.store.arena, &ending, NULL),
        RW_OK);
    return ending;
}

static void check_dialing(size_t n, unsigned leg, const char *trunk, uint32_t attempt)
{
    const struct rw_leg *dialled = &rig.at[0].legs[leg];
    struct rw_event_trunk told;
    struct rw_leg_dialog dialog;

    assert_true(n < rig.events_count);
    assert_int_equal(
        rw_event_decode_trunk(rw_slice_str(rig.events[n].data), &rig.store.arena, &told, NULL),
        RW_OK);
    assert_string_equal(told.name, trunk);
    assert_int_equal(told.attempt, attempt);
    assert_int_equal(rw_event_decode_dialog(rw_slice_str(rig.events[n].data), &dialog, NULL),
                     RW_OK);
    assert_string_equal(dialog.call_id, dialled->call_id);
    assert_string_equal(dialog.branch, dialled->branch);
    assert_string_equal(dialog.local_tag, dialled->local_tag);
    assert_true(dialled->log_seq >= rig.events[n].seq); /* durable before it left */
}

static void test_second_trunk_answers(void **state)
{
    struct rw_call_order order = order_of(false, 2);
    struct rw_leg *legs = rig.at[0].legs;

    (void)state;
    rig_place(&order);
    assert_string_equal(rig_log(), "created dialing/1");
    check_dialing(1, 0, "first", 1);
    rig_say(0, RW_IN_LEG_FAILED, 503, NULL);
    assert_int_equal(rig.at[0].legs_count, 2);
    assert_true(legs[0].released && !legs[0].byed && !legs[0].cancelled);
    assert_string_equal(legs[1].uri, "sip:+6591234567@192.0.2.2:5060");
    assert_string_equal(legs[1].auth_password, "other");
    assert_string_equal(legs[1].offer, "offer to trunk");
    assert_string_equal(legs[0].call_id + 39, "-t");
    assert_string_equal(legs[1].call_id + 39, "-t2");
    assert_string_not_equal(legs[0].branch, legs[1].branch);
    assert_string_not_equal(legs[0].local_tag, legs[1].local_tag);
    assert_int_equal(legs[0].silent_ms, 5000); /* somebody else waits */
    assert_int_equal(legs[1].silent_ms, 0);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 dialing/1");
    assert_int_equal(ending_of(2).sip_code, 503);
    assert_string_equal(ending_of(2).reason, "carrier_failure");
    check_dialing(3, 1, "second", 2);

    rig_say(1, RW_IN_LEG_RINGING, 0, NULL);
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_say(1, RW_IN_LEG_ENDED, 0, NULL);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 dialing/1 ringing/1 connected/1 "
                                   "leg_ended/1 ended");
    assert_int_equal(ending_of(7).trunks_tried, 2);
    assert_int_equal(ending_of(6).trunks_tried, 0);
    assert_string_equal(rig_conversation().disconnect, "endpoint");
}

/* The next one is asked before the answer is waited for in vain, also of a trunk with several addresses. */
static void test_silence_is_found_out_in_time(void **state)
{
    static const struct {
        uint32_t answer_ms, silent_ms;
    } cases[] = {{0, 5000}, {60000, 5000}, {12500, 5000}, {12495, 4998}, {5000, 2000}, {1000, 400}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_call_order order = order_of(false, 2);

        order.plan.trunk_answer_ms[0] = cases[i].answer_ms;
        rig_place(&order);
        assert_int_equal(rig.at[0].legs[rig.at[0].legs_count - 1].silent_ms, cases[i].silent_ms);
        rig_say(rig.at[0].legs_count - 1, RW_IN_LEG_FAILED, 486, NULL);
    }
}

static void test_every_trunk_fails(void **state)
{
    struct rw_call_order order = order_of(true, 3);

    (void)state;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_say(1, RW_IN_LEG_SILENT, 0, NULL);
    rig_say(2, RW_IN_LEG_UNREACHABLE, 0, NULL);
    rig_say(3, RW_IN_LEG_FAILED, 500, NULL);
    assert_string_equal(rig_log(), "created dialing/0 connected/0 dialing/1 leg_ended/1 dialing/1 "
                                   "leg_ended/1 dialing/1 leg_ended/1 leg_ended/0 ended");
    check_dialing(7, 3, "third", 3);
    assert_string_equal(ending_of(4).reason, "carrier_silent");
    assert_string_equal(ending_of(6).reason, "carrier_unreachable");
    assert_int_equal(ending_of(10).sip_code, 500);
    assert_int_equal(ending_of(10).trunks_tried, 3);
    assert_string_equal(rig_conversation().reason, "carrier_failure");
    assert_true(rig.at[0].legs[0].byed);
    assert_int_equal(rig.at[0].bridged, 0);
}

/* What says no before anything is sent is a failure like any other. */
static void test_none_can_be_sent(void **state)
{
    struct rw_call_order order = order_of(false, 3);

    (void)state;
    rig.at[0].refuse_invites = true;
    rig_place(&order);
    rig_settle(0);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 dialing/1 leg_ended/1 dialing/1 "
                                   "leg_ended/1 ended");
    assert_int_equal(ending_of(7).trunks_tried, 3);
    assert_string_equal(rig_conversation().reason, "carrier_unreachable");
}

static void test_a_person_said_no(void **state)
{
    static const unsigned statuses[] = {486, 600, 603, 487, 404, 480};

    (void)state;
    for (unsigned i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        struct rw_call_order order = order_of(false, 3);

        rig_place(&order);
        rig_say(i, RW_IN_LEG_FAILED, statuses[i], NULL);
        assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 ended");
        assert_int_equal(ending_of(3).sip_code, statuses[i]);
    }
}

static void on_hung_up(enum rw_class class, void *arg)
{
    (void)arg;
    assert_int_equal(class, RW_OK);
}

static void hang_up(void *arg)
{
    (void)arg;
    rw_exchange_hangup(rig.at[0].exchange, TENANT_A, rig.placed.id, on_hung_up, NULL);
}

static void test_hung_up_during_the_second(void **state)
{
    struct rw_call_order order = order_of(true, 3);

    (void)state;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_say(1, RW_IN_LEG_FAILED, 503, NULL);
    rig_do(0, hang_up, NULL);
    rig_settle(0);
    assert_true(rig.at[0].legs[2].cancelled);
    rig_say(2, RW_IN_LEG_FAILED, 503, NULL); /* no answer to a CANCEL begins a third */
    assert_int_equal(rig.at[0].legs_count, 3);
    assert_string_equal(rig_log(), "created dialing/0 connected/0 dialing/1 leg_ended/1 dialing/1 "
                                   "leg_ended/0 leg_ended/1 ended");
    assert_int_equal(ending_of(8).trunks_tried, 2);
    assert_string_equal(rig_conversation().disconnect, "client");
}

/* In one turn, so that the second INVITE is not yet durable when the API ends the call. */
static void fail_and_hang_up(void *arg)
{
    struct rw_leg *leg = &rig.at[0].legs[0];
    struct rw_leg_news news = {.input = {.kind = RW_IN_LEG_FAILED, .ending = {.sip_code = 503}}};

    leg->handler(&news, leg->arg);
    hang_up(arg);
}

static void test_hung_up_before_the_second_leaves(void **state)
{
    struct rw_call_order order = order_of(false, 2);

    (void)state;
    rig_place(&order);
    rig_do(0, fail_and_hang_up, NULL);
    rig_settle(0);
    assert_int_equal(rig.at[0].legs_count, 1);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 dialing/1 leg_ended/1 ended");
    assert_string_equal(rig_conversation().reason, "cancelled");
}

static void fail_first_without_memory(void *arg)
{
    struct rw_leg *leg = &rig.at[0].legs[*(unsigned *)arg];
    struct rw_leg_news news = {.input = {.kind = RW_IN_LEG_FAILED, .ending = {.sip_code = 503}}};

    rw_mem_fail_after(0); /* the transaction that tells of the second attempt */
    leg->handler(&news, leg->arg);
    rw_mem_fail_after(-1);
}

/* What can't be told does not leave. */
static void test_second_can_not_be_told(void **state)
{
    struct rw_call_order order = order_of(false, 2);
    unsigned first = 0;

    (void)state;
    rig_clock(1000000);
    rig_place(&order);
    rig_do(0, fail_first_without_memory, &first);
    rig_settle(0);
    assert_int_equal(rig.at[0].legs_count, 1);
    rig_clock(1000000 + 5000); /* the end is tried again */
    rig_settle(0);
    assert_int_equal(rig.at[0].legs_count, 1);
    assert_string_equal(rig_conversation().reason, "store_failed");
}

/* ------------------------------------------------------------------ after kill -9 */

static void on_recovered(enum rw_class class, uint32_t closed, const struct rw_err *err, void *arg)
{
    (void)err;
    assert_int_equal(class, RW_OK);
    *(uint32_t *)arg += closed;
}

static void recover(void *arg)
{
    rw_exchange_recover(rig.at[0].exchange, on_recovered, arg);
}

static void restart_and_recover(void)
{
    static uint32_t closed;

    closed = 0;
    rig_restart();
    rig_do(0, recover, &closed);
    for (int i = 0; i < 3; i++)
        rig_settle(0);
    assert_int_equal(closed, 1);
}

static void test_killed_during_the_second(void **state)
{
    struct rw_call_order order = order_of(false, 3);
    char call_id[80];

    (void)state;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_FAILED, 503, NULL);
    (void)strcpy(call_id, rig.at[0].legs[1].call_id);
    restart_and_recover();
    assert_int_equal(rig.at[0].orphans_count, 1); /* the first has had its answer */
    assert_string_equal(rig.at[0].orphans[0].call_id, call_id);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 dialing/1 leg_ended/1 ended");
    assert_string_equal(ending_of(5).reason, "node_lost");
    assert_int_equal(ending_of(5).trunks_tried, 2);
    assert_int_equal(ending_of(4).trunks_tried, 0);
}

static void test_killed_while_a_silent_one_may_still_wake(void **state)
{
    struct rw_call_order order = order_of(false, 2);
    char first[80], second[80];

    (void)state;
    rig_place(&order);
    (void)strcpy(first, rig.at[0].legs[0].call_id);
    rig_say(0, RW_IN_LEG_SILENT, 0, NULL);
    (void)strcpy(second, rig.at[0].legs[1].call_id);
    restart_and_recover();
    assert_int_equal(rig.at[0].orphans_count, 2);
    assert_string_equal(rig.at[0].orphans[0].call_id, first);
    assert_string_equal(rig.at[0].orphans[1].call_id, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_second_trunk_answers),
        TEST(test_silence_is_found_out_in_time),
        TEST(test_every_trunk_fails),
        TEST(test_none_can_be_sent),
        TEST(test_a_person_said_no),
        TEST(test_hung_up_during_the_second),
        TEST(test_hung_up_before_the_second_leaves),
        TEST(test_second_can_not_be_told),
        TEST(test_killed_during_the_second),
        TEST(test_killed_while_a_silent_one_may_still_wake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
