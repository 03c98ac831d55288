#include "api/vendor.h"

#include <string.h>

/* Where a precise code of ours is a case that the contract names. */
static const struct {
    const char *ours, *theirs;
} cases[] = {
    {"auth.missing_token", "authentication.required"},
    {"call.destination_ambiguous", "too.many.create.conversation.parameters"},
    {"call.not_a_user", "not.a.user"},
    {"conversation.command_unsupported", "conversation.error.callback.call.cannot.be.placed"},
    {"conversation.ended", "conversation.error.call.disconnected"},
    {"conversation.not_found", "conversation.error.conversation.not.found"},
    {"oauth.grant_unsupported", "bad.grant.type"},
    {"station.missing", "conversation.error.no.user.station"},
    {"station.taken", "userservice.stationalreadyassociated"},
    {"user.not_a_user", "not.a.user"},
    {"user.not_found", "general.resource.not.found"},
    {"version.conflict", "general.conflict"},
};

const char *rw_vendor_code(const char *code, enum rw_class class)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (strcmp(cases[i].ours, code) == 0)
            return cases[i].theirs;
    switch (class) {
    case RW_UNAUTHENTICATED:
        return "bad.credentials";
    case RW_FORBIDDEN: /* what a token lacks; a rule about numbers is no case of the contract */
        return strncmp(code, "auth.", 5) == 0 ? "missing.permissions" : code;
    case RW_NOT_FOUND:
        return "not.found";
    case RW_BAD_MEDIA_TYPE:
        return "unsupported.media.type";
    case RW_LIMIT:
        return "too.many.requests";
    case RW_NO_MEMORY:
    case RW_IO:
    case RW_UNAVAILABLE:
        return "service.unavailable";
    case RW_BUG:
        return "internal.server.error";
    default:
        return code;
    }
}
