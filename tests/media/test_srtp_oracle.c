/* Ours against libsrtp: what either seals the other opens, over an overflow of sequence numbers. */
#include "media/srtp.h"
#include "test.h"

#include <srtp2/srtp.h>
#include <string.h>

#define PACKETS 70000

static srtp_t make_oracle(enum rw_srtp_suite suite, uint8_t *key, srtp_ssrc_type_t direction)
{
    srtp_policy_t policy;
    srtp_t ret;

    memset(&policy, 0, sizeof(policy));
    if (suite == RW_SRTP_AES_CM_128_HMAC_SHA1_80)
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    else
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.ssrc.type = direction;
    policy.key = key;
    policy.window_size = 128;
    assert_int_equal(srtp_create(&ret, &policy), srtp_err_status_ok);
    return ret;
}

/* Payloads of every length, contributors and an extension now and then, padding. */
static size_t write_packet(uint8_t *bytes, uint32_t i)
{
    size_t n = RW_RTP_HEADER;

    rw_rtp_write_header(bytes, 8, i % 7 == 0, (uint16_t)(60000 + i), 160 * i, 1234);
    if (i % 5 == 0) {
        bytes[0] |= 2;
        memset(bytes + n, 0x11, 8);
        n += 8;
    }
    if (i % 3 == 0) {
        bytes[0] |= 0x10;
        memcpy(bytes + n, "\xbe\xde\x00\x01....", 8);
        n += 8;
    }
    memset(bytes + n, (int)i, i % 200 + 1);
    n += i % 200 + 1;
    if (i % 11 == 0) {
        bytes[0] |= 0x20;
        bytes[n - 1] = 1;
    }
    return n;
}

static size_t write_report(uint8_t *bytes, uint32_t i)
{
    memset(bytes, 0, 28);
    bytes[0] = 0x80;
    bytes[1] = 200;
    bytes[3] = 6;
    bytes[7] = 42;
    bytes[20] = (uint8_t)i;
    return 28;
}

static void exchange_one(uint32_t i, struct rw_srtp *ours, srtp_t theirs, bool we_seal)
{
    uint8_t plain[512], bytes[512];
    size_t size, n = i % 50 == 49 ? write_report(plain, i) : write_packet(plain, i);
    bool report = i % 50 == 49;
    int length = (int)n;

    memcpy(bytes, plain, n);
    size = n;
    if (we_seal) {
        assert_true(report ? rw_srtp_seal_rtcp(ours, bytes, &size)
                           : rw_srtp_seal(ours, bytes, &size));
        length = (int)size;
        assert_int_equal(report ? srtp_unprotect_rtcp(theirs, bytes, &length)
                                : srtp_unprotect(theirs, bytes, &length),
                         srtp_err_status_ok);
    } else {
        assert_int_equal(report ? srtp_protect_rtcp(theirs, bytes, &length)
                                : srtp_protect(theirs, bytes, &length),
                         srtp_err_status_ok);
        size = (size_t)length;
        assert_true(report ? rw_srtp_open_rtcp(ours, bytes, &size)
                           : rw_srtp_open(ours, bytes, &size));
        length = (int)size;
    }
    assert_int_equal(length, n);
    assert_memory_equal(bytes, plain, n);
}

static void test_each_opens_what_the_other_seals(void **state)
{
    static const enum rw_srtp_suite suites[] = {RW_SRTP_AES_CM_128_HMAC_SHA1_80,
                                                RW_SRTP_AES_CM_128_HMAC_SHA1_32};

    (void)state;
    for (unsigned run = 0; run < 4; run++) {
        enum rw_srtp_suite suite = suites[run / 2];
        bool we_seal = run % 2;
        uint8_t key[RW_SRTP_KEY];
        struct rw_srtp *ours;
        srtp_t theirs;

        for (unsigned i = 0; i < RW_SRTP_KEY; i++)
            key[i] = (uint8_t)(run * 50 + 3 * i);
        assert_int_equal(rw_srtp_new(&ours, suite, key, NULL), RW_OK);
        theirs = make_oracle(suite, key, we_seal ? ssrc_any_inbound : ssrc_any_outbound);
        for (uint32_t i = 0; i < PACKETS; i++)
            exchange_one(i, ours, theirs, we_seal);
        (void)srtp_dealloc(theirs);
        rw_srtp_free(ours);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_opens_what_the_other_seals)};
    int failed;

    if (srtp_init() != srtp_err_status_ok)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)srtp_shutdown();
    return failed;
}
