/* A description that is accepted must be usable, and an answer never leaves what was offered. */
#include "media/sdp.h"

#include <stdlib.h>

static void check_plain(struct rw_slice text)
{
    static const struct rw_sdp_codecs pcma = {.audio = {RW_RTP_PCMA}, .audio_count = 1};
    struct rw_sdp sdp = {.ptime_ms = 0xbeef};
    struct rw_err err = {.code = NULL};
    struct rw_sdp narrow;

    if (rw_sdp_read(text, &rw_sdp_all_codecs, RW_SDP_PLAIN, AF_INET, &sdp, &err) != RW_OK) {
        if (sdp.ptime_ms != 0xbeef || !err.code || err.offset < -1 || err.offset > (int32_t)text.n)
            abort();
        return;
    }
    if (sdp.codecs.audio_count < 1 || sdp.codecs.audio_count > 2 || sdp.codecs.event_pt > 127 ||
        sdp.ptime_ms < 1 || sdp.ptime_ms > 200 || (sdp.rtp.len == 0 && sdp.receives) ||
        (sdp.rtp.len && rw_media_addr_port(&sdp.rtp) == 0) || sdp.crypto.suite != RW_SRTP_NONE)
        abort();
    if (rw_sdp_read(text, &pcma, RW_SDP_PLAIN, AF_INET, &narrow, NULL) == RW_OK &&
        (rw_sdp_has(&narrow.codecs, RW_RTP_PCMU) || narrow.codecs.event_pt))
        abort();
}

/* What we write of a key that was read is read again as the same; a refusal shows none of it. */
static void check_crypto(struct rw_slice text)
{
    struct rw_sdp sdp;
    struct rw_err err = {.code = NULL};
    struct rw_sdes again;
    struct rw_buf buf;
    const char *what;

    if (rw_sdp_read(text, &rw_sdp_all_codecs, RW_SDP_SEALED, AF_INET, &sdp, &err) != RW_OK) {
        if (err.code && strcmp(err.code, "sdp.bad_crypto") == 0 && strstr(err.found, "inline"))
            abort();
        return;
    }
    if (sdp.crypto.suite == RW_SRTP_NONE || sdp.crypto_count == 0)
        abort();
    rw_buf_init(&buf, 256);
    rw_sdes_put(&buf, &sdp.crypto);
    if (rw_sdes_read((struct rw_slice){buf.p + 9, buf.len - 11}, &again, &what) != RW_OK ||
        again.tag != sdp.crypto.tag || again.suite != sdp.crypto.suite ||
        memcmp(again.key, sdp.crypto.key, RW_SRTP_KEY) != 0)
        abort();
    rw_buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size};

    check_plain(text);
    check_crypto(text);
    return 0;
}
