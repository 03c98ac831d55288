#include "stir/stir.h"

#include "base/id.h"
#include "base/mem.h"
#include "stir/key.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/sha.h>

#define HALF 32 /* bytes of r, and of s */
#define DER_MAX 80
#define JSON_MAX 512

struct rw_stir {
    EVP_PKEY *key;
    char *head;              /* the token's first part and its point: the same for every call */
    char *params;            /* what follows the token */
    char origid[RW_ID_TEXT]; /* "" = the call's */
    enum rw_stir_attestation unowned;
    uint64_t ends_s;
};

/* ------------------------------------------------------------------ birth */

static enum rw_class check_url(const char *url, struct rw_err *err)
{
    if (rw_stir_url_is_usable(rw_slice_str(url)))
        return RW_OK;
    rw_fail(err, RW_MALFORMED, "stir.bad_url", "nobody can fetch the certificate from there");
    rw_err_at(err, "certificate_url", -1, 0);
    rw_err_found(err, "%s", url[0] ? url : "nothing");
    rw_err_expected(err, "https:// with a host, characters of a URI only, at most %d bytes",
                    RW_STIR_URL_MAX);
    return RW_MALFORMED;
}

static enum rw_class fail_origid(struct rw_slice found, struct rw_err *err)
{
    rw_fail(err, RW_MALFORMED, "stir.bad_origid", "the id of a call's origin is no UUID");
    rw_err_at(err, "origid", -1, 0);
    rw_err_found(err, "%.*s", (int)(found.n < 60 ? found.n : 60), found.n ? found.p : "");
    rw_err_expected(err, "a UUID as `uuidgen` makes one, or nothing for that of the trunk");
    return RW_MALFORMED;
}

static enum rw_class make_texts(struct rw_stir *stir, const char *url, struct rw_err *err)
{
    struct rw_buf json, text;

    rw_buf_init(&json, JSON_MAX);
    rw_stir_header_put(&json, rw_slice_str(url));
    rw_buf_init(&text, RW_STIR_IDENTITY_MAX);
    rw_stir_base64url_put(&text, rw_buf_slice(&json));
    rw_buf_putc(&text, '.');
    stir->head = json.failed || text.failed ? NULL : rw_strdup(text.p);
    rw_buf_clear(&text);
    rw_buf_printf(&text, ";info=<%s>;alg=ES256;ppt=shaken", url);
    stir->params = text.failed ? NULL : rw_strdup(text.p);
    rw_buf_done(&json);
    rw_buf_done(&text);
    return stir->head && stir->params ? RW_OK : rw_fail_memory(err);
}

static enum rw_class fill(struct rw_stir *stir, const struct rw_stir_options *o, struct rw_err *err)
{
    struct rw_slice origid = rw_slice_str(o->origid);
    enum rw_class class = rw_stir_key_load(o->key_file, &stir->key, err);

    if (!class)
        class = check_url(o->certificate_url, err);
    if (!class && origid.n && !rw_id_is_uuid(origid))
        class = fail_origid(origid, err);
    if (!class && o->certificate_file && o->certificate_file[0])
        class = rw_stir_certificate_check(o->certificate_file, stir->key, &stir->ends_s, err);
    if (class)
        return class;
    (void)rw_slice_copy(stir->origid, sizeof(stir->origid), origid);
    /* A is never a matter of policy */
    stir->unowned = o->unowned == RW_STIR_A ? RW_STIR_NONE : o->unowned;
    return make_texts(stir, o->certificate_url, err);
}

enum rw_class rw_stir_new(struct rw_stir **ret, const struct rw_stir_options *options,
                          struct rw_err *err)
{
    struct rw_stir *stir = rw_calloc(1, sizeof(*stir));
    enum rw_class class = stir ? fill(stir, options, err) : rw_fail_memory(err);

    if (class) {
        rw_stir_free(stir);
        return class;
    }
    *ret = stir;
    return RW_OK;
}

void rw_stir_free(struct rw_stir *stir)
{
    if (!stir)
        return;
    EVP_PKEY_free(stir->key);
    rw_free(stir->head);
    rw_free(stir->params);
    rw_free(stir);
}

uint64_t rw_stir_certificate_ends_s(const struct rw_stir *stir)
{
    return stir->ends_s;
}

/* ------------------------------------------------------------------ signing */

/* r and s, each with its leading zeroes, out of OpenSSL's DER (RFC 7518, section 3.4). */
static bool unwrap(const unsigned char *der, size_t size, unsigned char raw[2 * HALF])
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)size);
    bool good = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, HALF) == HALF &&
                BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + HALF, HALF) == HALF;

    ECDSA_SIG_free(sig);
    return good;
}

static bool sign(const struct rw_stir *stir, struct rw_slice text, unsigned char raw[2 * HALF])
{
    unsigned char digest[SHA256_DIGEST_LENGTH], der[DER_MAX];
    size_t size = sizeof(der);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(stir->key, NULL);
    bool good;

    (void)SHA256((const unsigned char *)text.p, text.n, digest);
    good = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
           EVP_PKEY_sign(ctx, der, &size, digest, sizeof(digest)) == 1 && unwrap(der, size, raw);
    EVP_PKEY_CTX_free(ctx);
    if (!good)
        ERR_clear_error(); /* the queue is the thread's: TLS would read it as its own */
    return good;
}

static enum rw_class put_token(const struct rw_stir *stir, const struct rw_stir_claims *claims,
                               struct rw_buf *ret, struct rw_err *err)
{
    unsigned char raw[2 * HALF];
    struct rw_buf json;
    enum rw_class class;

    rw_buf_init(&json, JSON_MAX);
    class = rw_stir_claims_put(&json, claims, err);
    rw_buf_puts(ret, stir->head);
    rw_stir_base64url_put(ret, rw_buf_slice(&json));
    if (!class && (json.failed || ret->failed))
        class = rw_fail_memory(err);
    rw_buf_done(&json);
    if (class)
        return class;
    if (!sign(stir, rw_buf_slice(ret), raw))
        return rw_fail(err, RW_IO, "stir.not_signed", "OpenSSL could not sign the token");
    rw_buf_putc(ret, '.');
    rw_stir_base64url_put(ret, (struct rw_slice){(const char *)raw, sizeof(raw)});
    rw_buf_puts(ret, stir->params);
    return ret->failed ? rw_fail_memory(err) : RW_OK;
}

enum rw_class rw_stir_identity_put(const struct rw_stir *stir, const struct rw_stir_call *call,
                                   uint64_t iat_s, struct rw_buf *ret, struct rw_err *err)
{
    struct rw_stir_claims claims = {
        .attest = call->owned ? RW_STIR_A : stir->unowned,
        .orig = call->orig,
        .dest = call->dest,
        .origid = stir->origid[0] ? rw_slice_str(stir->origid) : call->origin,
        .iat_s = iat_s,
    };

    if (claims.attest == RW_STIR_NONE)
        return RW_OK;
    if (!rw_id_is_uuid(claims.origid))
        return fail_origid(claims.origid, err);
    return put_token(stir, &claims, ret, err);
}
