/* When an address is believed to be up, and when it is asked again. */
#include "trunk/health.h"

#include "test.h"

static void what_is_heard(void **state)
{
    static const struct {
        const char *heard; /* + life, - none */
        const char *after; /* u unknown, U up, D down; a letter for each */
    } table[] = {
        {"+", "U"},     {"-", "u"},       {"--", "uD"},         {"-+", "uU"},
        {"+-", "UU"},   {"+--", "UUD"},   {"+-+-+-", "UUUUUU"}, {"+---", "UUDD"},
        {"--+", "uDD"}, {"--++", "uDDU"}, {"--+-++", "uDDDDU"}, {"--++--", "uDDUUD"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_health health = {.state = RW_HEALTH_UNKNOWN};

        for (size_t at = 0; table[i].heard[at]; at++) {
            enum rw_health_state before = health.state;
            bool changed = rw_health_hear(&health, table[i].heard[at] == '+', 100 + at);

            assert_int_equal("uUD"[health.state], table[i].after[at]);
            assert_int_equal(changed, before != health.state);
            if (changed)
                assert_int_equal(health.since_ms, 100 + at);
        }
    }
}

static void what_is_life(void **state)
{
    static const struct {
        enum rw_trunk_outcome outcome;
        uint16_t code;
        bool life;
    } table[] = {
        {RW_TRUNK_ANSWERED, 200, true},   {RW_TRUNK_ANSWERED, 401, true},
        {RW_TRUNK_ANSWERED, 404, true},   {RW_TRUNK_ANSWERED, 405, true},
        {RW_TRUNK_ANSWERED, 500, true},   {RW_TRUNK_ANSWERED, 408, false},
        {RW_TRUNK_ANSWERED, 503, false},  {RW_TRUNK_SILENT, 0, false},
        {RW_TRUNK_UNREACHABLE, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_trunk_answer answer = {.outcome = table[i].outcome, .code = table[i].code};

        assert_int_equal(rw_health_is_life(&answer), table[i].life);
    }
}

static void doubt_is_asked_about_sooner(void **state)
{
    struct rw_health health = {.state = RW_HEALTH_UNKNOWN};

    (void)state;
    assert_int_equal(rw_health_wait_ms(&health, 30000), 30000);
    (void)rw_health_hear(&health, true, 1);
    assert_int_equal(rw_health_wait_ms(&health, 30000), 30000);
    (void)rw_health_hear(&health, false, 2);
    assert_int_equal(rw_health_wait_ms(&health, 30000), RW_HEALTH_DOUBT_MS);
    assert_int_equal(rw_health_wait_ms(&health, 2000), 2000);
    (void)rw_health_hear(&health, false, 3);
    assert_int_equal(rw_health_wait_ms(&health, 30000), 30000); /* down, and no doubt of it */
    (void)rw_health_hear(&health, true, 4);
    assert_int_equal(rw_health_wait_ms(&health, 30000), RW_HEALTH_DOUBT_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_heard),
        cmocka_unit_test(what_is_life),
        cmocka_unit_test(doubt_is_asked_about_sooner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
