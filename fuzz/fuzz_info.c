/* A key that is read from an INFO is one, and what we write of it is read as the same. */
#include "sip/info.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rw_slice types[] = {{"application/dtmf-relay", 22},
                                            {"application/dtmf", 16}};
    struct rw_slice body = {(const char *)data, size};

    for (int i = 0; i < 2; i++) {
        struct rw_key key, again;
        struct rw_buf buf;

        if (rw_sip_info_read(types[i], body, &key) != RW_SIP_INFO_KEY)
            continue;
        if (rw_key_event(key.sign) < 0 || key.ms < RW_KEY_MS_MIN || key.ms > RW_KEY_MS_MAX)
            abort();
        rw_buf_init(&buf, 64);
        rw_sip_info_put(&buf, &key);
        if (rw_sip_info_read(types[0], rw_buf_slice(&buf), &again) != RW_SIP_INFO_KEY ||
            again.sign != key.sign || again.ms != key.ms)
            abort();
        rw_buf_done(&buf);
    }
    return 0;
}
