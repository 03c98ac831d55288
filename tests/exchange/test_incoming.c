/* A call that came in through a trunk, as the store and the ports see it. */
#include "call/reason.h"
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

static struct rw_leg *caller(void)
{
    enum rw_class class;
    struct rw_leg *leg = rig_come_in(&class);

    assert_int_equal(class, RW_OK);
    return leg;
}

static const struct rw_leg *station(void)
{
    assert_true(rig.at[0].legs_count >= 2);
    return &rig.at[0].legs[1];
}

static void test_the_user_picks_up(void **state)
{
    const struct rw_leg *leg = caller();
    struct rw_row_conversation row;

    (void)state;
    assert_string_equal(rig_log(), "created offered/1 dialing/0");
    assert_string_equal(station()->uri, "sip:ann@192.0.2.7");
    assert_string_equal(station()->offer, "offer to station");
    rig_say(1, RW_IN_LEG_RINGING, 0, NULL);
    assert_true(leg->rung && !leg->accepted);
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "their answer");
    assert_true(leg->accepted && rig.at[0].bridged == 1);
    assert_string_equal(leg->offer, "answer to trunk");
    assert_string_equal(rig_log(), "created offered/1 dialing/0 ringing/0 connected/0 connected/1");
    row = rig_conversation();
    assert_true(row.incoming);
    rig_say(0, RW_IN_LEG_ENDED, 0, NULL);
    assert_true(station()->byed && leg->released && rig.at[0].relays_open == 0);
    assert_string_equal(rig_log(), "created offered/1 dialing/0 ringing/0 connected/0 connected/1 "
                                   "leg_ended/1 leg_ended/0 ended");
}

static void test_the_user_is_busy(void **state)
{
    const struct rw_leg *leg = caller();

    (void)state;
    rig_say(1, RW_IN_LEG_FAILED, 486, NULL);
    assert_true(leg->refused && !leg->accepted);
    assert_string_equal(leg->why.reason, RW_REASON_BUSY);
    rig_say(0, RW_IN_LEG_FAILED, 486, NULL);
    assert_true(leg->released && rig.at[0].relays_open == 0);
    assert_string_equal(rig_conversation().reason, RW_REASON_BUSY);
}

static void test_the_caller_gives_up(void **state)
{
    const struct rw_leg *leg = caller();

    (void)state;
    rig_say(0, RW_IN_LEG_FAILED, 487, NULL);
    assert_true(leg->released && !leg->refused && station()->cancelled);
    rig_say(1, RW_IN_LEG_FAILED, 487, NULL);
    assert_true(rig_conversation().ended_ms != 0 && rig.at[0].relays_open == 0);
}

static void test_the_caller_is_gone_when_the_user_picks_up(void **state)
{
    struct rw_leg *leg = caller();

    (void)state;
    leg->gone = true;
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "their answer");
    assert_true(leg->released && station()->byed);
    assert_string_equal(rig_conversation().reason, RW_REASON_CANCELLED);
}

static void test_media_that_do_not_fit(void **state)
{
    enum rw_class class;
    struct rw_leg *leg;

    (void)state;
    rig.at[0].refuse_media = "sdp.no_common_codec";
    leg = rig_come_in(&class);
    assert_int_equal(class, RW_MALFORMED);
    assert_true(!leg->handler && rig.at[0].relays_open == 0); /* it is the caller's to refuse */
    assert_string_equal(rig.placed.id, "");
    rig.at[0].refuse_media = NULL;
    rig.at[0].refuse_answers = true;
    rig.at[0].legs_count = 0;
    leg = caller();
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "their answer");
    assert_true(!leg->accepted && leg->released && station()->byed);
    assert_string_equal(rig_conversation().reason, RW_REASON_MEDIA_UNUSABLE);
}

static void on_hung_up(enum rw_class class, void *arg)
{
    *(enum rw_class *)arg = class;
}

static void hang_up(void *arg)
{
    rw_exchange_hangup(rig.at[0].exchange, TENANT_A, rig.placed.id, on_hung_up, arg);
}

static void test_hung_up_over_the_api_while_it_rings(void **state)
{
    struct rw_leg *leg = caller();
    enum rw_class class = RW_CLASS_COUNT;

    (void)state;
    rig_do(0, hang_up, &class);
    assert_int_equal(class, RW_OK);
    assert_true(leg->refused && station()->cancelled);
    rig_say(0, RW_IN_LEG_FAILED, 480, NULL);
    rig_say(1, RW_IN_LEG_FAILED, 487, NULL);
    assert_string_equal(rig_conversation().reason, RW_REASON_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_user_picks_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_user_is_busy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_caller_gives_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_caller_is_gone_when_the_user_picks_up, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_media_that_do_not_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hung_up_over_the_api_while_it_rings, setup, teardown),
    };

    return cmocka_run_group_tests_name("exchange incoming", tests, NULL, NULL);
}
