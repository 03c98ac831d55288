/* What a voice says is encoded, decoded and put before ears: they must hear just that. */
#include "base/mem.h"
#include "sim/sound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

struct log {
    unsigned tones, ends, digits;
    unsigned hz[32], end_ms[32];
    double dbm0[32];
    char digit[32];
};

static void on_heard(const struct rw_sim_heard *heard, void *arg)
{
    struct log *log = arg;

    if (heard->what == RW_SIM_HEARD_TONE && log->tones < 32) {
        log->hz[log->tones] = heard->hz;
        log->dbm0[log->tones++] = heard->dbm0;
    } else if (heard->what == RW_SIM_HEARD_TONE_END && log->ends < 32) {
        log->end_ms[log->ends++] = heard->ms;
    } else if (heard->what == RW_SIM_HEARD_DIGIT && log->digits < 31) {
        log->digit[log->digits++] = heard->digit;
    }
}

/* Plays `ms` of it through G.711 and says what was heard. */
static struct log pass(enum rw_sim_sound sound, unsigned hz, uint32_t greeting_ms, uint8_t pt,
                       unsigned ms)
{
    struct log log = {.tones = 0};
    struct rw_sim_voice *voice = rw_sim_voice_new(sound, hz, greeting_ms);
    struct rw_sim_ears *ears = rw_sim_ears_new(on_heard, &log);

    assert_non_null(voice);
    assert_non_null(ears);
    for (unsigned at = 0; at < ms; at += 20) {
        int16_t samples[RW_SIM_FRAME];
        uint8_t bytes[RW_SIM_FRAME];

        rw_sim_voice_next(voice, samples);
        rw_sim_g711_encode(pt, samples, RW_SIM_FRAME, bytes);
        rw_sim_g711_decode(pt, bytes, RW_SIM_FRAME, samples);
        rw_sim_ears_listen(ears, samples, RW_SIM_FRAME);
    }
    rw_sim_voice_free(voice);
    rw_sim_ears_free(ears);
    return log;
}

static void test_tones_are_recognised(void **state)
{
    static const unsigned hz[] = {250,  350,  440,  480,  620,  700, 941,
                                  1004, 1400, 2100, 2600, 3000, 3300};

    (void)state;
    for (size_t i = 0; i < sizeof(hz) / sizeof(*hz); i++)
        for (uint8_t pt = 0; pt <= 8; pt += 8) {
            struct log log = pass(RW_SIM_TONE, hz[i], 0, pt, 2000);

            print_message("%u Hz, payload type %u: %u at %.1f\n", hz[i], pt, log.hz[0],
                          log.dbm0[0]);
            assert_int_equal(log.tones, 1); /* one, and it did not break off */
            assert_int_equal(log.ends, 0);
            assert_int_equal(log.digits, 0);
            assert_true(abs((int)log.hz[0] - (int)hz[i]) <= 2);
            assert_true(fabs(log.dbm0[0] - RW_SIM_TONE_DBM0) < 0.5);
        }
}

static void test_silence_is_not_heard(void **state)
{
    static const enum rw_sim_sound quiet[] = {RW_SIM_NOTHING, RW_SIM_SILENCE, RW_SIM_ECHO};

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (uint8_t pt = 0; pt <= 8; pt += 8) {
            struct log log = pass(quiet[i], 1004, 0, pt, 2000);

            assert_int_equal(log.tones + log.ends + log.digits, 0);
        }
}

static void test_a_machine_greets_beeps_and_listens(void **state)
{
    struct log log = pass(RW_SIM_MACHINE, 1004, 1000, 0, 3000);

    (void)state;
    assert_true(log.tones >= 3);
    assert_int_equal(log.ends, log.tones); /* it is silent at last */
    for (unsigned i = 0; i + 1 < log.tones; i++)
        assert_true(log.hz[i] == 400 || log.hz[i] == 520);
    assert_int_equal(log.hz[log.tones - 1], 1400);
    assert_in_range(log.end_ms[log.ends - 1], 400, 550);
}

static void test_an_announcement_has_its_own_tone(void **state)
{
    struct log log = pass(RW_SIM_ANNOUNCEMENT, 1004, 0, 8, 1000);

    (void)state;
    assert_int_equal(log.tones, 1);
    assert_int_equal(log.hz[0], 620);
}

static void test_digits_as_sound(void **state)
{
    (void)state;
    for (uint8_t pt = 0; pt <= 8; pt += 8) {
        struct log log = pass(RW_SIM_DTMF, 1004, 0, pt, 3000);

        assert_string_equal(log.digit, RW_SIM_DIGITS);
        assert_int_equal(log.tones, 1); /* two frequencies are no tone; afterwards its own is */
        assert_int_equal(log.hz[0], 1004);
    }
}

/* Two tones at once, noise, and clicks are no tone. */
static void test_what_is_no_tone(void **state)
{
    for (int kind = 0; kind < 3; kind++) {
        struct log log = {.tones = 0};
        struct rw_sim_ears *ears = rw_sim_ears_new(on_heard, &log);
        uint32_t seed = 1;

        (void)state;
        assert_non_null(ears);
        for (int i = 0; i < 16000; i++) {
            int16_t sample;

            seed = seed * 1664525 + 1013904223;
            if (kind == 0)
                sample = (int16_t)(4000 * sin(i * 0.3456) + 4000 * sin(i * 0.7));
            else if (kind == 1)
                sample = (int16_t)((int32_t)(seed >> 16) - 32768);
            else
                sample = i % 800 == 0 ? 30000 : 0;
            rw_sim_ears_listen(ears, &sample, 1); /* in any portions */
        }
        assert_int_equal(log.tones, 0);
        rw_sim_ears_free(ears);
    }
}

static void test_every_allocation_fails_once(void **state)
{
    long n = 0, before = rw_mem_live();

    (void)state;
    for (;; n++) {
        struct log log = {.tones = 0};
        struct rw_sim_voice *voice;
        struct rw_sim_ears *ears;
        bool good;

        rw_mem_fail_after(n);
        voice = rw_sim_voice_new(RW_SIM_DTMF, 440, 0);
        ears = rw_sim_ears_new(on_heard, &log);
        rw_mem_fail_after(-1);
        good = voice && ears;
        rw_sim_voice_free(voice);
        rw_sim_ears_free(ears);
        assert_int_equal(rw_mem_live(), before);
        if (good)
            break;
    }
    assert_int_equal(n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tones_are_recognised),
        cmocka_unit_test(test_silence_is_not_heard),
        cmocka_unit_test(test_a_machine_greets_beeps_and_listens),
        cmocka_unit_test(test_an_announcement_has_its_own_tone),
        cmocka_unit_test(test_digits_as_sound),
        cmocka_unit_test(test_what_is_no_tone),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
