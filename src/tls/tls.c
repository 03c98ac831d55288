#include "tls/tls.h"

#include "base/mem.h"
#include "tls/verify.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#define RESUME_SECONDS 3600 /* a certificate that has expired since is looked at again after that */

struct rw_tls {
    SSL_CTX *ctx;
};

/* ------------------------------------------------------------------ sockets */

/* OpenSSL's own would let a write to a closed peer raise SIGPIPE. Made once, for ever. */
static BIO_METHOD *socket_method;
static pthread_once_t socket_once = PTHREAD_ONCE_INIT;

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

static void make_socket_method(void)
{
    socket_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ringwright socket");
    if (!socket_method)
        return;
    (void)BIO_meth_set_write(socket_method, socket_write);
    (void)BIO_meth_set_read(socket_method, socket_read);
    (void)BIO_meth_set_ctrl(socket_method, socket_ctrl);
}

/* ------------------------------------------------------------------ certificates */

static enum rw_class fail(struct rw_err *err, const char *code, const char *what, const char *file)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());

    rw_fail(err, RW_MALFORMED, code, "%s %s: %s", what, file, why ? why : "not usable");
    ERR_clear_error();
    return RW_MALFORMED;
}

static enum rw_class load_own(SSL_CTX *ctx, const char *cert_file, const char *key_file,
                              struct rw_err *err)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1)
        return fail(err, "tls.certificate_unreadable", "the certificate cannot be read from",
                    cert_file);
    if (SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1) {
        if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH)
            return fail(err, "tls.key_mismatch",
                        "the key does not belong to the certificate:", key_file);
        return fail(err, "tls.key_unreadable", "the key cannot be read from", key_file);
    }
    if (SSL_CTX_check_private_key(ctx) != 1)
        return fail(err, "tls.key_mismatch",
                    "the key does not belong to the certificate:", key_file);
    return RW_OK;
}

static enum rw_class load_trusted(SSL_CTX *ctx, const char *ca_file, struct rw_err *err)
{
    ERR_clear_error();
    if (!ca_file)
        return SSL_CTX_set_default_verify_paths(ctx) == 1 ? RW_OK : rw_fail_memory(err);
    if (SSL_CTX_load_verify_file(ctx, ca_file) != 1)
        return fail(err, "tls.ca_unreadable", "no certificates to trust can be read from", ca_file);
    return RW_OK;
}

/* NULL: memory is out. */
static struct rw_tls *make(const SSL_METHOD *method)
{
    struct rw_tls *tls = rw_calloc(1, sizeof(*tls));

    if (!tls)
        return NULL;
    (void)pthread_once(&socket_once, make_socket_method);
    tls->ctx = SSL_CTX_new(method);
    if (!tls->ctx || !socket_method) {
        rw_tls_free(tls);
        return NULL;
    }
    (void)SSL_CTX_set_min_proto_version(tls->ctx, TLS1_2_VERSION);
    (void)SSL_CTX_set_options(tls->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    (void)SSL_CTX_set_mode(tls->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                         SSL_MODE_RELEASE_BUFFERS);
    (void)SSL_CTX_set_timeout(tls->ctx, RESUME_SECONDS);
    return tls;
}

/* Clients that offer other protocols as well are told at once which one this is. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
                           const unsigned char *in, unsigned in_n, void *arg)
{
    const char *protocol = arg;
    size_t n = strlen(protocol);

    (void)ssl;
    for (unsigned i = 0; i < in_n; i += in[i] + 1u) {
        if (in[i] == n && i + 1 + n <= in_n && memcmp(in + i + 1, protocol, n) == 0) {
            *out = in + i + 1;
            *out_n = in[i];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

enum rw_class rw_tls_server_new(struct rw_tls **ret, const char *cert_file, const char *key_file,
                                const char *protocol, struct rw_err *err)
{
    struct rw_tls *tls = make(TLS_server_method());
    enum rw_class class;

    if (!tls)
        return rw_fail_memory(err);
    if (protocol)
        SSL_CTX_set_alpn_select_cb(tls->ctx, choose_protocol, (void *)protocol);
    class = load_own(tls->ctx, cert_file, key_file, err);
    if (class != RW_OK) {
        rw_tls_free(tls);
        return class;
    }
    *ret = tls;
    return RW_OK;
}

enum rw_class rw_tls_client_new(struct rw_tls **ret, const struct rw_tls_client *options,
                                struct rw_err *err)
{
    struct rw_tls *tls = make(TLS_client_method());
    enum rw_class class = RW_OK;

    if (!tls)
        return rw_fail_memory(err);
    SSL_CTX_set_verify(tls->ctx, options->unverified ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                       options->unverified ? NULL : rw_tls_on_certificate);
    /* a pinned certificate need not be a root */
    (void)X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(tls->ctx), X509_V_FLAG_PARTIAL_CHAIN);
    if (!options->unverified)
        class = load_trusted(tls->ctx, options->ca_file, err);
    if (class == RW_OK && (options->cert_file || options->key_file))
        class = load_own(tls->ctx, options->cert_file ? options->cert_file : "",
                         options->key_file ? options->key_file : "", err);
    if (class != RW_OK) {
        rw_tls_free(tls);
        return class;
    }
    *ret = tls;
    return RW_OK;
}

void rw_tls_free(struct rw_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->ctx);
    rw_free(tls);
}

/* ------------------------------------------------------------------ sessions */

static struct rw_tls_session *session_new(struct rw_tls *tls, int fd)
{
    struct rw_tls_session *session = rw_calloc(1, sizeof(*session));
    BIO *bio = NULL;

    if (!session)
        return NULL;
    session->ssl = SSL_new(tls->ctx);
    if (session->ssl)
        bio = BIO_new(socket_method);
    if (!bio) {
        SSL_free(session->ssl);
        rw_free(session);
        return NULL;
    }
    BIO_set_data(bio, (void *)(intptr_t)fd);
    BIO_set_init(bio, 1);
    SSL_set_bio(session->ssl, bio, bio);
    SSL_set_app_data(session->ssl, session);
    return session;
}

struct rw_tls_session *rw_tls_accept(struct rw_tls *tls, int fd)
{
    struct rw_tls_session *session = session_new(tls, fd);

    if (session)
        SSL_set_accept_state(session->ssl);
    return session;
}

struct rw_tls_session *rw_tls_connect(struct rw_tls *tls, int fd, const char *name,
                                      const struct rw_tls_ticket *ticket)
{
    struct rw_tls_session *session = session_new(tls, fd);

    if (!session)
        return NULL;
    (void)snprintf(session->name, sizeof(session->name), "%s", name);
    SSL_set_connect_state(session->ssl);
    if (strlen(name) > RW_TLS_NAME_MAX || !rw_tls_want_name(session)) {
        ERR_clear_error();
        rw_tls_session_free(session);
        return NULL;
    }
    if (ticket) /* one that is of no use any more only means a whole handshake */
        (void)SSL_set_session(session->ssl, (SSL_SESSION *)ticket);
    ERR_clear_error();
    return session;
}

void rw_tls_session_free(struct rw_tls_session *session)
{
    if (!session)
        return;
    ERR_clear_error();
    (void)SSL_shutdown(session->ssl);
    ERR_clear_error();
    SSL_free(session->ssl);
    rw_free(session);
}

/* A certificate's fault was noted while it was verified, and stays the better explanation. */
static void note(struct rw_tls_session *session, int why)
{
    unsigned long error = ERR_peek_error();
    const char *reason = error ? ERR_reason_error_string(error) : NULL;
    const char *what = reason;

    if (session->fault.kind != RW_TLS_NO_FAULT)
        return;
    if (ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER ||
        ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST)
        what = "what answers there does not speak TLS";
    else if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING ||
             why == SSL_ERROR_ZERO_RETURN || (why == SSL_ERROR_SYSCALL && !reason))
        what = SSL_in_init(session->ssl) ? "the connection was closed in the TLS handshake"
                                         : "the connection was closed";
    session->fault.kind = RW_TLS_BROKEN;
    (void)rw_text_clean(session->fault.what, sizeof(session->fault.what),
                        rw_slice_str(what ? what : "an error without a name"));
}

static int result(struct rw_tls_session *session, int n)
{
    int why = SSL_get_error(session->ssl, n);

    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
        note(session, why);
    ERR_clear_error();
    if (why == SSL_ERROR_WANT_READ)
        return RW_TLS_WANT_READ;
    if (why == SSL_ERROR_WANT_WRITE)
        return RW_TLS_WANT_WRITE;
    return why == SSL_ERROR_ZERO_RETURN ? 0 : RW_TLS_FAILED;
}

int rw_tls_handshake(struct rw_tls_session *session)
{
    int n;

    ERR_clear_error();
    n = SSL_do_handshake(session->ssl);
    if (n == 1)
        return 0;
    n = result(session, n);
    return n == 0 ? RW_TLS_FAILED : n;
}

ssize_t rw_tls_read(struct rw_tls_session *session, char *dst, size_t n)
{
    int got;

    ERR_clear_error();
    got = SSL_read(session->ssl, dst, n > INT32_MAX ? INT32_MAX : (int)n);
    return got > 0 ? got : result(session, got);
}

ssize_t rw_tls_write(struct rw_tls_session *session, const char *src, size_t n)
{
    int sent;

    ERR_clear_error();
    sent = SSL_write(session->ssl, src, n > INT32_MAX ? INT32_MAX : (int)n);
    if (sent > 0)
        return sent;
    sent = result(session, sent);
    return sent == 0 ? RW_TLS_FAILED : sent;
}

bool rw_tls_pending(struct rw_tls_session *session)
{
    return SSL_pending(session->ssl) > 0;
}

const struct rw_tls_fault *rw_tls_session_fault(const struct rw_tls_session *session)
{
    return &session->fault;
}

/* ------------------------------------------------------------------ tickets */

struct rw_tls_ticket *rw_tls_session_ticket(struct rw_tls_session *session)
{
    SSL_SESSION *ticket = NULL;

    if (SSL_is_init_finished(session->ssl)) /* of a broken one OpenSSL itself says that it is not */
        ticket = SSL_get1_session(session->ssl);
    if (ticket && !SSL_SESSION_is_resumable(ticket)) {
        SSL_SESSION_free(ticket);
        ticket = NULL;
    }
    return (struct rw_tls_ticket *)ticket;
}

bool rw_tls_session_resumed(const struct rw_tls_session *session)
{
    return SSL_session_reused(session->ssl) == 1;
}

void rw_tls_ticket_free(struct rw_tls_ticket *ticket)
{
    SSL_SESSION_free((SSL_SESSION *)ticket);
}
