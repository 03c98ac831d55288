/*
 * daemon/acquaint.h - tells the SIP side which addresses are no strangers: those of active trunks
 * and their outbound proxies, and of active stations. And the keeper (trunk/keeper.h), which of the
 * active trunks are watched or register.
 *
 * Told at start, within a second of a change of the configuration, and again every five minutes,
 * for a quarter of an hour each time: names are looked up anew, and what was removed is forgotten.
 * Of a tenant the first RW_ACQUAINT_ROWS trunks and stations; others become known when they are called.
 *
 * Owner    one node: what it tells holds for all workers.
 * Threads  its worker.
 */
#ifndef RW_DAEMON_ACQUAINT_H
#define RW_DAEMON_ACQUAINT_H

#include "sip/sip.h"
#include "store/store.h"
#include "trunk/keeper.h"

#include <re.h>

#define RW_ACQUAINT_ROWS 10000u

struct rw_acquaint {
    struct rw_store *store;
    struct rw_store_reader *reader;
    struct rw_sip *sip;
    struct rw_keeper *keeper;
    struct tmr tmr;
    uint64_t generation, told_ms;
};

void rw_acquaint_start(struct rw_acquaint *acquaint, struct rw_store *store,
                       struct rw_store_reader *reader, struct rw_sip *sip,
                       struct rw_keeper *keeper);
void rw_acquaint_stop(struct rw_acquaint *acquaint); /* all zero is fine */

#endif
