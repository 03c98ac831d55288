#include "api/schema.h"

#include "base/near.h"

/* Without what people put between words: phone_number is phoneNumber. */
static struct rw_slice fold(struct rw_slice text, char out[RW_NEAR_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < text.n && n < RW_NEAR_MAX; i++)
        if (text.p[i] != '_' && text.p[i] != '-' && text.p[i] != ' ')
            out[n++] = text.p[i];
    return (struct rw_slice){out, n};
}

const char *rw_schema_near(const char *const *words, struct rw_slice text)
{
    char folded[2][RW_NEAR_MAX];
    struct rw_slice a = fold(text, folded[0]);
    const char *best = NULL;
    unsigned best_distance = (unsigned)(a.n / 3) + 1;

    if (text.n == 0 || text.n > RW_NEAR_MAX)
        return NULL;
    for (; *words; words++) {
        struct rw_slice b = fold(rw_slice_str(*words), folded[1]);
        unsigned d;

        if ((b.n > a.n ? b.n - a.n : a.n - b.n) >= best_distance)
            continue;
        d = rw_near_distance(a, b);
        if (d < best_distance) {
            best = *words;
            best_distance = d;
        }
    }
    return best;
}
