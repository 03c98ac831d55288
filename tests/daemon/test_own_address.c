#include "daemon/own_address.h"
#include "test.h"

#include <arpa/inet.h>
#include <string.h>

static void a_given_address_is_kept(void **state)
{
    char text[64];

    (void)state;
    rw_own_address("127.0.0.1", text, sizeof(text));
    assert_string_equal(text, "127.0.0.1");
    rw_own_address("2001:db8::7", text, sizeof(text));
    assert_string_equal(text, "2001:db8::7");
}

static void any_address_becomes_one_of_ours(void **state)
{
    struct in6_addr raw;
    char text[64];

    (void)state;
    assert_true(rw_own_address_is_any("0.0.0.0"));
    assert_true(rw_own_address_is_any("::"));
    assert_false(rw_own_address_is_any("127.0.0.1"));
    rw_own_address("0.0.0.0", text, sizeof(text));
    assert_int_equal(inet_pton(AF_INET, text, &raw), 1);
    assert_false(rw_own_address_is_any(text));
    rw_own_address("::", text, sizeof(text));
    assert_int_equal(inet_pton(AF_INET6, text, &raw), 1);
    assert_false(rw_own_address_is_any(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_given_address_is_kept),
        cmocka_unit_test(any_address_becomes_one_of_ours),
    };

    return cmocka_run_group_tests_name("own address", tests, NULL, NULL);
}
