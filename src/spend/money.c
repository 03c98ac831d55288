#include "spend/money.h"

#include <stdio.h>

#define UNIT 1000000

bool rw_money_read(struct rw_slice text, int64_t *ret)
{
    int64_t micro = 0, worth = 0;
    bool digits = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '.' && !worth && digits) {
            worth = UNIT;
            digits = false;
            continue;
        }
        if (c < '0' || c > '9' || worth == 1)
            return false;
        digits = true;
        if (worth)
            worth /= 10;
        micro = worth ? micro + (c - '0') * worth : micro * 10 + (int64_t)(c - '0') * UNIT;
        if (micro > RW_MONEY_MAX)
            return false;
    }
    if (!digits)
        return false;
    *ret = micro;
    return true;
}

const char *rw_money_write(int64_t micro, char dst[RW_MONEY_TEXT])
{
    uint64_t n = micro < 0 ? -(uint64_t)micro : (uint64_t)micro;
    size_t end;

    (void)snprintf(dst, RW_MONEY_TEXT, "%s%llu.%06llu", micro < 0 ? "-" : "",
                   (unsigned long long)(n / UNIT), (unsigned long long)(n % UNIT));
    end = strlen(dst);
    for (int i = 0; i < 4 && dst[end - 1] == '0'; i++)
        dst[--end] = '\0';
    return dst;
}
