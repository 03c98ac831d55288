#include "policy/hours.h"

#define DAY_MIN 1440u
#define LOOK_AHEAD_S (INT64_C(7) * 86400)

/* ------------------------------------------------------------------ reading */

/* "08:00"; "24:00" is the end of a day. */
static bool read_time(const char *p, uint16_t *ret)
{
    static const char form[] = "dd:dd";
    unsigned hours, minutes;

    for (int i = 0; i < 5; i++)
        if (form[i] == 'd' ? p[i] < '0' || p[i] > '9' : p[i] != form[i])
            return false;
    hours = (unsigned)((p[0] - '0') * 10 + p[1] - '0');
    minutes = (unsigned)((p[3] - '0') * 10 + p[4] - '0');
    *ret = (uint16_t)(hours * 60 + minutes);
    return minutes < 60 && *ret <= DAY_MIN;
}

static bool is_region(struct rw_slice text)
{
    return rw_slice_eq(text, RW_LIT("*")) || (text.n == 2 && text.p[0] >= 'A' && text.p[0] <= 'Z' &&
                                              text.p[1] >= 'A' && text.p[1] <= 'Z');
}

bool rw_hours_read(struct rw_slice text, struct rw_hours_rule *ret)
{
    const char *space = text.n ? memchr(text.p, ' ', text.n) : NULL;
    struct rw_hours_rule rule = {.from_min = 0};
    struct rw_slice region, times;

    if (!space)
        return false;
    region = (struct rw_slice){text.p, (size_t)(space - text.p)};
    times = rw_slice_from(text, region.n + 1);
    if (!is_region(region) || times.n != 11 || times.p[5] != '-' ||
        !read_time(times.p, &rule.from_min) || !read_time(times.p + 6, &rule.to_min) ||
        rule.from_min == rule.to_min || rule.from_min == DAY_MIN)
        return false;
    (void)rw_slice_copy(rule.region, sizeof(rule.region), region);
    *ret = rule;
    return true;
}

static struct rw_slice next_line(struct rw_slice *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    struct rw_slice line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};

    *rest = rw_slice_from(*rest, line.n + 1);
    return line;
}

enum rw_class rw_hours_compile(struct rw_slice lines, struct rw_arena *arena, struct rw_hours *ret,
                               struct rw_err *err)
{
    struct rw_hours_rule *rules;
    struct rw_slice rest = lines;
    size_t count = 0, room = 1;

    for (size_t i = 0; i < lines.n; i++)
        room += lines.p[i] == '\n';
    if (room > RW_HOURS_MAX)
        return rw_fail(err, RW_MALFORMED, "policy.bad_hours", "there are more than %u rules",
                       RW_HOURS_MAX);
    rules = rw_arena_alloc(arena, room * sizeof(*rules));
    if (!rules)
        return rw_fail_memory(err);
    while (rest.n) {
        struct rw_slice line = next_line(&rest);

        if (!rw_hours_read(line, &rules[count++])) {
            (void)rw_fail(err, RW_MALFORMED, "policy.bad_hours",
                          "this is no rule of calling hours");
            rw_err_at(err, "", (int32_t)(line.p - lines.p), (int32_t)line.n);
            rw_err_found(err, "\"%.*s\"", (int)(line.n < 60 ? line.n : 60), line.p);
            rw_err_expected(err, "a region and a stretch of the day, as in \"SG 08:00-20:00\"");
            return RW_MALFORMED;
        }
    }
    *ret = (struct rw_hours){count, rules};
    return RW_OK;
}

/* ------------------------------------------------------------------ judging */

/* Those that hold for the region: its own, else those of every region. */
static const struct rw_hours_rule *first_for(const struct rw_hours *hours, const char *region)
{
    const struct rw_hours_rule *any = NULL;

    for (size_t i = 0; i < hours->count; i++) {
        if (strcmp(hours->at[i].region, region) == 0)
            return &hours->at[i];
        if (!any && hours->at[i].region[0] == '*')
            any = &hours->at[i];
    }
    return any;
}

static bool is_within(const struct rw_hours_rule *rule, unsigned minute)
{
    return rule->from_min < rule->to_min ? minute >= rule->from_min && minute < rule->to_min
                                         : minute >= rule->from_min || minute < rule->to_min;
}

static bool is_open(const struct rw_hours *hours, const struct rw_hours_rule *first,
                    unsigned minute)
{
    const struct rw_hours_rule *end = hours->at + hours->count;

    for (const struct rw_hours_rule *rule = first; rule < end; rule++)
        if (strcmp(rule->region, first->region) == 0 && is_within(rule, minute))
            return true;
    return false;
}

/* Seconds until the next beginning of a stretch by a clock that is not put forward or back. */
static int64_t until_next(const struct rw_hours *hours, const struct rw_hours_rule *first,
                          unsigned minute, int64_t second)
{
    const struct rw_hours_rule *end = hours->at + hours->count;
    unsigned least = DAY_MIN;

    for (const struct rw_hours_rule *rule = first; rule < end; rule++) {
        unsigned wait = (rule->from_min + DAY_MIN - minute) % DAY_MIN;

        if (strcmp(rule->region, first->region) == 0 && wait && wait < least)
            least = wait;
    }
    return (int64_t)least * 60 - second;
}

static struct rw_slice next_name(const char **names)
{
    struct rw_slice name = {*names, strcspn(*names, ",")};

    *names += name.n + ((*names)[name.n] == ',');
    return name;
}

/* The first instant from now on at which all zones allow it. In each round the first zone that does not
 * moves it on, to its next opening or to the next change of its clock, whichever comes first. */
static int64_t opens(const struct rw_hours *hours, const struct rw_hours_rule *first,
                     const char *names, struct rw_zones *zones, int64_t now_s)
{
    int64_t at = now_s;

    while (at < now_s + LOOK_AHEAD_S) {
        int64_t before = at;

        for (const char *rest = names; *rest && at == before;) {
            const struct rw_zone *zone = rw_zones_get(zones, next_name(&rest));
            int64_t until, step, local = at + rw_zone_offset(zone, at, &until);
            unsigned minute = rw_zone_minute(zone, at);

            if (is_open(hours, first, minute))
                continue;
            step = until_next(hours, first, minute, (local % 60 + 60) % 60);
            at = until - at < step ? until : at + step;
        }
        if (at == before)
            return at;
    }
    return 0;
}

void rw_hours_judge(const struct rw_hours *hours, const char *region, const char *names,
                    struct rw_zones *zones, int64_t now_s, struct rw_hours_verdict *ret)
{
    const struct rw_hours_rule *rule = hours->count ? first_for(hours, region) : NULL;
    bool closed = false;

    *ret = (struct rw_hours_verdict){.kind = RW_HOURS_ALLOWED, .rule = rule};
    if (!rule)
        return;
    for (const char *rest = names; *rest;) {
        struct rw_slice name = next_name(&rest);
        const struct rw_zone *zone = rw_zones_get(zones, name);

        ret->zones++;
        if (!zone) {
            ret->kind = RW_HOURS_NO_ZONE;
            ret->zone = name;
            return;
        }
        if (!closed && !is_open(hours, rule, rw_zone_minute(zone, now_s))) {
            closed = true;
            ret->zone = name;
            ret->minute = rw_zone_minute(zone, now_s);
        }
    }
    if (!ret->zones) {
        ret->kind = RW_HOURS_NO_ZONE;
        return;
    }
    if (!closed)
        return;
    ret->kind = RW_HOURS_CLOSED;
    ret->opens_s = opens(hours, rule, names, zones, now_s);
}
