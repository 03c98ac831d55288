#include "cli/route_text.h"

#include <stdio.h>
#include <stdlib.h>

#define WEIGHT ";weight="

/* ------------------------------------------------------------------ trunks */

struct rw_slice rw_cli_trunk_read(const char *text, long *ret_weight)
{
    struct rw_slice name = rw_slice_str(text);
    const char *mark = strstr(text, WEIGHT);
    const char *digits = mark ? mark + sizeof(WEIGHT) - 1 : "";
    size_t n = strspn(digits, "0123456789");

    *ret_weight = -1;
    if (n == 0 || n > 9 || digits[n])
        return name;
    *ret_weight = strtol(digits, NULL, 10);
    name.n = (size_t)(mark - text);
    return name;
}

json_t *rw_cli_trunk_text(const json_t *trunk)
{
    const char *name = json_string_value(json_object_get(trunk, "name"));
    long long weight = json_integer_value(json_object_get(trunk, "weight"));

    return weight == 1 ? json_string(name)
                       : json_sprintf("%s" WEIGHT "%lld", name ? name : "", weight);
}

/* ------------------------------------------------------------------ hours */

/* 1 = Monday; 0: it is no day. */
static int read_day(struct rw_slice text)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

    for (int i = 0; i < 7; i++)
        if (rw_slice_ieq(text, rw_slice_str(days[i])))
            return i + 1;
    return 0;
}

/* "Mon-Fri", "Sat"; over the end of the week too, "Sun-Thu". */
static bool read_days(struct rw_slice text, int *ret_first, int *ret_count)
{
    const char *dash = text.n ? memchr(text.p, '-', text.n) : NULL;
    struct rw_slice first = {text.p, dash ? (size_t)(dash - text.p) : text.n};
    int last = read_day(dash ? rw_slice_from(text, first.n + 1) : first);

    *ret_first = read_day(first);
    *ret_count = (last - *ret_first + 7) % 7 + 1;
    return *ret_first && last;
}

/* "09:00" or "09:00:00" as the latter. */
static json_t *time_of(struct rw_slice text)
{
    return json_sprintf("%.*s%s", RW_SLICE_ARG(text), text.n == 5 ? ":00" : "");
}

bool rw_cli_hours_read(struct rw_slice text, json_t *slots)
{
    const char *space = text.n ? memchr(text.p, ' ', text.n) : NULL;
    struct rw_slice days = {text.p, space ? (size_t)(space - text.p) : 0};
    struct rw_slice times = rw_slice_from(text, days.n + 1);
    const char *dash = times.n ? memchr(times.p, '-', times.n) : NULL;
    struct rw_slice start = {times.p, dash ? (size_t)(dash - times.p) : 0};
    struct rw_slice stop = rw_slice_from(times, start.n + 1);
    int first, count;

    if (!space || !start.n || !stop.n || start.n > 8 || stop.n > 8 ||
        !read_days(days, &first, &count))
        return false;
    for (int i = 0; i < count; i++)
        (void)json_array_append_new(slots, json_pack("{s:i, s:o, s:o}", "day",
                                                     (first - 1 + i) % 7 + 1, "startTime",
                                                     time_of(start), "stopTime", time_of(stop)));
    return true;
}
