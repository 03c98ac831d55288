#include "base/mem.h"
#include "event/view.h"
#include "json/read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BUSY                                                                                       \
    "{\"disconnect\":\"endpoint\",\"saidBy\":\"carrier\",\"sipCode\":486,\"reason\":\"busy\"}"
#define PEER_BUSY                                                                                  \
    "{\"disconnect\":\"peer\",\"saidBy\":\"carrier\",\"sipCode\":486,\"reason\":\"busy\"}"

static const struct rw_row_event log_of_a_call[] = {
    {.seq = 11, .at_ms = 1000, .leg = -1, .type = "created"},
    {.seq = 12, .at_ms = 1001, .leg = 0, .type = "dialing"},
    {.seq = 13, .at_ms = 1002, .leg = 0, .type = "ringing"},
    {.seq = 14, .at_ms = 1003, .leg = 0, .type = "connected"},
    {.seq = 15, .at_ms = 1004, .leg = 1, .type = "dialing"},
    {.seq = 16, .at_ms = 1005, .leg = 1, .type = "early_media"},
    {.seq = 17, .at_ms = 1006, .leg = 1, .type = "ringing"},
    {.seq = 18, .at_ms = 1007, .leg = 1, .type = "connected"},
    {.seq = 19, .at_ms = 1008, .leg = 1, .type = "leg_ended", .data = BUSY},
    {.seq = 20, .at_ms = 1009, .leg = 0, .type = "leg_ended", .data = PEER_BUSY},
    {.seq = 21, .at_ms = 1010, .leg = -1, .type = "ended", .data = BUSY},
};

/* states after the first n events: conversation, station, trunk */
static const char *const states[][3] = {
    {"none", "none", "none"},
    {"none", "none", "none"},
    {"contacting", "contacting", "none"},
    {"alerting", "alerting", "none"},
    {"connected", "connected", "none"},
    {"dialing", "connected", "dialing"},
    {"alerting", "connected", "alerting"},
    {"alerting", "connected", "alerting"},
    {"connected", "connected", "connected"},
    {"disconnected", "connected", "disconnected"},
    {"disconnected", "disconnected", "disconnected"},
    {"disconnected", "disconnected", "disconnected"},
};

static const struct rw_row_conversation conversation = {.id = "c", .created_ms = 999};
static const struct rw_row_participant participants[] = {
    {.id = "p0", .leg = RW_LEG_STATION, .purpose = "user"},
    {.id = "p1", .leg = RW_LEG_TRUNK, .purpose = "external"},
};

static struct rw_arena arena;

static int setup(void **state)
{
    (void)state;
    rw_arena_init(&arena, 65536);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rw_arena_done(&arena);
    return 0;
}

static struct rw_conversation_view fold(const struct rw_row_event *events, size_t n)
{
    struct rw_conversation_view view;

    assert_int_equal(rw_view_fold(&conversation, participants, 2, events, n, &arena, &view, NULL),
                     RW_OK);
    return view;
}

static void states_follow_the_log(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 11; n++) {
        struct rw_conversation_view view = fold(log_of_a_call, n);

        assert_string_equal(view.state, states[n][0]);
        assert_string_equal(view.participants[0].state, states[n][1]);
        assert_string_equal(view.participants[1].state, states[n][2]);
        assert_int_equal(view.last_seq, n ? 10 + n : 0);
        assert_int_equal(view.unreadable, 0);
    }
}

static void times_and_endings_are_told(void **state)
{
    struct rw_conversation_view view = fold(log_of_a_call, 11);
    const struct rw_participant_view *station = &view.participants[0], *trunk = station + 1;

    (void)state;
    assert_int_equal(view.count, 2);
    assert_int_equal(view.start_ms, 1000);
    assert_int_equal(view.connected_ms, 1007);
    assert_int_equal(view.end_ms, 1010);
    assert_int_equal(view.ending.disconnect, RW_DISC_ENDPOINT);
    assert_string_equal(view.ending.reason, "busy");
    assert_int_equal(station->start_ms, 1001);
    assert_int_equal(station->alerting_ms, 1002);
    assert_int_equal(station->connected_ms, 1003);
    assert_int_equal(station->end_ms, 1009);
    assert_false(station->early_media);
    assert_int_equal(station->ending.disconnect, RW_DISC_PEER);
    assert_string_equal(station->direction, "inbound");
    assert_int_equal(trunk->start_ms, 1004);
    assert_int_equal(trunk->alerting_ms, 1005);
    assert_true(trunk->early_media);
    assert_int_equal(trunk->ending.sip_code, 486);
    assert_string_equal(trunk->direction, "outbound");
}

static void who_was_not_called_ends_too(void **state)
{
    static const struct rw_row_event log[] = {
        {.seq = 1, .at_ms = 5, .leg = -1, .type = "created"},
        {.seq = 2, .at_ms = 6, .leg = 0, .type = "dialing"},
        {.seq = 3, .at_ms = 7, .leg = 0, .type = "leg_ended", .data = BUSY},
        {.seq = 4, .at_ms = 8, .leg = -1, .type = "ended", .data = BUSY},
    };
    struct rw_conversation_view view = fold(log, 4);

    (void)state;
    assert_string_equal(view.participants[1].state, "disconnected");
    assert_int_equal(view.participants[1].start_ms, 0);
    assert_int_equal(view.participants[1].end_ms, 8);
    assert_int_equal(view.participants[1].ending.disconnect, RW_DISC_PEER);
}

#define FAILED "{\"disconnect\":\"error\",\"saidBy\":\"carrier\",\"sipCode\":503}"

static const struct rw_row_event log_of_two_trunks[] = {
    {.seq = 1, .at_ms = 5, .leg = -1, .type = "created"},
    {.seq = 2,
     .at_ms = 6,
     .leg = 1,
     .type = "dialing",
     .data = "{\"trunk\":{\"id\":\"t1\",\"name\":\"main\"},\"dialog\":{}}"},
    {.seq = 3, .at_ms = 7, .leg = 1, .type = "ringing"},
    {.seq = 4, .at_ms = 8, .leg = 1, .type = "leg_ended", .data = FAILED},
    {.seq = 5,
     .at_ms = 9,
     .leg = 1,
     .type = "dialing",
     .data = "{\"trunk\":{\"id\":\"t2\"},\"attempt\":2,\"dialog\":{}}"},
    {.seq = 6, .at_ms = 10, .leg = 1, .type = "connected"},
    {.seq = 7, .at_ms = 11, .leg = 1, .type = "leg_ended", .data = BUSY},
    {.seq = 8,
     .at_ms = 12,
     .leg = -1,
     .type = "ended",
     .data = "{\"disconnect\":\"endpoint\",\"saidBy\":\"carrier\",\"trunksTried\":2}"},
};

static void each_trunk_asked_is_told(void **state)
{
    struct rw_conversation_view view = fold(log_of_two_trunks, 5);
    const struct rw_participant_view *p = &view.participants[1];

    (void)state;
    assert_string_equal(view.state, "dialing");
    assert_int_equal(p->end_ms, 0); /* the former attempt's end is not the party's */
    assert_int_equal(p->alerting_ms, 0);
    assert_int_equal(p->ending.disconnect, RW_DISC_NONE);
    assert_int_equal(p->start_ms, 6);
    assert_int_equal(p->attempt_count, 2);
    assert_string_equal(p->attempts[0].trunk_name, "main");
    assert_int_equal(p->attempts[0].alerting_ms, 7);
    assert_int_equal(p->attempts[0].end_ms, 8);
    assert_int_equal(p->attempts[0].ending.sip_code, 503);
    assert_string_equal(p->attempts[1].trunk_id, "t2");
    assert_null(p->attempts[1].trunk_name);
    assert_int_equal(p->attempts[1].start_ms, 9);
    assert_int_equal(p->attempts[1].end_ms, 0);

    view = fold(log_of_two_trunks, 8);
    p = &view.participants[1];
    assert_int_equal(view.ending.trunks_tried, 2);
    assert_int_equal(p->attempts[1].connected_ms, 10);
    assert_int_equal(p->attempts[1].ending.sip_code, 486);
    assert_int_equal(view.unreadable, 0);
    view = fold(log_of_two_trunks, 4); /* one trunk alone is no list */
    assert_null(view.participants[1].attempts);
}

static void damage_is_counted(void **state)
{
    static const struct rw_row_event log[] = {
        {.seq = 1, .at_ms = 5, .leg = -1, .type = "created"},
        {.seq = 2, .at_ms = 5, .leg = 0, .type = "teleported"},
        {.seq = 3, .at_ms = 6, .leg = 7, .type = "dialing"},
        {.seq = 4, .at_ms = 7, .leg = 1, .type = "leg_ended", .data = "{"},
        {.seq = 5, .at_ms = 8, .leg = -1, .type = "ended"},
    };
    struct rw_conversation_view view = fold(log, 5);

    (void)state;
    assert_int_equal(view.unreadable, 4);
    assert_string_equal(view.state, "disconnected");
    assert_int_equal(view.ending.disconnect, RW_DISC_ERROR);
    assert_int_equal(view.participants[1].ending.disconnect, RW_DISC_ERROR);
}

static void memory_may_run_out(void **state)
{
    long before = rw_mem_live(), n = 0;
    enum rw_class rc;

    (void)state;
    do {
        struct rw_conversation_view view = {.last_seq = 77};
        struct rw_arena fresh;

        rw_arena_init(&fresh, 65536);
        rw_mem_fail_after(n++);
        rc =
            rw_view_fold(&conversation, participants, 2, log_of_two_trunks, 8, &fresh, &view, NULL);
        rw_mem_fail_after(-1);
        rw_arena_done(&fresh);
        assert_true(rc == RW_OK || (rc == RW_NO_MEMORY && view.last_seq == 77));
        assert_int_equal(rw_mem_live(), before);
    } while (rc != RW_OK);
    assert_true(n > 3);
}

static void the_smaller_model_has_words(void **state)
{
    static const char *const known[] = {"",     "endpoint",          "client", "system",
                                        "peer", "transport.failure", "error"};

    (void)state;
    for (int i = RW_DISC_NONE; i <= RW_DISC_UNCALLABLE; i++) {
        bool found = false;

        for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++)
            found |= strcmp(known[k], rw_view_media_disconnect((enum rw_disconnect)i)) == 0;
        assert_true(found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_follow_the_log),       cmocka_unit_test(times_and_endings_are_told),
        cmocka_unit_test(who_was_not_called_ends_too), cmocka_unit_test(each_trunk_asked_is_told),
        cmocka_unit_test(damage_is_counted),           cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(the_smaller_model_has_words),
    };

    rw_json_setup();
    return cmocka_run_group_tests(tests, setup, teardown);
}
