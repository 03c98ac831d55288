/* sim/internal.h - what call.c and sim.c share of a simulator. Not for others. */
#ifndef RW_SIM_INTERNAL_H
#define RW_SIM_INTERNAL_H

#include "media/ports.h"
#include "media/sdp.h"
#include "sim/audio.h"
#include "sim/line.h"
#include "sim/sim.h"

#include <re.h>

#define RW_SIM_CALLS_MAX 100000

struct rw_sim {
    struct rw_sim_options options;
    struct sip *sip;
    struct hash *calls; /* struct rw_sim_call by Call-ID */
    struct rw_media_addr advertised;
    struct rw_ports ports;
    struct rw_port_pair sink; /* named in every description when there is no media; never read */
    char address[RW_MEDIA_ADDR_TEXT];
    char contact[RW_MEDIA_ADDR_TEXT + 16]; /* "carrier@192.0.2.1:5060" */
    char user[64], password[64];           /* for digest */
    uint64_t nonce;
    struct rw_sim_line line;
    struct rw_sim_counts counts;
    uint32_t live;
    bool buffers_raised, finished;
};

struct rw_sim_call;

/* A call is owned by the simulator's table and ends itself. False when it could not begin. */
bool rw_sim_call_begin(struct rw_sim *sim, const struct sip_msg *invite,
                       const struct rw_sim_plan *plan);
struct rw_sim_call *rw_sim_call_find(struct rw_sim *sim, const struct sip_msg *msg);

/* Later requests of the dialog. */
void rw_sim_call_ack(struct rw_sim_call *call, const struct sip_msg *msg);
void rw_sim_call_bye(struct rw_sim_call *call, const struct sip_msg *msg);
void rw_sim_call_reinvite(struct rw_sim_call *call, const struct sip_msg *msg);

static inline struct rw_slice rw_sim_slice(const struct pl *pl)
{
    return (struct rw_slice){pl->p, pl->l};
}

#endif
