/*
 * daemon/demo.h - the tenant of ./quickstart and of the end-to-end tests: people, a telephone, a
 * trunk, a number, and somebody else's number beside it.
 */
#ifndef RW_DAEMON_DEMO_H
#define RW_DAEMON_DEMO_H

#include "daemon/init.h"

/* options->carrier is HOST:PORT or HOST:PORT/tcp, options->station a SIP URI. */
void rw_demo_add(struct rw_init *init, const struct rw_daemon_options *options);

#endif
