/* How large a body may be: a file of rates from a token that may load it, larger than all others. */
#include "api/request.h"
#include "api/router.h"
#include "auth/identity.h"
#include "auth/permission.h"
#include "spend/rates.h"

size_t rw_api_body_max(struct rw_http_exchange *x, const struct rw_http_request *request, void *arg)
{
    struct rw_api *api = arg;
    struct rw_arena *arena = rw_http_arena(x);
    const struct rw_identity *identity;
    struct rw_router_match match;

    if (rw_router_match(request->method, request->path, arena, &match, NULL) != RW_OK ||
        match.operation->body != RW_OPERATION_CSV ||
        rw_auth_identify(api->with.auth, rw_http_header(x, "Authorization"),
                         (struct rw_slice){NULL, 0}, arena, &identity, NULL) != RW_OK ||
        rw_permission_check(identity, match.operation->permissions, match.operation->scopes,
                            NULL) != RW_OK)
        return 0;
    return RW_RATES_BYTES;
}
