#include "media/sdes.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define KEY_TEXT 40 /* base64 of 30 bytes: no padding */
#define TAG_DIGITS 9

/* Up to the separator, which is taken away too; all of it when there is none. */
static struct rw_slice cut(struct rw_slice *rest, char separator)
{
    const char *at = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    struct rw_slice part = *rest;

    if (at)
        part.n = (size_t)(at - rest->p);
    *rest = at ? rw_slice_from(*rest, part.n + 1) : (struct rw_slice){NULL, 0};
    return part;
}

static struct rw_slice next_word(struct rw_slice *rest)
{
    struct rw_slice word;

    do
        word = cut(rest, ' ');
    while (word.n == 0 && rest->n);
    return word;
}

static bool is_digits(struct rw_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool read_tag(struct rw_slice word, uint32_t *ret)
{
    uint32_t tag = 0;

    if (!is_digits(word) || word.n > TAG_DIGITS)
        return false;
    for (size_t i = 0; i < word.n; i++)
        tag = tag * 10 + (uint32_t)(word.p[i] - '0');
    *ret = tag;
    return true;
}

static bool read_base64(struct rw_slice text, uint8_t ret[RW_SRTP_KEY])
{
    /* OpenSSL's decoder trims blanks and takes padding, neither of which can stand here */
    if (text.n != KEY_TEXT || memchr(text.p, '=', text.n) || memchr(text.p, '\t', text.n))
        return false;
    return EVP_DecodeBlock(ret, (const unsigned char *)text.p, KEY_TEXT) == RW_SRTP_KEY;
}

/* inline:KEY|2^31; NULL, or what is wrong with it. */
static const char *read_key(struct rw_slice params, uint8_t ret[RW_SRTP_KEY])
{
    struct rw_slice method = cut(&params, ':'), key, lifetime;

    if (!rw_slice_ieq(method, RW_LIT("inline")))
        return "a crypto attribute does not give its key inline";
    if (params.n && memchr(params.p, ';', params.n))
        return "a crypto attribute gives several keys";
    key = cut(&params, '|');
    lifetime = cut(&params, '|');
    if (params.n || (lifetime.n && memchr(lifetime.p, ':', lifetime.n)))
        return "a crypto attribute wants key identifiers (MKI) in the packets";
    if (rw_slice_starts(lifetime, RW_LIT("2^")))
        lifetime = rw_slice_from(lifetime, 2);
    if (lifetime.n && !is_digits(lifetime))
        return "the lifetime of a crypto attribute can't be read";
    if (!read_base64(key, ret))
        return "the key of a crypto attribute is not 30 bytes in base64";
    return NULL;
}

/* A hint for the sender's window of repetitions changes nothing in the packets (section 6.3.6). */
static bool is_harmless(struct rw_slice param)
{
    return rw_slice_starts(param, RW_LIT("WSH=")) && is_digits(rw_slice_from(param, 4));
}

enum rw_class rw_sdes_read(struct rw_slice value, struct rw_sdes *ret, const char **ret_what)
{
    struct rw_slice tag = next_word(&value), suite = next_word(&value), key = next_word(&value);
    struct rw_sdes sdes = {.suite = RW_SRTP_NONE};

    if (!read_tag(tag, &sdes.tag) || suite.n == 0 || key.n == 0) {
        *ret_what = "a crypto attribute has not tag, suite and key";
        return RW_MALFORMED;
    }
    for (int i = RW_SRTP_AES_CM_128_HMAC_SHA1_80; i <= RW_SRTP_AES_CM_128_HMAC_SHA1_32; i++)
        if (rw_slice_ieq(suite, rw_slice_str(rw_srtp_suite_name((enum rw_srtp_suite)i))))
            sdes.suite = (enum rw_srtp_suite)i;
    if (sdes.suite == RW_SRTP_NONE)
        return RW_NOT_FOUND;
    *ret_what = read_key(key, sdes.key);
    while (!*ret_what && value.n)
        if (!is_harmless(next_word(&value)))
            *ret_what = "a crypto attribute has a session parameter that is not supported";
    if (!*ret_what)
        *ret = sdes;
    OPENSSL_cleanse(sdes.key, sizeof(sdes.key));
    return *ret_what ? RW_MALFORMED : RW_OK;
}

void rw_sdes_put(struct rw_buf *buf, const struct rw_sdes *sdes)
{
    unsigned char text[KEY_TEXT + 1];

    (void)EVP_EncodeBlock(text, sdes->key, RW_SRTP_KEY);
    rw_buf_printf(buf, "a=crypto:%u %s inline:%s\r\n", sdes->tag, rw_srtp_suite_name(sdes->suite),
                  (const char *)text);
    OPENSSL_cleanse(text, sizeof(text));
}
