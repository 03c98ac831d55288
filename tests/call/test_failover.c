#include "call/failover.h"

#include "call/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool due(enum rw_call_input_kind kind, enum rw_leg_state before, unsigned status,
                unsigned cause)
{
    struct rw_ending heard = {.sip_code = (uint16_t)status, .q850 = (uint16_t)cause};

    return rw_failover_due(kind, before, &heard);
}

/* Every final status there is, against a list that a person wrote down. */
static void statuses_before_it_rang(void **state)
{
    static const char another[] =
        " 400 401 402 403 405 406 407 408 413 414 415 416 420 421 422 428 429 430 436 437 438 440 "
        "482 483 488 494 ";

    (void)state;
    for (unsigned status = 300; status < 700; status++) {
        char word[8];
        bool want;

        (void)snprintf(word, sizeof(word), " %u ", status);
        want = strstr(another, word) || (status >= 500 && status < 600 && status != 580);
        if (due(RW_IN_LEG_FAILED, RW_LEG_CALLING, status, 0) != want)
            fail_msg("%u: another trunk %s", status, want ? "is not tried" : "is tried");
    }
}

static void nothing_after_it_rang(void **state)
{
    (void)state;
    for (unsigned status = 300; status < 700; status++)
        for (enum rw_leg_state before = RW_LEG_RINGING; before <= RW_LEG_DONE; before++)
            assert_false(due(RW_IN_LEG_FAILED, before, status, 0));
}

static void causes_are_nearer_than_statuses(void **state)
{
    static const struct {
        unsigned status, cause;
        bool calling, ringing;
    } cases[] = {
        {503, 34, true, true},   {503, 41, true, true},   {500, 38, true, true},
        {404, 3, true, true},    {404, 2, true, true},    {404, 1, false, false},
        {480, 42, true, true},   {480, 20, false, false}, {503, 17, false, false},
        {500, 1, false, false},  {403, 21, false, false}, {408, 18, false, false},
        {502, 27, true, false},  {503, 16, true, false},  {484, 28, false, false},
        {486, 34, false, false}, {487, 41, false, false}, {600, 34, false, false},
        {603, 42, false, false}, {404, 0, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        unsigned status = cases[i].status, cause = cases[i].cause;

        if (due(RW_IN_LEG_FAILED, RW_LEG_CALLING, status, cause) != cases[i].calling ||
            due(RW_IN_LEG_FAILED, RW_LEG_RINGING, status, cause) != cases[i].ringing)
            fail_msg("%u with cause %u", status, cause);
        assert_false(due(RW_IN_LEG_FAILED, RW_LEG_EARLY, status, cause));
        assert_false(due(RW_IN_LEG_FAILED, RW_LEG_CONNECTED, status, cause));
    }
}

static void the_wire(void **state)
{
    const struct rw_ending ours = {.reason = RW_REASON_MEDIA_UNUSABLE};

    (void)state;
    for (enum rw_leg_state before = RW_LEG_NONE; before <= RW_LEG_DONE; before++) {
        assert_int_equal(due(RW_IN_LEG_SILENT, before, 0, 0), before == RW_LEG_CALLING);
        assert_int_equal(due(RW_IN_LEG_UNREACHABLE, before, 0, 0), before == RW_LEG_CALLING);
        assert_false(due(RW_IN_LEG_ENDED, before, 0, 0));
        assert_false(due(RW_IN_LEG_ENDED, before, 503, 34));
        assert_false(rw_failover_due(RW_IN_LEG_FAILED, before, &ours));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_before_it_rang),
        cmocka_unit_test(nothing_after_it_rang),
        cmocka_unit_test(causes_are_nearer_than_statuses),
        cmocka_unit_test(the_wire),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
