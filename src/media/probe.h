/*
 * media/probe.h - the sound of a test call: tones are sent, and what comes back is listened to.
 *
 *     probe's socket <--> station's side [relay of media.h] trunk's side <--> carrier
 *
 * It stands in the place of a station behind an ordinary relay, so that what is measured is what calls
 * get: the same ports, the same SDP, the same judging of where packets come from. It ends when three tones
 * came back, when nothing at all came for 5 s, or after 8 s.
 *
 * Owner    whoever called _new(); freed only when its relay has been closed (`closed`), or was never opened.
 * Threads  the worker's.
 * Memory   two kilobytes, and the relay's.
 * Errors   as media.h; RW_IO media.bind_failed.
 */
#ifndef RW_MEDIA_PROBE_H
#define RW_MEDIA_PROBE_H

#include "call/relay.h"
#include "media/addr.h"
#include "media/echo.h"
#include "media/media.h"

struct rw_probe;

struct rw_probe_options {
    struct rw_relay_port *port; /* of media.h */
    const char *host;           /* numeric, that this port's sockets are bound to */
    void (*closed)(void *arg);  /* its relay is gone: the probe may be freed, from here too */
    void *arg;
};

RW_NODISCARD enum rw_class rw_probe_new(struct rw_probe **ret,
                                        const struct rw_probe_options *options, struct rw_err *err);
void rw_probe_free(struct rw_probe *probe); /* NULL is fine */

/* For the exchange: the relay of the one call that is made with it, which has a trunk's leg alone. */
extern const struct rw_relay_ops rw_probe_relay_ops;
struct rw_relay_port *rw_probe_port(struct rw_probe *probe);
bool rw_probe_is_open(const struct rw_probe *probe); /* its relay is */

/* The call was answered: tones are sent from now on, and `heard` is called when there is enough. */
void rw_probe_begin(struct rw_probe *probe, void (*heard)(void *arg), void *arg);

struct rw_probe_seen {
    /* Where our SDP has RTP come to, where theirs has it, and where theirs comes from; "" = not known. */
    char told[RW_MEDIA_ADDR_TEXT], named[RW_MEDIA_ADDR_TEXT], from[RW_MEDIA_ADDR_TEXT];
    uint32_t sent; /* packets */
    struct rw_relay_stats relay;
    struct rw_echo echo;
};

void rw_probe_read(const struct rw_probe *probe, struct rw_probe_seen *ret);

#endif
