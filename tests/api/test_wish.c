/* What a body asks for, by the documented forms. */
#include "../test.h"

#include "api/wish.h"
#include "json/read.h"

static json_t *parse(const char *body)
{
    struct rw_err err;
    json_t *tree;

    assert_int_equal(rw_json_read(rw_slice_str(body), NULL, &tree, &err), RW_OK);
    return tree;
}

static void assert_text(struct rw_slice found, const char *expected)
{
    if (!expected) {
        assert_null(found.p);
        return;
    }
    assert_non_null(found.p);
    assert_int_equal(found.n, strlen(expected));
    assert_memory_equal(found.p, expected, found.n);
}

static void test_read(void **state)
{
    static const struct {
        const char *body, *to, *from, *provider_id, *to_at;
        bool contract_form;
    } cases[] = {
        {"{\"to\":{\"phoneNumber\":\"+1\"},\"from\":{\"phoneNumber\":\"+2\"},\"providerId\":\"p\"}",
         "+1", "+2", "p", "/to/phoneNumber", false},
        {"{\"phoneNumber\":\"+1\",\"callerId\":\"+2\"}", "+1", "+2", NULL, "/phoneNumber", true},
        {"{\"to\":\"+1\",\"from\":7}", NULL, NULL, NULL, "/to/phoneNumber", false},
        {"{\"toAddress\":\"+1\"}", NULL, NULL, NULL, "/to/phoneNumber", false},
        {"{\"to\":{\"phoneNumber\":651}}", NULL, NULL, NULL, "/to/phoneNumber", false},
        {"[]", NULL, NULL, NULL, "/to/phoneNumber", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *body = parse(cases[i].body);
        struct rw_wish wish;

        rw_wish_read(body, &wish);
        assert_text(wish.to, cases[i].to);
        assert_text(wish.from, cases[i].from);
        assert_text(wish.provider_id, cases[i].provider_id);
        assert_string_equal(wish.to_at, cases[i].to_at);
        assert_int_equal(wish.contract_form, cases[i].contract_form);
        json_decref(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
    };

    return cmocka_run_group_tests_name("api wish", tests, NULL, NULL);
}
