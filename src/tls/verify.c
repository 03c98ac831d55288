#include "tls/verify.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool rw_tls_want_name(struct rw_tls_session *session)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(session->ssl);
    unsigned char address[16];

    /* to OpenSSL no name means any, and a dot before it any below: neither was asked for */
    if (!session->name[0] || session->name[0] == '.')
        return false;
    if (inet_pton(AF_INET, session->name, address) == 1 ||
        inet_pton(AF_INET6, session->name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(param, session->name) == 1;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                               X509_CHECK_FLAG_NO_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(param, session->name, 0) == 1 &&
           SSL_set_tlsext_host_name(session->ssl, session->name) == 1;
}

/* ------------------------------------------------------------------ what is wrong with it */

static enum rw_tls_fault_kind kind_of(int error)
{
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return RW_TLS_OUT_OF_DATE;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return RW_TLS_WRONG_NAME;
    default:
        return RW_TLS_UNTRUSTED;
    }
}

static void put_date(struct rw_buf *buf, const ASN1_TIME *when)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(when, &tm) != 1)
        rw_buf_puts(buf, "an unreadable date");
    else
        rw_buf_printf(buf, "%04d-%02d-%02d %02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1,
                      tm.tm_mday, tm.tm_hour, tm.tm_min);
}

static void put_fault(struct rw_buf *buf, const struct rw_tls_session *session, X509 *certificate,
                      int error)
{
    if (kind_of(error) == RW_TLS_WRONG_NAME) {
        rw_buf_printf(buf, "the certificate is not for %s but for ", session->name);
        rw_tls_put_names(buf, certificate);
        return;
    }
    rw_buf_puts(buf, "the certificate of ");
    rw_tls_put_common_name(buf, X509_get_subject_name(certificate));
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        rw_buf_puts(buf, " expired on ");
        put_date(buf, X509_get0_notAfter(certificate));
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        rw_buf_puts(buf, " is valid only from ");
        put_date(buf, X509_get0_notBefore(certificate));
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        rw_buf_puts(buf, " is signed by itself, and not among the trusted ones");
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        rw_buf_puts(buf, ", the root of its chain, is not among the trusted ones");
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        rw_buf_puts(buf, " is issued by ");
        rw_tls_put_common_name(buf, X509_get_issuer_name(certificate));
        rw_buf_puts(buf, ", who is not trusted");
        break;
    default:
        rw_buf_printf(buf, " fails: %s", X509_verify_cert_error_string(error));
        break;
    }
}

void rw_tls_note(struct rw_tls_session *session, X509 *certificate, int error)
{
    struct rw_buf buf;

    session->fault.kind = kind_of(error);
    rw_buf_init(&buf, 4096);
    if (certificate)
        put_fault(&buf, session, certificate, error);
    /* names come from the far end: rw_text_clean() keeps them from writing a line of their own */
    (void)rw_text_clean(session->fault.what, sizeof(session->fault.what),
                        buf.failed || !buf.len ? rw_slice_str(X509_verify_cert_error_string(error))
                                               : rw_buf_slice(&buf));
    rw_buf_done(&buf);
}

int rw_tls_on_certificate(int fine, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    struct rw_tls_session *session = SSL_get_app_data(ssl);
    int error = X509_STORE_CTX_get_error(store);

    if (fine)
        return 1;
    if (error == X509_V_ERR_HOSTNAME_MISMATCH && certificate &&
        rw_tls_has_sip_domain(certificate, session->name)) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    rw_tls_note(session, certificate, error);
    return 0;
}
