/* Rates and caps through the API, and that calls are held to them. */
#include "house.h"

#include "base/buf.h"
#include "spend/rates.h"

#include <stdlib.h>
#include <string.h>

#define RATES "/api/v2/telephony/providers/edges/rates"
#define SPENDING "/api/v2/telephony/providers/edges/spending"
#define CALLS_OF_ANN "/api/v2/conversations/calls/user/" ANN
#define CALL(to) "{\"to\":{\"phoneNumber\":\"" to "\"},\"from\":{\"phoneNumber\":\"+6534567890\"}}"

static const struct house_answer *load(const char *path, const char *csv, int status)
{
    const struct house_answer *a =
        house_send(TOKEN_ADMIN, "PUT", path, "Content-Type: text/csv; charset=utf-8\r\n", csv);

    if (a->status != status)
        fail_msg("%d %s", a->status, a->text);
    return a;
}

static void test_rates_are_loaded(void **state)
{
    (void)state;
    house_admin("GET", RATES, NULL, 200);
    assert_int_equal(house_number("version"), 0);
    load(RATES, "prefix,rate_per_minute\n+65,0.10\n+6591,0.25,0.05,30,6\n+1,0.02\n", 200);
    assert_int_equal(house_number("version"), 1);
    assert_int_equal(house_number("rates"), 3);
    house_admin("GET", RATES "?number=+6591234567", NULL, 200);
    assert_string_equal(house_text("rate/prefix"), "+6591");
    assert_string_equal(house_text("rate/ratePerMinute"), "0.25");
    assert_string_equal(house_text("rate/connectFee"), "0.05");
    assert_int_equal(house_number("rate/nextSeconds"), 6);
    house_admin("GET", RATES "?number=%2B442079460000", NULL, 404);
    house_refused("rate.none", "?number");
    house_admin("GET", RATES "?number=+65", NULL, 400);

    /* all or nothing, every wrong line with its place */
    load(RATES, "+65,0.10\n+66,cheap\n+0,1\n+67\n", 400);
    assert_int_equal(house_count("errors"), 3);
    assert_string_equal(house_text("errors/0/code"), "rate.bad_amount");
    assert_int_equal(house_number("errors/0/line"), 2);
    assert_int_equal(house_number("errors/0/column"), 5);
    assert_string_equal(house_text("errors/2/code"), "rate.bad_line");
    assert_int_equal(house_number("errors/2/line"), 4);
    house_admin("GET", RATES, NULL, 200);
    assert_int_equal(house_number("rates"), 3);

    load(RATES "?version=0", "+65,0.10\n", 409);
    house_refused("version.conflict", "?version");
    house_send(TOKEN_ADMIN, "PUT", RATES, NULL, "+65,0.10\n");
    assert_int_equal(house_last()->status, 415);
    house_send(TOKEN_ANN, "PUT", RATES, "Content-Type: text/csv\r\n", "+65,0.10\n");
    assert_int_equal(house_last()->status, 403);
}

/* Larger than any other body may be, from a token that may load it; from no other. */
static void test_a_large_file_is_loaded(void **state)
{
    struct rw_buf csv;

    (void)state;
    rw_buf_init(&csv, RW_RATES_BYTES);
    for (unsigned i = 0; i < 100000; i++)
        rw_buf_printf(&csv, "+%u,0.%04u\n", 1000000 + i * 89, i % 10000);
    load(RATES, csv.p, 200);
    assert_int_equal(house_number("rates"), 100000);
    house_admin("GET", RATES "?number=+12025550123", NULL, 404);
    (void)house_try(TOKEN_ANN, "PUT", RATES, "Content-Type: text/csv\r\n", csv.p);
    assert_int_equal(house_last()->status, 413);
    (void)house_try(TOKEN_ADMIN, "PUT", SPENDING, NULL, csv.p);
    assert_int_equal(house_last()->status, 413);
    rw_buf_done(&csv);
}

static void place(int status)
{
    const struct house_answer *a =
        house_send(TOKEN_CLIENT, "POST", CALLS_OF_ANN, NULL, CALL("+6581234567"));

    if (a->status != status)
        fail_msg("%d %s", a->status, a->text);
}

static void test_calls_are_held_to_caps(void **state)
{
    (void)state;
    load(RATES, "+65,0.10\n+6591,0.25\n", 200);
    house_admin("GET", SPENDING, NULL, 200);
    assert_int_equal(house_number("version"), 0);
    place(200); /* there is no cap yet */
    house_admin("PUT", SPENDING,
                "{\"version\":0,\"currency\":\"SGD\",\"caps\":["
                "{\"scope\":\"client\",\"period\":\"day\",\"limit\":\"0.25\"},"
                "{\"scope\":\"user\",\"id\":\"" BOB "\",\"period\":\"day\",\"limit\":\"0\"},"
                "{\"scope\":\"tenant\",\"period\":\"month\",\"limit\":\"10.00\"}]}",
                200);
    assert_int_equal(house_number("version"), 1);
    assert_int_equal(house_count("accounts"), 0);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+819012345678"))->status, 403);
    house_refused("spend.no_rate", "/to/phoneNumber");

    place(200);
    place(200);
    place(429);
    house_refused("spend.exhausted", "/to/phoneNumber");
    assert_string_equal(house_header("Retry-After"), "");
    house_admin("GET", SPENDING, NULL, 200);
    assert_int_equal(house_count("accounts"), 2);
    assert_string_equal(house_text("accounts/0/limit"), "0.25");
    assert_string_equal(house_text("accounts/0/held"), "0.20");
    assert_string_equal(house_text("accounts/0/spent"), "0.00");
    assert_string_equal(house_text("accounts/0/left"), "0.05");
    assert_string_equal(house_text("accounts/1/left"), "9.80");
    /* a user's own token counts in the tenant's account alone */
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+6581234567"))->status, 200);

    house_admin("PUT", SPENDING,
                "{\"version\":1,\"unknownPrefix\":\"allow\",\"caps\":["
                "{\"scope\":\"client\",\"period\":\"day\",\"limit\":\"1\"}]}",
                200);
    place(200);
    assert_int_equal(house_judge(TOKEN_ANN, CALL("+819012345678"))->status, 200);
    house_admin("PUT", SPENDING, "{\"version\":2}", 200);
    place(200);
}

static void test_every_fault_of_caps_is_told(void **state)
{
    (void)state;
    house_admin("PUT", SPENDING,
                "{\"version\":3,\"timeZone\":\"Singapore time\",\"caps\":["
                "{\"scope\":\"client\",\"period\":\"day\",\"limit\":\"five\"},"
                "{\"scope\":\"client\",\"period\":\"day\",\"limit\":\"5\"},"
                "{\"scope\":\"client\",\"period\":\"day\",\"limit\":\"6\"},"
                "{\"scope\":\"tenant\",\"id\":\"x\",\"period\":\"day\",\"limit\":\"6\"}]}",
                400);
    assert_int_equal(house_count("errors"), 4);
    house_refused("spend.unknown_zone", "/timeZone");
    house_refused("spend.bad_cap", "/caps/0");
    house_refused("spend.bad_cap", "/caps/2");
    house_refused("spend.bad_cap", "/caps/3");
    house_admin("PUT", SPENDING, "{\"version\":0}", 409);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_are_loaded),
        cmocka_unit_test(test_a_large_file_is_loaded),
        cmocka_unit_test(test_calls_are_held_to_caps),
        cmocka_unit_test(test_every_fault_of_caps_is_told),
    };

    return cmocka_run_group_tests_name("spending", tests, house_open, house_close);
}
