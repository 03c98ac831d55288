/*
 * Where a leg's INVITE goes: the addresses of its next hop, one after the other. The next one is tried
 * when one can't be reached, says nothing at all, or answers 503 (RFC 3263, section 4.3); each attempt
 * is a transaction of its own, with the next CSeq. Those known to be down (trunk/board.h) come last.
 */
#include "base/mem.h"
#include "sip/profile.h"
#include "sip/session.h"
#include "trunk/board.h"

/* In the order found, within those that are down and those that are not. */
static void put_down_last(const struct rw_leg *leg, const char *trunk_id,
                          struct rw_sip_places *places)
{
    struct rw_trunk_board *board = leg->sip->board;
    struct sa down[RW_SIP_PLACES_MAX];
    unsigned up = 0, downs = 0;

    if (!trunk_id || places->count < 2 || !rw_trunk_board_has_down(board))
        return;
    for (unsigned i = 0; i < places->count; i++) {
        char text[RW_TRUNK_ADDRESS];

        rw_sip_peer_text(&places->at[i], text, sizeof(text));
        if (rw_trunk_board_address_is_down(board, trunk_id, text))
            down[downs++] = places->at[i];
        else
            places->at[up++] = places->at[i];
    }
    memcpy(places->at + up, down, downs * sizeof(down[0]));
}

#define SILENT_HALVES 4

/* All but the first are kept, where there are others. Without memory for them the first has to do. */
static void take_places(struct rw_leg *leg, const struct rw_sip_places *places)
{
    leg->hop.peer = places->at[0];
    if (places->count < 2)
        return;
    leg->places = rw_calloc(1, sizeof(*leg->places));
    if (!leg->places)
        return;
    leg->places->count = places->count - 1;
    memcpy(leg->places->at, places->at + 1, leg->places->count * sizeof(places->at[0]));
}

static void on_located(const struct rw_sip_places *found, void *arg)
{
    struct rw_sip_places places = *found;
    struct rw_leg *leg = arg;
    struct rw_ending why = {.sip_code = 0};
    struct rw_err err = {.code = NULL};

    rw_leg_enter(leg);
    leg->lookup = NULL;
    put_down_last(leg, leg->trunk_id, &places);
    rw_free(leg->trunk_id);
    leg->trunk_id = NULL;
    if (places.count)
        take_places(leg, &places);
    if (!places.count || rw_leg_send_invite(leg, &err)) {
        /* as the exchange tells of an INVITE that fails at once */
        (void)rw_text_clean(why.sip_reason, sizeof(why.sip_reason), rw_slice_str(err.message));
        rw_leg_end(leg, RW_IN_LEG_UNREACHABLE, &why);
    }
    rw_leg_leave(leg);
}

static void on_silent(void *arg);

static void listen_for_silence(struct rw_leg *leg)
{
    if (leg->silent_ms)
        tmr_start(&leg->tmr, leg->silent_ms / 2, on_silent, leg);
}

/*
 * Silence is told before the transaction has given up, and not over: whoever releases the leg now leaves one
 * that cancels itself at the first sign of life, and says BYE to an answer (9.1, 13.2.2.4).
 */
static void on_silent(void *arg)
{
    struct rw_leg *leg = arg;

    leg->silent_halves++;
    if (leg->silent_halves < SILENT_HALVES && rw_leg_try_next_place(leg))
        return;
    if (leg->silent_halves == 1) {
        listen_for_silence(leg);
        return;
    }
    rw_leg_enter(leg);
    if (leg->transaction)
        rw_sip_transaction_hush(leg->transaction);
    rw_leg_tell(leg, RW_IN_LEG_SILENT, NULL, (struct rw_slice){NULL, 0});
    rw_leg_leave(leg);
}

enum rw_class rw_leg_start(struct rw_leg *leg, const struct rw_sip_uri *next,
                           const struct rw_leg_target *target, struct rw_err *err)
{
    struct rw_sip_places places;
    enum rw_class class = RW_OK;

    leg->hop.transport = rw_sip_uri_way(next);
    leg->hop.worker = (uint16_t)leg->sip->index;
    leg->silent_ms = target->silent_ms;
    leg->ack_waits = target->ack_waits;
    if (leg->hop.transport == RW_SIP_TLS)
        class = rw_sip_profile_find(rw_sip_wire_profiles(leg->sip->wire), &target->tls,
                                    target->trunk_id, next->host, &leg->hop.profile, err);
    if (class == RW_OK)
        class = rw_sip_locate(leg->sip, next, target->route ? NULL : target->places, &places,
                              on_located, leg, &leg->lookup, err);
    if (class != RW_OK)
        return class;
    leg->phase = RW_PHASE_RESOLVING;
    listen_for_silence(leg);
    if (leg->lookup) {
        /* without memory for it the order is as found */
        leg->trunk_id = leg->sip->board && target->trunk_id ? rw_strdup(target->trunk_id) : NULL;
        return RW_OK;
    }
    put_down_last(leg, target->trunk_id, &places);
    take_places(leg, &places);
    return rw_leg_send_invite(leg, err);
}

bool rw_leg_try_next_place(struct rw_leg *leg)
{
    if (!leg->places || leg->places->count == 0 || leg->cancelled || leg->rang || leg->early)
        return false;
    rw_sip_transaction_give_up(leg->transaction); /* of a silent one; any other is over */
    leg->transaction = NULL;
    leg->hop.peer = leg->places->at[0];
    leg->hop.stream = 0;
    leg->places->count--;
    memmove(leg->places->at, leg->places->at + 1, leg->places->count * sizeof(leg->places->at[0]));
    leg->heard = false;
    leg->dialog.local_cseq++;
    listen_for_silence(leg);
    return rw_leg_send_invite(leg, NULL) == RW_OK;
}

void rw_leg_places_done(struct rw_leg *leg)
{
    rw_sip_lookup_cancel(leg->lookup);
    leg->lookup = NULL;
    rw_free(leg->places);
    leg->places = NULL;
    rw_free(leg->trunk_id);
    leg->trunk_id = NULL;
}
