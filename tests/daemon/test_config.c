#include "base/mem.h"
#include "daemon/config.h"
#include "daemon/config_address.h"
#include "daemon/config_scan.h"
#include "test.h"

static const struct {
    const char *text;
    const char *code; /* NULL: accepted */
    int line, column;
    const char *suggestion;
} table[] = {
    {"", NULL, 0, 0, ""},
    {"# nothing\n\n  \t\n", NULL, 0, 0, ""},
    {"[http]\nlisten = \"127.0.0.1:0\"\n", NULL, 0, 0, ""},
    {"[ http ] # ours\r\nlisten=\"[::1]:8080\" # v6\r\n", NULL, 0, 0, ""},
    {"[server]\nworkers = 2", NULL, 0, 0, ""},
    {"[log]\nmask_numbers = false\nlevel = \"debug\"\n", NULL, 0, 0, ""},
    {"[http]\nlisten = 127.0.0.1:0\n", "config.bad_value", 2, 10, ""},
    {"[http]\nlisten = \"127.0.0.1\"\n", "config.bad_value", 2, 10, ""},
    {"[http]\nlisten = \"127.0.0.1:99999\"\n", "config.bad_value", 2, 10, ""},
    {"[http]\nlistem = \"127.0.0.1:0\"\n", "config.unknown_option", 2, 1, "http.listen"},
    {"[htpp]\nlisten = \"127.0.0.1:0\"\n", "config.unknown_option", 2, 1, "http.listen"},
    {"[htpp]\nlistne = \"127.0.0.1:0\"\n", "config.unknown_option", 2, 1, "http.listen"},
    {"[store]\nlinger = 2\n", "config.unknown_option", 2, 1, "store.linger_ms"},
    {"workers = 2\n", "config.unknown_option", 1, 1, ""},
    {"[server]\nworkers = many\n", "config.bad_value", 2, 11, ""},
    {"[server]\nworkers = \"2\"\n", "config.bad_value", 2, 11, ""},
    {"[server]\nworkers = 257\n", "config.bad_value", 2, 11, ""},
    {"[server]\nworkers = -1\n", "config.bad_value", 2, 11, ""},
    {"[server]\nworkers = 99999999999999999999\n", "config.bad_value", 2, 11, ""},
    {"[server]\nworkers 2\n", "config.syntax", 2, 9, ""},
    {"[server]\nworkers =\n", "config.syntax", 2, 10, ""},
    {"[server]\nworkers = 2 3\n", "config.syntax", 2, 13, ""},
    {"[server\n", "config.syntax", 1, 8, ""},
    {"[]\n", "config.syntax", 1, 2, ""},
    {"[server] x\n", "config.syntax", 1, 10, ""},
    {"[server]\ndata_dir = \"/a\n", "config.syntax", 2, 15, ""},
    {"[server]\ndata_dir = \"/\\q\"\n", "config.syntax", 2, 15, ""},
    {"[server]\nDATA = 1\n", "config.syntax", 2, 1, ""},
    {"[log]\nlevel = \"loud\"\n", "config.bad_value", 2, 9, ""},
    {"[log]\nmask_numbers = yes\n", "config.bad_value", 2, 16, ""},
    {"[stir]\nattestation_other = \"A\"\n", "config.bad_value", 2, 21, ""},
    {"[stir]\ncertificate_ulr = \"x\"\n", "config.unknown_option", 2, 1, "stir.certificate_url"},
};

static void reads_each_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_config config;
        struct rw_err err = {0};
        enum rw_class class;

        rw_config_defaults(&config);
        class = rw_config_read(&config, "a.conf", rw_slice_str(table[i].text), &err);
        if (!table[i].code) {
            assert_int_equal(class, RW_OK);
            continue;
        }
        if (class != RW_MALFORMED || strcmp(err.code, table[i].code) != 0 ||
            err.line != table[i].line || err.column != table[i].column ||
            strcmp(err.suggestion, table[i].suggestion) != 0)
            fail_msg("case %zu: %s at %d:%d (%s)", i, err.code ? err.code : "accepted", err.line,
                     err.column, err.suggestion);
        assert_string_equal(err.pointer, "a.conf");
        assert_true(err.expected[0] != '\0');
    }
}

static void later_sources_win_and_say_so(void **state)
{
    char *environment[] = {(char *)"HOME=/", (char *)"RINGWRIGHT_HTTP_LISTEN=127.0.0.2:1", NULL};
    struct rw_config config;
    struct rw_buf out;
    struct rw_err err;

    (void)state;
    rw_config_defaults(&config);
    assert_string_equal(config.http_listen, "127.0.0.1:8080");
    assert_int_equal(rw_config_read(&config, "x", RW_LIT("[http]\nlisten=\"127.0.0.3:1\"\n"), &err),
                     RW_OK);
    assert_int_equal(rw_config_environment(&config, environment, &err), RW_OK);
    assert_string_equal(config.http_listen, "127.0.0.2:1");
    assert_int_equal(rw_config_set(&config, RW_LIT("server.workers=3"), "--workers", &err), RW_OK);
    assert_int_equal(rw_config_set(&config, RW_LIT("server.data_dir=/a \"b\"\\\n\t"), "t", &err),
                     RW_OK);
    assert_int_equal(config.workers, 3);
    rw_buf_init(&out, 65536);
    rw_config_print(&config, &out);
    assert_non_null(strstr(out.p, "(from: RINGWRIGHT_HTTP_LISTEN)\nlisten = \"127.0.0.2:1\""));
    assert_non_null(strstr(out.p, "(from: --workers)\nworkers = 3"));

    /* What is printed is itself a configuration that reads back the same. */
    {
        struct rw_config again;

        rw_config_defaults(&again);
        assert_int_equal(rw_config_read(&again, "printed", rw_buf_slice(&out), &err), RW_OK);
        assert_string_equal(again.http_listen, config.http_listen);
        assert_int_equal(again.workers, 3);
        assert_string_equal(again.data_dir, "/a \"b\"\\\n\t");
    }
    rw_buf_done(&out);
    environment[1] = (char *)"RINGWRIGHT_SERVER_WORKERS=x";
    assert_int_equal(rw_config_environment(&config, environment, &err), RW_MALFORMED);
    assert_string_equal(err.pointer, "RINGWRIGHT_SERVER_WORKERS");
    assert_int_equal(rw_config_set(&config, RW_LIT("workers=3"), "--set", &err), RW_MALFORMED);
    assert_int_equal(rw_config_set(&config, RW_LIT("a.b=3"), "--set", &err), RW_MALFORMED);
}

static void options_that_only_hold_together(void **state)
{
    struct rw_config config;
    struct rw_err err;

    (void)state;
    rw_config_defaults(&config);
    assert_int_equal(rw_config_check(&config, &err), RW_OK);
    assert_int_equal(rw_config_set(&config, RW_LIT("http.tls_cert_file=/c"), "t", &err), RW_OK);
    assert_int_equal(rw_config_check(&config, &err), RW_MALFORMED);
    assert_string_equal(err.code, "config.half_tls");
    rw_config_defaults(&config);
    assert_int_equal(rw_config_set(&config, RW_LIT("sip.tls_key_file=/k"), "t", &err), RW_OK);
    assert_int_equal(rw_config_check(&config, &err), RW_MALFORMED);
    assert_string_equal(err.code, "config.half_tls");
    rw_config_defaults(&config);
    assert_int_equal(rw_config_set(&config, RW_LIT("media.port_min=29999"), "t", &err), RW_OK);
    assert_int_equal(rw_config_check(&config, &err), RW_MALFORMED);
    assert_string_equal(err.code, "config.port_range");
}

static void numbers_are_read_as_configured(void **state)
{
    static const char *const wrong[][2] = {
        {"address.region=Singapore", "Singapore"},
        {"address.region=ZZ", "ZZ"},
        {"address.region=sg", "sg"},
        {"address.refuse_types=premium,satelite", "satelite"},
        {"address.refuse_regions=CU KP,X", "X"},
    };
    struct rw_address_policy policy;
    struct rw_config config;
    struct rw_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        rw_config_defaults(&config);
        assert_int_equal(rw_config_set(&config, rw_slice_str(wrong[i][0]), "t", &err), RW_OK);
        assert_int_equal(rw_config_check(&config, &err), RW_MALFORMED);
        assert_string_equal(err.code, "config.bad_value");
        assert_string_equal(err.found, wrong[i][1]);
    }
    rw_config_defaults(&config);
    assert_int_equal(rw_config_address(&config, &policy, &err), RW_OK);
    assert_string_equal(policy.region, "");
    assert_false(policy.refuse_unassigned || policy.refuse_types);
    assert_int_equal(rw_config_set(&config, RW_LIT("address.region=SG"), "t", &err), RW_OK);
    assert_int_equal(rw_config_set(&config, RW_LIT("address.unassigned=refuse"), "t", &err), RW_OK);
    assert_int_equal(
        rw_config_set(&config, RW_LIT("address.refuse_types=premium, satellite"), "t", &err),
        RW_OK);
    assert_int_equal(rw_config_set(&config, RW_LIT("address.refuse_regions=CU,KP"), "t", &err),
                     RW_OK);
    assert_int_equal(rw_config_check(&config, &err), RW_OK);
    assert_int_equal(rw_config_address(&config, &policy, &err), RW_OK);
    assert_string_equal(policy.region, "SG");
    assert_true(policy.refuse_unassigned);
    assert_int_equal(policy.refuse_types, 1u << RW_ADDRESS_PREMIUM | 1u << RW_ADDRESS_SATELLITE);
    assert_string_equal(policy.refuse_regions, "CU,KP");
}

static void signing_needs_key_and_address(void **state)
{
    static const struct {
        const char *text;
        int line, column; /* 0: good */
    } cases[] = {
        {"[stir]\n", 0, 0},
        {"[stir]\nattestation_other = \"B\"\n", 0, 0},
        {"[stir]\nkey_file = \"/k\"\ncertificate_url = \"https://a/b\"\n", 0, 0},
        {"[stir]\nkey_file = \"/k\"\n", 2, 12},
        {"[stir]\n\n  certificate_url = \"https://a/b\"\n", 3, 21},
        {"[stir]\ncertificate_file = \"/c\"\n", 2, 20},
        {"[stir]\norigid = \"x\"\n", 2, 10},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_config config;
        struct rw_err err = {0};

        rw_config_defaults(&config);
        assert_int_equal(rw_config_read(&config, "a.conf", rw_slice_str(cases[i].text), &err),
                         RW_OK);
        assert_int_equal(rw_config_check(&config, &err), cases[i].line ? RW_MALFORMED : RW_OK);
        if (!cases[i].line)
            continue;
        assert_string_equal(err.code, "config.half_stir");
        assert_string_equal(err.pointer, "a.conf");
        assert_int_equal(err.line, cases[i].line);
        assert_int_equal(err.column, cases[i].column);
    }
}

/* The place of a value goes with it: a flag that wins has none in a file. */
static void the_option_at_fault_is_placed(void **state)
{
    struct rw_config config;
    struct rw_err err;

    (void)state;
    rw_config_defaults(&config);
    assert_int_equal(rw_config_read(&config, "a:b.conf", RW_LIT("[stir]\nkey_file=\"/k\"\n"), &err),
                     RW_OK);
    rw_fail(&err, RW_MALFORMED, "x.y", "z");
    rw_config_blame(&config, "stir", "key_file", &err);
    assert_string_equal(err.pointer, "a:b.conf");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 10);
    assert_int_equal(rw_config_set(&config, RW_LIT("stir.key_file=/other"), "--set", &err), RW_OK);
    rw_fail(&err, RW_MALFORMED, "x.y", "z");
    rw_config_blame(&config, "stir", "key_file", &err);
    assert_string_equal(err.pointer, "--set");
    assert_int_equal(err.line, 0);
    rw_fail(&err, RW_MALFORMED, "x.y", "z");
    rw_config_blame(&config, "stir", "no_such_key", &err);
    assert_string_equal(err.pointer, "");
    rw_config_blame(&config, "stir", "key_file", NULL);
}

/* Comments only, so that nothing but the length can be wrong. */
static void a_file_is_bounded(void **state)
{
    static char text[RW_CONFIG_FILE_MAX + 1];
    struct rw_config config;
    struct rw_err err;

    (void)state;
    memset(text, '#', sizeof(text));
    rw_config_defaults(&config);
    assert_int_equal(
        rw_config_read(&config, "a.conf", (struct rw_slice){text, RW_CONFIG_FILE_MAX}, &err),
        RW_OK);
    assert_int_equal(
        rw_config_read(&config, "a.conf", (struct rw_slice){text, RW_CONFIG_FILE_MAX + 1}, &err),
        RW_MALFORMED);
    assert_string_equal(err.code, "config.too_long");
}

static void endpoints(void **state)
{
    static const struct {
        const char *text, *host;
        int port; /* -1: refused */
    } cases[] = {
        {"127.0.0.1:5060", "127.0.0.1", 5060},
        {"[::1]:0", "::1", 0},
        {"carrier.example:65535", "carrier.example", 65535},
        {"::1:5060", "", -1},
        {"127.0.0.1", "", -1},
        {"127.0.0.1:", "", -1},
        {":5060", "", -1},
        {"[]:1", "", -1},
        {"a:65536", "", -1},
        {"a:1x", "", -1},
        {"a:000001", "", -1},
        {"", "", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char host[RW_CONFIG_TEXT] = "";
        uint16_t port = 0;
        struct rw_err err;
        enum rw_class class =
            rw_config_endpoint(rw_slice_str(cases[i].text), host, sizeof(host), &port, &err);

        assert_int_equal(class, cases[i].port < 0 ? RW_MALFORMED : RW_OK);
        if (class != RW_OK)
            assert_string_equal(err.code, "config.bad_endpoint");
        assert_string_equal(host, cases[i].host);
        if (!class)
            assert_int_equal(port, cases[i].port);
    }
}

static void a_file_that_is_not_there(void **state)
{
    struct rw_config config;
    struct rw_err err;

    (void)state;
    rw_config_defaults(&config);
    assert_int_equal(rw_config_load(&config, "/nonexistent/ringwright.conf", &err), RW_NOT_FOUND);
    assert_string_equal(err.code, "config.unreadable");
    rw_mem_fail_after(0);
    assert_int_equal(rw_config_load(&config, "/nonexistent/ringwright.conf", &err), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_case),
        cmocka_unit_test(later_sources_win_and_say_so),
        cmocka_unit_test(options_that_only_hold_together),
        cmocka_unit_test(numbers_are_read_as_configured),
        cmocka_unit_test(signing_needs_key_and_address),
        cmocka_unit_test(the_option_at_fault_is_placed),
        cmocka_unit_test(a_file_is_bounded),
        cmocka_unit_test(endpoints),
        cmocka_unit_test(a_file_that_is_not_there),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
