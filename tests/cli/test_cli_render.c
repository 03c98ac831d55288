/* What is shown, byte by byte: refusals, tables, single objects. */
#include "cli/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct shown {
    struct rw_cli cli;
    char *out, *err;
    size_t out_n, err_n;
};

static void begin(struct shown *s)
{
    *s = (struct shown){0};
    s->cli.out = open_memstream(&s->out, &s->out_n);
    s->cli.err = open_memstream(&s->err, &s->err_n);
    s->cli.terminal = true;
}

static void end(struct shown *s, const char *out, const char *err)
{
    (void)fclose(s->cli.out);
    (void)fclose(s->cli.err);
    assert_string_equal(s->out, out);
    assert_string_equal(s->err, err);
    free(s->out);
    free(s->err);
}

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);

    if (!json)
        fail_msg("%s", error.text);
    return json;
}

static void a_refusal_looks_as_a_compiler_shows_it(void **state)
{
    static const char body[] =
        "{\n  \"to\": {\"phoneNumber\": \"6591234567\"},\n  \"form\": 1\n}\n";
    const struct rw_cli_source source = {"call.json", {body, sizeof(body) - 1}};
    json_t *refusal = parse(
        "{\"message\":\"m\",\"code\":\"bad.request\",\"status\":400,\"contextId\":\"ctx-1\","
        "\"errors\":["
        "{\"code\":\"address.missing_plus\",\"message\":\"The number has no plus.\",\"line\":2,"
        "\"column\":26,\"length\":10,\"pointer\":\"/to/phoneNumber\",\"found\":\"6591234567\","
        "\"expected\":\"+ and a country code\",\"suggestion\":\"+6591234567\","
        "\"help\":\"http://h/docs/errors/address.missing_plus\"},"
        "{\"code\":\"body.unknown_member\",\"message\":\"No such member.\",\"line\":3,\"column\":3,"
        "\"length\":6,\"pointer\":\"/form\",\"suggestion\":\"from\"}],"
        "\"suggestedRequest\":{\"to\":{\"phoneNumber\":\"+6591234567\"}}}");
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_refusal(&s.cli, refusal, &source);
    end(&s, "",
        "call.json:2:26: error: The number has no plus. [address.missing_plus]\n"
        "    2 |   \"to\": {\"phoneNumber\": \"6591234567\"},\n"
        "      |                          ^~~~~~~~~~\n"
        "      = found: 6591234567\n"
        "      = expected: + and a country code\n"
        "      = instead: +6591234567\n"
        "      = help: http://h/docs/errors/address.missing_plus\n"
        "call.json:3:3: error: No such member. [body.unknown_member]\n"
        "    3 |   \"form\": 1\n"
        "      |   ^~~~~~\n"
        "      = instead: from\n"
        "help: this request would be accepted:\n"
        "{\n  \"to\": {\n    \"phoneNumber\": \"+6591234567\"\n  }\n}\n"
        "(the server's log has this under correlation id ctx-1)\n");
    json_decref(refusal);
}

static void a_missing_fact_is_named(void **state)
{
    json_t *refusal = parse("{\"errors\":[{\"code\":\"a.b\",\"message\":\"no\"}],"
                            "\"warnings\":[{\"code\":\"c.d\",\"message\":\"hm\"}],"
                            "\"missingFact\":{\"pointer\":\"/to\",\"what\":\"a number\\u001b\","
                            "\"how\":\"ask\"}}");
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_refusal(&s.cli, refusal, NULL);
    end(&s, "",
        "error: no [a.b]\n"
        "warning: hm [c.d]\n"
        "help: what is missing is a number\\u{001B}\n"
        "      = at: /to\n"
        "      = how: ask\n");
    json_decref(refusal);
}

static void the_caret_stands_under_the_place(void **state)
{
    static const struct {
        const char *text;
        int line, column, length;
        const char *shown;
    } cases[] = {
        {"abc", 1, 2, 1, "    1 | abc\n      |  ^\n"},
        {"abc", 1, 4, 0, "    1 | abc\n      |    ^\n"},
        {"\xc3\xa9\xc3\xa9x", 1, 3, 1, "    1 | \xc3\xa9\xc3\xa9x\n      |   ^\n"},
        /* wide characters take two columns, marks none */
        {"\xe7\x95\xaa\xe5\x8f\xb7x", 1, 3, 1,
         "    1 | \xe7\x95\xaa\xe5\x8f\xb7x\n      |     ^\n"},
        {"\xe7\x95\xaa\xe5\x8f\xb7x", 1, 2, 1, "    1 | \xe7\x95\xaa\xe5\x8f\xb7x\n      |   ^~\n"},
        {"e\xcc\x81x", 1, 3, 1, "    1 | e\xcc\x81x\n      |  ^\n"},
        /* what is invisible or could harm a terminal is spelt out */
        {"1\xe2\x80\xac"
         "2",
         1, 2, 1, "    1 | 1\\u{202C}2\n      |  ^~~~~~~~\n"},
        {"1\x1b[2J", 1, 2, 1, "    1 | 1\\u{001B}[2J\n      |  ^~~~~~~~\n"},
        {"a\tb", 1, 3, 1, "    1 | a b\n      |   ^\n"},
        {"a\xff"
         "b",
         1, 3, 1, "    1 | a\\x{FF}b\n      |        ^\n"},
        {"one\r\ntwo\r\nthree", 2, 1, 3, "    2 | two\n      | ^~~\n"},
        {"one", 7, 1, 1, "    7 | \n      | ^\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct shown s;

        begin(&s);
        rw_cli_show_line(s.cli.out, rw_slice_str(cases[i].text), cases[i].line, cases[i].column,
                         cases[i].length, "", "");
        end(&s, cases[i].shown, "");
    }
}

static void a_word_has_its_text_beside_the_mark(void **state)
{
    static const struct {
        const char *word;
        int column, length;
        const char *beside, *shown;
    } cases[] = {
        {"+6534567890", 5, 1, "only 1 or 2", "  +6534567890\n      ^ only 1 or 2\n"},
        {"+6534567890", 5, 3, "", "  +6534567890\n      ^~~\n"},
        {"+65", 4, 0, "more", "  +65\n     ^ more\n"},
        {"", 1, 0, "a number", "  \n  ^ a number\n"},
        /* the width is that of what is shown */
        {"\xef\xbc\x8b"
         "6x",
         3, 1, "x",
         "  \xef\xbc\x8b"
         "6x\n     ^ x\n"},
        {"+65\xe2\x80\xae"
         "9x",
         6, 1, "x", "  +65\\u{202E}9x\n              ^ x\n"},
        {"+65\n9\r\nx", 4, 1, "x", "  +65\\u{000A}9\\u{000D}\\u{000A}x\n     ^~~~~~~~ x\n"},
        {"\x1b[2J", 1, 1, "", "  \\u{001B}[2J\n  ^~~~~~~~\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct shown s;

        begin(&s);
        rw_cli_show_word(s.cli.out, rw_slice_str(cases[i].word), cases[i].column, cases[i].length,
                         cases[i].beside, "", "");
        end(&s, cases[i].shown, "");
    }
}

static void long_lines_are_shown_around_the_caret(void **state)
{
    char text[2001], *mark, *shown;
    struct shown s;
    size_t column;

    (void)state;
    memset(text, '.', 2000);
    text[2000] = '\0';
    text[1499] = 'X';
    begin(&s);
    rw_cli_show_line(s.cli.out, rw_slice_str(text), 1, 1500, 1, "", "");
    (void)fclose(s.cli.out);
    (void)fclose(s.cli.err);
    mark = strchr(s.out, 'X');
    assert_non_null(mark);
    column = (size_t)(mark - s.out);
    shown = strchr(s.out, '\n') + 1;
    assert_true(strlen(s.out) < 300);
    assert_true(strlen(shown) > column);
    assert_int_equal(shown[column], '^');
    free(s.out);
    free(s.err);
}

static void what_has_no_place_says_where_by_its_pointer(void **state)
{
    json_t *refusal =
        parse("{\"code\":\"x\",\"message\":\"m\",\"errors\":[{\"code\":\"auth.missing\","
              "\"message\":\"No token.\",\"pointer\":\"/header/Authorization\"}]}");
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_refusal(&s.cli, refusal, NULL);
    end(&s, "", "error: No token. [auth.missing]\n      = at: /header/Authorization\n");
    json_decref(refusal);
}

static void other_forms_of_refusal_are_shown_too(void **state)
{
    json_t *oauth =
        parse("{\"error\":\"invalid_client\",\"error_description\":\"Unknown client.\"}");
    json_t *bare = parse("{\"message\":\"Not here.\",\"code\":\"not.found\"}");
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_refusal(&s.cli, oauth, NULL);
    rw_cli_show_refusal(&s.cli, bare, NULL);
    rw_cli_show_refusal(&s.cli, NULL, NULL);
    end(&s, "",
        "error: Unknown client. [invalid_client]\nerror: Not here. [not.found]\n"
        "error: refused\n");
    json_decref(oauth);
    json_decref(bare);
}

static void hostile_texts_reach_no_terminal_raw(void **state)
{
    json_t *refusal = parse("{\"message\":\"a\\u001b[31mb\\nc\",\"code\":\"x\\u202ey\"}");
    json_t *list = parse("{\"entities\":[{\"name\":\"a\\u001b]0;x\\u0007\\u202eb\\u007f\"}]}");
    static const struct rw_cli_column columns[] = {{"NAME", "name"}, {NULL, NULL}};
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_refusal(&s.cli, refusal, NULL);
    rw_cli_show_list(&s.cli, list, columns);
    rw_cli_show_json(&s.cli, list);
    (void)fclose(s.cli.out);
    (void)fclose(s.cli.err);
    assert_null(strchr(s.out, 0x1b));
    assert_null(strchr(s.out, 0x7f));
    assert_non_null(strstr(s.out, "\\u007f"));
    assert_null(strchr(s.err, 0x1b));
    assert_null(strstr(s.out, "\xe2\x80\xae"));
    assert_null(strstr(s.err, "\xe2\x80\xae"));
    free(s.out);
    free(s.err);
    json_decref(refusal);
    json_decref(list);
}

static const struct rw_cli_column columns[] = {
    {"ID", "id"}, {"NAME", "name"}, {"ROLES", "roles"}, {"OWNER", "owner.name"}, {NULL, NULL}};

static void tables_are_aligned(void **state)
{
    json_t *list = parse("{\"entities\":[{\"id\":\"1\",\"name\":\"\xe7\x95\xaa\xe5\x8f\xb7\","
                         "\"roles\":[\"a\",{\"name\":\"b\"}],\"owner\":{\"name\":\"Ana\"}},"
                         "{\"id\":22,\"name\":\"x\",\"roles\":[]}],"
                         "\"pageNumber\":1,\"pageCount\":3}");
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_list(&s.cli, list, columns);
    end(&s,
        "ID  NAME  ROLES  OWNER\n"
        "1   \xe7\x95\xaa\xe5\x8f\xb7  a, b   Ana\n"
        "22  x\n"
        "page 1 of 3; --page 2 for the next\n",
        "");
    json_decref(list);
}

static void an_object_shows_what_it_has(void **state)
{
    json_t *object = parse("{\"id\":\"1\",\"owner\":{\"name\":\"Ana\"},\"roles\":null}");
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_object(&s.cli, object, columns);
    end(&s, "ID     1\nOWNER  Ana\n", "");
    json_decref(object);
}

static void without_a_terminal_it_is_json(void **state)
{
    json_t *object = parse("{\"id\":\"\xc3\xa9\"}");
    struct shown s;

    (void)state;
    begin(&s);
    s.cli.terminal = false;
    rw_cli_show_object(&s.cli, object, columns);
    rw_cli_say(&s.cli, "not said");
    end(&s, "{\n  \"id\": \"\\u00E9\"\n}\n", "");
    json_decref(object);
}

static void warnings_are_no_errors(void **state)
{
    json_t *answer = parse("{\"warnings\":[{\"code\":\"w\",\"message\":\"Spaces were removed.\","
                           "\"line\":1,\"column\":1,\"length\":1}]}");
    const struct rw_cli_source source = {"request", RW_LIT("{}")};
    struct shown s;

    (void)state;
    begin(&s);
    rw_cli_show_warnings(&s.cli, answer, &source);
    s.cli.quiet = true;
    rw_cli_show_warnings(&s.cli, answer, &source);
    end(&s, "", "request:1:1: warning: Spaces were removed. [w]\n    1 | {}\n      | ^\n");
    json_decref(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_looks_as_a_compiler_shows_it),
        cmocka_unit_test(a_missing_fact_is_named),
        cmocka_unit_test(the_caret_stands_under_the_place),
        cmocka_unit_test(a_word_has_its_text_beside_the_mark),
        cmocka_unit_test(long_lines_are_shown_around_the_caret),
        cmocka_unit_test(what_has_no_place_says_where_by_its_pointer),
        cmocka_unit_test(other_forms_of_refusal_are_shown_too),
        cmocka_unit_test(hostile_texts_reach_no_terminal_raw),
        cmocka_unit_test(tables_are_aligned),
        cmocka_unit_test(an_object_shows_what_it_has),
        cmocka_unit_test(without_a_terminal_it_is_json),
        cmocka_unit_test(warnings_are_no_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
