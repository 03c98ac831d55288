#include "media/srtp.h"

#include "base/mem.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define KEY 16
#define SALT 14
#define AUTH_KEY 20
#define DIGEST 20
#define RTCP_TAG 10 /* in both suites (RFC 4568, section 6.2.2) */
#define RTCP_HEAD 8
#define RTCP_INDEX 4
#define ENCRYPTED UINT32_C(0x80000000) /* the E bit before an SRTCP index */
#define WINDOW 64                      /* of indices that may still come late */

/* What is heard, or said, of one SSRC. `seen` has a bit for each index from `top` downwards. */
struct heard {
    uint64_t top, seen; /* seen 0: nothing yet */
};

struct source {
    uint32_t ssrc;
    struct heard rtp, rtcp;
};

struct keys {
    EVP_CIPHER_CTX *cipher;
    EVP_MAC_CTX *mac;
    uint8_t salt[SALT];
};

struct rw_srtp {
    struct keys rtp, rtcp;
    size_t tag; /* of RTP, in bytes */
    uint32_t count, last;
    struct source sources[RW_SRTP_SOURCES];
};

const char *rw_srtp_suite_name(enum rw_srtp_suite suite)
{
    return suite == RW_SRTP_AES_CM_128_HMAC_SHA1_32 ? "AES_CM_128_HMAC_SHA1_32"
                                                    : "AES_CM_128_HMAC_SHA1_80";
}

/* ---- numbers on the wire ---- */

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* ---- keys ---- */

/* RFC 3711, section 4.3: the key stream of the master key under the salt and a label. */
static bool derive(EVP_CIPHER_CTX *master, const uint8_t *salt, uint8_t label, uint8_t *ret,
                   int size)
{
    uint8_t iv[16] = {0};
    int n;

    memcpy(iv, salt, SALT);
    iv[7] ^= label;
    memset(ret, 0, (size_t)size);
    return EVP_EncryptInit_ex(master, NULL, NULL, NULL, iv) == 1 &&
           EVP_EncryptUpdate(master, ret, &n, ret, size) == 1;
}

static bool make_mac(struct keys *keys, const uint8_t auth[AUTH_KEY])
{
    char sha1[] = "SHA1";
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1, 0),
                           OSSL_PARAM_construct_end()};

    keys->mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    EVP_MAC_free(hmac);
    return keys->mac && EVP_MAC_init(keys->mac, auth, AUTH_KEY, params) == 1;
}

/* The labels of RTP are 0 to 2, of RTCP 3 to 5: encryption, authentication, salt. */
static bool make_keys(struct keys *keys, EVP_CIPHER_CTX *master, const uint8_t *salt, uint8_t label)
{
    uint8_t cipher[KEY], auth[AUTH_KEY];
    bool made;

    keys->cipher = EVP_CIPHER_CTX_new();
    made = keys->cipher && derive(master, salt, label, cipher, KEY) &&
           derive(master, salt, (uint8_t)(label + 1), auth, AUTH_KEY) &&
           derive(master, salt, (uint8_t)(label + 2), keys->salt, SALT) &&
           EVP_EncryptInit_ex(keys->cipher, EVP_aes_128_ctr(), NULL, cipher, NULL) == 1 &&
           make_mac(keys, auth);
    OPENSSL_cleanse(cipher, sizeof(cipher));
    OPENSSL_cleanse(auth, sizeof(auth));
    return made;
}

static void forget_keys(struct keys *keys)
{
    EVP_CIPHER_CTX_free(keys->cipher);
    EVP_MAC_CTX_free(keys->mac);
}

void rw_srtp_free(struct rw_srtp *srtp)
{
    if (!srtp)
        return;
    forget_keys(&srtp->rtp);
    forget_keys(&srtp->rtcp);
    OPENSSL_cleanse(srtp, sizeof(*srtp));
    rw_free(srtp);
}

enum rw_class rw_srtp_new(struct rw_srtp **ret, enum rw_srtp_suite suite,
                          const uint8_t key[RW_SRTP_KEY], struct rw_err *err)
{
    struct rw_srtp *srtp = rw_calloc(1, sizeof(*srtp));
    EVP_CIPHER_CTX *master = srtp ? EVP_CIPHER_CTX_new() : NULL;
    bool made;

    if (!master) {
        rw_srtp_free(srtp);
        return rw_fail_memory(err);
    }
    srtp->tag = suite == RW_SRTP_AES_CM_128_HMAC_SHA1_32 ? 4 : 10;
    made = EVP_EncryptInit_ex(master, EVP_aes_128_ctr(), NULL, key, NULL) == 1 &&
           make_keys(&srtp->rtp, master, key + KEY, 0) &&
           make_keys(&srtp->rtcp, master, key + KEY, 3);
    EVP_CIPHER_CTX_free(master);
    if (!made) {
        rw_srtp_free(srtp);
        return rw_fail(err, RW_BUG, "media.no_cipher",
                       "OpenSSL gives no AES-128 in counter mode, or no HMAC-SHA1");
    }
    *ret = srtp;
    return RW_OK;
}

/* ---- ciphers ---- */

/* RFC 3711, section 4.1.1: encrypts and decrypts alike. */
static bool cipher(const struct keys *keys, uint32_t ssrc, uint64_t index, uint8_t *bytes, size_t n)
{
    uint8_t iv[16] = {0};
    int done;

    memcpy(iv, keys->salt, SALT);
    for (int i = 0; i < 4; i++)
        iv[4 + i] ^= (uint8_t)(ssrc >> (24 - 8 * i));
    for (int i = 0; i < 6; i++)
        iv[8 + i] ^= (uint8_t)(index >> (40 - 8 * i));
    return n == 0 || (EVP_EncryptInit_ex(keys->cipher, NULL, NULL, NULL, iv) == 1 &&
                      EVP_EncryptUpdate(keys->cipher, bytes, &done, bytes, (int)n) == 1);
}

/* Of the bytes and, where there is one, of what the packet does not carry. */
static bool digest(const struct keys *keys, const uint8_t *bytes, size_t n, const uint8_t *roc,
                   uint8_t ret[DIGEST])
{
    size_t size;

    return EVP_MAC_init(keys->mac, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(keys->mac, bytes, n) == 1 &&
           (!roc || EVP_MAC_update(keys->mac, roc, 4) == 1) &&
           EVP_MAC_final(keys->mac, ret, &size, DIGEST) == 1;
}

static bool digest_rtp(const struct rw_srtp *srtp, const uint8_t *bytes, size_t n, uint64_t index,
                       uint8_t ret[DIGEST])
{
    uint8_t roc[4];

    put32(roc, (uint32_t)(index >> 16));
    return digest(&srtp->rtp, bytes, n, roc, ret);
}

/* ---- sources ---- */

static struct source *find(struct rw_srtp *srtp, uint32_t ssrc)
{
    if (srtp->last < srtp->count && srtp->sources[srtp->last].ssrc == ssrc)
        return &srtp->sources[srtp->last];
    for (uint32_t i = 0; i < srtp->count; i++) {
        if (srtp->sources[i].ssrc == ssrc) {
            srtp->last = i;
            return &srtp->sources[i];
        }
    }
    return NULL;
}

static struct source *find_or_add(struct rw_srtp *srtp, uint32_t ssrc)
{
    struct source *source = find(srtp, ssrc);

    if (!source && srtp->count < RW_SRTP_SOURCES) {
        source = &srtp->sources[srtp->count++];
        *source = (struct source){.ssrc = ssrc};
    }
    return source;
}

/* RFC 3711, section 3.3.1 and appendix A: which index a sequence number most likely has. */
static bool guess_index(const struct heard *heard, uint16_t seq, uint64_t *ret)
{
    uint64_t roc = heard->top >> 16;
    uint16_t top = (uint16_t)heard->top;

    if (heard->seen && top < 0x8000 && seq > top + 0x8000) {
        if (roc == 0)
            return false;
        roc--;
    } else if (heard->seen && top >= 0x8000 && seq < top - 0x8000) {
        roc++;
    }
    *ret = roc << 16 | seq;
    return true;
}

/* Section 3.3.2. */
static bool is_new(const struct heard *heard, uint64_t index)
{
    if (heard->seen == 0 || index > heard->top)
        return true;
    return heard->top - index < WINDOW && !(heard->seen >> (heard->top - index) & 1);
}

static void note(struct heard *heard, uint64_t index)
{
    if (heard->seen == 0 || index > heard->top) {
        uint64_t step = heard->seen ? index - heard->top : WINDOW;

        heard->seen = step < WINDOW ? heard->seen << step | 1 : 1;
        heard->top = index;
    } else {
        heard->seen |= UINT64_C(1) << (heard->top - index);
    }
}

/* ---- RTP ---- */

bool rw_srtp_seal(struct rw_srtp *srtp, uint8_t *bytes, size_t *n)
{
    uint8_t tag[DIGEST];
    struct source *source;
    struct rw_rtp rtp;
    uint64_t index;

    if (!rw_rtp_read_header((struct rw_slice){(char *)bytes, *n}, &rtp))
        return false;
    source = find_or_add(srtp, rtp.ssrc);
    if (!source || !guess_index(&source->rtp, rtp.seq, &index) || !is_new(&source->rtp, index))
        return false;
    note(&source->rtp, index);
    if (!cipher(&srtp->rtp, rtp.ssrc, index, bytes + rtp.payload_at, rtp.payload_len) ||
        !digest_rtp(srtp, bytes, *n, index, tag))
        return false;
    memcpy(bytes + *n, tag, srtp->tag);
    *n += srtp->tag;
    return true;
}

static bool tag_fits(const struct rw_srtp *srtp, const uint8_t *bytes, size_t n, uint64_t index)
{
    uint8_t tag[DIGEST];

    return digest_rtp(srtp, bytes, n, index, tag) && CRYPTO_memcmp(tag, bytes + n, srtp->tag) == 0;
}

/* The index under which the tag fits; of a source never heard, also after one overflow. */
static bool prove(const struct rw_srtp *srtp, const struct source *source, const uint8_t *bytes,
                  size_t n, uint16_t seq, uint64_t *ret)
{
    uint64_t index = seq;

    if (source && (!guess_index(&source->rtp, seq, &index) || !is_new(&source->rtp, index)))
        return false;
    if (!tag_fits(srtp, bytes, n, index)) {
        index |= UINT64_C(1) << 16;
        if ((source && source->rtp.seen) || !tag_fits(srtp, bytes, n, index))
            return false;
    }
    *ret = index;
    return true;
}

bool rw_srtp_open(struct rw_srtp *srtp, uint8_t *bytes, size_t *n)
{
    struct source *source;
    struct rw_rtp rtp;
    uint64_t index;
    size_t sealed;

    if (*n <= srtp->tag)
        return false;
    sealed = *n - srtp->tag;
    if (!rw_rtp_read_header((struct rw_slice){(char *)bytes, sealed}, &rtp))
        return false;
    source = find(srtp, rtp.ssrc);
    if (!prove(srtp, source, bytes, sealed, rtp.seq, &index))
        return false;
    source = source ? source : find_or_add(srtp, rtp.ssrc);
    if (!source || !cipher(&srtp->rtp, rtp.ssrc, index, bytes + rtp.payload_at, rtp.payload_len))
        return false;
    note(&source->rtp, index);
    *n = sealed;
    return true;
}

/* ---- RTCP (section 3.4): the index is on the wire, behind the packet, and counts what we send ---- */

bool rw_srtp_seal_rtcp(struct rw_srtp *srtp, uint8_t *bytes, size_t *n)
{
    uint8_t tag[DIGEST];
    struct source *source;
    uint32_t ssrc, index;

    if (*n < RTCP_HEAD)
        return false;
    ssrc = get32(bytes + 4);
    source = find_or_add(srtp, ssrc);
    if (!source || source->rtcp.top == ENCRYPTED - 1)
        return false;
    index = (uint32_t)++source->rtcp.top;
    if (!cipher(&srtp->rtcp, ssrc, index, bytes + RTCP_HEAD, *n - RTCP_HEAD))
        return false;
    put32(bytes + *n, index | ENCRYPTED);
    if (!digest(&srtp->rtcp, bytes, *n + RTCP_INDEX, NULL, tag))
        return false;
    memcpy(bytes + *n + RTCP_INDEX, tag, RTCP_TAG);
    *n += RTCP_INDEX + RTCP_TAG;
    return true;
}

bool rw_srtp_open_rtcp(struct rw_srtp *srtp, uint8_t *bytes, size_t *n)
{
    uint8_t tag[DIGEST];
    struct source *source;
    uint32_t ssrc, index;
    size_t sealed;

    if (*n < RTCP_HEAD + RTCP_INDEX + RTCP_TAG)
        return false;
    sealed = *n - RTCP_INDEX - RTCP_TAG;
    ssrc = get32(bytes + 4);
    index = get32(bytes + sealed);
    source = find(srtp, ssrc);
    if (!(index & ENCRYPTED) || (source && !is_new(&source->rtcp, index & ~ENCRYPTED)) ||
        !digest(&srtp->rtcp, bytes, sealed + RTCP_INDEX, NULL, tag) ||
        CRYPTO_memcmp(tag, bytes + sealed + RTCP_INDEX, RTCP_TAG) != 0)
        return false;
    index &= ~ENCRYPTED;
    source = source ? source : find_or_add(srtp, ssrc);
    if (!source || !cipher(&srtp->rtcp, ssrc, index, bytes + RTCP_HEAD, sealed - RTCP_HEAD))
        return false;
    note(&source->rtcp, index);
    *n = sealed;
    return true;
}
