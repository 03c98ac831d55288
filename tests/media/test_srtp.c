/* Packets sealed and opened: known bytes, repetitions, forgeries, the overflow of sequence numbers. */
#include "base/mem.h"
#include "media/srtp.h"
#include "test.h"

#include <openssl/evp.h>
#include <string.h>

#define SEALED_MAX (RW_RTP_PACKET_MAX + RW_SRTP_GROWTH)

/* The master key and salt of RFC 3711, appendix B.3. */
static const uint8_t key[RW_SRTP_KEY] = {
    0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE, 0x41,
    0x39, 0x0E, 0xC6, 0x75, 0xAD, 0x49, 0x8A, 0xFE, 0xEB, 0xB6, 0x96, 0x0B, 0x3A, 0xAB, 0xE6};

struct pair {
    struct rw_srtp *out, *in;
};

static struct pair make_pair(enum rw_srtp_suite suite)
{
    struct pair pair;

    assert_int_equal(rw_srtp_new(&pair.out, suite, key, NULL), RW_OK);
    assert_int_equal(rw_srtp_new(&pair.in, suite, key, NULL), RW_OK);
    return pair;
}

static void free_pair(struct pair *pair)
{
    rw_srtp_free(pair->out);
    rw_srtp_free(pair->in);
    assert_int_equal(rw_mem_live(), 0);
}

static size_t write_packet(uint8_t *bytes, uint16_t seq, uint32_t ssrc, uint8_t fill)
{
    rw_rtp_write_header(bytes, 0, false, seq, 160u * seq, ssrc);
    memset(bytes + RW_RTP_HEADER, fill, 160);
    return RW_RTP_HEADER + 160;
}

static size_t sealed(struct rw_srtp *out, uint8_t *bytes, uint16_t seq, uint32_t ssrc, uint8_t fill)
{
    size_t n = write_packet(bytes, seq, ssrc, fill);

    assert_true(rw_srtp_seal(out, bytes, &n));
    return n;
}

static bool opens(struct rw_srtp *in, const uint8_t *bytes, size_t n, uint8_t fill)
{
    uint8_t copy[SEALED_MAX];

    memcpy(copy, bytes, n);
    return rw_srtp_open(in, copy, &n) && n == RW_RTP_HEADER + 160 && copy[RW_RTP_HEADER] == fill &&
           copy[n - 1] == fill;
}

/* What every implementation makes of this key and this packet. */
static void test_known_bytes(void **state)
{
    static const uint8_t head[] = {0x80, 0x0f, 0x12, 0x34, 0xde, 0xca,
                                   0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe};
    static const uint8_t made[] = {0x4e, 0x55, 0xdc, 0x4c, 0xe7, 0x99, 0x78, 0xd8, 0x8c,
                                   0xa4, 0xd2, 0x15, 0x94, 0x9d, 0x24, 0x02, 0xb7, 0x8d,
                                   0x6a, 0xcc, 0x99, 0xea, 0x17, 0x9b, 0x8d, 0xbb};
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    uint8_t bytes[64];
    size_t n = sizeof(head) + 16;

    (void)state;
    memcpy(bytes, head, sizeof(head));
    memset(bytes + sizeof(head), 0xab, 16);
    assert_true(rw_srtp_seal(pair.out, bytes, &n));
    assert_int_equal(n, sizeof(head) + sizeof(made));
    assert_memory_equal(bytes, head, sizeof(head));
    assert_memory_equal(bytes + sizeof(head), made, sizeof(made));
    free_pair(&pair);
}

static void test_each_suite_has_its_tag(void **state)
{
    static const struct {
        enum rw_srtp_suite suite;
        size_t rtp, rtcp;
    } suites[] = {{RW_SRTP_AES_CM_128_HMAC_SHA1_80, 10, 14},
                  {RW_SRTP_AES_CM_128_HMAC_SHA1_32, 4, 14}};
    static const uint8_t report[] = {0x80, 201, 0, 1, 0, 0, 0, 42};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pair pair = make_pair(suites[i].suite);
        uint8_t bytes[SEALED_MAX];
        size_t n = sealed(pair.out, bytes, 7, 42, 1);

        assert_int_equal(n, 172 + suites[i].rtp);
        assert_true(opens(pair.in, bytes, n, 1));
        n = sizeof(report);
        memcpy(bytes, report, n);
        assert_true(rw_srtp_seal_rtcp(pair.out, bytes, &n));
        assert_int_equal(n, sizeof(report) + suites[i].rtcp);
        assert_true(rw_srtp_open_rtcp(pair.in, bytes, &n));
        assert_int_equal(n, sizeof(report));
        assert_memory_equal(bytes, report, n);
        free_pair(&pair);
    }
}

static void test_a_forged_packet_changes_nothing(void **state)
{
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    uint8_t bytes[SEALED_MAX], forged[SEALED_MAX];
    size_t n;

    (void)state;
    for (uint16_t seq = 100; seq < 200; seq++) {
        n = sealed(pair.out, bytes, seq, 42, (uint8_t)seq);
        /* ahead by half of all numbers: were it believed, the true ones would be too old */
        (void)write_packet(forged, (uint16_t)(seq + 30000), 42, 9);
        memset(forged + 172, 7, 10);
        assert_false(opens(pair.in, forged, 182, 9));
        memcpy(forged, bytes, n);
        forged[n - 1] ^= 1;
        assert_false(opens(pair.in, forged, n, (uint8_t)seq));
        forged[n - 1] ^= 1;
        forged[50] ^= 0x80;
        assert_false(opens(pair.in, forged, n, (uint8_t)seq));
        assert_true(opens(pair.in, bytes, n, (uint8_t)seq));
    }
    free_pair(&pair);
}

/* Unknown sources take no room until one of their packets is proven. */
static void test_forgers_do_not_use_up_the_sources(void **state)
{
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    uint8_t bytes[SEALED_MAX];
    size_t n;

    (void)state;
    for (uint32_t ssrc = 0; ssrc < 1000; ssrc++) {
        n = write_packet(bytes, 1, ssrc, 3);
        memset(bytes + n, 0, 10);
        assert_false(opens(pair.in, bytes, n + 10, 3));
    }
    for (uint32_t ssrc = 0; ssrc < RW_SRTP_SOURCES; ssrc++) {
        n = sealed(pair.out, bytes, 1, 5000 + ssrc, 3);
        assert_true(opens(pair.in, bytes, n, 3));
    }
    n = write_packet(bytes, 1, 9999, 3);
    assert_false(rw_srtp_seal(pair.out, bytes, &n)); /* one too many */
    n = sealed(pair.out, bytes, 2, 5000, 3);
    assert_true(opens(pair.in, bytes, n, 3));
    free_pair(&pair);
}

static void test_each_index_once(void **state)
{
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_32);
    uint8_t bytes[100][SEALED_MAX], again[SEALED_MAX];
    size_t n = 0;

    (void)state;
    for (uint16_t i = 0; i < 100; i++)
        n = sealed(pair.out, bytes[i], i, 42, (uint8_t)i);
    n = write_packet(again, 99, 42, 1);
    assert_false(rw_srtp_seal(pair.out, again, &n)); /* other bytes under a number used */
    n = 176;
    assert_true(opens(pair.in, bytes[70], n, 70));
    assert_false(opens(pair.in, bytes[70], n, 70));
    assert_true(opens(pair.in, bytes[7], n, 7)); /* 63 behind: the last that may come late */
    assert_false(opens(pair.in, bytes[7], n, 7));
    assert_false(opens(pair.in, bytes[6], n, 6));
    assert_true(opens(pair.in, bytes[69], n, 69));
    assert_true(opens(pair.in, bytes[99], n, 99));
    assert_false(opens(pair.in, bytes[35], n, 35));
    assert_true(opens(pair.in, bytes[36], n, 36));
    free_pair(&pair);
}

static void test_sequence_numbers_overflow(void **state)
{
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    uint8_t bytes[SEALED_MAX], late[SEALED_MAX];
    size_t n;

    (void)state;
    for (uint32_t i = 0; i < 3 * 65536; i++) {
        uint16_t seq = (uint16_t)(65000 + i);

        if (seq == 65535) { /* comes after the overflow */
            (void)sealed(pair.out, late, seq, 42, 8);
            continue;
        }
        n = sealed(pair.out, bytes, seq, 42, (uint8_t)i);
        if (i % 5)
            assert_true(opens(pair.in, bytes, n, (uint8_t)i));
        if (seq == 10)
            assert_true(opens(pair.in, late, RW_RTP_HEADER + 160 + 10, 8));
    }
    free_pair(&pair);
}

/* We begin to hear a source that went over its numbers while nobody had its key. */
static void test_joined_after_an_overflow(void **state)
{
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    uint8_t bytes[SEALED_MAX];
    size_t n;

    (void)state;
    (void)sealed(pair.out, bytes, 65535, 42, 1);
    (void)sealed(pair.out, bytes, 0, 42, 1);
    n = sealed(pair.out, bytes, 1, 42, 2);
    assert_true(opens(pair.in, bytes, n, 2));
    n = sealed(pair.out, bytes, 2, 42, 3);
    assert_true(opens(pair.in, bytes, n, 3));
    free_pair(&pair);
}

static void test_reports_are_numbered_and_not_repeated(void **state)
{
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    uint8_t first[64] = {0x80, 201, 0, 1, 0, 0, 0, 42}, again[64], forged[64];
    size_t n = 8, size;

    (void)state;
    assert_true(rw_srtp_seal_rtcp(pair.out, first, &n));
    memcpy(again, first, n);
    memcpy(forged, first, n);
    forged[n - 12] ^= 0x80; /* says that it is not encrypted */
    size = n;
    assert_false(rw_srtp_open_rtcp(pair.in, forged, &size));
    forged[n - 12] ^= 0x80;
    forged[n - 1] ^= 1;
    size = n;
    assert_false(rw_srtp_open_rtcp(pair.in, forged, &size));
    size = n;
    assert_true(rw_srtp_open_rtcp(pair.in, first, &size));
    size = n;
    assert_false(rw_srtp_open_rtcp(pair.in, again, &size));
    size = 21;
    assert_false(rw_srtp_open_rtcp(pair.in, again, &size));
    size = 7;
    assert_false(rw_srtp_seal_rtcp(pair.out, again, &size));
    free_pair(&pair);
}

static void test_what_is_too_short(void **state)
{
    struct pair pair = make_pair(RW_SRTP_AES_CM_128_HMAC_SHA1_80);
    uint8_t bytes[SEALED_MAX] = {0x80};

    (void)state;
    for (size_t n = 0; n < 22; n++) {
        size_t size = n;

        assert_false(rw_srtp_open(pair.in, bytes, &size));
    }
    free_pair(&pair);
}

static void test_without_memory(void **state)
{
    struct rw_srtp *srtp;

    (void)state;
    rw_mem_fail_after(0);
    assert_int_equal(rw_srtp_new(&srtp, RW_SRTP_AES_CM_128_HMAC_SHA1_80, key, NULL), RW_NO_MEMORY);
    rw_mem_fail_after(-1);
    rw_srtp_free(NULL);
    assert_int_equal(rw_mem_live(), 0);
}

static void test_without_a_cipher(void **state)
{
    struct rw_srtp *srtp;
    struct rw_err err;

    (void)state;
    assert_int_equal(EVP_set_default_properties(NULL, "provider=nobody"), 1);
    assert_int_equal(rw_srtp_new(&srtp, RW_SRTP_AES_CM_128_HMAC_SHA1_80, key, &err), RW_BUG);
    assert_string_equal(err.code, "media.no_cipher");
    assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
    assert_int_equal(rw_mem_live(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_bytes),
        cmocka_unit_test(test_each_suite_has_its_tag),
        cmocka_unit_test(test_a_forged_packet_changes_nothing),
        cmocka_unit_test(test_forgers_do_not_use_up_the_sources),
        cmocka_unit_test(test_each_index_once),
        cmocka_unit_test(test_sequence_numbers_overflow),
        cmocka_unit_test(test_joined_after_an_overflow),
        cmocka_unit_test(test_reports_are_numbered_and_not_repeated),
        cmocka_unit_test(test_what_is_too_short),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_without_a_cipher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
