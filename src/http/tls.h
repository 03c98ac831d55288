/*
 * http/tls.h - TLS for accepted connections, on OpenSSL; non-blocking, never a SIGPIPE.
 *
 * Owner    a listener owns its struct rw_http_tls; a connection owns its session.
 * Threads  the worker's.
 */
#ifndef RW_HTTP_TLS_H
#define RW_HTTP_TLS_H

#include "base/err.h"

#include <sys/types.h>

struct rw_http_tls;

/*
 * Reads a certificate chain and its key (PEM). Fails with RW_MALFORMED
 * http.tls_certificate_unreadable, http.tls_key_unreadable, http.tls_key_mismatch, or RW_NO_MEMORY.
 */
RW_NODISCARD enum rw_class rw_http_tls_new(struct rw_http_tls **ret, const char *cert_file,
                                           const char *key_file, struct rw_err *err);
void rw_http_tls_free(struct rw_http_tls *tls); /* NULL is fine */

void *rw_http_tls_session_new(struct rw_http_tls *tls, int fd); /* NULL: memory is out */
void rw_http_tls_session_free(void *session);                   /* says goodbye; NULL is fine */

/* What an operation came to, beside a count of bytes. */
#define RW_HTTP_TLS_WANT_READ (-1)
#define RW_HTTP_TLS_WANT_WRITE (-2)
#define RW_HTTP_TLS_FAILED (-3)

int rw_http_tls_handshake(void *session);                            /* 0 when done */
ssize_t rw_http_tls_read(void *session, char *dst, size_t n);        /* 0 at the end */
ssize_t rw_http_tls_write(void *session, const char *src, size_t n); /* n as before after a WANT */
bool rw_http_tls_pending(void *session); /* bytes are decrypted already, no event will tell */

#endif
