/*
 * tls/tls.h - TLS on OpenSSL for sockets that a loop watches: non-blocking, never a SIGPIPE.
 *
 *     struct rw_tls           certificates and rules, read from files once; many sessions
 *     struct rw_tls_session   one connection
 *     struct rw_tls_ticket    what a later connection needs to skip half of the handshake
 *
 * TLS 1.2 is the least. A client verifies the server (verify.h) before it sends anything.
 *
 * Owner    whoever made one frees it; a session may outlive the struct rw_tls it was made from.
 * Threads  a struct rw_tls and a ticket may be used in several threads, a session in one.
 * Blocks   _new() reads files; a handshake may read a file of the system's certificates.
 */
#ifndef RW_TLS_TLS_H
#define RW_TLS_TLS_H

#include "base/err.h"

#include <sys/types.h>

struct rw_tls;
struct rw_tls_session;
struct rw_tls_ticket;

/*
 * For accepted connections: a certificate chain and its key (PEM). protocol: the one that is spoken
 * here, for ALPN, such as "http/1.1"; a constant; NULL = don't say. Fails with RW_MALFORMED
 * tls.certificate_unreadable, tls.key_unreadable, tls.key_mismatch, or RW_NO_MEMORY.
 */
RW_NODISCARD enum rw_class rw_tls_server_new(struct rw_tls **ret, const char *cert_file,
                                             const char *key_file, const char *protocol,
                                             struct rw_err *err);

struct rw_tls_client {
    const char *ca_file;              /* whom to trust (PEM); NULL = whom the system trusts */
    const char *cert_file, *key_file; /* shown when the server asks for it; NULL = nothing */
    bool unverified;                  /* talk to anybody */
};

/* For connections of ours. Fails as above, and with RW_MALFORMED tls.ca_unreadable. */
RW_NODISCARD enum rw_class
rw_tls_client_new(struct rw_tls **ret, const struct rw_tls_client *options, struct rw_err *err);
void rw_tls_free(struct rw_tls *tls); /* NULL is fine */

struct rw_tls_session *rw_tls_accept(struct rw_tls *tls, int fd); /* NULL: memory is out */

/*
 * name: a host name or a numeric address that the server's certificate has to hold; a host name is
 * also told to the server (SNI). ticket may be NULL, and is not taken. NULL: memory is out, or the
 * name is none: empty, too long, or with a dot before it.
 */
struct rw_tls_session *rw_tls_connect(struct rw_tls *tls, int fd, const char *name,
                                      const struct rw_tls_ticket *ticket);
void rw_tls_session_free(struct rw_tls_session *session); /* says goodbye; NULL is fine */

/* What an operation came to, beside a count of bytes. */
#define RW_TLS_WANT_READ (-1)
#define RW_TLS_WANT_WRITE (-2)
#define RW_TLS_FAILED (-3)

int rw_tls_handshake(struct rw_tls_session *session);                     /* 0 when done */
ssize_t rw_tls_read(struct rw_tls_session *session, char *dst, size_t n); /* 0 at the end */
ssize_t rw_tls_write(struct rw_tls_session *session, const char *src,
                     size_t n);                      /* n as before, or more, after a WANT */
bool rw_tls_pending(struct rw_tls_session *session); /* decrypted already: no event will tell */

/* Why something FAILED. */
enum rw_tls_fault_kind {
    RW_TLS_NO_FAULT,
    RW_TLS_UNTRUSTED,   /* nobody whom we trust has signed the certificate */
    RW_TLS_WRONG_NAME,  /* it is for somebody else */
    RW_TLS_OUT_OF_DATE, /* it has expired, or is not valid yet */
    RW_TLS_BROKEN       /* everything else: no TLS there, the other side refuses, ... */
};
struct rw_tls_fault {
    enum rw_tls_fault_kind kind;
    char what[128]; /* a clean line for people: which certificate, which check, what was found */
};
const struct rw_tls_fault *rw_tls_session_fault(const struct rw_tls_session *session);

/* A certificate for people: clean texts, times in seconds since 1970 (0 = not readable). */
struct rw_tls_certificate {
    char subject[80], issuer[80]; /* their common names */
    char names[160];              /* whom it is for: "a.example, b.example" */
    uint64_t begins_s, ends_s;
};
/* The other side's, after the handshake; false when it showed none. */
bool rw_tls_session_certificate(const struct rw_tls_session *session,
                                struct rw_tls_certificate *ret);
/* The first one in a PEM file. RW_MALFORMED tls.certificate_unreadable. Blocks. */
RW_NODISCARD enum rw_class rw_tls_certificate_read(const char *file, struct rw_tls_certificate *ret,
                                                   struct rw_err *err);

/* What a next connection to the same server may begin with; NULL = nothing. After bytes were read. */
struct rw_tls_ticket *rw_tls_session_ticket(struct rw_tls_session *session);
bool rw_tls_session_resumed(const struct rw_tls_session *session);
void rw_tls_ticket_free(struct rw_tls_ticket *ticket); /* NULL is fine */

#endif
