#include "../test.h"

#include "spend/money.h"

static void amounts_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t micro;
    } table[] = {
        {"0", 0},
        {"1", 1000000},
        {"0.0125", 12500},
        {"0.000001", 1},
        {"12.50", 12500000},
        {"1000000000", RW_MONEY_MAX},
        {"007.1", 7100000},
        {"", -1},
        {".5", -1},
        {"5.", -1},
        {"1.2.3", -1},
        {"0.0000001", -1},
        {"-1", -1},
        {"+1", -1},
        {"1,5", -1},
        {" 1", -1},
        {"1e3", -1},
        {"1000000000.000001", -1},
        {"99999999999999999999999999", -1},
        {"NaN", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        int64_t micro = -1;

        if (rw_money_read(rw_slice_str(table[i].text), &micro) != (table[i].micro >= 0) ||
            micro != table[i].micro)
            fail_msg("\"%s\": %lld", table[i].text, (long long)micro);
    }
}

static void amounts_are_written(void **state)
{
    static const struct {
        int64_t micro;
        const char *text;
    } table[] = {
        {0, "0.00"},
        {1, "0.000001"},
        {12500, "0.0125"},
        {12500000, "12.50"},
        {-100000, "-0.10"},
        {RW_MONEY_MAX, "1000000000.00"},
        {INT64_MIN, "-9223372036854.775808"},
    };
    char text[RW_MONEY_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        assert_string_equal(rw_money_write(table[i].micro, text), table[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_read),
        cmocka_unit_test(amounts_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
