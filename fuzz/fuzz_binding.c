/*
 * The answer to a REGISTER or OPTIONS: what is found in its header lines lies inside of them, holds no
 * line end, and a binding never lasts for longer than can be counted.
 */
#include "sip/binding.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct rw_slice value, struct rw_slice lines)
{
    if (value.n && (value.p < lines.p || value.p + value.n > lines.p + lines.n ||
                    memchr(value.p, '\r', value.n) || memchr(value.p, '\n', value.n)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"server", "user-agent", "allow", "expires", "contact"};
    char *copy = malloc(size + 1);
    struct rw_sip_binding binding;
    struct rw_sip_message m;

    memcpy(copy, data, size);
    if (!rw_sip_message_parse(&m, copy, size, false)) {
        for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
            struct rw_slice rest = m.lines, value;

            while (rw_sip_message_next(&rest, names[i], i == 4 ? 'm' : 0, &value))
                check(value, m.lines);
        }
        binding = rw_sip_binding_read(&m, RW_LIT("192.0.2.9"), 5060, 600);
        if (binding.expires_s && (m.code < 200 || m.code > 299))
            abort();
    }
    free(copy);
    return 0;
}
