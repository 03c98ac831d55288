/*
 * tests/sip/stage.h - a worker with sip/ on it and a scripted peer opposite, all in one thread.
 *
 * A scenario runs inside a worker's start, so that loop, timers and mail are the real ones; the
 * clock is virtual and the loop turns only when stage_turn() says so. Loopback delivers at once,
 * so nothing ever waits. A check that fails ends the scenario; stage_run() reports it.
 */
#ifndef TESTS_SIP_STAGE_H
#define TESTS_SIP_STAGE_H

#include "sip/core.h"

#include <openssl/ssl.h>

#define NEWS_MAX 32

struct news {
    enum rw_call_input_kind kind;
    struct rw_ending ending;
    char sdp[256];
    struct rw_key key;
    bool charged;
};

struct stage {
    struct rw_worker *worker;
    struct rw_sip_wire *wire;
    struct rw_sip *sip;
    struct rw_leg *leg;
    struct news news[NEWS_MAX];
    unsigned news_count, news_read;
    int udp, listener, tcp; /* the peer's sockets; tcp = -1 until accepted */
    uint16_t port, peer_port;
    bool stream;       /* the peer talks over tcp */
    SSL_CTX *secure;   /* over TLS, with this; the scenario's */
    SSL *ssl;          /* NULL until accepted */
    bool may_break;    /* what it sends over tcp may find no connection */
    char in[8192];     /* what the peer read last */
    char invite[8192]; /* the last INVITE it read */
    unsigned traced, sent_count;
    char sent[8192]; /* what our side sent last, wherever to */
    uint64_t now_ms;
    char failure[600];
    void *jump; /* jmp_buf of the running scenario */
};

typedef void(scenario_h)(struct stage *stage);

/* Runs it; NULL, or what went wrong. */
const char *stage_run(scenario_h *scenario);

/* Files that our side shows to who connects to it, for scenarios from now on; NULL = none. */
void stage_show(const char *cert_file, const char *key_file);

/* Fails the cmocka test when the scenario fails. For use as a test's whole body. */
#define PLAY(scenario)                                                                             \
    static void play_##scenario(void **state)                                                      \
    {                                                                                              \
        const char *wrong = stage_run(scenario);                                                   \
                                                                                                   \
        (void)state;                                                                               \
        if (wrong)                                                                                 \
            fail_msg("%s", wrong);                                                                 \
    }

void stage_fail(struct stage *stage, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5), noreturn));

#define CHECK(stage, condition)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            stage_fail(stage, __FILE__, __LINE__, "%s", #condition);                               \
    } while (0)

void stage_turn(struct stage *stage);
void stage_advance(struct stage *stage, uint64_t ms); /* in steps of 100 ms, a turn each */

/* Takes down what a leg says; arg: the stage. */
void stage_on_news(const struct rw_leg_news *news, void *arg);

/* Our side calls the peer; offer "v=0 offer\r\n". More of the target may be given. */
void stage_invite(struct stage *stage, const struct rw_leg_target *more);

/* The peer reads one message, which has to begin with `start`; it stands in stage->in. */
#define expect(stage, start) stage_expect(stage, start, __FILE__, __LINE__)
void stage_expect(struct stage *stage, const char *start, const char *file, int line);
#define expect_nothing(stage) stage_expect_nothing(stage, __FILE__, __LINE__)
void stage_expect_nothing(struct stage *stage, const char *file, int line);
bool stage_read(struct stage *stage); /* false when nothing came */

/* What was read holds this text. */
#define expect_text(stage, text)                                                                   \
    do {                                                                                           \
        if (!strstr((stage)->in, text))                                                            \
            stage_fail(stage, __FILE__, __LINE__, "no \"%s\" in:\n%.400s", text, (stage)->in);     \
    } while (0)

/* The next news is of this kind, or there is none. Returns it. */
#define expect_news(stage, kind) stage_expect_news(stage, kind, __FILE__, __LINE__)
const struct news *stage_expect_news(struct stage *stage, enum rw_call_input_kind kind,
                                     const char *file, int line);
#define expect_no_news(stage) CHECK(stage, (stage)->news_read == (stage)->news_count)

/* The value of a header in `message`, in a static buffer; "" when there is none. */
const char *header_of(const char *message, const char *name);

/* The peer answers `request`. tag: of To; extra: whole header lines; sdp: "" = none. */
void stage_answer_to(struct stage *stage, const char *request, const char *status, const char *tag,
                     const char *extra, const char *sdp);
/* The same for the last INVITE, with a Contact. */
void stage_answer(struct stage *stage, const char *status, const char *tag, const char *sdp);

/* The peer sends a request inside the dialog of the last INVITE, as `tag`; sdp: or another body, whose
 * Content-Type stands in extra. */
void stage_request(struct stage *stage, const char *method, unsigned cseq, const char *tag,
                   const char *extra, const char *sdp);

void stage_send(struct stage *stage, const char *bytes, size_t n);

/*
 * Vouches for calls: "token-<n>.<from>.<to>.<trunk>.<owned>.<second>;info=<x>", n counts from 1.
 * Zeroed when a stage is set up.
 */
extern struct stage_signer {
    unsigned asked;
    bool refuses, says_nothing;
} stage_signer;
extern const struct rw_identity_signer stage_signer_port;

/* The peer closes its connection, in order; the next one is accepted when it comes. */
void stage_close(struct stage *stage);

/* Gives the leg back; at the end of a scenario this happens by itself. */
void stage_release(struct stage *stage);

/* True when the failed allocation that was ordered has not happened yet; it does not happen then. */
bool stage_failure_is_left(void);

/* INVITE, 180, 200 and ACK; the peer's tag is "far". */
void stage_answered_call(struct stage *stage);

#endif
