/*
 * daemon/identity.h - from the [stir] section to the signer of calls: stir/ behind the port that sip/ knows.
 *
 * Owner    the server; closed after the workers have stopped.
 * Threads  opened before they start, constant then.
 * Errors   RW_MALFORMED stir.*, with the place of the option at fault.
 */
#ifndef RW_DAEMON_IDENTITY_H
#define RW_DAEMON_IDENTITY_H

#include "call/identity.h"
#include "daemon/config.h"

struct rw_stir;

struct rw_identity {
    struct rw_identity_signer port;
    struct rw_stir *stir; /* NULL: no call is signed */
};

#define RW_IDENTITY_WARN_DAYS 30 /* before a certificate ends */

/* Reads and judges key and certificate; logs when the certificate ends, as a warning when that is soon. */
RW_NODISCARD enum rw_class rw_identity_open(const struct rw_config *config, struct rw_identity *ret,
                                            struct rw_err *err);
void rw_identity_close(struct rw_identity *identity); /* one that is all zero is fine */

/* Of the calls; NULL when none is signed. */
const struct rw_identity_signer *rw_identity_signer(const struct rw_identity *identity);

#endif
