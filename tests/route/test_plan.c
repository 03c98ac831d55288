/* What is wished, and the plan or the faults that answer it. */
#include "world.h"

#include <string.h>

static const struct wish wishes[] = {
    {"ann", "+6591234567", "+6534567890", "12345-abcde-67890", "", NULL},
    {"ann", "+6591234567", "+6534567890", NULL, "", NULL},
    {"ann", "+6591234567", NULL, "12345-abcde-67890", "", NULL},
    {NULL, "+6591234567", "+6534567890", NULL, "", NULL},
    {"ann", "+4930123456", "+6534567890", NULL, "", NULL},
    /* caller id */
    {"ann", "+6591234567", "+442071234567", NULL, "caller.not_owned", "+6534567890"},
    {"ann", "+6591234567", "+442071234567", "second", "caller.not_owned", "+6534567899"},
    {"ann", "+6591234567", "+6534567891", NULL, "caller.inactive", NULL},
    {"ann", "+6591234567", NULL, "off", "caller.inactive", NULL},
    {"ann", "+6591234567", "+6534567892", NULL, "caller.internal_only", NULL},
    {"ann", "+6591234567", NULL, NULL, "caller.none", NULL},
    {"ann", "+6591234567", "!", NULL, "?", NULL},
    {"ann", "+6591234567", NULL, "!", "?", NULL},
    /* providerId */
    {"ann", "+6591234567", NULL, "12345-abcde-6789O", "provider.not_found", "12345-abcde-67890"},
    {"ann", "+6591234567", NULL, "theirs", "provider.not_found", ""},
    {"ann", "+6591234567", "+6534567899", "nonsense", "provider.not_found", "second"},
    {"ann", "+6591234567", "+6534567899", "12345-abcde-67890", "provider.mismatch", "second"},
    {"ann", "+6591234567", "+1", "nonsense", "caller.not_owned provider.not_found", NULL},
    /* user and station */
    {"bob", "+6591234567", "+6534567890", NULL, "station.inactive", NULL},
    {"cat", "+6591234567", "+6534567890", NULL, "station.missing", NULL},
    {"dan", "+6591234567", "+6534567890", NULL, "user.not_found", NULL},
    {"eve", "+6591234567", "+6534567890", NULL, "user.not_found", NULL},
    /* routes */
    {"ann", "+12025550123", "+6534567890", NULL, "route.none", NULL},
    {"ann", "+442079460000", "+6534567890", NULL, "route.trunk_inactive", NULL},
    {"ann", "!", "+6534567890", NULL, "?", NULL},
    /* all at once */
    {"cat", "+12025550123", "+442071234567", "nonsense",
     "station.missing caller.not_owned provider.not_found route.none", NULL},
};

static void each_wish_has_its_answer(void **state)
{
    (void)state;
    for (int twice = 0; twice < 2; twice++) /* read, then remembered */
        for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++)
            world_check(&wishes[i]);
}

static void faults_say_where_and_what(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    (void)world_plan(&wishes[5], &plan, &faults);
    assert_string_equal(faults.at[0].pointer, "/from/phoneNumber");
    assert_string_equal(faults.at[0].found, "+442071234567");
    assert_string_equal(faults.at[0].expected, "one of +6534567890, +6534567899");
    assert_int_equal(faults.at[0].class, RW_FORBIDDEN);
    (void)world_plan(&(struct wish){"ann", "+12025550123", "+6534567890", NULL, "", NULL}, &plan,
                     &faults);
    assert_string_equal(faults.at[0].pointer, "/to/phoneNumber");
    assert_string_equal(faults.at[0].found,
                        "+12025550123; prefixes with a route: 33, 44, 49, 65, 81");
    assert_non_null(strstr(faults.at[0].expected,
                           "12025550123, 1202555012, 120255501, 12025550, 1202555, 120255, "
                           "12025, 1202, 120, 12, 1, or empty"));
}

static void a_long_number_has_its_prefixes_shortened(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    (void)world_plan(&(struct wish){"ann", "+123456789012345", "+6534567890", NULL, "", NULL},
                     &plan, &faults);
    assert_string_equal(faults.at[0].code, "route.none");
    assert_string_equal(
        faults.at[0].expected,
        "a route with a prefix that was tried: 123456789012345, 12345678901234, "
        "1234567890123, 123456789012, 12345678901, 1234567890, 123456789, ... 1, or "
        "empty");
    (void)world_plan(&(struct wish){"ann", "+1", "+6534567890", NULL, "", NULL}, &plan, &faults);
    assert_string_equal(faults.at[0].expected, "a route with a prefix that was tried: 1, or empty");
}

static void a_plan_can_be_dialled(void **state)
{
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    assert_int_equal(world_plan(&wishes[0], &plan, &faults), RW_OK);
    assert_string_equal(plan.trunks[0].uri,
                        "sip:+6591234567@198.51.100.1:5060;transport=udp;user=phone");
    assert_string_equal(plan.trunks[0].from_uri, "sip:+6534567890@192.0.2.1:5060;user=phone");
    assert_null(plan.trunks[0].route);
    assert_int_equal(plan.trunks[0].reliable, RW_LEG_RELIABLE_OFF);
    assert_int_equal(plan.trunks[0].session_expires_s, 0);
    assert_string_equal(plan.trunks[0].auth_user, "tu");
    assert_string_equal(plan.trunks[0].trunk_id, "main");
    assert_string_equal(plan.trunks[0].claim.from_number, "+6534567890");
    assert_string_equal(plan.trunks[0].claim.to_number, "+6591234567");
    assert_true(plan.trunks[0].claim.owned);
    assert_string_equal(plan.station.uri, "sip:ann@192.0.2.7:5070");
    assert_string_equal(plan.station.from_uri, "sip:+6591234567@192.0.2.1:5060;user=phone");
    assert_string_equal(plan.station.auth_password, "p");
    assert_string_equal(plan.station_id, "desk");
    assert_string_equal(plan.user_name, "Ann");
    assert_string_equal(plan.provider_id, "12345-abcde-67890");
    assert_string_equal(plan.route_id, "r1");
    assert_int_equal(plan.trunk_answer_ms[0], 45000);
    assert_int_equal(world_plan(&wishes[3], &plan, &faults), RW_OK);
    assert_null(plan.station.uri);
    assert_null(plan.user_name);
    assert_int_equal(world_plan(&wishes[4], &plan, &faults), RW_OK);
    assert_string_equal(plan.trunks[0].uri,
                        "sip:+4930123456@[2001:db8::1]:5062;transport=tcp;user=phone");
    assert_string_equal(plan.trunks[0].route, "sip:proxy.example;lr");
    assert_int_equal(plan.trunks[0].reliable, RW_LEG_RELIABLE_REQUIRED);
    assert_int_equal(plan.trunks[0].session_expires_s, 1800);
}

/* What is refused says what could be used: the five nearest, and how many more. */
static void many_numbers_are_counted(void **state)
{
    static const char *const e164s[] = {"+6531230000",  "+6531230001", "+6531239999",
                                        "+6531999999",  "+6591111111", "+442079460001",
                                        "+442079460002"};
    struct rw_tx *tx = rw_tx_new(world.store);
    struct rw_route_plan plan;
    struct rw_faults faults;

    (void)state;
    for (size_t i = 0; i < sizeof(e164s) / sizeof(*e164s); i++) {
        struct rw_row_number row = world_number(e164s[i] + 1, e164s[i], "active", true);

        rw_tx_put_number(tx, &row);
    }
    store_test_commit(tx);
    assert_int_equal(world_plan(&(struct wish){"ann", "+6591234567", "+6531230002", NULL, "", NULL},
                                &plan, &faults),
                     RW_FORBIDDEN);
    assert_string_equal(faults.at[0].expected,
                        "one of +6531230000, +6531230001, +6531239999, +6531999999, +6534567890 "
                        "and 4 more");
    assert_string_equal(faults.at[0].suggestion, "+6531230000");
    assert_int_equal(
        world_plan(&(struct wish){"ann", "+6591234567", NULL, NULL, "", NULL}, &plan, &faults),
        RW_FORBIDDEN);
    assert_string_equal(faults.at[0].code, "caller.none"); /* nearest to whom is called */
    assert_int_equal(strncmp(faults.at[0].expected, "one of +6591111111, ", 20), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(each_wish_has_its_answer),
        WORLD_TEST(faults_say_where_and_what),
        WORLD_TEST(a_long_number_has_its_prefixes_shortened),
        WORLD_TEST(a_plan_can_be_dialled),
        WORLD_TEST(many_numbers_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
