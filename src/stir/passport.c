#include "stir/passport.h"

#include <assert.h>

enum rw_class rw_stir_number_put(struct rw_buf *ret, struct rw_slice number, struct rw_err *err)
{
    bool digits = false, good = number.n <= RW_STIR_NUMBER_MAX, begun = false;

    for (size_t i = 0; good && i < number.n; i++) {
        char c = number.p[i];
        bool digit = c >= '0' && c <= '9';

        if (digit || c == '*' || c == '#') {
            rw_buf_putc(ret, c);
            digits |= digit;
            begun = true;
        } else if (c == '+') {
            good = !begun;
            begun = true;
        } else {
            good = c && strchr(" -.()", c);
        }
    }
    if (good && digits)
        return RW_OK;
    rw_fail(err, RW_MALFORMED, "stir.bad_number", "a number of the call can't be vouched for");
    rw_err_found(err, "%.*s", (int)(number.n < 60 ? number.n : 60), number.n ? number.p : "");
    rw_err_expected(err, "a telephone number in E.164 form, as in +6534567890");
    return RW_MALFORMED;
}

/* Unreserved, reserved and the percent sign, without what would end <...> or a JSON string. */
static bool is_url_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("-._~:/?#[]@!$&'()*+,;=%", c));
}

bool rw_stir_url_is_usable(struct rw_slice url)
{
    const struct rw_slice scheme = RW_LIT("https://");

    if (url.n > RW_STIR_URL_MAX || !rw_slice_starts(url, scheme) || url.n == scheme.n ||
        strchr("/?#:@", url.p[scheme.n])) /* no host, or a NUL */
        return false;
    for (size_t i = 0; i < url.n; i++)
        if (!is_url_character(url.p[i]))
            return false;
    return true;
}

void rw_stir_header_put(struct rw_buf *ret, struct rw_slice url)
{
    rw_buf_puts(ret, "{\"alg\":\"ES256\",\"ppt\":\"shaken\",\"typ\":\"passport\",\"x5u\":\"");
    rw_buf_put(ret, url);
    rw_buf_puts(ret, "\"}");
}

enum rw_class rw_stir_claims_put(struct rw_buf *ret, const struct rw_stir_claims *claims,
                                 struct rw_err *err)
{
    static const char letters[] = {[RW_STIR_A] = 'A', [RW_STIR_B] = 'B', [RW_STIR_C] = 'C'};
    enum rw_class class;

    assert(claims->attest > RW_STIR_NONE && claims->attest <= RW_STIR_C);
    rw_buf_puts(ret, "{\"attest\":\"");
    rw_buf_putc(ret, letters[claims->attest]);
    rw_buf_puts(ret, "\",\"dest\":{\"tn\":[\"");
    class = rw_stir_number_put(ret, claims->dest, err);
    if (class)
        return class;
    rw_buf_puts(ret, "\"]},\"iat\":");
    rw_buf_putu(ret, claims->iat_s);
    rw_buf_puts(ret, ",\"orig\":{\"tn\":\"");
    class = rw_stir_number_put(ret, claims->orig, err);
    if (class)
        return class;
    rw_buf_puts(ret, "\"},\"origid\":\"");
    rw_buf_put(ret, claims->origid);
    rw_buf_puts(ret, "\"}");
    return RW_OK;
}

void rw_stir_base64url_put(struct rw_buf *ret, struct rw_slice bytes)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.p[i] << 16;

        if (left > 1)
            group |= (uint32_t)(unsigned char)bytes.p[i + 1] << 8;
        if (left > 2)
            group |= (unsigned char)bytes.p[i + 2];
        rw_buf_putc(ret, letters[group >> 18]);
        rw_buf_putc(ret, letters[group >> 12 & 63]);
        if (left > 1)
            rw_buf_putc(ret, letters[group >> 6 & 63]);
        if (left > 2)
            rw_buf_putc(ret, letters[group & 63]);
    }
}
