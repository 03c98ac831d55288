#include "auth/identity.h"

#define HOW_TO_GET "POST /oauth/token, or ringwright token create --user"

static enum rw_class malformed(struct rw_err *err, const char *message, const char *found)
{
    (void)rw_fail(err, RW_UNAUTHENTICATED, "auth.malformed_header", "%s", message);
    rw_err_at(err, "Authorization:", -1, 0);
    rw_err_found(err, "%s", found);
    rw_err_expected(err, "Authorization: Bearer, one space, the token");
    rw_err_suggest(err, "Authorization: Bearer <token>");
    return RW_UNAUTHENTICATED;
}

/* b64token of RFC 6750, section 2.1. */
static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~+/=", c));
}

static struct rw_slice trim(struct rw_slice s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = (struct rw_slice){s.p + 1, s.n - 1};
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

enum rw_class rw_bearer_read(struct rw_slice header, struct rw_slice *ret_token, struct rw_err *err)
{
    struct rw_slice text = trim(header), scheme = text, token;
    const char *blank = text.n ? memchr(text.p, ' ', text.n) : NULL;
    char found[64];

    if (text.n == 0) {
        (void)rw_fail(err, RW_UNAUTHENTICATED, "auth.missing_token",
                      "this resource needs a token, and the request has none");
        rw_err_at(err, "Authorization:", -1, 0);
        rw_err_found(err, "no Authorization header");
        rw_err_expected(err, "Authorization: Bearer <token>; get one by " HOW_TO_GET);
        return RW_UNAUTHENTICATED;
    }
    if (blank)
        scheme.n = (size_t)(blank - text.p);
    if (!rw_slice_ieq(scheme, RW_LIT("Bearer"))) {
        if (!blank) /* perhaps the token itself: it is not shown */
            return malformed(err, "the Authorization header has one word only",
                             "a single word, no scheme before it");
        (void)rw_text_clean(found, sizeof(found), scheme);
        (void)malformed(err, "this resource takes bearer tokens only", "another scheme");
        rw_err_found(err, "scheme %s", found);
        return RW_UNAUTHENTICATED;
    }
    token = trim(rw_slice_from(text, scheme.n));
    if (token.n == 0)
        return malformed(err, "nothing follows the word Bearer", "Bearer, and no token");
    for (size_t i = 0; i < token.n; i++)
        if (!is_token_char(token.p[i])) {
            (void)malformed(err, "the token has a character that no token has", "");
            rw_err_found(err, "byte 0x%02x at character %zu of the token",
                         (unsigned char)token.p[i], i + 1);
            return RW_UNAUTHENTICATED;
        }
    *ret_token = token;
    return RW_OK;
}
