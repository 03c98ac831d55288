#include "policy/calling.h"

#include "base/clock.h"

#include <stdio.h>

const struct rw_calling_texts rw_calling_default = {
    .allowed_prefixes = "",
    .blocked_prefixes = "",
    .blocked_types = "",
    .allowed_regions = "",
    .hours = "",
    .high_risk = true,
    .freeze_after = RW_CALLING_FREEZE_AFTER,
};

/* ------------------------------------------------------------------ compiling */

/* The next word of "a,b,c"; p NULL at its end. */
static struct rw_slice next_word(const char **list)
{
    struct rw_slice word = {*list, strcspn(*list, ",")};

    if (!word.n)
        return (struct rw_slice){NULL, 0};
    *list += word.n + ((*list)[word.n] == ',');
    return word;
}

static bool add_type(struct rw_slice word, uint32_t *types)
{
    for (unsigned type = 0; type < RW_ADDRESS_TYPES; type++)
        if (rw_slice_eq(word, rw_slice_str(rw_address_type_name((enum rw_address_type)type)))) {
            *types |= UINT32_C(1) << type;
            return true;
        }
    return false;
}

static enum rw_class read_types(const char *list, uint32_t *ret, struct rw_err *err)
{
    const char *rest = list;
    struct rw_slice word;

    while ((word = next_word(&rest)).p)
        if (!add_type(word, ret)) {
            (void)rw_fail(err, RW_MALFORMED, "policy.bad_type", "there is no such type of numbers");
            rw_err_at(err, "/blockedTypes", (int32_t)(word.p - list), (int32_t)word.n);
            rw_err_found(err, "\"%.*s\"", (int)(word.n < 40 ? word.n : 40), word.p);
            rw_err_expected(err, "fixed, mobile, fixed_or_mobile, toll_free, premium, shared_cost, "
                                 "voip, personal, pager, uan, voicemail or satellite");
            return RW_MALFORMED;
        }
    return RW_OK;
}

static enum rw_class check_regions(const char *list, struct rw_err *err)
{
    const char *rest = list;
    struct rw_slice word;
    char region[3];

    while ((word = next_word(&rest)).p) {
        if (rw_slice_copy(region, sizeof(region), word) && *rw_address_region_name(region))
            continue;
        (void)rw_fail(err, RW_MALFORMED, "policy.bad_region", "there is no such region");
        rw_err_at(err, "/allowedRegions", (int32_t)(word.p - list), (int32_t)word.n);
        rw_err_found(err, "\"%.*s\"", (int)(word.n < 40 ? word.n : 40), word.p);
        rw_err_expected(err, "regions of ISO 3166-1 such as SG");
        return RW_MALFORMED;
    }
    return RW_OK;
}

enum rw_class rw_calling_compile(const struct rw_calling_texts *texts, struct rw_arena *arena,
                                 struct rw_calling *ret, struct rw_err *err)
{
    struct rw_calling calling = {.high_risk = texts->high_risk,
                                 .freeze_after = texts->freeze_after};
    const char *pointer = "/allowedPrefixes";
    enum rw_class class =
        rw_prefixes_compile(rw_slice_str(texts->allowed_prefixes), arena, &calling.allowed, err);

    if (class == RW_OK) {
        pointer = "/blockedPrefixes";
        class = rw_prefixes_compile(rw_slice_str(texts->blocked_prefixes), arena, &calling.blocked,
                                    err);
    }
    if (class == RW_OK) {
        pointer = "/callingHours";
        class = rw_hours_compile(rw_slice_str(texts->hours), arena, &calling.hours, err);
    }
    if (class == RW_MALFORMED && err)
        (void)snprintf(err->pointer, sizeof(err->pointer), "%s", pointer);
    if (class == RW_OK)
        class = read_types(texts->blocked_types, &calling.blocked_types, err);
    if (class == RW_OK)
        class = check_regions(texts->allowed_regions, err);
    if (class != RW_OK)
        return class;
    calling.allowed_regions = rw_arena_copy(arena, rw_slice_str(texts->allowed_regions));
    if (!calling.allowed_regions)
        return rw_fail_memory(err);
    *ret = calling;
    return RW_OK;
}

/* ------------------------------------------------------------------ judging */

static void fault(struct rw_faults *faults, struct rw_err *err, const char *pointer)
{
    rw_err_at(err, pointer, -1, 0);
    rw_faults_add(faults, err);
}

static bool list_has(const char *list, const char *word)
{
    struct rw_slice wanted = rw_slice_str(word), each;

    while ((each = next_word(&list)).p)
        if (rw_slice_eq(each, wanted))
            return true;
    return false;
}

/* "Somalia", or what there is where the code is of no country. */
static const char *place(const struct rw_address *called)
{
    const char *name = rw_address_region_name(called->region);

    return *name ? name : "no country";
}

static void judge_prefix(const struct rw_prefixes *prefixes, bool built_in, size_t lifted,
                         const struct rw_address *called, const char *pointer,
                         struct rw_faults *faults)
{
    const char *prefix = rw_prefixes_find(prefixes, rw_slice_str(called->e164 + 1));
    struct rw_err err;

    if (!prefix || strlen(prefix) <= lifted)
        return;
    if (built_in)
        (void)rw_fail(&err, RW_FORBIDDEN, "policy.high_risk",
                      "numbers that begin so are called by fraud more than by people, and are "
                      "blocked unless they are allowed by name");
    else
        (void)rw_fail(&err, RW_FORBIDDEN, "policy.blocked_prefix",
                      "the calling policy blocks numbers that begin so");
    rw_err_found(&err, "%s, of %s, begins with +%s", called->e164, place(called), prefix);
    rw_err_expected(&err, "another number; or have +%s added to the policy's allowedPrefixes%s",
                    prefix, built_in ? "" : ", or taken out of its blockedPrefixes");
    fault(faults, &err, pointer);
}

static void judge_type(const struct rw_calling *calling, const struct rw_address *called,
                       const char *pointer, struct rw_faults *faults)
{
    const char *type = rw_address_type_name(called->type);
    struct rw_err err;

    if (!(calling->blocked_types & UINT32_C(1) << called->type))
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "policy.blocked_type",
                  "the calling policy blocks numbers of this type");
    rw_err_found(&err, "%s, of type %s (%s)", called->e164, type, place(called));
    rw_err_expected(&err, "a number of another type; or have the number's beginning added to the "
                          "policy's allowedPrefixes");
    fault(faults, &err, pointer);
}

static void judge_region(const struct rw_calling *calling, const struct rw_address *called,
                         const char *pointer, struct rw_faults *faults)
{
    struct rw_err err;

    if (!*calling->allowed_regions || list_has(calling->allowed_regions, called->region))
        return;
    (void)rw_fail(&err, RW_FORBIDDEN, "policy.region_not_allowed",
                  "the calling policy allows calls to other regions only");
    rw_err_found(&err, "%s, of %s%s%s", called->e164, place(called), *called->region ? " = " : "",
                 called->region);
    rw_err_expected(&err, "a number of %.60s%s; or have the region added to allowedRegions",
                    calling->allowed_regions, strlen(calling->allowed_regions) > 60 ? "..." : "");
    fault(faults, &err, pointer);
}

static void tell_closed(const struct rw_calling *calling, const struct rw_hours_verdict *verdict,
                        uint64_t now_ms, struct rw_err *err)
{
    const struct rw_hours_rule *rule = verdict->rule;
    char more[48] = "", opens[RW_TIME_TEXT];

    (void)rw_fail(err, RW_FORBIDDEN, "policy.outside_hours",
                  "where this number rings, it is not a time at which the policy allows calls");
    if (verdict->zones > 1)
        (void)snprintf(more, sizeof(more), ", one of its %zu time zones", verdict->zones);
    rw_err_found(err, "%02u:%02u in %.*s%s; the rule is %s %02u:%02u-%02u:%02u%s",
                 verdict->minute / 60, verdict->minute % 60,
                 (int)(verdict->zone.n < 40 ? verdict->zone.n : 40), verdict->zone.p, more,
                 rule->region, rule->from_min / 60u, rule->from_min % 60u, rule->to_min / 60u,
                 rule->to_min % 60u,
                 rule + 1 < calling->hours.at + calling->hours.count &&
                         strcmp(rule[1].region, rule->region) == 0
                     ? ", among others"
                     : "");
    if (!verdict->opens_s) {
        rw_err_expected(err, "other hours: these leave no time that suits all its time zones");
        return;
    }
    rw_time_format((uint64_t)verdict->opens_s * 1000, opens);
    rw_err_expected(err, "the call from %.16sZ on, which is in %lld minutes", opens,
                    (long long)((verdict->opens_s * 1000 - (int64_t)now_ms + 59999) / 60000));
}

static void judge_hours(const struct rw_calling *calling, const struct rw_address *called,
                        struct rw_zones *zones, uint64_t now_ms, const char *pointer,
                        struct rw_faults *faults)
{
    struct rw_hours_verdict verdict;
    struct rw_err err;

    rw_hours_judge(&calling->hours, called->region, called->time_zones, zones,
                   (int64_t)(now_ms / 1000), &verdict);
    if (verdict.kind == RW_HOURS_ALLOWED)
        return;
    if (verdict.kind == RW_HOURS_CLOSED) {
        tell_closed(calling, &verdict, now_ms, &err);
    } else {
        (void)rw_fail(&err, RW_FORBIDDEN, "policy.zone_unknown",
                      "calling hours hold for this number, but what time it is there is not known");
        if (verdict.zone.n)
            rw_err_found(&err, "no file for %.*s in " RW_ZONES_DIRECTORY,
                         (int)(verdict.zone.n < 40 ? verdict.zone.n : 40), verdict.zone.p);
        else
            rw_err_found(&err, "%s, of %s, has no time zone", called->e164, place(called));
        rw_err_expected(&err, verdict.zone.n
                                  ? "the system's time zones (tzdata) to be complete"
                                  : "a number of a known place, or calling hours without \"*\"");
    }
    fault(faults, &err, pointer);
}

bool rw_calling_judge(const struct rw_calling *calling, const struct rw_address *called,
                      struct rw_zones *zones, uint64_t now_ms, const char *pointer,
                      struct rw_faults *faults)
{
    uint32_t before = faults->count + faults->dropped;
    struct rw_slice digits = rw_slice_str(called->e164 + (called->e164[0] == '+'));
    const char *allowed = rw_prefixes_find(&calling->allowed, digits);
    size_t lifted = allowed ? strlen(allowed) : 0;

    judge_prefix(&calling->blocked, false, lifted, called, pointer, faults);
    if (calling->high_risk)
        judge_prefix(&rw_prefixes_high_risk, true, lifted, called, pointer, faults);
    if (!allowed) {
        judge_type(calling, called, pointer, faults);
        judge_region(calling, called, pointer, faults);
    }
    judge_hours(calling, called, zones, now_ms, pointer, faults);
    return faults->count + faults->dropped == before;
}
