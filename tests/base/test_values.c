/* Errors, status tables, memory, time, identifiers and the log. */
#include "base/clock.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* ------------------------------------------------------------------ errors */

static void test_fail_and_refine(void **state)
{
    struct rw_err err = {.line = 7, .suggestion = "old"};

    (void)state;
    assert_int_equal(rw_fail(&err, RW_LIMIT, "plan.full", "%d of %d", 3, 3), RW_LIMIT);
    assert_int_equal(err.class, RW_LIMIT);
    assert_string_equal(err.code, "plan.full");
    assert_string_equal(err.message, "3 of 3");
    assert_string_equal(err.suggestion, "");
    assert_int_equal(err.line, 0);
    assert_int_equal(err.offset, -1);
    rw_err_at(&err, "/to/phoneNumber", 4, 1);
    rw_err_found(&err, "%s", "a\nb");
    rw_err_expected(&err, "a digit");
    rw_err_suggest(&err, "+%d", 65);
    assert_string_equal(err.pointer, "/to/phoneNumber");
    assert_int_equal(err.offset, 4);
    assert_int_equal(err.length, 1);
    assert_string_equal(err.found, "a\\u{000A}b");
    assert_string_equal(err.expected, "a digit");
    assert_string_equal(err.suggestion, "+65");
    assert_int_equal(rw_fail_memory(&err), RW_NO_MEMORY);
    assert_string_equal(err.code, "server.no_memory");

    assert_int_equal(rw_fail(NULL, RW_IO, "a.b", "x"), RW_IO);
    rw_err_at(NULL, "", 0, 0);
    rw_err_found(NULL, "x");
    rw_err_expected(NULL, "x");
    rw_err_suggest(NULL, "x");
}

/* What is to be sent instead is shown whole or not at all. */
static void test_a_suggestion_is_never_cut(void **state)
{
    struct rw_err err = {0};
    char text[600];
    size_t room = sizeof(err.suggestion);

    (void)state;
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        memset(text, '7', n);
        text[n] = '\0';
        rw_err_suggest(&err, "%s", text);
        assert_string_equal(err.suggestion, n < room ? text : "");
    }
    memset(text, '7', room - 2);
    (void)strcpy(text + room - 2, "\n"); /* takes eight bytes when it is shown */
    rw_err_suggest(&err, "%s", text);
    assert_string_equal(err.suggestion, "");
}

/* Whatever goes in, a text stays within its array, whole characters, one line. */
static void test_long_texts_are_cut(void **state)
{
    static const char *const units[] = {"x",  "\xc3\xa9", "\xe2\x80\xac", "\xf0\x9f\x93\x9e",
                                        "\n", "\xff"};
    char text[2000];

    (void)state;
    for (size_t u = 0; u < COUNT(units); u++) {
        for (size_t shift = 0; shift < 5; shift++) {
            struct rw_err err;

            memset(text, 'a', shift);
            text[shift] = '\0';
            while (strlen(text) + 4 < sizeof(text))
                strcat(text, units[u]);
            (void)rw_fail(&err, RW_MALFORMED, "a.b", "%s", text);
            rw_err_at(&err, text, 0, 0);
            assert_true(strlen(err.message) < sizeof(err.message));
            assert_true(strlen(err.message) > sizeof(err.message) - 12);
            assert_null(strchr(err.message, '\n'));
            assert_int_equal(rw_utf8_valid_prefix(rw_slice_str(err.message)), strlen(err.message));
            assert_int_equal(rw_utf8_valid_prefix(rw_slice_str(err.pointer)), strlen(err.pointer));
        }
    }
}

static void test_faults_are_bounded(void **state)
{
    struct rw_faults *faults = rw_calloc(1, sizeof(*faults));
    struct rw_err err;

    (void)state;
    assert_non_null(faults);
    for (int i = 0; i < RW_FAULTS_MAX + 5; i++) {
        (void)rw_fail(&err, RW_MALFORMED, "a.b", "%d", i);
        rw_faults_add(faults, &err);
    }
    assert_int_equal(faults->count, RW_FAULTS_MAX);
    assert_int_equal(faults->dropped, 5);
    assert_string_equal(faults->at[RW_FAULTS_MAX - 1].message, "31");
    rw_free(faults);
}

static void test_status_tables(void **state)
{
    static const struct {
        enum rw_class class;
        unsigned http, sip;
        int exit;
    } table[] = {
        {RW_OK, 200, 200, 0},
        {RW_MALFORMED, 400, 400, 1},
        {RW_UNAUTHENTICATED, 401, 401, 77},
        {RW_FORBIDDEN, 403, 403, 77},
        {RW_NOT_FOUND, 404, 404, 1},
        {RW_BAD_METHOD, 405, 405, 1},
        {RW_CONFLICT, 409, 491, 1},
        {RW_TOO_LARGE, 413, 413, 1},
        {RW_BAD_MEDIA_TYPE, 415, 415, 1},
        {RW_LIMIT, 429, 480, 75},
        {RW_TOO_SLOW, 408, 408, 75},
        {RW_NO_MEMORY, 503, 503, 75},
        {RW_IO, 503, 503, 75},
        {RW_UNAVAILABLE, 503, 503, 69},
        {RW_BUG, 500, 500, 70},
    };

    (void)state;
    assert_int_equal(COUNT(table), RW_CLASS_COUNT);
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_int_equal(rw_status_http(table[i].class), table[i].http);
        assert_int_equal(rw_status_sip(table[i].class), table[i].sip);
        assert_int_equal(rw_status_exit(table[i].class), table[i].exit);
    }
}

/* ------------------------------------------------------------------ memory */

static void test_mem(void **state)
{
    long live = rw_mem_live();
    char *p, *q;

    (void)state;
    p = rw_calloc(3, 5);
    for (int i = 0; i < 15; i++)
        assert_int_equal(p[i], 0);
    p[0] = 'k';
    assert_int_equal(rw_mem_live(), live + 1);
    rw_mem_fail_once(0);
    assert_null(rw_regrow(p, 100, 1));
    assert_int_equal(p[0], 'k');
    q = rw_regrow(p, 100, 1);
    assert_int_equal(q[0], 'k');
    assert_int_equal(rw_mem_live(), live + 1);
    assert_null(rw_calloc(SIZE_MAX / 2, 3));
    assert_null(rw_regrow(NULL, SIZE_MAX / 2, 3));
    rw_mem_fail_after(1);
    p = rw_strdup("text");
    assert_string_equal(p, "text");
    assert_null(rw_strdup("text"));
    assert_null(rw_calloc(1, 1));
    rw_mem_fail_after(-1);
    rw_mem_fail_once(1);
    rw_free(p);
    p = rw_calloc(1, 1);
    assert_null(rw_calloc(1, 1));
    rw_free(p);
    p = rw_calloc(1, 1);
    assert_non_null(p);
    rw_free(p);
    rw_free(q);
    rw_free(NULL);
    assert_int_equal(rw_mem_live(), live);
}

/* ------------------------------------------------------------------ time */

static void test_time_format(void **state)
{
    static const struct {
        uint64_t ms;
        const char *text;
    } table[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {68169600000, "1972-02-29T00:00:00.000Z"},
        {951782399999, "2000-02-28T23:59:59.999Z"},
        {951782400000, "2000-02-29T00:00:00.000Z"}, /* divisible by 400: a leap year */
        {951868800000, "2000-03-01T00:00:00.000Z"},
        {1077926400000, "2004-02-28T00:00:00.000Z"},
        {1709251199000, "2024-02-29T23:59:59.000Z"},
        {1735689599999, "2024-12-31T23:59:59.999Z"},
        {1735689600000, "2025-01-01T00:00:00.000Z"},
        {1795456747123, "2026-11-23T17:59:07.123Z"},
        {4107542399000, "2100-02-28T23:59:59.000Z"},
        {4107542400000, "2100-03-01T00:00:00.000Z"}, /* by 100 only: none */
        {253402300799999, "9999-12-31T23:59:59.999Z"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char out[RW_TIME_TEXT];

        rw_time_format(table[i].ms, out);
        assert_string_equal(out, table[i].text);
    }
}

static void test_times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } table[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-23T17:44:07.123Z", 1795455847123},
        {"2026-11-23t17:44:07.1z", 1795455847100},
        {"2026-11-23T17:44:07.1239999Z", 1795455847123},
        {"2026-11-24T01:44:07+08:00", 1795455847000},
        {"2026-11-23T12:14:07-05:30", 1795455847000},
        {"2000-02-29T23:59:60Z", 951868800000},
        {"2100-03-01T00:00:00Z", 4107542400000},
        {"1969-12-31T23:59:59Z", -1000},
        {"0001-01-01T00:00:00Z", -62135596800000},
        {"0000-12-31T00:00:00Z", -62135683200000},
        {"0000-01-01T00:00:00Z", -62167219200000},
        {"9999-12-31T23:59:59Z", 253402300799000},
    };
    static const char *const none[] = {
        "",
        "2026",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Z ",
        "-026-01-01T00:00:00Z",
    };
    int64_t ms = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_true(rw_time_read(rw_slice_str(table[i].text), &ms));
        assert_int_equal(ms, table[i].ms);
    }
    ms = 77;
    for (size_t i = 0; i < COUNT(none); i++)
        assert_false(rw_time_read(rw_slice_str(none[i]), &ms));
    assert_int_equal(ms, 77);
    /* what is written is read again */
    for (int64_t day = 0; day < 800 * 365; day += 13) {
        char text[RW_TIME_TEXT];

        rw_time_format((uint64_t)day * 86400000 + 1, text);
        assert_true(rw_time_read(rw_slice_str(text), &ms));
        assert_int_equal(ms, day * 86400000 + 1);
    }
}

static void test_clocks(void **state)
{
    uint64_t mono = rw_clock_mono_ms(), us = rw_clock_mono_us();

    (void)state;
    assert_true(rw_clock_wall_ms() > 1700000000000);
    assert_true(rw_clock_mono_ms() >= mono);
    assert_true(rw_clock_mono_us() >= us);
    rw_clock_set_virtual(1234);
    assert_int_equal(rw_clock_wall_ms(), 1234);
    assert_int_equal(rw_clock_mono_ms(), 1234);
    assert_int_equal(rw_clock_mono_us(), 1234000);
    rw_clock_set_virtual(0);
    assert_true(rw_clock_wall_ms() > 1700000000000);
}

/* ------------------------------------------------------------------ identifiers */

static void test_ids_ascend(void **state)
{
    struct rw_id last = {""};

    (void)state;
    rw_clock_set_virtual(1795455847123);
    for (unsigned i = 0; i < 300000; i++) {
        struct rw_id id = rw_id_new(5);

        assert_true(strcmp(last.text, id.text) < 0);
        last = id;
        if (i == 100000)
            rw_clock_set_virtual(1795455847124);
        if (i == 200000)
            rw_clock_set_virtual(1795455840000); /* a clock set back does not turn the order */
    }
    rw_clock_set_virtual(0);
}

static void test_id_carries_worker(void **state)
{
    (void)state;
    for (unsigned worker = 0; worker < RW_ID_WORKERS; worker++) {
        struct rw_id id = rw_id_new(worker);

        assert_true(rw_id_is_uuid(rw_slice_str(id.text)));
        assert_int_equal(rw_id_worker(rw_slice_str(id.text)), worker);
        assert_int_equal(id.text[14], '7');
        assert_non_null(strchr("89ab", id.text[19]));
    }
}

static void test_uuid_check(void **state)
{
    static const struct {
        const char *text;
        bool uuid;
        int worker;
    } table[] = {
        {"0190a5c0-7f00-7ab1-8000-0123456789ab", true, 0xab},
        {"0190A5C0-7F00-7AB1-8000-0123456789AB", true, 0xab},
        {"0190a5c0-7f00-4ab1-8000-0123456789ab", true, -1},
        {"0190a5c0-7f00-7ab1-8000-0123456789a", false, -1},
        {"0190a5c0-7f00-7ab1-8000-0123456789abc", false, -1},
        {"0190a5c07-f00-7ab1-8000-0123456789ab", false, -1},
        {"0190a5c0-7f00-7ab1-8000-0123456789ag", false, -1},
        {"", false, -1},
        {"------------------------------------", false, -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_int_equal(rw_id_is_uuid(rw_slice_str(table[i].text)), table[i].uuid);
        assert_int_equal(rw_id_worker(rw_slice_str(table[i].text)), table[i].worker);
    }
}

static void test_random_is_spread(void **state)
{
    unsigned bits[64] = {0};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t x = rw_random_u64();

        for (int b = 0; b < 64; b++)
            bits[b] += (unsigned)(x >> b & 1);
    }
    for (int b = 0; b < 64; b++)
        assert_in_range(bits[b], 9300, 10700); /* ten standard deviations */
}

/* ------------------------------------------------------------------ log */

static char logged[8000];

/* Runs `write` with standard error in a file, and reads that into `logged`. */
static void capture(void (*write_it)(void))
{
    FILE *file = tmpfile();
    int old = dup(STDERR_FILENO);
    size_t n;

    assert_non_null(file);
    assert_true(old >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    write_it();
    assert_true(dup2(old, STDERR_FILENO) >= 0);
    (void)close(old);
    rewind(file);
    n = fread(logged, 1, sizeof(logged) - 1, file);
    logged[n] = '\0';
    (void)fclose(file);
}

static unsigned lines(void)
{
    unsigned count = 0;

    for (const char *p = logged; *p; p++)
        count += *p == '\n';
    return count;
}

static void log_plain(void)
{
    rw_clock_set_virtual(1795456747123);
    rw_log(RW_LOG_INFO, "trunk.up", "trunk=%s rtt_ms=%u", "carrier", 12);
    rw_clock_set_virtual(0);
}

static void log_nasty(void)
{
    char buf[RW_LOG_VALUE], long_text[3000];

    memset(long_text, 'x', sizeof(long_text));
    rw_log(RW_LOG_WARN, "sip.bad", "what=%s", "a\nb\r\x1b[2J\xff\xe2\x80\xae");
    rw_log(RW_LOG_WARN, "sip.bad", "what=%.*s", (int)sizeof(long_text), long_text);
    memset(long_text, '\n', sizeof(long_text));
    rw_log(RW_LOG_WARN, "sip.bad", "what=%.*s", (int)sizeof(long_text), long_text);
    rw_log(RW_LOG_WARN, "sip.bad", "what=%s",
           rw_log_quote(buf, (struct rw_slice){long_text, sizeof(long_text)}));
}

static void log_levels(void)
{
    rw_log(RW_LOG_DEBUG, "no", "x=1");
    rw_log_set_level(RW_LOG_ERROR);
    rw_log(RW_LOG_WARN, "no", "x=1");
    rw_log(RW_LOG_ERROR, "yes", "x=1");
    rw_log_set_level(RW_LOG_DEBUG);
    rw_log(RW_LOG_DEBUG, "yes", "x=1");
    rw_log_set_level(RW_LOG_INFO);
}

static void test_log_lines(void **state)
{
    (void)state;
    capture(log_plain);
    assert_string_equal(logged, "2026-11-23T17:59:07.123Z info trunk.up trunk=carrier rtt_ms=12\n");
    capture(log_nasty);
    assert_int_equal(lines(), 4);
    assert_non_null(strstr(logged, "what=a\\u{000A}b\\u{000D}\\u{001B}[2J\\x{FF}\\u{202E}\n"));
    for (char *line = strtok(logged, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(strlen(line) < 1000);
    capture(log_levels);
    assert_int_equal(lines(), 2);
    assert_null(strstr(logged, "no"));
}

static void test_log_quote(void **state)
{
    char buf[RW_LOG_VALUE], text[400];

    (void)state;
    assert_string_equal(rw_log_quote(buf, RW_LIT("a \"b\" \\c\n")),
                        "\"a \\\"b\\\" \\\\c\\\\u{000A}\"");
    assert_string_equal(rw_log_quote(buf, RW_LIT("")), "\"\"");
    /* However long and however much to escape: closed, whole characters, within bounds. */
    for (size_t n = 0; n < sizeof(text); n++) {
        size_t len;

        memset(text, n % 2 ? '"' : 'x', sizeof(text));
        if (n % 3 == 0) /* with one byte before them in every other round */
            for (size_t i = n / 3 % 2; i + 1 < sizeof(text); i += 2)
                memcpy(text + i, "\xc3\xa9", 2);
        len = strlen(rw_log_quote(buf, (struct rw_slice){text, n}));
        assert_true(len < RW_LOG_VALUE && len >= 2);
        assert_int_equal(buf[0], '"');
        assert_int_equal(buf[len - 1], '"');
        assert_int_equal(rw_utf8_valid_prefix(rw_slice_str(buf)),
                         n % 3 == 0 && n % 2 ? rw_utf8_valid_prefix(rw_slice_str(buf)) : len);
    }
}

static void test_numbers_are_masked(void **state)
{
    static const struct {
        const char *number, *masked;
    } table[] = {
        {"+6591234567", "+6591****67"},
        {"+651234567", "+6512***67"},
        {"+65123456", "+******56"},
        {"12345", "1**45"},
        {"1234", "1234"},                   /* a short code names nobody */
        {"\xf0\x9f\x93\x9e 12", "*****12"}, /* no half characters */
        {"+65\xef\xbc\x97 1234567\xef\xbc\x98", "+65***********\xef\xbc\x98"},
        {"", ""},
    };
    char buf[RW_LOG_VALUE];

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        assert_string_equal(rw_log_number(buf, rw_slice_str(table[i].number)), table[i].masked);
    rw_log_set_mask_numbers(false);
    assert_string_equal(rw_log_number(buf, RW_LIT("+6591234567")), "+6591234567");
    rw_log_set_mask_numbers(true);
}

static void test_log_limit(void **state)
{
    struct rw_log_limit limit = {0};
    uint64_t suppressed = 99;

    (void)state;
    assert_true(rw_log_allow(&limit, 5000, &suppressed));
    assert_int_equal(suppressed, 0);
    for (uint64_t ms = 5000; ms < 6000; ms++)
        assert_false(rw_log_allow(&limit, ms, &suppressed));
    assert_true(rw_log_allow(&limit, 6000, &suppressed));
    assert_int_equal(suppressed, 1000);
    assert_false(rw_log_allow(&limit, 6500, &suppressed));
    assert_true(rw_log_allow(&limit, 7000, &suppressed));
    assert_int_equal(suppressed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_and_refine),
        cmocka_unit_test(test_long_texts_are_cut),
        cmocka_unit_test(test_a_suggestion_is_never_cut),
        cmocka_unit_test(test_faults_are_bounded),
        cmocka_unit_test(test_status_tables),
        cmocka_unit_test(test_mem),
        cmocka_unit_test(test_time_format),
        cmocka_unit_test(test_times_are_read),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_ids_ascend),
        cmocka_unit_test(test_id_carries_worker),
        cmocka_unit_test(test_uuid_check),
        cmocka_unit_test(test_random_is_spread),
        cmocka_unit_test(test_log_lines),
        cmocka_unit_test(test_log_quote),
        cmocka_unit_test(test_numbers_are_masked),
        cmocka_unit_test(test_log_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
