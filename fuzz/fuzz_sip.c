/*
 * A whole leg against whatever comes: the input is a row of datagrams, cut at lines of "---". In them
 * $B stands for the branch of our INVITE and $T for our tag, so that they can get past the door. The
 * length of the input says whether the leg uses extensions, and whether they have time to act.
 *
 * Nothing leaves the machine: the system calls that would send are replaced. What would have been
 * sent has to be a message that we could read ourselves.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "sip/digest.h"
#include "sip/extension.h"
#include "sip/icmp.h"
#include "sip/reason.h"
#include "sip/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_readable(const struct iovec *iov)
{
    struct rw_sip_message m;
    char *copy = malloc(iov->iov_len + 1);
    const char *wrong;

    memcpy(copy, iov->iov_base, iov->iov_len);
    wrong = rw_sip_message_parse(&m, copy, iov->iov_len, true);
    /* a refusal repeats what it refuses */
    if (wrong && (m.request || (m.code != 400 && m.code != 505))) {
        fprintf(stderr, "%s:\n%.*s\n", wrong, (int)iov->iov_len, (const char *)iov->iov_base);
        abort();
    }
    free(copy);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    (void)fd, (void)flags;
    for (unsigned i = 0; i < count; i++)
        check_readable(messages[i].msg_hdr.msg_iov);
    return (int)count;
}

int connect(int fd, const struct sockaddr *address, socklen_t n)
{
    (void)fd, (void)address, (void)n;
    errno = ENETUNREACH;
    return -1;
}

static void on_news(const struct rw_leg_news *news, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < sizeof(news->input.ending.sip_reason); i++) {
        if (news->input.ending.sip_reason[i] == '\0')
            return;
        if (news->input.ending.sip_reason[i] == '\n' || news->input.ending.sip_reason[i] == '\r')
            abort();
    }
    abort(); /* not terminated */
}

static struct rw_sip *make_sip(void)
{
    static const struct rw_sip_options options = {.host = "127.0.0.1"};
    struct rw_workers *workers;
    struct rw_sip_wire *wire;
    struct rw_sip *sip;

    rw_log_set_level(RW_LOG_ERROR);
    if (rw_workers_new(&workers, 1, NULL) || rw_sip_wire_new(&wire, &options, 1, NULL) ||
        rw_sip_new(&sip, rw_workers_at(workers, 0), wire, &options, NULL))
        abort();
    return sip;
}

static void check_slice(struct rw_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
            abort();
}

/* What a leg with extensions looks for. */
static void check_extensions(const struct rw_sip_message *m)
{
    struct rw_sip_session_expires expires;
    uint32_t n;

    if (rw_sip_session_expires_read(m, &expires) &&
        (expires.s == 0 || expires.s > RW_SIP_SESSION_MAX_S))
        abort();
    if (rw_sip_min_se_read(m, &n) && n > RW_SIP_SESSION_MAX_S)
        abort();
    if (rw_sip_rseq_read(m, &n) && n == 0)
        abort();
    (void)rw_sip_allows(m, RW_SIP_UPDATE);
    if (rw_sip_requires_beyond(m, RW_SIP_TIMER) && !rw_sip_requires_beyond(m, 0))
        abort();
}

/* The readers alone, on the whole input. */
static void read_alone(const uint8_t *data, size_t size)
{
    struct rw_slice all = {(const char *)data, size};
    struct rw_leg_dialog stored;
    struct rw_sip_dialog dialog;
    struct rw_sip_challenge challenge;
    struct rw_sip_message m;
    uint16_t q850 = 0, code = 0;
    struct rw_slice call_id;
    uint64_t branch;
    size_t length = rw_sip_message_length(all, 65536);
    char *copy = malloc(size + 1);

    if (length != 0 && length != SIZE_MAX && length > size)
        abort();
    memcpy(copy, data, size);
    if (!rw_sip_message_parse(&m, copy, size, true) || m.answerable) {
        check_slice(m.from);
        check_slice(m.to);
        check_slice(m.call_id);
        check_slice(m.cseq_text);
        check_slice(m.contact);
        for (uint32_t i = 0; i < m.header_count; i++)
            check_slice(m.headers[i].value);
        check_extensions(&m);
        if (m.body.n && length != 0 && length != SIZE_MAX && m.body.p + m.body.n > copy + size)
            abort();
    }
    free(copy);
    rw_sip_reason_parse(all, &q850, &code);
    if (q850 > 127 || code > 699)
        abort();
    if (rw_sip_challenge_parse(all, &challenge) && (!challenge.nonce.n || !challenge.realm.p))
        abort();
    (void)rw_sip_icmp_parse(all, &branch, &call_id);
    memset(&stored, 0, sizeof(stored));
    memcpy(&stored, data, size < sizeof(stored) ? size : sizeof(stored));
    stored.answered = size & 1;
    stored.call_id[79] = stored.local_tag[39] = stored.remote_tag[127] = stored.branch[79] = '\0';
    stored.request_uri[255] = stored.remote_target[255] = stored.from_uri[159] = '\0';
    stored.to_uri[255] = stored.route_set[1023] = '\0';
    if (rw_sip_dialog_load(&dialog, &stored, NULL) == RW_OK) {
        rw_sip_dialog_uri(&dialog);
        rw_sip_dialog_done(&dialog);
    }
}

/* Writes one datagram with $B and $T filled in. */
static size_t fill_in(const struct rw_leg *leg, struct rw_slice in, char *out, size_t size)
{
    char branch[RW_SIP_BRANCH];
    size_t n = 0;

    rw_sip_branch_write(branch, leg->branch);
    for (size_t i = 0; i < in.n && n + 64 < size; i++) {
        const char *text = NULL;

        if (in.p[i] == '$' && i + 1 < in.n && in.p[i + 1] == 'B')
            text = branch;
        else if (in.p[i] == '$' && i + 1 < in.n && in.p[i + 1] == 'T')
            text = leg->dialog.local_tag;
        if (!text) {
            out[n++] = in.p[i];
            continue;
        }
        memcpy(out + n, text, strlen(text));
        n += strlen(text);
        i++;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rw_sip *sip;
    static uint64_t now = 1000000;
    static char out[65536];
    struct rw_leg_target target = {.uri = "sip:b@127.0.0.1:9",
                                   .from_uri = "sip:a@127.0.0.1",
                                   .call_id = "00-fuzz",
                                   .auth_user = "u",
                                   .auth_password = "p"};
    struct rw_sip_hop hop = {.transport = RW_SIP_UDP};
    struct rw_slice rest = {(const char *)data, size};
    struct rw_leg *leg;
    long live;

    rw_clock_set_virtual(now);
    if (size & 4) {
        target.session_expires_s = 90;
        target.reliable = RW_LEG_RELIABLE_SUPPORTED;
    }
    if (!sip)
        sip = make_sip();
    read_alone(data, size);
    (void)sa_set_str(&hop.peer, "127.0.0.1", 9);
    live = rw_mem_live();
    if (rw_sip_leg_ops.invite(rw_sip_leg_port(sip), &target, RW_LIT("v=0\r\n"), on_news, NULL, &leg,
                              NULL))
        abort();
    while (rest.n) {
        const char *cut = memmem(rest.p, rest.n, "\n---\n", 5);
        struct rw_slice one = {rest.p, cut ? (size_t)(cut - rest.p) : rest.n};
        size_t n = fill_in(leg, one, out, sizeof(out));

        rest = rw_slice_from(rest, one.n + 5);
        hop.transport = n & 1 ? RW_SIP_UDP : RW_SIP_TCP;
        rw_sip_receive(sip, &hop, out, n);
    }
    for (int i = 0; size & 8 && i < 70; i++) {
        rw_clock_set_virtual(now += 1000);
        tmr_poll(NULL);
    }
    if (size & 2)
        rw_sip_leg_ops.bye(leg, &(struct rw_ending){.q850 = 16});
    rw_sip_leg_ops.release(leg);
    for (int i = 0; i < 80; i++) {
        rw_clock_set_virtual(now += 1000);
        tmr_poll(NULL);
    }
    /* the scratch buffer may have grown; a leg, transaction or reply may not be left */
    if (rw_mem_live() > live + 1)
        abort();
    return 0;
}
