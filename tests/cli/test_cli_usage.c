/* Words on the command line: what is understood, what is refused and how, what help says. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

struct ran {
    int status;
    char *out, *err;
};

/* Runs words separated by '|'. */
static struct ran run(const char *line)
{
    struct ran ran;
    size_t out_n, err_n;
    struct rw_cli cli = {.out = open_memstream(&ran.out, &out_n),
                         .err = open_memstream(&ran.err, &err_n),
                         .terminal = true,
                         .env = no_environment};
    char *words = strdup(line), *argv[20] = {(char *)"ringwright"};
    int argc = 1;

    for (char *word = strtok(words, "|"); word; word = strtok(NULL, "|"))
        argv[argc++] = word;
    ran.status = rw_cli_run(&cli, argc, argv);
    (void)fclose(cli.out);
    (void)fclose(cli.err);
    free(words);
    return ran;
}

static void done(struct ran *ran)
{
    free(ran->out);
    free(ran->err);
}

static void wrong_usage_is_explained(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"cal|place", "unknown command 'cal'; did you mean 'call'?"},
        {"frobnicate", "unknown command 'frobnicate'\n"},
        {"call|plcae", "unknown verb 'plcae'; did you mean 'place'?"},
        {"call", "a verb must follow 'call'"},
        {"CALL|place", "unknown command 'CALL'; did you mean 'call'?"},
        {"call|place|--form|+65", "unknown option 'form'; did you mean 'from'?"},
        {"call|place|--to|+65|--jsno", "unknown option 'jsno'; did you mean 'json'?"},
        {"call|place|--zzzzzz", "unknown option 'zzzzzz'\n"},
        {"call|place", "missing: '--to'"},
        {"call|place|--to", "a value is missing behind '--to'"},
        {"call|place|--to|+65|extra", "one word too many: 'extra'"},
        {"call|place|--to|+65|--wait=yes", "no value can stand behind 'wait'"},
        {"call|get", "missing: 'ID'"},
        {"call|get|a|b", "one word too many: 'b'"},
        {"--host", "a value is missing behind '--host'"},
        {"--to|+65|call|place", "a command must come before the option '--to'"},
        {"call|get|\xff", "not UTF-8: '\\x{FF}'"},
        {"number|check", "missing: 'NUMBER'"},
        {"number|check|1|2", "one word too many: '2'"},
        {"number|check|1|--batch", "--batch reads standard input; one word too many: '1'"},
        {"number|check|123|--region|Singapore", "--region takes two letters"},
        {"number|check|--batch|--region|S1", "--region takes two letters"},
        {"number|check|123|--region|zz", "there is no region ZZ in the numbering data"},
        {"token|create|--user|a|--seconds|soon", "--seconds takes a number above 0"},
        {"tail|--after|yesterday", "--after takes the number of an event"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ran ran = run(cases[i].line);

        if (ran.status != RW_CLI_USAGE || !strstr(ran.err, cases[i].says) || *ran.out)
            fail_msg("%s: %d, %s%s", cases[i].line, ran.status, ran.out, ran.err);
        done(&ran);
    }
}

static void no_words_show_help_as_an_error(void **state)
{
    struct ran ran = run("");

    (void)state;
    assert_int_equal(ran.status, RW_CLI_USAGE);
    assert_non_null(strstr(ran.err, "Usage: ringwright NOUN VERB"));
    assert_string_equal(ran.out, "");
    done(&ran);
}

static void every_command_has_help_with_an_example(void **state)
{
    (void)state;
    for (size_t i = 0; i < rw_cli_command_count; i++) {
        const struct rw_cli_command *c = &rw_cli_commands[i];
        char line[80], example[40];
        struct ran ran;

        (void)snprintf(line, sizeof(line), "%s|%s%s--help", c->noun, c->verb ? c->verb : "",
                       c->verb ? "|" : "");
        (void)snprintf(example, sizeof(example), "ringwright %s%s%s", c->noun, c->verb ? " " : "",
                       c->verb ? c->verb : "");
        ran = run(line);
        assert_int_equal(ran.status, 0);
        assert_string_equal(ran.err, "");
        if (!strstr(ran.out, "\nExample:\n") ||
            strncmp(strstr(ran.out, "\nExample:\n") + 12, example, strlen(example)) != 0)
            fail_msg("%s: no example of itself:\n%s", line, ran.out);
        for (size_t o = 0; o < RW_CLI_OPTIONS_MAX && c->options[o].name; o++)
            assert_non_null(strstr(ran.out, c->options[o].name));
        done(&ran);
    }
}

static void help_on_a_noun_lists_its_verbs(void **state)
{
    struct ran ran = run("call|--help");

    (void)state;
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "call hangup ID"));
    assert_null(strstr(ran.out, "user list"));
    done(&ran);
    ran = run("-h");
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "user list"));
    done(&ran);
}

static void a_word_behind_two_dashes_is_no_option(void **state)
{
    struct ran ran = run("number|check|--|--to");

    (void)state;
    assert_int_equal(ran.status, 1); /* judged: no number */
    assert_non_null(strstr(ran.err, "error[address."));
    done(&ran);
}

static void without_a_token_the_way_to_one_is_told(void **state)
{
    struct ran ran = run("call|list");

    (void)state;
    assert_int_equal(ran.status, 77);
    assert_non_null(strstr(ran.err, "RINGWRIGHT_CLIENT_SECRET"));
    done(&ran);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_usage_is_explained),
        cmocka_unit_test(no_words_show_help_as_an_error),
        cmocka_unit_test(every_command_has_help_with_an_example),
        cmocka_unit_test(help_on_a_noun_lists_its_verbs),
        cmocka_unit_test(a_word_behind_two_dashes_is_no_option),
        cmocka_unit_test(without_a_token_the_way_to_one_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
