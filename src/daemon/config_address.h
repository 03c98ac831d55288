/*
 * daemon/config_address.h - the section [address] as the address engine's policy for called numbers.
 *
 * Threads  any. Owner: texts of *ret are the configuration's.
 * Errors   RW_MALFORMED config.bad_value: a region or type that there is not.
 */
#ifndef RW_DAEMON_CONFIG_ADDRESS_H
#define RW_DAEMON_CONFIG_ADDRESS_H

#include "address/address.h"
#include "base/err.h"

struct rw_config;

RW_NODISCARD enum rw_class rw_config_address(const struct rw_config *config,
                                             struct rw_address_policy *ret, struct rw_err *err);

#endif
