/* What is thought of a trunk, a table for each judge. */
#include "../test.h"
#include "doctor/trunk.h"
#include "verdict.h"

#include <errno.h>
#include <string.h>

#define NOW UINT64_C(1795658400) /* 2026-11-26 */
#define DAY UINT64_C(86400)
#define OK RW_DOCTOR_OK
#define WARN RW_DOCTOR_WARN
#define FAIL RW_DOCTOR_FAIL

struct row {
    struct rw_doctor_trunk_seen seen;
    struct verdict verdict;
};

typedef void(judge_h)(struct rw_doctor_report *report, const struct rw_doctor_trunk_seen *seen);

static void judge_all(judge_h *judge, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct rw_doctor_report report = {.count = 0};

        judge(&report, &rows[i].seen);
        if (!verdict_is(&report, 0, &rows[i].verdict))
            fail_msg("row %zu", i);
    }
}

#define JUDGE(judge, rows) judge_all(judge, rows, sizeof(rows) / sizeof(*(rows)))

static void addresses(void **state)
{
    static const struct row rows[] = {
        {{.host = "a.example", .count = 2, .at = {{"192.0.2.1:5060"}, {"192.0.2.2:5060"}}},
         {"dns", OK, "a.example is 192.0.2.1:5060, 192.0.2.2:5060", NULL}},
        {{.host = "a.example", .by_service = true, .count = 1, .at = {{"192.0.2.1:5080"}}},
         {"dns", OK, "SRV", NULL}},
        {{.host = "a.example", .by_hand = true, .count = 1, .at = {{"192.0.2.1:5080"}}},
         {"dns", OK, "as the trunk lists them", NULL}},
        {{.host = "p.example", .by_proxy = true, .count = 1, .at = {{"192.0.2.1:5060"}}},
         {"dns", OK, "outbound proxy p.example is", NULL}},
        {{.host = "typo.example"},
         {"dns", FAIL, "no address was found for typo.example", "getent hosts typo.example"}},
        {{.host = "a.example", .trouble = "there is no name server"},
         {"dns", FAIL, "for a.example: there is no name server", "resolv.conf"}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_dns, rows);
}

#define TLS(kind_, ca)                                                                             \
    {                                                                                              \
        .way = RW_DOCTOR_TLS, .has_ca = ca, .count = 1, .at = {                                    \
            {.address = "192.0.2.1:5061",                                                          \
             .reached = RW_DOCTOR_NO_TLS,                                                          \
             .fault = {kind_, "what it is"}}                                                       \
        }                                                                                          \
    }

static void connections(void **state)
{
    static const struct row rows[] = {
        {{.way = RW_DOCTOR_UDP, .count = 1, .at = {{"192.0.2.1:5060"}}}, {NULL, OK, NULL, NULL}},
        {{.way = RW_DOCTOR_TCP,
          .count = 1,
          .at = {{"192.0.2.1:5060", RW_DOCTOR_REACHED, .reached_ms = 7}}},
         {"reach", OK, "192.0.2.1:5060 took a TCP connection after 7 ms", NULL}},
        {{.way = RW_DOCTOR_TCP,
          .count = 1,
          .at = {{"192.0.2.1:5060", RW_DOCTOR_UNREACHED, ECONNREFUSED}}},
         {"reach", FAIL, "Connection refused", "port and the transport (TCP)"}},
        {{.way = RW_DOCTOR_TLS, .count = 1, .at = {{"192.0.2.1:5061", RW_DOCTOR_UNREACHED}}},
         {"reach", FAIL, "no answer in time", "firewall"}},
        {TLS(RW_TLS_UNTRUSTED, false), {"tls", FAIL, "what it is", "give the trunk a CA file"}},
        {TLS(RW_TLS_UNTRUSTED, true), {"tls", FAIL, "what it is", "into the trunk's CA file"}},
        {TLS(RW_TLS_WRONG_NAME, true), {"tls", FAIL, "what it is", "TLS name"}},
        {TLS(RW_TLS_OUT_OF_DATE, true), {"tls", FAIL, "what it is", "renew"}},
        {TLS(RW_TLS_BROKEN, true), {"tls", FAIL, "what it is", "speaks TLS"}},
        {{.way = RW_DOCTOR_TLS, .trouble = "the CA file is gone", .count = 1},
         {"tls", FAIL, "the CA file is gone", "mend the file"}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_reach, rows);
}

static void the_certificate_is_shown_behind_the_connection(void **state)
{
    struct rw_doctor_trunk_seen seen = {
        .way = RW_DOCTOR_TLS,
        .wall_s = NOW,
        .count = 1,
        .at = {{.address = "192.0.2.1:5061",
                .reached = RW_DOCTOR_REACHED,
                .has_certificate = true,
                .certificate = {"c", "root", "c.example", NOW - DAY, NOW + 12 * DAY}}}};
    struct rw_doctor_report report = {.count = 0};

    (void)state;
    rw_doctor_judge_reach(&report, &seen);
    assert_true(verdict_is(&report, 0, &(struct verdict){"reach", OK, "TLS", NULL}));
    assert_true(verdict_is(&report, 1,
                           &(struct verdict){"certificate", WARN,
                                             "for c.example, issued by root, and ends on 2026-12",
                                             "ask the carrier"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(connections),
        cmocka_unit_test(the_certificate_is_shown_behind_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
