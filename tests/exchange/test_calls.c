/* Calls from birth to end, as the store and the ports see them. */
#include "../store/fault_vfs.h"
#include "base/clock.h"
#include "base/mem.h"
#include "call/reason.h"
#include "event/event.h"
#include "rig.h"

#include <sqlite3.h>
#include <string.h>

static int setup(void **state)
{
    (void)state;
    rig_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_vfs_arm(-1, SQLITE_OK, false); /* a test that failed has left it armed */
    rig_close();
    return 0;
}

/* The dialog that stands with the n-th event. */
static struct rw_leg_dialog dialog_of(size_t n)
{
    struct rw_leg_dialog dialog;
    struct rw_err err = {0};

    assert_true(n < rig.events_count);
    assert_non_null(rig.events[n].data);
    if (rw_event_decode_dialog(rw_slice_str(rig.events[n].data), &dialog, &err) != RW_OK)
        fail_msg("dialog: %s", rig.events[n].data);
    return dialog;
}

static struct rw_ending ending_of(size_t n)
{
    struct rw_ending ending;
    struct rw_err err = {0};

    assert_true(n < rig.events_count);
    assert_int_equal(
        rw_event_decode_ending(rw_slice_str(rig.events[n].data), &rig.store.arena, &ending, &err),
        RW_OK);
    return ending;
}

/* ------------------------------------------------------------------ one leg */

static void test_agentless_call(void **state)
{
    struct rw_call_order order = rig_order(false);
    struct rw_leg *leg = &rig.at[0].legs[0];
    struct rw_row_participant *rows;
    struct rw_leg_dialog dialog;
    struct rw_err err;
    size_t count;

    (void)state;
    rig_place(&order);
    assert_int_equal(rig.placed.told, 1);
    assert_int_equal(rig.placed.class, RW_OK);
    assert_int_equal(rw_id_worker(rw_slice_str(rig.placed.id)), 0);
    assert_string_equal(rig_log(), "created dialing/1");
    assert_int_equal(rig.at[0].legs_count, 1);
    assert_string_equal(leg->uri, "sip:+6591234567@192.0.2.1:5060");
    assert_string_equal(leg->offer, "offer to trunk");
    assert_string_equal(leg->auth_password, "secret");
    assert_ptr_equal(leg->signer, &rig_signer);
    assert_string_equal(leg->claim_from, "+6534567890");
    assert_string_equal(leg->claim_to, "+6591234567");
    assert_true(leg->claim_owned);
    assert_true(leg->log_seq >= rig.events[1].seq); /* durable before it left */
    assert_int_equal(strncmp(leg->call_id, "00-", 3), 0);
    assert_int_equal(strncmp(leg->call_id + 3, rig.placed.id, 36), 0);
    assert_string_equal(leg->call_id + 39, "-t");
    dialog = dialog_of(1);
    assert_string_equal(dialog.call_id, leg->call_id);
    assert_string_equal(dialog.local_tag, leg->local_tag);
    assert_string_equal(dialog.branch, leg->branch);
    assert_int_equal(strncmp(dialog.branch, "z9hG4bK", 7), 0);
    assert_string_equal(dialog.request_uri, leg->uri);
    assert_int_equal(dialog.local_cseq, 1);
    assert_false(dialog.answered);

    assert_int_equal(rw_store_participants(rig.store.reader, rig.placed.id, &rig.store.arena, &rows,
                                           &count, &err),
                     RW_OK);
    assert_int_equal(count, 1);
    assert_string_equal(rows[0].purpose, "external");
    assert_string_equal(rows[0].address, "+6591234567");

    rig_say(0, RW_IN_LEG_RINGING, 0, NULL);
    leg->now.answered = true;
    (void)strcpy(leg->now.remote_tag, "far");
    (void)strcpy(leg->now.remote_target, "sip:gw@192.0.2.1");
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_string_equal(rig_log(), "created dialing/1 ringing/1 connected/1");
    assert_null(rig.events[2].data); /* nothing new in it */
    dialog = dialog_of(3);
    assert_true(dialog.answered);
    assert_string_equal(dialog.remote_target, "sip:gw@192.0.2.1");
    assert_true(leg->ack_waits && leg->ack_seq >= rig.events[3].seq); /* durable before the ACK */
    assert_int_equal(rig_conversation().ended_ms, 0);

    rig_say(0, RW_IN_LEG_ENDED, 0, NULL);
    assert_string_equal(rig_log(), "created dialing/1 ringing/1 connected/1 leg_ended/1 ended");
    assert_int_equal(ending_of(5).disconnect, RW_DISC_ENDPOINT);
    assert_true(rig_conversation().ended_ms > 0);
    assert_string_equal(rig_conversation().disconnect, "endpoint");
    assert_string_equal(rig_conversation().reason, "hung_up");
    assert_true(leg->released);
    assert_false(leg->byed);
    assert_int_equal(rig.at[0].relays_open, 0);
}

static void test_refused(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_FAILED, 486, NULL);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 ended");
    assert_int_equal(ending_of(3).sip_code, 486);
    assert_string_equal(rig_conversation().reason, "busy");
}

/* A second attempt with credentials has another branch, and the log learns of it. */
static void test_dialog_that_moved_is_stored(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    rig_place(&order);
    rig.at[0].legs[0].now.local_cseq = 2;
    (void)strcpy(rig.at[0].legs[0].now.branch, "z9hG4bKsecond");
    rig_say(0, RW_IN_LEG_RINGING, 0, NULL);
    assert_string_equal(rig_log(), "created dialing/1 ringing/1");
    assert_string_equal(dialog_of(2).branch, "z9hG4bKsecond");
    assert_int_equal(dialog_of(2).local_cseq, 2);
    rig_say(0, RW_IN_LEG_SILENT, 0, NULL);
}

static void test_invite_can_not_leave(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    rig.at[0].refuse_invites = true;
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_OK); /* it exists, and has ended */
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 ended");
    assert_string_equal(rig_conversation().reason, "carrier_unreachable");
    assert_string_equal(ending_of(3).sip_reason, "the trunk's name is not known");
}

/* ------------------------------------------------------------------ two legs */

static void test_station_first(void **state)
{
    struct rw_call_order order = rig_order(true);
    struct rw_leg *legs = rig.at[0].legs;

    (void)state;
    rig_place(&order);
    assert_int_equal(rig.at[0].legs_count, 1);
    assert_string_equal(legs[0].uri, "sip:ann@192.0.2.7");
    assert_string_equal(legs[0].offer, "offer to station");
    rig_say(0, RW_IN_LEG_RINGING, 0, NULL);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_int_equal(rig.at[0].legs_count, 2);
    assert_string_equal(legs[1].uri, "sip:+6591234567@192.0.2.1:5060");
    assert_null(legs[0].signer); /* nobody vouches towards a station */
    assert_ptr_equal(legs[1].signer, &rig_signer);
    assert_string_equal(legs[1].call_id + 39, "-t");
    assert_string_equal(legs[0].call_id + 39, "-s");
    assert_string_equal(rig_log(), "created dialing/0 ringing/0 connected/0 dialing/1");
    assert_true(legs[1].log_seq >= rig.events[4].seq); /* durable before the carrier hears of it */
    assert_string_equal(dialog_of(4).branch, legs[1].branch);

    rig_say(1, RW_IN_LEG_EARLY, 0, "v=0");
    assert_int_equal(rig.at[0].bridged, 1);
    rig_say(1, RW_IN_LEG_ANSWERED, 0, NULL); /* the early answer stands */
    assert_string_equal(rig_log(),
                        "created dialing/0 ringing/0 connected/0 dialing/1 early_media/1 "
                        "connected/1");
    rig_say(0, RW_IN_LEG_ENDED, 0, NULL);
    assert_true(legs[1].byed && legs[1].released && legs[0].released);
    assert_int_equal(legs[1].why.disconnect, RW_DISC_PEER);
    assert_string_equal(strstr(rig_log(), "connected/1"),
                        "connected/1 leg_ended/0 leg_ended/1 ended");
    assert_string_equal(rig_conversation().disconnect, "endpoint");
}

static void hang_up_done(enum rw_class class, void *arg)
{
    *(enum rw_class *)arg = class;
}

struct hang_up {
    const char *tenant_id, *id;
    unsigned worker;
    enum rw_class class;
};

static void hang_up(void *arg)
{
    struct hang_up *h = arg;

    h->class = RW_CLASS_COUNT;
    rw_exchange_hangup(rig.at[h->worker].exchange, h->tenant_id, h->id, hang_up_done, &h->class);
}

static enum rw_class do_hang_up(unsigned worker, const char *tenant_id, const char *id)
{
    struct hang_up h = {tenant_id, id, worker, RW_OK};

    rig_do(worker, hang_up, &h);
    for (unsigned i = 0; i < RIG_WORKERS; i++) /* the mail goes there and comes back */
        rig_settle(i);
    rig_settle(worker);
    return h.class;
}

/* What answering and hanging up in one moment leaves: an INVITE that never went. */
static void answer_and_hang_up(void *arg)
{
    struct rw_leg *leg = &rig.at[0].legs[0];
    struct rw_leg_news news = {.input = {.kind = RW_IN_LEG_ANSWERED}, .sdp = RW_LIT("v=0")};

    leg->handler(&news, leg->arg);
    hang_up(arg);
}

static void test_hung_up_before_the_second_invite(void **state)
{
    struct rw_call_order order = rig_order(true);
    struct hang_up h = {.tenant_id = TENANT_A};

    (void)state;
    rig_place(&order);
    h.id = rig.placed.id;
    rig_do(0, answer_and_hang_up, &h);
    rig_settle(0);
    assert_int_equal(h.class, RW_OK);
    assert_int_equal(rig.at[0].legs_count, 1);
    assert_true(rig.at[0].legs[0].byed);
    assert_string_equal(rig_log(),
                        "created dialing/0 connected/0 dialing/1 leg_ended/0 leg_ended/1 ended");
    assert_string_equal(rig_conversation().disconnect, "client");
}

static void test_unusable_media(void **state)
{
    static const struct {
        const char *code, *reason;
    } cases[] = {{"sdp.no_common_codec", "media_unusable"},
                 {"sdp.not_encrypted", "media_not_encrypted"},
                 {"sdp.bad_crypto", "media_bad_key"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rw_call_order order = rig_order(true);
        uint32_t leg = (uint32_t)rig.at[0].legs_count;

        rig.at[0].refuse_media = cases[i].code;
        rig_place(&order);
        rig_say(leg, RW_IN_LEG_EARLY, 0, "v=0"); /* rings, no more */
        rig_say(leg, RW_IN_LEG_ANSWERED, 0, "v=0");
        assert_string_equal(rig_log(), "created dialing/0 ringing/0 leg_ended/0 ended");
        assert_string_equal(rig_conversation().reason, cases[i].reason);
        assert_true(rig.at[0].legs[leg].released); /* which ends what was answered */
    }
}

static void say_key(void *arg)
{
    rig.at[0].on_key(arg, rig.at[0].on_key_arg);
}

static void test_keys_go_by_info_where_the_trunk_has_it(void **state)
{
    struct rw_leg_target trunk = *rig_order(true).trunks;
    struct rw_call_order order = rig_order(true);

    (void)state;
    rig.at[0].on_key = NULL;
    rig_place(&order);
    assert_null(rig.at[0].on_key); /* nobody listens to what goes in RTP */
    trunk.media.dtmf = RW_TERMS_DTMF_INFO;
    order.trunks = &trunk;
    order.plan.trunks = 1;
    rig_place(&order);
    assert_non_null(rig.at[0].on_key);
    rig_do(0, say_key, &(struct rw_key){'1', 160}); /* no trunk is called yet */
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_say(2, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_do(0, say_key, &(struct rw_key){'5', 160});
    rig_do(0, say_key, &(struct rw_key){'#', 160});
    assert_string_equal(rig.at[0].legs[2].keys, "5#");
    rig_press(2, '7');
    rig_press(1, '8'); /* the station's own INFO */
    assert_string_equal(rig.at[0].pressed, "7");
    order = rig_order(false);
    rig_place(&order);
    rig_say(3, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_press(3, '9'); /* there is nobody to hear it */
    assert_string_equal(rig.at[0].pressed, "7");
}

/* ------------------------------------------------------------------ timers */

static void test_nobody_answers(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    rig_clock(1000000);
    rig_place(&order);
    rig_say(0, RW_IN_LEG_RINGING, 0, NULL);
    rig_clock(1059999);
    rig_settle(0);
    assert_false(rig.at[0].legs[0].cancelled);
    rig_clock(1060001);
    rig_settle(0);
    assert_true(rig.at[0].legs[0].cancelled);
    rig_say(0, RW_IN_LEG_FAILED, 487, NULL);
    assert_string_equal(rig_log(), "created dialing/1 ringing/1 leg_ended/1 ended");
    assert_string_equal(rig_conversation().disconnect, "timeout");
    assert_int_equal(rig.events[2].at_ms, 1000000);
    assert_int_equal(rig.events[4].at_ms, 1060001);
}

/* ------------------------------------------------------------------ hanging up */

static void test_hang_up(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    rig_place(&order);
    assert_int_equal(do_hang_up(1, TENANT_B, rig.placed.id), RW_NOT_FOUND);
    assert_int_equal(do_hang_up(0, TENANT_B, rig.placed.id), RW_NOT_FOUND);
    assert_int_equal(do_hang_up(0, TENANT_A, "nonsense"), RW_NOT_FOUND);
    assert_int_equal(do_hang_up(0, TENANT_A, "0190a5c0-7f00-7ff1-8000-0123456789ab"), RW_NOT_FOUND);
    assert_int_equal(do_hang_up(0, TENANT_A, "0190a5c0-7f00-7001-8000-0123456789ab"), RW_NOT_FOUND);
    assert_false(rig.at[0].legs[0].cancelled);
    assert_int_equal(do_hang_up(1, TENANT_A, rig.placed.id), RW_OK); /* from another worker */
    assert_true(rig.at[0].legs[0].cancelled);
    rig_say(0, RW_IN_LEG_FAILED, 487, NULL);
    assert_string_equal(rig_conversation().disconnect, "client");
    assert_int_equal(do_hang_up(0, TENANT_A, rig.placed.id), RW_NOT_FOUND);
}

static unsigned quiet_told;

static void on_quiet(void *arg)
{
    (void)arg;
    quiet_told++;
}

static void drain(void *arg)
{
    (void)arg;
    rw_exchange_drain(rig.at[0].exchange, on_quiet, NULL);
}

static void test_drain(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    quiet_told = 0;
    rig_place(&order);
    rig_place(&order);
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_do(0, drain, NULL);
    rig_settle(0);
    assert_true(rig.at[0].legs[0].cancelled);
    assert_true(rig.at[0].legs[1].byed);
    assert_int_equal(quiet_told, 0);
    assert_string_equal(rig_conversation().reason, "drained");
    rig_say(0, RW_IN_LEG_FAILED, 487, NULL);
    assert_int_equal(quiet_told, 1);
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_UNAVAILABLE);
    assert_string_equal(rig.placed.code, "server.draining");
    assert_int_equal(quiet_told, 1);
}

/* ------------------------------------------------------------------ refusals */

static const char *answer_text(const struct rw_row_conversation *conversation,
                               const struct rw_row_participant *participants, size_t count,
                               void *arg)
{
    static char text[200];

    (void)arg;
    (void)snprintf(text, sizeof(text), "%s %zu %s", conversation->id, count,
                   participants[0].purpose);
    return text;
}

static void test_idempotency(void **state)
{
    struct rw_call_order order = rig_order(true);
    struct rw_row_idempotency kept;
    struct rw_err err;
    char first[RW_ID_TEXT], text[200];

    (void)state;
    order.idempotency = (struct rw_row_idempotency){.tenant_id = TENANT_A,
                                                    .key = "k1",
                                                    .body_hash = "h",
                                                    .status = 200,
                                                    .created_ms = rw_clock_wall_ms(),
                                                    .expires_ms = rw_clock_wall_ms() + 86400000};
    order.answer = answer_text;
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_OK);
    (void)strcpy(first, rig.placed.id);
    assert_int_equal(rw_store_get_idempotency(rig.store.reader, TENANT_A, "k1", rw_clock_wall_ms(),
                                              &rig.store.arena, &kept, &err),
                     RW_OK);
    (void)snprintf(text, sizeof(text), "%s 2 user", first);
    assert_string_equal(kept.answer, text);
    assert_string_equal(kept.conversation_id, first);

    rig_place(&order);
    assert_int_equal(rig.placed.told, 1);
    assert_int_equal(rig.placed.class, RW_CONFLICT);
    assert_string_equal(rig.placed.code, "store.exists");
    assert_string_equal(rig.placed.id, "");
    assert_int_equal(rig.at[0].legs_count, 1); /* nobody was called twice */
    assert_int_equal(rig.at[0].relays_open, 1);
    assert_int_equal(rw_exchange_live(rig.at[0].exchange), 1);
}

static void test_no_room(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    rig.at[0].refuse_relays = true;
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_LIMIT);
    assert_string_equal(rig.placed.code, "media.no_ports");
    assert_int_equal(rw_exchange_live(rig.at[0].exchange), 0);
    rig.at[0].calls_max = 2;
    rig_restart();
    for (int i = 0; i < 3; i++)
        rig_place(&order);
    assert_int_equal(rig.placed.class, RW_LIMIT);
    assert_string_equal(rig.placed.code, "call.capacity");
    rig_say(0, RW_IN_LEG_FAILED, 404, NULL);
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_OK);
}

/* The disk is full: no call, no INVITE, and the next one is placed when there is room again. */
static void test_store_fails(void **state)
{
    struct rw_call_order order = rig_order(true);

    (void)state;
    rig_clock(1000000);
    fault_vfs_arm(0, SQLITE_FULL, true);
    rig_place(&order);
    fault_vfs_arm(-1, SQLITE_OK, false);
    assert_int_equal(rig.placed.told, 1);
    assert_int_equal(rig.placed.class, RW_IO);
    assert_int_equal(strncmp(rig.placed.code, "store.", 6), 0);
    assert_int_equal(rig.at[0].legs_count, 0);
    assert_int_equal(rig.at[0].relays_open, 0);
    assert_int_equal(rw_exchange_live(rig.at[0].exchange), 0);

    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_OK);
    fault_vfs_arm(0, SQLITE_FULL, true);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0"); /* the carrier must not hear of it now */
    assert_int_equal(rig.at[0].legs_count, 1);
    assert_true(rig.at[0].legs[0].byed);
    assert_int_equal(rw_exchange_live(rig.at[0].exchange), 0);
    fault_vfs_arm(-1, SQLITE_OK, false);
    assert_int_equal(rig_conversation().ended_ms, 0);
    rig_clock(1005000);
    rig_settle(0);
    assert_string_equal(rig_log(), "created dialing/0 leg_ended/0 leg_ended/1 ended");
    assert_string_equal(rig_conversation().reason, "store_failed");
}

/* ------------------------------------------------------------------ memory */

struct starved {
    long n, live_before, live_after;
    enum rw_class class;
    char code[40];
    bool placed;
};

static void starved_placed(enum rw_class class, const char *id, const struct rw_err *err, void *arg)
{
    struct starved *s = arg;

    (void)id;
    s->placed = true;
    s->class = class;
    (void)rw_slice_copy(s->code, sizeof(s->code), rw_slice_str(err ? err->code : ""));
}

static void place_starved(void *arg)
{
    struct starved *s = arg;
    struct rw_call_order order = rig_order(true);
    struct rw_err err = {0};

    order.idempotency = (struct rw_row_idempotency){
        .tenant_id = TENANT_A, .key = "starved", .body_hash = "h", .expires_ms = UINT64_MAX / 4};
    order.answer = answer_text;
    s->live_before = rw_mem_live();
    rw_mem_fail_after(s->n);
    s->class = rw_exchange_place(rig.at[0].exchange, &order, starved_placed, s, &err);
    rw_mem_fail_after(-1);
    if (s->class != RW_OK)
        (void)rw_slice_copy(s->code, sizeof(s->code), rw_slice_str(err.code));
}

static void read_live(void *arg)
{
    ((struct starved *)arg)->live_after = rw_mem_live();
}

static void test_birth_without_memory(void **state)
{
    struct starved s;
    long n = 0;

    (void)state;
    for (;; n++) {
        s = (struct starved){.n = n};
        rig_do(0, place_starved, &s);
        rig_settle(0);
        rig_do(0, read_live, &s);
        if (s.class == RW_OK)
            break;
        assert_int_equal(s.class, RW_NO_MEMORY);
        assert_string_equal(s.code, "server.no_memory");
        assert_int_equal(rig.at[0].relays_open, 0);
        assert_int_equal(rw_exchange_live(rig.at[0].exchange), 0);
        assert_int_equal(rig.at[0].legs_count, 0);
        /* The buffer for events' data is kept once it is there. */
        assert_in_range(s.live_after, s.live_before, s.live_before + 1);
    }
    assert_true(n >= 5);
    assert_true(s.placed);
    assert_int_equal(rig.at[0].legs_count, 1);
}

/* Memory that runs out in the middle may cost events, never the call or the process. */
static void starve(void *arg)
{
    rw_mem_fail_once(*(long *)arg);
}

static void feed_well(void *arg)
{
    (void)arg;
    rw_mem_fail_after(-1);
}

static void test_running_without_memory(void **state)
{
    struct rw_call_order order = rig_order(true);

    (void)state;
    for (long n = 0; n < 12; n++) {
        rig_do(0, feed_well, NULL);
        rig_restart();
        rig_place(&order);
        rig_do(0, starve, &n);
        rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
        rig_do(0, feed_well, NULL);
        if (rig.at[0].legs_count == 2) {
            rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
            rig_say(1, RW_IN_LEG_ENDED, 0, NULL);
        }
        assert_int_equal(rw_exchange_live(rig.at[0].exchange), 0);
        assert_true(rig.at[0].legs[0].released);
        assert_int_equal(rig.at[0].relays_open, 0);
    }
}

/* ------------------------------------------------------------------ a call that is watched */

static struct watched {
    unsigned open, closed, answers;
    char events[200];
    bool ended_first; /* before the relay was closed */
} watched;

static enum rw_class watched_open(struct rw_relay_port *port, unsigned legs, struct rw_relay **ret,
                                  struct rw_err *err)
{
    (void)err;
    assert_ptr_equal(port, &watched);
    assert_int_equal(legs, 1);
    watched.open++;
    *ret = (struct rw_relay *)(void *)&watched;
    return RW_OK;
}

static enum rw_class watched_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                   const struct rw_media_terms *terms, struct rw_buf *sdp,
                                   struct rw_err *err)
{
    (void)relay, (void)leg, (void)terms, (void)err;
    rw_buf_puts(sdp, "watched offer");
    return RW_OK;
}

static enum rw_class watched_answer(struct rw_relay *relay, enum rw_leg_side leg,
                                    struct rw_slice sdp, struct rw_err *err)
{
    (void)relay, (void)leg, (void)sdp, (void)err;
    watched.answers++;
    return RW_OK;
}

static void watched_close(struct rw_relay *relay)
{
    assert_ptr_equal(relay, &watched);
    watched.closed++;
    watched.ended_first = strstr(watched.events, " ended") != NULL;
}

static void watched_event(enum rw_call_event event, const struct rw_ending *ending, void *arg)
{
    size_t n = strlen(watched.events);

    assert_ptr_equal(arg, &watched);
    (void)snprintf(watched.events + n, sizeof(watched.events) - n, " %s",
                   rw_call_event_name(event));
    if (ending && event == RW_EV_ENDED)
        (void)snprintf(watched.events + strlen(watched.events), 40, "/%u", ending->sip_code);
}

static void test_a_watched_call(void **state)
{
    static const struct rw_relay_ops ops = {.open = watched_open,
                                            .offer = watched_offer,
                                            .answer = watched_answer,
                                            .close = watched_close};
    const struct rw_call_watch watch = {.relay_ops = &ops,
                                        .relay_port = (struct rw_relay_port *)(void *)&watched,
                                        .event = watched_event,
                                        .arg = &watched};
    struct rw_call_order order = rig_order(false);

    (void)state;
    watched = (struct watched){.open = 0};
    order.watch = &watch;
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_OK);
    assert_string_equal(rig.at[0].legs[0].offer, "watched offer");
    rig_say(0, RW_IN_LEG_RINGING, 180, NULL);
    rig_say(0, RW_IN_LEG_ANSWERED, 200, "answer");
    rig_say(0, RW_IN_LEG_ENDED, 0, NULL);
    assert_string_equal(watched.events, " ringing connected leg_ended ended/0");
    assert_int_equal(watched.open, 1);
    assert_int_equal(watched.answers, 1);
    assert_int_equal(watched.closed, 1);
    assert_true(watched.ended_first);
    assert_int_equal(rig.at[0].relays_open, 0);

    watched = (struct watched){.open = 0};
    rig_place(&order);
    rig_say(1, RW_IN_LEG_FAILED, 486, NULL);
    assert_string_equal(watched.events, " leg_ended ended/486");
    assert_int_equal(watched.closed, 1);

    watched = (struct watched){.open = 0};
    rig_place(&order);
    rig_restart(); /* nobody tells of its end, and its relay is closed all the same */
    assert_int_equal(watched.open, watched.closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        CASE(test_agentless_call),
        CASE(test_a_watched_call),
        CASE(test_refused),
        CASE(test_dialog_that_moved_is_stored),
        CASE(test_invite_can_not_leave),
        CASE(test_station_first),
        CASE(test_hung_up_before_the_second_invite),
        CASE(test_unusable_media),
        CASE(test_keys_go_by_info_where_the_trunk_has_it),
        CASE(test_nobody_answers),
        CASE(test_hang_up),
        CASE(test_drain),
        CASE(test_idempotency),
        CASE(test_no_room),
        CASE(test_store_fails),
        CASE(test_birth_without_memory),
        CASE(test_running_without_memory),
    };

    fault_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
