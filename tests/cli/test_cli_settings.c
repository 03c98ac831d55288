/* Settings by name: what --set makes of a body, and what is shown of an object. */
#include "cli/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* What `set` makes of {"sip":{"host":"h"}}; NULL expected: it is refused. */
static void check(const char *set, const char *expected)
{
    json_t *body = json_pack("{s:{s:s}}", "sip", "host", "h");
    char *said = NULL, *text;
    size_t size;
    struct rw_cli cli = {.err = open_memstream(&said, &size)};
    bool ok = rw_cli_settings_set(&cli, set, body);

    (void)fclose(cli.err);
    text = json_dumps(body, JSON_COMPACT);
    if (expected)
        assert_string_equal(text, expected);
    assert_int_equal(ok, expected != NULL);
    assert_int_equal(size != 0, expected == NULL);
    free(text);
    free(said);
    json_decref(body);
}

static void values_are_put_where_their_names_lead(void **state)
{
    (void)state;
    check(NULL, "{\"sip\":{\"host\":\"h\"}}");
    check("sip.port=0", "{\"sip\":{\"host\":\"h\",\"port\":0}}");
    check("sip.host=a.example,limits.channels=30",
          "{\"sip\":{\"host\":\"a.example\"},\"limits\":{\"channels\":30}}");
    check("answerTimeoutMs=9000,a.b=true,a.c=null",
          "{\"sip\":{\"host\":\"h\"},\"answerTimeoutMs\":9000,\"a\":{\"b\":true,\"c\":null}}");
    check("a.number=\"4711\",a.plus=+65",
          "{\"sip\":{\"host\":\"h\"},\"a\":{\"number\":\"4711\",\"plus\":\"+65\"}}");
    check("a.empty=", "{\"sip\":{\"host\":\"h\"},\"a\":{\"empty\":null}}");
}

static void a_comma_makes_a_list(void **state)
{
    (void)state;
    check("media.codecs=PCMA,PCMU,b.c=1",
          "{\"sip\":{\"host\":\"h\"},\"media\":{\"codecs\":[\"PCMA\",\"PCMU\"]},\"b\":{\"c\":1}}");
    check("media.codecs=PCMA,", "{\"sip\":{\"host\":\"h\"},\"media\":{\"codecs\":[\"PCMA\"]}}");
}

static void what_is_no_setting_is_refused(void **state)
{
    (void)state;
    check("", NULL);
    check("channels", NULL);
    check("=3", NULL);
    check(",a=1", NULL);
    check("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=1", NULL);
}

static void every_member_of_a_group_is_shown(void **state)
{
    static const struct rw_cli_column columns[] = {
        {"name", "name"}, {"host", "sip.host"}, {NULL, NULL}};
    json_t *object = json_pack("{s:s, s:{s:s, s:i}, s:{s:s}, s:{s:b}}", "name", "One", "sip",
                               "host", "h", "port", 0, "edge", "id", "1", "limits", "on", 1);
    char *shown = NULL;
    size_t size;
    struct rw_cli cli = {.terminal = true, .out = open_memstream(&shown, &size)};

    (void)state;
    rw_cli_settings_show(&cli, object, columns);
    (void)fclose(cli.out);
    assert_string_equal(shown, "name       One\nhost       h\nsip.port   0\nlimits.on  yes\n");
    free(shown);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_put_where_their_names_lead),
        cmocka_unit_test(a_comma_makes_a_list),
        cmocka_unit_test(what_is_no_setting_is_refused),
        cmocka_unit_test(every_member_of_a_group_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
