/*
 * daemon/options.h - the command line of ringwrightd, and the configuration it leads to.
 *
 * Threads  before any thread starts.
 * Errors   RW_MALFORMED usage.* for the command line itself, config.* for what it names.
 */
#ifndef RW_DAEMON_OPTIONS_H
#define RW_DAEMON_OPTIONS_H

#include "daemon/config.h"

enum rw_daemon_mode {
    RW_MODE_RUN,
    RW_MODE_CHECK,        /* --check, -t: judge the configuration, start nothing */
    RW_MODE_PRINT_CONFIG, /* --print-config */
    RW_MODE_INIT,         /* --init: a tenant and its first administrator */
    RW_MODE_HELP,
    RW_MODE_VERSION
};

struct rw_daemon_options {
    enum rw_daemon_mode mode;
    const char *tenant;  /* --tenant: name of the tenant to make */
    bool demo;           /* --demo: with a station, an edge, a trunk and a number */
    const char *carrier; /* --carrier HOST:PORT[/tcp|/tls]: where the demo's trunk leads */
    const char
        *carrier_ca;     /* --carrier-ca FILE: whom to trust there, with /tls; NULL = the system */
    const char *station; /* --station SIP-URI: where the demo's telephone is */
    bool json;
};

/*
 * Reads argv, then the configuration from every source in their order. Texts point into argv.
 * Without --config, /etc/ringwright/ringwright.conf is read if it is there.
 */
RW_NODISCARD enum rw_class rw_daemon_options_read(int argc, char **argv, char **environment,
                                                  struct rw_daemon_options *ret,
                                                  struct rw_config *ret_config, struct rw_err *err);

extern const char rw_daemon_help[];

#endif
