#include "route/decide.h"

#include "base/near.h"
#include <stdlib.h>

/* ------------------------------------------------------------------ the ways of a route */

static size_t words(const char *list)
{
    size_t n = 1;

    for (; *list; list++)
        n += *list == ',';
    return n;
}

size_t rw_route_ways_count(const struct rw_row_route *route)
{
    return route->enabled && *route->trunk_ids ? words(route->prefixes) * words(route->trunk_ids)
                                               : 0;
}

/* The word at *at, which moves behind it and its comma; NULL when memory is out. */
static const char *take_word(const char **at, struct rw_arena *arena)
{
    size_t n = strcspn(*at, ",");
    const char *word = rw_arena_copy(arena, (struct rw_slice){*at, n});

    *at += n + ((*at)[n] == ',');
    return word;
}

enum rw_class rw_route_ways(const struct rw_row_route *route, struct rw_arena *arena,
                            struct rw_route_way *ways, struct rw_route_way **ret,
                            struct rw_err *err)
{
    size_t prefixes = words(route->prefixes), trunks = words(route->trunk_ids);
    const char *prefix_at = route->prefixes;

    *ret = ways;
    if (!rw_route_ways_count(route))
        return RW_OK;
    for (size_t p = 0; p < prefixes; p++) {
        const char *prefix = take_word(&prefix_at, arena), *trunk_at = route->trunk_ids;

        for (size_t t = 0; t < trunks; t++) {
            const char *trunk_id = p ? ways[t].trunk_id : take_word(&trunk_at, arena);

            if (!prefix || !trunk_id)
                return rw_fail_memory(err);
            *(*ret)++ = (struct rw_route_way){prefix, trunk_id, (uint32_t)t, route};
        }
    }
    return RW_OK;
}

/* ------------------------------------------------------------------ the order of ways */

static int by_prefix(const void *x, const void *y)
{
    const struct rw_route_way *a = x, *b = y;
    int order = strcmp(a->prefix, b->prefix);

    if (order == 0 && a->route->priority != b->route->priority)
        order = a->route->priority < b->route->priority ? -1 : 1;
    if (order == 0)
        order = strcmp(a->route->id, b->route->id);
    return order ? order : a->place < b->place ? -1 : a->place > b->place;
}

void rw_route_sort(struct rw_route_way *ways, size_t count)
{
    if (count)
        qsort(ways, count, sizeof(*ways), by_prefix);
}

/* strcmp() of a way's prefix and the first n of the digits. */
static int compare(const struct rw_route_way *way, struct rw_slice digits, size_t n)
{
    int order = strncmp(way->prefix, digits.p, n);

    return order ? order : way->prefix[n] != '\0';
}

/* The first way whose prefix is exactly the first n digits; count when there is none. */
static size_t first_of(const struct rw_route_way *ways, size_t count, struct rw_slice digits,
                       size_t n)
{
    size_t lo = 0, hi = count;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (compare(&ways[mid], digits, n) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < count && compare(&ways[lo], digits, n) == 0 ? lo : count;
}

const struct rw_route_way *rw_route_next(const struct rw_route_way *ways, size_t count,
                                         struct rw_slice digits, struct rw_route_cursor *cursor)
{
    if (cursor->started) {
        cursor->at++;
        if (cursor->at < count && compare(&ways[cursor->at], digits, cursor->prefix_digits) == 0)
            return &ways[cursor->at];
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
        cursor->at = first_of(ways, count, digits, cursor->prefix_digits);
        if (cursor->at < count)
            return &ways[cursor->at];
        if (cursor->prefix_digits == 0)
            return NULL;
    }
}

/* ------------------------------------------------------------------ classes of numbers */

/* "4-15": how many digits. */
static bool length_matches(const char *match, size_t n)
{
    char *end;
    unsigned long least = strtoul(match, &end, 10),
                  most = *end == '-' ? strtoul(end + 1, NULL, 10) : 0;

    return n >= least && n <= most;
}

/* Is the number one of "+6531234500-+6531234599,+81312345678"? Numbers of one length only compare. */
static bool list_matches(const char *list, struct rw_slice digits)
{
    while (*list) {
        size_t n = strcspn(list, ","), first = strcspn(list, "-,");
        const char *last = first < n ? list + first + 1 : list;
        size_t last_n = first < n ? n - first - 1 : n;

        if (first == digits.n + 1 && last_n == digits.n + 1 &&
            memcmp(digits.p, list + 1, digits.n) >= 0 && memcmp(digits.p, last + 1, digits.n) <= 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

bool rw_route_plan_matches(const struct rw_row_number_plan *plan, struct rw_slice digits)
{
    if (strcmp(plan->match_type, "digitLength") == 0)
        return length_matches(plan->match, digits.n);
    if (strcmp(plan->match_type, "intraCountryCode") == 0)
        return rw_slice_starts(digits, rw_slice_str(plan->match));
    if (strcmp(plan->match_type, "interCountryCode") == 0)
        return !rw_slice_starts(digits, rw_slice_str(plan->match));
    return list_matches(plan->match, digits);
}

static bool has_line(const char *lines, const char *line)
{
    size_t n = strlen(line);

    while (*lines) {
        size_t length = strcspn(lines, "\n");

        if (length == n && memcmp(lines, line, n) == 0)
            return true;
        lines += length + (lines[length] == '\n');
    }
    return false;
}

bool rw_route_takes(const struct rw_row_route *route, const struct rw_row_number_plan *plans,
                    size_t count, struct rw_slice digits)
{
    if (!*route->classifications)
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(plans[i].site_id, route->site_id) == 0 &&
            rw_route_plan_matches(&plans[i], digits))
            return has_line(route->classifications, plans[i].classification);
    return false;
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
