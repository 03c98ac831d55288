#include "base/hash.h"
#include "base/mem.h"
#include "call/reason.h"
#include "exchange/live.h"

#include <stdio.h>

/* ------------------------------------------------------------------ targets */

#define TEXTS 19

/* The members of a target that are copied, in one order. */
static void texts_of(struct rw_leg_target *target, const char **ret[TEXTS])
{
    ret[0] = &target->uri;
    ret[1] = &target->route;
    ret[2] = &target->from_uri;
    ret[3] = &target->from_name;
    ret[4] = &target->auth_user;
    ret[5] = &target->auth_password;
    ret[6] = &target->trunk_id;
    ret[7] = &target->trunk_name;
    ret[8] = &target->claim.from_number;
    ret[9] = &target->claim.to_number;
    ret[10] = &target->tls.ca_file;
    ret[11] = &target->tls.cert_file;
    ret[12] = &target->tls.key_file;
    ret[13] = &target->tls.name;
    ret[14] = &target->places;
    ret[15] = &target->caller.asserted;
    ret[16] = &target->caller.preferred;
    ret[17] = &target->caller.diverted;
    ret[18] = &target->media.advertised_host;
}

static size_t texts_size(const struct rw_leg_target *target)
{
    struct rw_leg_target copy = *target;
    const char **texts[TEXTS];
    size_t size = 0;

    texts_of(&copy, texts);
    for (int i = 0; i < TEXTS; i++)
        size += *texts[i] ? strlen(*texts[i]) + 1 : 0;
    return size;
}

/* Copies the target's texts to `at`; returns where they end. */
static char *copy_texts(struct rw_leg_target *target, char *at)
{
    const char **texts[TEXTS];

    texts_of(target, texts);
    for (int i = 0; i < TEXTS; i++) {
        size_t n = *texts[i] ? strlen(*texts[i]) + 1 : 0;

        if (n == 0)
            continue;
        memcpy(at, *texts[i], n);
        *texts[i] = at;
        at += n;
    }
    return at;
}

/* The Call-ID is "0f-<id>-t", of a second trunk "0f-<id>-t2" and so on: each is a dialog of its own. */
static void name_dialog(const struct rw_live *live, enum rw_leg_side leg, uint32_t number,
                        struct rw_live_target *target)
{
    char again[2] = {number ? (char)('1' + number) : '\0', '\0'};

    (void)snprintf(target->call_id, sizeof(target->call_id), "%02x-%s-%c%s",
                   rw_worker_index(live->exchange->options.worker), live->id.text,
                   leg == RW_LEG_STATION ? 's' : 't', again);
    (void)snprintf(target->local_tag, sizeof(target->local_tag), "%016llx",
                   (unsigned long long)rand_u64());
    (void)snprintf(target->branch, sizeof(target->branch), "z9hG4bK%016llx",
                   (unsigned long long)rand_u64());
    target->target.call_id = target->call_id;
    target->target.local_tag = target->local_tag;
    target->target.branch = target->branch;
}

/* Twice of it, as several addresses may take, has to pass before the answer is waited for in vain. */
static uint32_t silent_within(uint32_t answer_ms)
{
    uint32_t most_ms = answer_ms / 5 * 2;

    return answer_ms && most_ms < RW_EXCHANGE_SILENT_MS ? most_ms : RW_EXCHANGE_SILENT_MS;
}

bool rw_live_targets_set(struct rw_live *live, enum rw_leg_side leg,
                         const struct rw_leg_target *targets, const uint32_t *answer_ms,
                         const uint8_t *order, uint32_t count)
{
    size_t size = count * sizeof(struct rw_live_target);
    struct rw_live_targets *kept;
    char *texts;

    for (uint32_t i = 0; i < count; i++)
        size += texts_size(&targets[order ? order[i] : i]);
    kept = rw_calloc(1, sizeof(*kept) + size);
    if (!kept)
        return false;
    kept->count = count;
    texts = (char *)&kept->at[count];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = order ? order[i] : i;

        kept->at[i].target = targets[from];
        texts = copy_texts(&kept->at[i].target, texts);
        name_dialog(live, leg, i, &kept->at[i]);
        kept->at[i].target.ack_waits = true;
        if (answer_ms && i + 1 < count)
            kept->at[i].target.silent_ms = silent_within(answer_ms[from]);
        /* a station is ours: it needs no proof, and a token it could pass on says more than it has to know */
        kept->at[i].target.signer = leg == RW_LEG_TRUNK ? live->exchange->options.signer : NULL;
    }
    live->sides[leg].targets = kept;
    live->sides[leg].target = &kept->at[0];
    return true;
}

/* The dialog in the log and the media heard belong to the target before. */
void rw_live_aim(struct rw_live *live, enum rw_leg_side leg, uint32_t target)
{
    struct rw_live_side *side = &live->sides[leg];

    if (!side->targets || target >= side->targets->count ||
        side->target == &side->targets->at[target])
        return;
    side->target = &side->targets->at[target];
    side->stored_dialog = 0;
    side->media_known = false;
}

static void forget_targets(struct rw_live_side *side)
{
    rw_free(side->targets);
    side->targets = NULL;
    side->target = NULL;
}

void rw_live_forget_targets(struct rw_live *live, enum rw_leg_side leg)
{
    forget_targets(&live->sides[leg]);
}

/* ------------------------------------------------------------------ dialogs */

static void put(char *dst, size_t size, const char *text)
{
    (void)rw_slice_copy(dst, size, rw_slice_str(text));
}

/* The dialog that the INVITE to this target will begin, as call/leg.h promises it. */
static void plan_dialog(const struct rw_leg_target *target, struct rw_leg_dialog *ret)
{
    *ret = (struct rw_leg_dialog){.local_cseq = 1};
    put(ret->call_id, sizeof(ret->call_id), target->call_id);
    put(ret->local_tag, sizeof(ret->local_tag), target->local_tag);
    put(ret->branch, sizeof(ret->branch), target->branch);
    put(ret->request_uri, sizeof(ret->request_uri), target->uri);
    put(ret->from_uri, sizeof(ret->from_uri), target->from_uri);
    put(ret->to_uri, sizeof(ret->to_uri), target->uri);
    if (target->route)
        (void)snprintf(ret->route_set, sizeof(ret->route_set), "<%s%s>", target->route,
                       strstr(target->route, ";lr") ? "" : ";lr");
}

/* A number that changes when what is needed for a CANCEL does; never 0. */
static uint32_t dialog_mark(const struct rw_leg_dialog *dialog)
{
    const char *const texts[] = {dialog->branch, dialog->local_tag, dialog->request_uri};
    uint32_t mark = RW_HASH_START ^ dialog->local_cseq;

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        mark = rw_hash_text(mark, texts[i]);
    return mark | 1;
}

bool rw_live_dialog(struct rw_live *live, enum rw_leg_side leg, enum rw_call_event event,
                    struct rw_leg_dialog *ret)
{
    struct rw_live_side *side = &live->sides[leg];
    uint32_t mark;

    if (leg == RW_LEG_TRUNK && live->call.plan.incoming && event != RW_EV_CONNECTED)
        return false; /* before it is ours to end there is nothing that a restart could do */
    if (side->leg)
        live->exchange->options.leg_ops->describe(side->leg, ret);
    else if (side->target)
        plan_dialog(&side->target->target, ret);
    else
        return false;
    mark = dialog_mark(ret);
    if (mark == side->stored_dialog && event != RW_EV_CONNECTED)
        return false;
    side->stored_dialog = mark;
    return true;
}

/* ------------------------------------------------------------------ what the far end says */

static bool is_final(enum rw_call_input_kind kind)
{
    return kind == RW_IN_LEG_FAILED || kind == RW_IN_LEG_ENDED || kind == RW_IN_LEG_SILENT ||
           kind == RW_IN_LEG_UNREACHABLE;
}

/* Why an answer ends the leg, when its description is one that can't be used. */
static const char *media_reason(const struct rw_err *err)
{
    if (err->code && strcmp(err->code, "sdp.not_encrypted") == 0)
        return RW_REASON_MEDIA_NOT_ENCRYPTED;
    if (err->code && strcmp(err->code, "sdp.bad_crypto") == 0)
        return RW_REASON_MEDIA_BAD_KEY;
    return RW_REASON_MEDIA_UNUSABLE;
}

/*
 * Reads the media description that came with the news. Early media that can't be used is mere
 * ringing; an answer that can't be used ends the leg, which is then released and says BYE itself.
 */
static void read_media(struct rw_live_side *side, const struct rw_leg_news *news,
                       enum rw_leg_side leg, struct rw_call_input *input)
{
    struct rw_live *live = side->live;
    struct rw_err err = {.code = NULL};

    if (input->kind != RW_IN_LEG_EARLY && input->kind != RW_IN_LEG_ANSWERED)
        return;
    if (news->sdp.n &&
        rw_live_relay_ops(live)->answer(live->relay, leg, news->sdp, &err) == RW_OK) {
        side->media_known = true;
        return;
    }
    if (input->kind == RW_IN_LEG_EARLY) {
        input->kind = RW_IN_LEG_RINGING;
    } else if (news->sdp.n || !side->media_known) {
        input->kind = RW_IN_LEG_FAILED;
        input->ending.reason = media_reason(&err);
        (void)rw_text_clean(input->ending.sip_reason, sizeof(input->ending.sip_reason),
                            rw_slice_str(err.message));
    }
}

/* The trunk's far end pressed a key: the station hears of it. */
static void pressed(struct rw_live_side *side, const struct rw_key *key)
{
    struct rw_live *live = side->live;

    if (side == &live->sides[RW_LEG_TRUNK] && live->call.plan.has_station && live->relay)
        live->exchange->options.relay_ops->press(live->relay, key);
}

/* The station pressed one, and the trunk wants to be told by SIP. */
static void on_key(const struct rw_key *key, void *arg)
{
    struct rw_live *live = arg;

    if (live->sides[RW_LEG_TRUNK].leg)
        live->exchange->options.leg_ops->key(live->sides[RW_LEG_TRUNK].leg, key);
}

void rw_live_listen(struct rw_live *live)
{
    const struct rw_live_targets *trunks = live->sides[RW_LEG_TRUNK].targets;

    for (uint32_t i = 0; i < trunks->count; i++) {
        if (trunks->at[i].target.media.dtmf != RW_TERMS_DTMF_INFO)
            continue;
        live->exchange->options.relay_ops->listen(live->relay, on_key, live);
        return;
    }
}

static void on_news(const struct rw_leg_news *news, void *arg)
{
    struct rw_live_side *side = arg;
    struct rw_live *live = side->live;
    const struct rw_leg_ops *ops = live->exchange->options.leg_ops;
    struct rw_call_input input = news->input;
    struct rw_leg *ended = NULL;

    if (news->key.sign) {
        pressed(side, &news->key);
        return;
    }
    input.leg = side == &live->sides[RW_LEG_TRUNK] ? RW_LEG_TRUNK : RW_LEG_STATION;
    if (input.leg == RW_LEG_TRUNK && (input.kind == RW_IN_LEG_ANSWERED || news->charged))
        rw_admission_answered(live->admission); /* the carrier charges for it, used or not */
    read_media(side, news, input.leg, &input);
    if (is_final(input.kind)) {
        ended = side->leg;
        side->leg = NULL;
    } else if (input.kind == RW_IN_LEG_ANSWERED) {
        forget_targets(side); /* nobody else is asked: a held call does not carry them */
    }
    rw_live_feed(live, &input); /* the call may be gone after this */
    if (ended)
        ops->release(ended);
}

/* ------------------------------------------------------------------ INVITE */

static enum rw_class offer_and_invite(struct rw_live *live, enum rw_leg_side leg,
                                      struct rw_err *err)
{
    const struct rw_exchange_options *o = &live->exchange->options;
    struct rw_live_side *side = &live->sides[leg];
    struct rw_buf sdp;
    enum rw_class class;

    rw_buf_init(&sdp, RW_SDP_MAX);
    class =
        rw_live_relay_ops(live)->offer(live->relay, leg, &side->target->target.media, &sdp, err);
    if (class == RW_OK && sdp.failed)
        class = rw_fail_memory(err);
    if (class == RW_OK)
        class = o->leg_ops->invite(o->leg_port, &side->target->target, rw_buf_slice(&sdp), on_news,
                                   side, &side->leg, err);
    rw_buf_done(&sdp);
    return class;
}

static void on_pace(void *arg)
{
    rw_live_invite(((struct rw_live_timer *)arg)->live, RW_LEG_TRUNK);
}

void rw_live_invite(struct rw_live *live, enum rw_leg_side leg)
{
    struct rw_live_side *side = &live->sides[leg];
    struct rw_call_input input = {.kind = RW_IN_LEG_UNREACHABLE, .leg = leg};
    struct rw_err err = {0};
    enum rw_class class;

    if (leg == RW_LEG_TRUNK && live->pace_ms) {
        tmr_start(&live->pace.tmr, live->pace_ms, on_pace, &live->pace);
        live->pace_ms = 0;
        return;
    }
    class = offer_and_invite(live, leg, &err);
    side->invite_due = false;
    if (side->targets && side->target == &side->targets->at[side->targets->count - 1])
        forget_targets(side);
    side->target = NULL;
    if (class != RW_OK) {
        (void)rw_text_clean(input.ending.sip_reason, sizeof(input.ending.sip_reason),
                            rw_slice_str(err.message));
        if (leg == RW_LEG_TRUNK && err.code && strncmp(err.code, "tls.", 4) == 0)
            input.ending.reason = RW_REASON_CARRIER_TLS;
        rw_live_feed(live, &input);
    }
}

void rw_live_adopt(struct rw_live *live, struct rw_leg *leg)
{
    struct rw_live_side *side = &live->sides[RW_LEG_TRUNK];

    side->leg = leg;
    side->media_known = true;
    live->exchange->options.leg_ops->adopt(leg, on_news, side);
}

void rw_live_release(struct rw_live *live, enum rw_leg_side leg)
{
    struct rw_live_side *side = &live->sides[leg];

    if (side->leg)
        live->exchange->options.leg_ops->release(side->leg);
    side->leg = NULL;
    forget_targets(side);
    side->invite_due = false;
    if (leg == RW_LEG_TRUNK)
        tmr_cancel(&live->pace.tmr);
}
