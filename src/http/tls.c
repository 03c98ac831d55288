#include "http/tls.h"

#include "base/mem.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <sys/socket.h>

struct rw_http_tls {
    SSL_CTX *ctx;
    BIO_METHOD *socket; /* OpenSSL's own would let a write to a closed peer raise SIGPIPE */
};

static int socket_write(BIO *bio, const char *src, int n)
{
    ssize_t sent = send((int)(intptr_t)BIO_get_data(bio), src, (size_t)n, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return (int)sent;
}

static int socket_read(BIO *bio, char *dst, int n)
{
    ssize_t got = recv((int)(intptr_t)BIO_get_data(bio), dst, (size_t)n, 0);

    BIO_clear_retry_flags(bio);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    return (int)got;
}

static long socket_ctrl(BIO *bio, int cmd, long number, void *ptr)
{
    (void)bio;
    (void)number;
    (void)ptr;
    return cmd == BIO_CTRL_FLUSH;
}

/* Clients that offer HTTP/2 as well are told at once that this is HTTP/1.1. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
                           const unsigned char *in, unsigned in_n, void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_n, ours, sizeof(ours) - 1, in, in_n) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static enum rw_class fail(struct rw_err *err, const char *code, const char *what, const char *file)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());

    rw_fail(err, RW_MALFORMED, code, "%s %s: %s", what, file, why ? why : "not usable");
    ERR_clear_error();
    return RW_MALFORMED;
}

static enum rw_class load(SSL_CTX *ctx, const char *cert_file, const char *key_file,
                          struct rw_err *err)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1)
        return fail(err, "http.tls_certificate_unreadable", "the certificate cannot be read from",
                    cert_file);
    if (SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1) {
        if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH)
            return fail(err, "http.tls_key_mismatch",
                        "the key does not belong to the certificate:", key_file);
        return fail(err, "http.tls_key_unreadable", "the key cannot be read from", key_file);
    }
    if (SSL_CTX_check_private_key(ctx) != 1)
        return fail(err, "http.tls_key_mismatch",
                    "the key does not belong to the certificate:", key_file);
    return RW_OK;
}

enum rw_class rw_http_tls_new(struct rw_http_tls **ret, const char *cert_file, const char *key_file,
                              struct rw_err *err)
{
    struct rw_http_tls *tls = rw_calloc(1, sizeof(*tls));
    enum rw_class class;

    if (!tls)
        return rw_fail_memory(err);
    tls->ctx = SSL_CTX_new(TLS_server_method());
    tls->socket = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ringwright socket");
    if (!tls->ctx || !tls->socket) {
        rw_http_tls_free(tls);
        return rw_fail_memory(err);
    }
    (void)BIO_meth_set_write(tls->socket, socket_write);
    (void)BIO_meth_set_read(tls->socket, socket_read);
    (void)BIO_meth_set_ctrl(tls->socket, socket_ctrl);
    (void)SSL_CTX_set_min_proto_version(tls->ctx, TLS1_2_VERSION);
    (void)SSL_CTX_set_options(tls->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    (void)SSL_CTX_set_mode(tls->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                         SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(tls->ctx, choose_protocol, NULL);
    class = load(tls->ctx, cert_file, key_file, err);
    if (class != RW_OK) {
        rw_http_tls_free(tls);
        return class;
    }
    *ret = tls;
    return RW_OK;
}

void rw_http_tls_free(struct rw_http_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->ctx);
    BIO_meth_free(tls->socket);
    rw_free(tls);
}

void *rw_http_tls_session_new(struct rw_http_tls *tls, int fd)
{
    SSL *ssl = SSL_new(tls->ctx);
    BIO *bio = BIO_new(tls->socket);

    if (!ssl || !bio) {
        SSL_free(ssl);
        BIO_free(bio);
        return NULL;
    }
    BIO_set_data(bio, (void *)(intptr_t)fd);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    return ssl;
}

void rw_http_tls_session_free(void *session)
{
    if (!session)
        return;
    ERR_clear_error();
    (void)SSL_shutdown(session);
    ERR_clear_error();
    SSL_free(session);
}

static int result(SSL *ssl, int n)
{
    int why = SSL_get_error(ssl, n);

    ERR_clear_error();
    if (why == SSL_ERROR_WANT_READ)
        return RW_HTTP_TLS_WANT_READ;
    if (why == SSL_ERROR_WANT_WRITE)
        return RW_HTTP_TLS_WANT_WRITE;
    return why == SSL_ERROR_ZERO_RETURN ? 0 : RW_HTTP_TLS_FAILED;
}

int rw_http_tls_handshake(void *session)
{
    int n;

    ERR_clear_error();
    n = SSL_do_handshake(session);
    if (n == 1)
        return 0;
    n = result(session, n);
    return n == 0 ? RW_HTTP_TLS_FAILED : n;
}

ssize_t rw_http_tls_read(void *session, char *dst, size_t n)
{
    int got;

    ERR_clear_error();
    got = SSL_read(session, dst, n > INT32_MAX ? INT32_MAX : (int)n);
    return got > 0 ? got : result(session, got);
}

ssize_t rw_http_tls_write(void *session, const char *src, size_t n)
{
    int sent;

    ERR_clear_error();
    sent = SSL_write(session, src, (int)n);
    if (sent > 0)
        return sent;
    sent = result(session, sent);
    return sent == 0 ? RW_HTTP_TLS_FAILED : sent;
}

bool rw_http_tls_pending(void *session)
{
    return SSL_pending(session) > 0;
}
