/*
 * Eleven levels of 64 slots, six bits of the time each: together all 64 bits, so no time is too far.
 *
 *     level 0   1 ms a slot       64 ms
 *     level 1   64 ms a slot      4 s
 *     level 2   4 s a slot        4 min    and so on
 *
 * A timer stands on the level of the highest bit in which its time differs from `current`, in the
 * slot that its bits of that level name. So all timers of a level are ahead of `current` in the same
 * block of that level, and everything on a lower level is due before anything on a higher one. When
 * `current` reaches the beginning of a slot of a higher level, its timers move down. A bit a slot
 * tells which are occupied: finding the next one is a count of zeros, and an idle stretch of any
 * length is one jump. Bits of slots that were emptied by cancelling are cleared when met.
 */
#include "loop/timer_wheel.h"

#include "base/clock.h"

#include <limits.h>
#include <re.h>
#include <stdio.h>

#define LEVELS 11
#define SLOT_BITS 6
#define SLOTS 64u
#define ROUNDS_MAX 16 /* of timers that start timers of no delay, before descriptors have a turn */

struct wheel {
    struct list slots[LEVELS][SLOTS];
    uint64_t occupied[LEVELS];
    struct list due[2]; /* fire in this round, fire in the next */
    unsigned next_due;  /* which of both takes new ones */
    uint64_t current;   /* everything up to here was moved to due */
    uint64_t running;
    bool (*turn_end)(void *arg);
    void *turn_end_arg;
    bool turn_end_waits;
};

static _Thread_local struct wheel wheel;

static void place(struct tmr *tmr)
{
    uint64_t differs = tmr->jfs ^ wheel.current;
    unsigned level, slot;

    if (tmr->jfs <= wheel.current) {
        list_append(&wheel.due[wheel.next_due], &tmr->le, tmr);
        return;
    }
    level = (unsigned)(63 - __builtin_clzll(differs)) / SLOT_BITS;
    slot = tmr->jfs >> (level * SLOT_BITS) & (SLOTS - 1);
    wheel.occupied[level] |= (uint64_t)1 << slot;
    list_append(&wheel.slots[level][slot], &tmr->le, tmr);
}

/* The first moment at which a slot is due, with the slot; false when no timer is on the wheel. */
static bool next_slot(uint64_t *ret_at, unsigned *ret_level, unsigned *ret_slot)
{
    for (unsigned level = 0; level < LEVELS; level++) {
        while (wheel.occupied[level]) {
            unsigned slot = (unsigned)__builtin_ctzll(wheel.occupied[level]);
            unsigned above = (level + 1) * SLOT_BITS;

            if (list_isempty(&wheel.slots[level][slot])) {
                wheel.occupied[level] &= wheel.occupied[level] - 1;
                continue;
            }
            *ret_at = above < 64 ? wheel.current >> above << above : 0;
            *ret_at |= (uint64_t)slot << (level * SLOT_BITS);
            *ret_level = level;
            *ret_slot = slot;
            return true;
        }
    }
    return false;
}

static void advance(uint64_t now)
{
    uint64_t at;
    unsigned level, slot;

    while (next_slot(&at, &level, &slot) && at <= now) {
        struct list *list = &wheel.slots[level][slot];

        wheel.current = at;
        wheel.occupied[level] &= ~((uint64_t)1 << slot);
        while (list->head) {
            struct tmr *tmr = list->head->data;

            list_unlink(&tmr->le);
            place(tmr);
        }
    }
    if (now > wheel.current)
        wheel.current = now;
}

static void fire_round(void)
{
    struct list *list = &wheel.due[wheel.next_due];

    wheel.next_due ^= 1;
    while (list->head) {
        struct tmr *tmr = list->head->data;
        tmr_h *handle = tmr->th;

        list_unlink(&tmr->le);
        wheel.running--;
        tmr->th = NULL;
        if (handle)
            handle(tmr->arg);
    }
}

static bool any_due(void)
{
    return wheel.due[0].head || wheel.due[1].head;
}

void tmr_poll(struct list *unused)
{
    (void)unused;
    advance(tmr_jiffies());
    for (int round = 0; round < ROUNDS_MAX; round++) {
        fire_round();
        wheel.turn_end_waits = wheel.turn_end && wheel.turn_end(wheel.turn_end_arg);
        if (!any_due() && !wheel.turn_end_waits)
            break;
    }
}

uint64_t tmr_jiffies(void)
{
    return rw_clock_mono_ms();
}

/* 0 is for ever, so 1 is the soonest. libre hands the value on as an int. */
uint64_t tmr_next_timeout(struct list *unused)
{
    uint64_t at, now;
    unsigned level, slot;

    (void)unused;
    if (any_due() || wheel.turn_end_waits)
        return 1;
    if (!next_slot(&at, &level, &slot))
        return 0;
    now = tmr_jiffies();
    if (at <= now)
        return 1;
    return at - now < INT_MAX ? at - now : INT_MAX;
}

int tmr_status(struct re_printf *pf, void *unused)
{
    (void)unused;
    return re_hprintf(pf, "Timers: %llu\n", (unsigned long long)wheel.running);
}

void tmr_debug(void)
{
    (void)re_fprintf(stderr, "%H", tmr_status, NULL);
}

void tmr_init(struct tmr *tmr)
{
    if (tmr)
        *tmr = (struct tmr){.th = NULL};
}

void tmr_start(struct tmr *tmr, uint64_t delay, tmr_h *th, void *arg)
{
    uint64_t now;

    if (!tmr)
        return;
    if (tmr->th) {
        list_unlink(&tmr->le);
        wheel.running--;
    }
    tmr->th = th;
    tmr->arg = arg;
    if (!th)
        return;
    now = tmr_jiffies();
    if (wheel.running++ == 0)
        wheel.current = now; /* nothing stands on the wheel: a clock that was set back is no harm */
    tmr->jfs = delay < UINT64_MAX - now ? now + delay : UINT64_MAX;
    place(tmr);
}

void tmr_cancel(struct tmr *tmr)
{
    tmr_start(tmr, 0, NULL, NULL);
}

uint64_t tmr_get_expire(const struct tmr *tmr)
{
    uint64_t now = tmr_jiffies();

    return tmr && tmr->th && tmr->jfs > now ? tmr->jfs - now : 0;
}

uint64_t rw_timers_running(void)
{
    return wheel.running;
}

void rw_timers_set_turn_end(bool (*run)(void *arg), void *arg)
{
    wheel.turn_end = run;
    wheel.turn_end_arg = arg;
}

/*
 * A STUN keepalive over TCP without a socket is the smallest thing of libre's that keeps a timer: it
 * starts when switched on and stops when the object is freed. Nothing is ever sent.
 */
enum rw_class rw_timers_check(struct rw_err *err)
{
    uint64_t before = wheel.running, during;
    struct stun_keepalive *keepalive;

    if (stun_keepalive_alloc(&keepalive, IPPROTO_TCP, NULL, 0, NULL, NULL, NULL, NULL))
        return rw_fail_memory(err);
    stun_keepalive_enable(keepalive, 1);
    during = wheel.running;
    mem_deref(keepalive);
    if (during != before + 1 || wheel.running != before)
        return rw_fail(err, RW_BUG, "loop.timers_not_replaced",
                       "libre runs on its own timers: this program does not export tmr_start()");
    return RW_OK;
}
