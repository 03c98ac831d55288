#include "sim/sim.h"

#include "base/id.h"
#include "base/mem.h"
#include "sim/internal.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#define TABLE_SIZE 16384 /* of transactions and calls; a power of two */
#define SOCKET_BUFFER (4 * 1024 * 1024)
#define REALM "ringwright-sim"
#define ALLOW "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER\r\nContent-Length: 0\r\n\r\n"

/* ---- digest (RFC 7616 with MD5, as RFC 3261 section 22 has it) ---- */

static void challenge(struct rw_sim *sim, const struct sip_msg *msg, uint16_t code)
{
    sim->counts.challenged++;
    rw_sim_line_begin(&sim->line, "challenged", rw_sim_slice(&msg->callid));
    rw_sim_line_number(&sim->line, "code", code);
    rw_sim_line_end(&sim->line);
    (void)sip_treplyf(NULL, NULL, sim->sip, msg, false, code, rw_sim_phrase(code),
                      "%s: Digest realm=\"" REALM "\", nonce=\"%016llx\", algorithm=MD5, "
                      "qop=\"auth\"\r\nContent-Length: 0\r\n\r\n",
                      code == 401 ? "WWW-Authenticate" : "Proxy-Authenticate",
                      (unsigned long long)sim->nonce);
}

static bool is_signed(const struct rw_sim *sim, const struct sip_msg *msg,
                      const struct sip_hdr *header)
{
    struct httpauth_digest_resp response;
    uint8_t ha1[MD5_SIZE];
    char nonce[17];

    (void)re_snprintf(nonce, sizeof(nonce), "%016llx", (unsigned long long)sim->nonce);
    return !httpauth_digest_response_decode(&response, &header->val) &&
           !pl_strcmp(&response.realm, REALM) && !pl_strcmp(&response.nonce, nonce) &&
           !pl_strcmp(&response.username, sim->user) &&
           !md5_printf(ha1, "%s:" REALM ":%s", sim->user, sim->password) &&
           !httpauth_digest_response_auth(&response, &msg->met, ha1);
}

/* True when what was asked may be done; otherwise it was answered. */
static bool passes_digest(struct rw_sim *sim, const struct sip_msg *msg, uint16_t code)
{
    const struct sip_hdr *header =
        sip_msg_hdr(msg, code == 401 ? SIP_HDR_AUTHORIZATION : SIP_HDR_PROXY_AUTHORIZATION);

    if (!header) {
        challenge(sim, msg, code);
        return false;
    }
    if (is_signed(sim, msg, header))
        return true;
    rw_sim_line_begin(&sim->line, "bad_credentials", rw_sim_slice(&msg->callid));
    rw_sim_line_end(&sim->line);
    (void)sip_treply(NULL, sim->sip, msg, 403, rw_sim_phrase(403));
    return false;
}

/* ---- requests ---- */

static void on_invite(struct rw_sim *sim, const struct sip_msg *msg)
{
    struct rw_sim_plan plan;
    uint16_t code;

    if (!sip_msg_hdr(msg, SIP_HDR_CONTACT) || !pl_isset(&msg->from.tag)) {
        sim->counts.unexpected++;
        (void)sip_treply(NULL, sim->sip, msg, 400, rw_sim_phrase(400));
        return;
    }
    plan = rw_sim_script_find(rw_sim_slice(&msg->uri.user), &sim->options.timing);
    code = plan.challenge ? plan.challenge : sim->options.digest ? 401 : 0;
    if (code && !passes_digest(sim, msg, code))
        return;
    if (!rw_sim_call_begin(sim, msg, &plan))
        (void)sip_treply(NULL, sim->sip, msg, 503, rw_sim_phrase(503));
}

/* Takes every binding as it is asked for, and keeps none (RFC 3261, section 10.3). */
static void on_register(struct rw_sim *sim, const struct sip_msg *msg)
{
    const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    uint32_t expires = pl_isset(&msg->expires) ? pl_u32(&msg->expires) : 3600;

    if (sim->options.digest && !passes_digest(sim, msg, 401))
        return;
    rw_sim_line_begin(&sim->line, "registered", rw_sim_slice(&msg->callid));
    rw_sim_line_text(&sim->line, "user", rw_sim_slice(&msg->to.uri.user));
    rw_sim_line_number(&sim->line, "expires", expires);
    rw_sim_line_end(&sim->line);
    if (contact && expires)
        (void)sip_treplyf(NULL, NULL, sim->sip, msg, false, 200, "OK",
                          "Contact: %r;expires=%u\r\nContent-Length: 0\r\n\r\n", &contact->val,
                          expires);
    else
        (void)sip_treply(NULL, sim->sip, msg, 200, "OK");
}

static void on_stray(struct rw_sim *sim, const struct sip_msg *msg)
{
    sim->counts.unexpected++;
    rw_sim_line_begin(&sim->line, "stray_request", rw_sim_slice(&msg->callid));
    rw_sim_line_text(&sim->line, "method", rw_sim_slice(&msg->met));
    rw_sim_line_end(&sim->line);
    (void)sip_treply(NULL, sim->sip, msg, 481, rw_sim_phrase(481)); /* nothing for an ACK */
}

static bool on_request(const struct sip_msg *msg, void *arg)
{
    struct rw_sim *sim = arg;
    struct rw_sim_call *call = pl_isset(&msg->to.tag) ? rw_sim_call_find(sim, msg) : NULL;

    if (!sim->buffers_raised && msg->tp == SIP_TRANSP_UDP) {
        sim->buffers_raised = true; /* libre shows its socket with the first message only */
        (void)udp_sockbuf_set(msg->sock, SOCKET_BUFFER);
    }
    if (!pl_strcmp(&msg->met, "INVITE")) {
        if (call)
            rw_sim_call_reinvite(call, msg);
        else if (pl_isset(&msg->to.tag))
            on_stray(sim, msg);
        else
            on_invite(sim, msg);
    } else if (!pl_strcmp(&msg->met, "ACK")) {
        if (call)
            rw_sim_call_ack(call, msg);
    } else if (!pl_strcmp(&msg->met, "BYE")) {
        if (call)
            rw_sim_call_bye(call, msg);
        else
            on_stray(sim, msg);
    } else if (call && !pl_strcmp(&msg->met, "PRACK")) {
        rw_sim_call_prack(call, msg);
    } else if (call && call->plan.quirks & RW_SIM_REFRESHED && !pl_strcmp(&msg->met, "UPDATE")) {
        rw_sim_call_update(call, msg);
    } else if (!pl_strcmp(&msg->met, "INFO") && call) {
        rw_sim_call_info(call, msg);
    } else if (!pl_strcmp(&msg->met, "CANCEL")) {
        on_stray(sim, msg);
    } else if (!pl_strcmp(&msg->met, "REGISTER")) {
        on_register(sim, msg);
    } else if (!pl_strcmp(&msg->met, "OPTIONS")) {
        (void)sip_treplyf(NULL, NULL, sim->sip, msg, false, 200, "OK", ALLOW);
    } else {
        (void)sip_treplyf(NULL, NULL, sim->sip, msg, false, 405, rw_sim_phrase(405), ALLOW);
    }
    return true;
}

/* ---- life ---- */

void rw_sim_free(struct rw_sim *sim)
{
    if (!sim)
        return;
    hash_flush(sim->calls);
    if (sim->sip) {
        sip_close(sim->sip, true);
        mem_deref(sim->sip);
    }
    mem_deref(sim->tls);
    mem_deref(sim->calls);
    rw_ports_close(&sim->ports, &sim->sink);
    rw_sim_line_done(&sim->line);
    rw_free(sim);
}

/* "192.0.2.1:5060" or "[2001:db8::1]:5060" */
static bool parse_listen(const char *text, struct rw_media_addr *ret)
{
    const char *colon = strrchr(text, ':');
    struct rw_slice host;
    char *rest;
    unsigned long port;

    if (!colon || colon[1] < '0' || colon[1] > '9')
        return false;
    port = strtoul(colon + 1, &rest, 10);
    if (*rest || port > 65535)
        return false;
    host = (struct rw_slice){text, (size_t)(colon - text)};
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (struct rw_slice){host.p + 1, host.n - 2};
    return rw_media_addr_parse(ret, AF_UNSPEC, host, (uint16_t)port);
}

static enum rw_class read_options(struct rw_sim *sim, struct rw_media_addr *ret_listen,
                                  struct rw_err *err)
{
    const struct rw_sim_options *options = &sim->options;
    const char *digest = options->digest ? options->digest : "sim:secret";
    const char *colon = strchr(digest, ':');

    if (!parse_listen(options->listen, ret_listen)) {
        (void)rw_fail(err, RW_MALFORMED, "sim.bad_listen",
                      "the address to listen on can't be read");
        rw_err_found(err, "%s", options->listen);
        rw_err_expected(err, "a numeric address and a port: 127.0.0.1:5060");
        return RW_MALFORMED;
    }
    sim->advertised = *ret_listen;
    if ((options->advertise && !rw_media_addr_parse(&sim->advertised, ret_listen->u.sa.sa_family,
                                                    rw_slice_str(options->advertise), 0)) ||
        rw_media_addr_is_any(&sim->advertised)) {
        (void)rw_fail(err, RW_MALFORMED, "sim.bad_host",
                      "the address for Contact and SDP must be one host's, numeric");
        rw_err_found(err, "%s", options->advertise ? options->advertise : options->listen);
        return RW_MALFORMED;
    }
    if (!colon ||
        !rw_slice_copy(sim->user, sizeof(sim->user),
                       (struct rw_slice){digest, (size_t)(colon - digest)}) ||
        !rw_slice_copy(sim->password, sizeof(sim->password), rw_slice_str(colon + 1)))
        return rw_fail(err, RW_MALFORMED, "sim.bad_digest",
                       "digest credentials are user:password, each of at most 63 bytes");
    return RW_OK;
}

/* Nothing is asked of who calls; ours is shown. */
static struct tls *make_tls(const struct rw_sim_options *options)
{
    struct tls *tls = NULL;
    SSL_CTX *ctx;

    if (tls_alloc(&tls, TLS_METHOD_SSLV23, NULL, NULL))
        return NULL;
    ctx = tls_openssl_context(tls);
    (void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    if (SSL_CTX_use_certificate_chain_file(ctx, options->cert_file) == 1 &&
        SSL_CTX_use_PrivateKey_file(ctx, options->key_file, SSL_FILETYPE_PEM) == 1)
        return tls;
    return mem_deref(tls);
}

static int listen_on(struct rw_sim *sim, const struct rw_media_addr *where)
{
    enum sip_transp stream = sim->tls ? SIP_TRANSP_TLS : SIP_TRANSP_TCP;
    bool streams = sim->tls || sim->options.tcp;
    struct sa local;
    int failed = sa_set_sa(&local, &where->u.sa);

    if (!failed)
        failed = sip_alloc(&sim->sip, NULL, 32, TABLE_SIZE, 32, "ringwright-sim", NULL, NULL);
    /* with port 0, UDP takes the one that the stream got: of those many more are in use */
    if (!failed && streams)
        failed = sip_transp_add(sim->sip, stream, &local, sim->tls);
    if (!failed && streams)
        failed = sip_transp_laddr(sim->sip, &local, stream, NULL);
    if (!failed)
        failed = sip_transp_add(sim->sip, SIP_TRANSP_UDP, &local);
    if (!failed)
        failed = sip_transp_laddr(sim->sip, &local, SIP_TRANSP_UDP, NULL);
    if (!failed)
        failed = sip_listen(NULL, sim->sip, true, on_request, sim);
    if (!failed)
        rw_media_addr_set_port(&sim->advertised, sa_port(&local));
    return failed;
}

static enum rw_class set_up(struct rw_sim *sim, struct rw_err *err)
{
    struct rw_media_addr where, media;
    enum rw_class class = read_options(sim, &where, err);
    int failed;

    if (class != RW_OK)
        return class;
    if (sim->options.cert_file) {
        sim->tls = make_tls(&sim->options);
        if (!sim->tls)
            return rw_fail(err, RW_MALFORMED, "sim.bad_certificate",
                           "--tls-cert and --tls-key are no certificate and its key");
    }
    failed = listen_on(sim, &where);
    if (failed == ENOMEM || hash_alloc(&sim->calls, TABLE_SIZE))
        return rw_fail_memory(err);
    if (failed) {
        (void)rw_fail(err, RW_IO, "sim.listen_failed", "can't listen: %s", strerror(failed));
        rw_err_found(err, "%s", sim->options.listen);
        return RW_IO;
    }
    (void)rw_media_addr_text(&sim->advertised, sim->address);
    (void)re_snprintf(sim->contact, sizeof(sim->contact), "%s@%s",
                      sim->options.station ? "station" : "carrier", sim->address);
    media = where;
    rw_media_addr_set_port(&media, 0);
    (void)rw_ports_init(&sim->ports, &media, 0, 0);
    if (sim->options.media)
        return RW_OK;
    return rw_ports_open(&sim->ports, &sim->sink, err);
}

enum rw_class rw_sim_new(struct rw_sim **ret, const struct rw_sim_options *options,
                         struct rw_err *err)
{
    struct rw_sim *sim = rw_calloc(1, sizeof(*sim));
    enum rw_class class;

    if (!sim)
        return rw_fail_memory(err);
    sim->options = *options;
    sim->sink = (struct rw_port_pair){-1, -1, 0};
    sim->nonce = rw_random_u64();
    rw_sim_line_init(&sim->line, options->events_fd);
    class = set_up(sim, err);
    if (class != RW_OK) {
        rw_sim_free(sim);
        return class;
    }
    *ret = sim;
    return RW_OK;
}

const char *rw_sim_address(const struct rw_sim *sim)
{
    return sim->address;
}

void rw_sim_read_counts(const struct rw_sim *sim, struct rw_sim_counts *ret)
{
    *ret = sim->counts;
}
