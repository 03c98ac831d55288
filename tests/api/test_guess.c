/* What people write instead of the documented forms, and what is understood of it. */
#include "../test.h"

#include "api/explain.h"
#include "api/meant.h"
#include "api/order.h"
#include "api/placeholder.h"
#include "base/mem.h"
#include "json/locate.h"
#include "json/read.h"

static json_t *parse(const char *body)
{
    struct rw_err err;
    json_t *tree;

    assert_int_equal(rw_json_read(rw_slice_str(body), NULL, &tree, &err), RW_OK);
    return tree;
}

static void assert_text(const char *body, struct rw_slice found, const char *expected)
{
    if (expected ? !rw_slice_eq(found, rw_slice_str(expected)) : found.p != NULL)
        fail_msg("%s: found \"%.*s\", not \"%s\"", body, RW_SLICE_ARG(found),
                 expected ? expected : "(none)");
}

/* What a body is read as; everything that was found stands where it is said to. */
static void read_body(const char *text, struct rw_arena *arena, json_t **ret_body,
                      struct rw_guess *ret_guess, struct rw_meant *ret)
{
    struct rw_json_place place;

    *ret_body = parse(text);
    assert_true(rw_guess_read(*ret_body, arena, ret_guess));
    for (uint32_t i = 0; i < ret_guess->count; i++)
        if (!rw_json_locate(rw_slice_str(text), ret_guess->at[i].at, &place, NULL))
            fail_msg("%s: nothing at %s", text ? text : "", ret_guess->at[i].at);
    rw_meant_choose(ret_guess, *ret_body, ret);
}

#define A "+6591234567"
#define B "+6561234567"

static const struct {
    const char *body, *to, *to_at, *from, *provider;
} meant[] = {
    /* the documented forms */
    {"{\"to\":{\"phoneNumber\":\"+1\"}}", "+1", "/to/phoneNumber", NULL, NULL},
    {"{\"to\":null,\"phoneNumber\":\"+1\"}", "+1", "/phoneNumber", NULL, NULL},
    {"{\"phoneNumber\":\"+1\",\"callerId\":\"+2\",\"providerId\":\"p\"}", "+1", "/phoneNumber",
     "+2", "p"},

    /* other types */
    {"{\"to\":\"+1\",\"from\":\"+2\"}", "+1", "/to", "+2", NULL},
    {"{\"to\":6591234567}", "6591234567", "/to", NULL, NULL},
    {"{\"to\":{\"phoneNumber\":6591234567.0}}", "6591234567", "/to/phoneNumber", NULL, NULL},
    {"{\"to\":4.47900E+11}", "4.47900E+11", "/to", NULL, NULL},
    {"{\"to\":6591234567.5}", "6.59123E+09", "/to", NULL, NULL},
    {"{\"to\":[{\"address\":\"tel:+1\",\"type\":\"phone\"}]}", "tel:+1", "/to/0/address", NULL,
     NULL},
    {"{\"to\":{\"phoneNumber\":{\"number\":\"+1\"}}}", "+1", "/to/phoneNumber/number", NULL, NULL},
    {"{\"to\":{\"phoneNumber\":[\"+1\"]}}", "+1", "/to/phoneNumber/0", NULL, NULL},
    {"[{\"to\":\"+1\"}]", "+1", "/0/to", NULL, NULL},

    /* other names */
    {"{\"toAddress\":{\"phoneNumber\":\"+1\"},\"fromAddress\":{\"phoneNumber\":\"+2\"}}", "+1",
     "/toAddress/phoneNumber", "+2", NULL},
    {"{\"callee\":\"+1\",\"callerId\":\"+2\"}", "+1", "/callee", "+2", NULL},
    {"{\"targets\":[{\"phoneNumber\":\"+1\",\"id\":\"x\"}],\"from\":{\"id\":\"u\"}}", "+1",
     "/targets/0/phoneNumber", NULL, NULL},
    {"{\"participants\":[{\"to\":{\"phoneNumber\":\"+1\"},\"from\":{\"phoneNumber\":\"+2\"}}]}",
     "+1", "/participants/0/to/phoneNumber", "+2", NULL},
    {"{\"participants\":[{\"address\":\"+1\"}]}", "+1", "/participants/0/address", NULL, NULL},
    {"{\"participants\":[{\"purpose\":\"agent\",\"address\":\"+2\"},"
     "{\"purpose\":\"customer\",\"address\":\"+1\"}]}",
     "+1", "/participants/1/address", NULL, NULL},
    {"{\"addresses\":[{\"uri\":\"sip:+1@x\"}]}", "sip:+1@x", "/addresses/0/uri", NULL, NULL},
    {"{\"phone\":\"+1\"}", "+1", "/phone", NULL, NULL},
    {"{\"number\":\"+1\"}", "+1", "/number", NULL, NULL},
    {"{\"destination\":\"+1\"}", "+1", "/destination", NULL, NULL},
    {"{\"to_number\":\"+1\",\"from_number\":\"+2\",\"sip_trunk_id\":\"p\"}", "+1", "/to_number",
     "+2", "p"},
    {"{\"to\":\"+1\",\"provider\":{\"id\":\"p\",\"name\":\"q\"}}", "+1", "/to", NULL, "p"},
    {"{\"call\":{\"to\":\"+1\",\"from\":\"+2\"}}", "+1", "/call/to", "+2", NULL},

    /* misspelt */
    {"{\"To\":{\"phonenumber\":\"+1\"},\"form\":{\"phone_nubmer\":\"+2\"}}", "+1",
     "/To/phonenumber", "+2", NULL},
    {"{\"phonNumber\":\"+1\",\"calerId\":\"+2\"}", "+1", "/phonNumber", "+2", NULL},
    {"{\"to\":{\"phone/Number\":\"+1\"}}", "+1", "/to/phone~1Number", NULL, NULL},
    {"{\"to\":\"+1\",\"callerIdName\":\"+2\",\"caller_id_name\":\"+2\"}", "+1", "/to", NULL, NULL},

    /* nearer before farther, a number before what is none */
    {"{\"contact\":{\"phone\":\"" B "\"},\"to\":\"" A "\"}", A, "/to", NULL, NULL},
    {"{\"contact\":{\"phone\":\"" B "\"},\"to\":\"{{number}}\"}", B, "/contact/phone", NULL, NULL},
    {"{\"contact\":{\"phone\":\"" B "\"},\"to\":\"2000\"}", "2000", "/to", NULL, NULL},
    {"{\"to\":\"" A "\",\"phoneNumber\":\"6591234567\"}", A, "/to", NULL, NULL},

    /* nothing, or nobody can say */
    {"{\"to\":[\"" A "\",\"" B "\"]}", NULL, "/to/phoneNumber", NULL, NULL},
    {"{\"to\":\"" A "\",\"phoneNumber\":\"" B "\"}", NULL, "/to/phoneNumber", NULL, NULL},
    {"{\"to\":\"{{number}}\"}", NULL, "/to/phoneNumber", NULL, NULL},
    {"{\"name\":\"nobody\"}", NULL, "/to/phoneNumber", NULL, NULL},
    {"{\"attributes\":{\"to\":\"" A "\"},\"metadata\":{\"from\":\"" B "\"}}", NULL,
     "/to/phoneNumber", NULL, NULL},
    {"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"to\":\"+1\"}}}}}}}}}", NULL,
     "/to/phoneNumber", NULL, NULL},
    {"[1]", NULL, "/to/phoneNumber", NULL, NULL},

    /* a user is no caller id */
    {"{\"to\":\"+1\",\"from\":{\"id\":\"u\",\"name\":\"Ann\"}}", "+1", "/to", NULL, NULL},
    {"{\"to\":\"+1\",\"from\":{\"address\":\"+2\",\"type\":\"agent\"}}", "+1", "/to", NULL, NULL},
    {"{\"to\":\"+1\",\"from\":{\"phoneNumber\":\"+2\",\"type\":\"agent\"}}", "+1", "/to", "+2",
     NULL},
    {"{\"to\":\"+1\",\"agentId\":\"+2\"}", "+1", "/to", NULL, NULL},
};

static void test_meant(void **state)
{
    static struct rw_guess guess;

    (void)state;
    for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++) {
        struct rw_arena arena;
        struct rw_meant found;
        json_t *body;

        rw_arena_init(&arena, 4096);
        read_body(meant[i].body, &arena, &body, &guess, &found);
        assert_text(meant[i].body, found.wish.to, meant[i].to);
        assert_string_equal(found.wish.to_at, meant[i].to_at);
        assert_text(meant[i].body, found.wish.from, meant[i].from);
        assert_text(meant[i].body, found.wish.provider_id, meant[i].provider);
        rw_arena_done(&arena);
        json_decref(body);
    }
}

/* ------------------------------------------------------------------ what is said beside */

static void unknown(struct rw_faults *faults, const char *code, const char *pointer)
{
    struct rw_err err;

    rw_fail(&err, RW_MALFORMED, code, "form");
    rw_err_at(&err, pointer, -1, 0);
    rw_faults_add(faults, &err);
}

/* The faults of form that a schema would find, and what becomes of them: "code pointer suggestion". */
static const struct {
    const char *body;
    const char *form[3][2];
    const char *expected[5];
} explained[] = {
    {"{\"from\":\"6561234567\",\"to\":[{\"address\":\"6591234567\"}]}",
     {{"body.wrong_type", "/from"}, {"body.wrong_type", "/to"}},
     {"body.wrong_type /to {\"phoneNumber\": \"+6591234567\"}",
      "body.wrong_type /from {\"phoneNumber\": \"+6561234567\"}"}},
    {"{\"x\":1,\"callee\":\"" A "\"}",
     {{"body.unknown_member", "/x"},
      {"body.unknown_member", "/callee"},
      {"call.destination_missing", "/to/phoneNumber"}},
     {"body.unknown_member /callee \"to\": {\"phoneNumber\": \"+6591234567\"}",
      "call.destination_missing /to/phoneNumber \"to\": {\"phoneNumber\": \"+6591234567\"}",
      "body.unknown_member /x "}},
    {"{\"to\":{\"name\":\"n\",\"uri\":\"" A "\"}}",
     {{"body.missing_member", "/to/phoneNumber"},
      {"body.unknown_member", "/to/name"},
      {"body.unknown_member", "/to/uri"}},
     {"body.unknown_member /to/uri \"phoneNumber\": \"+6591234567\"",
      "body.missing_member /to/phoneNumber \"phoneNumber\": \"+6591234567\"",
      "body.unknown_member /to/name "}},
    {"{\"to\":\"" A "\",\"from\":{\"id\":\"agent_id_here\"},\"contact\":{\"phone\":\"12\"}}",
     {{"body.missing_member", "/from/phoneNumber"}},
     {"address.short_code /contact/phone ",
      "body.missing_member /from/phoneNumber leave `from` out", "body.placeholder /from/id "}},
    {"{\"to\":[\"" A "\",\"" B "\"],\"userId\":\"abc-123\",\"queue\":{\"id\":\"<id>\"}}",
     {{"body.wrong_type", "/to"}},
     {"body.wrong_type /to ", "call.destination_ambiguous  ", "body.bad_id /userId ",
      "body.placeholder /queue/id "}},
    {"{\"to\":6591234567}",
     {{"body.wrong_type", "/to"}},
     {"body.wrong_type /to {\"phoneNumber\": \"+6591234567\"}"}},
    {"{\"phoneNumber\":6591234567}",
     {{"body.wrong_type", "/phoneNumber"}},
     {"body.wrong_type /phoneNumber \"+6591234567\""}},
    {"{\"to\":\"" A "\",\"providerId\":\"your-provider-id\",\"provider\":\"{{p}}\"}",
     {{"provider.not_found", "/providerId"}},
     {"body.placeholder /providerId ", "body.placeholder /provider "}},
    {"{\"externalContactId\":\"your-id\",\"callUserId\":\"" A "\"}",
     {{"body.not_supported", "/callUserId"}},
     {"body.not_supported /callUserId ", "body.bad_id /callUserId "}},
};

static void test_explained(void **state)
{
    static struct rw_guess guess;
    static struct rw_faults faults, warnings;

    (void)state;
    for (size_t i = 0; i < sizeof(explained) / sizeof(explained[0]); i++) {
        struct rw_arena arena;
        struct rw_meant found;
        uint32_t count = 0;
        json_t *body;

        rw_arena_init(&arena, 4096);
        faults.count = warnings.count = 0;
        for (size_t k = 0; k < 3 && explained[i].form[k][0]; k++)
            unknown(&faults, explained[i].form[k][0], explained[i].form[k][1]);
        read_body(explained[i].body, &arena, &body, &guess, &found);
        rw_explain(&guess, &found, true, &faults, &warnings);
        rw_order_faults(body, &guess, &found, &faults);
        while (count < 5 && explained[i].expected[count])
            count++;
        for (uint32_t k = 0; k < faults.count; k++) {
            const struct rw_err *err = &faults.at[k];
            char line[400];

            (void)snprintf(line, sizeof(line), "%s %s %s", err->code, err->pointer,
                           err->suggestion);
            if (k >= count || strcmp(line, explained[i].expected[k]) != 0)
                fail_msg("%s\n%u: %s", explained[i].body, k, line);
        }
        assert_int_equal(faults.count, count);
        rw_arena_done(&arena);
        json_decref(body);
    }
}

static void test_placeholders(void **state)
{
    static const char *const yes[] = {"your-user-id",
                                      "agent_id_here",
                                      "my_queue_id_here",
                                      "target-contact-id-or-null",
                                      "{{queue_id}}",
                                      "<uuid>",
                                      "${id}",
                                      "xxxxxxxx-xxxx",
                                      "null",
                                      "example",
                                      "optional_campaign_id"};
    static const char *const no[] = {"",
                                     "default",
                                     "12345-abcde-67890",
                                     "abc-123-def-456",
                                     "camp-abc-123",
                                     "reception",
                                     "x",
                                     "myth",
                                     "id-7",
                                     "sales-phone",
                                     "none-of-those",
                                     "0192f000-0000-7000-8000-0000000000a1"};

    (void)state;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        if (!rw_placeholder(rw_slice_str(yes[i])))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        if (rw_placeholder(rw_slice_str(no[i])))
            fail_msg("%s", no[i]);
}

/* ------------------------------------------------------------------ bounds */

static void test_more_than_there_is_room_for(void **state)
{
    static struct rw_guess guess;
    json_t *body = json_object(), *list = json_array();
    struct rw_arena arena;
    struct rw_meant found;

    (void)state;
    for (int i = 0; i < RW_GUESS_MAX + 5; i++)
        json_array_append_new(list, json_sprintf("+65912345%02d", i));
    json_object_set_new(body, "to", list);
    rw_arena_init(&arena, 4096);
    assert_true(rw_guess_read(body, &arena, &guess));
    assert_int_equal(guess.count, RW_GUESS_MAX);
    assert_int_equal(guess.dropped, 5);
    rw_meant_choose(&guess, body, &found);
    assert_null(found.wish.to.p);
    assert_int_equal(found.to_choices, RW_GUESS_MAX);
    rw_arena_done(&arena);
    json_decref(body);
}

static void test_no_memory(void **state)
{
    static struct rw_guess guess;
    json_t *body = parse("{\"to\":6591234567}");
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 4096);
    rw_mem_fail_after(0);
    assert_false(rw_guess_read(body, &arena, &guess));
    rw_mem_fail_after(-1);
    rw_arena_done(&arena);
    json_decref(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meant),        cmocka_unit_test(test_explained),
        cmocka_unit_test(test_placeholders), cmocka_unit_test(test_more_than_there_is_room_for),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("api guess", tests, NULL, NULL);
}
