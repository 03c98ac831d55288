/*
 * sim/audio.h - the sound of one call: an RTP socket, a voice that sends a frame every 20 ms, ears.
 *
 * Owner    whoever called _new(); _free() ends it. Nothing is sent before _start().
 * Threads  the worker that made it.
 * Errors   as media/ports.h; server.no_memory.
 */
#ifndef RW_SIM_AUDIO_H
#define RW_SIM_AUDIO_H

#include "base/err.h"
#include "media/ports.h"
#include "media/sdp.h"
#include "sim/sound.h"

struct rw_sim_audio;

struct rw_sim_audio_handlers {
    rw_sim_heard_h *heard;
    /* The first packet that came: from where, with which payload type. */
    void (*first_packet)(const struct rw_media_addr *from, uint8_t payload_type, void *arg);
    void (*event_digit)(char digit, void *arg); /* RFC 4733, once a key */
    void *arg;
};

struct rw_sim_audio_counts {
    uint64_t sent, received, unusable;
};

RW_NODISCARD enum rw_class rw_sim_audio_new(struct rw_sim_audio **ret, struct rw_ports *ports,
                                            const struct rw_sim_audio_handlers *handlers,
                                            struct rw_err *err);
void rw_sim_audio_free(struct rw_sim_audio *audio); /* NULL is fine */

uint16_t rw_sim_audio_port(const struct rw_sim_audio *audio);
/* Sends from now on from a second socket, as a NAT would make it look. */
RW_NODISCARD enum rw_class rw_sim_audio_move(struct rw_sim_audio *audio, struct rw_err *err);

/* Where to send and under which payload types; again when a new description says otherwise. */
void rw_sim_audio_aim(struct rw_sim_audio *audio, const struct rw_sdp *remote);

/*
 * Seals and opens packets (SRTP) from now on; suite RW_SRTP_NONE: no more. The same keys again change
 * nothing.
 */
RW_NODISCARD enum rw_class rw_sim_audio_seal(struct rw_sim_audio *audio, const struct rw_sdes *own,
                                             const struct rw_sdes *theirs, struct rw_err *err);

struct rw_sim_performance {
    enum rw_sim_sound sound;
    unsigned hz;
    uint32_t greeting_ms;
};
/* Starts to play, or changes what is played. */
RW_NODISCARD enum rw_class rw_sim_audio_start(struct rw_sim_audio *audio,
                                              const struct rw_sim_performance *performance,
                                              struct rw_err *err);

struct rw_sim_audio_counts rw_sim_audio_counts(const struct rw_sim_audio *audio);

#endif
