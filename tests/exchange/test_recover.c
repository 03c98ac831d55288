/* What a life that ended with kill -9 leaves open is closed by the next one. */
#include "call/reason.h"
#include "event/event.h"
#include "rig.h"

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
    rig_close();
    return 0;
}

static struct {
    unsigned told;
    enum rw_class class;
    uint32_t closed;
} recovered;

static void on_recovered(enum rw_class class, uint32_t closed, const struct rw_err *err, void *arg)
{
    (void)err;
    (void)arg;
    recovered.told++;
    recovered.class = class;
    recovered.closed = closed;
}

static void recover(void *arg)
{
    (void)arg;
    rw_exchange_recover(rig.at[0].exchange, on_recovered, NULL);
}

static void read_told(void *arg)
{
    *(unsigned *)arg = recovered.told;
}

static void do_recover(void)
{
    unsigned told = 0;

    memset(&recovered, 0, sizeof(recovered));
    rig_do(0, recover, NULL);
    for (int i = 0; i < 20 && !told; i++) { /* a page a round */
        rig_settle(0);
        rig_do(0, read_told, &told);
    }
    assert_int_equal(recovered.told, 1);
    assert_int_equal(recovered.class, RW_OK);
}

static void check_lost(size_t n)
{
    struct rw_ending ending;

    assert_int_equal(
        rw_event_decode_ending(rw_slice_str(rig.events[n].data), &rig.store.arena, &ending, NULL),
        RW_OK);
    assert_int_equal(ending.disconnect, RW_DISC_ERROR);
    assert_int_equal(ending.said_by, RW_SAID_US);
    assert_string_equal(ending.reason, RW_REASON_NODE_LOST);
}

static void test_nothing_to_do(void **state)
{
    (void)state;
    do_recover();
    assert_int_equal(recovered.closed, 0);
}

static void test_unanswered_is_cancelled(void **state)
{
    struct rw_call_order order = rig_order(false);
    char branch[40];

    (void)state;
    rig_place(&order);
    (void)strcpy(branch, rig.at[0].legs[0].branch);
    rig_restart();
    do_recover();
    assert_int_equal(recovered.closed, 1);
    assert_int_equal(rig.at[0].orphans_count, 1);
    assert_false(rig.at[0].orphans[0].answered);
    assert_string_equal(rig.at[0].orphans[0].branch, branch);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 ended");
    check_lost(2);
    check_lost(3);
    assert_string_equal(rig_conversation().disconnect, "error");
    assert_string_equal(rig_conversation().reason, "node_lost");
    assert_true(rig_conversation().ended_ms > 0);
    do_recover(); /* and never again */
    assert_int_equal(recovered.closed, 0);
    assert_int_equal(rig.at[0].orphans_count, 1);
}

static void put_trunk(const char *id, const char *ca_file, const char *proxy)
{
    struct rw_tx *tx = rw_tx_new(rig.store.store);

    rw_tx_put_trunk(tx, &(struct rw_row_trunk){.id = id,
                                               .tenant_id = TENANT_A,
                                               .name = id,
                                               .state = "active",
                                               .host = "192.0.2.1",
                                               .transport = "tls",
                                               .outbound_proxy = proxy,
                                               .version = 1,
                                               .ca_file = ca_file,
                                               .tls_name = "sip.example",
                                               .tls_unverified = true});
    assert_int_equal(rw_tx_commit(tx, NULL), RW_OK);
}

/* Whom a goodbye over TLS may be said to stands in the trunk, not in the log. */
static void test_the_trunk_is_asked(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    put_trunk("t1", "/ca.pem", "sip:p");
    order.conversation.trunk_id = "t1";
    rig_place(&order);
    rig_restart();
    do_recover();
    assert_string_equal(rig.at[0].orphan_rules, "t1 sip:p /ca.pem sip.example 1");
}

/* And it is the trunk that had the call when the server died: the first one, which failed, has another CA. */
static void test_a_later_trunk_is_asked(void **state)
{
    struct rw_call_order order = rig_order(false);
    struct rw_leg *legs = rig.at[0].legs;

    (void)state;
    put_trunk("t1", "/one.pem", "sip:one");
    put_trunk("t2", "/two.pem", "sip:two");
    order.conversation.trunk_id = "t1";
    order.plan.trunks = 2;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_FAILED, 503, NULL);
    legs[1].now.answered = true;
    (void)strcpy(legs[1].now.remote_tag, "t");
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_restart();
    do_recover();
    assert_int_equal(rig.at[0].orphans_count, 1);
    assert_string_equal(rig.at[0].orphan_rules, "t2 sip:two /two.pem sip.example 1");
}

/* One that was left for its silence is told by its own rules, the one after it by its own. */
static void test_each_trunk_by_its_own_rules(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    put_trunk("t1", "/one.pem", "sip:one");
    put_trunk("t2", "/two.pem", "sip:two");
    order.conversation.trunk_id = "t1";
    order.plan.trunks = 2;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_SILENT, 0, NULL);
    rig_restart();
    do_recover();
    assert_int_equal(rig.at[0].orphans_count, 2);
    assert_string_equal(rig.at[0].orphan_rules_before, "t1 sip:one /one.pem sip.example 1");
    assert_string_equal(rig.at[0].orphan_rules, "t2 sip:two /two.pem sip.example 1");
}

static void test_both_legs_up(void **state)
{
    struct rw_call_order order = rig_order(true);
    struct rw_leg *legs = rig.at[0].legs;

    (void)state;
    rig_place(&order);
    legs[0].now.answered = true;
    (void)strcpy(legs[0].now.remote_tag, "s");
    rig_say(0, RW_IN_LEG_ANSWERED, 0, "v=0");
    legs[1].now.answered = true;
    (void)strcpy(legs[1].now.remote_tag, "t");
    (void)strcpy(legs[1].now.route_set, "<sip:p1;lr>,<sip:p2;lr>");
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "v=0");
    rig_restart();
    rig.at[0].refuse_invites = true; /* a goodbye that fails does not keep the rest */
    do_recover();
    assert_int_equal(rig.at[0].orphans_count, 2);
    assert_true(rig.at[0].orphans[0].answered && rig.at[0].orphans[1].answered);
    assert_string_equal(rig.at[0].orphans[0].remote_tag, "s");
    assert_string_equal(rig.at[0].orphans[1].remote_tag, "t");
    assert_string_equal(rig.at[0].orphans[1].route_set, "<sip:p1;lr>,<sip:p2;lr>");
    assert_string_equal(strstr(rig_log(), "connected/1"),
                        "connected/1 leg_ended/0 leg_ended/1 ended");
}

/* Ended calls are left alone; a hundred and fifty open ones take three pages. */
static void test_many(void **state)
{
    struct rw_call_order order = rig_order(false);
    struct rw_page page = {.size = 10, .number = 1};
    struct rw_row_conversation *rows;
    struct rw_err err;
    size_t count;
    char id[37];

    (void)state;
    rig_place(&order);
    rig_say(0, RW_IN_LEG_FAILED, 486, NULL);
    rig_restart();
    for (unsigned i = 0; i < 150; i++) {
        struct rw_tx *tx = rw_tx_new(rig.store.store);
        const char *tenant = i % 2 ? TENANT_A : TENANT_B;
        struct rw_row_conversation conversation = {
            .id = store_test_id(i, id), .tenant_id = tenant, .created_ms = 1};
        struct rw_row_event event = {
            .conversation_id = id, .tenant_id = tenant, .leg = -1, .type = "created"};

        rw_tx_add_conversation(tx, &conversation);
        rw_tx_add_event(tx, &event);
        store_test_commit(tx);
    }
    do_recover();
    assert_int_equal(recovered.closed, 150);
    assert_int_equal(rig.at[0].orphans_count, 0);
    assert_string_equal(rig_log(), "created dialing/1 leg_ended/1 ended");
    assert_int_equal(rw_store_list_open(rig.store.reader, TENANT_A, NULL, &page, &rig.store.arena,
                                        &rows, &count, &err),
                     RW_OK);
    assert_int_equal(count, 0);
    (void)strcpy(rig.placed.id, store_test_id(149, id));
    assert_string_equal(rig_log(), "created ended");
}

static void recover_and_free(void *arg)
{
    recover(arg);
    rw_exchange_free(rig.at[0].exchange);
    rig.at[0].exchange = NULL;
}

/* The exchange goes before its recovery is done: nobody is told, nothing leaks. */
static void test_abandoned(void **state)
{
    struct rw_call_order order = rig_order(false);

    (void)state;
    rig_place(&order);
    rig_restart();
    memset(&recovered, 0, sizeof(recovered));
    rig_do(0, recover_and_free, NULL);
    rig_settle(0);
    assert_int_equal(recovered.told, 0);
    rig_restart();
    do_recover();
    assert_int_equal(recovered.closed, 0); /* the store did it all the same */
    assert_string_equal(rig_conversation().reason, "node_lost");
}

/* After a crash the caller's dialog gets a BYE when it was accepted; before there is nothing to send. */
static void test_came_in(void **state)
{
    enum rw_class class;

    (void)state;
    (void)rig_come_in(&class);
    rig_restart();
    do_recover();
    assert_int_equal(rig.at[0].orphans_count, 1); /* the station's CANCEL */
    assert_false(rig.at[0].orphans[0].answered);
    rig.at[0].orphans_count = rig.at[0].legs_count = 0;
    rig_come_in(&class)->now =
        (struct rw_leg_dialog){.answered = true, .call_id = "theirs", .local_cseq = 1};
    rig_say(1, RW_IN_LEG_ANSWERED, 0, "their answer");
    rig_restart();
    do_recover();
    assert_int_equal(rig.at[0].orphans_count, 2);
    assert_string_equal(rig.at[0].orphans[1].call_id, "theirs");
    assert_true(rig.at[0].orphans[1].answered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_to_do, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unanswered_is_cancelled, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_trunk_is_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_later_trunk_is_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_trunk_by_its_own_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(test_both_legs_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_came_in, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_abandoned, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
