/* Any bytes as a file of rates: refused with a place inside of it, or every prefix is found again. */
#include "spend/rates.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rw_faults faults;
    struct rw_rates *rates;

    faults.count = faults.dropped = 0;
    if (rw_rates_read((struct rw_slice){(const char *)data, size}, &rates, &faults) != RW_OK) {
        if (!faults.count || faults.at[0].line < 1 || faults.at[0].column < 1 ||
            faults.at[0].offset < 0 || (size_t)faults.at[0].offset > size)
            abort();
        return 0;
    }
    for (uint32_t i = 0; i < rates->count; i++) {
        char prefix[RW_RATE_PREFIX_TEXT];
        struct rw_slice text = rw_slice_str(rw_rate_prefix(&rates->at[i], prefix));

        if (rw_rates_find(rates, rw_slice_from(text, 1)) != &rates->at[i] ||
            rw_rate_cost(&rates->at[i], 61) < rw_rate_cost(&rates->at[i], 60))
            abort();
    }
    rw_rates_free(rates);
    return 0;
}
