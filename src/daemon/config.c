#include "daemon/config.h"

#include "base/mem.h"
#include "base/near.h"
#include "daemon/config_address.h"
#include "daemon/config_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { TEXT, NUMBER, FLAG, ENDPOINT, WORD };

struct option {
    const char *section, *key;
    enum kind kind;
    size_t at; /* offset in struct rw_config */
    const char *standard;
    int64_t min, max;
    const char *words; /* of WORD, separated by '|' */
    const char *help;
};

#define AT(member) offsetof(struct rw_config, member)

static const struct option options[] = {
    {"server", "data_dir", TEXT, AT(data_dir), "/var/lib/ringwright", 0, 0, NULL,
     "folder of the store and of the token key"},
    {"server", "workers", NUMBER, AT(workers), "0", 0, 256, NULL,
     "event loops; 0 = as many as the machine has cores"},
    {"server", "calls_max", NUMBER, AT(calls_max), "100000", 1, 10000000, NULL,
     "calls at once, over all workers"},
    {"server", "drain_timeout_ms", NUMBER, AT(drain_timeout_ms), "10000", 0, 3600000, NULL,
     "how long a stop waits for running calls before it hangs them up"},
    {"http", "listen", ENDPOINT, AT(http_listen), "127.0.0.1:8080", 0, 0, NULL,
     "address and port of the API; port 0 = any"},
    {"http", "tls_cert_file", TEXT, AT(http_tls_cert_file), "", 0, 0, NULL,
     "certificate chain in PEM; with tls_key_file the API speaks HTTPS"},
    {"http", "tls_key_file", TEXT, AT(http_tls_key_file), "", 0, 0, NULL, "private key in PEM"},
    {"http", "header_deadline_ms", NUMBER, AT(http_header_deadline_ms), "5000", 50, 600000, NULL,
     "a request's headers must be complete within this time"},
    {"http", "body_deadline_ms", NUMBER, AT(http_body_deadline_ms), "10000", 50, 600000, NULL,
     "a request's body must be complete within this time after its headers"},
    {"http", "idle_deadline_ms", NUMBER, AT(http_idle_deadline_ms), "30000", 50, 3600000, NULL,
     "a kept-alive connection without a request is closed after this time"},
    {"http", "answer_deadline_ms", NUMBER, AT(http_answer_deadline_ms), "30000", 50, 3600000, NULL,
     "an answer must be taken by the client within this time"},
    {"http", "header_bytes_max", NUMBER, AT(http_header_bytes_max), "8192", 512, 65536, NULL,
     "bytes of a request line and its headers"},
    {"http", "body_bytes_max", NUMBER, AT(http_body_bytes_max), "262144", 1024, 16777216, NULL,
     "bytes of a request body"},
    {"http", "connections_max", NUMBER, AT(http_connections_max), "4096", 1, 60000, NULL,
     "connections at once, for each worker"},
    {"sip", "listen", ENDPOINT, AT(sip_listen), "0.0.0.0:5060", 0, 0, NULL,
     "address and port for SIP, UDP and TCP; port 0 = any"},
    {"sip", "advertised_host", TEXT, AT(sip_advertised_host), "", 0, 0, NULL,
     "address that carriers see in Via and Contact; empty = the one listened on,"
     " or, when that is any, the one that packets leave from"},
    {"sip", "tls_cert_file", TEXT, AT(sip_tls_cert_file), "", 0, 0, NULL,
     "certificate chain in PEM, for carriers that make TLS connections to sip.listen of their own"},
    {"sip", "tls_key_file", TEXT, AT(sip_tls_key_file), "", 0, 0, NULL, "private key in PEM"},
    {"sip", "tls_dir", TEXT, AT(sip_tls_dir), "/etc/ringwright/tls", 0, 0, NULL,
     "folder with the PEM files that trunks name: whom to trust, certificates and keys of ours"},
    {"sip", "station_answer_timeout_ms", NUMBER, AT(sip_station_answer_timeout_ms), "30000", 100,
     600000, NULL, "how long the user's station may ring"},
    {"sip", "max_call_ms", NUMBER, AT(sip_max_call_ms), "14400000", 0, 86400000, NULL,
     "longest duration of a call from its answer on; 0 = no bound"},
    {"sip", "check_interval_s", NUMBER, AT(sip_check_interval_s), "300", 0, 3600, NULL,
     "seconds between asking a telephone or carrier in a call whether it is still there; 0 = "
     "never"},
    {"sip", "trace_messages", NUMBER, AT(sip_trace_messages), "0", 0, 1000000, NULL,
     "SIP messages kept in memory for `ringwright tail --sip`; 0 = none"},
    {"limits", "calls_per_second", NUMBER, AT(limits_calls_per_second), "0", 0, 10000, NULL,
     "calls that a tenant may begin in a second where it has set no limit itself; 0 = no limit"},
    {"limits", "channels", NUMBER, AT(limits_channels), "0", 0, 1000000, NULL,
     "the same of calls at a time"},
    {"limits", "client_calls_per_second", NUMBER, AT(limits_client_calls_per_second), "0", 0, 10000,
     NULL, "the same of each OAuth client's calls in a second"},
    {"limits", "client_channels", NUMBER, AT(limits_client_channels), "0", 0, 1000000, NULL,
     "the same of each OAuth client's calls at a time"},
    {"limits", "wait_ms", NUMBER, AT(limits_wait_ms), "0", 0, 30000, NULL,
     "how long a call waits for its turn within these; 0 = it is refused at once"},
    {"limits", "same_number_calls", NUMBER, AT(limits_same_number_calls), "0", 0, 100, NULL,
     "calls of a tenant to one number within the next option's time, likewise; 0 = no limit"},
    {"limits", "same_number_period_s", NUMBER, AT(limits_same_number_period_s), "86400", 1, 604800,
     NULL, "seconds in which calls to one number are counted"},
    {"media", "host", TEXT, AT(media_host), "", 0, 0, NULL,
     "address for RTP; empty = the one SIP listens on"},
    {"media", "advertised_host", TEXT, AT(media_advertised_host), "", 0, 0, NULL,
     "address that SDP names; empty = sip.advertised_host or media.host"},
    {"media", "port_min", NUMBER, AT(media_port_min), "20000", 0, 65535, NULL,
     "first RTP port; 0 with port_max = 0: any"},
    {"media", "port_max", NUMBER, AT(media_port_max), "29999", 0, 65535, NULL, "last RTP port"},
    {"stir", "key_file", TEXT, AT(stir_key_file), "", 0, 0, NULL,
     "private EC key on P-256 in PEM that signs calls (STIR/SHAKEN); empty = no Identity header"},
    {"stir", "certificate_url", TEXT, AT(stir_certificate_url), "", 0, 0, NULL,
     "https address from which verifiers fetch the key's certificate"},
    {"stir", "certificate_file", TEXT, AT(stir_certificate_file), "", 0, 0, NULL,
     "the same certificate in PEM: compared with the key at start, and its end told; may be empty"},
    {"stir", "attestation_other", WORD, AT(stir_attestation_other), "none", 0, 0, "B|C|none",
     "attestation of a caller id whose ownership was not checked; owned numbers get A"},
    {"stir", "origid", TEXT, AT(stir_origid), "", 0, 0, NULL,
     "UUID in every token for tracing calls back; empty = the id of the trunk"},
    {"store", "linger_ms", NUMBER, AT(store_linger_ms), "1", 0, 100, NULL,
     "under load a commit waits this long for company"},
    {"store", "linger_patient_ms", NUMBER, AT(store_linger_patient_ms), "5", 0, 100, NULL,
     "the same for events of running calls"},
    {"address", "region", TEXT, AT(address_region), "", 0, 0, NULL,
     "where numbers without a plus are dialled, \"SG\"; empty = such numbers are refused"},
    {"address", "unassigned", WORD, AT(address_unassigned), "warn", 0, 0, "warn|refuse",
     "what becomes of a called number whose range the numbering data does not know"},
    {"address", "refuse_types", TEXT, AT(address_refuse_types), "", 0, 0, NULL,
     "types of numbers that are never called, \"premium,satellite\""},
    {"address", "refuse_regions", TEXT, AT(address_refuse_regions), "", 0, 0, NULL,
     "regions that are never called, \"CU,KP\""},
    {"log", "level", WORD, AT(log_level), "info", 0, 0, "error|warn|info|debug",
     "what is logged to standard error"},
    {"log", "mask_numbers", FLAG, AT(log_mask_numbers), "true", 0, 0, NULL,
     "telephone numbers in the log lose their middle"},
};
#define OPTIONS (sizeof(options) / sizeof(*options))
_Static_assert(OPTIONS <= RW_CONFIG_OPTIONS_MAX, "origin[] is too short");

static const char *const wanted[] = {
    [TEXT] = "text in double quotes", [NUMBER] = "a whole number", [FLAG] = "true or false",
    [ENDPOINT] = "\"address:port\"",  [WORD] = "one of the words",
};

static enum rw_class bad_value(const struct option *option, struct rw_slice value,
                               struct rw_err *err)
{
    enum rw_class class = rw_fail(err, RW_MALFORMED, "config.bad_value", "%s.%s can't be %.*s",
                                  option->section, option->key, RW_SLICE_ARG(value));

    rw_err_found(err, "%.*s", RW_SLICE_ARG(value));
    if (option->kind == NUMBER)
        rw_err_expected(err, "a whole number from %lld to %lld", (long long)option->min,
                        (long long)option->max);
    else if (option->kind == WORD)
        rw_err_expected(err, "one of %s", option->words);
    else
        rw_err_expected(err, "%s", wanted[option->kind]);
    return class;
}

static bool is_word(const char *words, struct rw_slice value)
{
    while (*words) {
        size_t n = strcspn(words, "|");

        if (rw_slice_eq((struct rw_slice){words, n}, value))
            return true;
        words += n + (words[n] == '|');
    }
    return false;
}

static enum rw_class assign(struct rw_config *config, const struct option *option,
                            struct rw_slice value, const char *origin, struct rw_err *err)
{
    char *at = (char *)config + option->at;
    char host[RW_CONFIG_TEXT], number[24], *end;
    uint16_t port;

    switch (option->kind) {
    case NUMBER: {
        long long n;

        if (!rw_slice_copy(number, sizeof(number), value) || value.n == 0)
            return bad_value(option, value, err);
        errno = 0;
        n = strtoll(number, &end, 10);
        if (*end || errno || number[0] == '+' || number[0] == ' ' || n < option->min ||
            n > option->max)
            return bad_value(option, value, err);
        *(int64_t *)(void *)at = n;
        break;
    }
    case FLAG:
        if (!rw_slice_eq(value, RW_LIT("true")) && !rw_slice_eq(value, RW_LIT("false")))
            return bad_value(option, value, err);
        *(bool *)at = value.n == 4;
        break;
    case ENDPOINT:
        if (rw_config_endpoint(value, host, sizeof(host), &port, err))
            return bad_value(option, value, err);
        if (!rw_slice_copy(at, RW_CONFIG_TEXT, value))
            return bad_value(option, value, err);
        break;
    case WORD:
        if (!is_word(option->words, value) || !rw_slice_copy(at, RW_CONFIG_TEXT, value))
            return bad_value(option, value, err);
        break;
    case TEXT:
        if (!rw_slice_copy(at, RW_CONFIG_TEXT, value))
            return bad_value(option, value, err);
        break;
    }
    (void)snprintf(config->origin[option - options], RW_CONFIG_TEXT, "%s", origin);
    config->place[option - options] = (struct rw_config_place){0, 0};
    return RW_OK;
}

void rw_config_defaults(struct rw_config *config)
{
    *config = (struct rw_config){0};
    for (size_t i = 0; i < OPTIONS; i++)
        if (assign(config, &options[i], rw_slice_str(options[i].standard), "default", NULL))
            abort(); /* the table above is wrong; the first run of any test says so */
}

static enum rw_class unknown(struct rw_slice section, struct rw_slice key, struct rw_err *err)
{
    const struct option *near = NULL;
    unsigned least = 4; /* a forgotten "_ms" is 3 */
    enum rw_class class =
        rw_fail(err, RW_MALFORMED, "config.unknown_option", "there is no option %.*s.%.*s",
                RW_SLICE_ARG(section), RW_SLICE_ARG(key));

    for (size_t i = 0; i < OPTIONS; i++) {
        unsigned d = rw_near_distance(key, rw_slice_str(options[i].key)) +
                     rw_near_distance(section, rw_slice_str(options[i].section));

        if (d < least) {
            least = d;
            near = &options[i];
        }
    }
    rw_err_found(err, "%.*s.%.*s", RW_SLICE_ARG(section), RW_SLICE_ARG(key));
    rw_err_expected(err, "an option that `ringwrightd --print-config` lists");
    if (near)
        rw_err_suggest(err, "%s.%s", near->section, near->key);
    return class;
}

static const struct option *find(struct rw_slice section, struct rw_slice key)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (rw_slice_eq(section, rw_slice_str(options[i].section)) &&
            rw_slice_eq(key, rw_slice_str(options[i].key)))
            return &options[i];
    return NULL;
}

enum rw_class rw_config_read(struct rw_config *config, const char *name, struct rw_slice text,
                             struct rw_err *err)
{
    struct rw_config_scan scan;
    struct rw_config_entry entry;
    enum rw_class class;

    if (text.n > RW_CONFIG_FILE_MAX)
        return rw_fail(err, RW_MALFORMED, "config.too_long", "%s is longer than %d bytes", name,
                       RW_CONFIG_FILE_MAX);
    rw_config_scan_init(&scan, text);
    while ((class = rw_config_scan_next(&scan, &entry, err)) == RW_OK && entry.key.n) {
        const struct option *option = find(entry.section, entry.key);
        char origin[RW_CONFIG_TEXT];

        (void)snprintf(origin, sizeof(origin), "%.200s:%d", name, entry.line);
        if (option) {
            bool wants_quotes = option->kind != NUMBER && option->kind != FLAG;

            class = entry.quoted == wants_quotes ? assign(config, option, entry.value, origin, err)
                                                 : bad_value(option, entry.value, err);
            if (!class)
                config->place[option - options] =
                    (struct rw_config_place){entry.line, entry.value_column};
        } else {
            class = unknown(entry.section, entry.key, err);
        }
        if (class) {
            if (err) {
                err->line = entry.line;
                err->column = option ? entry.value_column : entry.key_column;
            }
            break;
        }
    }
    if (class)
        rw_err_at(err, name, -1, 0);
    return class;
}

static enum rw_class read_file(struct rw_config *config, const char *path, struct rw_err *err)
{
    char *text = rw_calloc(1, RW_CONFIG_FILE_MAX + 1);
    enum rw_class class;
    ssize_t n = 0;
    size_t len = 0;
    int fd;

    if (!text)
        return rw_fail_memory(err);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        while (len <= RW_CONFIG_FILE_MAX &&
               (n = read(fd, text + len, RW_CONFIG_FILE_MAX + 1 - len)) > 0)
            len += (size_t)n;
    if (fd < 0 || n < 0) {
        class = rw_fail(err, RW_NOT_FOUND, "config.unreadable", "%s can't be read: %s", path,
                        strerror(errno));
        rw_err_at(err, path, -1, 0);
    } else {
        class = rw_config_read(config, path, (struct rw_slice){text, len}, err);
    }
    if (fd >= 0)
        (void)close(fd);
    rw_free(text);
    return class;
}

static int is_conf(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);

    return n > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

enum rw_class rw_config_load(struct rw_config *config, const char *path, struct rw_err *err)
{
    const char *slash = strrchr(path, '/');
    char folder[4096], file[4400];
    struct dirent **entries = NULL;
    enum rw_class class = read_file(config, path, err);
    int count;

    if (class)
        return class;
    (void)snprintf(folder, sizeof(folder), "%.*s/conf.d", slash ? (int)(slash - path) : 1,
                   slash ? path : ".");
    count = scandir(folder, &entries, is_conf, alphasort);
    for (int i = 0; i < count; i++) {
        (void)snprintf(file, sizeof(file), "%s/%s", folder, entries[i]->d_name);
        if (!class)
            class = read_file(config, file, err);
        free(entries[i]);
    }
    free(entries);
    return class;
}

enum rw_class rw_config_environment(struct rw_config *config, char **environment,
                                    struct rw_err *err)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        char name[80];
        size_t n;

        n = (size_t)snprintf(name, sizeof(name), "RINGWRIGHT_%s_%s=", options[i].section,
                             options[i].key);
        for (char *p = name; *p; p++)
            if (*p >= 'a' && *p <= 'z')
                *p = (char)(*p - 'a' + 'A');
        for (char **e = environment; *e; e++) {
            if (strncmp(*e, name, n) != 0)
                continue;
            name[n - 1] = '\0';
            if (assign(config, &options[i], rw_slice_str(*e + n), name, err)) {
                rw_err_at(err, name, -1, 0);
                return RW_MALFORMED;
            }
        }
    }
    return RW_OK;
}

enum rw_class rw_config_set(struct rw_config *config, struct rw_slice assignment,
                            const char *origin, struct rw_err *err)
{
    const char *equals = memchr(assignment.p, '=', assignment.n);
    const char *dot = equals ? memchr(assignment.p, '.', (size_t)(equals - assignment.p)) : NULL;
    const struct option *option;
    struct rw_slice section, key;

    if (!dot) {
        rw_fail(err, RW_MALFORMED, "config.bad_assignment", "%.*s is no option and value",
                RW_SLICE_ARG(assignment));
        rw_err_expected(err, "section.key=value, for example http.listen=0.0.0.0:8080");
        rw_err_at(err, origin, -1, 0);
        return RW_MALFORMED;
    }
    section = (struct rw_slice){assignment.p, (size_t)(dot - assignment.p)};
    key = (struct rw_slice){dot + 1, (size_t)(equals - dot - 1)};
    option = find(section, key);
    if (!option
            ? unknown(section, key, err)
            : assign(config, option, rw_slice_from(assignment, (size_t)(equals + 1 - assignment.p)),
                     origin, err)) {
        rw_err_at(err, origin, -1, 0);
        return RW_MALFORMED;
    }
    return RW_OK;
}

void rw_config_blame(const struct rw_config *config, const char *section, const char *key,
                     struct rw_err *err)
{
    const struct option *option = find(rw_slice_str(section), rw_slice_str(key));
    char origin[RW_CONFIG_TEXT];
    size_t i;

    if (!option || !err)
        return;
    i = (size_t)(option - options);
    (void)snprintf(origin, sizeof(origin), "%s", config->origin[i]);
    if (config->place[i].line)
        *strrchr(origin, ':') = '\0'; /* "FILE:LINE" */
    rw_err_at(err, origin, -1, 0);
    err->line = config->place[i].line;
    err->column = config->place[i].column;
}

/* Nothing is signed without a key, and nobody believes what can't be checked. */
static enum rw_class check_stir(const struct rw_config *config, struct rw_err *err)
{
    const char *const given[] = {config->stir_key_file, config->stir_certificate_url,
                                 config->stir_certificate_file, config->stir_origid};
    static const char *const keys[] = {"key_file", "certificate_url", "certificate_file", "origid"};

    if (given[0][0] && given[1][0])
        return RW_OK;
    for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
        if (!given[i][0])
            continue;
        rw_fail(err, RW_MALFORMED, "config.half_stir",
                "stir.key_file and stir.certificate_url go together");
        rw_err_found(err, "stir.%s without stir.%s", keys[i], keys[given[0][0] ? 1 : 0]);
        rw_err_expected(err, "both of them to sign calls, or no option of [stir]");
        rw_config_blame(config, "stir", keys[i], err);
        return RW_MALFORMED;
    }
    return RW_OK;
}

enum rw_class rw_config_check(const struct rw_config *config, struct rw_err *err)
{
    if (!config->data_dir[0])
        return rw_fail(err, RW_MALFORMED, "config.no_data_dir", "server.data_dir is empty");
    if (!config->http_tls_cert_file[0] != !config->http_tls_key_file[0])
        return rw_fail(err, RW_MALFORMED, "config.half_tls",
                       "http.tls_cert_file and http.tls_key_file go together");
    if (!config->sip_tls_cert_file[0] != !config->sip_tls_key_file[0])
        return rw_fail(err, RW_MALFORMED, "config.half_tls",
                       "sip.tls_cert_file and sip.tls_key_file go together");
    if (config->media_port_min > config->media_port_max ||
        (config->media_port_max && config->media_port_max - config->media_port_min < 3))
        return rw_fail(err, RW_MALFORMED, "config.port_range",
                       "media.port_min to media.port_max must hold at least four ports");
    if (check_stir(config, err) != RW_OK)
        return err ? err->class : RW_MALFORMED;
    return rw_config_address(config, &(struct rw_address_policy){.region = ""}, err);
}

/* As config_scan.c reads it back. */
static void print_text(struct rw_buf *ret, const char *text)
{
    rw_buf_putc(ret, '"');
    for (const char *p = text; *p; p++) {
        bool named = *p == '\n' || *p == '\t';

        if (named || *p == '"' || *p == '\\')
            rw_buf_putc(ret, '\\');
        rw_buf_putc(ret, !named ? *p : *p == '\n' ? 'n' : 't');
    }
    rw_buf_puts(ret, "\"\n");
}

void rw_config_print(const struct rw_config *config, struct rw_buf *ret)
{
    const char *section = "";

    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *option = &options[i];
        const char *at = (const char *)config + option->at;

        if (strcmp(section, option->section) != 0) {
            section = option->section;
            rw_buf_printf(ret, "%s[%s]\n", i ? "\n" : "", section);
        }
        rw_buf_printf(ret, "# %s (from: %s)\n", option->help, config->origin[i]);
        if (option->kind == NUMBER)
            rw_buf_printf(ret, "%s = %lld\n", option->key,
                          (long long)*(const int64_t *)(const void *)at);
        else if (option->kind == FLAG)
            rw_buf_printf(ret, "%s = %s\n", option->key, *(const bool *)at ? "true" : "false");
        else {
            rw_buf_printf(ret, "%s = ", option->key);
            print_text(ret, at);
        }
    }
}

enum rw_class rw_config_endpoint(struct rw_slice text, char *ret_host, size_t host_size,
                                 uint16_t *ret_port, struct rw_err *err)
{
    const char *colon = text.n ? memrchr(text.p, ':', text.n) : NULL;
    struct rw_slice host = {text.p, colon ? (size_t)(colon - text.p) : 0};
    unsigned port = 0;

    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (struct rw_slice){host.p + 1, host.n - 2};
    else if (host.n && (memchr(host.p, ':', host.n) || memchr(host.p, '[', host.n)))
        host.n = 0;
    if (host.n && colon + 1 < text.p + text.n && text.p + text.n - colon <= 6) {
        const char *p = colon + 1;

        while (p < text.p + text.n && *p >= '0' && *p <= '9')
            port = port * 10 + (unsigned)(*p++ - '0');
        if (p == text.p + text.n && port <= 65535 && rw_slice_copy(ret_host, host_size, host)) {
            *ret_port = (uint16_t)port;
            return RW_OK;
        }
    }
    rw_fail(err, RW_MALFORMED, "config.bad_endpoint", "%.*s is no address and port",
            RW_SLICE_ARG(text));
    rw_err_expected(err, "address:port, for example 127.0.0.1:5060 or [::1]:5060");
    return RW_MALFORMED;
}
