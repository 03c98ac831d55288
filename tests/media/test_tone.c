/* Tones are known again, whatever codec was in between; bursts that come back are counted and timed. */
#include "../test.h"
#include "media/echo.h"
#include "media/g711.h"
#include "media/tone.h"

#include <spandsp.h>

#include <string.h>

static void linear_samples_as_spandsp_has_them(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++)
        assert_int_equal(rw_g711_ulaw_decode((uint8_t)i), ulaw_to_linear((uint8_t)i));
    for (int i = INT16_MIN; i <= INT16_MAX; i++) {
        int ours = rw_g711_ulaw_decode(rw_g711_ulaw_encode((int16_t)i));
        int theirs = ulaw_to_linear(linear_to_ulaw(i));

        /* spandsp cuts where a step begins, and zero has two signs */
        if (abs(ours - theirs) > 0 && abs(ours - i) > abs(theirs - i))
            fail_msg("%d: %d, spandsp %d", i, ours, theirs);
    }
}

static void listen_is(int tone, bool sounding, const uint8_t *ulaw, size_t n)
{
    struct rw_tone_heard heard = rw_tone_listen(ulaw, n);

    assert_int_equal(heard.tone, tone);
    assert_int_equal(heard.sounding, sounding);
}

static void each_tone_is_known(void **state)
{
    uint8_t frame[RW_TONE_FRAME];

    (void)state;
    for (int tone = 0; tone < (int)RW_TONES; tone++)
        for (uint32_t at = 0; at < 8; at++) {
            rw_tone_write(tone, at, frame);
            listen_is(tone, true, frame, sizeof(frame));
            listen_is(tone, true, frame, 80); /* 10 ms */
            rw_g711_ulaw_to_alaw(frame, sizeof(frame));
            rw_g711_alaw_to_ulaw(frame, sizeof(frame));
            listen_is(tone, true, frame, sizeof(frame));
        }
    rw_tone_write(RW_TONE_NONE, 0, frame);
    listen_is(RW_TONE_NONE, false, frame, sizeof(frame));
    listen_is(RW_TONE_NONE, false, frame, 0);
}

static void a_phase_that_goes_on(void **state)
{
    uint8_t frames[2][RW_TONE_FRAME];

    (void)state;
    rw_tone_write(1, 6, frames[0]);
    rw_tone_write(1, 7, frames[1]);
    listen_is(1, true, frames[0], sizeof(frames)); /* 40 ms in one packet */
}

static void a_tone_through_a_mobile_phones_codec(void **state)
{
    gsm0610_state_t *in = gsm0610_init(NULL, GSM0610_PACKING_NONE);
    gsm0610_state_t *out = gsm0610_init(NULL, GSM0610_PACKING_NONE);
    int16_t linear[RW_TONE_FRAME], back[RW_TONE_FRAME];
    uint8_t frame[RW_TONE_FRAME], packed[RW_TONE_FRAME];

    (void)state;
    for (int tone = 0; tone < (int)RW_TONES; tone++)
        for (uint32_t at = 0; at < 8; at++) {
            int n;

            rw_tone_write(tone, at, frame);
            for (unsigned i = 0; i < RW_TONE_FRAME; i++)
                linear[i] = rw_g711_ulaw_decode(frame[i]);
            n = gsm0610_encode(in, packed, linear, RW_TONE_FRAME);
            (void)gsm0610_decode(out, back, packed, n);
            for (unsigned i = 0; i < RW_TONE_FRAME; i++)
                frame[i] = rw_g711_ulaw_encode(back[i]);
            if (at >= 2) /* the codec has settled */
                listen_is(tone, true, frame, sizeof(frame));
        }
    (void)gsm0610_free(in);
    (void)gsm0610_free(out);
}

static void other_sound_is_no_tone(void **state)
{
    static const unsigned others[] = {300, 440, 620, 1400, 2600, 3300};
    uint8_t frame[RW_TONE_FRAME];
    uint32_t noise = 1;

    (void)state;
    for (size_t k = 0; k < sizeof(others) / sizeof(*others); k++) {
        tone_gen_descriptor_t *descriptor =
            tone_gen_descriptor_init(NULL, (int)others[k], -10, 0, 0, 1000, 0, 0, 0, true);
        tone_gen_state_t *generator = tone_gen_init(NULL, descriptor);
        int16_t linear[RW_TONE_FRAME];

        (void)tone_gen(generator, linear, RW_TONE_FRAME);
        for (unsigned i = 0; i < RW_TONE_FRAME; i++)
            frame[i] = rw_g711_ulaw_encode(linear[i]);
        listen_is(RW_TONE_NONE, true, frame, sizeof(frame));
        (void)tone_gen_free(generator);
        tone_gen_descriptor_free(descriptor);
    }
    for (int k = 0; k < 100; k++) {
        for (unsigned i = 0; i < RW_TONE_FRAME; i++) {
            noise = noise * 1664525 + 1013904223;
            frame[i] = (uint8_t)(noise >> 24);
        }
        listen_is(RW_TONE_NONE, true, frame, sizeof(frame));
    }
}

/* ------------------------------------------------------------------ echo */

static void hear(struct rw_echo *echo, int tone, uint64_t at_ms)
{
    rw_echo_hear(echo, (struct rw_tone_heard){tone != RW_TONE_NONE, tone}, at_ms);
}

static void bursts_come_back(void **state)
{
    struct rw_echo echo;

    (void)state;
    rw_echo_init(&echo);
    for (uint64_t i = 0; i < 6; i++) {
        assert_int_equal(rw_echo_send(&echo, 1000 + 500 * i), i % RW_TONES);
        for (uint64_t k = 0; i != 3 && k < 8; k++) /* the fourth one is lost */
            hear(&echo, (int)(i % RW_TONES), 1000 + 500 * i + (i == 1 ? 80 : 120) + 20 * k);
        hear(&echo, RW_TONE_NONE, 1490 + 500 * i);
    }
    assert_int_equal(echo.sent, 6);
    assert_int_equal(echo.heard, 5);
    assert_int_equal(echo.first, 0);
    assert_int_equal(echo.last, 5);
    assert_int_equal(echo.round_trip_ms, 80);
    assert_int_equal(echo.packets, 5 * 8 + 6);
    assert_int_equal(echo.sounding, 5 * 8);
}

static void what_is_no_echo(void **state)
{
    struct rw_echo echo;

    (void)state;
    rw_echo_init(&echo);
    hear(&echo, 0, 10); /* before anything was sent */
    hear(&echo, 0, 30);
    assert_int_equal(echo.heard, 0);
    assert_int_equal(rw_echo_send(&echo, 40), 0);
    hear(&echo, 0, 50); /* it goes on since before */
    assert_int_equal(echo.heard, 0);
    hear(&echo, RW_TONE_NONE, 70);
    hear(&echo, 2, 90); /* never sent */
    hear(&echo, 2, 110);
    hear(&echo, 0, 130); /* one packet is chance */
    hear(&echo, RW_TONE_NONE, 150);
    assert_int_equal(echo.heard, 0);
    hear(&echo, 0, 170);
    hear(&echo, 0, 190);
    hear(&echo, 0, 210); /* the same one */
    assert_int_equal(echo.heard, 1);
    assert_int_equal(echo.round_trip_ms, 130);
}

static void a_late_echo_belongs_to_its_pitch(void **state)
{
    struct rw_echo echo;

    (void)state;
    rw_echo_init(&echo);
    for (unsigned i = 0; i < 3; i++)
        (void)rw_echo_send(&echo, 500 * i);
    hear(&echo, 1, 1300);
    hear(&echo, 1, 1320);
    hear(&echo, 0, 1400);
    hear(&echo, 0, 1420);
    assert_int_equal(echo.heard, 2);
    assert_int_equal(echo.first, 0);
    assert_int_equal(echo.last, 1);
    assert_int_equal(echo.round_trip_ms, 800);
    for (unsigned i = 3; i < RW_ECHO_BURSTS_MAX; i++)
        (void)rw_echo_send(&echo, 500 * i);
    assert_int_equal(rw_echo_send(&echo, 99999), RW_TONE_NONE);
    assert_int_equal(echo.sent, RW_ECHO_BURSTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_samples_as_spandsp_has_them),
        cmocka_unit_test(each_tone_is_known),
        cmocka_unit_test(a_phase_that_goes_on),
        cmocka_unit_test(a_tone_through_a_mobile_phones_codec),
        cmocka_unit_test(other_sound_is_no_tone),
        cmocka_unit_test(bursts_come_back),
        cmocka_unit_test(what_is_no_echo),
        cmocka_unit_test(a_late_echo_belongs_to_its_pitch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
