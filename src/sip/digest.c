#include "sip/digest.h"

#include "sip/compose.h"

#include <openssl/evp.h>

#define HEX_MAX 65 /* of 32 bytes, and NUL */

static const char *const hash_names[] = {
    [RW_SIP_MD5] = "MD5", [RW_SIP_SHA256] = "SHA-256", [RW_SIP_SHA512_256] = "SHA-512-256"};

/* Takes name=value (value unquoted) off *rest; false at the end or where it is no parameter. */
static bool next_param(struct rw_slice *rest, struct rw_slice *name, struct rw_slice *value)
{
    size_t i = 0, end;

    while (i < rest->n && (rest->p[i] == ' ' || rest->p[i] == '\t' || rest->p[i] == ','))
        i++;
    *rest = rw_slice_from(*rest, i);
    for (i = 0; i < rest->n && rest->p[i] != '='; i++)
        ;
    if (i == rest->n)
        return false;
    *name = rw_sip_trim((struct rw_slice){rest->p, i});
    *rest = rw_sip_trim(rw_slice_from(*rest, i + 1));
    if (rest->n && rest->p[0] == '"') {
        for (end = 1; end < rest->n && rest->p[end] != '"'; end++)
            if (rest->p[end] == '\\')
                end++;
        if (end >= rest->n)
            return false;
        *value = (struct rw_slice){rest->p + 1, end - 1};
        *rest = rw_slice_from(*rest, end + 1);
        return true;
    }
    for (end = 0; end < rest->n && rest->p[end] != ','; end++)
        ;
    *value = rw_sip_trim((struct rw_slice){rest->p, end});
    *rest = rw_slice_from(*rest, end);
    return true;
}

static bool offers_auth(struct rw_slice list)
{
    struct rw_slice one;

    while (rw_sip_next_element(&list, &one))
        if (rw_slice_ieq(one, RW_LIT("auth")))
            return true;
    return false;
}

static bool read_hash(struct rw_slice name, enum rw_sip_hash *ret)
{
    for (unsigned i = 0; i < sizeof(hash_names) / sizeof(*hash_names); i++) {
        if (rw_slice_ieq(name, rw_slice_str(hash_names[i]))) {
            *ret = (enum rw_sip_hash)i;
            return true;
        }
    }
    return false;
}

bool rw_sip_challenge_parse(struct rw_slice value, struct rw_sip_challenge *ret)
{
    struct rw_sip_challenge c = {.hash = RW_SIP_MD5};
    struct rw_slice name, v;
    bool realm = false, usable = true;

    value = rw_sip_trim(value);
    if (value.n < 7 || strncasecmp(value.p, "Digest", 6) != 0 ||
        (value.p[6] != ' ' && value.p[6] != '\t'))
        return false;
    value = rw_slice_from(value, 7);
    while (next_param(&value, &name, &v)) {
        if (rw_slice_ieq(name, RW_LIT("realm")))
            c.realm = v, realm = true;
        else if (rw_slice_ieq(name, RW_LIT("nonce")))
            c.nonce = v;
        else if (rw_slice_ieq(name, RW_LIT("opaque")))
            c.opaque = v, c.has_opaque = true;
        else if (rw_slice_ieq(name, RW_LIT("stale")))
            c.stale = rw_slice_ieq(v, RW_LIT("true"));
        else if (rw_slice_ieq(name, RW_LIT("algorithm")))
            c.named = true, usable = usable && read_hash(v, &c.hash);
        else if (rw_slice_ieq(name, RW_LIT("qop")))
            c.qop = offers_auth(v), usable = usable && c.qop;
    }
    if (!realm || c.nonce.n == 0 || !usable)
        return false;
    *ret = c;
    return true;
}

/* The hash of `count` parts joined by colons, in lower-case hexadecimal. */
static bool digest(enum rw_sip_hash hash, const struct rw_slice *parts, unsigned count,
                   char out[HEX_MAX])
{
    const EVP_MD *md = hash == RW_SIP_MD5      ? EVP_md5()
                       : hash == RW_SIP_SHA256 ? EVP_sha256()
                                               : EVP_sha512_256();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    bool fine = ctx && EVP_DigestInit_ex(ctx, md, NULL);

    for (unsigned i = 0; fine && i < count; i++)
        fine = (i == 0 || EVP_DigestUpdate(ctx, ":", 1)) &&
               (parts[i].n == 0 || EVP_DigestUpdate(ctx, parts[i].p, parts[i].n));
    fine = fine && EVP_DigestFinal_ex(ctx, bytes, &n) && n <= (HEX_MAX - 1) / 2;
    EVP_MD_CTX_free(ctx);
    for (size_t i = 0; fine && i < n; i++) {
        out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    out[fine ? (size_t)2 * n : 0] = '\0';
    return fine;
}

/* A value that came between quotes goes back as it came. */
static void put_param(struct rw_buf *buf, const char *name, struct rw_slice value)
{
    rw_buf_puts(buf, name);
    rw_buf_put(buf, RW_LIT("=\""));
    rw_buf_put(buf, value);
    rw_buf_putc(buf, '"');
}

bool rw_sip_digest_put(struct rw_buf *buf, const struct rw_sip_challenge *c,
                       const struct rw_sip_credentials *who)
{
    char ha1[HEX_MAX], ha2[HEX_MAX], response[HEX_MAX], cnonce[RW_SIP_TAG];
    struct rw_slice a1[] = {who->user, c->realm, who->password};
    struct rw_slice a2[] = {rw_slice_str(rw_sip_method_name(who->method)), who->uri};
    struct rw_slice with[] = {{ha1, 0},     c->nonce,       RW_LIT("00000001"),
                              {cnonce, 16}, RW_LIT("auth"), {ha2, 0}};
    struct rw_slice without[] = {{ha1, 0}, c->nonce, {ha2, 0}};

    if (!digest(c->hash, a1, 3, ha1) || !digest(c->hash, a2, 2, ha2))
        return false;
    rw_sip_tag_write(cnonce, who->cnonce);
    with[0].n = without[0].n = strlen(ha1);
    with[5].n = without[2].n = strlen(ha2);
    if (!(c->qop ? digest(c->hash, with, 6, response) : digest(c->hash, without, 3, response)))
        return false;
    rw_buf_put(buf, RW_LIT("Digest username="));
    rw_sip_put_quoted(buf, who->user);
    put_param(buf, ", realm", c->realm);
    put_param(buf, ", nonce", c->nonce);
    put_param(buf, ", uri", who->uri);
    put_param(buf, ", response", rw_slice_str(response));
    if (c->named)
        rw_buf_printf(buf, ", algorithm=%s", hash_names[c->hash]);
    if (c->has_opaque)
        put_param(buf, ", opaque", c->opaque);
    if (c->qop) {
        put_param(buf, ", cnonce", rw_slice_str(cnonce));
        rw_buf_put(buf, RW_LIT(", qop=auth, nc=00000001"));
    }
    return !buf->failed;
}
