#include "../tests/address/check.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the policy, the rest is the address. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const regions[] = {"", "SG", "US", "IT"};
    struct rw_slice input = {(const char *)data + 1, size - 1};
    struct rw_address_policy policy;
    struct rw_address address;
    const char *broken;

    if (size == 0)
        return 0;
    rw_address_policy_init(&policy);
    memcpy(policy.region, regions[data[0] & 3], strlen(regions[data[0] & 3]) + 1);
    policy.accept_vanity = data[0] & 4;
    policy.accept_unicode = !(data[0] & 8);
    policy.accept_separators = !(data[0] & 16);
    policy.accept_extensions = !(data[0] & 32);
    rw_address_judge(input.p, input.n, &policy, &address);
    broken = check_judgement(input, &policy, &address);
    if (broken) {
        (void)fprintf(stderr, "%s\n", broken);
        abort();
    }
    return 0;
}
