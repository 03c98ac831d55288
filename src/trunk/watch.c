#include "base/clock.h"
#include "base/log.h"
#include "trunk/kept.h"

#include <stdio.h>

static void on_due(void *arg);

void rw_kept_say(const struct rw_trunk_answer *answer, char *dst, size_t size)
{
    if (answer->outcome == RW_TRUNK_ANSWERED)
        (void)snprintf(dst, size, "%u %s", answer->code, answer->phrase);
    else if (answer->what[0])
        (void)snprintf(dst, size, "%s", answer->what);
    else
        (void)snprintf(dst, size, "%s",
                       answer->outcome == RW_TRUNK_SILENT ? "no answer" : "not reachable");
}

static void log_change(const struct rw_kept *kept, const struct rw_trunk_address *address)
{
    bool up = address->health.state == RW_HEALTH_UP;
    char name[RW_LOG_VALUE], said[RW_LOG_VALUE], what[RW_LOG_VALUE];

    rw_kept_say(&address->answer, what, sizeof(what));
    rw_log(up ? RW_LOG_INFO : RW_LOG_WARN, up ? "trunk.address_up" : "trunk.address_down",
           "trunk=%s address=%s said=%s rtt_ms=%u",
           rw_log_quote(name, rw_slice_str(kept->plan->target.name)), address->answer.address,
           rw_log_quote(said, rw_slice_str(what)), up ? address->answer.rtt_us / 1000 : 0);
}

/* What is known of an address already; it keeps that when the name server gives another order. */
static struct rw_health health_of(const struct rw_trunk_status *status, const char *address)
{
    for (uint32_t i = 0; i < status->count; i++)
        if (strcmp(status->at[i].answer.address, address) == 0)
            return status->at[i].health;
    return (struct rw_health){.state = RW_HEALTH_UNKNOWN};
}

/* Sooner when any address is in doubt. */
static uint32_t wait_ms(const struct rw_kept *kept)
{
    uint32_t interval_ms = kept->plan->interval_s * 1000, least = interval_ms;

    for (uint32_t i = 0; i < kept->status.count; i++) {
        uint32_t wait = rw_health_wait_ms(&kept->status.at[i].health, interval_ms);

        least = wait < least ? wait : least;
    }
    return least;
}

static void hear(struct rw_kept *kept, const struct rw_trunk_answer *answers, uint32_t count)
{
    struct rw_trunk_status before = kept->status;
    uint64_t now = rw_clock_wall_ms();

    kept->status.count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct rw_trunk_address *address = &kept->status.at[i];

        address->answer = answers[i];
        address->asked_ms = now;
        address->health = health_of(&before, answers[i].address);
        if (rw_health_hear(&address->health, rw_health_is_life(&answers[i]), now))
            log_change(kept, address);
    }
    rw_kept_show(kept);
    tmr_start(&kept->watch_due, wait_ms(kept), on_due, kept);
}

/*
 * Nobody could be asked. That counts as silence of the addresses that were known; where none are, the
 * host stands in their place, so that this is seen and judged too.
 */
static void hear_nothing(struct rw_kept *kept, const char *what)
{
    const char *uri = kept->plan->target.uri + sizeof("sip:") - 1;
    struct rw_trunk_answer answers[RW_TRUNK_ADDRESSES] = {{.code = 0}};
    uint32_t count = kept->status.count ? kept->status.count : 1;

    (void)snprintf(answers[0].address, RW_TRUNK_ADDRESS, "%.*s", (int)strcspn(uri, ";"), uri);
    for (uint32_t i = 0; i < count; i++) {
        answers[i].outcome = RW_TRUNK_UNREACHABLE;
        if (kept->status.count)
            memcpy(answers[i].address, kept->status.at[i].answer.address, RW_TRUNK_ADDRESS);
        (void)snprintf(answers[i].what, sizeof(answers[i].what), "%s", what);
    }
    hear(kept, answers, count);
}

static void on_answers(const struct rw_trunk_answers *answers, void *arg)
{
    struct rw_kept *kept = arg;

    kept->watch = NULL;
    if (answers->count)
        hear(kept, answers->at, answers->count);
    else
        hear_nothing(kept, "the name leads to no address");
}

static void on_due(void *arg)
{
    struct rw_kept *kept = arg;
    const struct rw_keeper_options *with = &kept->keeper->options;
    struct rw_err err;

    if (with->ops->options(with->port, &kept->plan->target, on_answers, kept, &kept->watch, &err))
        hear_nothing(kept, err.message);
}

void rw_kept_watch(struct rw_kept *kept, uint32_t first_ms)
{
    kept->status.interval_s = kept->plan->interval_s;
    if (kept->plan->interval_s)
        tmr_start(&kept->watch_due, first_ms, on_due, kept);
}

void rw_kept_unwatch(struct rw_kept *kept)
{
    tmr_cancel(&kept->watch_due);
    kept->keeper->options.ops->drop(kept->watch);
    kept->watch = NULL;
    kept->status.count = 0;
}
