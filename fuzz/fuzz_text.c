/* UTF-8 decoding, and making text of strangers fit for a log line and an error message. */
#include "base/err.h"
#include "base/log.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Every character that decodes encodes to the same bytes; the counts agree with a walk. */
static void walk(struct rw_slice text)
{
    size_t count = 0, at = 0, first_bad = text.n;

    while (at < text.n) {
        uint32_t cp = 0;
        size_t n = rw_utf8_decode(rw_slice_from(text, at), &cp);
        char back[4];

        require(n <= 4 && n <= text.n - at);
        if (n == 0 && first_bad == text.n)
            first_bad = at;
        if (n)
            require(rw_utf8_encode(cp, back) == n && memcmp(back, text.p + at, n) == 0);
        at += n ? n : 1;
        count++;
    }
    require(rw_utf8_count(text) == count);
    require(rw_utf8_valid_prefix(text) == first_bad);
}

static void check_clean(const char *out, size_t size)
{
    struct rw_slice clean = rw_slice_str(out);

    require(clean.n < size);
    require(rw_utf8_valid_prefix(clean) == clean.n);
    for (size_t i = 0; i < clean.n; i++)
        require((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rw_slice text = {(const char *)data, size};
    char out[64], again[64], quoted[RW_LOG_VALUE];
    size_t room = size ? data[0] % sizeof(out) + 1 : 1;

    walk(text);
    require(rw_text_clean(out, room, text) == strlen(out));
    check_clean(out, room);
    (void)rw_text_clean(again, sizeof(again), rw_slice_str(out));
    require(strcmp(out, again) == 0); /* clean text stays as it is */
    (void)rw_log_quote(quoted, text);
    check_clean(quoted, sizeof(quoted));
    (void)rw_log_number(quoted, text);
    check_clean(quoted, sizeof(quoted));
    return 0;
}
