/* The command line of ringwrightd: what each flag means, and what is said about a wrong one. */
#include "base/mem.h"
#include "daemon/options.h"
#include "test.h"

#include <string.h>

#define WORDS_MAX 12

static char empty[1];
static char *no_environment[] = {NULL};

/* Splits at spaces; a word "''" is the empty one. */
static int split(char *text, char **argv)
{
    int argc = 0;

    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = strcmp(word, "''") == 0 ? empty : word;
    argv[argc] = NULL;
    return argc;
}

static enum rw_class read_line(const char *line, struct rw_daemon_options *options,
                               struct rw_config *config, struct rw_err *err)
{
    static char text[1024];
    static char *argv[WORDS_MAX + 1];

    (void)snprintf(text, sizeof(text), "ringwrightd %s", line);
    *err = (struct rw_err){0};
    *options = (struct rw_daemon_options){0};
    return rw_daemon_options_read(split(text, argv), argv, no_environment, options, config, err);
}

static const struct {
    const char *line;
    const char *code; /* NULL: accepted */
    enum rw_daemon_mode mode;
    const char *said; /* part of message or `found` */
} table[] = {
    {"", NULL, RW_MODE_RUN, NULL},
    {"-t", NULL, RW_MODE_CHECK, NULL},
    {"--check --workers 2", NULL, RW_MODE_CHECK, NULL},
    {"--print-config", NULL, RW_MODE_PRINT_CONFIG, NULL},
    {"-h", NULL, RW_MODE_HELP, NULL},
    {"--help --set nonsense", NULL, RW_MODE_HELP, NULL},
    {"-V", NULL, RW_MODE_VERSION, NULL},
    {"--init --tenant Acme --json", NULL, RW_MODE_INIT, NULL},
    {"--init --demo --carrier 127.0.0.1:5070 --station sip:a@127.0.0.1", NULL, RW_MODE_INIT, NULL},
    {"--init --demo --carrier 127.0.0.1:5070/tls --carrier-ca ca.pem --station sip:a@127.0.0.1",
     NULL, RW_MODE_INIT, NULL},
    {"--init --tenant Acme --carrier-ca ca.pem", "usage.only_with_demo", 0, "--demo"},
    {"--port 80", "usage.unknown_flag", 0, "--port"},
    {"-x", "usage.unknown_flag", 0, "-x"},
    {"-tx", "usage.unknown_flag", 0, "-x"},
    {"--json=1", "usage.unknown_flag", 0, "--json=1"},
    {"--demo=yes", "usage.unknown_flag", 0, "--demo=yes takes no value"},
    {"--data-dir", "usage.no_value", 0, "--data-dir"},
    {"-d", "usage.no_value", 0, "-d"},
    {"start", "usage.extra", 0, "start"},
    {"--tenant Acme", "usage.only_with_init", 0, "--tenant"},
    {"--demo", "usage.only_with_init", 0, "--demo"},
    {"--json", "usage.only_with_init", 0, "--json"},
    {"--init", "usage.no_tenant", 0, "--tenant NAME"},
    {"--init --demo", "usage.half_demo", 0, "--carrier"},
    {"--init --demo --carrier 127.0.0.1:1", "usage.half_demo", 0, "--station"},
    {"--init --tenant Acme --carrier 127.0.0.1:1", "usage.only_with_demo", 0, "--demo"},
    {"--init --tenant ''", "usage.bad_tenant", 0, "\"\""},
    {"--init --tenant a\033[2Jb", "usage.bad_tenant", 0, "\\u{001B}"},
    {"--init --tenant a\xff", "usage.bad_tenant", 0, "\\x{FF}"},
    {"--set workers=2", "config.bad_assignment", 0, "workers=2"},
    {"--set http.listem=x", "config.unknown_option", 0, "http.listem"},
    {"--workers many", "config.bad_value", 0, "many"},
    {"--workers 300", "config.bad_value", 0, "300"},
    {"--data-dir ''", "config.no_data_dir", 0, "server.data_dir"},
    {"--config /nonexistent/r.conf", "config.unreadable", 0, "/nonexistent/r.conf"},
};

static void reads_each_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_daemon_options options;
        struct rw_config config;
        struct rw_err err;
        enum rw_class class = read_line(table[i].line, &options, &config, &err);

        if (!table[i].code) {
            if (class || options.mode != table[i].mode)
                fail_msg("'%s': %s %s", table[i].line, err.code, err.message);
            continue;
        }
        if (!class || strcmp(err.code, table[i].code) != 0 ||
            (!strstr(err.message, table[i].said) && !strstr(err.found, table[i].said)))
            fail_msg("'%s': %s '%s' '%s'", table[i].line, class ? err.code : "accepted",
                     err.message, err.found);
    }
}

static void values_arrive(void **state)
{
    struct rw_daemon_options options;
    struct rw_config config;
    struct rw_err err;

    (void)state;
    assert_int_equal(read_line("-d /data -w 3 -s http.listen=[::1]:80 --set http.listen=[::1]:81",
                               &options, &config, &err),
                     RW_OK);
    assert_string_equal(config.data_dir, "/data");
    assert_int_equal(config.workers, 3);
    assert_string_equal(config.http_listen, "[::1]:81"); /* the later one wins */
    assert_int_equal(read_line("--init --tenant Acme --json", &options, &config, &err), RW_OK);
    assert_string_equal(options.tenant, "Acme");
    assert_true(options.json);
    assert_false(options.demo);
}

static void a_flag_wins_over_the_environment(void **state)
{
    char program[] = "ringwrightd", flag[] = "--workers=4",
         variable[] = "RINGWRIGHT_SERVER_WORKERS=7";
    char *environment[] = {variable, NULL};
    char *plain[] = {program, NULL}, *flagged[] = {program, flag, NULL};
    struct rw_daemon_options options;
    struct rw_config config;
    struct rw_err err;

    (void)state;
    assert_int_equal(rw_daemon_options_read(1, plain, environment, &options, &config, &err), RW_OK);
    assert_int_equal(config.workers, 7);
    assert_int_equal(rw_daemon_options_read(2, flagged, environment, &options, &config, &err),
                     RW_OK);
    assert_int_equal(config.workers, 4);
    variable[strlen(variable) - 1] = 'x';
    assert_int_equal(rw_daemon_options_read(1, plain, environment, &options, &config, &err),
                     RW_MALFORMED);
    assert_string_equal(err.pointer, "RINGWRIGHT_SERVER_WORKERS");
}

static void there_is_a_bound(void **state)
{
    static char program[] = "ringwrightd", flag[] = "--workers=4";
    char long_flag[] = "--data-dir", long_value[600];
    char *argv[80] = {program}, *long_argv[] = {program, long_flag, long_value, NULL};
    struct rw_daemon_options options;
    struct rw_config config;
    struct rw_err err;

    (void)state;
    for (int i = 1; i < 79; i++)
        argv[i] = flag;
    assert_int_equal(rw_daemon_options_read(65, argv, no_environment, &options, &config, &err),
                     RW_OK);
    assert_int_equal(rw_daemon_options_read(66, argv, no_environment, &options, &config, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "usage.too_many_flags");
    memset(long_value, 'a', sizeof(long_value) - 1);
    long_value[sizeof(long_value) - 1] = '\0';
    assert_int_equal(rw_daemon_options_read(3, long_argv, no_environment, &options, &config, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "usage.too_long");
    long_value[256] = '\0'; /* fits the flag, but not the option */
    assert_int_equal(rw_daemon_options_read(3, long_argv, no_environment, &options, &config, &err),
                     RW_MALFORMED);
    assert_string_equal(err.code, "config.bad_value");
    long_value[255] = '\0';
    assert_int_equal(rw_daemon_options_read(3, long_argv, no_environment, &options, &config, &err),
                     RW_OK);
}

/* ... and the help names every flag that is known, with an example. */
static void help_is_whole(void **state)
{
    static const char *const flags[] = {
        "--config",       "--set",  "--data-dir", "--workers",    "--check",    "--init",
        "--tenant",       "--demo", "--carrier",  "--carrier-ca", "--station",  "--json",
        "--print-config", "--help", "--version",  "Example:",     "Exit status"};

    (void)state;
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        assert_non_null(strstr(rw_daemon_help, flags[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_line),
        cmocka_unit_test(values_arrive),
        cmocka_unit_test(a_flag_wins_over_the_environment),
        cmocka_unit_test(there_is_a_bound),
        cmocka_unit_test(help_is_whole),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
