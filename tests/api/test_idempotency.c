/* Idempotency-Key: the same request again is answered again, and rings nobody. */
#include "house.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static int send_one(void)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(house.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char request[600];
    int n = snprintf(request, sizeof(request),
                     "POST " CALLS " HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n"
                     "Authorization: Bearer %s\r\nIdempotency-Key: race\r\n"
                     "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n" BODY,
                     house.tokens[TOKEN_ANN], strlen(BODY));

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(send(fd, request, (size_t)n, MSG_NOSIGNAL), n);
    return fd;
}

/*
 * Sent again before the first is stored: none finds the key, the store lets one of them in, and the
 * others answer with what that one stored.
 */
static void test_all_at_once(void **state)
{
    enum { AT_ONCE = 6 };
    unsigned before = house.invites;
    char answers[AT_ONCE][2048];
    int fds[AT_ONCE];

    (void)state;
    for (int i = 0; i < AT_ONCE; i++)
        fds[i] = send_one();
    for (int i = 0; i < AT_ONCE; i++) {
        size_t n = 0;
        ssize_t got;

        while ((got = recv(fds[i], answers[i] + n, sizeof(answers[i]) - 1 - n, 0)) > 0)
            n += (size_t)got;
        answers[i][n] = '\0';
        (void)close(fds[i]);
        if (!strstr(answers[i], " 200 ") || !strstr(answers[i], "\r\n\r\n"))
            fail_msg("%s", answers[i]);
    }
    for (int i = 1; i < AT_ONCE; i++)
        assert_string_equal(strstr(answers[i], "\r\n\r\n"), strstr(answers[0], "\r\n\r\n"));
    assert_int_equal(house.invites, before + 1);
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
        cmocka_unit_test(test_all_at_once),
    };

    return cmocka_run_group_tests_name("api idempotency", tests, house_open, house_close);
}
