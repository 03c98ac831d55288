/* How what is known of a trunk is shown. */
#include "api/trunk_status.h"
#include "base/clock.h"
#include "trunk/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW UINT64_C(1800000000000) /* 2027-01-15T08:00:00.000Z */
#define T0 "2027-01-15T08:00:00.000Z"
#define T1 "2027-01-15T08:00:01.000Z"
#define ERROR(text, code) "\"errorInfo\":{\"text\":\"" text "\",\"code\":\"" code "\"}"

static struct rw_trunk_address address(const char *name, enum rw_health_state state,
                                       enum rw_trunk_outcome outcome, uint16_t code,
                                       const char *phrase)
{
    struct rw_trunk_address at = {.health = {.state = state, .since_ms = state ? NOW : 0},
                                  .asked_ms = NOW + 1000,
                                  .answer = {.outcome = outcome, .code = code}};

    (void)rw_slice_copy(at.answer.address, sizeof(at.answer.address), rw_slice_str(name));
    (void)rw_slice_copy(at.answer.phrase, sizeof(at.answer.phrase), rw_slice_str(phrase));
    return at;
}

static struct rw_trunk_binding binding(enum rw_registration_state state, uint64_t until_ms,
                                       uint16_t code, const char *phrase)
{
    struct rw_trunk_binding b = {.state = state,
                                 .bound = until_ms != 0,
                                 .answered = code != 0,
                                 .since_ms = NOW,
                                 .until_ms = until_ms,
                                 .next_ms = state == RW_REGISTRATION_ASKING ? 0 : NOW + 1000};

    b.last.answer = address("192.0.2.1:5060", 0, RW_TRUNK_ANSWERED, code, phrase).answer;
    return b;
}

/* The members; status NULL: nothing is known of the trunk. */
static void shows(const struct rw_row_trunk *row, const struct rw_trunk_status *status,
                  const char *due)
{
    struct rw_trunk_board *board = rw_trunk_board_new();
    struct rw_json_writer w;
    struct rw_buf buf;

    if (status)
        rw_trunk_board_put(board, row->id, status);
    rw_buf_init(&buf, 4096);
    w = rw_json_writer(&buf);
    rw_json_open_object(&w, NULL);
    rw_trunk_status_write(&w, row, board);
    rw_json_close(&w);
    assert_string_equal(buf.p, due);
    rw_buf_done(&buf);
    rw_trunk_board_free(board);
}

static void what_is_off_is_short(void **state)
{
    static const struct rw_row_trunk row = {.id = "t", .state = "active"},
                                     disabled = {.id = "t", .state = "inactive"};

    (void)state;
    shows(&row, NULL,
          "{\"inService\":true,\"optionsEnabledStatus\":\"DISABLED\","
          "\"registersEnabledStatus\":\"DISABLED\"}");
    shows(&disabled, NULL,
          "{\"inService\":false,\"optionsEnabledStatus\":\"DISABLED\","
          "\"registersEnabledStatus\":\"DISABLED\"}");
}

static void addresses_are_shown(void **state)
{
    static const struct rw_row_trunk row = {.id = "t", .state = "active", .options_interval_s = 30};
    struct rw_trunk_status status = {.interval_s = 30, .count = 2};

    (void)state;
    status.at[0] = address("192.0.2.1:5060", RW_HEALTH_UP, RW_TRUNK_ANSWERED, 200, "OK");
    status.at[0].answer.rtt_us = 1500;
    (void)rw_slice_copy(status.at[0].answer.agent, 64, RW_LIT("far"));
    (void)rw_slice_copy(status.at[0].answer.allow, 160, RW_LIT("INVITE"));
    status.at[1] = address("192.0.2.2:5060", RW_HEALTH_DOWN, RW_TRUNK_ANSWERED, 503, "Busy");
    status.at[1].health.since_ms = NOW - 5000;
    shows(
        &row, &status,
        "{\"inService\":true,\"connectedStatus\":{\"connected\":true,\"connectedStateTime\":\"" T0
        "\"},\"optionsEnabledStatus\":\"ENABLED\",\"optionsStatus\":[{\"proxyAddress\":"
        "\"192.0.2.1:5060\",\"optionState\":true,\"optionStateTime\":\"" T0
        "\",\"state\":\"up\",\"askedTime\":\"" T1
        "\",\"roundTripUs\":1500,\"sipCode\":200,\"sipReason\":\"OK\",\"agent\":\"far\","
        "\"allow\":\"INVITE\"},{\"proxyAddress\":\"192.0.2.2:5060\",\"optionState\":false,"
        "\"optionStateTime\":\"2027-01-15T07:59:55.000Z\"," ERROR(
            "503 Busy", "sip.503") ",\"state\":\"down\",\"askedTime\":\"" T1
                                   "\",\"roundTripUs\":0,\"sipCode\":503,\"sipReason\":\"Busy\"}],"
                                   "\"proxyAddressList\":[\"192.0.2.1:5060\",\"192.0.2.2:5060\"],"
                                   "\"registersEnabledStatus\":\"DISABLED\"}");
    status.count = 1;
    status.at[0] = address("192.0.2.1:5060", RW_HEALTH_UNKNOWN, RW_TRUNK_SILENT, 0, "");
    shows(&row, &status,
          "{\"inService\":true,\"optionsEnabledStatus\":\"ENABLED\",\"optionsStatus\":[{"
          "\"proxyAddress\":\"192.0.2.1:5060\",\"optionState\":false," ERROR(
              "no answer within 5 s",
              "silent") ",\"state\":\"unknown\",\"askedTime\":\"" T1 "\"}],\"proxyAddressList\":["
                        "\"192.0.2.1:5060\"],\"registersEnabledStatus\":\"DISABLED\"}");
    status.at[0] = address("192.0.2.1:5061", RW_HEALTH_DOWN, RW_TRUNK_UNREACHABLE, 0, "");
    status.at[0].answer.reason = "carrier_tls";
    (void)rw_slice_copy(status.at[0].answer.what, 128, RW_LIT("no TLS there"));
    shows(&row, &status,
          "{\"inService\":false,\"connectedStatus\":{\"connected\":false,"
          "\"connectedStateTime\":\"" T0
          "\"},\"optionsEnabledStatus\":\"ENABLED\",\"optionsStatus\":[{\"proxyAddress\":"
          "\"192.0.2.1:5061\",\"optionState\":false,\"optionStateTime\":\"" T0 "\"," ERROR(
              "no TLS there", "carrier_tls") ",\"state\":\"down\",\"askedTime\":\"" T1
                                             "\"}],\"proxyAddressList\":[\"192.0.2.1:5061\"],"
                                             "\"registersEnabledStatus\":\"DISABLED\"}");
}

static void registrations_are_shown(void **state)
{
    static const struct rw_row_trunk row = {.id = "t", .state = "active", .registers = true};
    static const char head[] = "\"optionsEnabledStatus\":\"DISABLED\","
                               "\"registersEnabledStatus\":\"ENABLED\",\"registersStatus\":[{"
                               "\"proxyAddress\":\"192.0.2.1:5060\",";
    struct rw_trunk_status status = {.binding = {.state = RW_REGISTRATION_ASKING}};
    char due[1000];

    (void)state;
    rw_clock_set_virtual(NOW + 500);
    shows(
        &row, &status,
        "{\"inService\":false,\"optionsEnabledStatus\":\"DISABLED\","
        "\"registersEnabledStatus\":\"ENABLED\",\"registersStatus\":[{\"registerState\":false}]}");
    status.binding = binding(RW_REGISTRATION_BOUND, NOW + 60000, 200, "OK");
    (void)snprintf(due, sizeof(due),
                   "{\"inService\":true,\"connectedStatus\":{\"connected\":true,"
                   "\"connectedStateTime\":\"" T0 "\"},%s\"registerState\":true,"
                   "\"registerStateTime\":\"" T0
                   "\",\"registeredUntil\":\"2027-01-15T08:01:00.000Z\",\"nextTime\":\"" T1 "\"}]}",
                   head);
    shows(&row, &status, due);
    /* not renewed, and still bound; then its time is over, though nobody has looked at it since */
    status.binding = binding(RW_REGISTRATION_WAITING, NOW + 700, 403, "No");
    (void)snprintf(
        due, sizeof(due),
        "{\"inService\":true,\"connectedStatus\":{\"connected\":true,"
        "\"connectedStateTime\":\"" T0 "\"},%s\"registerState\":true,"
        "\"registerStateTime\":\"" T0 "\"," ERROR(
            "403 No",
            "sip.403") ",\"registeredUntil\":\"2027-01-15T08:00:00.700Z\",\"nextTime\":\"" T1
                       "\"}]}",
        head);
    shows(&row, &status, due);
    rw_clock_set_virtual(NOW + 800);
    (void)snprintf(due, sizeof(due),
                   "{\"inService\":false,\"connectedStatus\":{\"connected\":false,"
                   "\"connectedStateTime\":\"" T0 "\"},%s\"registerState\":false,"
                   "\"registerStateTime\":\"" T0
                   "\"," ERROR("403 No", "sip.403") ",\"nextTime\":\"" T1 "\"}]}",
                   head);
    shows(&row, &status, due);
    rw_clock_set_virtual(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_off_is_short),
        cmocka_unit_test(addresses_are_shown),
        cmocka_unit_test(registrations_are_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
