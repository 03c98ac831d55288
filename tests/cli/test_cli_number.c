/*
 * number check: one number as a person and as a program see it; metadata-version.
 *
 *     test_cli_number docs/cli.md
 *
 * What the engine says is its own tests' business. Where it depends on the numbering data, the judgement
 * here is made by hand.
 */
#include "cli/cli.h"
#include "cli/number_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *manual; /* docs/cli.md */

struct ran {
    int status;
    char *out, *err;
};

/* Runs words separated by '|'. */
static struct ran run(const char *line, bool terminal)
{
    struct ran ran;
    size_t out_n, err_n;
    struct rw_cli cli = {.out = open_memstream(&ran.out, &out_n),
                         .err = open_memstream(&ran.err, &err_n),
                         .terminal = terminal};
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

/* ------------------------------------------------------------------ one number */

static void a_fault_is_shown_where_it_stands(void **state)
{
    static const struct {
        const char *line, *head, *shown;
    } cases[] = {
        {"6591234567", "error[address.missing_plus]: ", "\n  6591234567\n  ^ "},
        {"6591234567", "error[address.missing_plus]: ", "\n  = instead: +6591234567 ("},
        {"+65 9123 456O",
         "error[address.lookalike_letter]: ", "\n  +65 9123 456O\n              ^"},
        {"+65 9123 456O", "error[address.lookalike_letter]: ", "\n  = instead: +6591234560 ("},
        {"+65 9123 456O", "error[address.lookalike_letter]: ", "\n  = note: separators"},
        {"+6591234567\n",
         "error[address.control_char]: ", "\n  +6591234567\\u{000A}\n             ^~~~~~~~"},
        {"+65\xe2\x80\xae"
         "9x1",
         "error[address.", "\n  +65\\u{202E}9x1\n"},
        {"\xef\xbc\x8b\xef\xbc\x96\xef\xbc\x95*91234567",
         "error[address.unexpected_char]: ", "\n        ^"},
        {"112", "error[address.emergency_number]: ", "\n  112\n  ^~~"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[80];
        struct ran ran;

        (void)snprintf(line, sizeof(line), "number|check|%s", cases[i].line);
        ran = run(line, true);
        if (ran.status != 1 || *ran.out || !strstr(ran.err, cases[i].shown) ||
            strncmp(ran.err, cases[i].head, strlen(cases[i].head)) != 0)
            fail_msg("%s: %d, %s%s", cases[i].line, ran.status, ran.out, ran.err);
        done(&ran);
    }
}

static void a_number_is_shown_in_each_form(void **state)
{
    struct ran ran = run("number|check|+65 9123 4567 ext. 12", true);

    (void)state;
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.err, "");
    assert_memory_equal(ran.out, "+65 9123", 8);
    assert_non_null(strstr(ran.out, " ext. 12\nE.164       +6591234567\nnational    9123"));
    assert_non_null(strstr(ran.out, "RFC 3966    tel:+6591234567;ext=12\n"));
    assert_non_null(strstr(ran.out, "region      SG, Singapore\n"));
    assert_non_null(strstr(ran.out, "extension   12\n"));
    assert_non_null(strstr(ran.out, "note        separators between digits were removed\n"));
    done(&ran);
    ran = run("number|check|+65\xe2\x80\x8b"
              "91234567",
              true);
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, " (U+200B ZERO WIDTH SPACE)\n"));
    done(&ran);
    ran = run("number|check|+6591234567|--quiet", true);
    assert_int_equal(ran.status, 0);
    assert_memory_equal(ran.out, "+65 9123", 8);
    assert_string_equal(strchr(ran.out, '\n'), "\n");
    done(&ran);
}

/* A range that is assigned nowhere is no fault of the person: told, and no failure. */
static void an_unassigned_number_is_a_warning(void **state)
{
    struct ran ran = run("number|check|+6534567890", true);
    struct rw_address address;

    (void)state;
    rw_address_judge("+6534567890", 11, NULL, &address);
    assert_int_equal(ran.status, 0);
    if (address.verdict == RW_ADDRESS_UNASSIGNED) {
        char shown[400];

        (void)snprintf(
            shown, sizeof(shown),
            "warning[address.unassigned_range]: no such number range in Singapore (+65)\n"
            "  +6534567890\n"
            "      ^ after +653 only 1 or 2 can follow\n"
            "  = as of numbering data %s; placed anyway for single calls (policy: warn), refused "
            "in "
            "campaigns\n",
            rw_address_data_month());
        assert_string_equal(ran.err, shown);
        assert_string_equal(ran.out, "");
    }
    done(&ran);
}

static void a_program_gets_an_object(void **state)
{
    struct ran ran = run("number|check|+65 9123 4567|--json", true);
    json_t *json = json_loads(ran.out, 0, NULL);

    (void)state;
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.err, "");
    assert_string_equal(json_string_value(json_object_get(json, "e164")), "+6591234567");
    assert_string_equal(json_string_value(json_object_get(json, "input")), "+65 9123 4567");
    assert_null(json_object_get(json, "message"));
    json_decref(json);
    done(&ran);
    ran = run("number|check|6591234567", false);
    json = json_loads(ran.out, 0, NULL);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "[address.missing_plus]"));
    assert_string_equal(json_string_value(json_object_get(json, "code")), "address.missing_plus");
    assert_non_null(json_object_get(json, "message"));
    json_decref(json);
    done(&ran);
}

static void the_numbering_data_says_its_version(void **state)
{
    struct ran ran = run("number|metadata-version", true);
    json_t *json;

    (void)state;
    assert_int_equal(ran.status, 0);
    assert_memory_equal(ran.out, rw_address_data_version(), strlen(rw_address_data_version()));
    assert_string_equal(ran.out + strlen(rw_address_data_version()), "\n");
    done(&ran);
    ran = run("number|metadata-version|--json", true);
    json = json_loads(ran.out, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "version")),
                        rw_address_data_version());
    assert_string_equal(json_string_value(json_object_get(json, "month")), rw_address_data_month());
    assert_int_equal(json_object_size(json), 2);
    json_decref(json);
    done(&ran);
}

/* ------------------------------------------------------------------ the object */

static const struct rw_address unassigned = {
    .verdict = RW_ADDRESS_UNASSIGNED,
    .e164 = "+6534567890",
    .region = "SG",
    .country_code = 65,
    .possible = true,
    .time_zones = "Asia/Singapore,Asia/Kuala_Lumpur",
    .code = "address.unassigned_range",
    .span = {4, 1, 4, 1},
};

static struct rw_buf object_of(const char *input, uint64_t bytes, const struct rw_address *address)
{
    struct rw_json_writer w;
    struct rw_buf buf;

    rw_buf_init(&buf, RW_CLI_NUMBER_JSON_MAX);
    w = rw_json_writer(&buf);
    rw_cli_number_json(&w, rw_slice_str(input), bytes, address, false);
    assert_true(rw_json_done(&w));
    return buf;
}

static void an_object_has_what_is_known(void **state)
{
    struct rw_buf buf = object_of("+6534567890", 11, &unassigned);
    struct rw_address none = {.verdict = RW_ADDRESS_MALFORMED, .code = "address.input_too_long"};
    char expected[200], *found;

    (void)state;
    (void)rw_address_expected(&unassigned, expected, sizeof(expected));
    found = strstr(buf.p, "\"found\"");
    assert_non_null(found);
    assert_memory_equal(
        buf.p,
        "{\"input\":\"+6534567890\",\"verdict\":\"unassigned\",\"possible\":true,"
        "\"valid\":false,\"e164\":\"+6534567890\",\"region\":\"SG\",\"type\":\"unknown\","
        "\"timeZones\":[\"Asia/Singapore\",\"Asia/Kuala_Lumpur\"],"
        "\"code\":\"address.unassigned_range\",\"at\":4,\"length\":1,",
        (size_t)(found - buf.p));
    assert_memory_equal(found, "\"found\":\"\\\"4\\\"\"", 15);
    rw_buf_done(&buf);
    buf = object_of("+65", 70000, &none);
    assert_non_null(strstr(buf.p, "\"input\":\"+65\",\"inputBytes\":70000,"));
    assert_null(strstr(buf.p, "e164"));
    assert_null(strstr(buf.p, "suggestions"));
    assert_null(strstr(buf.p, "notes"));
    rw_buf_done(&buf);
}

/* As much as there can be of everything, each byte of the input escaped six times as long. */
static void the_largest_object_fits(void **state)
{
    struct rw_address most = unassigned;
    char input[RW_ADDRESS_INPUT_MAX + 9];
    struct rw_buf buf;

    (void)state;
    memset(input, '\xff', sizeof(input) - 1);
    input[sizeof(input) - 1] = '\0';
    most.code = "address.control_char";
    most.span = (struct rw_address_span){0, 512, 0, 512};
    memset(most.extension, '9', sizeof(most.extension) - 1);
    most.suggestion_count = RW_ADDRESS_SUGGESTIONS_MAX;
    for (unsigned i = 0; i < RW_ADDRESS_SUGGESTIONS_MAX; i++) {
        memset(most.suggestions[i].text, '9', sizeof(most.suggestions[i].text) - 1);
        most.suggestions[i].reason =
            "011 is dialled before a country code in North America, and so "
            "on, as far as a reason may ever go";
    }
    most.note_count = RW_ADDRESS_NOTES_MAX;
    for (unsigned i = 0; i < RW_ADDRESS_NOTES_MAX; i++)
        most.notes[i] = (struct rw_address_note){
            .code = "bidi_control_removed", .span = {~0u, ~0u, ~0u, ~0u}, .count = ~0u};
    buf = object_of(input, UINT64_MAX, &most);
    assert_true(buf.len < RW_CLI_NUMBER_JSON_MAX / 2 + 2048);
    rw_buf_done(&buf);
}

static void help_and_manual_know_each_member(void **state)
{
    static const char *const members[] = {
        "input",     "inputBytes", "verdict", "possible", "valid",       "e164",
        "extension", "region",     "type",    "code",     "timeZones",   "message",
        "at",        "length",     "found",   "expected", "suggestions", "notes"};
    FILE *file = fopen(manual, "r");
    static char text[65536];
    size_t n;

    (void)state;
    assert_non_null(file);
    n = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[n] = '\0';
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
        char quoted[40];

        (void)snprintf(quoted, sizeof(quoted), "`%s`", members[i]);
        if (!strstr(rw_cli_number_members, members[i]) || !strstr(text, quoted))
            fail_msg("%s stands in the help or in docs/cli.md no more", members[i]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_is_shown_where_it_stands),
        cmocka_unit_test(a_number_is_shown_in_each_form),
        cmocka_unit_test(an_unassigned_number_is_a_warning),
        cmocka_unit_test(a_program_gets_an_object),
        cmocka_unit_test(the_numbering_data_says_its_version),
        cmocka_unit_test(an_object_has_what_is_known),
        cmocka_unit_test(the_largest_object_fits),
        cmocka_unit_test(help_and_manual_know_each_member),
    };

    manual = argc > 1 ? argv[1] : "docs/cli.md";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
