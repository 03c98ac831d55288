/*
 * daemon/config.h - what the operator decided, from where, checked.
 *
 * One file in a small TOML-like language (sections in brackets, `key = value`, strings in double
 * quotes, numbers, true/false, '#' comments), files of a conf.d folder, the environment and flags.
 * Later sources win: default < file < conf.d/ (in name order) < RINGWRIGHT_SECTION_KEY < flag.
 * Every option stands once, in the table of config.c.
 *
 * Owner    struct rw_config is a value of fixed size; nothing in it is allocated.
 * Threads  filled before any thread starts, then only read.
 * Errors   RW_MALFORMED config.*; pointer is "FILE", line and column say where in it.
 */
#ifndef RW_DAEMON_CONFIG_H
#define RW_DAEMON_CONFIG_H

#include "base/buf.h"
#include "base/err.h"

#define RW_CONFIG_TEXT 256
#define RW_CONFIG_OPTIONS_MAX 64
#define RW_CONFIG_FILE_MAX 65536 /* bytes of one file */

struct rw_config_place {
    int32_t line, column; /* in the file named by the option's origin; 0 = not from a file */
};

struct rw_config {
    char data_dir[RW_CONFIG_TEXT];
    int64_t workers; /* 0 = as many as cores */
    int64_t calls_max;
    int64_t drain_timeout_ms;

    char http_listen[RW_CONFIG_TEXT]; /* host:port */
    char http_tls_cert_file[RW_CONFIG_TEXT], http_tls_key_file[RW_CONFIG_TEXT];
    int64_t http_header_deadline_ms, http_body_deadline_ms, http_idle_deadline_ms;
    int64_t http_answer_deadline_ms;
    int64_t http_header_bytes_max, http_body_bytes_max, http_connections_max;

    char sip_listen[RW_CONFIG_TEXT]; /* host:port */
    char sip_advertised_host[RW_CONFIG_TEXT];
    char sip_tls_cert_file[RW_CONFIG_TEXT], sip_tls_key_file[RW_CONFIG_TEXT];
    char sip_tls_dir[RW_CONFIG_TEXT];
    int64_t sip_station_answer_timeout_ms, sip_max_call_ms, sip_check_interval_s;
    int64_t sip_trace_messages; /* kept for `ringwright tail --sip`; 0 = none */

    /* For tenants that have set none of their own; 0 = no limit */
    int64_t limits_calls_per_second, limits_channels, limits_wait_ms;
    int64_t limits_client_calls_per_second, limits_client_channels;
    int64_t limits_same_number_calls, limits_same_number_period_s;

    char media_host[RW_CONFIG_TEXT], media_advertised_host[RW_CONFIG_TEXT];
    int64_t media_port_min, media_port_max; /* 0, 0 = any */

    char stir_key_file[RW_CONFIG_TEXT], stir_certificate_url[RW_CONFIG_TEXT];
    char stir_certificate_file[RW_CONFIG_TEXT], stir_attestation_other[RW_CONFIG_TEXT];
    char stir_origid[RW_CONFIG_TEXT];

    int64_t store_linger_ms, store_linger_patient_ms;

    char address_region[RW_CONFIG_TEXT], address_unassigned[RW_CONFIG_TEXT];
    char address_refuse_types[RW_CONFIG_TEXT], address_refuse_regions[RW_CONFIG_TEXT];

    char log_level[RW_CONFIG_TEXT];
    bool log_mask_numbers;

    char origin[RW_CONFIG_OPTIONS_MAX][RW_CONFIG_TEXT]; /* where each option's value came from */
    struct rw_config_place place[RW_CONFIG_OPTIONS_MAX];
};

/* Everything at its default. */
void rw_config_defaults(struct rw_config *config);

/* Reads text as a configuration file called `name`. */
RW_NODISCARD enum rw_class rw_config_read(struct rw_config *config, const char *name,
                                          struct rw_slice text, struct rw_err *err);

/* Reads the file at `path`, then every *.conf of the folder "conf.d" beside it. */
RW_NODISCARD enum rw_class rw_config_load(struct rw_config *config, const char *path,
                                          struct rw_err *err);

/* Takes RINGWRIGHT_<SECTION>_<KEY> variables; unknown ones of other programs are left alone. */
RW_NODISCARD enum rw_class rw_config_environment(struct rw_config *config, char **environment,
                                                 struct rw_err *err);

/* One "section.key=value" as a flag gives it. */
RW_NODISCARD enum rw_class rw_config_set(struct rw_config *config, struct rw_slice assignment,
                                         const char *origin, struct rw_err *err);

/*
 * Says in err that this option is at fault: file, line and column of its value, or the variable or flag
 * that gave it.
 */
void rw_config_blame(const struct rw_config *config, const char *section, const char *key,
                     struct rw_err *err);

/* What only holds between options (both TLS files or none, port range, ...). */
RW_NODISCARD enum rw_class rw_config_check(const struct rw_config *config, struct rw_err *err);

/* A configuration file with every value, its origin and its meaning. */
void rw_config_print(const struct rw_config *config, struct rw_buf *ret);

/* Splits "host:port" or "[v6]:port". */
RW_NODISCARD enum rw_class rw_config_endpoint(struct rw_slice text, char *ret_host,
                                              size_t host_size, uint16_t *ret_port,
                                              struct rw_err *err);

#endif
