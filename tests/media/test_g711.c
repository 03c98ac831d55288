/* Every sample of both laws, against spandsp's conversion. */
#include "media/g711.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <spandsp.h>

static void every_sample(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t to_alaw = (uint8_t)i, to_ulaw = (uint8_t)i;

        rw_g711_ulaw_to_alaw(&to_alaw, 1);
        rw_g711_alaw_to_ulaw(&to_ulaw, 1);
        assert_int_equal(to_alaw, ulaw_to_alaw((uint8_t)i));
        assert_int_equal(to_ulaw, alaw_to_ulaw((uint8_t)i));
    }
}

static void all_samples_and_no_more(void **state)
{
    uint8_t samples[] = {0xff, 0xd5, 0xff, 0xff};

    (void)state;
    rw_g711_ulaw_to_alaw(samples + 1, 2);
    assert_int_equal(samples[0], 0xff);
    assert_int_equal(samples[1], ulaw_to_alaw(0xd5));
    assert_int_equal(samples[2], 0xd5); /* silence */
    assert_int_equal(samples[3], 0xff);
    rw_g711_alaw_to_ulaw(samples, 0);
    assert_int_equal(samples[0], 0xff);
}

static void every_linear_sample(void **state)
{
    (void)state;
    for (int i = INT16_MIN; i <= INT16_MAX; i++) {
        assert_int_equal(rw_g711_ulaw_encode((int16_t)i), linear_to_ulaw(i));
        assert_int_equal(rw_g711_alaw_encode((int16_t)i), linear_to_alaw(i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample),
        cmocka_unit_test(all_samples_and_no_more),
        cmocka_unit_test(every_linear_sample),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
