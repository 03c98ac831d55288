#include "media/secure.h"

#include "base/id.h"
#include "base/mem.h"

#include <openssl/crypto.h>

struct rw_secure *rw_secure_new(enum rw_terms_srtp srtp)
{
    struct rw_secure *secure = rw_calloc(1, sizeof(*secure));

    if (!secure)
        return NULL;
    secure->security = srtp == RW_TERMS_SRTP_REQUIRED ? RW_SDP_SEALED : RW_SDP_EITHER;
    for (uint32_t i = 0; i < RW_SECURE_SUITES; i++) {
        secure->ours[i].tag = i + 1;
        secure->ours[i].suite = (enum rw_srtp_suite)(i + 1);
        rw_random_bytes(secure->ours[i].key, RW_SRTP_KEY);
    }
    return secure;
}

void rw_secure_free(struct rw_secure *secure)
{
    if (!secure)
        return;
    for (uint32_t i = 0; i < RW_SECURE_SUITES; i++)
        rw_srtp_free(secure->out[i]);
    rw_srtp_free(secure->in);
    OPENSSL_cleanse(secure, sizeof(*secure));
    rw_free(secure);
}

enum rw_class rw_secure_judge(const struct rw_sdp *answer, struct rw_err *err)
{
    const struct rw_sdes *theirs = &answer->crypto;

    if (theirs->suite == RW_SRTP_NONE ||
        (answer->crypto_count == 1 && theirs->tag == (uint32_t)theirs->suite))
        return RW_OK;
    (void)rw_fail(err, RW_MALFORMED, "sdp.bad_crypto",
                  "the answer does not choose one of the crypto attributes offered");
    rw_err_found(err, "%u of them, the first with tag %u", answer->crypto_count, theirs->tag);
    rw_err_expected(err, "one, with the tag and the suite of one offered");
    return RW_MALFORMED;
}

static bool is_known(const struct rw_secure *secure, const struct rw_sdes *theirs)
{
    return secure->in && secure->theirs.suite == theirs->suite &&
           CRYPTO_memcmp(secure->theirs.key, theirs->key, RW_SRTP_KEY) == 0;
}

/* The far end seals with its key from now on, and we with ours of the same suite. */
static enum rw_class take(struct rw_secure *secure, const struct rw_sdes *theirs,
                          struct rw_err *err)
{
    enum rw_class class = RW_OK;
    struct rw_srtp *in = NULL, **out;

    if (is_known(secure, theirs))
        return RW_OK;
    if (theirs->suite != RW_SRTP_NONE) {
        out = &secure->out[theirs->suite - 1];
        if (!*out)
            class = rw_srtp_new(out, theirs->suite, secure->ours[theirs->suite - 1].key, err);
        if (class == RW_OK)
            class = rw_srtp_new(&in, theirs->suite, theirs->key, err);
        if (class != RW_OK)
            return class;
    }
    rw_srtp_free(secure->in);
    secure->in = in;
    secure->theirs = *theirs;
    return RW_OK;
}

enum rw_class rw_secure_answer(struct rw_secure *secure, const struct rw_sdp *answer,
                               struct rw_err *err)
{
    enum rw_class class = rw_secure_judge(answer, err);

    return class == RW_OK ? take(secure, &answer->crypto, err) : class;
}

enum rw_class rw_secure_offer(struct rw_secure *secure, const struct rw_sdp *offer,
                              struct rw_err *err)
{
    secure->security = offer->crypto.suite == RW_SRTP_NONE ? RW_SDP_PLAIN
                       : offer->sealed                     ? RW_SDP_SEALED
                                                           : RW_SDP_EITHER;
    return take(secure, &offer->crypto, err);
}

struct rw_sdes rw_secure_chosen(const struct rw_secure *secure)
{
    struct rw_sdes chosen = {.suite = RW_SRTP_NONE};

    if (secure->security != RW_SDP_PLAIN) {
        chosen = secure->ours[secure->theirs.suite - 1];
        chosen.tag = secure->theirs.tag;
    }
    return chosen;
}
