#include "spend/caps.h"

#include "spend/money.h"

#include <stdio.h>

#define DAY_S 86400

const char *const rw_cap_scopes[RW_CAP_SCOPES] = {"tenant", "client", "user"};
const char *const rw_cap_periods[RW_CAP_PERIODS] = {"day", "month"};

/* ------------------------------------------------------------------ reading */

static bool find_word(struct rw_slice word, const char *const *words, unsigned count, unsigned *ret)
{
    for (unsigned i = 0; i < count; i++)
        if (rw_slice_eq(word, rw_slice_str(words[i]))) {
            *ret = i;
            return true;
        }
    return false;
}

static struct rw_slice next_part(struct rw_slice *rest, char end)
{
    const char *p = rest->n ? memchr(rest->p, end, rest->n) : NULL;
    struct rw_slice part = {rest->p, p ? (size_t)(p - rest->p) : rest->n};

    *rest = rw_slice_from(*rest, part.n + 1);
    return part;
}

bool rw_cap_read(struct rw_slice text, struct rw_cap *ret)
{
    struct rw_slice rest = text, scope = next_part(&rest, ' '), subject = next_part(&rest, ' '),
                    period = next_part(&rest, ' ');
    struct rw_cap cap = {.limit_micro = 0};
    unsigned scope_at, period_at;

    if (!find_word(scope, rw_cap_scopes, RW_CAP_SCOPES, &scope_at) ||
        !find_word(period, rw_cap_periods, RW_CAP_PERIODS, &period_at) || !subject.n ||
        !rw_slice_copy(cap.subject, sizeof(cap.subject), subject) ||
        (scope_at == RW_CAP_TENANT && strcmp(cap.subject, "*") != 0) ||
        !rw_money_read(rest, &cap.limit_micro))
        return false;
    cap.scope = (enum rw_cap_scope)scope_at;
    cap.period = (enum rw_cap_period)period_at;
    *ret = cap;
    return true;
}

enum rw_class rw_caps_compile(struct rw_slice lines, struct rw_arena *arena, struct rw_caps *ret,
                              struct rw_err *err)
{
    struct rw_slice rest = lines;
    size_t count = 0, room = 1;
    struct rw_cap *caps;

    for (size_t i = 0; i < lines.n; i++)
        room += lines.p[i] == '\n';
    if (room > RW_CAPS_MAX)
        return rw_fail(err, RW_MALFORMED, "spend.bad_cap", "there are more than %u caps",
                       RW_CAPS_MAX);
    caps = rw_arena_alloc(arena, room * sizeof(*caps));
    if (!caps)
        return rw_fail_memory(err);
    while (rest.n) {
        struct rw_slice line = next_part(&rest, '\n');

        if (!rw_cap_read(line, &caps[count++])) {
            (void)rw_fail(err, RW_MALFORMED, "spend.bad_cap", "this is no cap of spending");
            rw_err_at(err, "", (int32_t)(line.p - lines.p), (int32_t)line.n);
            rw_err_found(err, "\"%.*s\"", (int)(line.n < 60 ? line.n : 60), line.p);
            rw_err_expected(err, "whose, which, period and amount, as in \"client * day 25.00\"");
            return RW_MALFORMED;
        }
    }
    *ret = (struct rw_caps){count, caps};
    return RW_OK;
}

/* ------------------------------------------------------------------ accounts */

/* The instant of a local midnight. Where clocks are put forward over it, the day begins with the change. */
static int64_t midnight_s(const struct rw_zone *zone, int64_t days)
{
    int64_t local = days * DAY_S, at = local - (zone ? rw_zone_offset(zone, local, NULL) : 0);

    return zone ? local - rw_zone_offset(zone, at, NULL) : at;
}

void rw_cap_account(const struct rw_cap *cap, const char *subject, const struct rw_zone *zone,
                    uint64_t now_ms, struct rw_account *ret)
{
    int64_t now_s = (int64_t)(now_ms / 1000), year, next;
    int64_t days = (now_s + (zone ? rw_zone_offset(zone, now_s, NULL) : 0)) / DAY_S;
    unsigned month, day;
    char date[32];

    rw_zone_date(days, &year, &month, &day);
    next =
        cap->period == RW_CAP_DAY ? days + 1 : rw_zone_days(year + month / 12, month % 12 + 1, 1);
    (void)snprintf(date, sizeof(date), cap->period == RW_CAP_DAY ? "%04d-%02u-%02u" : "%04d-%02u",
                   (int)year, month, day);
    (void)snprintf(ret->name, sizeof(ret->name), "%s %s %s", rw_cap_scopes[cap->scope], subject,
                   date);
    ret->limit_micro = cap->limit_micro;
    ret->ends_ms = (uint64_t)midnight_s(zone, next) * 1000;
}

static const struct rw_cap *find(const struct rw_caps *caps, unsigned scope, unsigned period,
                                 const char *subject)
{
    const struct rw_cap *each = NULL;

    for (size_t i = 0; i < caps->count; i++) {
        const struct rw_cap *cap = &caps->at[i];

        if (cap->scope != scope || cap->period != period)
            continue;
        if (strcmp(cap->subject, subject) == 0)
            return cap;
        if (strcmp(cap->subject, "*") == 0)
            each = cap;
    }
    return each;
}

size_t rw_caps_of_call(const struct rw_caps *caps, const char *client_id, const char *user_id,
                       const struct rw_zone *zone, uint64_t now_ms,
                       struct rw_account ret[RW_CAPS_A_CALL])
{
    const char *const subjects[RW_CAP_SCOPES] = {"*", client_id, user_id};
    size_t count = 0;

    for (unsigned scope = 0; scope < RW_CAP_SCOPES; scope++)
        for (unsigned period = 0; subjects[scope] && period < RW_CAP_PERIODS; period++) {
            const struct rw_cap *cap = find(caps, scope, period, subjects[scope]);

            if (cap)
                rw_cap_account(cap, subjects[scope], zone, now_ms, &ret[count++]);
        }
    return count;
}
