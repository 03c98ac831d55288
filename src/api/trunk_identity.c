#include "api/trunk_identity.h"

#include "api/number.h"
#include "api/sip_address.h"

#include <string.h>

/* RFC 3261, section 25.1: what may stand in `user` as it is, but for what means more in a header. */
#define USER_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*+=$&/"

static void judge_user(struct rw_request *r, const char *user)
{
    struct rw_err err;
    size_t n;

    if (!user || !user[n = strspn(user, USER_CHARS)])
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.bad_user", "this is no user of a SIP URI");
    rw_err_at(&err, "/identity/fromUser", -1, 0);
    rw_err_found(&err, "\"%.64s\", with %s at character %zu", user,
                 user[n] == '@' ? "a host" : "what can't stand there", n + 1);
    rw_err_expected(&err,
                    "an account or number, as in 4711 or my-company; letters, digits and any of "
                    "-_.!~*+=$&/. The host stands in identity.domain");
    if (user[n] == '@' && n)
        rw_err_suggest(&err, "%.*s", (int)n, user);
    rw_request_fault(r, &err);
}

static void judge_domain(struct rw_request *r, const char *domain)
{
    struct rw_err err;

    if (!domain || rw_sip_address_is_host(domain))
        return;
    rw_fail(&err, RW_MALFORMED, "trunk.bad_host", "this is no host");
    rw_err_at(&err, "/identity/domain", -1, 0);
    rw_err_found(&err, "\"%.100s\"", domain);
    rw_err_expected(&err, "a name or an address, as in carrier.example; From has no port");
    rw_request_fault(r, &err);
}

static bool judge_diversion(struct rw_request *r, const char **number)
{
    struct rw_address address;

    if (*number && rw_number_judge_owned(rw_slice_str(*number), "/identity/diversionNumber",
                                         &address, r->faults, r->warnings)) {
        *number = rw_arena_copy(r->arena, rw_slice_str(address.e164));
        return *number != NULL;
    }
    return true;
}

bool rw_trunk_identity_judge(struct rw_request *r, struct rw_row_trunk *row)
{
    judge_user(r, row->from_user);
    judge_domain(r, row->from_domain);
    return judge_diversion(r, &row->diversion_number);
}
