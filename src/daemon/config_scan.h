/*
 * daemon/config_scan.h - the language of configuration files, token by token.
 *
 *     # comment
 *     [section]
 *     key = "text"      escapes: \" \\ \n \t
 *     key = 12
 *     key = true
 *
 * Owner    the caller; values point into the text or, where escapes were undone, into the scan.
 * Errors   RW_MALFORMED config.syntax with line and column (1-based; column in code points).
 */
#ifndef RW_DAEMON_CONFIG_SCAN_H
#define RW_DAEMON_CONFIG_SCAN_H

#include "base/err.h"

struct rw_config_scan {
    struct rw_slice rest;    /* lines not read yet */
    struct rw_slice section; /* the current one */
    int32_t line;            /* of the line last read */
    char unescaped[512];
};

struct rw_config_entry {
    struct rw_slice section, key, value; /* key empty: the end of the text */
    bool quoted;
    int32_t line, key_column, value_column;
};

void rw_config_scan_init(struct rw_config_scan *scan, struct rw_slice text);

/* The next `key = value`. The value is valid until the next call. */
RW_NODISCARD enum rw_class rw_config_scan_next(struct rw_config_scan *scan,
                                               struct rw_config_entry *ret, struct rw_err *err);

#endif
