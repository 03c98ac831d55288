#include "route/decide.h"

#include "base/near.h"
#include <stdlib.h>

static int by_prefix(const void *x, const void *y)
{
    const struct rw_row_route *a = x, *b = y;
    int order = strcmp(a->prefix, b->prefix);

    if (order == 0 && a->priority != b->priority)
        order = a->priority < b->priority ? -1 : 1;
    return order ? order : strcmp(a->id, b->id);
}

void rw_route_sort(struct rw_row_route *routes, size_t count)
{
    if (count)
        qsort(routes, count, sizeof(*routes), by_prefix);
}

/* strcmp() of a route's prefix and the first n of the digits. */
static int compare(const struct rw_row_route *route, struct rw_slice digits, size_t n)
{
    int order = strncmp(route->prefix, digits.p, n);

    return order ? order : route->prefix[n] != '\0';
}

/* The first route whose prefix is exactly the first n digits; count when there is none. */
static size_t first_of(const struct rw_row_route *routes, size_t count, struct rw_slice digits,
                       size_t n)
{
    size_t lo = 0, hi = count;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (compare(&routes[mid], digits, n) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < count && compare(&routes[lo], digits, n) == 0 ? lo : count;
}

const struct rw_row_route *rw_route_next(const struct rw_row_route *routes, size_t count,
                                         struct rw_slice digits, struct rw_route_cursor *cursor)
{
    if (cursor->started) {
        cursor->at++;
        if (cursor->at < count && compare(&routes[cursor->at], digits, cursor->prefix_digits) == 0)
            return &routes[cursor->at];
        if (cursor->prefix_digits-- == 0) {
            cursor->prefix_digits = 0;
            cursor->at = count;
            return NULL;
        }
    } else {
        cursor->started = true;
        cursor->prefix_digits = digits.n;
    }
    for (;; cursor->prefix_digits--) {
        cursor->at = first_of(routes, count, digits, cursor->prefix_digits);
        if (cursor->at < count)
            return &routes[cursor->at];
        if (cursor->prefix_digits == 0)
            return NULL;
    }
}

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
