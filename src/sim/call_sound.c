/* What a call of the simulator hears and plays. */
#include "sim/internal.h"

static void on_heard(const struct rw_sim_heard *heard, void *arg)
{
    struct rw_sim_call *call = arg;
    struct rw_sim_line *line;

    if (heard->what == RW_SIM_HEARD_DIGIT) {
        line = rw_sim_call_say(call, "digit_heard");
        rw_sim_line_text(line, "digit", (struct rw_slice){&heard->digit, 1});
        rw_sim_line_text(line, "as", RW_LIT("sound"));
    } else if (heard->what == RW_SIM_HEARD_TONE) {
        line = rw_sim_call_say(call, "tone_heard");
        rw_sim_line_number(line, "hz", heard->hz);
        rw_sim_line_level(line, "dbm0", heard->dbm0);
    } else {
        line = rw_sim_call_say(call, "tone_ended");
        rw_sim_line_number(line, "hz", heard->hz);
        rw_sim_line_number(line, "ms", heard->ms);
    }
    rw_sim_line_end(line);
}

static void on_event_digit(char digit, void *arg)
{
    struct rw_sim_line *line = rw_sim_call_say(arg, "digit_heard");

    rw_sim_line_text(line, "digit", (struct rw_slice){&digit, 1});
    rw_sim_line_text(line, "as", RW_LIT("event"));
    rw_sim_line_end(line);
}

static void on_first_packet(const struct rw_media_addr *from, uint8_t payload_type, void *arg)
{
    struct rw_sim_line *line = rw_sim_call_say(arg, "rtp_heard");
    char text[RW_MEDIA_ADDR_TEXT];

    rw_sim_line_text(line, "from", rw_slice_str(rw_media_addr_text(from, text)));
    rw_sim_line_number(line, "payload_type", payload_type);
    rw_sim_line_end(line);
}

#define DISCARD_PORT 9

void rw_sim_call_aim(struct rw_sim_call *call)
{
    struct rw_sdp remote = call->remote;

    remote.codecs = rw_sim_call_codecs(call);
    if (!call->audio)
        return;
    if (call->plan.quirks & RW_SIM_RTP_ASTRAY && remote.rtp.len)
        rw_media_addr_set_port(&remote.rtp, DISCARD_PORT);
    rw_sim_audio_aim(call->audio, &remote);
    if (rw_sim_audio_seal(call->audio, &call->own, &remote.crypto, NULL) != RW_OK)
        rw_sim_line_end(rw_sim_call_say(call, "keyless"));
}

/* False when there are no sockets left: the call is refused then. */
bool rw_sim_call_open_sound(struct rw_sim_call *call)
{
    const struct rw_sim_audio_handlers handlers = {.heard = on_heard,
                                                   .first_packet = on_first_packet,
                                                   .event_digit = on_event_digit,
                                                   .arg = call};

    if (!call->sim->options.media || call->audio)
        return true;
    if (rw_sim_audio_new(&call->audio, &call->sim->ports, &handlers, NULL) != RW_OK)
        return false;
    rw_sim_call_aim(call);
    return !(call->plan.quirks & RW_SIM_OTHER_RTP_PORT) ||
           rw_sim_audio_move(call->audio, NULL) == RW_OK;
}

void rw_sim_call_play(struct rw_sim_call *call, enum rw_sim_sound sound)
{
    const struct rw_sim_performance performance = {
        .sound = sound, .hz = call->sim->options.tone_hz, .greeting_ms = call->plan.greeting_ms};

    if (!call->audio || call->remote.codecs.audio_count == 0)
        return;
    if (rw_sim_audio_start(call->audio, &performance, NULL) != RW_OK)
        rw_sim_line_end(rw_sim_call_say(call, "voiceless"));
}
