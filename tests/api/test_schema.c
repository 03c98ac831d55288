/* Each keyword of a schema, each fault it can find, in the words that a client reads. */
#include "api/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const colours[] = {"red", "green", "dark blue", NULL};
static const char *const only[] = {"outbound", NULL};

static const struct rw_schema text = {.type = RW_TYPE_STRING};
static const struct rw_schema any = {.type = RW_TYPE_ANY};
static const struct rw_schema whole = {.type = RW_TYPE_INTEGER};
static const struct rw_schema size = {.type = RW_TYPE_INTEGER,
                                      .has_minimum = true,
                                      .minimum = 1,
                                      .has_maximum = true,
                                      .maximum = 500};
static const struct rw_schema least = {.type = RW_TYPE_NUMBER, .has_minimum = true, .minimum = 0.5};
static const struct rw_schema flag = {.type = RW_TYPE_BOOLEAN};
static const struct rw_schema colour = {.type = RW_TYPE_STRING, .values = colours};
static const struct rw_schema kind = {.type = RW_TYPE_STRING, .values = only};
static const struct rw_schema name = {.type = RW_TYPE_STRING, .length_min = 2, .length_max = 5};
static const struct rw_schema uuid = {.type = RW_TYPE_STRING, .format = RW_FORMAT_UUID};
static const struct rw_schema uri = {.type = RW_TYPE_STRING, .format = RW_FORMAT_URI};
static const struct rw_schema when = {.type = RW_TYPE_STRING, .format = RW_FORMAT_DATE_TIME};
static const struct rw_schema token = {
    .type = RW_TYPE_STRING, .format = RW_FORMAT_TOKEN, .length_max = 8};
static const struct rw_schema digits = {.type = RW_TYPE_STRING, .format = RW_FORMAT_DIGITS};
static const struct rw_schema list = {
    .type = RW_TYPE_ARRAY, .items = &text, .length_min = 1, .length_max = 3};
static const struct rw_schema_member address_members[] = {
    {.name = "phoneNumber", .schema = &text, .required = true},
    {.name = "label", .schema = &text},
};
static const struct rw_schema address = {
    .type = RW_TYPE_OBJECT, .members = address_members, .member_count = 2};
static const struct rw_schema people = {.type = RW_TYPE_ARRAY, .items = &address};
static const struct rw_schema pairs = {.type = RW_TYPE_OBJECT, .open = true, .extra = &text};
static const struct rw_schema open_object = {.type = RW_TYPE_OBJECT, .open = true};
static const struct rw_schema_member all_members[] = {
    {.name = "kind", .schema = &kind, .required = true},
    {.name = "to", .schema = &address},
    {.name = "text", .schema = &text},
    {.name = "any", .schema = &any},
    {.name = "whole", .schema = &whole},
    {.name = "size", .schema = &size},
    {.name = "least", .schema = &least},
    {.name = "flag", .schema = &flag},
    {.name = "colour", .schema = &colour},
    {.name = "name", .schema = &name},
    {.name = "uuid", .schema = &uuid},
    {.name = "uri", .schema = &uri},
    {.name = "when", .schema = &when},
    {.name = "token", .schema = &token},
    {.name = "digits", .schema = &digits},
    {.name = "list", .schema = &list},
    {.name = "people", .schema = &people},
    {.name = "pairs", .schema = &pairs},
    {.name = "open", .schema = &open_object},
    {.name = "id", .schema = &text, .read_only = true},
    {.name = "secret", .schema = &text, .write_only = true},
    {.name = "maybe", .schema = &text, .nullable = true},
    {.name = "old", .schema = &text, .ignored = true},
    {.name = "queue", .schema = &text, .refused = "there are no queues"},
};
static const struct rw_schema all = {.type = RW_TYPE_OBJECT,
                                     .members = all_members,
                                     .member_count = sizeof(all_members) / sizeof(*all_members)};

/* What is refused in the body {"kind":"outbound", ...more}. Of several faults, the first. */
static const struct {
    const char *more, *code, *pointer, *message, *found, *expected, *suggestion;
    int32_t column, length;
} refused[] = {
    {"\"text\":6591234567", "body.wrong_type", "/text", "text must be text, not a number",
     "6591234567 (a number)", "text in double quotes", "\"6591234567\"", 27, 10},
    {"\"text\":true", "body.wrong_type", "/text", "text must be text, not true", "true (true)",
     "text in double quotes", "\"true\"", 27, 4},
    {"\"text\":{}", "body.wrong_type", "/text", "text must be text, not an object",
     "{} (an object)", "text in double quotes", "", 27, 2},
    {"\"text\":[1]", "body.wrong_type", "/text", "text must be text, not an array",
     "[...] (an array)", "text in double quotes", "", 27, 3},
    {"\"text\":null", "body.null_member", "/text", "text may not be null", "null",
     "text in double quotes", "leave the member out", 27, 4},
    {"\"whole\":\"5\"", "body.wrong_type", "/whole", "whole must be a whole number, not text",
     "\"5\" (text)", "a whole number", "5", 28, 3},
    {"\"whole\":\"five\"", "body.wrong_type", "/whole", "whole must be a whole number, not text",
     "\"five\" (text)", "a whole number", "", 28, 6},
    {"\"whole\":5.0", "body.wrong_type", "/whole", "whole must be a whole number, not a fraction",
     "5 (a fraction)", "a whole number", "5", 28, 3},
    {"\"whole\":5.5", "body.wrong_type", "/whole", "whole must be a whole number, not a fraction",
     "5.5 (a fraction)", "a whole number", "", 28, 3},
    {"\"size\":0", "body.out_of_range", "/size", "size is out of range", "0",
     "a whole number from 1 to 500", "1", 27, 1},
    {"\"size\":501", "body.out_of_range", "/size", "size is out of range", "501",
     "a whole number from 1 to 500", "500", 27, 3},
    {"\"least\":0.25", "body.out_of_range", "/least", "least is out of range", "0.25",
     "a number of at least 0.5", "0.5", 28, 4},
    {"\"flag\":\"true\"", "body.wrong_type", "/flag", "flag must be true or false, not text",
     "\"true\" (text)", "true or false", "true", 27, 6},
    {"\"flag\":1", "body.wrong_type", "/flag", "flag must be true or false, not a number",
     "1 (a number)", "true or false", "", 27, 1},
    {"\"colour\":\"Dark-Blue\"", "body.bad_enum", "/colour",
     "colour has none of the values it can have", "\"Dark-Blue\"", "one of red, green, dark blue",
     "\"dark blue\"", 29, 11},
    {"\"colour\":\"grene\"", "body.bad_enum", "/colour",
     "colour has none of the values it can have", "\"grene\"", "one of red, green, dark blue",
     "\"green\"", 29, 7},
    {"\"colour\":\"yellow\"", "body.bad_enum", "/colour",
     "colour has none of the values it can have", "\"yellow\"", "one of red, green, dark blue", "",
     29, 8},
    {"\"name\":\"\"", "body.too_short", "/name", "name is empty", "\"\"",
     "text in double quotes, 2 to 5 characters", "", 27, 2},
    {"\"name\":\"x\"", "body.too_short", "/name", "name is too short", "\"x\"",
     "text in double quotes, 2 to 5 characters", "", 27, 3},
    {"\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"", "body.too_long", "/name",
     "name is too long", "6 characters", "text in double quotes, 2 to 5 characters", "", 27, 8},
    {"\"uuid\":\"123\"", "body.bad_format", "/uuid", "uuid does not have the right form", "\"123\"",
     "a UUID, as in 123e4567-e89b-12d3-a456-426614174000", "", 27, 5},
    {"\"uri\":\"no uri\"", "body.bad_format", "/uri", "uri does not have the right form",
     "\"no uri\"", "a URI, as in https://example.com/ or sip:desk@192.0.2.7", "", 26, 8},
    {"\"when\":\"2026-02-29T00:00:00Z\"", "body.bad_format", "/when",
     "when does not have the right form", "\"2026-02-29T00:00:00Z\"",
     "a time, as in 2026-11-23T17:44:07.123Z", "", 27, 22},
    {"\"token\":\"a b\"", "body.bad_format", "/token", "token does not have the right form",
     "\"a b\"", "letters, digits, '.', '_' and '-', at most 8 characters", "", 28, 5},
    {"\"digits\":\"12a\"", "body.bad_format", "/digits", "digits does not have the right form",
     "\"12a\"", "digits in double quotes", "", 29, 5},
    {"\"list\":\"x\"", "body.wrong_type", "/list", "list must be an array, not text",
     "\"x\" (text)", "an array, each entry text", "[\"x\"]", 27, 3},
    {"\"list\":[]", "body.too_few_items", "/list", "list has too few entries", "0", "at least 1",
     "", 27, 2},
    {"\"list\":[\"\",\"\",\"\",\"\"]", "body.too_many_items", "/list", "list has too many entries",
     "4", "at most 3", "", 27, 13},
    {"\"list\":[\"a\",2]", "body.wrong_type", "/list/1", "1 must be text, not a number",
     "2 (a number)", "text in double quotes", "\"2\"", 32, 1},
    {"\"to\":\"+65\"", "body.wrong_type", "/to", "to must be an object, not text", "\"+65\" (text)",
     "an object with the member phoneNumber", "{\"phoneNumber\": \"+65\"}", 25, 5},
    {"\"to\":{}", "body.missing_member", "/to/phoneNumber", "the member phoneNumber is missing",
     "no member of this name", "text in double quotes", "", 26, 0},
    {"\"to\":{\"phoneNumber\":\"\",\"phone\":1}", "body.unknown_member", "/to/phone",
     "there is no member phone here", "\"phone\"", "one of phoneNumber, label", "", 43, 7},
    {"\"to\":{\"phone_number\":\"\",\"phoneNumber\":\"\"}", "body.unknown_member",
     "/to/phone_number", "there is no member phone_number here", "\"phone_number\"",
     "one of phoneNumber, label", "", 26,
     14}, /* the right one is there as well, so it was not meant */
    {"\"people\":[{\"phoneNumber\":\"1\"},{\"phoneNumber\":2}]", "body.wrong_type",
     "/people/1/phoneNumber", "phoneNumber must be text, not a number", "2 (a number)",
     "text in double quotes", "\"2\"", 65, 1},
    {"\"pairs\":{\"a\":\"\",\"b\":7}", "body.wrong_type", "/pairs/b",
     "b must be text, not a number", "7 (a number)", "text in double quotes", "\"7\"", 40, 1},
    {"\"id\":\"7\"", "body.read_only", "/id", "id is set by the server only", "\"id\": \"7\"",
     "a request without this member", "", 20, 4},
    {"\"queue\":\"7\"", "body.not_supported", "/queue",
     "queue is not supported: there are no queues", "\"queue\": \"7\"",
     "a request without this member", "", 20, 7},
    {"\"colur\":\"red\"", "body.unknown_member", "/colur", "there is no member colur here",
     "\"colur\"", NULL, "\"colour\"", 20, 7},
    {"\"a/b~c\":1", "body.unknown_member", "/a~1b~0c", "there is no member a/b~c here", "\"a/b~c\"",
     NULL, "", 20, 7},
    {"\"x\\u202cy\":1", "body.unknown_member", "/x\\u{202C}y",
     "there is no member x\\u{202C}y here", "\"x\\u{202C}y\"", NULL, "", 20, 10},
};

static struct rw_faults faults, warnings;

static void check(const char *body, enum rw_schema_direction direction)
{
    json_t *value = json_loads(body, 0, NULL);

    if (!value)
        fail_msg("the test's body is no JSON: %s", body);
    faults.count = faults.dropped = warnings.count = warnings.dropped = 0;
    rw_schema_check(&all, value, direction, &faults, &warnings);
    rw_schema_locate(rw_slice_str(body), &faults);
    rw_schema_locate(rw_slice_str(body), &warnings);
    json_decref(value);
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        const struct rw_err *err = &faults.at[0];
        char body[300];

        (void)snprintf(body, sizeof(body), "{\"kind\":\"outbound\",%s}", refused[i].more);
        check(body, RW_SCHEMA_REQUEST);
        if (faults.count != 1)
            fail_msg("%s: %u faults", body, faults.count);
        if (strcmp(err->code, refused[i].code) != 0 || err->line != 1 ||
            err->column != refused[i].column || err->length != refused[i].length)
            fail_msg("%s: %s at column %d, length %d", body, err->code, err->column, err->length);
        assert_string_equal(err->pointer, refused[i].pointer);
        assert_string_equal(err->message, refused[i].message);
        assert_string_equal(err->found, refused[i].found);
        if (refused[i].expected)
            assert_string_equal(err->expected, refused[i].expected);
        assert_string_equal(err->suggestion, refused[i].suggestion);
        assert_int_equal(err->class, RW_MALFORMED);
    }
}

static const char *const accepted[] = {
    "\"text\":\"\"",
    "\"any\":[{\"x\":null}]",
    "\"any\":7",
    "\"whole\":-7",
    "\"size\":1",
    "\"size\":500",
    "\"least\":0.5",
    "\"least\":7",
    "\"flag\":false",
    "\"colour\":\"dark blue\"",
    "\"name\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"",
    "\"uuid\":\"123e4567-E89B-12d3-a456-426614174000\"",
    "\"uri\":\"sip:desk@192.0.2.7:5060\"",
    "\"uri\":\"https://example.com/?q=%20\"",
    "\"when\":\"2024-02-29T23:59:60Z\"",
    "\"when\":\"2026-11-23T17:44:07.123456+05:30\"",
    "\"token\":\"A-b_c.9\"",
    "\"digits\":\"0123456789\"",
    "\"list\":[\"\"]",
    "\"list\":[\"a\",\"b\",\"c\"]",
    "\"people\":[]",
    "\"pairs\":{\"whatever\":\"\"}",
    "\"open\":{\"whatever\":[null]}",
    "\"maybe\":null",
    "\"secret\":\"x\"",
    "\"to\":{\"phoneNumber\":\"+6591234567\",\"label\":\"x\"}",
};

static void test_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++) {
        char body[300];

        (void)snprintf(body, sizeof(body), "{\"kind\":\"outbound\",%s}", accepted[i]);
        check(body, RW_SCHEMA_REQUEST);
        if (faults.count || warnings.count)
            fail_msg("%s: %s %s", body, faults.at[0].code, faults.at[0].message);
    }
}

static const char *const bad_times[] = {
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",  "2026-04-31T00:00:00Z",
    "2100-02-29T00:00:00Z", "2026-01-01T24:00:00Z",  "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:61Z", "2026-01-01T00:00:00",   "2026-01-01 00:00:00Z",
    "2026-01-01T00:00Z",    "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+5",
    "2026-01-01",           "2026-01-01T00:00:00Zz", "",
    "2026-1-1T00:00:00Z",
};
static const char *const bad_uris[] = {"",    ":",     "x:",         "7x:y",
                                       "-:x", "x y:z", "http://a b", "x:\xc3\xa9"};

static void test_formats(void **state)
{
    char body[300];

    (void)state;
    for (size_t i = 0; i < sizeof(bad_times) / sizeof(*bad_times); i++) {
        (void)snprintf(body, sizeof(body), "{\"kind\":\"outbound\",\"when\":\"%s\"}", bad_times[i]);
        check(body, RW_SCHEMA_REQUEST);
        if (faults.count != 1 || strcmp(faults.at[0].code, "body.bad_format") != 0)
            fail_msg("accepted: %s", body);
    }
    for (size_t i = 0; i < sizeof(bad_uris) / sizeof(*bad_uris); i++) {
        (void)snprintf(body, sizeof(body), "{\"kind\":\"outbound\",\"uri\":\"%s\"}", bad_uris[i]);
        check(body, RW_SCHEMA_REQUEST);
        if (faults.count != 1 || strcmp(faults.at[0].code, "body.bad_format") != 0)
            fail_msg("accepted: %s", body);
    }
}

/* Missing members come first, then what is there in its order; nothing hides anything. */
static void test_every_fault_at_once(void **state)
{
    static const struct {
        const char *code, *pointer;
    } expected[] = {
        {"body.missing_member", "/kind"},           {"body.wrong_type", "/text"},
        {"body.missing_member", "/to/phoneNumber"}, {"body.unknown_member", "/to/number"},
        {"body.unknown_member", "/extra"},          {"body.out_of_range", "/size"},
    };

    (void)state;
    check("{\"text\":1,\"to\":{\"number\":\"x\"},\n \"extra\":null,\"size\":9999,\"old\":\"x\"}",
          RW_SCHEMA_REQUEST);
    assert_int_equal(faults.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(faults.at[i].code, expected[i].code);
        assert_string_equal(faults.at[i].pointer, expected[i].pointer);
        assert_true(faults.at[i].line > 0);
    }
    assert_string_equal(faults.at[0].suggestion, "\"kind\": \"outbound\"");
    assert_int_equal(faults.at[4].line, 2);
    assert_int_equal(warnings.count, 1);
    assert_string_equal(warnings.at[0].code, "body.ignored_member");
    assert_string_equal(warnings.at[0].message, "old was accepted but has no effect");
    assert_int_equal(warnings.at[0].line, 2);
}

static void test_more_faults_than_fit(void **state)
{
    char body[2000] = "{\"kind\":\"outbound\",\"open\":{}";

    (void)state;
    for (unsigned i = 0; i < RW_FAULTS_MAX + 5; i++)
        (void)snprintf(body + strlen(body), sizeof(body) - strlen(body), ",\"unknown%u\":0", i);
    (void)strcat(body, "}");
    check(body, RW_SCHEMA_REQUEST);
    assert_int_equal(faults.count, RW_FAULTS_MAX);
    assert_int_equal(faults.dropped, 5);
}

/* An answer of ours may have what a request may not, but not what only requests have. */
static void test_response(void **state)
{
    (void)state;
    check("{\"kind\":\"outbound\",\"id\":\"7\",\"queue\":\"7\",\"old\":\"x\"}", RW_SCHEMA_RESPONSE);
    assert_int_equal(faults.count, 0);
    assert_int_equal(warnings.count, 0);
    check("{\"kind\":\"outbound\",\"secret\":\"7\"}", RW_SCHEMA_RESPONSE);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.at[0].code, "body.unknown_member");
}

static void test_outermost(void **state)
{
    json_t *value = json_array();

    (void)state;
    faults.count = faults.dropped = 0;
    rw_schema_check(&all, value, RW_SCHEMA_REQUEST, &faults, NULL);
    rw_schema_locate(RW_LIT(" []"), &faults);
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.at[0].message, "the body must be an object, not an array");
    assert_string_equal(faults.at[0].pointer, "");
    assert_int_equal(faults.at[0].column, 2);
    json_decref(value);
}

static void test_near(void **state)
{
    static const struct {
        const char *meant, *written;
    } pairs_of[] = {
        {"phoneNumber", "phonenumber"},
        {"phoneNumber", "phone_number"},
        {"phoneNumber", "phoneNumbr"},
        {"phoneNumber", "phoneNubmer"},
        {"to", "To"},
        {"callType", "call-type"},
        {"callType", "caltype"},
        {NULL, "destination"},
        {NULL, ""},
        {NULL, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
    };
    static const char *const words[] = {"phoneNumber", "to", "callType", NULL};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs_of) / sizeof(*pairs_of); i++) {
        const char *near = rw_schema_near(words, rw_slice_str(pairs_of[i].written));

        if (!pairs_of[i].meant)
            assert_null(near);
        else
            assert_string_equal(near ? near : "", pairs_of[i].meant);
    }
}

/* The same schemas judge what comes as text. */
static void test_texts(void **state)
{
    static const struct {
        const struct rw_schema *schema;
        const char *text;
        bool good;
    } cases[] = {
        {&size, "25", true},    {&size, "0", false},    {&size, "501", false},
        {&size, "", false},     {&size, "1e2", false},  {&size, "+1", false},
        {&size, "2.0", false},  {&size, "-", false},    {&flag, "true", true},
        {&flag, "1", false},    {&flag, "True", false}, {&flag, "", false},
        {&least, "0.5", true},  {&least, "nan", false}, {&least, "0.4", false},
        {&least, "inf", false}, {&colour, "red", true}, {&colour, "RED", false},
        {&name, "abc", true},   {&name, "a", false},    {&size, "99999999999999999999", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        faults.count = faults.dropped = 0;
        rw_schema_check_text(cases[i].schema, rw_slice_str(cases[i].text), "?it", &faults);
        if (faults.count != !cases[i].good)
            fail_msg("%zu: %s", i, cases[i].text);
        if (faults.count) {
            assert_string_equal(faults.at[0].code, "request.bad_parameter");
            assert_string_equal(faults.at[0].pointer, "?it");
            assert_true(faults.at[0].message[0] && faults.at[0].expected[0]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_every_fault_at_once),
        cmocka_unit_test(test_more_faults_than_fit),
        cmocka_unit_test(test_response),
        cmocka_unit_test(test_outermost),
        cmocka_unit_test(test_near),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
