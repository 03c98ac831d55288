/* Where the trunk's host leads, found as a call finds it. */
#include "base/mem.h"
#include "doctor/run.h"
#include "media/addr.h"
#include "sip/core.h"

static void take_places(struct rw_doctor_run *run, const struct rw_sip_places *places)
{
    run->seen.count = places->count;
    run->seen.by_service = places->by_service;
    for (unsigned i = 0; i < places->count; i++) {
        run->peers[i] = places->at[i];
        rw_sip_peer_text(&places->at[i], run->seen.at[i].address, RW_DOCTOR_ADDRESS);
    }
    rw_doctor_run_next(run);
}

static void on_located(const struct rw_sip_places *places, void *arg)
{
    struct rw_doctor_run *run = arg;

    run->lookup = NULL;
    take_places(run, places);
}

static enum rw_class locate(struct rw_doctor_run *run, struct rw_sip_places *ret,
                            struct rw_err *err)
{
    const struct rw_trunk_target *target = run->trunk.target;
    const char *uri = target->route ? target->route : target->uri;
    struct rw_media_addr numeric;

    if (!rw_sip_uri_parse(rw_slice_str(uri), &run->next) ||
        !rw_slice_copy(run->host, sizeof(run->host), run->next.host))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target", "%s is no SIP URI", uri);
    run->seen.host = run->host;
    run->seen.by_proxy = target->route != NULL;
    run->seen.by_hand = !target->route && target->places;
    run->seen.by_service = !run->seen.by_hand && run->next.port == 0 &&
                           !rw_media_addr_parse(&numeric, AF_UNSPEC, run->next.host, 0);
    switch (rw_sip_uri_way(&run->next)) {
    case RW_SIP_TLS:
        run->seen.way = RW_DOCTOR_TLS;
        break;
    case RW_SIP_TCP:
        run->seen.way = RW_DOCTOR_TCP;
        break;
    default:
        run->seen.way = RW_DOCTOR_UDP;
        break;
    }
    return rw_sip_locate(run->doctor->options.sip, &run->next,
                         target->route ? NULL : target->places, ret, on_located, run, &run->lookup,
                         err);
}

void rw_doctor_find_addresses(struct rw_doctor_run *run)
{
    struct rw_sip_places places = {.count = 0};
    struct rw_err err;
    enum rw_class class = locate(run, &places, &err);

    if (class != RW_OK) {
        places.count = 0;
        run->seen.unusable = class == RW_MALFORMED;
        (void)rw_text_clean(run->seen.trouble, sizeof(run->seen.trouble),
                            rw_slice_str(err.message));
    } else if (run->lookup) {
        return;
    }
    take_places(run, &places);
}
