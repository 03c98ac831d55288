/* Idempotency-Key: the same request again is answered again, and rings nobody. */
#include "house.h"

#include <stdlib.h>
#include <string.h>

#define CALLS "/api/v2/conversations/calls"
#define BODY "{\"phoneNumber\":\"+6591234567\"}"

static void test_replay(void **state)
{
    unsigned before = house.invites;
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k1\r\n", BODY);
    char *first;

    (void)state;
    assert_int_equal(a->status, 200);
    assert_string_equal(house_header("Idempotent-Replayed"), "");
    first = strdup(a->text);
    for (int i = 0; i < 3; i++) {
        a = house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k1\r\n", BODY);
        assert_int_equal(a->status, 200);
        assert_string_equal(a->text, first);
        assert_string_equal(house_header("Idempotent-Replayed"), "true");
    }
    assert_int_equal(house.invites, before + 1);
    free(first);
}

static void test_warnings_are_replayed(void **state)
{
    static const char body[] = "{\"phoneNumber\":\"+65 9123 4567\"}";
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k2\r\n", body);
    char *first = strdup(a->text);

    (void)state;
    assert_true(house_warns("address.separators_removed"));
    a = house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k2\r\n", body);
    assert_string_equal(a->text, first);
    free(first);
}

static void test_conflict(void **state)
{
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k3\r\n", BODY);
    unsigned before = house.invites;

    (void)state;
    assert_int_equal(a->status, 200);
    a = house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k3\r\n",
                   "{\"phoneNumber\":\"+6591234568\"}");
    assert_int_equal(a->status, 409);
    assert_string_equal(house_text("code"), "idempotency.conflict");
    a = house_send(TOKEN_ANN, "POST", CALLS "/user/" ANN, "Idempotency-Key: k3\r\n", BODY);
    assert_int_equal(a->status, 409);
    assert_int_equal(house.invites, before);
}

/* A key is a tenant's own: another tenant's same word is another key. */
static void test_of_a_tenant(void **state)
{
    const struct house_answer *a;

    (void)state;
    house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k4\r\n", BODY);
    a = house_send(TOKEN_CY, "POST", CALLS, "Idempotency-Key: k4\r\n", BODY);
    assert_string_equal(house_header("Idempotent-Replayed"), "");
    assert_int_not_equal(a->status, 200); /* B has no route: judged on its own */
}

static void test_bad_keys(void **state)
{
    char header[400] = "Idempotency-Key: ";
    size_t n = strlen(header);
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: two words\r\n", BODY);

    (void)state;
    assert_int_equal(a->status, 400);
    assert_string_equal(house_text("code"), "idempotency.bad_key");
    assert_string_equal(house_text("details/0/fieldName"), "Idempotency-Key");
    memset(header + n, 'k', 256);
    (void)snprintf(header + n + 256, 8, "\r\n");
    a = house_send(TOKEN_ANN, "POST", CALLS, header, BODY);
    assert_int_equal(a->status, 400);
    (void)snprintf(header + n + 255, 8, "\r\n");
    a = house_send(TOKEN_ANN, "POST", CALLS, header, BODY);
    assert_int_equal(a->status, 200);
}

static void test_refusals_keep_no_key(void **state)
{
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k5\r\n", "{\"phoneNumber\":\"x\"}");

    (void)state;
    assert_int_equal(a->status, 400);
    a = house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k5\r\n", BODY);
    assert_int_equal(a->status, 200);
    assert_string_equal(house_header("Idempotent-Replayed"), "");
}

static void test_validate_only_keeps_no_key(void **state)
{
    const struct house_answer *a =
        house_send(TOKEN_ANN, "POST", CALLS "?validateOnly=true", "Idempotency-Key: k6\r\n", BODY);

    (void)state;
    assert_int_equal(a->status, 200);
    assert_true(house_warns("idempotency.not_used"));
    a = house_send(TOKEN_ANN, "POST", CALLS, "Idempotency-Key: k6\r\n", BODY);
    assert_string_equal(house_header("Idempotent-Replayed"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_warnings_are_replayed),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_of_a_tenant),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_refusals_keep_no_key),
        cmocka_unit_test(test_validate_only_keeps_no_key),
    };

    return cmocka_run_group_tests_name("api idempotency", tests, house_open, house_close);
}
