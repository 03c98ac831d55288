#include "stage.h"

#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void on_trace(bool sent, const char *transport, const char *local, const char *peer,
                     struct rw_slice message, void *arg)
{
    struct stage *stage = arg;

    (void)transport, (void)local, (void)peer;
    stage->traced++;
    if (!sent)
        return;
    stage->sent_count++;
    (void)rw_slice_copy(stage->sent, sizeof(stage->sent), message);
}

void stage_fail(struct stage *stage, const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    int n = snprintf(stage->failure, sizeof(stage->failure), "%s:%d: ", file, line);

    va_start(ap, fmt);
    (void)vsnprintf(stage->failure + n, sizeof(stage->failure) - (size_t)n, fmt, ap);
    va_end(ap);
    longjmp(*(jmp_buf *)stage->jump, 1);
}

/* ------------------------------------------------------------------ the loop */

static void on_stop_turn(int flags, void *arg)
{
    eventfd_t count;

    (void)flags;
    (void)eventfd_read(*(int *)arg, &count);
    re_cancel();
}

/* Twice: what the first turn sends to ourselves over a stream is read in the second. */
void stage_turn(struct stage *stage)
{
    int fd = eventfd(0, EFD_NONBLOCK);

    (void)stage;
    (void)fd_listen(fd, FD_READ, on_stop_turn, &fd);
    for (int i = 0; i < 2; i++) {
        (void)eventfd_write(fd, 1);
        (void)re_main(NULL);
    }
    fd_close(fd);
    (void)close(fd);
}

void stage_advance(struct stage *stage, uint64_t ms)
{
    for (uint64_t done = 0; done < ms; done += 100) {
        stage->now_ms += 100;
        rw_clock_set_virtual(stage->now_ms);
        stage_turn(stage);
    }
}

bool stage_failure_is_left(void)
{
    bool left = false;

    for (int i = 0; i < 10000 && !left; i++) {
        void *p = rw_calloc(1, 1);

        left = p == NULL;
        rw_free(p);
    }
    rw_mem_fail_after(-1);
    return left;
}

/* ------------------------------------------------------------------ the peer */

static int open_peer(int type, uint16_t *port)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(*port)};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);

    if (bind(fd, (struct sockaddr *)&a, n) < 0 || (type == SOCK_STREAM && listen(fd, 8) < 0) ||
        getsockname(fd, (struct sockaddr *)&a, &n) < 0) {
        (void)close(fd);
        return -1;
    }
    *port = ntohs(a.sin_port);
    return fd;
}

/* A number that both a UDP and a TCP socket have. */
static bool open_peers(struct stage *stage)
{
    for (int i = 0; i < 50; i++) {
        stage->peer_port = 0;
        stage->udp = open_peer(SOCK_DGRAM, &stage->peer_port);
        stage->listener = open_peer(SOCK_STREAM, &stage->peer_port);
        if (stage->listener >= 0)
            return true;
        (void)close(stage->udp);
    }
    return false;
}

void stage_close(struct stage *stage)
{
    if (stage->ssl)
        (void)SSL_shutdown(stage->ssl);
    SSL_free(stage->ssl);
    stage->ssl = NULL;
    if (stage->tcp >= 0)
        (void)close(stage->tcp);
    stage->tcp = -1;
}

static void accept_one(struct stage *stage)
{
    int on = 1; /* without it the peer's small pieces would wait for acknowledgements */

    if (stage->tcp >= 0)
        return;
    stage->tcp = accept4(stage->listener, NULL, NULL, SOCK_NONBLOCK);
    (void)setsockopt(stage->tcp, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* One message. A handshake takes both sides some turns. */
static ssize_t read_secure(struct stage *stage)
{
    char peek[sizeof(stage->in)];
    int n = 0;

    for (int i = 0; i < 6 && n <= 0; i++) {
        accept_one(stage);
        if (stage->tcp >= 0 && !stage->ssl) {
            stage->ssl = SSL_new(stage->secure);
            (void)SSL_set_fd(stage->ssl, stage->tcp);
            SSL_set_accept_state(stage->ssl);
        }
        if (stage->ssl && (SSL_is_init_finished(stage->ssl) || SSL_do_handshake(stage->ssl) == 1))
            n = SSL_peek(stage->ssl, peek, sizeof(peek) - 1);
        stage_turn(stage);
    }
    if (n > 0) {
        size_t length = rw_sip_message_length((struct rw_slice){peek, (size_t)n}, sizeof(peek));

        n = SSL_read(stage->ssl, stage->in, length == 0 || length == SIZE_MAX ? n : (int)length);
    }
    return n;
}

/* One message off the stream; the peer never gets more than it expects in these tests. */
static ssize_t read_stream(struct stage *stage)
{
    char peek[sizeof(stage->in)];
    ssize_t n;
    size_t length;

    if (stage->secure)
        return read_secure(stage);
    accept_one(stage);
    n = recv(stage->tcp, peek, sizeof(peek) - 1, MSG_PEEK);
    if (n <= 0)
        return n;
    length = rw_sip_message_length((struct rw_slice){peek, (size_t)n}, sizeof(peek));
    if (length == 0 || length == SIZE_MAX)
        length = (size_t)n;
    return recv(stage->tcp, stage->in, length, 0);
}

bool stage_read(struct stage *stage)
{
    ssize_t n;

    stage_turn(stage);
    n = stage->stream ? read_stream(stage) : recv(stage->udp, stage->in, sizeof(stage->in) - 1, 0);
    if (n <= 0)
        return false;
    stage->in[n] = '\0';
    if (strncmp(stage->in, "INVITE ", 7) == 0)
        memcpy(stage->invite, stage->in, (size_t)n + 1);
    return true;
}

void stage_expect(struct stage *stage, const char *start, const char *file, int line)
{
    if (!stage_read(stage))
        stage_fail(stage, file, line, "nothing came, expected %s", start);
    if (strncmp(stage->in, start, strlen(start)) != 0)
        stage_fail(stage, file, line, "expected %s, got %.300s", start, stage->in);
}

void stage_expect_nothing(struct stage *stage, const char *file, int line)
{
    if (stage_read(stage))
        stage_fail(stage, file, line, "expected nothing, got %.300s", stage->in);
}

void stage_send(struct stage *stage, const char *bytes, size_t n)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons(stage->port)};

    if (stage->secure)
        CHECK(stage, SSL_write(stage->ssl, bytes, (int)n) == (int)n || stage->may_break);
    else if (stage->stream)
        CHECK(stage, send(stage->tcp, bytes, n, MSG_NOSIGNAL) == (ssize_t)n || stage->may_break);
    else
        CHECK(stage,
              sendto(stage->udp, bytes, n, 0, (struct sockaddr *)&a, sizeof(a)) == (ssize_t)n);
    stage_turn(stage);
}

const char *header_of(const char *message, const char *name)
{
    static char value[1024];
    char line[64];
    const char *p, *end;

    (void)snprintf(line, sizeof(line), "\n%s: ", name);
    p = strstr(message, line);
    if (!p)
        return "";
    p += strlen(line);
    end = strstr(p, "\r\n");
    (void)snprintf(value, sizeof(value), "%.*s", (int)(end - p), p);
    return value;
}

static void append_header(char *out, size_t size, const char *message, const char *name,
                          const char *tail)
{
    size_t used = strlen(out);

    (void)snprintf(out + used, size - used, "%s: %s%s\r\n", name, header_of(message, name), tail);
}

void stage_answer_to(struct stage *stage, const char *request, const char *status, const char *tag,
                     const char *extra, const char *sdp)
{
    char out[8192], tail[140] = "";
    size_t used;

    if (tag[0] && !strstr(header_of(request, "To"), ";tag="))
        (void)snprintf(tail, sizeof(tail), ";tag=%s", tag);
    (void)snprintf(out, sizeof(out), "SIP/2.0 %s\r\n", status);
    append_header(out, sizeof(out), request, "Via", "");
    append_header(out, sizeof(out), request, "From", "");
    append_header(out, sizeof(out), request, "To", tail);
    append_header(out, sizeof(out), request, "Call-ID", "");
    append_header(out, sizeof(out), request, "CSeq", "");
    used = strlen(out);
    (void)snprintf(out + used, sizeof(out) - used, "%s%sContent-Length: %zu\r\n\r\n%s", extra,
                   sdp[0] ? "Content-Type: application/sdp\r\n" : "", strlen(sdp), sdp);
    stage_send(stage, out, strlen(out));
}

static const char *way_of(const struct stage *stage)
{
    return stage->secure ? ";transport=tls" : stage->stream ? ";transport=tcp" : "";
}

void stage_answer(struct stage *stage, const char *status, const char *tag, const char *sdp)
{
    char contact[100];

    (void)snprintf(contact, sizeof(contact), "Contact: <sip:far@127.0.0.1:%u%s>\r\n",
                   stage->peer_port, way_of(stage));
    stage_answer_to(stage, stage->invite, status, tag, contact, sdp);
}

void stage_request(struct stage *stage, const char *method, unsigned cseq, const char *tag,
                   const char *extra, const char *sdp)
{
    char out[8192], from[300], to[300], call_id[200];
    static unsigned branch;

    (void)snprintf(from, sizeof(from), "%s", header_of(stage->invite, "To"));
    (void)snprintf(to, sizeof(to), "%s", header_of(stage->invite, "From"));
    (void)snprintf(call_id, sizeof(call_id), "%s", header_of(stage->invite, "Call-ID"));
    (void)snprintf(out, sizeof(out),
                   "%s sip:ringwright@127.0.0.1:%u SIP/2.0\r\n"
                   "Via: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bKfar%u;rport\r\n"
                   "Max-Forwards: 70\r\nFrom: %s;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n"
                   "%s%sContent-Length: %zu\r\n\r\n%s",
                   method, stage->port,
                   stage->secure   ? "TLS"
                   : stage->stream ? "TCP"
                                   : "UDP",
                   stage->peer_port, ++branch, from, tag, to, call_id, cseq, method, extra,
                   sdp[0] && !strstr(extra, "Content-Type:") ? "Content-Type: application/sdp\r\n"
                                                             : "",
                   strlen(sdp), sdp);
    stage_send(stage, out, strlen(out));
}

/* ------------------------------------------------------------------ our side */

void stage_on_news(const struct rw_leg_news *news, void *arg)
{
    struct stage *stage = arg;
    struct news *entry = &stage->news[stage->news_count];

    if (stage->news_count == NEWS_MAX)
        return;
    stage->news_count++;
    entry->kind = news->input.kind;
    entry->ending = news->input.ending;
    entry->key = news->key;
    entry->charged = news->charged;
    (void)snprintf(entry->sdp, sizeof(entry->sdp), "%.*s", RW_SLICE_ARG(news->sdp));
}

const struct news *stage_expect_news(struct stage *stage, enum rw_call_input_kind kind,
                                     const char *file, int line)
{
    stage_turn(stage);
    if (stage->news_read == stage->news_count)
        stage_fail(stage, file, line, "no news, expected kind %d", kind);
    if (stage->news[stage->news_read].kind != kind)
        stage_fail(stage, file, line, "news of kind %d, expected %d",
                   stage->news[stage->news_read].kind, kind);
    return &stage->news[stage->news_read++];
}

void stage_invite(struct stage *stage, const struct rw_leg_target *more)
{
    struct rw_leg_target target = more ? *more : (struct rw_leg_target){.uri = NULL};
    struct rw_err err;
    char uri[120];

    (void)snprintf(uri, sizeof(uri), "sip:+6591234567@127.0.0.1:%u%s", stage->peer_port,
                   way_of(stage));
    if (!target.uri)
        target.uri = uri;
    if (!target.from_uri)
        target.from_uri = "sip:+6534567890@127.0.0.1";
    if (!target.call_id)
        target.call_id = "00-0190f5fe-7c00-7a00-8000-000000000001";
    CHECK(stage,
          rw_sip_leg_ops.invite(rw_sip_leg_port(stage->sip), &target, RW_LIT("v=0 offer\r\n"),
                                stage_on_news, stage, &stage->leg, &err) == RW_OK);
}

struct stage_signer stage_signer;

static enum rw_class put_identity(const struct rw_identity_signer *signer,
                                  const struct rw_identity_claim *claim, uint64_t wall_s,
                                  struct rw_buf *ret, struct rw_err *err)
{
    (void)signer;
    if (stage_signer.refuses)
        return rw_fail(err, RW_IO, "stir.not_signed", "there is no key");
    if (!stage_signer.says_nothing)
        rw_buf_printf(ret, "token-%u.%s.%s.%s.%d.%llu;info=<x>", ++stage_signer.asked,
                      claim->from_number, claim->to_number, claim->trunk_id, claim->owned,
                      (unsigned long long)wall_s);
    return ret->failed ? rw_fail_memory(err) : RW_OK;
}

const struct rw_identity_signer stage_signer_port = {put_identity};

void stage_release(struct stage *stage)
{
    if (stage->leg)
        rw_sip_leg_ops.release(stage->leg);
    stage->leg = NULL;
}

void stage_answered_call(struct stage *stage)
{
    stage_invite(stage, NULL);
    expect(stage, "INVITE ");
    stage_answer(stage, "180 Ringing", "far", "");
    (void)expect_news(stage, RW_IN_LEG_RINGING);
    stage_answer(stage, "200 OK", "far", "v=0 answer\r\n");
    (void)expect_news(stage, RW_IN_LEG_ANSWERED);
    expect(stage, "ACK ");
}

/* ------------------------------------------------------------------ running */

static const char *shown_cert, *shown_key;

void stage_show(const char *cert_file, const char *key_file)
{
    shown_cert = cert_file;
    shown_key = key_file;
}

struct run {
    scenario_h *scenario;
    struct stage stage;
};

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    struct run *run = arg;
    struct stage *stage = &run->stage;
    struct rw_sip_options options = {.host = "127.0.0.1",
                                     .cert_file = shown_cert,
                                     .key_file = shown_key,
                                     .socket_buffer = 1u << 20,
                                     .trace = on_trace,
                                     .trace_arg = stage};
    jmp_buf jump;
    long live = rw_mem_live();

    stage_signer = (struct stage_signer){.asked = 0};
    stage->worker = worker;
    stage->now_ms = 1000000;
    stage->tcp = -1;
    rw_clock_set_virtual(stage->now_ms);
    if (!open_peers(stage) || rw_sip_wire_new(&stage->wire, &options, 1, err) ||
        rw_sip_new(&stage->sip, worker, stage->wire, &options, err)) {
        (void)snprintf(stage->failure, sizeof(stage->failure), "the stage can't be set up");
        return RW_BUG;
    }
    stage->port = rw_sip_wire_port(stage->wire);
    stage->jump = &jump;
    if (setjmp(jump) == 0)
        run->scenario(stage);
    rw_mem_fail_after(-1);
    stage_release(stage);
    rw_sip_free(stage->sip);
    stage_turn(stage);
    rw_sip_wire_free(stage->wire);
    (void)close(stage->udp);
    (void)close(stage->listener);
    stage_close(stage);
    if (!stage->failure[0] && rw_mem_live() != live)
        (void)snprintf(stage->failure, sizeof(stage->failure), "%ld blocks were not given back",
                       rw_mem_live() - live);
    return rw_fail(err, RW_BUG, "stage.over", "the scenario is over");
}

const char *stage_run(scenario_h *scenario)
{
    static struct run run;
    struct rw_workers *workers;
    struct rw_err err;

    memset(&run, 0, sizeof(run));
    run.scenario = scenario;
    if (rw_workers_new(&workers, 1, &err))
        return "no worker";
    /* never starts: the scenario is played while it tries to */
    (void)!rw_workers_start(workers, on_start, NULL, &run, &err);
    rw_workers_free(workers);
    return run.stage.failure[0] ? run.stage.failure : NULL;
}
