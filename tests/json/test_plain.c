/* The quick reader against the strict one: what it accepts, jansson accepts as the same value. */
#include "../test.h"

#include "base/id.h"
#include "base/mem.h"
#include "json/plain.h"
#include "json/read.h"

#include <stdlib.h>
#include <string.h>

static const char *const plain[] = {
    "{}",
    "[]",
    " { } ",
    "{\"to\":{\"phoneNumber\":\"+6591234567\"},\"callType\":\"outbound\",\"n\":7}",
    "[1,-2,0,999999999999999999]",
    "[true,false,null,\"\",[],{}]",
    "{\"a\":[{\"b\":{\"c\":[[]]}}],\"d\":{},\"\":1}",
    "\t[\r\n1\n,\n2 ]\n",
};

static const char *const others[] = {
    "",
    "1",
    "\"a\"",
    "{",
    "[1",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{\"a\":1,\"a\":2}",
    "[1]]",
    "[1}",
    "{\"a\":1]",
    "[01]",
    "[-]",
    "[-0]",
    "[1.5]",
    "[1e3]",
    "[9999999999999999999]",
    "[1000000000000000000]",
    "[-9223372036854775808]",
    "[99999999999999999999999]",
    "[tru]",
    "[nul]",
    "[\"a\\n\"]",
    "[\"\xc3\xa9\"]",
    "[\"a\nb\"]",
    "[\"a",
    "[1] x",
    "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
};

static void test_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        json_t *quick = rw_json_plain(rw_slice_str(plain[i]), 32);
        json_t *strict = json_loads(plain[i], JSON_REJECT_DUPLICATES, NULL);

        if (!quick || !json_equal(quick, strict))
            fail_msg("%s", plain[i]);
        json_decref(quick);
        json_decref(strict);
    }
    assert_null(rw_json_plain(RW_LIT("[[1]]"), 1));
}

static void test_others_are_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (rw_json_plain(rw_slice_str(others[i]), 32))
            fail_msg("%s", others[i]);
}

/* Bodies with a few bytes changed, taken out or doubled: accepted here means accepted there. */
static void test_accepts_nothing_of_its_own(void **state)
{
    static const char bytes[] = "{}[]\",:0129-+.eE\\ \ttruefalsn\x7f\xc3\xa9";
    unsigned accepted = 0;

    (void)state;
    for (unsigned round = 0; round < 200000; round++) {
        const char *seed = plain[round % (sizeof(plain) / sizeof(plain[0]))];
        char text[160];
        size_t n = strlen(seed);
        json_t *quick, *strict;

        memcpy(text, seed, n);
        for (unsigned edits = (unsigned)(rw_random_u64() % 3); edits && n; edits--) {
            size_t at = rw_random_u64() % n;

            switch (rw_random_u64() % 3) {
            case 0:
                text[at] = bytes[rw_random_u64() % (sizeof(bytes) - 1)];
                break;
            case 1:
                memmove(text + at, text + at + 1, --n - at);
                break;
            default:
                memmove(text + at + 1, text + at, n++ - at);
            }
        }
        quick = rw_json_plain((struct rw_slice){text, n}, 32);
        if (!quick)
            continue;
        accepted++;
        strict = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
        if (!strict || !json_equal(quick, strict))
            fail_msg("%.*s", (int)n, text);
        json_decref(quick);
        json_decref(strict);
    }
    assert_true(accepted > 10000);
}

static void test_no_memory(void **state)
{
    bool done = false;

    (void)state;
    for (long n = 0; !done; n++) {
        long live = rw_mem_live();
        json_t *value;

        rw_mem_fail_after(n);
        value = rw_json_plain(rw_slice_str(plain[6]), 32);
        rw_mem_fail_after(-1);
        done = value != NULL;
        json_decref(value);
        assert_int_equal(rw_mem_live(), live);
        assert_true(n < 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_others_are_left),
        cmocka_unit_test(test_accepts_nothing_of_its_own),
        cmocka_unit_test(test_no_memory),
    };

    rw_json_setup();
    return cmocka_run_group_tests_name("json plain", tests, NULL, NULL);
}
