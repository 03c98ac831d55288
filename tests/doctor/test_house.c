/* What is thought of the machine and its configuration, a table for each judge. */
#include "../test.h"
#include "doctor/house.h"
#include "verdict.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define NOW UINT64_C(1795658400) /* 2026-11-26 */
#define DAY UINT64_C(86400)
#define OK RW_DOCTOR_OK
#define WARN RW_DOCTOR_WARN
#define FAIL RW_DOCTOR_FAIL

static void ports(void **state)
{
    static const struct {
        struct rw_doctor_house house;
        struct verdict verdict;
    } cases[] = {
        {{.calls_max = 100, .workers = 2}, {"ports", OK, "any port", NULL}},
        {{.calls_max = 100, .workers = 2, .port_min = 20000, .port_max = 20399},
         {"ports", OK, "carry 100 calls with a telephone at once, 50 for each of 2", NULL}},
        {{.calls_max = 101, .workers = 2, .port_min = 20000, .port_max = 20399},
         {"ports", WARN, "server.calls_max is 101", "404 ports, or set server.calls_max to 100"}},
        /* a share that no pair of calls fits in */
        {{.calls_max = 2, .workers = 4, .port_min = 20000, .port_max = 20007},
         {"ports", FAIL, "carry 0 calls", "8 ports"}},
        {{.calls_max = 100000, .workers = 2, .port_min = 20000, .port_max = 29999},
         {"ports", WARN, "carry 2500 calls", "set server.calls_max to 2500"}},
        {{.calls_max = 4000000000u, .workers = 1, .port_min = 1, .port_max = 65535},
         {"ports", WARN, "carry 16383 calls", "set server.calls_max to 16383"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_doctor_report report = {.count = 0};

        rw_doctor_judge_ports(&report, &cases[i].house);
        assert_true(verdict_is(&report, 0, &cases[i].verdict));
    }
}

static void channels(void **state)
{
    static const struct {
        uint32_t channels;
        struct rw_doctor_house house;
        struct verdict verdict;
    } cases[] = {
        {0, {.calls_max = 10, .workers = 1}, {NULL, OK, NULL, NULL}},
        {10, {.calls_max = 10, .workers = 1}, {"channels", OK, "let the server have 10", NULL}},
        {11,
         {.calls_max = 10, .workers = 1},
         {"channels", WARN, "may have 11 calls", "raise server.calls_max (44 ports"}},
        {51,
         {.calls_max = 1000, .workers = 2, .port_min = 20000, .port_max = 20199},
         {"channels", WARN, "RTP ports let the server have 50", "204 ports"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_doctor_report report = {.count = 0};

        rw_doctor_judge_channels(&report, &cases[i].house, cases[i].channels);
        assert_true(verdict_is(&report, 0, &cases[i].verdict));
    }
}

static void files(void **state)
{
    static const struct {
        uint64_t files;
        struct rw_doctor_house house;
        struct verdict verdict;
    } cases[] = {
        /* 10 * 4 sockets, 100 connections, 320 of the worker's own */
        {460,
         {.calls_max = 10, .workers = 1, .http_connections_max = 100},
         {"files", OK, "10 calls with a telephone and 100 HTTP connections take 460", NULL}},
        {459,
         {.calls_max = 10, .workers = 1, .http_connections_max = 100},
         {"files", FAIL, "459 files", "LimitNOFILE"}},
        /* more calls than the ports carry open no more sockets */
        {1024,
         {.calls_max = 100000,
          .workers = 2,
          .http_connections_max = 50,
          .port_min = 20000,
          .port_max = 20199},
         {"files", OK, "50 calls with a telephone and 100 HTTP connections take 940", NULL}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_doctor_report report = {.count = 0};

        rw_doctor_judge_files(&report, &cases[i].house, cases[i].files);
        assert_true(verdict_is(&report, 0, &cases[i].verdict));
    }
}

static void buffers(void **state)
{
    static const struct {
        uint64_t receive, send;
        struct verdict verdict;
    } cases[] = {
        {4194304, 4194304, {"buffers", OK, "4194304 bytes to receive", NULL}},
        {212992,
         4194304,
         {"buffers", WARN, "212992 bytes to receive", "net.core.rmem_max=4194304"}},
        {4194304, 212992, {"buffers", WARN, "and 212992 to send", "net.core.wmem_max=4194304"}},
        {0, 0, {"buffers", WARN, "can't be seen", "at least 4194304"}},
    };
    static const struct rw_doctor_house house = {.socket_buffer = 4194304};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_doctor_report report = {.count = 0};

        rw_doctor_judge_buffers(&report, &house, cases[i].receive, cases[i].send);
        assert_true(verdict_is(&report, 0, &cases[i].verdict));
    }
}

static void disk(void **state)
{
    static const struct {
        struct rw_doctor_house_seen seen;
        struct verdict verdict;
    } cases[] = {
        {{.disk_known = true, .disk_free = UINT64_C(2) << 30, .disk_size = UINT64_C(9) << 30},
         {"disk", OK, "2048 MiB of 9216 are free at /data", NULL}},
        {{.disk_known = true, .disk_free = 500u << 20}, {"disk", WARN, "500 MiB", "make room"}},
        {{.disk_known = true, .disk_free = 99u << 20}, {"disk", FAIL, "99 MiB", "make room"}},
        {{.disk_known = true, .disk_read_only = true, .disk_free = UINT64_C(2) << 30},
         {"disk", FAIL, "nothing can be written", "mount it"}},
        {{.disk_known = false}, {"disk", FAIL, "/data can't be looked at", "server.data_dir"}},
    };
    static const struct rw_doctor_house house = {.data_dir = "/data"};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_doctor_report report = {.count = 0};

        rw_doctor_judge_disk(&report, &house, &cases[i].seen);
        assert_true(verdict_is(&report, 0, &cases[i].verdict));
    }
}

static void clocks(void **state)
{
    static const struct {
        struct rw_doctor_house_seen seen;
        struct verdict verdict;
    } cases[] = {
        {{.clock_known = true, .clock_kept = true, .wall_s = NOW},
         {"clock", OK, "kept right", NULL}},
        {{.clock_known = true, .wall_s = NOW}, {"clock", WARN, "2026-11-26T", "NTP client"}},
        {{.wall_s = NOW}, {"clock", OK, "can't be asked", NULL}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_doctor_report report = {.count = 0};

        rw_doctor_judge_clock(&report, &cases[i].seen);
        assert_true(verdict_is(&report, 0, &cases[i].verdict));
    }
}

static void addresses(void **state)
{
    static const struct {
        const char *host;
        struct verdict sip, media;
    } cases[] = {
        {"192.0.2.7",
         {"address", OK, "SIP is told to come to 192.0.2.7", NULL},
         {"address", OK, "RTP is told to come to 192.0.2.7", NULL}},
        {"10.0.0.7",
         {"address", OK, "a private address", NULL},
         {"address", OK, "a private address", NULL}},
        {"127.0.0.1",
         {"address", WARN, "only this machine", "set sip.advertised_host"},
         {"address", WARN, "only this machine", "set media.advertised_host"}},
        {"::1",
         {"address", WARN, "only this machine", "set sip.advertised_host"},
         {"address", WARN, "only this machine", "set media.advertised_host"}},
        {"0.0.0.0",
         {"address", WARN, "only this machine", "set sip.advertised_host"},
         {"address", WARN, "only this machine", "set media.advertised_host"}},
        {"sip.us.example",
         {"address", OK, "sip.us.example", NULL},
         {"address", OK, "sip.us.example", NULL}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_doctor_house house = {.sip_host = cases[i].host, .media_host = cases[i].host};
        struct rw_doctor_report report = {.count = 0};

        rw_doctor_judge_addresses(&report, &house);
        assert_true(verdict_is(&report, 0, &cases[i].sip));
        assert_true(verdict_is(&report, 1, &cases[i].media));
    }
}

static void certificates(void **state)
{
    static const struct {
        uint64_t begins, ends;
        const char *trouble;
        struct verdict verdict;
    } cases[] = {
        {NOW - DAY, NOW + 30 * DAY, "", {"certificate", OK, "issued by root", NULL}},
        {NOW - DAY, NOW + 30 * DAY - 1, "", {"certificate", WARN, "in 29 days", "renew"}},
        {NOW - DAY, NOW, "", {"certificate", FAIL, "ended on 2026-11-26", "renew"}},
        {NOW + DAY, NOW + 9 * DAY, "", {"certificate", FAIL, "only from", "the clock"}},
        {0, 0, "no such file", {"certificate", FAIL, "no such file", "readable"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        for (unsigned which = 0; which < RW_DOCTOR_OWN_CERTS; which++) {
            struct rw_doctor_house_seen seen = {.wall_s = NOW};
            struct rw_doctor_report report = {.count = 0};

            seen.certificates[which].file = "file";
            (void)snprintf(seen.certificates[which].trouble,
                           sizeof(seen.certificates[which].trouble), "%s", cases[i].trouble);
            seen.certificates[which].certificate = (struct rw_tls_certificate){
                "us", "root", "us.example", cases[i].begins, cases[i].ends};
            rw_doctor_judge_own_certificates(&report, &seen);
            assert_true(verdict_is(&report, 0, &cases[i].verdict));
            assert_int_equal(report.count, 1);
        }
}

static void what_the_machine_is_like(void **state)
{
    struct rw_doctor_house house = {.data_dir = "/",
                                    .calls_max = 1,
                                    .workers = 1,
                                    .socket_buffer = 65536,
                                    .sip_host = "192.0.2.7",
                                    .media_host = "192.0.2.7",
                                    .http_cert_file = "/nonexistent/certificate.pem",
                                    .sip_cert_file = "",
                                    .stir_cert_file = ""};
    struct rw_doctor_report report = {.count = 0};
    struct rw_doctor_house_seen seen;
    struct statvfs root;
    struct rlimit limit;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(statvfs("/", &root), 0);
    rw_doctor_house_look(&house, &seen);
    assert_int_equal(seen.files, limit.rlim_cur);
    assert_true(seen.receive > 0 && seen.send > 0);
    assert_true(seen.disk_known && seen.disk_size == (uint64_t)root.f_blocks * root.f_frsize);
    assert_true(seen.wall_s > NOW / 2);
    assert_non_null(strstr(seen.certificates[RW_DOCTOR_CERT_HTTP].trouble, "No such file"));
    assert_null(seen.certificates[RW_DOCTOR_CERT_SIP].file);
    rw_doctor_house_judge(&report, &house, &seen);
    assert_int_equal(report.count, 8);
    assert_int_equal(rw_doctor_worst(&report), FAIL); /* the certificate */
    house.data_dir = "/nonexistent";
    rw_doctor_house_look(&house, &seen);
    assert_false(seen.disk_known);
}

static void a_full_report_takes_no_more(void **state)
{
    struct rw_doctor_report report = {.count = 0};
    char text[2000];

    (void)state;
    rw_doctor_next(&report, "nothing to say this of");
    assert_int_equal(rw_doctor_worst(&report), OK);
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    for (unsigned i = 0; i < RW_DOCTOR_CHECKS_MAX + 2; i++)
        rw_doctor_add(&report, "x", i == 3 ? WARN : OK, "%s", text);
    assert_int_equal(report.count, RW_DOCTOR_CHECKS_MAX);
    assert_int_equal(strlen(report.at[0].found), sizeof(report.at[0].found) - 1);
    assert_int_equal(rw_doctor_worst(&report), WARN);
    rw_doctor_next(&report, "a\nb");
    assert_null(strchr(report.at[RW_DOCTOR_CHECKS_MAX - 1].next, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports),
        cmocka_unit_test(channels),
        cmocka_unit_test(files),
        cmocka_unit_test(buffers),
        cmocka_unit_test(disk),
        cmocka_unit_test(clocks),
        cmocka_unit_test(addresses),
        cmocka_unit_test(certificates),
        cmocka_unit_test(what_the_machine_is_like),
        cmocka_unit_test(a_full_report_takes_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
