/*
 * api/limits.h - what limits hold for a call: the tenant's own, and the server's where it has set none.
 *
 * Threads  pure functions over the options; any.
 */
#ifndef RW_API_LIMITS_H
#define RW_API_LIMITS_H

#include "api/request.h"

/* `own` are as the tenant's configuration and the call's trunks say. */
struct rw_call_limits rw_limits_in_force(const struct rw_api *api,
                                         const struct rw_call_limits *own);
/* How long a call may last: the lower of this, which the tenant says, and the server's; 0 = no cap. */
uint32_t rw_limits_duration_ms(const struct rw_api *api, uint32_t own_ms);

#endif
