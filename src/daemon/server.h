/*
 * daemon/server.h - the whole server: opens the store, starts the workers, wires the modules of each
 * together, and stops them in order.
 *
 *     open store -> start workers (sip, media, exchange, api) -> close what an earlier life left open
 *     -> open the HTTP listeners -> ready
 *     TERM: refuse new calls -> let running ones end -> hang up the rest -> stop workers -> close store
 *
 * Threads  rw_server_run() is called by the main thread before it has started any other.
 */
#ifndef RW_DAEMON_SERVER_H
#define RW_DAEMON_SERVER_H

#include "daemon/config.h"

/*
 * Serves until SIGTERM or SIGINT. When ready, DATA_DIR/ringwrightd.json says
 * {"pid", "http", "sip", "workers", "version"}; it is gone again after a clean stop.
 */
RW_NODISCARD enum rw_class rw_server_run(const struct rw_config *config, struct rw_err *err);

#endif
