#include "route/numbers.h"

#include "base/near.h"
#include "route/rule.h"

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

/* Puts a number where it belongs among the nearest; the farthest makes room. */
static void insert(struct rw_route_nearest *nearest, size_t shared[RW_ROUTE_NEAREST_MAX],
                   const struct rw_row_number *number, size_t n)
{
    size_t at = nearest->count;

    if (at < RW_ROUTE_NEAREST_MAX)
        nearest->count++;
    else
        nearest->more++;
    for (; at && shared[at - 1] < n; at--)
        if (at < RW_ROUTE_NEAREST_MAX) {
            nearest->at[at] = nearest->at[at - 1];
            shared[at] = shared[at - 1];
        }
    if (at < RW_ROUTE_NEAREST_MAX) {
        nearest->at[at] = number;
        shared[at] = n;
    }
}

void rw_route_find_nearest(const struct rw_row_number *numbers, size_t count, struct rw_slice e164,
                           const char *caller_prefixes, struct rw_route_nearest *ret)
{
    size_t shared[RW_ROUTE_NEAREST_MAX] = {0};

    *ret = (struct rw_route_nearest){.count = 0};
    for (size_t i = 0; i < count; i++)
        if (rw_route_usable(&numbers[i]) &&
            (!caller_prefixes || rw_route_shows(caller_prefixes, numbers[i].e164)))
            insert(ret, shared, &numbers[i], shared_beginning(numbers[i].e164, e164));
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
