/* What a body asks for: by the documented forms, and guessed from what people write instead. */
#include "../test.h"

#include "api/wish.h"
#include "base/mem.h"
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

static const struct {
    const char *body, *to, *to_at, *from;
} guesses[] = {
    {"{\"to\":{\"phoneNumber\":\"+1\"}}", "+1", "/to/phoneNumber", NULL},
    {"{\"to\":\"+1\",\"from\":\"+2\"}", "+1", "/to", "+2"},
    {"{\"to\":6591234567}", "6591234567", "/to", NULL},
    {"{\"to\":[{\"address\":\"tel:+1\",\"type\":\"phone\"}]}", "tel:+1", "/to/0/address", NULL},
    {"{\"to\":{\"phoneNumber\":{\"number\":\"+1\"}}}", "+1", "/to/phoneNumber/number", NULL},
    {"{\"toAddress\":{\"phoneNumber\":\"+1\"},\"fromAddress\":{\"phoneNumber\":\"+2\"}}", "+1",
     "/toAddress/phoneNumber", "+2"},
    {"{\"callee\":\"+1\",\"callerId\":\"+2\"}", "+1", "/callee", "+2"},
    {"{\"targets\":[{\"phoneNumber\":\"+1\",\"id\":\"x\"}],\"from\":{\"id\":\"u\"}}", "+1",
     "/targets/0/phoneNumber", NULL},
    {"{\"participants\":[{\"to\":{\"phoneNumber\":\"+1\"},\"from\":{\"phoneNumber\":\"+2\"}}]}",
     "+1", "/participants/0/to/phoneNumber", "+2"},
    {"{\"participants\":[{\"address\":\"+1\"}]}", "+1", "/participants/0/address", NULL},
    {"{\"addresses\":[{\"uri\":\"sip:+1@x\"}]}", "sip:+1@x", "/addresses/0/uri", NULL},
    {"{\"phone\":\"+1\"}", "+1", "/phone", NULL},
    {"{\"number\":\"+1\"}", "+1", "/number", NULL},
    {"{\"destination\":\"+1\"}", "+1", "/destination", NULL},
    {"{\"To\":{\"phonenumber\":\"+1\"},\"form\":{\"phone_nubmer\":\"+2\"}}", "+1",
     "/To/phonenumber", "+2"},
    {"{\"phonNumber\":\"+1\",\"calerId\":\"+2\"}", "+1", "/phonNumber", "+2"},
    {"{\"to\":\"+1\",\"callerIdName\":\"+2\",\"caller_id_name\":\"+2\"}", "+1", "/to", NULL},
    {"{\"to\":{\"phone/Number\":\"+1\",\"phone~Number\":\"+1\"}}", NULL, "", NULL},
    {"{\"to\":{\"p_h_o_n_e_N_u_m_b_e_r\":\"+1\"}}", NULL, "", NULL},
    {"{\"to\":[\"+1\",\"+3\"]}", NULL, "", NULL},
    {"{\"to\":null,\"phoneNumber\":\"+1\"}", "+1", "/phoneNumber", NULL},
    {"{\"to\":{\"to\":{\"to\":{\"to\":{\"to\":{\"to\":\"+1\"}}}}}}", NULL, "", NULL},
    {"{\"name\":\"nobody\"}", NULL, "", NULL},
    {"[1]", NULL, "", NULL},
};

static void test_guess(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
        json_t *body = parse(guesses[i].body);
        struct rw_arena arena;
        struct rw_wish wish;

        rw_arena_init(&arena, 4096);
        assert_true(rw_wish_guess(body, &arena, &wish));
        assert_text(wish.to, guesses[i].to);
        assert_string_equal(wish.to_at, guesses[i].to_at);
        assert_text(wish.from, guesses[i].from);
        rw_arena_done(&arena);
        json_decref(body);
    }
}

static void test_no_memory(void **state)
{
    json_t *body = parse("{\"to\":6591234567}");
    struct rw_arena arena;
    struct rw_wish wish;

    (void)state;
    rw_arena_init(&arena, 4096);
    rw_mem_fail_after(0);
    assert_false(rw_wish_guess(body, &arena, &wish));
    rw_mem_fail_after(-1);
    rw_arena_done(&arena);
    json_decref(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_guess),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests_name("api wish", tests, NULL, NULL);
}
