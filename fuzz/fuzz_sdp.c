/* A description that is accepted must be usable, and an answer never leaves what was offered. */
#include "media/sdp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rw_sdp_codecs pcma = {.audio = {RW_RTP_PCMA}, .audio_count = 1};
    struct rw_slice text = {(const char *)data, size};
    struct rw_sdp sdp = {.ptime_ms = 0xbeef};
    struct rw_err err = {.code = NULL};
    struct rw_sdp narrow;

    if (rw_sdp_read(text, &rw_sdp_all_codecs, AF_INET, &sdp, &err) != RW_OK) {
        if (sdp.ptime_ms != 0xbeef || !err.code || err.offset < -1 || err.offset > (int32_t)size)
            abort();
        return 0;
    }
    if (sdp.codecs.audio_count < 1 || sdp.codecs.audio_count > 2 || sdp.codecs.event_pt > 127 ||
        sdp.ptime_ms < 1 || sdp.ptime_ms > 200 || (sdp.rtp.len == 0 && sdp.receives) ||
        (sdp.rtp.len && rw_media_addr_port(&sdp.rtp) == 0))
        abort();
    if (rw_sdp_read(text, &pcma, AF_INET, &narrow, NULL) == RW_OK &&
        (rw_sdp_has(&narrow.codecs, RW_RTP_PCMU) || narrow.codecs.event_pt))
        abort();
    return 0;
}
