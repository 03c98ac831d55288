#include "route/numbers.h"

#include "base/near.h"

bool rw_route_usable(const struct rw_row_number *number)
{
    return number->outbound_allowed && strcmp(number->state, "active") == 0;
}

const struct rw_row_number *rw_route_default_number(const struct rw_row_number *numbers,
                                                    size_t count, const char *user_id)
{
    const struct rw_row_number *own = NULL, *any = NULL;
    size_t owned = 0, usable = 0;

    for (size_t i = 0; i < count; i++) {
        if (!rw_route_usable(&numbers[i]))
            continue;
        usable++;
        any = &numbers[i];
        if (user_id && numbers[i].owner_user_id && !strcmp(numbers[i].owner_user_id, user_id)) {
            owned++;
            own = &numbers[i];
        }
    }
    if (owned == 1)
        return own;
    return usable == 1 ? any : NULL;
}

static size_t shared_beginning(const char *a, struct rw_slice b)
{
    size_t n = 0;

    while (n < b.n && a[n] && a[n] == b.p[n])
        n++;
    return n;
}

const struct rw_row_number *rw_route_nearest_number(const struct rw_row_number *numbers,
                                                    size_t count, struct rw_slice e164)
{
    const struct rw_row_number *best = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < count; i++) {
        size_t n = shared_beginning(numbers[i].e164, e164);

        if (rw_route_usable(&numbers[i]) && (!best || n > longest)) {
            best = &numbers[i];
            longest = n;
        }
    }
    return best;
}

const struct rw_row_number *rw_route_nearest_id(const struct rw_row_number *numbers, size_t count,
                                                struct rw_slice id)
{
    const struct rw_row_number *best = NULL;
    size_t least = id.n / 4 + 2; /* farther off it is another id, not a misspelt one */

    if (id.n == 0 || id.n > RW_NEAR_MAX)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d;

        if (!rw_route_usable(&numbers[i]))
            continue;
        d = rw_near_distance(id, rw_slice_str(numbers[i].id));
        if (d < least) {
            least = d;
            best = &numbers[i];
        }
    }
    return best;
}
