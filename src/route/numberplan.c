#include "route/numberplan.h"

#include <stdlib.h>
#include <string.h>

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

enum rw_class rw_number_plans_make(const struct rw_row_number_plan *rows, size_t count,
                                   struct rw_arena *arena, struct rw_number_plan **ret,
                                   struct rw_err *err)
{
    struct rw_number_plan *plans = rw_arena_alloc(arena, (count + 1) * sizeof(*plans));

    if (!plans)
        return rw_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        plans[i] = (struct rw_number_plan){&rows[i], NULL};
        if (strcmp(rows[i].match_type, "regex") == 0 &&
            rw_pattern_make(rw_slice_str(rows[i].match), arena, &plans[i].pattern, err) ==
                RW_NO_MEMORY)
            return RW_NO_MEMORY;
    }
    *ret = plans;
    return RW_OK;
}

bool rw_number_plan_matches(const struct rw_number_plan *plan, struct rw_slice digits)
{
    const char *type = plan->row->match_type, *match = plan->row->match;

    if (strcmp(type, "digitLength") == 0)
        return length_matches(match, digits.n);
    if (strcmp(type, "intraCountryCode") == 0)
        return rw_slice_starts(digits, rw_slice_str(match));
    if (strcmp(type, "interCountryCode") == 0)
        return !rw_slice_starts(digits, rw_slice_str(match));
    if (strcmp(type, "regex") == 0)
        return plan->pattern && rw_pattern_matches(plan->pattern, digits);
    return list_matches(match, digits);
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

const char *rw_route_class_of(const char *site_id, const struct rw_number_plan *plans, size_t count,
                              struct rw_slice digits)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(plans[i].row->site_id, site_id) == 0 &&
            rw_number_plan_matches(&plans[i], digits))
            return plans[i].row->classification;
    return NULL;
}

bool rw_route_takes(const struct rw_row_route *route, const struct rw_number_plan *plans,
                    size_t count, struct rw_slice digits)
{
    const char *class;

    if (!*route->classifications)
        return true;
    class = rw_route_class_of(route->site_id, plans, count, digits);
    return class && has_line(route->classifications, class);
}
