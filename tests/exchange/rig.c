#include "rig.h"

#include "base/clock.h"
#include "call/reason.h"
#include "loop/timer_wheel.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct rig rig;
struct rw_permit *rig_permits[RW_PERMITS_MAX];
unsigned rig_permits_count;
const struct rw_identity_signer rig_signer = {.put = NULL}; /* the faked legs never ask it */

/* ------------------------------------------------------------------ waiting */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
} door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

static void door_open(void)
{
    (void)pthread_mutex_lock(&door.lock);
    door.open = true;
    (void)pthread_cond_signal(&door.opened);
    (void)pthread_mutex_unlock(&door.lock);
}

static void door_wait(void)
{
    (void)pthread_mutex_lock(&door.lock);
    while (!door.open)
        (void)pthread_cond_wait(&door.opened, &door.lock);
    door.open = false;
    (void)pthread_mutex_unlock(&door.lock);
}

struct errand {
    struct rw_mail mail;
    void (*run)(void *arg);
    void *arg;
};

static void on_errand(struct rw_mail *mail)
{
    struct errand *errand = (struct errand *)mail;

    errand->run(errand->arg);
    door_open();
}

void rig_do(unsigned worker, void (*run)(void *arg), void *arg)
{
    struct errand errand = {{.handle = on_errand}, run, arg};

    rw_worker_post(rw_workers_at(rig.workers, worker), &errand.mail);
    door_wait();
}

/* Transactions of a worker are answered in their order, so the last one's answer tells of all. */
static void on_last_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                           void *arg)
{
    (void)tx;
    (void)class;
    (void)err;
    (void)arg;
    door_open();
}

static void submit_last(struct rw_mail *mail)
{
    struct rw_tx *tx = rw_tx_new(rig.store.store);
    const struct rw_row_audit row = {.tenant_id = TENANT_A, .action = "settle"};

    (void)mail;
    if (!tx) /* the one allocation that a test makes fail was this */
        tx = rw_tx_new(rig.store.store);
    if (!tx)
        abort();
    rw_tx_add_audit(tx, &row);
    rw_tx_submit(tx, on_last_stored, NULL);
}

void rig_settle(unsigned worker)
{
    /* Twice: what the answers to the first round bring about is awaited too. */
    for (int round = 0; round < 2; round++) {
        struct rw_mail mail = {.handle = submit_last};

        rw_worker_post(rw_workers_at(rig.workers, worker), &mail);
        door_wait();
    }
}

static void set_clock(void *arg)
{
    static _Thread_local bool is_virtual; /* as the clock is, the thread's */

    if (!is_virtual && rw_timers_running())
        abort();
    is_virtual = true;
    rw_clock_set_virtual(*(uint64_t *)arg);
}

void rig_clock(uint64_t ms)
{
    rig_do(0, set_clock, &ms);
}

/* ------------------------------------------------------------------ faked legs */

struct rw_leg_port {
    struct rig_exchange *at;
};

struct rw_relay_port {
    struct rig_exchange *at;
};

struct rw_relay {
    struct rig_exchange *at;
};

static struct rw_leg_port leg_ports[RIG_WORKERS];
static struct rw_relay_port relay_ports[RIG_WORKERS];
static struct rw_relay relays[RIG_WORKERS];

#define COPY(to, from) (void)rw_slice_copy((to), sizeof(to), rw_slice_str(from))

static enum rw_class fake_invite(struct rw_leg_port *port, const struct rw_leg_target *target,
                                 struct rw_slice offer, rw_leg_news_h *handler, void *arg,
                                 struct rw_leg **ret, struct rw_err *err)
{
    struct rw_leg *leg = &port->at->legs[port->at->legs_count];

    if (port->at->refuse_invites)
        return rw_fail(err, RW_IO, "sip.no_route", "the trunk's name is not known");
    if (port->at->legs_count == RIG_LEGS)
        abort();
    *leg = (struct rw_leg){.invited = true, .handler = handler, .arg = arg};
    leg->silent_ms = target->silent_ms;
    leg->ack_waits = target->ack_waits;
    COPY(leg->uri, target->uri);
    COPY(leg->from_uri, target->from_uri);
    COPY(leg->call_id, target->call_id);
    COPY(leg->local_tag, target->local_tag);
    COPY(leg->branch, target->branch);
    COPY(leg->auth_password, target->auth_password);
    COPY(leg->claim_from, target->claim.from_number);
    COPY(leg->claim_to, target->claim.to_number);
    leg->signer = target->signer;
    leg->claim_owned = target->claim.owned;
    (void)rw_slice_copy(leg->offer, sizeof(leg->offer), offer);
    leg->log_seq = rw_store_last_seq(rig.store.store);
    leg->now = (struct rw_leg_dialog){.local_cseq = 1};
    COPY(leg->now.call_id, target->call_id);
    COPY(leg->now.local_tag, target->local_tag);
    COPY(leg->now.branch, target->branch);
    COPY(leg->now.request_uri, target->uri);
    COPY(leg->now.to_uri, target->uri);
    COPY(leg->now.from_uri, target->from_uri);
    port->at->legs_count++;
    *ret = leg;
    return RW_OK;
}

static void fake_cancel(struct rw_leg *leg)
{
    leg->cancelled = true;
}

static void fake_confirm(struct rw_leg *leg)
{
    if (leg->ack_seq == 0)
        leg->ack_seq = rw_store_last_seq(rig.store.store);
}

static void fake_bye(struct rw_leg *leg, const struct rw_ending *why)
{
    leg->byed = true;
    leg->why = *why;
}

static void fake_release(struct rw_leg *leg)
{
    if (leg->released)
        abort(); /* once, says the port */
    leg->released = true;
}

static void fake_describe(const struct rw_leg *leg, struct rw_leg_dialog *ret)
{
    *ret = leg->now;
}

static enum rw_class fake_end_orphan(struct rw_leg_port *port, const struct rw_leg_dialog *dialog,
                                     const struct rw_leg_target *target, struct rw_err *err)
{
    (void)strcpy(port->at->orphan_rules_before, port->at->orphan_rules);
    (void)snprintf(port->at->orphan_rules, sizeof(port->at->orphan_rules), "%s %s %s %s %d",
                   target->trunk_id, target->route, target->tls.ca_file, target->tls.name,
                   target->tls.unverified);
    if (port->at->orphans_count == RIG_LEGS)
        abort();
    port->at->orphans[port->at->orphans_count++] = *dialog;
    if (port->at->refuse_invites)
        return rw_fail(err, RW_IO, "sip.no_route", "the trunk's name is not known");
    return RW_OK;
}

static void fake_adopt(struct rw_leg *leg, rw_leg_news_h *handler, void *arg)
{
    leg->handler = handler;
    leg->arg = arg;
}

static void fake_ring(struct rw_leg *leg)
{
    leg->rung = true;
}

static enum rw_class fake_accept(struct rw_leg *leg, struct rw_slice sdp, struct rw_err *err)
{
    if (leg->gone)
        return rw_fail(err, RW_CONFLICT, "sip.not_offered", "the caller waits no more");
    leg->accepted = true;
    (void)rw_slice_copy(leg->offer, sizeof(leg->offer), sdp);
    return RW_OK;
}

static void fake_refuse(struct rw_leg *leg, const struct rw_ending *why)
{
    leg->refused = true;
    leg->why = *why;
}

static void fake_key(struct rw_leg *leg, const struct rw_key *key)
{
    (void)strncat(leg->keys, &key->sign, 1);
}

static const struct rw_leg_ops leg_ops = {
    .invite = fake_invite,
    .cancel = fake_cancel,
    .confirm = fake_confirm,
    .bye = fake_bye,
    .release = fake_release,
    .key = fake_key,
    .describe = fake_describe,
    .end_orphan = fake_end_orphan,
    .adopt = fake_adopt,
    .ring = fake_ring,
    .accept = fake_accept,
    .refuse = fake_refuse,
};

/* ------------------------------------------------------------------ faked media */

static enum rw_class fake_open(struct rw_relay_port *port, unsigned legs, struct rw_relay **ret,
                               struct rw_err *err)
{
    (void)legs;
    if (port->at->refuse_relays)
        return rw_fail(err, RW_LIMIT, "media.no_ports", "no RTP port is free");
    port->at->relays_open++;
    *ret = &relays[port->at - rig.at];
    return RW_OK;
}

static enum rw_class fake_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                const struct rw_media_terms *terms, struct rw_buf *sdp,
                                struct rw_err *err)
{
    (void)relay;
    (void)terms;
    (void)err;
    rw_buf_puts(sdp, leg == RW_LEG_STATION ? "offer to station" : "offer to trunk");
    return RW_OK;
}

static enum rw_class fake_answer(struct rw_relay *relay, enum rw_leg_side leg, struct rw_slice sdp,
                                 struct rw_err *err)
{
    (void)leg;
    (void)sdp;
    if (relay->at->refuse_media)
        return rw_fail(err, RW_MALFORMED, relay->at->refuse_media, "not this");
    return RW_OK;
}

static enum rw_class fake_take_offer(struct rw_relay *relay, enum rw_leg_side leg,
                                     const struct rw_media_terms *terms, struct rw_slice sdp,
                                     struct rw_err *err)
{
    (void)terms;
    return fake_answer(relay, leg, sdp, err);
}

static enum rw_class fake_write_answer(struct rw_relay *relay, enum rw_leg_side leg,
                                       const struct rw_media_terms *terms, struct rw_buf *sdp,
                                       struct rw_err *err)
{
    (void)terms;
    if (relay->at->refuse_answers)
        return rw_fail(err, RW_MALFORMED, "sdp.no_codec", "no codec in common");
    rw_buf_puts(sdp, leg == RW_LEG_TRUNK ? "answer to trunk" : "answer to station");
    return RW_OK;
}

static void fake_listen(struct rw_relay *relay, rw_relay_key_h *handler, void *arg)
{
    relay->at->on_key = handler;
    relay->at->on_key_arg = arg;
}

static void fake_press(struct rw_relay *relay, const struct rw_key *key)
{
    (void)strncat(relay->at->pressed, &key->sign, 1);
}

static void fake_bridge(struct rw_relay *relay)
{
    relay->at->bridged++;
}

static void fake_stats(const struct rw_relay *relay, struct rw_relay_stats *ret)
{
    (void)relay;
    *ret = (struct rw_relay_stats){.packets = {0}};
}

static void fake_close(struct rw_relay *relay)
{
    relay->at->relays_open--;
}

static const struct rw_relay_ops relay_ops = {
    .open = fake_open,
    .offer = fake_offer,
    .answer = fake_answer,
    .take_offer = fake_take_offer,
    .write_answer = fake_write_answer,
    .listen = fake_listen,
    .press = fake_press,
    .bridge = fake_bridge,
    .stats = fake_stats,
    .close = fake_close,
};

/* ------------------------------------------------------------------ workers */

static enum rw_class on_start(struct rw_worker *worker, void *arg, struct rw_err *err)
{
    unsigned i = rw_worker_index(worker);
    struct rw_exchange_options options = {
        .worker = worker,
        .store = rig.store.store,
        .leg_ops = &leg_ops,
        .leg_port = &leg_ports[i],
        .relay_ops = &relay_ops,
        .relay_port = &relay_ports[i],
        .signer = &rig_signer,
        .permits = rig_permits,
        .permits_count = rig_permits_count,
        .calls_max = rig.at[i].calls_max ? rig.at[i].calls_max : 100,
    };

    (void)arg;
    leg_ports[i].at = relay_ports[i].at = relays[i].at = &rig.at[i];
    return rw_exchange_new(&rig.at[i].exchange, &options, err);
}

static void on_stop(struct rw_worker *worker, void *arg)
{
    (void)arg;
    rw_exchange_free(rig.at[rw_worker_index(worker)].exchange);
    rw_clock_set_virtual(0);
}

static void start_workers(void)
{
    struct rw_err err = {0};

    if (rw_workers_new(&rig.workers, RIG_WORKERS, &err) != RW_OK ||
        rw_workers_start(rig.workers, on_start, on_stop, NULL, &err) != RW_OK)
        fail_msg("workers: %s", err.message);
}

void rig_open(void)
{
    rig = (struct rig){.events = NULL};
    store_test_open(&rig.store);
    start_workers();
}

void rig_restart(void)
{
    rw_workers_stop(rig.workers);
    rw_workers_free(rig.workers);
    store_test_reopen(&rig.store);
    for (unsigned i = 0; i < RIG_WORKERS; i++)
        rig.at[i] = (struct rig_exchange){.calls_max = rig.at[i].calls_max};
    start_workers();
}

void rig_close(void)
{
    rw_workers_stop(rig.workers);
    rw_workers_free(rig.workers);
    for (unsigned i = 0; i < RIG_WORKERS; i++) {
        assert_int_equal(rig.at[i].relays_open, 0);
        for (unsigned leg = 0; leg < rig.at[i].legs_count; leg++)
            assert_true(rig.at[i].legs[leg].released);
    }
    store_test_close(&rig.store);
}

/* ------------------------------------------------------------------ calls */

struct rw_call_order rig_order(bool with_station)
{
    /* Those that plan.trunks = 2 or 3 tries when the one before failed. */
    static const struct rw_leg_target trunks[] = {
        {.uri = "sip:+6591234567@192.0.2.1:5060",
         .from_uri = "sip:+6534567890@192.0.2.9",
         .auth_user = "us",
         .auth_password = "secret",
         .trunk_id = "t1",
         .trunk_name = "first",
         .claim = {.from_number = "+6534567890", .to_number = "+6591234567", .owned = true}},
        {.uri = "sip:+6591234567@192.0.2.2:5060",
         .from_uri = "sip:+6534567890@192.0.2.9",
         .auth_password = "other",
         .trunk_id = "t2",
         .trunk_name = "second"},
        {.uri = "sip:+6591234567@192.0.2.3:5060",
         .from_uri = "sip:+6534567890@192.0.2.9",
         .trunk_id = "t3",
         .trunk_name = "third"},
    };
    struct rw_call_order order = {
        .conversation = {.tenant_id = TENANT_A,
                         .to_number = "+6591234567",
                         .from_number = "+6534567890",
                         .provider_id = "12345-abcde-67890"},
        .trunks = trunks,
        .user_name = "Ann",
        .plan = {.trunks = 1, .station_answer_ms = 20000, .trunk_answer_ms = {60000, 50000, 40000}},
    };

    if (with_station)
        order.station = (struct rw_leg_target){.uri = "sip:ann@192.0.2.7",
                                               .from_uri = "sip:+6591234567@192.0.2.9"};
    return order;
}

static void on_placed(enum rw_class class, const char *id, const struct rw_err *err, void *arg)
{
    (void)arg;
    rig.placed.told++;
    rig.placed.class = class;
    if (id)
        COPY(rig.placed.id, id);
    COPY(rig.placed.code, err ? err->code : "");
}

static void place(void *arg)
{
    struct rw_err err = {0};
    enum rw_class class = rw_exchange_place(rig.at[0].exchange, arg, on_placed, &rig.placed, &err);

    if (class != RW_OK) {
        rig.placed.class = class;
        COPY(rig.placed.code, err.code);
    }
}

void rig_place(const struct rw_call_order *order)
{
    rig.placed = (struct rig_placed){.told = 0};
    rig_do(0, place, (void *)order);
    rig_settle(0);
}

/* ------------------------------------------------------------------ calls that come in */

struct coming {
    struct rw_leg *leg;
    enum rw_class class;
};

static void come_in(void *arg)
{
    static const struct rw_leg_target trunk = {.trunk_id = "t1", .trunk_name = "first"};
    struct rw_call_order order = rig_order(true);
    struct coming *coming = arg;
    struct rig_exchange *at = &rig.at[0];
    struct rw_err err = {0};

    order.conversation.incoming = true;
    order.trunks = &trunk;
    order.plan.incoming = true;
    coming->leg = &at->legs[at->legs_count++];
    *coming->leg = (struct rw_leg){.invited = true};
    coming->class =
        rw_exchange_take(at->exchange, &order, coming->leg, RW_LIT("their offer"), &err);
    coming->leg->released = coming->class != RW_OK; /* by whoever offered it */
}

struct rw_leg *rig_come_in(enum rw_class *ret_class)
{
    struct coming coming = {.leg = NULL};
    struct rw_row_conversation *open;
    size_t count;

    rig_do(0, come_in, &coming);
    rig_settle(0);
    if (rw_store_open_conversations(rig.store.reader, "", 100, &rig.store.arena, &open, &count,
                                    NULL) != RW_OK)
        fail_msg("conversations");
    COPY(rig.placed.id, count ? open[count - 1].id : "");
    *ret_class = coming.class;
    return coming.leg;
}

/* ------------------------------------------------------------------ what far ends say */

struct saying {
    unsigned leg;
    struct rw_leg_news news;
};

static void say(void *arg)
{
    const struct saying *saying = arg;
    struct rw_leg *leg = &rig.at[0].legs[saying->leg];

    if (!leg->invited || leg->released)
        abort();
    leg->handler(&saying->news, leg->arg);
}

void rig_answer_late(unsigned leg)
{
    struct saying saying = {
        .leg = leg,
        .news = {.input = {.kind = RW_IN_LEG_FAILED, .ending = {.sip_code = 487}},
                 .charged = true}};

    rig_do(0, say, &saying);
    rig_settle(0);
}

void rig_press(unsigned leg, char sign)
{
    struct saying saying = {.leg = leg, .news = {.key = {sign, 160}}};

    rig_do(0, say, &saying);
}

void rig_say(unsigned leg, enum rw_call_input_kind kind, unsigned sip_code, const char *sdp)
{
    struct saying saying = {.leg = leg};

    saying.news.input.kind = kind;
    saying.news.input.ending.sip_code = (uint16_t)sip_code;
    saying.news.sdp = rw_slice_str(sdp);
    rig_do(0, say, &saying);
    rig_settle(0);
}

const char *rig_log(void)
{
    static struct rw_buf text;
    struct rw_err err = {0};

    rw_buf_done(&text);
    rw_buf_init(&text, 4000);
    if (rw_store_events_of(rig.store.reader, TENANT_A, rig.placed.id, &rig.store.arena, &rig.events,
                           &rig.events_count, &err) != RW_OK)
        fail_msg("events: %s", err.message);
    for (size_t i = 0; i < rig.events_count; i++) {
        rw_buf_printf(&text, "%s%s", i ? " " : "", rig.events[i].type);
        if (rig.events[i].leg >= 0)
            rw_buf_printf(&text, "/%d", rig.events[i].leg);
    }
    return text.p ? text.p : "";
}

struct rw_row_conversation rig_conversation(void)
{
    struct rw_row_conversation row;
    struct rw_err err = {0};

    if (rw_store_get_conversation(rig.store.reader, TENANT_A, rig.placed.id, &rig.store.arena, &row,
                                  &err) != RW_OK)
        fail_msg("conversation: %s", err.message);
    return row;
}
