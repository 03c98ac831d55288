/* The texts of a token: canonical JSON, numbers, addresses, base64url. */
#include "../test.h"

#include "base/mem.h"
#include "stir/passport.h"

#include <string.h>

#define ORIGID "7d3c2b1a-4f5e-4a6b-8c7d-9e0f1a2b3c4d"

/* The examples of RFC 8225 and RFC 8588 with numbers of ours: order, blanks and quotes count. */
static void test_header_and_claims_are_canonical(void **state)
{
    const struct {
        struct rw_stir_claims claims;
        const char *json;
    } table[] = {
        {{RW_STIR_A, RW_LIT("+12155550112"), RW_LIT("+12125550113"), RW_LIT(ORIGID), 1471375418},
         "{\"attest\":\"A\",\"dest\":{\"tn\":[\"12125550113\"]},\"iat\":1471375418,"
         "\"orig\":{\"tn\":\"12155550112\"},\"origid\":\"" ORIGID "\"}"},
        {{RW_STIR_B, RW_LIT("+65 3456-7890"), RW_LIT("+65 (91) 23.45 67"), RW_LIT(ORIGID), 0},
         "{\"attest\":\"B\",\"dest\":{\"tn\":[\"6591234567\"]},\"iat\":0,"
         "\"orig\":{\"tn\":\"6534567890\"},\"origid\":\"" ORIGID "\"}"},
        {{RW_STIR_C, RW_LIT("6534567890"), RW_LIT("*69#"), RW_LIT(ORIGID), 4102444800},
         "{\"attest\":\"C\",\"dest\":{\"tn\":[\"*69#\"]},\"iat\":4102444800,"
         "\"orig\":{\"tn\":\"6534567890\"},\"origid\":\"" ORIGID "\"}"},
    };
    struct rw_buf buf;
    struct rw_err err;

    (void)state;
    rw_buf_init(&buf, 600);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        rw_buf_clear(&buf);
        assert_int_equal(rw_stir_claims_put(&buf, &table[i].claims, &err), RW_OK);
        assert_string_equal(buf.p, table[i].json);
    }
    rw_buf_clear(&buf);
    rw_stir_header_put(&buf, RW_LIT("https://cert.example.org/passport.pem"));
    assert_string_equal(buf.p, "{\"alg\":\"ES256\",\"ppt\":\"shaken\",\"typ\":\"passport\","
                               "\"x5u\":\"https://cert.example.org/passport.pem\"}");
    rw_buf_done(&buf);
}

static void test_numbers(void **state)
{
    const struct {
        struct rw_slice number;
        const char *written; /* NULL: refused */
    } table[] = {
        {RW_LIT("+6591234567"), "6591234567"},
        {RW_LIT(" +65 (9123) 45-67."), "6591234567"},
        {RW_LIT("6591234567"), "6591234567"},
        {RW_LIT("*31#65"), "*31#65"},
        {RW_LIT("12345678901234567890123456789012"), "12345678901234567890123456789012"},
        {RW_LIT("123456789012345678901234567890123"), NULL},
        {RW_LIT(""), NULL},
        {RW_LIT("+"), NULL},
        {RW_LIT("*#"), NULL},
        {RW_LIT("++65"), NULL},
        {RW_LIT("65+9"), NULL},
        {RW_LIT("*+65"), NULL},
        {RW_LIT("+65\r\nX: y"), NULL},
        {RW_LIT("+65\n"), NULL},
        {RW_LIT("+65\0"
                "9"),
         NULL},
        {RW_LIT("+65\"},\"attest\":\"A"), NULL},
        {RW_LIT("+65\\u0022"), NULL},
        {RW_LIT("+65;ext=9"), NULL},
        {RW_LIT("+65%0d%0a"), NULL},
        {RW_LIT("+65\t9"), NULL},
        {RW_LIT("sip:+65@a"), NULL},
        {RW_LIT("\xef\xbc\x99\xef\xbc\x99"), NULL}, /* full-width digits */
        {RW_LIT("anonymous"), NULL},
    };
    struct rw_buf buf;
    struct rw_err err;

    (void)state;
    rw_buf_init(&buf, 100);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        enum rw_class class;

        rw_buf_clear(&buf);
        class = rw_stir_number_put(&buf, table[i].number, &err);
        if (table[i].written) {
            assert_int_equal(class, RW_OK);
            assert_string_equal(buf.p, table[i].written);
        } else if (class != RW_MALFORMED || strcmp(err.code, "stir.bad_number") != 0) {
            fail_msg("case %zu was not refused", i);
        }
    }
    rw_buf_done(&buf);
}

static void test_a_claim_with_a_bad_number_is_none(void **state)
{
    struct rw_stir_claims claims = {RW_STIR_A, RW_LIT("+65\r\n1"), RW_LIT("+651"), RW_LIT(ORIGID),
                                    1};
    struct rw_buf buf;
    struct rw_err err;

    (void)state;
    rw_buf_init(&buf, 600);
    assert_int_equal(rw_stir_claims_put(&buf, &claims, &err), RW_MALFORMED);
    assert_string_equal(err.found, "+65\\u{000D}\\u{000A}1");
    claims.orig = RW_LIT("+651");
    claims.dest = RW_LIT("+65\"1");
    assert_int_equal(rw_stir_claims_put(&buf, &claims, &err), RW_MALFORMED);
    rw_buf_done(&buf);
}

static void test_urls(void **state)
{
    static const char long_one[] = "https://cert.example.org/";
    static const struct {
        const char *url;
        bool usable;
    } table[] = {
        {"https://cert.example.org/shaken.pem", true},
        {"https://cert.example.org:8443/a/b.pem?x=1&y=%20", true},
        {"https://[2001:db8::1]/a", true},
        {"https://a", true},
        {"http://cert.example.org/shaken.pem", false},
        {"HTTPS://cert.example.org/", false},
        {"https://", false},
        {"https:///a", false},
        {"https://:80/", false},
        {"https://@host/", false},
        {"https://cert.example.org/a b", false},
        {"https://cert.example.org/>;alg=none", false},
        {"https://cert.example.org/\"", false},
        {"https://cert.example.org/\\", false},
        {"https://cert.example.org/\r\nX: y", false},
        {"https://cert.example.org/\xc3\xa9", false},
        {"https://cert.example.org/\x7f", false},
        {"", false},
    };
    char text[RW_STIR_URL_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (rw_stir_url_is_usable(rw_slice_str(table[i].url)) != table[i].usable)
            fail_msg("%s", table[i].url);
    memset(text, 'a', sizeof(text));
    memcpy(text, long_one, sizeof(long_one) - 1);
    assert_true(rw_stir_url_is_usable((struct rw_slice){text, RW_STIR_URL_MAX}));
    assert_false(rw_stir_url_is_usable((struct rw_slice){text, RW_STIR_URL_MAX + 1}));
    assert_false(rw_stir_url_is_usable(RW_LIT("https://a\0b")));
}

/* RFC 4648, section 10, in the alphabet of section 5. */
static void test_base64url(void **state)
{
    const struct {
        struct rw_slice bytes;
        const char *text;
    } table[] = {
        {RW_LIT("f"), "Zg"},
        {RW_LIT("fo"), "Zm8"},
        {RW_LIT("foo"), "Zm9v"},
        {RW_LIT("foob"), "Zm9vYg"},
        {RW_LIT("fooba"), "Zm9vYmE"},
        {RW_LIT("foobar"), "Zm9vYmFy"},
        {RW_LIT("\xff\xef\xfe"), "_-_-"},
        {RW_LIT("\0\0"), "AAA"},
    };
    struct rw_buf buf;

    (void)state;
    rw_buf_init(&buf, 100);
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        rw_buf_clear(&buf);
        rw_stir_base64url_put(&buf, table[i].bytes);
        assert_string_equal(buf.p, table[i].text);
    }
    rw_buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_and_claims_are_canonical),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_a_claim_with_a_bad_number_is_none),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_base64url),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
