/*
 * tls/verify.h - is the server who we wanted to talk to? For tls.c.
 *
 * The chain has to lead to somebody trusted, be valid today and be made for servers. The name has to
 * stand in the certificate's subjectAltName as a DNS name, an address, or a URI "sip:name" without a
 * user (RFC 5922, section 7.1); the subject's CN is never looked at, and a wildcard means nothing but
 * itself (section 7.2): who deals with a carrier that has "*.example.net" writes that as the name.
 *
 * Threads  the session's.
 */
#ifndef RW_TLS_VERIFY_H
#define RW_TLS_VERIFY_H

#include "base/buf.h"
#include "tls/tls.h"

#include <openssl/ssl.h>

#define RW_TLS_NAME_MAX 255u

struct rw_tls_session {
    SSL *ssl;
    char name[RW_TLS_NAME_MAX + 1]; /* that the server has to have; "" = none */
    struct rw_tls_fault fault;
};

/* Sets ssl up to want the session's name. False when memory is out. */
bool rw_tls_want_name(struct rw_tls_session *session);

/* True when the certificate's SAN has a URI "sip:name". */
bool rw_tls_has_sip_domain(X509 *certificate, const char *name);

/* "a.example, b.example": whom a certificate is for. */
void rw_tls_put_names(struct rw_buf *buf, X509 *certificate);
/* The CN of a subject or an issuer. */
void rw_tls_put_common_name(struct rw_buf *buf, const X509_NAME *name);

/* Fills the session's fault with what is wrong with a certificate (an X509_V_ERR_*). NULL is fine. */
void rw_tls_note(struct rw_tls_session *session, X509 *certificate, int error);

/* OpenSSL's verify callback: notes in the session's fault what is wrong. */
int rw_tls_on_certificate(int fine, X509_STORE_CTX *store);

#endif
