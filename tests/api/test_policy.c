/* The calling policy through the API, and that the next call follows it. */
#include "house.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define POLICY "/api/v2/telephony/providers/edges/callingpolicy"
#define CALL(to) "{\"to\":{\"phoneNumber\":\"" to "\"},\"from\":{\"phoneNumber\":\"+6534567890\"}}"

static void test_a_policy_is_set_and_followed(void **state)
{
    (void)state;
    house_admin("GET", POLICY, NULL, 200);
    assert_int_equal(house_number("version"), 0);
    assert_true(json_is_true(json_object_get(house_last()->body, "highRiskBlocked")));
    assert_true(house_count("highRiskPrefixes") > 10);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+881612345678"))->status, 403);
    house_refused("policy.high_risk", "/to/phoneNumber");

    house_admin("PUT", POLICY,
                "{\"version\":0,\"allowedPrefixes\":[\"+8816\"],\"blockedPrefixes\":[\"+6592\"],"
                "\"blockedTypes\":[\"mobile\"],\"allowedRegions\":[\"MY\"],"
                "\"callingHours\":[{\"region\":\"DE\",\"from\":\"08:00\",\"to\":\"20:00\"}]}",
                200);
    assert_int_equal(house_number("version"), 1);
    assert_string_equal(house_text("allowedPrefixes/0"), "+8816");
    assert_string_equal(house_text("callingHours/0/from"), "08:00");
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+881612345678"))->status, 200);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+6592345678"))->status, 403);
    house_refused("policy.blocked_prefix", "/to/phoneNumber");
    house_refused("policy.blocked_type", "/to/phoneNumber");
    house_refused("policy.region_not_allowed", "/to/phoneNumber");
    assert_string_equal(house_text("errors/1/found"), "+6592345678, of type mobile (Singapore)");
    /* whoever may not call learns nothing of the policy; another tenant has its own */
    assert_int_equal(house_judge(TOKEN_VIEWER, CALL("+6592345678"))->status, 403);
    assert_false(house_has_code("policy.blocked_prefix"));
    house_send(TOKEN_CY_ADMIN, "GET", POLICY, NULL, NULL);
    assert_int_equal(house_number("version"), 0);

    house_admin("PUT", POLICY, "{\"version\":0}", 409);
    house_refused("version.conflict", "/version");
    house_admin("PUT", POLICY, "{\"version\":1,\"highRiskBlocked\":false}", 200);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+6592345678"))->status, 200);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+881612345678"))->status, 200);
}

/* By the clock of the called number, which is eight hours ahead of UTC in Singapore. */
static void test_hours_are_those_of_the_called_party(void **state)
{
    unsigned minute = (unsigned)((rw_clock_wall_ms() / 60000 + 8 * 60) % 1440);
    unsigned from = (minute + 120) % 1440, to = (minute + 180) % 1440;
    char body[160];

    (void)state;
    house_admin("GET", POLICY, NULL, 200);
    (void)snprintf(body, sizeof(body),
                   "{\"version\":%lld,\"callingHours\":[{\"region\":\"SG\",\"from\":"
                   "\"%02u:%02u\",\"to\":\"%02u:%02u\"}]}",
                   house_number("version"), from / 60, from % 60, to / 60, to % 60);
    house_admin("PUT", POLICY, body, 200);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+6591234567"))->status, 403);
    house_refused("policy.outside_hours", "/to/phoneNumber");
    assert_non_null(strstr(house_text("errors/0/found"), " in Asia/Singapore; the rule is SG "));
    assert_non_null(strstr(house_text("errors/0/expected"), "minutes"));
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+819012345678"))->status, 200);
    (void)snprintf(body, sizeof(body), "{\"version\":%d}", 3);
    house_admin("PUT", POLICY, body, 200);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+6591234567"))->status, 200);
}

static void test_every_fault_of_a_policy_is_told(void **state)
{
    static const struct {
        const char *code, *pointer;
    } faults[] = {
        {"policy.bad_prefix", "/allowedPrefixes/1"}, {"policy.bad_prefix", "/blockedPrefixes/0"},
        {"policy.bad_region", "/allowedRegions/1"},  {"policy.bad_hours", "/callingHours/0"},
        {"policy.bad_hours", "/callingHours/1"},
    };

    (void)state;
    house_admin("PUT", POLICY,
                "{\"version\":2,\"allowedPrefixes\":[\"+1\",\"+0\"],\"blockedPrefixes\":[\"8816\"],"
                "\"allowedRegions\":[\"SG\",\"Malaysia\"],"
                "\"callingHours\":[{\"region\":\"QQ\",\"from\":\"08:00\",\"to\":\"20:00\"},"
                "{\"region\":\"*\",\"from\":\"08:00\",\"to\":\"08:00\"}]}",
                400);
    assert_int_equal(house_count("errors"), sizeof(faults) / sizeof(*faults));
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        house_refused(faults[i].code, faults[i].pointer);
    assert_string_equal(house_text("errors/1/suggestion"), "+8816");
    house_admin("PUT", POLICY, "{\"version\":2,\"blockedTypes\":[\"cheap\"]}", 400);
    assert_int_equal(house_send(TOKEN_ANN, "PUT", POLICY, NULL, "{\"version\":2}")->status, 403);
    assert_int_equal(house_send(TOKEN_ANN, "GET", POLICY, NULL, NULL)->status, 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_policy_is_set_and_followed),
        cmocka_unit_test(test_every_fault_of_a_policy_is_told),
        cmocka_unit_test(test_hours_are_those_of_the_called_party),
    };

    return cmocka_run_group_tests_name("calling policy", tests, house_open, house_close);
}
