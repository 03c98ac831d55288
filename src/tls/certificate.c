/* What stands in a certificate: whom it is for, who issued it, how long it holds. */
#include "base/buf.h"
#include "tls/verify.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* "sip:name", without a user, port or parameters, of a SAN; empty when it is something else. */
static struct rw_slice sip_domain(const GENERAL_NAME *entry)
{
    struct rw_slice uri;

    if (entry->type != GEN_URI)
        return (struct rw_slice){NULL, 0};
    uri = (struct rw_slice){(const char *)ASN1_STRING_get0_data(entry->d.uniformResourceIdentifier),
                            (size_t)ASN1_STRING_length(entry->d.uniformResourceIdentifier)};
    if (uri.n <= 4 || strncasecmp(uri.p, "sip:", 4) != 0)
        return (struct rw_slice){NULL, 0};
    uri = rw_slice_from(uri, 4);
    for (size_t i = 0; i < uri.n; i++)
        if (!uri.p[i] || strchr("@:;?", uri.p[i]))
            return (struct rw_slice){NULL, 0};
    return uri;
}

bool rw_tls_has_sip_domain(X509 *certificate, const char *name)
{
    GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    bool found = false;

    for (int i = 0; i < sk_GENERAL_NAME_num(all) && !found; i++)
        found =
            name[0] && rw_slice_ieq(sip_domain(sk_GENERAL_NAME_value(all, i)), rw_slice_str(name));
    GENERAL_NAMES_free(all);
    return found;
}

static void put_name(struct rw_buf *buf, const GENERAL_NAME *entry)
{
    const unsigned char *bytes;
    char text[INET6_ADDRSTRLEN] = "";
    int n;

    if (entry->type == GEN_DNS) {
        rw_buf_put(buf, (struct rw_slice){(const char *)ASN1_STRING_get0_data(entry->d.dNSName),
                                          (size_t)ASN1_STRING_length(entry->d.dNSName)});
    } else if (entry->type == GEN_IPADD) {
        bytes = ASN1_STRING_get0_data(entry->d.iPAddress);
        n = ASN1_STRING_length(entry->d.iPAddress);
        if (n == 4 || n == 16)
            (void)inet_ntop(n == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text));
        rw_buf_puts(buf, text);
    } else {
        rw_buf_put(buf, sip_domain(entry));
    }
}

/* "a.example, b.example": whom a certificate is for. */
void rw_tls_put_names(struct rw_buf *buf, X509 *certificate)
{
    GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    size_t start = buf->len;

    for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
        size_t before = buf->len;

        if (before > start)
            rw_buf_puts(buf, ", ");
        put_name(buf, sk_GENERAL_NAME_value(all, i));
        if (buf->len == before + 2 && before > start)
            buf->len = before; /* a kind of name that is of no use here */
    }
    GENERAL_NAMES_free(all);
    if (buf->len == start)
        rw_buf_puts(buf, "no name at all");
}

void rw_tls_put_common_name(struct rw_buf *buf, const X509_NAME *name)
{
    char text[65] = "";

    if (X509_NAME_get_text_by_NID((X509_NAME *)name, NID_commonName, text, sizeof(text)) <= 0)
        (void)snprintf(text, sizeof(text), "somebody without a name");
    rw_buf_puts(buf, text);
}

static uint64_t seconds_of(const ASN1_TIME *when)
{
    struct tm tm;
    time_t t;

    if (ASN1_TIME_to_tm(when, &tm) != 1)
        return 0;
    t = timegm(&tm);
    return t > 0 ? (uint64_t)t : 0;
}

/* Names come from the far end: they are cleaned. */
static void put_clean(char *dst, size_t size, struct rw_buf *buf)
{
    (void)rw_text_clean(dst, size, rw_buf_slice(buf));
    rw_buf_clear(buf);
}

static void describe(X509 *certificate, struct rw_tls_certificate *ret)
{
    struct rw_buf buf;

    rw_buf_init(&buf, 4096);
    rw_tls_put_common_name(&buf, X509_get_subject_name(certificate));
    put_clean(ret->subject, sizeof(ret->subject), &buf);
    rw_tls_put_common_name(&buf, X509_get_issuer_name(certificate));
    put_clean(ret->issuer, sizeof(ret->issuer), &buf);
    rw_tls_put_names(&buf, certificate);
    put_clean(ret->names, sizeof(ret->names), &buf);
    rw_buf_done(&buf);
    ret->begins_s = seconds_of(X509_get0_notBefore(certificate));
    ret->ends_s = seconds_of(X509_get0_notAfter(certificate));
}

bool rw_tls_session_certificate(const struct rw_tls_session *session,
                                struct rw_tls_certificate *ret)
{
    X509 *certificate = SSL_get0_peer_certificate(session->ssl);

    if (certificate)
        describe(certificate, ret);
    return certificate != NULL;
}

enum rw_class rw_tls_certificate_read(const char *file, struct rw_tls_certificate *ret,
                                      struct rw_err *err)
{
    FILE *f = fopen(file, "re");
    X509 *certificate = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

    if (!certificate)
        rw_fail(err, RW_MALFORMED, "tls.certificate_unreadable",
                "the certificate cannot be read from %s: %s", file,
                f ? "it holds none in PEM form" : strerror(errno));
    if (f)
        (void)fclose(f);
    ERR_clear_error();
    if (!certificate)
        return RW_MALFORMED;
    describe(certificate, ret);
    X509_free(certificate);
    return RW_OK;
}
