/*
 * sim/sim.h - a carrier, or a station, that calls can be placed to: for tests, demos and CI.
 *
 * It answers INVITEs as the called number says (script.h), plays and recognises sound (sound.h) and
 * tells everything that happens as lines of JSON (line.h). libre's transports, transactions and
 * dialogs do the SIP; retransmissions are answered as RFC 3261 wants them.
 *
 * Owner    whoever called _new(); _free() drops what is still up, without a word to the far ends.
 * Threads  one worker's.
 * Memory   a call without media about 7 KB for 32 s (libre's transactions), then 2 KB.
 * Errors   RW_MALFORMED sim.bad_listen, sim.bad_host, sim.bad_certificate; RW_IO sim.listen_failed; server.no_memory.
 */
#ifndef RW_SIM_SIM_H
#define RW_SIM_SIM_H

#include "base/err.h"
#include "loop/worker.h"
#include "sim/script.h"

#define RW_SIM_CARRIER_HZ 1004
#define RW_SIM_STATION_HZ 440

struct rw_sim;

struct rw_sim_options {
    const char *listen;               /* "127.0.0.1:5060", "[::1]:0"; port 0 = any */
    const char *advertise;            /* address in Contact and SDP; NULL = the one listened on */
    bool tcp;                         /* listen on TCP too */
    const char *cert_file, *key_file; /* with both the port takes TLS instead of TCP (PEM) */
    bool station; /* a telephone, not a carrier: only names and the tone differ */
    bool media;   /* false: a port is named, but no sound is sent or read */
    const char *
        digest; /* "user:password": every INVITE and REGISTER must be signed with it; NULL = none */
    unsigned tone_hz;
    struct rw_sim_timing timing;
    uint64_t exit_after; /* `finished` runs when so many calls have ended; 0 = never */
    void (*finished)(void *arg);
    void *arg;
    int events_fd; /* -1 = tell nothing */
};

struct rw_sim_counts {
    uint64_t calls; /* INVITEs that began a call (not those that were asked for credentials) */
    uint64_t challenged, answered, rejected, cancelled;
    uint64_t acks, acks_missing, byes_received, byes_sent, byes_unanswered;
    uint64_t ended, rtp_sent, rtp_received, unexpected; /* unexpected: requests for no call */
};

RW_NODISCARD enum rw_class rw_sim_new(struct rw_sim **ret, const struct rw_sim_options *options,
                                      struct rw_err *err);
void rw_sim_free(struct rw_sim *sim); /* NULL is fine */

/* "127.0.0.1:5060": where to send INVITEs. Valid as long as the simulator. */
const char *rw_sim_address(const struct rw_sim *sim);
void rw_sim_read_counts(const struct rw_sim *sim, struct rw_sim_counts *ret);

#endif
