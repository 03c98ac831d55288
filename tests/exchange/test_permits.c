/* Who may say no to a call: what the permits of the chain are told on every way that a call can take. */
#include "../store/fault_vfs.h"
#include "base/mem.h"
#include "call/reason.h"
#include "rig.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* Two that write down what they hear into one text: "+" admitted, "a0" attempt 0 ... */
static struct faked {
    struct rw_permit permit; /* first */
    enum rw_permit_verdict verdict;
    unsigned refuse_attempts; /* a bit for each that it refuses */
    uint32_t delay_ms, max_duration_ms;
    uint8_t first; /* of the trunks that it wants tried first; the others follow in turn */
    bool only_first;
    uint32_t stretch_ms; /* after which the call must ask on; 0 = never */
    unsigned stretches;  /* how often it may */
    struct rw_permit_ask *asking;
    unsigned held; /* given and not yet done */
} fakes[2];

static char told[400];

static void tell(const struct faked *fake, const char *what)
{
    size_t n = strlen(told);

    if (n + strlen(what) + 3 > sizeof(told))
        abort();
    (void)snprintf(told + n, sizeof(told) - n, "%s%s%s", n ? " " : "", fake == fakes ? "" : "2",
                   what);
}

static void tell_number(const struct faked *fake, char what, uint32_t number)
{
    tell(fake, (char[]){what, (char)('0' + number), '\0'});
}

static enum rw_permit_verdict fake_admit(struct rw_permit *permit, struct rw_permit_ask *ask,
                                         void **ret_held, struct rw_err *err)
{
    struct faked *fake = (struct faked *)permit;

    if (fake->verdict == RW_PERMIT_NO) {
        (void)rw_fail(err, RW_LIMIT, "limit.fake", "no");
        return RW_PERMIT_NO;
    }
    tell(fake, fake->verdict == RW_PERMIT_LATER ? "?" : "+");
    for (uint8_t i = 0; i < ask->count; i++)
        ask->order[i] = (uint8_t)((fake->first + i) % ask->count);
    if (fake->only_first)
        ask->count = 1;
    if (fake->max_duration_ms)
        ask->max_duration_ms = fake->max_duration_ms;
    fake->asking = ask;
    fake->held++;
    *ret_held = fake;
    return fake->verdict;
}

static void fake_withdraw(struct rw_permit *permit, void *held)
{
    struct faked *fake = held;

    (void)permit;
    tell(fake, "withdrawn");
    fake->held--;
}

static void fake_born(struct rw_permit *permit, void *held, const char *conversation_id,
                      struct rw_tx *tx)
{
    (void)permit;
    rw_tx_add_audit(tx, &(struct rw_row_audit){
                            .tenant_id = TENANT_A, .action = "born", .entity = conversation_id});
    tell(held, "born");
}

static enum rw_class fake_attempt(struct rw_permit *permit, void *held, uint32_t number,
                                  uint32_t *ret_delay_ms, struct rw_err *err)
{
    struct faked *fake = held;

    (void)permit;
    if (fake->refuse_attempts & 1u << number) {
        tell_number(fake, 'r', number);
        return rw_fail(err, RW_LIMIT, "limit.fake", "trunk %u is full", number);
    }
    *ret_delay_ms = fake->delay_ms;
    tell_number(fake, 'a', number);
    return RW_OK;
}

static void fake_attempt_over(struct rw_permit *permit, void *held, uint32_t number)
{
    (void)permit;
    tell_number(held, 'o', number);
}

static void fake_answered(struct rw_permit *permit, void *held, uint32_t number)
{
    (void)permit;
    tell_number(held, '!', number);
}

static uint32_t fake_next_ms(struct rw_permit *permit, void *held)
{
    (void)permit;
    return ((struct faked *)held)->stretch_ms;
}

static bool fake_extend(struct rw_permit *permit, void *held, struct rw_tx *tx)
{
    struct faked *fake = held;

    (void)permit;
    rw_tx_add_audit(
        tx, &(struct rw_row_audit){.tenant_id = TENANT_A, .action = "extend", .entity = "call"});
    if (!fake->stretches) {
        tell(fake, "enough");
        return false;
    }
    fake->stretches--;
    tell(fake, "more");
    return true;
}

static void fake_extended(struct rw_permit *permit, void *held, bool stored)
{
    (void)permit;
    tell(held, stored ? "stored" : "lost");
}

static void fake_closing(struct rw_permit *permit, void *held, struct rw_tx *tx)
{
    (void)permit;
    (void)tx;
    tell(held, "closing");
}

static void fake_ended(struct rw_permit *permit, void *held, bool born)
{
    (void)permit;
    tell(held, born ? "ended" : "unborn");
}

static void fake_done(struct rw_permit *permit, void *held)
{
    (void)permit;
    ((struct faked *)held)->held--;
    tell(held, "done");
}

static const struct rw_permit_ops fake_ops = {
    .admit = fake_admit,
    .withdraw = fake_withdraw,
    .born = fake_born,
    .attempt = fake_attempt,
    .attempt_over = fake_attempt_over,
    .answered = fake_answered,
    .next_ms = fake_next_ms,
    .extend = fake_extend,
    .extended = fake_extended,
    .closing = fake_closing,
    .ended = fake_ended,
    .done = fake_done,
};

static int setup(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fakes[i] = (struct faked){.permit.ops = &fake_ops};
        rig_permits[i] = &fakes[i].permit;
    }
    rig_permits_count = 1;
    told[0] = '\0';
    rig_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_close();
    assert_int_equal(fakes[0].held, 0);
    assert_int_equal(fakes[1].held, 0);
    return 0;
}

static struct rw_call_order order_of(bool with_station, uint8_t trunks)
{
    struct rw_call_order order = rig_order(with_station);

    order.plan.trunks = trunks;
    return order;
}

static void on_hung_up(enum rw_class class, void *arg)
{
    (void)arg;
    assert_int_equal(class, RW_OK);
}

static void hang_up(void *arg)
{
    rw_exchange_hangup(rig.at[0].exchange, TENANT_A, rig.placed.id, on_hung_up, arg);
}

static void test_answered(void **state)
{
    struct rw_call_order order = order_of(true, 1);

    (void)state;
    rig_place(&order);
    assert_string_equal(told, "+ born");
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_string_equal(told, "+ born a0 !0");
    rig_say(1, RW_IN_LEG_ENDED, 0, NULL);
    assert_string_equal(told, "+ born a0 !0 o0 closing ended done");
}

/* An answer that nobody can use, or waits for, is one: the carrier charges for it. */
static void test_answered_for_nothing(void **state)
{
    struct rw_call_order order = order_of(false, 2);

    (void)state;
    rig.at[0].refuse_media = "sdp.no_common_codec";
    rig_place(&order);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_string_equal(told, "+ born a0 !0 o0 closing ended done");
    rig.at[0].refuse_media = NULL;
    told[0] = '\0';
    rig_place(&order);
    rig_say(1, RW_IN_LEG_RINGING, 0, NULL);
    rig_do(0, hang_up, NULL);
    assert_true(rig.at[0].legs[1].cancelled);
    rig_answer_late(1);
    assert_string_equal(told, "+ born a0 !0 o0 closing ended done");
}

/* A call that came in is asked for, and has no attempts. */
static void test_came_in(void **state)
{
    enum rw_class class;
    const struct rw_leg *leg;

    (void)state;
    leg = rig_come_in(&class);
    assert_int_equal(class, RW_OK);
    assert_true(fakes[0].asking->incoming);
    assert_string_equal(told, "+ born");
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_true(leg->accepted);
    rig_say(0, RW_IN_LEG_ENDED, 0, NULL);
    assert_string_equal(told, "+ born closing ended done");
    told[0] = '\0';
    fakes[0].verdict = RW_PERMIT_NO;
    leg = rig_come_in(&class);
    assert_int_equal(class, RW_LIMIT);
    assert_true(!leg->handler && told[0] == '\0' && rig.at[0].relays_open == 0);
}

/* Media that can't be agreed upon: it is given back, and the leg is not ours. */
static void test_came_in_without_media(void **state)
{
    enum rw_class class;

    (void)state;
    rig.at[0].refuse_media = "sdp.no_common_codec";
    (void)rig_come_in(&class);
    assert_int_equal(class, RW_MALFORMED);
    assert_string_equal(told, "+ unborn done");
}

static void test_next_trunk(void **state)
{
    struct rw_call_order order = order_of(false, 3);

    (void)state;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_FAILED, 503, NULL);
    assert_string_equal(told, "+ born a0 o0 a1");
    rig_say(1, RW_IN_LEG_FAILED, 486, NULL);
    assert_string_equal(told, "+ born a0 o0 a1 o1 closing ended done");
}

/* A trunk that has no room is passed over, and it is not told as dialled. */
static void test_attempt_refused(void **state)
{
    struct rw_call_order order = order_of(true, 2);

    (void)state;
    fakes[0].refuse_attempts = 1;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_string_equal(rig_log(), "created dialing/0 connected/0 leg_ended/1 dialing/1");
    assert_non_null(strstr(rig.events[3].data, "trunk_limit"));
    assert_non_null(strstr(rig.events[3].data, "trunk 0 is full"));
    assert_string_equal(rig.at[0].legs[1].uri, "sip:+6591234567@192.0.2.2:5060");
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_say(0, RW_IN_LEG_ENDED, 0, NULL);
    assert_string_equal(told, "+ born r0 a1 !1 o1 closing ended done");
}

static void test_no_trunk_has_room(void **state)
{
    struct rw_call_order order = order_of(true, 2);

    (void)state;
    fakes[0].refuse_attempts = 3;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_string_equal(rig_conversation().reason, RW_REASON_TRUNK_LIMIT);
    assert_string_equal(rig_conversation().disconnect, "system");
    assert_true(rig.at[0].legs[0].byed);
    assert_int_equal(rig.at[0].legs_count, 1);
    assert_string_equal(told, "+ born r0 r1 closing ended done");
}

/* What the first of the chain allowed and the second did not is taken back of the first. */
static void test_second_refuses_attempt(void **state)
{
    struct rw_call_order order = order_of(false, 2);

    (void)state;
    rig_permits_count = 2;
    rig_restart();
    fakes[1].refuse_attempts = 1;
    rig_place(&order);
    assert_string_equal(told, "+ 2+ born 2born a0 2r0 o0 a1 2a1");
    rig_say(0, RW_IN_LEG_FAILED, 404, NULL);
}

static void test_refused(void **state)
{
    struct rw_call_order order = order_of(true, 1);

    (void)state;
    rig_permits_count = 2;
    rig_restart();
    fakes[1].verdict = RW_PERMIT_NO;
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_LIMIT);
    assert_string_equal(rig.placed.code, "limit.fake");
    assert_int_equal(rig.placed.told, 0); /* said by place() itself */
    assert_int_equal(rig.at[0].legs_count, 0);
    assert_string_equal(told, "+ unborn done");
}

static void test_order_of_trunks(void **state)
{
    struct rw_call_order order = order_of(false, 3);

    (void)state;
    order.plan.trunk_max_ms[0] =
        5000; /* of the one that answers; lower than what the permit says */
    order.plan.trunk_max_ms[1] = 1000;
    fakes[0].first = 1;
    fakes[0].max_duration_ms = 7000;
    rig_clock(1000000);
    rig_place(&order);
    assert_string_equal(rig_conversation().trunk_id, "t2");
    rig_say(0, RW_IN_LEG_FAILED, 503, NULL);
    rig_say(1, RW_IN_LEG_FAILED, 503, NULL);
    assert_string_equal(rig.at[0].legs[0].uri, "sip:+6591234567@192.0.2.2:5060");
    assert_string_equal(rig.at[0].legs[1].uri, "sip:+6591234567@192.0.2.3:5060");
    assert_string_equal(rig.at[0].legs[2].uri, "sip:+6591234567@192.0.2.1:5060");
    rig_say(2, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_clock(1004000);
    rig_settle(0);
    assert_int_equal(rig_conversation().ended_ms, 0);
    rig_clock(1005001);
    rig_settle(0);
    assert_string_equal(rig_conversation().reason, RW_REASON_MAX_DURATION);
}

static void test_struck_out(void **state)
{
    struct rw_call_order order = order_of(false, 3);

    (void)state;
    fakes[0].first = 2;
    fakes[0].only_first = true;
    rig_place(&order);
    assert_string_equal(rig.at[0].legs[0].uri, "sip:+6591234567@192.0.2.3:5060");
    rig_say(0, RW_IN_LEG_FAILED, 503, NULL);
    assert_string_equal(rig_conversation().reason, "carrier_failure");
}

/* An INVITE that has to keep a distance leaves then, and never when the call ended before. */
static void test_delay(void **state)
{
    struct rw_call_order order = order_of(true, 1);

    (void)state;
    fakes[0].delay_ms = 300;
    for (int round = 0; round < 2; round++) {
        unsigned legs = rig.at[0].legs_count;

        rig_clock(1000000 + 1000 * (uint64_t)round);
        told[0] = '\0';
        rig_place(&order);
        rig_say(legs, RW_IN_LEG_ANSWERED, 0, "v=0");
        rig_clock(1000200 + 1000 * (uint64_t)round);
        rig_settle(0);
        assert_int_equal(rig.at[0].legs_count, legs + 1);
        assert_string_equal(rig_log(), "created dialing/0 connected/0 dialing/1");
        if (round == 1)
            rig_say(legs, RW_IN_LEG_ENDED, 0, NULL); /* the user gives up */
        rig_clock(1000400 + 1000 * (uint64_t)round);
        rig_settle(0);
        assert_int_equal(rig.at[0].legs_count, legs + (round ? 1 : 2));
        if (round == 0)
            rig_say(legs + 1, RW_IN_LEG_FAILED, 486, NULL);
        assert_string_equal(told, "+ born a0 o0 closing ended done");
    }
}

/* A call asks on after each stretch, and is ended when it may not. */
static void test_stretches(void **state)
{
    struct rw_call_order order = order_of(false, 1);

    (void)state;
    fakes[0].stretch_ms = 5000;
    fakes[0].stretches = 2;
    rig_clock(1000000);
    rig_place(&order);
    rig_clock(1004000);
    rig_settle(0); /* while it rings no time runs */
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    assert_string_equal(told, "+ born a0 !0");
    rig_clock(1009001);
    rig_settle(0);
    assert_string_equal(told, "+ born a0 !0 more stored");
    rig_clock(1014002);
    rig_settle(0);
    assert_int_equal(rig_conversation().ended_ms, 0);
    rig_clock(1019003);
    rig_settle(0);
    assert_string_equal(rig_conversation().reason, RW_REASON_SPEND_EXHAUSTED);
    assert_string_equal(rig_conversation().disconnect, "system");
    assert_non_null(strstr(told, "more stored more stored enough"));
    assert_non_null(strstr(told, "closing"));
    assert_non_null(strstr(told, "ended"));
    assert_int_equal(fakes[0].held, 0);
}

/* A call that ended in time asks no more; one whose stretch could not be stored is ended. */
static void test_stretch_not_stored(void **state)
{
    struct rw_call_order order = order_of(false, 1);

    (void)state;
    fakes[0].stretch_ms = 5000;
    fakes[0].stretches = 9;
    rig_clock(1000000);
    rig_place(&order);
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_say(0, RW_IN_LEG_ENDED, 0, NULL);
    rig_clock(1009001);
    rig_settle(0);
    assert_null(strstr(told, "more"));

    told[0] = '\0';
    rig_place(&order);
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    fault_vfs_arm(0, SQLITE_FULL, true);
    rig_clock(1015002);
    rig_settle(0);
    fault_vfs_arm(-1, SQLITE_OK, false);
    assert_non_null(strstr(told, "more lost"));
    rig_clock(1025003); /* the end is stored when the disk is there again */
    rig_settle(0);
    assert_string_equal(rig_conversation().reason, RW_REASON_SPEND_EXHAUSTED);
    assert_int_equal(fakes[0].held, 0);
}

/* ------------------------------------------------------------------ the store, memory, restarts */

static void test_store_fails(void **state)
{
    struct rw_call_order order = order_of(true, 1);

    (void)state;
    rig_clock(1000000);
    fault_vfs_arm(0, SQLITE_FULL, true);
    rig_place(&order);
    fault_vfs_arm(-1, SQLITE_OK, false);
    assert_int_equal(rig.placed.class, RW_IO);
    assert_string_equal(told, "+ born unborn done");

    told[0] = '\0';
    rig_place(&order);
    rig_say(0, RW_IN_LEG_RINGING, 0, NULL);
    fault_vfs_arm(0, SQLITE_FULL, true);
    rig_say(0, RW_IN_LEG_FAILED, 486, NULL);
    assert_string_equal(told, "+ born closing ended");
    fault_vfs_arm(-1, SQLITE_OK, false);
    rig_clock(1005000);
    rig_settle(0);
    assert_string_equal(told, "+ born closing ended closing done");
}

static void test_same_key(void **state)
{
    struct rw_call_order order = order_of(false, 1);

    (void)state;
    order.idempotency = (struct rw_row_idempotency){
        .tenant_id = TENANT_A, .key = "k", .body_hash = "h", .expires_ms = UINT64_MAX / 4};
    rig_place(&order);
    assert_string_equal(told, "+ born a0");
    told[0] = '\0';
    rig_place(&order);
    assert_int_equal(rig.placed.class, RW_CONFLICT);
    assert_string_equal(told, "+ born unborn done");
    rig_say(0, RW_IN_LEG_FAILED, 404, NULL);
}

static void test_no_media(void **state)
{
    struct rw_call_order order = order_of(false, 1);

    (void)state;
    rig.at[0].refuse_relays = true;
    rig_place(&order);
    assert_string_equal(rig.placed.code, "media.no_ports");
    assert_string_equal(told, "+ unborn done");
}

static void quiet(void *arg)
{
    *(bool *)arg = true;
}

static void drain(void *arg)
{
    rw_exchange_drain(rig.at[0].exchange, quiet, arg);
}

static void test_drained(void **state)
{
    struct rw_call_order order = order_of(false, 2);
    bool is_quiet = false;

    (void)state;
    rig_place(&order);
    rig_do(0, drain, &is_quiet);
    rig_say(0, RW_IN_LEG_FAILED, 487, NULL);
    assert_true(is_quiet);
    assert_string_equal(told, "+ born a0 o0 closing ended done");
}

/* As after kill -9: what an exchange held is given back when it goes, and nothing is told of it again. */
static void count_closed(enum rw_class class, uint32_t closed, const struct rw_err *err, void *arg)
{
    (void)class;
    (void)err;
    *(uint32_t *)arg = closed;
}

static void recover(void *arg)
{
    rw_exchange_recover(rig.at[0].exchange, count_closed, arg);
}

static void test_restarted(void **state)
{
    struct rw_call_order order = order_of(false, 2);
    uint32_t closed = 0;

    (void)state;
    rig_place(&order);
    rig_restart();
    assert_string_equal(told, "+ born a0 o0 ended done");
    told[0] = '\0';
    rig_do(0, recover, &closed);
    rig_settle(0);
    assert_int_equal(closed, 1);
    assert_string_equal(told, "");
}

/* ------------------------------------------------------------------ waiting */

static void decide(void *arg)
{
    struct rw_permit_ask *ask = fakes[0].asking;
    const struct rw_err *err = arg;

    if (err)
        fakes[0].held--;
    ask->decided(ask, err ? err->class : RW_OK, err);
}

static void test_waits(void **state)
{
    struct rw_call_order order = order_of(false, 1);
    struct rw_err err;

    (void)state;
    fakes[0].verdict = RW_PERMIT_LATER;
    rig_place(&order);
    assert_int_equal(rig.placed.told, 0);
    assert_int_equal(rw_exchange_live(rig.at[0].exchange), 0);
    rig_do(0, decide, NULL);
    rig_settle(0);
    assert_int_equal(rig.placed.told, 1);
    assert_int_equal(rig.placed.class, RW_OK);
    rig_say(0, RW_IN_LEG_FAILED, 404, NULL);
    assert_string_equal(told, "? born a0 o0 closing ended done");

    told[0] = '\0';
    rig_place(&order);
    (void)rw_fail(&err, RW_LIMIT, "limit.fake", "waited in vain");
    rig_do(0, decide, &err);
    assert_int_equal(rig.placed.told, 1);
    assert_int_equal(rig.placed.class, RW_LIMIT);
    assert_string_equal(rig.placed.code, "limit.fake");
    assert_string_equal(told, "?");
}

static bool not_wanted(void *arg)
{
    (void)arg;
    return false;
}

static void test_not_wanted_any_more(void **state)
{
    struct rw_call_order order = order_of(false, 1);

    (void)state;
    order.wanted = not_wanted;
    fakes[0].verdict = RW_PERMIT_LATER;
    rig_place(&order);
    rig_do(0, decide, NULL);
    assert_int_equal(rig.placed.told, 1);
    assert_string_equal(rig.placed.code, "call.not_wanted");
    assert_string_equal(told, "? unborn done");
    assert_int_equal(rw_exchange_live(rig.at[0].exchange), 0);
}

static void test_waits_at_the_end(void **state)
{
    struct rw_call_order order = order_of(false, 1);
    bool is_quiet = false;

    (void)state;
    rig_permits_count = 2;
    rig_restart();
    fakes[1].verdict = RW_PERMIT_LATER;
    rig_place(&order);
    rig_do(0, drain, &is_quiet);
    assert_int_equal(rig.placed.told, 1);
    assert_string_equal(rig.placed.code, "server.draining");
    assert_string_equal(told, "+ 2? 2withdrawn unborn done");
}

/* ------------------------------------------------------------------ memory */

struct starved {
    long n;
    enum rw_class class;
};

static void starved_placed(enum rw_class class, const char *id, const struct rw_err *err, void *arg)
{
    (void)id;
    (void)err;
    ((struct starved *)arg)->class = class;
}

static void place_starved(void *arg)
{
    static struct rw_call_order order;
    struct starved *s = arg;
    struct rw_err err = {0};

    order = order_of(true, 2);
    rw_mem_fail_after(s->n);
    s->class = rw_exchange_place(rig.at[0].exchange, &order, starved_placed, s, &err);
    rw_mem_fail_after(-1);
}

static void test_birth_without_memory(void **state)
{
    struct starved s = {.n = 0};

    (void)state;
    do {
        told[0] = '\0';
        rig_do(0, place_starved, &s);
        rig_settle(0);
        s.n++;
        assert_int_equal(fakes[0].held, s.class == RW_OK ? 1 : 0);
    } while (s.class != RW_OK);
    assert_true(s.n >= 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_answered),
        TEST(test_answered_for_nothing),
        TEST(test_came_in),
        TEST(test_came_in_without_media),
        TEST(test_next_trunk),
        TEST(test_attempt_refused),
        TEST(test_no_trunk_has_room),
        TEST(test_second_refuses_attempt),
        TEST(test_refused),
        TEST(test_order_of_trunks),
        TEST(test_struck_out),
        TEST(test_delay),
        TEST(test_stretches),
        TEST(test_stretch_not_stored),
        TEST(test_store_fails),
        TEST(test_same_key),
        TEST(test_no_media),
        TEST(test_drained),
        TEST(test_restarted),
        TEST(test_waits),
        TEST(test_not_wanted_any_more),
        TEST(test_waits_at_the_end),
        TEST(test_birth_without_memory),
    };

    fault_vfs_install();
    return cmocka_run_group_tests_name("exchange_permits", tests, NULL, NULL);
}
