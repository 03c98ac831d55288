/*
 * How a call comes to be: permitted, its birth committed to the store, and then its first INVITE.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "exchange/live.h"

static void on_birth_stored(struct rw_tx *tx, enum rw_class class, const struct rw_err *err,
                            void *arg)
{
    struct rw_live *live = arg;
    struct rw_call_input input = {.kind = class == RW_OK ? RW_IN_STORED : RW_IN_STORE_FAILED};
    rw_placed_h *placed = live->placed;
    struct rw_err gone;

    (void)tx;
    if (live->admission)
        live->admission->born = class == RW_OK;
    if (live->exchange) {
        rw_live_feed(live, &input);
    } else if (class == RW_OK) {
        class = rw_fail(&gone, RW_UNAVAILABLE, "server.draining", "the server is shutting down");
        err = &gone;
    }
    placed(class, class == RW_OK ? live->id.text : NULL, class == RW_OK ? NULL : err,
           live->placed_arg);
    live->transactions--; /* not before: it kept the call */
    rw_live_free_if_done(live);
}

/* The rows of those who take part; returns how many. */
static size_t make_participants(const struct rw_live *live, const struct rw_call_order *order,
                                struct rw_id ids[2 * RW_LEGS],
                                struct rw_row_participant rows[RW_LEGS])
{
    unsigned worker = rw_worker_index(live->exchange->options.worker);
    size_t count = 0;

    if (order->station.uri)
        rows[count++] = (struct rw_row_participant){.leg = RW_LEG_STATION,
                                                    .purpose = "user",
                                                    .user_id = order->conversation.user_id,
                                                    .address = order->station.uri,
                                                    .name = order->user_name};
    rows[count++] = (struct rw_row_participant){.leg = RW_LEG_TRUNK,
                                                .purpose = "external",
                                                .address = order->conversation.incoming
                                                               ? order->conversation.from_number
                                                               : order->conversation.to_number};
    for (size_t i = 0; i < count; i++) {
        ids[2 * i] = rw_id_new(worker);
        ids[2 * i + 1] = rw_id_new(worker);
        rows[i].id = ids[2 * i].text;
        rows[i].communication_id = ids[2 * i + 1].text;
        rows[i].conversation_id = live->id.text;
    }
    return count;
}

static bool put_birth(struct rw_live *live, struct rw_tx *tx, const struct rw_call_order *order,
                      void *arg)
{
    struct rw_row_conversation conversation = order->conversation;
    struct rw_row_idempotency idempotency = order->idempotency;
    struct rw_row_participant participants[RW_LEGS];
    struct rw_id ids[2 * RW_LEGS];
    size_t count = make_participants(live, order, ids, participants);

    conversation.id = live->id.text;
    conversation.created_ms = rw_clock_wall_ms();
    conversation.ended_ms = 0;
    if (live->admission && live->admission->ask.order[0])
        conversation.trunk_id = order->trunks[live->admission->ask.order[0]].trunk_id;
    rw_tx_add_conversation(tx, &conversation);
    for (size_t i = 0; i < count; i++)
        rw_tx_add_participant(tx, &participants[i]);
    rw_admission_put_birth(live->admission, live->id.text, tx);
    rw_live_event(live, tx, RW_EV_CREATED, -1, NULL);
    if (conversation.incoming)
        rw_live_event(live, tx, RW_EV_OFFERED, RW_LEG_TRUNK, NULL);
    rw_live_event(live, tx, RW_EV_DIALING, order->station.uri ? RW_LEG_STATION : RW_LEG_TRUNK,
                  NULL);
    if (!idempotency.key)
        return true;
    idempotency.conversation_id = live->id.text;
    if (order->answer) {
        idempotency.answer = order->answer(&conversation, participants, count, arg);
        if (!idempotency.answer)
            return false;
    }
    rw_tx_add_idempotency(tx, &idempotency);
    return true;
}

static struct rw_live *make_live(struct rw_exchange *x, const struct rw_call_order *order,
                                 const struct rw_admission *admission)
{
    struct rw_live *live = rw_calloc(1, sizeof(*live));
    const uint8_t *trying = admission ? admission->ask.order : NULL;
    uint32_t trunks = admission ? admission->ask.count : order->plan.trunks;

    if (!live)
        return NULL;
    live->exchange = x;
    live->id = rw_id_new(rw_worker_index(x->options.worker));
    for (int i = 0; i < RW_TIMERS; i++)
        live->timers[i].live = live;
    live->pace.live = live;
    live->stretch.live = live;
    for (int leg = 0; leg < RW_LEGS; leg++)
        live->sides[leg].live = live;
    live->tenant_id = rw_strdup(order->conversation.tenant_id);
    if (!live->tenant_id ||
        !rw_live_targets_set(live, RW_LEG_TRUNK, order->trunks, order->plan.trunk_answer_ms, trying,
                             trunks) ||
        (order->station.uri &&
         !rw_live_targets_set(live, RW_LEG_STATION, &order->station, NULL, NULL, 1))) {
        rw_live_free(live);
        return NULL;
    }
    return live;
}

enum rw_class rw_exchange_may_place(const struct rw_exchange *exchange, struct rw_err *err)
{
    enum rw_class class;

    if (exchange->draining)
        return rw_fail(err, RW_UNAVAILABLE, "server.draining", "the server is shutting down");
    if (exchange->live < exchange->options.calls_max)
        return RW_OK;
    class =
        rw_fail(err, RW_LIMIT, "call.capacity", "as many calls are up as this server may carry");
    rw_err_found(err, "%u calls in this worker", exchange->live);
    rw_err_expected(err, "fewer than %u", exchange->options.calls_max);
    return class;
}

/* What the permits made of the plan. */
static struct rw_call_plan plan_of(const struct rw_call_order *order,
                                   const struct rw_admission *admission)
{
    struct rw_call_plan plan = order->plan;

    plan.has_station = order->station.uri != NULL;
    if (!admission)
        return plan;
    plan.trunks = admission->ask.count;
    plan.max_duration_ms = admission->ask.max_duration_ms;
    for (uint8_t i = 0; i < plan.trunks; i++) {
        plan.trunk_answer_ms[i] = order->plan.trunk_answer_ms[admission->ask.order[i]];
        plan.trunk_max_ms[i] = order->plan.trunk_max_ms[admission->ask.order[i]];
    }
    return plan;
}

/* What was begun of a call that is not born; its admission stays the caller's. */
static void abandon(struct rw_live *live)
{
    live->admission = NULL;
    if (live->relay)
        rw_live_relay_ops(live)->close(live->relay);
    rw_live_free(live);
}

/* The relay, which knows the offer of a leg that came in. */
static enum rw_class open_relay(struct rw_live *live, bool with_station,
                                const struct rw_live_offer *offer,
                                const struct rw_media_terms *terms, struct rw_err *err)
{
    const struct rw_relay_ops *ops = rw_live_relay_ops(live);
    struct rw_relay_port *port =
        live->watch ? live->watch->relay_port : live->exchange->options.relay_port;
    enum rw_class class = ops->open(port, with_station ? 2 : 1, &live->relay, err);

    if (class == RW_OK && offer)
        class = ops->take_offer(live->relay, RW_LEG_TRUNK, terms, offer->sdp, err);
    return class;
}

enum rw_class rw_live_birth(struct rw_exchange *exchange, const struct rw_call_order *order,
                            const struct rw_live_offer *offer, struct rw_admission *admission,
                            rw_placed_h *placed, void *arg, struct rw_err *err)
{
    const struct rw_exchange_options *o = &exchange->options;
    struct rw_call_plan plan = plan_of(order, admission);
    struct rw_live *live = make_live(exchange, order, admission);
    struct rw_call_actions actions;
    struct rw_tx *tx;
    enum rw_class class;

    if (!live)
        return rw_fail_memory(err);
    live->watch = order->watch;
    class = open_relay(live, plan.has_station, offer, &order->trunks[0].media, err);
    if (class != RW_OK) {
        abandon(live);
        return class;
    }
    live->admission = admission;
    if (plan.has_station)
        rw_live_listen(live);
    rw_call_begin(&live->call, &plan, &actions); /* asks for what is done here: the birth */
    tx = rw_tx_new(o->store);
    if (!tx || !put_birth(live, tx, order, arg)) {
        rw_tx_drop(tx);
        abandon(live);
        return rw_fail_memory(err);
    }
    live->placed = placed;
    live->placed_arg = arg;
    live->transactions = 1;
    if (offer)
        rw_live_adopt(live, offer->leg);
    rw_live_enter(live);
    rw_tx_submit(tx, on_birth_stored, live);
    return RW_OK;
}

enum rw_class rw_exchange_place(struct rw_exchange *exchange, const struct rw_call_order *order,
                                rw_placed_h *placed, void *arg, struct rw_err *err)
{
    enum rw_class class = rw_exchange_may_place(exchange, err);

    if (class != RW_OK)
        return class;
    return exchange->options.permits_count
               ? rw_admission_begin(exchange, order, placed, arg, err)
               : rw_live_birth(exchange, order, NULL, NULL, placed, arg, err);
}
