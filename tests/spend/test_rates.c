#include "../test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "spend/rates.h"

#include <stdlib.h>

static struct rw_rates *rates_of(const char *csv)
{
    struct rw_faults faults = {.count = 0};
    struct rw_rates *rates = NULL;

    if (rw_rates_read(rw_slice_str(csv), &rates, &faults) != RW_OK)
        fail_msg("%s: %s", faults.at[0].code, faults.at[0].found);
    return rates;
}

static void the_longest_prefix_counts(void **state)
{
    static const struct {
        const char *digits, *prefix; /* NULL: none */
    } table[] = {
        {"6591234567", "+6591"},
        {"6581234567", "+65"},
        {"65", "+65"},
        {"6", NULL},
        {"6590000000", "+65"},
        {"881612345678", "+8816"},
        {"881", NULL},
        {"12025550123", "+1"},
        {"18765550123", "+1876"},
        {"442079460000", NULL},
        {"659", "+65"},
        {"6591", "+6591"},
        {"123456789012345", "+123456789012345"},
        {"12345678901234", "+1"},
        {"", NULL},
        {"99", NULL},
    };
    struct rw_rates *rates =
        rates_of("prefix,rate_per_minute\n+6591,0.02\n+65,0.01\n\n# satellite\n"
                 " 8816 , 4.50 ,0.10, 30, 6\r\n+1,0.01\n+1876,0.30\n"
                 "+123456789012345,1\n");

    (void)state;
    assert_int_equal(rates->count, 6);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct rw_rate *rate = rw_rates_find(rates, rw_slice_str(table[i].digits));
        char prefix[RW_RATE_PREFIX_TEXT];

        if (!rate != !table[i].prefix ||
            (rate && strcmp(rw_rate_prefix(rate, prefix), table[i].prefix) != 0))
            fail_msg("%s: %s", table[i].digits, rate ? prefix : "none");
    }
    rw_rates_free(rates);
}

static void calls_are_counted_in_steps(void **state)
{
    static const struct {
        const char *line;
        uint32_t seconds;
        int64_t micro;
    } table[] = {
        {"+1,0.60", 1, 600000},
        {"+1,0.60", 60, 600000},
        {"+1,0.60", 61, 1200000},
        {"+1,0.60,0.05", 61, 1250000},
        {"+1,0.60,0,1,1", 61, 610000},
        {"+1,0.60,0,30,6", 1, 300000},
        {"+1,0.60,0,30,6", 31, 360000},
        {"+1,0.60,0,30,6", 36, 360000},
        {"+1,0.60,0,30,6", 37, 420000},
        {"+1,0.000001,0,1,1", 1, 1}, /* rounded up */
        {"+1,0", 3600, 0},
        {"+1,100000,100000,3600,3600", UINT32_MAX, INT64_C(100000000000) * 144001},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_rates *rates = rates_of(table[i].line);

        assert_int_equal(rw_rate_cost(&rates->at[0], table[i].seconds), table[i].micro);
        rw_rates_free(rates);
    }
}

static void every_wrong_line_is_told(void **state)
{
    static const struct {
        const char *code;
        int32_t line, column, length;
        const char *found;
    } told[] = {
        {"rate.bad_prefix", 2, 2, 3, "\"+0x\""},
        {"rate.bad_amount", 2, 7, 2, "\"-1\""},
        {"rate.bad_line", 3, 1, 3, "\"+66\""},
        {"rate.bad_line", 4, 1, 9, "\"+67,1,1,1\""},
        {"rate.bad_step", 5, 9, 1, "\"0\""},
        {"rate.bad_step", 5, 11, 4, "\"3601\""},
        {"rate.bad_prefix", 6, 1, 1, "\"+\""},
        {"rate.bad_prefix", 7, 1, 17, "\"+1234567890123456\""},
        {"rate.bad_amount", 8, 5, 9, "\"0.1234567\""},
        {"rate.bad_line", 9, 1, 13, "\"+70,1,2,3,4,5\""},
        {"rate.bad_amount", 10, 5, 6, "\"100001\""},
    };
    struct rw_faults faults = {.count = 0};
    struct rw_rates *rates = NULL;

    (void)state;
    assert_int_equal(rw_rates_read(RW_LIT("+65,0.01\n +0x, -1\n+66\n+67,1,1,1\n+68,1,1,0,3601\n"
                                          "+,1\n+1234567890123456,1\n+69,0.1234567\n+70,1,2,3,4,5\n"
                                          "+71,100001\n"),
                                   &rates, &faults),
                     RW_MALFORMED);
    assert_int_equal(faults.count, sizeof(told) / sizeof(*told));
    for (uint32_t i = 0; i < faults.count; i++) {
        assert_string_equal(faults.at[i].code, told[i].code);
        assert_int_equal(faults.at[i].line, told[i].line);
        assert_int_equal(faults.at[i].column, told[i].column);
        assert_int_equal(faults.at[i].length, told[i].length);
        assert_string_equal(faults.at[i].found, told[i].found);
    }
    assert_null(rates);
}

/* The last line ends where the file does: nothing behind it is read. */
static void nothing_behind_the_file_is_read(void **state)
{
    static const char *const files[] = {"+A",  "A",     "+",         "+1",
                                        "+1,", "+1,1,", "+1,1,1,1,", "1234567890123456"};

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct rw_faults faults = {.count = 0};
        struct rw_rates *rates;
        size_t n = strlen(files[i]);
        char *bytes = malloc(n);

        memcpy(bytes, files[i], n);
        assert_int_equal(rw_rates_read((struct rw_slice){bytes, n}, &rates, &faults), RW_MALFORMED);
        free(bytes);
    }
}

static void a_prefix_stands_there_once(void **state)
{
    struct rw_faults faults = {.count = 0};
    struct rw_rates *rates;

    (void)state;
    assert_int_equal(rw_rates_read(RW_LIT("+65,1\n+66,1\n65,2\n+650,1\n+66,3\n"), &rates, &faults),
                     RW_MALFORMED);
    assert_int_equal(faults.count, 2);
    assert_string_equal(faults.at[0].code, "rate.twice");
    assert_string_equal(faults.at[0].message, "the prefix has a rate already, in line 1");
    assert_int_equal(faults.at[0].line, 3);
    assert_int_equal(faults.at[1].line, 5);
}

static void there_may_be_none(void **state)
{
    struct rw_rates *rates = rates_of("");

    (void)state;
    assert_int_equal(rates->count, 0);
    assert_null(rw_rates_find(rates, RW_LIT("6591234567")));
    rw_rates_free(rates);
    rates = rates_of("\xef\xbb\xbfprefix,rate_per_minute\n");
    assert_int_equal(rates->count, 0);
    rw_rates_free(rates);
}

/* 100,000 prefixes of all lengths, each found again, and the right one for digits behind it. */
static void there_may_be_many(void **state)
{
    struct rw_buf csv;
    struct rw_rates *rates;
    char prefix[RW_RATE_PREFIX_TEXT], digits[24];

    (void)state;
    rw_buf_init(&csv, RW_RATES_BYTES);
    for (unsigned i = 0; i < 100000; i++)
        rw_buf_printf(&csv, "+%u,0.%04u\n", 10 + i * 7919u % 9999991u, i % 10000);
    assert_false(csv.failed);
    rates = rates_of(csv.p);
    assert_int_equal(rates->count, 100000);
    for (uint32_t i = 0; i < rates->count; i++) {
        const struct rw_rate *rate = &rates->at[i];

        (void)rw_rate_prefix(rate, prefix);
        assert_ptr_equal(rw_rates_find(rates, rw_slice_str(prefix + 1)), rate);
        (void)snprintf(digits, sizeof(digits), "%s00000000", prefix + 1);
        digits[15] = '\0';
        assert_true(rw_rates_find(rates, rw_slice_str(digits))->digits >= rate->digits);
    }
    rw_rates_free(rates);
    rw_buf_done(&csv);
}

static void what_is_too_much_is_refused(void **state)
{
    static char many[RW_RATES_BYTES + 2];
    struct rw_faults faults = {.count = 0};
    struct rw_rates *rates;

    (void)state;
    memset(many, '\n', RW_RATES_MAX);
    assert_int_equal(rw_rates_read((struct rw_slice){many, RW_RATES_MAX}, &rates, &faults),
                     RW_TOO_LARGE);
    assert_string_equal(faults.at[0].code, "rate.too_many");
    memset(many, ' ', sizeof(many));
    faults.count = 0;
    assert_int_equal(rw_rates_read((struct rw_slice){many, RW_RATES_BYTES + 1}, &rates, &faults),
                     RW_TOO_LARGE);
}

static void memory_may_be_out(void **state)
{
    long live = rw_mem_live();

    (void)state;
    for (long i = 0; i < 2; i++) {
        struct rw_faults faults = {.count = 0};
        struct rw_rates *rates;

        rw_mem_fail_after(i);
        assert_int_equal(rw_rates_read(RW_LIT("+65,1\n"), &rates, &faults), RW_NO_MEMORY);
        rw_mem_fail_after(-1);
        assert_int_equal(faults.count, 1);
    }
    assert_int_equal(rw_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_prefix_counts),
        cmocka_unit_test(calls_are_counted_in_steps),
        cmocka_unit_test(every_wrong_line_is_told),
        cmocka_unit_test(nothing_behind_the_file_is_read),
        cmocka_unit_test(a_prefix_stands_there_once),
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(there_may_be_many),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(memory_may_be_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
