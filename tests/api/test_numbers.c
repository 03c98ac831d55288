/* A server that reads called numbers by a policy: national ones of Singapore, nothing that is not assigned,
 * neither premium nor satellite, nobody in North Korea. */
#include "house.h"

#include "address/address.h"

static struct rw_address_policy policy;

static int open_in_singapore(void **state)
{
    rw_address_policy_init(&policy);
    memcpy(policy.region, "SG", sizeof("SG"));
    policy.refuse_unassigned = true;
    policy.refuse_types = 1u << RW_ADDRESS_PREMIUM | 1u << RW_ADDRESS_SATELLITE;
    policy.refuse_regions = "KP";
    house_address = &policy;
    return house_open(state);
}

static const struct house_answer *judge(const char *to, const char *from)
{
    char body[256];

    (void)snprintf(body, sizeof(body),
                   "{\"to\":{\"phoneNumber\":\"%s\"},\"from\":{\"phoneNumber\":\"%s\"}}", to, from);
    return house_judge(TOKEN_ANN, body);
}

static void test_national_numbers_are_read(void **state)
{
    (void)state;
    assert_int_equal(judge("9123 4567", "+6534567890")->status, 200);
    assert_string_equal(house_text("to"), "+6591234567");
    assert_true(house_warns("address.national_to_e164"));
    assert_int_equal(judge("6591234567", "+6534567890")->status, 200);
    assert_true(house_warns("address.plus_added"));
    assert_int_equal(judge("001 44 20 7946 0958", "+6534567890")->status, 200);
    assert_string_equal(house_text("to"), "+442079460958");
    assert_true(house_warns("address.idd_prefix_replaced"));
    assert_true(house_warns("address.fictional"));
    /* The caller's own number too. */
    assert_int_equal(judge("91234567", "34567890")->status, 200);
    assert_string_equal(house_text("from"), "+6534567890");
}

static void test_what_the_policy_refuses(void **state)
{
    static const struct {
        const char *to, *code;
        int status;
    } table[] = {
        {"+6534567891", "address.unassigned_range", 400},
        {"34567891", "address.unassigned_range", 400},
        {"+881612345678", "address.type_refused", 403},
        {"+979123456789", "address.type_refused", 403},
        {"+85021234567", "address.region_refused", 403},
        {"+85091234567", "address.region_refused", 403},
        {"995", "address.emergency_number", 400},
        {"1800", "address.short_code", 400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_int_equal(judge(table[i].to, "+6534567890")->status, table[i].status);
        assert_string_equal(house_text("errors/0/code"), table[i].code);
        assert_string_equal(house_text("errors/0/pointer"), "/to/phoneNumber");
    }
    assert_int_equal(house.invites, 0);
}

/* The tenant's own number is in no range that the data knows; it stays what it is. */
static void test_the_caller_is_not_the_called(void **state)
{
    (void)state;
    assert_int_equal(judge("+6591234567", "+6534567890")->status, 200);
    assert_true(house_warns("address.unassigned_range"));
}

/* What is suggested for a body of another shape is read by the same policy. */
static void test_suggestions_follow_the_policy(void **state)
{
    (void)state;
    assert_int_equal(house_judge(TOKEN_ANN, "{\"callee\": \"9123 4567\"}")->status, 400);
    assert_string_equal(house_text("suggestedRequest/to/phoneNumber"), "+6591234567");
    assert_int_equal(house_judge(TOKEN_ANN, "{\"callee\": \"+6534567891\"}")->status, 400);
    assert_string_equal(house_text("suggestedRequest/to/phoneNumber"), "(none)");
    assert_string_equal(house_text("missingFact/pointer"), "/callee");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_national_numbers_are_read),
        cmocka_unit_test(test_what_the_policy_refuses),
        cmocka_unit_test(test_the_caller_is_not_the_called),
        cmocka_unit_test(test_suggestions_follow_the_policy),
    };

    return cmocka_run_group_tests_name("api numbers", tests, open_in_singapore, house_close);
}
