#include "base/near.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool alike(char a, char b)
{
    return lower(a) == lower(b);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* row[j]: slips from the first i bytes of a to the first j of b, for this i and the two before. */
unsigned rw_near_distance(struct rw_slice a, struct rw_slice b)
{
    unsigned rows[3][RW_NEAR_MAX + 1];

    if (a.n > RW_NEAR_MAX || b.n > RW_NEAR_MAX)
        return RW_NEAR_FAR;
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            now[j] =
                least(least(last[j], now[j - 1]) + 1, last[j - 1] + !alike(a.p[i - 1], b.p[j - 1]));
            if (i > 1 && j > 1 && alike(a.p[i - 1], b.p[j - 2]) && alike(a.p[i - 2], b.p[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[a.n % 3][b.n];
}
