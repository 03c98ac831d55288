/*
 * A registration's life as a script: what happens at which second, and what follows.
 *
 *     s start   d due   l leave   ok:N bound for N s   no:CODE   less:N 423 with Min-Expires   gone silence
 */
#include "trunk/registration.h"

#include "test.h"

#include <stdlib.h>

struct moment {
    uint64_t at_s;
    const char *what;
    enum rw_registration_action action;
    enum rw_registration_state state;
    uint64_t due_s, until_s; /* 0 = none */
    uint32_t wanted_s;
};

#define N RW_REGISTRATION_NOTHING
#define SEND RW_REGISTRATION_SEND
#define SEND_LEAVE RW_REGISTRATION_SEND_LEAVE
#define OFF RW_REGISTRATION_OFF
#define ASKING RW_REGISTRATION_ASKING
#define BOUND RW_REGISTRATION_BOUND
#define WAITING RW_REGISTRATION_WAITING
#define LEAVING RW_REGISTRATION_LEAVING

/* Chance at its lowest: half of each wait. */
static enum rw_registration_action play(struct rw_registration *r, const struct moment *moment)
{
    struct rw_trunk_enrolled enrolled = {.answer.outcome = RW_TRUNK_ANSWERED};
    struct rw_registration_input input = {.event = RW_REGISTRATION_ANSWER, .enrolled = &enrolled};
    const char *value = strchr(moment->what, ':');
    uint32_t number = value ? (uint32_t)atoi(value + 1) : 0;

    if (moment->what[0] == 's')
        input = (struct rw_registration_input){.event = RW_REGISTRATION_START, .expires_s = 600};
    else if (moment->what[0] == 'd')
        input.event = RW_REGISTRATION_DUE;
    else if (strcmp(moment->what, "leave") == 0)
        input.event = RW_REGISTRATION_LEAVE;
    else if (moment->what[0] == 'g')
        enrolled.answer.outcome = RW_TRUNK_SILENT;
    else if (moment->what[0] == 'o')
        enrolled.answer.code = 200, enrolled.expires_s = number;
    else if (moment->what[0] == 'l')
        enrolled.answer.code = 423, enrolled.min_expires_s = number;
    else if (moment->what[0] == 'w')
        enrolled.answer.code = 503, enrolled.retry_after_s = number;
    else
        enrolled.answer.code = (uint16_t)number;
    return rw_registration_step(r, &input, moment->at_s * 1000);
}

static void play_all(const struct moment *moments)
{
    struct rw_registration r = {.state = OFF};

    for (const struct moment *m = moments; m->what; m++) {
        enum rw_registration_action action = play(&r, m);

        if (action != m->action || r.state != m->state || r.due_ms / 1000 != m->due_s ||
            r.until_ms != m->until_s * 1000 || r.wanted_s != m->wanted_s)
            fail_msg("moment %d (%s at %llu): action %d, state %d, due %llu, until %llu, wanted %u",
                     (int)(m - moments), m->what, (unsigned long long)m->at_s, action, r.state,
                     (unsigned long long)r.due_ms, (unsigned long long)r.until_ms, r.wanted_s);
    }
}

#define PLAY(name, ...)                                                                            \
    static void name(void **state)                                                                 \
    {                                                                                              \
        static const struct moment moments[] = {__VA_ARGS__, {0}};                                 \
                                                                                                   \
        (void)state;                                                                               \
        play_all(moments);                                                                         \
    }

PLAY(renewed_before_it_ends, {1, "start", SEND, ASKING, 0, 0, 600},
     {2, "ok:600", N, BOUND, 482, 602, 600}, /* two minutes before */
     {481, "due", N, BOUND, 482, 602, 600}, {482, "due", SEND, ASKING, 0, 602, 600},
     {483, "ok:60", N, BOUND, 528, 543, 600}, /* a quarter before */
     {528, "due", SEND, ASKING, 0, 543, 600}, {528, "due", N, ASKING, 0, 543, 600},
     {529, "ok:2", N, BOUND, 530, 531, 600})

PLAY(too_brief, {1, "start", SEND, ASKING, 0, 0, 600}, {2, "less:1800", SEND, ASKING, 0, 0, 1800},
     {3, "ok:1800", N, BOUND, 1683, 1803, 1800}, {1683, "due", SEND, ASKING, 0, 1803, 1800},
     /* no longer than we ask already, or for ever: that is no offer */
     {1684, "less:1800", N, WAITING, 1699, 1803, 1800}, {1699, "due", SEND, ASKING, 0, 1803, 1800},
     {1700, "less:99999999", N, WAITING, 1730, 1803, 1800})

PLAY(ever_too_brief, {1, "start", SEND, ASKING, 0, 0, 600},
     {2, "less:601", SEND, ASKING, 0, 0, 601}, {2, "less:602", SEND, ASKING, 0, 0, 602},
     {2, "less:603", SEND, ASKING, 0, 0, 603},
     {2, "less:604", N, WAITING, 17, 0, 603}, /* that could go on for ever */
     {17, "due", SEND, ASKING, 0, 0, 603}, {18, "less:605", SEND, ASKING, 0, 0, 605},
     {19, "ok:605", N, BOUND, 504, 624, 605})

PLAY(silence_is_tried_again_soon, {1, "start", SEND, ASKING, 0, 0, 600},
     {10, "gone", N, WAITING, 12, 0, 600}, {11, "due", N, WAITING, 12, 0, 600},
     {13, "due", SEND, ASKING, 0, 0, 600}, {20, "gone", N, WAITING, 25, 0, 600},
     {25, "due", SEND, ASKING, 0, 0, 600}, {30, "no:500", N, WAITING, 40, 0, 600},
     {40, "due", SEND, ASKING, 0, 0, 600}, {50, "gone", N, WAITING, 70, 0, 600},
     {70, "due", SEND, ASKING, 0, 0, 600}, {71, "ok:600", N, BOUND, 551, 671, 600},
     /* the row of failures is over */
     {551, "due", SEND, ASKING, 0, 671, 600}, {560, "gone", N, WAITING, 562, 671, 600})

PLAY(a_refusal_is_not_asked_about_every_moment, {1, "start", SEND, ASKING, 0, 0, 600},
     {2, "no:403", N, WAITING, 17, 0, 600}, {17, "due", SEND, ASKING, 0, 0, 600},
     {18, "no:401", N, WAITING, 48, 0, 600}, {48, "due", SEND, ASKING, 0, 0, 600},
     {49, "no:404", N, WAITING, 109, 0, 600}, {109, "due", SEND, ASKING, 0, 0, 600},
     {110, "wait:900", N, WAITING, 1010, 0, 600}, /* it said when */
     {1010, "due", SEND, ASKING, 0, 0, 600}, {1011, "wait:86400", N, WAITING, 4611, 0, 600})

PLAY(fine_but_not_bound, {1, "start", SEND, ASKING, 0, 0, 600},
     {2, "ok:600", N, BOUND, 482, 602, 600}, {482, "due", SEND, ASKING, 0, 602, 600},
     {483, "ok:0", N, WAITING, 498, 0, 600})

PLAY(leaving, {1, "start", SEND, ASKING, 0, 0, 600}, {2, "ok:600", N, BOUND, 482, 602, 600},
     {3, "leave", SEND_LEAVE, LEAVING, 0, 0, 0}, {3, "leave", N, LEAVING, 0, 0, 0},
     {3, "start", N, LEAVING, 0, 0, 0}, {4, "ok:0", N, OFF, 0, 0, 0}, {5, "leave", N, OFF, 0, 0, 0},
     {6, "start", SEND, ASKING, 0, 0, 600},
     /* it may yet be bound */
     {7, "leave", SEND_LEAVE, LEAVING, 0, 0, 0}, {8, "gone", N, OFF, 0, 0, 0},
     {9, "start", SEND, ASKING, 0, 0, 600}, {10, "no:403", N, WAITING, 25, 0, 600},
     /* nothing is bound */
     {11, "leave", N, OFF, 0, 0, 0}, {25, "due", N, OFF, 0, 0, 0}, {26, "ok:60", N, OFF, 0, 0, 0})

static void waits_end_somewhere(void **state)
{
    static const struct moment silent = {.what = "gone"}, refused = {.what = "no:403"},
                               due = {.at_s = 1000000, .what = "due"};
    struct rw_registration r = {.state = ASKING};

    (void)state;
    for (int i = 0; i < 100; i++) {
        (void)play(&r, i < 50 ? &silent : &refused);
        assert_in_range(r.due_ms, 1,
                        i < 50 ? RW_REGISTRATION_SILENT_MAX_MS : RW_REGISTRATION_REFUSED_MAX_MS);
        if (i == 49)
            assert_int_equal(r.due_ms, RW_REGISTRATION_SILENT_MAX_MS / 2);
        (void)play(&r, &due);
    }
}

static void chance_spreads_the_waits(void **state)
{
    static const struct rw_trunk_enrolled silent = {.answer.outcome = RW_TRUNK_SILENT};
    struct rw_registration_input input = {.event = RW_REGISTRATION_ANSWER, .enrolled = &silent};
    uint64_t least = UINT64_MAX, most = 0;

    (void)state;
    for (input.dice = 0; input.dice < 1000; input.dice++) {
        struct rw_registration r = {.state = ASKING};

        (void)rw_registration_step(&r, &input, 0);
        least = r.due_ms < least ? r.due_ms : least;
        most = r.due_ms > most ? r.due_ms : most;
    }
    assert_int_equal(least, RW_REGISTRATION_SILENT_MS / 2);
    assert_in_range(most, RW_REGISTRATION_SILENT_MS - 10, RW_REGISTRATION_SILENT_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renewed_before_it_ends),
        cmocka_unit_test(too_brief),
        cmocka_unit_test(ever_too_brief),
        cmocka_unit_test(silence_is_tried_again_soon),
        cmocka_unit_test(a_refusal_is_not_asked_about_every_moment),
        cmocka_unit_test(fine_but_not_bound),
        cmocka_unit_test(leaving),
        cmocka_unit_test(waits_end_somewhere),
        cmocka_unit_test(chance_spreads_the_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
