/* A packet that is accepted lies within its bytes; a lock only opens to who it says it did. */
#include "media/lock.h"
#include "media/rtp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice packet = {(const char *)data, size};
    struct rw_media_addr named, from;
    struct rw_lock lock = {.trust = 0};
    struct rw_rtp rtp;

    (void)rw_rtcp_valid(packet);
    if (!rw_media_addr_parse(&named, AF_INET, RW_LIT("10.0.0.1"), 4000))
        abort();
    rw_lock_name(&lock, &named, 0);
    if (rw_rtp_read(packet, &rtp) &&
        (rtp.payload_at < RW_RTP_HEADER || rtp.payload_at + rtp.payload_len > size))
        abort();
    /* the bytes again, as a story of packets: host, port, seq, time */
    for (size_t i = 0; i + 4 <= size; i += 4) {
        struct rw_rtp step = {.ssrc = data[i] & 1, .seq = data[i + 2]};

        from = named;
        from.u.in.sin_addr.s_addr ^= (uint32_t)(data[i] & 3) << 24;
        rw_media_addr_set_port(&from, (uint16_t)(4000 + (data[i + 1] & 3)));
        if (rw_lock_accepts(&lock, &from, &step, data[i + 3] * 20u) &&
            !rw_media_addr_same(rw_lock_target(&lock), &from))
            abort();
    }
    return 0;
}
