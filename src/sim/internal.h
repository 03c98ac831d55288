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
#define RW_SIM_LAST_RETRANSMISSION_MS (UINT64_C(64) * SIP_T1)

struct rw_sim {
    struct rw_sim_options options;
    struct sip *sip;
    struct tls *tls;    /* NULL: not spoken */
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

enum rw_sim_phase {
    RW_SIM_TRYING,
    RW_SIM_RINGING,
    RW_SIM_ANSWERED,
    RW_SIM_UP,
    RW_SIM_LEAVING,
    RW_SIM_IGNORING
};

struct rw_sim_call {
    struct le he;
    struct rw_sim *sim;
    struct rw_sim_plan plan;
    enum rw_sim_phase phase;
    struct sip_strans *transaction; /* of the INVITE, until its final answer */
    struct sip_msg *invite;         /* until the ACK */
    uint64_t tag;                   /* ours */
    char *call_id;
    struct sip_dialog *dialog;
    struct sip_request *bye, *reinvite, *info;
    uint32_t keys_sent;
    struct mbuf *answer; /* the 200, to be repeated until the ACK */
    struct sa answer_to;
    uint32_t answers;
    uint32_t rings;       /* how often the reliable provisional answer was sent */
    uint32_t expires_s;   /* of the session timer that the INVITE asks for; 0 = none */
    struct rw_sdp remote; /* codecs.audio_count 0 = the INVITE offered nothing */
    struct rw_sdes own;   /* our key, and the tag and suite chosen; suite RW_SRTP_NONE: plain RTP */
    struct rw_sim_audio *audio;
    struct tmr step, repeat;
};

/* A call is owned by the simulator's table and ends itself. False when it could not begin. */
bool rw_sim_call_begin(struct rw_sim *sim, const struct sip_msg *invite,
                       const struct rw_sim_plan *plan);
struct rw_sim_call *rw_sim_call_find(struct rw_sim *sim, const struct sip_msg *msg);

/* call_dialog.c: later requests of the dialog */
void rw_sim_call_ack(struct rw_sim_call *call, const struct sip_msg *msg);
void rw_sim_call_bye(struct rw_sim_call *call, const struct sip_msg *msg);
void rw_sim_call_reinvite(struct rw_sim_call *call, const struct sip_msg *msg);

/* call_key.c: keys by INFO, those that come and those of a script */
void rw_sim_call_info(struct rw_sim_call *call, const struct sip_msg *msg);
void rw_sim_call_send_keys(struct rw_sim_call *call);

/* call_sound.c: opening fails (false) when there are no sockets left. */
bool rw_sim_call_open_sound(struct rw_sim_call *call);
void rw_sim_call_aim(struct rw_sim_call *call); /* again, after `remote` changed */
void rw_sim_call_play(struct rw_sim_call *call, enum rw_sim_sound sound);

/*
 * call_wire.c: what is offered, RW_OK also when nothing is: then our offer stands in the 200. What is answered,
 * and so also what is sent; and all behind the copied headers.
 */
enum rw_class rw_sim_call_read_offer(struct rw_sim_call *call, const struct sip_msg *msg,
                                     struct rw_err *err);
struct rw_sdp_codecs rw_sim_call_codecs(const struct rw_sim_call *call);
void rw_sim_call_write_tail(struct rw_sim_call *call, unsigned code, bool described,
                            struct rw_buf *buf);

/*
 * call_extension.c: what a script says of RFC 3262 and 4028. hold() repeats the provisional answer that was
 * sent until its PRACK comes, and gives up with a refusal after 64*T1.
 */
void rw_sim_call_read_extensions(struct rw_sim_call *call);
void rw_sim_call_write_extensions(const struct rw_sim_call *call, unsigned code,
                                  struct rw_buf *buf);
bool rw_sim_call_knows_reliable(const struct rw_sim_call *call);
void rw_sim_call_hold(struct rw_sim_call *call);
void rw_sim_call_prack(struct rw_sim_call *call, const struct sip_msg *msg);
void rw_sim_call_update(struct rw_sim_call *call, const struct sip_msg *msg);

/*
 * call_dialog.c: BYE, whose answer ends the call; and for libre, which takes no NULL there, when it sends a
 * request of ours: that needs no more than what libre writes.
 */
void rw_sim_call_hang_up(struct rw_sim_call *call);
int rw_sim_call_sent(enum sip_transp tp, const struct sa *src, const struct sa *dst,
                     struct mbuf *mb, void *arg);

/* call.c: answers the INVITE (false: it could not be sent), refuses it, goes on after ringing. */
bool rw_sim_call_reply(struct rw_sim_call *call, unsigned code, bool described);
void rw_sim_call_refuse(struct rw_sim_call *call, unsigned code);
void rw_sim_call_rang(struct rw_sim_call *call);
/* Says how it ended, and frees it; later, unless something happens before. */
void rw_sim_call_end(struct rw_sim_call *call, const char *how);
void rw_sim_call_abandon_after(struct rw_sim_call *call, uint64_t ms);

/* A line about the call, to be ended by the caller; a whole line with a code. */
struct rw_sim_line *rw_sim_call_say(struct rw_sim_call *call, const char *event);
void rw_sim_call_say_code(struct rw_sim_call *call, const char *event, unsigned code);

static inline struct rw_slice rw_sim_slice(const struct pl *pl)
{
    return (struct rw_slice){pl->p, pl->l};
}

#endif
