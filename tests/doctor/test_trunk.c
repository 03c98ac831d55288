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
        {{.host = "a.example",
          .without_port = true,
          .by_service = true,
          .count = 1,
          .at = {{"192.0.2.1:5080"}}},
         {"dns", OK, "192.0.2.1:5080, by its SRV records", NULL}},
        {{.host = "a.example", .without_port = true, .count = 1, .at = {{"192.0.2.1:5060"}}},
         {"dns", OK, "it has no SRV records", NULL}},
        {{.host = "a.example", .by_hand = true, .count = 1, .at = {{"192.0.2.1:5080"}}},
         {"dns", OK, "as the trunk lists them", NULL}},
        {{.host = "p.example", .by_proxy = true, .count = 1, .at = {{"192.0.2.1:5060"}}},
         {"dns", OK, "outbound proxy p.example is", NULL}},
        {{.host = "typo.example"},
         {"dns", FAIL, "no address was found for typo.example", "getent hosts typo.example"}},
        {{.host = "a.example", .trouble = "there is no name server"},
         {"dns", FAIL, "for a.example: there is no name server", "resolv.conf"}},
        {{.host = "a.example", .trouble = "no list of places", .unusable = true},
         {"dns", FAIL, "for a.example: no list of places", "mend the trunk's host"}},
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

#define ANSWER(code_, ms)                                                                          \
    {                                                                                              \
        .way = RW_DOCTOR_UDP, .count = 1, .at = {                                                  \
            {.address = "192.0.2.1:5060",                                                          \
             .asked = RW_DOCTOR_ANSWERED,                                                          \
             .asked_ms = ms,                                                                       \
             .code = code_,                                                                        \
             .phrase = "Phrase"}                                                                   \
        }                                                                                          \
    }

static void answers(void **state)
{
    static const struct row rows[] = {
        {ANSWER(200, 20),
         {"options", OK, "192.0.2.1:5060 answered OPTIONS with 200 Phrase after 20 ms", NULL}},
        {ANSWER(404, 20), {"options", OK, "404", NULL}},
        {ANSWER(401, 20), {"options", OK, "401", NULL}},
        {ANSWER(403, 20), {"options", WARN, "403", "are allowed"}},
        {ANSWER(503, 20), {"options", WARN, "503", "in service"}},
        {ANSWER(200, 1001), {"options", WARN, "1001 ms", "packets are lost"}},
        {{.way = RW_DOCTOR_UDP,
          .count = 1,
          .at = {{"192.0.2.1:5060", .asked = RW_DOCTOR_SILENT, .asked_ms = 5000}}},
         {"options", FAIL, "said nothing to OPTIONS for 5000 ms over UDP", "let UDP"}},
        {{.way = RW_DOCTOR_UDP, .count = 1, .at = {{"192.0.2.1:5060", .asked = RW_DOCTOR_UNSENT}}},
         {"options", FAIL, "nothing can be delivered to 192.0.2.1:5060", "host, port"}},
        {{.count = 1, .at = {{"192.0.2.1:5060"}}}, {NULL, OK, NULL, NULL}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_options, rows);
}

#define VIEW(way_, seen_, sent, media)                                                             \
    {                                                                                              \
        .way = way_, .count = 2, .at = {{"192.0.2.1:5060"}, {"192.0.2.2:5060", .seen_as = seen_}}, \
        .sent_as = sent, .media_as = media                                                         \
    }

static void nat(void **state)
{
    static const struct row rows[] = {
        {VIEW(RW_DOCTOR_UDP, "203.0.113.7:5060", "203.0.113.7:5060", "203.0.113.7"),
         {"nat", OK, "the carrier sees 203.0.113.7:5060", NULL}},
        {VIEW(RW_DOCTOR_UDP, "203.0.113.7:5060", "10.0.0.7:5060", "10.0.0.7"),
         {"nat", WARN, "say 10.0.0.7:5060, our SDP 10.0.0.7",
          "set sip.advertised_host (and media.advertised_host) to 203.0.113.7,"}},
        {VIEW(RW_DOCTOR_UDP, "203.0.113.7:5060", "203.0.113.7:5060", "10.0.0.7"),
         {"nat", WARN, "our SDP 10.0.0.7", "set media.advertised_host to 203.0.113.7,"}},
        {VIEW(RW_DOCTOR_UDP, "203.0.113.7:61000", "203.0.113.7:5060", "203.0.113.7"),
         {"nat", WARN, ":61000", "changes the port"}},
        {VIEW(RW_DOCTOR_TCP, "203.0.113.7:61000", "203.0.113.7:5060", "203.0.113.7"),
         {"nat", OK, ":61000", NULL}},
        {VIEW(RW_DOCTOR_UDP, "203.0.113.7:0", "203.0.113.7:5060", "203.0.113.7"),
         {"nat", OK, "203.0.113.7", NULL}},
        {VIEW(RW_DOCTOR_UDP, "203.0.113.7:5060", "sip.us.example:5060", "203.0.113.7"),
         {"nat", OK, "sip.us.example", NULL}},
        {VIEW(RW_DOCTOR_UDP, "203.0.113.70:5060", "203.0.113.7:5060", "203.0.113.70"),
         {"nat", WARN, "203.0.113.70", "sip.advertised_host"}},
        {VIEW(RW_DOCTOR_UDP, "[2001:db8::7]:5060", "[2001:db8::7]:5060", "[2001:db8::7]"),
         {"nat", OK, "[2001:db8::7]:5060", NULL}},
        {VIEW(RW_DOCTOR_UDP, "[2001:db8::7]:5060", "[2001:db8::8]:5060", "[2001:db8::7]"),
         {"nat", WARN, "[2001:db8::8]:5060", "to [2001:db8::7],"}},
        {VIEW(RW_DOCTOR_UDP, "", "203.0.113.7:5060", "203.0.113.7"), {NULL, OK, NULL, NULL}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_nat, rows);
}

#define AHEAD(seconds)                                                                             \
    {                                                                                              \
        .count = 1, .at = { {"192.0.2.1:5060", .has_date = true, .ahead_s = seconds} }             \
    }

static void their_clock(void **state)
{
    static const struct row rows[] = {
        {AHEAD(0), {"clock", OK, "0 s ahead of ours", NULL}},
        {AHEAD(-9), {"clock", OK, "9 s behind ours", NULL}},
        {AHEAD(10), {"clock", WARN, "10 s ahead", "NTP"}},
        {AHEAD(-60), {"clock", FAIL, "60 s behind ours", "NTP"}},
        {{.count = 1}, {NULL, OK, NULL, NULL}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_their_clock, rows);
}

static void dates(void **state)
{
    int64_t s = 0;

    (void)state;
    assert_true(rw_doctor_read_date("Sat, 13 Nov 2010 23:29:00 GMT", &s));
    assert_int_equal(s, 1289690940);
    s = 1;
    assert_false(rw_doctor_read_date("", &s));
    assert_false(rw_doctor_read_date("Sat, 13 Nov 2010 23:29:00 EST", &s));
    assert_false(rw_doctor_read_date("Sat, 13 Nov 2010 23:29:00", &s));
    assert_false(rw_doctor_read_date("2010-11-13T23:29:00Z", &s));
    assert_int_equal(s, 1);
}

static void registrations(void **state)
{
    static const struct row rows[] = {
        {{.registers = false}, {NULL, OK, NULL, NULL}},
        {{.registers = true, .registered = true, .until_s = NOW},
         {"registration", OK, "until 2026-11-26T", NULL}},
        {{.registers = true}, {"registration", FAIL, "no answer has come yet", "trunk status"}},
        {{.registers = true, .registrar = "192.0.2.1:5060 said 403 No"},
         {"registration", FAIL, "192.0.2.1:5060 said 403 No", "user and password"}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_registration, rows);
}

static void credentials(void **state)
{
    static const struct row rows[] = {
        {{.has_credentials = false}, {NULL, OK, NULL, NULL}},
        {{.has_credentials = true, .challenged = true, .refused = true, .registrar_code = 401},
         {"credentials", FAIL, "does not accept", "--auth-password"}},
        {{.has_credentials = true, .challenged = true, .registrar_code = 200},
         {"credentials", OK, "accepted the trunk's user", NULL}},
        {{.has_credentials = true, .challenged = true, .registrar_code = 403},
         {"credentials", FAIL, "does not accept", "--auth-password"}},
        {{.has_credentials = true, .registrar_code = 403},
         {"credentials", OK, "did not ask", NULL}},
        {{.has_credentials = true, .registrar_code = 405},
         {"credentials", OK, "did not ask", NULL}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_credentials, rows);
}

#define CALL(...)                                                                                  \
    {                                                                                              \
        .has_credentials = true, .call = {.wanted = true, __VA_ARGS__ }                            \
    }

static void calls(void **state)
{
    static const struct row rows[] = {
        {{.call = {.wanted = false}}, {NULL, OK, NULL, NULL}},
        {CALL(.refused = "as many calls are up as may be"),
         {"call", FAIL, "as many calls are up as may be", "mend"}},
        {CALL(.answered = true, .answered_ms = 1200), {"call", OK, "after 1200 ms", NULL}},
        {CALL(.code = 486, .phrase = "Busy Here", .meaning = "It is busy."),
         {"call", FAIL, "486 Busy Here. It is busy.", "echo number"}},
        {CALL(.code = 401, .phrase = "No", .credentials = true),
         {"call", FAIL, "401 No", "--auth-password"}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_call, rows);
}

#define SOUND(...)                                                                                 \
    CALL(.answered = true, .told = "203.0.113.7:20000", .named = "192.0.2.1:30000", .sent = 250,   \
         __VA_ARGS__)

static void sound(void **state)
{
    static const struct row rows[] = {
        {CALL(.code = 486), {NULL, OK, NULL, NULL}},
        {SOUND(.received = 120, .bursts = 3, .bursts_heard = 3, .round_trip_ms = 84),
         {"audio", OK, "3 of 3 tones came back from 192.0.2.1:30000, the quickest after 84 ms",
          NULL}},
        {SOUND(.received = 120, .bursts = 3, .bursts_heard = 3, .from = "198.51.100.1:40000"),
         {"audio", OK, "from 198.51.100.1:40000 (the carrier's SDP names 192.0.2.1:30000)", NULL}},
        {SOUND(.received = 120, .bursts = 7, .bursts_heard = 3, .round_trip_ms = 84),
         {"audio", WARN, "3 of 7", "RTP is lost"}},
        {SOUND(.received = 120), {"audio", WARN, "all of them silent", "let UDP out"}},
        {SOUND(.received = 120, .sounding = 100), {"audio", WARN, "not ours", "of its own"}},
        {SOUND(.received = 0),
         {"audio", WARN,
          "one way: 250 packets were sent to 192.0.2.1:30000, and none came back; our SDP has "
          "them come to 203.0.113.7:20000",
          "let UDP to 203.0.113.7:20000"}},
        {SOUND(.foreign = 99),
         {"audio", WARN, "99 packets came from another address than the 192.0.2.1:30000",
          "the address that its SDP names"}},
        {SOUND(.foreign = 99, .forged = 98), {"audio", WARN, "98 packets", "SRTP"}},
        {{.call = {.wanted = true, .answered = true, .told = "203.0.113.7:20000"}},
         {"audio", WARN, "sent to nowhere", "let UDP"}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_audio, rows);
}

/* What a call says of what was seen before it. */
static void a_call_tells_more(void **state)
{
    static const struct row silent[] = {
        {{.way = RW_DOCTOR_UDP,
          .count = 1,
          .at = {{"192.0.2.1:5060", .asked = RW_DOCTOR_SILENT, .asked_ms = 5000}},
          .call = {.wanted = true, .answered = true}},
         {"options", WARN, "said nothing", "it answers calls"}},
    };
    static const struct row credentials[] = {
        {CALL(.code = 401, .credentials = true),
         {"credentials", FAIL, "does not accept", "--auth"}},
        {{.call = {.wanted = true, .code = 401, .credentials = true}},
         {"credentials", FAIL, "the trunk has none", "--auth"}},
        {CALL(.code = 403), {"credentials", WARN, "403", "compare"}},
        {CALL(.answered = true), {"credentials", OK, "takes calls", NULL}},
        {{.has_credentials = true,
          .challenged = true,
          .refused = true,
          .registrar_code = 401,
          .call = {.wanted = true, .answered = true}},
         {"credentials", OK, "takes calls", NULL}},
        {{.call = {.wanted = true, .answered = true}}, {NULL, OK, NULL, NULL}},
    };

    (void)state;
    JUDGE(rw_doctor_judge_options, silent);
    JUDGE(rw_doctor_judge_credentials, credentials);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(connections),
        cmocka_unit_test(answers),
        cmocka_unit_test(nat),
        cmocka_unit_test(their_clock),
        cmocka_unit_test(dates),
        cmocka_unit_test(registrations),
        cmocka_unit_test(credentials),
        cmocka_unit_test(calls),
        cmocka_unit_test(sound),
        cmocka_unit_test(a_call_tells_more),
        cmocka_unit_test(the_certificate_is_shown_behind_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
