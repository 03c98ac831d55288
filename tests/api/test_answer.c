/* How a refusal is written: members, templates, entries, and what happens when memory is out. */
#include "../test.h"

#include "api/answer.h"
#include "api/vendor.h"
#include "base/mem.h"
#include "json/read.h"

static void add(struct rw_faults *faults, enum rw_class class, const char *code,
                const char *message, const char *pointer)
{
    struct rw_err err;

    rw_fail(&err, class, code, "%s", message);
    rw_err_at(&err, pointer, -1, 0);
    rw_faults_add(faults, &err);
}

static json_t *written(const struct rw_faults *faults, struct rw_slice suggested)
{
    struct rw_buf buf;
    struct rw_err err;
    json_t *tree;

    rw_buf_init(&buf, RW_ANSWER_BYTES_MAX);
    rw_answer_write(&buf, &(struct rw_refusal){.status = 400,
                                               .faults = faults,
                                               .context_id = "c-1",
                                               .base = RW_LIT("http://h"),
                                               .suggested = suggested,
                                               .missing = {"/to", "a number", "ask"}});
    assert_false(buf.failed);
    assert_int_equal(rw_json_read(rw_buf_slice(&buf), NULL, &tree, &err), RW_OK);
    rw_buf_done(&buf);
    return tree;
}

static const char *text(const json_t *tree, const char *name)
{
    const char *s = json_string_value(json_object_get(tree, name));

    return s ? s : "(none)";
}

static void test_members(void **state)
{
    struct rw_faults faults = {.count = 0};
    json_t *tree, *first, *detail;

    (void)state;
    add(&faults, RW_MALFORMED, "address.missing_plus", "the number \"65\" has no plus",
        "/to/phoneNumber");
    rw_err_found(&faults.at[0], "\"65\"");
    rw_err_expected(&faults.at[0], "'+' and the country code");
    rw_err_suggest(&faults.at[0], "+65");
    faults.at[0].line = 1;
    faults.at[0].column = 7;
    faults.at[0].length = 2;
    add(&faults, RW_NOT_FOUND, "x.y", "second", "/participants/0/address");
    tree = written(&faults, RW_LIT("{\"to\":1}"));

    assert_string_equal(text(tree, "code"), "address.missing_plus");
    assert_string_equal(text(tree, "contextId"), "c-1");
    assert_int_equal(json_integer_value(json_object_get(tree, "status")), 400);
    assert_string_equal(text(tree, "messageWithParams"), "the number {found} has no plus");
    assert_string_equal(text(json_object_get(tree, "messageParams"), "field"), "to.phoneNumber");
    assert_string_equal(text(json_object_get(tree, "messageParams"), "found"), "\"65\"");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(tree, "suggestedRequest"), "to")), 1);

    first = json_array_get(json_object_get(tree, "errors"), 0);
    assert_string_equal(text(first, "pointer"), "/to/phoneNumber");
    assert_string_equal(text(first, "suggestion"), "+65");
    assert_string_equal(text(first, "help"), "http://h/docs/errors/address.missing_plus");
    assert_int_equal(json_integer_value(json_object_get(first, "column")), 7);
    assert_int_equal(json_integer_value(json_object_get(first, "length")), 2);

    detail = json_array_get(json_object_get(tree, "details"), 1);
    assert_string_equal(text(detail, "errorCode"), "x.y");
    assert_string_equal(text(detail, "fieldName"), "participants[0].address");
    json_decref(tree);
}

/* An error that nobody named is a fault of ours, and is told as such. */
static void test_no_code(void **state)
{
    struct rw_faults faults = {.count = 0};
    json_t *tree;

    (void)state;
    add(&faults, RW_BUG, NULL, "something is wrong", "");
    tree = written(&faults, RW_LIT(""));
    assert_string_equal(text(json_array_get(json_object_get(tree, "errors"), 0), "code"),
                        "server.bug");
    json_decref(tree);
}

/* Putting the parameters back into the template gives the message again. */
static void test_template_gives_message_back(void **state)
{
    static const struct {
        const char *message, *found, *expected, *template;
    } cases[] = {
        {"want abc, got abcd", "abcd", "abc", "want {expected}, got {found}"},
        {"abab", "ab", "", "{found}ab"},
        {"nothing quoted", "zz", "yy", "nothing quoted"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_faults faults = {.count = 0};
        json_t *tree;

        add(&faults, RW_MALFORMED, "a.b", cases[i].message, "");
        rw_err_found(&faults.at[0], "%s", cases[i].found);
        rw_err_expected(&faults.at[0], "%s", cases[i].expected);
        tree = written(&faults, (struct rw_slice){NULL, 0});
        assert_string_equal(text(tree, "messageWithParams"), cases[i].template);
        json_decref(tree);
    }
}

static void test_fields(void **state)
{
    static const char *const cases[][2] = {
        {"/to", "to"},
        {"/a/0/b/12", "a[0].b[12]"},
        {"?pageSize", "pageSize"},
        {"{userId}", "userId"},
        {"Idempotency-Key:", "Idempotency-Key"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rw_faults faults = {.count = 0};
        json_t *tree;

        add(&faults, RW_MALFORMED, "a.b", "m", cases[i][0]);
        tree = written(&faults, (struct rw_slice){NULL, 0});
        assert_string_equal(text(json_array_get(json_object_get(tree, "details"), 0), "fieldName"),
                            cases[i][1]);
        json_decref(tree);
    }
}

static void test_vendor_codes(void **state)
{
    static const struct {
        const char *ours;
        enum rw_class class;
        const char *top;
    } cases[] = {
        {"call.not_a_user", RW_MALFORMED, "not.a.user"},
        {"auth.missing_permission", RW_FORBIDDEN, "missing.permissions"},
        {"caller_id.not_yours", RW_FORBIDDEN, "caller_id.not_yours"},
        {"address.missing_plus", RW_MALFORMED, "address.missing_plus"},
        {"request.unknown_path", RW_NOT_FOUND, "not.found"},
        {"auth.token_expired", RW_UNAUTHENTICATED, "bad.credentials"},
        {"store.io", RW_IO, "service.unavailable"},
        {"idempotency.conflict", RW_CONFLICT, "idempotency.conflict"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(rw_vendor_code(cases[i].ours, cases[i].class), cases[i].top);
}

static void test_everything_omitted_is_counted(void **state)
{
    struct rw_faults faults = {.count = 0};
    json_t *tree;

    (void)state;
    for (int i = 0; i < RW_FAULTS_MAX + 3; i++)
        add(&faults, RW_MALFORMED, "a.b", "m", "/x");
    tree = written(&faults, (struct rw_slice){NULL, 0});
    assert_int_equal(json_array_size(json_object_get(tree, "errors")), RW_FAULTS_MAX);
    assert_int_equal(json_integer_value(json_object_get(tree, "errorsOmitted")), 3);
    json_decref(tree);
}

static void test_no_memory(void **state)
{
    struct rw_faults faults = {.count = 0};
    bool failed = true;

    (void)state;
    add(&faults, RW_MALFORMED, "a.b", "a message long enough to make the buffer grow", "/to");
    for (long n = 0; failed; n++) {
        long live = rw_mem_live();
        struct rw_buf buf;

        rw_buf_init(&buf, RW_ANSWER_BYTES_MAX);
        rw_mem_fail_after(n);
        rw_answer_write(&buf,
                        &(struct rw_refusal){.status = 400, .faults = &faults, .context_id = "c"});
        rw_mem_fail_after(-1);
        failed = buf.failed;
        rw_buf_done(&buf);
        assert_int_equal(rw_mem_live(), live);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_no_code),
        cmocka_unit_test(test_template_gives_message_back),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_vendor_codes),
        cmocka_unit_test(test_everything_omitted_is_counted),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("api answer", tests, NULL, NULL);
}
