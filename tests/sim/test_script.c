/* argv[1]: docs/simulator.md, whose table must be the program's. */
#include "sim/line.h"
#include "sim/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char *docs;
static const struct rw_sim_timing timing = {200, 1000, RW_SIM_NEVER};

static const struct {
    const char *user, *name;
    int32_t ring_ms, final_ms;
    uint16_t final_code, q850;
    int32_t hangup_ms;
} cases[] = {
    {"+6591234567", "default", 200, 1000, 200, 0, RW_SIM_NEVER}, /* the quickstart's number */
    {"+6534567890", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"sim", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"486", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"94a6", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"+65912388888", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"9999", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"9709", "default", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"9000", "answer_after", 200, 0, 200, 0, RW_SIM_NEVER},
    {"+6591239007", "answer_after", 200, 7000, 200, 0, RW_SIM_NEVER},
    {"9100", "hang_up_after", 200, 1000, 200, 0, 0},
    {"9112", "hang_up_after", 200, 1000, 200, 0, 12000},
    {"9203", "machine", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"+6591239486", "busy", 200, 0, 486, 17, RW_SIM_NEVER},
    {"9404", "reject", 200, 0, 404, 1, RW_SIM_NEVER},
    {"9603", "reject", 200, 0, 603, 21, RW_SIM_NEVER},
    {"9699", "reject", 200, 0, 699, 0, RW_SIM_NEVER},
    {"9300", "reject", 200, 0, 300, 0, RW_SIM_NEVER},
    {"9302", "reject", 200, 0, 302, 0, RW_SIM_NEVER},
    {"9503", "overload", 200, 0, 503, 42, RW_SIM_NEVER},
    {"9401", "challenge_401", 200, 1000, 200, 0, RW_SIM_NEVER},
    {"9700", "no_answer", 200, RW_SIM_NEVER, 200, 0, RW_SIM_NEVER},
    {"9701", "silence", RW_SIM_NEVER, RW_SIM_NEVER, 200, 0, RW_SIM_NEVER},
    {"9703", "slow", 3000, 6000, 200, 0, RW_SIM_NEVER},
    {"9705", "early_then_busy", 200, 3000, 486, 17, RW_SIM_NEVER},
    {"9800", "busy_after", 200, 0, 486, 17, RW_SIM_NEVER},
    {"9805", "busy_after", 200, 5000, 486, 17, RW_SIM_NEVER},
    {"agent9712", "ignores_bye", 200, 1000, 200, 0, RW_SIM_NEVER},
};

static void test_digits_choose_the_script(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_sim_plan plan = rw_sim_script_find(rw_slice_str(cases[i].user), &timing);

        print_message("%s\n", cases[i].user);
        assert_string_equal(plan.name, cases[i].name);
        assert_int_equal(plan.ring_ms, cases[i].ring_ms);
        assert_int_equal(plan.final_ms, cases[i].final_ms);
        assert_int_equal(plan.final_code, cases[i].final_code);
        assert_int_equal(plan.q850, cases[i].q850);
        assert_int_equal(plan.hangup_ms, cases[i].hangup_ms);
    }
}

/* Whatever is dialled, the plan can be carried out. */
static void test_every_ending_is_sound(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 10000; n++) {
        char user[16];
        struct rw_sim_plan plan;

        (void)snprintf(user, sizeof(user), "+65%04u", n);
        plan = rw_sim_script_find(rw_slice_str(user), &timing);
        assert_true(plan.final_code >= 200 && plan.final_code < 700);
        assert_true(plan.ring_code == 180 || plan.ring_code == 183);
        assert_true(plan.ring_ms >= RW_SIM_NEVER && plan.final_ms >= RW_SIM_NEVER);
        if (n < 9000)
            assert_string_equal(plan.name, "default");
        assert_true(strlen(rw_sim_phrase(plan.final_code)) > 1);
    }
}

static void test_the_timing_is_the_callers(void **state)
{
    const struct rw_sim_timing quick = {0, 0, 50};
    struct rw_sim_plan plan = rw_sim_script_find(RW_LIT("+6591234567"), &quick);

    (void)state;
    assert_int_equal(plan.ring_ms, 0);
    assert_int_equal(plan.final_ms, 0);
    assert_int_equal(plan.hangup_ms, 50);
}

static void test_the_manual_has_the_same_table(void **state)
{
    static char manual[65536];
    FILE *f = fopen(docs, "r");
    struct rw_buf table;
    size_t n;

    (void)state;
    assert_non_null(f);
    n = fread(manual, 1, sizeof(manual) - 1, f);
    (void)fclose(f);
    manual[n] = '\0';
    rw_buf_init(&table, sizeof(manual));
    rw_sim_script_list(&table, true);
    assert_false(table.failed);
    assert_non_null(strstr(manual, table.p));
    rw_buf_clear(&table);
    rw_sim_script_list(&table, false);
    assert_false(table.failed);
    assert_non_null(strstr(table.p, "9486"));
    rw_buf_done(&table);
}

static void test_a_line_is_json(void **state)
{
    struct rw_sim_line line;
    char got[512];
    int ends[2];
    ssize_t n;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    rw_sim_line_init(&line, ends[1]);
    rw_sim_line_begin(&line, "bye_received", RW_LIT("a\"b\\c\n\xff\xc3\xa9"));
    rw_sim_line_number(&line, "n", 18446744073709551615u);
    rw_sim_line_level(&line, "dbm0", -15.96);
    rw_sim_line_flag(&line, "route", true);
    rw_sim_line_end(&line);
    rw_sim_line_end(&line); /* nothing is open: nothing is written */
    n = read(ends[0], got, sizeof(got) - 1);
    assert_true(n > 0);
    got[n] = '\0';
    assert_non_null(strstr(got, "{\"event\":\"bye_received\",\"t_ms\":"));
    assert_non_null(
        strstr(got, ",\"call_id\":\"a\\\"b\\\\c\\u000a\\ufffd\xc3\xa9\",\"n\":18446744073709551615,"
                    "\"dbm0\":-16.0,\"route\":true}\n"));
    assert_ptr_equal(strchr(got, '\n'), got + n - 1);
    rw_sim_line_done(&line);
    rw_sim_line_init(&line, -1);
    rw_sim_line_begin(&line, "x", RW_LIT("y"));
    rw_sim_line_end(&line);
    assert_null(line.buf.p); /* not even made */
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits_choose_the_script),
        cmocka_unit_test(test_every_ending_is_sound),
        cmocka_unit_test(test_the_timing_is_the_callers),
        cmocka_unit_test(test_the_manual_has_the_same_table),
        cmocka_unit_test(test_a_line_is_json),
    };

    if (argc != 2)
        return 2;
    docs = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
