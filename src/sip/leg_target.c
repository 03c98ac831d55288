/* From a target (call/leg.h) to a leg: what can't stand in a message is refused, the rest is copied. */
#include "base/id.h"
#include "base/mem.h"
#include "sip/session.h"

static enum rw_class check_texts(const struct rw_leg_target *target, size_t sdp, struct rw_err *err)
{
    const char *texts[] = {target->from_name, target->auth_user, target->auth_password};
    const char *uris[] = {target->uri,
                          target->from_uri,
                          target->call_id,
                          target->route,
                          target->local_tag,
                          target->caller.asserted,
                          target->caller.preferred,
                          target->caller.diverted};
    uint64_t branch;

    for (unsigned i = 0; i < sizeof(uris) / sizeof(*uris); i++)
        if (uris[i] ? !rw_sip_uri_text_is_safe(uris[i]) || strlen(uris[i]) > 255 : i < 3)
            return rw_fail(err, RW_MALFORMED, "sip.bad_target",
                           "a SIP URI of the call holds a character that can't stand in one");
    for (unsigned i = 0; i < 3; i++)
        for (const char *p = texts[i]; p && *p; p++)
            if ((unsigned char)*p < 0x20 || *p == 0x7f)
                return rw_fail(err, RW_MALFORMED, "sip.bad_target",
                               "a name for SIP holds a control character");
    if (target->signer && (!target->claim.from_number || !target->claim.to_number))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target",
                       "a call that is to be vouched for names no numbers");
    if (sdp > RW_SDP_MAX || target->call_id[0] == '\0' || strpbrk(target->call_id, ";,") ||
        (target->local_tag && strpbrk(target->local_tag, ";,")) ||
        (target->branch && !rw_sip_branch_read(rw_slice_str(target->branch), &branch)))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target",
                       "the Call-ID, tag, branch or SDP is unusable");
    return RW_OK;
}

/* Where the INVITE goes: the outbound proxy or the target itself. */
static enum rw_class find_next(const struct rw_leg_target *target, struct rw_sip_uri *ret,
                               struct rw_err *err)
{
    struct rw_sip_uri uri;

    if (!rw_sip_uri_parse(rw_slice_str(target->uri), &uri) ||
        !rw_sip_uri_parse(rw_slice_str(target->from_uri), ret) ||
        (target->route && !rw_sip_uri_parse(rw_slice_str(target->route), &uri)))
        return rw_fail(err, RW_MALFORMED, "sip.bad_target", "not a SIP URI");
    if (rw_sip_uri_way(&uri) == RW_SIP_OTHER)
        return rw_fail(err, RW_MALFORMED, "sip.unsupported_transport",
                       "SIP goes over UDP, TCP or TLS here");
    *ret = uri;
    return RW_OK;
}

enum rw_class rw_leg_check_target(const struct rw_leg_target *target, size_t sdp,
                                  struct rw_sip_uri *ret_next, struct rw_err *err)
{
    enum rw_class class = check_texts(target, sdp, err);

    return class ? class : find_next(target, ret_next, err);
}

static bool copy_text(char **dst, const char *src)
{
    *dst = src ? rw_strdup(src) : NULL;
    return *dst || !src;
}

bool rw_leg_copy_target(struct rw_leg *leg, const struct rw_leg_target *target, struct rw_slice sdp)
{
    char tag[RW_SIP_TAG];

    if (!target->local_tag || !rw_slice_copy(tag, sizeof(tag), rw_slice_str(target->local_tag)))
        rw_sip_tag_write(tag, rw_random_u64());
    (void)rw_sip_branch_read(rw_slice_str(target->branch), &leg->branch);
    leg->sdp = rw_calloc(sdp.n + 1, 1);
    if (!leg->sdp || !rw_leg_identity_init(leg, target) ||
        !rw_leg_caller_init(leg, &target->caller) ||
        !rw_leg_timer_init(leg, target->session_expires_s) ||
        rw_sip_dialog_init(&leg->dialog, target->call_id, target->from_name, target->from_uri,
                           target->uri, tag, NULL))
        return false;
    if (sdp.n)
        memcpy(leg->sdp, sdp.p, sdp.n);
    leg->route = target->route ? rw_sip_route_of(target->route) : NULL;
    leg->reliable = (uint8_t)target->reliable;
    leg->secure_route = target->route && rw_sip_uri_is_secure(rw_slice_str(target->route));
    return copy_text(&leg->request_uri, target->uri) && copy_text(&leg->user, target->auth_user) &&
           copy_text(&leg->password, target->auth_password ? target->auth_password : "") &&
           copy_text(&leg->dialog.target, target->uri) && (leg->route || !target->route) &&
           copy_text(&leg->dialog.routes, leg->route);
}
