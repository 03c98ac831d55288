/* What messages say of extensions. */
#include "sip/extension.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* A 183 with these header lines, read. */
static struct rw_sip_message read_with(const char *lines)
{
    static char text[1000];
    struct rw_sip_message m;
    int n = snprintf(text, sizeof(text),
                     "SIP/2.0 183 Session Progress\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n"
                     "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: 1\r\n"
                     "CSeq: 1 INVITE\r\n%sContent-Length: 0\r\n\r\n",
                     lines);

    assert_null(rw_sip_message_parse(&m, text, (size_t)n, true));
    return m;
}

static void test_session_expires(void **state)
{
    static const struct {
        const char *lines;
        uint32_t s; /* 0: none */
        enum rw_sip_refresher refresher;
    } table[] = {
        {"", 0, RW_SIP_REFRESHER_OPEN},
        {"Session-Expires: 1800\r\n", 1800, RW_SIP_REFRESHER_OPEN},
        {"session-expires :90 ; refresher = UAC\r\n", 90, RW_SIP_REFRESHER_UAC},
        {"x: 90;foo=bar;refresher=uas\r\n", 90, RW_SIP_REFRESHER_UAS},
        {"X:\r\n 90;\r\n refresher=uac\r\n", 90, RW_SIP_REFRESHER_UAC},
        {"Session-Expires: 90;refresher=me\r\n", 90, RW_SIP_REFRESHER_OPEN},
        {"Session-Expires: 99999999999999999999999\r\n", RW_SIP_SESSION_MAX_S,
         RW_SIP_REFRESHER_OPEN},
        {"Session-Expires: 90\r\nSession-Expires: 180\r\n", 90, RW_SIP_REFRESHER_OPEN},
        {"Session-Expires: 0\r\n", 0, RW_SIP_REFRESHER_OPEN},
        {"Session-Expires: -1\r\n", 0, RW_SIP_REFRESHER_OPEN},
        {"Session-Expires: 90 s\r\n", 0, RW_SIP_REFRESHER_OPEN},
        {"Session-Expires:\r\n", 0, RW_SIP_REFRESHER_OPEN},
        {"Session-Expires: ;refresher=uac\r\n", 0, RW_SIP_REFRESHER_OPEN},
        {"Session-Expiry: 90\r\n", 0, RW_SIP_REFRESHER_OPEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_message m = read_with(table[i].lines);
        struct rw_sip_session_expires got = {77, RW_SIP_REFRESHER_UAS};

        if (rw_sip_session_expires_read(&m, &got) != (table[i].s != 0))
            fail_msg("%s", table[i].lines);
        assert_int_equal(got.s, table[i].s ? table[i].s : 77);
        assert_int_equal(got.refresher, table[i].s ? table[i].refresher : RW_SIP_REFRESHER_UAS);
    }
}

static void test_numbers(void **state)
{
    static const struct {
        const char *lines;
        uint32_t min_s, rseq; /* 0: none */
    } table[] = {
        {"Min-SE: 90\r\nRSeq: 1\r\n", 90, 1},
        {"min-se: 90;x=y\r\nrseq: 4294967295\r\n", 90, UINT32_MAX},
        {"Min-SE: 1e3\r\nRSeq: 0\r\n", 0, 0},
        {"RSeq: 12345678901\r\n", 0, 0},
        {"RSeq: 1 2\r\n", 0, 0},
        {"Min-SE:\r\nRSeq:\r\n", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_message m = read_with(table[i].lines);
        uint32_t n;

        assert_int_equal(rw_sip_min_se_read(&m, &n), table[i].min_s != 0);
        if (table[i].min_s)
            assert_int_equal(n, table[i].min_s);
        assert_int_equal(rw_sip_rseq_read(&m, &n), table[i].rseq != 0);
        if (table[i].rseq)
            assert_int_equal(n, table[i].rseq);
    }
}

static void test_what_is_required(void **state)
{
    static const struct {
        const char *lines;
        bool reliable;  /* 100rel is required */
        bool beyond[4]; /* something that is not in the set of that number */
    } table[] = {
        {"", false, {false, false, false, false}},
        {"Require: 100rel\r\n", true, {true, true, false, false}},
        {"Require: timer,100REL\r\n", true, {true, true, true, false}},
        {"Require: timer\r\nRequire: foo, 100rel\r\n", true, {true, true, true, true}},
        {"Proxy-Require: timer\r\n", false, {true, false, true, false}},
        {"Supported: 100rel\r\n", false, {false, false, false, false}},
        {"Require: 100rely, 100re\r\n", false, {true, true, true, true}},
        {"Require: ,\r\n", false, {false, false, false, false}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_message m = read_with(table[i].lines);

        assert_int_equal(rw_sip_requires(&m, "100rel"), table[i].reliable);
        for (unsigned set = 0; set < 4; set++)
            if (rw_sip_requires_beyond(&m, set) != table[i].beyond[set])
                fail_msg("%s, known %u", table[i].lines, set);
    }
}

static void test_what_is_allowed(void **state)
{
    static const struct {
        const char *lines;
        bool update;
    } table[] = {
        {"", false},
        {"Allow: INVITE, UPDATE\r\n", true},
        {"Allow: INVITE\r\nallow: BYE ,UPDATE\r\n", true},
        {"Allow: update\r\n", false}, /* methods are told apart by case (section 7.1) */
        {"Allow: UPDATES\r\n", false},
        {"Supported: UPDATE\r\n", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct rw_sip_message m = read_with(table[i].lines);

        if (rw_sip_allows(&m, RW_SIP_UPDATE) != table[i].update)
            fail_msg("%s", table[i].lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_expires),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_what_is_required),
        cmocka_unit_test(test_what_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
