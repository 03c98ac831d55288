#include "base/mem.h"
#include "call/reason.h"
#include "event/event.h"
#include "json/read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    struct rw_ending ending;
    const char *json;
} endings[] = {
    {{.disconnect = RW_DISC_ENDPOINT,
      .said_by = RW_SAID_CARRIER,
      .sip_code = 486,
      .q850 = 17,
      .sip_reason = "Busy \"Here\"",
      .reason = RW_REASON_BUSY},
     "{\"disconnect\":\"endpoint\",\"saidBy\":\"carrier\",\"sipCode\":486,"
     "\"sipReason\":\"Busy \\\"Here\\\"\",\"q850\":17,\"reason\":\"busy\"}"},
    {{.disconnect = RW_DISC_TRANSPORT_FAILURE, .said_by = RW_SAID_US, .reason = "carrier_silent"},
     "{\"disconnect\":\"transport.failure\",\"saidBy\":\"server\",\"reason\":\"carrier_silent\"}"},
    {{.disconnect = RW_DISC_CLIENT, .said_by = RW_SAID_API, .reason = "a_word_of_tomorrow"},
     "{\"disconnect\":\"client\",\"saidBy\":\"api\",\"reason\":\"a_word_of_tomorrow\"}"},
    {{.disconnect = RW_DISC_NONE}, "{}"},
};

static void same_ending(const struct rw_ending *a, const struct rw_ending *b)
{
    assert_int_equal(a->disconnect, b->disconnect);
    assert_int_equal(a->said_by, b->said_by);
    assert_int_equal(a->sip_code, b->sip_code);
    assert_int_equal(a->q850, b->q850);
    assert_string_equal(a->sip_reason, b->sip_reason);
    assert_string_equal(a->reason ? a->reason : "-", b->reason ? b->reason : "-");
}

static void endings_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        struct rw_ending back = {0};
        struct rw_arena arena;
        struct rw_buf buf;

        rw_arena_init(&arena, 4096);
        rw_buf_init(&buf, RW_EVENT_DATA_MAX);
        rw_event_encode_ending(&buf, &endings[i].ending);
        assert_false(buf.failed);
        assert_string_equal(buf.p, endings[i].json);
        assert_int_equal(rw_event_decode_ending(rw_buf_slice(&buf), &arena, &back, NULL), RW_OK);
        same_ending(&back, &endings[i].ending);
        rw_buf_done(&buf);
        rw_arena_done(&arena);
    }
}

/* Fills a text member with n bytes that look like nothing in particular, any byte but NUL. */
static void fill(char *member, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++)
        member[i] = (char)(1 + (seed + i * 7) % 255);
    member[n] = '\0';
}

static struct rw_leg_dialog make_dialog(unsigned seed, bool full)
{
    struct rw_leg_dialog d = {.answered = seed % 2, .local_cseq = seed ? UINT32_MAX : 0};

#define FILL(m) fill(d.m, full ? sizeof(d.m) - 1 : seed % sizeof(d.m), seed)
    FILL(call_id);
    FILL(local_tag);
    FILL(remote_tag);
    FILL(branch);
    FILL(request_uri);
    FILL(remote_target);
    FILL(from_uri);
    FILL(to_uri);
    FILL(route_set);
    return d;
}

static bool same_dialog(const struct rw_leg_dialog *a, const struct rw_leg_dialog *b)
{
    return a->answered == b->answered && a->local_cseq == b->local_cseq &&
           !strcmp(a->call_id, b->call_id) && !strcmp(a->local_tag, b->local_tag) &&
           !strcmp(a->remote_tag, b->remote_tag) && !strcmp(a->branch, b->branch) &&
           !strcmp(a->request_uri, b->request_uri) && !strcmp(a->remote_target, b->remote_target) &&
           !strcmp(a->from_uri, b->from_uri) && !strcmp(a->to_uri, b->to_uri) &&
           !strcmp(a->route_set, b->route_set);
}

static void dialogs_come_back_to_the_byte(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 600; seed++) {
        struct rw_leg_dialog d = make_dialog(seed, seed > 300), back;
        struct rw_buf buf;

        rw_buf_init(&buf, RW_EVENT_DATA_MAX);
        rw_event_encode_dialog(&buf, NULL, &d);
        assert_false(buf.failed);
        assert_int_equal(rw_event_decode_dialog(rw_buf_slice(&buf), &back, NULL), RW_OK);
        assert_true(same_dialog(&d, &back));
        rw_buf_done(&buf);
    }
}

static void trunks_come_back(void **state)
{
    static const struct rw_event_trunk trunks[] = {
        {"t1", "Main \"carrier\"", 1}, {"t2", NULL, 2}, {NULL, NULL, 8}};
    struct rw_leg_dialog d = make_dialog(5, false), back;
    struct rw_event_trunk trunk;
    struct rw_arena arena;

    (void)state;
    rw_arena_init(&arena, 4096);
    for (size_t i = 0; i < sizeof(trunks) / sizeof(*trunks); i++) {
        struct rw_buf buf;

        rw_buf_init(&buf, RW_EVENT_DATA_MAX);
        rw_event_encode_dialog(&buf, &trunks[i], &d);
        assert_int_equal(rw_event_decode_dialog(rw_buf_slice(&buf), &back, NULL), RW_OK);
        assert_true(same_dialog(&d, &back));
        assert_int_equal(rw_event_decode_trunk(rw_buf_slice(&buf), &arena, &trunk, NULL), RW_OK);
        assert_int_equal(trunk.attempt, trunks[i].attempt);
        assert_true(!trunk.id == !trunks[i].id && !trunk.name == !trunks[i].name);
        if (trunk.name)
            assert_string_equal(trunk.name, trunks[i].name);
        rw_buf_done(&buf);
    }
    assert_int_equal(rw_event_decode_trunk(RW_LIT("{\"dialog\":{}}"), &arena, &trunk, NULL), RW_OK);
    assert_true(!trunk.id && !trunk.name && trunk.attempt == 1); /* of an earlier version */
    assert_int_equal(rw_event_decode_trunk(RW_LIT("["), &arena, &trunk, NULL), RW_IO);
    rw_arena_done(&arena);
}

static void damage_is_an_error(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"dialog\":[]}",
        "{\"dialog\":{\"callId\":\"\xe2\x82\xac\"}}", /* a character that was no byte */
        "{\"dialog\":{\"cseq\":-1}}",
        "{\"dialog\":{\"cseq\":4294967296}}",
        "{\"dialog\":{\"localTag\":\"0123456789012345678901234567890123456789\"}}", /* one too many */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct rw_leg_dialog d = {.local_cseq = 77};
        struct rw_err err;

        assert_int_equal(rw_event_decode_dialog(rw_slice_str(bad[i]), &d, &err), RW_IO);
        assert_string_equal(err.code, "event.unreadable");
        assert_int_equal(d.local_cseq, 77);
    }
}

static void memory_may_run_out(void **state)
{
    static const char dialog_json[] = "{\"dialog\":{\"callId\":\"x\",\"cseq\":1}}";
    static const char ending_json[] = "{\"disconnect\":\"peer\",\"reason\":\"a_word_of_tomorrow\"}";
    long before = rw_mem_live(), n = 0;
    enum rw_class rc;

    (void)state;
    do {
        struct rw_leg_dialog d;
        struct rw_ending e;
        struct rw_arena arena;

        rw_arena_init(&arena, 4096);
        rw_mem_fail_after(n++);
        rc = rw_event_decode_dialog(RW_LIT(dialog_json), &d, NULL);
        if (rc == RW_OK)
            rc = rw_event_decode_ending(RW_LIT(ending_json), &arena, &e, NULL);
        rw_mem_fail_after(-1);
        rw_arena_done(&arena);
        assert_true(rc == RW_OK || rc == RW_NO_MEMORY);
        assert_int_equal(rw_mem_live(), before);
    } while (rc != RW_OK);
    assert_true(n > 3);
}

static void recovery_finds_what_is_open(void **state)
{
    static const char first[] = "{\"dialog\":{\"callId\":\"one\",\"cseq\":1}}";
    static const char second[] = "{\"dialog\":{\"callId\":\"one\",\"cseq\":1,\"answered\":true}}";
    const struct rw_row_event log[] = {
        {.leg = -1, .type = "created"},
        {.leg = RW_LEG_TRUNK, .type = "dialing", .data = first},
        {.leg = RW_LEG_TRUNK, .type = "ringing"},
        {.leg = RW_LEG_TRUNK, .type = "connected", .data = second},
        {.leg = RW_LEG_TRUNK, .type = "leg_ended", .data = "{}"},
        {.leg = -1, .type = "ended", .data = "{}"},
    };
    struct rw_leg_dialog d = {0};

    (void)state;
    assert_false(rw_event_open_dialog(log, 1, RW_LEG_TRUNK, &d));
    assert_true(rw_event_open_dialog(log, 3, RW_LEG_TRUNK, &d));
    assert_false(d.answered);
    assert_true(rw_event_open_dialog(log, 4, RW_LEG_TRUNK, &d));
    assert_true(d.answered);
    assert_false(rw_event_open_dialog(log, 4, RW_LEG_STATION, &d));
    assert_false(rw_event_open_dialog(log, 5, RW_LEG_TRUNK, &d));
    assert_false(rw_event_open_dialog(log, 6, RW_LEG_TRUNK, &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings_come_back),  cmocka_unit_test(dialogs_come_back_to_the_byte),
        cmocka_unit_test(trunks_come_back),   cmocka_unit_test(damage_is_an_error),
        cmocka_unit_test(memory_may_run_out), cmocka_unit_test(recovery_finds_what_is_open),
    };

    rw_json_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
